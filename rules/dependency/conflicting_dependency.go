package dependency

import (
	_ "embed"
	"fmt"
	"slices"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/graph"
)

//go:embed conflicting_dependency.md
var conflictingDependencyPage string

// ConflictingDependency finds dependencies of a unit on another one that rule each
// other out.
var ConflictingDependency = &lint.Rule{
	ID:        "conflicting-dependency",
	Summary:   "dependencies on the same unit that rule each other out",
	Category:  "dependency",
	Severity:  lint.Error,
	Since:     "0.1.0",
	Page:      conflictingDependencyPage,
	CheckUnit: conflictingDependency,
}

// opposites are the kinds that rule each other out.
var opposites = map[graph.Kind][]graph.Kind{
	graph.After:     {graph.Before},
	graph.Before:    {graph.After},
	graph.Conflicts: {graph.Requires, graph.BindsTo, graph.Requisite},
	graph.Requires:  {graph.Conflicts},
	graph.BindsTo:   {graph.Conflicts},
	graph.Requisite: {graph.Conflicts},
}

func conflictingDependency(p *lint.UnitPass) {
	named := map[string][]graph.Edge{}
	for e := range p.Set.Graph.Of(p.Unit) {
		if !e.Named() || e.Install || e.To == "" || len(opposites[e.Kind]) == 0 || e.Ref.Setting.Section != "Unit" {
			continue
		}
		to := e.To
		if u := p.Set.Lookup(to); u != nil {
			to = u.ID // by whichever of its names
		}
		if to == p.Unit.ID {
			continue
		}
		if other := opposite(named[to], e.Kind); other != nil {
			p.Report(conflict(&e, other))
		} else if other, ok := refusal(p, &e, to); ok {
			p.Report(refused(&e, &other))
		}
		named[to] = append(named[to], e)
	}
}

// opposite returns the first of some edges that one of a kind rules out. Of several
// that contradict the same one, only the first is returned.
func opposite(edges []graph.Edge, by graph.Kind) *graph.Edge {
	for i := range edges {
		if edges[i].Kind == by {
			return nil // told at the first of them
		}
	}
	for _, kind := range opposites[by] {
		for i := range edges {
			if edges[i].Kind == kind {
				return &edges[i]
			}
		}
	}
	return nil
}

// refusal returns the Conflicts= by which a unit that another one requires stops
// that one. A Requisite= only looks at it, and Conflicts= of a unit with what it
// requires itself is told there.
func refusal(p *lint.UnitPass, e *graph.Edge, to string) (graph.Edge, bool) {
	if e.Kind != graph.Requires && e.Kind != graph.BindsTo || !p.Set.Transactions().Conflict(p.Unit.ID, to) {
		return graph.Edge{}, false
	}
	other := p.Set.Lookup(to)
	if other == nil {
		return graph.Edge{}, false
	}
	for back := range p.Set.Graph.Of(other) {
		if back.Kind == graph.Conflicts && back.Named() && slices.Contains(p.Unit.Names, back.To) {
			return back, true
		}
	}
	return graph.Edge{}, false
}

func refused(e, other *graph.Edge) lint.Finding {
	return lint.Finding{
		Place: lint.AtWord(e.Ref.Setting, e.Ref.At),
		Message: fmt.Sprintf("%s= names %s, which says Conflicts=%s: systemd refuses to start the unit (\"Transaction contains conflicting jobs 'stop' and 'start' for %s\")",
			e.Ref.Setting.Key().String(), e.To, other.Ref.Text(), e.From),
		Help:    "a unit cannot run with what stops it: remove the name here or there",
		Related: []lint.Related{{Place: lint.AtWord(other.Ref.Setting, other.Ref.At), Message: "the conflict"}},
	}
}

func conflict(e, other *graph.Edge) lint.Finding {
	key, otherKey := e.Ref.Setting.Key().String(), other.Ref.Setting.Key().String()
	finding := lint.Finding{
		Place: lint.AtWord(e.Ref.Setting, e.Ref.At),
		Related: []lint.Related{{
			Place:   lint.AtWord(other.Ref.Setting, other.Ref.At),
			Message: otherKey + "= names it, too",
		}},
	}
	if e.Kind.Ordering() {
		finding.Message = fmt.Sprintf("After= and Before= both name %s: where both start, systemd refuses (\"Transaction order is cyclic\") or leaves one of them out", e.To)
		finding.Help = "remove the name from one of them"
		return finding
	}
	finding.Message = fmt.Sprintf("%s= and %s= both name %s: systemd refuses to start the unit (\"Transaction contains conflicting jobs 'stop' and 'start' for %s\")",
		otherKey, key, e.To, e.To)
	finding.Help = "a unit cannot run with what it stops: remove the name from one of them"
	return finding
}
