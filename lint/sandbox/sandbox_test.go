package sandbox_test

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/unitvet/unitvet/lint/sandbox"
	"github.com/unitvet/unitvet/lint/unit"
	"github.com/unitvet/unitvet/lint/value"
)

// service loads one unit of a set.
func service(t testing.TB, name, text string, others ...txtar.File) *unit.Unit {
	t.Helper()
	files := append([]txtar.File{{Name: name, Data: []byte(text)}}, others...)
	u := load(t, &txtar.Archive{Files: files}).Lookup(name)
	if u == nil {
		t.Fatalf("%s was not loaded", name)
	}
	return u
}

// say renders a verdict as the tests expect it.
func say(v sandbox.Verdict) string {
	text := v.String()
	if v.Empty {
		text += ", empty"
	}
	if v.Setting != nil {
		text += " by " + v.Setting.Key().String()
	}
	return text
}

func TestPath(t *testing.T) {
	tests := []struct {
		name, settings, path, want string
	}{
		{"no sandbox", "", "/etc", "writable"},
		{"strict", "ProtectSystem=strict", "/var/log/app", "read-only by ProtectSystem"},
		{"strict leaves the API file systems", "ProtectSystem=strict", "/dev/shm/x", "writable by ProtectSystem"},
		{"strict leaves homes to ProtectHome", "ProtectSystem=strict", "/home/x", "writable by ProtectSystem"},
		{"yes", "ProtectSystem=yes", "/usr/local", "read-only by ProtectSystem"},
		{"yes leaves etc", "ProtectSystem=yes", "/etc/app", "writable"},
		{"full", "ProtectSystem=full", "/etc/app", "read-only by ProtectSystem"},
		{"merged directories", "ProtectSystem=yes", "/lib/x", "read-only by ProtectSystem"},
		{"the last valid word wins", "ProtectSystem=no\nProtectSystem=true\nProtectSystem=maybe\nProtectSystem=", "/usr", "read-only by ProtectSystem"},
		{"a name is no prefix of another", "ReadOnlyPaths=/srv/a", "/srv/ab", "writable"},
		{"paths are simplified", "ReadOnlyPaths=/srv//a/./b/", "/srv/a/b//c", "read-only by ReadOnlyPaths"},
		{"older name", "ReadOnlyDirectories=/srv", "/srv/x", "read-only by ReadOnlyDirectories"},
		{"reopened", "ProtectSystem=strict\nReadWritePaths=/srv", "/srv/x", "writable by ReadWritePaths"},
		{"read-only wins on the same path", "ReadOnlyPaths=/srv\nReadWritePaths=/srv", "/srv/x", "read-only by ReadOnlyPaths"},
		{"the deeper path wins", "ReadWritePaths=/srv\nReadOnlyPaths=/srv/a\nReadWritePaths=/srv/a/b", "/srv/a/b/c", "writable by ReadWritePaths"},
		{"reset", "ReadOnlyPaths=/srv\nReadOnlyPaths=", "/srv", "writable"},
		{"home hidden", "ProtectHome=1", "/home/x", "hidden by ProtectHome"},
		{"not reopened", "ProtectHome=yes\nReadWritePaths=/home/x\nBindPaths=/home/x", "/home/x", "hidden by ProtectHome"},
		{"home emptied", "ProtectHome=tmpfs", "/home/x", "hidden, empty by ProtectHome"},
		{"the emptied directory is there", "ProtectHome=tmpfs", "/home", "read-only by ProtectHome"},
		{"nothing to reopen", "ProtectHome=tmpfs\nReadWritePaths=-/home/x", "/home/x/y", "hidden, empty by ProtectHome"},
		{"brought back", "ProtectHome=tmpfs\nBindReadOnlyPaths=/home/x/y", "/home/x/y/z", "read-only by BindReadOnlyPaths"},
		{"the way to it is made", "ProtectHome=tmpfs\nBindPaths=/home/x/y", "/home/x", "read-only by ProtectHome"},
		{"inaccessible takes all below", "InaccessiblePaths=/srv\nTemporaryFileSystem=/srv/x", "/srv/x/y", "hidden by InaccessiblePaths"},
		{"temporary", "TemporaryFileSystem=/srv:mode=700", "/srv/x", "writable, empty by TemporaryFileSystem"},
		{"temporary, read-only", "TemporaryFileSystem=/srv:mode=700,ro", "/srv/x", "hidden, empty by TemporaryFileSystem"},
		{"private tmp", "PrivateTmp=yes\nProtectSystem=strict", "/tmp/x", "writable, empty by PrivateTmp"},
		{"private tmp itself", "PrivateTmp=disconnected", "/var/tmp", "writable by PrivateTmp"},
		{"private devices", "PrivateDevices=yes", "/dev/sda", "hidden, empty by PrivateDevices"},
		{"private devices, shared memory", "PrivateDevices=yes\nProtectSystem=strict", "/dev/shm/x", "writable by PrivateDevices"},
		{"kernel tunables", "ProtectKernelTunables=yes", "/proc/sys/vm/swappiness", "read-only by ProtectKernelTunables"},
		{"control groups", "ProtectControlGroups=strict", "/sys/fs/cgroup/x", "read-only by ProtectControlGroups"},
		{"API file systems leave /run", "ProtectSystem=strict\nProtectKernelTunables=yes", "/run/x", "writable by ProtectKernelTunables"},
		{"link", "ProtectSystem=strict\nReadWritePaths=/var/run/app", "/run/app/pid", "writable by ReadWritePaths"},
		{"state directory", "ProtectSystem=strict\nStateDirectory=app/x app/y:z", "/var/lib/app/y/f", "writable by StateDirectory"},
		{"link of the state directory", "ProtectSystem=strict\nStateDirectory=app:z", "/var/lib/z/f", "writable by StateDirectory"},
		{"read-only state directory", "StateDirectory=app::ro", "/var/lib/app/f", "read-only by StateDirectory"},
		{"runtime directory", "ProtectSystem=strict\nRuntimeDirectory=%p", "/run/app/pid", "writable by RuntimeDirectory"},
		{"dynamic user", "DynamicUser=yes", "/etc", "read-only by DynamicUser"},
		{"dynamic user, weaker", "DynamicUser=yes\nProtectSystem=no", "/srv", "read-only by DynamicUser"},
		{"dynamic user, the same", "DynamicUser=yes\nProtectSystem=strict", "/srv", "read-only by ProtectSystem"},
		{"dynamic user, home", "DynamicUser=yes", "/home/x", "read-only by DynamicUser"},
		{"dynamic user, home chosen", "DynamicUser=yes\nProtectHome=tmpfs", "/home/x", "hidden, empty by ProtectHome"},
		{"dynamic user, tmp", "DynamicUser=yes", "/tmp/x", "writable, empty by DynamicUser"},
		{"no dynamic user", "DynamicUser=no", "/etc", "writable"},
		{"execution only", "ProtectSystem=strict\nNoExecPaths=/srv", "/srv/x", "writable by NoExecPaths"},
		{"specifier", "ProtectSystem=strict\nReadWritePaths=%S/%N", "/var/lib/app/x", "writable by ReadWritePaths"},
		{"unknown specifier", "ProtectSystem=strict\nReadWritePaths=/srv/%H/x", "/srv/y", "unknown"},
		{"beside an unknown specifier", "ProtectSystem=strict\nReadWritePaths=/srv/%H/x", "/srv", "read-only by ProtectSystem"},
		{"ignored path", "ReadOnlyPaths=srv /a/../b /c", "/b", "writable"},
		{"relative", "ProtectSystem=strict", "etc", "unknown"},
		{"parent", "ProtectSystem=strict", "/home/../etc", "unknown"},
		{"image", "ProtectSystem=strict\nMountImages=/x.raw:/srv", "/srv/x", "unknown"},
		{"extension", "ExtensionImages=/x.raw", "/usr/bin/x", "unknown"},
		{"root directory", "RootDirectory=/srv\nProtectSystem=strict", "/etc", "unknown"},
		{"credentials", "ProtectSystem=strict", "/run/credentials/x", "unknown"},
		{"private directories", "DynamicUser=yes\nStateDirectory=app", "/var/lib/private/x", "unknown"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			u := service(t, "app.service", "[Service]\nExecStart=/bin/true\n"+test.settings+"\n")
			if got := say(sandbox.New(u).Path(test.path)); got != test.want {
				t.Errorf("%s is %s, want %s", test.path, got, test.want)
			}
		})
	}
}

