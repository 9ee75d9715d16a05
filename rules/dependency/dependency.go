// Package dependency holds the rules about the names that units know each other
// by: dependencies on units that do not exist, are masked, or are the unit itself.
package dependency

import "github.com/unitvet/unitvet/lint"

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
