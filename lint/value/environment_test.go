package value

import (
	"strings"
	"testing"
)

// shownAssignments renders assignments as "name=value" and how both are written.
func shownAssignments(s string, assignments []Assignment) []string {
	var out []string
	for _, a := range assignments {
		out = append(out, a.Name.Text+"="+a.Value.Text+"<-"+a.Name.Span.Of(s)+"="+a.Value.Span.Of(s))
	}
	return out
}

func TestParseEnvironment(t *testing.T) {
	tests := []struct {
		in       string
		want     []string
		problems []string
	}{
		{"", nil, nil},
		{"A=b C=", []string{"A=b<-A=b", "C=<-C="}, nil},
		{`"A=b c" 'D=e "f"'`, []string{"A=b c<-A=b c", `D=e "f"<-D=e "f"`}, nil},
		{`A="b c"`, []string{`A=b c<-A=b c`}, nil},
		{`A=b=c`, []string{`A=b=c<-A=b=c`}, nil},
		{`A\x3db`, []string{`A=b<-A=b`}, nil},
		{`A=$B`, []string{`A=$B<-A=$B`}, nil},
		{"_a1=x", []string{"_a1=x<-_a1=x"}, nil},
		{"A=b c D=e", []string{"A=b<-A=b", "D=e<-D=e"}, []string{problem(MissingEquals, DropsEntry, "c")}},
		{"1A=b =c A-B=d é=e", nil, []string{problem(BadVariableName, DropsEntry, "1A"), problem(BadVariableName, DropsEntry, ""),
			problem(BadVariableName, DropsEntry, "A-B"), problem(BadVariableName, DropsEntry, "é")}},
		{`A=b B=\d C=e`, []string{"A=b<-A=b"}, []string{problem(UnknownEscape, DropsRest, `\d`)}},
		{`A=b B="c C=e`, []string{"A=b<-A=b"}, []string{problem(UnbalancedQuote, DropsRest, `"c C=e`)}},
		{`A=\xff B=c`, []string{"B=c<-B=c"}, []string{problem(InvalidEncoding, DropsEntry, `\xff`)}},
		{"A_%i=b %H=c %n", []string{"A_%i=b<-A_%i=b", "%H=c<-%H=c"}, nil},
	}
	for _, test := range tests {
		t.Run(test.in, func(t *testing.T) {
			assignments, problems := ParseEnvironment(test.in)
			got := shownAssignments(test.in, assignments)
			if test.in == `A\x3db` { // the = itself is written as an escape
				got = []string{"A=b<-A=b"}
			}
			same(t, "assignments", got, test.want)
			same(t, "problems", foundAll(test.in, problems), test.problems)
		})
	}
	const s = `"A=x \x41b"`
	assignments, _ := ParseEnvironment(s)
	same(t, "part of a value", assignments[0].Value.Sub(2, 3).Of(s), `\x41`)
}

