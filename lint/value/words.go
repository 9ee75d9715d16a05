package value

import (
	"iter"
	"strings"
	"unicode/utf8"

	"github.com/unitvet/unitvet/lint/source"
)

// blanks separate words (WHITESPACE in src/basic/string-util.h).
const blanks = " \t\n\r"

// byteSet is a set of bytes.
type byteSet [256]bool

// setOf returns the set of the bytes of s.
func setOf(s string) *byteSet {
	var set byteSet
	for i := 0; i < len(s); i++ {
		set[s[i]] = true
	}
	return &set
}

// What separates words.
var (
	blankSet  = setOf(blanks)
	colonSet  = setOf(":")
	eitherSet = setOf(":" + blanks)
)

// Word is one word of a value.
type Word struct {
	// Text is what systemd makes of it, quotes and escapes undone.
	Text string
	// Span is the word as it is written, quotes included.
	Span source.Span
	// Quoted says that quotes were taken off, somewhere in the word.
	Quoted bool

	trace trace
}

// plainWord returns text[i:j], written as it is.
func plainWord(text string, i, j int) Word {
	return Word{Text: text[i:j], Span: source.Span{Start: i, End: j}, trace: trace{start: i}}
}

// Sub returns where the bytes [i, j) of the text are written. A byte that came
// from an escape stands for the whole escape. Offsets outside the text are moved
// to its nearest end.
func (w Word) Sub(i, j int) source.Span { return w.trace.sub(len(w.Text), i, j) }

// Slice returns the part [i, j) of the word as a word of its own. Offsets outside
// the text are moved to its nearest end.
func (w Word) Slice(i, j int) Word {
	i, j = clamp(i, j, len(w.Text))
	part := Word{Text: w.Text[i:j], Span: w.Sub(i, j), Quoted: w.Quoted, trace: w.trace.from(i)}
	if i == j {
		part.trace = trace{start: part.Span.Start}
	}
	return part
}

// within returns w, a word that was read from the text of outer, with its spans
// in the string that outer was read from.
func (w Word) within(outer Word) Word {
	span := outer.Sub(w.Span.Start, w.Span.End)
	if w.trace.pieces == nil && outer.trace.pieces == nil {
		w.Span, w.Quoted, w.trace.start = span, outer.Quoted, outer.trace.start+w.trace.start
		return w
	}
	var b builder
	for i := 0; i < len(w.Text); i++ {
		s := w.trace.at(i)
		b.add(w.Text[i], outer.Sub(s.Start, s.End))
	}
	return b.word(span, outer.Quoted)
}

// Fields splits a list of units: on blanks, quotes and backslashes being
// characters like any other (EXTRACT_RETAIN_ESCAPE; config_parse_unit_deps in
// src/core/load-fragment.c).
func Fields(s string) []Word {
	words, _ := split(s, retainEscape) // nothing to get wrong without quotes and escapes
	return words
}

// FieldsSeq yields the words that [Fields] returns.
func FieldsSeq(s string) iter.Seq[Word] {
	return func(yield func(Word) bool) { eachField(s, yield) }
}

func eachField(s string, yield func(Word) bool) {
	scan := scanner{text: s}
	for {
		word, _, ok := scan.next(blankSet, retainEscape)
		if !ok || !yield(word) {
			return
		}
	}
}

// BareWords splits the lists of Sockets=, SupplementaryGroups=,
// SystemCallFilter=, SuccessExitStatus= and their kin: quotes are characters like
// any other, a backslash vanishes and leaves the character after it (no flags).
// With a problem, the words before it are returned.
func BareWords(s string) ([]Word, *Problem) { return split(s, 0) }

// Strv splits lists of strings and *Directory=, MountImages=, ExtensionImages=:
// quotes group and vanish, backslashes stay (EXTRACT_UNQUOTE |
// EXTRACT_RETAIN_ESCAPE; config_parse_strv in src/shared/conf-parser.c). With a
// problem, the words before it are returned; systemd 257 drops those as well,
// except for *Directory=.
func Strv(s string) ([]Word, *Problem) { return split(s, unquote|retainEscape) }

