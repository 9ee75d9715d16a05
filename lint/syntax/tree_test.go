package syntax_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/syntax"
)

func parse(text string) *syntax.File {
	return syntax.Parse(source.NewFile("x.service", text))
}

var kindNames = map[syntax.ProblemKind]string{
	syntax.InvalidEncoding:            "invalid-encoding",
	syntax.InvalidSectionHeader:       "invalid-header",
	syntax.LineTooLong:                "too-long",
	syntax.ControlCharacter:           "control",
	syntax.ByteOrderMark:              "mark",
	syntax.ByteOrderMarkBeforeComment: "mark-before-comment",
	syntax.AssignmentOutsideSection:   "outside",
	syntax.MissingEquals:              "no-equals",
	syntax.MissingKey:                 "no-key",
}

// show writes a node in one line: [Name], [!Name] if malformed, Key=Value, #, _
// for a blank line, ?text for a bad one. Counts of joined lines and of comments
// between them follow, and "open".
func show(node syntax.Node) string {
	joined := func(lines []source.Span) string {
		if len(lines) == 0 {
			return ""
		}
		return fmt.Sprintf(" lines:%d", len(lines))
	}
	switch node := node.(type) {
	case *syntax.Header:
		if node.Malformed {
			return "[!" + node.Name.String() + "]"
		}
		return "[" + node.Name.String() + "]"
	case *syntax.Assignment:
		s := node.Key().String() + "=" + node.Value().String() + joined(node.Parts().Lines)
		if len(node.Parts().Comments) > 0 {
			s += fmt.Sprintf(" comments:%d", len(node.Parts().Comments))
		}
		if node.Open() {
			s += " open"
		}
		return s
	case *syntax.Comment:
		return "#"
	case *syntax.Blank:
		return "_"
	case *syntax.Bad:
		return "?" + node.Text.String() + joined(node.Parts().Lines)
	}
	return fmt.Sprintf("unknown node %T", node)
}

func showNodes(file *syntax.File) []string {
	var nodes []string
	for node := range file.Nodes() {
		nodes = append(nodes, show(node))
	}
	return nodes
}

// showProblems writes each problem as its kind and the text it covers.
func showProblems(file *syntax.File) []string {
	var problems []string
	for _, p := range file.Problems() {
		problems = append(problems, kindNames[p.Kind]+" "+p.Span.Of(file.Source.Text))
	}
	return problems
}

// checkTree checks what holds for the tree of any input.
func checkTree(t *testing.T, file *syntax.File) {
	t.Helper()
	text := file.Source.Text
	var nodes []syntax.Node
	at := 0
	for node := range file.Nodes() {
		span := node.Span()
		if span.Start != at || span.End <= span.Start || span.End > len(text) {
			t.Fatalf("node %d (%s) at %v, want it to start at %d and to hold something", len(nodes), show(node), span, at)
		}
		at = span.End
		nodes = append(nodes, node)
		checkNode(t, text, node)
	}
	if at != len(text) {
		t.Fatalf("the nodes end at %d of %d", at, len(text))
	}
	checkSections(t, file)
	checkProblems(t, file, nodes)
}

func checkSections(t *testing.T, file *syntax.File) {
	t.Helper()
	if len(file.Sections) == 0 || file.Sections[0].Header != nil {
		t.Fatal("the first section has a header or does not exist")
	}
	type pair struct {
		section    *syntax.Section
		assignment *syntax.Assignment
	}
	var want, got []pair
	for i, section := range file.Sections {
		if i > 0 && section.Header == nil {
			t.Fatalf("section %d has no header", i)
		}
		for node := range section.Nodes() {
			switch node := node.(type) {
			case *syntax.Header:
				t.Fatalf("section %d holds a header", i)
			case *syntax.Assignment:
				if i > 0 {
					want = append(want, pair{section, node})
				}
			}
		}
	}
	for section, assignment := range file.Assignments() {
		got = append(got, pair{section, assignment})
	}
	if !slices.Equal(got, want) {
		t.Fatalf("Assignments gave %d, want %d", len(got), len(want))
	}
}