func TestBecause(t *testing.T) {
	tests := []struct{ settings, path, want string }{
		{"ProtectSystem=true", "/usr/x", "ProtectSystem=true makes /usr read-only"},
		{"ProtectSystem=strict", "/x", "ProtectSystem=strict makes the whole file system read-only"},
		{"ProtectHome=yes", "/home/x", "ProtectHome=yes hides /home from the service"},
		{"ProtectHome=tmpfs", "/root/x", "ProtectHome=tmpfs puts an empty directory in the place of /root"},
		{"PrivateTmp=yes", "/tmp/x", "PrivateTmp=yes gives the service an empty /tmp of its own"},
		{"ReadWritePaths=/x -/y", "/y", "ReadWritePaths=/y leaves /y writable"},
		{"InaccessiblePaths=/x", "/x/y", "InaccessiblePaths=/x hides /x from the service"},
		{"DynamicUser=yes", "/x", "DynamicUser=yes, which implies ProtectSystem=strict, makes the whole file system read-only"},
		{"ReadOnlyPaths=/home\nProtectHome=yes", "/home/x", "ProtectHome=yes hides /home from the service"},
		{"", "/x", ""},
	}
	for _, test := range tests {
		u := service(t, "app.service", "[Service]\nExecStart=/bin/true\n"+test.settings+"\n")
		if got := sandbox.New(u).Path(test.path).Because; got != test.want {
			t.Errorf("%q: %s because %q, want %q", test.settings, test.path, got, test.want)
		}
	}
}

