package sandbox

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/host"
	"github.com/unitvet/unitvet/lint/program"
	"github.com/unitvet/unitvet/lint/sandbox"
)

// write is a file that a command line or a shell script writes.
type write struct {
	command *program.Command
	run     *program.Run
	word    program.Word
	path    string // absolute
	// how says what writes it: ">>", "tee", "mkdir".
	how string
	// dir says that it is a directory that is made.
	dir bool
}

// targets are programs that write files which they are given: all operands, or the
// last one.
var targets = map[string]struct {
	last, dir bool
	valued    []string
}{
	"cp":      {last: true, valued: []string{"-S", "--suffix"}},
	"install": {last: true, valued: []string{"-g", "-m", "-o", "--group", "--mode", "--owner", "-S"}},
	"ln":      {last: true},
	"mkdir":   {dir: true, valued: []string{"-m", "--mode"}},
	"mv":      {last: true},
	"rsync":   {last: true, valued: []string{"-e", "--exclude", "--include", "--rsh"}},
	"tee":     {},
	"touch":   {valued: []string{"-d", "-r", "-t", "--date", "--reference"}},
}

// shellWrites returns what the confined commands of a unit write, as far as their
// command lines and the scripts of the checkout tell: redirections, and the programs
// that make files and directories. What a script expects to fail, or may
// not run, is left out.
func (s *subject) shellWrites() []write {
	var found []write
	prog := s.set.Program(s.Unit)
	for _, c := range prog.Commands {
		if !s.view.Confines(c.Key, c.Exec) || slices.ContainsFunc(execKeys[:], func(e execKey) bool { return e.key == c.Key && e.later }) {
			continue
		}
		for _, r := range c.Runs {
			if r.Guarded || r.Conditional || slices.ContainsFunc(r.Via, func(via *program.Run) bool { return elsewhere[path.Base(via.Program.Text)] }) || elsewhere[path.Base(r.Program.Text)] {
				continue
			}
			add := func(w program.Word, how string, dir bool) {
				if p, ok := r.Absolute(w.Text); ok && w.Known && !isAPI(p) {
					found = append(found, write{c, r, w, p, how, dir})
				}
			}
			for _, redirect := range r.Redirects {
				add(redirect.Path, redirect.Op, false)
			}
			name := path.Base(r.Program.Text)
			t, ok := targets[name]
			if !ok || !r.Program.Known {
				continue
			}
			makesDir := t.dir || name == "install" && slices.ContainsFunc(r.Args, func(w program.Word) bool { return w.Text == "-d" })
			files := operands(r.Args, t.valued)
			if t.last && len(files) > 1 && !makesDir {
				files = files[len(files)-1:]
			}
			for _, w := range files {
				if !strings.Contains(w.Text, ":") { // of another host
					add(w, name, makesDir)
				}
			}
		}
	}
	return found
}

// operands returns the arguments that are no options nor their values.
func operands(args []program.Word, valued []string) []program.Word {
	var found []program.Word
	for i := 0; i < len(args); i++ {
		switch text := args[i].Text; {
		case slices.Contains(valued, text):
			i++
		case text == "--":
			return append(found, args[i+1:]...)
		case len(text) > 1 && text[0] == '-':
		default:
			found = append(found, args[i])
		}
	}
	return found
}

// exists reports whether a directory that is to be made may be there: mkdir -p is
// content with it then. What lies in /run is gone after each boot.
func (s *subject) exists(w write) bool {
	fact := s.set.Host.Path(w.path)
	if fact.Answer == host.Unknown {
		return !below(sandbox.Canonical(w.path), "/run")
	}
	return fact.Answer == host.Yes
}

// finding is the finding about a write, without what the rule has to say.
func (w write) finding() lint.Finding {
	f := lint.Finding{Severity: lint.Warning}
	if len(w.run.Via) == 0 && !w.command.Exec.IgnoreFailure {
		f.Severity = lint.Error // systemd sees it fail
	}
	at := w.word.Place()
	f.Place = lint.Place{File: at.File, Span: at.Span}
	if at.File != w.command.Setting.Part.Source {
		f.Evidence = []lint.Related{{Place: f.Place, Message: fmt.Sprintf("%s writes %s", w.how, w.word.Text)}}
		at = w.command.Program.Place()
		f.Place = lint.Place{File: at.File, Span: at.Span}
		f.Evidence = append([]lint.Related{{Place: f.Place, Message: w.command.Key + "= runs this script"}}, f.Evidence...)
	}
	return f
}

// says begins a message about a write.
func (w write) says() string {
	name := w.word.Text
	if name != w.path {
		name += " (" + w.path + ")"
	}
	if strings.ContainsAny(w.how, "<>&") {
		return fmt.Sprintf("%s= writes to %s with %q", w.command.Key, name, w.how)
	}
	return fmt.Sprintf("%s= writes %s with %s", w.command.Key, name, w.how)
}

// shell reports what shells and their programs write where it is read-only.
func (w *writes) shell() {
	for _, found := range w.shellWrites() {
		verdict := w.see(place{path: found.path})
		if verdict.Access != sandbox.ReadOnly || found.dir && w.exists(found) {
			continue
		}
		key := sandbox.Canonical(found.path)
		if w.seen[key] {
			continue
		}
		w.seen[key] = true
		dir := key
		if !found.dir {
			dir = path.Dir(key)
		}
		f := found.finding()
		f.Message = fmt.Sprintf("%s, but %s: it fails with EROFS, \"Read-only file system\"", found.says(), verdict.Because)
		f.Related = because(verdict)
		f.Help = advice(w.subject.Unit, key, dir, "the command")
		f.Fixes = open(found.command.Setting, verdict, dir)
		w.Report(f)
	}
}

// shell reports what shells and their programs write where nothing is to be seen.
func (h *hidden) shell() {
	for _, found := range h.shellWrites() {
		p := place{path: found.path, setting: found.command.Setting}
		verdict := h.see(p)
		if verdict.Access != sandbox.Hidden {
			continue
		}
		f := found.finding()
		f.Message = fmt.Sprintf("%s, which cannot be written: %s", found.says(), verdict.Because)
		f.Help = remedy(verdict, p)
		f.Related = append(because(verdict), h.inVain(p, verdict)...)
		h.Report(f)
	}
}

// relative is locate for a value that names a file as seen from the working
// directory: the value of an option that says that something is written.
func (s *subject) relative(name, text string) (string, bool) {
	_, strong := isWritten(name)
	d := s.set.Program(s.Unit).Dir
	if !strong || !d.Known || d.Setting == nil || text == "" || text[0] == '/' || text[0] == '-' || strings.ContainsAny(text, "$%@ \t\n,;:*?<>|&\"'`(){}=~") {
		return "", false
	}
	if !strings.Contains(text, "/") && !fileSuffixes[path.Ext(text)] {
		return "", false
	}
	return path.Join(d.Path, text), true
}

// fileSuffixes are those of files that programs write.
var fileSuffixes = map[string]bool{".csv": true, ".db": true, ".log": true, ".out": true, ".pid": true, ".sqlite": true, ".sqlite3": true}
