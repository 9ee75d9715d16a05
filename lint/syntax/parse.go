package syntax

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/unitvet/unitvet/lint/source"
)

const (
	byteOrderMark = "\uFEFF"
	// lineEnds are the characters that end a line for systemd.
	lineEnds = "\n\r\x00"
)

// Parse reads a file. It takes any input.
func Parse(file *source.File) *File {
	p := &parser{
		text:      file.Text,
		file:      &File{Source: file, End: len(file.Text)},
		ends:      [len(lineEnds)]int{-1, -1, -1},
		fatalLine: -1,
		hidden:    -1,
	}
	newlines := strings.Count(file.Text, "\n")
	p.newlines = newlines > 0
	p.nodes = make([]Node, 0, min(newlines+1, 1<<16))
	p.assignments = make([]Assignment, 0, min(newlines+1, strings.Count(file.Text, "="), 128))
	p.openSection(nil)
	for p.next < len(p.text) {
		p.logicalLine()
	}
	p.closeSection()
	// Problems are found in reading order, except that the check of a joined line
	// comes after those of its parts.
	slices.SortStableFunc(p.file.Problems, func(a, b Problem) int { return a.Span.Start - b.Span.Start })
	return p.file
}

type parser struct {
	text      string
	file      *File
	next      int                // offset of the next physical line
	ends      [len(lineEnds)]int // where the next of each of lineEnds is; known if not before next
	newlines  bool               // the text has newlines
	bomSeen   bool
	hidden    int // start of the last line that looks like a comment after a byte order mark
	fatalLine int // start of the last logical line with a fatal problem

	nodes []Node // all nodes but headers, in order
	first int    // index of the first node of the open section

	// Nodes are carved from slabs: one allocation for many.
	assignments []Assignment
	comments    []Comment
	blankLines  []Blank
}

// physicalLine returns the content of the line at p.next and moves past its line
// ending. A line ending is at most one newline and one carriage return in any
// order and then at most one NUL (read_line_full in src/basic/fileio.c).
func (p *parser) physicalLine() source.Span {
	start, end := p.next, len(p.text)
	for kind := range p.ends {
		// Each character is searched for once, however many of the others there are.
		if p.ends[kind] < start {
			p.ends[kind] = len(p.text)
			if n := strings.IndexByte(p.text[start:], lineEnds[kind]); n >= 0 {
				p.ends[kind] = start + n
			}
		}
		end = min(end, p.ends[kind])
	}
	p.next = lineEnding(p.text, end)
	if p.next != end+1 || p.text[end] != '\n' {
		p.checkLineEnd(end, p.next)
	}
	return source.Span{Start: start, End: end}
}

// lineEnding returns where the line ending that begins at i ends.
func lineEnding(text string, i int) int {
	var newline, carriageReturn bool
	for ; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\n' && !newline:
			newline = true
		case c == '\r' && !carriageReturn:
			carriageReturn = true
		case c == 0:
			return i + 1
		default:
			return i
		}
	}
	return i
}

// checkLineEnd reports a line ending that no editor shows as one: a NUL, or a
// carriage return in a file of newlines.
func (p *parser) checkLineEnd(start, end int) {
	switch ending := p.text[start:end]; {
	case ending == "":
	case ending[len(ending)-1] == 0:
		p.problem(ControlCharacter, end-1, end)
	case ending == "\r" && p.newlines:
		p.problem(ControlCharacter, start, end)
	}
}

// logicalLine reads the next logical line and adds its node.
func (p *parser) logicalLine() {
	start := p.next
	span := p.physicalLine()
	p.checkLength(span, start)
	if p.isComment(span) {
		node := alloc(&p.comments)
		node.span = source.Span{Start: start, End: p.next}
		p.nodes = append(p.nodes, node)
		return
	}
	content := p.stripMark(span)
	if continues(content.Of(p.text)) {
		p.continued(start, content)
		return
	}
	p.parseLine(start, Text{String: content.Of(p.text), base: content.Start}, onePart, false)
}

