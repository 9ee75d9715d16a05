package dependency

import (
	_ "embed"
	"fmt"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/graph"
)

//go:embed dangling_dependency.md
var danglingDependencyPage string

// DanglingDependency finds names in dependencies that no unit answers to.
// Members of targets are MissingTargetMember's, triggered units another family's.
var DanglingDependency = &lint.Rule{
	ID:        "dangling-dependency",
	Summary:   "a dependency on a unit that does not exist",
	Category:  "dependency",
	Severity:  lint.Warning,
	Since:     "0.1.0",
	Page:      danglingDependencyPage,
	CheckUnit: danglingDependency,
	Quadlets:  true,
}

func danglingDependency(p *lint.UnitPass) {
	for e := range p.Set.Graph.Of(p.Unit) {
		if !e.Named() || e.Install || e.Kind == graph.Triggers || e.Kind == graph.InSlice ||
			isMember(p.Unit, &e) || !valid(e.To) {
			continue
		}
		if e.Kind == graph.After && e.Ref.Setting.Key().String() == "Sockets" {
			continue // the same name is wanted as well
		}
		if p.Unit.Quadlet != "" && p.Set.Resolve(e.To).Where == lint.Elsewhere {
			continue // what the generator reads comes to the host from several places
		}
		v := judge(p.Set, e.To, e.Kind)
		if v.severity == 0 {
			continue
		}
		setting := e.Ref.Setting
		p.Report(lint.Finding{
			Severity: v.severity,
			Place:    lint.AtWord(setting, e.Ref.At),
			Message:  fmt.Sprintf("%s= names %s, %s: %s%s", setting.Key().String(), e.To, v.text, v.unless, effect(e.Kind)),
			Help:     v.help,
			Fixes:    []lint.Fix{removeWord(e.Ref, false)},
		})
	}
}
