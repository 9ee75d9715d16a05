package trigger

import (
	_ "embed"

	"github.com/unitvet/unitvet/lint"
)

//go:embed timer_without_schedule.md
var timerWithoutSchedulePage string

// TimerWithoutSchedule finds timers without a time (timer_verify in
// src/core/timer.c).
var TimerWithoutSchedule = &lint.Rule{
	ID:        "timer-without-schedule",
	Summary:   "a timer that says nowhere when it elapses: systemd does not load it",
	Category:  "trigger",
	Severity:  lint.Error,
	Since:     "0.1.0",
	Page:      timerWithoutSchedulePage,
	CheckUnit: timerWithoutSchedule,
}

// schedules are the settings that say when a timer elapses.
var schedules = []string{
	"OnActiveSec", "OnBootSec", "OnStartupSec", "OnUnitActiveSec", "OnUnitInactiveSec", "OnCalendar",
}

// changes are the booleans that make a timer elapse without a time.
var changes = []string{"OnClockChange", "OnTimezoneChange"}

// onChange reports whether a timer elapses when the clock or the time zone changes.
func onChange(p *lint.UnitPass) bool {
	for _, key := range changes {
		if _, on := isOn(p.Set, p.Unit, key); on {
			return true
		}
	}
	return false
}

func timerWithoutSchedule(p *lint.UnitPass) {
	u := p.Unit
	if !judged(u, "timer") || len(takenOf(p.Set, u, schedules...)) > 0 || onChange(p) {
		return
	}
	for _, key := range schedules {
		if len(u.Settings("Timer", key)) > 0 {
			return // the rules about values say what becomes of the unit without it
		}
	}
	p.Report(lint.Finding{
		Place:   header(u),
		Message: "the timer does not say when it elapses: systemd does not load it (\"Timer unit lacks value setting. Refusing.\")",
		Help:    "add OnCalendar=, or one of OnBootSec=, OnActiveSec= and their like",
	})
}
