package program

import (
	"path"
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint/program/environment"
	"github.com/unitvet/unitvet/lint/value"
)

// wrapper is a program that runs another one that it is given.
type wrapper struct {
	// command is the word that has to come first, such as "run".
	command string
	// valued are the options with a value in the next word.
	valued []string
	// operands is how many words stand between the options and the program.
	operands int
	// assigns says that assignments may stand before the program.
	assigns bool
	// chdir are the options for the directory of the program.
	chdir []string
	// opens says that it may set any variable.
	opens bool
	// string is the option for a whole command line for a shell.
	line string
}

// wrappers by the name of the program.
var wrappers = map[string]wrapper{
	"catatonit":                {},
	"catchsegv":                {},
	"chpst":                    {valued: []string{"-/", "-b", "-c", "-e", "-f", "-l", "-L", "-m", "-n", "-o", "-p", "-r", "-t", "-u", "-U"}, opens: true},
	"chrt":                     {valued: []string{"-D", "-P", "-T", "--sched-deadline", "--sched-period", "--sched-runtime"}, operands: 1},
	"conda":                    {command: "run", valued: []string{"-n", "--name", "-p", "--prefix"}, chdir: []string{"--cwd"}, opens: true},
	"dbus-run-session":         {valued: []string{"--config-file", "--dbus-daemon"}},
	"ddtrace-run":              {},
	"doppler":                  {command: "run", valued: []string{"-c", "--config", "-p", "--project", "-t", "--token"}, opens: true},
	"dumb-init":                {valued: []string{"-r", "--rewrite"}},
	"env":                      {valued: []string{"-u", "--unset", "-a", "--argv0"}, assigns: true, chdir: []string{"-C", "--chdir"}},
	"flock":                    {valued: []string{"-E", "--conflict-exit-code", "-w", "--timeout", "--wait"}, operands: 1, line: "-c"},
	"gosu":                     {operands: 1},
	"infisical":                {command: "run", valued: []string{"--env", "--path", "--projectId", "--token"}, opens: true},
	"ionice":                   {valued: []string{"-c", "--class", "-n", "--classdata"}},
	"mamba":                    {command: "run", valued: []string{"-n", "--name", "-p", "--prefix"}, chdir: []string{"--cwd"}, opens: true},
	"micromamba":               {command: "run", valued: []string{"-n", "--name", "-p", "--prefix", "-r"}, chdir: []string{"--cwd"}, opens: true},
	"newrelic-admin":           {command: "run-program"},
	"nice":                     {valued: []string{"-n", "--adjustment"}},
	"nohup":                    {},
	"numactl":                  {valued: []string{"-C", "-i", "-l", "-m", "-N", "-p", "--cpunodebind", "--interleave", "--membind", "--physcpubind", "--preferred"}},
	"opentelemetry-instrument": {valued: []string{"--exporter_otlp_endpoint", "--logs_exporter", "--metrics_exporter", "--service_name", "--traces_exporter"}},
	"pdm":                      {command: "run", valued: []string{"-p", "--project"}, opens: true},
	"pipenv":                   {command: "run", opens: true},
	"poetry":                   {command: "run", valued: []string{"-C", "--directory", "-P", "--project"}, opens: true},
	"prlimit":                  {},
	"rye":                      {command: "run", opens: true},
	"s6-setuidgid":             {operands: 1},
	"setpriv":                  {valued: []string{"--ambient-caps", "--apparmor-profile", "--bounding-set", "--egid", "--euid", "--groups", "--inh-caps", "--pdeathsig", "--regid", "--reuid", "--rgid", "--ruid", "--securebits", "--selinux-label"}},
	"setsid":                   {},
	"setuidgid":                {operands: 1},
	"softlimit":                {valued: []string{"-a", "-c", "-d", "-f", "-l", "-m", "-o", "-p", "-r", "-s", "-t"}},
	"stdbuf":                   {valued: []string{"-e", "-i", "-o", "--error", "--input", "--output"}},
	"su-exec":                  {operands: 1},
	"systemd-cat":              {valued: []string{"-p", "--level-prefix", "--namespace", "--priority", "--stderr-priority", "-t", "--identifier"}},
	"systemd-inhibit":          {valued: []string{"--mode", "--what", "--who", "--why"}},
	"taskset":                  {operands: 1},
	"time":                     {valued: []string{"-f", "--format", "-o", "--output"}},
	"timeout":                  {valued: []string{"-k", "--kill-after", "-s", "--signal"}, operands: 1},
	"tini":                     {valued: []string{"-e", "-p"}},
	"unbuffer":                 {},
	"uv":                       {command: "run", valued: []string{"--cache-dir", "--config-file", "--env-file", "--extra", "--group", "--index", "--index-url", "--no-group", "--only-group", "--package", "--project", "-p", "--python", "--with", "-w", "--with-editable", "--with-requirements"}, chdir: []string{"--directory"}, opens: true},
	"xvfb-run":                 {valued: []string{"-e", "--error-file", "-f", "--auth-file", "-n", "--server-num", "-p", "--xauth-protocol", "-s", "--server-args", "-w", "--wait"}},
}

