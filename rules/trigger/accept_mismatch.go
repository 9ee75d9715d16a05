package trigger

import (
	_ "embed"
	"fmt"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/value"
)

//go:embed accept_mismatch.md
var acceptMismatchPage string

// AcceptMismatch finds what systemd refuses beside Accept=yes: listeners that have
// no connections, a service by name, and deferred starts (socket_verify in
// src/core/socket.c).
var AcceptMismatch = &lint.Rule{
	ID:        "accept-mismatch",
	Summary:   "a socket with Accept=yes and something that one service for each connection rules out",
	Category:  "trigger",
	Severity:  lint.Error,
	Since:     "0.1.0",
	Page:      acceptMismatchPage,
	CheckUnit: acceptMismatch,
}

func acceptMismatch(p *lint.UnitPass) {
	u := p.Unit
	if !judged(u, "socket") {
		return
	}
	accept, on := isOn(p.Set, u, "Accept")
	if !on {
		return
	}
	related := []lint.Related{{Place: lint.AtValue(accept), Message: "asks for one service for each connection"}}
	for _, setting := range takenOf(p.Set, u, otherListeners...) {
		p.Report(lint.Finding{
			Place:   lint.AtValue(setting),
			Message: fmt.Sprintf("%s= has no connections to accept: with Accept=yes systemd does not load the socket (\"sockets are non-accepting\")", setting.Key().String()),
			Help:    "remove Accept=, or give this socket a unit of its own",
			Related: related,
		})
	}
	if setting, ok := decides(p.Set, u, "Service"); ok {
		p.Report(lint.Finding{
			Place:   lint.AtValue(setting),
			Message: "Service= beside Accept=yes: systemd does not load the socket (\"Explicit service configuration for accepting socket units not supported\")",
			Help:    fmt.Sprintf("remove Service=: each connection gets an instance of %s@.service", u.Name.Prefix),
			Related: related,
			Fixes:   []lint.Fix{remove(setting, false)},
		})
	}
	if setting, ok := decides(p.Set, u, "DeferTrigger"); ok {
		if on, isBoolean := value.ParseBoolean(setting.Value().String()); on || !isBoolean {
			p.Report(lint.Finding{
				Place:   lint.AtValue(setting),
				Message: "DeferTrigger= beside Accept=yes: systemd does not load the socket",
				Help:    "remove DeferTrigger=: there is no one service whose start could wait",
				Related: related,
				Fixes:   []lint.Fix{remove(setting, false)},
			})
		}
	}
}
