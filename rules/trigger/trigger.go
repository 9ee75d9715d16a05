// Package trigger holds the rules about units that start others, timers, paths,
// sockets and automounts, and about the other types with rules of their own:
// mounts, swaps, slices and scopes.
package trigger

import "github.com/unitvet/unitvet/lint"

// Rules returns the rules of the family.
func Rules() []*lint.Rule {
	return []*lint.Rule{
		AcceptMismatch,
		AutomountWithoutMount,
		InvalidSocket,
		MissingTriggeredUnit,
		MountNameMismatch,
		MountOnAPIFileSystem,
		MountWithoutNofail,
		MountWithoutSource,
		PathUnitLoop,
		PathWithoutCondition,
		PersistentWithoutCalendar,
		ReservedAutomountOption,
		ScopeUnitFile,
		SliceName,
		SocketWithoutListen,
		SwapNameMismatch,
		TimerNeverStarts,
		TimerOfRemainingService,
		TimerRequiresService,
		TimerServiceEnabledToo,
		TimerWithoutSchedule,
	}
}
