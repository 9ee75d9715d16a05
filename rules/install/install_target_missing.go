package install

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/unit"
	"github.com/unitvet/unitvet/lint/value"
)

//go:embed install_target_missing.md
var installTargetMissingPage string

// InstallTargetMissing finds names in WantedBy= and its like that no unit answers
// to. systemctl enable makes the link nevertheless, with a warning at most
// (install_info_symlink_wants in src/shared/install.c).
var InstallTargetMissing = &lint.Rule{
	ID:       "install-target-missing",
	Summary:  "a unit that is to be enabled under one that does not exist: it is never started",
	Category: "install",
	Severity: lint.Warning,
	Since:    "0.1.0",
	Page:     installTargetMissingPage,
	CheckSet: installTargetMissing,
}

func installTargetMissing(p *lint.SetPass) {
	for _, u := range slices.Concat(p.Set.Units, p.Set.Quadlets) {
		if u.Template != nil {
			continue // says what its template says
		}
		for _, key := range []string{"WantedBy", "RequiredBy", "UpheldBy"} {
			for _, entry := range u.Install(key) {
				installTarget(p, u, entry)
			}
		}
	}
}

func installTarget(p *lint.SetPass, u *unit.Unit, entry unit.InstallEntry) {
	if entry.Fault != unit.InstallFine && entry.Fault != unit.InstallNoInstance || entry.Name == u.ID {
		return
	}
	found := p.Set.Resolve(entry.Name)
	if found.Where != lint.Nowhere || found.OtherManager {
		return
	}
	if p.Set.Scope != unit.ScopeSystem && strings.HasSuffix(entry.Name, "-session.target") {
		return // each desktop has one of its own
	}
	by := "systemctl enable"
	if u.Quadlet != "" {
		by = "podman's generator"
	}
	f := lint.Finding{
		Unit:  u.ID,
		Place: lint.AtWord(entry.Setting, entry.At),
		Message: fmt.Sprintf("%s= names %s, but there is no such unit, and no known package ships one: %s makes a link that nothing ever follows",
			entry.Key, entry.Name, by),
		Help: "write a target that is reached, such as multi-user.target",
	}
	if startsAnyway(p.Set, u, entry.Name) {
		f.Severity = lint.Info // one of several, of which not all need be there
	}
	if near := similar(p.Set, entry.Name); near != "" {
		f.Help = fmt.Sprintf("did you mean %s?", near)
		f.Fixes = []lint.Fix{{Title: "write " + near, Edits: []lint.Edit{{Place: f.Place, Text: near}}}}
	}
	p.Report(f)
}

// startsAnyway reports whether another name in [Install] is that of a unit that is
// there.
func startsAnyway(set *lint.Set, u *unit.Unit, name string) bool {
	for _, key := range []string{"WantedBy", "RequiredBy", "UpheldBy"} {
		for _, other := range u.Install(key) {
			if other.Name != name && other.Fault == unit.InstallFine && set.Resolve(other.Name).Where != lint.Nowhere {
				return true
			}
		}
	}
	return false
}

// usualTargets are those that units are enabled under (systemd.special(7)).
var usualTargets = []string{
	"basic.target", "cryptsetup.target", "default.target", "getty.target", "graphical-session.target", "graphical.target",
	"halt.target", "local-fs.target", "multi-user.target", "network-online.target", "network.target", "paths.target", "poweroff.target",
	"reboot.target", "remote-fs.target", "shutdown.target", "sleep.target", "slices.target", "sockets.target", "suspend.target",
	"sysinit.target", "timers.target",
}

// similar returns the unit that a name was most likely meant for, or "".
func similar(set *lint.Set, name string) string {
	if _, near := set.Family(name); near != "" {
		return near
	}
	near, _ := value.Closest(name, usualTargets)
	return near
}
