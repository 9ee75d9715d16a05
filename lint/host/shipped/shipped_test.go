package shipped

import (
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	debian     = Debian12 | Debian13 | DebianSid
	everywhere = debian | Ubuntu2404 | Elsewhere
)

func TestTable(t *testing.T) {
	lines, err := unpack(packed)
	if err != nil {
		t.Fatal(err)
	}
	if len(lines) < 4000 {
		t.Errorf("%d lines only", len(lines))
	}
	if !sort.StringsAreSorted(lines) {
		t.Error("not sorted")
	}
	types := strings.Fields(".service .socket .target .mount .automount .swap .timer .path .slice .scope")
	last := ""
	for _, line := range lines {
		if n := strings.Count(line, "\t"); n != 7 {
			t.Errorf("%q has %d cells, want 8", line, n+1)
			continue
		}
		u := parse(line)
		id := string(u.Scope) + " " + u.Name
		if id == last {
			t.Errorf("%s is there twice", id)
		}
		last = id
		fault := func(text string) { t.Errorf("%s: %s", id, text) }
		if u.Scope != System && u.Scope != User {
			fault("no scope")
		}
		if !slices.Contains(types, filepath.Ext(u.Name)) {
			fault("not the name of a unit")
		}
		switch u.Kind {
		case KindUnit, KindSysV:
			if len(u.Packages) == 0 || u.Distributions == 0 {
				fault("shipped by nobody")
			}
		case KindAlias:
			if len(u.AliasOf) == 0 {
				fault("an alias of nothing")
			}
		case KindBuiltin:
			if u.Distributions != everywhere {
				fault("built in, but not everywhere")
			}
		case KindSpecial:
			if len(u.Packages) != 0 {
				fault("in no package, but in one")
			}
		default:
			fault("unknown kind")
		}
		if !sort.StringsAreSorted(u.Packages) {
			fault("packages are not sorted")
		}
		for _, target := range u.AliasOf {
			if filepath.Ext(target) != filepath.Ext(u.Name) || target == u.Name {
				fault("cannot be an alias of " + target)
			}
			if _, ok := Lookup(target, u.Scope); !ok {
				fault(target + " is not in the table")
			}
		}
		if u.Removed != 0 && u.Removed < u.Since {
			fault("removed before it came")
		}
		if got, ok := Lookup(u.Name, u.Scope); !ok || got.Name != u.Name {
			fault("not found")
		}
	}
}

