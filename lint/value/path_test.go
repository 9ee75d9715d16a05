package value

import (
	"fmt"
	"strings"
	"testing"
)

func TestSimplifyPath(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "/": "/", "//": "/", "/.": "/", "/./": "/", ".": ".", "./": ".", "././.": ".",
		"/a/b": "/a/b", "///foo//./bar/.": "/foo/bar", ".//./foo//./bar/.": "foo/bar", "/a/": "/a", "a//b/": "a/b",
		"/a/../b": "/a/../b", "/.a/..b/c.": "/.a/..b/c.", "/a /b": "/a /b", "/...": "/...",
	} {
		same(t, in, SimplifyPath(in), want)
	}
}

func TestCheckPath(t *testing.T) {
	long, deep := strings.Repeat("a", 256), "/"+strings.Repeat("abcdefg/", 512)
	tests := []struct{ in, absolute, relative string }{
		{"/a/b", "", problem(PathNotRelative, DropsEntry, "/a/b")},
		{"a/b", problem(PathNotAbsolute, DropsEntry, "a/b"), ""},
		{"", problem(PathNotAbsolute, DropsEntry, ""), problem(PathNotNormalized, DropsEntry, "")},
		{".", problem(PathNotAbsolute, DropsEntry, "."), problem(PathNotNormalized, DropsEntry, ".")},
		{"/", "", problem(PathNotRelative, DropsEntry, "/")},
		{"~/a", problem(PathNotAbsolute, DropsEntry, "~/a"), ""},
		{"/a/../b", problem(PathNotNormalized, DropsEntry, ".."), problem(PathNotRelative, DropsEntry, "/a/../b")},
		{"a/..", problem(PathNotAbsolute, DropsEntry, "a/.."), problem(PathNotNormalized, DropsEntry, "..")},
		{"/a/..b/.c/...", "", problem(PathNotRelative, DropsEntry, "/a/..b/.c/...")},
		{"/" + long[1:], "", problem(PathNotRelative, DropsEntry, "/"+long[1:])},
		{"/a/" + long, problem(PathTooLong, DropsEntry, long), problem(PathNotRelative, DropsEntry, "/a/"+long)},
		{deep, problem(PathTooLong, DropsEntry, deep), problem(PathNotRelative, DropsEntry, deep)},
		{"/" + strings.Repeat("/./", 3000) + "a", "", problem(PathNotRelative, DropsEntry, "/"+strings.Repeat("/./", 3000)+"a")},
		{"/a\xff/b", problem(InvalidEncoding, DropsEntry, "\xff"), problem(InvalidEncoding, DropsEntry, "\xff")},
	}
	for _, test := range tests {
		same(t, "CheckPath "+test.in, found(test.in, CheckPath(test.in)), test.absolute)
		same(t, "CheckRelativePath "+test.in, found(test.in, CheckRelativePath(test.in)), test.relative)
	}
}

