package install

import (
	_ "embed"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/unit"
)

//go:embed enablement_drift.md
var enablementDriftPage string

// EnablementDrift finds units of a root that are enabled otherwise than their
// [Install] says: it was changed after systemctl enable.
var EnablementDrift = &lint.Rule{
	ID:       "enablement-drift",
	Summary:  "links of an enabled unit that are not those that its [Install] asks for",
	Category: "install",
	Severity: lint.Info,
	Since:    "0.1.0",
	Page:     enablementDriftPage,
	CheckSet: enablementDrift,
}

func enablementDrift(p *lint.SetPass) {
	if !p.Set.Rooted {
		return
	}
	made := madeLinks(p.Set)
	byName := map[string][]string{} // the links to a unit
	for _, link := range slices.Sorted(maps.Keys(made)) {
		byName[path.Base(link)] = append(byName[path.Base(link)], link)
	}
	for _, u := range p.Set.Units {
		if u.State != unit.Loaded || !u.Known() || u.Fragment == nil || u.IsTemplate() {
			continue
		}
		var missing []unit.InstallEntry
		asked := map[string]bool{}
		enabled := false
		for _, key := range []string{"WantedBy", "RequiredBy", "UpheldBy"} {
			for _, entry := range u.Install(key) {
				if entry.Link == "" {
					continue
				}
				asked[entry.Link] = true
				if made[entry.Link] == "" {
					missing = append(missing, entry)
				} else {
					enabled = true
				}
			}
		}
		name := u.ID
		if enabled {
			for _, entry := range missing {
				p.Report(lint.Finding{
					Unit:    name,
					Place:   lint.AtWord(entry.Setting, entry.At),
					Message: fmt.Sprintf("%s is enabled, but without the link %s, which %s= asks for", name, entry.Link, entry.Key),
					Help:    "enable it anew: systemctl reenable " + name,
				})
			}
		}
		for _, link := range byName[name] {
			if len(asked) > 0 && !asked[link] && !enabled {
				p.Report(lint.Finding{
					Unit:    name,
					Place:   lint.Place{Path: made[link]},
					Message: fmt.Sprintf("the link starts %s, but [Install] of %s does not ask for it: it asks for %s", name, name, strings.Join(sorted(asked), ", ")),
					Help:    "enable it anew: systemctl reenable " + name,
				})
			}
		}
	}
}

// madeLinks returns the links in the directory that systemctl enable writes to,
// with their paths in reports.
func madeLinks(set *lint.Set) map[string]string {
	made := map[string]string{}
	for _, dir := range set.Dirs {
		if dir.Host != set.ConfigDir() {
			continue
		}
		for _, u := range set.Units {
			for _, link := range u.Links {
				if rest, ok := strings.CutPrefix(link.Path, dir.Path+"/"); ok && !link.Masked && link.Target != "" {
					made[rest] = link.Path
				}
			}
		}
	}
	return made
}

func sorted(names map[string]bool) []string { return slices.Sorted(maps.Keys(names)) }
