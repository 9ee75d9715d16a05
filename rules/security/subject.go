package security

import (
	"path"
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/graph"
	"github.com/unitvet/unitvet/lint/program"
	"github.com/unitvet/unitvet/lint/program/python"
	"github.com/unitvet/unitvet/lint/sandbox"
	"github.com/unitvet/unitvet/lint/unit"
)

// subject is a unit whose commands run in a sandbox.
type subject struct {
	*sandbox.Settings
	set  *lint.Set
	runs []ran
}

// ran is a program that a command runs in the sandbox.
type ran struct {
	*program.Run
	command *program.Command
	// name is the program's, without directory and version; args are its arguments. Of
	// what an interpreter runs it is the module or the server.
	name string
	args []program.Word
}

type subjectKey struct{}

// look returns the unit as a subject; nil if there is nothing to judge: it has no
// commands, was not read in full, is not loaded, or belongs to a user's manager.
func look(p *lint.UnitPass) *subject {
	return lint.Once(p.Memo, subjectKey{}, func() *subject { return newSubject(p) })
}

func newSubject(p *lint.UnitPass) *subject {
	set, u := p.Set, p.Unit
	if program.Section(u) == "" || u.State != unit.Loaded || !u.Known() || u.Scope() == unit.ScopeUser {
		return nil
	}
	s := &subject{Settings: readOnce(p), set: set}
	startOnly := u.Bool(s.Section, "PermissionsStartOnly", false)
	for _, c := range set.Program(u).Commands {
		if c.Exec.FullPrivileges || startOnly && c.Key != "ExecStart" {
			continue
		}
		for _, r := range c.Runs {
			s.runs = append(s.runs, newRan(c, r))
		}
	}
	return s
}

func newRan(c *program.Command, r *program.Run) ran {
	x := ran{Run: r, command: c, name: path.Base(r.Program.Text), args: r.Args}
	switch e := r.Entry; {
	case e == nil:
	case e.Server != "":
		x.name, x.args = e.Server, e.Args
	case e.Kind == program.Module:
		x.name, x.args = e.Word.Text, e.Args
	}
	if !r.Program.Known {
		x.name = ""
	}
	return x
}

// deciding returns the assignment that gives a setting its value, which may be one
// that implies it; false where the default holds.
func (s *subject) deciding(key string) (unit.Setting, bool) {
	settings := s.Reason(key).Settings
	if len(settings) == 0 {
		return unit.Setting{}, false
	}
	return settings[len(settings)-1], true
}

// because names a setting that is switched to a word, with what implies it.
func (s *subject) because(key string) string {
	text := key + "=" + s.Word(key)
	if by := s.Reason(key).Implied; by != "" {
		return by + ", which implies " + text + ","
	}
	return text
}

// unprivileged reports whether a command certainly runs as another user than root.
func (s *subject) unprivileged(r ran) bool {
	return !s.Privileged() && !strings.Contains(s.User, "%") && !r.command.Exec.KeepUser && !r.command.Exec.Ambient
}

// activated reports whether a socket unit may hand the unit what it listens on.
func (s *subject) activated() bool {
	if len(s.Unit.References("Service", "Sockets")) > 0 {
		return true
	}
	for _, name := range s.Unit.Names {
		for edge := range s.set.Graph.To(name) {
			if edge.Kind == graph.Triggers && strings.HasSuffix(edge.From, ".socket") {
				return true
			}
		}
	}
	return false
}

// at is the place of a word that a command leads to: the word itself where it stands
// in the unit, else the command, with the word as a related place.
func (r ran) at(w program.Word, message string) (lint.Place, []lint.Related) {
	p := w.Place()
	place := lint.Place{File: p.File, Span: p.Span}
	if p.File == r.command.Setting.Part.Source {
		return place, nil
	}
	return lint.AtWord(r.command.Setting, r.command.Exec.Path.Span), []lint.Related{{Place: place, Message: message}}
}

// program is the program as evidence.
func (r ran) program() evidence {
	p := r.Program.Place()
	return evidence{Place: lint.Place{File: p.File, Span: p.Span}}
}

// certain reports whether the command is run and its failing counts.
func (r ran) certain() bool {
	return !r.Conditional && !r.Guarded && !r.command.Exec.IgnoreFailure
}

// through reports whether a program is run by one of some others.
func (r ran) through(names ...string) bool {
	return slices.ContainsFunc(r.Via, func(v *program.Run) bool { return slices.Contains(names, path.Base(v.Program.Text)) })
}

// evidence is where something is seen that a finding rests on.
type evidence struct {
	lint.Place
	// chain is the way to it through a program.
	chain []python.Step
}

// related is the place with what it has to do with a finding.
func (e evidence) related(message string) []lint.Related {
	return []lint.Related{{Place: e.Place, Message: message}}
}

// steps are those of the way, for a finding.
func (e evidence) steps() []lint.Related {
	var steps []lint.Related
	for _, s := range e.chain {
		steps = append(steps, lint.Related{Place: lint.Place{File: s.File, Span: s.Span}, Message: s.Text})
	}
	return steps
}

// needed is what needs something that is missing.
const needed = "what needs it"
