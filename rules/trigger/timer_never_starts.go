package trigger

import (
	_ "embed"
	"fmt"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/graph"
	"github.com/unitvet/unitvet/lint/unit"
)

//go:embed timer_never_starts.md
var timerNeverStartsPage string

// TimerNeverStarts finds timers that only count from when their unit was last
// active, while nothing but the timer starts it (timer_enter_waiting in
// src/core/timer.c: without such a time the value is passed over).
var TimerNeverStarts = &lint.Rule{
	ID:        "timer-never-starts",
	Summary:   "a timer that counts from a start of its unit that nothing ever brings about",
	Category:  "trigger",
	Severity:  lint.Warning,
	Since:     "0.1.0",
	Page:      timerNeverStartsPage,
	CheckUnit: timerNeverStarts,
}

func timerNeverStarts(p *lint.UnitPass) {
	u := p.Unit
	if !judged(u, "timer") {
		return
	}
	relative := takenOf(p.Set, u, "OnUnitActiveSec", "OnUnitInactiveSec")
	if len(relative) == 0 || len(relative) < len(takenOf(p.Set, u, schedules...)) || onChange(p.Set, p.Unit) {
		return
	}
	started := triggered(p.Set, u)
	if started == nil || startedBesides(p.Set.Graph, started, u) {
		return
	}
	setting := relative[0]
	p.Report(lint.Finding{
		Place: lint.AtKey(setting),
		Message: fmt.Sprintf("%s= counts from the last run of %s, and nothing but this timer starts it: the timer never elapses",
			setting.Key().String(), started.Name),
		Help: "add a first time: OnBootSec=1min, or OnActiveSec=0",
		Related: []lint.Related{{
			Place: header(started), Message: "no other unit starts this one, and it cannot be enabled by itself",
		}},
	})
}

// startedBesides reports whether something but a timer's schedule starts its unit:
// another unit, the bus, [Install], or a dependency of the timer.
func startedBesides(g *graph.Graph, u, timer *unit.Unit) bool {
	if u.Value("Service", "BusName") != "" || u.IsTemplate() {
		return true
	}
	for e := range g.To(u.ID) {
		if pulls(&e) && (e.Unit != timer || e.Kind != graph.Triggers) {
			return true
		}
	}
	return false
}
