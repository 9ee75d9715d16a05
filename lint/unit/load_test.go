package unit_test

import (
	"fmt"
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/unitvet/unitvet/lint/linttest"
	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/unit"
)

// loadCase is an archive of a root directory, or of directories of a checkout,
// and what is loaded from it.
type loadCase struct {
	name string
	// dirs of a checkout; nil for a root directory.
	dirs      []string
	instances []string
	user      bool
	archive   string
	want      string
}

func (c *loadCase) load(t *testing.T) *unit.Set {
	t.Helper()
	dir := t.TempDir()
	linttest.Extract(t, txtar.Parse([]byte(c.archive)), dir)
	opts := unit.Options{Name: c.name, Instances: c.instances}
	switch {
	case c.dirs != nil:
		tree := &source.Tree{Dir: dir}
		for _, name := range c.dirs {
			opts.Dirs = append(opts.Dirs, unit.NewDir(tree, name, name))
		}
		opts.Scope = opts.Dirs[0].Scope()
	case c.user:
		opts.Rooted, opts.Scope = true, unit.ScopeUser
	default:
		opts.Rooted, opts.Scope = true, unit.ScopeSystem
	}
	if opts.Rooted {
		opts.Dirs = unit.RootDirs(&source.Tree{Dir: dir, Rooted: true}, "/", opts.Scope)
	}
	return unit.Load(opts)
}

// dump shows a set: each unit with its state, file, names, drop-ins and links,
// then what was passed over (-) and what could not be read (!, ? if harmless).
func dump(set *unit.Set) string {
	var b strings.Builder
	for _, u := range set.Units {
		fmt.Fprintf(&b, "%s %s", u.Name, u.State)
		if u.Path != "" {
			fmt.Fprintf(&b, " %s", u.Path)
		}
		if u.Target != "" {
			fmt.Fprintf(&b, " -> %s", u.Target)
		}
		b.WriteByte('\n')
		for _, name := range u.Names {
			if name != u.ID {
				fmt.Fprintf(&b, "  = %s\n", name)
			}
		}
		for _, part := range u.DropIns {
			fmt.Fprintf(&b, "  + %s\n", part.Source.Path)
		}
		for i := range u.Links {
			link := &u.Links[i]
			fmt.Fprintf(&b, "  %s %s (%s)", link.Suffix, link.Entry, path.Dir(link.Path))
			for _, flag := range []struct {
				set  bool
				text string
			}{{link.Masked, "masked"}, {link.Dangling, "dangling"}, {link.Outside, "outside"}, {!link.Counts() && !link.Masked, "ignored"}} {
				if flag.set {
					b.WriteString(" " + flag.text)
				}
			}
			b.WriteByte('\n')
		}
	}
	for _, ignored := range set.Ignored {
		fmt.Fprintf(&b, "- %s", ignored.Path)
		if ignored.Unit != "" {
			fmt.Fprintf(&b, " of %s", ignored.Unit)
		}
		if ignored.Shadow != "" {
			fmt.Fprintf(&b, ", not %s", ignored.Shadow)
		}
		b.WriteByte('\n')
	}
	for _, foreign := range set.Foreign {
		fmt.Fprintf(&b, "- %s: %s\n", foreign.Path, foreign.Format)
	}
	for _, link := range set.Refused {
		fmt.Fprintf(&b, "refused %s as a name of %s\n", link.Path, link.To)
	}
	for _, problem := range set.Problems {
		mark := "!"
		if problem.Harmless {
			mark = "?"
		}
		fmt.Fprintf(&b, "%s %s\n", mark, problem)
	}
	return b.String()
}

