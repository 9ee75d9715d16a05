package value

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/unitvet/unitvet/lint/source"
)

// shown renders words as "text<-what is written".
func shown(s string, words []Word) []string {
	var out []string
	for _, w := range words {
		out = append(out, w.Text+"<-"+w.Span.Of(s))
	}
	return out
}

// found renders a problem as "Kind effect written", "" for none.
func found(s string, p *Problem) string {
	if p == nil {
		return ""
	}
	return fmt.Sprintf("%d %d %s", p.Kind, p.Effect, p.Span.Of(s))
}

// problem renders what a test expects in the same way.
func problem(kind ProblemKind, effect Effect, written string) string {
	return fmt.Sprintf("%d %d %s", kind, effect, written)
}

func foundAll(s string, problems []*Problem) []string {
	var out []string
	for _, p := range problems {
		out = append(out, found(s, p))
	}
	return out
}

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// asProblem returns the *Problem that an error is.
func asProblem(t *testing.T, err error) *Problem {
	t.Helper()
	if err == nil {
		return nil
	}
	var p *Problem
	if !errors.As(err, &p) {
		t.Fatalf("error is a %T, not a *Problem: %v", err, err)
	}
	return p
}

// checkWord fails if the spans of a word are not those of its text in s.
func checkWord(t *testing.T, s string, w Word) {
	t.Helper()
	inBounds(t, s, w.Span)
	at := w.Span.Start
	for i := range len(w.Text) {
		b := w.Sub(i, i+1)
		inBounds(t, s, b)
		if b.Len() < 1 || b.Start < at || b.End > w.Span.End {
			t.Fatalf("byte %d of %q has span %v outside or before its place in %v of %q", i, w.Text, b, w.Span, s)
		}
		if b.Len() == 1 && s[b.Start] != w.Text[i] {
			t.Fatalf("byte %d of %q is written %q in %q", i, w.Text, b.Of(s), s)
		}
		at = b.Start
	}
	inBounds(t, s, w.Sub(-1, len(w.Text)+1))
	for _, cut := range []int{0, len(w.Text) / 2, len(w.Text)} {
		part := w.Slice(cut, len(w.Text))
		inBounds(t, s, part.Span)
		if part.Text != w.Text[cut:] || part.Sub(0, len(part.Text)) != w.Sub(cut, len(w.Text)) {
			t.Fatalf("Slice(%d) of %q in %q: %q at %v, want %q at %v", cut, w.Text, s,
				part.Text, part.Sub(0, len(part.Text)), w.Text[cut:], w.Sub(cut, len(w.Text)))
		}
	}
}

func inBounds(t *testing.T, s string, span source.Span) {
	t.Helper()
	if span.Start < 0 || span.End < span.Start || span.End > len(s) {
		t.Fatalf("span %v outside %q (%d bytes)", span, s, len(s))
	}
}

func checkProblems(t *testing.T, s string, problems ...*Problem) {
	t.Helper()
	for _, p := range problems {
		if p == nil {
			continue
		}
		inBounds(t, s, p.Span)
		if p.Text == "" || strings.HasSuffix(p.Text, ".") {
			t.Fatalf("problem %d has the text %q", p.Kind, p.Text)
		}
	}
}

func TestProblemError(t *testing.T) {
	p := Problem{Text: "the path is not absolute", Expected: "a path that starts with /"}
	same(t, "with expectation", p.Error(), "the path is not absolute, expected a path that starts with /")
	p.Expected = ""
	same(t, "without", p.Error(), "the path is not absolute")
}

func TestParseBoolean(t *testing.T) {
	for _, s := range []string{"1", "yes", "Y", "true", "T", "on", "ON", "tRuE"} {
		if v, ok := ParseBoolean(s); !v || !ok {
			t.Errorf("%q is not true", s)
		}
	}
	for _, s := range []string{"0", "no", "N", "false", "f", "off", "OFF"} {
		if v, ok := ParseBoolean(s); v || !ok {
			t.Errorf("%q is not false", s)
		}
	}
	for _, s := range []string{"", " yes", "yes ", "2", "ja", "enabled", "tru", "\xff"} {
		if _, ok := ParseBoolean(s); ok {
			t.Errorf("%q is taken", s)
		}
	}
}

// TestLargeValues ends soon only if nothing costs the square of what it reads.
func TestLargeValues(t *testing.T) {
	if testing.Short() {
		t.Skip("reads megabytes")
	}
	unit, _ := ParseName("a@" + strings.Repeat("b", 200) + ".service")
	for _, part := range []string{
		"a ", "a ; ", `"a" `, `\x41`, `"\x41`, `"a"`, `\; `, "%n", "${A}", "${", "/a:/b ", "a:b:c ", "A=b ", "A=\"b\" ", "#\\\n",
		"/", "/..", "../", "-", "@", `"`, "'", "=", "%", "\n", "a-",
	} {
		s := strings.Repeat(part, 1<<16/len(part))
		Fields(s)
		_, _ = Strv(s)
		_, _ = EnvironmentWords(s)
		for _, c := range ParseExec("/bin/a " + s).Commands {
			for _, w := range c.Args {
				Variables(w)
			}
		}
		ParseExec(s)
		ParseEnvironment(s)
		ParseEnvironmentFile(s)
		ParseEnvironmentFile("A=" + s)
		for _, key := range []string{"ReadWritePaths", "BindPaths", "TemporaryFileSystem", "StateDirectory"} {
			parseList(key, s)
		}
		if e := ExpandName(s, Context{Unit: unit}); len(e.Text) > 2<<20 {
			t.Errorf("%q grows to %d bytes", part, len(e.Text))
		}
		if _, err := ParseName(s); err == nil {
			t.Errorf("%q is a name", part)
		}
		if back, err := Unescape(Escape(s)); err != nil || back != s {
			t.Errorf("%q does not come back", part)
		}
		if got, ok := Closest(s, []string{s + "a", "a"}); ok {
			t.Errorf("%q is close to %q", part, got)
		}
	}
}
