package dependency

import (
	_ "embed"
	"fmt"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/graph"
	"github.com/unitvet/unitvet/lint/unit"
)

//go:embed stop_propagation.md
var stopPropagationPage string

// StopPropagation finds services that a stop of another one takes along, although
// they are to be restarted whenever they go down.
var StopPropagation = &lint.Rule{
	ID:        "stop-propagation",
	Summary:   "a service that goes down with one that it requires, and stays down",
	Category:  "dependency",
	Severity:  lint.Info,
	Tier:      lint.Strict,
	Since:     "0.1.0",
	Page:      stopPropagationPage,
	CheckUnit: stopPropagation,
}

func stopPropagation(p *lint.UnitPass) {
	restart := restarts(p.Unit)
	if restart == "" {
		return
	}
	for e := range p.Set.Graph.Of(p.Unit) {
		if !e.Named() || e.Install || e.Kind != graph.Requires && e.Kind != graph.BindsTo {
			continue
		}
		other := p.Set.Lookup(e.To)
		name, to := started(p, &e)
		if other == nil || other == p.Unit || restarts(other) == "" || p.Set.Transactions().Brings(to, name) {
			continue // not here, or what brings this unit back when it starts again
		}
		setting := e.Ref.Setting
		p.Report(lint.Finding{
			Place: lint.AtWord(setting, e.Ref.At),
			Message: fmt.Sprintf("%s= ties %s to %s: a stop of %s stops it, too, and neither Restart=%s nor a later start of %s brings it back",
				setting.Key().String(), p.Unit.Name, e.To, e.To, restart, e.To),
			Help: fmt.Sprintf("if %s can do without it for a while, write Wants=%s; or let %s bring it back with Upholds= or Wants=%s", p.Unit.Name, e.To, e.To, p.Unit.Name),
		})
	}
}

// restarts returns the Restart= of a service that is restarted when it goes down,
// or "".
func restarts(u *unit.Unit) string {
	if restart := u.Value("Service", "Restart"); u.Name.Type == "service" && u.Known() && restart != "no" {
		return restart
	}
	return ""
}
