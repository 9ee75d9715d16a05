package program

import (
	"path"
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint/value"
)

// Kind is what an interpreter is given to run.
type Kind int

// The kinds.
const (
	// File is a script.
	File Kind = iota + 1
	// Module is the name of a module, as after python -m.
	Module
	// App is a module, and after a colon an attribute of it, that a server loads.
	App
	// Inline is the program itself, as after -c.
	Inline
)

// String names the kind in messages.
func (k Kind) String() string { return [...]string{"", "script", "module", "application", "text"}[k] }

// Entry is what an interpreter, or a server that loads code, is told to run.
type Entry struct {
	Kind Kind
	// Language is that of the interpreter: "python", "shell", "node", "ruby" and so
	// on.
	Language string
	// Interpreter is the interpreter, or the server that is started as a program.
	Interpreter Word
	// Server is the program that loads the code, such as "uvicorn"; "" if the
	// interpreter itself does.
	Server string
	// Word is the script, module, application or text.
	Word Word
	// Flags are the options of the interpreter in front of it.
	Flags []Word
	// Args are the arguments after it, and for a server all but it.
	Args []Word
	// Dir is the directory in which the code is loaded.
	Dir Dir
	// First are directories that the server puts in front of the search path; not
	// absolute where they are relative to Dir.
	First []Word
	// Shebang says that the script's first line names the interpreter.
	Shebang bool
	// ShebangLine is that line without #!, as it is written.
	ShebangLine string
}

// IsShell reports whether it is a shell's.
func (e *Entry) IsShell() bool { return e.Language == "shell" }

// Has reports whether one of the interpreter's short options is given, alone or
// together with others: Has('I') for python -IB.
func (e *Entry) Has(option byte) bool {
	for _, flag := range e.Flags {
		if len(flag.Text) > 1 && flag.Text[0] == '-' && flag.Text[1] != '-' && strings.IndexByte(flag.Text[1:], option) >= 0 {
			return true
		}
	}
	return false
}

// interpreter is a program that runs code that it is given.
type interpreter struct {
	language string
	// inline are options with the code itself in the next word; module is the one for
	// the name of a module; valued are other options with a value.
	inline, valued []string
	module         string
	// file is the option for the file, if it needs one.
	file string
	// clusters says that short options may stand together.
	clusters bool
}

var shells = interpreter{language: "shell", inline: []string{"-c"}, valued: []string{"-o", "+o", "-O", "+O", "--rcfile", "--init-file"}, clusters: true}

var nodes = interpreter{
	language: "node", inline: []string{"-e", "--eval", "-p", "--print"},
	valued: []string{"-r", "--require", "--import", "--loader", "--experimental-loader", "-C", "--conditions", "--env-file", "--max-old-space-size"},
}

// interpreters by the name of the program without a version.
var interpreters = map[string]interpreter{
	"ash":     shells,
	"bash":    shells,
	"dash":    shells,
	"java":    {language: "java", valued: []string{"-cp", "-classpath", "--class-path", "-p", "--module-path", "--add-modules", "--add-opens", "--add-exports"}, module: "-m", file: "-jar"},
	"ksh":     shells,
	"lua":     {language: "lua", inline: []string{"-e"}, valued: []string{"-l"}},
	"luajit":  {language: "lua", inline: []string{"-e"}, valued: []string{"-l"}},
	"node":    nodes,
	"nodejs":  nodes,
	"perl":    {language: "perl", inline: []string{"-e", "-E"}, valued: []string{"-I"}},
	"php":     {language: "php", inline: []string{"-r"}, valued: []string{"-c", "-d", "-t", "-S"}},
	"pypy":    {language: "python", inline: []string{"-c"}, module: "-m", valued: []string{"-W", "-X"}, clusters: true},
	"python":  {language: "python", inline: []string{"-c"}, module: "-m", valued: []string{"-W", "-X"}, clusters: true},
	"Rscript": {language: "r", inline: []string{"-e"}},
	"ruby":    {language: "ruby", inline: []string{"-e"}, valued: []string{"-I", "-r", "-C"}},
	"sh":      shells,
	"zsh":     shells,
}

// interpreterOf returns the interpreter of a program's name, which may end in a
// version.
func interpreterOf(program string) (interpreter, bool) {
	i, ok := interpreters[strings.TrimRight(path.Base(program), "0123456789.")]
	return i, ok
}

