package program

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/program/python"
	"github.com/unitvet/unitvet/lint/program/startup"
)

//go:embed missing_python_module.md
var missingPythonModulePage string

// MissingPythonModule finds modules that a command names and that are not found on
// the search path, and imports on the way to them that fail.
var MissingPythonModule = &lint.Rule{
	ID:        "missing-python-module",
	Summary:   "the module that Python is told to run is not found, or one that it needs is not",
	Category:  "program",
	Severity:  lint.Error,
	Since:     "0.1.0",
	Page:      missingPythonModulePage,
	CheckUnit: missingPythonModule,
}

func missingPythonModule(p *lint.UnitPass) {
	for _, prog := range pythons(p) {
		for _, failure := range prog.Failures {
			if isShadowed(failure) || failure.Kind == python.NoAttribute {
				continue
			}
			if failure.Entry {
				p.Report(missingEntry(p, prog, failure))
				break
			}
			if failure.Kind == python.NoModule {
				continue
			}
			f := begin(prog, failure.Chain)
			f.Result = exitsWith(failure.Error)
			f.Message = failedImport(failure)
			f.Help = failedImportHelp(failure)
			p.Report(f)
			break // Python stops at the first
		}
	}
}

// missingEntry is the finding for a target that is not found.
func missingEntry(p *lint.UnitPass, prog *startup.Program, failure python.Failure) lint.Finding {
	f := begin(prog, nil)
	f.Evidence = nil
	runner := "Python"
	if prog.Start.Server != "" {
		runner = prog.Start.Server
	}
	f.Result = exitsWith("ModuleNotFoundError")
	dir := prog.Run.Entry.Dir
	switch failure.Kind {
	case python.NoModule:
		f.Message = fmt.Sprintf("%s does not find %s: it searches %s, and the module is in %s", runner, failure.Full, searched(prog), failure.Dirs[0])
		f.Help = "set WorkingDirectory=" + failure.Dirs[0] + ", or add " + pythonPath(failure.Dirs[:1])
		f.Fixes = setPythonPath(p, prog, failure.Dirs[:1])
	case python.NoMain:
		f.Result = "exit 1"
		f.Message = fmt.Sprintf("%s cannot run %s: it is a package without a __main__.py", runner, failure.Full)
		f.Help = "name the module in it that is to be run, or add a __main__.py"
	default:
		f.Message = fmt.Sprintf("%s does not find %s: there is no %s in %s", runner, failure.Full,
			failure.Module[strings.LastIndexByte(failure.Module, '.')+1:], strings.TrimSuffix(failure.Found, "/__init__.py"))
		f.Help = "correct the name, or add the module"
	}
	if dir.Setting != nil && prog.Start.Kind != python.Script {
		f.Related = append(f.Related, lint.Related{Place: lint.AtValue(*dir.Setting), Message: "the directory that is searched first"})
	}
	return f
}

// failedImport says what is wrong with an import.
func failedImport(failure python.Failure) string {
	at := where(failure.Chain)
	switch failure.Kind {
	case python.NoSubmodule:
		return fmt.Sprintf("%s imports %s, which %s does not have: the program exits 1 with %q", at, failure.Module, strings.TrimSuffix(failure.Found, "/__init__.py"), failure.Error)
	case python.NoName:
		return fmt.Sprintf("%s imports %s from %s, which does not define it: the program exits 1 with ImportError", at, failure.Name, failure.Module)
	case python.NoParent:
		return fmt.Sprintf("%s imports %s relative to its package, but is not loaded as part of one: the program exits 1 with %q", at, failure.Full, failure.Error)
	}
	return fmt.Sprintf("%s has %s: the program exits 1 with SyntaxError", at, failure.Name)
}

func failedImportHelp(failure python.Failure) string {
	switch failure.Kind {
	case python.NoParent:
		return "run it with -m PACKAGE.MODULE from the directory that holds the package, or import by the full name"
	case python.Broken:
		return "repair the file"
	}
	return "correct the import, or add what it needs"
}
