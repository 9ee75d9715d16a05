package syntax

import (
	_ "embed"
	"fmt"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/directive"
	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/syntax"
)

//go:embed blank_after_backslash.md
var blankAfterBackslashPage string

// BlankAfterBackslash finds continuations that a blank at the end of the line
// breaks (config_parse in src/shared/conf-parser.c).
var BlankAfterBackslash = &lint.Rule{
	ID:        "blank-after-backslash",
	Summary:   "a blank after a backslash: the line does not continue",
	Category:  "syntax",
	Severity:  lint.Warning,
	Since:     "0.1.0",
	Page:      blankAfterBackslashPage,
	CheckFile: blankAfterBackslash,
}

func blankAfterBackslash(p *lint.FilePass) {
	lines := linesOf(p)
	for i, line := range lines {
		if !reads(p, line.meant) {
			continue
		}
		end, backslash := endOf(p.Part.File, line.Node)
		if end != cutByBlank {
			continue
		}
		physical := physicalLines(p.Part.File, line.Node)
		blanks := source.Span{Start: backslash + 1, End: physical[len(physical)-1].End}
		f := lint.Finding{Place: lint.At(p.Part, source.Span{Start: backslash, End: blanks.End})}
		if isContinued(lines, i) {
			next := textOf(lines[i+1].Node)
			f.Message = fmt.Sprintf("a blank after the backslash: the line does not continue, and systemd reads %s alone and ignores it", quoted(lineText(p, lines[i+1].Node)))
			f.Help = "remove the blanks at the end of the line"
			f.Related = []lint.Related{{Place: lint.At(p.Part, next.Whole()), Message: "the line that was to continue it"}}
			f.Fixes = []lint.Fix{{Title: "remove the blanks after the backslash", Safe: true, Edits: []lint.Edit{replace(p, blanks, "")}}}
		} else {
			a, ok := line.Node.(*syntax.Assignment)
			if !ok {
				continue // a line that systemd ignores anyway
			}
			f.Message = "a blank after the backslash: the line does not continue, and the backslash is " + roleOfBackslash(line.meant, a)
			f.Help = "remove the backslash"
			whole := source.Span{Start: backslash, End: blanks.End}
			f.Fixes = []lint.Fix{{Title: "remove the backslash", Safe: true, Edits: []lint.Edit{replace(p, whole, "")}}}
		}
		p.Report(f)
	}
}

// lineText returns a logical line as systemd reads it.
func lineText(p *lint.FilePass, node syntax.Node) string {
	switch node := node.(type) {
	case *syntax.Bad:
		return node.Text.String()
	case *syntax.Assignment:
		return node.Key().String() + "=" + node.Value().String()
	}
	return node.Span().Of(p.Part.Source.Text)
}

// roleOfBackslash says what systemd makes of a backslash at the end of a value.
func roleOfBackslash(section string, a *syntax.Assignment) string {
	if d, ok := directive.Lookup(section, a.Key().String()); ok && d.Type == directive.TypeExecCommand {
		return "an argument of the command"
	}
	return "part of the value of " + a.Key().String() + "="
}
