// Package environment says which variables a unit's commands find: what the
// manager sets itself, PassEnvironment=, Environment=, EnvironmentFile= and
// UnsetEnvironment=, in the order in which systemd lays one over the other
// (systemd.exec(5), "Environment"; exec_child in src/core/exec-invoke.c).
//
// A variable is set, unset or unknown. A file of which nothing is known may set
// any variable.
package environment

import (
	"maps"
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint/host"
	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/unit"
	"github.com/unitvet/unitvet/lint/value"
)

// State says whether a variable is there.
type State uint8

// The states.
const (
	Unknown State = iota
	Set
	Unset
)

// String returns "unknown", "set" or "unset".
func (s State) String() string { return [...]string{"unknown", "set", "unset"}[s] }

// Origin says who sets a variable.
type Origin uint8

// The origins.
const (
	// Nobody sets it.
	Nobody Origin = iota
	// FromUnit is Environment=.
	FromUnit
	// FromFile is a file of EnvironmentFile=.
	FromFile
	// FromTemplate is a template of such a file, which has the name and not the value.
	FromTemplate
	// FromPass is PassEnvironment=: the manager's own variable, if it has it.
	FromPass
	// FromManager is what the manager sets for the unit.
	FromManager
	// FromCommand is a command line: env(1), an assignment in front of a shell's
	// command, export.
	FromCommand
)

// Variable is what is known of a variable.
type Variable struct {
	Name string
	// Value is its value where Known says so; otherwise it may be a part of it.
	Value  string
	Known  bool
	State  State
	Origin Origin
	// Overridable says that a file of which nothing is known is read later, and may
	// set the variable to something else.
	Overridable bool
	// Place is where the value is written, or the name where there is none; the
	// zero value if it is written nowhere.
	Place source.Place
	// Setting is the assignment of the unit that sets it or names the file; nil if
	// there is none.
	Setting *unit.Setting
}

// File is a file of EnvironmentFile=.
type File struct {
	// Setting names the file.
	Setting unit.Setting
	// Path is the file on the host, specifiers expanded; Known says that it is one
	// file, and which.
	Path  string
	Known bool
	// At is the span of the path in the setting's value.
	At source.Span
	// Optional is the prefix "-".
	Optional bool
	// Fact says whether the file is there.
	Fact host.PathFact
	// Source is the file's text, or that of a template of it; nil if neither was
	// read.
	Source *source.File
	// Template says that the text is that of a template.
	Template bool

	Assignments []value.Assignment
	Problems    []*value.Problem
}

// Environment is the environment of a unit's commands. It does not change once it
// was made.
type Environment struct {
	variables map[string]Variable
	// open says that there may be variables beside these; bare that those which the
	// manager may always set are not among them.
	open, bare bool
	// Files are those of EnvironmentFile=, in order.
	Files []File
}

// Lookup says what is known of a variable.
func (e *Environment) Lookup(name string) Variable {
	if v, ok := e.variables[name]; ok {
		return v
	}
	switch {
	case always[name] && !e.bare:
		return Variable{Name: name, Origin: FromManager}
	case e.open:
		return Variable{Name: name}
	}
	return Variable{Name: name, State: Unset}
}

// Open reports whether there may be variables beside those that All returns and those
// of the manager.
func (e *Environment) Open() bool { return e.open }

// All returns the variables that are set or may be, by name, without those that the
// manager may set for any command.
func (e *Environment) All() []Variable {
	all := make([]Variable, 0, len(e.variables))
	for _, name := range slices.Sorted(maps.Keys(e.variables)) {
		if v := e.variables[name]; v.State != Unset {
			all = append(all, v)
		}
	}
	return all
}

// With returns the environment with variables changed.
func (e *Environment) With(changed ...Variable) *Environment {
	if len(changed) == 0 {
		return e
	}
	other := *e
	other.variables = maps.Clone(e.variables)
	for _, v := range changed {
		other.variables[v.Name] = v
	}
	return &other
}

// Cleared returns an environment that has nothing, as env -i leaves it.
func (e *Environment) Cleared() *Environment {
	return &Environment{variables: map[string]Variable{}, bare: true, Files: e.Files}
}

