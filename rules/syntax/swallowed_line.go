package syntax

import (
	_ "embed"
	"fmt"
	"slices"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/syntax"
)

//go:embed swallowed_line.md
var swallowedLinePage string

// SwallowedLine finds a backslash at the end of a line that makes a section header
// or the next directive part of a value (config_parse in
// src/shared/conf-parser.c).
var SwallowedLine = &lint.Rule{
	ID:        "swallowed-line",
	Summary:   "a backslash at the end of a line that makes the next header or directive part of the value",
	Category:  "syntax",
	Severity:  lint.Error,
	Since:     "0.1.0",
	Page:      swallowedLinePage,
	CheckFile: swallowedLine,
}

func swallowedLine(p *lint.FilePass) {
	for _, section := range p.Part.Sections {
		meant := section.Name()
		var nodes []syntax.Node // of the section, once they are needed
		i := 0
		for node := range section.Nodes() {
			i++
			if !isContent(node) {
				continue
			}
			for _, s := range swallowedBy(p.Part.File, meant, node) {
				if nodes == nil {
					nodes = slices.Collect(section.Nodes())
				}
				p.Report(tellSwallowed(p, section, node, nodes[i:], s))
			}
			meant = meantAfter(p.Part.File, meant, node)
			if a, ok := node.(*syntax.Assignment); ok && a.Open() {
				openEnd(p, a)
			}
		}
	}
}

// tellSwallowed is the finding about one swallowed line; rest is what follows it.
func tellSwallowed(p *lint.FilePass, section *syntax.Section, node syntax.Node, rest []syntax.Node, s swallowed) lint.Finding {
	into := quoted(textOf(node).String())
	if a, ok := node.(*syntax.Assignment); ok {
		into = a.Key().String() + "="
	}
	f := lint.Finding{
		Place:   lint.At(p.Part, s.span),
		Help:    "remove the backslash at the end of the line before",
		Related: []lint.Related{{Place: lint.At(p.Part, source.Span{Start: s.backslash, End: s.backslash + 1}), Message: "the backslash"}},
		Fixes: []lint.Fix{{
			Title: "remove the backslash",
			Edits: []lint.Edit{replace(p, withBlanksBefore(p.Part.Source.Text, s.backslash), "")},
		}},
	}
	if s.key != "" {
		f.Message = fmt.Sprintf("%s= is lost: the backslash at the end of the line before makes it part of %s", s.key, into)
		return f
	}
	f.Message = fmt.Sprintf("the header [%s] is lost: the backslash at the end of the line before makes it part of %s", s.section, into)
	keys := keysOf(slices.Values(rest[:min(len(rest), manyMax)]))
	switch {
	case len(keys) == 0 || section.Name() == s.section:
	case section.Header == nil:
		f.Message += ", and systemd ignores " + list(keys)
	default:
		f.Message += fmt.Sprintf(", and systemd looks for %s in [%s]", list(keys), section.Name())
	}
	return f
}

// openEnd reports a backslash at the end of the file: nothing is lost yet.
func openEnd(p *lint.FilePass, a *syntax.Assignment) {
	lines := physicalLines(p.Part.File, a)
	span := withBlanksBefore(p.Part.Source.Text, lines[len(lines)-1].End-1)
	p.Report(lint.Finding{
		Severity: lint.Warning,
		Place:    lint.At(p.Part, source.Span{Start: span.End - 1, End: span.End}),
		Message:  fmt.Sprintf("the file ends in a backslash: the next line that is added becomes part of %s=", a.Key().String()),
		Help:     "remove the backslash",
		Fixes:    []lint.Fix{{Title: "remove the backslash", Safe: true, Edits: []lint.Edit{replace(p, span, "")}}},
	})
}

// withBlanksBefore returns the byte at an offset and the blanks before it.
func withBlanksBefore(text string, offset int) source.Span {
	start := offset
	for start > 0 && isBlank(text[start-1]) {
		start--
	}
	return source.Span{Start: start, End: offset + 1}
}
