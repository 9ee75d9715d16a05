// Package resource holds the rules about what two units of a set cannot both have:
// ports, names on the bus, files and directories.
package resource

import (
	"path"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/program"
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

// together reports whether two units may run at the same time, as far as they say:
// they are not in conflict, none is an instance or the socket of the other, and they
// are not alternatives.
func together(set *lint.Set, a, b *unit.Unit) bool {
	if a == b || a.Name.Prefix == b.Name.Prefix || a.IsTemplate() || b.IsTemplate() || !a.Known() || !b.Known() {
		return false
	}
	if set.Rooted && !isOwn(a) && !isOwn(b) {
		return false // packages to choose from; which of them are in use is not known
	}
	for _, pair := range [][2]*unit.Unit{{a, b}, {b, a}} {
		one, other := pair[0], pair[1]
		for _, ref := range one.References("Unit", "Conflicts") {
			if other.ID == ref.Name || set.Lookup(ref.Name) == other {
				return false
			}
		}
		for _, key := range []string{"Service", "Unit", "Sockets"} {
			for _, section := range []string{"Socket", "Service", "Timer", "Path"} {
				for _, ref := range one.References(section, key) {
					if set.Lookup(ref.Name) == other {
						return false
					}
				}
			}
		}
		// Units that start one after another's end, and those that only failure or
		// success starts.
		for _, key := range []string{"OnFailure", "OnSuccess"} {
			for _, ref := range one.References("Unit", key) {
				if set.Lookup(ref.Name) == other {
					return false
				}
			}
		}
	}
	return !alternatives(set, a, b)
}

// isOwn reports whether an administrator made a unit or a drop-in of it.
func isOwn(u *unit.Unit) bool {
	for _, part := range u.Parts() {
		if strings.HasPrefix(part.Dir.Host, "/etc/") || strings.HasPrefix(part.Dir.Host, "/run/") || strings.HasPrefix(part.Dir.Host, "/usr/local/") {
			return true
		}
	}
	return false
}

// alternatives reports whether two units are there to choose from: both want the
// same alias, or both run the same program with the same code.
func alternatives(set *lint.Set, a, b *unit.Unit) bool {
	for _, alias := range a.InstallAliases() {
		for _, other := range b.InstallAliases() {
			if alias == other {
				return true
			}
		}
	}
	one, other := entry(set.Program(a)), entry(set.Program(b))
	return one != "" && one == other
}

// entry is what a unit's main command runs, for comparison.
func entry(p *program.Unit) string {
	for _, c := range p.Commands {
		if c.Key != "ExecStart" || len(c.Runs) == 0 {
			continue
		}
		last := c.Runs[len(c.Runs)-1]
		if e := last.Entry; e != nil {
			if strings.HasPrefix(e.Word.Text, "/") {
				return e.Word.Text
			}
			return path.Join(e.Dir.Path, e.Word.Text)
		}
		return last.Program.Text
	}
	return ""
}

// clash reports each claim that another unit makes as well, once, at the later unit.
func clash(p *lint.SetPass, claims []claim, report func(c, other claim)) {
	byWhat := map[string][]claim{}
	for _, c := range claims {
		for _, other := range byWhat[c.what] {
			if together(p.Set, c.unit, other.unit) {
				report(c, other)
				break
			}
		}
		byWhat[c.what] = append(byWhat[c.what], c)
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
