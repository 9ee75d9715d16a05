package service

import (
	_ "embed"
	"fmt"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/unit"
	"github.com/unitvet/unitvet/lint/value"
)

//go:embed invalid_oneshot.md
var invalidOneshotPage string

// InvalidOneshot finds what Type=oneshot does not go together with (service_verify
// in src/core/service.c).
var InvalidOneshot = &lint.Rule{
	ID:        "invalid-oneshot",
	Summary:   "a setting that Type=oneshot excludes, or leaves without effect",
	Category:  "service",
	Severity:  lint.Error,
	Since:     "0.1.0",
	Page:      invalidOneshotPage,
	CheckUnit: invalidOneshot,
}

func invalidOneshot(p *lint.UnitPass) {
	s := lookService(p)
	if s == nil || s.kind != "oneshot" || s.kindBy == nil && s.isEmpty() {
		return // it is one only for want of commands, which is another rule's
	}
	tell := func(setting unit.Setting, f lint.Finding) {
		f.Place = lint.AtValue(setting)
		if s.kindBy != nil {
			f.Related = []lint.Related{related(*s.kindBy, "the type")}
		}
		p.Report(f)
	}
	if setting, ok := s.accepted("Restart"); ok && (setting.Value().String() == "always" || setting.Value().String() == "on-success") {
		tell(setting, lint.Finding{
			Message: fmt.Sprintf("%s excludes %s, which would run the commands over and over: %s", s.explained(), pretty(setting), refuses),
			Help:    "write Restart=on-failure to repeat what fails, use a timer to repeat what succeeds, or another Type= for a program that keeps running",
		})
	}
	if forced := s.statuses("RestartForceExitStatus"); len(forced) > 0 && s.release <= lastWithoutForce {
		tell(forced[0].setting, lint.Finding{
			Message: fmt.Sprintf("%s excludes RestartForceExitStatus= in systemd %d: %s", s.explained(), s.release, refuses),
			Help:    "write Restart=on-failure",
		})
	}
	if setting, ok := s.accepted("ExitType"); ok && setting.Value().String() == "cgroup" {
		tell(setting, lint.Finding{
			Message: fmt.Sprintf("%s excludes ExitType=cgroup, as it waits for its commands alone: %s", s.explained(), refuses),
			Help:    "write ExitType=main, or another Type= for a program that leaves others running",
		})
	}
	if setting, ok := s.accepted("RuntimeMaxSec"); ok && span(setting) != value.Forever {
		tell(setting, lint.Finding{
			Severity: lint.Warning,
			Message:  fmt.Sprintf("%s has no effect: it counts from the end of the start, and %s has done its work by then", pretty(setting), s.explained()),
			Help:     "write TimeoutStartSec=" + setting.Value().String(),
		})
	}
}