func checkNode(t *testing.T, text string, node syntax.Node) {
	t.Helper()
	switch node := node.(type) {
	case *syntax.Header:
		checkText(t, text, node, node.Name)
	case *syntax.Assignment:
		checkText(t, text, node, node.Key())
		checkText(t, text, node, node.Value())
		if node.Key().String() == "" || strings.Contains(node.Key().String(), "=") {
			t.Fatalf("key %q", node.Key().String())
		}
		if end, start := node.Key().Whole().End, node.Value().Whole().Start; end >= start {
			t.Fatalf("the key of %s ends at %d, its value starts at %d", show(node), end, start)
		}
		for _, s := range []string{node.Key().String(), node.Value().String()} {
			if s != strings.Trim(s, " \t") {
				t.Fatalf("%q is not stripped", s)
			}
		}
		checkLines(t, text, node, node.Parts().Lines)
		for _, comment := range node.Parts().Comments {
			if comment.Start < node.Span().Start || comment.End > node.Span().End || !strings.ContainsAny(strings.TrimLeft(comment.Of(text), " \t")[:1], "#;") {
				t.Fatalf("%q is no comment in %s", comment.Of(text), show(node))
			}
		}
	case *syntax.Bad:
		checkText(t, text, node, node.Text)
		checkLines(t, text, node, node.Parts().Lines)
	}
}

// checkText checks that every byte of a text comes from where it says it does.
func checkText(t *testing.T, text string, node syntax.Node, piece syntax.Text) {
	t.Helper()
	span := node.Span()
	if whole := piece.Whole(); whole.Start < span.Start || whole.End > span.End || whole.Len() < 0 {
		t.Fatalf("%q at %v, outside of its node at %v", piece.String(), whole, span)
	}
	last := -1
	for i := range len(piece.String()) {
		offset := piece.Offset(i)
		if offset <= last {
			t.Fatalf("byte %d of %q at %d, the one before at %d", i, piece.String(), offset, last)
		}
		last = offset
		if got, want := text[offset], piece.String()[i]; got != want && (got != '\\' || want != ' ') {
			t.Fatalf("byte %d of %q maps to %q", i, piece.String(), got)
		}
	}
	if n := len(piece.String()); n > 0 && piece.Offset(n) != last+1 {
		t.Fatalf("the end of %q is at %d, its last byte at %d", piece.String(), piece.Offset(n), last)
	}
}

func checkLines(t *testing.T, text string, node syntax.Node, lines []source.Span) {
	t.Helper()
	if len(lines) == 1 {
		t.Fatalf("%s was joined from one line", show(node))
	}
	at := node.Span().Start
	for i, line := range lines {
		if line.Start < at || line.End < line.Start || line.End > node.Span().End || strings.ContainsAny(line.Of(text), "\n\r\x00") {
			t.Fatalf("line %d of %s at %v", i, show(node), line)
		}
		at = line.End
	}
}

func checkProblems(t *testing.T, file *syntax.File, nodes []syntax.Node) {
	t.Helper()
	text := file.Source.Text
	last := 0
	seen := map[syntax.Problem]bool{}
	var firstFatal *syntax.Problem
	for i, p := range file.Problems() {
		if p.Span.Start < last || p.Span.End <= p.Span.Start || p.Span.End > len(text) {
			t.Fatalf("problem %s at %v, the one before at %d", kindNames[p.Kind], p.Span, last)
		}
		last = p.Span.Start
		if seen[p] {
			t.Fatalf("problem %s at %v is there twice", kindNames[p.Kind], p.Span)
		}
		seen[p] = true
		if p.Kind.Fatal() && firstFatal == nil {
			firstFatal = &file.Problems()[i]
		}
	}
	if file.Fatal() != firstFatal {
		t.Fatalf("Fatal() = %v, the first fatal problem is %v", file.Fatal(), firstFatal)
	}
	if firstFatal == nil {
		if file.End != len(text) {
			t.Fatalf("End = %d of %d without a fatal problem", file.End, len(text))
		}
		return
	}
	i, ok := slices.BinarySearchFunc(nodes, file.End, func(n syntax.Node, end int) int { return n.Span().Start - end })
	if !ok {
		t.Fatalf("End = %d is not the start of a line", file.End)
	}
	if span := nodes[i].Span(); firstFatal.Span.Start < span.Start || firstFatal.Span.End > span.End {
		t.Fatalf("the fatal problem at %v is not in the line at %v", firstFatal.Span, span)
	}
}

// checkDeterministic checks that parsing again gives the same tree.
func checkDeterministic(t *testing.T, file *syntax.File) {
	t.Helper()
	again := syntax.Parse(file.Source)
	if !reflect.DeepEqual(file, again) {
		t.Fatalf("two parses of %q differ:\n%q\n%q", file.Source.Text, showNodes(file), showNodes(again))
	}
}
