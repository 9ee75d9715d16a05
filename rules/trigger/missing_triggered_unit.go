package trigger

import (
	_ "embed"
	"fmt"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/graph"
	"github.com/unitvet/unitvet/lint/unit"
	"github.com/unitvet/unitvet/lint/value"
)

//go:embed missing_triggered_unit.md
var missingTriggeredUnitPage string

// MissingTriggeredUnit finds timers, paths and sockets whose unit does not exist or
// is masked. systemd loads a timer or path without a word and fails only when it
// is started (timer_start in src/core/timer.c; path_start in src/core/path.c).
var MissingTriggeredUnit = &lint.Rule{
	ID:        "missing-triggered-unit",
	Summary:   "a timer, path or socket whose unit does not exist",
	Category:  "trigger",
	Severity:  lint.Error,
	Since:     "0.1.0",
	Page:      missingTriggeredUnitPage,
	CheckUnit: missingTriggeredUnit,
}

// failure says what becomes of a unit whose unit to start is not there.
func failure(u *unit.Unit) string {
	switch {
	case u.Name.Type == "timer":
		return "systemd refuses to start the timer (\"unit to trigger not loaded\")"
	case u.Name.Type == "path":
		return "systemd refuses to start the path unit (\"unit to trigger not loaded\")"
	case u.Bool("Socket", "Accept", false):
		return "the first connection makes the socket fail (\"Failed to queue service startup job\")"
	}
	return "systemd refuses to start the socket (\"socket service not loaded\")"
}

func missingTriggeredUnit(p *lint.UnitPass) {
	u := p.Unit
	for e := range p.Set.Graph.Of(u) {
		if e.Kind != graph.Triggers || u.Name.Type == "automount" {
			continue
		}
		if _, err := value.ParseName(e.To); err != nil {
			continue
		}
		found := p.Set.Resolve(e.To)
		finding := lint.Finding{Message: fmt.Sprintf("there is no %s for this %s to start: %s", e.To, u.Name.Type, failure(u))}
		switch found.Where {
		case lint.Here:
			if found.Unit == nil || found.Unit.State != unit.Masked {
				continue
			}
			finding.Severity = lint.Warning
			finding.Message = fmt.Sprintf("%s, which this %s starts, is masked: %s", e.To, u.Name.Type, failure(u))
			finding.Help = fmt.Sprintf("mask %s as well, or unmask the other", u.Name)
			finding.Related = []lint.Related{{Place: lint.Place{Path: found.Unit.Path}, Message: "the mask"}}
		case lint.Runtime:
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
			finding.Help = help(u, &e)
		}
		if _, near := p.Set.Family(e.To); near != "" && near != u.ID && found.Where != lint.Here {
			finding.Help = fmt.Sprintf("did you mean %s? %s", near, finding.Help)
		}
		finding.Place = place(u, &e)
		p.Report(finding)
	}
}

// pulledIn reports whether anything but an [Install] section not enabled makes
// systemd start a unit.
func pulledIn(g *graph.Graph, u *unit.Unit) bool {
	for e := range g.To(u.ID) {
		if !e.Install && (e.Kind == graph.Wants || e.Kind == graph.Upholds || e.Kind.Requirement()) {
			return true
		}
	}
	return false
}

// place is the name, or where it is only implied, the header of the unit's own
// section.
func place(u *unit.Unit, e *graph.Edge) lint.Place {
	if e.Named() {
		return lint.AtWord(e.Ref.Setting, e.Ref.At)
	}
	return header(u)
}

func help(u *unit.Unit, e *graph.Edge) string {
	if e.Named() {
		return "add the unit, or correct " + e.Ref.Setting.Key().String() + "="
	}
	switch {
	case u.Name.Type == "socket" && u.Bool("Socket", "Accept", false):
		return fmt.Sprintf("%s; add %s", e.Implicit, e.To)
	case u.Name.Type == "socket":
		return fmt.Sprintf("%s; add %s, or name another service with Service=", e.Implicit, e.To)
	}
	return fmt.Sprintf("%s; add %s, or name another unit with Unit=", e.Implicit, e.To)
}
