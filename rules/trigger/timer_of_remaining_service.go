package trigger

import (
	_ "embed"
	"fmt"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/unit"
)

//go:embed timer_of_remaining_service.md
var timerOfRemainingServicePage string

// TimerOfRemainingService finds timers that are to start a service again and
// again that stays active once it ran: to start an active unit does nothing
// (timer_dispatch and timer_trigger_notify in src/core/timer.c).
var TimerOfRemainingService = &lint.Rule{
	ID:        "timer-of-remaining-service",
	Summary:   "a repeating timer of a service that stays active: it runs once",
	Category:  "trigger",
	Severity:  lint.Warning,
	Since:     "0.1.0",
	Page:      timerOfRemainingServicePage,
	CheckUnit: timerOfRemainingService,
}

func timerOfRemainingService(p *lint.UnitPass) {
	u := p.Unit
	if !judged(u, "timer") {
		return
	}
	again := takenOf(p.Set, u, "OnCalendar", "OnUnitActiveSec", "OnUnitInactiveSec")
	service := triggered(p.Set, u)
	if len(again) == 0 || service == nil || service.Name.Type != "service" {
		return
	}
	remains, on := isOn(p.Set, service, "RemainAfterExit")
	if !on || stops(service) {
		return
	}
	setting := again[0]
	p.Report(lint.Finding{
		Place: lint.AtValue(setting),
		Message: fmt.Sprintf("%s= is to start %s again, but with RemainAfterExit=yes the service stays active after its first run: systemd has nothing to start",
			setting.Key().String(), service.Name),
		Help:    "remove RemainAfterExit= from the service",
		Related: []lint.Related{{Place: lint.AtValue(remains), Message: "keeps the service active"}},
	})
}

// stops reports whether a service may end although it remains after its exit.
func stops(service *unit.Unit) bool {
	return service.Bool("Unit", "StopWhenUnneeded", false) || service.Value("Service", "RuntimeMaxSec") != "" ||
		len(service.Settings("Unit", "Conflicts")) > 0 || len(service.Settings("Unit", "PartOf")) > 0 ||
		len(service.Settings("Unit", "BindsTo")) > 0 || len(service.Settings("Unit", "StopPropagatedFrom")) > 0
}