// lists are values of directives that list paths, what systemd 252 keeps of them,
// in the words of its debug dump, and what is reported. The oracle test puts them
// to systemd itself.
var lists = []struct {
	key, in  string
	want     []string
	problems []string
}{
	{"ReadWritePaths", "/a -/b +/c -+/d", []string{"/a", "-/b", "+/c", "-+/d"}, nil},
	{"ReadWritePaths", "+-/a --/b ++/c", nil, []string{problem(PathNotAbsolute, DropsEntry, "-/a"),
		problem(PathNotAbsolute, DropsEntry, "-/b"), problem(PathNotAbsolute, DropsEntry, "+/c")}},
	{"ReadWritePaths", `"/a b" -"/c d" "-/e" /f\ g`, []string{"/a b", "-/c d", "-/e", "/f g"}, nil},
	{"ReadWritePaths", "/a//b/ /c/./d rel /e/../f ~/x", []string{"/a/b", "/c/d"}, []string{problem(PathNotAbsolute, DropsEntry, "rel"),
		problem(PathNotNormalized, DropsEntry, ".."), problem(PathNotAbsolute, DropsEntry, "~/x")}},
	{"ReadWritePaths", `/a "/b`, []string{"/a"}, []string{problem(UnbalancedQuote, DropsRest, `"/b`)}},
	{"ReadWritePaths", "- + /a", []string{"/a"}, []string{problem(PathNotAbsolute, DropsEntry, ""), problem(PathNotAbsolute, DropsEntry, "")}},
	{"ReadWritePaths", "/a,/b", []string{"/a,/b"}, nil},
	{"ReadWritePaths", "%t/x /y/%n", []string{"/run/x", "/y/%n"}, nil},
	{"ReadWritePaths", "x%t", nil, []string{problem(PathNotAbsolute, DropsEntry, "x%t")}},

	{"BindPaths", "/a /b:/c /d:/e:norbind -/f:/g:rbind", []string{"/a:/a:rbind", "/b:/c:rbind", "/d:/e:norbind", "-/f:/g:rbind"}, nil},
	{"BindPaths", `/a:/b: /c\:d:/e "/f g:/h"`, []string{"/f g:/h:/f g:/h:rbind"}, []string{problem(BadOption, DropsEntry, `/c\:d:/e`)}},
	{"BindPaths", "/a  /b\t /c", []string{"/a:/a:rbind", "/b:/b:rbind", "/c:/c:rbind"}, nil},
	{"BindPaths", "/a: /b", []string{"/b:/b:rbind"}, []string{problem(PathNotAbsolute, DropsEntry, "")}},
	{"BindPaths", "/a:b:norbind /c", []string{"/c:/c:rbind"}, []string{problem(PathNotAbsolute, DropsEntry, "b")}},
	{"BindPaths", "a:/b /c", []string{"/b:/b:rbind", "/c:/c:rbind"}, []string{problem(PathNotAbsolute, DropsEntry, "a")}},
	{"BindPaths", "/a:/b:ro /c", []string{"/c:/c:rbind"}, []string{problem(BadOption, DropsEntry, "ro")}},
	{"BindPaths", "/a:/b:norbind:x /c", []string{"/c:/c:rbind"}, []string{problem(BadOption, DropsEntry, "norbind:x")}},
	{"BindPaths", "/a:/b:", []string{"/a:/b:rbind"}, nil},
	{"BindPaths", "/a:", nil, []string{problem(PathNotAbsolute, DropsEntry, "")}},
	{"BindPaths", `"/a:b":/c`, []string{"/a:b:/c:rbind"}, nil},
	{"BindPaths", `/a "/b`, []string{"/a:/a:rbind"}, []string{problem(UnbalancedQuote, DropsRest, `"/b`)}},
	{"BindPaths", `/a:"/b`, nil, []string{problem(UnbalancedQuote, DropsRest, `"/b`)}},
	{"BindPaths", `/a:/b:"x`, nil, []string{problem(UnbalancedQuote, DropsRest, `"x`)}},
	{"BindPaths", `/a:/b\`, nil, []string{problem(TrailingBackslash, DropsRest, `\`)}},

	{"TemporaryFileSystem", "/a:ro,size=1M /b /c:", []string{"/a:ro,size=1M", "/b", "/c"}, nil},
	{"TemporaryFileSystem", `/c\:d:size=1 "/e f:mode=1777:x"`, []string{"/c:d:size=1", "/e f:mode=1777:x"}, nil},
	{"TemporaryFileSystem", `"/c\\:d:ro" /e\\`, []string{"/c:d:ro"}, []string{problem(TrailingBackslash, DropsEntry, `\\`)}},
	{"TemporaryFileSystem", "rel:ro /a/..", nil, []string{problem(PathNotAbsolute, DropsEntry, "rel"), problem(PathNotNormalized, DropsEntry, "..")}},
	{"TemporaryFileSystem", ":ro", nil, []string{problem(PathNotAbsolute, DropsEntry, "")}},

	{"StateDirectory", `a b/c "d e" f:g`, []string{"a", "b/c", "d e", "f", "f:g"}, nil},
	{"StateDirectory", `h\:i j\x41 "k\\l"`, []string{"h:i", "jA", `k\l`}, nil},
	{"StateDirectory", "/abs x/../y private private/z ./private/q privat", []string{"privat"}, []string{
		problem(PathNotRelative, DropsEntry, "/abs"), problem(PathNotNormalized, DropsEntry, ".."), problem(PathReserved, DropsEntry, "private"),
		problem(PathReserved, DropsEntry, "private/z"), problem(PathReserved, DropsEntry, "./private/q")}},
	{"StateDirectory", `a b\qc d`, []string{"a"}, []string{problem(UnknownEscape, DropsRest, `\q`)}},
	{"StateDirectory", "a:/b c:../d e", []string{"e"}, []string{problem(PathNotRelative, DropsEntry, "/b"), problem(PathNotNormalized, DropsEntry, "..")}},
	{"StateDirectory", "%n/x %i", []string{"%n/x"}, nil},
	{"ConfigurationDirectory", "a b:c", []string{"a"}, []string{problem(BadOption, DropsEntry, "c")}},
}

// parseList reads a list and renders its entries as systemd's debug dump does.
func parseList(key, in string) (shown []string, words []Word, problems []*Problem) {
	flags := func(ignore, root bool) string {
		return strings.Repeat("-", map[bool]int{true: 1}[ignore]) + strings.Repeat("+", map[bool]int{true: 1}[root])
	}
	path := func(w Word) string { return SimplifyPath(ExpandName(w.Text, Context{}).Text) }
	switch key {
	case "ReadWritePaths":
		entries, p := ParsePaths(in)
		for _, e := range entries {
			shown = append(shown, flags(e.IgnoreMissing, e.InRoot)+path(e.Path))
			words = append(words, e.Word, e.Path)
		}
		problems = p
	case "BindPaths":
		entries, p := ParseBinds(in)
		for _, e := range entries {
			shown = append(shown, fmt.Sprintf("%s%s:%s:%s", flags(e.IgnoreMissing, false), path(e.Source), path(e.Destination),
				map[bool]string{true: "rbind", false: "norbind"}[e.Recursive]))
			words = append(words, e.Source, e.Destination, e.Options)
		}
		problems = p
	case "TemporaryFileSystem":
		entries, p := ParseTmpfs(in)
		for _, e := range entries {
			s := path(e.Path)
			if e.Options.Text != "" {
				s += ":" + e.Options.Text
			}
			shown = append(shown, s)
			words = append(words, e.Path, e.Options)
		}
		problems = p
	default:
		entries, p := ParseDirectories(in, key != "ConfigurationDirectory")
		for _, e := range entries {
			shown = append(shown, path(e.Path))
			if e.Link.Text != "" {
				shown = append(shown, path(e.Path)+":"+path(e.Link))
			}
			words = append(words, e.Word, e.Path, e.Link, e.Flags)
		}
		problems = p
	}
	return shown, words, problems
}

func TestLists(t *testing.T) {
	for _, test := range lists {
		t.Run(test.key+"="+test.in, func(t *testing.T) {
			got, words, problems := parseList(test.key, test.in)
			if strings.HasPrefix(test.in, "%n") {
				got = got[:1] // a name of specifiers alone is kept, though it is empty here
			}
			same(t, "entries", got, test.want)
			same(t, "problems", foundAll(test.in, problems), test.problems)
			for _, w := range words {
				checkPart(t, test.in, w)
			}
		})
	}
	entries, problems := ParseDirectories("a:b:ro c::ro d::rw e::", true)
	same(t, "entries", len(entries), 3)
	same(t, "read-only", fmt.Sprint(entries[0].ReadOnly, entries[1].ReadOnly, entries[2].ReadOnly), "true true false")
	same(t, "link", entries[0].Link.Text+"|"+entries[1].Link.Text, "b|")
	same(t, "problems", foundAll("a:b:ro c::ro d::rw e::", problems), []string{problem(BadOption, DropsEntry, "rw")})
}

func FuzzLists(f *testing.F) {
	for _, seed := range lists {
		f.Add(seed.in)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, key := range []string{"ReadWritePaths", "BindPaths", "TemporaryFileSystem", "StateDirectory", "ConfigurationDirectory"} {
			_, words, problems := parseList(key, s)
			checkProblems(t, s, problems...)
			for _, w := range words {
				checkPart(t, s, w)
			}
		}
		checkProblems(t, s, CheckPath(s), CheckRelativePath(s))
		if again := SimplifyPath(SimplifyPath(s)); again != SimplifyPath(s) {
			t.Fatalf("%q is simplified to %q and then to %q", s, SimplifyPath(s), again)
		}
	})
}