// Of returns the environment of a unit whose commands stand in a section.
func Of(u *unit.Unit, section string, h *host.Host) *Environment {
	e := &Environment{variables: map[string]Variable{}, open: u.Scope() != unit.ScopeSystem || !u.Known()}
	if u.Value(section, "PAMName") != "" {
		e.open = true // the session's modules may set anything
	}
	e.manager(u, section)
	for _, s := range u.Settings(section, "PassEnvironment") {
		words, _ := value.PathWords(s.Value().String())
		for _, w := range words {
			e.variables[w.Text] = Variable{Name: w.Text, Origin: FromPass, Place: at(s, w.Span), Setting: &s}
		}
	}
	for _, s := range u.Settings(section, "Environment") {
		e.assign(u, s)
	}
	for _, s := range u.Settings(section, "EnvironmentFile") {
		e.file(u, s, h)
	}
	for _, s := range u.Settings(section, "UnsetEnvironment") {
		words, _ := value.EnvironmentWords(s.Value().String())
		for _, w := range words {
			name, text, isPair := strings.Cut(w.Text, "=")
			if v, ok := e.variables[name]; isPair && (!ok || !v.Known || v.Value != text) {
				continue // removes only that value
			}
			e.variables[name] = Variable{Name: name, State: Unset, Place: at(s, w.Span), Setting: &s}
		}
	}
	return e
}

// at is the place of a span of a setting's value.
func at(s unit.Setting, span source.Span) source.Place {
	return source.Place{File: s.Part.Source, Span: s.Value().Span(span)}
}

// assign adds the variables of Environment=.
func (e *Environment) assign(u *unit.Unit, s unit.Setting) {
	assignments, _ := value.ParseEnvironment(s.Value().String())
	for _, a := range assignments {
		name, text := u.Expand(a.Name.Text), u.Expand(a.Value.Text)
		if !name.Known {
			e.open = true
			continue
		}
		e.variables[name.Text] = Variable{
			Name: name.Text, State: Set, Value: text.Text, Known: text.Known, Origin: FromUnit, Setting: &s,
			Place: at(s, a.Value.Sub(0, len(a.Value.Text))),
		}
	}
}

// file adds the variables of a file.
func (e *Environment) file(u *unit.Unit, s unit.Setting, h *host.Host) {
	f := File{Setting: s, At: source.Span{End: len(s.Value().String())}}
	text, optional := strings.CutPrefix(s.Value().String(), "-")
	f.Optional = optional
	f.At.Start = f.At.End - len(text)
	expanded := u.Expand(text)
	f.Path = expanded.Text
	f.Known = expanded.Known && value.CheckPath(f.Path) == nil && !strings.ContainsAny(f.Path, "*?[")
	if f.Known && h != nil {
		f.read(h)
	}
	e.Files = append(e.Files, f)
	for _, a := range f.Assignments {
		v := Variable{
			Name: a.Name.Text, State: Set, Value: a.Value.Text, Known: !f.Template, Origin: FromFile, Setting: &s,
			Place: source.Place{File: f.Source, Span: a.Value.Span},
		}
		if f.Template {
			v.Origin, v.Value, v.Place.Span = FromTemplate, "", a.Name.Span
		}
		e.variables[v.Name] = v
	}
	if f.Source != nil && !f.Template || f.Known && f.Fact.Answer == host.No {
		return
	}
	e.open = true
	for name, v := range e.variables {
		if v.Origin != FromTemplate || v.Place.File != f.Source {
			v.Overridable = true
			e.variables[name] = v
		}
	}
}

// read reads the file, or else a template of it.
func (f *File) read(h *host.Host) {
	f.Fact = h.Path(f.Path)
	if file, ok := h.Source(f.Path); ok {
		f.Source = file
	} else if text, report, ok := h.Template(f.Path); ok {
		f.Source, f.Template = source.NewFile(report, text), true
	} else {
		return
	}
	f.Assignments, f.Problems = value.ParseEnvironmentFile(f.Source.Text)
}

// Opened returns an environment in which any variable may have been changed.
func (e *Environment) Opened() *Environment {
	other := *e
	other.open = true
	other.variables = make(map[string]Variable, len(e.variables))
	for name, v := range e.variables {
		v.Overridable = true
		if v.State == Unset {
			v.State = Unknown
		}
		other.variables[name] = v
	}
	return &other
}
