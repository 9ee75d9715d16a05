package graph_test

import (
	"io/fs"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/unitvet/unitvet/lint/graph"
	"github.com/unitvet/unitvet/lint/linttest"
	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/unit"
)

// TestInstallAgreesWithSystemctl enables units below a root directory and
// compares the links that come into being with the edges and aliases that
// [Install] stands for.
func TestInstallAgreesWithSystemctl(t *testing.T) {
	systemctl, err := exec.LookPath("systemctl")
	if err != nil {
		t.Skip("no systemctl")
	}
	root := t.TempDir()
	linttest.Extract(t, txtar.Parse([]byte(`
dir: etc/systemd/system
-- usr/lib/systemd/system/plain.service --
[Service]
ExecStart=/bin/true
[Install]
WantedBy=multi-user.target tpl@.target inst@x.target %p-x.target
RequiredBy=r.target
Alias=al.service al2.service bad.socket tal@.service
-- usr/lib/systemd/system/reset.service --
[Service]
ExecStart=/bin/true
[Install]
WantedBy=a.target b.target
WantedBy=
WantedBy=c.target
-- usr/lib/systemd/system/default@.service --
[Service]
ExecStart=/bin/true
[Install]
WantedBy=multi-user.target tpl@.target
DefaultInstance=d%p
Alias=adefault@.service instance@z.service plain-alias.service
-- usr/lib/systemd/system/template@.service --
[Service]
ExecStart=/bin/true
[Install]
WantedBy=tpl@.target i@y.target
Alias=atemplate@.service
-- usr/lib/systemd/system/dropin.service --
[Service]
ExecStart=/bin/true
-- usr/lib/systemd/system/dropin.service.d/x.conf --
[Install]
WantedBy=d.target
Alias=adropin.service
`)), root)
	load := func() *unit.Set {
		tree := &source.Tree{Dir: root, Rooted: true}
		return unit.Load(unit.Options{Rooted: true, Scope: unit.ScopeSystem, Dirs: unit.RootDirs(tree, "/", unit.ScopeSystem)})
	}
	var want []string
	set := load()
	g := graph.Build(set)
	for e := range g.Edges() {
		if e.Install {
			want = append(want, e.From+"."+strings.ToLower(e.Kind.String())+"/"+e.To)
		}
	}
	for _, u := range set.Units {
		want = append(want, u.InstallAliases()...)
		cmd := exec.Command(systemctl, "--root="+root, "enable", u.ID)
		_ = cmd.Run() // it refuses some of the aliases and makes the rest
	}
	var got []string
	etc := filepath.Join(root, "etc/systemd/system")
	_ = filepath.WalkDir(etc, func(file string, e fs.DirEntry, err error) error {
		if err == nil && e.Type()&fs.ModeSymlink != 0 {
			link, _ := filepath.Rel(etc, file)
			got = append(got, link)
		}
		return nil
	})
	if len(got) == 0 {
		t.Skip("systemctl makes no links")
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("(-systemctl +unitvet):\n%s", diff)
	}
	for _, name := range []string{"al.service", "adefault@.service", "adropin.service"} {
		if u := load().Lookup(name); u == nil || u.Fragment == nil {
			t.Errorf("%s is no alias after systemctl enable", name)
		}
	}
}
