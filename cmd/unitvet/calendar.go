package main

import (
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/unitvet/unitvet/lint/report"
	"github.com/unitvet/unitvet/lint/value"
)

func calendarCommand(std streams) *cobra.Command {
	var base string
	iterations := 1
	cmd := &cobra.Command{
		Use:   "calendar EXPRESSION...",
		Short: "Print what a calendar expression such as that of OnCalendar= comes to, and when it elapses",
		Long: `Print the normal form of calendar expressions and when they elapse next, in the
time zone of this machine (or of the variable TZ).`,
		Example: `  unitvet calendar 'Mon..Fri 9:00' --iterations 3
  unitvet calendar '*-*-~1 Europe/Berlin' --base-time '2026-03-01 00:00:00'`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			now := time.Now()
			from := now
			if base != "" {
				var err error
				if from, err = time.ParseInLocation(time.DateTime, base, time.Local); err != nil {
					return fmt.Errorf("--base-time: %q is no time such as 2026-03-01 00:00:00", base)
				}
			}
			if iterations < 1 {
				return fmt.Errorf("--iterations: %d is less than 1", iterations)
			}
			bad := false
			for i, expression := range args {
				if i > 0 {
					_, _ = fmt.Fprintln(std.out)
				}
				if err := printCalendar(std.out, expression, from, now, iterations); err != nil {
					bad = true
					_, _ = fmt.Fprintf(std.err, "unitvet: %q: %s\n", expression, report.EscapeLines(err.Error()))
				}
			}
			if bad {
				return findingsError{}
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&base, "base-time", "", "`TIME` after which the expression elapses, such as '2026-03-01 00:00:00' (default: now)")
	cmd.Flags().IntVar(&iterations, "iterations", iterations, "print `N` times")
	return cmd
}

// printCalendar prints what systemd-analyze calendar says of an expression, in its
// words.
func printCalendar(w io.Writer, expression string, from, now time.Time, iterations int) error {
	c, err := value.ParseCalendar(expression)
	if err != nil {
		return err
	}
	row := func(name, text string) { _, _ = fmt.Fprintf(w, "%15s: %s\n", name, text) }
	if normal := c.Normalize(); normal == expression {
		row("Normalized form", normal)
	} else {
		row("Original form", report.EscapeLines(expression))
		row("Normalized form", normal)
	}
	const layout = "Mon 2006-01-02 15:04:05 MST"
	for i := range iterations {
		next, ok := c.Next(from)
		if !ok && c.Elapses(from) && i == 0 {
			return fmt.Errorf("the time zone %s is not known on this machine", c.Zone)
		}
		if !ok {
			if i == 0 {
				row("Next elapse", "never")
			}
			break
		}
		if i == 0 {
			row("Next elapse", next.Local().Format(layout))
		} else {
			row(fmt.Sprintf("Iteration #%d", i+1), next.Local().Format(layout))
		}
		if zone, _ := next.Local().Zone(); zone != "UTC" {
			row("(in UTC)", next.UTC().Format(layout))
		}
		row("From now", relative(next.Sub(now)))
		from = next
	}
	return nil
}

// relative says how far a point of time is from now (format_timestamp_relative in
// src/basic/time-util.c).
func relative(d time.Duration) string {
	const (
		day   = 24 * time.Hour
		week  = 7 * day
		month = 2629800 * time.Second
		year  = 31557600 * time.Second
	)
	side := "left"
	if d < 0 {
		d, side = -d, "ago"
	}
	count := func(unit time.Duration, name string) string {
		n := d / unit
		d %= unit
		if n != 1 {
			name += "s"
		}
		return fmt.Sprintf("%d %s ", n, name)
	}
	switch {
	case d >= year:
		return count(year, "year") + count(month, "month") + side
	case d >= month:
		return count(month, "month") + count(day, "day") + side
	case d >= week:
		return count(week, "week") + count(day, "day") + side
	case d >= 2*day:
		return count(day, "day") + side
	case d >= 25*time.Hour:
		return fmt.Sprintf("1 day %dh %s", (d-day)/time.Hour, side)
	case d >= 6*time.Hour:
		return fmt.Sprintf("%dh %s", d/time.Hour, side)
	case d >= time.Hour:
		return fmt.Sprintf("%dh %dmin %s", d/time.Hour, d%time.Hour/time.Minute, side)
	case d >= 5*time.Minute:
		return fmt.Sprintf("%dmin %s", d/time.Minute, side)
	case d >= time.Minute:
		return fmt.Sprintf("%dmin %ds %s", d/time.Minute, d%time.Minute/time.Second, side)
	case d >= time.Second:
		return fmt.Sprintf("%ds %s", d/time.Second, side)
	case d >= time.Millisecond:
		return fmt.Sprintf("%dms %s", d/time.Millisecond, side)
	case d > 0:
		return fmt.Sprintf("%dus %s", d/time.Microsecond, side)
	}
	return "now"
}
