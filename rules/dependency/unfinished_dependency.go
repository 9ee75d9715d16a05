package dependency

import (
	_ "embed"
	"fmt"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/graph"
	"github.com/unitvet/unitvet/lint/unit"
)

//go:embed unfinished_dependency.md
var unfinishedDependencyPage string

// UnfinishedDependency finds units that need a service to be up which is down
// again as soon as it has done its work.
var UnfinishedDependency = &lint.Rule{
	ID:        "unfinished-dependency",
	Summary:   "a unit that needs a service which does not stay up",
	Category:  "dependency",
	Severity:  lint.Warning,
	Since:     "0.1.0",
	Page:      unfinishedDependencyPage,
	CheckUnit: unfinishedDependency,
}

func unfinishedDependency(p *lint.UnitPass) {
	for e := range p.Set.Graph.Of(p.Unit) {
		if !e.Named() || e.Install || !e.Kind.Requirement() {
			continue
		}
		other := p.Set.Lookup(e.To)
		name, to := started(p, &e)
		if other == nil || other == p.Unit || !doesNotStay(other) || !p.Set.Transactions().Before(to, name) {
			continue
		}
		setting := e.Ref.Setting
		finding := lint.Finding{
			Place: lint.AtWord(setting, e.Ref.At),
			Help:  "set RemainAfterExit=yes in " + other.ID,
		}
		if kind, ok := other.Setting("Service", "Type"); ok {
			finding.Related = []lint.Related{{Place: lint.AtValue(kind), Message: e.To + " is over when it has done its work"}}
		}
		switch e.Kind {
		case graph.BindsTo:
			finding.Message = fmt.Sprintf("BindsTo= names %s, a oneshot without RemainAfterExit=: it is down again when %s is to start, so systemd stops %s right away", e.To, p.Unit.Name, p.Unit.Name)
		case graph.Requisite:
			finding.Message = fmt.Sprintf("Requisite= names %s, a oneshot without RemainAfterExit=: it is never up once it has done its work, so systemd refuses to start %s", e.To, p.Unit.Name)
		default:
			if startedAgain(p.Set, other) || p.Unit.Name.Type != "service" || doesNotStay(p.Unit) {
				continue // meant to run each time
			}
			finding.Message = fmt.Sprintf("%s= names %s, a oneshot without RemainAfterExit=: each start and restart of %s runs it again", setting.Key().String(), e.To, p.Unit.Name)
			finding.Help += ", if once is enough"
		}
		p.Report(finding)
	}
}

// doesNotStay reports whether a service is down again as soon as it has done its
// work.
func doesNotStay(u *unit.Unit) bool {
	return u.Name.Type == "service" && u.Known() && u.Value("Service", "Type") == "oneshot" &&
		!u.Bool("Service", "RemainAfterExit", false)
}

// startedAgain reports whether something starts a unit time and again.
func startedAgain(set *lint.Set, u *unit.Unit) bool {
	for e := range set.Graph.To(u.ID) {
		if e.Kind == graph.Triggers {
			return true
		}
	}
	return false
}
