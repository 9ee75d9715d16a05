package value

import (
	"math"
	"strings"
)

// sizeUnits are the suffixes of sizes, in the only order in which they may follow
// one another, with the power of the base they stand for (parse_size in
// src/basic/parse-util.c).
var sizeUnits = [...]struct {
	suffix string
	power  int
}{{"E", 6}, {"P", 5}, {"T", 4}, {"G", 3}, {"M", 2}, {"K", 1}, {"B", 0}, {"", 0}}

// ParseSize reads a number of bytes with suffixes, base 1024 or 1000: 5G, 1.5M,
// "2G 500M". The error is a *Problem.
func ParseSize(s string, base int) (uint64, error) {
	n, f := parseSize(s, uint64(base))
	switch f {
	case malformed:
		return 0, (argument{Text: s}).whole(BadSize, quoted(s)+" is no size", sizeExample)[0]
	case outside:
		return 0, (argument{Text: s}).whole(OutOfRange, quoted(s)+" is out of range", sizeExample)[0]
	}
	return n, nil
}

// sizeExample is what is expected of a size.
const sizeExample = "a number of bytes such as 512M or 4G"

// parseSize is ParseSize with a fault in place of an error.
func parseSize(s string, base uint64) (uint64, fault) {
	total := uint64(0)
	next := 0 // of the units that may still come
	for {
		s = strings.TrimLeft(s, blanks)
		n := scanNumber(s, 10, false)
		switch {
		case n.end > 0 && n.overflow:
			return 0, outside
		case n.end == 0:
			return 0, malformed
		case s[0] == '-':
			return 0, outside
		}
		whole := n.magnitude
		if n.negative {
			whole = -whole
		}
		s = s[n.end:]
		fraction := 0.0
		if strings.HasPrefix(s, ".") {
			s = s[1:]
			if s != "" && s[0] >= '0' && s[0] <= '9' {
				n := scanNumber(s, 10, false)
				if n.overflow {
					return 0, outside
				}
				fraction = float64(n.magnitude)
				for range n.end {
					fraction /= 10
				}
				s = s[n.end:]
			}
		}
		s = strings.TrimLeft(s, blanks)
		for next < len(sizeUnits) && !strings.HasPrefix(s, sizeUnits[next].suffix) {
			next++
		}
		if next == len(sizeUnits) {
			return 0, malformed
		}
		unit := sizeUnits[next]
		factor := uint64(1)
		for range unit.power {
			factor *= base
		}
		ceiling := whole
		if fraction > 0 {
			ceiling++
		}
		if ceiling > math.MaxUint64/factor {
			return 0, outside
		}
		part := whole*factor + uint64(fraction*float64(factor))
		if part > math.MaxUint64-total {
			return 0, outside
		}
		total += part
		s = s[len(unit.suffix):]
		next++
		if s == "" {
			return total, fine
		}
	}
}

// permyriad reads a percentage in hundredths of a percent: 50%, 33.33%, 5‰, 5.5‰,
// 50‱ (parse_permyriad_unbounded in src/basic/percent-util.c).
func permyriad(s string, release int) (int64, fault) {
	places, scale := 2, int64(100)
	whole, ok := strings.CutSuffix(s, "%")
	if !ok {
		places, scale = 1, 10
		whole, ok = strings.CutSuffix(s, "‰")
	}
	if !ok {
		places, scale = 0, 1
		whole, ok = strings.CutSuffix(s, "‱")
	}
	if !ok {
		return 0, malformed
	}
	fraction := int64(0)
	if dot := strings.IndexByte(whole, '.'); dot >= 0 && places > 0 {
		digits := whole[dot+1:]
		if digits == "" || len(digits) > places || strings.Trim(digits, "0123456789") != "" {
			return 0, malformed
		}
		for i := range places {
			fraction *= 10
			if i < len(digits) {
				fraction += int64(digits[i] - '0')
			}
		}
		whole = whole[:dot]
	}
	n, f := parseSigned(whole, 32, release)
	if f == fine && (n < 0 || n > (math.MaxInt32-fraction)/scale) {
		f = outside
	}
	return n*scale + fraction, f
}

