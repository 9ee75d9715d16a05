package program

import (
	_ "embed"
	"fmt"
	"path"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/host"
	"github.com/unitvet/unitvet/lint/source"
)

//go:embed missing_interpreter.md
var missingInterpreterPage string

// MissingInterpreter finds scripts whose first line names a program that is not
// there, and scripts with line ends of Windows (execve(2), "Interpreter scripts").
var MissingInterpreter = &lint.Rule{
	ID:        "missing-interpreter",
	Summary:   "a script that the unit runs needs an interpreter that does not exist",
	Category:  "program",
	Severity:  lint.Error,
	Since:     "0.1.0",
	Page:      missingInterpreterPage,
	CheckUnit: missingInterpreter,
}

func missingInterpreter(p *lint.UnitPass) {
	prog := p.Set.Program(p.Unit)
	for _, c := range prog.Commands {
		for i, r := range c.Runs {
			if !r.Program.Known || r.Conditional || r.Guarded || i > 0 && !inSetting(c, r.Program) {
				continue
			}
			name, ok := r.Absolute(r.Program.Text)
			if !ok || !strings.Contains(r.Program.Text, "/") || reaches(prog, name) || p.Set.Host.Path(name).Answer != host.Yes {
				continue
			}
			text, report, ok := p.Set.Host.ReadFile(name)
			line, isScript := strings.CutPrefix(text, "#!")
			if !ok || !isScript {
				continue
			}
			line, _, _ = strings.Cut(line, "\n")
			f := lint.Finding{Place: place(r.Program.Place()), Severity: severity(c), Result: "203/EXEC"}
			f.Related = []lint.Related{{
				Place:   lint.Place{File: source.NewFile(report, text), Span: source.Span{End: len("#!") + len(line)}},
				Message: "the line that names the interpreter",
			}}
			words := strings.Fields(line)
			switch {
			case strings.HasSuffix(line, "\r"):
				f.Message = fmt.Sprintf("%s has line ends of Windows: its first line asks for %q, which does not exist", r.Program.Text, strings.TrimSpace(line)+"\r")
				f.Help = fmt.Sprintf("convert the file: sed -i 's/\\r$//' %s; *.sh text eol=lf in .gitattributes keeps it so", report)
				if len(words) > 1 && path.Base(words[0]) == "env" {
					f.Result = ""
				}
			case len(words) == 0 || !strings.HasPrefix(words[0], "/"):
				continue
			default:
				fact, missing := isNo(p.Set, words[0])
				if !missing {
					continue
				}
				f.Message = fmt.Sprintf("%s needs %s, which does not exist in %s", r.Program.Text, words[0], fact.Source)
				f.Help = "correct the first line of the script, or install the interpreter"
			}
			p.Report(f)
		}
	}
	carriageReturns(p)
}

// carriageReturns finds scripts with line ends of Windows that a shell is given: it
// takes the carriage return for a part of each command.
func carriageReturns(p *lint.UnitPass) {
	for _, c := range p.Set.Program(p.Unit).Commands {
		for _, r := range c.Runs {
			if r.Shell == nil || r.Shell.Path == "" || r.Entry.Shebang || r.Conditional || !inSetting(c, r.Entry.Word) {
				continue
			}
			if !hasCarriageReturns(r.Shell.Text.Text) {
				continue
			}
			p.Report(lint.Finding{
				Place: place(r.Entry.Word.Place()), Severity: severity(c),
				Message: fmt.Sprintf("%s has line ends of Windows: %s takes the carriage return for a part of each command, \"$'\\r': command not found\"",
					r.Entry.Word.Text, path.Base(r.Entry.Interpreter.Text)),
				Help: fmt.Sprintf("convert the file: sed -i 's/\\r$//' %s; *.sh text eol=lf in .gitattributes keeps it so", r.Shell.Text.Place().File.Path),
			})
		}
	}
}

// hasCarriageReturns reports whether most lines end in a carriage return.
func hasCarriageReturns(text string) bool {
	return strings.Count(text, "\r\n")*2 > strings.Count(text, "\n")
}
