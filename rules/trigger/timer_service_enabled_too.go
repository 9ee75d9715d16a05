package trigger

import (
	_ "embed"
	"fmt"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/graph"
	"github.com/unitvet/unitvet/lint/unit"
)

//go:embed timer_service_enabled_too.md
var timerServiceEnabledTooPage string

// TimerServiceEnabledToo finds oneshot services that a calendar timer starts and
// that their [Install] starts at boot besides.
var TimerServiceEnabledToo = &lint.Rule{
	ID:        "timer-service-enabled-too",
	Summary:   "a service of a timer that is enabled by itself, too: it also runs at every boot",
	Category:  "trigger",
	Severity:  lint.Warning,
	Since:     "0.1.0",
	Page:      timerServiceEnabledTooPage,
	CheckUnit: timerServiceEnabledToo,
}

// bootTargets are reached by every boot (bootup(7)).
var bootTargets = map[string]bool{
	"basic.target":      true,
	"default.target":    true,
	"graphical.target":  true,
	"multi-user.target": true,
	"sysinit.target":    true,
}

func timerServiceEnabledToo(p *lint.UnitPass) {
	service := p.Unit
	if !judged(service, "service") || service.Value("Service", "Type") != "oneshot" || service.Bool("Service", "RemainAfterExit", false) {
		return
	}
	timer := timerOf(p.Set, service)
	if timer == nil {
		return
	}
	for e := range p.Set.Graph.To(service.ID) {
		if !bootTargets[e.From] || !pulls(&e) {
			continue
		}
		f := lint.Finding{
			Help:    "remove it from [Install], and enable the timer alone",
			Related: []lint.Related{{Place: header(timer), Message: "the timer that starts it"}},
		}
		switch {
		case e.Link != nil:
			f.Path = e.Link.Path
			f.Message = fmt.Sprintf("%s starts at the times of %s, and by this link at every boot, too", service.Name, timer.Name)
			f.Help = "remove the link: systemctl disable " + service.ID
		case e.Install && e.Unit == service && !p.Set.Rooted && !p.Set.IsShipped(service.ID):
			f.Place = lint.AtWord(e.Ref.Setting, e.Ref.At)
			f.Message = fmt.Sprintf("%s starts at the times of %s; once enabled, %s=%s starts it at every boot, too",
				service.Name, timer.Name, e.Ref.Setting.Key().String(), e.From)
		default:
			continue
		}
		p.Report(f)
	}
}

// timerOf returns the timer with a calendar that starts a service, if it is
// started at boot, now or once it is enabled, and the service does not bring it
// along: who does that wants both.
func timerOf(set *lint.Set, service *unit.Unit) *unit.Unit {
	also := map[string]bool{}
	for _, ref := range service.References("Install", "Also") {
		also[ref.Name] = true
	}
	for e := range set.Graph.To(service.ID) {
		timer := e.Unit
		if e.Kind != graph.Triggers || !judged(timer, "timer") || also[timer.ID] {
			continue
		}
		if len(taken(set, timer, "OnCalendar")) == 0 || len(takenOf(set, timer, "OnBootSec", "OnStartupSec", "OnActiveSec", "OnUnitActiveSec", "OnUnitInactiveSec")) > 0 {
			continue // is to run soon after boot, or counts from a first run
		}
		for in := range set.Graph.To(timer.ID) {
			if pulls(&in) && (!set.Rooted || !in.Install) {
				return timer
			}
		}
	}
	return nil
}
