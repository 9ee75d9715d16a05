package graph_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/unitvet/unitvet/lint/graph"
	"github.com/unitvet/unitvet/lint/linttest"
	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/unit"
)

// buildFor builds the graph of an archive for one manager.
func buildFor(t *testing.T, scope unit.Scope, archive string) *graph.Graph {
	t.Helper()
	dir := t.TempDir()
	linttest.Extract(t, txtar.Parse([]byte(archive)), dir)
	tree := &source.Tree{Dir: dir}
	return graph.Build(unit.Load(unit.Options{Dirs: []*unit.Dir{unit.NewDir(tree, ".", "")}, Scope: scope}))
}

// implied shows what the units of a set imply, one line per unit and name.
func implied(g *graph.Graph) string {
	var b strings.Builder
	last := ""
	for _, u := range g.Set.Units {
		for _, e := range g.Implied(u) {
			name := e.From + " →"
			kind := " " + e.Kind.String()
			if e.Cause != nil {
				kind += "(" + e.Cause.Key().String() + ")"
			}
			if e.Install {
				kind += "(install)"
			}
			if line := name + " " + e.To; line != last {
				if last != "" {
					b.WriteByte('\n')
				}
				b.WriteString(line + ":")
				last = line
			}
			b.WriteString(kind)
		}
	}
	return b.String() + "\n"
}

