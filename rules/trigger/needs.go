package trigger

import (
	"slices"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/unit"
)

// need is what systemd does not load a unit of a type without.
type need struct {
	// keys are the settings of which the unit must have one.
	keys []string
	// without says what becomes of a unit that has none but what systemd cannot read.
	without string
}

// neededBy are the needs of types of units, by their sections (timer_verify,
// socket_verify and path_verify in src/core).
var neededBy = map[string]need{
	"Timer": {
		schedules,
		"does not load the timer, which has no other time (\"Timer unit lacks value setting. Refusing.\")",
	},
	"Socket": {
		slices.Concat(acceptingListeners, otherListeners),
		"does not load the socket unit, which listens nowhere else (\"Unit has no Listen setting\")",
	},
	"Path": {
		watches,
		"does not load the path unit, which watches nothing else (\"Path unit lacks path setting. Refusing.\")",
	},
}

// met reports whether systemd takes one of the settings that the unit needs, or the
// unit is a timer that does without.
func (n need) met(set *lint.Set, u *unit.Unit) bool {
	return len(takenOf(set, u, n.keys...)) > 0 || u.Name.Type == "timer" && onChange(set, u)
}

// mentioned reports whether the unit has one of them at all. What systemd cannot read
// the rules about values tell, with what becomes of the unit without it.
func (n need) mentioned(u *unit.Unit) bool {
	return slices.ContainsFunc(n.keys, func(key string) bool { return len(u.Settings(u.Name.Section(), key)) > 0 })
}

// unmetKey is what the answer of Without is remembered under.
type unmetKey struct{}

// Without says what becomes of a unit if systemd does not take an assignment to a key
// of one of its files: "does not load the timer, …" where it needs one like that and
// has none that systemd takes, and all that the unit says is known; "" otherwise.
func Without(p *lint.FilePass, section, key string) string {
	n := neededBy[section]
	if section != p.Unit.Name.Section() || !slices.Contains(n.keys, key) {
		return ""
	}
	unmet := lint.Once(p.Memo, unmetKey{}, func() bool {
		return p.Unit.Fragment != nil && p.Unit.Known() && !n.met(p.Set, p.Unit)
	})
	if !unmet {
		return ""
	}
	return n.without
}
