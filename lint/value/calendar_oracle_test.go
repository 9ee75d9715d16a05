package value

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/unitvet/unitvet/lint/linttest/oracle"
)

// calendarExpressions returns n expressions, good ones and bad ones, the same in every
// run.
func calendarExpressions(n int, seed uint64) []string {
	r := rand.New(rand.NewPCG(seed, 7))
	pick := func(words ...string) string { return words[r.IntN(len(words))] }
	number := func(low, high int) string {
		v := low + r.IntN(high-low+1)
		return fmt.Sprintf(pick("%d", "%02d"), v)
	}
	component := func(low, high int, fraction bool) string {
		one := func() string {
			s := number(low, high)
			if fraction && r.IntN(8) == 0 {
				s += pick(".5", ".25", ".000001", ".1234567", ".", ".9999999")
			}
			if r.IntN(5) == 0 {
				s += ".." + number(low, high)
			}
			if r.IntN(6) == 0 {
				s += "/" + number(1, max(2, (high-low)/2))
			}
			return s
		}
		if r.IntN(3) == 0 {
			return "*"
		}
		s := one()
		for r.IntN(5) == 0 {
			s += "," + one()
		}
		return s
	}
	days := []string{"Mon", "Tue", "Wed", "thu", "FRI", "Sat", "Sun", "Monday", "tuesday", "Sunday"}
	weekdays := func() string {
		s := days[r.IntN(len(days))]
		for r.IntN(3) == 0 {
			s += pick(",", "..", "-", ",", "..", ".") + days[r.IntN(len(days))]
		}
		return s + pick("", "", "", "", ",", "..")
	}
	zones := []string{"UTC", "utc", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia",
		"America/Sao_Paulo", "Etc/GMT+5", "Nowhere/Land", "CEST", "Africa/Casablanca", "EST5EDT", "Asia/Tehran", "America/St_Johns"}
	shorthands := []string{"minutely", "hourly", "daily", "Weekly", "monthly", "quarterly", "yearly", "annually", "anually", "biannually",
		"bi-annually", "semiannually", "semi-annually", "fortnightly"}
	all := make([]string, 0, n)
	for len(all) < n {
		var parts []string
		if r.IntN(12) == 0 {
			parts = append(parts, pick(shorthands...))
		} else if r.IntN(30) == 0 {
			parts = append(parts, "@"+pick("0", "1395716396", "7258118400", "7258118399", "99999999999", "-1", "+5", " 5", "1.5", "x"))
		} else {
			if r.IntN(3) == 0 {
				parts = append(parts, weekdays())
			}
			if r.IntN(3) > 0 {
				date := component(1, 12, false) + pick("-", "-", "-", "~") + component(1, []int{28, 28, 31, 33, 7}[r.IntN(5)], false)
				if r.IntN(2) == 0 {
					date = pick("*", number(2020, 2035), number(0, 99), component(2024, 2040, false)) + "-" + date
				}
				parts = append(parts, date)
			}
			if r.IntN(4) > 0 || len(parts) == 0 {
				clock := component(0, 23, false) + ":" + component(0, 59, false)
				if r.IntN(2) == 0 {
					clock += ":" + component(0, 59, true)
				}
				parts = append(parts, clock)
			}
		}
		if r.IntN(4) == 0 {
			parts = append(parts, pick(zones...))
		}
		s := strings.Join(parts, pick(" ", " ", " ", " ", "  "))
		if r.IntN(12) == 0 && len(s) > 1 { // a byte less, more or another
			i := r.IntN(len(s))
			s = pick(s[:i]+s[i+1:], s[:i]+pick("-", ".", "/", "~", ":", ",", " ", "*", "0", "9", "x", "+")+s[i:])
		}
		if s = strings.TrimSpace(s); s != "" && s[0] != '-' {
			all = append(all, s)
		}
	}
	return all
}

