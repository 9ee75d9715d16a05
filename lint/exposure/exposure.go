// Package exposure works out how much a service could do to the system it runs on,
// as systemd-analyze security --offline=true weighs it: the same checks with the same
// weights, and the same score. It also knows which settings would lower the score
// without taking from a service what it is seen to need.
//
// The facts are those of src/analyze/analyze-security.c; the weights are the same in
// all releases from 252 to 262. What a system call filter covers is judged for x86-64.
package exposure

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/unitvet/unitvet/lint/sandbox"
)

// Check is one thing that is looked at.
type Check struct {
	// Name is the check as systemd-analyze prints it, such as "PrivateTmp=" or
	// "CapabilityBoundingSet=~CAP_KILL".
	Name string
	// Field is the name that policies and JSON output know the check by.
	Field string
	// Weight is what the check counts, Range the badness that counts in full.
	Weight, Range uint64
	// early says that the check is not for services without DefaultDependencies=.
	early bool
	assess
	argument  string
	arguments sandbox.Capabilities // the capabilities in argument
	good, bad string
}

// Keys returns the settings that decide the check.
func (c *Check) Keys() []string {
	name, _, _ := strings.Cut(c.Name, "=~")
	var keys []string
	for key := range strings.SplitSeq(name, "/") {
		keys = append(keys, strings.TrimSuffix(key, "="))
	}
	return keys
}

// Capabilities returns the capabilities that the check is about, none for most.
func (c *Check) Capabilities() sandbox.Capabilities { return c.arguments }

//go:embed data/checks.tsv
var checkTable string

// Checks returns the checks in systemd's order.
var Checks = sync.OnceValue(func() []Check {
	var checks []Check
	for line := range strings.Lines(checkTable) {
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		fields = append(fields, "", "", "", "")
		weight, err := strconv.ParseUint(fields[2], 10, 32)
		if err != nil {
			continue // the head of the table
		}
		full, _ := strconv.ParseUint(fields[3], 10, 32) // the table is part of the program
		checks = append(checks, Check{
			Name: fields[0], Field: fields[1], Weight: weight, Range: full, early: fields[4] != "",
			assess: kinds[fields[5]], argument: fields[6], arguments: sandbox.CapabilitySet(strings.Fields(fields[6])...),
			good: fields[7], bad: fields[8],
		})
	}
	return checks
})

// Outcome is what a check says of a service.
type Outcome struct {
	*Check
	// Applies says that the check counts.
	Applies bool
	// Badness is from 0, good, to Range.
	Badness uint64
	// Weight and Range are those of the policy, if that has some.
	Weight, Range uint64
	// Text says what it comes to.
	Text string
	// Exposure is the share of the score, in tenths, rounded up.
	Exposure uint64
}

// Good reports whether there is nothing to hold against the service.
func (o Outcome) Good() bool { return o.Applies && o.Badness == 0 }

// Report is the exposure of a service.
type Report struct {
	Outcomes []Outcome
	// Score is the exposure in tenths, from 0 to 100.
	Score uint64
}

// Tenths writes a score as systemd-analyze does, such as "9.6".
func Tenths(score uint64) string { return fmt.Sprintf("%d.%d", score/10, score%10) }

// levels are the words for scores from a number of tenths on.
var levels = []struct {
	from uint64
	word string
}{
	{100, "DANGEROUS"}, {90, "UNSAFE"}, {75, "EXPOSED"}, {50, "MEDIUM"}, {10, "OK"}, {1, "SAFE"}, {0, "PERFECT"},
}

// Level returns the word for a score.
func Level(score uint64) string {
	for _, level := range levels {
		if score >= level.from {
			return level.word
		}
	}
	return ""
}

// Assess returns the exposure of a service with these settings. The policy may be
// nil.
func Assess(s *sandbox.Settings, policy Policy) Report {
	checks := Checks()
	r := Report{Outcomes: make([]Outcome, len(checks))}
	for i := range checks {
		r.Outcomes[i] = policy.outcome(&checks[i], s)
	}
	badness, weights := policy.weigh(s)
	r.Score = scoreOf(badness, weights)
	for i := range r.Outcomes {
		o := &r.Outcomes[i]
		if o.Applies && o.Badness > 0 {
			o.Exposure = roundUp(roundUp(o.Badness*o.Weight*100, o.Range), weights)
		}
	}
	return r
}

// roundUp divides and rounds up.
func roundUp(a, b uint64) uint64 { return (a + b - 1) / b }
