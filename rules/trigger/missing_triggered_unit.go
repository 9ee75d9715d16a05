package trigger

import (
	_ "embed"
	"fmt"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/graph"
	"github.com/unitvet/unitvet/lint/syntax"
	"github.com/unitvet/unitvet/lint/unit"
	"github.com/unitvet/unitvet/lint/value"
)

//go:embed missing_triggered_unit.md
var missingTriggeredUnitPage string

// MissingTriggeredUnit finds timers, paths, sockets and automounts whose unit
// does not exist. systemd loads a timer or path without a word and fails only
// when it elapses (src/core/timer.c, timer_start; src/core/path.c, path_start).
var MissingTriggeredUnit = &lint.Rule{
	ID:        "missing-triggered-unit",
	Summary:   "a timer, path, socket or automount whose unit does not exist",
	Category:  "trigger",
	Severity:  lint.Error,
	Since:     "0.1.0",
	Page:      missingTriggeredUnitPage,
	CheckUnit: missingTriggeredUnit,
}

// starts say what the types of triggers do to their unit.
var starts = map[string]string{
	"timer":     "systemd refuses to start the timer (\"unit to trigger not loaded\")",
	"path":      "systemd refuses to start the path unit (\"unit to trigger not loaded\")",
	"socket":    "systemd refuses to start the socket (\"socket service not loaded\")",
	"automount": "the first access to the directory fails",
}

func missingTriggeredUnit(p *lint.UnitPass) {
	u := p.Unit
	for e := range p.Set.Graph.Of(u) {
		if e.Kind != graph.Triggers {
			continue
		}
		if _, err := value.ParseName(e.To); err != nil {
			continue
		}
		found := p.Set.Resolve(e.To)
		finding := lint.Finding{Message: fmt.Sprintf("there is no %s for this %s to start: %s", e.To, u.Name.Type, starts[u.Name.Type])}
		switch found.Where {
		case lint.Here, lint.Runtime:
			continue
		case lint.Shipped:
			if !p.Set.Rooted {
				continue
			}
			finding.Help = "the unit comes with a package that is not installed here"
			if !pulledIn(p.Set.Graph, u) {
				finding.Severity = lint.Info // waits for the package: syslog.socket is one
			}
		case lint.Elsewhere:
			finding.Severity = lint.Warning
			finding.Message = fmt.Sprintf("%s, which this %s starts, is not in this directory, but %s is in the same checkout", e.To, u.Name.Type, found.Path)
			finding.Help = "make sure that both are installed on the same host; --set joins directories that one manager loads"
		default:
			finding.Help = help(u, e)
		}
		if _, near := p.Set.Family(e.To); near != "" && near != u.Name.String() {
			finding.Help = fmt.Sprintf("did you mean %s? %s", near, finding.Help)
		}
		finding.Place = place(u, e)
		p.Report(finding)
	}
}

// pulledIn reports whether anything but an [Install] section not enabled makes
// systemd start a unit.
func pulledIn(g *graph.Graph, u *unit.Unit) bool {
	for _, e := range g.To(u.Name.String()) {
		if !e.Install && (e.Kind == graph.Wants || e.Kind == graph.Upholds || e.Kind.Requirement()) {
			return true
		}
	}
	return false
}

// place is the name, or where it is only implied, the header of the unit's own
// section.
func place(u *unit.Unit, e *graph.Edge) lint.Place {
	if e.Ref != nil {
		return lint.AtWord(e.Ref.Setting, e.Ref.At)
	}
	var first *syntax.Header
	for _, section := range u.Fragment.Sections {
		if section.Header == nil {
			continue
		}
		if first == nil || section.Name() == ownSections[u.Name.Type] {
			first = section.Header
		}
		if section.Name() == ownSections[u.Name.Type] {
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

var ownSections = map[string]string{"timer": "Timer", "path": "Path", "socket": "Socket", "automount": "Automount"}

func help(u *unit.Unit, e *graph.Edge) string {
	if e.Ref != nil {
		return "add the unit, or correct " + e.Ref.Setting.Key.String + "="
	}
	switch u.Name.Type {
	case "socket":
		if u.Bool("Socket", "Accept", false) {
			return fmt.Sprintf("%s; add %s", e.Implicit, e.To)
		}
		return fmt.Sprintf("%s; add %s, or name another service with Service=", e.Implicit, e.To)
	case "automount":
		return fmt.Sprintf("%s; add %s", e.Implicit, e.To)
	}
	return fmt.Sprintf("%s; add %s, or name another unit with Unit=", e.Implicit, e.To)
}
