package trigger

import (
	_ "embed"

	"github.com/unitvet/unitvet/lint"
)

//go:embed persistent_without_calendar.md
var persistentWithoutCalendarPage string

// PersistentWithoutCalendar finds Persistent= where there is no OnCalendar= that
// it could catch up with (systemd.timer(5); timer_enter_waiting in
// src/core/timer.c).
var PersistentWithoutCalendar = &lint.Rule{
	ID:        "persistent-without-calendar",
	Summary:   "a timer with Persistent= and no OnCalendar=: it has no effect",
	Category:  "trigger",
	Severity:  lint.Warning,
	Since:     "0.1.0",
	Page:      persistentWithoutCalendarPage,
	CheckUnit: persistentWithoutCalendar,
}

func persistentWithoutCalendar(p *lint.UnitPass) {
	u := p.Unit
	if !judged(u, "timer") || len(u.Settings("Timer", "OnCalendar")) > 0 {
		return
	}
	setting, on := isOn(p.Set, u, "Persistent")
	if !on || len(takenOf(p.Set, u, schedules...)) == 0 {
		return
	}
	p.Report(lint.Finding{
		Place:   lint.At(setting.Part, setting.Key().Whole()),
		Message: "Persistent= only catches up with runs that OnCalendar= asks for, and this timer has none: it has no effect",
		Help:    "remove the line, or write the schedule as OnCalendar=",
		Fixes:   []lint.Fix{remove(setting, true)},
	})
}
