package value

import (
	"strings"
	"unicode/utf8"

	"github.com/unitvet/unitvet/lint/source"
)

// ParseEnvironmentFile reads the text of an environment file; all spans are in it
// (parse_env_file_internal in src/basic/env-file.c). It is no shell syntax:
//
//   - # and ; start a comment only where a line starts;
//   - blanks around the name, before the value and after an unquoted one are
//     dropped; $ means nothing;
//   - quotes count only where the value starts or after another quote, and quoted
//     values go on over lines;
//   - a backslash takes itself away and leaves the next character, but the end of a
//     line goes with it; in double quotes it does so before " \ ` and $ only, and in
//     single quotes not at all.
//
// Assignments that systemd skips, here or when it starts the program, are left out
// and reported. A later assignment to the same name wins. If the file is not read
// at all (Refuses), there are none.
func ParseEnvironmentFile(text string) ([]Assignment, []*Problem) {
	if i := strings.IndexByte(text, 0); i >= 0 {
		return nil, []*Problem{{Kind: InvalidEncoding, Span: source.Span{Start: i, End: i + 1},
			Text: "the file holds a NUL byte, so it is not read", Effect: Refuses}}
	}
	r := envReader{text: text}
	for r.pos < len(text) {
		switch c := text[r.pos]; {
		case c == '#' || c == ';':
			r.comment()
		case blankSet[c]:
			r.pos++
		case !r.assignment():
			return nil, r.problems
		}
	}
	return r.assignments, r.problems
}

// lineEnds end a line (NEWLINE in src/basic/string-util.h).
var lineEnds = setOf("\n\r")

// envReader reads an environment file.
type envReader struct {
	text        string
	pos         int
	assignments []Assignment
	problems    []*Problem
}

// lineEnd returns where the line of the byte at i ends.
func (r *envReader) lineEnd(i int) int {
	for i < len(r.text) && !lineEnds[r.text[i]] {
		i++
	}
	return i
}

// problem notes what is wrong with text[start:end].
func (r *envReader) problem(kind ProblemKind, start, end int, effect Effect, text, expected string) {
	r.problems = append(r.problems, &Problem{Kind: kind, Span: source.Span{Start: start, End: end},
		Text: text, Expected: expected, Effect: effect})
}

