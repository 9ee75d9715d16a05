package unit_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unitvet/unitvet/lint/unit"
	"github.com/unitvet/unitvet/lint/value"
)

// effective shows what is in force in a section: key, value, file and line.
func effective(u *unit.Unit, section string) string {
	var b strings.Builder
	for _, s := range u.InForce(section) {
		fmt.Fprintf(&b, "%s=%s %s:%d\n", s.Key().String(), s.Value().String(), s.Part.Source.Path, s.Position(value.Fields("x")[0].Span).Start.Line)
	}
	return b.String()
}

func TestInForce(t *testing.T) {
	cases := []struct{ name, unit, section, archive, want string }{
		{
			name: "scalars: the last assignment of the last file", unit: "a.service", section: "Service",
			archive: `
-- etc/systemd/system/a.service --
[Service]
Type=simple
Type=exec
User=a
-- etc/systemd/system/a.service.d/1.conf --
[Service]
Type=oneshot
-- etc/systemd/system/a.service.d/2.conf --
[Service]
User=b
`,
			want: `Type=oneshot /etc/systemd/system/a.service.d/1.conf:2
User=b /etc/systemd/system/a.service.d/2.conf:2
`,
		},
		{
			name: "lists: what stands after the last reset", unit: "a.service", section: "Service",
			archive: `
-- etc/systemd/system/a.service --
[Service]
ExecStart=/bin/a
Environment=A=1
Environment=B=1
ExecStartPre=/bin/pre
-- etc/systemd/system/a.service.d/1.conf --
[Service]
ExecStart=
ExecStart=/bin/b
Environment=C=1
-- etc/systemd/system/a.service.d/2.conf --
[Service]
ExecStart=/bin/c
`,
			want: `Environment=A=1 /etc/systemd/system/a.service:3
Environment=B=1 /etc/systemd/system/a.service:4
ExecStartPre=/bin/pre /etc/systemd/system/a.service:5
ExecStart=/bin/b /etc/systemd/system/a.service.d/1.conf:3
Environment=C=1 /etc/systemd/system/a.service.d/1.conf:4
ExecStart=/bin/c /etc/systemd/system/a.service.d/2.conf:2
`,
		},
		{
			name: "dependencies are not reset", unit: "a.service", section: "Unit",
			archive: `
-- etc/systemd/system/a.service --
[Unit]
After=b.service
Wants=b.service
-- etc/systemd/system/a.service.d/1.conf --
[Unit]
After=
Wants=
RequiresMountsFor=
After=c.service
`,
			want: `After=b.service /etc/systemd/system/a.service:2
Wants=b.service /etc/systemd/system/a.service:3
After=c.service /etc/systemd/system/a.service.d/1.conf:5
`,
		},
		{
			name: "an empty condition resets all conditions and no assert", unit: "a.service", section: "Unit",
			archive: `
-- etc/systemd/system/a.service --
[Unit]
ConditionPathExists=/a
ConditionHost=b
AssertPathExists=/c
-- etc/systemd/system/a.service.d/1.conf --
[Unit]
ConditionUser=
ConditionPathExists=/d
`,
			want: `AssertPathExists=/c /etc/systemd/system/a.service:4
ConditionPathExists=/d /etc/systemd/system/a.service.d/1.conf:3
`,
		},
		{
			name: "an empty Listen* resets all ports", unit: "a.socket", section: "Socket",
			archive: `
-- etc/systemd/system/a.socket --
[Socket]
ListenStream=1
ListenDatagram=2
ListenFIFO=
ListenStream=3
`,
			want: "ListenStream=3 /etc/systemd/system/a.socket:5\n",
		},
		{
			name: "an empty On* resets all timers, Unit= keeps the first", unit: "a.timer", section: "Timer",
			archive: `
-- etc/systemd/system/a.timer --
[Timer]
OnCalendar=daily
OnBootSec=1
Unit=a.service
OnActiveSec=
OnCalendar=weekly
Unit=b.service
`,
			want: `Unit=a.service /etc/systemd/system/a.timer:4
OnCalendar=weekly /etc/systemd/system/a.timer:6
`,
		},
		{
			name: "keys of other sections and of unknown ones are kept apart", unit: "a.service", section: "X-Own",
			archive: `
-- etc/systemd/system/a.service --
[Unit]
Key=1
[X-Own]
Key=2
Key=
[Service]
Key=3
[X-Own]
Key=4
`,
			want: "Key=2 /etc/systemd/system/a.service:4\nKey=4 /etc/systemd/system/a.service:9\n",
		},
		{
			name: "the rest of a drop-in after a fatal line is lost", unit: "a.service", section: "Service",
			archive: `
-- etc/systemd/system/a.service --
[Service]
Type=simple
-- etc/systemd/system/a.service.d/1.conf --
[Service]
User=a
[broken
Type=exec
-- etc/systemd/system/a.service.d/2.conf --
[Service]
Group=b
`,
			want: `Type=simple /etc/systemd/system/a.service:2
User=a /etc/systemd/system/a.service.d/1.conf:2
Group=b /etc/systemd/system/a.service.d/2.conf:2
`,
		},
		{
			name: "continued values have their place", unit: "a.service", section: "Service",
			archive: `
-- etc/systemd/system/a.service --
[Service]
# before
ExecStart=/bin/a \
# between
  b
`,
			want: "ExecStart=/bin/a    b /etc/systemd/system/a.service:3\n",
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			load := loadCase{archive: c.archive}
			got := effective(load.load(t).Lookup(c.unit), c.section)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestSettings(t *testing.T) {
	load := loadCase{archive: `
-- etc/systemd/system/a.service --
[Unit]
Description=a
Description=
[Service]
Type=exec
Type=
RemainAfterExit=yes
RemainAfterExit=what
Nice=5
Nice=
ExecStart=
-- etc/systemd/system/a.service.d/1.conf --
[Service]
RemainAfterExit=0
[Install]
WantedBy=x.target
`}
	u := load.load(t).Lookup("a.service")
	if got := u.Value("Unit", "Description"); got != "" {
		t.Errorf("Description = %q after a reset", got)
	}
	if got := u.Value("Service", "Nice"); got != "" {
		t.Errorf("Nice = %q after a reset", got)
	}
	if got := u.Value("Service", "Type"); got != "exec" {
		t.Errorf("Type = %q: an empty one is an error to systemd, and ignored", got)
	}
	if u.Bool("Service", "RemainAfterExit", true) {
		t.Error("RemainAfterExit is what the drop-in says")
	}
	if !u.Bool("Service", "GuessMainPID", true) {
		t.Error("a setting that is not there has its default")
	}
	if _, ok := u.Setting("Service", "ExecStart"); ok {
		t.Error("an empty assignment is no setting")
	}
	if got, want := len(slices.Collect(u.All())), 11; got != want {
		t.Errorf("%d assignments, not %d", got, want)
	}
	if got, want := u.Sections(), []string{"Unit", "Service", "Install"}; !slices.Equal(got, want) {
		t.Errorf("sections %q, not %q", got, want)
	}
	setting, _ := u.Setting("Install", "WantedBy")
	if !setting.Part.IsDropIn() || setting.Part.DropInDir() != "a.service.d" || u.Fragment.IsDropIn() {
		t.Errorf("WantedBy= comes from %+v", setting.Part)
	}
	if parts := u.Parts(); len(parts) != 2 || parts[0] != u.Fragment || parts[1] != u.DropIns[0] {
		t.Errorf("parts %v", parts)
	}
}

// Rules ask every unit for many keys: what is not there, or is one value, costs no
// memory.
func TestAskingIsFree(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.service"), "[Service]\nExecStart=/bin/a\nNice=5\nUser=\nPrivateTmp=yes\n")
	u := loadDir(dir).Lookup("a.service")
	var nice string
	var private bool
	if n := testing.AllocsPerRun(10, func() {
		u.Settings("Service", "Type")
		nice, private = u.Value("Service", "Nice"), u.Bool("Service", "PrivateTmp", false)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
	if nice != "5" || !private {
		t.Errorf("Nice=%s, PrivateTmp=%t", nice, private)
	}
}

func TestReferences(t *testing.T) {
	load := loadCase{instances: []string{"t@x-y.service"}, archive: `
-- etc/systemd/system/pre-fix.service --
[Unit]
Wants=a.service b@.service %p-x.service c@%n %H.service
Wants="quoted.service"
[Service]
Slice=one.slice
Slice=two.slice
[Install]
WantedBy=d@.target %N.target
Alias=al.service pre.socket al@.service
-- etc/systemd/system/t@.service --
[Unit]
Wants=a@%i.service b@.service %p-%j.service %i.service
[Install]
WantedBy=multi-user.target
DefaultInstance=%p
Alias=u@.service v@w.service x.service
`}
	set := load.load(t)
	names := func(u *unit.Unit, section, key string) []string {
		var names []string
		for _, ref := range u.References(section, key) {
			names = append(names, ref.Name)
		}
		return names
	}
	for _, c := range []struct {
		unit, section, key string
		want               []string
	}{
		{"pre-fix.service", "Unit", "Wants", []string{"a.service", "b@pre-fix.service", "pre-fix-x.service", "c@pre-fix.service", "", `"quoted.service"`}},
		{"pre-fix.service", "Service", "Slice", []string{"two.slice"}},
		{"pre-fix.service", "Install", "WantedBy", []string{"d@.target", "pre-fix.target"}},
		{"t@.service", "Unit", "Wants", []string{"a@.service", "b@.service", "t-t.service", ""}},
		{"t@x-y.service", "Unit", "Wants", []string{"a@x-y.service", "b@x-y.service", "t-t.service", "x-y.service"}},
	} {
		if diff := cmp.Diff(c.want, names(set.Lookup(c.unit), c.section, c.key)); diff != "" {
			t.Errorf("%s %s= (-want +got):\n%s", c.unit, c.key, diff)
		}
	}
	for _, c := range []struct {
		unit, as string
		aliases  []string
	}{
		{"pre-fix.service", "pre-fix.service", []string{"al.service"}},
		{"t@.service", "t@t.service", []string{"u@.service", "v@w.service"}},
		{"t@x-y.service", "t@x-y.service", nil},
	} {
		u := set.Lookup(c.unit)
		if got := u.InstalledAs(); got != c.as {
			t.Errorf("%s is installed as %s, not %s", c.unit, got, c.as)
		}
		if c.aliases != nil && !slices.Equal(u.InstallAliases(), c.aliases) {
			t.Errorf("%s has the aliases %q, not %q", c.unit, u.InstallAliases(), c.aliases)
		}
	}
	ref := set.Lookup("pre-fix.service").References("Unit", "Wants")[1]
	if got := ref.Span().Of(ref.Setting.Part.Source.Text); got != "b@.service" {
		t.Errorf("the second reference stands at %q", got)
	}
}

func TestScope(t *testing.T) {
	load := loadCase{dirs: []string{"units"}, archive: `
-- units/a.service --
[Install]
WantedBy=multi-user.target
-- units/b.service --
[Unit]
PartOf=graphical-session.target
-- units/c.service --
[Service]
User=c
-- units/d.service --
[Install]
WantedBy=default.target
`}
	set := load.load(t)
	for name, want := range map[string]unit.Scope{
		"a.service": unit.ScopeSystem, "b.service": unit.ScopeUser, "c.service": unit.ScopeSystem, "d.service": unit.ScopeUnknown,
	} {
		if got := set.Lookup(name).Scope(); got != want {
			t.Errorf("%s is for the %s manager, not the %s one", name, got, want)
		}
	}
}

// TestAccepted holds that values which systemd passes over do not decide.
func TestAccepted(t *testing.T) {
	load := loadCase{dirs: []string{"units"}, archive: `
-- units/a.service --
[Unit]
SuccessAction=poweroff
[Service]
Type=exec
Type=nonsense
Type=notify-reload
Restart=always
Restart=
KillMode=none
KillMode=
ExitType=nonsense
RestartSteps=5
PIDFile=/run/%n.pid
-- units/a.service.d/1.conf --
[Service]
Restart=no # for now
`}
	u := load.load(t).Lookup("a.service")
	tests := []struct {
		section, key string
		release      int
		want         string
	}{
		{"Unit", "SuccessAction", 257, "poweroff"}, // of the system manager, which it may be
		{"Service", "Type", 257, "notify-reload"},
		{"Service", "Type", 252, "exec"}, // 252 does not know the last one
		{"Service", "Restart", 257, "always"},
		{"Service", "KillMode", 257, ""},
		{"Service", "ExitType", 257, ""},
		{"Service", "RestartSteps", 257, "5"},
		{"Service", "RestartSteps", 252, ""},
		{"Service", "PIDFile", 257, "/run/%n.pid"},
		{"Service", "Nonsense", 257, ""},
	}
	for _, test := range tests {
		setting, ok := u.Accepted(test.section, test.key, test.release)
		got := ""
		if ok {
			got = setting.Value().String()
		}
		if got != test.want {
			t.Errorf("%s= in %d is %q, want %q", test.key, test.release, got, test.want)
		}
	}
}
