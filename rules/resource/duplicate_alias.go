package resource

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/unit"
)

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
			f := lint.Finding{Unit: u.ID, Place: c.place(), Help: "give the alias another name, or let the units exclude each other with Conflicts="}
			if named := p.Set.Lookup(ref.Name); named != nil && named != u && !replaces(p.Set, named) && named.Fragment != nil && named.ID == ref.Name && isFile(named) {
				f.Message = fmt.Sprintf("Alias=%s is the name of a unit of its own: systemctl enable refuses to make a link in its place", ref.Name)
				if host := named.Fragment.Dir.Host; host != "" && host != p.Set.ConfigDir() {
					f.Message = fmt.Sprintf("Alias=%s is the name of a unit of its own: the link that systemctl enable makes in %s takes the place of that unit", ref.Name, p.Set.ConfigDir())
				}
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

// replaces reports whether the link of an alias goes in front of a unit on a system:
// it is made in /etc, and the unit stands elsewhere.
func replaces(set *lint.Set, named *unit.Unit) bool {
	return set.Rooted && (named.Fragment == nil || named.Fragment.Dir == nil || !strings.HasPrefix(named.Fragment.Dir.Host, "/etc/"))
}

// isFile reports whether a unit's fragment is a file of its own and no link to
// another unit.
func isFile(u *unit.Unit) bool { return !u.Fragment.Linked }

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
