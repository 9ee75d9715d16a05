package report

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/unitvet/unitvet/lint/source"
)

const (
	defaultWidth = 160
	// minWidth leaves room for something beside the gutter and the ellipses.
	minWidth = 40
	tabStop  = 8
	ellipsis = "…"
)

// snippet is a source line and the underline of a span, ready to print.
type snippet struct {
	// gutter is the line number, up to the bar; blank is as wide, without it.
	gutter, blank string
	line          string
	// indent is what stands below the line up to the span: blanks and the line's
	// own tabs.
	indent, carets string
	// more says where the span ends, if not on this line.
	more string
}

// newSnippet shows a span in the first of its lines. Lines that are wider than
// width columns are cut to the surroundings of the span, however long they are.
func newSnippet(file *source.File, span source.Span, width int) snippet {
	span.Start = min(max(span.Start, 0), len(file.Text))
	span.End = min(max(span.End, span.Start), len(file.Text))
	number := file.Line(span.Start)
	at := file.LineSpan(number)
	line := at.Of(file.Text)

	s := snippet{gutter: fmt.Sprintf("%5d |", number)}
	s.blank = strings.Repeat(" ", len(s.gutter)-1) + "|"
	if last := file.Line(max(span.End-1, span.Start)); last > number {
		s.more = fmt.Sprintf("to line %d", last)
	}
	start := min(span.Start-at.Start, len(line))
	end := min(span.End-at.Start, len(line))

	column := len(s.gutter) + 1
	from, to := window(line, source.Span{Start: start, End: end}, max(width, minWidth)-column)
	var text, indent, carets strings.Builder
	if from > 0 {
		text.WriteString(ellipsis)
		indent.WriteByte(' ')
		column++
	}
	for i := from; i < to; {
		shown, width, size := cell(line[i:])
		tab := line[i] == '\t'
		if tab {
			shown, width = "\t", tabStop-column%tabStop
		}
		text.WriteString(shown)
		switch {
		case i >= end:
		case i >= start:
			carets.WriteString(strings.Repeat("^", width))
		case tab:
			indent.WriteByte('\t')
		default:
			indent.WriteString(strings.Repeat(" ", width))
		}
		column += width
		i += size
	}
	if to < len(line) {
		text.WriteString(ellipsis)
	}
	s.line, s.indent, s.carets = text.String(), indent.String(), carets.String()
	if s.carets == "" {
		s.carets = "^"
	}
	if end > to {
		s.carets += ellipsis
	}
	return s
}

// window returns the part of a line to show in so many columns, two of which go
// to the ellipses if it is not the whole line.
func window(line string, span source.Span, width int) (from, to int) {
	if to = fit(line, width); to == len(line) {
		return 0, to
	}
	width -= 2
	to = fit(line, width)
	shown := fit(span.Of(line), width)
	if span.Start+shown <= to {
		return 0, to
	}
	before := width / 4
	if shown == span.Len() {
		before = (width - columnsOf(span.Of(line))) / 2
	}
	from = fitBack(line[:span.Start], before)
	to = from + fit(line[from:], width)
	if to == len(line) {
		from = fitBack(line, width)
	}
	return from, to
}

// runesPerColumn bounds how many characters without a width of their own are
// looked at.
const runesPerColumn = 4

// fit returns the number of bytes at the start of s that fit in width columns.
func fit(s string, width int) int {
	n := 0
	for range width * runesPerColumn {
		if n == len(s) {
			break
		}
		w, size := cellWidth(s[n:])
		if width -= w; width < 0 {
			break
		}
		n += size
	}
	return n
}

// fitBack returns the offset in s from which on the rest fits in width columns.
func fitBack(s string, width int) int {
	n := len(s)
	for range width * runesPerColumn {
		if n == 0 {
			break
		}
		_, size := utf8.DecodeLastRuneInString(s[:n])
		w, _ := cellWidth(s[n-size:])
		if width -= w; width < 0 {
			break
		}
		n -= size
	}
	return n
}

// cellWidth returns the width of the first character; for a tab, that is the
// most it can have.
func cellWidth(s string) (width, size int) {
	if s[0] == '\t' {
		return tabStop, 1
	}
	_, width, size = cell(s)
	return width, size
}

// columnsOf returns the width of a short text.
func columnsOf(s string) int {
	total := 0
	for i := 0; i < len(s); {
		width, size := cellWidth(s[i:])
		total += width
		i += size
	}
	return total
}