func TestImplied(t *testing.T) {
	cases := []struct {
		name          string
		scope         unit.Scope
		archive, want string
	}{
		{
			name:  "a service",
			scope: unit.ScopeSystem,
			archive: `
-- a.service --
[Service]
ExecStart=/bin/true
`,
			want: `
a.service → systemd-journald.socket: After
a.service → system.slice: InSlice Requires After
a.service → sysinit.target: Requires After
a.service → basic.target: After
a.service → shutdown.target: Before Conflicts
`,
		},
		{
			name:  "a service without default dependencies",
			scope: unit.ScopeSystem,
			archive: `
-- a.service --
[Unit]
DefaultDependencies=no
[Service]
ExecStart=/bin/true
StandardOutput=null
Slice=x.slice
Slice=no-slice.service
`,
			want: `
a.service → x.slice: Requires(Slice) After(Slice)
`,
		},
		{
			name:  "a user's service",
			scope: unit.ScopeUser,
			archive: `
-- a.service --
[Service]
ExecStart=/bin/true
-- b@1.service --
[Service]
ExecStart=/bin/true
`,
			want: `
a.service → app.slice: InSlice Requires After
a.service → basic.target: Requires After
a.service → shutdown.target: Before Conflicts
b@1.service → app-b.slice: InSlice Requires After
b@1.service → basic.target: Requires After
b@1.service → shutdown.target: Before Conflicts
`,
		},
		{
			name:  "what a service needs for its settings",
			scope: unit.ScopeSystem,
			archive: `
-- a.service --
[Unit]
DefaultDependencies=no
RequiresMountsFor="/srv/x y" /data/%p
[Service]
Type=dbus
BusName=org.example.A
StandardOutput=tty
StandardError=journal
StateDirectory=x y
PrivateTmp=yes
WorkingDirectory=-/data
-- data.mount --
[Unit]
DefaultDependencies=no
[Mount]
What=tmpfs
Where=/data
StandardOutput=null
`,
			want: `
a.service → -.mount: After(RequiresMountsFor)
a.service → data.mount: After(RequiresMountsFor) Requires(RequiresMountsFor)
a.service → -.mount: After(RequiresMountsFor)
a.service → data.mount: After(WorkingDirectory) Wants(WorkingDirectory)
a.service → -.mount: After(WorkingDirectory) After(StateDirectory) After(StateDirectory)
a.service → systemd-remount-fs.service: After(StateDirectory)
a.service → -.mount: After(PrivateTmp) After(PrivateTmp)
a.service → systemd-tmpfiles-setup.service: After(PrivateTmp)
a.service → systemd-journald.socket: After(StandardError)
a.service → system.slice: InSlice Requires After
a.service → dbus.socket: Requires(BusName) After(BusName)
data.mount → system.slice: InSlice Requires After
data.mount → -.mount: After
`,
		},
		{
			name:  "triggers",
			scope: unit.ScopeSystem,
			archive: `
-- a.path --
[Path]
PathExists=/data/x
-- a.service --
-- a.socket --
[Socket]
ListenStream=1
-- a.timer --
[Timer]
OnCalendar=daily
-- b.socket --
[Unit]
DefaultDependencies=no
[Socket]
ListenStream=1
Accept=yes
`,
			want: `
a.path → a.service: Before
a.path → -.mount: After(PathExists)
a.path → paths.target: Before
a.path → sysinit.target: Requires After
a.path → shutdown.target: Before Conflicts
a.socket → a.service: Before
a.socket → sockets.target: Before
a.socket → sysinit.target: Requires After
a.socket → shutdown.target: Before Conflicts
a.socket → system.slice: InSlice Requires After
a.timer → a.service: Before
a.timer → timers.target: Before
a.timer → sysinit.target: Requires After
a.timer → time-sync.target: After(OnCalendar)
a.timer → time-set.target: After(OnCalendar)
a.timer → shutdown.target: Before Conflicts
b.socket → system.slice: InSlice Requires After
`,
		},
		{
			name:  "mounts and swaps",
			scope: unit.ScopeSystem,
			archive: `
-- dev-sdb1.swap --
[Swap]
What=/dev/sdb1
-- mnt-net.automount --
[Automount]
Where=/mnt/net
-- mnt-net.mount --
[Mount]
What=server:/x
Where=/mnt/net
Type=nfs
Options=nofail,ro
-- srv.mount --
[Mount]
What=/dev/sdb2
Where=/srv
-- usr.mount --
[Mount]
What=/dev/sdb3
Where=/usr
`,
			want: `
dev-sdb1.swap → systemd-journald.socket: After
dev-sdb1.swap → system.slice: InSlice Requires After
dev-sdb1.swap → -.mount: After(What)
dev-sdb1.swap → dev-sdb1.device: After(What) Requires(What)
dev-sdb1.swap → blockdev@dev-sdb1.target: After(What)
dev-sdb1.swap → swap.target: Before
dev-sdb1.swap → umount.target: Before Conflicts
mnt-net.automount → mnt-net.mount: Before
mnt-net.automount → -.mount: After
mnt-net.automount → local-fs.target: Before
mnt-net.automount → local-fs-pre.target: After
mnt-net.automount → umount.target: Before Conflicts
mnt-net.mount → systemd-journald.socket: After
mnt-net.mount → system.slice: InSlice Requires After
mnt-net.mount → -.mount: After
mnt-net.mount → remote-fs-pre.target: After
mnt-net.mount → umount.target: Before Conflicts
mnt-net.mount → network.target: After
mnt-net.mount → network-online.target: Wants After
srv.mount → systemd-journald.socket: After
srv.mount → system.slice: InSlice Requires After
srv.mount → dev-sdb2.device: After(What) Requires(What) StopPropagatedFrom(What)
srv.mount → blockdev@dev-sdb2.target: After(What)
srv.mount → -.mount: After After(What)
srv.mount → local-fs.target: Before
srv.mount → local-fs-pre.target: After
srv.mount → umount.target: Before Conflicts
usr.mount → systemd-journald.socket: After
usr.mount → -.slice: InSlice Requires After
usr.mount → dev-sdb3.device: After(What) Requires(What) StopPropagatedFrom(What)
usr.mount → blockdev@dev-sdb3.target: After(What)
usr.mount → -.mount: After After(What)
`,
		},
		{
			name:  "slices",
			scope: unit.ScopeSystem,
			archive: `
-- a-b.slice --
[Unit]
DefaultDependencies=no
-- system.slice --
[Unit]
`,
			want: `
a-b.slice → a.slice: InSlice Requires After
system.slice → -.slice: InSlice Requires After
`,
		},
		{
			name:  "a target comes after its members, unless the order is the other way",
			scope: unit.ScopeSystem,
			archive: `
link: t.target.wants/a.target -> ../a.target
-- a.target --
[Unit]
-- b.target --
[Unit]
After=t.target
-- c.target --
[Unit]
DefaultDependencies=no
-- d.target --
[Unit]
-- t.target --
[Unit]
Requires=b.target c.target d.target gone.target
Before=d.target
-- u.target --
[Unit]
Wants=v.target
-- v.target --
[Unit]
Wants=u.target
-- w.target --
[Unit]
DefaultDependencies=no
Wants=a.target
`,
			want: `
a.target → shutdown.target: Before Conflicts
b.target → shutdown.target: Before Conflicts
d.target → shutdown.target: Before Conflicts
t.target → a.target: After
t.target → shutdown.target: Before Conflicts
u.target → shutdown.target: Before Conflicts
v.target → shutdown.target: Before Conflicts
`,
		},
		{
			name:  "a target comes after what is enabled in it",
			scope: unit.ScopeSystem,
			archive: `
-- a.timer --
[Unit]
DefaultDependencies=no
[Timer]
Unit=x.service
[Install]
WantedBy=t.target
-- b.path --
[Path]
Unit=x.service
[Install]
WantedBy=t.target sysinit.target multi-user.target gone.target
-- t.target --
[Unit]
`,
			want: `
a.timer → x.service: Before(Unit)
b.path → x.service: Before(Unit)
b.path → paths.target: Before
b.path → sysinit.target: Requires After
b.path → shutdown.target: Before Conflicts
t.target → b.path: After(WantedBy)(install)
multi-user.target → b.path: After(WantedBy)(install)
t.target → shutdown.target: Before Conflicts
`,
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(strings.TrimPrefix(c.want, "\n"), implied(buildFor(t, c.scope, c.archive))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestImpliedOfBase(t *testing.T) {
	g := build(t, `
link: multi-user.target.wants/a.timer -> ../a.timer
-- a.timer --
[Timer]
OnBootSec=1
`)
	base := g.Lookup("multi-user.target")
	if base == nil || !g.IsBase(base) || g.Lookup("default.target") == nil || g.Lookup("no.target") != nil {
		t.Fatalf("multi-user.target is %v", base)
	}
	found := false
	for e := range g.All() {
		if e.From == "multi-user.target" && e.To == "a.timer" && e.Kind == graph.After {
			found = true
		}
	}
	if !found {
		t.Error("multi-user.target does not come after what is linked into it")
	}
}
