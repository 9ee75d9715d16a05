package program

import (
	_ "embed"
	"fmt"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/host"
	"github.com/unitvet/unitvet/lint/program"
	"github.com/unitvet/unitvet/rules/sandbox"
)

//go:embed missing_working_directory.md
var missingWorkingDirectoryPage string

// MissingWorkingDirectory finds working directories that are not there
// (systemd.exec(5), "Process Exit Codes": EXIT_CHDIR).
var MissingWorkingDirectory = &lint.Rule{
	ID:       "missing-working-directory",
	Summary:  "the directory of WorkingDirectory= does not exist",
	Category: "program",
	Severity: lint.Error,
	Since:    "0.1.0",
	Page:     missingWorkingDirectoryPage,
	CheckSet: missingWorkingDirectory,
}

func missingWorkingDirectory(p *lint.SetPass) {
	makers := sandbox.MakersOf(p.Set)
	for _, u := range p.Set.Units {
		if _, ok := u.Setting(program.Section(u), "WorkingDirectory"); !ok {
			continue
		}
		prog := p.Set.Program(u)
		d := prog.Dir
		if d.Setting == nil || !d.Known || d.Optional || len(prog.Commands) == 0 || u.State == 0 && !u.Known() || use.MatchString(d.Path) || reaches(prog, d.Path) {
			continue
		}
		fact := p.Set.Host.Path(d.Path)
		what := ""
		switch {
		case fact.Answer == host.Yes && !fact.Mode.IsDir():
			what = "is no directory"
		case fact.Answer == host.No:
			what = "does not exist"
		case runsRelative(prog):
			// Code that is run from there has to come with the checkout.
			if dir := p.Set.Host.Dir(d.Path); dir.Answer == host.No {
				fact.Fact, what = dir, "does not exist"
			}
		}
		if what == "" || fact.Answer == host.No && (expects(prog, nil, d.Path) || makers.Makes(u, d.Path)) {
			continue
		}
		f := lint.Finding{
			Unit: u.ID, Place: lint.AtValue(*d.Setting), Result: "200/CHDIR",
			Message: fmt.Sprintf("WorkingDirectory=%s %s in %s: no command of the unit is run", d.Path, what, fact.Source),
			Help:    "correct the path; with - in front of it the unit starts without the directory",
		}
		if near := nearFile(p.Set.Host, d.Path); near != "" {
			f.Help = fmt.Sprintf("there is %s; was that meant?", near)
		}
		p.Report(f)
	}
}

// runsRelative reports whether a unit runs code that it looks for in its working
// directory.
func runsRelative(prog *program.Unit) bool {
	for _, c := range prog.Commands {
		for _, r := range c.Runs {
			if e := r.Entry; e != nil && len(r.Via) == 0 && e.Dir == prog.Dir && e.Word.Known && !later[c.Key] &&
				(e.Kind == program.File && e.Word.Text != "" && e.Word.Text[0] != '/' || e.Kind == program.App) {
				return true
			}
		}
	}
	return false
}
