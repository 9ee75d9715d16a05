package transaction_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/unitvet/unitvet/lint/graph"
	"github.com/unitvet/unitvet/lint/linttest"
	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/transaction"
	"github.com/unitvet/unitvet/lint/unit"
)

func manager(t *testing.T, archive string) *transaction.Manager {
	t.Helper()
	dir := t.TempDir()
	linttest.Extract(t, txtar.Parse([]byte(archive)), dir)
	tree := &source.Tree{Dir: dir}
	set := unit.Load(unit.Options{Dirs: []*unit.Dir{unit.NewDir(tree, ".", "")}, Scope: unit.ScopeSystem})
	return transaction.New(graph.Build(set))
}

// dump shows cycles.
func dump(cycles []transaction.Cycle) string {
	var b strings.Builder
	for _, c := range cycles {
		for i, step := range c.Steps {
			fmt.Fprintf(&b, "%s", step.From)
			why := step.Edge.Implicit
			if setting, ok := transaction.Place(&step.Edge); ok {
				at := setting.Part.Source.Range(setting.Span())
				why = fmt.Sprintf("%s:%d", setting.Part.Source.Path, at.Start.Line)
			}
			mark := ""
			if i == c.Cut {
				mark = "!"
			}
			fmt.Fprintf(&b, " -(%s%s)-> ", mark, why)
		}
		for _, start := range []struct {
			what string
			*transaction.Start
		}{{"boot", c.Boot}, {"alone", c.Alone}} {
			if start.Start != nil {
				fmt.Fprintf(&b, "| %s %s", start.what, start.Anchor)
				if len(start.Disabled) > 0 {
					fmt.Fprintf(&b, " enable %v", start.Disabled)
				}
				if len(start.Dropped) > 0 {
					fmt.Fprintf(&b, " drops %v", start.Dropped)
				}
			}
		}
		if c.Stopping() {
			b.WriteString("| stopping")
		}
		if len(c.Running) > 0 {
			fmt.Fprintf(&b, " running %v", c.Running)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func TestCycles(t *testing.T) {
	cases := []struct{ name, archive, want string }{
		{
			name: "what requires the other cannot be started",
			archive: `
-- a.service --
[Unit]
Requires=b.service
After=b.service
-- b.service --
[Unit]
After=a.service
`,
			want: `
a.service -(!b.service:2)-> b.service -(a.service:3)-> | alone a.service
`,
		},
		{
			name: "what only wants the other goes on without it",
			archive: `
-- a.service --
[Unit]
Wants=b.service
After=b.service
-- b.service --
[Unit]
After=a.service
`,
			want: `
a.service -(!b.service:2)-> b.service -(a.service:3)-> | alone a.service drops [b.service]
`,
		},
		{
			name: "started by itself, although another unit looks whether it is up",
			archive: `
-- a.service --
[Unit]
Requisite=b.service
-- b.service --
[Unit]
Requires=c.service
After=c.service
-- c.service --
[Unit]
After=b.service
`,
			want: `
b.service -(!c.service:2)-> c.service -(b.service:3)-> | alone b.service
`,
		},
		{
			name: "both are enabled: boot drops one",
			archive: `
link: multi-user.target.wants/a.service -> ../a.service
link: multi-user.target.wants/b.service -> ../b.service
-- a.service --
[Unit]
Before=b.service
-- b.service --
[Unit]
Before=a.service
`,
			want: `
a.service -(!a.service:2)-> b.service -(b.service:2)-> | boot graphical.target drops [a.service b.service] running [a.service b.service]
`,
		},
		{
			name: "once they are enabled",
			archive: `
-- a.service --
[Unit]
Before=b.service
[Install]
WantedBy=multi-user.target
-- b.service --
[Unit]
Before=a.service
[Install]
WantedBy=multi-user.target
`,
			want: `
a.service -(!a.service:2)-> b.service -(b.service:2)-> | boot graphical.target enable [a.service b.service] drops [a.service b.service]
`,
		},
		{
			name: "never together, but the machine stops both",
			archive: `
-- a.service --
[Unit]
Before=b.service
[Service]
ExecStart=/bin/a
-- b.service --
[Unit]
Before=a.service
[Service]
ExecStart=/bin/b
-- c.service --
[Unit]
Before=d.service
[Service]
Type=oneshot
ExecStart=/bin/c
-- d.service --
[Unit]
Before=c.service
[Service]
ExecStart=/bin/d
`,
			want: `
a.service -(!a.service:2)-> b.service -(b.service:2)-> | stopping
`,
		},
		{
			name: "Conflicts= keeps them apart",
			archive: `
-- a.service --
[Unit]
Before=b.service
Conflicts=b.service
[Install]
WantedBy=multi-user.target
-- b.service --
[Unit]
Before=a.service
[Install]
WantedBy=multi-user.target
`,
			want: "",
		},
		{
			name: "too early for a service with default dependencies",
			archive: `
-- a.service --
[Unit]
Before=sysinit.target
[Install]
WantedBy=multi-user.target
-- b.service --
[Unit]
Before=local-fs.target
[Install]
WantedBy=sysinit.target
`,
			want: `
a.service -(!a.service:2)-> sysinit.target -(a default dependency of system services)-> | boot graphical.target enable [a.service] drops [a.service]| alone a.service running [sysinit.target]
b.service -(!b.service:2)-> local-fs.target -(systemd/sysinit.target:3)-> sysinit.target -(a default dependency of system services)-> | boot graphical.target enable [b.service] drops [b.service local-fs.target]| alone b.service drops [local-fs.target] running [local-fs.target sysinit.target]
`,
		},
		{
			name: "after the target that it is a member of",
			archive: `
-- a.service --
[Unit]
After=multi-user.target
[Install]
WantedBy=multi-user.target
-- b.service --
[Unit]
After=a.service
[Install]
WantedBy=multi-user.target
`,
			want: `
a.service -(b.service:2)-> b.service -(b.service:4)-> multi-user.target -(!a.service:2)-> | boot graphical.target enable [a.service b.service] drops [a.service b.service]| alone multi-user.target enable [a.service b.service] drops [a.service b.service] running [multi-user.target]
`,
		},
		{
			name: "something else brings them together",
			archive: `
-- a.service --
[Unit]
Before=b.service
-- app.target --
[Unit]
Wants=a.service x.service
-- b.service --
[Unit]
Before=c.service
-- c.service --
[Unit]
Before=a.service
-- top.target --
[Unit]
Requires=app.target
-- x.service --
[Unit]
Requires=c.service
Wants=b.service
`,
			want: `
a.service -(!a.service:2)-> b.service -(b.service:2)-> c.service -(c.service:2)-> | alone app.target drops [a.service b.service c.service]
`,
		},
		{
			name: "an instance of a template, and a template without one",
			archive: `
-- a@.service --
[Unit]
Requires=b.service
After=b.service
-- b.service --
[Unit]
After=c@1.service
Wants=c@1.service
-- c@.service --
[Unit]
Before=sysinit.target
After=b.service
-- d.slice --
-- e@.socket --
[Unit]
After=basic.target
`,
			want: `
b.service -(!c@.service:3)-> c@1.service -(b.service:2)-> | alone b.service drops [c@1.service]
c@1.service -(!c@.service:2)-> sysinit.target -(a default dependency of system services)-> | alone c@1.service running [sysinit.target]
basic.target -(!e@.socket:2)-> e@.socket -(by default sockets are part of sockets.target)-> sockets.target -(systemd/basic.target:4)-> | stopping
`,
		},
		{
			name: "a name that is an alias",
			archive: `
link: alias.service -> a.service
-- a.service --
[Unit]
Wants=b.service
-- b.service --
[Unit]
Before=alias.service
After=alias.service a.service
`,
			want: `
a.service -(!b.service:3)-> b.service -(b.service:2)-> | alone a.service drops [b.service]
`,
		},
		{
			name: "no cycles: a target that it comes after, itself, a device, what is masked or not there",
			archive: `
link: masked.service -> /dev/null
-- a.service --
[Unit]
After=a.service multi-user.target
Before=dev-sda.device
[Install]
WantedBy=multi-user.target
-- b.service --
[Unit]
After=dev-sda.device
Wants=dev-sda.device a.service masked.service
After=masked.service
Before=masked.service gone.service
-- dev-sda.device --
[Unit]
After=b.service
`,
			want: `
b.service -(!dev-sda.device:2)-> dev-sda.device -(b.service:2)-> | alone b.service drops [dev-sda.device]
`,
		},
		{
			name: "sockets, timers and mounts",
			archive: `
-- a.service --
[Unit]
Before=a.socket
[Service]
ExecStart=/bin/a
Sockets=a.socket
-- a.socket --
[Socket]
ListenStream=1
-- data.mount --
[Unit]
After=need.service
[Mount]
What=/dev/sdb
Where=/data
-- need.service --
[Unit]
RequiresMountsFor=/data/x
-- t.service --
[Unit]
Before=t.timer
Wants=t.timer
-- t.timer --
[Timer]
OnBootSec=1
`,
			want: `
a.service -(!a.service:2)-> a.socket -(a.service:5)-> | alone a.service drops [a.socket]
data.mount -(need.service:2)-> need.service -(!data.mount:2)-> | alone need.service
t.service -(!t.service:2)-> t.timer -(a timer is started before the unit that it triggers)-> | alone t.service drops [t.timer]
`,
		},
		{
			name: "one unit is too early for several",
			archive: `
-- a.service --
[Unit]
Requires=z.service
After=z.service
-- b.service --
[Unit]
Requires=z.service
After=z.service
-- z.service --
[Unit]
After=a.service b.service
`,
			want: `
a.service -(!z.service:2)-> z.service -(a.service:3)-> | alone a.service
b.service -(!z.service:2)-> z.service -(b.service:3)-> | alone b.service
`,
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(strings.TrimPrefix(c.want, "\n"), dump(manager(t, c.archive).Cycles())); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestCyclesShareAnOrder gives up the one order that many cycles have in common,
// however many there are.
func TestCyclesShareAnOrder(t *testing.T) {
	t.Parallel()
	for _, n := range []int{10, 1000} {
		tree := &source.Tree{Dir: t.TempDir(), Overlay: map[string]string{
			"hub.service": "[Unit]\nAfter=last.service\n[Service]\nExecStart=/bin/hub\n",
		}}
		var names []string
		for i := range n {
			name := fmt.Sprintf("a-%d.service", i)
			names = append(names, name)
			tree.Overlay[name] = "[Unit]\nAfter=hub.service\n[Service]\nExecStart=/bin/a\n"
		}
		all := strings.Join(names, " ")
		tree.Overlay["last.service"] = "[Unit]\nAfter=" + all + "\n[Service]\nExecStart=/bin/last\n"
		tree.Overlay["all.target"] = "[Unit]\nWants=hub.service last.service " + all + "\n"
		set := unit.Load(unit.Options{Dirs: []*unit.Dir{unit.NewDir(tree, ".", "")}, Scope: unit.ScopeSystem})
		cycles := transaction.New(graph.Build(set)).Cycles()
		if len(cycles) != 1 || len(cycles[0].Units) != 3 || cycles[0].Steps[cycles[0].Cut].To != "hub.service" {
			t.Errorf("%d units: %d cycles\n%s", n, len(cycles), dump(cycles[:min(3, len(cycles))]))
		}
	}
}
