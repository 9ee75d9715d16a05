package value

import (
	"strconv"
	"strings"

	"github.com/unitvet/unitvet/lint/source"
)

// pattern is LogFilterPatterns=: a regular expression of PCRE2, after ~ if it shuts
// messages out (config_parse_log_filter_patterns).
func pattern(a argument) []*Problem {
	w := a.word()
	if strings.HasPrefix(w.Text, "~") {
		w = w.Slice(1, len(w.Text))
	}
	if w.Text == "" {
		return a.whole(BadPattern, "there is no pattern after the ~", "a regular expression")
	}
	return a.single(mapped(checkPattern(w.Text), w))
}

// patternReader reads a regular expression as far as is needed to see that PCRE2 does
// not take it (man page pcre2pattern). What it is not sure of it lets pass: names of
// Unicode properties, the length of what is looked behind at, callouts.
type patternReader struct {
	text string
	pos  int
	open []patternGroup
	// captures counts the groups that capture, names are those that have one.
	captures int
	names    map[string]bool
	// numbers and references are the groups that something refers to.
	numbers    []patternReference
	references []patternReference
	// repeated says that groups may share numbers or names.
	repeated bool
	// unread says that the rest is not looked at.
	unread bool
}

// patternGroup is a group that is not closed yet.
type patternGroup struct {
	start       int
	conditional bool // (?(CONDITION)YES|NO)
	branches    int
}

// patternReference is a reference to a group, by number or name.
type patternReference struct {
	number int
	name   string
	span   source.Span
}

// checkPattern returns what is wrong with a regular expression, nil if nothing is
// known to be.
func checkPattern(s string) *Problem {
	p := patternReader{text: s, names: map[string]bool{}}
	if problem := p.read(); problem != nil || p.unread {
		return problem
	}
	if n := len(p.open); n > 0 {
		return p.problem(p.open[n-1].start, p.open[n-1].start+1, "the group is never closed")
	}
	for _, r := range p.numbers {
		if r.number > p.captures && !p.repeated {
			return p.problem(r.span.Start, r.span.End, "there is no group of that number")
		}
	}
	for _, r := range p.references {
		if !p.names[r.name] {
			return p.problem(r.span.Start, r.span.End, "there is no group of that name")
		}
	}
	return nil
}

// problem returns what is wrong from start to end.
func (p *patternReader) problem(start, end int, text string) *Problem {
	return &Problem{Kind: BadPattern, Span: source.Span{Start: start, End: min(end, len(p.text))}, Text: text,
		Expected: "a regular expression of PCRE2"}
}

// rest returns the text that is not read yet.
func (p *patternReader) rest() string { return p.text[p.pos:] }

// peek returns the next byte, 0 at the end.
func (p *patternReader) peek() byte {
	if p.pos == len(p.text) {
		return 0
	}
	return p.text[p.pos]
}

// read reads the whole expression.
func (p *patternReader) read() *Problem {
	repeatable := false // there is something before the position that may be repeated
	for p.pos < len(p.text) && !p.unread {
		start := p.pos
		var problem *Problem
		switch c := p.peek(); c {
		case '\\':
			repeatable, problem = p.escape(false)
		case '[':
			repeatable, problem = true, p.class()
		case '(':
			depth := len(p.open)
			switch rest := p.rest(); {
			case strings.HasPrefix(rest, "(?#"): // what is before the comment counts
				problem = p.group()
			default:
				problem = p.group()
				// A call or a reference is over at once, and so is a switch.
				repeatable = len(p.open) == depth && strings.IndexByte("RP&0123456789", rest[min(2, len(rest)-1)]) >= 0
			}
		case ')':
			if len(p.open) == 0 {
				return p.problem(start, start+1, "the parenthesis closes no group")
			}
			p.open = p.open[:len(p.open)-1]
			p.pos++
			repeatable = true
		case '|':
			repeatable, problem = false, p.branch()
		default:
			n, bad := p.quantifier()
			switch problem = bad; {
			case problem != nil:
			case n == 0:
				p.pos++
				repeatable = c != '$' && c != '^'
			case !repeatable:
				return p.problem(start, start+n, "there is nothing to repeat")
			default:
				p.pos += n
				if next := p.peek(); next == '+' || next == '?' {
					p.pos++
				}
				repeatable = false
			}
		}
		if problem != nil {
			return problem
		}
	}
	return nil
}

