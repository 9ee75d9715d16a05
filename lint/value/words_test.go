package value

import (
	"strings"
	"testing"

	"github.com/unitvet/unitvet/lint/source"
)

func TestSplit(t *testing.T) {
	fields := func(s string) ([]Word, *Problem) { return Fields(s), nil }
	tests := []struct {
		name    string
		split   func(string) ([]Word, *Problem)
		in      string
		want    []string
		problem string
	}{
		{"empty", fields, "", nil, ""},
		{"blanks only", fields, " \t\n\r", nil, ""},
		{"unit list", fields, "a.service  b.service", []string{"a.service<-a.service", "b.service<-b.service"}, ""},
		{"blanks at the ends", fields, " a\t", []string{"a<-a"}, ""},
		{"unit list keeps quotes", fields, `"a b"`, []string{`"a<-"a`, `b"<-b"`}, ""},
		{"unit list keeps backslashes", fields, `dev-a\x2db.device \`, []string{`dev-a\x2db.device<-dev-a\x2db.device`, `\<-\`}, ""},
		{"other blanks are text", fields, "a\vb\u00a0c", []string{"a\vb\u00a0c<-a\vb\u00a0c"}, ""},

		{"bare drops backslashes", BareWords, `a\x2db\ c "d`, []string{`ax2db c<-a\x2db\ c`, `"d<-"d`}, ""},
		{"bare at the end", BareWords, `a b\`, []string{"a<-a"}, problem(TrailingBackslash, DropsRest, `\`)},

		{"strv quotes", Strv, `a "b c" 'd "e'`, []string{"a<-a", `b c<-"b c"`, `d "e<-'d "e'`}, ""},
		{"strv keeps backslashes", Strv, `a\:b "c\" d`, []string{`a\:b<-a\:b`, `c\<-"c\"`, "d<-d"}, ""},
		{"strv open quote", Strv, `a b"c d`, []string{"a<-a"}, problem(UnbalancedQuote, DropsRest, `"c d`)},

		{"paths drop backslashes", PathWords, `/a\ b /c\"d "/e\"f" /g\x41`,
			[]string{`/a b<-/a\ b`, `/c"d<-/c\"d`, `/e"f<-"/e\"f"`, `/gx41<-/g\x41`}, ""},
		{"paths open quote", PathWords, `/a '/b`, []string{"/a<-/a"}, problem(UnbalancedQuote, DropsRest, `'/b`)},
		{"backslash before the end of a quote", PathWords, `'/b\'`, nil, problem(UnbalancedQuote, DropsRest, `'/b\'`)},
		{"backslash at the end of an open quote", PathWords, `'/b\`, nil, problem(UnbalancedQuote, DropsRest, `'/b\`)},

		{"quotes inside a word", EnvironmentWords, `A="b c"'d'e f`, []string{`A=b cde<-A="b c"'d'e`, "f<-f"}, ""},
		{"empty quotes", EnvironmentWords, `"" a''b ''`, []string{`<-""`, `ab<-a''b`, `<-''`}, ""},
		{"C escapes", EnvironmentWords, `\a\b\f\n\r\t\v\\\"\'\s`, []string{"\a\b\f\n\r\t\v\\\"' " + `<-\a\b\f\n\r\t\v\\\"\'\s`}, ""},
		{"escapes in single quotes too", EnvironmentWords, `'\x41\101'`, []string{`AA<-'\x41\101'`}, ""},
		{"code points", EnvironmentWords, `\u00e9\U0001F600\ud800\xff`, []string{"é😀\xed\xa0\x80\xff" + `<-\u00e9\U0001F600\ud800\xff`}, ""},
		{"escaped blank", EnvironmentWords, `a\x20b`, []string{`a b<-a\x20b`}, ""},
		{"backslash and blank is no C escape", EnvironmentWords, `a b\ c`, []string{"a<-a"}, problem(UnknownEscape, DropsRest, `\ `)},
		{"unknown escape", EnvironmentWords, `a "b\é"`, []string{"a<-a"}, problem(UnknownEscape, DropsRest, `\é`)},
		{"unknown escape at the end", EnvironmentWords, `a\`, nil, problem(TrailingBackslash, DropsRest, `\`)},
	}
	for _, escape := range []string{`\x00`, `\x4`, `\xg1`, `\000`, `\400`, `\19`, `\8`, `\u0000`, `\u12`, `\U00110000`, `\U0000d800`,
		`\U0000fdd0`, `\U0001ffff`, `\U0000ffff`, `\z`, `\$`, `\ `, `\%`} {
		tests = append(tests, struct {
			name    string
			split   func(string) ([]Word, *Problem)
			in      string
			want    []string
			problem string
		}{"refused " + escape, EnvironmentWords, escape + "xx", nil, problem(UnknownEscape, DropsRest, escape[:2])})
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			words, p := test.split(test.in)
			same(t, "words", shown(test.in, words), test.want)
			same(t, "problem", found(test.in, p), test.problem)
			checkProblems(t, test.in, p)
			for _, w := range words {
				checkWord(t, test.in, w)
			}
		})
	}
}

func TestSplitColons(t *testing.T) {
	const s = `x "a\x3ab:c d"`
	words, p := EnvironmentWords(s)
	if p != nil || len(words) != 2 {
		t.Fatal(words, p)
	}
	parts, p := splitColons(words[1], keepEmpty|retainEscape)
	if p != nil {
		t.Fatal(p)
	}
	same(t, "parts", shown(s, parts), []string{`a<-a`, `b<-b`, `c d<-c d`})

	const d = `"a\:b::"`
	words, _ = Strv(d)
	parts, p = splitColons(words[0], cUnescape|unescapeSeparators|keepEmpty)
	if p != nil {
		t.Fatal(p)
	}
	same(t, "parts", shown(d, parts), []string{`a:b<-a\:b`, "<-", "<-"})
	same(t, "inside", parts[0].Sub(1, 2).Of(d), `\:`)

	_, p = splitColons(Word{Text: `a:\q`, trace: trace{start: 5}}, cUnescape|keepEmpty)
	same(t, "problem", p.Span, source.Span{Start: 7, End: 9})
}

func TestWordSub(t *testing.T) {
	const s = `x "A=\x41é\u00e9"z`
	words, _ := EnvironmentWords(s)
	w := words[1]
	same(t, "text", w.Text, "A=Aééz")
	tests := []struct {
		i, j int
		want string
	}{
		{0, 1, "A"},
		{2, 3, `\x41`},
		{3, 5, "é"},
		{5, 7, `\u00e9`},
		{6, 7, `\u00e9`}, // half of what an escape stands for is still the escape
		{2, 8, `\x41é\u00e9"z`},
		{7, 8, "z"},
		{1, 1, ""},
		{8, 8, ""},
		{-5, 99, `A=\x41é\u00e9"z`},
		{5, 2, ""},
	}
	for _, test := range tests {
		if got := w.Sub(test.i, test.j).Of(s); got != test.want {
			t.Errorf("Sub(%d, %d) is %q, want %q", test.i, test.j, got, test.want)
		}
	}
	same(t, "end", w.Sub(8, 8), source.Span{Start: len(s), End: len(s)})
	part := w.Slice(2, 7)
	same(t, "slice", part.Text+"<-"+part.Span.Of(s), `Aéé<-\x41é\u00e9`)
	same(t, "slice of slice", part.Slice(1, 3).Span.Of(s), "é")
	same(t, "quoted", part.Quoted, true)
	same(t, "empty slice", w.Slice(3, 3).Sub(0, 5), w.Sub(3, 3))
}

func FuzzSplit(f *testing.F) {
	for _, seed := range []string{"", "a b", `"a b" 'c'`, `a\x41\u00e9\`, `"`, `'\`, "\xff\x00", `a:b\:c`, `"a"b"c d"\101`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, w := range Fields(s) {
			checkWord(t, s, w)
			if w.Text != w.Span.Of(s) {
				t.Fatalf("field %q is written %q", w.Text, w.Span.Of(s))
			}
		}
		for _, split := range []func(string) ([]Word, *Problem){BareWords, Strv, PathWords, EnvironmentWords} {
			words, p := split(s)
			checkProblems(t, s, p)
			end := 0
			for _, w := range words {
				checkWord(t, s, w)
				if w.Span.Start < end {
					t.Fatalf("words of %q overlap", s)
				}
				end = w.Span.End
				parts, p := splitColons(w, cUnescape|unescapeSeparators|keepEmpty)
				checkProblems(t, s, p)
				for _, part := range parts {
					checkPart(t, s, part)
				}
			}
		}
	})
}

// checkPart is checkWord for words from words, where a byte may stand for an escape
// of one character.
func checkPart(t *testing.T, s string, w Word) {
	t.Helper()
	inBounds(t, s, w.Span)
	for i := range len(w.Text) {
		inBounds(t, s, w.Sub(i, i+1))
	}
}

func BenchmarkFields(b *testing.B) {
	s := strings.Repeat("network-online.target quantum-execution.service ", 8)
	b.SetBytes(int64(len(s)))
	b.ReportAllocs()
	for b.Loop() {
		if len(Fields(s)) != 16 {
			b.Fatal("wrong")
		}
	}
}
