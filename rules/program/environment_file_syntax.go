package program

import (
	_ "embed"
	"fmt"
	"regexp"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/program"
	"github.com/unitvet/unitvet/lint/program/environment"
	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/value"
)

//go:embed environment_file_syntax.md
var environmentFileSyntaxPage string

// EnvironmentFileSyntax finds lines of environment files that mean something else
// to systemd than to a shell (parse_env_file_internal in src/basic/env-file.c).
var EnvironmentFileSyntax = &lint.Rule{
	ID:       "environment-file-syntax",
	Summary:  "a line of an environment file does not mean to systemd what it would mean to a shell",
	Category: "program",
	Severity: lint.Warning,
	Since:    "0.1.0",
	Page:     environmentFileSyntaxPage,
	CheckSet: environmentFileSyntax,
}

func environmentFileSyntax(p *lint.SetPass) {
	seen := map[string]bool{}
	for _, u := range p.Set.Units {
		if _, ok := u.Setting(program.Section(u), "EnvironmentFile"); !ok {
			continue
		}
		prog := p.Set.Program(u)
		if prog.Env == nil {
			continue
		}
		for _, f := range prog.Env.Files {
			if f.Source == nil || f.Template || seen[f.Source.Path] {
				continue
			}
			seen[f.Source.Path] = true
			for _, fault := range faults(f) {
				line := f.Source.Line(fault.span.Start)
				p.Report(lint.Finding{
					Unit:    u.ID,
					Place:   lint.AtWord(f.Setting, f.At),
					Message: fmt.Sprintf("line %d of %s: %s", line, f.Path, fault.text),
					Help:    fault.help,
					Related: []lint.Related{{Place: lint.Place{File: f.Source, Span: fault.span}, Message: "the line"}},
				})
			}
		}
	}
}

// fault is what is wrong in an environment file.
type fault struct {
	span       source.Span
	text, help string
}

// variableIn matches a use of a variable as shells have it.
var variableIn = regexp.MustCompile(`\$(?:\{[A-Za-z_][A-Za-z0-9_]*\}|_?[A-Z][A-Z0-9_]+\b)|\$\(`)

// faults returns what is wrong in an environment file.
func faults(f environment.File) []fault {
	var found []fault
	for _, problem := range f.Problems {
		if problem.Kind == value.ContinuedComment {
			continue
		}
		found = append(found, fault{problem.Span, problem.Text, problem.Expected})
		if found[len(found)-1].help != "" {
			found[len(found)-1].help = "write " + problem.Expected
		}
	}
	for _, a := range f.Assignments {
		written := a.Value.Span.Of(f.Source.Text)
		if at := strings.Index(a.Value.Text, " #"); at >= 0 && !a.Value.Quoted {
			found = append(found, fault{
				a.Value.Span, fmt.Sprintf("%s becomes %q: a comment needs a line of its own", a.Name.Text, a.Value.Text), "put the comment on the line before",
			})
			continue
		}
		if use := variableIn.FindString(a.Value.Text); use != "" && !strings.Contains(written, `\$`) && !strings.HasPrefix(written, "'") {
			found = append(found, fault{
				a.Value.Span, fmt.Sprintf("%s becomes %q: systemd expands nothing in environment files", a.Name.Text, a.Value.Text), "write what " + use + " stands for",
			})
		}
	}
	return found
}
