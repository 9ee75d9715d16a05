package service

import (
	"fmt"
	"math"
	"path"
	"slices"

	"github.com/unitvet/unitvet/lint/unit"
	"github.com/unitvet/unitvet/lint/value"
)

// amount is a value in force and the setting that says so, nil for the default.
type amount[T any] struct {
	is T
	by *unit.Setting
}

// quoted is the amount as messages name it.
func (a amount[T]) quoted(key string, text any) string {
	if a.by == nil {
		return fmt.Sprintf("%s=%v, the default,", key, text)
	}
	return pretty(*a.by)
}

// restarts is what systemd does about a service that fails again and again.
type restarts struct {
	policy   unit.Setting // Restart=
	interval amount[value.Timespan]
	burst    amount[uint64]
	delay    amount[value.Timespan]
	// steps and most make the delay grow; steps is 0 if it does not.
	steps amount[uint64]
	most  amount[value.Timespan]
	// action is a StartLimitAction= that does something, nil if there is none.
	action *unit.Setting
	// misplaced is a StartLimitIntervalSec= in [Service], where systemd ignores it and
	// takes the older spelling only; nil if there is none.
	misplaced *unit.Setting
	// before is the time that the commands before the main one take at least.
	before value.Timespan
}

// Defaults of the manager where its configuration says nothing
// (systemd-system.conf(5)).
const (
	defaultInterval = 10 * value.Second
	defaultBurst    = 5
	defaultDelay    = 100 * value.Millisecond
)

// afterFailure are the policies that start a service again when it fails
// (systemd.service(5), table "Exit causes and the effect of the Restart= settings").
var afterFailure = []string{"always", "on-failure", "on-abnormal", "on-abort", "on-watchdog"}

// restarting returns how the service is started again when it fails; false if it is
// not, or the limit is switched off (ratelimit_below in src/basic/ratelimit.c).
func (s *subject) restarting() (restarts, bool) {
	policy, ok := s.accepted("Restart")
	if !ok || !slices.Contains(afterFailure, policy.Value().String()) {
		return restarts{}, false
	}
	said := s.manager("DefaultStartLimitIntervalSec", "DefaultStartLimitBurst", "DefaultRestartSec")
	burst, ok := value.ParseUnsigned(said["DefaultStartLimitBurst"])
	if !ok {
		burst = defaultBurst
	}
	r := restarts{
		policy: policy,
		interval: s.time(managerTime(said["DefaultStartLimitIntervalSec"], defaultInterval), name{"Unit", "StartLimitIntervalSec"}, name{"Unit", "StartLimitInterval"},
			name{"Service", "StartLimitInterval"}),
		burst: s.number(burst, name{"Unit", "StartLimitBurst"}, name{"Service", "StartLimitBurst"}),
		delay: s.time(managerTime(said["DefaultRestartSec"], defaultDelay), name{"Service", "RestartSec"}),
		steps: s.number(0, name{"Service", "RestartSteps"}),
		most:  s.time(value.Forever, name{"Service", "RestartMaxDelaySec"}),
	}
	if action, ok := s.latest(name{"Unit", "StartLimitAction"}, name{"Service", "StartLimitAction"}); ok && action.Value().String() != "none" {
		r.action = &action
	}
	for _, setting := range s.Settings("Service", "StartLimitIntervalSec") {
		r.misplaced = &setting
	}
	for _, c := range s.commands("ExecStartPre") {
		r.before += sleeps(c.Command)
	}
	if r.steps.by == nil || r.most.by == nil || r.delay.is == 0 || r.delay.is >= r.most.is {
		r.steps.is = 0 // no growth (service_restart_usec_next in src/core/service.c)
	}
	return r, r.interval.is > 0 && r.burst.is > 0
}

// time returns the time in force of several spellings.
func (s *subject) time(byDefault value.Timespan, names ...name) amount[value.Timespan] {
	setting, ok := s.latest(names...)
	if !ok {
		return amount[value.Timespan]{is: byDefault}
	}
	return amount[value.Timespan]{span(setting), &setting}
}

// number returns the number in force of several spellings.
func (s *subject) number(byDefault uint64, names ...name) amount[uint64] {
	setting, ok := s.latest(names...)
	if !ok {
		return amount[uint64]{is: byDefault}
	}
	n, ok := value.ParseUnsigned(setting.Value().String())
	if !ok {
		return amount[uint64]{is: byDefault} // cannot be: the setting was accepted
	}
	return amount[uint64]{n, &setting}
}

// wait returns how long systemd waits before the nth restart
// (service_restart_usec_next in src/core/service.c).
func (r restarts) wait(n uint64) value.Timespan {
	switch {
	case n <= 1 || r.steps.is == 0:
		return r.delay.is
	case n > r.steps.is:
		return r.most.is
	}
	growth := math.Pow(float64(r.most.is)/float64(r.delay.is), float64(n-1)/float64(r.steps.is))
	return value.Timespan(float64(r.delay.is) * growth)
}

// enough is how many restarts are summed one by one: more are not told apart from
// for ever.
const enough = 10_000

// reach returns the time from the first start to the one that is over the limit, if
// the service fails as soon as it runs.
func (r restarts) reach() value.Timespan {
	var sum value.Timespan
	for n := range min(r.burst.is, enough) {
		wait := r.wait(n + 1)
		if wait > value.Forever-sum-r.before {
			return value.Forever
		}
		sum += wait + r.before
	}
	return sum
}

// endless reports whether the limit is never reached: the window is over before the
// start that would be one too many. That start is refused within the interval only,
// and the time that the service takes to fail comes on top.
func (r restarts) endless() bool {
	return r.interval.is != value.Forever && r.delay.is != value.Forever && r.reach() >= r.interval.is
}

// sleeps returns how long a command does nothing but wait, 0 for any other.
func sleeps(c value.Command) value.Timespan {
	if path.Base(c.Path.Text) != "sleep" || len(c.Args) != 1 || c.Argv0 != nil {
		return 0
	}
	text := c.Args[0].Text
	switch last := text[max(len(text)-1, 0):]; last {
	case "s", "m", "h", "d", "0", "1", "2", "3", "4", "5", "6", "7", "8", "9":
	default:
		return 0 // sleep(1) has no other units
	}
	t, err := value.ParseTimespan(text, value.Second)
	if err != nil {
		return 0
	}
	return t
}

// rough is a time without the digits that say nothing.
func rough(t value.Timespan) value.Timespan {
	if t >= 10*value.Second {
		return t / value.Second * value.Second
	}
	return t / value.Millisecond * value.Millisecond
}
