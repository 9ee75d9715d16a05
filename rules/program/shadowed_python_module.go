package program

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/program/python"
)

//go:embed shadowed_python_module.md
var shadowedPythonModulePage string

// ShadowedPythonModule finds imports that come upon another package of the same
// name first: the first one on the search path wins, whatever it lacks.
var ShadowedPythonModule = &lint.Rule{
	ID:        "shadowed-python-module",
	Summary:   "an import finds another package of the same name first, which does not have what is needed",
	Category:  "program",
	Severity:  lint.Error,
	Since:     "0.1.0",
	Page:      shadowedPythonModulePage,
	CheckUnit: shadowedPythonModule,
}

// isShadowed reports whether an import fails although another directory of the
// project has what it wants.
func isShadowed(failure python.Failure) bool {
	return (failure.Kind == python.NoSubmodule || failure.Kind == python.NoName) && len(failure.Dirs) > 0
}

func shadowedPythonModule(p *lint.UnitPass) {
	for _, prog := range pythons(p) {
		for _, failure := range prog.Failures {
			if !isShadowed(failure) {
				continue
			}
			f := begin(prog, failure.Chain)
			f.Result = exitsWith(failure.Error)
			top, _, _ := strings.Cut(failure.Full, ".")
			f.Message = fmt.Sprintf("%s is imported from %s, which hides the one in %s: the program exits 1 with %q",
				top, strings.TrimSuffix(failure.Found, "/__init__.py"), failure.Dirs[0], failure.Error)
			if at := where(failure.Chain); at != "" {
				f.Message = at + ": " + f.Message
			}
			f.Help = "put " + failure.Dirs[0] + " in front of the other on the search path, or give one of the two another name"
			p.Report(f)
			break
		}
	}
}