// entryOf returns what a run's program is told to run, nil if it is no interpreter
// and no server that is known, or the command line does not say.
func entryOf(r *Run) *Entry {
	if s, ok := servers[path.Base(r.Program.Text)]; ok {
		return s.entry(r, path.Base(r.Program.Text), r.Program, r.Args)
	}
	i, ok := interpreterOf(r.Program.Text)
	if !ok {
		return nil
	}
	e := &Entry{Language: i.language, Interpreter: r.Program, Dir: r.Dir}
	if !i.read(e, r.Args) {
		return nil
	}
	if e.Kind == Module && e.Language == "python" {
		if s, ok := servers[e.Word.Text]; ok {
			inner := s.entry(r, e.Word.Text, r.Program, e.Args)
			if inner == nil {
				return e
			}
			inner.Flags = e.Flags
			return inner
		}
	}
	return e
}

// read takes the words after the interpreter. It returns false if there is nothing
// to run in them.
func (i interpreter) read(e *Entry, args []Word) bool {
	for n := 0; n < len(args); n++ {
		text := args[n].Text
		if i.clusters {
			if done, ok := i.cluster(e, args, &n); done {
				return ok
			}
		}
		take := func(kind Kind) bool {
			if n+1 >= len(args) {
				return false
			}
			e.Kind, e.Word, e.Args = kind, args[n+1], args[n+2:]
			return true
		}
		switch {
		case text == "--" && i.file == "":
			return take(File)
		case slices.Contains(i.inline, text):
			return take(Inline)
		case i.module != "" && text == i.module:
			return take(Module)
		case i.file != "" && text == i.file:
			return take(File)
		case slices.Contains(i.valued, text):
			e.Flags = append(e.Flags, args[n:min(n+2, len(args))]...)
			n++
		case len(text) > 1 && (text[0] == '-' || text[0] == '+'):
			e.Flags = append(e.Flags, args[n])
		case i.file != "" || text == "-":
			return false
		default:
			e.Kind, e.Word, e.Args = File, args[n], args[n+1:]
			return true
		}
	}
	return false
}

// cluster reads short options that stand together, such as -uc or -mpackage. done
// says that it found what is run, or that nothing is.
func (i interpreter) cluster(e *Entry, args []Word, n *int) (done, ok bool) {
	w := args[*n]
	text := w.Text
	if len(text) < 3 || text[0] != '-' || text[1] == '-' {
		return false, false
	}
	for k := 1; k < len(text); k++ {
		option := "-" + text[k:k+1]
		kind := Kind(0)
		switch {
		case slices.Contains(i.valued, option) && i.language != "shell":
			return false, false // the rest is its value
		case slices.Contains(i.inline, option):
			kind = Inline
		case option == i.module:
			kind = Module
		default:
			continue
		}
		e.Flags = append(e.Flags, w.Slice(0, k))
		if rest := text[k+1:]; rest != "" && i.language != "shell" {
			e.Kind, e.Word, e.Args = kind, w.Slice(k+1, len(text)), args[*n+1:]
			return true, true
		}
		if *n+1 >= len(args) {
			return true, false
		}
		if k > 1 && i.language == "shell" {
			e.Flags[len(e.Flags)-1] = w
		}
		e.Kind, e.Word, e.Args = kind, args[*n+1], args[*n+2:]
		return true, true
	}
	return false, false
}

// shebang returns the entry of a script that is run as a program; nil if its first
// line names no interpreter that is known.
func shebang(r *Run, text string) *Entry {
	line, ok := strings.CutPrefix(text, "#!")
	if !ok {
		return nil
	}
	line, _, _ = strings.Cut(line, "\n")
	words := strings.Fields(line)
	if len(words) == 0 {
		return nil
	}
	if path.Base(words[0]) == "env" {
		words = slices.DeleteFunc(words[1:], func(w string) bool { return strings.HasPrefix(w, "-") || strings.Contains(w, "=") })
	}
	if len(words) == 0 {
		return nil
	}
	i, ok := interpreterOf(words[0])
	if !ok {
		return nil
	}
	at := r.Program
	e := &Entry{Kind: File, Language: i.language, Word: at, Args: r.Args, Dir: r.Dir, Shebang: true, ShebangLine: line}
	e.Interpreter = Word{Text: words[0], Known: true, file: at.file, whole: at.Place().Span}
	for _, flag := range words[1:] {
		e.Flags = append(e.Flags, Word{Text: flag, Known: true, file: at.file, whole: at.Place().Span})
	}
	return e
}

// server is a Python program that loads an application.
type server struct {
	// switches are its options without a value.
	switches []string
	// app are the options that name the application; without one it is the first
	// operand.
	app []string
	// command is a word in front of the operand, such as "run".
	command []string
	// file says that the operand is a file.
	file bool
	// chdir are the options for a directory to change to; first those for directories
	// at the front of the search path.
	chdir, first []string
	// variable names the application where no option does.
	variable string
}

