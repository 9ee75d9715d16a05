// Package shell reads what a shell is given to run: the commands in order, with
// the directory and the variables that each of them finds as far as that is known,
// and the files that they write. Nothing is run; what depends on more than the
// text is unknown.
package shell

import (
	"errors"
	"path"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/unitvet/unitvet/lint/source"
)

// Value is a text that may be known.
type Value struct {
	Text  string
	Known bool
	// Unset says that it is known that there is none.
	Unset bool
}

// Context is where a script runs.
type Context struct {
	// Name is the path of the script on the host, "" for a string.
	Name string
	// Args are its arguments; nil if they are not known.
	Args []Value
	// Dir is the directory in which it is started.
	Dir Value
	// Lookup returns a variable of the environment.
	Lookup func(name string) Value
}

// Word is a word of a command after all expansions.
type Word struct {
	Value
	// Span is the word as it is written.
	Span source.Span
	// Start is where the text stands in the script if it is written as it is, in
	// quotes or not; -1 otherwise.
	Start int
}

// Assignment is a variable that a command finds changed.
type Assignment struct {
	Name string
	Word
}

// Redirect is a file that a command's output goes to.
type Redirect struct {
	// Op is the operator, such as ">" or ">>".
	Op   string
	Path Word
}

// Command is a simple command.
type Command struct {
	// Words are the program and its arguments.
	Words []Word
	// Env are the variables that were exported before it or stand in front of it.
	Env []Assignment
	// Redirects are the files that its output goes to.
	Redirects []Redirect
	// Dir is the directory in which it runs.
	Dir Value
	// Span is the whole command.
	Span source.Span

	// Conditional says that it may not be run: in a branch, after && or ||, in a
	// loop, after a command that may end the script.
	Conditional bool
	// Guarded says that the script goes on when it fails and means to: a condition,
	// something with || behind it.
	Guarded bool
	// Background is & behind it; Exec says that it takes the place of the shell.
	Background, Exec bool
	// Piped says that its output goes into another command.
	Piped bool
	// Open says that a file was read in before that may have set any variable.
	Open bool
}

// Script is what a text holds.
type Script struct {
	Commands []Command
	// Err is where the shell cannot read the text; nil if it can.
	Err *Error
}

// Error is a syntax error.
type Error struct {
	// Offset is the place in the text, in bytes.
	Offset int
	// Text says what is wrong.
	Text string
}

// MaxSize is the size in bytes of the longest text that is read.
const MaxSize = 1 << 20

// Read reads a text. It is read as bash does, which understands nearly all that sh
// does.
func Read(text string, c Context) *Script {
	s := &Script{}
	if len(text) > MaxSize || isDeep(text) {
		return s
	}
	if c.Lookup == nil {
		c.Lookup = func(string) Value { return Value{} }
	}
	file, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(text), "")
	if err != nil {
		s.Err = &Error{Text: err.Error()}
		var parse syntax.ParseError
		var lang syntax.LangError
		switch {
		case errors.As(err, &parse):
			s.Err = &Error{int(parse.Pos.Offset()), parse.Text}
		case errors.As(err, &lang):
			s.Err = &Error{int(lang.Pos.Offset()), lang.Feature + " is a feature of another shell"}
		}
		return s
	}
	r := &reader{Script: s, Context: c, text: text, functions: map[string]*syntax.Stmt{}}
	st := &state{vars: map[string]variable{}, dir: c.Dir}
	r.statements(file.Stmts, st)
	return s
}

// Limits of what is followed.
const (
	maxCommands  = 4096
	maxCalls     = 5        // functions within functions
	maxSteps     = 20_000   // statements that are read, each call of a function anew
	maxVariables = 512      // of one script
	maxText      = 64 << 10 // bytes of a value
	maxNesting   = 200
	maxChain     = 32 // commands with && between them
)

// isDeep reports whether brackets are nested so deeply that no person wrote them.
func isDeep(text string) bool {
	depth := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '(', '{', '[':
			if depth++; depth > maxNesting {
				return true
			}
		case ')', '}', ']':
			depth = max(depth-1, 0)
		}
	}
	return false
}

