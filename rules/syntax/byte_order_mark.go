package syntax

import (
	_ "embed"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/syntax"
)

//go:embed byte_order_mark.md
var byteOrderMarkPage string

// ByteOrderMark finds byte order marks. systemd drops one, but looks for comments
// before it does (config_parse in src/shared/conf-parser.c).
var ByteOrderMark = &lint.Rule{
	ID:        "byte-order-mark",
	Summary:   "a byte order mark, which systemd drops; in front of a comment it makes the comment a line that systemd complains about",
	Category:  "syntax",
	Severity:  lint.Warning,
	Since:     "0.1.0",
	Page:      byteOrderMarkPage,
	CheckFile: byteOrderMark,
}

func byteOrderMark(p *lint.FilePass) {
	for _, problem := range p.Part.Problems() {
		f := lint.Finding{
			Place: lint.At(p.Part, problem.Span),
			Help:  "save the file as UTF-8 without a byte order mark",
			Fixes: []lint.Fix{{Title: "remove the byte order mark", Safe: true, Edits: []lint.Edit{replace(p, problem.Span, "")}}},
		}
		switch problem.Kind {
		case syntax.ByteOrderMark:
			f.Severity = lint.Info
			f.Message = "the line starts with a byte order mark: systemd drops it, other programs may not"
		case syntax.ByteOrderMarkBeforeComment:
			f.Message = "the line starts with a byte order mark: systemd does not take it for a comment and complains about it at every load"
		default:
			continue
		}
		p.Report(f)
	}
}
