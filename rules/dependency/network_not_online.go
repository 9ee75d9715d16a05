package dependency

import (
	_ "embed"
	"fmt"
	"net/netip"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/graph"
	"github.com/unitvet/unitvet/lint/program/python"
	"github.com/unitvet/unitvet/lint/unit"
)

//go:embed network_not_online.md
var networkNotOnlinePage string

// NetworkNotOnline finds programs that connect to another machine when they start,
// in units that only come after network.target, which says nothing of a network that
// works (systemd.special(7)).
var NetworkNotOnline = &lint.Rule{
	ID:        "network-not-online",
	Summary:   "the program connects to another machine when it starts, and the unit does not wait for the network",
	Category:  "dependency",
	Severity:  lint.Info,
	Tier:      lint.Strict,
	Since:     "0.1.0",
	Page:      networkNotOnlinePage,
	CheckUnit: networkNotOnline,
}

func networkNotOnline(p *lint.UnitPass) {
	if p.Unit.Scope() == unit.ScopeUser || !p.Unit.Known() {
		return
	}
	var after graph.Edge
	for e := range p.Set.Graph.Of(p.Unit) {
		if e.Kind != graph.After {
			continue
		}
		switch e.To {
		case networkOnline:
			return
		case "network.target":
			if e.Named() && !after.Named() {
				after = e
			}
		}
	}
	if !after.Named() {
		return
	}
	for _, prog := range p.Set.Python(p.Unit) {
		for _, e := range prog.Effects {
			if e.Kind != python.Connect || e.Maybe || e.Guarded || e.When == python.Later || isThisMachine(e.Host) {
				continue
			}
			last := e.Chain[len(e.Chain)-1]
			f := lint.Finding{Place: lint.AtWord(after.Ref.Setting, after.Ref.At)}
			f.Message = fmt.Sprintf("After=network.target does not wait for a network that works, and the program connects to %s when it starts (%s:%d)",
				e.Host, last.File.Path, last.File.Line(last.Span.Start))
			f.Help = "write Wants=network-online.target and After=network-online.target, or let the program try again"
			for _, step := range e.Chain {
				f.Evidence = append(f.Evidence, lint.Related{Place: lint.Place{File: step.File, Span: step.Span}, Message: step.Text})
			}
			p.Report(f)
			return
		}
	}
}

// isThisMachine reports whether a host is the machine itself.
func isThisMachine(name string) bool {
	if name == "localhost" || name == "" {
		return true
	}
	addr, err := netip.ParseAddr(name)
	return err == nil && addr.IsLoopback()
}
