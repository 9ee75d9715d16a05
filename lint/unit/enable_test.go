package unit_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/unitvet/unitvet/lint/linttest"
	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/unit"
)

// enableCase is a root directory, units to enable there, and the plan: links that
// are made (+), changed (~) or stay (=), and what is refused (!) or passed over (?).
type enableCase struct {
	name    string
	names   []string
	archive string
	want    string
}

// enableCases are as systemd 257 and 262 have them (src/shared/install.c).
var enableCases = []enableCase{
	{
		name:  "a link that leads nowhere makes way for an alias, another one does not",
		names: []string{"a.service"},
		archive: `
link: etc/systemd/system/b.service -> /nowhere/b.service
link: etc/systemd/system/c.service -> /usr/lib/systemd/system/d.service
link: etc/systemd/system/e.service -> /dev/null
link: etc/systemd/system/g.service -> ../../../usr/lib/systemd/system/a.service
-- dev/null --
-- usr/lib/systemd/system/a.service --
[Install]
Alias=b.service c.service e.service f.service g.service h.service
-- usr/lib/systemd/system/d.service --
[Service]
-- usr/lib/systemd/system/h.service --
[Service]
-- etc/systemd/system/f.service --
[Service]
`,
		want: `
~ b.service -> /usr/lib/systemd/system/a.service
= g.service -> /usr/lib/systemd/system/a.service
+ h.service -> /usr/lib/systemd/system/a.service
! c.service is there already, and a link to /usr/lib/systemd/system/d.service
! e.service is there already, and a link to /dev/null
! f.service is there already, and no link
`,
	},
	{
		name:  "links of WantedBy= are replaced, whatever they say; files are not",
		names: []string{"a.service"},
		archive: `
link: lib -> usr/lib
link: etc/systemd/system/m.target.wants/a.service -> /opt/a.service
link: etc/systemd/system/n.target.wants/a.service -> /lib/systemd/system/a.service
link: etc/systemd/system/o.target.wants/a.service -> /dev/null
-- usr/lib/systemd/system/a.service --
[Install]
WantedBy=m.target n.target o.target p.target q.target
-- etc/systemd/system/p.target.wants/a.service --
-- etc/systemd/system/q.target.wants --
`,
		want: `
~ m.target.wants/a.service -> /usr/lib/systemd/system/a.service
= n.target.wants/a.service -> /usr/lib/systemd/system/a.service
~ o.target.wants/a.service -> /usr/lib/systemd/system/a.service
! p.target.wants/a.service is there already, and no link
! q.target.wants is there already, and no directory
`,
	},
	{
		name:  "two units with one alias",
		names: []string{"a.service"},
		archive: `
-- usr/lib/systemd/system/a.service --
[Install]
Alias=x.service
Also=b.service
-- usr/lib/systemd/system/b.service --
[Install]
Alias=x.service
WantedBy=m.target
`,
		want: `
+ x.service -> /usr/lib/systemd/system/a.service
+ m.target.wants/b.service -> /usr/lib/systemd/system/b.service
! x.service is a link to a.service by then, by its Alias=
`,
	},
	{
		name:  "linked units",
		names: []string{"a.service", "in-lib.service", "t@.service", "t@x.service"},
		archive: `
link: etc/systemd/system/a.service -> /opt/other.service
link: usr/lib/systemd/system/in-lib.service -> ../../../../opt/in-lib.service
link: etc/systemd/system/t@.service -> /opt/link@.service
link: opt/link@.service -> t@.service
-- opt/other.service --
[Install]
WantedBy=m.target
Alias=al.service
-- opt/in-lib.service --
[Install]
WantedBy=m.target
-- opt/t@.service --
[Install]
WantedBy=m.target
DefaultInstance=z
`,
		want: `
+ al.service -> /etc/systemd/system/a.service
+ m.target.wants/a.service -> /opt/other.service
+ in-lib.service -> /opt/in-lib.service
+ m.target.wants/in-lib.service -> /opt/in-lib.service
+ m.target.wants/t@z.service -> /opt/t@.service
+ t@x.service -> /opt/t@.service
+ m.target.wants/t@x.service -> /opt/t@.service
`,
	},
	{
		name:  "Also= does not follow links in /etc, but those elsewhere",
		names: []string{"a.service"},
		archive: `
link: etc/systemd/system/b.service -> /opt/b.service
link: usr/lib/systemd/system/c.service -> /opt/c.service
-- usr/lib/systemd/system/a.service --
[Install]
WantedBy=m.target
Also=b.service c.service
-- opt/b.service --
[Install]
WantedBy=m.target
-- opt/c.service --
[Install]
WantedBy=m.target
`,
		want: `
+ m.target.wants/a.service -> /usr/lib/systemd/system/a.service
+ c.service -> /opt/c.service
+ m.target.wants/c.service -> /opt/c.service
? b.service is a link in /etc/systemd/system to /opt/b.service, which systemctl does not follow for the sake of Also=
`,
	},
	{
		name:  "Also= by a link to nothing fails, to a mask it does not",
		names: []string{"a.service"},
		archive: `
link: usr/lib/systemd/system/b.service -> gone.service
link: usr/lib/systemd/system/c.service -> masked.service
link: usr/lib/systemd/system/masked.service -> /dev/null
link: usr/lib/systemd/system/d.service -> broken.service
-- dev/null --
-- usr/lib/systemd/system/a.service --
[Install]
WantedBy=m.target
Also=b.service c.service d.service none.service
-- usr/lib/systemd/system/broken.service --
[broken
`,
		want: `
+ m.target.wants/a.service -> /usr/lib/systemd/system/a.service
! gone.service does not exist
? b.service does not exist
? c.service is masked
! broken.service cannot be parsed
? d.service cannot be parsed
? none.service does not exist
`,
	},
	{
		name:  "drop-ins for a prefix hide none whose [Install] counts",
		names: []string{"a-b.service", "c-d@x.service"},
		archive: `
-- usr/lib/systemd/system/a-b.service --
[Install]
WantedBy=m.target
-- usr/lib/systemd/system/a-b.service.d/1.conf --
[Install]
WantedBy=n.target
-- etc/systemd/system/a-.service.d/1.conf --
[Install]
WantedBy=o.target
-- usr/lib/systemd/system/c-d@.service --
[Install]
WantedBy=m.target
-- usr/lib/systemd/system/c-d@.service.d/2.conf --
[Install]
WantedBy=
RequiredBy=r.target
-- usr/lib/systemd/system/c-d@x.service.d/1.conf --
[Install]
WantedBy=n.target
-- etc/systemd/system/c-.service.d/1.conf --
[Unit]
Description=x
-- etc/systemd/system/c-.service.d/2.conf --
[Unit]
Description=x
`,
		want: `
+ m.target.wants/a-b.service -> /usr/lib/systemd/system/a-b.service
+ n.target.wants/a-b.service -> /usr/lib/systemd/system/a-b.service
+ r.target.requires/c-d@x.service -> /usr/lib/systemd/system/c-d@.service
`,
	},
	{
		name:  "generated units are not enabled, but may come along",
		names: []string{"a.service"},
		archive: `
-- usr/lib/systemd/system/a.service --
[Install]
Also=g.service
-- run/systemd/generator.late/g.service --
[Install]
WantedBy=m.target
`,
		want: `
+ m.target.wants/g.service -> /run/systemd/generator.late/g.service
`,
	},
	{
		name:  "a generated unit in front of a file",
		names: []string{"a.service"},
		archive: `
-- usr/lib/systemd/system/a.service --
[Install]
WantedBy=m.target
-- run/systemd/generator/a.service --
[Install]
WantedBy=m.target
`,
		want: `
! a.service is made by a generator, or while the system runs: systemctl enables no such unit
`,
	},
	{
		name:  "links in /etc and /run are not followed, others are",
		names: []string{"vendor.service"},
		archive: `
link: usr/lib/systemd/system/vendor.service -> a.service
-- usr/lib/systemd/system/a.service --
[Install]
WantedBy=m.target
`,
		want: `
+ m.target.wants/a.service -> /usr/lib/systemd/system/a.service
`,
	},
	{
		name:  "a link in /etc behind one elsewhere",
		names: []string{"vendor.service"},
		archive: `
link: usr/lib/systemd/system/vendor.service -> b.service
link: etc/systemd/system/b.service -> /usr/lib/systemd/system/a.service
-- usr/lib/systemd/system/a.service --
[Install]
WantedBy=m.target
`,
		want: `
! vendor.service is another name of a.service, by a link in /etc/systemd/system, which systemctl does not follow
`,
	},
	{
		name:  "a link that leads back to itself in front of a file",
		names: []string{"a.service"},
		archive: `
link: etc/systemd/system/a.service -> a.service
-- usr/lib/systemd/system/a.service --
[Install]
WantedBy=m.target
`,
		want: `
! a.service is a link that leads back to itself
`,
	},
	{
		name:  "a link in /run",
		names: []string{"b.service"},
		archive: `
link: run/systemd/system/b.service -> /usr/lib/systemd/system/a.service
-- usr/lib/systemd/system/a.service --
[Install]
WantedBy=m.target
`,
		want: `
! b.service is another name of a.service, by a link in /run/systemd/system, which systemctl does not follow
`,
	},
	{
		name:  "an instance of a template that is another name, by a link in /etc",
		names: []string{"b@x.service"},
		archive: `
link: etc/systemd/system/b@.service -> /usr/lib/systemd/system/a@.service
-- usr/lib/systemd/system/a@.service --
[Install]
WantedBy=m.target
`,
		want: `
! b@x.service is another name of a@x.service, by a link in /etc/systemd/system, which systemctl does not follow
`,
	},
	{
		name:  "an instance by a link to its template is no other name",
		names: []string{"a@x.service"},
		archive: `
link: etc/systemd/system/a@x.service -> /usr/lib/systemd/system/a@.service
-- usr/lib/systemd/system/a@.service --
[Install]
WantedBy=m.target
`,
		want: `
+ m.target.wants/a@x.service -> /usr/lib/systemd/system/a@.service
`,
	},
	{
		name:  "the default instance is masked",
		names: []string{"a@.service"},
		archive: `
link: etc/systemd/system/a@d.service -> /dev/null
-- dev/null --
-- usr/lib/systemd/system/a@.service --
[Install]
WantedBy=m.target n.target
DefaultInstance=d
Alias=b@.service
`,
		want: `
+ b@.service -> /usr/lib/systemd/system/a@.service
! a@d.service is masked: it is the instance that DefaultInstance= names
`,
	},
	{
		name:  "specifiers of Also= in a template stand for the default instance",
		names: []string{"a@.socket"},
		archive: `
-- usr/lib/systemd/system/a@.socket --
[Install]
WantedBy=m.target
DefaultInstance=80
Also=a@%i.service
-- usr/lib/systemd/system/a@.service --
[Install]
WantedBy=n.target
`,
		want: `
+ m.target.wants/a@80.socket -> /usr/lib/systemd/system/a@.socket
+ n.target.wants/a@80.service -> /usr/lib/systemd/system/a@.service
`,
	},
}

