package directive

import (
	_ "embed"

	"github.com/unitvet/unitvet/lint"
)

//go:embed invalid_calendar.md
var invalidCalendarPage string

// InvalidCalendar finds calendar expressions that systemd cannot read
// (src/shared/calendarspec.c).
var InvalidCalendar = &lint.Rule{
	ID:        idInvalidCalendar,
	Summary:   "an OnCalendar= expression that systemd cannot read: the timer loses it",
	Category:  "directive",
	Severity:  lint.Warning,
	Since:     "0.1.0",
	Page:      invalidCalendarPage,
	CheckFile: tells(idInvalidCalendar),
}