func TestLookup(t *testing.T) {
	tests := []struct {
		name  string
		scope Scope
		want  Unit
	}{
		{"nginx.service", System, Unit{Kind: KindUnit, Packages: []string{"nginx-common"}, Distributions: debian | Ubuntu2404}},
		{"redis-server.service", System, Unit{Kind: KindUnit, Packages: []string{"redis-server"}, Distributions: debian | Ubuntu2404}},
		{"postgresql@15-main.service", System, Unit{Name: "postgresql@.service", Kind: KindUnit, Packages: []string{"postgresql-common"}, Distributions: debian | Ubuntu2404}},
		{"multi-user.target", System, Unit{Kind: KindUnit, Packages: []string{"systemd"}, Distributions: everywhere, Since: 1}},
		{"network-online.target", System, Unit{Kind: KindUnit, Packages: []string{"systemd"}, Distributions: everywhere, Since: 200}},
		{"syslog.service", System, Unit{Kind: KindAlias, AliasOf: []string{"rsyslog.service"}, Packages: []string{"rsyslog"}, Distributions: everywhere}},
		{"mysql.service", System, Unit{Kind: KindUnit, AliasOf: []string{"mariadb.service"}, Packages: []string{"mariadb-server", "mysql-server", "mysql-server-8.0"}, Distributions: debian | Ubuntu2404}},
		{"mariadb.service", System, Unit{Kind: KindUnit, Packages: []string{"mariadb-server"}, Distributions: debian | Ubuntu2404}},
		{"docker.socket", System, Unit{Kind: KindUnit, Packages: []string{"docker-ce", "docker.io"}, Distributions: everywhere}},
		{"display-manager.service", System, Unit{Kind: KindAlias, AliasOf: []string{"lightdm.service", "sddm.service"}, Packages: []string{"lightdm", "sddm"}, Distributions: everywhere}},
		{"dbus-org.freedesktop.network1.service", System, Unit{Kind: KindAlias, AliasOf: []string{"systemd-networkd.service"}, Packages: []string{"systemd"}, Distributions: everywhere}},
		{"dbus-org.freedesktop.login1.service", System, Unit{Kind: KindAlias, AliasOf: []string{"systemd-logind.service"}, Packages: []string{"systemd"}, Distributions: everywhere}},
		{"default.target", System, Unit{Kind: KindAlias, AliasOf: []string{"graphical.target"}, Packages: []string{"systemd"}, Distributions: everywhere}},
		{"getty@tty1.service", System, Unit{Name: "getty@.service", Kind: KindUnit, Packages: []string{"systemd"}, Distributions: everywhere, Since: 1}},
		{"autovt@tty1.service", System, Unit{Name: "autovt@.service", Kind: KindAlias, AliasOf: []string{"getty@.service"}, Packages: []string{"systemd"}, Distributions: Debian12 | Debian13 | Ubuntu2404 | Elsewhere}},
		{"x11-common.service", System, Unit{Kind: KindUnit, Masked: true, Packages: []string{"systemd"}, Distributions: Debian12 | Debian13 | Ubuntu2404}},
		{"and.service", System, Unit{Kind: KindSysV, Packages: []string{"and"}, Distributions: debian | Ubuntu2404}},
		{"k3s.service", System, Unit{Kind: KindUnit, Packages: []string{"k3s"}, Distributions: Elsewhere}},
		{"-.mount", System, Unit{Kind: KindBuiltin, Distributions: everywhere, Since: 235}},
		{"-.slice", User, Unit{Kind: KindBuiltin, Distributions: everywhere, Since: 247}},
		{"init.scope", System, Unit{Kind: KindBuiltin, Distributions: everywhere, Since: 235}},
		{"system.slice", System, Unit{Kind: KindBuiltin, Distributions: everywhere, Since: 205}},
		{"dbus.socket", System, Unit{Kind: KindUnit, Packages: []string{"dbus-system-bus-common"}, Distributions: everywhere}},
		{"dbus.socket", User, Unit{Kind: KindUnit, Packages: []string{"dbus-user-session"}, Distributions: everywhere}},
		{"syslog.target", System, Unit{Kind: KindSpecial, Since: 1, Removed: 198}},
		{"dbus.target", System, Unit{Kind: KindSpecial, Since: 1, Removed: 21}},
		{"rc-local.service", System, Unit{Kind: KindUnit, Packages: []string{"systemd"}, Distributions: Debian12 | Debian13 | Ubuntu2404, Since: 197, Removed: 262}},
		{"kbrequest.target", System, Unit{Kind: KindSpecial}},
		{"graphical-session.target", User, Unit{Kind: KindUnit, Packages: []string{"systemd"}, Distributions: everywhere, Since: 232}},
	}
	for _, test := range tests {
		t.Run(string(test.scope)+"/"+test.name, func(t *testing.T) {
			got, ok := Lookup(test.name, test.scope)
			if !ok {
				t.Fatal("not in the table")
			}
			test.want.Scope = test.scope
			if test.want.Name == "" {
				test.want.Name = test.name
			}
			equateEmpty := cmp.FilterValues(func(a, b []string) bool { return len(a)+len(b) == 0 }, cmp.Ignore())
			if diff := cmp.Diff(test.want, got, equateEmpty); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestLookupKnows(t *testing.T) {
	for _, name := range strings.Fields(`
		systemd-networkd.service systemd-networkd.socket systemd-resolved.service systemd-timesyncd.service
		systemd-logind.service systemd-journald.socket systemd-udevd.service systemd-tmpfiles-setup.service
		dbus.service dbus-broker.service dbus-org.freedesktop.resolve1.service dbus-org.freedesktop.timesync1.service
		ssh.service ssh.socket sshd.service cron.service crond.service chronyd.service ntp.service
		docker.service containerd.service podman.socket libvirtd.service snapd.socket
		apache2.service httpd.service haproxy.service postgresql.service redis.service rabbitmq-server.service
		memcached.service elasticsearch.service mongod.service prometheus.service grafana-server.service
		NetworkManager.service NetworkManager-wait-online.service networking.service firewalld.service nftables.service
		network.target network-pre.target nss-lookup.target time-sync.target local-fs.target remote-fs.target
		sysinit.target basic.target sockets.target timers.target paths.target shutdown.target graphical.target
		rescue.target emergency.target runlevel3.target tmp.mount user.slice machine.slice user@1000.service
		serial-getty@ttyS0.service modprobe@fuse.service postfix@-.service`) {
		if _, ok := Lookup(name, System); !ok {
			t.Errorf("%s is not in the table", name)
		}
	}
}

func TestLookupFindsNothing(t *testing.T) {
	for _, name := range []string{
		"", "@", ".service", "@.service", "nginx", "nginx.servic", "nginx.service ", "Nginx.service", "nginx.service\tsystem",
		"quantum-trader.target", "getty.service", "nginx@x.service", "getty@tty1", "getty@tty1.socket", "getty@.tty1.timer", "\xff.service",
	} {
		if u, ok := Lookup(name, System); ok {
			t.Errorf("Lookup(%q) = %s", name, u.Name)
		}
	}
	if u, ok := Lookup("nginx.service", User); ok {
		t.Errorf("nginx.service for users: %+v", u)
	}
	if u, ok := Lookup("nginx.service", ""); ok {
		t.Errorf("nginx.service without a scope: %+v", u)
	}
}

func TestNames(t *testing.T) {
	system, user := Names(System), Names(User)
	if n := len(system) + len(user); n != len(table()) {
		t.Errorf("%d names in %d lines", n, len(table()))
	}
	if !sort.StringsAreSorted(system) || !slices.Contains(system, "multi-user.target") || slices.Contains(user, "multi-user.target") {
		t.Error("the names are not sorted or in the wrong scope")
	}
}

func TestGenerated(t *testing.T) {
	tests := []struct {
		name, reason string
	}{
		{"dev-sda1.device", "udev"},
		{"sys-subsystem-net-devices-eth0.device", "udev"},
		{"session-c2.scope", "logind"},
		{"machine-web.scope", "programs"},
		{"user-1000.slice", "logind"},
		{"quantum.slice", "the manager"},
		{"user@1000.service", "logind"},
		{"user-runtime-dir@1000.service", "logind"},
		{"srv-data.mount", "/etc/fstab"},
		{"srv-data.automount", "/etc/fstab"},
		{"dev-sda2.swap", "/etc/fstab"},
		{"systemd-cryptsetup@home.service", "/etc/crypttab"},
		{"kernel-command-line.service", "systemd-run-generator"},
		{"snap.lxd.daemon.service", "snapd"},
		{"session-manager.service", ""},
		{"user@.service", ""},
		{"user.service", ""},
		{"sshd-vsock.socket.service", ""},
		{".device", ""},
		{"device", ""},
		{"", ""},
		{"snapshot.service", ""},
		{"nginx.service", ""},
		{"srv-data.target", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			reason, ok := Generated(test.name)
			if ok != (test.reason != "") || !strings.Contains(reason, test.reason) {
				t.Errorf("got %q, %t, want a reason with %q", reason, ok, test.reason)
			}
		})
	}
	for i, g := range generated {
		if strings.Count(g.pattern, "*") > 1 || g.reason == "" {
			t.Errorf("entry %d, %q, has two stars or no reason", i, g.pattern)
		}
	}
}

// TestAgainstMachine looks up every unit of a Debian machine. Packages from
// outside Debian may have brought a few that nobody knows.
func TestAgainstMachine(t *testing.T) {
	release, err := os.ReadFile("/etc/os-release")
	if err != nil || !strings.Contains("\n"+string(release), "\nID=debian\n") {
		t.Skip("not Debian")
	}
	for folder, scope := range map[string]Scope{"/usr/lib/systemd/system": System, "/usr/lib/systemd/user": User} {
		entries, err := os.ReadDir(folder)
		if err != nil {
			continue
		}
		n := 0
		var unknown []string
		for _, e := range entries {
			if e.IsDir() {
				continue
			}
			n++
			if _, ok := Lookup(e.Name(), scope); !ok {
				unknown = append(unknown, e.Name())
			}
		}
		t.Logf("%s: %d units, not in the table: %q", folder, n, unknown)
		if len(unknown) > n/20 {
			t.Errorf("%s: %d of %d units are not in the table", folder, len(unknown), n)
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := unpack(packed); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLookup(b *testing.B) {
	names := []string{"nginx.service", "multi-user.target", "getty@tty1.service", "quantum-trader.target"}
	Lookup(names[0], System)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		Lookup(names[i%len(names)], System)
	}
}
