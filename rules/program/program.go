// Package program holds the rules about what a unit runs: programs and scripts that
// are not there, command lines that mean something else than they look, variables
// that nothing sets, users and directories that do not exist.
package program

import (
	"path"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/host"
	"github.com/unitvet/unitvet/lint/program"
	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/unit"
	"github.com/unitvet/unitvet/lint/value"
)

// Rules returns the rules of the family.
func Rules() []*lint.Rule {
	return []*lint.Rule{
		ContainerHostname,
		EnvironmentFileList,
		EnvironmentFileSyntax,
		EnvironmentOverridden,
		IgnoredVariable,
		MissingASGIAttribute,
		MissingEnvironmentFile,
		MissingEnvironmentVariable,
		MissingExecutable,
		MissingInterpreter,
		MissingPythonModule,
		MissingPythonpath,
		MissingScript,
		MissingWorkingDirectory,
		NotExecutable,
		ProgramExitsAtOnce,
		SecretInUnit,
		ShadowedPythonModule,
		ShellSyntax,
		SysvWrapper,
		TildePath,
		UndefinedVariable,
		UnexpandedVariable,
		UnknownGroup,
		UnknownUser,
		UnquotedEnvironmentValue,
	}
}

// place is a place in a finding.
func place(p source.Place) lint.Place { return lint.Place{File: p.File, Span: p.Span} }

// later are settings whose commands run when the unit is up already, or no more.
var later = map[string]bool{"ExecReload": true, "ExecStop": true, "ExecStopPost": true, "ExecStopPre": true}

// severity is that of something that keeps a command from running.
func severity(c *program.Command) lint.Severity {
	if later[c.Key] || c.Exec.IgnoreFailure {
		return lint.Warning
	}
	return lint.Error
}

// inSetting reports whether a run is named in the unit itself and not in a script.
func inSetting(c *program.Command, w program.Word) bool {
	return w.Place().File == c.Setting.Part.Source
}

// at returns the place to report a word at: itself if it stands in the unit, or
// else the program that the setting names, with the word as evidence.
func at(c *program.Command, w program.Word) (where lint.Place, evidence []lint.Related) {
	if inSetting(c, w) {
		return place(w.Place()), nil
	}
	return place(c.Program.Place()), []lint.Related{
		{Place: place(c.Program.Place()), Message: c.Key + "= runs this"},
		{Place: place(w.Place()), Message: "which runs " + w.Text},
	}
}

// expects reports whether the unit says that a path may be missing: with a condition
// on it, or because another command of the unit names it.
func expects(p *program.Unit, by *program.Command, name string) bool {
	for s := range p.All() {
		key, text := s.Key().String(), s.Value().String()
		if s.Section == "Unit" && (strings.HasPrefix(key, "Condition") || strings.HasPrefix(key, "Assert")) && !strings.HasPrefix(text, "!") && strings.Contains(text, name) {
			return true
		}
	}
	for _, c := range p.Commands {
		if c == by {
			return false
		}
		if strings.Contains(c.Exec.Span.Of(c.Setting.Value().String()), name) && !strings.HasPrefix(c.Program.Text, name) {
			return true
		}
	}
	return false
}

// reaches reports whether the commands of a unit may see another file at a path than
// the host has there: another root directory, or something mounted over it.
func reaches(p *program.Unit, name string) bool {
	if p.Elsewhere {
		return true
	}
	for _, key := range []string{"BindPaths", "BindReadOnlyPaths"} {
		for _, s := range p.Settings(p.Section, key) {
			binds, _ := value.ParseBinds(s.Value().String())
			for _, b := range binds {
				if target := p.Expand(b.Destination.Text); !target.Known || below(name, target.Text) {
					return true
				}
			}
		}
	}
	return false
}

// below reports whether p is dir or lies below it.
func below(p, dir string) bool {
	return p == dir || strings.HasPrefix(p, strings.TrimSuffix(dir, "/")+"/")
}

// lives names the files of the checkout that have the name of one that is missing,
// for help; "" if there are none, or many.
func lives(set *lint.Set, name string) string {
	c := set.Host.Checkout
	if c == nil {
		return ""
	}
	found := c.Named(path.Base(name))
	if len(found) == 0 || len(found) > 3 {
		return ""
	}
	var paths []string
	for _, file := range found {
		if on := c.OnHost(file); len(on) > 0 && on[0] != name {
			paths = append(paths, on[0])
		} else if len(on) == 0 {
			paths = append(paths, c.InReports(file))
		}
	}
	return strings.Join(paths, " and ")
}

// isNo reports whether a path is known not to exist.
func isNo(set *lint.Set, name string) (host.PathFact, bool) {
	fact := set.Host.Path(name)
	return fact, fact.Answer == host.No
}

// word returns a word of a setting's value as a place.
func word(s unit.Setting, w value.Word) lint.Place {
	return lint.AtWord(s, w.Sub(0, len(w.Text)))
}
