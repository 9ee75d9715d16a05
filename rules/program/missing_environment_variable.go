package program

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/program/python"
)

//go:embed missing_environment_variable.md
var missingEnvironmentVariablePage string

// MissingEnvironmentVariable finds variables that a program cannot do without and
// that nothing sets.
var MissingEnvironmentVariable = &lint.Rule{
	ID:        "missing-environment-variable",
	Summary:   "the program needs a variable of the environment that nothing sets",
	Category:  "program",
	Severity:  lint.Error,
	Allows:    "variables that are set in a way that the unit does not show",
	Since:     "0.1.0",
	Page:      missingEnvironmentVariablePage,
	CheckUnit: missingEnvironmentVariable,
}

func missingEnvironmentVariable(p *lint.UnitPass) {
	var seen []string
	for _, prog := range pythons(p) {
		for _, r := range prog.Reads {
			name := strings.Join(r.Names, " or ")
			if !r.Required || r.State != python.Unset || r.Guarded || r.Maybe || r.When == python.Later || slices.Contains(seen, name) {
				continue
			}
			seen = append(seen, name)
			f := begin(prog, r.Chain)
			fails := fmt.Sprintf("KeyError: '%s'", name)
			if r.Field != "" {
				fails = "ValidationError"
			}
			f.About, f.Result = r.Names[0], exitsWith(fails)
			f.Message = fmt.Sprintf("%s needs %s, which neither Environment= nor a file of the unit sets: the program exits 1 with %q", where(r.Chain), name, fails)
			f.Help = "set it: Environment=" + r.Names[0] + "=…, or in a file that EnvironmentFile= names"
			p.Report(f)
		}
	}
}
