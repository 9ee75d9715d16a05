package directive

import (
	_ "embed"
	"fmt"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/unit"
)

//go:embed inconsistent_limits.md
var inconsistentLimitsPage string

// InconsistentLimits finds limits that contradict each other: a soft limit over the
// hard one, which systemd refuses (rlimit_parse in src/basic/rlimit-util.c), and
// memory that is promised but not allowed.
var InconsistentLimits = &lint.Rule{
	ID:        idInconsistentLimits,
	Summary:   "limits that contradict each other: soft over hard, a minimum over a maximum",
	Category:  "directive",
	Severity:  lint.Warning,
	Since:     "0.1.0",
	Page:      inconsistentLimitsPage,
	CheckFile: inconsistentLimits,
}

func inconsistentLimits(p *lint.FilePass) {
	tells(idInconsistentLimits)(p)
	if !hasKeys(p.Part, "Memory", "Restart") {
		return
	}
	for _, section := range []string{"Service", "Socket", "Mount", "Swap", "Slice", "Scope"} {
		for _, pair := range memoryOrder {
			low, okLow := p.Unit.Setting(section, pair.low)
			high, okHigh := p.Unit.Setting(section, pair.high)
			if !okLow || !okHigh || last(p.Unit, low, high).Part != p.Part {
				continue
			}
			if !isMore(low.Value().String(), high.Value().String(), amountOfMemory) {
				continue
			}
			tellLimits(p, low, high, fmt.Sprintf("%s=%s is more than %s=%s: %s",
				pair.low, low.Value().String(), pair.high, high.Value().String(), pair.result))
			break
		}
	}
	restart, okRestart := p.Unit.Setting("Service", "RestartSec")
	most, okMost := p.Unit.Setting("Service", "RestartMaxDelaySec")
	if okRestart && okMost && last(p.Unit, restart, most).Part == p.Part &&
		isMore(restart.Value().String(), most.Value().String(), amountOfTime) {
		tellLimits(p, restart, most, fmt.Sprintf("RestartSec=%s is more than RestartMaxDelaySec=%s: systemd waits %[2]s from the first restart on",
			restart.Value().String(), most.Value().String()))
	}
}

// memoryOrder are limits of memory of which the first may not be above the second.
var memoryOrder = []struct{ low, high, result string }{
	{"MemoryMin", "MemoryMax", "the unit is killed before it has what it is promised"},
	{"MemoryLow", "MemoryMax", "the unit is killed before it has what it is promised"},
	{"MemoryHigh", "MemoryMax", "the unit is killed before it is slowed down"},
	{"MemoryMin", "MemoryHigh", "the unit is slowed down before it has what it is promised"},
	{"MemoryLow", "MemoryHigh", "the unit is slowed down before it has what it is promised"},
}

// tellLimits reports two settings at the one that is applied last.
func tellLimits(p *lint.FilePass, a, b unit.Setting, message string) {
	at, other := b, a
	if last(p.Unit, a, b).Assignment == a.Assignment {
		at, other = a, b
	}
	p.Report(lint.Finding{
		Place:   lint.AtValue(at),
		Message: message,
		Help:    "raise the one or lower the other",
		Related: []lint.Related{{Place: lint.AtValue(other), Message: "the other limit"}},
	})
}

// last returns the setting that is applied later.
func last(u *unit.Unit, a, b unit.Setting) unit.Setting {
	for s := range u.All() {
		switch s.Assignment {
		case a.Assignment:
			return b
		case b.Assignment:
			return a
		}
	}
	return b
}

// isMore reports whether a is certainly more than b. Both must be of one kind: a
// percentage is not compared with bytes.
func isMore(a, b string, read func(string) (amount uint64, kind string, ok bool)) bool {
	x, kindX, okX := read(a)
	y, kindY, okY := read(b)
	return okX && okY && kindX == kindY && x > y
}
