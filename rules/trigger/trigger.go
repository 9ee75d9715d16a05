// Package trigger holds the rules about units that start others: timers, paths,
// sockets and automounts.
package trigger

import "github.com/unitvet/unitvet/lint"

// Rules returns the rules of the family.
func Rules() []*lint.Rule {
	return []*lint.Rule{
		MissingTriggeredUnit,
	}
}
