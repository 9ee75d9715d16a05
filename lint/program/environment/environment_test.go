package environment_test

import (
	"fmt"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/unitvet/unitvet/lint/host"
	"github.com/unitvet/unitvet/lint/linttest"
	"github.com/unitvet/unitvet/lint/program/environment"
	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/unit"
)

const files = `
-- units/a.service --
[Service]
User=app
StateDirectory=a b/c
Environment=A=unit "B=two words" N=%n I=%m GONE=x KEPT=y
EnvironmentFile=/etc/a.env
Environment=A=later C=unit
EnvironmentFile=-/etc/b.env
EnvironmentFile=/etc/secret.env
PassEnvironment=PASSED C
UnsetEnvironment=GONE KEPT=other HTTP_PROXY
-- units/b.service --
[Service]
User=app
Environment=A=b
EnvironmentFile=/etc/nowhere.env
-- units/c.service --
[Unit]
After=network.target

[Service]
Environment=A=b
-- units/d.service --
[Service]
Environment=A=b

[Install]
WantedBy=default.target
-- etc/a.env --
A=first
D="from
file"
-- etc/b.env --
A=second
-- etc/secret.env.example --
SECRET=
`

// TestOf holds the order of the sources and what is left open.
func TestOf(t *testing.T) {
	dir := t.TempDir()
	linttest.Extract(t, txtar.Parse([]byte(files)), dir)
	tree := &source.Tree{Dir: dir}
	set := unit.Load(unit.Options{Dirs: []*unit.Dir{unit.NewDir(tree, "units", "units")}, Jobs: 1})
	h := &host.Host{Checkout: &host.Checkout{Tree: tree, Report: "."}}
	h.Checkout.Mappings = []host.Mapping{{Prefix: "/etc", Dir: "etc"}}
	tests := []struct{ unit, name, want string }{
		{"a", "A", `set "second" etc/b.env:1 overridable`},
		{"a", "B", `set "two words" units/a.service:4 overridable`},
		{"a", "N", `set "a.service" units/a.service:4 overridable`},
		{"a", "I", `set units/a.service:4 overridable`},
		{"a", "C", `set "unit" units/a.service:6 overridable`},
		{"a", "D", `set "from\nfile" etc/a.env:2 overridable`},
		{"a", "SECRET", `set etc/secret.env.example:1`},
		{"a", "GONE", `unset units/a.service:10`},
		{"a", "KEPT", `set "y" units/a.service:4 overridable`},
		{"a", "PASSED", `unknown units/a.service:9 overridable`},
		{"a", "STATE_DIRECTORY", `set "/var/lib/a:/var/lib/b/c" overridable`},
		{"a", "USER", `set "app" overridable`},
		{"a", "HOME", `set overridable`},
		{"a", "OTHER", `unknown`}, // the template may not have all
		{"b", "A", `set "b" units/b.service:3 overridable`},
		{"b", "OTHER", `unknown`},
		{"c", "A", `set "b" units/c.service:5`},
		{"c", "OTHER", `unset`},
		{"c", "HOME", `unset`},
		{"c", "MAINPID", `unknown`},
		{"c", "PATH", `set "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin"`},
		{"d", "OTHER", `unknown`}, // a user's manager has variables of its own
	}
	for _, test := range tests {
		e := environment.Of(set.Lookup(test.unit+".service"), "Service", h)
		v := e.Lookup(test.name)
		got := v.State.String()
		if v.Known {
			got += fmt.Sprintf(" %q", v.Value)
		}
		if v.Place.File != nil {
			got += fmt.Sprintf(" %s:%d", v.Place.File.Path, v.Place.File.Line(v.Place.Span.Start))
		}
		if v.Overridable {
			got += " overridable"
		}
		if got != test.want {
			t.Errorf("%s: %s is %s, want %s", test.unit, test.name, got, test.want)
		}
	}
}

// TestWith holds that an environment does not change when another one is made of it.
func TestWith(t *testing.T) {
	e := (&environment.Environment{}).Cleared()
	changed := e.With(environment.Variable{Name: "A", State: environment.Set, Value: "b", Known: true})
	if e.Lookup("A").State != environment.Unset || changed.Lookup("A").Value != "b" {
		t.Error("the first environment was changed")
	}
	if got := changed.Opened().Lookup("A"); !got.Overridable || changed.Lookup("A").Overridable {
		t.Error("what may have been changed is not told from what was not")
	}
	if got := changed.Opened().Lookup("X").State; got != environment.Unknown {
		t.Errorf("in an open environment another variable is %s", got)
	}
}