// branch reads the start of an alternative.
func (p *patternReader) branch() *Problem {
	p.pos++
	if n := len(p.open); n > 0 {
		group := &p.open[n-1]
		if group.branches++; group.conditional && group.branches > 1 {
			return p.problem(p.pos-1, p.pos, "a condition has two alternatives at most")
		}
	}
	return nil
}

// quantifier returns the length of the quantifier that stands next, 0 if none does.
func (p *patternReader) quantifier() (int, *Problem) {
	s := p.rest()
	if s[0] == '*' || s[0] == '+' || s[0] == '?' {
		return 1, nil
	}
	if s[0] != '{' {
		return 0, nil
	}
	end := strings.IndexByte(s[:min(len(s), len("{ 65535 , 65535 }")+1)], '}')
	if end < 0 {
		return 0, nil
	}
	low, high, comma := strings.Cut(s[1:end], ",")
	low, high = strings.Trim(low, " \t"), strings.Trim(high, " \t")
	if low+high == "" || low == "" && !comma || strings.Trim(low+high, "0123456789") != "" {
		return 0, nil
	}
	low = "0" + low // nothing is none since PCRE2 10.43
	const most = 65535
	n, err := strconv.Atoi(low)
	m := n
	if comma && high != "" && err == nil {
		m, err = strconv.Atoi(high)
	}
	switch {
	case err != nil || n > most || m > most:
		return 0, p.problem(p.pos, p.pos+end+1, "the number of repetitions is too large")
	case m < n:
		return 0, p.problem(p.pos, p.pos+end+1, "the numbers of repetitions are out of order")
	}
	return end + 1, nil
}

const (
	// foreignEscapes are the letters that mean nothing to PCRE2 after a backslash.
	foreignEscapes = "FIJLMOTUYijlmquy"
	// assertionEscapes are those that match no characters and cannot be repeated.
	assertionEscapes = "ABGZbz"
	// sequenceEscapes are those that match several characters, or no definite one, and
	// mean nothing in a class.
	sequenceEscapes = "BRX"
	// setEscapes are those that match one character of several.
	setEscapes = "dDsSwWhHvVpPN"
)

// escape reads a backslash and what belongs to it.
func (p *patternReader) escape(inClass bool) (repeatable bool, problem *Problem) {
	start := p.pos
	if start+1 == len(p.text) {
		return false, p.problem(start, start+1, "the backslash has nothing after it")
	}
	c := p.text[start+1]
	p.pos += 2
	bad := func(text string) (bool, *Problem) { return false, p.problem(start, p.pos, text) }
	switch {
	case c == 'Q':
		_, after, found := strings.Cut(p.rest(), `\E`)
		p.pos = len(p.text)
		if found {
			p.pos -= len(after)
		}
		return true, nil
	case strings.IndexByte(foreignEscapes, c) >= 0:
		return bad("unknown escape " + quoted(p.text[start:p.pos]))
	case c == 'c' && p.peek() == 0:
		return bad(`there is nothing after \c`)
	case c == 'c':
		p.pos++
	case c == 'o' && p.peek() != '{':
		return bad(`there is no { after \o`)
	case (c == 'x' || c == 'o') && p.peek() == '{':
		base := map[byte]int{'x': 16, 'o': 8}[c]
		n, err := strconv.ParseUint(strings.Trim(p.braces(), blanks), base, 64)
		if err != nil || n > 0xff {
			return bad("this is no number of a character up to 255")
		}
	case c == 'x' && hexDigit(p.peek()) > 15:
		return bad(`there is no hexadecimal digit after \x`)
	case (c == 'p' || c == 'P') && p.peek() == 0:
		return bad("there is no property")
	case (c == 'p' || c == 'P') && p.peek() == '{':
		if p.braces() == "" {
			return bad("there is no property")
		}
	case (c == 'p' || c == 'P') && strings.IndexByte("CLMNPSZ", p.peek()) < 0:
		return bad("unknown property " + quoted(p.text[p.pos:p.pos+1]))
	case c == 'p' || c == 'P':
		p.pos++
	case c == 'N' && p.peek() == '{':
		if n, problem := p.quantifier(); n == 0 && problem == nil {
			return bad(`names and numbers of characters after \N are for patterns in UTF-8 mode`)
		}
	case inClass && strings.IndexByte(sequenceEscapes, c) >= 0:
		return bad("unknown escape " + quoted(p.text[start:p.pos]) + " in a class of characters")
	case inClass:
	case c == 'g' || c == 'k':
		return true, p.reference(c)
	case c >= '4' && c <= '7' && len(p.rest()) > 1 && hexDigit(p.rest()[0]) < 8 && hexDigit(p.rest()[1]) < 8:
		p.pos += 2
		return bad("this is no number of a character up to 255")
	case c >= '1' && c <= '9' && (p.peek() < '0' || p.peek() > '9'): // two digits may be octal
		p.numbers = append(p.numbers, patternReference{number: int(c - '0'), span: source.Span{Start: start, End: p.pos}})
	}
	return strings.IndexByte(assertionEscapes, c) < 0, nil
}

