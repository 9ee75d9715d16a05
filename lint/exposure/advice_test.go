package exposure

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/unitvet/unitvet/lint/directive"
	"github.com/unitvet/unitvet/lint/host"
	"github.com/unitvet/unitvet/lint/program"
	"github.com/unitvet/unitvet/lint/program/python"
	"github.com/unitvet/unitvet/lint/program/startup"
	"github.com/unitvet/unitvet/lint/sandbox"
	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/unit"
)

func BenchmarkAdvise(b *testing.B) {
	tree := &source.Tree{Dir: b.TempDir(), Overlay: map[string]string{"a.service": "[Service]\nExecStart=/usr/bin/redis-server /etc/redis.conf\nUser=redis\nPrivateTmp=yes\n"}}
	u := unit.Load(unit.Options{Dirs: []*unit.Dir{unit.NewDir(tree, ".", "units")}, Scope: unit.ScopeSystem}).Lookup("a.service")
	p := program.Of(u, &host.Host{})
	b.Run("read", func(b *testing.B) {
		for b.Loop() {
			sandbox.Read(u, 257)
		}
	})
	b.Run("assess", func(b *testing.B) {
		s := sandbox.Read(u, 257)
		for b.Loop() {
			Assess(s, nil)
		}
	})
	b.Run("advise", func(b *testing.B) {
		s := sandbox.Read(u, 257)
		for b.Loop() {
			Advise(s, p, nil, nil)
		}
	})
}

// advise returns the advice for a unit of an archive.
func advise(t *testing.T, u *unit.Unit, release int) (*sandbox.Settings, Advice) {
	t.Helper()
	s := sandbox.Read(u, release)
	return s, Advise(s, program.Of(u, &host.Host{}), nil, nil)
}

