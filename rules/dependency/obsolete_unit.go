package dependency

import (
	_ "embed"
	"fmt"
	"slices"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/graph"
	"github.com/unitvet/unitvet/lint/host/shipped"
	"github.com/unitvet/unitvet/lint/value"
)

//go:embed obsolete_unit.md
var obsoleteUnitPage string

// ObsoleteUnit finds names of units that systemd once had (systemd.special(7) and
// NEWS). No distribution ships them any more, so a dependency on one does nothing,
// or keeps the unit from being started.
var ObsoleteUnit = &lint.Rule{
	ID:        "obsolete-unit",
	Summary:   "a dependency on a unit that systemd dropped long ago",
	Category:  "dependency",
	Severity:  lint.Warning,
	Since:     "0.1.0",
	Page:      obsoleteUnitPage,
	CheckUnit: obsoleteUnit,
}

// successors of units that are gone; "" where there is nothing to wait for.
var successors = map[string]string{
	"dbus.target":                          "", // services of Type=dbus are after dbus.socket anyway
	"fsck-root.service":                    "systemd-fsck-root.service",
	"hibernate.service":                    "systemd-hibernate.service",
	"poweroff.service":                     "systemd-poweroff.service",
	"remount-rootfs.service":               "systemd-remount-fs.service",
	"rtc-set.target":                       "time-set.target",
	"suspend.service":                      "systemd-suspend.service",
	"sysctl.service":                       "systemd-sysctl.service",
	"syslog.target":                        "", // the journal is there from the start
	"systemd-random-seed-load.service":     "systemd-random-seed.service",
	"systemd-random-seed-save.service":     "systemd-random-seed.service",
	"systemd-remount-api-vfs.service":      "systemd-remount-fs.service",
	"systemd-timedated-ntp.target":         "time-sync.target",
	"systemd-tmpfiles.service":             "systemd-tmpfiles-setup.service",
	"systemd-udev.service":                 "systemd-udevd.service",
	"systemd-update-utmp-shutdown.service": "systemd-update-utmp.service",
}

// obsolete returns the release of systemd that dropped a unit that nobody ships
// any more and the set does not have.
func obsolete(set *lint.Set, name string) (release int, ok bool) {
	if u := set.Lookup(name); u != nil && u.Exists() {
		return 0, false
	}
	for _, scope := range []shipped.Scope{shipped.System, shipped.User} {
		known, ok := shipped.Lookup(name, scope)
		if ok && known.Name == name && known.Kind == shipped.KindSpecial && known.Distributions == 0 && known.Removed > 0 && known.Removed <= set.Release {
			return known.Removed, true
		}
	}
	return 0, false
}

func obsoleteUnit(p *lint.UnitPass) {
	for e := range p.Set.Graph.Of(p.Unit) {
		if !e.Named() || e.Install || e.Kind == graph.Triggers || e.Kind == graph.Conflicts {
			continue
		}
		release, ok := obsolete(p.Set, e.To)
		if !ok {
			continue
		}
		setting := e.Ref.Setting
		f := lint.Finding{
			Place:   lint.AtWord(setting, e.Ref.At),
			Message: fmt.Sprintf("%s= names %s, which is gone since systemd %d: %s", setting.Key().String(), e.To, release, effect(e.Kind)),
			Help:    "remove the name",
			Fixes:   []lint.Fix{removeWord(e.Ref, !e.Kind.Requirement())},
		}
		if e.Kind.Requirement() {
			f.Severity = lint.Error
		}
		if successor := successors[e.To]; successor != "" {
			f.Help += ", or write " + successor
			if words := value.Fields(setting.Value().String()); !slices.ContainsFunc(words, func(w value.Word) bool { return w.Text == successor }) {
				f.Fixes = append(f.Fixes, lint.Fix{Title: "write " + successor, Edits: []lint.Edit{{Place: f.Place, Text: successor}}})
			}
		}
		p.Report(f)
	}
}
