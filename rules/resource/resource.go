// Package resource holds the rules about what two units of a set cannot both have:
// ports, names on the bus, files and directories.
package resource

import (
	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/unit"
)

// Rules returns the rules of the family.
func Rules() []*lint.Rule {
	return []*lint.Rule{
		DuplicateAlias,
		DuplicateBusName,
		DuplicatePIDFile,
		DuplicateRuntimeDirectory,
		PortConflict,
	}
}

// claim is something that a unit takes for itself.
type claim struct {
	unit    *unit.Unit
	setting unit.Setting
	at      source.Span // in the setting's value
	what    string
}

// place is the place of the claim.
func (c claim) place() lint.Place { return lint.AtWord(c.setting, c.at) }

// clash reports each claim that another unit makes as well, once, at the later unit.
func clash(p *lint.SetPass, all []claim, report func(c, other claim)) {
	rivals := newRivals(p.Set)
	byWhat := map[string]*claims[claim]{}
	for _, c := range all {
		one := rivals.of(c.unit)
		if one == nil {
			continue
		}
		earlier := byWhat[c.what]
		if earlier == nil {
			earlier = &claims[claim]{}
			byWhat[c.what] = earlier
		}
		if other, ok := earlier.first(rivals, one, func(claim) bool { return true }); ok {
			report(c, other)
		}
		earlier.add(one, c)
	}
}

// whole is the span of a setting's whole value.
func whole(s unit.Setting) source.Span { return source.Span{End: len(s.Value().String())} }

// single returns the claims of a setting with one value, specifiers expanded.
func single(set *lint.Set, key string, normal func(string) string) []claim {
	var claims []claim
	for _, u := range set.Units {
		setting, ok := u.Setting("Service", key)
		if !ok {
			continue
		}
		if expanded := u.Expand(setting.Value().String()); expanded.Known {
			claims = append(claims, claim{u, setting, whole(setting), normal(expanded.Text)})
		}
	}
	return claims
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