// variable is a variable of the shell.
type variable struct {
	Value
	exported bool
	word     Word // where it got its value
}

// state is what is known at a place of the script.
type state struct {
	vars map[string]variable
	dir  Value
	// all says that every variable is exported, as after set -a.
	all bool
	// open says that any variable may have been set.
	open bool
	// conditional and guarded are those of Command.
	conditional, guarded, piped, background bool
	calls                                   int
	// over says that the shell has ended.
	over bool
	// args are those of the function, nil for those of the script.
	args []Word
}

func (s *state) clone() *state {
	other := *s
	other.vars = make(map[string]variable, len(s.vars))
	for name, v := range s.vars {
		other.vars[name] = v
	}
	return &other
}

// merge takes over what a branch leaves, of which it is not known whether it ran.
func (s *state) merge(branch *state) {
	for name, v := range branch.vars {
		if own, ok := s.vars[name]; !ok || own.Value != v.Value {
			v.Value = Value{}
			s.vars[name] = v
		}
	}
	if branch.dir != s.dir {
		s.dir = Value{}
	}
	s.open = s.open || branch.open
	if branch.over {
		s.conditional = true // the rest runs only if the branch did not
	}
}

// reader walks through a script.
type reader struct {
	*Script
	Context
	text      string
	functions map[string]*syntax.Stmt
	steps     int
}

func (r *reader) statements(list []*syntax.Stmt, s *state) {
	for _, stmt := range list {
		if s.over {
			return
		}
		r.statement(stmt, s)
	}
}

func (r *reader) statement(stmt *syntax.Stmt, s *state) {
	if r.steps++; len(r.Commands) > maxCommands || r.steps > maxSteps || stmt == nil {
		return
	}
	if stmt.Background || stmt.Coprocess || stmt.Disown {
		inner := s.clone()
		inner.background = true
		r.command(stmt, inner)
		return
	}
	if stmt.Negated {
		guarded := s.guarded
		s.guarded = true
		r.command(stmt, s)
		s.guarded = guarded
		return
	}
	r.command(stmt, s)
}

// branch reads statements that may not run.
func (r *reader) branch(s *state, list ...*syntax.Stmt) {
	inner := s.clone()
	inner.conditional = true
	r.statements(list, inner)
	s.merge(inner)
}

// condition reads statements whose failure the script expects.
func (r *reader) condition(s *state, list ...*syntax.Stmt) {
	guarded := s.guarded
	s.guarded = true
	r.statements(list, s)
	s.guarded = guarded
}

func (r *reader) command(stmt *syntax.Stmt, s *state) {
	switch cmd := stmt.Cmd.(type) {
	case nil:
		r.redirects(stmt, s, nil)
	case *syntax.CallExpr:
		r.call(stmt, cmd, s)
		return
	case *syntax.DeclClause:
		r.declare(cmd, s)
	case *syntax.Block:
		r.statements(cmd.Stmts, s)
	case *syntax.Subshell:
		inner := s.clone()
		r.statements(cmd.Stmts, inner)
	case *syntax.IfClause:
		r.ifClause(cmd, s)
	case *syntax.WhileClause:
		r.condition(s, cmd.Cond...)
		if !cmd.Until && r.isTrue(cmd.Cond) {
			inner := s.clone()
			r.statements(cmd.Do, inner)
			s.over = true // or a break, after which nothing is known
		} else {
			r.branch(s, cmd.Do...)
		}
	case *syntax.ForClause:
		inner := s.clone()
		if loop, ok := cmd.Loop.(*syntax.WordIter); ok {
			inner.vars[loop.Name.Value] = variable{}
		}
		inner.conditional = true
		r.statements(cmd.Do, inner)
		s.merge(inner)
	case *syntax.CaseClause:
		before := s.clone()
		for _, item := range cmd.Items {
			inner := before.clone()
			inner.conditional = true
			r.statements(item.Stmts, inner)
			s.merge(inner)
		}
	case *syntax.BinaryCmd:
		r.binary(cmd, s)
	case *syntax.FuncDecl:
		if cmd.Name != nil {
			r.functions[cmd.Name.Value] = cmd.Body
		}
	case *syntax.TimeClause:
		r.statement(cmd.Stmt, s)
	case *syntax.CoprocClause:
		r.statement(cmd.Stmt, s.clone())
	}
	if len(stmt.Redirs) > 0 && stmt.Cmd != nil {
		r.redirects(stmt, s, nil)
	}
}

