package install

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/graph"
	"github.com/unitvet/unitvet/lint/unit"
	"github.com/unitvet/unitvet/lint/value"
)

//go:embed missing_install.md
var missingInstallPage string

// MissingInstall finds daemons, timers, sockets and paths of a checkout that
// nothing starts and that have no [Install]: systemctl enable says that they are
// not meant to be enabled.
var MissingInstall = &lint.Rule{
	ID:       "missing-install",
	Summary:  "a unit that is to run at boot, but that nothing starts and that cannot be enabled",
	Category: "install",
	Severity: lint.Info,
	Since:    "0.1.0",
	Page:     missingInstallPage,
	CheckSet: missingInstall,
}

// starting are the kinds of dependencies that start the unit that they lead to.
var starting = map[graph.Kind]bool{
	graph.Wants: true, graph.Upholds: true, graph.Requires: true, graph.BindsTo: true, graph.Triggers: true,
	graph.OnFailure: true, graph.OnSuccess: true,
}

func missingInstall(p *lint.SetPass) {
	if p.Set.Rooted {
		return
	}
	for _, u := range p.Set.Units {
		if MissesInstall(p.Set, u) {
			p.Report(lint.Finding{
				Unit:    u.ID,
				Place:   lint.Place{Path: u.Path},
				Message: fmt.Sprintf("nothing starts %s, and without [Install] it cannot be enabled: it does not run after a reboot", u.Name),
				Help:    "add [Install] with WantedBy=" + usualTarget(u),
			})
		}
	}
}

// MissesInstall reports whether a unit of a checkout is to run at boot, while nothing
// ever starts it.
func MissesInstall(set *lint.Set, u *unit.Unit) bool {
	if u.Template != nil || u.State != unit.Loaded || u.Fragment == nil || !u.Known() || u.Name.Kind != value.Plain || !runsOnItsOwn(u) {
		return false
	}
	if hasInstall(u) || meansInstall(u) || u.Name.Type == "service" && !usesInstall(set) {
		return false
	}
	for _, name := range u.Names {
		for e := range set.Graph.To(name) {
			if starting[e.Kind] && e.Unit != u {
				return false
			}
		}
	}
	return true
}

func hasInstall(u *unit.Unit) bool {
	return slices.Contains(u.Sections(), "Install")
}

// meansInstall reports whether a unit says under what it is to be enabled where
// systemd does not read it: in a section that is misspelt, or whose header was lost.
func meansInstall(u *unit.Unit) bool {
	for _, assignment := range u.Fragment.Assignments() {
		for _, key := range []string{"WantedBy", "RequiredBy", "UpheldBy"} {
			if strings.EqualFold(assignment.Key().String(), key) {
				return true
			}
		}
	}
	return false
}

// usesInstall reports whether the services of a set are enabled one by one: at least
// two of them have an [Install] section.
func usesInstall(set *lint.Set) bool {
	return lint.Shared(set, usesInstallKey{}, func() bool {
		n := 0
		for _, u := range set.Units {
			if u.Name.Type == "service" && u.Template == nil && hasInstall(u) {
				if n++; n == 2 {
					return true
				}
			}
		}
		return false
	})
}

// usesInstallKey is what the answer of usesInstall is remembered under.
type usesInstallKey struct{}

// runsOnItsOwn reports whether a unit is of a kind that is started at boot: a timer,
// a socket, a path, or a daemon that is to be restarted when it ends. A bus name, or
// a name that other programs start by hand, says otherwise.
func runsOnItsOwn(u *unit.Unit) bool {
	if u.Bool("Unit", "RefuseManualStart", false) || u.Bool("Unit", "StopWhenUnneeded", false) ||
		!u.Bool("Unit", "DefaultDependencies", true) || len(u.Settings("Unit", "Conflicts")) > 0 ||
		len(u.Settings("Unit", "BindsTo")) > 0 || len(u.Settings("Unit", "PartOf")) > 0 {
		return false
	}
	switch u.Name.Type {
	case "timer", "socket", "path":
		return true
	case "service":
		restart := u.Value("Service", "Restart")
		return u.Value("Service", "BusName") == "" && u.Value("Service", "Type") != "oneshot" && (restart == "always" || restart == "on-failure")
	}
	return false
}

// usualTarget is the target that units of a type are enabled under.
func usualTarget(u *unit.Unit) string {
	switch {
	case u.Name.Type == "timer" || u.Name.Type == "socket":
		return u.Name.Type + "s.target"
	case u.Scope() == unit.ScopeUser:
		return "default.target"
	}
	return "multi-user.target"
}
