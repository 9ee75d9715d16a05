// Package syntax turns the bytes of a unit file into a tree that loses nothing
// and never fails. It follows systemd's own reader (src/shared/conf-parser.c,
// config_parse and parse_line; src/basic/fileio.c, read_line_full), not INI
// folklore: comments are dropped before continuation lines are joined, a
// backslash at the end of a line becomes one space, there are no trailing
// comments, and carriage returns and NUL end lines too.
//
// The texts of all nodes, one after the other, are the input, byte for byte.
// What systemd objects to comes beside the tree, as Problems.
package syntax

import (
	"iter"
	"sort"

	"github.com/unitvet/unitvet/lint/source"
)

// LongLineMax is the length in bytes at which systemd gives up on a physical
// line, and above which it gives up on a joined one (LONG_LINE_MAX in
// src/basic/fileio.h).
const LongLineMax = 1 << 20

// File is the tree of one file.
type File struct {
	Source *source.File
	// Sections in order of appearance, repeated ones included. The first one has
	// no header and holds what stands before the first header; it always exists.
	Sections []*Section
	// End is the offset at which systemd stops reading: the start of the first
	// fatal line, or the length of the text.
	End int

	whole origin // the file's own text
	// The lines but headers, in order, and what they are, by kind. There are many
	// files with many lines, most of them alike: what is small here is small in all.
	nodes       []ref
	assignments []Assignment
	others      []Comment // comments and blank lines
	faults      *faults   // nil if there are none, as in most
}

// faults are what is wrong with a file.
type faults struct {
	problems []Problem
	bad      []Bad
}

// Problems returns what systemd objects to, in order of the spans.
func (f *File) Problems() []Problem {
	if f.faults == nil {
		return nil
	}
	return f.faults.problems
}

// Section is a header and the lines up to the next one.
type Section struct {
	Header *Header // nil for the lines before the first header

	file               *File
	nodes, assignments extent // of those of the file
}

// extent is a half-open range of offsets or indices.
type extent struct{ start, end int32 }

// Name returns the section's name, "" for the lines before the first header.
func (s *Section) Name() string {
	if s.Header == nil {
		return ""
	}
	return s.Header.Name.String()
}

// Nodes returns the lines of the section in order, without its header.
func (s *Section) Nodes() iter.Seq[Node] {
	return func(yield func(Node) bool) {
		for _, r := range s.file.nodes[s.nodes.start:s.nodes.end] {
			if !yield(s.file.node(r)) {
				return
			}
		}
	}
}

// Assignments returns the assignments of the section in order. Their addresses are
// those of the nodes; callers must not change them.
func (s *Section) Assignments() []Assignment {
	return s.file.assignments[s.assignments.start:s.assignments.end]
}

// ref is a node of a file: its kind and its index among those of that kind.
type ref uint32

// The kinds of nodes, in the last bits of a ref.
const (
	assignmentKind ref = iota
	commentKind
	blankKind
	badKind
	kindBits = 2
)

func newRef(kind ref, index int) ref { return ref(index)<<kindBits | kind }

func (f *File) node(r ref) Node {
	i := r >> kindBits
	switch r & (1<<kindBits - 1) {
	case assignmentKind:
		return &f.assignments[i]
	case commentKind:
		return &f.others[i]
	case blankKind:
		return (*Blank)(&f.others[i])
	default:
		return &f.faults.bad[i]
	}
}

// Node is a logical line: *Header, *Assignment, *Comment, *Blank or *Bad.
type Node interface {
	// Span covers the whole line, its line ending and, in a continued line, the
	// comments between its parts.
	Span() source.Span
}

// line is the part that all nodes share.
type line struct{ extent }

// Span covers the whole logical line with its line ending.
func (l *line) Span() source.Span { return source.Span{Start: int(l.start), End: int(l.end)} }

// Header is a section header such as [Service].
type Header struct {
	line
	// Name is the text between the brackets, as it stands.
	Name Text
	// Malformed says that systemd refuses the header; Name is what was most
	// likely meant.
	Malformed bool
}

// Assignment is Key=Value. Key and value are stripped of blanks at both ends.
type Assignment struct {
	line
	key, value extent
	of         *origin
}

// NewAssignment returns an assignment that stands in no file.
func NewAssignment(key, value string) *Assignment {
	k, v := int32(len(key)), int32(len(value))
	return &Assignment{key: extent{0, k}, value: extent{k, k + v}, of: &origin{text: key + value}}
}

// Key returns what stands before the first =.
func (a *Assignment) Key() Text { return Text{a.of, a.key} }

// Value returns what stands behind it.
func (a *Assignment) Value() Text { return Text{a.of, a.value} }

// Parts returns what the line was joined from.
func (a *Assignment) Parts() Parts { return a.of.parts() }

// Open reports whether the last line ends in a backslash with nothing after it:
// the file ends inside the continuation.
func (a *Assignment) Open() bool { return a.of.joined != nil && a.of.open }

// Parts are what a logical line was joined from.
type Parts struct {
	// Lines are the physical lines, without comments and line endings; nil if there
	// is just one.
	Lines []source.Span
	// Comments are the comment lines between them.
	Comments []source.Span
}

// Comment is a line that starts with # or ;.
type Comment struct{ line }

// Blank is a line with nothing on it.
type Blank struct{ line }

// Bad is a line that is neither: it has no =, no key, or is not UTF-8.
type Bad struct {
	line
	// Text is the stripped line.
	Text Text
}

// Parts returns what the line was joined from.
func (b *Bad) Parts() Parts { return b.Text.of.parts() }

