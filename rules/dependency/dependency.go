// Package dependency holds the rules about the names that units know each other
// by: dependencies on units that do not exist, are masked, or are the unit itself.
package dependency

import (
	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/graph"
)

// Rules returns the rules of the family.
func Rules() []*lint.Rule {
	return []*lint.Rule{
		ConflictingDependency,
		DanglingDependency,
		DivergentCopies,
		IgnoredDependency,
		MaskedDependency,
		MissingTargetMember,
		NetworkNotOnline,
		NetworkOnlineNotWanted,
		ObsoleteUnit,
		OrderingCycle,
		OrderingWithoutPullIn,
		SelfDependency,
		StopPropagation,
		TemplateWithoutInstance,
		UnfinishedDependency,
		UnorderedRequirement,
		UnorderedShutdown,
		UnreachableUnit,
		UserSystemMismatch,
	}
}

// started returns the names by which transactions know the unit of a pass and the
// other end of one of its edges: of a template that the set has instances of, they
// know those alone.
func started(p *lint.UnitPass, e *graph.Edge) (unit, to string) {
	if instance := p.Unit.Instance; instance != nil && e.Named() {
		for own := range p.Set.Graph.Of(instance) {
			if own.Kind == e.Kind && own.Ref.Setting.Assignment == e.Ref.Setting.Assignment && own.Ref.At == e.Ref.At {
				return instance.ID, own.To
			}
		}
	}
	return p.Unit.ID, e.To
}
