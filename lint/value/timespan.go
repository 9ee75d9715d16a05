package value

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint/source"
)

// Timespan is a time span in microseconds.
type Timespan uint64

// Lengths of time, those of months and years being averages (src/basic/time-util.h).
const (
	Microsecond Timespan = 1
	Millisecond          = 1000 * Microsecond
	Second               = 1000 * Millisecond
	Minute               = 60 * Second
	Hour                 = 60 * Minute
	Day                  = 24 * Hour
	Week                 = 7 * Day
	Month                = 2629800 * Second
	Year                 = 31557600 * Second
	// Forever is the time span "infinity".
	Forever Timespan = math.MaxUint64
)

// timespanUnits are the units of time spans. Of two that fit, the first counts
// (man page systemd.time, "Parsing Time Spans").
var timespanUnits = [...]struct {
	name   string
	length Timespan
}{
	{"seconds", Second}, {"second", Second}, {"sec", Second}, {"s", Second},
	{"minutes", Minute}, {"minute", Minute}, {"min", Minute},
	{"months", Month}, {"month", Month}, {"M", Month},
	{"msec", Millisecond}, {"ms", Millisecond}, {"m", Minute},
	{"hours", Hour}, {"hour", Hour}, {"hr", Hour}, {"h", Hour},
	{"days", Day}, {"day", Day}, {"d", Day},
	{"weeks", Week}, {"week", Week}, {"w", Week},
	{"years", Year}, {"year", Year}, {"y", Year},
	{"usec", Microsecond}, {"us", Microsecond}, {"μs", Microsecond}, {"µs", Microsecond},
}

// ParseTimespan reads a time span such as "5min 20s" or "1.5h"; a number without
// unit counts in the given one. The error is a *Problem (parse_time in
// src/basic/time-util.c).
func ParseTimespan(s string, unit Timespan) (Timespan, error) {
	n, problem := timespanGrammar{unit: uint64(unit), scale: 1}.parse(s)
	if problem != nil {
		return 0, problem
	}
	return Timespan(n), nil
}

// nanoseconds is the grammar of TimerSlackNSec=: nanoseconds are the default unit, with
// ns and nsec beside the others (parse_nsec in src/basic/time-util.c).
var nanoseconds = timespanGrammar{unit: 1, scale: 1000, nano: true}

// timespanGrammar is how time spans are read.
type timespanGrammar struct {
	unit  uint64 // what a number without unit counts in
	scale uint64 // how many of the smallest unit are a microsecond
	nano  bool   // nanoseconds have names
}

// unitAt returns the unit that s starts with, and the length of its name: 0 if there
// is none.
func (g timespanGrammar) unitAt(s string) (length uint64, n int) {
	for _, u := range timespanUnits {
		if strings.HasPrefix(s, u.name) {
			return uint64(u.length) * g.scale, len(u.name)
		}
	}
	if g.nano {
		for _, name := range []string{"nsec", "ns"} {
			if strings.HasPrefix(s, name) {
				return 1, len(name)
			}
		}
	}
	return g.unit, 0
}

// timespanExample is what is expected of a time span.
const timespanExample = "a time span such as 30s, 5min or 1h 30min"

// problem returns what is wrong with s from start to end.
func (g timespanGrammar) problem(s string, start, end int, f fault) *Problem {
	p := &Problem{Kind: BadTimespan, Span: source.Span{Start: start, End: end},
		Text: quoted(s) + " is no time span", Expected: timespanExample}
	if g.nano {
		p.Expected = "a time span such as 50us, or a number of nanoseconds"
	}
	if f == outside {
		p.Kind, p.Text = OutOfRange, "the time span "+quoted(s)+" is out of range"
	}
	return p
}

