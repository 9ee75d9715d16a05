package value

import "testing"

func TestScanSpecifiers(t *testing.T) {
	tests := []struct {
		in       string
		table    Table
		want     string
		problems []string
	}{
		{"", FullTable, "", nil},
		{"plain", FullTable, "", nil},
		{"%i-%n", FullTable, "in", nil},
		{"100%", FullTable, "", nil},
		{"%% %-", FullTable, "%", nil},
		{"%%i", FullTable, "%", nil},
		{"% %i", FullTable, "i", nil}, // the blank is a character, and no specifier's
		{"%-%i", FullTable, "i", nil},
		{"%é%i", FullTable, "i", nil},
		{"%t/x", FullTable, "t", nil},
		{"%t/x", NameTable, "t", []string{problem(UnknownSpecifier, Unstated, "%t")}},
		{"%I %P %f", NameTable, "IPf", []string{problem(UnknownSpecifier, Unstated, "%I"),
			problem(UnknownSpecifier, Unstated, "%P"), problem(UnknownSpecifier, Unstated, "%f")}},
		{"%H%v%u%j", NameTable, "Hvuj", nil},
		{"+%Y-%m-%d %k", FullTable, "Ymdk", []string{problem(UnknownSpecifier, Unstated, "%k")}},
		{"%0%Z", FullTable, "0Z", []string{problem(UnknownSpecifier, Unstated, "%0"), problem(UnknownSpecifier, Unstated, "%Z")}},
	}
	for _, test := range tests {
		t.Run(test.in, func(t *testing.T) {
			uses, problems := ScanSpecifiers(test.in, test.table)
			got := ""
			for _, use := range uses {
				got += string(rune(use.Char))
				same(t, "span", use.Span.Of(test.in), "%"+string(rune(use.Char)))
			}
			same(t, "specifiers", got, test.want)
			same(t, "problems", foundAll(test.in, problems), test.problems)
		})
	}
}

func TestSpecifierTable(t *testing.T) {
	seen := map[byte]bool{}
	for _, info := range specifiers {
		if seen[info.Char] || info.Meaning == "" || info.Since == 0 || !isSpecifier(info.Char) {
			t.Errorf("row %+v", info)
		}
		seen[info.Char] = true
	}
	same(t, "number", len(seen), 43)
	for _, c := range "ijnNpaAbBHlqmMovwWgGuU%" { // unit_name_printf
		if _, ok := LookupSpecifier(byte(c), NameTable); !ok {
			t.Errorf("%%%c is not in the name table", c)
		}
	}
	for _, c := range "IJPfyYcrRCdDELSthsTV" { // unit_full_printf
		if _, ok := LookupSpecifier(byte(c), NameTable); ok {
			t.Errorf("%%%c is in the name table", c)
		}
		if _, ok := LookupSpecifier(byte(c), FullTable); !ok {
			t.Errorf("%%%c is not in the full table", c)
		}
	}
	info, _ := LookupSpecifier('c', FullTable)
	same(t, "deprecated", info.Deprecated, 233)
	for _, c := range []byte("kzZX0 -\xff\x00") {
		if _, ok := LookupSpecifier(c, FullTable); ok {
			t.Errorf("%%%c is in the full table", c)
		}
	}
}

