package value

import (
	"errors"
	"testing"
)

func TestParseTimespan(t *testing.T) {
	tests := []struct {
		in   string
		want Timespan
		out  string
	}{
		{"5", 5 * Second, "5s"},
		{"5s500ms", 5500 * Millisecond, "5.500000s"},
		{" 5s 500ms  ", 5500 * Millisecond, "5.500000s"},
		{" 5.5s  ", 5500 * Millisecond, "5.500000s"},
		{" 5.5s0.5ms ", 5500*Millisecond + 500, "5.500500s"},
		{" .22s ", 220 * Millisecond, "220ms"},
		{" .50y ", Year / 2, "6month"},
		{"2.5", 2500 * Millisecond, "2.500000s"},
		{".7", 700 * Millisecond, "700ms"},
		{"23us", 23, "23us"},
		{"23µs", 23, "23us"},
		{"23μs", 23, "23us"},
		{"1500us", 1500, "1.500ms"},
		{"1M 1m", Month + Minute, "1month 1min"},
		{"1y 12month", 2 * Year, "2y"},
		{"55s500ms", 55500 * Millisecond, "55.500000s"},
		{"90", 90 * Second, "1min 30s"},
		{"1h 0.5s", Hour + 500*Millisecond, "1h 500ms"},
		{"12.34 .56", 12900 * Millisecond, "12.900000s"},
		{"12.34s.56", 12900 * Millisecond, "12.900000s"},
		{"0", 0, "0"},
		{"infinity", Forever, "infinity"},
		{" infinity ", Forever, "infinity"},
		{"+3.1s", 3100 * Millisecond, "3.100000s"},
		{"9223372036854775807us", 9223372036854775807, "292277y 3w 12h 32min 55s 775ms 807us"},
		{"3.1s.2", 3300 * Millisecond, "3.300000s"},
	}
	for _, test := range tests {
		got, err := ParseTimespan(test.in, Second)
		if err != nil || got != test.want {
			t.Errorf("%q: %d, %v, want %d", test.in, got, err, test.want)
		} else if test.in[0] != '9' && got.String() != test.out {
			t.Errorf("%q: written %q, want %q", test.in, got.String(), test.out)
		}
	}
}

func TestParseTimespanRefuses(t *testing.T) {
	tests := []struct {
		in, part string
		kind     ProblemKind
	}{
		{"", "", BadTimespan},
		{"xyz", "xyz", BadTimespan},
		{"xyz 5", "xyz 5", BadTimespan},
		{"-5s", "-5s", OutOfRange},
		{"-0s ", "-0s ", OutOfRange},
		{"5 -6", "-6", OutOfRange},
		{"1 .5x", ".5x", BadTimespan},
		{"3.", "3.", BadTimespan},
		{"3.sec", "3.sec", BadTimespan},
		{"3.-sec", "3.-sec", BadTimespan},
		{"12.34.56", "12.34.56", BadTimespan},
		{"3.+1", "3.+1", BadTimespan},
		{"3. 1", "3. 1", BadTimespan},
		{"infinity 7", "infinity 7", BadTimespan},
		{"infinityx", "infinityx", BadTimespan},
		{"500 years infinity", "infinity", BadTimespan},
		{"18446744073709551615us", "18446744073709551615us", OutOfRange},
		{"600000y", "600000y", OutOfRange},
		{"584541y 2y", "2y", OutOfRange},
		{"5S", "5S", BadTimespan},
	}
	for _, test := range tests {
		span, err := ParseTimespan(test.in, Second)
		var problem *Problem
		if !errors.As(err, &problem) {
			t.Errorf("%q is %s", test.in, span)
			continue
		}
		if problem.Kind != test.kind || problem.Span.Of(test.in) != test.part {
			t.Errorf("%q: kind %d, part %q, want %d, %q", test.in, problem.Kind, problem.Span.Of(test.in), test.kind, test.part)
		}
	}
}

func TestNanoseconds(t *testing.T) {
	for in, want := range map[string]uint64{"5": 5, "5ns": 5, "5nsec 2us": 2005, "1.5us": 1500, ".5s": 500_000_000, "1M": 2_629_800_000_000_000} {
		if got, err := nanoseconds.parse(in); err != nil || got != want {
			t.Errorf("%q: %d, %v, want %d", in, got, err, want)
		}
	}
	for _, in := range []string{"", "-1", "1 x", "584y 1y"} {
		if got, err := nanoseconds.parse(in); err == nil {
			t.Errorf("%q is %d", in, got)
		}
	}
}

func TestParseSize(t *testing.T) {
	tests := []struct {
		in   string
		base int
		want uint64
	}{
		{"111", 1024, 111},
		{"111.4", 1024, 111},
		{" 112 B", 1024, 112},
		{"3.5 K", 1024, 3584},
		{"3. K", 1024, 3072},
		{"3.0 K", 1024, 3072},
		{"4 M 11.5K", 1024, 4<<20 + 11*1024 + 512},
		{"3B3.5G", 1024, 0},
		{"3.5G3B", 1024, 3<<30 + 1<<29 + 3},
		{"1K", 1000, 1000},
		{"12P", 1024, 12 << 50},
		{"3E 2P", 1024, 3<<60 + 2<<50},
		{"12X", 1024, 0},
		{"12.5X", 1024, 0},
		{"12.5e3", 1024, 0},
		{"1024E", 1024, 0},
		{"-1", 1024, 0},
		{"-10B 20K", 1024, 0},
		{"10B -20K", 1024, 0},
		{"", 1024, 0},
	}
	for _, test := range tests {
		got, err := ParseSize(test.in, test.base)
		if (err == nil) != (test.want != 0) || got != test.want {
			t.Errorf("%q: %d, %v, want %d", test.in, got, err, test.want)
		}
	}
}

func TestParseUnsigned(t *testing.T) {
	tests := []struct {
		in   string
		want uint64
		ok   bool
	}{
		{"0", 0, true},
		{"5", 5, true},
		{"0x10", 16, true},
		{"4294967295", 1<<32 - 1, true},
		{"4294967296", 0, false},
		{"-1", 0, false},
		{"5s", 0, false},
		{"", 0, false},
	}
	for _, test := range tests {
		if got, ok := ParseUnsigned(test.in); ok != test.ok || ok && got != test.want {
			t.Errorf("%q: %d, %v, want %d", test.in, got, ok, test.want)
		}
	}
}
