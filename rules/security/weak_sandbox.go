package security

import (
	_ "embed"
	"fmt"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/exposure"
)

//go:embed weak_sandbox.md
var weakSandboxPage string

// WeakSandbox finds services that could do much to the system, by the measure of
// systemd-analyze security.
var WeakSandbox = &lint.Rule{
	ID:        "weak-sandbox",
	Summary:   "a service whose sandbox leaves much open, with the settings that would close most of it",
	Category:  "security",
	Severity:  lint.Info,
	Tier:      lint.Strict,
	Since:     "0.1.0",
	Page:      weakSandboxPage,
	CheckUnit: weakSandbox,
}

// weakFrom is the exposure, in tenths, that systemd-analyze calls EXPOSED.
const weakFrom = 75

func weakSandbox(p *lint.UnitPass) {
	s := settingsOf(p)
	if s == nil || bare(s) {
		return
	}
	score := exposure.Score(s)
	command, ok := start(p.Unit)
	if score < weakFrom || !ok {
		return
	}
	if !p.Shown() {
		p.Report(lint.Finding{Place: lint.AtValue(command)})
		return
	}
	advice := exposure.Advise(s, p.Set.Program(p.Unit), p.Set.Python(p.Unit), nil)
	p.Report(lint.Finding{
		Place: lint.AtValue(command),
		Message: fmt.Sprintf("the service has an exposure of %s, %s: its sandbox leaves open much that it may not need, to whoever takes it over",
			exposure.Tenths(score), exposure.Level(score)),
		Help:  summary(advice),
		Fixes: hardening(s, advice),
	})
}
