// Package suppression holds the rules about what silences findings: the comments
// in unit files and the baseline.
package suppression

import (
	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/source"
)

// Rules returns the rules of the family.
func Rules() []*lint.Rule {
	return []*lint.Rule{
		StaleBaselineEntry,
		SuppressionWithoutReason,
		UnknownSuppression,
		UnusedSuppression,
	}
}

// at returns the place of a span of an ignore comment's file.
func at(ignore *lint.Ignore, span source.Span) lint.Place {
	return lint.Place{File: ignore.File, Span: span}
}

// remove returns the edit that takes something out of a comment's file.
func remove(ignore *lint.Ignore, span source.Span) []lint.Edit {
	return []lint.Edit{{Place: at(ignore, span)}}
}
