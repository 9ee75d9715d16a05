package value

import (
	"strings"
	"testing"
	"time"

	"github.com/unitvet/unitvet/lint/directive"
)

// FuzzCheckValues gives any text to the grammar of any directive, in any release: problems
// may be found, and lie within the text.
func FuzzCheckValues(f *testing.F) {
	var directives []*directive.Directive
	for _, section := range directive.Sections() {
		for i := range directive.Section(section) {
			directives = append(directives, &directive.Section(section)[i])
		}
	}
	for i, d := range directives {
		if i%7 == 0 {
			f.Add(uint16(i), "1", uint8(0))
			for _, v := range typeValues[d.Type][:min(4, len(typeValues[d.Type]))] {
				f.Add(uint16(i), v, uint8(i))
			}
		}
	}
	units := []string{"foo.service", "foo@.service", "foo@bar.timer", "a-b.slice"}
	f.Fuzz(func(t *testing.T, i uint16, text string, how uint8) {
		d := directives[int(i)%len(directives)]
		unit, _ := ParseName(units[how%4])
		release := []int{1, 230, 252, 257, 258, 262}[how%6]
		for _, p := range Check(d, text, Context{Unit: unit, User: how&64 != 0, AnyManager: how&128 != 0}, release) {
			if p.Span.Start < 0 || p.Span.End < p.Span.Start || p.Span.End > len(text) {
				t.Errorf("%s=%q: %v lies at %v", d.Key, text, p, p.Span)
			}
			if p.Text == "" {
				t.Errorf("%s=%q: the problem says nothing", d.Key, text)
			}
		}
	})
}

// FuzzCalendar holds that a normal form means what it is the normal form of.
func FuzzCalendar(f *testing.F) {
	for _, s := range calendarExpressions(60, 5) {
		f.Add(s, int64(1_700_000_000))
	}
	f.Fuzz(func(t *testing.T, s string, seconds int64) {
		c, err := ParseCalendar(s)
		if err != nil {
			return
		}
		normal := c.Normalize()
		again, err := ParseCalendar(normal)
		if err != nil || again.Normalize() != normal {
			t.Fatalf("%q has the form %q, which has %q, %v", s, normal, again.Normalize(), err)
		}
		from := time.Unix(seconds%(250*365*24*3600), 0).UTC()
		next, ok := c.Next(from)
		other, otherOK := again.Next(from)
		if ok != otherOK || !next.Equal(other) {
			t.Errorf("%q elapses at %v, its form %q at %v", s, next, normal, other)
		}
		if ok && (!next.After(from) || next.Year() > maxYear+1) {
			t.Errorf("%q elapses at %v after %v", s, next, from)
		}
	})
}

// FuzzTimespan holds that a time span can be read as it is written.
func FuzzTimespan(f *testing.F) {
	for _, s := range timespans(60) {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		span, err := ParseTimespan(s, Second)
		if err != nil {
			return
		}
		const most = 584541 * Year // systemd does not read back what it writes for more
		if again, err := ParseTimespan(span.String(), Second); (err != nil || again != span) && span < most {
			t.Errorf("%q is %d, which is written %q, which is %d, %v", s, span, span, again, err)
		}
		_, _ = nanoseconds.parse(s)
	})
}

// FuzzPattern looks for regular expressions that the reader cannot get through.
func FuzzPattern(f *testing.F) {
	for _, s := range regexValues() {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if p := checkPattern(s); p != nil && (p.Span.Start < 0 || p.Span.End < p.Span.Start || p.Span.End > len(s)) {
			t.Errorf("%q: %v lies at %v", s, p, p.Span)
		}
	})
}

// longValues returns values of about n bytes that make readers go over them again and
// again if they can.
func longValues(n int) []string {
	var values []string
	for _, piece := range []string{
		"a", "1", " ", "a ", "1 ", "1K ", "5s ", "0-1,", "1,", "1/1,", "Mon,", "(", "(a", "(?:", "(?|", "(?<", "(?#", "(*a:", "(*A:", "[", "[:", "[[:", "[a-", "\\", "\\Q", "\\x{",
		"{1", "a{1", "%n", "%", "%%", "\"", "\"a\" ", "\\\\", "@a ", "read ", "x=", "X=1 ", "~", "|", "!", "/", "a/", "../", ":", "1:", "0", "9", ".", "..", "=", "é", "&", "<", ">= ",
	} {
		values = append(values, strings.Repeat(piece, n/len(piece)))
	}
	return values
}

func BenchmarkCheckValues(b *testing.B) {
	values := map[string]string{
		"RestartSec": "1min 30s", "MemoryMax": "512M", "SystemCallFilter": "@system-service @mount ~@clock read write", "LimitNOFILE": "1024:65536",
		"KillSignal": "SIGTERM", "Type": "notify", "CapabilityBoundingSet": "CAP_NET_BIND_SERVICE CAP_SYS_ADMIN", "UMask": "0077", "Nice": "5",
		"RestrictAddressFamilies": "AF_UNIX AF_INET AF_INET6", "PrivateTmp": "yes", "CPUAffinity": "0-3,7", "SuccessExitStatus": "TEMPFAIL 250",
	}
	for b.Loop() {
		for key, v := range values {
			d, _ := directive.Lookup("Service", key)
			if problems := Check(d, v, Context{}, directive.Latest); problems != nil && key != "SystemCallFilter" {
				b.Fatal(key, problems)
			}
		}
	}
}

func BenchmarkCalendarNext(b *testing.B) {
	from := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for b.Loop() {
		c, err := ParseCalendar("Mon..Fri *-*-1..7 18:00 Europe/Berlin")
		if err != nil {
			b.Fatal(err)
		}
		if _, ok := c.Next(from); !ok {
			b.Fatal("never")
		}
	}
}

// BenchmarkLongValues reads values of a mebibyte with every kind of grammar.
func BenchmarkLongValues(b *testing.B) {
	values := longValues(1 << 20)
	seen := map[directive.Type]bool{}
	for _, d := range directivesOf(valueTypes, false) {
		if seen[d.Type] && d.Type != directive.TypeFlags && d.Type != directive.TypeConditionString {
			continue
		}
		seen[d.Type] = true
		b.Run(d.Key, func(b *testing.B) {
			for b.Loop() {
				for _, v := range values {
					Check(d, v, Context{}, directive.Latest)
				}
			}
		})
	}
}