func (r *reader) ifClause(cmd *syntax.IfClause, s *state) {
	var branches []*state
	for clause := cmd; clause != nil; clause = clause.Else {
		r.condition(s, clause.Cond...)
		inner := s.clone()
		inner.conditional = true
		r.statements(clause.Then, inner)
		branches = append(branches, inner)
	}
	for _, branch := range branches {
		s.merge(branch)
	}
}

// isTrue reports whether a condition is always true.
func (r *reader) isTrue(cond []*syntax.Stmt) bool {
	if len(cond) != 1 || cond[0].Negated {
		return false
	}
	call, ok := cond[0].Cmd.(*syntax.CallExpr)
	if !ok || len(call.Args) == 0 {
		return false
	}
	word := call.Args[0].Lit()
	return word == "true" || word == ":"
}

// preparations are commands that others go on with when they succeed, as they
// mostly do.
var preparations = []string{".", ":", "cd", "chmod", "chown", "echo", "export", "install", "ln", "mkdir", "mv", "cp", "rm", "set", "sleep", "source", "touch", "true", "ulimit", "umask", "unset"}

func (r *reader) binary(cmd *syntax.BinaryCmd, s *state) {
	switch cmd.Op {
	case syntax.Pipe, syntax.PipeAll:
		left, right := s.clone(), s.clone()
		left.piped = true
		r.statement(cmd.X, left)
		r.statement(cmd.Y, right)
	case syntax.AndStmt:
		if r.prepares(cmd.X, maxChain) {
			r.statement(cmd.X, s)
			r.statement(cmd.Y, s)
			return
		}
		r.condition(s, cmd.X)
		r.branch(s, cmd.Y)
	case syntax.OrStmt:
		if r.ends(cmd.Y) {
			r.statement(cmd.X, s) // failing ends it
			return
		}
		r.condition(s, cmd.X)
		r.branch(s, cmd.Y)
	}
}

// prepares reports whether a command mostly succeeds, or a chain of up to so many.
func (r *reader) prepares(stmt *syntax.Stmt, longest int) bool {
	if stmt.Negated || longest == 0 {
		return false
	}
	switch cmd := stmt.Cmd.(type) {
	case *syntax.CallExpr:
		return len(cmd.Args) == 0 || slices.Contains(preparations, cmd.Args[0].Lit())
	case *syntax.DeclClause:
		return true
	case *syntax.BinaryCmd:
		return cmd.Op == syntax.AndStmt && r.prepares(cmd.Y, longest-1) && r.prepares(cmd.X, longest-1)
	}
	return false
}

// ends reports whether a statement ends the script.
func (r *reader) ends(stmt *syntax.Stmt) bool {
	switch cmd := stmt.Cmd.(type) {
	case *syntax.CallExpr:
		return len(cmd.Args) > 0 && (cmd.Args[0].Lit() == "exit" || cmd.Args[0].Lit() == "return")
	case *syntax.Block:
		return len(cmd.Stmts) > 0 && r.ends(cmd.Stmts[len(cmd.Stmts)-1])
	}
	return false
}

