package program

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/program"
	"github.com/unitvet/unitvet/lint/program/environment"
	"github.com/unitvet/unitvet/lint/program/python"
	"github.com/unitvet/unitvet/lint/program/startup"
	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/unit"
)

// pythons are the Python programs of a unit that are run whatever happens.
func pythons(p *lint.UnitPass) []*startup.Program {
	return slices.DeleteFunc(slices.Clone(p.Set.Python(p.Unit)), func(prog *startup.Program) bool {
		return prog.Run.Conditional || prog.Run.Guarded
	})
}

// begin returns a finding about a Python program, at what its command runs, with
// the way to the fault as evidence.
func begin(prog *startup.Program, chain []python.Step) lint.Finding {
	f := lint.Finding{Severity: severity(prog.Command)}
	word := prog.Run.Entry.Word
	if word.Place().File == nil {
		word = prog.Run.Program
	}
	f.Place, f.Evidence = at(prog.Command, word)
	if len(f.Evidence) == 0 {
		f.Evidence = []lint.Related{{Place: f.Place, Message: prog.Command.Key + "= runs " + prog.Run.Entry.Word.Text}}
	}
	for _, s := range chain {
		f.Evidence = append(f.Evidence, lint.Related{Place: lint.Place{File: s.File, Span: s.Span}, Message: s.Text})
	}
	return f
}

// where names the last step of a way: file:line.
func where(chain []python.Step) string {
	if len(chain) == 0 {
		return ""
	}
	last := chain[len(chain)-1]
	return fmt.Sprintf("%s:%d", last.File.Path, last.File.Line(last.Span.Start))
}

// setPythonPath is the fix that adds directories to the search path, if nothing
// else sets it.
func setPythonPath(p *lint.UnitPass, prog *startup.Program, dirs []string) []lint.Fix {
	v := prog.Run.Env.Lookup("PYTHONPATH")
	if v.State == environment.Set || len(prog.Run.Via) > 0 || prog.Start.Isolated || prog.Run.Entry.Has('E') {
		return nil
	}
	for _, dir := range dirs {
		if strings.ContainsAny(dir, " \t\"'\\%$:") {
			return nil
		}
	}
	after := anchor(p.Unit, prog.Command)
	return []lint.Fix{{
		Title: "add " + pythonPath(dirs),
		Safe:  true,
		Edits: []lint.Edit{insertAfter(after, pythonPath(dirs))},
	}}
}

// pythonPath is the line that sets the search path.
func pythonPath(dirs []string) string {
	return `Environment="PYTHONPATH=` + strings.Join(dirs, ":") + `"`
}

// anchor is the setting after which a line about the environment of a command fits:
// the last one of the environment, or the working directory, in its file, or else
// the command itself.
func anchor(u *unit.Unit, c *program.Command) unit.Setting {
	after := c.Setting
	found := false
	for s := range u.All() {
		if s.Section != c.Setting.Section || s.Part != c.Setting.Part {
			continue
		}
		switch s.Key().String() {
		case "Environment", "EnvironmentFile":
			after, found = s, true
		case "WorkingDirectory":
			if !found {
				after = s
			}
		}
	}
	return after
}

// insertAfter adds a line below a setting.
func insertAfter(s unit.Setting, line string) lint.Edit {
	text := s.Part.Source.Text
	end := s.Span().End
	eol := "\n"
	if strings.HasSuffix(text[:end], "\r\n") {
		eol = "\r\n"
	}
	if strings.HasSuffix(text[:end], "\n") {
		line += eol
	} else {
		line = eol + line
	}
	return lint.Edit{Place: lint.At(s.Part, source.Span{Start: end, End: end}), Text: line}
}

// searched names the directories that Python searches first, for messages.
func searched(prog *startup.Program) string {
	s := prog.Start
	var dirs []string
	add := func(dir string) {
		if dir != "" && !slices.Contains(dirs, dir) {
			dirs = append(dirs, dir)
		}
	}
	for _, dir := range s.First {
		add(dir)
	}
	if !s.Isolated && !s.Safe || s.Kind == python.App {
		if s.Kind == python.Script {
			add(path.Dir(s.Target))
		} else {
			add(s.Dir)
		}
	}
	for _, dir := range s.Path {
		add(dir)
	}
	if len(dirs) == 0 {
		return "only what is installed"
	}
	return strings.Join(dirs, " and ")
}

// exitsWith is how a program ends that does not handle an exception.
func exitsWith(text string) string {
	name, _, _ := strings.Cut(text, ":")
	return "exit 1, " + name
}
