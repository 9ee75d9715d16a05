package dependency

import (
	_ "embed"
	"fmt"

	"github.com/unitvet/unitvet/lint"
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
	for _, m := range missing(p) {
		if m.member {
			continue
		}
		setting := m.edge.Ref.Setting
		p.Report(lint.Finding{
			Severity: m.severity,
			Place:    lint.AtWord(setting, m.edge.Ref.At),
			Message:  fmt.Sprintf("%s= names %s, %s: %s%s", setting.Key().String(), m.edge.To, m.text, m.unless, effect(m.edge.Kind)),
			Help:     m.help,
			Related:  m.related(),
			Fixes:    []lint.Fix{m.remove()},
		})
	}
}