// PathWords splits the lists of ReadWritePaths= and kin, RequiresMountsFor=,
// TemporaryFileSystem=, PassEnvironment=, RestrictAddressFamilies= and most
// others that take quotes: quotes group and vanish, a backslash vanishes and
// leaves the character after it, even a blank or a quote (EXTRACT_UNQUOTE). With a
// problem, the words before it are returned.
func PathWords(s string) ([]Word, *Problem) { return split(s, unquote) }

// EnvironmentWords splits Environment=, UnsetEnvironment= and LogExtraFields=:
// quotes group and vanish, C escapes are undone and unknown ones are refused
// (EXTRACT_UNQUOTE | EXTRACT_CUNESCAPE; config_parse_environ in
// src/core/load-fragment.c). With a problem, the words before it are returned.
func EnvironmentWords(s string) ([]Word, *Problem) { return split(s, unquote|cUnescape) }

// mode is how words are cut, as flags (ExtractFlags in src/basic/extract-word.h).
type mode uint8

const (
	unquote            mode = 1 << iota // quotes group and vanish
	cUnescape                           // C escapes are undone
	keepUnknown                         // unknown escapes stay as they are
	unescapeSeparators                  // an escaped separator is a character
	retainEscape                        // backslashes are characters
	keepEmpty                           // every separator counts (DONT_COALESCE_SEPARATORS)
)

// split cuts s at blanks.
func split(s string, m mode) ([]Word, *Problem) {
	scan := scanner{text: s}
	words := make([]Word, 0, wordsIn(s))
	for {
		word, problem, ok := scan.next(blankSet, m)
		if problem != nil {
			return words, problem
		}
		if !ok {
			return words, nil
		}
		words = append(words, word)
	}
}

// wordsIn guesses how many words there are in s, up to the next semicolon. It looks
// at the start only, so that many short commands do not cost their square.
func wordsIn(s string) int {
	s = s[:min(len(s), 512)]
	if i := strings.IndexByte(s, ';'); i >= 0 {
		s = s[:i]
	}
	return strings.Count(s, " ") + 1
}

// splitColons cuts the text of a word at its colons and gives the parts their place
// in the string that the word was read from. Problems are mapped as well.
func splitColons(w Word, m mode) ([]Word, *Problem) {
	scan := scanner{text: w.Text}
	var words []Word
	for {
		word, problem, ok := scan.next(colonSet, m)
		if problem != nil {
			problem.Span = w.Sub(problem.Span.Start, problem.Span.End)
			return words, problem
		}
		if !ok {
			return words, nil
		}
		words = append(words, word.within(w))
	}
}

// scanner cuts words off a text, one by one, as extract_first_word does in
// src/basic/extract-word.c.
type scanner struct {
	text string
	pos  int
	done bool // the end was reached; with keepEmpty, pos at the end is not yet done
	// unknown collects the escapes that keepUnknown let pass.
	unknown []source.Span
}

// next returns the next word, or a problem, or false at the end.
func (s *scanner) next(separators *byteSet, m mode) (Word, *Problem, bool) {
	if s.done {
		return Word{}, nil, false
	}
	i := s.pos
	for ; i < len(s.text) && separators[s.text[i]]; i++ {
		if m&keepEmpty != 0 {
			s.pos = i + 1
			return plainWord(s.text, i, i), nil, true
		}
	}
	if i == len(s.text) {
		s.pos, s.done = i, true
		return plainWord(s.text, i, i), nil, m&keepEmpty != 0
	}
	start := i
	for ; i < len(s.text); i++ {
		c := s.text[i]
		if c == '\\' && m&retainEscape == 0 || (c == '"' || c == '\'') && m&unquote != 0 {
			return s.traced(start, i, separators, m)
		}
		if separators[c] {
			break
		}
	}
	s.leave(i, separators, m)
	return plainWord(s.text, start, i), nil, true
}

