package syntax

import (
	"cmp"
	_ "embed"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/directive"
	"github.com/unitvet/unitvet/lint/syntax"
)

//go:embed invalid_section_header.md
var invalidSectionHeaderPage string

// InvalidSectionHeader finds lines that start with [ and are no header: systemd
// stops reading (parse_line in src/shared/conf-parser.c).
var InvalidSectionHeader = &lint.Rule{
	ID:        "invalid-section-header",
	Summary:   "a malformed section header: systemd does not load the unit",
	Category:  "syntax",
	Severity:  lint.Error,
	Since:     "0.1.0",
	Page:      invalidSectionHeaderPage,
	CheckFile: invalidSectionHeader,
}

func invalidSectionHeader(p *lint.FilePass) {
	for _, section := range p.Part.Sections {
		header := section.Header
		if header == nil || !header.Malformed {
			continue
		}
		span := header.Span()
		text := strings.TrimRight(span.Of(p.Part.Source.Text), " \t\r\n\x00")
		lead := len(text) - len(strings.TrimLeft(text, " \t\ufeff"))
		span.End = span.Start + len(text)
		span.Start += lead
		text = text[lead:]

		f := lint.Finding{Place: lint.At(p.Part, span)}
		before, after, closed := strings.Cut(text, "]")
		firstLine, _, continued := strings.Cut(text, "\n")
		if continued {
			text = strings.TrimRight(firstLine, "\r")
		}
		switch {
		case !closed:
			f.Message = "the section header " + quoted(text) + " has no ]"
		case after != "":
			f.Message = "the section header " + quoted(text) + " goes on after the ]"
			f.Help = "nothing may follow the header: comments stand on lines of their own"
		default:
			f.Message = "the section header " + quoted(text) + " has characters that no name may have"
			f.Help = "no quotes, backslashes or control characters: [Service]"
		}
		f.Message += ": " + fatal(p)
		name := strings.Trim(before, "[\"'\\ \t")
		if directive.KnownSection(name) {
			f.Help = cmp.Or(f.Help, "write ["+name+"]")
			f.Fixes = []lint.Fix{repairHeader(p, header, name, strings.Trim(after, " \t\r\n\\"))}
		}
		p.Report(f)
	}
}

// repairHeader returns the fix that writes a header as it should be. A comment
// after it gets a line of its own.
func repairHeader(p *lint.FilePass, header *syntax.Header, name, after string) lint.Fix {
	span := header.Span()
	span.End = span.Start + len(strings.TrimRight(span.Of(p.Part.Source.Text), "\r\n\x00"))
	text := "[" + name + "]"
	fix := lint.Fix{Title: "write " + text, Safe: true}
	switch {
	case after == "":
	case after[0] == '#' || after[0] == ';':
		text = after + lineEnd(p) + text
		fix.Title = "put the comment on a line of its own"
	default:
		text += lineEnd(p) + after
		fix.Title, fix.Safe = "put what follows on a line of its own", false
	}
	fix.Edits = []lint.Edit{replace(p, span, text)}
	return fix
}
