package syntax

import (
	"slices"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/unit"
)

// needs are the settings of which a unit must have one, and what becomes of it
// without (timer_verify, socket_verify and path_verify in src/core).
var needs = map[string]struct {
	keys    []string
	without string
}{
	"Timer": {
		[]string{
			"OnActiveSec", "OnBootSec", "OnStartupSec", "OnUnitActiveSec", "OnUnitInactiveSec", "OnCalendar", "OnClockChange", "OnTimezoneChange",
		},
		"does not load the timer, which has no other time (\"Timer unit lacks value setting. Refusing.\")",
	},
	"Socket": {
		[]string{
			"ListenStream", "ListenDatagram", "ListenSequentialPacket", "ListenFIFO", "ListenSpecial", "ListenNetlink",
			"ListenMessageQueue", "ListenUSBFunction",
		},
		"does not load the socket unit, which listens nowhere else (\"Unit has no Listen setting\")",
	},
	"Path": {
		[]string{"PathExists", "PathExistsGlob", "PathChanged", "PathModified", "DirectoryNotEmpty"},
		"does not load the path unit, which watches nothing else (\"Path unit lacks path setting. Refusing.\")",
	},
}

// lacksKey is what the answer of Without is remembered under.
type lacksKey struct{}

// Without says what becomes of a unit if systemd does not take an assignment to a key
// of one of its files: "does not load the timer, …" where it needs one like that and
// has none that systemd takes, and all that the unit says is known; "" otherwise.
func Without(p *lint.FilePass, section, key string) string {
	if !slices.Contains(needs[section].keys, key) {
		return ""
	}
	lacks := lint.Once(p.Memo, lacksKey{}, func() bool {
		return p.Unit.Fragment != nil && p.Unit.Known() && !slices.ContainsFunc(needs[section].keys, func(key string) bool {
			return takes(p, section, key)
		})
	})
	if !lacks {
		return ""
	}
	return needs[section].without
}

// takes reports whether systemd takes an assignment to a key of the unit that gives it
// what it needs.
func takes(p *lint.FilePass, section, key string) bool {
	if key == "OnClockChange" || key == "OnTimezoneChange" {
		return p.Unit.Bool(section, key, false)
	}
	return slices.ContainsFunc(p.Unit.Settings(section, key), func(s unit.Setting) bool { return p.Unit.Accepts(s, p.Set.Release) })
}
