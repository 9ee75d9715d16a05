package syntax

import (
	_ "embed"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/syntax"
)

//go:embed line_too_long.md
var lineTooLongPage string

// LineTooLong finds lines, joined or not, over the limit of 1 MiB (LONG_LINE_MAX
// in src/basic/fileio.h). systemd gives up on the file without a word.
var LineTooLong = &lint.Rule{
	ID:        "line-too-long",
	Summary:   "a line over 1 MiB: systemd does not load the unit",
	Category:  "syntax",
	Severity:  lint.Error,
	Since:     "0.1.0",
	Page:      lineTooLongPage,
	CheckFile: lineTooLong,
}

func lineTooLong(p *lint.FilePass) {
	for _, problem := range p.Part.Problems() {
		if problem.Kind != syntax.LineTooLong {
			continue
		}
		what := "the line is longer than 1 MiB"
		if problem.Span.Len() < syntax.LongLineMax {
			what = "with this line, the joined lines are longer than 1 MiB"
		}
		span := problem.Span
		span.End = min(span.End, span.Start+1) // a megabyte is not worth underlining
		p.Report(lint.Finding{
			Place:   lint.At(p.Part, span),
			Message: what + ": " + fatal(p),
			Help:    "keep data in a file of its own, and name the file here",
		})
	}
}