// servers by name, which is that of the program and of the module.
var servers = map[string]server{
	"celery":    {app: []string{"-A", "--app"}, chdir: []string{"--workdir"}, variable: "CELERY_APP"},
	"daphne":    {switches: []string{"--proxy-headers", "--no-server-name"}},
	"dramatiq":  {switches: []string{"--use-spawn", "--watch-use-polling", "-v", "--verbose"}, first: []string{"-P", "--path"}},
	"fastapi":   {command: []string{"run", "dev"}, file: true, switches: []string{"--reload", "--no-reload", "--proxy-headers", "--no-proxy-headers"}},
	"flask":     {app: []string{"-A", "--app"}, variable: "FLASK_APP"},
	"granian":   {switches: []string{"--reload", "--no-reload", "--access-log", "--no-access-log", "--factory", "--no-factory", "--log", "--no-log"}, chdir: []string{"--working-dir"}},
	"gunicorn":  {switches: []string{"--capture-output", "--check-config", "-D", "--daemon", "--enable-stdio-inheritance", "--initgroups", "--log-syslog", "--no-sendfile", "--preload", "--print-config", "--proxy-protocol", "-R", "--reload", "--reuse-port", "--spew"}, chdir: []string{"--chdir"}, first: []string{"--pythonpath"}},
	"hypercorn": {switches: []string{"--debug", "--reload"}},
	"streamlit": {command: []string{"run"}, file: true},
	"uvicorn":   {switches: []string{"--access-log", "--no-access-log", "--date-header", "--no-date-header", "--factory", "--no-proxy-headers", "--proxy-headers", "--reload", "--no-server-header", "--server-header", "--use-colors", "--no-use-colors"}, first: []string{"--app-dir"}},
}

// entry reads a server's command line.
func (s server) entry(r *Run, name string, program Word, args []Word) *Entry {
	e := &Entry{Kind: App, Language: "python", Interpreter: program, Server: name, Dir: r.Dir, Args: args}
	if s.file {
		e.Kind = File
	}
	if len(s.command) > 0 {
		i := slices.IndexFunc(args, func(w Word) bool { return slices.Contains(s.command, w.Text) })
		if i < 0 {
			return nil
		}
		args = args[i+1:]
	}
	for n := 0; n < len(args); n++ {
		option, v, joined := args[n].cut("=")
		if !strings.HasPrefix(option.Text, "-") || option.Text == "-" {
			if e.Word.Text == "" && len(s.app) == 0 {
				e.Word = args[n]
			}
			continue
		}
		if option.Text == "--" {
			break
		}
		if !joined {
			switch {
			case slices.Contains(s.switches, option.Text), len(s.app) > 0 && !s.isNamed(option.Text):
				continue // of commands such as celery's not all options are known
			case n+1 < len(args):
				n++
				v = args[n]
			default:
				continue
			}
		}
		switch {
		case slices.Contains(s.app, option.Text):
			e.Word = v
		case slices.Contains(s.chdir, option.Text):
			p, ok := r.Absolute(v.Text)
			e.Dir = Dir{Path: p, Known: ok && v.Known}
		case slices.Contains(s.first, option.Text):
			e.First = append(e.First, v)
		}
	}
	if e.Word.Text == "" && s.variable != "" {
		if v := r.Env.Lookup(s.variable); v.Known && v.Value != "" {
			e.Word = Word{Text: v.Value, Known: !v.Overridable, file: v.Place.File, whole: v.Place.Span, pieces: []piece{{0, v.Place.Span, true}}}
		}
	}
	if e.Word.Text == "" {
		return nil
	}
	return e
}

// isNamed reports whether an option is one that the server's entry needs.
func (s server) isNamed(option string) bool {
	return slices.Contains(s.app, option) || slices.Contains(s.chdir, option) || slices.Contains(s.first, option)
}

// ScriptArgument returns the name of the interpreter that a command runs, also
// through env(1), and which of the arguments is the script that it is given. It
// looks at the words alone, before anything is expanded in them.
func ScriptArgument(c value.Command) (name string, index int, ok bool) {
	args := make([]Word, 0, len(c.Args))
	for _, arg := range c.Args {
		args = append(args, Word{Text: arg.Text, Known: true})
	}
	name = path.Base(c.Path.Text)
	if name == "env" {
		for len(args) > 0 && (strings.HasPrefix(args[0].Text, "-") || strings.Contains(args[0].Text, "=")) {
			args = args[1:]
		}
		if len(args) == 0 {
			return "", 0, false
		}
		name, args = path.Base(args[0].Text), args[1:]
	}
	i, known := interpreterOf(name)
	var e Entry
	if !known || !i.read(&e, args) || e.Kind != File {
		return "", 0, false
	}
	return name, len(c.Args) - len(e.Args) - 1, true
}
