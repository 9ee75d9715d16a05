package trigger

import (
	"slices"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/graph"
	"github.com/unitvet/unitvet/lint/syntax"
	"github.com/unitvet/unitvet/lint/unit"
	"github.com/unitvet/unitvet/lint/value"
)

// judged reports whether a unit is of one of the types, and all that it says is
// known: what is missing then is missing.
func judged(u *unit.Unit, types ...string) bool {
	return u.State == unit.Loaded && u.Fragment != nil && u.Known() && slices.Contains(types, u.Name.Type)
}

// taken returns the assignments to a key of the unit's own section that systemd
// takes: those in force that the release knows and can read.
func taken(set *lint.Set, u *unit.Unit, key string) []unit.Setting {
	var good []unit.Setting
	for _, setting := range u.Settings(u.Name.Section(), key) {
		if u.Accepts(setting, set.Release) {
			good = append(good, setting)
		}
	}
	return good
}

// takenOf returns what systemd takes of several keys.
func takenOf(set *lint.Set, u *unit.Unit, keys ...string) []unit.Setting {
	var all []unit.Setting
	for _, key := range keys {
		all = append(all, taken(set, u, key)...)
	}
	return all
}

// decides returns the assignment to a single value that systemd goes by.
func decides(set *lint.Set, u *unit.Unit, key string) (unit.Setting, bool) {
	all := taken(set, u, key)
	if len(all) == 0 {
		return unit.Setting{}, false
	}
	return all[len(all)-1], true
}

// isOn returns the assignment that sets a boolean, if it says yes.
func isOn(set *lint.Set, u *unit.Unit, key string) (unit.Setting, bool) {
	setting, ok := decides(set, u, key)
	if !ok {
		return setting, false
	}
	on, _ := value.ParseBoolean(setting.Value().String())
	return setting, on
}

// header is the place of the header of the unit's own section, or of its first
// one, or the file.
func header(u *unit.Unit) lint.Place {
	var first *syntax.Header
	for _, section := range u.Fragment.Sections {
		if section.Header == nil {
			continue
		}
		own := section.Name() == u.Name.Section()
		if first == nil || own {
			first = section.Header
		}
		if own {
			break
		}
	}
	if first == nil {
		return lint.Place{Path: u.Path}
	}
	name := first.Name.Whole()
	name.Start--
	name.End++
	return lint.At(u.Fragment, name)
}

// triggered returns the unit that a timer, path, socket or automount starts, if
// everything that it says is known.
func triggered(set *lint.Set, u *unit.Unit) *unit.Unit {
	for e := range set.Graph.Of(u) {
		if e.Kind != graph.Triggers {
			continue
		}
		found := set.Resolve(e.To).Unit
		if found != nil && found.State == unit.Loaded && found.Fragment != nil && found.Known() {
			return found
		}
	}
	return nil
}

// pulls reports whether an edge makes systemd start the unit it leads to.
func pulls(e *graph.Edge) bool {
	switch e.Kind {
	case graph.Wants, graph.Upholds, graph.Requires, graph.BindsTo, graph.Triggers, graph.OnFailure, graph.OnSuccess:
		return true
	}
	return false
}

// remove is the fix that takes a line out.
func remove(setting unit.Setting, safe bool) lint.Fix {
	return lint.Fix{
		Title: "remove the line", Safe: safe,
		Edits: []lint.Edit{{Place: lint.Place{File: setting.Part.Source, Span: setting.Span()}}},
	}
}
