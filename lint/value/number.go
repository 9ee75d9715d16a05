package value

import (
	"math"
	"strconv"
	"strings"

	"github.com/unitvet/unitvet/lint/directive"
)

// fault is what is wrong with a number.
type fault int

const (
	fine      fault = iota
	malformed       // it is no number at all
	outside         // it does not fit
)

// cNumber is what strtol(3) and its kin read at the start of a text.
type cNumber struct {
	negative  bool
	magnitude uint64
	overflow  bool // the magnitude does not fit 64 bits
	end       int  // where the text goes on, 0 if there is no number
}

// scanNumber reads a number: blanks, a sign, a prefix, digits. Base 0 is C's: 0x
// makes it hexadecimal, 0 octal. binary lets 0b stand before binary digits, as C23
// does.
func scanNumber(s string, base uint32, binary bool) cNumber {
	i := 0
	for i < len(s) && (s[i] == ' ' || s[i] >= '\t' && s[i] <= '\r') {
		i++
	}
	var n cNumber
	if i < len(s) && (s[i] == '+' || s[i] == '-') {
		n.negative = s[i] == '-'
		i++
	}
	prefix := ""
	if i+2 < len(s) && s[i] == '0' {
		prefix = strings.ToLower(s[i : i+2])
	}
	switch {
	case prefix == "0x" && (base == 0 || base == 16) && hexDigit(s[i+2]) < 16:
		base = 16
		i += 2
	case prefix == "0b" && (base == 0 || base == 2) && binary && hexDigit(s[i+2]) < 2:
		base = 2
		i += 2
	case base == 0 && i < len(s) && s[i] == '0':
		base = 8
	case base == 0:
		base = 10
	}
	for ; i < len(s); i++ {
		d := hexDigit(s[i])
		if d >= base {
			break
		}
		n.end = i + 1
		if n.magnitude > (math.MaxUint64-uint64(d))/uint64(base) {
			n.overflow = true
			continue
		}
		n.magnitude = n.magnitude*uint64(base) + uint64(d)
	}
	return n
}

// mangleBase takes the prefixes 0b and 0o off, which systemd knows beside those of C
// (mangle_base in src/basic/parse-util.c).
func mangleBase(s string) (rest string, base uint32) {
	if len(s) >= 2 && s[0] == '0' {
		switch s[1] {
		case 'b', 'B':
			return s[2:], 2
		case 'o', 'O':
			return s[2:], 8
		}
	}
	return s, 0
}

// binaryPrefix reports whether the C library that systemd is built with reads 0b
// itself, so that it may stand after a sign. That is known of 257 alone.
func binaryPrefix(release int) bool { return release == 257 }

// parseSigned reads a signed number of some bits (safe_atoi, safe_atoli in
// src/basic/parse-util.c).
func parseSigned(s string, bits int, release int) (int64, fault) {
	s, base := mangleBase(strings.TrimLeft(s, blanks))
	n := scanNumber(s, base, binaryPrefix(release))
	limit := uint64(1) << (bits - 1)
	if n.negative {
		limit++
	}
	switch {
	case n.end > 0 && (n.overflow || n.magnitude >= 1<<63 && (!n.negative || n.magnitude > 1<<63)):
		return 0, outside
	case n.end == 0 || n.end < len(s):
		return 0, malformed
	case n.magnitude >= limit:
		return 0, outside
	case n.negative:
		return -int64(n.magnitude), fine
	}
	return int64(n.magnitude), fine
}

// parseUnsigned reads an unsigned number of some bits in C's notation (safe_atou,
// safe_atou64 in src/basic/parse-util.c).
func parseUnsigned(s string, bits int, release int) (uint64, fault) {
	s, base := mangleBase(strings.TrimLeft(s, blanks))
	return unsignedIn(s, base, bits, binaryPrefix(release))
}

// ParseUnsigned reads a number of 32 bits without a sign as the latest systemd does
// (safe_atou in src/basic/parse-util.c).
func ParseUnsigned(s string) (n uint64, ok bool) {
	n, f := parseUnsigned(s, 32, directive.Latest)
	return n, f == fine
}

