package value

import (
	"fmt"
	"strings"
	"testing"
)

// shownCommands renders commands as "prefixes path argv0|arg|arg".
func shownCommands(e Exec) []string {
	var out []string
	for _, c := range e.Commands {
		s := ""
		for _, p := range c.Prefixes {
			s += p.Text + " "
		}
		s += "<" + c.Path.Text + ">"
		if c.Argv0 != nil {
			s += " as <" + c.Argv0.Text + ">"
		}
		for _, a := range c.Args {
			s += "|" + a.Text
		}
		out = append(out, s)
	}
	return out
}

func TestParseExec(t *testing.T) {
	long := strings.Repeat("a", 256)
	tests := []struct {
		name, in string
		want     []string
		problems []string
	}{
		{"one word", "/bin/true", []string{"</bin/true>"}, nil},
		{"arguments", `/bin/echo a "b c" d\x20e 'f'g`, []string{"</bin/echo>|a|b c|d e|fg"}, nil},
		{"plain name", "echo hello", []string{"<echo>|hello"}, nil},
		{"name with dots", "python3.11 x", []string{"<python3.11>|x"}, nil},
		{"quoted path", `"/opt/my app/run" x`, []string{"</opt/my app/run>|x"}, nil},
		{"dot dot in a path", "/opt/../bin/true", []string{"</opt/../bin/true>"}, nil},
		{"empty argument", `/bin/echo "" ''`, []string{"</bin/echo>||"}, nil},
		{"quoted prefix", `"-/bin/true"`, []string{"- </bin/true>"}, nil},
		{"prefix before a quote", `-"/bin/a b" c`, []string{"- </bin/a b>|c"}, nil},

		{"prefixes", "-@:+/bin/sh sh -c true", []string{"- @ : + </bin/sh> as <sh>|-c|true"}, nil},
		{"exclamation mark", "!/bin/true", []string{"! </bin/true>"}, nil},
		{"two exclamation marks", "-!!/bin/true", []string{"- !! </bin/true>"}, nil},
		{"exclamation marks apart", "!-!/bin/true", []string{"!! - </bin/true>"}, nil},
		{"shell", "|echo a | b", []string{"| <echo>|a|||b"}, nil},
		{"shell alone", "-|", []string{"- | <>"}, nil},
		{"login shell", "@|echo a", []string{"@ | <echo>|a"}, nil},
		{"shell with a relative path", `|./a\\b`, []string{`| <./a\b>`}, nil},

		{"two commands", "/bin/a x ; /bin/b y", []string{"</bin/a>|x", "</bin/b>|y"}, nil},
		{"separators only", "; ;", nil, nil},
		{"separator first", "; /bin/a", []string{"</bin/a>"}, nil},
		{"quoted separator first", `";" /bin/a`, []string{"</bin/a>"}, nil},
		{"separator last", "/bin/a ;", []string{"</bin/a>"}, nil},
		{"no separators", `/bin/a b; ;c ";" ;; d\;`, []string{`</bin/a>|b;|;c|;|;;|d\;`},
			[]string{problem(UnknownEscape, Accepted, `\;`)}},
		{"escaped semicolons", `/bin/a \; b \; ; /bin/c \;`, []string{"</bin/a>|;|b|;", "</bin/c>|;"}, nil},
		{"tab after a separator", "/bin/a ;\t/bin/b", []string{"</bin/a>", "</bin/b>"}, nil},

		{"unknown escapes stay", `/bin/grep \d\w\n "\.conf" a\`, []string{"</bin/grep>|\\d\\w\n|\\.conf|a\\"}, []string{
			problem(UnknownEscape, Accepted, `\d`), problem(UnknownEscape, Accepted, `\w`),
			problem(UnknownEscape, Accepted, `\.`), problem(UnknownEscape, Accepted, `\`)}},

		{"nothing after the prefix", "-", nil, []string{problem(EmptyCommand, DropsRest, "-")}},
		{"nothing after the prefixes", "@!", nil, []string{problem(EmptyCommand, Refuses, "@!")}},
		{"quoted nothing", `"" a`, nil, []string{problem(EmptyCommand, Refuses, `""`)}},
		{"no argv0", "@/bin/true", nil, []string{problem(MissingArgv0, Refuses, "@/bin/true")}},
		{"no argv0, ignored", "-@/bin/true ; /bin/b", nil, []string{problem(MissingArgv0, DropsRest, "-@/bin/true")}},
		{"relative", "bin/true", nil, []string{problem(RelativeCommand, Refuses, "bin/true")}},
		{"dot slash", "./run x", nil, []string{problem(RelativeCommand, Refuses, "./run")}},
		{"tilde", "~/run", nil, []string{problem(RelativeCommand, Refuses, "~/run")}},
		{"relative, ignored", "/bin/a ; -./run ; /bin/c", []string{"</bin/a>"}, []string{problem(RelativeCommand, DropsRest, "./run")}},
		{"directory", "/bin/", nil, []string{problem(DirectoryCommand, Refuses, "/bin/")}},
		{"root", "-/", nil, []string{problem(DirectoryCommand, DropsRest, "/")}},
		{"dot", ".", nil, []string{problem(DirectoryCommand, Refuses, ".")}},
		{"dot dot", "/bin/..", nil, []string{problem(DirectoryCommand, Refuses, "/bin/..")}},
		{"backslash in the path", `/bin/a\x5cb`, nil, []string{problem(UnsafeCommand, Refuses, `\x5c`)}},
		{"quote in the path", `/bin/a\"b`, nil, []string{problem(UnsafeCommand, Refuses, `\"`)}},
		{"control character in the path", `/bin/a\nb`, nil, []string{problem(UnsafeCommand, Refuses, `\n`)}},
		{"escaped semicolon first", `\; a`, nil, []string{problem(UnknownEscape, Accepted, `\;`), problem(UnsafeCommand, Refuses, `\`)}},
		{"long name", long, nil, []string{problem(PathTooLong, Refuses, long)}},
		{"long component", "/bin/" + long, nil, []string{problem(PathTooLong, Refuses, long)}},

		{"variable as a directory", "${HOME}/run", nil, []string{problem(VariableCommand, Refuses, "${HOME}/run")}},
		{"variable as a name", "$PROG -x", []string{"<$PROG>|-x"}, []string{problem(VariableCommand, Accepted, "$PROG")}},
		{"variable in the path", "/opt/${V}/run", []string{"</opt/${V}/run>"}, []string{problem(VariableCommand, Accepted, "${V}/run")}},
		{"dollar in a name", "/opt/a$/run", []string{"</opt/a$/run>"}, nil},

		{"prefix twice", "--/bin/true", nil, []string{problem(PrefixConflict, DropsRest, "-")}},
		{"prefix twice before a name", "-@-true x", []string{"- @ <-true> as <x>"}, []string{problem(PrefixConflict, Accepted, "-")}},
		{"plus and exclamation mark", "+!/bin/true", nil, []string{problem(PrefixConflict, Refuses, "!")}},
		{"exclamation mark and plus", "!+/bin/true", nil, []string{problem(PrefixConflict, Refuses, "+")}},
		{"three exclamation marks", "!!!/bin/true", nil, []string{problem(PrefixConflict, Refuses, "!")}},
		{"at sign twice", "@@/bin/true a", nil, []string{problem(PrefixConflict, Refuses, "@")}},

		{"open quote in the first word", `/bin/a ; "/bin/b c`, []string{"</bin/a>"}, []string{problem(UnbalancedQuote, DropsRest, `"/bin/b c`)}},
		{"open quote later", `/bin/a 'b c`, nil, []string{problem(UnbalancedQuote, Refuses, `'b c`)}},
		{"open quote later, ignored", `-/bin/a it's`, nil, []string{problem(UnbalancedQuote, DropsRest, `'s`)}},

		{"specifier first", "%h/bin/x", []string{"<%h/bin/x>"}, nil},
		{"specifier alone", "%i", []string{"<%i>"}, nil},
		{"specifier in a name", "run-%i", []string{"<run-%i>"}, nil},
		{"specifier in a relative path", "bin/%i", nil, []string{problem(RelativeCommand, Refuses, "bin/%i")}},
		{"specifier before a slash", "/opt/%i/", nil, []string{problem(DirectoryCommand, Refuses, "/opt/%i/")}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			e := ParseExec(test.in)
			same(t, "commands", shownCommands(e), test.want)
			same(t, "problems", foundAll(test.in, e.Problems), test.problems)
			checkExec(t, test.in, e)
		})
	}
	if e := ParseExec(""); !e.Reset || e.Commands != nil {
		t.Error("the empty value is no reset")
	}
}

func TestCommandSpans(t *testing.T) {
	const s = `-/bin/a "x=\x41 b"  ; @!-!"/bin/b" 'name' \; c ;`
	e := ParseExec(s)
	if len(e.Commands) != 2 || e.Problems != nil {
		t.Fatal(shownCommands(e), e.Problems)
	}
	a, b := e.Commands[0], e.Commands[1]
	same(t, "first command", a.Span.Of(s), `-/bin/a "x=\x41 b"`)
	same(t, "its path", a.Path.Span.Of(s), "/bin/a")
	same(t, "part of its argument", a.Args[0].Sub(2, 5).Of(s), `\x41 b`)
	same(t, "second command", b.Span.Of(s), `@!-!"/bin/b" 'name' \; c`)
	same(t, "its path", b.Path.Span.Of(s), `/bin/b`)
	same(t, "its name", b.Argv0.Span.Of(s), `'name'`)
	same(t, "its semicolon", b.Args[0].Span.Of(s), `\;`)
	var prefixes []string
	for _, p := range b.Prefixes {
		prefixes = append(prefixes, p.Text+"<-"+p.Span.Of(s))
	}
	same(t, "its prefixes", prefixes, []string{"@<-@", "!!<-!-!", "-<--"})
	same(t, "flags", fmt.Sprint(a.IgnoreFailure, a.Ambient, b.IgnoreFailure, b.KeepUser, b.Ambient, b.FullPrivileges, b.NoVariables, b.Shell),
		"true false true false true false false false")
}

func TestLookupPrefix(t *testing.T) {
	for _, text := range []string{"-", "@", ":", "+", "!", "!!", "|"} {
		if info, ok := LookupPrefix(text); !ok || info.Since == 0 || info.Meaning == "" {
			t.Errorf("%s: %+v", text, info)
		}
	}
	info, _ := LookupPrefix("!!")
	same(t, "ignored", info.Ignored, 258)
	if _, ok := LookupPrefix("&"); ok {
		t.Error("& is a prefix")
	}
}

func TestVariables(t *testing.T) {
	type use struct {
		Kind  VariableKind
		Name  string
		Valid bool
		Raw   string
	}
	tests := []struct {
		in   string
		want []use
	}{
		{"plain", nil},
		{"$HOME", []use{{WholeWord, "HOME", true, "$HOME"}}},
		{`"$HOME"`, []use{{WholeWord, "HOME", true, "$HOME"}}},
		{"${HOME}", []use{{Braced, "HOME", true, "${HOME}"}}},
		{"a${B}c${D}", []use{{Braced, "B", true, "${B}"}, {Braced, "D", true, "${D}"}}},
		{`--x=\x24{B}`, []use{{Braced, "B", true, `\x24{B}`}}},
		{"--home=$HOME", nil},
		{"$$HOME", []use{{DollarEscape, "$", true, "$$"}}},
		{"a$$${B}", []use{{DollarEscape, "$", true, "$$"}, {Braced, "B", true, "${B}"}}},
		{"$", []use{{WholeWord, "", false, "$"}}},
		{"a$", nil},
		{"$HOME/bin", []use{{WholeWord, "HOME/bin", false, "$HOME/bin"}}},
		{"$(date)", []use{{WholeWord, "(date)", false, "$(date)"}}},
		{"x$(date)", nil},
		{"$1", []use{{WholeWord, "1", false, "$1"}}},
		{"${}", []use{{Braced, "", false, "${}"}}},
		{"${A-B}", []use{{Braced, "A-B", false, "${A-B}"}}},
		{"${A:-b}", nil},
		{"${A:-${B}}", []use{{Braced, "B", true, "${B}"}}},
		{"${A", nil},
		{"x${A${B}", []use{{Braced, "A${B", false, "${A${B}"}}},
		{"x$a${B}", []use{{Braced, "B", true, "${B}"}}},
		{"x$a$b", nil},
		{"${%i}", []use{{Braced, "%i", false, "${%i}"}}},
	}
	for _, test := range tests {
		t.Run(test.in, func(t *testing.T) {
			e := ParseExec("/bin/x " + test.in)
			if len(e.Commands) != 1 || len(e.Commands[0].Args) != 1 {
				t.Fatal(shownCommands(e), e.Problems)
			}
			var got []use
			for _, v := range Variables(e.Commands[0].Args[0]) {
				got = append(got, use{v.Kind, v.Name, v.Valid, v.Span.Of("/bin/x " + test.in)})
			}
			same(t, "variables", got, test.want)
		})
	}
}

// checkExec checks all spans of a command line.
func checkExec(t *testing.T, s string, e Exec) {
	t.Helper()
	checkProblems(t, s, e.Problems...)
	end := 0
	for _, c := range e.Commands {
		inBounds(t, s, c.Span)
		if c.Span.Start < end {
			t.Fatalf("commands of %q overlap", s)
		}
		end = c.Span.End
		words := append([]Word{c.Path}, c.Args...)
		if c.Argv0 != nil {
			words = append(words, *c.Argv0)
		}
		for _, p := range c.Prefixes {
			inBounds(t, s, p.Span)
		}
		for _, w := range words {
			checkWord(t, s, w)
			if w.Span.Start < c.Span.Start || w.Span.End > c.Span.End {
				t.Fatalf("word %q outside its command in %q", w.Text, s)
			}
			for _, v := range Variables(w) {
				inBounds(t, s, v.Span)
			}
		}
	}
}

func FuzzParseExec(f *testing.F) {
	for _, seed := range append(execLines(), "", "-@!", `/bin/a 'b`, "\xff") {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		e := ParseExec(s)
		checkExec(t, s, e)
		for _, p := range e.Problems[:max(len(e.Problems)-1, 0)] {
			if p.Effect != Accepted {
				t.Fatalf("reading of %q went on after %v", s, p)
			}
		}
	})
}

func BenchmarkParseExec(b *testing.B) {
	for name, s := range map[string]string{
		"plain": "/opt/quantum/venvs/ai/bin/python -m uvicorn services.execution.main:app --host 0.0.0.0 --port 8002 --log-level info",
		"shell": `-/bin/sh -c "exec /usr/bin/redis-server /etc/redis/redis.conf --port \"$PORT\" >> /var/log/redis.log 2>&1"`,
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(s)))
			b.ReportAllocs()
			for b.Loop() {
				if e := ParseExec(s); len(e.Commands) != 1 {
					b.Fatal("wrong")
				}
			}
		})
	}
}
