package service

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/host/shipped"
	"github.com/unitvet/unitvet/lint/unit"
	"github.com/unitvet/unitvet/lint/value"
)

//go:embed start_limit_never_trips.md
var startLimitNeverTripsPage string

// StartLimitNeverTrips finds start limits that restarts are too slow to reach, so
// that a service that fails is restarted for ever (systemd.unit(5),
// StartLimitIntervalSec=; ratelimit_below in src/basic/ratelimit.c).
var StartLimitNeverTrips = &lint.Rule{
	ID:        "start-limit-never-trips",
	Summary:   "a start limit that is never reached: a failing service is restarted for ever",
	Category:  "service",
	Severity:  lint.Warning,
	Since:     "0.1.0",
	Page:      startLimitNeverTripsPage,
	CheckUnit: startLimitNeverTrips,
	Quadlets:  true,
}

func startLimitNeverTrips(p *lint.UnitPass) {
	s := lookService(p)
	if s == nil {
		return
	}
	r, on := s.restarting()
	if !on || !r.endless() {
		return
	}
	f := lint.Finding{
		Message: fmt.Sprintf("the limit of %s within %s is never reached: with %s start %d comes %s after the first at the earliest, and systemd restarts a failing service for ever",
			starts(r.burst.is), r.interval.is, r.pace(), r.burst.is+1, rough(r.reach())),
	}
	var at *unit.Setting
	switch {
	case r.interval.by != nil:
		at = r.interval.by
	case r.misplaced != nil:
		at = r.misplaced
	case r.burst.by != nil:
		at = r.burst.by
	case r.action != nil:
		at = r.action
	case s.isShipped():
		return // to try again for ever is what the packager chose
	default:
		// Nothing says that the author counts on a limit.
		f.Severity = lint.Info
		f.Message = strings.Replace(f.Message, "the limit", "the default limit", 1)
	}
	if at == nil {
		at = r.delay.by
	}
	if at == nil {
		at = &r.policy // commands before the main one take the time
	}
	f.Place = lint.AtValue(*at)
	switch at {
	case r.action:
		f.Message += ", so that " + pretty(*at) + " is never taken"
	case r.misplaced:
		f.Message += ", as it ignores StartLimitIntervalSec= in [Service]"
	}
	interval, ok := roomFor(r.reach())
	if !ok {
		f.Help = "lower RestartSec= or StartLimitBurst=; StartLimitIntervalSec=0 says that it is to be restarted for ever"
	} else {
		f.Help = fmt.Sprintf("set StartLimitIntervalSec=%s in [Unit] to give up after %s in a row; StartLimitIntervalSec=0 says that it is to be restarted for ever",
			interval, starts(r.burst.is))
		f.Fixes = s.lengthen(r, interval)
	}
	if at == r.misplaced {
		f.Help, f.Fixes = "move StartLimitIntervalSec= to [Unit]", nil
	}
	for _, by := range []*unit.Setting{r.interval.by, r.burst.by, r.action, r.delay.by, r.most.by, &r.policy} {
		if by != nil && by.Assignment != at.Assignment && len(f.Related) < 3 {
			f.Related = append(f.Related, related(*by, roles[by.Key().String()]))
		}
	}
	p.Report(f)
}

// roles say what the settings have to do with it.
var roles = map[string]string{
	"StartLimitIntervalSec": "the window",
	"StartLimitInterval":    "the window",
	"StartLimitBurst":       "the number of starts in the window",
	"StartLimitAction":      "this waits for the limit",
	"RestartSec":            "the wait before each restart",
	"RestartMaxDelaySec":    "the longest wait before a restart",
	"Restart":               "what starts the service again",
}

// starts counts starts in words.
func starts(n uint64) string {
	if n == 1 {
		return "1 start"
	}
	return strconv.FormatUint(n, 10) + " starts"
}

// pace says how far apart the starts are.
func (r restarts) pace() string {
	text := r.delay.quoted("RestartSec", r.delay.is)
	if r.steps.is > 0 {
		text += ", growing to " + pretty(*r.most.by) + " in " + pretty(*r.steps.by) + ","
	}
	if r.before > 0 {
		text += fmt.Sprintf(" and an ExecStartPre= that sleeps for %s", r.before)
	}
	return strings.TrimSuffix(text, ",") + ","
}

// windows are lengths of time that people choose, in seconds.
var windows = []uint64{
	1, 2, 3, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240, 300, 450, 600, 900, 1200, 1800, 2700, 3600,
	2 * 3600, 3 * 3600, 4 * 3600, 6 * 3600, 8 * 3600, 12 * 3600, 86400,
}

// roomFor returns an interval that is reached with a little time to spare, false
// where none makes sense.
func roomFor(reach value.Timespan) (string, bool) {
	for _, seconds := range windows {
		if window := value.Timespan(seconds) * value.Second; window >= reach+reach/10 {
			return strconv.FormatUint(seconds, 10), true
		}
	}
	return "", false
}

// isShipped reports whether a distribution ships the unit, for either manager where it
// is not known which one it is for.
func (s *subject) isShipped() bool {
	scope := s.Scope()
	_, system := shipped.Lookup(s.ID, shipped.System)
	_, user := shipped.Lookup(s.ID, shipped.User)
	return system && scope != unit.ScopeUser || user && scope != unit.ScopeSystem
}

// lengthen returns the fix that makes the interval long enough. It is safe where the
// author asked for a limit, which it makes work.
func (s *subject) lengthen(r restarts, seconds string) []lint.Fix {
	fix := lint.Fix{Title: "set StartLimitIntervalSec=" + seconds, Safe: r.interval.by != nil || r.burst.by != nil}
	switch {
	case r.interval.by != nil:
		fix.Title = "set " + r.interval.by.Key().String() + "=" + seconds
		fix.Edits = []lint.Edit{{Place: lint.AtValue(*r.interval.by), Text: seconds}}
	case r.burst.by != nil && r.burst.by.Section == "Service":
		fix.Title = "add StartLimitInterval=" + seconds
		fix.Edits = []lint.Edit{after(*r.burst.by, "StartLimitInterval="+seconds)}
	case r.burst.by != nil:
		fix.Title = "add StartLimitIntervalSec=" + seconds
		fix.Edits = []lint.Edit{after(*r.burst.by, "StartLimitIntervalSec="+seconds)}
	default:
		var last unit.Setting
		for setting := range s.All() {
			if setting.Section == "Unit" && setting.Part == s.Fragment {
				last = setting
			}
		}
		if last.Assignment == nil {
			return nil
		}
		fix.Title = "add StartLimitIntervalSec=" + seconds
		fix.Edits = []lint.Edit{after(last, "StartLimitIntervalSec="+seconds)}
	}
	return []lint.Fix{fix}
}

// after returns the edit that puts a line after a setting.
func after(setting unit.Setting, line string) lint.Edit {
	return insertAt(setting.Part, setting.Span().End, line)
}
