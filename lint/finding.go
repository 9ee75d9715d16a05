// Package lint is the engine: it loads the sets that were asked for, runs rules
// over them side by side and returns their findings in a fixed order. It knows
// no rule and no output format.
package lint

import (
	"io/fs"

	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/unit"
)

// Place is a span of a file, or a whole file if File is nil.
type Place struct {
	File *source.File
	Span source.Span
	// Path is the file in reports where File is nil: a link, a directory, a file
	// that was not read.
	Path string
}

// ReportPath returns the path under which the place is reported.
func (p Place) ReportPath() string {
	if p.File != nil {
		return p.File.Path
	}
	return p.Path
}

// Range returns the place as people count it. A whole file is the empty range at
// its start.
func (p Place) Range() source.Range {
	if p.File == nil {
		start := source.Position{Line: 1, Column: 1}
		return source.Range{Start: start, End: start}
	}
	return p.File.Range(p.Span)
}

// At returns the place of a span of a part of a unit.
func At(part *unit.Part, span source.Span) Place {
	return Place{File: part.Source, Span: span}
}

// AtValue returns the place of a setting's whole value, or of its key if the
// value is empty.
func AtValue(s unit.Setting) Place {
	if s.Value().String() == "" {
		return AtKey(s)
	}
	return At(s.Part, s.Value().Whole())
}

// AtKey returns the place of a setting's key.
func AtKey(s unit.Setting) Place { return At(s.Part, s.Key().Whole()) }

// AtWord returns the place of a span of a setting's value.
func AtWord(s unit.Setting, span source.Span) Place { return At(s.Part, s.Value().Span(span)) }

// Finding is something that a rule has to say.
type Finding struct {
	Rule *Rule
	// Severity defaults to the rule's.
	Severity Severity
	// Unit is the name of the unit that the finding is about; it may be empty for
	// findings about files.
	Unit string
	// Place is what the finding underlines.
	Place
	// Message says what is wrong here: lower case, no full stop, directives named
	// with =, values quoted.
	Message string
	// Help says what to do.
	Help string
	// Result is where it ends at run time, as systemd names it: "203/EXEC",
	// "226/NAMESPACE"; or "".
	Result string
	// Related are other places that explain the finding.
	Related []Related
	// Evidence is the chain of steps that leads to the finding, in order.
	Evidence []Related
	// Fixes are alternatives; at most one of them is applied.
	Fixes []Fix
	// About is what the finding is about in a word, which the rule's option allow may
	// list; see Rule.Allows.
	About string
	// Suppression says why the finding is not shown; nil if it is.
	Suppression *Suppression

	shown bool // even if the rule is strict
}

// Suppression is what keeps a finding from being shown: a comment, or an entry of
// the baseline.
type Suppression struct {
	// Baseline says that it is the baseline, Reason what a comment gives for one.
	Baseline bool
	Reason   string
}

// Related is a place with what it has to do with the finding.
type Related struct {
	Place
	Message string
}

// Fix is a change that resolves a finding.
type Fix struct {
	// Title says what the fix does, as an imperative.
	Title string
	// Safe says that the fix keeps what the unit does today, apart from the fault.
	Safe  bool
	Edits []Edit
}

// Edit replaces a span of a file, or makes a file.
type Edit struct {
	Place
	Text string
	// Mode holds the permissions that the file gets; 0 leaves them as they are.
	Mode fs.FileMode
	// Dir is set for a file that is to be made, with Path and no File: the directory
	// of units that it, or its directory of drop-ins, stands in. Text is all of it.
	Dir *unit.Dir
}

// ChangeMode returns the edit that gives a part of a unit other permissions.
func ChangeMode(part *unit.Part, mode fs.FileMode) Edit {
	return Edit{Place: Place{File: part.Source}, Mode: mode.Perm()}
}
