package program

import (
	_ "embed"
	"fmt"
	"path"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/host"
	"github.com/unitvet/unitvet/lint/program"
)

//go:embed missing_script.md
var missingScriptPage string

// MissingScript finds interpreters that are given a script that is not there.
var MissingScript = &lint.Rule{
	ID:        "missing-script",
	Summary:   "an interpreter is given a script that does not exist",
	Category:  "program",
	Severity:  lint.Error,
	Since:     "0.1.0",
	Page:      missingScriptPage,
	CheckUnit: missingScript,
}

func missingScript(p *lint.UnitPass) {
	prog := p.Set.Program(p.Unit)
	for _, c := range prog.Commands {
		for _, r := range c.Runs {
			e := r.Entry
			if e == nil || e.Kind != program.File || e.Shebang || !e.Word.Known || e.Word.Text == "" || r.Conditional || r.Guarded || c.Exec.IgnoreFailure {
				continue
			}
			name, ok := absolute(e, e.Word.Text)
			if !ok || path.Ext(name) == "" && e.Language != "shell" && e.Language != "python" || expects(prog, c, name) || reaches(prog, name) {
				continue
			}
			fact, missing := isNo(p.Set, name)
			// Without WorkingDirectory= a relative path starts at the root directory, where
			// nobody keeps scripts.
			nowhere := fact.Answer == host.Unknown && e.Dir.Setting == nil && e.Dir.Known && e.Dir.Path == "/" && len(r.Via) == 0 && e.Word.Text[0] != '/' && path.Ext(name) != ""
			if !missing && !nowhere {
				continue
			}
			f := lint.Finding{Severity: severity(c)}
			if !inSetting(c, e.Word) {
				f.Severity = lint.Warning // the script may go on
			}
			f.Place, f.Evidence = at(c, e.Word)
			interpreter := path.Base(e.Interpreter.Text)
			switch {
			case nowhere:
				f.Message = fmt.Sprintf("%s looks for %s in /: the path is relative, and WorkingDirectory= is not set", interpreter, e.Word.Text)
				f.Help = "write the whole path, or set WorkingDirectory= to the directory that has the script"
			case e.Word.Text[0] != '/':
				f.Message = fmt.Sprintf("%s does not find %s: it is relative to %s, and there is no %s", interpreter, e.Word.Text, e.Dir.Path, name)
			default:
				f.Message = fmt.Sprintf("%s does not find %s, which does not exist in %s", interpreter, e.Word.Text, fact.Source)
			}
			if there := lives(p.Set, name); there != "" {
				f.Help = "a file of that name is " + there
			} else if f.Help == "" {
				f.Help = "correct the path, or add the script"
			}
			if e.Dir.Setting != nil && e.Word.Text[0] != '/' {
				f.Related = append(f.Related, lint.Related{Place: lint.AtValue(*e.Dir.Setting), Message: "the directory that it is looked for in"})
			}
			p.Report(f)
		}
	}
}

// absolute is a path as seen from the directory of an entry.
func absolute(e *program.Entry, p string) (string, bool) {
	return (&program.Run{Dir: e.Dir}).Absolute(p)
}
