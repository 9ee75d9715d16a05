package value

import (
	"strings"

	"github.com/unitvet/unitvet/lint/directive"
	"github.com/unitvet/unitvet/lint/source"
)

// Limits that expanded texts may not exceed, in bytes (src/core/unit-printf.h).
const (
	pathLimit     = MaxPathLength - 1 // unit_path_printf
	nameLimit     = MaxNameLength + 1 // unit_name_printf
	fdNameLimit   = 255               // unit_fd_printf, unit_cred_printf
	argumentLimit = 2 << 20           // unit_env_printf: ARG_MAX with the usual stack
)

// expanded is a word with its specifiers expanded, as far as they are known.
type expanded struct {
	Word
	// exact says that the text is what systemd reads. If it is not, specifiers that
	// only the host can tell have been replaced by something of their form.
	exact bool
	// open is where in the text the first specifier stands of which not even the
	// form is known, such as the instance of a template; -1 if there is none.
	open int
	// maybeEmpty says that there is nothing in the text but specifiers that stand for
	// nothing on many hosts.
	maybeEmpty bool
}

// form is what is known of a specifier's text where the text is not known.
type form byte

const (
	openForm   form = iota
	wordForm        // letters, digits and the like
	optionForm      // the same, or nothing
	idForm          // 32 hexadecimal digits
	numberForm
	pathForm // an absolute path
)

// standIns are written in place of what is not known.
var standIns = [...]string{
	openForm: "x", wordForm: "x", optionForm: "x", idForm: "abcdef0123456789abcdef0123456789", numberForm: "1000", pathForm: "/x",
}

// formOf returns the form of a specifier that depends on the host or the user. The
// others come from the name of the unit, or are control groups that may be the root,
// which is written as nothing.
func formOf(char byte) form {
	switch {
	case strings.IndexByte("agHloquv", char) >= 0:
		return wordForm
	case strings.IndexByte("ABMWw", char) >= 0:
		return optionForm
	case strings.IndexByte("bm", char) >= 0:
		return idForm
	case strings.IndexByte("GU", char) >= 0:
		return numberForm
	case strings.IndexByte("CcDdEhLSsTtVYy", char) >= 0:
		return pathForm
	}
	return openForm
}

// expand expands the specifiers of a word of the value, by the table of the
// directive; limit is the length in bytes that the result may have. The problem has
// its place in the value and takes the whole word with it.
func (a argument) expand(w Word, limit int) (expanded, *Problem) {
	e := expanded{Word: w, exact: true, open: -1}
	if a.Specifiers == directive.SpecifiersNone || strings.IndexByte(w.Text, '%') < 0 {
		if a.Specifiers != directive.SpecifiersNone && len(w.Text) > limit {
			return e, tooLong(w.Span)
		}
		return e, nil
	}
	context := a.Unit
	context.Table = FullTable
	if a.Specifiers == directive.SpecifiersName {
		context.Table = NameTable
	}
	var b builder
	e.maybeEmpty = true
	for i := 0; i < len(w.Text); i++ {
		c := w.Text[i]
		if c != '%' || i+1 == len(w.Text) || !isSpecifier(w.Text[i+1]) {
			b.add(c, w.Sub(i, i+1))
			e.maybeEmpty = false
			continue
		}
		use := SpecifierUse{Char: w.Text[i+1], Span: w.Sub(i, i+2)}
		i++
		if !context.knows(use.Char, a.Release) {
			problem := unknownSpecifier(use)
			problem.Effect = DropsEntry
			return e, problem
		}
		text, ok := context.resolve(use.Char)
		if !ok {
			e.exact = false
			form := formOf(use.Char)
			if form == openForm && e.open < 0 {
				e.open = len(b.text)
			}
			text = standIns[form]
			e.maybeEmpty = e.maybeEmpty && form == optionForm
		} else if text != "" {
			e.maybeEmpty = false
		}
		if len(b.text)+len(text) > limit {
			return e, tooLong(w.Span)
		}
		b.addAll(text, use.Span)
	}
	if len(b.text) > limit {
		return e, tooLong(w.Span)
	}
	e.Word = b.word(w.Span, w.Quoted)
	return e, nil
}

// expandAll expands the specifiers of the whole value.
func (a argument) expandAll(limit int) (expanded, *Problem) {
	return a.expand(a.word(), limit)
}

// word returns the whole value as one word.
func (a argument) word() Word { return plainWord(a.Text, 0, len(a.Text)) }

// knows reports whether the release has the specifier in the table.
func (c Context) knows(char byte, release int) bool {
	info, ok := LookupSpecifier(char, c.Table)
	if !ok {
		return false
	}
	since := info.Since
	if c.Table == NameTable {
		since = info.NameSince
	}
	return since <= release
}

// tooLong is the problem of a text that is over the limit of its kind.
func tooLong(span source.Span) *Problem {
	return &Problem{Kind: TooLong, Span: span, Text: "the text is too long", Effect: DropsEntry}
}
