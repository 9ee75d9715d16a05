package sandbox

import (
	"fmt"
	"path"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/host"
	"github.com/unitvet/unitvet/lint/program/python"
	"github.com/unitvet/unitvet/lint/program/startup"
	"github.com/unitvet/unitvet/lint/sandbox"
	"github.com/unitvet/unitvet/lint/source"
)

// programs checks what the Python programs of a unit write. Of what lies in the
// same directory the worst is told.
func (w *writes) programs() {
	found := map[string]*programWrite{}
	var order []string
	for _, prog := range w.UnitPass.Set.Python(w.UnitPass.Unit) {
		if !w.view.Confines(prog.Command.Key, prog.Command.Exec) {
			continue
		}
		for _, e := range prog.Effects {
			pw, ok := w.programWrite(prog, e)
			if !ok {
				continue
			}
			known, has := found[pw.dir]
			if !has {
				order = append(order, pw.dir)
			}
			if !has || pw.severity > known.severity {
				found[pw.dir] = pw
			}
		}
	}
	// What lies below a directory that has to be opened anyway is the same fault.
	for _, dir := range order {
		for _, other := range order {
			above, pw := found[other], found[dir]
			if other != dir && above != nil && pw != nil && below(dir, other) && !w.isTop(other) {
				if pw.severity > above.severity {
					pw.dir = other
					found[other] = pw
				}
				delete(found, dir)
			}
		}
	}
	for _, dir := range order {
		if pw := found[dir]; pw != nil {
			w.reportProgram(pw)
		}
	}
}

// programWrite is something that a program writes where it must not.
type programWrite struct {
	prog     *startup.Program
	effect   python.Effect
	verdict  sandbox.Verdict
	dir      string // that has to be writable
	severity lint.Severity
}

// programWrite judges an effect; it returns false for one that does no harm.
func (w *writes) programWrite(prog *startup.Program, e python.Effect) (*programWrite, bool) {
	switch {
	case e.Kind != python.Write && e.Kind != python.MakeDir, isAPI(e.Path), !strings.HasPrefix(e.Path, "/"):
		return nil, false
	case e.Guarded && e.Maybe, e.When == python.Later && (e.Maybe || e.Guarded):
		return nil, false
	}
	at := place{path: e.Path}
	if e.Below {
		at = place{path: e.Base(), below: true}
	}
	verdict := w.see(at)
	if verdict.Access != sandbox.ReadOnly && (verdict.Access != sandbox.Hidden || verdict.Empty) {
		return nil, false
	}
	pw := &programWrite{prog: prog, effect: e, verdict: verdict, severity: lint.Warning}
	certain := !e.Guarded && !e.Maybe && e.When != python.Later && !prog.Run.Conditional && !prog.Run.Guarded && !prog.Command.Exec.IgnoreFailure
	pw.dir = e.Base()
	if e.Kind == python.MakeDir {
		exists := w.UnitPass.Set.Host.Dir(e.Path).Answer
		switch {
		case exists == host.Yes:
			return nil, false // there is nothing to make
		case exists == host.Unknown && MakersOf(w.UnitPass.Set).Makes(w.UnitPass.Unit, e.Path):
			return nil, false
		case exists == host.Unknown && isConventional(e.Path):
			certain = false
		}
		pw.dir = w.above(e.Path)
	} else if e.Call == "sqlite3.connect" || e.Call == "aiosqlite.connect" {
		certain = false // it may only be read
	}
	if certain {
		pw.severity = lint.Error
	}
	return pw, true
}

// isConventional reports whether a directory lies where installing a service makes
// directories for it.
func isConventional(p string) bool {
	for _, dir := range []string{"/etc", "/home", "/opt", "/run", "/srv", "/var"} {
		if below(p, dir) {
			return true
		}
	}
	return false
}

