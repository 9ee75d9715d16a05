package suppression

import (
	_ "embed"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/source"
)

//go:embed unused_suppression.md
var unusedSuppressionPage string

// UnusedSuppression finds comments that silence nothing any more.
var UnusedSuppression = &lint.Rule{
	ID:       "unused-suppression",
	Summary:  "a comment that silences a finding that there is not",
	Category: "suppression",
	Severity: lint.Warning,
	Since:    "0.1.0",
	Page:     unusedSuppressionPage,
	CheckRun: unusedSuppression,
}

// holdsElsewhere reports whether a rule that finds nothing here would find nothing
// elsewhere: comments go with the files from the checkout to the host, and a name
// that is missing in one place is there in the other.
func holdsElsewhere(p *lint.RunPass, rule string) bool {
	switch p.Category(rule) {
	case "directive", "syntax":
		return true // they look at the files alone
	case "dependency", "install", "trigger":
		return !p.Rooted()
	}
	return p.HasFacts() && !p.Rooted()
}

func unusedSuppression(p *lint.RunPass) {
	for _, ignore := range p.Ignores {
		if ignore.Fault != "" {
			continue
		}
		for i, rule := range ignore.Rules {
			if !holdsElsewhere(p, rule.ID) || !p.Judged(rule.ID, ignore.File.Path) || ignore.Used(rule.ID) {
				continue
			}
			f := lint.Finding{Unit: ignore.Unit, Place: at(ignore, rule.Span), Help: "remove it"}
			switch {
			case ignore.WholeFile:
				f.Message = "no finding of " + rule.ID + " in this file is left to silence"
			case ignore.Covers.Len() == 0:
				f.Message = "no assignment and no header stands right below, so " + rule.ID + " is silenced nowhere"
				f.Help = "put the comment right above what it is about, without a blank line between"
			default:
				f.Message = "no finding of " + rule.ID + " is there to silence"
			}
			if len(ignore.Rules) == 1 {
				f.Fixes = []lint.Fix{{Title: "remove the comment", Safe: true, Edits: remove(ignore, ignore.Line)}}
			} else {
				f.Fixes = []lint.Fix{{Title: "remove " + rule.ID + " from the comment", Safe: true, Edits: remove(ignore, withComma(ignore, i))}}
			}
			p.Report(f)
		}
	}
}

// withComma returns the place of a rule in a list of several, with the comma that
// goes with it.
func withComma(ignore *lint.Ignore, i int) source.Span {
	span := ignore.Rules[i].Span
	if i > 0 {
		between := source.Span{Start: ignore.Rules[i-1].Span.End, End: span.Start}
		return source.Span{Start: between.Start + strings.IndexByte(between.Of(ignore.File.Text), ','), End: span.End}
	}
	return source.Span{Start: span.Start, End: ignore.Rules[1].Span.Start}
}
