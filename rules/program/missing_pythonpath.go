package program

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/program/python"
	"github.com/unitvet/unitvet/lint/program/startup"
)

//go:embed missing_pythonpath.md
var missingPythonpathPage string

// MissingPythonpath finds imports of modules that the project has, in a directory
// that Python does not search ("The initialization of the sys.path module search
// path" in Python's library reference).
var MissingPythonpath = &lint.Rule{
	ID:        "missing-pythonpath",
	Summary:   "a Python program imports a module of its project from a directory that is not on its search path",
	Category:  "program",
	Severity:  lint.Error,
	Since:     "0.1.0",
	Page:      missingPythonpathPage,
	CheckUnit: missingPythonpath,
}

func missingPythonpath(p *lint.UnitPass) {
	for _, prog := range pythons(p) {
		var first *python.Failure
		var dirs []string
		for i, failure := range prog.Failures {
			if failure.Kind != python.NoModule || failure.Entry {
				continue
			}
			if first == nil {
				first = &prog.Failures[i]
			}
			if !slices.Contains(dirs, failure.Dirs[0]) {
				dirs = append(dirs, failure.Dirs[0])
			}
		}
		if first == nil || startsElsewhere(prog) {
			continue
		}
		f := begin(prog, first.Chain)
		f.Result = exitsWith(first.Error)
		f.Message = fmt.Sprintf("%s imports %s, which is in %s, but Python searches %s: the program exits 1 with %q",
			where(first.Chain), first.Module, first.Dirs[0], searched(prog), first.Error)
		f.Help = "add " + pythonPath(dirs) + " to [" + prog.Command.Setting.Section + "]"
		if v := prog.Run.Env.Lookup("PYTHONPATH"); v.Known && v.Value != "" {
			f.Help = "add " + strings.Join(dirs, ":") + " to PYTHONPATH"
		}
		if len(dirs) == 1 && prog.Start.Kind != python.Script {
			f.Help += ", or set WorkingDirectory=" + dirs[0]
		}
		f.Fixes = setPythonPath(p, prog, dirs)
		p.Report(f)
	}
}

// startsElsewhere reports whether the target itself is not found, which another
// rule tells.
func startsElsewhere(prog *startup.Program) bool {
	return slices.ContainsFunc(prog.Failures, func(f python.Failure) bool { return f.Entry && f.Kind != python.NoAttribute })
}