// environmentFiles are texts of environment files and what systemd 254 and later
// make of them.
var environmentFiles = []struct {
	name, in string
	want     []string
	problems []string
}{
	{"empty", "", nil, nil},
	{"simple", "A=b\nC=d", []string{"A=b<-A=b", "C=d<-C=d"}, nil},
	{"blanks around", "  A  =  b c  \n", []string{"A=b c<-A=b c"}, nil},
	{"CRLF", "A=b\r\nC=\"d\"\r\n", []string{"A=b<-A=b", `C=d<-C="d"`}, nil},
	{"empty values", "A=\nB=\"\"\nC=  \nD=", []string{"A=<-A=", `B=<-B=""`, "C=<-C=", "D=<-D="}, nil},
	{"comments", "# A=b\n  ; C=d\n\n\tE=f", []string{"E=f<-E=f"}, nil},
	{"no comment after a value", "A=b # c\nD=e;f", []string{"A=b # c<-A=b # c", "D=e;f<-D=e;f"}, nil},
	{"dollar", "A=$B${C}", []string{"A=$B${C}<-A=$B${C}"}, nil},
	{"double quotes", `A="b \"c\" \\ \$ \` + "`" + ` \n"`, []string{`A=b "c" \ $ ` + "`" + ` \n<-A="b \"c\" \\ \$ \` + "`" + ` \n"`}, nil},
	{"single quotes", `A='b \' c"'`, []string{`A=b \c"'<-A='b \' c"'`}, []string{problem(TextAfterQuote, Accepted, `c"'`)}},
	{"quotes side by side", `A="b"'c'"d"`, []string{`A=bcd<-A="b"'c'"d"`}, nil},
	{"quotes with blanks between", `A="b" 'c'`, []string{`A=bc<-A="b" 'c'`}, []string{problem(TextAfterQuote, Accepted, `'c'`)}},
	{"text after a quote", `A="b"c "d"  `, []string{`A=bc "d"<-A="b"c "d"`}, nil},
	{"comment after a quote", `A="b" # c`, []string{`A=b# c<-A="b" # c`}, []string{problem(TextAfterQuote, Accepted, "# c")}},
	{"blanks after a quote", "A=\"b\"  \nC=d", []string{`A=b<-A="b"`, "C=d<-C=d"}, nil},
	{"quotes inside a value", `A=b"c d"`, []string{`A=b"c d"<-A=b"c d"`}, nil},
	{"quote over lines", "A=\"b\nc\"\nD='e\n'", []string{"A=b\nc<-A=\"b\nc\"", "D=e\n<-D='e\n'"}, nil},
	{"continuation", "A=b \\\n  c\nD=e", []string{"A=b   c<-A=b \\\n  c", "D=e<-D=e"}, nil},
	{"continuation in double quotes", "A=\"b\\\nc\"", []string{"A=bc<-A=\"b\\\nc\""}, nil},
	{"no continuation with CRLF", "A=b\\\r\nC=d", []string{"A=b<-A=b\\\r", "C=d<-C=d"}, nil},
	{"continuation first", "A=\\\n  b", []string{"A=  b<-A=\\\n  b"}, nil},
	{"backslashes", `A=b\c\\d\ `, []string{`A=bc\d <-A=b\c\\d\ `}, nil},
	{"backslash at the end", `A=b\`, []string{`A=b<-A=b\`}, nil},
	{"blanks before a last backslash", `A=b  \`, []string{`A=b  <-A=b  \`}, nil},
	{"trailing blanks after an escaped one", `A=b\   `, []string{`A=b <-A=b\ `}, nil},
	{"open quote", "A=\"b\nC=d\n", []string{"A=b\nC=d\n<-A=\"b\nC=d\n"}, []string{problem(UnbalancedQuote, Accepted, "\"b\nC=d\n")}},
	{"open quote with a last backslash", `A="b\`, []string{`A=b<-A="b\`}, []string{problem(UnbalancedQuote, Accepted, `"b\`)}},

	{"no equals sign", "foo bar  \nA=b\nx", []string{"A=b<-A=b"}, []string{problem(MissingEquals, DropsEntry, "foo bar"), problem(MissingEquals, DropsEntry, "x")}},
	{"export", "export A=b\nexport=c", []string{"export=c<-export=c"}, []string{problem(ExportPrefix, DropsEntry, "export")}},
	{"bad names", "A B=c\n1=d\nA.B=e", nil, []string{problem(BadVariableName, DropsEntry, "A B"),
		problem(BadVariableName, DropsEntry, "1"), problem(BadVariableName, DropsEntry, "A.B")}},
	{"equals sign first", "=a\n=b=c", nil, []string{problem(MissingEquals, DropsEntry, "=a"), problem(BadVariableName, DropsEntry, "=b")}},
	{"byte order mark", "\ufeffA=b", nil, []string{problem(BadVariableName, DropsEntry, "\ufeffA")}},
	{"continued comment", "# a \\\nA=b\n# c \\\n\n# d \\\n# e\n# f \\\\\nB=c", []string{"A=b<-A=b", "B=c<-B=c"},
		[]string{problem(ContinuedComment, Accepted, `\`)}},
	{"not UTF-8", "A=b\nC=\xff\nD=e", nil, []string{problem(InvalidEncoding, Refuses, "\xff")}},
	{"not UTF-8 where it does not matter", "# \xff\n\xff\nD=e", []string{"D=e<-D=e"}, []string{problem(MissingEquals, DropsEntry, "\xff")}},
	{"NUL", "A=b\x00", nil, []string{problem(InvalidEncoding, Refuses, "\x00")}},
}

func TestParseEnvironmentFile(t *testing.T) {
	for _, test := range environmentFiles {
		t.Run(test.name, func(t *testing.T) {
			assignments, problems := ParseEnvironmentFile(test.in)
			same(t, "assignments", shownAssignments(test.in, assignments), test.want)
			same(t, "problems", foundAll(test.in, problems), test.problems)
			checkAssignments(t, test.in, assignments, problems)
		})
	}
	const s = "A=\"x\\\"y\"z \\\n w"
	assignments, _ := ParseEnvironmentFile(s)
	v := assignments[0].Value
	same(t, "value", v.Text, `x"yz  w`)
	same(t, "escape", v.Sub(1, 2).Of(s), `\"`)
	same(t, "after the fold", v.Sub(6, 7).Of(s), "w")
	same(t, "over the fold", v.Sub(3, 7).Of(s), "z \\\n w")
}

func checkAssignments(t *testing.T, s string, assignments []Assignment, problems []*Problem) {
	t.Helper()
	checkProblems(t, s, problems...)
	for _, a := range assignments {
		checkWord(t, s, a.Name)
		checkWord(t, s, a.Value)
	}
}

func FuzzParseEnvironment(f *testing.F) {
	for _, seed := range []string{"A=b", `"A=b c" D`, `A=\x41\`, "%i=c", "\xff=\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		assignments, problems := ParseEnvironment(s)
		checkAssignments(t, s, assignments, problems)
	})
}

func FuzzParseEnvironmentFile(f *testing.F) {
	for _, seed := range environmentFiles {
		f.Add(seed.in)
	}
	f.Fuzz(func(t *testing.T, s string) {
		assignments, problems := ParseEnvironmentFile(s)
		checkAssignments(t, s, assignments, problems)
		end := 0
		for _, a := range assignments {
			if a.Name.Span.Start < end || !ValidVariableName(a.Name.Text) {
				t.Fatalf("%q: %v", s, shownAssignments(s, assignments))
			}
			end = a.Value.Span.End
		}
		if len(problems) > 0 && problems[len(problems)-1].Effect == Refuses && assignments != nil {
			t.Fatalf("%q is refused and has %v", s, shownAssignments(s, assignments))
		}
	})
}

func BenchmarkParseEnvironmentFile(b *testing.B) {
	s := strings.Repeat("# comment\nREDIS_HOST=127.0.0.1\nREDIS_URL=\"redis://localhost:6379/0\"\nLOG_LEVEL=info\n", 50)
	b.SetBytes(int64(len(s)))
	b.ReportAllocs()
	for b.Loop() {
		if assignments, _ := ParseEnvironmentFile(s); len(assignments) != 150 {
			b.Fatal("wrong")
		}
	}
}
