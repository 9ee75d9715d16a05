package program

import (
	_ "embed"
	"fmt"
	"path"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/host"
	"github.com/unitvet/unitvet/lint/program"
)

//go:embed missing_executable.md
var missingExecutablePage string

// MissingExecutable finds programs that are not there (systemd.exec(5), "Process
// Exit Codes": EXIT_EXEC).
var MissingExecutable = &lint.Rule{
	ID:        "missing-executable",
	Summary:   "a program that the unit runs does not exist",
	Category:  "program",
	Severity:  lint.Error,
	Since:     "0.1.0",
	Page:      missingExecutablePage,
	CheckUnit: missingExecutable,
}

func missingExecutable(p *lint.UnitPass) {
	prog := p.Set.Program(p.Unit)
	for _, c := range prog.Commands {
		for i, r := range c.Runs {
			if !r.Program.Known || r.Conditional || r.Guarded || r.Program.Text == "" || c.Exec.IgnoreFailure {
				continue
			}
			fact, name, ok := absent(p.Set, prog, r, i == 0)
			if !ok || expects(prog, c, name) || reaches(prog, name) || isConditional(prog) {
				continue
			}
			if _, isBuiltin := builtins[r.Program.Text]; isBuiltin && i == 0 {
				continue // shell-syntax tells it
			}
			f := lint.Finding{Severity: severity(c)}
			f.Place, f.Evidence = at(c, r.Program)
			if i == 0 {
				f.Message = fmt.Sprintf("%s= runs %s, which does not exist in %s", c.Key, r.Program.Text, fact.Source)
				f.Result = "203/EXEC"
			} else {
				f.Severity = min(f.Severity, lint.Warning)
				if inSetting(c, r.Program) {
					f.Severity = severity(c)
				}
				f.Message = fmt.Sprintf("%s runs %s, which does not exist in %s", path.Base(r.Via[len(r.Via)-1].Program.Text), r.Program.Text, fact.Source)
			}
			f.Help = "correct the path, or install what brings the program"
			if there := lives(p.Set, name); there != "" {
				f.Help = "a file of that name is " + there
			}
			p.Report(f)
		}
	}
}

// absent reports whether a program is known not to be there. A plain name is looked
// up in the directories of PATH, for systemd's own start those of ExecSearchPath=
// (find_executable_full in src/basic/path-util.c).
func absent(set *lint.Set, prog *program.Unit, r *program.Run, first bool) (fact host.PathFact, name string, ok bool) {
	text := r.Program.Text
	if strings.Contains(text, "/") {
		name, ok := r.Absolute(text)
		if !ok {
			return fact, "", false
		}
		fact, ok = isNo(set, name)
		return fact, name, ok
	}
	if !first || set.Host.Root == nil || prog.Value(prog.Section, "ExecSearchPath") != "" {
		return fact, "", false
	}
	for _, dir := range []string{"/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"} {
		if fact, ok = isNo(set, path.Join(dir, text)); !ok {
			return fact, "", false
		}
	}
	return fact, text, true
}

// isConditional reports whether a unit that a package brings starts under conditions
// only: the program may be that of another package, which need not be there.
func isConditional(prog *program.Unit) bool {
	if prog.Fragment == nil || !strings.Contains(prog.Fragment.Dir.Host, "/lib/") {
		return false
	}
	for s := range prog.All() {
		if s.Section == "Unit" && (strings.HasPrefix(s.Key().String(), "Condition") || strings.HasPrefix(s.Key().String(), "Assert")) {
			return true
		}
	}
	return false
}
