package resource

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/unit"
	"github.com/unitvet/unitvet/lint/value"
)

//go:embed duplicate_bus_name.md
var duplicateBusNamePage string

// DuplicateBusName finds names on the bus that two services own (systemd.service(5),
// BusName=).
var DuplicateBusName = &lint.Rule{
	ID:       "duplicate-bus-name",
	Summary:  "two services own the same name on the bus",
	Category: "resource",
	Severity: lint.Warning,
	Since:    "0.1.0",
	Page:     duplicateBusNamePage,
	CheckSet: duplicateBusName,
}

func duplicateBusName(p *lint.SetPass) {
	claims := single(p.Set, "BusName", func(text string) string { return text })
	clash(p, claims, func(c, other claim) {
		p.Report(lint.Finding{
			Unit: c.unit.Name.String(), Place: c.place(),
			Message: fmt.Sprintf("BusName=%s is that of %s as well: a name has one owner, so the second service to start does not get it", c.what, other.unit.Name),
			Help:    "give one of them another name, or let them exclude each other with Conflicts=",
			Related: []lint.Related{{Place: other.place(), Message: "the other service"}},
		})
	})
}

//go:embed duplicate_pid_file.md
var duplicatePIDFilePage string

// DuplicatePIDFile finds PID files that two services share (systemd.service(5),
// PIDFile=).
var DuplicatePIDFile = &lint.Rule{
	ID:       "duplicate-pid-file",
	Summary:  "two services have the same PID file",
	Category: "resource",
	Severity: lint.Warning,
	Since:    "0.1.0",
	Page:     duplicatePIDFilePage,
	CheckSet: duplicatePIDFile,
}

func duplicatePIDFile(p *lint.SetPass) {
	claims := single(p.Set, "PIDFile", func(text string) string {
		if !strings.HasPrefix(text, "/") {
			text = "/run/" + text
		}
		return strings.Replace(value.SimplifyPath(text), "/var/run/", "/run/", 1)
	})
	clash(p, claims, func(c, other claim) {
		p.Report(lint.Finding{
			Unit: c.unit.Name.String(), Place: c.place(),
			Message: fmt.Sprintf("PIDFile=%s is that of %s as well: systemd takes the process of one for that of the other", c.setting.Value.String, other.unit.Name),
			Help:    "give each service a file of its own",
			Related: []lint.Related{{Place: other.place(), Message: "the other service"}},
		})
	})
}

// single returns the claims of a setting with one value, specifiers expanded.
func single(set *lint.Set, key string, normal func(string) string) []claim {
	var claims []claim
	for _, u := range set.Units {
		setting, ok := u.Setting("Service", key)
		if !ok {
			continue
		}
		if expanded := u.Expand(setting.Value.String); expanded.Known {
			claims = append(claims, claim{u, setting, whole(setting), normal(expanded.Text)})
		}
	}
	return claims
}

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
		keeps bool
	}
	users := map[string][]user{}
	var order []string
	for _, u := range p.Set.Units {
		keeps := u.Value("Service", "RuntimeDirectoryPreserve")
		on, isBool := value.ParseBoolean(keeps)
		for _, setting := range u.Settings("Service", "RuntimeDirectory") {
			entries, _ := value.ParseDirectories(setting.Value.String, true)
			for _, e := range entries {
				expanded := u.Expand(e.Path.Text)
				if !expanded.Known {
					continue
				}
				name := value.SimplifyPath(expanded.Text)
				if users[name] == nil {
					order = append(order, name)
				}
				// "restart" keeps it over restarts only.
				users[name] = append(users[name], user{claim{u, setting, e.Path.Sub(0, len(e.Path.Text)), name}, isBool && on})
			}
		}
	}
	for _, name := range order {
		for _, one := range users[name] {
			if one.keeps {
				continue
			}
			for _, other := range users[name] {
				if !together(p.Set, one.unit, other.unit) || follows(p.Set, other.unit, one.unit) {
					continue
				}
				p.Report(lint.Finding{
					Unit: one.unit.Name.String(), Place: one.place(),
					Message: fmt.Sprintf("RuntimeDirectory=%s is that of %s as well: when this unit stops, systemd removes /run/%s with all that is in it", name, other.unit.Name, name),
					Help:    "set RuntimeDirectoryPreserve=yes in both, or give each a directory of its own",
					Related: []lint.Related{{Place: other.place(), Message: "the other service"}},
				})
				break
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

//go:embed duplicate_alias.md
var duplicateAliasPage string

// DuplicateAlias finds aliases that another unit has for its name or its alias
// (systemd.unit(5), Alias=).
var DuplicateAlias = &lint.Rule{
	ID:       "duplicate-alias",
	Summary:  "an alias is the name of another unit, or another unit's alias",
	Category: "resource",
	Severity: lint.Warning,
	Since:    "0.1.0",
	Page:     duplicateAliasPage,
	CheckSet: duplicateAlias,
}

func duplicateAlias(p *lint.SetPass) {
	claimed := map[string]claim{}
	for _, u := range p.Set.Units {
		if u.Fragment == nil || u.Template != nil {
			continue
		}
		for _, ref := range u.References("Install", "Alias") {
			if ref.Name == "" || strings.Contains(ref.Name, "@") {
				continue
			}
			c := claim{u, ref.Setting, ref.At, ref.Name}
			f := lint.Finding{Unit: u.Name.String(), Place: c.place(), Help: "give the alias another name, or let the units exclude each other with Conflicts="}
			if named := p.Set.Lookup(ref.Name); !p.Set.Rooted && named != nil && named != u && named.Fragment != nil && named.Name.String() == ref.Name && isFile(named) {
				f.Message = fmt.Sprintf("Alias=%s is the name of a unit of its own: systemctl enable refuses to make a link in its place", ref.Name)
				f.Related = []lint.Related{{Place: lint.Place{Path: named.Path}, Message: "the unit of that name"}}
				p.Report(f)
				continue
			}
			other, ok := claimed[ref.Name]
			if !ok {
				claimed[ref.Name] = c
				continue
			}
			if p.Set.Rooted || !sameTarget(u, other.unit) || conflicts(p.Set, u, other.unit) {
				continue // units to choose from
			}
			f.Message = fmt.Sprintf("Alias=%s is that of %s as well: systemctl enable refuses the second of them", ref.Name, other.unit.Name)
			f.Related = []lint.Related{{Place: other.place(), Message: "the other unit"}}
			p.Report(f)
		}
	}
}

// isFile reports whether a unit's fragment is a file of its own and no link to
// another unit.
func isFile(u *unit.Unit) bool { return u.Fragment.Linked == "" }

// sameTarget reports whether two units are started by the same target.
func sameTarget(a, b *unit.Unit) bool {
	for _, one := range a.References("Install", "WantedBy") {
		for _, other := range b.References("Install", "WantedBy") {
			if one.Name != "" && one.Name == other.Name {
				return true
			}
		}
	}
	return false
}

// conflicts reports whether one unit names the other in Conflicts=.
func conflicts(set *lint.Set, a, b *unit.Unit) bool {
	for _, pair := range [][2]*unit.Unit{{a, b}, {b, a}} {
		for _, ref := range pair[0].References("Unit", "Conflicts") {
			if set.Lookup(ref.Name) == pair[1] {
				return true
			}
		}
	}
	return false
}
