package resource

import (
	_ "embed"
	"fmt"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/unit"
	"github.com/unitvet/unitvet/lint/value"
)

//go:embed duplicate_runtime_directory.md
var duplicateRuntimeDirectoryPage string

// DuplicateRuntimeDirectory finds directories that one service removes from under
// another (systemd.exec(5), RuntimeDirectoryPreserve=).
var DuplicateRuntimeDirectory = &lint.Rule{
	ID:       "duplicate-runtime-directory",
	Summary:  "two services have the same RuntimeDirectory=, which the first to stop removes",
	Category: "resource",
	Severity: lint.Warning,
	Since:    "0.1.0",
	Page:     duplicateRuntimeDirectoryPage,
	CheckSet: duplicateRuntimeDirectory,
}

func duplicateRuntimeDirectory(p *lint.SetPass) {
	type user struct {
		claim
		of    *rival
		keeps bool
	}
	rivals := newRivals(p.Set)
	users := map[string]*claims[user]{}
	var order []string
	for _, u := range p.Set.Units {
		keeps := u.Value("Service", "RuntimeDirectoryPreserve")
		on, isBool := value.ParseBoolean(keeps)
		for _, setting := range u.Settings("Service", "RuntimeDirectory") {
			entries, _ := value.ParseDirectories(setting.Value().String(), true)
			for _, e := range entries {
				expanded := u.Expand(e.Path.Text)
				if !expanded.Known {
					continue
				}
				name := value.SimplifyPath(expanded.Text)
				if users[name] == nil {
					order = append(order, name)
					users[name] = &claims[user]{}
				}
				if of := rivals.of(u); of != nil {
					// "restart" keeps it over restarts only.
					users[name].add(of, user{claim{u, setting, e.Path.Sub(0, len(e.Path.Text)), name}, of, isBool && on})
				}
			}
		}
	}
	for _, name := range order {
		for one := range users[name].all() {
			if one.keeps {
				continue
			}
			stays := func(other user) bool { return !follows(p.Set, other.unit, one.unit) }
			if other, ok := users[name].first(rivals, one.of, stays); ok {
				p.Report(lint.Finding{
					Unit: one.unit.ID, Place: one.place(),
					Message: fmt.Sprintf("RuntimeDirectory=%s is that of %s as well: when this unit stops, systemd removes /run/%s with all that is in it", name, other.unit.Name, name),
					Help:    "set RuntimeDirectoryPreserve=yes in both, or give each a directory of its own",
					Related: []lint.Related{{Place: other.place(), Message: "the other service"}},
				})
			}
		}
	}
}

// follows reports whether a unit stops when another one does.
func follows(set *lint.Set, u, other *unit.Unit) bool {
	for _, key := range []string{"Requires", "BindsTo", "PartOf"} {
		for _, ref := range u.References("Unit", key) {
			if set.Lookup(ref.Name) == other {
				return true
			}
		}
	}
	return false
}
