package lint

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Severity says how bad a finding is.
type Severity int

// The severities, in ascending order.
const (
	// Info is advice.
	Info Severity = iota + 1
	// Warning: it works today by luck, or does something other than it says.
	Warning
	// Error: systemd refuses or ignores it, or the unit cannot work.
	Error
)

var severityNames = map[Severity]string{Info: "info", Warning: "warning", Error: "error"}

// String returns "info", "warning" or "error".
func (s Severity) String() string { return severityNames[s] }

// MarshalJSON writes the severity's name.
func (s Severity) MarshalJSON() ([]byte, error) { return json.Marshal(s.String()) }

// ParseSeverity is the inverse of String.
func ParseSeverity(name string) (Severity, error) {
	for severity, n := range severityNames {
		if n == name {
			return severity, nil
		}
	}
	return 0, fmt.Errorf("unknown severity %q: info, warning or error", name)
}

// Tier says who wants to see a rule's findings.
type Tier int

// The tiers.
const (
	// Default rules have next to no false positives on the units that
	// distributions ship.
	Default Tier = iota
	// Strict rules are taste, hardening advice and heuristics.
	Strict
)

// String returns "default" or "strict".
func (t Tier) String() string { return [...]string{"default", "strict"}[t] }

// Rule is one thing that is looked for. It is data: exactly one of the checks is
// set, and a check keeps no state, prints nothing and reads no files.
type Rule struct {
	// ID is the rule's name in kebab-case. It names the fault, so that "ignore ID"
	// reads well.
	ID string
	// Summary is one line: what the rule finds.
	Summary string
	// Category is the family the rule belongs to, such as "syntax" or "dependency".
	Category string
	// Severity of a finding that does not say otherwise.
	Severity Severity
	Tier     Tier
	// Allows says what the rule's option allow lists: words that it leaves alone, such
	// as "names of hosts". "" means that it has no such option.
	Allows string
	// Since is the version of unitvet that first had the rule.
	Since string
	// Page explains the rule, in Markdown: what it finds, why that is bad, a bad and
	// a good example, when it stays silent.
	Page string

	// CheckFile looks at one file.
	CheckFile func(*FilePass)
	// CheckUnit looks at one unit and reports on that unit only.
	CheckUnit func(*UnitPass)
	// Quadlets says that CheckUnit holds for the services that podman's generator makes
	// as well: it judges by what their files say alone, not by what the generator adds.
	Quadlets bool
	// CheckSet looks at a whole set and reports each problem once, at the
	// assignment that causes it.
	CheckSet func(*SetPass)
	// CheckRun looks at what the others found, and at what silences it. It comes
	// last.
	CheckRun func(*RunPass)
}

// Title returns the rule's name for SARIF, in PascalCase.
func (r *Rule) Title() string {
	var title strings.Builder
	for word := range strings.SplitSeq(r.ID, "-") {
		title.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return title.String()
}
