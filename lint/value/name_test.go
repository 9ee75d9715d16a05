package value

import (
	"slices"
	"strings"
	"testing"
)

func TestParseName(t *testing.T) {
	long := strings.Repeat("a", MaxNameLength-len(".service"))
	tests := []struct {
		in      string
		want    Name
		problem string
	}{
		{in: "foo.service", want: Name{"foo", "", "service", Plain}},
		{in: "foo@.service", want: Name{"foo", "", "service", Template}},
		{in: "foo@bar.service", want: Name{"foo", "bar", "service", Instance}},
		{in: "foo@a@b.service", want: Name{"foo", "a@b", "service", Instance}},
		{in: "foo@a.b.service", want: Name{"foo", "a.b", "service", Instance}},
		{in: "foo.bar.socket", want: Name{"foo.bar", "", "socket", Plain}},
		{in: `dev-disk-by\x2duuid.device`, want: Name{`dev-disk-by\x2duuid`, "", "device", Plain}},
		{in: "-.mount", want: Name{"-", "", "mount", Plain}},
		{in: "-.slice", want: Name{"-", "", "slice", Plain}},
		{in: "a:b_c.target", want: Name{"a:b_c", "", "target", Plain}},
		{in: "foo@x.mount", want: Name{"foo", "x", "mount", Instance}},
		{in: long + ".service", want: Name{long, "", "service", Plain}},

		{in: "", problem: problem(NameEmpty, Unstated, "")},
		{in: long + "a.service", problem: problem(NameTooLong, Unstated, long+"a.service")},
		{in: "foo", problem: problem(NameMissingType, Unstated, "foo")},
		{in: "foo.", problem: problem(NameMissingType, Unstated, "foo.")},
		{in: "foo.bar", problem: problem(NameUnknownType, Unstated, ".bar")},
		{in: "foo.Service", problem: problem(NameUnknownType, Unstated, ".Service")},
		{in: "foo.service.d", problem: problem(NameUnknownType, Unstated, ".d")},
		{in: ".service", problem: problem(NameEmptyPrefix, Unstated, ".")},
		{in: "@.service", problem: problem(NameEmptyPrefix, Unstated, "@")},
		{in: "@a.service", problem: problem(NameEmptyPrefix, Unstated, "@")},
		{in: "a.service,b.service", problem: problem(NameBadCharacter, Unstated, ",")},
		{in: `"a.service"`, problem: problem(NameBadCharacter, Unstated, `"`)},
		{in: "a/b.service", problem: problem(NameBadCharacter, Unstated, "/")},
		{in: "a%i.service", problem: problem(NameBadCharacter, Unstated, "%")},
		{in: "größe.service", problem: problem(NameBadCharacter, Unstated, "ö")},
		{in: "a\xff.service", problem: problem(NameBadCharacter, Unstated, "\xff")},
	}
	for _, test := range tests {
		t.Run(test.in, func(t *testing.T) {
			got, err := ParseName(test.in)
			same(t, "name", got, test.want)
			same(t, "problem", found(test.in, asProblem(t, err)), test.problem)
			if err == nil {
				same(t, "String", got.String(), test.in)
			}
		})
	}
	same(t, "zero name", Name{}.String(), "")
}

func TestUnitTypes(t *testing.T) {
	var templates, aliases []string
	for _, name := range UnitTypes() {
		if MayBeTemplate(name) {
			templates = append(templates, name)
		}
		if MayBeAlias(name) {
			aliases = append(aliases, name)
		}
	}
	same(t, "number", len(UnitTypes()), 11)
	same(t, "templates", templates, []string{"service", "socket", "target", "timer", "path"})
	same(t, "aliases", aliases, []string{"service", "socket", "target", "device", "timer", "path"})
	same(t, "unknown", MayBeTemplate("") || MayBeAlias("x"), false)
	for filename, want := range map[string]string{
		"a.service": "service", "a@.timer": "timer", "service": "service", "a.service.bak": "", "10-x.conf": "", "": "", "a.": "",
	} {
		same(t, filename, TypeOf(filename), want)
	}
	same(t, "kinds", []string{Plain.String(), Template.String(), Instance.String()}, []string{"plain", "template", "instance"})
}

