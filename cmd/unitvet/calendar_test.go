package main

import (
	"context"
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/unitvet/unitvet/lint/linttest/oracle"
)

func TestPrintCalendar(t *testing.T) {
	from := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	tests := []struct {
		expression string
		iterations int
		want       string
	}{
		{"daily", 1, "  Original form: daily\nNormalized form: *-*-* 00:00:00\n    Next elapse: Mon 2026-03-02 00:00:00 UTC\n       From now: 12h left\n"},
		{"*-*-* 00:00:00", 2, "Normalized form: *-*-* 00:00:00\n    Next elapse: Mon 2026-03-02 00:00:00 UTC\n       From now: 12h left\n" +
			"   Iteration #2: Tue 2026-03-03 00:00:00 UTC\n       From now: 1 day 12h left\n"},
		{"2003-03-05", 3, "  Original form: 2003-03-05\nNormalized form: 2003-03-05 00:00:00\n    Next elapse: never\n"},
	}
	local := time.Local
	time.Local = time.UTC //nolint:reassign // the output is in the zone of the machine
	defer func() { time.Local = local }()
	for _, test := range tests {
		var out strings.Builder
		if err := printCalendar(&out, test.expression, from, from, test.iterations); err != nil || out.String() != test.want {
			t.Errorf("%s: %v\ngot:\n%swant:\n%s", test.expression, err, out.String(), test.want)
		}
	}
	if err := printCalendar(&strings.Builder{}, "foo", from, from, 1); err == nil {
		t.Error("foo is taken")
	}
}

// TestOracleCalendar holds the output against that of systemd-analyze, but for what is
// left of the time until then.
func TestOracleCalendar(t *testing.T) {
	analyze, _ := oracle.Tool(t, "systemd-analyze")
	for _, expression := range oracle.Values(t)["calendar"] {
		const base = "2026-03-01 12:00:00"
		theirs, err := exec.Command(analyze, "calendar", "--iterations=3", "--base-time="+base, "--", expression).Output()
		var out, stderr strings.Builder
		code := run(context.Background(), []string{"calendar", "--iterations", "3", "--base-time", base, "--", expression}, streams{out: &out, err: &stderr})
		if (err == nil) != (code == exitClean) {
			t.Errorf("%q: systemd: %v; here: %d %s", expression, err, code, stderr.String())
			continue
		}
		if strip(out.String()) != strip(string(theirs)) && err == nil {
			t.Errorf("%q\n%s%s", expression, theirs, out.String())
		}
	}
	for _, d := range []time.Duration{
		time.Second, 59 * time.Second, time.Minute, 100 * time.Second, 7 * time.Minute, 3 * time.Hour, 7 * time.Hour, 23 * time.Hour, 26 * time.Hour,
		47 * time.Hour, 49 * time.Hour, 8 * 24 * time.Hour, 15 * 24 * time.Hour, 33 * 24 * time.Hour, 400 * 24 * time.Hour,
	} {
		at := time.Now().Add(d + 400*time.Millisecond).Truncate(time.Second)
		theirs, err := exec.Command(analyze, "calendar", at.UTC().Format("2006-01-02 15:04:05 UTC")).Output()
		_, left, _ := strings.Cut(string(theirs), "From now: ")
		if here := relative(time.Until(at)); err != nil || strings.TrimSpace(left) != here && d > 5*time.Minute {
			t.Errorf("%s: systemd: %q, here: %q", d, left, here)
		}
	}
}

// strip drops the lines about the time that is left.
func strip(s string) string {
	var kept []string
	for line := range strings.Lines(s) {
		if !strings.Contains(line, "From now") {
			line = strings.Replace(line, "Iter. #", "Iteration #", 1) // as it was called before 257
			kept = append(kept, strings.TrimSpace(line))
		}
	}
	return fmt.Sprint(strings.Join(kept, "\n"))
}
