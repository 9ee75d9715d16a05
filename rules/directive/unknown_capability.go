package directive

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint"
)

//go:embed unknown_capability.md
var unknownCapabilityPage string

// UnknownCapability finds names of capabilities that do not exist. systemd passes
// over them without a word (capability_set_from_string in src/basic/cap-list.c).
var UnknownCapability = &lint.Rule{
	ID:        idUnknownCapability,
	Summary:   "a capability that does not exist: systemd passes over it without a word",
	Category:  "directive",
	Severity:  lint.Warning,
	Since:     "0.1.0",
	Page:      unknownCapabilityPage,
	CheckFile: unknownCapability,
}

func unknownCapability(p *lint.FilePass) {
	for s := range settings(p, ofKeys("CapabilityBoundingSet", "AmbientCapabilities")) {
		found, _ := problems(p, s)
		for _, problem := range found {
			if ruleFor(s, problem) != idUnknownCapability {
				continue
			}
			f := finding(p, s, problem)
			name := problem.Span.Of(s.text)
			f.Message = fmt.Sprintf("%s= names %s, which is no capability: systemd passes over it without a word", s.directive.Key, quoted(name))
			if full := "CAP_" + strings.ToUpper(name); slices.Contains(vocabulary(s.directive, p.Set.Release), full) {
				f.Help = "write " + full
				f.Fixes = []lint.Fix{{Title: f.Help, Safe: true, Edits: []lint.Edit{s.edit(problem.Span, full)}}}
			}
			p.Report(f)
		}
	}
}
