package dependency

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/graph"
	"github.com/unitvet/unitvet/lint/unit"
)

//go:embed self_dependency.md
var selfDependencyPage string

// SelfDependency finds a unit that names itself. systemd drops such a dependency
// with a warning (unit_add_dependency in src/core/unit.c).
var SelfDependency = &lint.Rule{
	ID:        "self-dependency",
	Summary:   "a unit that depends on itself: systemd drops the dependency",
	Category:  "dependency",
	Severity:  lint.Warning,
	Since:     "0.1.0",
	Page:      selfDependencyPage,
	CheckUnit: selfDependency,
}

func selfDependency(p *lint.UnitPass) {
	for e := range p.Set.Graph.Of(p.Unit) {
		if !e.Named() || e.Install || e.Kind == graph.InSlice || !isSelf(p, e.To) {
			continue
		}
		setting := e.Ref.Setting
		if shared(p.Unit, setting.Part) && !strings.Contains(e.Ref.Text(), "%") {
			continue // all others that read the file are to depend on this one
		}
		p.Report(lint.Finding{
			Place:   lint.AtWord(setting, e.Ref.At),
			Message: fmt.Sprintf("%s=%s names the unit itself", setting.Key().String(), e.Ref.Text()),
			Help:    "systemd drops a dependency of a unit on itself: remove the name, or write the unit that was meant",
			Fixes:   []lint.Fix{removeWord(e.Ref, true)},
		})
	}
}

// isSelf reports whether a name is one of the unit's, or one that it gets once it is
// enabled.
func isSelf(p *lint.UnitPass, name string) bool {
	return slices.Contains(p.Unit.Names, name) ||
		p.Set.Lookup(name) == nil && slices.Contains(p.Unit.InstallAliases(), name)
}

// shared reports whether a file is there for more units than one: the template of an
// instance, or a drop-in for a template, a prefix or a type.
func shared(u *unit.Unit, part *unit.Part) bool {
	if !part.IsDropIn() {
		return u.Template != nil && part == u.Template.Fragment
	}
	return !slices.Contains(u.Names, strings.TrimSuffix(part.DropInDir(), ".d"))
}