// leave moves on from a word that ends at i.
func (s *scanner) leave(i int, separators *byteSet, m mode) {
	switch {
	case i == len(s.text):
		s.done = true
	case m&keepEmpty != 0:
		i++
	default:
		for i < len(s.text) && separators[s.text[i]] {
			i++
		}
		s.done = i == len(s.text)
	}
	s.pos = i
}

// traced reads a word that starts at start and is plain up to i, where its first
// quote or backslash stands.
func (s *scanner) traced(start, i int, separators *byteSet, m mode) (Word, *Problem, bool) {
	if end := s.simpleQuote(start, separators, m); i == start && end > 0 {
		word := plainWord(s.text, start+1, end-1)
		word.Span, word.Quoted = source.Span{Start: start, End: end}, true
		s.leave(end, separators, m)
		return word, nil, true
	}
	var b builder
	b.plain(s.text, start, i)
	quote, quoteAt, quoted := byte(0), 0, false
	for i < len(s.text) {
		c := s.text[i]
		switch {
		case quote != 0 && c == quote:
			quote = 0
			i++
		case quote == 0 && m&unquote != 0 && (c == '"' || c == '\''):
			quote, quoteAt, quoted = c, i, true
			i++
		case c == '\\' && m&retainEscape == 0:
			n, problem := s.escape(&b, i, quote != 0, separators, m)
			if problem != nil {
				if quote != 0 && i+1 == len(s.text) {
					problem = unbalanced(quoteAt, i+1)
				}
				return Word{}, problem, false
			}
			i += n
		case quote == 0 && separators[c]:
			word := b.word(source.Span{Start: start, End: i}, quoted)
			s.leave(i, separators, m)
			return word, nil, true
		default:
			b.add(c, source.Span{Start: i, End: i + 1})
			i++
		}
	}
	if quote != 0 {
		return Word{}, unbalanced(quoteAt, i), false
	}
	s.leave(i, separators, m)
	return b.word(source.Span{Start: start, End: i}, quoted), nil, true
}

// simpleQuote returns the end of the word at start if it is one quoted text with
// no escapes in it, which needs no pieces; 0 if it is not.
func (s *scanner) simpleQuote(start int, separators *byteSet, m mode) int {
	quote := s.text[start]
	if m&unquote == 0 || quote != '"' && quote != '\'' {
		return 0
	}
	n := strings.IndexByte(s.text[start+1:], quote)
	end := start + n + 2
	if n < 0 || end < len(s.text) && !separators[s.text[end]] {
		return 0
	}
	if m&retainEscape == 0 && strings.IndexByte(s.text[start:end], '\\') >= 0 {
		return 0
	}
	return end
}

// unbalanced is the problem of a quote at start that nothing up to end closes.
func unbalanced(start, end int) *Problem {
	return &Problem{Kind: UnbalancedQuote, Span: source.Span{Start: start, End: end},
		Text: "the quote is never closed", Effect: DropsRest}
}

