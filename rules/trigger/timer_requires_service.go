package trigger

import (
	_ "embed"
	"fmt"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/graph"
	"github.com/unitvet/unitvet/lint/value"
)

//go:embed timer_requires_service.md
var timerRequiresServicePage string

// TimerRequiresService finds timers that start their service with themselves, by
// a dependency, and not when they elapse.
var TimerRequiresService = &lint.Rule{
	ID:        "timer-requires-service",
	Summary:   "a timer that pulls in its own service: it runs when the timer is started, at boot",
	Category:  "trigger",
	Severity:  lint.Warning,
	Since:     "0.1.0",
	Page:      timerRequiresServicePage,
	CheckUnit: timerRequiresService,
}

func timerRequiresService(p *lint.UnitPass) {
	u := p.Unit
	if !judged(u, "timer") {
		return
	}
	// A timer that counts from the last run needs a first one, and one that is to
	// elapse at once is no other matter.
	if len(takenOf(p.Set, u, "OnUnitActiveSec", "OnUnitInactiveSec", "OnActiveSec")) > 0 {
		return
	}
	started := ""
	for e := range p.Set.Graph.Of(u) {
		if e.Kind == graph.Triggers {
			started = e.To
		}
	}
	for e := range p.Set.Graph.Of(u) {
		if !e.Named() || e.Install || e.To != started || !pulls(&e) || e.Kind == graph.Triggers ||
			e.Kind == graph.OnFailure || e.Kind == graph.OnSuccess {
			continue
		}
		setting := e.Ref.Setting
		f := lint.Finding{
			Place: lint.AtWord(setting, e.Ref.At),
			Message: fmt.Sprintf("%s= starts %s together with the timer, so also at every boot, not only when the timer elapses",
				setting.Key().String(), started),
			Help: "remove the name: a timer starts its unit without a dependency on it",
		}
		if len(value.Fields(setting.Value().String())) == 1 {
			f.Fixes = []lint.Fix{remove(setting, false)}
		}
		p.Report(f)
	}
}