// above is the nearest directory above one that is to be made, which is there, if it
// is one of the service's own; or else the directory itself.
func (w *writes) above(p string) string {
	up := path.Dir(p)
	if strings.Count(up, "/") > 2 && w.UnitPass.Set.Host.Dir(up).Answer == host.Yes && !w.isTop(up) {
		return up
	}
	return p
}

// isTop reports whether a directory of the host is that of a checkout as a whole.
func (w *writes) isTop(dir string) bool {
	c := w.UnitPass.Set.Host.Checkout
	if c == nil {
		return false
	}
	for _, m := range c.Mappings {
		if below(m.Prefix, dir) {
			return true
		}
	}
	return false
}

// reportProgram reports what a program writes, at the word of the unit that the path
// comes from if there is one, or else at the program.
func (w *writes) reportProgram(pw *programWrite) {
	e := pw.effect
	key := sandbox.Canonical(e.Path)
	if w.seen[key] || w.seen[pw.dir] {
		return
	}
	w.seen[key], w.seen[pw.dir] = true, true
	f := lint.Finding{Severity: pw.severity, Place: w.sourceOf(pw), Related: because(pw.verdict)}
	name := pw.prog.Run.Entry.Word.Text
	says := "writes " + e.Path
	if e.Kind == python.MakeDir {
		says = "makes the directory " + e.Path
	}
	when := map[python.When]string{python.Import: " while it is loaded", python.Starting: " when it starts", python.Later: ""}[e.When]
	if e.Maybe {
		when = ""
	}
	last := e.Chain[len(e.Chain)-1]
	at := fmt.Sprintf("%s:%d", last.File.Path, last.File.Line(last.Span.Start))
	fails := `OSError: [Errno 30] Read-only file system`
	if pw.verdict.Access == sandbox.Hidden {
		fails = "PermissionError"
	}
	f.Message = fmt.Sprintf("%s %s%s (%s), but %s: it gets %q", name, says, when, at, pw.verdict.Because, fails)
	if pw.severity == lint.Error {
		f.Result = "exit 1, OSError"
	}
	f.Evidence = append(f.Evidence, lint.Related{Place: lint.AtValue(pw.prog.Command.Setting), Message: pw.prog.Command.Key + "= runs " + name})
	for _, s := range e.Chain {
		f.Evidence = append(f.Evidence, lint.Related{Place: lint.Place{File: s.File, Span: s.Span}, Message: s.Text})
	}
	f.Help = advice(w.subject.Unit, key, pw.dir, "the program")
	if pw.verdict.Access == sandbox.Hidden {
		f.Help = "let the program write elsewhere: ReadWritePaths= does not bring back what is hidden"
	} else {
		f.Fixes = open(pw.prog.Command.Setting, pw.verdict, pw.dir)
	}
	w.Report(f)
}

// sourceOf is the place of the unit that a path comes from: a variable, an argument,
// or else what is run.
func (w *writes) sourceOf(pw *programWrite) lint.Place {
	if from := pw.effect.From; from != nil && !from.Unset {
		for _, name := range from.Names {
			if v := pw.prog.Run.Env.Lookup(name); v.Setting != nil && v.Place.File == v.Setting.Part.Source {
				return lint.Place{File: v.Place.File, Span: v.Place.Span}
			}
		}
	}
	inUnit := func(p source.Place) bool { return p.File == pw.prog.Command.Setting.Part.Source }
	for _, arg := range pw.prog.Command.Args {
		for _, p := range []string{pw.effect.Path, pw.dir} {
			i := strings.Index(arg.Text, p)
			if i >= 0 && i+len(p) == len(arg.Text) && (i == 0 || arg.Text[i-1] == '=') && inUnit(arg.Sub(i, len(arg.Text))) {
				at := arg.Sub(i, len(arg.Text))
				return lint.Place{File: at.File, Span: at.Span}
			}
		}
	}
	if at := pw.prog.Run.Entry.Word.Place(); inUnit(at) {
		return lint.Place{File: at.File, Span: at.Span}
	}
	return lint.AtValue(pw.prog.Command.Setting)
}