// unsignedIn reads an unsigned number in a base.
func unsignedIn(s string, base uint32, bits int, binary bool) (uint64, fault) {
	n := scanNumber(s, base, binary)
	switch {
	case n.end > 0 && n.overflow:
		return 0, outside
	case n.end == 0 || n.end < len(s):
		return 0, malformed
	case n.magnitude != 0 && s[0] == '-':
		return 0, outside
	}
	if n.negative {
		n.magnitude = -n.magnitude // the C library wraps around
	}
	if n.magnitude > math.MaxUint64>>(64-bits) {
		return 0, outside
	}
	return n.magnitude, fine
}

// quoted renders a part of a value for a message.
func quoted(s string) string {
	const longest = 60
	if len(s) > longest {
		s = strings.ToValidUTF8(s[:longest], "") + "…"
	}
	return strconv.Quote(s)
}

// number returns the problem of a value that should be a number.
func (a argument) number(f fault, expected string) []*Problem {
	switch f {
	case malformed:
		return a.whole(BadNumber, quoted(a.Text)+" is no number", expected)
	case outside:
		return a.whole(OutOfRange, quoted(a.Text)+" is out of range", expected)
	}
	return nil
}

// signed is the grammar of numbers from low to high.
func signed(low, high int64, bits int) func(argument) []*Problem {
	expected := "a number from " + strconv.FormatInt(low, 10) + " to " + strconv.FormatInt(high, 10)
	return func(a argument) []*Problem {
		n, f := parseSigned(a.Text, bits, a.Release)
		if f == fine && (n < low || n > high) {
			f = outside
		}
		return a.number(f, expected)
	}
}

// unsigned is the grammar of numbers from low to high that may have no sign.
func unsigned(low, high uint64, bits int) func(argument) []*Problem {
	expected := "a number from " + strconv.FormatUint(low, 10) + " to " + strconv.FormatUint(high, 10)
	return func(a argument) []*Problem {
		n, f := parseUnsigned(a.Text, bits, a.Release)
		if f == fine && (n < low || n > high) {
			f = outside
		}
		return a.number(f, expected)
	}
}

// integerRanges are the directives of type integer-range (their parsers in
// src/core/load-fragment.c, cg_blkio_weight_parse and cg_cpu_shares_parse in
// src/shared/cgroup-setup.c).
var integerRanges = map[string]func(argument) []*Problem{
	"BlockIOWeight":         unsigned(10, 1000, 64),
	"CPUSchedulingPriority": signed(0, 99, 32),
	"CPUShares":             unsigned(2, 262144, 64),
	"IOSchedulingPriority":  signed(0, 7, 32),
	"OOMAdjust":             signed(-17, 15, 32),
	"Priority":              signed(-1, 32767, 32), // of [Swap]; that of [Socket] is a plain integer
	"StartupBlockIOWeight":  unsigned(10, 1000, 64),
	"StartupCPUShares":      unsigned(2, 262144, 64),
	"SysVStartPriority":     signed(0, 99, 32),
}

// integerRange is the grammar of numbers whose range depends on the directive.
func integerRange(a argument) []*Problem { return integerRanges[a.Key](a) }

// unsignedOrInfinity is ConcurrencyHardMax= and its kin (config_parse_concurrency_max).
func unsignedOrInfinity(a argument) []*Problem {
	if a.Text == "infinity" {
		return nil
	}
	_, f := parseUnsigned(a.Text, 32, a.Release)
	return a.number(f, "a number from 0 to 4294967295, or infinity")
}

// cpuWeight is CPUWeight=, where idle is new in 252 (cg_cpu_weight_parse).
func cpuWeight(a argument) []*Problem {
	const idleSince = 252
	if a.Text == "idle" && a.Release >= idleSince {
		return nil
	}
	problems := weight(a)
	for _, p := range problems {
		p.Expected += ", or idle"
	}
	return problems
}

// weight is IOWeight= and its kin (cg_weight_parse in src/shared/cgroup-setup.c).
var weight = unsigned(1, 10000, 64)

// fileMode is that of permission bits (parse_mode in src/basic/parse-util.c).
func fileMode(a argument) []*Problem {
	s := strings.TrimLeft(a.Text, blanks)
	n, f := unsignedIn(s, 8, 32, false)
	if strings.HasPrefix(s, "+") || strings.HasPrefix(s, "-") {
		f = malformed
	}
	if f == fine && n > 0o7777 {
		f = outside
	}
	const expected = "an octal mode from 0 to 7777, such as 0755"
	if f == malformed {
		return a.whole(BadNumber, quoted(a.Text)+" is no octal number", expected)
	}
	return a.number(f, expected)
}
