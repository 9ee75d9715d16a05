package suppression

import (
	_ "embed"
	"fmt"
	"slices"

	"github.com/unitvet/unitvet/lint"
)

//go:embed stale_baseline_entry.md
var staleBaselineEntryPage string

// StaleBaselineEntry finds entries of the baseline whose finding is gone.
var StaleBaselineEntry = &lint.Rule{
	ID:       "stale-baseline-entry",
	Summary:  "an entry of the baseline whose finding is gone",
	Category: "suppression",
	Severity: lint.Info,
	Since:    "0.1.0",
	Page:     staleBaselineEntryPage,
	CheckRun: staleBaselineEntry,
}

func staleBaselineEntry(p *lint.RunPass) {
	file, stale := p.Stale()
	rules := p.Rules()
	for _, entry := range stale {
		message := fmt.Sprintf("%s is no longer found in %s", entry.Rule, entry.Path)
		if !slices.Contains(rules, entry.Rule) {
			message = fmt.Sprintf("there is no rule %q any more", entry.Rule)
		}
		p.Report(lint.Finding{
			Place:   lint.Place{File: file, Span: entry.Span},
			Message: message,
			Help:    "unitvet baseline prune takes out what is gone, so that it cannot hide a new one",
		})
	}
}
