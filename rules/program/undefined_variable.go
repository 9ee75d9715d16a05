package program

import (
	_ "embed"
	"fmt"
	"regexp"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/host"
	"github.com/unitvet/unitvet/lint/program"
	"github.com/unitvet/unitvet/lint/program/environment"
	"github.com/unitvet/unitvet/lint/value"
)

//go:embed undefined_variable.md
var undefinedVariablePage string

// UndefinedVariable finds variables in command lines that nothing sets
// (replace_env_argv in src/basic/env-util.c).
var UndefinedVariable = &lint.Rule{
	ID:        "undefined-variable",
	Summary:   "a command line uses a variable that nothing sets",
	Category:  "program",
	Severity:  lint.Warning,
	Allows:    "variables that are set in a way that the unit does not show",
	Since:     "0.1.0",
	Page:      undefinedVariablePage,
	CheckUnit: undefinedVariable,
}

func undefinedVariable(p *lint.UnitPass) {
	prog := p.Set.Program(p.Unit)
	for _, c := range prog.Commands {
		if c.Exec.NoVariables || c.Exec.Shell {
			continue
		}
		for _, arg := range c.Exec.Args {
			for _, use := range value.Variables(arg) {
				if use.Kind == value.DollarEscape || !use.Valid {
					continue
				}
				v := prog.Env.Lookup(use.Name)
				if v.State != environment.Unset || mayBeLeftOut(prog, use) {
					continue
				}
				f := lint.Finding{
					Place:   lint.AtWord(c.Setting, use.Span),
					About:   use.Name,
					Message: fmt.Sprintf("nothing sets %s: systemd puts nothing in its place", use.Name),
					Help:    fmt.Sprintf("set it with Environment=%s=…, or in a file of EnvironmentFile=", use.Name),
				}
				if use.Kind == value.WholeWord {
					f.Message = fmt.Sprintf("nothing sets %s: systemd leaves the argument out", use.Name)
				}
				if isInlineShell(c) {
					f.Message += ", before the shell sees the line"
					f.Help = fmt.Sprintf("write $$%s for a variable of the shell", use.Name)
				}
				for _, name := range []string{"HOME", "USER", "LOGNAME", "SHELL"} {
					if use.Name == name {
						f.Help = name + " is set with User= only: write the value itself"
					}
				}
				if near := nearest(prog.Env, use.Name); near.Name != "" {
					f.Help = fmt.Sprintf("%s is set; was that meant?", near.Name)
					if near.Place.File != nil {
						f.Related = []lint.Related{{Place: place(near.Place), Message: near.Name + " is set here"}}
					}
				}
				p.Report(f)
			}
		}
	}
}

// optional matches the names of variables with options that an administrator may add,
// in a drop-in or with systemctl set-environment.
var optional = regexp.MustCompile(`(?i)(OPT|OPTS|OPTIONS?|ARGS?|ARGUMENTS|FLAGS|PARAMS|PARAMETERS|EXTRA)$`)

// mayBeLeftOut reports whether a unit seems to count on a variable that may be
// missing: options that an environment file may add. A file that is not there is a
// matter of its own.
func mayBeLeftOut(prog *program.Unit, use value.Variable) bool {
	if use.Kind == value.WholeWord && optional.MatchString(use.Name) {
		return true
	}
	for _, f := range prog.Env.Files {
		if use.Kind == value.WholeWord || f.Fact.Answer != host.Yes {
			return true
		}
	}
	return false
}

// isInlineShell reports whether a command runs a shell with the line itself.
func isInlineShell(c *program.Command) bool {
	return len(c.Runs) > 0 && c.Runs[0].Entry != nil && c.Runs[0].Entry.IsShell() && c.Runs[0].Entry.Kind == program.Inline
}

// nearest returns the variable that the unit sets and whose name is nearly another.
func nearest(env *environment.Environment, name string) environment.Variable {
	var names []string
	known := map[string]environment.Variable{}
	for _, v := range env.All() {
		if v.Origin == environment.FromUnit || v.Origin == environment.FromFile || v.Origin == environment.FromTemplate {
			names = append(names, v.Name)
			known[v.Name] = v
		}
	}
	best, _ := value.Closest(name, names)
	return known[best]
}
