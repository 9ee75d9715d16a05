package syntax

import (
	_ "embed"
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/syntax"
)

//go:embed control_character.md
var controlCharacterPage string

// ControlCharacter finds control characters outside comments. NUL and a lone
// carriage return end a line (read_line_full in src/basic/fileio.c), others are
// part of it.
var ControlCharacter = &lint.Rule{
	ID:        "control-character",
	Summary:   "a control character: part of the value, or, as NUL and a lone carriage return, the end of the line",
	Category:  "syntax",
	Severity:  lint.Warning,
	Since:     "0.1.0",
	Page:      controlCharacterPage,
	CheckFile: controlCharacter,
}

// controlNames are those that people know by name.
var controlNames = map[byte]string{0: "NUL", '\a': "bell", '\b': "backspace", '\v': "vertical tab", '\f': "form feed", '\r': "carriage return", 0x1b: "escape", 0x7f: "delete"}

func controlCharacter(p *lint.FilePass) {
	text := p.Part.Source.Text
	var nodes []syntax.Node
	for _, problem := range p.Part.Problems() {
		if problem.Kind != syntax.ControlCharacter {
			continue
		}
		if nodes == nil {
			nodes = slices.Collect(p.Part.Nodes())
		}
		node := nodeAt(nodes, problem.Span.Start)
		if header, ok := node.(*syntax.Header); ok && header.Malformed {
			continue // systemd refuses the header anyway
		}
		c := text[problem.Span.Start]
		name := fmt.Sprintf("U+%04X", c)
		if known := controlNames[c]; known != "" {
			name += " (" + known + ")"
		}
		f := lint.Finding{Place: lint.At(p.Part, problem.Span), Help: "remove it"}
		if c == 0 || c == '\r' {
			rest := text[problem.Span.End:]
			if end := strings.IndexAny(rest, "\r\n\x00"); end >= 0 {
				rest = rest[:end]
			}
			f.Message = fmt.Sprintf("control character %s: systemd ends the line here", name)
			if rest != "" {
				f.Message += fmt.Sprintf(", and reads %s as the next one", quoted(rest))
				next := source.Span{Start: problem.Span.End, End: problem.Span.End + len(rest)}
				f.Related = []lint.Related{{Place: lint.At(p.Part, next), Message: "the next line, for systemd"}}
			}
		} else {
			f.Message = fmt.Sprintf("control character %s: systemd takes it as part of the %s", name, partOf(node, problem.Span))
		}
		p.Report(f)
	}
}

// nodeAt returns the line that holds the byte at an offset.
func nodeAt(nodes []syntax.Node, offset int) syntax.Node {
	i := sort.Search(len(nodes), func(i int) bool { return nodes[i].Span().End > offset })
	if i == len(nodes) {
		return nil
	}
	return nodes[i]
}

// partOf names what a place in a line belongs to.
func partOf(node syntax.Node, at source.Span) string {
	a, ok := node.(*syntax.Assignment)
	switch {
	case !ok:
		return "line"
	case at.Start < a.Value().Offset(0):
		return "name"
	}
	return "value of " + a.Key().String() + "="
}
