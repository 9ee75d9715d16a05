package value

import (
	"errors"
	"testing"
	"time"
)

func TestCalendarNormalize(t *testing.T) {
	tests := []struct{ in, want string }{
		{"Sat,Thu,Mon..Wed,Sat..Sun", "Mon..Thu,Sat,Sun *-*-* 00:00:00"},
		{"Mon,Sun 12-*-* 2,1:23", "Mon,Sun 2012-*-* 01,02:23:00"},
		{"Wed *-1", "Wed *-*-01 00:00:00"},
		{"Wed-Wed,Wed *-1", "Wed *-*-01 00:00:00"},
		{"Wed, 17:48", "Wed *-*-* 17:48:00"},
		{"Wednesday..Thursday, 17:48", "Wed,Thu *-*-* 17:48:00"},
		{"10-15", "*-10-15 00:00:00"},
		{"monday *-12-* 17:00", "Mon *-12-* 17:00:00"},
		{"Mon,Fri *-*-3,1,2 *:30:45", "Mon,Fri *-*-01,02,03 *:30:45"},
		{"12,14,13,12:20,10,30", "*-*-* 12,13,14:10,20,30:00"},
		{"mon,fri *-1/2-1,3 *:30:45", "Mon,Fri *-01/2-01,03 *:30:45"},
		{"03-05 08:05:40", "*-03-05 08:05:40"},
		{"08:05", "*-*-* 08:05:00"},
		{"05:40/5", "*-*-* 05:40/5:00"},
		{"2003-02..04-05", "2003-02..04-05 00:00:00"},
		{"00-05-16..20 08:05:40", "2000-05-16..20 08:05:40"},
		{"95-1-1", "1995-01-01 00:00:00"},
		{"weekly", "Mon *-*-* 00:00:00"},
		{"Quarterly", "*-01,04,07,10-01 00:00:00"},
		{"anually", "*-01-01 00:00:00"},
		{"*:*:*", "*-*-* *:*:*"},
		{"*:*:0.5/1", "*-*-* *:*:00.500000/1"},
		{"*:20..39/5", "*-*-* *:20..35/5:00"},
		{"00:00:20..40/1", "*-*-* 00:00:20..40"},
		{"*~03/1,03..05", "*-*~03/1,03..05 00:00:00"},
		{"*-*~1 UTC", "*-*~01 00:00:00 UTC"},
		{"07-4~1 Europe/Berlin", "2007-04~01 00:00:00 Europe/Berlin"},
		{"daily utc", "*-*-* 00:00:00 UTC"},
		{"daily Pacific/Auckland", "*-*-* 00:00:00 Pacific/Auckland"},
		{"@1493187147", "2017-04-26 06:12:27 UTC"},
		{"9..11,13:00,30", "*-*-* 09..11,13:00,30:00"},
		{"1..3-1..3 1..3:1..3", "*-01..03-01..03 01..03:01..03:00"},
		{"00:00:1.125..2.125", "*-*-* 00:00:01.125000..02.125000"},
		{"Mon..Sun 12:00", "*-*-* 12:00:00"},
	}
	for _, test := range tests {
		c, err := ParseCalendar(test.in)
		if err != nil {
			t.Errorf("%q: %v", test.in, err)
			continue
		}
		if got := c.Normalize(); got != test.want {
			t.Errorf("%q: %q, want %q", test.in, got, test.want)
		}
		if again, err := ParseCalendar(c.Normalize()); err != nil || again.Normalize() != c.Normalize() {
			t.Errorf("%q: its normal form is %q, %v", c.Normalize(), again.Normalize(), err)
		}
	}
}

func TestParseCalendarRefuses(t *testing.T) {
	tests := []struct{ in, part string }{
		{"", ""},
		{"7", "7"},
		{"Mon..", "Mon.."},
		{"Mond", "Mond"},
		{"Fri..Mon", "Mon"},
		{"Monday.. 12:00", " 12:00"},
		{"2016~11-22", "-22"},
		{"*-*~5/5", "*-*~5/5"},
		{"*~29", "*~29"},
		{"*-*~1,2,25", "*-*~1,2,25"},
		{"20/4:00", "20/4:00"},
		{"00:00/60", "00:00/60"},
		{"00:00:60", "00:00:60"},
		{"24:00", "24:00"},
		{"*-13-01", "*-13-01"},
		{"1969-01-01", "1969-01-01"},
		{"2200-01-01", "2200-01-01"},
		{"00:00:00.0..00.9", "00:00:00.0..00.9"},
		{"00:00:00/0.00000001", "00:00:00/0.00000001"},
		{"-00:+00/-5", "-00:+00/-5"},
		{"9am", "am"},
		{"daily Europe/Berln", "Europe/Berln"},
		{"@", "@"},
		{"@-5", "@-5"},
		{"2026-01-01 12:00 x", "x"},
	}
	for _, test := range tests {
		c, err := ParseCalendar(test.in)
		var problem *Problem
		if !errors.As(err, &problem) {
			t.Errorf("%q is %s", test.in, c.Normalize())
			continue
		}
		if got := problem.Span.Of(test.in); got != test.part {
			t.Errorf("%q: %s at %q, want it at %q", test.in, problem.Text, got, test.part)
		}
	}
}

