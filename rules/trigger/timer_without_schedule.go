package trigger

import (
	_ "embed"
	"slices"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/unit"
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
func onChange(set *lint.Set, u *unit.Unit) bool {
	return slices.ContainsFunc(changes, func(key string) bool { _, on := isOn(set, u, key); return on })
}

func timerWithoutSchedule(p *lint.UnitPass) {
	u := p.Unit
	if n := neededBy["Timer"]; !judged(u, "timer") || n.met(p.Set, u) || n.mentioned(u) {
		return
	}
	p.Report(lint.Finding{
		Place:   header(u),
		Message: "the timer does not say when it elapses: systemd does not load it (\"Timer unit lacks value setting. Refusing.\")",
		Help:    "add OnCalendar=, or one of OnBootSec=, OnActiveSec= and their like",
	})
}