// braces reads a text in braces and returns it, "" if the end is missing.
func (p *patternReader) braces() string {
	end := strings.IndexByte(p.rest(), '}')
	if end < 0 {
		p.pos = len(p.text)
		return ""
	}
	text := p.text[p.pos+1 : p.pos+end]
	p.pos += end + 1
	return text
}

// reference reads what follows \g or \k: the number or the name of a group.
func (p *patternReader) reference(letter byte) *Problem {
	start := p.pos - 2
	rest := p.rest()
	closing := map[byte]string{'{': "}", '<': ">", '\'': "'"}[p.peek()]
	var inner string
	switch {
	case closing != "":
		var ok bool
		if inner, _, ok = strings.Cut(rest[1:], closing); !ok {
			return p.problem(start, len(p.text), "the reference is never closed")
		}
		p.pos += len(inner) + 2
	case letter == 'g':
		inner = rest[:len(rest)-len(strings.TrimLeft(rest, "+-0123456789"))]
		p.pos += len(inner)
	}
	span := source.Span{Start: start, End: p.pos}
	digits := strings.TrimLeft(inner, "+-")
	n, err := strconv.Atoi(digits)
	switch {
	case inner == "" || err != nil && !validGroupName(inner):
		return p.problem(start, p.pos, "this is no reference to a group")
	case err != nil:
		p.references = append(p.references, patternReference{name: inner, span: span})
	case digits != inner: // counted from here: only those before are sure
		if inner[0] == '-' && n > p.captures {
			return p.problem(start, p.pos, "there is no group of that number")
		}
	default:
		p.numbers = append(p.numbers, patternReference{number: n, span: span})
	}
	return nil
}

// validGroupName reports whether a group can have the name.
func validGroupName(s string) bool {
	const longest = 32
	return len(s) <= longest && ValidVariableName(s)
}

// posixClasses are the names of classes that stand in brackets of their own.
var posixClasses = wordSet("alpha lower upper alnum ascii blank cntrl digit graph print punct space word xdigit")

// posixAt returns the name of the class that s, which starts with a bracket, names, and
// the byte that makes it one; ok is false if it is not of that form.
func posixAt(s string) (name string, kind byte, ok bool) {
	if len(s) < 2 || strings.IndexByte(":.=", s[1]) < 0 {
		return "", 0, false
	}
	const longest = 32 // names are shorter
	end := strings.Index(s[2:min(len(s), longest)], s[1:2]+"]")
	if end < 0 || strings.IndexByte(s[2:2+end], ']') >= 0 {
		return "", 0, false
	}
	return s[2 : 2+end], s[1], true
}

