// Package directive holds the rules about what directives are given: values that
// systemd refuses, specifiers, resets that reset nothing, and directives that the
// release of systemd does not have, has no longer, or discourages. Which lines
// reach systemd at all is for the family syntax.
package directive

import "github.com/unitvet/unitvet/lint"

// Rules returns the rules of the family.
func Rules() []*lint.Rule {
	return []*lint.Rule{
		AccidentalSpecifier,
		ContradictoryConditions,
		DeprecatedDirective,
		DeprecatedSpecifier,
		DirectiveTooNew,
		InconsistentLimits,
		IneffectiveReset,
		InstanceSpecifierOutsideTemplate,
		InvalidAddress,
		InvalidCalendar,
		InvalidPath,
		InvalidSpecifier,
		InvalidValue,
		LegacyPath,
		ManagerSpecifier,
		NeverElapsingCalendar,
		RemovedDirective,
		UnknownAddressFamily,
		UnknownCapability,
		UnknownNamespace,
		UnknownSyscall,
		ValueTooNew,
	}
}
