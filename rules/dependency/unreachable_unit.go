package dependency

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/unit"
	"github.com/unitvet/unitvet/rules/install"
)

//go:embed unreachable_unit.md
var unreachableUnitPage string

// UnreachableUnit finds units of a checkout that nothing starts.
var UnreachableUnit = &lint.Rule{
	ID:       "unreachable-unit",
	Summary:  "a unit that nothing starts, at boot or later",
	Category: "dependency",
	Severity: lint.Info,
	Tier:     lint.Strict,
	Since:    "0.1.0",
	Page:     unreachableUnitPage,
	CheckSet: unreachableUnit,
}

func unreachableUnit(p *lint.SetPass) {
	if p.Set.Rooted {
		return // people start units by hand there
	}
	m := p.Set.Transactions()
	for _, name := range m.Unstarted(func(name string) bool { return startedFromOutside(p.Set, name) }) {
		u := p.Set.Lookup(name)
		if install.MissesInstall(p.Set, u) {
			continue // missing-install says so
		}
		finding := lint.Finding{
			Unit:    name,
			Place:   top(u),
			Message: fmt.Sprintf("nothing starts %s: no other unit, timer, socket or path does, and it has no [Install]", name),
			Help:    "add an [Install] section, or a dependency or a trigger where it is needed; if it is started by hand, leave it",
		}
		if by := m.StartedBy(name); len(by) > 0 {
			finding.Message = fmt.Sprintf("nothing starts %s but %s, which nothing starts", name, list(by, "and"))
		}
		p.Report(finding)
	}
}

// startedFromOutside reports whether a unit is started by more than the set tells:
// because somebody enables it, by D-Bus, by name, or because it is not known.
func startedFromOutside(set *lint.Set, name string) bool {
	u := set.Lookup(name)
	if u == nil || u.State != unit.Loaded || !u.Known() || u.IsTemplate() || u.Template != nil || set.IsShipped(name) {
		return true
	}
	switch u.Name.Type {
	case "service":
		if u.Value("Service", "BusName") != "" {
			return true
		}
	case "target", "timer", "socket", "path":
	default:
		return true
	}
	if slices.ContainsFunc(u.Names, func(alias string) bool { return strings.HasPrefix(alias, "dbus-") || set.IsShipped(alias) }) {
		return true
	}
	return slices.ContainsFunc([]string{"WantedBy", "RequiredBy", "UpheldBy", "Alias", "Also"}, func(key string) bool {
		return len(u.Settings("Install", key)) > 0
	})
}
