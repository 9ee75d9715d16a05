package syntax

import (
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/directive"
	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/syntax"
)

// quotedMax is how many characters of a text from a file a message repeats.
const quotedMax = 60

// quoted returns a text for a message.
func quoted(s string) string {
	if start := s[:min(len(s), quotedMax*utf8.UTFMax)]; utf8.RuneCountInString(start) > quotedMax {
		s = string([]rune(start)[:quotedMax-1]) + "…"
	}
	return strconv.Quote(s)
}

// list joins words for a sentence: "A, B and C", at most five of them.
func list(words []string) string {
	const limit = 5
	if len(words) > limit {
		words = append(slices.Clone(words[:limit-1]), fmt.Sprintf("%d more", len(words)-limit+1))
	}
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " and " + words[last]
}

// number returns "1 entry" or "3 entries".
func number(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// manyMax is how many findings of a kind in one file, or lines related to one, are
// worth the work that goes into hints and fixes.
const manyMax = 100

// keysOf returns the names that nodes assign to, each once, with =.
func keysOf(nodes iter.Seq[syntax.Node]) []string {
	var keys []string
	seen := map[string]bool{}
	for node := range nodes {
		if a, ok := node.(*syntax.Assignment); ok && !seen[a.Key().String()] {
			seen[a.Key().String()] = true
			keys = append(keys, a.Key().String()+"=")
		}
	}
	return keys
}

// fatal says what becomes of a file at a line at which systemd stops reading.
func fatal(p *lint.FilePass) string {
	if !p.Part.IsDropIn() {
		return "systemd does not load the unit"
	}
	var lost []syntax.Node
	for section, assignment := range p.Part.Assignments() {
		if assignment.Span().Start > p.Part.End && directive.KnownSection(section.Name()) {
			lost = append(lost, assignment)
		}
	}
	if len(lost) == 0 {
		return "systemd stops reading here, and the rest of this drop-in is lost"
	}
	return fmt.Sprintf("systemd stops reading the drop-in here, and loads %s without %s below", p.Unit.Name, list(keysOf(slices.Values(lost))))
}

// typeOf returns the type of the unit that a file belongs to.
func typeOf(p *lint.FilePass) string { return p.Unit.Name.Type }

// generators reports whether a section is one that podman's generator reads in a file.
func generators(p *lint.FilePass, section string) bool {
	return p.Unit.Quadlet != "" && (section == p.Unit.Quadlet || section == directive.QuadletCommon)
}

// reads reports whether systemd reads a section in a file.
func reads(p *lint.FilePass, section string) bool {
	return directive.HasSection(typeOf(p), section)
}

// replace returns an edit of a part of a file.
func replace(p *lint.FilePass, span source.Span, text string) lint.Edit {
	return lint.Edit{Place: lint.At(p.Part, span), Text: text}
}

// lineEnd returns the line ending that a file uses.
func lineEnd(p *lint.FilePass) string {
	text := p.Part.Source.Text
	if n := strings.IndexByte(text, '\n'); n > 0 && text[n-1] == '\r' {
		return "\r\n"
	}
	return "\n"
}