// call reads a simple command.
func (r *reader) call(stmt *syntax.Stmt, cmd *syntax.CallExpr, s *state) {
	if len(cmd.Args) == 0 {
		for _, a := range cmd.Assigns {
			r.assign(a, s, s.all)
		}
		r.redirects(stmt, s, nil)
		return
	}
	var words []Word
	for _, w := range cmd.Args {
		words = append(words, r.words(w, s)...)
	}
	if len(words) == 0 {
		return
	}
	c := Command{
		Words: words, Dir: s.dir, Conditional: s.conditional, Guarded: s.guarded, Background: s.background, Piped: s.piped, Open: s.open,
		Span: source.Span{Start: int(cmd.Pos().Offset()), End: int(cmd.End().Offset())},
	}
	for _, name := range sortedNames(s.vars) {
		if v := s.vars[name]; v.exported {
			c.Env = append(c.Env, Assignment{name, v.word})
		}
	}
	for _, a := range cmd.Assigns {
		if a.Name != nil && a.Value != nil {
			c.Env = append(c.Env, Assignment{a.Name.Value, r.word(a.Value, s)})
		}
	}
	if words[0].Known {
		for len(words) > 1 && (words[0].Text == "exec" || words[0].Text == "command" || words[0].Text == "builtin") {
			c.Exec = c.Exec || words[0].Text == "exec"
			words = words[1:]
			for len(words) > 1 && strings.HasPrefix(words[0].Text, "-") {
				if words[0].Text == "-a" {
					words = words[1:]
				}
				words = words[1:]
			}
		}
		c.Words = words
		if body, ok := r.functions[words[0].Text]; ok {
			if s.calls < maxCalls {
				s.calls++
				args := s.args
				s.args = words[1:]
				if s.args == nil {
					s.args = []Word{}
				}
				r.statement(body, s)
				s.args = args
				s.calls--
			}
			r.redirects(stmt, s, nil)
			return
		}
		if r.builtin(words, s) {
			r.redirects(stmt, s, nil)
			return
		}
	}
	r.redirects(stmt, s, &c)
	r.Commands = append(r.Commands, c)
	if c.Exec && !s.conditional {
		s.over = true
	}
}

// builtin does what changes the state of the shell. It returns false for commands
// that are programs.
func (r *reader) builtin(words []Word, s *state) bool {
	args := words[1:]
	switch words[0].Text {
	case "cd":
		for len(args) > 0 && strings.HasPrefix(args[0].Text, "-") && len(args[0].Text) > 1 {
			args = args[1:]
		}
		if len(args) == 0 {
			args = []Word{{Value: r.lookup("HOME", s)}}
		}
		s.dir = join(s.dir, args[0].Value)
	case "pushd", "popd":
		s.dir = Value{}
	case ".", "source":
		if len(args) > 0 {
			r.read(args[0], s)
		}
	case "export", "declare", "typeset", "readonly", "local":
	case "unset":
		for _, w := range args {
			s.vars[w.Text] = variable{Value: Value{Unset: true, Known: true}}
		}
	case "read", "mapfile", "readarray", "getopts":
		for _, w := range args {
			if w.Text != "" && w.Text[0] != '-' {
				s.vars[w.Text] = variable{}
			}
		}
	case "eval":
		s.open = true
		s.dir = Value{}
	case "set":
		for _, w := range args {
			switch {
			case strings.HasPrefix(w.Text, "-") && strings.Contains(w.Text, "a") && !strings.HasPrefix(w.Text, "--"), w.Text == "allexport":
				s.all = true
			case strings.HasPrefix(w.Text, "+") && strings.Contains(w.Text, "a"):
				s.all = false
			}
		}
	case "exit":
		s.over = true
	case "return":
		s.over = s.over || s.calls == 0
	case "break", "continue", "shift", "trap", "ulimit", "umask", "wait", ":", "shopt", "alias", "unalias", "hash", "type", "jobs", "disown", "let", "times":
	case "exec":
		return len(args) == 0 // redirections that stay
	default:
		return false
	}
	return true
}

