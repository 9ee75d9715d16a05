package value

import (
	"sort"

	"github.com/unitvet/unitvet/lint/source"
)

// trace says where the bytes of a text are written in the value it was read from.
type trace struct {
	// start is where the text starts in the value, as it is written plainly; with
	// pieces, where it starts in the text that they describe.
	start  int
	pieces *[]piece // few texts have any
}

// piece is a run of bytes, up to the next piece: either each of them is written
// as itself, one after the other, or all together are what span stands for.
type piece struct {
	at    int
	span  source.Span
	whole bool
}

// at returns where byte i of the text is written.
func (t trace) at(i int) source.Span {
	if t.pieces == nil {
		return source.Span{Start: t.start + i, End: t.start + i + 1}
	}
	i += t.start
	pieces := *t.pieces
	p := pieces[sort.Search(len(pieces), func(k int) bool { return pieces[k].at > i })-1]
	if p.whole {
		return p.span
	}
	start := p.span.Start + i - p.at
	return source.Span{Start: start, End: start + 1}
}

// sub returns where the bytes [i, j) of a text of n bytes are written.
func (t trace) sub(n, i, j int) source.Span {
	i, j = clamp(i, j, n)
	switch {
	case t.pieces == nil:
		return source.Span{Start: t.start + i, End: t.start + j}
	case i < j:
		return source.Span{Start: t.at(i).Start, End: t.at(j - 1).End}
	case i < n:
		return source.Span{Start: t.at(i).Start, End: t.at(i).Start}
	}
	end := t.at(n - 1).End
	return source.Span{Start: end, End: end}
}

// from returns the trace of what is left without the first i bytes.
func (t trace) from(i int) trace {
	t.start += i
	return t
}

// clamp moves i and j into [0, n], and j not before i.
func clamp(i, j, n int) (int, int) {
	i = min(max(i, 0), n)
	return i, min(max(j, i), n)
}

// builder puts a text together that is not written plainly.
type builder struct {
	text   []byte
	pieces []piece
}

// add appends a byte that is written as span. The bytes of one escape are added
// one after the other with the same span.
func (b *builder) add(c byte, span source.Span) {
	at := len(b.text)
	b.text = append(b.text, c)
	whole := span.Len() != 1
	if n := len(b.pieces); n > 0 {
		last := &b.pieces[n-1]
		if whole && last.whole && last.span == span {
			return
		}
		if !whole && !last.whole && last.span.End == span.Start {
			last.span.End = span.End
			return
		}
	}
	b.pieces = append(b.pieces, piece{at, span, whole})
}

// addAll appends the bytes of text, all written together as span.
func (b *builder) addAll(text string, span source.Span) {
	for i := 0; i < len(text); i++ {
		b.add(text[i], span)
	}
}

// plain appends text[i:j], written as it is.
func (b *builder) plain(text string, i, j int) {
	if i == j {
		return
	}
	b.add(text[i], source.Span{Start: i, End: i + 1})
	b.text = append(b.text, text[i+1:j]...)
	b.pieces[len(b.pieces)-1].span.End = j
}

// word returns what was put together, written as span.
func (b *builder) word(span source.Span, quoted bool) Word {
	w := Word{Text: string(b.text), Span: span, Quoted: quoted, trace: trace{start: span.Start}}
	if w.Text != "" {
		pieces := b.pieces
		w.trace = trace{pieces: &pieces}
	}
	return w
}
