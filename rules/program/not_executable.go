package program

import (
	_ "embed"
	"fmt"
	"io/fs"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/host"
)

//go:embed not_executable.md
var notExecutablePage string

// NotExecutable finds programs that are there and cannot be run (execve(2), EACCES).
var NotExecutable = &lint.Rule{
	ID:        "not-executable",
	Summary:   "a file that the unit runs as a program is not executable",
	Category:  "program",
	Severity:  lint.Error,
	Since:     "0.1.0",
	Page:      notExecutablePage,
	CheckUnit: notExecutable,
}

func notExecutable(p *lint.UnitPass) {
	prog := p.Set.Program(p.Unit)
	for _, c := range prog.Commands {
		for i, r := range c.Runs {
			if !r.Program.Known || r.Conditional || r.Guarded || i > 0 && !inSetting(c, r.Program) {
				continue
			}
			name, ok := r.Absolute(r.Program.Text)
			if !ok || i == 0 && r.Program.Text[0] != '/' || i > 0 && r.Program.Text[0] != '/' && r.Program.Text[0] != '.' || reaches(prog, name) {
				continue
			}
			fact := p.Set.Host.Runnable(name)
			if fact.Answer != host.No || changesMode(prog, c, name) {
				continue
			}
			f := lint.Finding{Place: place(r.Program.Place()), Severity: severity(c), Result: "203/EXEC"}
			if fact.Mode.IsDir() {
				f.Message = fmt.Sprintf("%s= runs %s, which is a directory", c.Key, r.Program.Text)
				f.Help = "name a program in it"
			} else {
				f.Message = fmt.Sprintf("%s= runs %s, which is not executable: %s has the mode %#o", c.Key, r.Program.Text, fact.Source, fact.Mode&fs.ModePerm)
				f.Help = "make it executable: chmod +x " + name
				if p.Set.Host.Root == nil && p.Set.Host.Facts == nil {
					f.Help = fmt.Sprintf("make it executable: git update-index --chmod=+x %s, or chmod +x where git is not used", fact.Source)
				}
			}
			if i > 0 {
				f.Result = ""
			}
			p.Report(f)
		}
	}
}