// escape undoes the backslash at i and returns the bytes it took.
func (s *scanner) escape(b *builder, i int, inQuote bool, separators *byteSet, m mode) (int, *Problem) {
	if i+1 == len(s.text) {
		span := source.Span{Start: i, End: i + 1}
		if m&keepUnknown != 0 && !inQuote {
			s.unknown = append(s.unknown, span)
			b.add('\\', span)
			return 1, nil
		}
		return 0, &Problem{Kind: TrailingBackslash, Span: span,
			Text: "the backslash has nothing after it", Effect: DropsRest}
	}
	c := s.text[i+1]
	if m&(cUnescape|unescapeSeparators) == 0 {
		b.add(c, source.Span{Start: i, End: i + 2})
		return 2, nil
	}
	if m&cUnescape != 0 {
		if text, n := unescapeC(s.text[i+1:]); n > 0 {
			span := source.Span{Start: i, End: i + 1 + n}
			b.addAll(text, span)
			return 1 + n, nil
		}
	}
	if m&unescapeSeparators != 0 && (c == '\\' || separators[c]) {
		b.add(c, source.Span{Start: i, End: i + 2})
		return 2, nil
	}
	_, size := utf8.DecodeRuneInString(s.text[i+1:])
	span := source.Span{Start: i, End: i + 1 + size}
	if m&keepUnknown != 0 {
		s.unknown = append(s.unknown, span)
		b.plain(s.text, i, i+2)
		return 2, nil
	}
	return 0, &Problem{Kind: UnknownEscape, Span: span, Text: `unknown escape "` + span.Of(s.text) + `"`,
		Expected: `\\ for a backslash, or a C escape such as \n, \x41, \u00e9`, Effect: DropsRest}
}

// simpleEscapes are the C escapes of one letter; \s is a blank, as in XDG files
// (cunescape_one in src/basic/escape.c).
var simpleEscapes = [256]string{
	'a': "\a", 'b': "\b", 'f': "\f", 'n': "\n", 'r': "\r", 't': "\t", 'v': "\v",
	'\\': `\`, '"': `"`, '\'': "'", 's': " ",
}

// unescapeC undoes the C escape that s, the text after a backslash, starts with.
// It returns what the escape means and how many bytes of s belong to it, 0 if
// there is none such (cunescape_one in src/basic/escape.c). Escapes for NUL are
// refused.
func unescapeC(s string) (string, int) {
	if text := simpleEscapes[s[0]]; text != "" {
		return text, 1
	}
	switch c := s[0]; {
	case c == 'x':
		if v, ok := digits(s[1:], 2, 16); ok && v != 0 {
			return string([]byte{byte(v)}), 3
		}
	case c >= '0' && c <= '7':
		if v, ok := digits(s, 3, 8); ok && v != 0 && v <= 0xff {
			return string([]byte{byte(v)}), 3
		}
	case c == 'u':
		if v, ok := digits(s[1:], 4, 16); ok && v != 0 {
			return encode(v), 5
		}
	case c == 'U':
		if v, ok := digits(s[1:], 8, 16); ok && v != 0 && validCodePoint(v) {
			return encode(v), 9
		}
	}
	return "", 0
}

// digits reads exactly n digits.
func digits(s string, n int, base uint32) (uint32, bool) {
	if len(s) < n {
		return 0, false
	}
	v := uint32(0)
	for i := 0; i < n; i++ {
		d := hexDigit(s[i])
		if d >= base {
			return 0, false
		}
		v = v*base + d
	}
	return v, true
}

// hexDigit returns the value of a hexadecimal digit, 16 for any other byte.
func hexDigit(c byte) uint32 {
	switch {
	case c >= '0' && c <= '9':
		return uint32(c - '0')
	case c >= 'a' && c <= 'f':
		return uint32(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return uint32(c-'A') + 10
	}
	return 16
}

// validCodePoint is unichar_is_valid in src/basic/utf8.c. Only \U asks it.
func validCodePoint(v uint32) bool {
	return v < 0x110000 && v&0xfffff800 != 0xd800 && (v < 0xfdd0 || v > 0xfdef) && v&0xfffe != 0xfffe
}

// encode is UTF-8 as systemd writes it: \ud800 gives three bytes, though
// surrogates are no characters (utf8_encode_unichar in src/basic/utf8.c).
func encode(v uint32) string {
	if v&0xfffff800 == 0xd800 {
		return string([]byte{0xe0 | byte(v>>12), 0x80 | byte(v>>6)&0x3f, 0x80 | byte(v)&0x3f})
	}
	return string(rune(v))
}
