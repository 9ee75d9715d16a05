package value

import (
	"strings"
	"testing"

	"github.com/coreos/go-systemd/v22/unit"
)

// escapes are strings, how they are escaped and how they are escaped as paths, ""
// where they are no path; the oracle test puts them to systemd-escape itself.
var escapes = []struct{ in, plain, path string }{
	{"foo", "foo", "foo"},
	{"/", "-", "-"},
	{"//", "--", "-"},
	{"/./", "-.-", "-"},
	{"/var/log", "-var-log", "var-log"},
	{"//var//log//", "--var--log--", "var-log"},
	{"/a/./b", "-a-.-b", "a-b"},
	{"/a/.", "-a-.", "a"},
	{"/a/../b", "-a-..-b", ""},
	{"/..", "-..", ""},
	{"..", `\x2e.`, ""},
	{".", `\x2e`, ""},
	{"./a", `\x2e-a`, "a"},
	{".foo", `\x2efoo`, `\x2efoo`},
	{"/.foo", "-.foo", `\x2efoo`},
	{"/a/.foo", "-a-.foo", "a-.foo"},
	{"/a-b", `-a\x2db`, `a\x2db`},
	{"a@b:c_d.e", `a\x40b:c_d.e`, `a\x40b:c_d.e`},
	{`a\b`, `a\x5cb`, `a\x5cb`},
	{"a\x01b", `a\x01b`, `a\x01b`},
	{"a\n.b", `a\x0a.b`, `a\x0a.b`},
	{"\t.b", `\x09.b`, `\x09.b`},
	{"/a\t/.b", `-a\x09-.b`, `a\x09-.b`},
	{"é", `\xc3\xa9`, `\xc3\xa9`},
	{"a b", `a\x20b`, `a\x20b`},
	{"...", `\x2e..`, `\x2e..`},
}

func TestEscape(t *testing.T) {
	for _, test := range escapes {
		t.Run(test.in, func(t *testing.T) {
			same(t, "Escape", Escape(test.in), test.plain)
			back, err := Unescape(test.plain)
			same(t, "Unescape", back, test.in)
			same(t, "error", err, nil)

			path, err := PathEscape(test.in)
			same(t, "PathEscape", path, test.path)
			if test.path == "" {
				same(t, "kind", asProblem(t, err).Kind, PathNotNormalized)
				return
			}
			same(t, "error", err, nil)
			back, err = PathUnescape(path)
			same(t, "PathUnescape", back, SimplifyPath("/"+test.in))
			same(t, "error", err, nil)
		})
	}
	same(t, "empty", Escape(""), "")
	path, err := PathEscape("")
	same(t, "empty path", path, "-")
	same(t, "error", err, nil)
	_, err = PathEscape("/" + strings.Repeat("a", 256))
	same(t, "long component", asProblem(t, err).Kind, PathTooLong)
}

// badEscapes are names that cannot be unescaped, and the part that is wrong.
var badEscapes = map[string]string{
	`a\b`: `\b`, `\`: `\`, `a\x`: `\x`, `\x2`: `\x2`, `\x2g`: `\x2g`, `\x+a`: `\x+a`, `\x-1`: `\x-1`, `\X2d`: `\X2d`, `\\`: `\\`,
}

// badPaths are names that can be unescaped, though not to a path.
var badPaths = []string{"-a", "a-", "a--b", `\x2e\x2e-x`, `a-\x2e-b`, `a-..`, ".", "--", `\x2f`}

func TestUnescapeProblems(t *testing.T) {
	for in, want := range badEscapes {
		for _, unescape := range []func(string) (string, error){Unescape, PathUnescape} {
			text, err := unescape(in)
			same(t, "text", text, "")
			same(t, in, found(in, asProblem(t, err)), problem(BadEscape, Unstated, want))
		}
	}
	for _, in := range badPaths {
		_, err := PathUnescape(in)
		same(t, in, found(in, asProblem(t, err)), problem(PathNotNormalized, Unstated, in))
		if _, err := Unescape(in); err != nil {
			t.Error(in, err)
		}
	}
	_, err := PathUnescape("")
	same(t, "empty", asProblem(t, err).Kind, NameEmpty)
	text, err := Unescape(`\xC3\xa9-\x00`)
	same(t, "any byte", text, "é/\x00")
	same(t, "error", err, nil)
}

func TestPathToUnit(t *testing.T) {
	for _, test := range [][3]string{
		{"/", "mount", "-.mount"},
		{"/var//log/", "mount", "var-log.mount"},
		{"/dev/disk/by-uuid/a", "device", `dev-disk-by\x2duuid-a.device`},
		{"/swap.img", "swap", "swap.img.swap"},
	} {
		name, err := PathToUnit(test[0], test[1])
		same(t, test[0], name, test[2])
		same(t, "error", err, nil)
		n, _ := ParseName(name)
		path, err := UnitToPath(n)
		same(t, "back", path, SimplifyPath(test[0]))
		same(t, "error", err, nil)
	}
	for in, kind := range map[string]ProblemKind{
		"/a/../b":                         PathNotNormalized,
		"/" + strings.Repeat("abcd/", 60): NameTooLong,
	} {
		_, err := PathToUnit(in, "mount")
		same(t, in, asProblem(t, err).Kind, kind)
	}
	_, err := PathToUnit("/a", "mnt")
	same(t, "type", asProblem(t, err).Kind, NameUnknownType)
}

func FuzzEscape(f *testing.F) {
	for _, seed := range escapes {
		f.Add(seed.in)
		f.Add(seed.plain)
	}
	for seed := range badEscapes {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if problem := checkNameCharacters(Escape(s)); problem != nil {
			t.Fatalf("Escape(%q) is %q: %v", s, Escape(s), problem)
		}
		if back, err := Unescape(Escape(s)); back != s || err != nil {
			t.Fatalf("%q comes back as %q, %v", s, back, err)
		}
		if !strings.ContainsAny(s, "\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f") && Escape(s) != unit.UnitNameEscape(s) {
			t.Fatalf("Escape(%q) is %q, go-systemd has %q", s, Escape(s), unit.UnitNameEscape(s))
		}
		if _, err := Unescape(s); err != nil {
			checkProblems(t, s, asProblem(t, err))
		}
		if path, err := PathUnescape(s); err == nil {
			if again, err := PathEscape(path); err != nil || path != SimplifyPath(path) || path[0] != '/' {
				t.Fatalf("PathUnescape(%q) is %q, which escapes to %q, %v", s, path, again, err)
			}
		} else {
			checkProblems(t, s, asProblem(t, err))
		}
		escaped, err := PathEscape(s)
		if err != nil {
			checkProblems(t, s, asProblem(t, err))
			return
		}
		if back, err := PathUnescape(escaped); back != SimplifyPath("/"+s) || err != nil {
			t.Fatalf("%q is escaped to %q and comes back as %q, %v", s, escaped, back, err)
		}
	})
}
