package dependency

import (
	_ "embed"
	"fmt"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/graph"
	"github.com/unitvet/unitvet/lint/value"
)

//go:embed ignored_dependency.md
var ignoredDependencyPage string

// IgnoredDependency finds dependencies that make no sense to systemd
// (unit_add_dependency in src/core/unit.c).
var IgnoredDependency = &lint.Rule{
	ID:        "ignored-dependency",
	Summary:   "a dependency that systemd drops, since units of that type cannot have it",
	Category:  "dependency",
	Severity:  lint.Warning,
	Since:     "0.1.0",
	Page:      ignoredDependencyPage,
	CheckUnit: ignoredDependency,
}

// cannotFail are the types of units that OnFailure= means nothing for.
var cannotFail = map[string]bool{"device": true, "slice": true}

func ignoredDependency(p *lint.UnitPass) {
	for e := range p.Set.Graph.Of(p.Unit) {
		if !e.Named() || e.Install {
			continue
		}
		setting := e.Ref.Setting
		f := lint.Finding{
			Place: lint.AtWord(setting, e.Ref.At),
			Help:  "remove the name",
			Fixes: []lint.Fix{removeWord(e.Ref, true)},
		}
		switch {
		case e.Kind == graph.Before && value.TypeOf(e.To) == "device":
			f.Message = fmt.Sprintf("Before=%s has no effect: a device appears when it does, and systemd drops the order (\".device units cannot be delayed\")", e.To)
		case e.Kind == graph.OnFailure && cannotFail[p.Unit.Name.Type]:
			f.Message = fmt.Sprintf("OnFailure=%s has no effect: %s units cannot fail, and systemd drops the dependency", e.To, p.Unit.Name.Type)
		default:
			continue
		}
		p.Report(f)
	}
}
