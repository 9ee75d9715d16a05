// Package startup follows the Python programs that a unit runs: it tells package
// python how each one is started, and what there is on the host.
package startup

import (
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/unitvet/unitvet/lint/host"
	"github.com/unitvet/unitvet/lint/program"
	"github.com/unitvet/unitvet/lint/program/environment"
	"github.com/unitvet/unitvet/lint/program/python"
	"github.com/unitvet/unitvet/lint/unit"
)

// Program is a Python program that a unit runs, and what is known of it.
type Program struct {
	Command *program.Command
	Run     *program.Run
	Start   python.Start
	*python.Facts
}

// Files are the files that were scanned, for all programs of a run.
type Files struct {
	known sync.Map
	// Skipped are those that were not, by their path in reports, and why.
	Skipped sync.Map
}

// Of follows the Python programs of a unit.
func Of(p *program.Unit, h *host.Host, files *Files) []*Program {
	if p.Elsewhere || h == nil {
		return nil
	}
	var programs []*Program
	for _, c := range p.Commands {
		for _, r := range c.Runs {
			w := &world{host: h, files: files, env: r.Env, templates: !mayBeUsers(p) && templates(r)}
			start, ok := startOf(r, w)
			if !ok {
				continue
			}
			w.open, w.dir = loadsEnvironment(r), start.Dir
			programs = append(programs, &Program{c, r, start, python.Run(start, w)})
		}
	}
	return programs
}

// startOf says how Python is started by a run, false if it is not, or not in a way
// that can be followed.
func startOf(r *program.Run, w *world) (python.Start, bool) {
	e := r.Entry
	if e == nil || e.Language != "python" || !e.Word.Known {
		return python.Start{}, false
	}
	interpreter := path.Base(e.Interpreter.Text)
	if strings.HasPrefix(interpreter, "python2") || strings.HasPrefix(interpreter, "pypy") {
		return python.Start{}, false
	}
	s := python.Start{Target: e.Word.Text, Server: e.Server, Minor: minor(e.Interpreter.Text, w.host)}
	if e.Dir.Known {
		s.Dir = e.Dir.Path
	}
	s.Isolated, s.Safe = e.Has('I'), e.Has('P') || w.Env("PYTHONSAFEPATH").State == python.Set
	if e.Server != "" {
		s.Safe = false
	}
	if !s.Isolated && !e.Has('E') {
		s.Path = searchPath(w.Env("PYTHONPATH"), s.Dir)
	}
	s.Site = site(e.Interpreter.Text, w.host)
	for _, first := range e.First {
		dir, ok := inside(s.Dir, first.Text)
		if !ok || !first.Known {
			dir = ""
		}
		s.First = append(s.First, dir)
	}
	s.Args = []string{}
	for _, arg := range e.Args {
		if !arg.Known {
			s.Args = nil
			break
		}
		s.Args = append(s.Args, arg.Text)
	}
	switch e.Kind {
	case program.File:
		s.Kind = python.Script
		at, ok := r.Absolute(e.Word.Text)
		s.Target = at
		return s, ok
	case program.Module:
		s.Kind = python.Module
		return s, true
	case program.App:
		s.Kind = python.App
		s.Factory = slices.Contains(s.Args, "--factory")
		ok := application(&s, w.host)
		return s, ok
	}
	return s, false
}

// application brings what a server is told to load into the form
// MODULE:ATTRIBUTE. It returns false where the server finds it in a way of its
// own.
func application(s *python.Start, h *host.Host) bool {
	module, attribute, given := strings.Cut(s.Target, ":")
	if strings.ContainsAny(module, "/ \\") || strings.HasSuffix(module, ".py") || module == "" {
		return false
	}
	switch s.Server {
	case "gunicorn":
		if configured(s, h) {
			return false
		}
		if !given {
			attribute = "application"
		}
	case "uvicorn", "hypercorn", "daphne", "granian":
	default:
		attribute = "" // found by its type, or beside
	}
	s.Target = module
	if attribute != "" {
		s.Target += ":" + attribute
	}
	return true
}

