package unit_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/unitvet/unitvet/lint/linttest"
	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/unit"
)

// extract writes an archive to a new directory.
func extract(t *testing.T, archive string) string {
	t.Helper()
	dir := t.TempDir()
	linttest.Extract(t, txtar.Parse([]byte(archive)), dir)
	return dir
}

func TestDiscover(t *testing.T) {
	cases := []struct{ name, start, archive, want string }{
		{
			name: "each directory is a set of its own", start: ".",
			archive: `
-- a.service --
-- units/b.service --
-- units/nested/deep/c.timer --
-- debian/pkg.service --
-- debian/rules --
-- docs/x.md --
`,
			want: `unknown top
unknown top/debian
unknown top/units
unknown top/units/nested/deep
`,
		},
		{
			name: "the search path of one root directory is one set for each manager", start: ".",
			archive: `
-- img/usr/lib/systemd/system/a.service --
-- img/etc/systemd/system/b.service --
-- img/usr/lib/systemd/user/c.service --
-- img/etc/systemd/user/d.service --
-- img/opt/units/e.service --
-- other/etc/systemd/system/b.service --
-- etc/systemd/system/top.service --
-- usr/local/lib/systemd/system/top2.service --
`,
			want: `system top/etc/systemd/system:top/usr/local/lib/systemd/system
system top/img/etc/systemd/system:top/img/usr/lib/systemd/system
system top/other/etc/systemd/system
unknown top/img/opt/units
user top/img/etc/systemd/user:top/img/usr/lib/systemd/user
`,
		},
		{
			name: "directories of users", start: ".",
			archive: `
-- .config/systemd/user/a.service --
-- dot_local/share/systemd/user/b.service --
-- contrib/systemd/system/c.service --
`,
			want: `system top/contrib/systemd/system
user top/.config/systemd/user
user top/dot_local/share/systemd/user
`,
		},
		{
			name: "directories with drop-ins or links alone", start: ".",
			archive: `
link: b/multi-user.target.wants/x.service -> ../x.service
-- a/ssh.service.d/x.conf --
-- c/service.d/x.conf --
-- d/foo-.service.d/x.conf --
-- e/profile.d/x.conf --
`,
			want: "unknown top/a\nunknown top/b\nunknown top/c\nunknown top/d\n",
		},
		{
			name: "what is not searched", start: ".",
			archive: `
link: loop -> .
link: linked -> units
link: dangling.d -> nowhere
-- .git/hooks/x.service --
-- node_modules/a/x.service --
-- .venv/x.service --
-- units/a.service --
-- units/a.service.d/b.service --
`,
			want: "unknown top/units\n",
		},
		{
			name: "from a directory of the checkout", start: "sub",
			archive: `
-- a.service --
-- sub/b.service --
-- sub/etc/systemd/system/c.service --
`,
			want: "system top/etc/systemd/system\nunknown top\n",
		},
		{name: "nothing", start: ".", archive: "-- README.md --\n"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			groups, problems := unit.Discover(&source.Tree{Dir: extract(t, c.archive)}, c.start, "top")
			var lines []string
			for _, group := range groups {
				lines = append(lines, fmt.Sprintf("%s %s\n", group.Scope, group.Name))
			}
			slices.Sort(lines)
			if diff := cmp.Diff(c.want, strings.Join(lines, "")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if len(problems) > 0 {
				t.Errorf("problems: %v", problems)
			}
		})
	}
}

func TestGroupOrder(t *testing.T) {
	tree := &source.Tree{Dir: t.TempDir()}
	var dirs []*unit.Dir
	for _, name := range []string{"usr/lib/systemd/system", "etc/systemd/system", "usr/local/lib/systemd/system"} {
		dirs = append(dirs, unit.NewDir(tree, name, "img/"+name))
	}
	want := "img/etc/systemd/system:img/usr/local/lib/systemd/system:img/usr/lib/systemd/system"
	for range 3 {
		dirs = append(dirs[1:], dirs[0])
		if groups := unit.Group(slices.Clone(dirs)); len(groups) != 1 || groups[0].Name != want {
			t.Errorf("groups %+v", groups)
		}
	}
}

func TestIsUnitFile(t *testing.T) {
	for name, want := range map[string]string{
		"a/foo.service":                   "a",
		"/foo.timer":                      "/",
		"foo@.service":                    ".",
		"a/foo.service.d/x.conf":          "a",
		"a/service.d/x.conf":              "a",
		"a/foo-.service.d/x.conf":         "a",
		"a/foo.target.wants/x.service":    "a",
		"a/foo.target.requires/y.service": "a",
		"a/in valid.service":              "a",
		"a/foo.service.ts":                "",
		"a/foo.conf":                      "",
		"a/profile.d/x.conf":              "",
		"a/README":                        "",
		"service":                         "",
		"a/foo.service.in":                "",
	} {
		dir, ok := unit.IsUnitFile(name)
		if ok != (want != "") || ok && dir != want {
			t.Errorf("IsUnitFile(%q) = %q, %v, want %q", name, dir, ok, want)
		}
	}
}

func TestIndex(t *testing.T) {
	tree := &source.Tree{Dir: extract(t, `
link: loop -> .
-- units/a.service --
-- b/a.service --
-- b/t.service.in --
-- b/t.service.j2 --
-- b/notes.txt.j2 --
-- debian/pkg.svc.service --
-- debian/pkg.service --
-- quadlet/web.container --
-- quadlet/data.volume --
-- .git/x.service --
`)}
	index := unit.Index(tree)
	want := map[string][]unit.Found{
		"a.service":           {{File: "b/a.service"}, {File: "units/a.service"}},
		"t.service":           {{File: "b/t.service.in", Made: true}, {File: "b/t.service.j2", Made: true}},
		"pkg.svc.service":     {{File: "debian/pkg.svc.service"}},
		"svc.service":         {{File: "debian/pkg.svc.service"}},
		"pkg.service":         {{File: "debian/pkg.service"}},
		"web.service":         {{File: "quadlet/web.container", Made: true}},
		"data-volume.service": {{File: "quadlet/data.volume", Made: true}},
	}
	if diff := cmp.Diff(want, index); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