// keys lists the settings of suggestions.
func keys(list []Suggestion) string {
	names := make([]string, 0, len(list))
	for _, s := range list {
		names = append(names, s.Key)
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

func TestAdvise(t *testing.T) {
	const noUser = "PrivateDevices PrivateTmp ProtectClock ProtectControlGroups ProtectHome ProtectHostname ProtectKernelLogs ProtectKernelModules " +
		"ProtectKernelTunables ProtectProc RestrictAddressFamilies RestrictNamespaces RestrictRealtime RestrictSUIDSGID LockPersonality " +
		"SystemCallArchitectures SystemCallFilter ProtectSystem"
	tests := []struct {
		name, settings string
		sure           string // exactly
		never          string // in neither list
	}{
		{"a program of root: nothing is known", "ExecStart=/usr/bin/app", "", "NoNewPrivileges CapabilityBoundingSet MemoryDenyWriteExecute"},
		{"a program of a user may start others", "User=app\nExecStart=/usr/bin/app", "ProtectControlGroups ProtectSystem", "PrivateUsers UMask RemoveIPC"},
		{
			"a program of a user that can gain nothing", "User=app\nNoNewPrivileges=yes\nExecStart=/usr/bin/app",
			"CapabilityBoundingSet ProtectControlGroups ProtectHostname ProtectKernelModules ProtectKernelTunables ProtectSystem RestrictRealtime", "",
		},
		{"low port without the capability", "User=app\nExecStart=/usr/bin/app --port=443", "ProtectControlGroups ProtectSystem", "NoNewPrivileges CapabilityBoundingSet SystemCallFilter"},
		{"what the author decided", "User=app\nProtectSystem=no\nProtectControlGroups=no\nNoNewPrivileges=no\nExecStart=/usr/bin/app", "", "ProtectSystem ProtectControlGroups NoNewPrivileges SystemCallFilter"},
		{"a shell that calls sudo", "User=app\nExecStart=/bin/sh -c 'sudo /usr/bin/app'", "", noUser},
		{"containers", "User=app\nExecStart=/usr/bin/podman run app", "", noUser},
		{"starts as root", "User=app\nExecStart=!/usr/bin/app", "", noUser},
		{"commands with all rights do not count", "User=app\nExecStartPre=+/usr/sbin/modprobe x\nExecStart=/usr/bin/app", "ProtectControlGroups ProtectSystem", ""},
		{"a session", "User=app\nPAMName=login\nExecStart=/usr/bin/app", "", noUser},
		{"delegated", "User=app\nDelegate=yes\nExecStart=/usr/bin/app", "", "ProtectSystem ProtectControlGroups RestrictNamespaces"},
		{"a file system", "User=app\nExecStart=/usr/bin/sharefs /srv/share", "", "ProtectSystem ProtectControlGroups PrivateTmp NoNewPrivileges"},
		{"any user, root perhaps", "User=%i\nNoNewPrivileges=yes\nExecStart=/usr/bin/app", "", "ProtectHome"},
		{"devices", "User=app\nSupplementaryGroups=dialout\nNoNewPrivileges=yes\nExecStart=/usr/bin/app /dev/ttyS0", "CapabilityBoundingSet ProtectControlGroups ProtectHostname ProtectKernelModules ProtectSystem RestrictRealtime", "PrivateDevices ProtectKernelTunables"},
		{"writes below /usr/local", "User=app\nWorkingDirectory=/usr/local/app\nExecStart=/usr/bin/app", "ProtectControlGroups", "ProtectSystem"},
		{"home and temporary files", "User=app\nEnvironment=CACHE=/home/app/.cache TMP=/tmp/app\nExecStart=/usr/bin/app", "ProtectControlGroups ProtectSystem", "ProtectHome PrivateTmp"},
		{"real time", "User=app\nLimitRTPRIO=10\nNoNewPrivileges=yes\nExecStart=/usr/bin/app", "CapabilityBoundingSet ProtectControlGroups ProtectHostname ProtectKernelModules ProtectKernelTunables ProtectSystem", "RestrictRealtime"},
		{"sets the clock", "User=ntp\nNoNewPrivileges=yes\nAmbientCapabilities=CAP_SYS_TIME\nExecStart=/usr/bin/app", "CapabilityBoundingSet ProtectControlGroups ProtectHostname ProtectKernelModules ProtectKernelTunables ProtectSystem RestrictRealtime", "ProtectClock"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			u := load(t, []txtar.File{{Name: "a.service", Data: []byte("[Service]\n" + test.settings + "\n")}}).Lookup("a.service")
			_, advice := advise(t, u, 257)
			if got := keys(advice.Sure); got != test.sure {
				t.Errorf("sure: %s\nwant: %s", got, test.sure)
			}
			all := " " + keys(advice.Sure) + " " + keys(advice.Open) + " "
			for key := range strings.FieldsSeq(test.never) {
				if strings.Contains(all, " "+key+" ") {
					t.Errorf("%s= is offered", key)
				}
			}
		})
	}
}

// TestAdviceFollowsPython: what a program was seen to do speaks against settings.
func TestAdviceFollowsPython(t *testing.T) {
	u := load(t, []txtar.File{{Name: "a.service", Data: []byte("[Service]\nUser=app\nExecStart=/usr/bin/python3 /srv/a.py\n")}}).Lookup("a.service")
	s := sandbox.Read(u, 257)
	offered := func(effects ...python.Effect) string {
		followed := []*startup.Program{{Facts: &python.Facts{Effects: effects}}}
		a := Advise(s, program.Of(u, &host.Host{}), followed, nil)
		return " " + keys(append(a.Sure, a.Open...)) + " "
	}
	tests := []struct {
		key    string
		effect python.Effect
	}{
		{"PrivateTmp", python.Effect{Kind: python.Write, Path: "/tmp/a"}},
		{"ProtectSystem", python.Effect{Kind: python.MakeDir, Path: "/usr/share/a"}},
		{"ProtectHome", python.Effect{Kind: python.Write, Path: "/home/app/a"}},
		{"NoNewPrivileges", python.Effect{Kind: python.Listen, Port: 80}},
	}
	for _, test := range tests {
		if !strings.Contains(offered(), " "+test.key+" ") || strings.Contains(offered(test.effect), " "+test.key+" ") {
			t.Errorf("%s=: without effect %s; with one %s", test.key, offered(), offered(test.effect))
		}
	}
}

// TestAdviceKeepsCapabilities: what the service starts with, it keeps.
func TestAdviceKeepsCapabilities(t *testing.T) {
	u := load(t, []txtar.File{{Name: "a.service", Data: []byte("[Service]\nUser=app\nNoNewPrivileges=yes\nAmbientCapabilities=CAP_NET_BIND_SERVICE\nExecStart=/usr/bin/app --port 80\n")}}).Lookup("a.service")
	_, advice := advise(t, u, 257)
	if got := strings.Join(advice.Lines(), "\n"); !strings.Contains(got, "CapabilityBoundingSet=CAP_NET_BIND_SERVICE\n") {
		t.Errorf("got:\n%s", got)
	}
}

// TestPromise holds that a drop-in lowers the score as promised, for the recorded
// services.
func TestPromise(t *testing.T) {
	archive, err := txtar.ParseFile("testdata/recorded.txtar")
	if err != nil {
		t.Fatal(err)
	}
	archive.Files = append(archive.Files, txtar.File{
		Name: "server.service", Data: []byte("[Service]\nUser=redis\nExecStart=/usr/bin/redis-server /etc/redis.conf\n"),
	})
	set := load(t, archive.Files)
	for _, u := range set.Units {
		for _, release := range []int{252, 257, directive.Latest} {
			s, advice := advise(t, u, release)
			text := advice.DropIn(s.Section)
			for name, want := range map[string]uint64{text: advice.Lowered(), uncommented(text): advice.Possible()} {
				files := append(slices.Clone(archive.Files), txtar.File{Name: u.Name.String() + ".d/90-x.conf", Data: []byte(name)})
				lowered := sandbox.Read(load(t, files).Lookup(u.Name.String()), release)
				if got := Score(lowered); got != want {
					t.Errorf("%s in %d: %s, promised %s with\n%s", u.Name, release, Tenths(got), Tenths(want), name)
				}
			}
		}
	}
}

// uncommented makes settings of what a drop-in has as comments.
func uncommented(dropIn string) string {
	var lines []string
	for line := range strings.Lines(dropIn) {
		if rest, ok := strings.CutPrefix(line, "#"); ok && rest[0] != ' ' {
			line = rest
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "")
}
