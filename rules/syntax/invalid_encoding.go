package syntax

import (
	_ "embed"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/syntax"
)

//go:embed invalid_encoding.md
var invalidEncodingPage string

// InvalidEncoding finds lines that are not UTF-8. systemd says that it ignores the
// assignment, and gives up on the file (parse_line in src/shared/conf-parser.c).
var InvalidEncoding = &lint.Rule{
	ID:        "invalid-encoding",
	Summary:   "a line that is not UTF-8: systemd does not load the unit",
	Category:  "syntax",
	Severity:  lint.Error,
	Since:     "0.1.0",
	Page:      invalidEncodingPage,
	CheckFile: invalidEncoding,
}

func invalidEncoding(p *lint.FilePass) {
	text := p.Part.Source.Text
	if utf16 := strings.HasPrefix(text, "\xff\xfe") || strings.HasPrefix(text, "\xfe\xff"); utf16 {
		p.Report(lint.Finding{
			Place:   lint.Place{File: p.Part.Source},
			Message: "the file is UTF-16, not UTF-8: " + fatal(p),
			Help:    "convert it: iconv -f UTF-16 -t UTF-8",
		})
		return
	}
	for _, problem := range p.Part.Problems() {
		if problem.Kind != syntax.InvalidEncoding {
			continue
		}
		what, help := fmt.Sprintf("byte 0x%02x is not UTF-8", text[problem.Span.Start]), "save the file as UTF-8; if it is ISO 8859-1 now: iconv -f ISO-8859-1 -t UTF-8"
		span := problem.Span
		if r, size := utf8.DecodeRuneInString(text[span.Start:]); r != utf8.RuneError {
			what, help = fmt.Sprintf("%U is not a character", r), "remove it: Unicode reserves the code point and systemd refuses it"
			span.End = span.Start + size
		}
		p.Report(lint.Finding{Place: lint.At(p.Part, span), Message: what + ": " + fatal(p), Help: help})
	}
}
