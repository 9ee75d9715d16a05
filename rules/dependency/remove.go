package dependency

import (
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/unit"
)

// removeWord returns the fix that takes a name out of a list. A list that would
// be empty goes with its line.
func removeWord(ref unit.Reference, safe bool) lint.Fix {
	setting := ref.Setting
	file := setting.Part.Source
	fix := lint.Fix{Title: "remove " + ref.Text() + " from " + setting.Key().String() + "=", Safe: safe}
	list := setting.Value().String()
	first := strings.Trim(list[:ref.At.Start], blanks) == ""
	if first && strings.Trim(list[ref.At.End:], blanks) == "" {
		fix.Title = "remove the line"
		for _, span := range withoutComments(setting) {
			fix.Edits = append(fix.Edits, lint.Edit{Place: lint.Place{File: file, Span: span}})
		}
		return fix
	}
	for _, span := range cut(file.Text, setting, ref.At, first) {
		fix.Edits = append(fix.Edits, lint.Edit{Place: lint.Place{File: file, Span: span}})
	}
	return fix
}

// withoutComments returns the whole assignment but for the comments between its
// lines.
func withoutComments(setting unit.Setting) []source.Span {
	var spans []source.Span
	rest := setting.Span()
	for _, comment := range setting.Parts().Comments {
		spans = append(spans, source.Span{Start: rest.Start, End: comment.Start})
		rest.Start = comment.End
	}
	if rest.Len() > 0 {
		spans = append(spans, rest)
	}
	return spans
}

// blanks are what separates the words of a list (WHITESPACE in
// src/basic/string-util.h).
const blanks = " \t\n\r"

// cut returns what is to be deleted of a list of several words, so that the rest
// stays well formed.
func cut(text string, setting unit.Setting, word source.Span, first bool) []source.Span {
	at := setting.Value().Span(word)
	parts := setting.Parts()
	for i, line := range parts.Lines {
		if !line.Contains(at.Start) || at.End > line.End {
			continue
		}
		rest := text[line.Start:at.Start] + text[at.End:line.End]
		if i == 0 || strings.Trim(rest, " \t\\") != "" {
			break
		}
		// The word stands alone on a line of its own.
		if i < len(parts.Lines)-1 {
			return []source.Span{wholeLine(text, line)}
		}
		before := parts.Lines[i-1]
		backslash := source.Span{Start: before.End - 1, End: before.End}
		for backslash.Start > before.Start && isBlank(text[backslash.Start-1]) {
			backslash.Start--
		}
		if len(parts.Comments) == 0 || parts.Comments[len(parts.Comments)-1].Start < before.End {
			return []source.Span{{Start: backslash.Start, End: line.End}}
		}
		return []source.Span{backslash, wholeLine(text, line)}
	}
	// Take the blanks in front of the word, or behind the first one.
	if first {
		for at.End < len(text) && isBlank(text[at.End]) {
			at.End++
		}
		return []source.Span{at}
	}
	for isBlank(text[at.Start-1]) {
		at.Start--
	}
	return []source.Span{at}
}

// wholeLine returns a physical line with its line ending.
func wholeLine(text string, line source.Span) source.Span {
	end := line.End
	if strings.HasPrefix(text[end:], "\r\n") {
		end += 2
	} else if end < len(text) {
		end++
	}
	return source.Span{Start: line.Start, End: end}
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }
