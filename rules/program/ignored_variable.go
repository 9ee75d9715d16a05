package program

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/program/environment"
	"github.com/unitvet/unitvet/lint/program/python"
	"github.com/unitvet/unitvet/lint/program/startup"
)

//go:embed ignored_variable.md
var ignoredVariablePage string

// IgnoredVariable finds variables that a unit sets under a name that the program
// does not read: its settings class puts a prefix in front.
var IgnoredVariable = &lint.Rule{
	ID:        "ignored-variable",
	Summary:   "the unit sets a variable that the program reads under another name, with a prefix",
	Category:  "program",
	Severity:  lint.Warning,
	Since:     "0.1.0",
	Page:      ignoredVariablePage,
	CheckUnit: ignoredVariable,
}

func ignoredVariable(p *lint.UnitPass) {
	seen := map[string]bool{}
	programs := pythons(p)
	for _, prog := range programs {
		for _, r := range prog.Reads {
			bare := strings.ToUpper(r.Field)
			if r.Prefix == "" || r.State != python.Unset || seen[bare] || len(r.Names) == 0 || isRead(programs, bare) || prog.Gave {
				continue
			}
			v := prog.Run.Env.Lookup(bare)
			if v.State != environment.Set || v.Setting == nil || v.Known && r.Known && v.Value == r.Default {
				continue
			}
			seen[bare] = true
			f := lint.Finding{Place: lint.AtValue(*v.Setting)}
			if v.Place.File == v.Setting.Part.Source {
				f.Place = lint.Place{File: v.Place.File, Span: v.Place.Span}
			} else if v.Place.File != nil {
				f.Evidence = append(f.Evidence, lint.Related{Place: lint.Place{File: v.Place.File, Span: v.Place.Span}, Message: "sets " + bare})
			}
			for _, s := range r.Chain {
				f.Evidence = append(f.Evidence, lint.Related{Place: lint.Place{File: s.File, Span: s.Span}, Message: s.Text})
			}
			what := "it has no value"
			if r.Known {
				what = fmt.Sprintf("its default %q stays", r.Default)
			}
			f.Message = fmt.Sprintf("%s is set, but the program reads %s (%s), which is not: %s", bare, r.Names[0], where(r.Chain), what)
			f.Help = "call the variable " + r.Names[0]
			p.Report(f)
		}
	}
}

// isRead reports whether a program reads a variable under just this name.
func isRead(programs []*startup.Program, name string) bool {
	return slices.ContainsFunc(programs, func(prog *startup.Program) bool {
		return slices.ContainsFunc(prog.Reads, func(r python.Read) bool { return slices.Contains(r.Names, name) })
	})
}