// analyzeCalendar asks systemd for the normalized form and the next elapses of
// expressions: "invalid", "stuck" where it cannot tell, or else the form; "never" or
// times.
func analyzeCalendar(t *testing.T, analyze string, zone, base string, iterations int, expressions []string) (forms []string, elapses [][]string) {
	t.Helper()
	args := append([]string{"calendar", "--base-time=" + base, fmt.Sprintf("--iterations=%d", iterations), "--"}, expressions...)
	cmd := exec.Command(analyze, args...)
	cmd.Env = append(os.Environ(), "TZ="+zone, "LC_ALL=C.UTF-8", "SYSTEMD_LOG_LEVEL=err", "SYSTEMD_COLORS=0")
	var out, complaints bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaints
	_ = cmd.Run() // fails when any expression is bad
	forms, elapses = make([]string, len(expressions)), make([][]string, len(expressions))
	i := -1
	next := func(want string) {
		for i++; i < len(expressions) && expressions[i] != want; i++ {
			forms[i] = "invalid"
		}
		if i >= len(expressions) {
			t.Fatalf("lost at %q in\n%.2000s", want, out.String())
		}
	}
	pending := "" // the original form, printed only if it is not the normalized one
	for line := range strings.Lines(out.String()) {
		label, value, ok := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		if !ok {
			continue
		}
		switch label = strings.TrimSpace(label); {
		case label == "Original form":
			pending = value
		case label == "Normalized form":
			if pending == "" {
				pending = value
			}
			next(pending)
			forms[i], pending = value, ""
		case label == "Next elapse", strings.HasPrefix(label, "Iter"):
			elapses[i] = append(elapses[i], value)
		case label == "(in UTC)":
			elapses[i][len(elapses[i])-1] = value
		}
	}
	for i++; i < len(expressions); i++ {
		forms[i] = "invalid"
	}
	for i, s := range expressions {
		if strings.Contains(complaints.String(), "Failed to determine next elapse for '"+s+"'") {
			forms[i] = "stuck"
		}
	}
	return forms, elapses
}

func TestOracleCalendar(t *testing.T) {
	analyze, release := oracle.Tool(t, "systemd-analyze")
	n, batch := 2000, 250
	if s := os.Getenv("ORACLE_CALENDARS"); s != "" {
		n, _ = strconv.Atoi(s)
	}
	grid := []struct{ zone, base string }{
		{"UTC", "2026-03-01 12:34:56"}, {"UTC", "2026-12-31 23:59:59"}, {"Europe/Berlin", "2026-03-28 20:00:00"},
		{"Europe/Berlin", "2026-10-24 21:30:00"}, {"America/New_York", "2026-10-31 12:00:00"}, {"UTC", "2024-02-29 00:00:00"},
	}
	compared, bad := 0, 0
	for start := 0; start < n; start += batch {
		expressions := calendarExpressions(batch, uint64(start))
		where := grid[start/batch%len(grid)]
		zone, err := time.LoadLocation(where.zone)
		if err != nil {
			t.Skip(err)
		}
		base, err := time.ParseInLocation(time.DateTime, where.base, zone)
		if err != nil {
			t.Fatal(err)
		}
		forms, elapses := analyzeCalendar(t, analyze, where.zone, where.base, 4, expressions)
		for i, s := range expressions {
			if where.zone != "UTC" && strings.HasSuffix(s, "CEST") {
				continue // the zone of the host, or not
			}
			compared++
			form, times := "invalid", []string(nil)
			c, err := ParseCalendar(s)
			if err == nil {
				form = c.Normalize()
				at := base
				for range 4 {
					next, ok := c.Next(at)
					if !ok {
						if times == nil {
							times = append(times, "never")
						}
						break
					}
					times = append(times, next.UTC().Format("Mon 2006-01-02 15:04:05 UTC"))
					at = next
				}
			}
			if forms[i] == "stuck" && form != "invalid" && len(times) < 4 {
				continue
			}
			// Days that run past the end of a year were not started anew before 257.
			if release < 257 && strings.HasPrefix(where.base, "2026-12") && form == forms[i] && len(c.Days) > 0 {
				continue
			}
			if form != forms[i] || strings.Join(times, ", ") != strings.Join(elapses[i], ", ") {
				bad++
				if bad < 40 {
					t.Errorf("%q from %s %s:\nsystemd %d: %s: %s\n       here: %s: %s\n(%v)", s, where.base, where.zone, release,
						forms[i], strings.Join(elapses[i], ", "), form, strings.Join(times, ", "), err)
				}
			}
		}
	}
	t.Logf("%d expressions compared, %d differ", compared, bad)
}