// Limits of permyriad.
const wholePermyriad = 10000

// size returns the problem of a value that should be a size.
func (a argument) size(f fault, expected string) []*Problem {
	if f == malformed {
		return a.whole(BadSize, quoted(a.Text)+" is no size", expected)
	}
	return a.number(f, expected)
}

// sizeIEC is PipeSize= and its kin (config_parse_iec_size). MessageQueueMessageSize=
// was a plain number first (config_parse_long), and must fit a C long still.
func sizeIEC(a argument) []*Problem {
	const suffixSince = 260
	long := a.Key == "MessageQueueMessageSize"
	if long && a.Release < suffixSince {
		return signed(math.MinInt64, math.MaxInt64, 64)(a)
	}
	n, f := parseSize(a.Text, 1024)
	if f == fine && long && n > math.MaxInt64 {
		f = outside
	}
	return a.size(f, sizeExample)
}

// sizeOrPercent is StateDirectoryQuota= and its kin (config_parse_exec_quota).
func sizeOrPercent(a argument) []*Problem {
	if a.Text == "off" {
		return nil
	}
	if n, f := permyriad(a.Text, a.Release); f == fine && n <= wholePermyriad {
		return nil
	}
	_, f := parseSize(a.Text, 1024)
	return a.size(f, "a number of bytes such as 4G, a percentage such as 10%, or off")
}

// zeroMemory are the memory limits that may be nothing (config_parse_memory_limit in
// src/core/load-fragment.c).
var zeroMemory = map[string]bool{
	"DefaultMemoryLow": true, "DefaultMemoryMin": true, "MemoryLow": true, "MemoryMin": true, "MemorySwapMax": true,
	"MemoryZSwapMax": true, "StartupMemoryLow": true, "StartupMemorySwapMax": true, "StartupMemoryZSwapMax": true,
}

// memoryLimit is MemoryMax= and its kin (config_parse_memory_limit in
// src/core/load-fragment.c).
func memoryLimit(a argument) []*Problem {
	const expected = "a number of bytes such as 512M, a percentage of the memory such as 10%, or infinity"
	if a.Text == "infinity" {
		return nil
	}
	zero := false
	if n, f := permyriad(a.Text, a.Release); f == fine && n <= wholePermyriad {
		zero = n == 0
	} else {
		n, f := parseSize(a.Text, 1024)
		if f == fine && n == math.MaxUint64 {
			f = outside
		}
		if f != fine {
			return a.size(f, expected)
		}
		zero = n == 0
	}
	if zero && !zeroMemory[a.Key] {
		return a.number(outside, "more than nothing")
	}
	return nil
}

// tasksMax is TasksMax= (config_parse_tasks_max in src/core/load-fragment.c).
func tasksMax(a argument) []*Problem {
	if a.Text == "infinity" {
		return nil
	}
	if n, f := permyriad(a.Text, a.Release); f == fine && n <= wholePermyriad {
		return nil
	}
	n, f := parseUnsigned(a.Text, 64, a.Release)
	if f == fine && (n == 0 || n == math.MaxUint64) {
		f = outside
	}
	return a.number(f, "a number of tasks of at least 1, a percentage such as 10%, or infinity")
}

// percentage is CPUQuota=, which must be more than nothing and may be over 100%, and
// ManagedOOMMemoryPressureLimit=, for which it is the other way round
// (config_parse_cpu_quota, config_parse_managed_oom_mem_pressure_limit).
func percentage(a argument) []*Problem {
	low, high, expected := int64(0), int64(wholePermyriad), "a percentage from 0% to 100%"
	if a.Key == "CPUQuota" {
		low, high, expected = 1, math.MaxInt32, "a percentage over 0%, such as 20% or 200%"
	}
	n, f := permyriad(a.Text, a.Release)
	if f == malformed {
		return a.whole(BadPercentage, quoted(a.Text)+" is no percentage", expected)
	}
	if f == fine && (n < low || n > high) {
		f = outside
	}
	return a.number(f, expected)
}