// class reads a class of characters in brackets.
func (p *patternReader) class() *Problem {
	start := p.pos
	if _, _, ok := posixAt(p.rest()); ok {
		return p.problem(start, start+1, "a named class stands in brackets of its own only inside others, as in [[:alpha:]]")
	}
	p.pos++
	if p.peek() == '^' {
		p.pos++
	}
	first := p.pos
	const set = -2                // what was read stands for several characters
	last, dash := rune(-1), false // the character before, -1 if none can start a range, and a dash after it
	for p.pos < len(p.text) {
		at, c := p.pos, p.peek()
		if c == ']' && at > first {
			p.pos++
			return nil
		}
		this, problem := p.classMember()
		if problem != nil {
			return problem
		}
		if c == '-' && last != -1 && !dash && p.peek() != ']' {
			dash = true
			continue
		}
		switch {
		case !dash:
			last = this
			continue
		case last == set || this == set:
			if last == set && this != set || this == set {
				return p.problem(at-1, p.pos, "the range of characters has no end")
			}
		case this >= 0 && last >= 0 && this < last:
			return p.problem(at-2, p.pos, "the range of characters is out of order")
		}
		last, dash = -1, false // a range does not start where another ends
	}
	return p.problem(start, start+1, "the class of characters is never closed")
}

// classMember reads a member of a class: the character, -1 where it is not known, -2
// where there are several.
func (p *patternReader) classMember() (rune, *Problem) {
	at, c := p.pos, p.peek()
	if name, kind, ok := posixAt(p.rest()); c == '[' && ok {
		p.pos += len(name) + 4
		if kind != ':' || !posixClasses[strings.TrimPrefix(name, "^")] {
			return 0, p.problem(at, p.pos, "unknown class of characters "+quoted(name))
		}
		return -2, nil
	}
	if c != '\\' {
		p.pos++
		return rune(c), nil
	}
	if _, problem := p.escape(true); problem != nil {
		return 0, problem
	}
	escaped := p.text[at+1]
	switch {
	case strings.IndexByte(setEscapes, escaped) >= 0:
		return -2, nil
	case isSpecifier(escaped) && escaped != '%':
		return -1, nil
	}
	return rune(escaped), nil
}

// Words that may stand after (*.
var (
	// patternVerbs are those without an argument.
	patternVerbs = wordSet("ACCEPT F FAIL COMMIT PRUNE SKIP THEN UTF UCP NOTEMPTY NOTEMPTY_ATSTART NO_AUTO_POSSESS NO_DOTSTAR_ANCHOR " +
		"NO_JIT NO_START_OPT CR LF CRLF ANYCRLF ANY NUL BSR_ANYCRLF BSR_UNICODE CASELESS_RESTRICT TURKISH_CASING")
	// groupStarts begin a group that does not capture, after (?.
	groupStarts = []string{":", "=", "!", ">", "<=", "<!", "*", "<*"}
)

// group reads the start of a group.
func (p *patternReader) group() *Problem {
	start := p.pos
	p.pos++
	rest := p.rest()
	opened := patternGroup{start: start}
	switch {
	case strings.HasPrefix(rest, "?"):
		p.pos++
		open, conditional, problem := p.special(start)
		if problem != nil || !open {
			return problem
		}
		opened.conditional = conditional
	case len(rest) > 1 && rest[0] == '*' && (rest[1] == ':' || rest[1] > '9' && isSpecifier(rest[1])):
		if problem := p.verb(start); problem != nil || p.unread {
			return problem
		}
	default:
		p.captures++
	}
	p.open = append(p.open, opened)
	return nil
}

