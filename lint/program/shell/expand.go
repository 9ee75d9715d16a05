package shell

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/unitvet/unitvet/lint/source"
)

// sortedNames returns the names of variables in order.
func sortedNames(vars map[string]variable) []string {
	names := make([]string, 0, len(vars))
	for name := range vars {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// words expands a word, which may become several or none.
func (r *reader) words(w *syntax.Word, s *state) []Word {
	if len(w.Parts) == 1 {
		part := w.Parts[0]
		if quoted, ok := part.(*syntax.DblQuoted); ok && len(quoted.Parts) == 1 {
			if p, ok := quoted.Parts[0].(*syntax.ParamExp); ok && p.Param != nil && p.Param.Value == "@" {
				return r.arguments(w, s)
			}
		}
		if p, ok := part.(*syntax.ParamExp); ok {
			if p.Param != nil && (p.Param.Value == "@" || p.Param.Value == "*") {
				return r.arguments(w, s)
			}
			one := r.word(w, s)
			if !one.Known {
				return []Word{one}
			}
			var found []Word
			for _, field := range strings.Fields(one.Text) {
				found = append(found, Word{Value{Text: field, Known: !isPattern(field)}, one.Span, -1})
			}
			return found
		}
	}
	return []Word{r.word(w, s)}
}

// isPattern reports whether a text stands for the files that fit it.
func isPattern(text string) bool {
	return strings.ContainsAny(text, "*?") || strings.Contains(text, "[") && strings.Contains(text, "]")
}

// arguments is "$@".
func (r *reader) arguments(w *syntax.Word, s *state) []Word {
	span := spanOf(w)
	var found []Word
	switch {
	case s.args != nil:
		return s.args
	case r.Args == nil:
		return []Word{{Span: span, Start: -1}}
	}
	for _, arg := range r.Args {
		found = append(found, Word{arg, span, -1})
	}
	return found
}

func spanOf(n syntax.Node) source.Span {
	return source.Span{Start: int(n.Pos().Offset()), End: int(n.End().Offset())}
}

// word expands a word that stays one.
func (r *reader) word(w *syntax.Word, s *state) Word {
	out := Word{Value: Value{Known: true}, Span: spanOf(w), Start: -1}
	var text strings.Builder
	for i, part := range w.Parts {
		v := r.part(part, s, false)
		if lit, ok := part.(*syntax.Lit); ok {
			if isPattern(lit.Value) && !strings.Contains(lit.Value, `\`) || i == 0 && strings.HasPrefix(lit.Value, "~") {
				v.Known = false
			}
		}
		if text.Len()+len(v.Text) > maxText {
			out.Known = false
			break
		}
		text.WriteString(v.Text)
		out.Known = out.Known && v.Known
	}
	out.Text = text.String()
	// Written as it is, but for one pair of quotes around it?
	written := out.Span.Of(r.text)
	switch n := len(written); {
	case written == out.Text:
		out.Start = out.Span.Start
	case n >= 2 && (written[0] == '\'' || written[0] == '"') && written[n-1] == written[0] && written[1:n-1] == out.Text:
		out.Start = out.Span.Start + 1
	}
	return out
}

// part expands a part of a word.
func (r *reader) part(part syntax.WordPart, s *state, quoted bool) Value {
	switch p := part.(type) {
	case *syntax.Lit:
		return Value{Text: unescape(p.Value, quoted), Known: true}
	case *syntax.SglQuoted:
		return Value{Text: p.Value, Known: !p.Dollar || !strings.Contains(p.Value, `\`)}
	case *syntax.DblQuoted:
		v := Value{Known: true}
		for _, inner := range p.Parts {
			next := r.part(inner, s, true)
			if len(v.Text)+len(next.Text) > maxText {
				return Value{}
			}
			v.Text += next.Text
			v.Known = v.Known && next.Known
		}
		return v
	case *syntax.ParamExp:
		return r.parameter(p, s)
	case *syntax.CmdSubst:
		return r.output(p.Stmts, s)
	}
	return Value{}
}

// unescape undoes backslashes.
func unescape(text string, quoted bool) string {
	if !strings.Contains(text, `\`) {
		return text
	}
	var out strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] == '\\' && i+1 < len(text) && (!quoted || strings.IndexByte("$`\"\\\n", text[i+1]) >= 0) {
			i++
			if text[i] == '\n' {
				continue
			}
		}
		out.WriteByte(text[i])
	}
	return out.String()
}

// lookup returns a variable.
func (r *reader) lookup(name string, s *state) Value {
	if v, ok := s.vars[name]; ok {
		return v.Value
	}
	if s.open {
		return Value{}
	}
	switch name {
	case "0", "BASH_SOURCE":
		return Value{Text: r.Name, Known: r.Name != ""}
	case "PWD":
		return s.dir
	}
	if n, err := strconv.Atoi(name); err == nil && n > 0 {
		switch {
		case s.args != nil && n <= len(s.args):
			return s.args[n-1].Value
		case s.args != nil:
			return Value{Known: true, Unset: true}
		case r.Args == nil:
			return Value{}
		case n <= len(r.Args):
			return r.Args[n-1]
		}
		return Value{Known: true, Unset: true}
	}
	if name == "" || strings.IndexByte("#?$!-@*_", name[0]) >= 0 {
		return Value{}
	}
	return r.Lookup(name)
}

// parameter expands $x and the forms of it that are common.
func (r *reader) parameter(p *syntax.ParamExp, s *state) Value {
	if p.Param == nil || p.Excl || p.Length || p.Slice != nil || p.Repl != nil || p.Names != 0 {
		return Value{}
	}
	if p.Index != nil && p.Param.Value != "BASH_SOURCE" {
		return Value{}
	}
	v := r.lookup(p.Param.Value, s)
	if p.Exp == nil {
		if v.Unset {
			return Value{Known: true}
		}
		return v
	}
	if !v.Known {
		return Value{}
	}
	word := Value{Known: true}
	if p.Exp.Word != nil {
		word = r.word(p.Exp.Word, s).Value
	}
	switch p.Exp.Op {
	case syntax.DefaultUnset, syntax.AssignUnset, syntax.ErrorUnset:
		if v.Unset {
			return word
		}
		return v
	case syntax.DefaultUnsetOrNull, syntax.AssignUnsetOrNull, syntax.ErrorUnsetOrNull:
		if v.Unset || v.Text == "" {
			return word
		}
		return v
	case syntax.AlternateUnset, syntax.AlternateUnsetOrNull:
		if v.Unset || v.Text == "" {
			return Value{Known: true}
		}
		return word
	case syntax.RemSmallSuffix:
		if p.Exp.Word != nil && p.Exp.Word.Lit() == "/*" {
			if i := strings.LastIndexByte(v.Text, '/'); i >= 0 {
				return Value{Text: v.Text[:i], Known: true}
			}
			return v
		}
	case syntax.RemLargePrefix:
		if p.Exp.Word != nil && p.Exp.Word.Lit() == "*/" {
			return Value{Text: path.Base(v.Text), Known: true}
		}
	}
	return Value{}
}

// output returns what simple commands in $() print: those with which a script
// finds out where it is.
func (r *reader) output(list []*syntax.Stmt, s *state) Value {
	if len(list) == 0 {
		return Value{}
	}
	inner := s.clone()
	for _, stmt := range list[:len(list)-1] {
		if !r.changesDir(stmt, inner) {
			return Value{}
		}
	}
	return r.printed(list[len(list)-1], inner)
}

// changesDir does a cd, and reports whether it was one.
func (r *reader) changesDir(stmt *syntax.Stmt, s *state) bool {
	call, ok := stmt.Cmd.(*syntax.CallExpr)
	if !ok || len(call.Args) == 0 || call.Args[0].Lit() != "cd" {
		return false
	}
	var words []Word
	for _, w := range call.Args {
		words = append(words, r.words(w, s)...)
	}
	return r.builtin(words, s)
}

// printed returns what a statement prints.
func (r *reader) printed(stmt *syntax.Stmt, s *state) Value {
	if and, ok := stmt.Cmd.(*syntax.BinaryCmd); ok {
		if and.Op != syntax.AndStmt || !r.changesDir(and.X, s) {
			return Value{}
		}
		return r.printed(and.Y, s)
	}
	call, ok := stmt.Cmd.(*syntax.CallExpr)
	if !ok || len(call.Args) == 0 {
		return Value{}
	}
	var args []Value
	for _, w := range call.Args {
		for _, word := range r.words(w, s) {
			if len(args) > 0 && strings.HasPrefix(word.Text, "-") && word.Known {
				continue // -P, -f, --
			}
			args = append(args, word.Value)
		}
	}
	if len(args) == 0 || !args[0].Known {
		return Value{}
	}
	switch name := args[0].Text; {
	case name == "pwd":
		return s.dir
	case len(args) != 2 || !args[1].Known:
		return Value{}
	case name == "dirname":
		return Value{Text: path.Dir(args[1].Text), Known: true}
	case name == "basename":
		return Value{Text: path.Base(args[1].Text), Known: true}
	case name == "realpath" || name == "readlink":
		return join(s.dir, args[1])
	case name == "echo":
		return args[1]
	}
	return Value{}
}
