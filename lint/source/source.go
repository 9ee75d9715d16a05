// Package source is where bytes come in: files with their line tables, spans
// and columns, and the trees they are read from. It knows nothing of units.
package source

import (
	"sort"
	"strings"
	"sync/atomic"
	"unicode/utf8"
)

// Span is a half-open range of bytes, [Start, End), in a text.
type Span struct {
	Start, End int
}

// Len returns the number of bytes in the span.
func (s Span) Len() int { return s.End - s.Start }

// Shift returns the span moved by n bytes.
func (s Span) Shift(n int) Span { return Span{s.Start + n, s.End + n} }

// Contains reports whether the byte at offset lies in the span.
func (s Span) Contains(offset int) bool { return s.Start <= offset && offset < s.End }

// Of returns the bytes of text that the span covers.
func (s Span) Of(text string) string { return text[s.Start:s.End] }

// Position is a place in a file as people and reports count it: line and column
// from 1, the column in code points. A byte that is not UTF-8 counts as one.
type Position struct {
	Line   int `json:"line"`
	Column int `json:"column"`
}

// Range is a span as people count it. End is the place just after the last
// character.
type Range struct {
	Start Position `json:"start"`
	End   Position `json:"end"`
}

// File is the content of one file and the name it is reported under.
// It is safe for concurrent use.
type File struct {
	// Path is the name in reports: as given by the user or relative to the
	// working directory, with forward slashes.
	Path string
	// Text holds the bytes as they were read.
	Text string
	// Tree and Name say where that was; Tree is nil for a text from elsewhere.
	Tree *Tree
	Name string

	lines atomic.Pointer[lineTable] // nil until a place is asked for
}

// lineTable says where the lines of a text are.
type lineTable struct {
	starts []int32 // offset of the first byte of each line
	marks  []mark
}

// mark is a place of known column inside a long line, so that a position in it
// does not have to be counted from the start of the line.
type mark struct{ offset, column int32 }

// markDistance is how many bytes are counted at most for one position, but for
// a code point.
const markDistance = 4096

// NewFile returns the file with the given path and content.
func NewFile(path, text string) *File {
	return &File{Path: path, Text: text}
}

// table returns the line table. Lines end at a newline, as editors and SARIF
// consumers count them; systemd's further line ends (NUL, a lone carriage
// return) matter to the syntax, not to positions.
func (f *File) table() *lineTable {
	if t := f.lines.Load(); t != nil {
		return t
	}
	t := &lineTable{starts: make([]int32, 1, strings.Count(f.Text, "\n")+1)}
	for start := 0; ; {
		n := strings.IndexByte(f.Text[start:], '\n')
		if n < 0 {
			t.mark(f.Text, start, len(f.Text))
			break
		}
		t.mark(f.Text, start, start+n)
		start += n + 1
		t.starts = append(t.starts, int32(start))
	}
	f.lines.Store(t) // another one of the same content may be there by now
	return t
}

// mark sets the marks of a line.
func (t *lineTable) mark(text string, start, end int) {
	last := mark{int32(start), 1}
	for int(last.offset)+markDistance < end {
		next := last.offset + markDistance
		// Not inside a code point. Four bytes on is none that began before.
		for i := 0; i < utf8.UTFMax-1 && !utf8.RuneStart(text[next]); i++ {
			next--
		}
		if !utf8.RuneStart(text[next]) {
			next += utf8.UTFMax - 1
		}
		last = mark{next, last.column + int32(utf8.RuneCountInString(text[last.offset:next]))}
		t.marks = append(t.marks, last)
	}
}

// Line returns the number, from 1, of the line that holds the byte at offset.
// Offsets outside the file belong to its first or last line.
func (f *File) Line(offset int) int { return f.table().line(offset) }

func (t *lineTable) line(offset int) int {
	offset = max(offset, 0)
	return sort.Search(len(t.starts), func(i int) bool { return int(t.starts[i]) > offset })
}

// LineSpan returns the span of line n (from 1) without its line ending. It is
// empty for a line that the file does not have.
func (f *File) LineSpan(n int) Span {
	starts := f.table().starts
	if n < 1 || n > len(starts) {
		return Span{len(f.Text), len(f.Text)}
	}
	start, end := int(starts[n-1]), len(f.Text)
	if n < len(starts) {
		end = int(starts[n]) - 1
	}
	if end > start && f.Text[end-1] == '\r' {
		end--
	}
	return Span{start, end}
}

// Position returns the place of the byte at offset. Offsets outside the file
// are moved to its nearest end.
func (f *File) Position(offset int) Position {
	offset = min(max(offset, 0), len(f.Text))
	t := f.table()
	line := t.line(offset)
	from := mark{t.starts[line-1], 1}
	if i := sort.Search(len(t.marks), func(i int) bool { return int(t.marks[i].offset) > offset }); i > 0 && t.marks[i-1].offset > from.offset {
		from = t.marks[i-1]
	}
	return Position{Line: line, Column: int(from.column) + utf8.RuneCountInString(f.Text[from.offset:offset])}
}

// Range returns the places of both ends of a span.
func (f *File) Range(s Span) Range {
	return Range{Start: f.Position(s.Start), End: f.Position(s.End)}
}
