package syntax

import (
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/unitvet/unitvet/lint/source"
)

const (
	byteOrderMark = "\uFEFF"
	// lineEnds are the characters that end a line for systemd.
	lineEnds = "\n\r\x00"
)

// Parse reads a file. It takes any input of less than a gibibyte; what is read from
// trees is far shorter (source.MaxFileSize).
func Parse(file *source.File) *File {
	p := &parser{
		text:      file.Text,
		file:      &File{Source: file, End: len(file.Text), whole: origin{text: file.Text}},
		ends:      [len(lineEnds)]int{-1, -1, -1},
		newlines:  strings.IndexByte(file.Text, '\n') >= 0,
		fatalLine: -1,
		hidden:    -1,
		workspace: workspaces.Get().(*workspace), //nolint:forcetypeassert // nothing else is put there
	}
	p.openSection()
	for p.next < len(p.text) {
		p.logicalLine()
	}
	p.closeSection()
	// Problems are found in reading order, except that the check of a joined line
	// comes after those of its parts.
	slices.SortStableFunc(p.problems, func(a, b Problem) int { return a.Span.Start - b.Span.Start })
	p.finish()
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

	*workspace
}

// workspace is where the parts of a tree grow until their number is known. One
// serves many files.
type workspace struct {
	sections    []Section
	headers     []Header // all sections but the first have one
	nodes       []ref
	assignments []Assignment
	others      []Comment
	bad         []Bad
	problems    []Problem
	joined      []byte
}

var workspaces = sync.Pool{New: func() any { return &workspace{} }}

// finish moves the tree from the workspace to where it takes no more room than it
// needs.
func (p *parser) finish() {
	f, w := p.file, p.workspace
	f.nodes, f.assignments, f.others = moved(&w.nodes), moved(&w.assignments), moved(&w.others)
	if len(w.bad) > 0 || len(w.problems) > 0 {
		f.faults = &faults{moved(&w.problems), moved(&w.bad)}
	}
	sections, headers := moved(&w.sections), moved(&w.headers)
	f.Sections = make([]*Section, len(sections))
	for i := range sections {
		f.Sections[i] = &sections[i]
		if i > 0 {
			sections[i].Header = &headers[i-1]
		}
	}
	p.workspace = nil
	workspaces.Put(w)
}

// moved returns the elements of a slice of the workspace, which is empty then.
func moved[T any](from *[]T) []T {
	var to []T
	if len(*from) > 0 {
		to = make([]T, len(*from))
		copy(to, *from)
	}
	clear(*from)
	*from = (*from)[:0]
	return to
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
		p.others = append(p.others, Comment{p.lineFrom(start)})
		p.node(commentKind, len(p.others))
		return
	}
	content := p.stripMark(span)
	if continues(content.Of(p.text)) {
		p.continued(start, content)
		return
	}
	p.parseLine(start, Text{&p.file.whole, extentOf(content)})
}

// extentOf returns a span of a file as it is kept.
func extentOf(s source.Span) extent { return extent{int32(s.Start), int32(s.End)} }

// lineFrom returns the logical line that ends before the next physical one.
func (p *parser) lineFrom(start int) line {
	return line{extentOf(source.Span{Start: start, End: p.next})}
}

// node adds the last one of a kind, of which there are n now.
func (p *parser) node(kind ref, n int) { p.nodes = append(p.nodes, newRef(kind, n-1)) }

// continued reads on from a first line that ends in a backslash.
func (p *parser) continued(start int, content source.Span) {
	j := &joined{}
	text := p.joined[:0]
	for {
		j.folds = append(j.folds, fold{int32(len(text)), int32(content.Start)})
		part := content.Of(p.text)
		if j.open = continues(part); !j.open {
			text = append(text, part...)
			break
		}
		text = append(append(text, part[:len(part)-1]...), ' ')
		var ok bool
		if content, ok = p.nextPart(start, &j.comments); !ok {
			break
		}
		if len(text)+content.Len() > LongLineMax {
			p.fatal(LineTooLong, content, start)
		}
	}
	p.joined = text
	p.parseLine(start, Text{&origin{string(text), j}, extentOf(source.Span{End: len(text)})})
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
func (p *parser) parseLine(start int, text Text) {
	here := p.lineFrom(start)
	text = text.strip()
	s := text.String()
	if s == "" {
		p.others = append(p.others, Comment{here})
		p.node(blankKind, len(p.others))
		return
	}
	if !plain(s) {
		if bad := invalidUTF8(s); bad >= 0 {
			p.fatal(InvalidEncoding, text.Span(source.Span{Start: bad, End: bad + 1}), start)
			p.badLine(here, text)
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
		p.badLine(here, text)
		return
	}
	p.assignments = append(p.assignments, Assignment{
		line: here, of: text.of,
		key: text.slice(0, equals).strip().at, value: text.slice(equals+1, len(s)).strip().at,
	})
	p.node(assignmentKind, len(p.assignments))
}

func (p *parser) badLine(here line, text Text) {
	p.bad = append(p.bad, Bad{here, text})
	p.node(badKind, len(p.bad))
}

// objection returns what systemd objects to in the line at start that is neither
// header nor comment, with its first = at equals.
func (p *parser) objection(start, equals int) (ProblemKind, bool) {
	switch {
	case p.hidden == start: // the byte order mark has been reported
		return 0, false
	case len(p.headers) == 0:
		return AssignmentOutsideSection, true
	case equals > 0 || strings.HasPrefix(p.headers[len(p.headers)-1].Name.String(), "X-"):
		return 0, false
	case equals == 0:
		return MissingKey, true
	}
	return MissingEquals, true
}

// header opens a section. So does a malformed header in the tree, so that what
// follows is judged where its author put it.
func (p *parser) header(here line, text Text) {
	s := text.String()
	header := Header{line: here}
	if len(s) > 1 && s[len(s)-1] == ']' {
		header.Name = text.slice(1, len(s)-1)
		header.Malformed = !safe(header.Name.String())
	} else {
		header.Malformed = true
		end := strings.IndexByte(s, ']')
		if end < 0 {
			end = len(s)
		}
		header.Name = text.slice(1, end).strip()
	}
	if header.Malformed {
		p.fatal(InvalidSectionHeader, text.Whole(), int(here.start))
	}
	p.closeSection()
	p.headers = append(p.headers, header)
	p.openSection()
}

// checkControl reports the control characters in a line, one problem for a run.
func (p *parser) checkControl(text Text) {
	s := text.String()
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
	p.problems = append(p.problems, Problem{kind, source.Span{Start: start, End: end}})
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

// openSection adds a section, to which the next lines belong.
func (p *parser) openSection() {
	nodes, assignments := int32(len(p.nodes)), int32(len(p.assignments))
	p.sections = append(p.sections, Section{file: p.file, nodes: extent{nodes, nodes}, assignments: extent{assignments, assignments}})
}

// closeSection says where the lines of the last section end.
func (p *parser) closeSection() {
	last := &p.sections[len(p.sections)-1]
	last.nodes.end, last.assignments.end = int32(len(p.nodes)), int32(len(p.assignments))
}

// strip removes blanks at both ends. Of systemd's WHITESPACE
// (src/basic/string-util.h) the others end lines.
func (t Text) strip() Text {
	s := t.String()
	i, j := 0, len(s)
	for i < j && isBlank(s[i]) {
		i++
	}
	for j > i && isBlank(s[j-1]) {
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
