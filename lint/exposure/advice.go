package exposure

import (
	"cmp"
	"math/bits"
	"slices"
	"strings"
	"sync"

	"github.com/unitvet/unitvet/lint/directive"
	"github.com/unitvet/unitvet/lint/program"
	"github.com/unitvet/unitvet/lint/program/startup"
	"github.com/unitvet/unitvet/lint/sandbox"
)

// Advice is what could be added to a service to lower its exposure.
type Advice struct {
	// Score is the exposure as it is, in tenths.
	Score uint64
	// Sure are settings that take nothing from the service that it is seen to need,
	// best first.
	Sure []Suggestion
	// Open are settings that depend on what nobody but its author knows.
	Open []Suggestion
}

// Suggestion is a setting to add.
type Suggestion struct {
	Key, Value string
	// With are lines that go with it.
	With []string
	// Score is the exposure, in tenths, with it and all those before it.
	Score uint64
	// Questions are what to ask before it is added.
	Questions []string
}

// Lines returns the assignments that the suggestion consists of.
func (s Suggestion) Lines() []string { return append([]string{s.Key + "=" + s.Value}, s.With...) }

// Lowered returns the exposure with everything that is sure, in tenths.
func (a Advice) Lowered() uint64 { return last(a.Sure, a.Score) }

// Possible returns the exposure with everything, in tenths.
func (a Advice) Possible() uint64 { return last(a.Open, a.Lowered()) }

func last(list []Suggestion, byDefault uint64) uint64 {
	if len(list) == 0 {
		return byDefault
	}
	return list[len(list)-1].Score
}

// Lines returns the assignments of all that is sure.
func (a Advice) Lines() []string {
	var lines []string
	for _, s := range a.Sure {
		lines = append(lines, s.Lines()...)
	}
	return lines
}

// DropIn returns a drop-in with everything that is sure, and with what is open as
// comments; "" if there is nothing to add.
func (a Advice) DropIn(section string) string {
	if len(a.Sure)+len(a.Open) == 0 {
		return ""
	}
	var text strings.Builder
	text.WriteString("[" + section + "]\n")
	for _, line := range a.Lines() {
		text.WriteString(line + "\n")
	}
	asked := ""
	for _, s := range a.Open {
		if question := strings.Join(s.Questions, " "); question != asked {
			text.WriteString("# " + question + "\n")
			asked = question
		}
		for _, line := range s.Lines() {
			text.WriteString("#" + line + "\n")
		}
	}
	return text.String()
}

// candidate is a setting that may be added.
type candidate struct {
	key, value string
	needs      // that it takes away
	// confines says that the setting keeps a service that is not root's from gaining
	// privileges, too (NoNewPrivileges= in systemd.exec(5)).
	confines bool
	// user says that it is for services that are not root's.
	user bool
}

// callsToDeny are groups of system calls for the administration and the debugging of
// a machine, and old ones.
const callsToDeny = "~@clock @cpu-emulation @debug @module @mount @obsolete @raw-io @reboot @swap"

// candidates are what may be added. Those that give the service mounts of its own keep
// what it mounts from everyone else. Settings that ordinary programs fail with in
// unforeseen ways are not among them: MemoryDenyWriteExecute= (just-in-time
// compilers), ProcSubset=, UMask=, RemoveIPC=, PrivateUsers=, PrivateNetwork=.
var candidates = []candidate{
	{key: "NoNewPrivileges", value: "yes", needs: rights, user: true},
	{key: "CapabilityBoundingSet", needs: rights, confines: true, user: true},
	{key: "ProtectSystem", value: "full", needs: mounts | programs | config},
	{key: "ProtectSystem", value: "yes", needs: mounts | programs},
	{key: "ProtectHome", value: "yes", needs: mounts | homes},
	{key: "PrivateTmp", value: "yes", needs: mounts | temporary},
	{key: "PrivateDevices", value: "yes", needs: mounts | devices, confines: true},
	{key: "PrivateMounts", value: "yes", needs: mounts},
	{key: "ProtectClock", value: "yes", needs: clock, confines: true},
	{key: "ProtectControlGroups", value: "yes", needs: mounts | cgroups},
	{key: "ProtectHostname", value: "yes", needs: hostName, confines: true},
	{key: "ProtectKernelLogs", value: "yes", needs: mounts | kernelLog, confines: true},
	{key: "ProtectKernelModules", value: "yes", needs: mounts | modules, confines: true},
	{key: "ProtectKernelTunables", value: "yes", needs: mounts | tunables, confines: true},
	{key: "ProtectProc", value: "invisible", needs: mounts | processes},
	{key: "RestrictAddressFamilies", value: "AF_UNIX AF_INET AF_INET6 AF_NETLINK", needs: families, confines: true},
	{key: "RestrictNamespaces", value: "yes", needs: namespaces, confines: true},
	{key: "RestrictRealtime", value: "yes", needs: realTime, confines: true},
	{key: "RestrictSUIDSGID", value: "yes", needs: setIDFiles, confines: true},
	{key: "LockPersonality", value: "yes", needs: otherABI, confines: true},
	{key: "SystemCallArchitectures", value: "native", needs: otherABI, confines: true},
	{key: "SystemCallFilter", value: callsToDeny, needs: rareCalls | otherABI, confines: true},
}