// verb reads what follows (*.
func (p *patternReader) verb(start int) *Problem {
	rest := p.rest()[1:]
	name := rest[:len(rest)-len(strings.TrimLeft(rest, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_"))]
	lower := strings.ToLower(name) == name && name != ""
	p.pos += 1 + len(name)
	switch next := p.peek(); {
	case strings.HasPrefix(name, "UTF") && next == ')':
		p.unread = true // characters have other limits
		return nil
	case lower && next == ':': // an assertion; what follows is a pattern
		p.pos++
		return nil
	case !lower && next == ')' && patternVerbs[name]:
		return nil
	case !lower && (next == ':' || next == '='):
		if end := strings.IndexByte(p.rest(), ')'); end >= 0 {
			p.pos += end // an argument, which may hold anything else
			return nil
		}
	}
	return p.problem(start, p.pos, "unknown verb "+quoted(name))
}

// special reads what follows (?. open is false where it is no group, or all of one.
func (p *patternReader) special(start int) (open, conditional bool, problem *Problem) {
	rest := p.rest()
	bad := func(text string) (bool, bool, *Problem) { return false, false, p.problem(start, p.pos+1, text) }
	for _, plain := range groupStarts {
		if strings.HasPrefix(rest, plain) {
			p.pos += len(plain)
			return true, false, nil
		}
	}
	if rest == "" {
		return bad("the group is never closed")
	}
	switch {
	case rest[0] == '|':
		p.repeated = true
		p.pos++
		return true, false, nil
	case rest[0] == '<', rest[0] == '\'', strings.HasPrefix(rest, "P<"):
		return p.named(start)
	}
	inner, _, closed := strings.Cut(rest, ")")
	whole := func() (bool, bool, *Problem) { // all of the group is its head
		if !closed {
			return bad("the group is never closed")
		}
		p.pos += len(inner) + 1
		return false, false, nil
	}
	span := source.Span{Start: start, End: min(p.pos+len(inner)+1, len(p.text))}
	switch {
	case rest[0] == '#':
		return whole()
	case rest[0] == '(':
		if condition := rest[1:]; condition != "" && condition[0] != '?' && condition[0] != '*' {
			end := strings.IndexByte(rest, ')')
			if end < 0 {
				return bad("the condition is never closed")
			}
			name := rest[1:end]
			if validGroupName(name) && name != "DEFINE" && name[0] != 'R' {
				p.references = append(p.references, patternReference{name: name, span: span})
			}
			p.pos += end + 1
		}
		return true, true, nil
	case strings.HasPrefix(rest, "P="), strings.HasPrefix(rest, "P>"), rest[0] == '&':
		p.references = append(p.references, patternReference{name: strings.TrimLeft(inner, "P=>&"), span: span})
		return whole()
	case inner == "R":
		return whole()
	case rest[0] >= '0' && rest[0] <= '9' && strings.Trim(inner, "0123456789") == "":
		n, err := strconv.Atoi(inner)
		if err != nil {
			return bad("the number is too large")
		}
		p.numbers = append(p.numbers, patternReference{number: n, span: span})
		return whole()
	case rest[0] == 'C' && strings.Trim(inner[1:], "0123456789") == "":
		return whole()
	case rest[0] == 'C' || len(rest) > 1 && (rest[0] == '+' || rest[0] == '-') && rest[1] >= '0' && rest[1] <= '9':
		p.unread = true // callouts may hold brackets, and relative calls look ahead
		return false, false, nil
	}
	switches := rest[:len(rest)-len(strings.TrimLeft(rest, "^-imsxnJUaDSWPTr"))]
	p.pos += len(switches)
	switch next := p.peek(); {
	case (next == ')' || next == ':') && strings.Contains(switches, "x"):
		p.unread = true // comments may hold brackets
		return false, false, nil
	case next == ')':
		p.pos++
		p.repeated = p.repeated || strings.Contains(switches, "J")
		return false, false, nil
	case next == ':':
		p.pos++
		p.repeated = p.repeated || strings.Contains(switches, "J")
		return true, false, nil
	}
	return bad("the characters after (? mean nothing")
}

// named reads the name of a group.
func (p *patternReader) named(start int) (open, conditional bool, problem *Problem) {
	rest := strings.TrimPrefix(p.rest(), "P")
	closing := map[byte]string{'<': ">", '\'': "'"}[rest[0]]
	name, _, ok := strings.Cut(rest[1:], closing)
	switch {
	case !ok || !validGroupName(name):
		return false, false, p.problem(start, len(p.text), "the group has no valid name")
	case p.names[name] && !p.repeated:
		return false, false, p.problem(start, len(p.text), "there are two groups named "+quoted(name))
	}
	p.names[name] = true
	p.captures++
	p.pos += len(p.rest()) - len(rest) + len(name) + 2
	return true, false, nil
}