var loadCases = []loadCase{
	{
		name: "first hit on the search path",
		archive: `
-- etc/systemd/system/a.service --
[Service]
-- run/systemd/system/a.service --
[Service]
-- usr/lib/systemd/system/a.service --
[Service]
-- usr/lib/systemd/system/b.service --
[Service]
-- usr/local/lib/systemd/system/b.service --
[Service]
`,
		want: `
a.service loaded /etc/systemd/system/a.service
b.service loaded /usr/local/lib/systemd/system/b.service
- /run/systemd/system/a.service, not /etc/systemd/system/a.service
- /usr/lib/systemd/system/a.service, not /etc/systemd/system/a.service
- /usr/lib/systemd/system/b.service, not /usr/local/lib/systemd/system/b.service
`,
	},
	{
		name: "the whole search path of the system manager in order",
		archive: `
-- etc/systemd/system.control/x.service.d/a.conf --
[Unit]
-- run/systemd/system.control/x.service.d/a.conf --
[Unit]
-- run/systemd/system.control/x.service.d/b.conf --
[Unit]
-- run/systemd/transient/x.service.d/b.conf --
[Unit]
-- run/systemd/transient/x.service.d/c.conf --
[Unit]
-- run/systemd/generator.early/x.service.d/c.conf --
[Unit]
-- run/systemd/generator.early/x.service.d/d.conf --
[Unit]
-- etc/systemd/system/x.service.d/d.conf --
[Unit]
-- etc/systemd/system/x.service.d/e.conf --
[Unit]
-- etc/systemd/system.attached/x.service.d/e.conf --
[Unit]
-- etc/systemd/system.attached/x.service.d/f.conf --
[Unit]
-- run/systemd/system/x.service.d/f.conf --
[Unit]
-- run/systemd/system/x.service.d/g.conf --
[Unit]
-- run/systemd/system.attached/x.service.d/g.conf --
[Unit]
-- run/systemd/system.attached/x.service.d/h.conf --
[Unit]
-- run/systemd/generator/x.service.d/h.conf --
[Unit]
-- run/systemd/generator/x.service.d/i.conf --
[Unit]
-- usr/local/lib/systemd/system/x.service.d/i.conf --
[Unit]
-- usr/local/lib/systemd/system/x.service.d/j.conf --
[Unit]
-- usr/lib/systemd/system/x.service.d/j.conf --
[Unit]
-- usr/lib/systemd/system/x.service.d/k.conf --
[Unit]
-- run/systemd/generator.late/x.service.d/k.conf --
[Unit]
-- run/systemd/generator.late/x.service --
[Service]
`,
		want: `
x.service loaded /run/systemd/generator.late/x.service
  + /etc/systemd/system.control/x.service.d/a.conf
  + /run/systemd/system.control/x.service.d/b.conf
  + /run/systemd/transient/x.service.d/c.conf
  + /run/systemd/generator.early/x.service.d/d.conf
  + /etc/systemd/system/x.service.d/e.conf
  + /etc/systemd/system.attached/x.service.d/f.conf
  + /run/systemd/system/x.service.d/g.conf
  + /run/systemd/system.attached/x.service.d/h.conf
  + /run/systemd/generator/x.service.d/i.conf
  + /usr/local/lib/systemd/system/x.service.d/j.conf
  + /usr/lib/systemd/system/x.service.d/k.conf
- /etc/systemd/system.attached/x.service.d/e.conf of x.service, not /etc/systemd/system/x.service.d/e.conf
- /etc/systemd/system/x.service.d/d.conf of x.service, not /run/systemd/generator.early/x.service.d/d.conf
- /run/systemd/generator.early/x.service.d/c.conf of x.service, not /run/systemd/transient/x.service.d/c.conf
- /run/systemd/generator.late/x.service.d/k.conf of x.service, not /usr/lib/systemd/system/x.service.d/k.conf
- /run/systemd/generator/x.service.d/h.conf of x.service, not /run/systemd/system.attached/x.service.d/h.conf
- /run/systemd/system.attached/x.service.d/g.conf of x.service, not /run/systemd/system/x.service.d/g.conf
- /run/systemd/system.control/x.service.d/a.conf of x.service, not /etc/systemd/system.control/x.service.d/a.conf
- /run/systemd/system/x.service.d/f.conf of x.service, not /etc/systemd/system.attached/x.service.d/f.conf
- /run/systemd/transient/x.service.d/b.conf of x.service, not /run/systemd/system.control/x.service.d/b.conf
- /usr/lib/systemd/system/x.service.d/j.conf of x.service, not /usr/local/lib/systemd/system/x.service.d/j.conf
- /usr/local/lib/systemd/system/x.service.d/i.conf of x.service, not /run/systemd/generator/x.service.d/i.conf
`,
	},
	{
		name: "the search path of user managers",
		user: true,
		archive: `
-- etc/systemd/user/a.service --
[Service]
-- usr/lib/systemd/user/a.service --
[Service]
-- usr/share/systemd/user/b.service --
[Service]
-- usr/lib/systemd/user/b.service --
[Service]
-- usr/lib/systemd/system/c.service --
[Service]
`,
		want: `
a.service loaded /etc/systemd/user/a.service
b.service loaded /usr/share/systemd/user/b.service
- /usr/lib/systemd/user/a.service, not /etc/systemd/user/a.service
- /usr/lib/systemd/user/b.service, not /usr/share/systemd/user/b.service
`,
	},
	{
		name: "merged /usr: one directory under two names",
		archive: `
link: lib -> usr/lib
-- usr/lib/systemd/system/a.service --
[Service]
`,
		want: `
a.service loaded /usr/lib/systemd/system/a.service
`,
	},
	{
		name: "separate /usr",
		archive: `
-- lib/systemd/system/a.service --
[Service]
-- usr/lib/systemd/system/b.service --
[Service]
`,
		want: `
a.service loaded /lib/systemd/system/a.service
b.service loaded /usr/lib/systemd/system/b.service
`,
	},
	{
		name: "what is no unit: names, subdirectories, directories named like units",
		archive: `
dir: etc/systemd/system/d.service
-- etc/systemd/system/README --
-- etc/systemd/system/a.service.bak --
-- etc/systemd/system/a b.service --
-- etc/systemd/system/.service --
-- etc/systemd/system/@.service --
-- etc/systemd/system/x.snapshot --
-- etc/systemd/system/sub/a.service --
[Service]
-- usr/lib/systemd/system/d.service --
[Service]
`,
		want: `
d.service loaded /usr/lib/systemd/system/d.service
- /etc/systemd/system/.service
- /etc/systemd/system/@.service
- /etc/systemd/system/README
- /etc/systemd/system/a b.service
- /etc/systemd/system/a.service.bak
- /etc/systemd/system/x.snapshot
`,
	},
	{
		name: "drop-in directories of all kinds, in their order",
		archive: `
-- etc/systemd/system/foo-bar-baz.service --
[Service]
-- etc/systemd/system/service.d/x.conf --
-- usr/lib/systemd/system/foo-bar-baz.service.d/1.conf --
[Unit]
-- usr/lib/systemd/system/foo-bar-.service.d/1.conf --
[Unit]
-- usr/lib/systemd/system/foo-bar-.service.d/2.conf --
[Unit]
-- usr/lib/systemd/system/foo-.service.d/2.conf --
[Unit]
-- usr/lib/systemd/system/foo-.service.d/3.conf --
[Unit]
-- usr/lib/systemd/system/service.d/3.conf --
[Unit]
-- usr/lib/systemd/system/service.d/0.conf --
[Unit]
-- usr/lib/systemd/system/foo.service.d/9.conf --
[Unit]
-- usr/lib/systemd/system/foo-bar.service.d/9.conf --
[Unit]
`,
		want: `
foo-bar-baz.service loaded /etc/systemd/system/foo-bar-baz.service
  + /usr/lib/systemd/system/service.d/0.conf
  + /usr/lib/systemd/system/foo-bar-baz.service.d/1.conf
  + /usr/lib/systemd/system/foo-bar-.service.d/2.conf
  + /usr/lib/systemd/system/foo-.service.d/3.conf
foo-bar.service not-found
  + /usr/lib/systemd/system/service.d/0.conf
  + /usr/lib/systemd/system/foo-.service.d/2.conf
  + /usr/lib/systemd/system/foo-.service.d/3.conf
  + /usr/lib/systemd/system/foo-bar.service.d/9.conf
foo.service not-found
  + /usr/lib/systemd/system/service.d/0.conf
  + /usr/lib/systemd/system/service.d/3.conf
  + /usr/lib/systemd/system/foo.service.d/9.conf
- /usr/lib/systemd/system/foo-.service.d/2.conf of foo-bar-baz.service, not /usr/lib/systemd/system/foo-bar-.service.d/2.conf
- /usr/lib/systemd/system/foo-bar-.service.d/1.conf of foo-bar-baz.service, not /usr/lib/systemd/system/foo-bar-baz.service.d/1.conf
- /usr/lib/systemd/system/service.d/3.conf of foo-bar-baz.service, not /usr/lib/systemd/system/foo-.service.d/3.conf
- /usr/lib/systemd/system/service.d/3.conf of foo-bar.service, not /usr/lib/systemd/system/foo-.service.d/3.conf
`,
	},
	{
		name: "a prefix drop-in in /etc hides the exact one in /usr of the same base name",
		archive: `
-- usr/lib/systemd/system/foo-bar.service --
[Service]
-- etc/systemd/system/foo-.service.d/10-x.conf --
[Unit]
-- usr/lib/systemd/system/foo-bar.service.d/10-x.conf --
[Unit]
`,
		want: `
foo-bar.service loaded /usr/lib/systemd/system/foo-bar.service
  + /etc/systemd/system/foo-.service.d/10-x.conf
- /usr/lib/systemd/system/foo-bar.service.d/10-x.conf of foo-bar.service, not /etc/systemd/system/foo-.service.d/10-x.conf
`,
	},
	{
		name: "drop-ins are applied by base name, not by place",
		archive: `
-- etc/systemd/system/foo-bar.service --
[Service]
-- etc/systemd/system/service.d/20.conf --
[Unit]
-- etc/systemd/system/foo-bar.service.d/15.conf --
[Unit]
-- etc/systemd/system/foo-bar.service.d/9.conf --
[Unit]
-- etc/systemd/system/foo-bar.service.d/A.conf --
[Unit]
-- etc/systemd/system/foo-bar.service.d/a.conf --
[Unit]
`,
		want: `
foo-bar.service loaded /etc/systemd/system/foo-bar.service
  + /etc/systemd/system/foo-bar.service.d/15.conf
  + /etc/systemd/system/service.d/20.conf
  + /etc/systemd/system/foo-bar.service.d/9.conf
  + /etc/systemd/system/foo-bar.service.d/A.conf
  + /etc/systemd/system/foo-bar.service.d/a.conf
`,
	},
	{
		name:      "drop-ins of a template and its instance",
		instances: []string{"foo-bar@x.service"},
		archive: `
-- etc/systemd/system/foo-bar@.service --
[Service]
-- etc/systemd/system/foo-bar@x.service.d/1.conf --
[Unit]
-- etc/systemd/system/foo-bar@.service.d/1.conf --
[Unit]
-- etc/systemd/system/foo-bar@.service.d/2.conf --
[Unit]
-- etc/systemd/system/foo-.service.d/3.conf --
[Unit]
-- etc/systemd/system/foo-@x.service.d/4.conf --
[Unit]
-- etc/systemd/system/foo-@.service.d/5.conf --
[Unit]
-- etc/systemd/system/foo-bar@y.service.d/6.conf --
[Unit]
`,
		want: `
foo-bar@.service loaded /etc/systemd/system/foo-bar@.service
  + /etc/systemd/system/foo-bar@.service.d/1.conf
  + /etc/systemd/system/foo-bar@.service.d/2.conf
  + /etc/systemd/system/foo-.service.d/3.conf
foo-bar@x.service loaded /etc/systemd/system/foo-bar@.service
  + /etc/systemd/system/foo-bar@x.service.d/1.conf
  + /etc/systemd/system/foo-bar@.service.d/2.conf
  + /etc/systemd/system/foo-.service.d/3.conf
  + /etc/systemd/system/foo-@x.service.d/4.conf
  + /etc/systemd/system/foo-@.service.d/5.conf
foo-bar@y.service loaded /etc/systemd/system/foo-bar@.service
  + /etc/systemd/system/foo-bar@.service.d/1.conf
  + /etc/systemd/system/foo-bar@.service.d/2.conf
  + /etc/systemd/system/foo-.service.d/3.conf
  + /etc/systemd/system/foo-@.service.d/5.conf
  + /etc/systemd/system/foo-bar@y.service.d/6.conf
- /etc/systemd/system/foo-bar@.service.d/1.conf of foo-bar@x.service, not /etc/systemd/system/foo-bar@x.service.d/1.conf
`,
	},
	{
		name: "masked drop-ins mask the base name",
		archive: `
link: etc/systemd/system/a.service.d/2.conf -> /dev/null
link: etc/systemd/system/a.service.d/3.conf -> ../../../../dev/null
-- usr/lib/systemd/system/a.service --
[Service]
-- etc/systemd/system/a.service.d/1.conf --
-- usr/lib/systemd/system/a.service.d/1.conf --
[Unit]
-- usr/lib/systemd/system/a.service.d/2.conf --
[Unit]
-- usr/lib/systemd/system/a.service.d/3.conf --
[Unit]
-- usr/lib/systemd/system/a.service.d/4.conf --
[Unit]
`,
		want: `
a.service loaded /usr/lib/systemd/system/a.service
  + /usr/lib/systemd/system/a.service.d/4.conf
- /usr/lib/systemd/system/a.service.d/1.conf of a.service, not /etc/systemd/system/a.service.d/1.conf
- /usr/lib/systemd/system/a.service.d/2.conf of a.service, not /etc/systemd/system/a.service.d/2.conf
- /usr/lib/systemd/system/a.service.d/3.conf of a.service, not /etc/systemd/system/a.service.d/3.conf
`,
	},
	{
		name: "drop-ins by link: dangling ones hide, loops do not",
		archive: `
link: etc/systemd/system/a.service.d/1.conf -> gone.conf
link: etc/systemd/system/a.service.d/2.conf -> 2.conf
link: etc/systemd/system/a.service.d/3.conf -> /opt/c
-- opt/c --
[Unit]
-- usr/lib/systemd/system/a.service --
[Service]
-- usr/lib/systemd/system/a.service.d/1.conf --
[Unit]
-- usr/lib/systemd/system/a.service.d/2.conf --
[Unit]
-- usr/lib/systemd/system/a.service.d/3.conf --
[Unit]
`,
		want: `
a.service loaded /usr/lib/systemd/system/a.service
  + /usr/lib/systemd/system/a.service.d/2.conf
  + /etc/systemd/system/a.service.d/3.conf
- /usr/lib/systemd/system/a.service.d/1.conf of a.service, not /etc/systemd/system/a.service.d/1.conf
- /usr/lib/systemd/system/a.service.d/3.conf of a.service, not /etc/systemd/system/a.service.d/3.conf
! /etc/systemd/system/a.service.d/2.conf: too many levels of symbolic links
`,
	},
	{
		name: "only visible *.conf files are drop-ins",
		archive: `
dir: etc/systemd/system/a.service.d/dir.conf
-- etc/systemd/system/a.service --
[Service]
-- etc/systemd/system/a.service.d/a.conf~ --
-- etc/systemd/system/a.service.d/.b.conf --
-- etc/systemd/system/a.service.d/c --
-- etc/systemd/system/a.service.d/d.conf --
[Unit]
`,
		want: `
a.service loaded /etc/systemd/system/a.service
  + /etc/systemd/system/a.service.d/d.conf
- /etc/systemd/system/a.service.d/.b.conf of a.service
- /etc/systemd/system/a.service.d/a.conf~ of a.service
- /etc/systemd/system/a.service.d/c of a.service
`,
	},
	{
		name: "drop-in directories by link: systemd takes relative targets from /",
		archive: `
link: etc/systemd/system/a.service.d -> /opt/d
link: etc/systemd/system/b.service.d -> ../../../opt/d
link: etc/systemd/system/c.service.d -> a.service.d
-- opt/d/x.conf --
[Unit]
-- etc/systemd/system/a.service --
[Service]
-- etc/systemd/system/b.service --
[Service]
-- etc/systemd/system/c.service --
[Service]
`,
		want: `
a.service loaded /etc/systemd/system/a.service
  + /etc/systemd/system/a.service.d/x.conf
b.service loaded /etc/systemd/system/b.service
  + /etc/systemd/system/b.service.d/x.conf
c.service loaded /etc/systemd/system/c.service
? /etc/systemd/system/c.service.d: symbolic link to a.service.d: systemd takes the path of such a directory from / and does not find it; only an absolute one works
`,
	},
	{
		name: "drop-ins for a prefix or a type without a unit",
		archive: `
-- etc/systemd/system/foo-.service.d/a.conf --
[Unit]
-- etc/systemd/system/timer.d/b.conf --
[Unit]
-- etc/systemd/system/bar@.service.d/c.conf --
[Unit]
`,
		want: `
.timer not-found
  + /etc/systemd/system/timer.d/b.conf
bar@.service not-found
  + /etc/systemd/system/bar@.service.d/c.conf
foo-.service not-found
  + /etc/systemd/system/foo-.service.d/a.conf
`,
	},
	{
		name: "masks",
		archive: `
link: etc/systemd/system/a.service -> /dev/null
link: etc/systemd/system/b.service -> ../../../dev/null
link: etc/systemd/system/c.service -> /etc/null
link: etc/null -> /dev/null
link: etc/systemd/system/d.service -> /opt/empty
-- opt/empty --
-- etc/systemd/system/e.service --
-- etc/systemd/system/e.service.d/x.conf --
[Unit]
-- usr/lib/systemd/system/a.service --
[Service]
-- usr/lib/systemd/system/e.service --
[Service]
`,
		want: `
a.service masked /etc/systemd/system/a.service -> /dev/null
b.service masked /etc/systemd/system/b.service -> ../../../dev/null
c.service masked /etc/systemd/system/c.service -> /etc/null
d.service masked /etc/systemd/system/d.service -> /opt/empty
e.service masked /etc/systemd/system/e.service
- /usr/lib/systemd/system/a.service, not /etc/systemd/system/a.service
- /usr/lib/systemd/system/e.service, not /etc/systemd/system/e.service
`,
	},
	{
		name: "names that lead to a mask are masked",
		archive: `
link: etc/systemd/system/al.service -> a.service
-- etc/systemd/system/a.service --
-- etc/systemd/system/al.service.d/x.conf --
[Unit]
`,
		want: `
a.service masked /etc/systemd/system/a.service
  = al.service
`,
	},
	{
		name: "aliases",
		archive: `
link: etc/systemd/system/rel.service -> a.service
link: etc/systemd/system/abs.service -> /usr/lib/systemd/system/a.service
link: etc/systemd/system/up.service -> ../../../usr/lib/systemd/system/a.service
link: etc/systemd/system/chain.service -> rel.service
link: etc/systemd/system/elsewhere.service -> /run/systemd/system/a.service
link: etc/systemd/system/sub.service -> sub/a.service
-- usr/lib/systemd/system/a.service --
[Service]
`,
		want: `
a.service loaded /usr/lib/systemd/system/a.service
  = abs.service
  = chain.service
  = elsewhere.service
  = rel.service
  = sub.service
  = up.service
`,
	},
	{
		name: "the name on the search path counts, not the file that the link leads to",
		archive: `
link: etc/systemd/system/al.service -> /usr/lib/systemd/system/a.service
-- etc/systemd/system/a.service --
[Service]
-- usr/lib/systemd/system/a.service --
[Service]
`,
		want: `
a.service loaded /etc/systemd/system/a.service
  = al.service
- /usr/lib/systemd/system/a.service, not /etc/systemd/system/a.service
`,
	},
	{
		name: "drop-ins and links of all names",
		archive: `
link: etc/systemd/system/al.service -> a.service
link: etc/systemd/system/al.service.wants/b.service -> ../b.service
link: etc/systemd/system/a.service.requires/c.service -> ../c.service
-- etc/systemd/system/a.service --
[Service]
-- etc/systemd/system/b.service --
[Service]
-- etc/systemd/system/c.service --
[Service]
-- etc/systemd/system/al.service.d/1.conf --
[Unit]
-- etc/systemd/system/a.service.d/1.conf --
[Unit]
-- etc/systemd/system/a.service.d/2.conf --
[Unit]
`,
		want: `
a.service loaded /etc/systemd/system/a.service
  = al.service
  + /etc/systemd/system/a.service.d/1.conf
  + /etc/systemd/system/a.service.d/2.conf
  wants b.service (/etc/systemd/system/al.service.wants)
  requires c.service (/etc/systemd/system/a.service.requires)
b.service loaded /etc/systemd/system/b.service
c.service loaded /etc/systemd/system/c.service
- /etc/systemd/system/al.service.d/1.conf of a.service, not /etc/systemd/system/a.service.d/1.conf
`,
	},
	{
		name: "links that make no alias",
		archive: `
link: etc/systemd/system/a.socket -> a.service
link: etc/systemd/system/b@.service -> a.service
link: etc/systemd/system/b@x.service -> t@y.service
link: etc/systemd/system/c.service -> t@.service
link: etc/systemd/system/d.mount -> e.mount
link: etc/systemd/system/f.slice -> g.slice
link: etc/systemd/system/h.service -> invalid
-- etc/systemd/system/a.service --
[Service]
-- etc/systemd/system/t@.service --
[Service]
-- etc/systemd/system/e.mount --
[Mount]
-- etc/systemd/system/g.slice --
[Slice]
-- usr/lib/systemd/system/a.socket --
[Socket]
`,
		want: `
a.service loaded /etc/systemd/system/a.service
a.socket loaded /usr/lib/systemd/system/a.socket
e.mount loaded /etc/systemd/system/e.mount
g.slice loaded /etc/systemd/system/g.slice
t@.service loaded /etc/systemd/system/t@.service
refused /etc/systemd/system/a.socket as a name of a.service
refused /etc/systemd/system/b@.service as a name of a.service
refused /etc/systemd/system/b@x.service as a name of t@y.service
refused /etc/systemd/system/c.service as a name of t@.service
refused /etc/systemd/system/d.mount as a name of e.mount
refused /etc/systemd/system/f.slice as a name of g.slice
? /etc/systemd/system/h.service: symbolic link to invalid: a unit of this name cannot be an alias of it, so systemd ignores the link
`,
	},
	{
		name: "a link to its own name is passed over, or stands for a missing file",
		archive: `
link: etc/systemd/system/a.service -> /usr/lib/systemd/system/a.service
link: etc/systemd/system/b.service -> /usr/lib/systemd/system/b.service
link: etc/systemd/system/c@x.service -> c@x.service
-- usr/lib/systemd/system/a.service --
[Service]
-- usr/lib/systemd/system/c@.service --
[Service]
`,
		want: `
a.service loaded /usr/lib/systemd/system/a.service
b.service not-found /etc/systemd/system/b.service -> /usr/lib/systemd/system/b.service
c@.service loaded /usr/lib/systemd/system/c@.service
c@x.service loaded /usr/lib/systemd/system/c@.service
`,
	},
	{
		name: "broken aliases and loops",
		archive: `
link: etc/systemd/system/a.service -> gone.service
link: etc/systemd/system/b.service -> a.service
link: etc/systemd/system/c.service -> d.service
link: etc/systemd/system/d.service -> c.service
link: etc/systemd/system/e.service -> linked.service
link: etc/systemd/system/linked.service -> /opt/gone
-- etc/systemd/system/c.service.d/x.conf --
[Unit]
`,
		want: `
a.service not-found /etc/systemd/system/a.service -> gone.service
b.service not-found /etc/systemd/system/b.service -> a.service
c.service not-found /etc/systemd/system/c.service -> d.service
  + /etc/systemd/system/c.service.d/x.conf
d.service not-found /etc/systemd/system/d.service -> c.service
e.service not-found /etc/systemd/system/e.service -> linked.service
linked.service not-found /etc/systemd/system/linked.service -> /opt/gone
! /etc/systemd/system/c.service: too many levels of symbolic links
! /etc/systemd/system/d.service: too many levels of symbolic links
`,
	},
	{
		name: "seven aliases in a row are followed, eight are not",
		archive: `
link: etc/systemd/system/a1.service -> a.service
link: etc/systemd/system/a2.service -> a1.service
link: etc/systemd/system/a3.service -> a2.service
link: etc/systemd/system/a4.service -> a3.service
link: etc/systemd/system/a5.service -> a4.service
link: etc/systemd/system/a6.service -> a5.service
link: etc/systemd/system/a7.service -> a6.service
link: etc/systemd/system/a8.service -> a7.service
-- etc/systemd/system/a.service --
[Service]
`,
		want: `
a.service loaded /etc/systemd/system/a.service
  = a1.service
  = a2.service
  = a3.service
  = a4.service
  = a5.service
  = a6.service
  = a7.service
a8.service not-found /etc/systemd/system/a8.service -> a7.service
`,
	},
	{
		name: "linked units go by the name of the link",
		archive: `
link: etc/systemd/system/a.service -> /opt/b.service
link: etc/systemd/system/c.service -> ../../../opt/b.service
link: etc/systemd/system/u.service -> /usr/lib/systemd/user/u.service
-- opt/b.service --
[Service]
-- usr/lib/systemd/user/u.service --
[Service]
`,
		want: `
a.service loaded /etc/systemd/system/a.service -> /opt/b.service
c.service loaded /etc/systemd/system/c.service -> ../../../opt/b.service
u.service loaded /etc/systemd/system/u.service -> /usr/lib/systemd/user/u.service
`,
	},
	{
		name: "a search path directory behind a link",
		archive: `
link: etc/systemd/system -> ../../opt/units
link: opt/units/al.service -> a.service
link: opt/units/abs.service -> /etc/systemd/system/a.service
link: opt/units/store.service -> /opt/units/a.service
-- opt/units/a.service --
[Service]
`,
		want: `
a.service loaded /opt/units/a.service
  = abs.service
  = al.service
  = store.service
`,
	},
	{
		name: "instances: what refers to them, in [Unit], in links, by triggers",
		archive: `
link: etc/systemd/system/m.target.wants/a@link.service -> ../a@.service
link: etc/systemd/system/m.target.wants/a@masked.service -> /dev/null
link: etc/systemd/system/s@.service.wants/a@.service -> ../a@.service
-- etc/systemd/system/m.target --
[Unit]
Wants=a@one.service a@.service gone@x.service %p@two.service
After=a@two.service
-- etc/systemd/system/a@.service --
[Unit]
Requires=s@%i.service
-- etc/systemd/system/s@.service --
[Unit]
-- etc/systemd/system/a@.timer --
[Timer]
-- etc/systemd/system/n.target --
[Install]
Also=a@i.timer
-- etc/systemd/system/own@.service --
[Unit]
-- etc/systemd/system/own@file.service --
[Unit]
`,
		want: `
a@.service loaded /etc/systemd/system/a@.service
a@.timer loaded /etc/systemd/system/a@.timer
a@i.service loaded /etc/systemd/system/a@.service
a@i.timer loaded /etc/systemd/system/a@.timer
a@link.service loaded /etc/systemd/system/a@.service
a@m.service loaded /etc/systemd/system/a@.service
a@one.service loaded /etc/systemd/system/a@.service
a@two.service loaded /etc/systemd/system/a@.service
m.target loaded /etc/systemd/system/m.target
  wants a@link.service (/etc/systemd/system/m.target.wants)
  wants a@masked.service (/etc/systemd/system/m.target.wants) masked
n.target loaded /etc/systemd/system/n.target
own@.service loaded /etc/systemd/system/own@.service
own@file.service loaded /etc/systemd/system/own@file.service
s@.service loaded /etc/systemd/system/s@.service
  wants a@.service (/etc/systemd/system/s@.service.wants)
s@i.service loaded /etc/systemd/system/s@.service
  wants a@.service (/etc/systemd/system/s@.service.wants)
s@link.service loaded /etc/systemd/system/s@.service
  wants a@.service (/etc/systemd/system/s@.service.wants)
s@m.service loaded /etc/systemd/system/s@.service
  wants a@.service (/etc/systemd/system/s@.service.wants)
s@one.service loaded /etc/systemd/system/s@.service
  wants a@.service (/etc/systemd/system/s@.service.wants)
s@two.service loaded /etc/systemd/system/s@.service
  wants a@.service (/etc/systemd/system/s@.service.wants)
`,
	},
	{
		name:      "aliases of templates and instances",
		instances: []string{"al@one.service", "a@two.service", "al@own.service", "x@y.service", "broken@z.service"},
		archive: `
link: etc/systemd/system/al@.service -> a@.service
link: etc/systemd/system/x@y.service -> a@.service
link: etc/systemd/system/v@w.service -> a@w.service
link: etc/systemd/system/al@own.service -> b@own.service
link: etc/systemd/system/broken@z.service -> gone@z.service
-- etc/systemd/system/a@.service --
[Service]
-- etc/systemd/system/b@.service --
[Service]
-- etc/systemd/system/broken@.service --
[Service]
-- etc/systemd/system/al@.service.d/1.conf --
[Unit]
-- etc/systemd/system/al@one.service.d/2.conf --
[Unit]
`,
		want: `
a@.service loaded /etc/systemd/system/a@.service
  = al@.service
  + /etc/systemd/system/al@.service.d/1.conf
a@one.service loaded /etc/systemd/system/a@.service
  = al@one.service
  + /etc/systemd/system/al@.service.d/1.conf
  + /etc/systemd/system/al@one.service.d/2.conf
a@two.service loaded /etc/systemd/system/a@.service
  = al@two.service
  + /etc/systemd/system/al@.service.d/1.conf
a@w.service loaded /etc/systemd/system/a@.service
  = al@w.service
  = v@w.service
  + /etc/systemd/system/al@.service.d/1.conf
a@y.service loaded /etc/systemd/system/a@.service
  = al@y.service
  = x@y.service
  + /etc/systemd/system/al@.service.d/1.conf
b@.service loaded /etc/systemd/system/b@.service
b@own.service loaded /etc/systemd/system/b@.service
  = al@own.service
  + /etc/systemd/system/al@.service.d/1.conf
broken@.service loaded /etc/systemd/system/broken@.service
broken@z.service loaded /etc/systemd/system/broken@.service
`,
	},
	{
		name:      "escapes in names and instances",
		instances: []string{`mnt@dev-disk-by\x2did.service`, "a@b@c.service"},
		archive: `
-- etc/systemd/system/mnt@.service --
[Service]
-- etc/systemd/system/a@.service --
[Service]
-- etc/systemd/system/dev-disk-by\x2did.device.d/x.conf --
[Unit]
`,
		want: `
a@.service loaded /etc/systemd/system/a@.service
a@b@c.service loaded /etc/systemd/system/a@.service
dev-disk-by\x2did.device not-found
  + /etc/systemd/system/dev-disk-by\x2did.device.d/x.conf
mnt@.service loaded /etc/systemd/system/mnt@.service
mnt@dev-disk-by\x2did.service loaded /etc/systemd/system/mnt@.service
`,
	},
	{
		name: ".wants, .requires and .upholds: the entry's name counts",
		archive: `
link: etc/systemd/system/t.target.wants/a.service -> ../b.service
link: etc/systemd/system/t.target.wants/gone.service -> ../gone.service
link: etc/systemd/system/t.target.wants/masked.service -> /dev/null
link: etc/systemd/system/t.target.wants/tomask.service -> ../tomask.service
link: etc/systemd/system/t.target.wants/.hidden.service -> ../a.service
link: etc/systemd/system/t.target.wants/invalid -> ../a.service
link: etc/systemd/system/t.target.requires/a.service -> /etc/systemd/system/a.service
link: etc/systemd/system/t.target.upholds/a.service -> /etc/systemd/system/a.service
link: usr/lib/systemd/system/t.target.wants/a.service -> ../a.service
link: usr/lib/systemd/system/t.target.wants/b.service -> ../b.service
link: usr/lib/systemd/system/target.wants/all.service -> ../all.service
link: usr/lib/systemd/system/multi-.target.wants/prefix.service -> ../prefix.service
-- etc/systemd/system/t.target --
[Unit]
-- etc/systemd/system/multi-x.target --
[Unit]
-- etc/systemd/system/a.service --
[Service]
-- etc/systemd/system/tomask.service --
-- etc/systemd/system/t.target.wants/file.service --
[Unit]
-- etc/systemd/system/t.target.wants/empty.service --
`,
		want: `
a.service loaded /etc/systemd/system/a.service
multi-x.target loaded /etc/systemd/system/multi-x.target
  wants all.service (/usr/lib/systemd/system/target.wants) dangling
  wants prefix.service (/usr/lib/systemd/system/multi-.target.wants) dangling
t.target loaded /etc/systemd/system/t.target
  wants a.service (/etc/systemd/system/t.target.wants) dangling
  wants all.service (/usr/lib/systemd/system/target.wants) dangling
  wants b.service (/usr/lib/systemd/system/t.target.wants) dangling
  wants empty.service (/etc/systemd/system/t.target.wants) masked
  wants file.service (/etc/systemd/system/t.target.wants) ignored
  wants gone.service (/etc/systemd/system/t.target.wants) dangling
  wants invalid (/etc/systemd/system/t.target.wants) ignored
  wants masked.service (/etc/systemd/system/t.target.wants) masked
  wants tomask.service (/etc/systemd/system/t.target.wants) masked
  requires a.service (/etc/systemd/system/t.target.requires)
  upholds a.service (/etc/systemd/system/t.target.upholds)
tomask.service masked /etc/systemd/system/tomask.service
`,
	},
	{
		name: "FIFOs, links to them, links out of the root's tree, symbolic link loops",
		archive: `
fifo: etc/systemd/system/a.service
fifo: etc/systemd/system/b.service.d/x.conf
fifo: opt/fifo
link: etc/systemd/system/c.service -> /opt/fifo
link: etc/systemd/system/d.service -> ../../../../../../../../etc/shadow
link: etc/systemd/system/e.service -> /opt/loop
link: opt/loop -> loop
link: opt/dirloop -> dirloop
link: etc/systemd/system/f.service -> /opt/dirloop/x.service
link: etc/systemd/system/g.service.d -> g.service.d
link: etc/systemd/system/h.service -> /opt
-- opt/x --
-- usr/lib/systemd/system/a.service --
[Service]
-- etc/systemd/system/b.service --
[Service]
`,
		want: `
a.service loaded /usr/lib/systemd/system/a.service
b.service loaded /etc/systemd/system/b.service
c.service error /etc/systemd/system/c.service -> /opt/fifo
d.service not-found /etc/systemd/system/d.service -> ../../../../../../../../etc/shadow
e.service error /etc/systemd/system/e.service -> /opt/loop
f.service error /etc/systemd/system/f.service -> /opt/dirloop/x.service
h.service error /etc/systemd/system/h.service -> /opt
! /etc/systemd/system/a.service: not a regular file (FIFO)
! /etc/systemd/system/b.service.d/x.conf: not a regular file (FIFO)
! /etc/systemd/system/c.service: not a regular file (FIFO)
! /etc/systemd/system/e.service: too many levels of symbolic links
! /etc/systemd/system/f.service: too many levels of symbolic links
! /etc/systemd/system/g.service.d: too many levels of symbolic links
! /etc/systemd/system/h.service: not a regular file (directory)
`,
	},
	{
		name: "fatal lines: a fragment is refused, of a drop-in the rest is lost",
		archive: `
-- etc/systemd/system/a.service --
[Service]
ExecStart=/bin/true
[broken
-- etc/systemd/system/b.service --
[Service]
-- etc/systemd/system/b.service.d/x.conf --
[Service]
[broken
[Service]
ExecStart=/bin/false
`,
		want: `
a.service bad-setting /etc/systemd/system/a.service
b.service loaded /etc/systemd/system/b.service
  + /etc/systemd/system/b.service.d/x.conf
`,
	},
	{
		name: "checkout: links out of it",
		dirs: []string{"units"},
		archive: `
link: units/shadow.service -> ../../../../../../../etc/shadow
link: units/abs.service -> /opt/x.service
link: units/mask.service -> /dev/null
link: units/mask2.service -> ../../../dev/null
link: units/alias.service -> /usr/lib/systemd/system/ssh.service
link: units/self.service -> /usr/lib/systemd/system/self.service
link: units/beside.service -> ../other/beside.service
link: units/a.service.d/abs.conf -> /usr/share/x.conf
link: units/a.service.d/rel.conf -> ../../../../../../../etc/shadow
link: units/a.service.wants/abs.service -> /usr/lib/systemd/system/abs.service
-- other/beside.service --
[Service]
-- units/a.service --
[Service]
`,
		want: `
a.service loaded units/a.service
  wants abs.service (units/a.service.wants) outside
abs.service outside units/abs.service -> /opt/x.service
alias.service outside units/alias.service -> /usr/lib/systemd/system/ssh.service
beside.service loaded units/beside.service -> ../other/beside.service
mask.service masked units/mask.service -> /dev/null
mask2.service masked units/mask2.service -> ../../../dev/null
self.service outside units/self.service -> /usr/lib/systemd/system/self.service
shadow.service outside units/shadow.service -> ../../../../../../../etc/shadow
? units/a.service.d/abs.conf: symbolic link to /usr/share/x.conf leads out of what is read: its content is not known
! units/a.service.d/rel.conf: symbolic link to ../../../../../../../etc/shadow leads out of what is read: its content is not known
? units/abs.service: symbolic link to /opt/x.service leads out of what is read: its content is not known
! units/shadow.service: symbolic link to ../../../../../../../etc/shadow leads out of what is read: its content is not known
`,
	},
	{
		name: "checkout: an image with links as on the deployed system",
		dirs: []string{"img/etc/systemd/system", "img/usr/lib/systemd/system"},
		archive: `
link: img/etc/systemd/system/al.service -> /usr/lib/systemd/system/a.service
link: img/etc/systemd/system/rel.service -> ../../../lib/systemd/system/a.service
link: img/etc/systemd/system/run.service -> /run/systemd/system/a.service
link: img/etc/systemd/system/a.service.d -> /usr/lib/systemd/system/x.service.d
link: img/etc/systemd/system/user.service -> /usr/lib/systemd/user/a.service
-- img/usr/lib/systemd/system/a.service --
[Service]
`,
		want: `
a.service loaded img/usr/lib/systemd/system/a.service
  = al.service
  = rel.service
  = run.service
user.service outside img/etc/systemd/system/user.service -> /usr/lib/systemd/user/a.service
? img/etc/systemd/system/a.service.d: symbolic link to /usr/lib/systemd/system/x.service.d leads out of what is read: its content is not known
? img/etc/systemd/system/user.service: symbolic link to /usr/lib/systemd/user/a.service leads out of what is read: its content is not known
`,
	},
	{
		name: "checkout: a directory of another program's files",
		dirs: []string{"mounts"},
		archive: `
-- mounts/dav.mount --
[Mount]
Type=dav
Exec=/usr/libexec/gvfsd-dav
-- mounts/dav+sd.mount --
[Mount]
Type=dav+sd
Exec=/usr/libexec/gvfsd-dav
`,
		want: `
- mounts/dav.mount: a GVfs mount
`,
	},
	{
		name: "checkout: files that are no units",
		dirs: []string{"units"},
		archive: `
-- units/org.freedesktop.x.service --
[D-BUS Service]
Name=org.freedesktop.x
Exec=/bin/x
-- units/ssh.service --
<?xml version="1.0" standalone='no'?>
<service-group/>
-- units/app.desktop.target --
[Desktop Entry]
Name=x
-- units/login.service --
import { Injectable } from '@angular/core';
-- units/t.service --
[Service]
ExecStart={{ binary }}
-- units/u.service --
[Unit]
{% if x %}
Wants=y.service
{% endif %}
-- units/v.service --
[Service]
ExecStart=@bindir@/v
-- units/tor@.service --
[Service]
ExecStart=/bin/sed s,@@NAME@@,%i,
-- units/docker.service --
[Service]
ExecStart=/usr/bin/docker ps --format '{{.Names}}'
-- units/mail.service --
[Service]
ExecStart=/usr/bin/mail root@example.com admin@example.com
-- units/comment.service --
# nothing yet
-- units/x.service --
[X-Own]
Key=value
-- units/sftp.mount --
[Mount]
Type=sftp
Exec=/usr/libexec/gvfsd-sftp
-- units/docker.service.d/t.conf --
[Service]
Environment=A={{ a }}
`,
		want: `
docker.service loaded units/docker.service
mail.service loaded units/mail.service
t.service outside units/t.service
tor@.service loaded units/tor@.service
u.service outside units/u.service
v.service outside units/v.service
x.service loaded units/x.service
- units/app.desktop.target: a desktop entry
- units/comment.service: something other than a unit file
- units/docker.service.d/t.conf: a template that is filled in later
- units/login.service: something other than a unit file
- units/org.freedesktop.x.service: a D-Bus service file
- units/sftp.mount: a GVfs mount
- units/ssh.service: an XML file
- units/t.service: a template that is filled in later
- units/u.service: a template that is filled in later
- units/v.service: a template that is filled in later
`,
	},
}