// unwrap returns what a wrapper runs. ok is false if the program is none; the run
// is nil if it is not known what it runs.
func unwrap(r *Run) (inner *Run, ok bool) {
	name := path.Base(r.Program.Text)
	w, ok := wrappers[name]
	if !ok {
		return nil, false
	}
	inner = &Run{Dir: r.Dir, Env: r.Env, Conditional: r.Conditional, Guarded: r.Guarded, Background: r.Background}
	args := r.Args
	if w.command != "" {
		i := slices.IndexFunc(args, func(arg Word) bool { return arg.Text == w.command })
		if i < 0 {
			return nil, false
		}
		inner.options(w, args[:i])
		args = args[i+1:]
	}
	args, ok = inner.options(w, args)
	if !ok {
		return nil, true
	}
	if name == "env" && len(args) > 0 && args[0].Text == "" {
		args = args[1:]
	}
	if w.opens {
		inner.Env = inner.Env.Opened()
	}
	if len(args) < w.operands {
		return nil, true
	}
	args = args[w.operands:]
	if w.line != "" && len(args) > 1 && args[0].Text == w.line {
		inner.Program = Word{Text: "/bin/sh", Known: true, file: args[0].file, whole: args[0].Place().Span}
		inner.Args = args
		return inner, true
	}
	for w.assigns && len(args) > 0 {
		name, after, found := args[0].cut("=")
		if !found || !value.ValidVariableName(name.Text) {
			break
		}
		inner.Env = inner.Env.With(environment.Variable{
			Name: name.Text, State: environment.Set, Value: after.Text, Known: args[0].Known, Origin: environment.FromCommand, Place: after.Place(),
		})
		args = args[1:]
	}
	if len(args) == 0 {
		return nil, true
	}
	inner.Program, inner.Args = args[0], args[1:]
	if name == "uv" && path.Ext(inner.Program.Text) == ".py" {
		// uv run runs scripts with the interpreter.
		script := inner.Program
		inner.Program = Word{Text: "python", Known: true, file: script.file, whole: script.Place().Span}
		inner.Args = args
	}
	return inner, true
}

// options reads the options in front of a program. It returns the words after
// them, and false if they say that another program decides.
func (r *Run) options(w wrapper, args []Word) (rest []Word, ok bool) {
	for len(args) > 0 {
		text := args[0].Text
		if !strings.HasPrefix(text, "-") {
			return args, true
		}
		name, joined, isJoined := args[0].cut("=")
		args = args[1:]
		take := func() (Word, bool) {
			if isJoined {
				return joined, true
			}
			if len(args) == 0 {
				return Word{}, false
			}
			next := args[0]
			args = args[1:]
			return next, true
		}
		switch {
		case text == "--":
			return args, true
		case text == "-" || text == "-i" && w.assigns || text == "--ignore-environment":
			if w.assigns {
				r.Env = r.Env.Cleared()
			}
		case w.assigns && (text == "-S" || name.Text == "--split-string"):
			line, has := take()
			if !has || !line.Known {
				return nil, false
			}
			return append(fields(line), args...), true
		case w.assigns && (text == "-u" || name.Text == "--unset"):
			if v, has := take(); has {
				r.Env = r.Env.With(environment.Variable{Name: v.Text, State: environment.Unset})
			}
		case slices.Contains(w.chdir, name.Text):
			dir, has := take()
			if !has {
				return nil, false
			}
			p, known := r.Absolute(dir.Text)
			r.Dir = Dir{Path: p, Known: known && dir.Known}
		case w.line != "" && text == w.line:
			return append([]Word{{Text: text, Known: true, file: name.file, whole: name.Place().Span}}, args...), true
		case slices.Contains(w.valued, name.Text):
			if _, has := take(); !has {
				return nil, false
			}
		case w.command == "run" && (text == "-m" || text == "--module") && len(args) > 0: // uv run -m
			return append([]Word{{Text: "python", Known: true, file: args[0].file, whole: name.Place().Span}, name}, args...), true
		}
	}
	return args, true
}

// fields cuts a word at its blanks, as env -S does with plain words.
func fields(w Word) []Word {
	var words []Word
	for start := 0; start < len(w.Text); {
		if w.Text[start] == ' ' || w.Text[start] == '\t' {
			start++
			continue
		}
		end := start
		for end < len(w.Text) && w.Text[end] != ' ' && w.Text[end] != '\t' {
			end++
		}
		words = append(words, w.Slice(start, end))
		start = end
	}
	return words
}