// Text is a piece of a logical line: the text as systemd sees it, joined, and
// where each byte of it stands in the file.
type Text struct {
	of *origin
	at extent
}

// origin is what texts are pieces of: the text of the file or, for a line that is
// continued, what its parts were joined to.
type origin struct {
	text string
	*joined
}

// joined is what is known of a joined line.
type joined struct {
	folds    []fold // where its parts stand, the first at index 0
	comments []source.Span
	open     bool
}

// fold says that the line from byte at onwards stands at offset in the file.
type fold struct{ at, offset int32 }

// parts returns the physical lines. Joining does not change their lengths: a blank
// takes the place of the backslash.
func (o *origin) parts() Parts {
	if o.joined == nil {
		return Parts{}
	}
	p := Parts{Comments: o.comments}
	if len(o.folds) == 1 {
		return p
	}
	for i, f := range o.folds {
		end := len(o.text)
		if i+1 < len(o.folds) {
			end = int(o.folds[i+1].at)
		}
		start := int(f.offset)
		p.Lines = append(p.Lines, source.Span{Start: start, End: start + end - int(f.at)})
	}
	return p
}

// Len returns the length of the text in bytes.
func (t Text) Len() int { return int(t.at.end - t.at.start) }

// String returns the text.
func (t Text) String() string {
	if t.at.start == t.at.end {
		return ""
	}
	return t.of.text[t.at.start:t.at.end]
}

// Is reports whether the text is s; most are told apart by their lengths.
func (t Text) Is(s string) bool { return t.Len() == len(s) && t.String() == s }

// Offset returns the place in the file of byte i of the text. i may be the
// length of the text: the place just after its last byte. The blank that takes
// the place of a backslash stands where the backslash does.
func (t Text) Offset(i int) int {
	at := int(t.at.start) + i
	if t.of == nil || t.of.joined == nil {
		return at
	}
	if i == t.Len() && i > 0 {
		return t.Offset(i-1) + 1
	}
	folds := t.of.folds
	f := folds[sort.Search(len(folds), func(k int) bool { return int(folds[k].at) > at })-1]
	return int(f.offset) + at - int(f.at)
}

// Span returns the place in the file of the bytes of s, a span of the text.
func (t Text) Span(s source.Span) source.Span {
	start := t.Offset(s.Start)
	if s.Len() <= 0 {
		return source.Span{Start: start, End: start}
	}
	return source.Span{Start: start, End: t.Offset(s.End-1) + 1}
}

// Whole returns the place in the file of the whole text.
func (t Text) Whole() source.Span {
	return t.Span(source.Span{Start: 0, End: t.Len()})
}

// slice returns the part [i, j) of the text.
func (t Text) slice(i, j int) Text {
	return Text{t.of, extent{t.at.start + int32(i), t.at.start + int32(j)}}
}

// ProblemKind says what systemd objects to, or what it reads otherwise than it
// looks.
type ProblemKind int

// The kinds of problems. Fatal ones end the reading: a fragment fails to load,
// the rest of a drop-in is lost.
const (
	// InvalidEncoding is a line that is not UTF-8. Fatal.
	InvalidEncoding ProblemKind = iota
	// InvalidSectionHeader is a line that starts with [ and does not end with ],
	// or whose name holds quotes, backslashes or control characters. Fatal.
	InvalidSectionHeader
	// LineTooLong is a physical or joined line over the limit. Fatal.
	LineTooLong
	// ControlCharacter is a control character outside comments. A NUL or a lone
	// carriage return ends the line for systemd.
	ControlCharacter
	// ByteOrderMark is a mark at the start of a line, where systemd drops it.
	ByteOrderMark
	// ByteOrderMarkBeforeComment is one in front of # or ;, which systemd then
	// does not take for a comment.
	ByteOrderMarkBeforeComment
	// AssignmentOutsideSection is a line before the first header.
	AssignmentOutsideSection
	// MissingEquals is a line without =. In a section that systemd ignores it
	// ignores these, too; here that is known of the X- sections alone.
	MissingEquals
	// MissingKey is a line that starts with =, with the same exception.
	MissingKey
)

// Fatal reports whether systemd stops reading the file at such a line.
func (k ProblemKind) Fatal() bool {
	return k == InvalidEncoding || k == InvalidSectionHeader || k == LineTooLong
}

// Problem is something that systemd objects to, beside the tree.
type Problem struct {
	Kind ProblemKind
	Span source.Span
}

// Fatal returns the problem at which systemd stops reading the file, or nil.
func (f *File) Fatal() *Problem {
	if f.End == len(f.Source.Text) {
		return nil
	}
	for i, problem := range f.Problems() {
		if problem.Kind.Fatal() {
			return &f.faults.problems[i]
		}
	}
	return nil
}

// Nodes returns all nodes in order, headers included. Their texts joined are the
// input.
func (f *File) Nodes() iter.Seq[Node] {
	return func(yield func(Node) bool) {
		for _, section := range f.Sections {
			if section.Header != nil && !yield(section.Header) {
				return
			}
			for node := range section.Nodes() {
				if !yield(node) {
					return
				}
			}
		}
	}
}

// Assignments returns every assignment that stands in a section, with its
// section, those after a fatal line included.
func (f *File) Assignments() iter.Seq2[*Section, *Assignment] {
	return func(yield func(*Section, *Assignment) bool) {
		for _, section := range f.Sections {
			if section.Header == nil {
				continue
			}
			assignments := section.Assignments()
			for i := range assignments {
				if !yield(section, &assignments[i]) {
					return
				}
			}
		}
	}
}
