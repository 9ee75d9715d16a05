package security

import (
	_ "embed"
	"fmt"
	"slices"
	"sync"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/exposure"
	"github.com/unitvet/unitvet/lint/sandbox"
)

//go:embed runs_as_root.md
var runsAsRootPage string

// RunsAsRoot finds services that run as root without any sandbox.
var RunsAsRoot = &lint.Rule{
	ID:        "runs-as-root",
	Summary:   "a service that runs as root without any sandbox",
	Category:  "security",
	Severity:  lint.Info,
	Tier:      lint.Strict,
	Since:     "0.1.0",
	Page:      runsAsRootPage,
	CheckUnit: runsAsRoot,
}

// bare reports whether a service runs as root and has no sandbox: nothing of what is
// weighed is set.
func bare(s *sandbox.Settings) bool {
	if !s.Privileged() {
		return false
	}
	return !slices.ContainsFunc(weighed(), func(key string) bool { return len(s.Reason(key).Settings) > 0 })
}

// weighed are the settings of a sandbox that are weighed.
var weighed = sync.OnceValue(func() []string {
	var keys []string
	checks := exposure.Checks()
	for i := range checks {
		for _, key := range checks[i].Keys() {
			if key != "User" && key != "NotifyAccess" && key != "Delegate" && !slices.Contains(keys, key) {
				keys = append(keys, key)
			}
		}
	}
	return keys
})

func runsAsRoot(p *lint.UnitPass) {
	s := settingsOf(p)
	if s == nil || !bare(s) {
		return
	}
	command, ok := start(p.Unit)
	if !ok {
		return
	}
	if !p.Shown() {
		p.Report(lint.Finding{Place: lint.AtValue(command)})
		return
	}
	score := exposure.Score(s)
	advice := exposure.Advise(s, p.Set.Program(p.Unit), p.Set.Python(p.Unit), nil)
	p.Report(lint.Finding{
		Place: lint.AtValue(command),
		Message: fmt.Sprintf("the service runs as root without any sandbox, an exposure of %s, %s: whoever takes it over has the system",
			exposure.Tenths(score), exposure.Level(score)),
		Help:  "give it a user with User=, or DynamicUser=yes where it keeps no files but in StateDirectory= and its like; unitvet security lists what else there is to close",
		Fixes: hardening(s, advice),
	})
}
