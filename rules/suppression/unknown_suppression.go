package suppression

import (
	_ "embed"
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/value"
)

//go:embed unknown_suppression.md
var unknownSuppressionPage string

// UnknownSuppression finds comments that mean to silence findings and do not:
// rules that do not exist, and what is not written as unitvet reads it.
var UnknownSuppression = &lint.Rule{
	ID:       "unknown-suppression",
	Summary:  "a comment that means to silence a rule that does not exist, or is malformed",
	Category: "suppression",
	Severity: lint.Warning,
	Since:    "0.1.0",
	Page:     unknownSuppressionPage,
	CheckRun: unknownSuppression,
}

func unknownSuppression(p *lint.RunPass) {
	rules := p.Rules()
	for _, ignore := range p.Ignores {
		if ignore.Fault != "" {
			malformed(p, ignore)
			continue
		}
		for _, rule := range ignore.Rules {
			if slices.Contains(rules, rule.ID) {
				continue
			}
			f := lint.Finding{
				Unit: ignore.Unit, Place: at(ignore, rule.Span),
				Message: "there is no rule \"" + rule.ID + "\": the comment silences nothing",
				Help:    "unitvet rules lists them",
			}
			if near, ok := value.Closest(rule.ID, rules); ok {
				f.Help = "did you mean " + near + "?"
				f.Fixes = []lint.Fix{{Title: "write " + near, Safe: true, Edits: []lint.Edit{{Place: f.Place, Text: near}}}}
			}
			p.Report(f)
		}
	}
}

// malformed reports a comment that is not read.
func malformed(p *lint.RunPass, ignore *lint.Ignore) {
	f := lint.Finding{
		Unit: ignore.Unit, Place: at(ignore, ignore.Span),
		Message: "the comment silences nothing: " + ignore.Fault,
		Help:    "write # unitvet: ignore[rule] reason, above the assignment or the header that it is about",
	}
	if ignore.Near != "" && len(ignore.Rules) > 0 {
		text := ignore.Span.Of(ignore.File.Text)
		start := strings.Index(text, "unitvet:") + len("unitvet:")
		start += len(text[start:]) - len(strings.TrimLeft(text[start:], " \t"))
		word := text[start:]
		if end := strings.IndexAny(word, "[ \t"); end >= 0 {
			word = word[:end]
		}
		place := at(ignore, source.Span{Start: ignore.Span.Start + start, End: ignore.Span.Start + start + len(word)})
		f.Fixes = []lint.Fix{{Title: "write " + ignore.Near, Edits: []lint.Edit{{Place: place, Text: ignore.Near}}}}
	}
	p.Report(f)
}
