package directive

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/directive"
	"github.com/unitvet/unitvet/lint/syntax"
	"github.com/unitvet/unitvet/lint/value"
)

//go:embed ineffective_reset.md
var ineffectiveResetPage string

// IneffectiveReset finds empty assignments that do not reset what they are for
// (src/core/load-fragment.c).
var IneffectiveReset = &lint.Rule{
	ID:        "ineffective-reset",
	Summary:   "an empty assignment to a directive that it does not reset",
	Category:  "directive",
	Severity:  lint.Warning,
	Since:     "0.1.0",
	Page:      ineffectiveResetPage,
	CheckFile: ineffectiveReset,
}

func ineffectiveReset(p *lint.FilePass) {
	for s := range settings(p, isEmpty) {
		d := s.directive
		if !s.works(p.Set.Release) {
			continue
		}
		f := lint.Finding{Place: lint.AtKey(s.Setting)}
		before, set := earlier(p, s)
		if set {
			f.Related = []lint.Related{{Place: lint.AtValue(before), Message: "this stays"}}
		}
		switch empty := d.EmptyIn(p.Set.Release); {
		case empty == directive.EmptyNoOp:
			if !set && !p.Part.IsDropIn() {
				continue // there is nothing that it could be meant to reset
			}
			f.Message = fmt.Sprintf("an empty %s= does nothing: systemd never takes back what was set before", d.Key)
			f.Help = "remove the line, and change the file that sets it: a copy of the unit in /etc takes the place of the shipped one"
		case empty == directive.EmptyError:
			f.Message = fmt.Sprintf("an empty value is invalid for %s=: %s", d.Key, ignored(p, s))
			if s.refuses() {
				f.Severity = lint.Error
				f.Message = fmt.Sprintf("an empty value is invalid for %s=: %s", d.Key, fatal(p))
			}
			f.Help = "write the value that it should have, or remove the line"
		case d.Key == "CapabilityBoundingSet" && onlyTakesAway(p, s):
			f.Message = "an empty CapabilityBoundingSet= drops all capabilities, and the ~ below takes away from nothing"
			f.Help = "write CapabilityBoundingSet=~ for all capabilities, then what to take away"
			f.Related = nil
		default:
			continue
		}
		p.Report(f)
	}
}

// isEmpty wants the assignments without a value.
func isEmpty(a *syntax.Assignment) bool { return a.Value().String() == "" }

// onlyTakesAway reports whether, after an empty CapabilityBoundingSet=, the unit
// only names capabilities that it does not want.
func onlyTakesAway(p *lint.FilePass, s setting) bool {
	after, found := false, false
	for other := range p.Unit.All() {
		if other.Assignment == s.Assignment {
			after = true
			continue
		}
		if !after || other.Section != s.Section || other.Key().String() != s.Key().String() {
			continue
		}
		if words := value.Fields(other.Value().String()); len(words) == 0 || !strings.HasPrefix(words[0].Text, "~") || words[0].Text == "~" {
			return false
		}
		found = true
	}
	return found
}
