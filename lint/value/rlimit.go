package value

import (
	"math"
	"strings"
)

// limit is the grammar of one limit: its value, infinity being the highest.
type limit struct {
	parse    func(s string, release int) (uint64, fault)
	expected string
}

var (
	limitSize = limit{finite(func(s string, _ int) (uint64, fault) { return parseSize(s, 1024) }),
		"a number of bytes such as 512M, or infinity"}
	limitCount = limit{finite(func(s string, release int) (uint64, fault) { return parseUnsigned(s, 64, release) }),
		"a number, or infinity"}
	limitNice = limit{parseLimitNice, "a nice level such as +5 or -10, or a number from 0 to 40"}
)

// limits are those of the directives (rlimit_parse_table in src/basic/rlimit-util.c).
var limits = map[string]limit{
	"LimitAS": limitSize, "LimitCORE": limitSize, "LimitDATA": limitSize, "LimitFSIZE": limitSize, "LimitMEMLOCK": limitSize,
	"LimitMSGQUEUE": limitSize, "LimitRSS": limitSize, "LimitSTACK": limitSize,
	"LimitLOCKS": limitCount, "LimitNOFILE": limitCount, "LimitNPROC": limitCount, "LimitRTPRIO": limitCount, "LimitSIGPENDING": limitCount,
	"LimitCPU":    limitTime(Second, "a time span in seconds such as 90 or 5min, or infinity"),
	"LimitRTTIME": limitTime(Microsecond, "a time span in microseconds such as 500000 or 500ms, or infinity"),
	"LimitNICE":   limitNice,
}

// finite is a limit for which the word infinity stands, and its number does not.
func finite(parse func(string, int) (uint64, fault)) func(string, int) (uint64, fault) {
	return func(s string, release int) (uint64, fault) {
		if s == "infinity" {
			return math.MaxUint64, fine
		}
		n, f := parse(s, release)
		if f == fine && n == math.MaxUint64 {
			f = outside
		}
		return n, f
	}
}

// limitTime is the limit of a time span, rounded up to whole units. Other spellings
// of infinity are as good.
func limitTime(unit Timespan, expected string) limit {
	return limit{func(s string, _ int) (uint64, fault) {
		n, problem := timespanGrammar{unit: uint64(unit), scale: 1}.parse(s)
		switch {
		case problem != nil && problem.Kind == OutOfRange:
			return 0, outside
		case problem != nil:
			return 0, malformed
		case n == math.MaxUint64 || unit == Microsecond:
			return n, fine
		}
		return n/uint64(unit) + min(n%uint64(unit), 1), fine
	}, expected}
}

// parseLimitNice reads a nice level with its sign, or the limit as the kernel counts
// it, which is the level taken from 20.
func parseLimitNice(s string, release int) (uint64, fault) {
	const raw = 40
	level, high := s, uint64(raw)
	if strings.HasPrefix(s, "+") {
		level, high = s[1:], 19
	}
	if strings.HasPrefix(s, "-") {
		level, high = s[1:], 20
	}
	n, f := parseUnsigned(level, 64, release)
	switch {
	case f != fine:
		return 0, f
	case n > high:
		return 0, outside
	case s[0] == '+':
		n = 20 - n
	case s[0] == '-':
		n = 20 + n
	}
	return n, fine
}

// resourceLimit is LimitNOFILE= and its kin: one limit, or soft and hard with a colon
// between (rlimit_parse in src/basic/rlimit-util.c).
func resourceLimit(a argument) []*Problem {
	l := limits[a.Key]
	scan := scanner{text: a.Text}
	var parts []uint64
	for range 2 {
		word, problem, ok := scan.next(colonSet, keepEmpty)
		if problem != nil {
			return a.single(problem)
		}
		if !ok {
			break // a colon at the end
		}
		n, f := l.parse(word.Text, a.Release)
		if f != fine {
			problem := &Problem{Kind: BadLimit, Span: word.Span, Text: quoted(word.Text) + " is no limit", Expected: l.expected}
			if f == outside {
				problem.Kind, problem.Text = OutOfRange, quoted(word.Text)+" is out of range"
			}
			return []*Problem{problem}
		}
		parts = append(parts, n)
	}
	switch {
	case !scan.done && scan.pos < len(a.Text):
		return a.whole(BadLimit, "there are more than two limits", "SOFT:HARD, or one limit for both")
	case len(parts) == 2 && parts[0] > parts[1]:
		return a.whole(SoftOverHard, "the soft limit is higher than the hard one", "SOFT:HARD with a lower soft limit")
	}
	return nil
}