func TestEnable(t *testing.T) {
	t.Parallel()
	for _, c := range enableCases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			root := t.TempDir()
			linttest.Extract(t, txtar.Parse([]byte(strings.TrimPrefix(c.archive, "\n"))), root)
			set := unit.Load(unit.Options{
				Scope: unit.ScopeSystem, Rooted: true, Instances: c.names,
				Dirs: unit.RootDirs(&source.Tree{Dir: root, Rooted: true}, "/", unit.ScopeSystem),
			})
			plan := set.Enable(c.names...)
			if diff := cmp.Diff(strings.TrimPrefix(c.want, "\n"), planText(plan)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if os.Getenv("UNITVET_ORACLE") != "" {
				askSystemctl(t, root, c.names, plan)
			}
		})
	}
}

// planText shows a plan.
func planText(plan *unit.Plan) string {
	var b strings.Builder
	for _, link := range plan.Links {
		mark := "+"
		switch {
		case link.There:
			mark = "="
		case link.Replaces != "":
			mark = "~"
		}
		fmt.Fprintf(&b, "%s %s -> %s\n", mark, link.Name, link.Target)
	}
	for _, failure := range plan.Failures {
		mark := "!"
		if failure.Warning {
			mark = "?"
		}
		fmt.Fprintf(&b, "%s %s %s\n", mark, failure.Name, failure.Text)
	}
	return b.String()
}

// askSystemctl compares a plan with what the first program in UNITVET_SYSTEMCTL
// does, from 257 on.
func askSystemctl(t *testing.T, root string, names []string, plan *unit.Plan) {
	t.Helper()
	program, _, _ := strings.Cut(os.Getenv("UNITVET_SYSTEMCTL"), ":")
	systemctl, err := exec.LookPath(program)
	if err != nil || version(t, systemctl) < 257 {
		return
	}
	config := filepath.Join(root, "etc/systemd/system")
	before := symlinks(config)
	cmd := exec.Command(systemctl, append([]string{"--root=" + root, "enable"}, names...)...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C"}
	out, err := cmd.CombinedOutput()
	got, want := map[string]string{}, map[string]string{}
	for link, target := range symlinks(config) {
		if before[link] != target {
			got[link] = target
		}
	}
	for _, link := range plan.Links {
		if !link.There {
			want[link.Name] = link.Target
		}
	}
	fails := slices.ContainsFunc(plan.Failures, func(f unit.PlanFailure) bool { return !f.Warning })
	if diff := cmp.Diff(got, want); diff != "" || (err != nil) != fails {
		t.Errorf("systemctl fails: %v (-systemctl +unitvet):\n%s%s", err, diff, out)
	}
}