// comment skips a comment line.
func (r *envReader) comment() {
	end := r.lineEnd(r.pos)
	comment := r.text[r.pos:end]
	r.pos = end
	backslashes := len(comment) - len(strings.TrimRight(comment, `\`))
	if backslashes%2 == 0 || !strings.HasPrefix(r.text[end:], "\n") || strings.HasPrefix(r.text[end:], "\n\r") {
		return
	}
	next := strings.TrimLeft(r.text[end+1:r.lineEnd(end+1)], blanks)
	if next != "" && next[0] != '#' && next[0] != ';' {
		r.problem(ContinuedComment, end-1, end, Accepted,
			"the backslash makes the next line part of the comment before systemd 254", "a comment without it")
	}
}

// assignment reads an assignment, or a line that is none. It returns false if the
// file is not read any further.
func (r *envReader) assignment() bool {
	start, end := r.pos, r.lineEnd(r.pos)
	eq := strings.IndexByte(r.text[start:end], '=')
	if eq == 0 { // the first character of a name may be anything, even that
		eq = strings.IndexByte(r.text[start+1:end], '=') + 1
		if eq == 0 {
			eq = -1
		}
	}
	if eq < 0 {
		line := strings.TrimRight(r.text[start:end], blanks)
		r.problem(MissingEquals, start, start+len(line), DropsEntry, "there is no = in the line", "NAME=VALUE")
		r.pos = end
		return true
	}
	eq += start
	name := strings.TrimRight(r.text[start:eq], blanks)
	a := Assignment{Name: plainWord(r.text, start, start+len(name))}
	r.pos = eq + 1
	a.Value = r.value()
	for _, w := range []Word{a.Name, a.Value} {
		if !utf8.ValidString(w.Text) {
			r.problem(InvalidEncoding, w.Span.Start, w.Span.End, Refuses, "the text is not UTF-8, so the file is not read", "")
			return false
		}
	}
	switch rest, export := strings.CutPrefix(name, "export"); {
	case ValidVariableName(name):
		r.assignments = append(r.assignments, a)
	case export && strings.TrimLeft(rest, " \t") != rest:
		r.problem(ExportPrefix, start, start+len("export"), DropsEntry,
			`"export" becomes part of the name, so the assignment is ignored`, "NAME=VALUE without it")
	default:
		r.problems = append(r.problems, badVariableName(a.Name))
	}
	return true
}

// value reads the value that starts at pos, up to the end of its last line.
func (r *envReader) value() Word {
	if w, ok := r.simpleQuote(); ok {
		return w
	}
	var b builder
	first, last := -1, -1 // what is written for the value, quotes included
	quoted, reported := false, false
	for r.pos < len(r.text) {
		c := r.text[r.pos]
		if lineEnds[c] {
			break
		}
		if blankSet[c] {
			r.pos++
			continue
		}
		if first < 0 {
			first = r.pos
		} else if r.pos > last && !reported {
			reported = true
			r.problem(TextAfterQuote, r.pos, r.lineEnd(r.pos), Accepted,
				"this is added to the value, without the blanks before it", "nothing after the closing quote")
		}
		if c != '"' && c != '\'' {
			if first == r.pos {
				return r.bare()
			}
			last = r.unquoted(&b)
			break
		}
		quoted = true
		r.quote(&b, c)
		last = r.pos
	}
	if first < 0 {
		return plainWord(r.text, r.pos, r.pos)
	}
	return b.word(source.Span{Start: first, End: last}, quoted)
}

// simpleQuote reads a value that is one quoted text without backslashes, which needs
// no pieces. ok is false if it is not.
func (r *envReader) simpleQuote() (w Word, ok bool) {
	start := r.pos
	for start < len(r.text) && (r.text[start] == ' ' || r.text[start] == '\t') {
		start++
	}
	if start == len(r.text) || r.text[start] != '"' && r.text[start] != '\'' {
		return w, false
	}
	n := strings.IndexByte(r.text[start+1:], r.text[start])
	if n < 0 || strings.IndexByte(r.text[start:start+1+n], '\\') >= 0 {
		return w, false
	}
	end := start + n + 2
	next := r.lineEnd(end)
	if strings.Trim(r.text[end:next], " \t") != "" {
		return w, false
	}
	r.pos = next
	w = plainWord(r.text, start+1, end-1)
	w.Span, w.Quoted = source.Span{Start: start, End: end}, true
	return w, true
}

// bare reads an unquoted value. Without backslashes it needs no pieces.
func (r *envReader) bare() Word {
	start, end := r.pos, r.lineEnd(r.pos)
	if strings.IndexByte(r.text[start:end], '\\') >= 0 {
		var b builder
		last := r.unquoted(&b)
		return b.word(source.Span{Start: start, End: last}, false)
	}
	r.pos = end
	return plainWord(r.text, start, start+len(strings.TrimRight(r.text[start:end], blanks)))
}

// unquoted reads unquoted text up to the end of the line and cuts the blanks at
// its end, but for escaped ones. It returns where what is left of it ends.
func (r *envReader) unquoted(b *builder) int {
	last, kept := r.pos, len(b.text)
	for r.pos < len(r.text) && !lineEnds[r.text[r.pos]] {
		start := r.pos
		r.pos++
		if r.text[start] != '\\' {
			b.add(r.text[start], source.Span{Start: start, End: r.pos})
			if !blankSet[r.text[start]] {
				last, kept = r.pos, len(b.text)
			}
			continue
		}
		if r.pos < len(r.text) {
			r.pos++
			if c := r.text[r.pos-1]; !lineEnds[c] {
				b.add(c, source.Span{Start: start, End: r.pos})
			}
		}
		last, kept = r.pos, len(b.text)
	}
	b.text = b.text[:kept]
	for n := len(b.pieces); n > 0 && b.pieces[n-1].at >= kept; n = len(b.pieces) {
		b.pieces = b.pieces[:n-1]
	}
	return last
}

// quote reads a quoted text with its quotes. One that is never closed goes on to
// the end of the file.
func (r *envReader) quote(b *builder, quote byte) {
	start := r.pos
	for r.pos++; r.pos < len(r.text); {
		i := r.pos
		c := r.text[i]
		r.pos++
		switch {
		case c == quote:
			return
		case c != '\\' || quote == '\'':
			b.add(c, source.Span{Start: i, End: r.pos})
		case r.pos == len(r.text): // a backslash at the end of the file is lost
		default:
			r.pos++
			switch escaped := r.text[i+1]; {
			case strings.IndexByte("\"\\`$", escaped) >= 0:
				b.add(escaped, source.Span{Start: i, End: r.pos})
			case escaped != '\n':
				b.plain(r.text, i, r.pos)
			}
		}
	}
	r.problem(UnbalancedQuote, start, len(r.text), Accepted,
		"the quote is never closed, so the rest of the file is part of the value", "")
}
