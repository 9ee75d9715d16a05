package program

import (
	"sort"
	"strings"

	"github.com/unitvet/unitvet/lint/program/environment"
	"github.com/unitvet/unitvet/lint/program/shell"
	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/unit"
	"github.com/unitvet/unitvet/lint/value"
)

// Word is a word of a command line after everything was expanded in it, with the
// places where its bytes are written.
type Word struct {
	Text string
	// Known says that the text is the whole text. Otherwise what could not be
	// expanded stands in it as it was, and there may be more words than one, or none.
	Known bool

	plain  bool // written as it is, in whole
	file   *source.File
	whole  source.Span // of a word without pieces
	pieces []piece
}

// piece is a run of bytes, up to the next piece: each written as itself, or all
// together as the span.
type piece struct {
	at    int
	span  source.Span
	whole bool
}

// Place is where the word is written, without quotes around it.
func (w Word) Place() source.Place { return w.Sub(0, len(w.Text)) }

// Sub is where the bytes [i, j) of the text are written.
func (w Word) Sub(i, j int) source.Place {
	span := w.whole
	j = min(j, len(w.Text))
	switch {
	case i < j:
		span = source.Span{Start: w.at(i).span.Start, End: w.at(j - 1).span.End}
	case i < len(w.Text):
		span = source.Span{Start: w.at(i).span.Start, End: w.at(i).span.Start}
	}
	return source.Place{File: w.file, Span: span}
}

// at is the byte i as a piece of its own.
func (w Word) at(i int) piece {
	switch {
	case w.plain:
		return piece{0, source.Span{Start: w.whole.Start + i, End: w.whole.Start + i + 1}, false}
	case len(w.pieces) == 0:
		return piece{0, w.whole, true} // made up, such as the sh of flock -c
	}
	p := w.pieces[sort.Search(len(w.pieces), func(k int) bool { return w.pieces[k].at > i })-1]
	if !p.whole {
		start := p.span.Start + i - p.at
		p.span = source.Span{Start: start, End: start + 1}
	}
	return p
}

// Slice is the part [i, j) of the word.
func (w Word) Slice(i, j int) Word {
	if w.plain && i <= j {
		return Word{Text: w.Text[i:j], Known: w.Known, plain: true, file: w.file, whole: w.Sub(i, j).Span}
	}
	b := builder{known: w.Known}
	b.addWord(w, i, j)
	return b.word(w.file, w.Sub(i, j).Span)
}

// builder puts a word together.
type builder struct {
	text   []byte
	pieces []piece
	known  bool
}

// add appends a byte. The bytes of one escape or variable are added one after the
// other with the same span.
func (b *builder) add(c byte, span source.Span, whole bool) {
	at := len(b.text)
	b.text = append(b.text, c)
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

// addAll appends a text that is all written as the span.
func (b *builder) addAll(text string, span source.Span) {
	for i := 0; i < len(text); i++ {
		b.add(text[i], span, true)
	}
}

// addWord appends the part [i, j) of a word.
func (b *builder) addWord(w Word, i, j int) {
	for ; i < j; i++ {
		p := w.at(i)
		b.add(w.Text[i], p.span, p.whole)
	}
}

// word returns the word, which is written as the span if it has no text.
func (b *builder) word(file *source.File, span source.Span) Word {
	return Word{Text: string(b.text), Known: b.known, file: file, whole: span, pieces: b.pieces}
}

// setting returns a word of a setting's value, its specifiers expanded.
func settingWord(u *unit.Unit, s unit.Setting, w value.Word) Word {
	expanded := u.Expand(w.Text)
	all := s.Value().Span(w.Sub(0, len(w.Text)))
	if expanded.Text == w.Text && all.Len() == len(w.Text) {
		return Word{Text: w.Text, Known: expanded.Known, plain: true, file: s.Part.Source, whole: all}
	}
	b := builder{known: expanded.Known}
	for i := 0; i < len(expanded.Text); i++ {
		from := expanded.Sub(i, i+1)
		span := s.Value().Span(w.Sub(from.Start, from.End))
		b.add(expanded.Text[i], span, from.Len() != 1 || span.Len() != 1)
	}
	return b.word(s.Part.Source, all)
}

// maxText is the length in bytes over which a value is not put into a word: the limit
// of the kernel for one argument (execve(2), MAX_ARG_STRLEN).
const maxText = 128 << 10

// variables expands the variables of an argument as systemd does, which may make
// several words of it, or none (replace_env_argv in src/basic/env-util.c).
func variables(w Word, env *environment.Environment) []Word {
	uses := value.VariablesIn(w.Text)
	if len(uses) == 0 {
		return []Word{w}
	}
	if use := uses[0]; use.Kind == value.WholeWord {
		v := env.Lookup(use.Name)
		switch {
		case !use.Valid || v.State == environment.Unset:
			return nil
		case v.State != environment.Set || !v.Known || v.Overridable || !w.Known || len(v.Value) > maxText:
			w.Known = false
			return []Word{w}
		}
		split, _ := value.PathWords(v.Value)
		var words []Word
		for _, part := range split {
			b := builder{known: true}
			b.addAll(part.Text, w.Place().Span)
			words = append(words, b.word(w.file, w.Place().Span))
		}
		return words
	}
	b := builder{known: w.Known}
	last := 0
	for _, use := range uses {
		b.addWord(w, last, use.Span.Start)
		last = use.Span.End
		span := w.Sub(use.Span.Start, use.Span.End).Span
		if use.Kind == value.DollarEscape {
			b.add('$', span, true)
			continue
		}
		v := env.Lookup(use.Name)
		switch {
		case !use.Valid || v.State == environment.Unset:
		case v.State == environment.Set && v.Known && !v.Overridable && len(b.text)+len(v.Value) <= maxText:
			b.addAll(v.Value, span)
		default:
			b.known = false
			b.addWord(w, use.Span.Start, use.Span.End)
		}
	}
	b.addWord(w, last, len(w.Text))
	return []Word{b.word(w.file, w.Place().Span)}
}

// shellWord returns a word of a shell's text, which is itself a word or a file.
func shellWord(text Word, w shell.Word) Word {
	if w.Start >= 0 && w.Start+len(w.Text) <= len(text.Text) {
		word := text.Slice(w.Start, w.Start+len(w.Text))
		word.Known = w.Known
		return word
	}
	b := builder{known: w.Known}
	span := text.Sub(w.Span.Start, w.Span.End).Span
	b.addAll(w.Text, span)
	return b.word(text.file, span)
}

// fileWord is a file as one word.
func fileWord(f *source.File) Word {
	all := source.Span{End: len(f.Text)}
	return Word{Text: f.Text, Known: true, plain: true, file: f, whole: all}
}

// cut is strings.Cut for words.
func (w Word) cut(separator string) (before, after Word, found bool) {
	i := strings.Index(w.Text, separator)
	if i < 0 {
		return w, Word{}, false
	}
	return w.Slice(0, i), w.Slice(i+len(separator), len(w.Text)), true
}