func TestLoad(t *testing.T) {
	for _, c := range loadCases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			set := c.load(t)
			if diff := cmp.Diff(strings.TrimPrefix(c.want, "\n"), dump(set)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			checkSet(t, set)
		})
	}
}

// checkSet checks what holds for every set.
func checkSet(t *testing.T, set *unit.Set) {
	t.Helper()
	if !slices.IsSortedFunc(set.Units, func(a, b *unit.Unit) int { return strings.Compare(a.Name.String(), b.Name.String()) }) {
		t.Error("units are not in order")
	}
	for _, u := range set.Units {
		if !slices.IsSorted(u.Names) || !slices.Contains(u.Names, u.ID) {
			t.Errorf("%s has the names %q", u.Name, u.Names)
		}
		if (u.Fragment != nil) != (u.State == unit.Loaded || u.State == unit.BadSetting) {
			t.Errorf("%s is %s, and its fragment %v", u.Name, u.State, u.Fragment)
		}
		for _, name := range u.Names {
			if u.Path != "" && set.Lookup(name) != u {
				t.Errorf("%s does not answer to %s", u.Name, name)
			}
		}
	}
}

func TestLoadUnreadable(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root reads everything")
	}
	c := loadCase{archive: `
mode: etc/systemd/system/a.service 0000
mode: etc/systemd/system/b.service.d/x.conf 0000
mode: etc/systemd/system/c.service.d 0000
mode: run/systemd/system 0000
-- run/systemd/system/x --
-- etc/systemd/system/a.service --
[Service]
-- etc/systemd/system/b.service --
[Service]
-- etc/systemd/system/b.service.d/x.conf --
[Service]
-- etc/systemd/system/c.service --
[Service]
-- etc/systemd/system/c.service.d/y --
`}
	want := `a.service error /etc/systemd/system/a.service
b.service loaded /etc/systemd/system/b.service
c.service loaded /etc/systemd/system/c.service
! /etc/systemd/system/a.service: permission denied
! /etc/systemd/system/b.service.d/x.conf: permission denied
! /etc/systemd/system/c.service.d: permission denied
! /run/systemd/system: permission denied
`
	set := c.load(t)
	for _, dir := range []string{"run/systemd/system", "etc/systemd/system/c.service.d"} {
		t.Cleanup(func() { _ = os.Chmod(path.Join(set.Dirs[0].Tree.Dir, dir), 0o755) }) //nolint:gosec // a test's directory
	}
	if diff := cmp.Diff(want, dump(set)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if set.Lookup("b.service").Known() {
		t.Error("b.service is known although a drop-in could not be read")
	}
}
