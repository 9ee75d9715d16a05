package dependency

import (
	_ "embed"
	"fmt"
	"slices"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/graph"
	"github.com/unitvet/unitvet/lint/unit"
	"github.com/unitvet/unitvet/lint/value"
)

//go:embed unordered_requirement.md
var unorderedRequirementPage string

// UnorderedRequirement finds requirements without an order: systemd starts both
// units at the same time (systemd.unit(5), "Requires=").
var UnorderedRequirement = &lint.Rule{
	ID:        "unordered-requirement",
	Summary:   "a unit that requires another one, but does not wait for it",
	Category:  "dependency",
	Severity:  lint.Warning,
	Since:     "0.1.0",
	Page:      unorderedRequirementPage,
	CheckUnit: unorderedRequirement,
}

func unorderedRequirement(p *lint.UnitPass) {
	if !p.Unit.Known() {
		return // the order may stand in what is not here
	}
	told := map[string]bool{}
	for e := range p.Set.Graph.Of(p.Unit) {
		if !e.Named() && e.Link == nil || e.Install || !e.Kind.Requirement() || !valid(e.To) || slices.Contains(p.Unit.Names, e.To) || told[e.To] {
			continue
		}
		told[e.To] = true
		if !waits(p, &e) {
			continue
		}
		var f lint.Finding
		if e.Link != nil {
			f.Place = lint.Place{Path: e.Link.Path}
			f.Message = fmt.Sprintf("the link makes %s require %s", p.Unit.Name, e.To)
			f.Help = fmt.Sprintf("add After=%s to %s, or Before=%s to %s", e.To, p.Unit.Name, p.Unit.Name, e.To)
		} else {
			setting := e.Ref.Setting
			f.Place = lint.AtWord(setting, e.Ref.At)
			f.Message = fmt.Sprintf("%s= names %s", setting.Key().String(), e.To)
			f.Help = "add After=" + e.Ref.Text()
			f.Fixes = []lint.Fix{addLine(setting, "After="+e.Ref.Text())}
		}
		f.Message += fmt.Sprintf(", but nothing orders the two: systemd starts both at the same time, and %s does not wait until %s is up%s",
			p.Unit.Name, e.To, whenItFails[e.Kind])
		p.Report(f)
	}
}

// whenItFails says what else is lost without an order.
var whenItFails = map[graph.Kind]string{
	graph.Requires:  " or has failed",
	graph.BindsTo:   " or has failed",
	graph.Requisite: ", nor until a start of it that is under way has ended",
}

// byBasic are the types of units that are up by basic.target, unless they say
// otherwise, and so before all services (systemd.special(7)).
var byBasic = map[string]bool{"socket": true, "path": true}

// waits reports whether a unit is one that is of use only once another one is up,
// and has no order with it.
func waits(p *lint.UnitPass, requirement *graph.Edge) bool {
	name := requirement.To
	found := p.Set.Resolve(name)
	if found.Where != lint.Here && found.Where != lint.Shipped || found.Unit != nil && found.Unit.State != unit.Loaded {
		return false // not here, or not known
	}
	own, err := value.ParseName(name)
	if err != nil || own.Type == "slice" || own.Type == "scope" || own.Type == "device" || p.Unit.Name.Type == "slice" {
		return false
	}
	if found.Unit == nil && (own.Prefix == p.Unit.Name.Prefix || byBasic[own.Type] && p.Set.Graph.HasDefaultDependencies(p.Unit)) {
		return false // a socket, timer or path of the same name comes first anyway
	}
	for e := range p.Set.Graph.Of(p.Unit) {
		if e.Kind.Ordering() && e.To == name {
			return false // in a template, too
		}
	}
	m := p.Set.Transactions()
	// Two that need each other mean to come and go together.
	unit, to := started(p, requirement)
	return !m.Ordered(unit, to) && !m.Brings(to, unit)
}
