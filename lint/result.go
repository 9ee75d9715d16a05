package lint

import (
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint/baseline"
	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/unit"
)

// Result is the outcome of a run.
type Result struct {
	// Findings that are shown, ordered by path, place and rule.
	Findings []Finding
	// Suppressed are findings that a comment or the baseline silences, in the same
	// order.
	Suppressed []Finding
	// HasBaseline says that there was a baseline.
	HasBaseline bool
	// Stale are the entries of the baseline whose finding is gone.
	Stale []baseline.Entry
	// Rules that ran, ordered by ID.
	Rules []*Rule
	// Errors are inputs that could not be read, and internal errors. With one of
	// them a run has not seen everything, and its exit code says so.
	Errors []Problem
	// Notes are worth telling but do no harm: what was passed over and why.
	Notes []Problem
	Summary

	focus focus
	sets  []*Set
}

// UnitOf returns the unit whose main file is file, nil if there is none.
func (r *Result) UnitOf(file *source.File) *unit.Unit {
	for _, set := range r.sets {
		for _, u := range set.Units {
			if u.Fragment != nil && u.Template == nil && u.Fragment.Source == file {
				return u
			}
		}
	}
	return nil
}

// FileAt returns the unit file or drop-in that a path in reports stands for, nil if
// no unit was read from it.
func (r *Result) FileAt(reported string) *source.File {
	for _, set := range r.sets {
		for _, u := range set.Units {
			for _, part := range u.Parts() {
				if part.Source != nil && part.Source.Path == reported {
					return part.Source
				}
			}
		}
	}
	return nil
}

// All returns the findings that are shown and those that are not, in order.
func (r *Result) All() []Finding {
	if len(r.Suppressed) == 0 {
		return r.Findings
	}
	all := slices.Concat(r.Findings, r.Suppressed)
	slices.SortStableFunc(all, inOrder)
	return all
}

// Merge joins the results of runs over different inputs.
func Merge(results []*Result) *Result {
	if len(results) == 1 {
		return results[0]
	}
	all := &Result{}
	for _, r := range results {
		all.Findings = append(all.Findings, r.Findings...)
		all.Suppressed = append(all.Suppressed, r.Suppressed...)
		all.Stale = append(all.Stale, r.Stale...)
		all.HasBaseline = all.HasBaseline || r.HasBaseline
		for _, rule := range r.Rules {
			if !slices.Contains(all.Rules, rule) {
				all.Rules = append(all.Rules, rule)
			}
		}
		all.Errors = append(all.Errors, r.Errors...)
		all.Notes = append(all.Notes, r.Notes...)
		all.Sets += r.Sets
		all.Units += r.Units
		all.Files += r.Files
		all.ErrorCount += r.ErrorCount
		all.WarningCount += r.WarningCount
		all.InfoCount += r.InfoCount
		all.HiddenStrict += r.HiddenStrict
		all.IgnoredCount += r.IgnoredCount
		all.BaselineCount += r.BaselineCount
		all.Fixed += r.Fixed
	}
	slices.SortStableFunc(all.Findings, inOrder)
	slices.SortStableFunc(all.Suppressed, inOrder)
	slices.SortFunc(all.Rules, func(a, b *Rule) int { return strings.Compare(a.ID, b.ID) })
	return all
}

// InFocus reports whether findings about a file, by its path in reports, are
// shown.
func (r *Result) InFocus(file string) bool { return r.focus.has(file) }

// Problem is something about the run, not about a unit.
type Problem struct {
	// Path is the file or directory in reports; it may be empty.
	Path string
	// Text says what is wrong.
	Text string
	// Internal says that it is a fault of unitvet itself.
	Internal bool
}

// String returns the problem as one line.
func (p Problem) String() string {
	if p.Path == "" {
		return p.Text
	}
	return p.Path + ": " + p.Text
}

// Summary counts what a run has seen and found.
type Summary struct {
	// Sets, Units and Files that were loaded and are in focus.
	Sets, Units, Files int
	// ErrorCount, WarningCount and InfoCount are the numbers of findings shown.
	ErrorCount, WarningCount, InfoCount int
	// HiddenStrict is how many findings of strict rules are not shown.
	HiddenStrict int
	// IgnoredCount and BaselineCount are the numbers of findings that comments and
	// the baseline silence.
	IgnoredCount, BaselineCount int
	// Fixed is how many findings are gone because they were fixed.
	Fixed int
}

// Worst returns the highest severity among the findings, 0 if there are none.
func (r *Result) Worst() Severity {
	var worst Severity
	for i := range r.Findings {
		worst = max(worst, r.Findings[i].Severity)
	}
	return worst
}
