package install

import (
	_ "embed"
	"fmt"
	"path"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/unit"
	"github.com/unitvet/unitvet/lint/value"
)

//go:embed orphan_drop_in.md
var orphanDropInPage string

// OrphanDropIn finds drop-ins that apply to nothing.
var OrphanDropIn = &lint.Rule{
	ID:       "orphan-drop-in",
	Summary:  "drop-ins for a unit that does not exist, or a drop-in beside units instead of in a directory",
	Category: "install",
	Severity: lint.Warning,
	Since:    "0.1.0",
	Page:     orphanDropInPage,
	CheckSet: orphanDropIn,
}

// madeTypes are types of which units come into being without a file.
var madeTypes = map[string]bool{"automount": true, "device": true, "mount": true, "scope": true, "slice": true, "swap": true}

func orphanDropIn(p *lint.SetPass) {
	for _, u := range p.Set.Units {
		name := u.ID
		if u.State != unit.NotFound || len(u.DropIns) == 0 || u.Template != nil || madeTypes[u.Name.Type] {
			continue
		}
		part := ownDropIn(u)
		if part == nil {
			continue
		}
		if p.Set.Resolve(name).Where != lint.Nowhere {
			continue
		}
		own, near := p.Set.Family(name)
		f := lint.Finding{
			Unit:    name,
			Place:   lint.Place{Path: part.Source.Path},
			Message: fmt.Sprintf("the drop-in is for %s, but there is no such unit: systemd never reads it", name),
			Help:    "rename the directory, or add the unit",
		}
		if near != "" {
			f.Help = fmt.Sprintf("did you mean %s.d?", near)
		}
		if !own {
			// The unit may come from anywhere.
			f.Severity = lint.Info
			f.Message = fmt.Sprintf("the drop-in is for %s, but there is no such unit here, and no known package ships one", name)
		}
		p.Report(f)
	}
	for _, file := range p.Set.Ignored {
		dir := path.Dir(file.Path)
		if file.Unit != "" || file.Shadow != "" || !strings.HasSuffix(file.Path, ".conf") || !isSearched(p.Set, dir) {
			continue
		}
		p.Report(lint.Finding{
			Place:   lint.Place{Path: file.Path},
			Message: "systemd reads no .conf files among units, only those in a directory such as foo.service.d",
			Help:    "move it to the directory of the unit that it is for",
		})
	}
}

// ownDropIn returns the first of the drop-ins that stands in a directory for the
// unit itself, not for all of a prefix or a type; nil if there is none.
func ownDropIn(u *unit.Unit) *unit.Part {
	if _, err := value.ParseName(u.ID); err != nil || strings.HasSuffix(u.Name.Prefix, "-") {
		return nil
	}
	for _, part := range u.DropIns {
		if u.ReadsInstall(part) {
			return part
		}
	}
	return nil
}

// isSearched reports whether a directory in reports is one of a deployed system's
// search path.
func isSearched(set *lint.Set, dir string) bool {
	for _, d := range set.Dirs {
		if d.Path == dir && d.Host != "" {
			return true
		}
	}
	return false
}