// What is Unknown in full, whatever the settings.
func TestUnknown(t *testing.T) {
	const strict = "ExecStart=/bin/true\nProtectSystem=strict\n"
	tests := []struct {
		name, unit, text string
		scope            unit.Scope
		want             string
	}{
		{"service", "a.service", "[Service]\n" + strict, unit.ScopeSystem, "read-only by ProtectSystem"},
		{"socket", "a.socket", "[Socket]\nListenStream=1\n" + strict, unit.ScopeSystem, "read-only by ProtectSystem"},
		{"another section", "a.service", "[Service]\nExecStart=/bin/true\n[Socket]\n" + strict, unit.ScopeSystem, "writable"},
		{"no commands", "a.target", "[Service]\n" + strict, unit.ScopeSystem, "unknown"},
		{"user manager", "a.service", "[Service]\n" + strict, unit.ScopeUser, "unknown"},
		{"which manager is not known", "a.service", "[Service]\n" + strict, unit.ScopeUnknown, "read-only by ProtectSystem"},
		{"most likely a user's", "a.service", "[Service]\n" + strict + "[Install]\nWantedBy=default.target\n", unit.ScopeUnknown, "unknown"},
		{"default target of the system", "a.service", "[Service]\n" + strict + "[Install]\nWantedBy=default.target\n", unit.ScopeSystem, "read-only by ProtectSystem"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			set := loadScope(t, &txtar.Archive{Files: []txtar.File{{Name: test.unit, Data: []byte(test.text)}}}, test.scope)
			if got := say(sandbox.New(set.Lookup(test.unit)).Path("/etc")); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestBelow(t *testing.T) {
	tests := []struct{ settings, dir, want string }{
		{"ProtectSystem=strict", "/var/log/app", "read-only by ProtectSystem"},
		{"ProtectSystem=strict", "/", "unknown"},
		{"", "/", "writable"},
		{"ProtectSystem=strict\nReadWritePaths=/var/log/app/x", "/var/log/app", "unknown"},
		{"ProtectSystem=strict\nReadWritePaths=/var/log/app/x", "/var/log/app/y", "read-only by ProtectSystem"},
		{"ProtectHome=yes", "/home", "hidden by ProtectHome"},
		{"ProtectHome=yes\nReadWritePaths=/home/x", "/home", "hidden by ProtectHome"},
		{"ProtectHome=tmpfs", "/home", "hidden, empty by ProtectHome"},
		{"ProtectHome=tmpfs\nBindPaths=/home/x", "/home", "unknown"},
		{"ReadWritePaths=/srv/%H", "/srv", "unknown"},
		{"ProtectSystem=strict", "var", "unknown"},
	}
	for _, test := range tests {
		u := service(t, "app.service", "[Service]\nExecStart=/bin/true\n"+test.settings+"\n")
		if got := say(sandbox.New(u).Below(test.dir)); got != test.want {
			t.Errorf("%q: below %s is %s, want %s", test.settings, test.dir, got, test.want)
		}
	}
}

// Seen with systemd 252 and 262: the unit fails with 226/NAMESPACE, or does not.
func TestNeeds(t *testing.T) {
	tests := []struct {
		settings, path string
		want           bool
	}{
		{"ReadOnlyPaths=/missing", "/missing", true},
		{"InaccessiblePaths=/missing", "/missing", true},
		{"ReadWritePaths=/missing\nProtectSystem=strict", "/missing", true},
		{"ReadWritePaths=/root/missing\nProtectSystem=strict", "/root/missing", true},
		{"ReadWritePaths=/home/qt\nProtectHome=tmpfs", "/home/qt", true},
		{"ExecPaths=/missing\nNoExecPaths=/data", "/missing", true},
		{"ReadOnlyPaths=/missing\nProtectSystem=strict", "/missing", false},
		{"ReadWritePaths=/var /var/missing\nProtectSystem=strict", "/var/missing", false},
		{"ReadWritePaths=/home/missing\nProtectHome=yes", "/home/missing", false},
		{"ReadOnlyPaths=/missing\nReadWritePaths=/\nProtectSystem=strict", "/missing", false},
		{"BindPaths=/x:/missing\nReadWritePaths=/missing", "/missing", false},
		{"ReadWritePaths=/srv/%H /srv/missing", "/srv/missing", false},
		{"ProtectSystem=strict", "/missing", false},
		{"RootDirectory=/x\nReadOnlyPaths=/missing", "/missing", false},
	}
	for _, test := range tests {
		u := service(t, "app.service", "[Service]\nExecStart=/bin/true\n"+test.settings+"\n")
		if got := sandbox.New(u).Needs(test.path); got != test.want {
			t.Errorf("%q: needs %s: %t, want %t", test.settings, test.path, got, test.want)
		}
	}
}

func TestConfines(t *testing.T) {
	tests := []struct {
		settings, key, line string
		want                bool
	}{
		{"", "ExecStart", "/bin/true", true},
		{"", "ExecStart", "+/bin/true", false},
		{"", "ExecStart", "!/bin/true", true},
		{"", "ExecStartPre", "-/bin/true", true},
		{"PermissionsStartOnly=yes", "ExecStartPre", "/bin/true", false},
		{"PermissionsStartOnly=yes", "ExecStart", "/bin/true", true},
	}
	for _, test := range tests {
		u := service(t, "app.service", "[Service]\nExecStart=/bin/true\n"+test.settings+"\n")
		if got := sandbox.New(u).Confines(test.key, value.ParseExec(test.line).Commands[0]); got != test.want {
			t.Errorf("%q: %s=%s: %t, want %t", test.settings, test.key, test.line, got, test.want)
		}
	}
}

// A private /tmp that is shared need not be empty.
func TestJoinsNamespaceOf(t *testing.T) {
	const private = "[Service]\nExecStart=/bin/true\nPrivateTmp=yes\n"
	joins := txtar.File{Name: "b.service", Data: []byte("[Unit]\nJoinsNamespaceOf=a.service\n" + private)}
	for name, want := range map[string]string{"a.service": "writable by PrivateTmp", "b.service": "writable by PrivateTmp", "c.service": "writable, empty by PrivateTmp"} {
		u := service(t, "c.service", private, joins, txtar.File{Name: "a.service", Data: []byte(private)}).Set.Lookup(name)
		if got := say(sandbox.New(u).Path("/tmp/x")); got != want {
			t.Errorf("%s: /tmp/x is %s, want %s", name, got, want)
		}
	}
}

func FuzzView(f *testing.F) {
	f.Add("ProtectSystem=strict\nReadWritePaths=-/srv/%i +/x:y\nBindPaths=a:b:c /d:/e", "/srv/x")
	f.Add("TemporaryFileSystem=/:ro /x:%\nMountImages=/a:/b:c:d\nStateDirectory=a:b:ro private ..", "/")
	f.Fuzz(func(t *testing.T, settings, path string) {
		u := service(t, "app.service", "[Service]\n"+settings+"\n")
		v := sandbox.New(u)
		verdict := v.Path(path)
		if verdict.Access == sandbox.Hidden && v.Needs(path) && !verdict.Empty && verdict.Mount != sandbox.Canonical(path) {
			t.Errorf("%q: needs %q below what is inaccessible", settings, path)
		}
		v.Below(path)
	})
}

func BenchmarkNew(b *testing.B) {
	for name, settings := range map[string]string{
		"none": "",
		"hardened": "ProtectSystem=strict\nProtectHome=yes\nPrivateTmp=yes\nPrivateDevices=yes\nProtectKernelTunables=yes\n" +
			"ProtectControlGroups=yes\nReadWritePaths=/srv/a /srv/b\nStateDirectory=a\n",
		"many": strings.Repeat("ReadWritePaths=/srv/a /srv/b /srv/c/d/e\n", 100),
	} {
		u := service(b, "app.service", "[Service]\nExecStart=/bin/true\n"+settings)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				sandbox.New(u)
			}
		})
	}
}

func BenchmarkPath(b *testing.B) {
	var settings strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&settings, "ReadWritePaths=/srv/%d\n", i)
	}
	v := sandbox.New(service(b, "app.service", "[Service]\nExecStart=/bin/true\nProtectSystem=strict\n"+settings.String()))
	b.ReportAllocs()
	for b.Loop() {
		v.Path("/srv/500/x/y")
	}
}