// continued reads on from a first line that ends in a backslash.
func (p *parser) continued(start int, content source.Span) {
	var text strings.Builder
	var folds joined
	var lines, comments []source.Span
	var open bool // the file ends in the continuation
	for {
		folds = append(folds, fold{text.Len(), content.Start})
		lines = append(lines, content)
		part := content.Of(p.text)
		if open = continues(part); !open {
			text.WriteString(part)
			break
		}
		text.WriteString(part[:len(part)-1])
		text.WriteByte(' ')
		var ok bool
		if content, ok = p.nextPart(start, &comments); !ok {
			break
		}
		if text.Len()+content.Len() > LongLineMax {
			p.fatal(LineTooLong, content, start)
		}
	}
	if len(lines) == 1 {
		lines = nil
	}
	p.parseLine(start, Text{String: text.String(), joined: &folds}, &Parts{lines, comments}, open)
}

// nextPart reads the next line that is no comment of the logical line at start.
// It returns false at the end of the file.
func (p *parser) nextPart(start int, comments *[]source.Span) (source.Span, bool) {
	for p.next < len(p.text) {
		from := p.next
		span := p.physicalLine()
		p.checkLength(span, start)
		if !p.isComment(span) {
			return p.stripMark(span), true
		}
		*comments = append(*comments, source.Span{Start: from, End: p.next})
	}
	return source.Span{}, false
}

// continues reports whether a physical line ends in an odd number of backslashes.
// The joined text before it ends in a blank, so the line decides alone.
func continues(content string) bool {
	n := 0
	for n < len(content) && content[len(content)-1-n] == '\\' {
		n++
	}
	return n%2 == 1
}

// isComment applies the test that comes before everything else, even before
// continuation lines are joined.
func (p *parser) isComment(span source.Span) bool {
	for i := span.Start; i < span.End; i++ {
		switch p.text[i] {
		case ' ', '\t':
			continue
		case '#', ';':
			return true
		}
		return false
	}
	return false
}

// stripMark drops a byte order mark from the first line that starts with one.
func (p *parser) stripMark(content source.Span) source.Span {
	if p.bomSeen || !strings.HasPrefix(content.Of(p.text), byteOrderMark) {
		return content
	}
	p.bomSeen = true
	mark := source.Span{Start: content.Start, End: content.Start + len(byteOrderMark)}
	content.Start = mark.End
	kind := ByteOrderMark
	if p.isComment(content) {
		kind = ByteOrderMarkBeforeComment
		p.hidden = mark.Start
	}
	p.problem(kind, mark.Start, mark.End)
	return content
}

// checkLength applies the limit of a physical line, comments included.
func (p *parser) checkLength(span source.Span, logicalStart int) {
	if span.Len() >= LongLineMax {
		p.fatal(LineTooLong, span, logicalStart)
	}
}

// parseLine adds the node of a joined line, as parse_line reads it.
func (p *parser) parseLine(start int, text Text, parts *Parts, open bool) {
	here := line{source.Span{Start: start, End: p.next}}
	text = text.strip()
	s := text.String
	if s == "" {
		node := alloc(&p.blankLines)
		node.line = here
		p.nodes = append(p.nodes, node)
		return
	}
	if !plain(s) {
		if bad := invalidUTF8(s); bad >= 0 {
			p.fatal(InvalidEncoding, text.Span(source.Span{Start: bad, End: bad + 1}), start)
			p.nodes = append(p.nodes, &Bad{here, text, parts})
			return
		}
		p.checkControl(text)
	}
	if s[0] == '[' {
		p.header(here, text)
		return
	}
	equals := strings.IndexByte(s, '=')
	if kind, ok := p.objection(start, equals); ok {
		p.problem(kind, text.Offset(0), text.Offset(len(s)))
	}
	if equals <= 0 {
		p.nodes = append(p.nodes, &Bad{here, text, parts})
		return
	}
	node := alloc(&p.assignments)
	node.line = here
	node.Key = text.slice(0, equals).strip()
	node.Value = text.slice(equals+1, len(s)).strip()
	node.Parts, node.Open = parts, open
	p.nodes = append(p.nodes, node)
}

