// Package python scans Python and follows a program as it starts: the modules it
// imports in their order, what it does to its search path, the values it works out,
// the files it writes and the hosts it connects to, each with the way that leads
// there. Nothing is run. What depends on more than the source and the environment
// that is given is unknown, and stays so.
package python

import "strings"

// kind is a kind of token.
type kind uint8

const (
	tEnd kind = iota
	tNewline
	tIndent
	tDedent
	tName
	tNumber
	tString
	tOp
)

// token is a span of the text. Of a string it covers prefix and quotes.
type token struct {
	kind       kind
	start, end int
}

// maxIndents is how deep blocks may be nested (MAXINDENT in CPython's
// Parser/lexer/state.h).
const maxIndents = 100

// lexer cuts a text into tokens (Python's Language Reference, chapter 2). It
// never fails; what is no token becomes an operator of one byte. It is a value:
// a copy looks ahead without moving the original, up to the next newline token.
type lexer struct {
	src     string
	pos     int
	depth   int // of brackets
	indents []int
	dedents int  // tokens still to come
	fresh   bool // at the start of a logical line
	damage  *damage
}

// damage is the first place of a file that no Python 3 compiles.
type damage struct {
	at   int
	text string
}

// spoil notes such a place.
func (l *lexer) spoil(at int, text string) {
	if l.damage.text == "" || at < l.damage.at {
		*l.damage = damage{at, text}
	}
}

func newLexer(src string, pos, indent int, spoiled *damage) lexer {
	return lexer{src: src, pos: pos, indents: []int{indent}, fresh: true, damage: spoiled}
}

// blank is true for what stands between tokens.
var blank = [256]bool{' ': true, '\t': true, '\f': true, '\r': true}

// nameByte is true for the bytes of names; every byte of a code point above
// ASCII may be one.
var nameByte = func() (t [256]bool) {
	for c := range 256 {
		t[c] = c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c >= 0x80
	}
	return t
}()

// next returns the next token.
func (l *lexer) next() token {
	if l.dedents > 0 {
		l.dedents--
		return token{tDedent, l.pos, l.pos}
	}
	if l.fresh {
		if t, ok := l.line(); ok {
			return t
		}
	}
	src := l.src
	for l.pos < len(src) {
		c := src[l.pos]
		switch {
		case blank[c]:
			l.pos++
		case c == '#':
			l.comment()
		case c == '\n':
			l.pos++
			if l.depth == 0 {
				l.fresh = true
				return token{tNewline, l.pos - 1, l.pos}
			}
			l.marker()
		case c == '\\' && l.joins():
		default:
			return l.token()
		}
	}
	return l.end()
}

// end returns the tokens after the last line: a newline that the file may lack,
// and the end of every block.
func (l *lexer) end() token {
	if !l.fresh {
		l.fresh = true
		if l.depth > 0 {
			l.spoil(len(l.src), "a bracket is never closed")
			l.depth = 0
		}
		return token{tNewline, l.pos, l.pos}
	}
	if len(l.indents) > 1 {
		l.indents = l.indents[:len(l.indents)-1]
		return token{tDedent, l.pos, l.pos}
	}
	return token{tEnd, l.pos, l.pos}
}

// comment skips to the end of the line.
func (l *lexer) comment() {
	if n := strings.IndexByte(l.src[l.pos:], '\n'); n >= 0 {
		l.pos += n
		return
	}
	l.pos = len(l.src)
}

// joins skips a backslash that joins two lines.
func (l *lexer) joins() bool {
	rest := l.src[l.pos+1:]
	switch {
	case strings.HasPrefix(rest, "\n"):
		l.pos += 2
	case strings.HasPrefix(rest, "\r\n"):
		l.pos += 3
	default:
		return false
	}
	return true
}

// marker looks for what git leaves in a file with conflicts.
func (l *lexer) marker() {
	rest := l.src[l.pos:]
	if strings.HasPrefix(rest, "<<<<<<< ") || strings.HasPrefix(rest, ">>>>>>> ") {
		l.spoil(l.pos, "a merge conflict that was never resolved")
	}
}

// line measures the indentation of the next line that is not blank.
func (l *lexer) line() (token, bool) {
	src := l.src
	for {
		column, start := 0, l.pos
		for l.pos < len(src) {
			switch src[l.pos] {
			case ' ':
				column++
			case '\t':
				column += 8 - column%8
			case '\f':
				column = 0
			case '\r':
			default:
				goto measured
			}
			l.pos++
		}
	measured:
		if l.pos >= len(src) {
			return token{}, false
		}
		switch c := src[l.pos]; {
		case c == '#':
			l.comment()
			continue
		case c == '\n':
			l.pos++
			continue
		case c == '\\' && l.joins():
			continue
		}
		l.fresh = false
		if l.pos == start {
			l.marker()
		}
		top := l.indents[len(l.indents)-1]
		if column > top && len(l.indents) < maxIndents {
			l.indents = append(l.indents[:len(l.indents):len(l.indents)], column)
			return token{tIndent, l.pos, l.pos}, true
		}
		n := len(l.indents)
		for n > 1 && l.indents[n-1] > column {
			n--
		}
		if closed := len(l.indents) - n; closed > 0 {
			l.indents, l.dedents = l.indents[:n], closed-1
			return token{tDedent, l.pos, l.pos}, true
		}
		return token{}, false
	}
}

