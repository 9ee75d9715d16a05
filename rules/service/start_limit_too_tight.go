package service

import (
	_ "embed"
	"fmt"

	"github.com/unitvet/unitvet/lint"
)

//go:embed start_limit_too_tight.md
var startLimitTooTightPage string

// StartLimitTooTight finds services that use up their restarts in less time than any
// outage lasts (systemd.service(5), RestartSec=; systemd.unit(5),
// StartLimitIntervalSec=).
var StartLimitTooTight = &lint.Rule{
	ID:        "start-limit-too-tight",
	Summary:   "a service that is restarted at once, and given up after the default limit within a second",
	Category:  "service",
	Severity:  lint.Info,
	Tier:      lint.Strict,
	Since:     "0.1.0",
	Page:      startLimitTooTightPage,
	CheckUnit: startLimitTooTight,
	Quadlets:  true,
}

func startLimitTooTight(p *lint.UnitPass) {
	s := lookService(p)
	if s == nil {
		return
	}
	r, on := s.restarting()
	if !on || r.delay.by != nil || r.interval.by != nil || r.burst.by != nil || r.before > 0 {
		return
	}
	if policy := r.policy.Value().String(); policy != "always" && policy != "on-failure" {
		return // the service crashed: to wait would not help
	}
	p.Report(lint.Finding{
		Place: lint.AtValue(r.policy),
		Message: fmt.Sprintf("%s waits %s before each restart by default: a service that fails at once is given up after %s within %s, before anything that it depends on can have come back",
			pretty(r.policy), r.delay.is, starts(r.burst.is), r.reach()),
		Help: "add RestartSec=5, and StartLimitIntervalSec=60 in [Unit] to keep a limit",
	})
}
