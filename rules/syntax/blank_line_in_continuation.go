package syntax

import (
	_ "embed"
	"fmt"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/syntax"
)

//go:embed blank_line_in_continuation.md
var blankLineInContinuationPage string

// BlankLineInContinuation finds blank lines that cut a continued line in two
// (config_parse in src/shared/conf-parser.c).
var BlankLineInContinuation = &lint.Rule{
	ID:        "blank-line-in-continuation",
	Summary:   "a blank line inside a continued line: the value ends there, and the rest is ignored",
	Category:  "syntax",
	Severity:  lint.Warning,
	Since:     "0.1.0",
	Page:      blankLineInContinuationPage,
	CheckFile: blankLineInContinuation,
}

func blankLineInContinuation(p *lint.FilePass) {
	for _, line := range linesOf(p) {
		if line.cut != cutByEmpty || !reads(p, line.meant) {
			continue
		}
		_, backslash := endOf(p.Part.File, line.before)
		what := "the line"
		if a, ok := line.before.(*syntax.Assignment); ok {
			what = a.Key().String() + "="
		}
		var edits []lint.Edit
		for _, blank := range blankLines(p.Part.Source.Text, backslash+1, line.Span().Start) {
			edits = append(edits, replace(p, blank, ""))
		}
		p.Report(lint.Finding{
			Place:   lint.At(p.Part, source.Span{Start: backslash, End: backslash + 1}),
			Message: fmt.Sprintf("a blank line follows the backslash: %s ends there, and systemd reads %s alone and ignores it", what, quoted(lineText(p, line.Node))),
			Help:    "remove the blank line; where one is wanted, write a line with a # alone",
			Related: []lint.Related{{Place: lint.At(p.Part, textOf(line.Node).Whole()), Message: "the line that was to continue it"}},
			Fixes:   []lint.Fix{{Title: "remove the blank line", Safe: true, Edits: edits}},
		})
	}
}

// blankLines returns the lines between two lines that are blank: those from the
// end of the one that holds from on, up to to.
func blankLines(text string, from, to int) []source.Span {
	var found []source.Span
	start := -1
	blank := true
	for i := from; i < to; i++ {
		switch c := text[i]; {
		case c == '\n':
			if start >= 0 && blank {
				found = append(found, source.Span{Start: start, End: i + 1})
			}
			start, blank = i+1, true
		case !isBlank(c) && c != '\r':
			blank = false
		}
	}
	return found
}
