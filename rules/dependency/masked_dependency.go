package dependency

import (
	_ "embed"
	"fmt"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/graph"
	"github.com/unitvet/unitvet/lint/unit"
)

//go:embed masked_dependency.md
var maskedDependencyPage string

// MaskedDependency finds dependencies on units that are masked.
var MaskedDependency = &lint.Rule{
	ID:        "masked-dependency",
	Summary:   "a dependency on a unit that is masked and can never start",
	Category:  "dependency",
	Severity:  lint.Error,
	Since:     "0.1.0",
	Page:      maskedDependencyPage,
	CheckUnit: maskedDependency,
}

func maskedDependency(p *lint.UnitPass) {
	for e := range p.Set.Graph.Of(p.Unit) {
		if !e.Named() || e.Install || !e.Kind.Requirement() && e.Kind != graph.Wants && e.Kind != graph.Upholds {
			continue
		}
		masked := p.Set.Lookup(e.To)
		if masked == nil || masked.State != unit.Masked {
			continue
		}
		setting := e.Ref.Setting
		finding := lint.Finding{
			Place:   lint.AtWord(setting, e.Ref.At),
			Related: []lint.Related{{Place: lint.Place{Path: masked.Path}, Message: "the mask"}},
			Help:    "remove the name, or unmask the unit: delete " + masked.Path,
			Fixes:   []lint.Fix{removeWord(e.Ref, false)},
		}
		if e.Kind.Requirement() {
			finding.Message = fmt.Sprintf("%s= names %s, which is masked: systemd refuses to start the unit (\"Unit %s is masked\")", setting.Key().String(), e.To, e.To)
		} else {
			// A mask over a shipped unit is how an administrator keeps it from starting,
			// wanted or not. Beside the unit that wants it, the two disagree.
			if masked.Set.Rooted {
				continue
			}
			finding.Severity = lint.Warning
			finding.Message = fmt.Sprintf("%s= names %s, which is masked: systemd never starts it and says nothing", setting.Key().String(), e.To)
		}
		p.Report(finding)
	}
}