// token reads a token that starts here.
func (l *lexer) token() token {
	src, start := l.src, l.pos
	c := src[start]
	switch {
	case nameByte[c] && (c < '0' || c > '9'):
		i := start + 1
		for i < len(src) && nameByte[src[i]] {
			i++
		}
		l.pos = i
		if i < len(src) && (src[i] == '"' || src[i] == '\'') && i-start <= 2 && isPrefix(src[start:i]) {
			l.str(i, src[start:i])
			return token{tString, start, l.pos}
		}
		return token{tName, start, i}
	case c == '"' || c == '\'':
		l.str(start, "")
		return token{tString, start, l.pos}
	case c >= '0' && c <= '9' || c == '.' && start+1 < len(src) && src[start+1] >= '0' && src[start+1] <= '9':
		l.number()
		return token{tNumber, start, l.pos}
	}
	l.pos++
	switch c {
	case '(', '[', '{':
		l.depth++
	case ')', ']', '}':
		if l.depth > 0 {
			l.depth--
		}
	default:
		l.pos = start + operator(src[start:])
	}
	return token{tOp, start, l.pos}
}

// operator returns the length of the operator that a text starts with.
func operator(s string) int {
	if len(s) >= 3 {
		switch s[:3] {
		case "**=", "//=", ">>=", "<<=", "...":
			return 3
		}
	}
	if len(s) >= 2 {
		switch s[:2] {
		case "**", "//", ">>", "<<", "<=", ">=", "==", "!=", "->", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "@=", ":=", "<>":
			return 2
		}
	}
	return 1
}

// number skips a number. What follows it without a blank is left alone: 1if x.
func (l *lexer) number() {
	src, i := l.src, l.pos
	radix := i+1 < len(src) && src[i] == '0' && strings.IndexByte("xXoObB", src[i+1]) >= 0
	for i < len(src) {
		c := src[i]
		switch {
		case c >= '0' && c <= '9' || c == '_':
		case radix && nameByte[c]:
			if i > l.pos+1 && strings.IndexByte("abcdefABCDEF", c) < 0 {
				l.pos = i
				return
			}
		case !radix && (c == '.' || c == 'j' || c == 'J'):
		case !radix && (c == 'e' || c == 'E') && i+1 < len(src) && (src[i+1] >= '0' && src[i+1] <= '9' || (src[i+1] == '-' || src[i+1] == '+') && i+2 < len(src) && src[i+2] >= '0' && src[i+2] <= '9'):
			i++
		default:
			l.pos = i
			return
		}
		i++
	}
	l.pos = i
}

// isPrefix reports whether one or two letters are a string's prefix.
func isPrefix(p string) bool {
	switch strings.ToLower(p) {
	case "r", "b", "u", "f", "t", "br", "rb", "fr", "rf", "tr", "rt":
		return true
	}
	return false
}

// str skips a string whose quotes start at i. With replacement fields it is one
// token, whatever is nested in them (PEP 701).
func (l *lexer) str(i int, prefix string) {
	end, ok := skipString(l.src, i, strings.ContainsAny(prefix, "fFtT"), 0)
	if !ok {
		l.spoil(i, "a string is never closed")
	}
	l.pos = end
}

// quotesAt returns the quotes that a string starts with.
func quotesAt(src string, i int) string {
	if q := src[i]; i+2 < len(src) && src[i+1] == q && src[i+2] == q {
		return src[i : i+3]
	}
	return src[i : i+1]
}

// maxNested is how deep strings and replacement fields may be nested.
const maxNested = 50

// skipString returns the end of a string whose quotes start at i. One that is
// never closed ends with its line, or, with three quotes, with the file.
func skipString(src string, i int, fields bool, nested int) (end int, ok bool) {
	quotes := quotesAt(src, i)
	q, long := quotes[0], len(quotes) == 3
	for i += len(quotes); i < len(src); i++ {
		switch c := src[i]; {
		case c == '\\':
			i++
			if i+1 < len(src) && src[i] == '\r' && src[i+1] == '\n' {
				i++
			}
		case c == q:
			if !long {
				return i + 1, true
			}
			if strings.HasPrefix(src[i:], quotes) {
				return i + 3, true
			}
		case c == '\n' && !long:
			return i, false
		case c == '{' && fields:
			if i+1 < len(src) && src[i+1] == '{' {
				i++
				continue
			}
			if i = skipField(src, i+1, quotes, nested+1); i >= len(src) {
				return len(src), false
			}
			if src[i] != '}' {
				i-- // a quote or newline that ends the string
			}
		}
	}
	return len(src), false
}

// skipField returns the place of the brace that closes a replacement field, or of
// what ends the string instead.
func skipField(src string, i int, quotes string, nested int) int {
	if nested > maxNested {
		return len(src)
	}
	depth, spec := 0, false
	for ; i < len(src); i++ {
		c := src[i]
		if spec {
			switch {
			case c == '{':
				if i = skipField(src, i+1, quotes, nested+1); i >= len(src) || src[i] != '}' {
					return i
				}
			case c == '}', c == '\n' && len(quotes) == 1, strings.HasPrefix(src[i:], quotes):
				return i
			}
			continue
		}
		switch c {
		case '\'', '"':
			if len(quotes) == 3 && strings.HasPrefix(src[i:], quotes) {
				return i // as before PEP 701
			}
			prefix := i
			for prefix > 0 && i-prefix < 2 && nameByte[src[prefix-1]] {
				prefix--
			}
			inner := isPrefix(src[prefix:i]) && strings.ContainsAny(src[prefix:i], "fFtT")
			end, ok := skipString(src, i, inner, nested+1)
			if !ok {
				return i
			}
			i = end - 1
		case '(', '[', '{':
			depth++
		case ')', ']':
			depth--
		case '}':
			if depth <= 0 {
				return i
			}
			depth--
		case '#':
			n := strings.IndexByte(src[i:], '\n')
			if n < 0 || len(quotes) == 1 {
				continue
			}
			i += n
		case ':':
			spec = depth == 0
		case '!':
			if depth == 0 && i+1 < len(src) && src[i+1] == '=' {
				i++
			}
		}
	}
	return len(src)
}