// expansions are texts and what they expand to in the system manager; the oracle
// test puts those that are known to systemd itself.
var expansions = []struct {
	unit, in, want string
	known          bool
}{
	{"a-b@x-y.service", "%n %N %p %P %j %J %i %I %f", "a-b@x-y.service a-b@x-y a-b a/b b b x-y x/y /x/y", true},
	{"a-b.service", "%n %N %p %P %j %J [%i] [%I] %f", "a-b.service a-b a-b a/b b b [] [] /a/b", true},
	{`a\x2db@c\x20d.service`, "%p %P %j %J %i %I %f", `a\x2db a-b a\x2db a-b c\x20d c d /c d`, true},
	{"a-.service", "[%j] %p", "[] a-", true},
	{"a@b@c.service", "%i %N", "b@c a@b@c", true},
	{"a.b.service", "%N %p", "a.b a.b", true},
	{"a.service", "%t %S %C %L %E %T %V %h %u %U %g %G %d", "/run /var/lib /var/cache /var/log /etc /tmp /var/tmp /root root 0 root 0 /run/credentials/a.service", true},
	{"a.service", "100%% % %- %", "100% % %- %", true},
	{"a@-.service", "%I %f", "/ /", true},

	{"a@.service", "%p %j %P", "a a a", true},
	{"a@.service", "%p %i %n %I %N %f %d", "a %i %n %I %N %f %d", false},
	{"a.service", "%H %m %b %v %a %l %s %y %c", "%H %m %b %v %a %l %s %y %c", false},
	{`a@x\y.service`, "%i %I", `x\y %I`, false},
	{"a@-b.service", "%I %f", "/b %f", false},
	{"a.service", "%p%k", "a%k", false},
	{"", "%p %t", "%p /run", false},
}

func TestExpandName(t *testing.T) {
	for _, test := range expansions {
		t.Run(test.unit+" "+test.in, func(t *testing.T) {
			unit, _ := ParseName(test.unit)
			e := ExpandName(test.in, Context{Unit: unit})
			same(t, "text", e.Text, test.want)
			same(t, "known", e.Known, test.known)
			same(t, "unknown", len(e.Unknown) > 0, !test.known)
		})
	}
	unit, _ := ParseName("a@b.service")
	e := ExpandName("%t/%p", Context{Unit: unit, User: true})
	same(t, "user manager", e.Text, "%t/a")
	same(t, "known", e.Known, false)
	same(t, "credentials of a user unit", ExpandName("%d", Context{Unit: unit, User: true}).Known, false)
	e = ExpandName("%t%i", Context{Unit: unit, Table: NameTable})
	same(t, "name table", e.Text, "%tb")
	same(t, "problems", foundAll("%t%i", e.Problems), []string{problem(UnknownSpecifier, Unstated, "%t")})
	same(t, "plain", ExpandName("abc", Context{}).Text, "abc")
}

func TestExpansionSub(t *testing.T) {
	unit, _ := ParseName("ab@xyz.service")
	const s = "/%i/%%/%H.é"
	e := ExpandName(s, Context{Unit: unit})
	same(t, "text", e.Text, "/xyz/%/%H.é")
	for _, test := range []struct {
		i, j int
		want string
	}{
		{0, 1, "/"}, {1, 2, "%i"}, {2, 4, "%i"}, {0, 5, "/%i/"}, {5, 6, "%%"}, {7, 9, "%H"}, {8, 9, "H"}, {10, 12, "é"}, {0, 99, s},
	} {
		same(t, e.Text[test.i:min(test.j, len(e.Text))], e.Sub(test.i, test.j).Of(s), test.want)
	}
	plain := ExpandName("abc", Context{})
	same(t, "plain", plain.Sub(1, 2).Of("abc"), "b")
}

func FuzzExpandName(f *testing.F) {
	for _, seed := range expansions {
		f.Add(seed.in, seed.unit)
	}
	f.Fuzz(func(t *testing.T, s, name string) {
		unit, _ := ParseName(name)
		for _, c := range []Context{{Unit: unit}, {Unit: unit, User: true}, {Unit: unit, Table: NameTable}} {
			_, problems := ScanSpecifiers(s, c.Table)
			checkProblems(t, s, problems...)
			e := ExpandName(s, c)
			same(t, "problems", foundAll(s, e.Problems), foundAll(s, problems))
			if e.Known != (len(e.Unknown) == 0) || hasSpecifier(s) == false && len(e.Unknown) > 0 {
				t.Fatalf("%q: %+v", s, e)
			}
			for _, use := range e.Unknown {
				same(t, "span", use.Span.Of(s), "%"+string([]byte{use.Char}))
			}
			end := 0
			for i := range len(e.Text) {
				span := e.Sub(i, i+1)
				inBounds(t, s, span)
				if span.Start < end-2 {
					t.Fatalf("byte %d of %q comes from %v of %q", i, e.Text, span, s)
				}
				end = span.End
			}
		}
	})
}