// objection returns what systemd objects to in the line at start that is neither
// header nor comment, with its first = at equals.
func (p *parser) objection(start, equals int) (ProblemKind, bool) {
	section := p.file.Sections[len(p.file.Sections)-1]
	switch {
	case p.hidden == start: // the byte order mark has been reported
		return 0, false
	case section.Header == nil:
		return AssignmentOutsideSection, true
	case equals > 0 || strings.HasPrefix(section.Name(), "X-"):
		return 0, false
	case equals == 0:
		return MissingKey, true
	}
	return MissingEquals, true
}

// header opens a section. So does a malformed header in the tree, so that what
// follows is judged where its author put it.
func (p *parser) header(here line, text Text) {
	s := text.String
	header := &Header{line: here}
	if len(s) > 1 && s[len(s)-1] == ']' {
		header.Name = text.slice(1, len(s)-1)
		header.Malformed = !safe(header.Name.String)
	} else {
		header.Malformed = true
		end := strings.IndexByte(s, ']')
		if end < 0 {
			end = len(s)
		}
		header.Name = text.slice(1, end).strip()
	}
	if header.Malformed {
		p.fatal(InvalidSectionHeader, text.Whole(), here.span.Start)
	}
	p.closeSection()
	p.openSection(header)
}

// checkControl reports the control characters in a line, one problem for a run.
func (p *parser) checkControl(text Text) {
	s := text.String
	for i := 0; i < len(s); i++ {
		if !isControl(s[i]) {
			continue
		}
		from := i
		for i+1 < len(s) && isControl(s[i+1]) {
			i++
		}
		span := text.Span(source.Span{Start: from, End: i + 1})
		p.problem(ControlCharacter, span.Start, span.End)
	}
}

// isControl reports whether a byte is a control character other than a tab.
func isControl(c byte) bool { return c < ' ' && c != '\t' || c == 0x7f }

func (p *parser) problem(kind ProblemKind, start, end int) {
	p.file.Problems = append(p.file.Problems, Problem{kind, source.Span{Start: start, End: end}})
}

// fatal records a problem at which systemd stops reading, at the logical line
// that starts at start. Of one line it is the first.
func (p *parser) fatal(kind ProblemKind, span source.Span, start int) {
	if p.fatalLine == start {
		return
	}
	p.fatalLine = start
	p.problem(kind, span.Start, span.End)
	p.file.End = min(p.file.End, start)
}

func (p *parser) openSection(header *Header) {
	p.file.Sections = append(p.file.Sections, &Section{Header: header})
	p.first = len(p.nodes)
}

func (p *parser) closeSection() {
	last := p.file.Sections[len(p.file.Sections)-1]
	last.Nodes = p.nodes[p.first:len(p.nodes):len(p.nodes)]
}

// alloc carves the next element from a slab.
func alloc[T any](slab *[]T) *T {
	if len(*slab) == cap(*slab) {
		*slab = make([]T, 0, min(max(8, 2*cap(*slab)), 128))
	}
	*slab = (*slab)[:len(*slab)+1]
	return &(*slab)[len(*slab)-1]
}

// strip removes blanks at both ends. Of systemd's WHITESPACE
// (src/basic/string-util.h) the others end lines.
func (t Text) strip() Text {
	i, j := 0, len(t.String)
	for i < j && isBlank(t.String[i]) {
		i++
	}
	for j > i && isBlank(t.String[j-1]) {
		j--
	}
	return t.slice(i, j)
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

// plain reports whether a line is ASCII without control characters, as most are.
func plain(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf || isControl(s[i]) {
			return false
		}
	}
	return true
}

// safe is string_is_safe (src/basic/string-util.c).
func safe(name string) bool {
	for i := 0; i < len(name); i++ {
		if c := name[i]; c < ' ' || c == 0x7f || c == '"' || c == '\'' || c == '\\' {
			return false
		}
	}
	return true
}

// invalidUTF8 returns the offset of the first byte that systemd does not take
// for UTF-8, or -1. It refuses noncharacters, too (unichar_is_valid in
// src/basic/utf8.c).
func invalidUTF8(s string) int {
	for i := 0; i < len(s); {
		if s[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 || 0xFDD0 <= r && r <= 0xFDEF || r&0xFFFE == 0xFFFE {
			return i
		}
		i += size
	}
	return -1
}