// clockAloneSince is the first release of which it is sure that ProtectClock= does not
// close all devices but the clock.
const clockAloneSince = 252

// Advise returns what could be added to a unit with these settings and commands, of
// which those in Python were followed. What the unit sets itself is its author's
// decision and left alone.
func Advise(s *sandbox.Settings, p *program.Unit, followed []*startup.Program, policy Policy) Advice {
	badness, weights := policy.weigh(s)
	a := Advice{Score: scoreOf(badness, weights)}
	e := see(s, p, followed)
	type ranked struct {
		suggestion Suggestion
		doubts     needs
		gain       uint64
	}
	var list []ranked
	chosen := map[string]bool{}
	for _, c := range candidates {
		suggestion, ok := c.suggest(s)
		taken := c.needs
		if c.key == "ProtectClock" && s.Release < clockAloneSince {
			taken |= devices
		}
		if c.confines && !s.Privileged() && !s.On("NoNewPrivileges") {
			taken |= rights
		}
		doubts := taken &^ e.lacks
		switch {
		case !ok || taken&e.wants != 0 || chosen[c.key]:
			continue
		case c.key == "ProtectSystem" && c.value == "full" && doubts&^config == 0 && doubts != 0:
			continue // the weaker one is sure
		}
		gain := policy.gain(s.Clone(), suggestion)
		if gain == 0 {
			continue
		}
		chosen[c.key] = true
		list = append(list, ranked{suggestion, doubts, gain})
	}
	slices.SortStableFunc(list, func(x, y ranked) int {
		return cmp.Or(
			cmp.Compare(min(x.doubts, 1), min(y.doubts, 1)), // what is sure first
			cmp.Compare(x.doubts, y.doubts),                 // then question by question
			cmp.Compare(y.gain, x.gain),
		)
	})
	now := s.Clone()
	for _, r := range list {
		badness -= policy.gain(now, r.suggestion)
		r.suggestion.Score = scoreOf(badness, weights)
		if r.doubts == 0 {
			a.Sure = append(a.Sure, r.suggestion)
			continue
		}
		for left := r.doubts; left != 0; left &= left - 1 {
			r.suggestion.Questions = append(r.suggestion.Questions, questions[1<<bits.TrailingZeros32(uint32(left))])
		}
		a.Open = append(a.Open, r.suggestion)
	}
	return a
}

// gain adds a suggestion to settings and returns by how much the weighted badness
// sinks. No suggestion raises it.
func (p Policy) gain(s *sandbox.Settings, suggestion Suggestion) uint64 {
	checks := decidedBy()[suggestion.Key]
	sum := func() uint64 {
		var badness uint64
		for _, c := range checks {
			b, _ := p.share(c, s)
			badness += b
		}
		return badness
	}
	before := sum()
	s.Add(suggestion.Key, suggestion.Value)
	return before - min(before, sum())
}

// decidedBy returns the checks on which a setting has a say, by setting.
var decidedBy = sync.OnceValue(func() map[string][]*Check {
	checks := Checks()
	decided := map[string][]*Check{}
	for i := range checks {
		c := &checks[i]
		for _, candidate := range candidates {
			key := candidate.key
			devices := c.Field == "DeviceAllow" && (key == "PrivateDevices" || key == "ProtectClock")
			if (devices || sandbox.Drops(key)&c.arguments != 0 || slices.Contains(c.Keys(), key)) && !slices.Contains(decided[key], c) {
				decided[key] = append(decided[key], c)
			}
		}
	}
	return decided
})

// suggest returns the suggestion of a candidate for a unit, false if it is none.
func (c candidate) suggest(s *sandbox.Settings) (Suggestion, bool) {
	suggestion := Suggestion{Key: c.key, Value: c.value}
	reason := s.Reason(c.key)
	d, known := directive.Lookup(s.Section, c.key)
	if !known || !d.In(s.Release) || len(reason.Settings) > 0 && reason.Implied == "" || c.user && s.Privileged() {
		return suggestion, false
	}
	switch c.key {
	case "CapabilityBoundingSet":
		suggestion.Value = strings.Join(s.Ambient.Names(), " ")
	case "ProtectSystem":
		if s.On(c.key) {
			return suggestion, false
		}
	case "ProtectHome":
		if s.Word(c.key) == "tmpfs" {
			return suggestion, false
		}
	case "SystemCallFilter":
		if len(s.Unit.Settings(s.Section, "SystemCallErrorNumber")) == 0 {
			suggestion.With = []string{"SystemCallErrorNumber=EPERM"}
		}
	}
	return suggestion, true
}
