package graph_test

import (
	"fmt"
	"iter"
	"path"
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

func build(t *testing.T, archive string, instances ...string) *graph.Graph {
	t.Helper()
	dir := t.TempDir()
	linttest.Extract(t, txtar.Parse([]byte(archive)), dir)
	tree := &source.Tree{Dir: dir}
	return graph.Build(unit.Load(unit.Options{Dirs: []*unit.Dir{unit.NewDir(tree, ".", "")}, Scope: unit.ScopeSystem, Instances: instances}))
}

// dump shows edges with the place or the fact that they come from.
func dump(g *graph.Graph) string {
	var b strings.Builder
	for e := range g.Edges() {
		fmt.Fprintf(&b, "%s %s %s", e.From, e.Kind, e.To)
		switch file, span, ok := e.Span(); {
		case ok:
			at := file.Range(span)
			fmt.Fprintf(&b, " %s:%d:%d-%d", file.Path, at.Start.Line, at.Start.Column, at.End.Column)
		case e.Link != nil:
			fmt.Fprintf(&b, " %s", e.Link.Path)
		default:
			fmt.Fprintf(&b, " (%s)", e.Implicit)
		}
		if e.Install {
			b.WriteString(" install")
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func TestBuild(t *testing.T) {
	cases := []struct{ name, archive, want string }{
		{
			name: "every key of [Unit], in order of place",
			archive: `
-- a.service --
[Unit]
Before=x.service
Requires=b.service c.service
Requisite=x.service
Wants=x.service
BindsTo=x.service
PartOf=x.service
Upholds=x.service
Conflicts=x.service
After=x.service
OnFailure=x.service
OnSuccess=x.service
PropagatesReloadTo=x.service
ReloadPropagatedFrom=x.service
PropagatesStopTo=x.service
StopPropagatedFrom=x.service
JoinsNamespaceOf=x.service
BindTo=x.service
PropagateReloadTo=x.service
Requires=
-- a.service.d/x.conf --
[Unit]
Wants=y.service
`,
			want: `
a.service Before x.service a.service:2:8-17
a.service Requires b.service a.service:3:10-19
a.service Requires c.service a.service:3:20-29
a.service Requisite x.service a.service:4:11-20
a.service Wants x.service a.service:5:7-16
a.service BindsTo x.service a.service:6:9-18
a.service PartOf x.service a.service:7:8-17
a.service Upholds x.service a.service:8:9-18
a.service Conflicts x.service a.service:9:11-20
a.service After x.service a.service:10:7-16
a.service OnFailure x.service a.service:11:11-20
a.service OnSuccess x.service a.service:12:11-20
a.service PropagatesReloadTo x.service a.service:13:20-29
a.service ReloadPropagatedFrom x.service a.service:14:22-31
a.service PropagatesStopTo x.service a.service:15:18-27
a.service StopPropagatedFrom x.service a.service:16:20-29
a.service JoinsNamespaceOf x.service a.service:17:18-27
a.service BindsTo x.service a.service:18:8-17
a.service PropagatesReloadTo x.service a.service:19:19-28
a.service Wants y.service a.service.d/x.conf:2:7-16
`,
		},
		{
			name: "specifiers and templates",
			archive: `
-- a.service --
[Unit]
Wants=b@.service %p-c.service %N.target %H.service
`,
			want: `
a.service Wants b@a.service a.service:2:7-17
a.service Wants a-c.service a.service:2:18-30
a.service Wants a.target a.service:2:31-40
`,
		},
		{
			name: "directories of links",
			archive: `
link: a.target.wants/b.service -> ../b.service
link: a.target.requires/c@.service -> ../c@.service
link: a.target.upholds/d.service -> /usr/lib/systemd/system/d.service
link: a.target.wants/masked.service -> /dev/null
link: a.target.wants/invalid -> ../b.service
-- a.target --
[Unit]
-- a.target.wants/file.service --
[Service]
`,
			want: `
a.target Wants b.service a.target.wants/b.service
a.target Requires c@a.service a.target.requires/c@.service
a.target Upholds d.service a.target.upholds/d.service
`,
		},
		{
			name: "[Install]",
			archive: `
-- a.service --
[Install]
WantedBy=old.target
WantedBy=
WantedBy=x.target y@.target
RequiredBy=r.target
UpheldBy=u.target
-- b@.service --
[Install]
WantedBy=x.target
DefaultInstance=i
-- c@.service --
[Install]
WantedBy=x.target
`,
			want: `
x.target Wants a.service a.service:4:10-18 install
y@.target Wants a.service a.service:4:19-28 install
r.target Requires a.service a.service:5:12-20 install
u.target Upholds a.service a.service:6:10-18 install
x.target Wants b@i.service b@.service:2:10-18 install
x.target Wants c@.service c@.service:2:10-18 install
`,
		},
		{
			name: "triggers",
			archive: `
-- a.automount --
[Automount]
-- a.path --
[Path]
-- a.socket --
[Socket]
ListenStream=1
-- a.timer --
[Timer]
-- b.path --
[Path]
Unit=x.target
Unit=y.target
-- b.socket --
[Socket]
Accept=yes
-- b.timer --
[Timer]
Unit=x.service
-- b@.timer --
[Timer]
-- c.socket --
[Socket]
Service=x.service
Service=y.service
Service=y.target
-- c.path --
[Path]
Unit=none
Unit=c.path
Unit=%z.service
Unit=c-x.target
Unit=c-y.target
-- c.timer --
[Timer]
Unit=c.timer
-- d@1.socket --
[Socket]
Accept=on
-- e.timer.d/only.conf --
[Timer]
OnCalendar=daily
`,
			want: `
a.automount Triggers a.mount (automount units start the mount of the same name)
a.path Triggers a.service (path units start the service of the same name)
a.socket Triggers a.service (socket units start the service of the same name)
a.timer Triggers a.service (timer units start the service of the same name)
b.path Triggers x.target b.path:2:6-14
b.socket Triggers b@.service (with Accept=yes each connection starts an instance of the template of the same name)
b.timer Triggers x.service b.timer:2:6-15
b@.timer Triggers b@.service (timer units start the service of the same name)
c.path Triggers c-x.target c.path:5:6-16
c.socket Triggers y.service c.socket:3:9-18
c.timer Triggers c.service (timer units start the service of the same name)
d@1.socket Triggers d@.service (with Accept=yes each connection starts an instance of the template of the same name)
`,
		},
		{
			name: "sockets and slices",
			archive: `
-- a.service --
[Service]
Sockets=x.socket y.socket z.service
Slice=one.slice
Slice=two-three.slice
Slice=no-slice.service
-- b.socket --
[Socket]
Slice=s.slice
-- c.target --
[Target]
Slice=no.slice
`,
			want: `
a.service Wants x.socket a.service:2:9-17
a.service Wants y.socket a.service:2:18-26
a.service After x.socket a.service:2:9-17
a.service After y.socket a.service:2:18-26
a.service InSlice two-three.slice a.service:4:7-22
b.socket Triggers b.service (socket units start the service of the same name)
b.socket InSlice s.slice b.socket:2:7-14
`,
		},
		{
			name: "masked units have no edges, templates and instances both do",
			archive: `
link: m.service -> /dev/null
-- a@.service --
[Unit]
After=b@%i.service %i.service
-- u.service --
[Unit]
Wants=a@1.service
`,
			want: `
a@.service After b@.service a@.service:2:7-19
a@1.service After b@1.service a@.service:2:7-19
a@1.service After 1.service a@.service:2:20-30
u.service Wants a@1.service u.service:2:7-18
`,
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(strings.TrimPrefix(c.want, "\n"), dump(build(t, c.archive))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestToOf(t *testing.T) {
	g := build(t, `
link: al.service -> a.service
-- a.service --
[Unit]
Wants=b.service
[Install]
WantedBy=al.target
-- c.service --
[Unit]
After=al.service
Wants=gone.service
`)
	show := func(edges iter.Seq[graph.Edge]) []string {
		var lines []string
		for e := range edges {
			lines = append(lines, fmt.Sprintf("%s %s %s", e.From, e.Kind, e.To))
		}
		return lines
	}
	for _, c := range []struct {
		what string
		got  iter.Seq[graph.Edge]
		want []string
	}{
		{"to a.service", g.To("a.service"), []string{"al.target Wants a.service", "c.service After al.service"}},
		{"to its alias", g.To("al.service"), []string{"al.target Wants a.service", "c.service After al.service"}},
		{"to a name that is nowhere", g.To("gone.service"), []string{"c.service Wants gone.service"}},
		{"to a name that nothing names", g.To("nothing.service"), nil},
		{"of a.service", g.Of(g.Set.Lookup("a.service")), []string{"a.service Wants b.service", "al.target Wants a.service"}},
	} {
		if diff := cmp.Diff(c.want, show(c.got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.what, diff)
		}
	}
}

func TestKinds(t *testing.T) {
	kinds := []graph.Kind{graph.Requires, graph.Requisite, graph.BindsTo, graph.Wants, graph.Upholds, graph.PartOf, graph.Before, graph.After}
	var requirements, orderings []graph.Kind
	for _, kind := range kinds {
		if kind.Requirement() {
			requirements = append(requirements, kind)
		}
		if kind.Ordering() {
			orderings = append(orderings, kind)
		}
	}
	if want := kinds[:3]; !slices.Equal(requirements, want) {
		t.Errorf("requirements %v, want %v", requirements, want)
	}
	if want := kinds[6:]; !slices.Equal(orderings, want) {
		t.Errorf("orderings %v, want %v", orderings, want)
	}
}

func BenchmarkBuild(b *testing.B) {
	const n = 10000
	tree := &source.Tree{Dir: b.TempDir(), Overlay: map[string]string{}}
	for i := range n {
		tree.Overlay[path.Join("units", fmt.Sprintf("app-%d.service", i))] = fmt.Sprintf(`[Unit]
After=network-online.target app-%[1]d.service
Wants=network-online.target
Requires=app-%[1]d.service
[Service]
Type=notify
ExecStart=/usr/bin/app --port %[1]d
Restart=on-failure
[Install]
WantedBy=multi-user.target
`, max(0, i-1))
	}
	set := unit.Load(unit.Options{Dirs: []*unit.Dir{unit.NewDir(tree, "units", "units")}})
	b.ReportAllocs()
	for b.Loop() {
		edges := 0
		for range graph.Build(set).Edges() {
			edges++
		}
		if edges != 5*n {
			b.Fatalf("%d edges", edges)
		}
	}
}
