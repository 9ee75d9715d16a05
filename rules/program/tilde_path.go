package program

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/program"
	"github.com/unitvet/unitvet/lint/value"
)

//go:embed tilde_path.md
var tildePathPage string

// TildePath finds paths with ~ that nobody expands (systemd.service(5), "Command
// lines": only specifiers and variables are).
var TildePath = &lint.Rule{
	ID:        "tilde-path",
	Summary:   "a path starts with ~, which systemd does not expand",
	Category:  "program",
	Severity:  lint.Warning,
	Since:     "0.1.0",
	Page:      tildePathPage,
	CheckUnit: tildePath,
}

func tildePath(p *lint.UnitPass) {
	prog := p.Set.Program(p.Unit)
	for _, c := range prog.Commands {
		if len(c.Runs) > 0 && c.Runs[0].Entry != nil && c.Runs[0].Entry.IsShell() && c.Runs[0].Entry.Kind == program.Inline {
			continue // the shell expands it
		}
		for i, arg := range c.Exec.Args {
			at, ok := tilde(arg.Text)
			if !ok {
				continue
			}
			f := lint.Finding{
				Place:   lint.AtWord(c.Setting, arg.Sub(at, len(arg.Text))),
				Message: fmt.Sprintf("%s= passes %q as it is: systemd expands no ~", c.Key, arg.Text[at:]),
				Help:    homeHelp(p),
			}
			if r := c.Runs; i == 0 && len(r) > 0 && r[0].Entry != nil && r[0].Entry.Kind == program.File {
				f.Severity = lint.Error
				f.Message = fmt.Sprintf("%s= passes %q as it is: systemd expands no ~, so the script is not found", c.Key, arg.Text)
			}
			p.Report(f)
		}
	}
	for _, setting := range prog.Settings(prog.Section, "Environment") {
		assignments, _ := value.ParseEnvironment(setting.Value().String())
		for _, a := range assignments {
			if at, ok := tilde(":" + a.Value.Text); ok {
				p.Report(lint.Finding{
					Place:   lint.AtWord(setting, a.Value.Sub(at-1, len(a.Value.Text))),
					Message: fmt.Sprintf("Environment= sets %s to %q as it is: systemd expands no ~", a.Name.Text, a.Value.Text),
					Help:    homeHelp(p),
				})
			}
		}
	}
}

// tilde returns where a path with ~ starts in an argument: at its start, or after =
// or :.
func tilde(text string) (at int, ok bool) {
	for i := 0; i+1 < len(text); i++ {
		if text[i] != '~' || text[i+1] != '/' {
			continue
		}
		if i == 0 || text[i-1] == '=' || text[i-1] == ':' && (i == 1 || strings.ContainsAny(text[:i-1], "/~")) {
			return i, true
		}
	}
	return 0, false
}

// homeHelp says what to write for a home directory.
func homeHelp(p *lint.UnitPass) string {
	if p.Unit.Value("Service", "User") != "" {
		return "write the whole path; %h is the home of the manager's user, not that of User="
	}
	return "write the whole path, or %h for the home of the user whose manager runs the unit"
}