// parse reads a time span.
func (g timespanGrammar) parse(s string) (uint64, *Problem) {
	if rest, ok := strings.CutPrefix(strings.TrimLeft(s, blanks), "infinity"); ok && strings.TrimLeft(rest, blanks) == "" {
		return math.MaxUint64, nil
	}
	total, something := uint64(0), false
	for p := 0; ; {
		p += skipBlanks(s[p:])
		if p == len(s) {
			if !something {
				return 0, g.problem(s, 0, len(s), malformed)
			}
			return total, nil
		}
		start := p
		n := scanNumber(s[p:], 10, false)
		if s[p] == '-' || n.negative && n.magnitude > 0 || n.end > 0 && (n.overflow || n.magnitude > math.MaxInt64) {
			return 0, g.problem(s, start, len(s), outside)
		}
		p += n.end
		digits := ""
		fraction := p < len(s) && s[p] == '.'
		switch {
		case fraction:
			p++
			digits = s[p : p+len(s[p:])-len(strings.TrimLeft(s[p:], "0123456789"))]
			p += len(digits)
		case n.end == 0:
			return 0, g.problem(s, start, len(s), malformed)
		}
		space := skipBlanks(s[p:])
		length, name := g.unitAt(s[p+space:])
		if space+name == 0 && p < len(s) || fraction && digits == "" {
			return 0, g.problem(s, start, len(s), malformed)
		}
		p += space + name
		if n.magnitude >= math.MaxUint64/length || n.magnitude*length >= math.MaxUint64-total {
			return 0, g.problem(s, start, p, outside)
		}
		total += n.magnitude * length
		something = true
		for i, part := 0, length/10; i < len(digits); i, part = i+1, part/10 {
			more := uint64(digits[i]-'0') * part
			if more >= math.MaxUint64-total {
				return 0, g.problem(s, start, p, outside)
			}
			total += more
		}
	}
}

// skipBlanks returns how many blanks s starts with.
func skipBlanks(s string) int { return len(s) - len(strings.TrimLeft(s, blanks)) }

// outputUnits are the units that time spans are written in.
var outputUnits = [...]struct {
	name   string
	length Timespan
}{
	{"y", Year}, {"month", Month}, {"w", Week}, {"d", Day}, {"h", Hour}, {"min", Minute}, {"s", Second}, {"ms", Millisecond}, {"us", Microsecond},
}

// String writes the time span as systemd does: "1h 30min", "1.500000s" below a
// minute, "infinity" (format_timespan in src/basic/time-util.c).
func (t Timespan) String() string {
	switch t {
	case 0:
		return "0"
	case Forever:
		return "infinity"
	}
	var words []string
	for _, u := range outputUnits {
		if t < u.length {
			continue
		}
		whole, rest := t/u.length, t%u.length
		if t < Minute && rest > 0 {
			places := len(fmt.Sprint(uint64(u.length))) - 1
			words = append(words, fmt.Sprintf("%d.%0*d%s", whole, places, rest, u.name))
			break
		}
		words = append(words, fmt.Sprintf("%d%s", whole, u.name))
		t = rest
	}
	return strings.Join(words, " ")
}

// decided reports whether a value that should be made of numbers can be judged though
// some of its specifiers are for the host to tell: those that may stand for a number
// cannot.
func (a argument) decided(e expanded) bool {
	const undecided = "ABGHlMqUWw"
	uses, _ := ScanSpecifiers(a.Text, FullTable)
	return e.exact || e.open < 0 && !slices.ContainsFunc(uses, func(u SpecifierUse) bool { return strings.IndexByte(undecided, u.Char) >= 0 })
}

// place gives a problem with the expanded text its place in the value, which is all of
// it where the text is empty.
func (e expanded) place(problem *Problem) *Problem {
	if e.Text == "" {
		problem.Span = e.Span
		return problem
	}
	return mapped(problem, e.Word)
}

// timespan is the grammar of time spans in seconds (config_parse_sec,
// config_parse_timer and others).
func timespan(a argument) []*Problem {
	e, problem := a.expandAll(maxExpansion)
	if problem != nil {
		return a.single(problem)
	}
	if !a.decided(e) {
		return nil
	}
	n, problem := timespanGrammar{unit: uint64(Second), scale: 1}.parse(e.Text)
	if problem != nil {
		return a.single(e.place(problem))
	}
	if a.Key == "ManagedOOMMemoryPressureDurationSec" && (Timespan(n) < Second || Timespan(n) == Forever) {
		return a.number(outside, "a time span of at least 1s that is not infinity")
	}
	return nil
}

// timespanNanoseconds is TimerSlackNSec= (config_parse_nsec).
func timespanNanoseconds(a argument) []*Problem {
	_, problem := nanoseconds.parse(a.Text)
	return a.single(problem)
}