// utc is a time in UTC.
func utc(s string) time.Time {
	t, _ := time.Parse("2006-01-02 15:04:05.999999", s)
	return t
}

func TestCalendarNext(t *testing.T) {
	tests := []struct{ in, zone, from, want string }{
		{"daily", "UTC", "2026-03-01 12:00:00", "2026-03-02 00:00:00"},
		{"daily", "UTC", "2026-03-02 00:00:00", "2026-03-03 00:00:00"},
		{"daily", "UTC", "2026-03-01 23:59:59.999999", "2026-03-02 00:00:00"},
		{"*:*:0.5/1", "UTC", "2026-03-01 12:00:00.5", "2026-03-01 12:00:01.5"},
		{"Mon *-*-01", "UTC", "2026-03-01 12:00:00", "2026-06-01 00:00:00"},
		{"*-02-29", "UTC", "2026-03-01 12:00:00", "2028-02-29 00:00:00"},
		{"*-02~01", "UTC", "2026-03-01 12:00:00", "2027-02-28 00:00:00"},
		{"Fri *-*~7/1 10:00", "UTC", "2026-03-01 12:00:00", "2026-03-27 10:00:00"},
		{"*-*~1..3 10:00", "UTC", "2026-03-01 12:00:00", "2026-03-29 10:00:00"},
		{"2025-01-01", "UTC", "2026-03-01 12:00:00", ""},
		{"*-02-30", "UTC", "2026-03-01 12:00:00", ""},
		{"Mon 2026-03-03", "UTC", "2026-03-01 12:00:00", ""},
		{"2199-12-31 23:59:59", "UTC", "2026-03-01 12:00:00", "2199-12-31 23:59:59"},
		{"2199-12-31 23:59:59", "UTC", "2199-12-31 23:59:59", ""},
		{"09:00 Europe/Berlin", "UTC", "2026-03-01 12:00:00", "2026-03-02 08:00:00"},
		{"09:00 Europe/Berlin", "UTC", "2026-07-01 12:00:00", "2026-07-02 07:00:00"},
		// A time that is left out when clocks are put forward comes a day later.
		{"02:30", "Europe/Berlin", "2026-03-28 12:00:00", "2026-03-30 00:30:00"},
		{"02..03:30", "Europe/Berlin", "2026-03-29 00:00:00", "2026-03-29 01:30:00"},
		// One that comes twice when they are put back counts once, unless the first is over.
		{"02:30", "Europe/Berlin", "2026-10-24 22:00:00", "2026-10-25 00:30:00"},
		{"02:30", "Europe/Berlin", "2026-10-25 00:30:00", "2026-10-26 01:30:00"},
		{"02:30", "Europe/Berlin", "2026-10-25 01:00:00", "2026-10-25 01:30:00"},
		{"*:30", "Europe/Berlin", "2026-10-25 00:30:00", "2026-10-25 02:30:00"},
		{"*:*:00", "Australia/Lord_Howe", "2026-10-03 15:29:30", "2026-10-03 15:30:00"},
		// What is over of a repetition stays at the end of a day, not at that of an hour.
		{"*:1/7", "UTC", "2026-03-01 12:57:00", "2026-03-01 13:01:00"},
		{"*:1/7", "UTC", "2026-03-01 23:57:00", "2026-03-02 00:08:00"},
		// Where daylight saving time comes between, it goes on no more.
		{"0/7:00", "Europe/Berlin", "2026-03-28 20:00:00", ""},
	}
	for _, test := range tests {
		c, err := ParseCalendar(test.in)
		if err != nil {
			t.Errorf("%q: %v", test.in, err)
			continue
		}
		zone, err := time.LoadLocation(test.zone)
		if err != nil {
			t.Skip(err)
		}
		next, ok := c.Next(utc(test.from).In(zone))
		got := ""
		if ok {
			got = next.UTC().Format("2006-01-02 15:04:05.999999")
		}
		if got != test.want {
			t.Errorf("%q in %s after %s: %q, want %q", test.in, test.zone, test.from, got, test.want)
		}
	}
}

func TestCalendarElapses(t *testing.T) {
	now := utc("2026-03-01 12:00:00")
	for in, want := range map[string]bool{
		"daily": true, "2026-03-01 00:00:00": true, "2026-02-27": false, "*-02-30": false, "Mon 2026-12-25": false,
		"*-01/5-01 Europe/Berlin": true,
	} {
		c, err := ParseCalendar(in)
		if err != nil {
			continue
		}
		if got := c.Elapses(now); got != want {
			t.Errorf("%q: %v", in, got)
		}
	}
}