// read is "." and source. The script of a virtual environment puts its programs
// first; any other file may do anything to variables.
func (r *reader) read(w Word, s *state) {
	file := join(s.dir, w.Value)
	bin := path.Dir(file.Text)
	if file.Known && path.Base(file.Text) == "activate" && path.Base(bin) == "bin" {
		before := r.lookup("PATH", s)
		s.vars["PATH"] = variable{
			Value: Value{Text: bin + ":" + before.Text, Known: before.Known}, exported: true,
			word: Word{Value: Value{Text: bin + ":" + before.Text, Known: before.Known}, Span: w.Span, Start: -1},
		}
		s.vars["VIRTUAL_ENV"] = variable{
			Value: Value{Text: path.Dir(bin), Known: true}, exported: true,
			word: Word{Value: Value{Text: path.Dir(bin), Known: true}, Span: w.Span, Start: -1},
		}
		return
	}
	s.open = true
	for name, v := range s.vars {
		v.Value = Value{}
		s.vars[name] = v
	}
}

// declare is export, declare and the like.
func (r *reader) declare(cmd *syntax.DeclClause, s *state) {
	export := cmd.Variant.Value == "export"
	for _, a := range cmd.Args {
		switch {
		case a.Name == nil && a.Value != nil:
			if strings.HasPrefix(a.Value.Lit(), "-") && strings.Contains(a.Value.Lit(), "x") {
				export = true
			}
		case a.Naked && a.Name != nil:
			v, ok := s.vars[a.Name.Value]
			if !ok {
				continue // exported already, or nothing to export
			}
			v.exported = v.exported || export
			s.vars[a.Name.Value] = v
		default:
			r.assign(a, s, export || s.all)
		}
	}
}

// assign sets a variable.
func (r *reader) assign(a *syntax.Assign, s *state, export bool) {
	if a.Name == nil {
		return
	}
	name := a.Name.Value
	old := s.vars[name]
	v := variable{exported: export || old.exported || !r.Lookup(name).Unset}
	switch {
	case a.Index != nil || a.Array != nil:
	case a.Value == nil:
		v.Value = Value{Known: true}
		at := int(a.End().Offset())
		v.word = Word{v.Value, source.Span{Start: at, End: at}, at}
	default:
		v.word = r.word(a.Value, s)
		if a.Append {
			before := r.lookup(name, s)
			v.word.Value = Value{Text: before.Text + v.word.Text, Known: before.Known && v.word.Known}
			v.word.Start = -1
		}
		v.Value = v.word.Value
	}
	if len(s.vars) > maxVariables {
		s.open = true // any other may have been set
		return
	}
	s.vars[name] = v
}

// outputs are the operators that open a file for writing.
var outputs = map[syntax.RedirOperator]string{
	syntax.RdrOut: ">", syntax.AppOut: ">>", syntax.RdrInOut: "<>", syntax.RdrClob: ">|", syntax.RdrAll: "&>", syntax.AppAll: "&>>",
}

// redirects adds the files that a statement writes to its command, or as a command
// without words.
func (r *reader) redirects(stmt *syntax.Stmt, s *state, c *Command) {
	var found []Redirect
	for _, redirect := range stmt.Redirs {
		if op, ok := outputs[redirect.Op]; ok && redirect.Word != nil {
			found = append(found, Redirect{op, r.word(redirect.Word, s)})
		}
	}
	switch {
	case len(found) == 0:
	case c != nil:
		c.Redirects = found
	default:
		r.Commands = append(r.Commands, Command{
			Redirects: found, Dir: s.dir, Conditional: s.conditional, Guarded: s.guarded, Background: s.background, Open: s.open,
			Span: source.Span{Start: int(stmt.Pos().Offset()), End: int(stmt.End().Offset())},
		})
	}
}

// join returns a path as seen from a directory.
func join(dir, p Value) Value {
	switch {
	case !p.Known, strings.HasPrefix(p.Text, "~"), p.Text == "-":
		return Value{}
	case strings.HasPrefix(p.Text, "/"):
		return Value{Text: path.Clean(p.Text), Known: true}
	case !dir.Known:
		return Value{}
	}
	return Value{Text: path.Join(dir.Text, p.Text), Known: true}
}
