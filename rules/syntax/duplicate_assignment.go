package syntax

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/directive"
	"github.com/unitvet/unitvet/lint/syntax"
)

//go:embed duplicate_assignment.md
var duplicateAssignmentPage string

// DuplicateAssignment finds a single value that one file sets twice.
var DuplicateAssignment = &lint.Rule{
	ID:        "duplicate-assignment",
	Summary:   "a directive that takes one value is set twice in one file",
	Category:  "syntax",
	Severity:  lint.Warning,
	Since:     "0.1.0",
	Page:      duplicateAssignmentPage,
	CheckFile: duplicateAssignment,
}

func duplicateAssignment(p *lint.FilePass) {
	type name struct{ section, key string }
	last := map[name]*syntax.Assignment{}
	for _, line := range linesOf(p) {
		a, ok := line.Node.(*syntax.Assignment)
		if !ok || !reads(p, line.meant) {
			continue
		}
		d, ok := directive.Lookup(line.meant, a.Key().String())
		if !ok || d.List != directive.Single && d.List != directive.FirstWins || !d.In(p.Set.Release) {
			continue
		}
		at := name{line.meant, d.Key}
		if a.Value().String() == "" {
			if d.ResetGroup() != "" {
				delete(last, at)
			}
			continue
		}
		before := last[at]
		if before == nil || d.List == directive.Single {
			last[at] = a
		}
		if before != nil {
			p.Report(tellDuplicate(p, d, before, a))
		}
	}
}

// tellDuplicate is the finding about a value that is set before and again.
func tellDuplicate(p *lint.FilePass, d *directive.Directive, before, again *syntax.Assignment) lint.Finding {
	f := lint.Finding{
		Place:   lint.At(p.Part, again.Key().Whole()),
		Related: []lint.Related{{Place: lint.At(p.Part, before.Key().Whole()), Message: "set here before"}},
	}
	old, value := quoted(before.Value().String()), quoted(again.Value().String())
	switch {
	case before.Value().String() == again.Value().String():
		f.Severity = lint.Info
		f.Message = fmt.Sprintf("%s= is set to %s a second time", d.Key, value)
		f.Help = "remove one of the lines"
		f.Fixes = []lint.Fix{{Title: "remove the second one", Safe: true, Edits: []lint.Edit{replace(p, again.Span(), "")}}}
	case d.List == directive.FirstWins:
		f.Message = fmt.Sprintf("%s= is set a second time: the first one counts, %s, and systemd ignores %s", d.Key, old, value)
		f.Help = "remove the one that is not meant"
	default:
		f.Message = fmt.Sprintf("%s= is set a second time: %s replaces %s", d.Key, value, old)
		f.Help = "remove the one that is not meant"
		if hasComment(p.Part.Source.Text, again.Span().Start) {
			f.Severity = lint.Info // whoever wrote it knows of the other
		}
	}
	return f
}

// hasComment reports whether the line before the one at an offset is a comment.
func hasComment(text string, offset int) bool {
	before := strings.TrimSuffix(text[:offset], "\n")
	before = strings.TrimLeft(before[strings.LastIndexByte(before, '\n')+1:], " \t")
	return before != "" && (before[0] == '#' || before[0] == ';')
}
