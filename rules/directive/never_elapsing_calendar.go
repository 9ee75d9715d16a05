package directive

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/value"
)

//go:embed never_elapsing_calendar.md
var neverElapsingCalendarPage string

// NeverElapsingCalendar finds calendar expressions that name no time to come
// (calendar_spec_next_usec in src/shared/calendarspec.c).
var NeverElapsingCalendar = &lint.Rule{
	ID:        idNeverElapsingCalendar,
	Summary:   "an OnCalendar= expression that names no time to come: the timer never fires",
	Category:  "directive",
	Severity:  lint.Warning,
	Since:     "0.1.0",
	Page:      neverElapsingCalendarPage,
	CheckFile: neverElapsingCalendar,
}

// calendarStart is when time to come starts. It stands still, so that the same file
// gets the same answer on any day.
var calendarStart = time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)

func neverElapsingCalendar(p *lint.FilePass) {
	for s := range settings(p, ofKeys("OnCalendar")) {
		invalid, tooNew := problems(p, s)
		other := func(problem *value.Problem) bool { return problem.Kind != value.WeekdayConflict }
		if s.text == "" || strings.Contains(s.text, "%") || slices.ContainsFunc(slices.Concat(invalid, tooNew), other) {
			continue
		}
		calendar, err := value.ParseCalendar(s.text)
		if err != nil || calendar.Elapses(calendarStart) {
			continue
		}
		f := lint.Finding{
			Place:   lint.AtValue(s.Setting),
			Message: fmt.Sprintf("OnCalendar=%s names no time to come: it never makes the timer fire", s.text),
			Help:    "systemd-analyze calendar shows when an expression elapses next",
		}
		if len(invalid) > 0 {
			f.Message = fmt.Sprintf("OnCalendar=%s names no time: %s", s.text, invalid[0].Text)
		}
		p.Report(f)
	}
}
