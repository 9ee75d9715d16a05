package directive

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/directive"
	"github.com/unitvet/unitvet/lint/unit"
	"github.com/unitvet/unitvet/lint/value"
)

//go:embed contradictory_conditions.md
var contradictoryConditionsPage string

// ContradictoryConditions finds conditions that cannot hold together on any host,
// and alternatives of which one always holds (systemd.unit(5), "Conditions and
// Asserts").
var ContradictoryConditions = &lint.Rule{
	ID:        "contradictory-conditions",
	Summary:   "conditions that can never hold together, or of which one always does",
	Category:  "directive",
	Severity:  lint.Warning,
	Since:     "0.1.0",
	Page:      contradictoryConditionsPage,
	CheckFile: contradictoryConditions,
}

// condition is a Condition*= or Assert*= that is in force.
type condition struct {
	unit.Setting
	// kind is the key without its prefix, such as PathExists.
	kind string
	// argument is what is tested, canonical where that is easy.
	argument         string
	trigger, negated bool
}

func contradictoryConditions(p *lint.FilePass) {
	for _, prefix := range []string{"Condition", "Assert"} {
		if !hasKeys(p.Part, prefix) {
			continue // nothing to tell in this file
		}
		conditions := conditionsOf(p, prefix)
		var required, alternatives []condition
		for _, c := range conditions {
			if c.trigger {
				alternatives = append(alternatives, c)
			} else {
				required = append(required, c)
			}
		}
		if a, b, ok := contradiction(required); ok {
			tellConditions(p, a, b, fmt.Sprintf("%s=%s and %s=%s never hold together: the unit is never started",
				a.Key().String(), a.Value().String(), b.Key().String(), b.Value().String()))
		}
		if len(alternatives) == 1 {
			// One alternative is a condition like any other.
			if a, b, ok := contradiction(append(required, alternatives...)); ok && (a.trigger || b.trigger) {
				tellConditions(p, a, b, fmt.Sprintf("%s=%s and %s=%s never hold together: the unit is never started",
					a.Key().String(), a.Value().String(), b.Key().String(), b.Value().String()))
			}
		}
		if a, b, ok := tautology(alternatives); ok {
			tellConditions(p, a, b, fmt.Sprintf("one of %s=%s and %s=%s always holds: the alternatives test nothing",
				a.Key().String(), a.Value().String(), b.Key().String(), b.Value().String()))
		}
	}
}

// tellConditions reports two conditions, at the later one, in the file that it
// stands in.
func tellConditions(p *lint.FilePass, a, b condition, message string) {
	if b.Part != p.Part {
		return
	}
	p.Report(lint.Finding{
		Place:   lint.AtValue(b.Setting),
		Message: message,
		Help:    "remove one of the two; an empty assignment to any condition drops all conditions before it",
		Related: []lint.Related{{Place: lint.AtValue(a.Setting), Message: "the other condition"}},
	})
}

// conditionsOf returns the conditions of a unit that are in force, in order.
func conditionsOf(p *lint.FilePass, prefix string) []condition {
	var found []condition
	for s := range p.Unit.All() {
		if s.Section != "Unit" || !strings.HasPrefix(s.Key().String(), prefix) {
			continue
		}
		d, ok := directive.Lookup(s.Section, s.Key().String())
		if !ok || !d.In(p.Set.Release) {
			continue
		}
		text := meant(s.Part.Source.Text, d, s.Assignment)
		if s.Value().String() == "" {
			found = nil
			continue
		}
		if text == "" || text != s.Value().String() || len(value.Check(d, text, context(p, text), p.Set.Release)) > 0 {
			continue
		}
		found = append(found, parseCondition(s, prefix, d))
	}
	return found
}

func parseCondition(s unit.Setting, prefix string, d *directive.Directive) condition {
	c := condition{Setting: s, kind: strings.TrimPrefix(s.Key().String(), prefix)}
	text := s.Value().String()
	blanks := ""
	if d.Type == directive.TypeConditionString {
		blanks = " \t"
	}
	if rest, ok := strings.CutPrefix(text, "|"); ok {
		c.trigger, text = true, strings.TrimLeft(rest, blanks)
	}
	if rest, ok := strings.CutPrefix(text, "!"); ok {
		c.negated, text = true, strings.TrimLeft(rest, blanks)
	}
	c.argument = text
	if d.Type == directive.TypeConditionPath {
		c.argument = value.SimplifyPath(text)
	}
	if truth, ok := value.ParseBoolean(text); ok && slices.Contains(booleanConditions, c.kind) {
		c.argument = "yes"
		c.negated = c.negated == truth
	}
	return c
}

// booleanConditions take a boolean.
var booleanConditions = []string{"ACPower", "FirstBoot"}

// existence are conditions on a path that hold only if something is there.
var existence = []string{
	"DirectoryNotEmpty", "FileIsExecutable", "FileNotEmpty", "PathIsDirectory", "PathIsMountPoint", "PathIsReadWrite",
}

// contradiction returns the first two conditions that cannot both hold.
func contradiction(conditions []condition) (a, b condition, ok bool) {
	for i, b := range conditions {
		for _, a := range conditions[:i] {
			if opposite(a, b) || absent(a, b) || absent(b, a) || exclusive(a, b) {
				return a, b, true
			}
		}
	}
	return a, b, false
}

// tautology returns the first two alternatives of which one always holds.
func tautology(alternatives []condition) (a, b condition, ok bool) {
	for i, b := range alternatives {
		for _, a := range alternatives[:i] {
			if opposite(a, b) {
				return a, b, true
			}
		}
	}
	return a, b, false
}

// opposite reports whether one condition is the negation of the other.
func opposite(a, b condition) bool {
	return a.kind == b.kind && a.argument == b.argument && a.negated != b.negated
}

// absent reports whether a says that a path is not there and b that it is.
func absent(a, b condition) bool {
	return a.kind == "PathExists" && a.negated && !b.negated && slices.Contains(existence, b.kind) && a.argument == b.argument
}

// exclusive reports whether two conditions ask one thing to be two: there is one
// architecture, and one kind of virtualisation.
func exclusive(a, b condition) bool {
	if a.kind != b.kind || a.negated || b.negated {
		return false
	}
	switch a.kind {
	case "Architecture":
		return a.argument != b.argument && a.argument != "native" && b.argument != "native"
	case "Virtualization":
		kinds := []string{"vm", "container"}
		return a.argument != b.argument && slices.Contains(kinds, a.argument) && slices.Contains(kinds, b.argument)
	}
	return false
}