// configured reports whether a file of gunicorn's may set its search path.
func configured(s *python.Start, h *host.Host) bool {
	files := []string{"gunicorn.conf.py"}
	for i, arg := range s.Args {
		switch v, ok := strings.CutPrefix(arg, "--config="); {
		case ok:
			files = []string{v}
		case (arg == "-c" || arg == "--config") && i+1 < len(s.Args):
			files = []string{s.Args[i+1]}
		}
	}
	for _, file := range files {
		at, ok := inside(s.Dir, strings.TrimPrefix(file, "file:"))
		if !ok {
			return true
		}
		text, _, ok := h.ReadFile(at)
		if !ok {
			if file != "gunicorn.conf.py" {
				return true
			}
			continue
		}
		for _, word := range []string{"chdir", "pythonpath", "sys.path", "raw_env", "environ"} {
			if strings.Contains(text, word) {
				return true
			}
		}
	}
	return false
}

// inside returns a path as seen from a directory, "" if that is not known.
func inside(dir, p string) (string, bool) {
	switch {
	case strings.HasPrefix(p, "/"):
		return path.Clean(p), true
	case dir == "" || p == "" || strings.HasPrefix(p, "~"):
		return "", false
	}
	return path.Join(dir, p), true
}

// searchPath is PYTHONPATH: an element that is empty is the working directory.
func searchPath(v python.Variable, dir string) []string {
	switch {
	case v.State == python.Unset, v.Known && v.Value == "":
		return nil
	case !v.Known:
		return []string{""}
	}
	var dirs []string
	for element := range strings.SplitSeq(v.Value, ":") {
		if element == "" {
			element = "."
		}
		at, _ := inside(dir, element)
		dirs = append(dirs, at)
	}
	return dirs
}

// mayBeUsers reports whether a unit may be for the manager of a user, whose
// environment holds what the session puts there.
func mayBeUsers(p *program.Unit) bool {
	return p.Scope() == unit.ScopeUser || p.Scope() == unit.ScopeUnknown && slices.ContainsFunc(p.References("Install", "WantedBy"), func(ref unit.Reference) bool {
		return ref.Name == "default.target" || ref.Name == "graphical-session.target"
	})
}

// templates reports whether nothing but files of the environment, of each of which
// there is at least a template, may set variables that are not known. What a shell
// has read may set any, which shows in PATH.
func templates(r *program.Run) bool {
	return (len(r.Via) == 0 || !r.Env.Lookup("PATH").Overridable) && !slices.ContainsFunc(r.Env.Files, func(f environment.File) bool {
		return f.Source == nil && f.Fact.Answer != host.No
	})
}

// loadsEnvironment reports whether a server reads more variables from a file.
func loadsEnvironment(r *program.Run) bool {
	return slices.ContainsFunc(r.Entry.Args, func(w program.Word) bool {
		return strings.HasPrefix(w.Text, "--env-file") || strings.HasPrefix(w.Text, "--env=") || w.Text == "-e" || w.Text == "--env"
	})
}

// minor is the version 3.N of an interpreter, 0 if it is not known: that of its
// name, or of the library beside it.
func minor(interpreter string, h *host.Host) int {
	if n, ok := strings.CutPrefix(path.Base(interpreter), "python3."); ok {
		v, _ := strconv.Atoi(n) // no number is no version
		return v
	}
	if !strings.HasPrefix(interpreter, "/") {
		return 0
	}
	found := 0
	for _, name := range h.ReadDir(path.Join(path.Dir(path.Dir(interpreter)), "lib")) {
		if n, ok := strings.CutPrefix(name, "python3."); ok {
			v, err := strconv.Atoi(n)
			if err != nil || found != 0 {
				return 0
			}
			found = v
		}
	}
	return found
}

// site returns the directories of a root with what is installed for an interpreter:
// those of its virtual environment, or of the distribution.
func site(interpreter string, h *host.Host) []string {
	if h.Root == nil || !strings.HasPrefix(interpreter, "/") {
		return nil
	}
	top := path.Dir(path.Dir(interpreter))
	tops := []string{top}
	if top == "/usr" || top == "/" {
		tops = []string{"/usr/local", "/usr"}
	}
	var dirs []string
	for _, top := range tops {
		for _, name := range h.ReadDir(path.Join(top, "lib")) {
			if !strings.HasPrefix(name, "python3") {
				continue
			}
			for _, kind := range []string{"site-packages", "dist-packages"} {
				if dir := path.Join(top, "lib", name, kind); h.Dir(dir).Answer == host.Yes {
					dirs = append(dirs, dir)
				}
			}
		}
	}
	return dirs
}