func TestTemplateAndInstance(t *testing.T) {
	parse := func(s string) Name {
		n, err := ParseName(s)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	same(t, "template of an instance", parse("foo@a@b.service").Template().String(), "foo@.service")
	same(t, "template of a template", parse("foo@.service").Template().String(), "foo@.service")
	same(t, "template of a plain unit", parse("foo.service").Template().String(), "foo.service")

	n, err := parse("foo@.service").WithInstance("x-y")
	same(t, "instance", n.String(), "foo@x-y.service")
	same(t, "no problem", err, nil)
	n, err = parse("foo@a.service").WithInstance("b@c")
	same(t, "other instance", n.String(), "foo@b@c.service")
	same(t, "no problem", err, nil)

	for i, want := range map[string]string{
		"":                       problem(NameEmpty, Unstated, ""),
		"a/b":                    problem(NameBadCharacter, Unstated, "/"),
		strings.Repeat("a", 250): problem(NameTooLong, Unstated, strings.Repeat("a", 250)),
	} {
		_, err := parse("foo@.service").WithInstance(i)
		same(t, "problem of "+i, found(i, asProblem(t, err)), want)
	}
	_, err = parse("foo.service").WithInstance("x")
	same(t, "plain", found("x", asProblem(t, err)), problem(NameNotTemplate, Unstated, "x"))

	for _, test := range [][3]string{
		{"t@.service", "a.service", "t@a.service"},
		{"t@.service", "a@b.service", "t@b.service"},
		{"t@.service", "a@.service", "t@a.service"},
		{"t@x.service", "a@b.service", "t@x.service"},
		{"t.service", "a@b.service", "t.service"},
	} {
		n, err := parse(test[0]).ResolveTemplate(parse(test[1]))
		same(t, test[0]+" by "+test[1], n.String(), test[2])
		same(t, "no problem", err, nil)
	}
}

func TestSlices(t *testing.T) {
	tests := []struct{ in, parent, problem string }{
		{"-.slice", "", ""},
		{"a.slice", "-.slice", ""},
		{"a-b.slice", "a.slice", ""},
		{"a-b-c.slice", "a-b.slice", ""},
		{`a\x2db.slice`, "-.slice", ""},
		{"-a.slice", "", problem(NameBadSlice, Unstated, "-")},
		{"a-.slice", "", problem(NameBadSlice, Unstated, "-")},
		{"a--b.slice", "", problem(NameBadSlice, Unstated, "-")},
		{"--.slice", "", problem(NameBadSlice, Unstated, "-")},
		{"a@b.slice", "", problem(NameBadSlice, Unstated, "a@b.slice")},
		{"a@.slice", "", problem(NameBadSlice, Unstated, "a@.slice")},
		{"a.service", "", problem(NameBadSlice, Unstated, "a.service")},
		{"a", "", problem(NameMissingType, Unstated, "a")},
		{"", "", problem(NameEmpty, Unstated, "")},
	}
	for _, test := range tests {
		t.Run(test.in, func(t *testing.T) {
			same(t, "problem", found(test.in, CheckSlice(test.in)), test.problem)
			parent, ok := ParentSlice(test.in)
			same(t, "parent", parent, test.parent)
			same(t, "has parent", ok, test.parent != "")
		})
	}
}

// dropInNames are names and the directories that systemd looks into for them; the
// oracle test puts them to systemd itself.
var dropInNames = map[string][]string{
	"foo.service":         {"foo.service"},
	"foo-bar.service":     {"foo-bar.service", "foo-.service"},
	"foo-bar-baz.service": {"foo-bar-baz.service", "foo-bar-.service", "foo-.service"},
	"foo--bar.service":    {"foo--bar.service", "foo--.service", "foo-.service"},
	"foo---b.service":     {"foo---b.service", "foo---.service", "foo--.service", "foo-.service"},
	"foo-bar-.service":    {"foo-bar-.service", "foo-.service"},
	"foo-.service":        {"foo-.service"},
	"-foo.service":        {"-foo.service"},
	"-foo-bar.service":    {"-foo-bar.service", "-foo-.service"},
	"-.mount":             {"-.mount"},
	"foo@.service":        {"foo@.service"},
	"foo-bar@.service":    {"foo-bar@.service", "foo-.service"},
	"foo@x-y.service":     {"foo@x-y.service", "foo@.service"},
	"foo-bar@x.service": {
		"foo-bar@x.service", "foo-bar@.service", "foo-.service", "foo-@x.service", "foo-@.service",
	},
	"foo-b-c@x.service": {
		"foo-b-c@x.service", "foo-b-c@.service", "foo-b-.service", "foo-.service",
		"foo-b-@x.service", "foo-b-@.service", "foo-@x.service", "foo-@.service",
	},
	`foo\x2db.service`: {`foo\x2db.service`},
}

func TestDropInNames(t *testing.T) {
	for in, want := range dropInNames {
		t.Run(in, func(t *testing.T) {
			n, err := ParseName(in)
			if err != nil {
				t.Fatal(err)
			}
			same(t, "names", DropInNames(n), want)
		})
	}
	dashes, _ := ParseName(strings.Repeat("-a", 100)[1:] + "@x.service")
	if n := len(DropInNames(dashes)); n > 400 {
		t.Errorf("%d names", n)
	}
}

func FuzzParseName(f *testing.F) {
	for seed := range dropInNames {
		f.Add(seed)
	}
	f.Add("@.service")
	f.Add("a\xff.slice")
	f.Fuzz(func(t *testing.T, s string) {
		checkProblems(t, s, CheckSlice(s))
		n, err := ParseName(s)
		if err != nil {
			checkProblems(t, s, asProblem(t, err))
			return
		}
		if n.String() != s || n.Prefix == "" || TypeOf(s) != n.Type || (n.Kind == Instance) != (n.Instance != "") {
			t.Fatalf("%q is parsed as %#v", s, n)
		}
		names := DropInNames(n)
		if names[0] != s {
			t.Fatalf("first directory of %q is %q", s, names[0])
		}
		for i, name := range names {
			if _, err := ParseName(name); err != nil || slices.Contains(names[:i], name) {
				t.Fatalf("directories of %q: %q", s, names)
			}
		}
		for slice, ok := s, true; ok; {
			next, more := ParentSlice(slice)
			if more && CheckSlice(next) != nil {
				t.Fatalf("parent of %q is %q", slice, next)
			}
			slice, ok = next, more
		}
	})
}