// timespans returns n time spans, good ones and bad ones, the same in every run.
func timespans(n int) []string {
	r := rand.New(rand.NewPCG(11, 12))
	pick := func(words ...string) string { return words[r.IntN(len(words))] }
	numbers := []string{"0", "1", "5", "30", "90", "1000", "00012", "1.5", ".5", "0.001", "3.", "1.23456789", "18446744073709551615",
		"9223372036854775807", "9223372036854775808", "18446744073709", "584542", "213503", "+7", "-1", "0x10", "1e3", "1,5", "1.2.3", "99999999999"}
	units := []string{"", "s", "sec", "second", "seconds", "m", "min", "minute", "minutes", "M", "month", "months", "ms", "msec", "h", "hr", "hour",
		"hours", "d", "day", "days", "w", "week", "weeks", "y", "year", "years", "us", "usec", "µs", "μs", "ns", "nsec", "S", "Min", "mo", "x", "infinity"}
	all := []string{"infinity", " infinity ", "infinity s", "inf", "Infinity", "", " ", "s", "-0", "--5", "5 5", "5s5", "5 s 5 ms", "12.34.56", "12.34 .56",
		"12.34s.56", "3. 1", "3.sec", "0.-0", "3.+1", "\v5", "5\v", "5\ts", "infinityx"}
	for len(all) < n {
		s := ""
		for range 1 + r.IntN(3) {
			s += pick("", "", " ", "  ") + pick(numbers...) + pick("", "", "", " ") + pick(units...)
		}
		if s[0] != '-' {
			all = append(all, s)
		}
	}
	return all
}

func TestOracleTimespan(t *testing.T) {
	analyze, release := oracle.Tool(t, "systemd-analyze")
	n := 400
	if s := os.Getenv("ORACLE_CALENDARS"); s != "" {
		n, _ = strconv.Atoi(s)
	}
	bad, good := 0, 0
	spans := timespans(n)
	for batch := range slices.Chunk(spans, 500) {
		// It stops at the first bad one, so those are told apart one after the other.
		for len(batch) > 0 {
			cmd := exec.Command(analyze, append([]string{"timespan", "--"}, batch...)...)
			cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8", "SYSTEMD_COLORS=0")
			out, _ := cmd.Output()
			done := 0
			for _, block := range strings.Split(string(out), "Original: ") {
				lines := strings.Split(block, "\n")
				if len(lines) < 3 {
					continue
				}
				if strings.TrimSpace(lines[0]) != strings.TrimSpace(batch[done]) {
					t.Fatalf("lost at %q: %q", batch[done], lines[0])
				}
				_, micro, _ := strings.Cut(lines[1], ": ")
				_, human, _ := strings.Cut(lines[2], ": ")
				span, err := ParseTimespan(batch[done], Second)
				if got := fmt.Sprintf("%d", uint64(span)); err != nil || got != micro || span.String() != human {
					bad++
					t.Errorf("%q: systemd %d: %s, %s; here: %s, %s, %v", batch[done], release, micro, human, got, span, err)
				}
				done++
				good++
			}
			if done < len(batch) {
				if span, err := ParseTimespan(batch[done], Second); err == nil {
					bad++
					t.Errorf("%q: systemd %d refuses it; here: %s", batch[done], release, span)
				}
				done++
			}
			batch = batch[done:]
		}
	}
	t.Logf("%d time spans compared, %d of them good, %d differ", len(spans), good, bad)
}
