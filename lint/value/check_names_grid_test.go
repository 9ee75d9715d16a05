package value

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/unitvet/unitvet/lint/directive"
	"github.com/unitvet/unitvet/lint/linttest/oracle"
)

func a(n int) string { return strings.Repeat("a", n) }

// gridPaths are paths of all sorts.
func gridPaths() []string {
	return append([]string{
		"/", "//", "/.", "/..", "/../x", "/../../x/..", "/x/..", "/x/../y", "/.../x", "/..x", "/x..", "/x", "/x/", "/x//y", "/x/./y", "/x/.",
		"x", "x/y", "./x", "../x", ".", "..", "~", "~/x", "-", "-/x", "+/x", "-+/x", "+-/x", "--/x", "!/x", "@x", "$HOME/x", "${X}/y",
		"/x y", `"/x y"`, `'/x'`, `"/x`, `/x\ y`, `/x\\y`, `/x\`, `\/x`, `/x\x20y`, `/x\q`, "/x /y", "/x  /y", "/x:/y", "/x::/y", ":/x", "/x:",
		"/x,/y", "/x;/y", "/é", "/x\ty", "/x #c", "/%n", "%t/x", "%n/x", "/x/%i", "%i", "%I", "%h/x", "%S", "%%/x", "/%%x", "/x%", "/%-", "%k", "/%k",
		"%C/x", "%E", "%L", "%T", "%V", "%u", "%U", "%H", "/%H", "%m", "%b", "%v", "%a", "%o", "%w", "%W", "%B", "%A", "%M", "%g", "%G", "%l", "%q",
		"%s", "%d", "%D", "%f", "%j", "%J", "%p", "%P", "%N", "%y", "%Y", "%1", "%z", "%e", "/x*", "/x?", "/x[a]", "/dev", "/dev/", "/dev/null",
		"/device", "/sys", "/sys/x", "/proc/self", "/proc", "/proc/../x", "/../dev/x", "/./dev/x", "//dev/x", "/run/x", "/var/run/x", "/var/run",
		"/tmp/..", "/x/.../y", "file:/x", "\"\"", "''", "/x \"", "\"/x\"/y", "\"/x\" /y", "/x\"y\"", "/x ''", "- /x", "-", "+", "-+", "/a/b/c/d/e",
	}, "/"+a(255), "/"+a(256), "/x/"+a(256)+"/y", strings.Repeat("/aaa", 1023), strings.Repeat("/aaa", 1024), strings.Repeat("/aaa", 1023)+"/aa",
		strings.Repeat("/aaa", 1023)+"/", strings.Repeat("/aaa", 1023)+"///////", strings.Repeat("/.", 3000), a(255), a(256), "/"+a(4094), strings.Repeat("/aaa", 1023)+"%%%%%%%%%%%%%%")
}

func TestGridPaths(t *testing.T) {
	compareGrid(t, cross(`Service.RootDirectory Service.RootImage Service.RootVerity Service.RootMStack Service.TTYPath Service.NetworkNamespacePath
		Service.IPCNamespacePath Service.UserNamespacePath Service.USBFunctionDescriptors Service.USBFunctionStrings Service.EnvironmentFile
		Service.WorkingDirectory Service.PIDFile Unit.SourcePath Mount.Where Automount.Where Path.PathExists Path.PathExistsGlob Path.PathChanged
		Path.PathModified Path.DirectoryNotEmpty Service.ExecSearchPath Unit.RequiresMountsFor Unit.WantsMountsFor Socket.Symlinks
		Service.ReadWritePaths Service.ReadOnlyPaths Service.InaccessiblePaths Service.ExecPaths Service.NoExecPaths Service.ExtensionDirectories
		Service.ReadWriteDirectories Service.TemporaryFileSystem Service.BindPaths Service.BindReadOnlyPaths Service.RuntimeDirectory
		Service.StateDirectory Service.ConfigurationDirectory Service.MountImages Service.ExtensionImages Service.RootImageOptions Mount.What Swap.What
		Service.OpenFile Socket.ListenFIFO Socket.ListenSpecial Socket.ListenMessageQueue Socket.ListenUSBFunction Socket.ListenStream
		Socket.ListenDatagram Socket.ListenSequentialPacket Service.DeviceAllow`, gridPaths()))
}

func TestGridLists(t *testing.T) {
	parts := []string{"", "/a", "b", "-/a", "/a/../b", `"/a"`, `/a\:b`, "/%n", "%k", "norbind", "rbind", "ro", "/dev/x", "/sys/x", "root", "usr", "x y", `\`, `/a"b:c"`}
	cases := cross("Service.BindPaths Service.BindReadOnlyPaths Service.TemporaryFileSystem Service.StateDirectory Service.ConfigurationDirectory Service.MountImages Service.ExtensionImages Service.RootImageOptions Service.OpenFile Service.LoadCredential Service.SetCredential Service.ImportCredential Service.BPFProgram Service.NFTSet Service.ExecSearchPath",
		append(product(parts, []string{":"}, parts), product(parts[:12], []string{":"}, parts[:12], []string{":", " "}, parts[:12])...))
	directories := []string{"a", "a/b", "/a", "..", ".", "a/..", "a//b", "private", "private/x", "./private", "privatex", "a/private", "%n", "%t", "%i", "%H", "a:b", "a:/b", "a:b:ro", "a::ro", "a:b:rw", "a:b:", "a:", ":b", "a:b:ro:x", "a::", ":", "::", `a\:b`, `a\ b`, `"a b"`, `a\q`, `a\x41`, `a\x20b`, "a b", "a /b c", `a:b\:c`, "a:private", "a:..", "a:%k:ro", "%k", "a/%k", a(255), a(256), "é", "a:é"}
	cases = append(cases, cross("Service.RuntimeDirectory Service.StateDirectory Service.CacheDirectory Service.LogsDirectory Service.ConfigurationDirectory", append(directories, product(directories[:20], []string{" "}, directories[:20])...))...)
	binds := []string{"/a", "/a:/b", "/a:/b:rbind", "/a:/b:norbind", "/a:/b:x", "/a:/b:", "/a::", "/a:", ":/a", "-/a", "-/a:/b", "/a:-/b", "/a:/b:rbind:x", "/a:/b:rbind,norbind", "/a:/b :rbind", "/a: /b", "a:/b", "/a:b", `"/a:/b"`, `"/a b":"/c d"`, `/a\:b:/c`, `/a\ b:/c`, "%k:/b", "/a:%k", "/a:/b:%k", "%t:/b", "-%t", "/a/..:/b", "/a:/b/..", `"/a`, `/a:"/b`, `/a:/b:"rbind"`, `/a:/b:'`, `\`, `/a\`, `/a\x41`, `/a\q`, "--/a", "+/a", "%n:%n"}
	cases = append(cases, cross("Service.BindPaths", append(binds, product(binds, []string{" ", "  ", ":"}, binds[:20])...))...)
	images := []string{"/a", "/a:/b", "/a:/b:ro", "/a:/b:root:ro", "/a:/b:usr:ro:home:rw", "/a:/b:usr:ro:home", "/a:/b:foo:ro", "/a:/b:foo", "/a:/b:foo:ro:usr:ro", "/a:/b:root-secondary:ro", "-/a:/b", "--/a:/b", "/a:-/b", ":/a:/b", "/a::/b", "/a:/b::", ":", `""`, "/dev/x:/b", "/a:/dev/x", "/sys/x:/b", "/a:/proc/x", "%t:/b", "%k:/b", "/a:%k", "/a:/b:%k", "/a:/b:usr:%k", "/a:/b:%k:ro", `/a\:b:/c`, `"/a b:/c"`, `/a:/b:\q`, `/a:/b:usr:\q`, `\q:/b`, `/a:\q`, "/a:/b /c:/d", "/a:/b c", "a:/b", "/a:b", "/a/..:/b", `"/a`}
	cases = append(cases, cross("Service.MountImages Service.ExtensionImages Service.RootImageOptions", append(images, product(images, []string{" "}, images[:12])...))...)
	options := []string{"ro", "root:ro", "usr:ro,nodev", "foo:ro", "root:ro usr:ro", "root:ro foo:ro", "root:", ":ro", "root:ro:x", "root::ro", "root:ro:", "ro:", "%n", "root:%k", "%k", "%k:ro", "root:%n", `root:\q`, `"root:ro nodev"`, `"root:ro`, "esp:x", "xbootldr:x", "root-verity:x", "usr-verity-sig:x", "swap:x", "tmp:x", "var:x", "srv:x", "home:x", "root-other:x", "usr-secondary-verity-sig:x", "data:x", "ROOT:x", `""`, ":"}
	cases = append(cases, cross("Service.RootImageOptions", append(options, product(options, []string{" "}, options)...))...)
	tmpfs := []string{"/a:ro", "/a:mode=0700,size=%k", "/a:%k", "%k:ro", "/a\\:b:ro", "/a:", "a:ro", ":ro", "/a:b:c", `"/a:x y"`, `/a\ b`, "/a:ro b", "/a:ro /b:rw c:d", `/a:"`, `/a\`}
	cases = append(cases, cross("Service.TemporaryFileSystem", append(tmpfs, product(tmpfs, []string{" "}, tmpfs)...))...)
	files := []string{"/a", "/a:b", "/a:b:read-only", "/a::append", "/a:b:append,truncate", "/a:b:read-only,graceful", "/a:b:graceful,graceful", "/a:b:x", "/a:b:,", "/a:b:read-only,", "/a:b:,read-only", "/a:b:read-only,,graceful", "/a:b:c:d", "/a:b:append:", "/a:b:append:x", "a", "a:b", "/", "//", "/:x", "/..", "/..:x", "/a/..", "/a/..:x", "/a/.", "/a/", "/a//", "/é", "/é:x", "/a:é", "/a:" + a(255), "/a:" + a(256), "/" + a(255), "/" + a(256), `/a\:b`, `/a\x3ab:c`, `"/a b"`, "/a b", "/a:b c", `/a\`, `/a\q`, "/%n", "%t/x", "/%k", "/a:%n", "/a::", "/a:::", "::", ":b", "/a:b:read-only graceful", `/a:b:read\x2donly`, `/a:b:\x72ead-only`, "/a:b:READ-ONLY", "/a: :append", "/a/b:\t"}
	cases = append(cases, cross("Service.OpenFile", files)...)
	sources := []string{"UUID=x", "LABEL=a b", "PARTUUID=", "PARTLABEL=%n", "/dev/sda1", "//host/share", "host:/x", "tmpfs", "x y", "%k", "%n", "\"x\"", "/dev/%i", "/x\\040y", a(4095), a(4096), "/" + a(4094), "/" + a(4095), strings.Repeat("/a", 2047), strings.Repeat("/a", 2048)}
	cases = append(cases, cross("Mount.What Swap.What", sources)...)
	compareGrid(t, cases)
}

func TestGridUsers(t *testing.T) {
	names := []string{"root", "0", "1", "65534", "65535", "65536", "4294967294", "4294967295", "4294967296", "00", "01", "007", "-1", "-", "--1", "+1", "1a", "a1", "-a", "_a", "a-b", "a.b", ".", "..", "...", ".a", "a.", "a b", `"a b"`, `"root"`, "a:b", "a/b", "a\\b", "a,b", "a$", "$a", "a@b", "größe", "Ünïcode", "日本", "a\tb", "\x7f", "a\x01b", "%i", "%n", "%U", "%u", "%G", "%g", "%k", "%H", "%m", "%%", "%", "a%", "a%-b", "0x10", "1 2", "1e3", "٣", "99999999999999999999", a(31), a(32), a(33), a(255), a(256), a(300), "nobody", "nogroup", "~a", "a~", "*", "?", "a\u00a0b", "%%a", "%t", "%h", "%S", "-5 ", "0 0", "root;", "#a", ";a", "%j", "%p", "%N"}
	compareGrid(t, append(cross("Service.User Service.Group Socket.SocketUser Socket.SocketGroup Mount.User Swap.Group", names),
		cross("Service.SupplementaryGroups Socket.SupplementaryGroups", append(names, append(product(names[:60], []string{" "}, []string{"root", "65535", "a:b", "%k", `a\ b`, `\`}), `a\ b`, `a\`, `\a`, `a\:b`, `"a b"`, `a\\b`, "a\tb", "a   b")...))...))
}

func TestGridUnits(t *testing.T) {
	stems := []string{"foo", "foo@", "foo@bar", "foo@a@b", "-", "--", "-a", "a-", "a-b", "a--b", "a-b-c", "@", "@a", "", ".", "foo.bar", "a:b", `a\x2db`, `a\b`, "a b", "a,b", `"a"`, "größe", "%n", "%i", "%I", "%p", "%j", "%J", "%N", "%H", "%m", "%k", "%t", "foo@%i", "foo@%n", "foo-%j", "%%", "%", "a%", "a%-b", "a+b", "a/b", "/a/b", "a~", "a$b", a(247), a(246), a(248), a(249), a(250), a(251), "foo@" + a(243), "foo@" + a(244), "x@%k"}
	types := []string{"", ".", ".service", ".socket", ".target", ".mount", ".swap", ".device", ".automount", ".timer", ".path", ".slice", ".scope", ".bar", ".Service", ".service.", ".service ", ".busname", ".snapshot"}
	names := product(stems, types)
	var lists []string
	lists = append(lists, "a.service b.service", "a.service,b.service", "a.service b", "a.service  b.target", "a.service;b.service", "a.service\tb.service", `"a.service b.service"`, `a\ b.service`, `a.service \`, `a.service "b.service`, "a.service %k.service", "%n %n", "a.socket b.socket", "a.socket b.service", `a\.socket`, `a.socket \`, `a.socket b\`)
	cases := cross("Unit.After Unit.Wants", append(names, lists...))
	few := append(product(stems[:12], types), lists...)
	cases = append(cases, cross("Unit.Before Unit.Requires Unit.Requisite Unit.BindsTo Unit.PartOf Unit.Upholds Unit.Conflicts Unit.OnFailure Unit.OnSuccess Unit.PropagatesReloadTo Unit.ReloadPropagatedFrom Unit.PropagatesStopTo Unit.StopPropagatedFrom Unit.JoinsNamespaceOf Unit.BindTo Unit.PropagateReloadTo", few)...)
	cases = append(cases, cross("Service.Sockets Socket.Service Timer.Unit Path.Unit Service.Slice Socket.Slice", append(names, lists...))...)
	cases = append(cases, cross("Slice.Slice", names[:40])...)
	compareGrid(t, cases)
}

func TestGridAddresses(t *testing.T) {
	hosts := []string{"", "127.0.0.1", "0.0.0.0", "255.255.255.255", "256.1.1.1", "1.2.3", "1.2.3.4.5", "01.2.3.4", "1.2.3.04", "1.2.3.4 ", "::", "::1", "[::]", "[::1]", "[fe80::1]", "[1.2.3.4]", "[::ffff:1.2.3.4]", "[::1", "::1]", "[]", "[1:2:3:4:5:6:7:8]", "[1:2:3:4:5:6:7::]", "[1:2:3:4:5:6:7:8:9]", "[12345::]", "[::g]", "[fe80::1%lo]", "[fe80::1%%lo]", "localhost", "example.com", "*", "0", "1", "1.2", "0x7f.1", "vsock", "vsock:", "vsock:1", "vsock:2", "vsock:-1", "vsock:any", "vsock:host", "vsock:local", "vsock:hypervisor", "vsock:x", "vsock:0x10", "vsock:4294967295", "vsock:4294967296", "vsock-stream:", "vsock-stream:2", "vsock-dgram:2", "vsock-seqpacket:2", "vsock-foo:2", "VSOCK:2", "@", "/", "tcp", "unix", "1::2", "::ffff:1.2.3.4"}
	ports := []string{"", ":", ":0", ":1", ":80", ":65535", ":65536", ":99999", ":4294967295", ":4294967296", ":-1", ":+1", ":-0", ":080", ":0x50", ":0xg", ":0b11", ":0b2", ":0o17", ":0o8", ":010", ":08", ": 80", ":80 ", ":8 0", ":http", ":80:90", ":80%%lo", ":80%%1", ":80%%", ":80%%a:b", ":80%%0", ":80#x", ":80/tcp", ":%i", ":%U", ":%k", ":1e3", ":99999999999999999999"}
	addresses := product(hosts, ports)
	plain := []string{"0", "1", "80", "65535", "65536", "080", "08", "0x50", "0X50", "0x", "+80", "-80", "-0", "8 0", "80 ", "0b101", "0b", "0o7", "80a", "4294967295", "4294967296", "18446744073709551616", "x", "/x", "/", "@", "@x", "@/x", "@x y", "x/y", "/run/%n", "%t/x", "@%n", "@%i", "%i", "%U", "%u", "%k", "%H", "/x y", `"/x"`, "/x/../y", "/..", "~/x", "/var/run/" + a(93), "/var/run/" + a(98), "/var/run/" + a(102), "/var/run/" + a(103), "/var/run/" + a(104), "/" + a(106), "/" + a(107), "/" + a(108), "@" + a(106), "@" + a(107), "@" + a(108), "/var/runx/" + a(98), "/é", "@é"}
	cases := cross("Socket.ListenStream Socket.ListenSequentialPacket", append(addresses, plain...))
	cases = append(cases, cross("Socket.ListenDatagram", append(product(hosts, ports[:8]), plain...))...)
	netlink := []string{"route", "firewall", "inet-diag", "nflog", "xfrm", "selinux", "iscsi", "audit", "fib-lookup", "connector", "netfilter", "ip6-fw", "dnrtmsg", "kobject-uevent", "generic", "scsitransport", "ecryptfs", "rdma", "crypto", "smc", "usersock", "Route", "kobject_uevent", "0", "1", "15", "22", "32", "-1", "2147483647", "2147483648", "4294967295", "0x10", "x", "%i", "%n", "%k", `ro\ute`, `"route"`, `route\`, ""}
	groups := []string{"", " 0", " 1", " 2", "  1", " 0x10", " -1", " 4294967295", " 4294967296", " x", " 1 2", "\t1", " %U", " %k", `\ 1`, ",1", ":1", " 1,2"}
	cases = append(cases, cross("Socket.ListenNetlink", product(netlink, groups))...)
	prefixes := []string{"any", "localhost", "link-local", "multicast", "ANY", "Localhost", "LOCALHOST", "localhost.", "localhost.localdomain", "localhost.localdomain.", "x.localhost", "x.localhost.", ".localhost", "x.localhost.localdomain", "localhost..", "localdomain", "link_local", "none", "all", "1.2.3.4", "1.2.3.4/0", "1.2.3.4/8", "1.2.3.4/32", "1.2.3.4/33", "1.2.3.4/", "1.2.3.4/x", "1.2.3.4/-1", "1.2.3.4/+8", "1.2.3.4/0x8", "1.2.3.4/08", "1.2.3.4/010", "1.2.3.4/8/8", "1.2.3.4/255.0.0.0", "10.0.0.0/8", "10/8", "10.0/16", "::", "::/0", "::1/128", "::1/129", "fe80::/10", "2001:db8::/32", "fe80::1%lo", "fe80::1%lo/64", "[::1]", "1.2.3.4:80", "256.0.0.1", "01.2.3.4", "1.2.3.4/256", "::1/256", "::1/255", "%i", "%k", "x", "/", "/8", `"1.2.3.4"`, `1.2.3.4\`, `1.2.3.4\/8`, "::ffff:1.2.3.4/96", "1.2.3.4/ 8", "1.2.3.4,5.6.7.8", "*", "0", "0/0", "0.0.0.0/0"}
	cases = append(cases, cross("Service.IPAddressAllow Service.IPAddressDeny Slice.IPAddressAllow", append(prefixes, product(prefixes, []string{" ", "  "}, prefixes[:30])...))...)
	binds := []string{"any", "1", "80", "0", "65535", "65536", "1-2", "2-1", "80-80", "0-1", "1-65535", "1-65536", "1-", "-1", "-", "1-2-3", "1 - 2", "x", "0x10", "010", "+1", "tcp", "udp", "ipv4", "ipv6", "sctp", "ip", "IPv4", "TCP", "", "%i", `8\0`, `\`}
	cases = append(cases, cross("Service.SocketBindAllow Service.SocketBindDeny", append(append(product(binds, []string{"", ":"}), product(binds, []string{":"}, binds)...), product(binds[15:27], []string{":"}, binds[20:27], []string{":"}, binds)...))...)
	interfaces := []string{"lo", "eth0", "a.b", "a:b", "a/b", "a%b", "a b", "é", "1", "0", "00", "-1", "+1", "0x1", "0xg", "0b1", "0b2", "0o7", "123", "123a", "2147483647", "2147483648", "99999999999", "all", "default", "All", ".", "..", "...", "*", "~", "~lo", "!lo", "a*", "-", "a\\b", `a\ b`, `"lo"`, `'lo'`, `"lo`, `lo\`, "%i", "%n", "%k", "%H", "%U", "%%", "a%%", "a\x01", "\x7f", a(14), a(15), a(16), a(127), a(128), "1" + a(14), "lo eth0", "lo eth:0", "~lo eth0", "~ lo", "~~lo", "lo ~eth0", "lo,eth0", `"lo eth0"`, "lo  eth0", "lo 1 2", "lo\teth0", "#x"}
	cases = append(cases, cross("Socket.BindToDevice Service.BindNetworkInterface Service.RestrictNetworkInterfaces", append(interfaces, product(interfaces[:45], []string{" "}, interfaces[:10])...))...)
	compareGrid(t, cases)
}

func TestGridNames(t *testing.T) {
	bus := []string{"a", "a.b", "a.b.c", ".a.b", "a.b.", "a..b", "a.1b", "1a.b", "a.b1", "a_b.c", "a-b.c", "-a.-b", "_a._b", ":1.2", ":a.b", ":1", ":.a", ":", "a:b.c", "a b.c", "a.b c", "a/b.c", "ä.b", "org.example.Foo", "org.freedesktop.DBus", "%n", "%p.%p", "org.%p", "org.%i", "org.%i.x", "org.%k", "org.%j.x", "%t.x", "a.%U", "a.x%U", `"a.b"`, `a\.b`, "a.b@c", "a." + a(252), "a." + a(253), "a." + a(254), "a." + a(300)}
	urls := []string{"man:x(8)", "man:", "info:x", "info:", "http://x", "http://", "https://x", "https://", "http:/x", "file:/x", "file:x", "file:/", "file:///x", "ftp://x", "x", "man:é", "http://é", "HTTP://x", "Man:x", "man: x", "http://x y", "http://x https://y", "http://x y https://z", `"http://x y"`, `"http://x`, `'man:x'`, `man:x\`, `man:\ x`, "man:%n", "man:%i", "man:%k", "%k", "%n", "man:%H", "man:%q", "http://%H/x", "http://x,http://y", "https:", "file:", "//x", "/x", "mailto:x", "man:x(8) man:y(5)\tinfo:z", `""`, `"" man:x`, "man:%%", "git://x", "man:x(8);info:y"}
	fds := []string{"a", "a b", "a:b", ":", "é", "a\tb", "\x7f", "a\x7f", "%n", "%i", "%k", "%t", "%H", "%%", a(255), a(256), a(254) + "%%", a(254) + "%%%%", "~", "!", `"a"`, `a\b`, "a/b", "%q", "%u", "stored"}
	cases := cross("Service.BusName", bus)
	cases = append(cases, cross("Unit.Documentation", append(urls, product(urls, []string{" "}, urls)...))...)
	cases = append(cases, cross("Socket.FileDescriptorName", fds)...)
	xattrs := []string{"user.a=b", "user.a=", "user.=b", "user.a", "a=b", "=b", "user=b", "trusted.a=b", "USER.a=b", "user.a=b=c", "%k=b", "user.%k=b", "user.a=%k", "user.a=%n", "%n=b", "user.%n=b", "user.a =b", "%u.a=b", "user.%i=b", "%p.x=1", "\"user.a=b\"", "user.a=\"b"}
	cases = append(cases, cross("Socket.XAttrEntryPoint Socket.XAttrListen Socket.XAttrAccept", xattrs)...)
	labels := []string{"a", "-a", "-", "--", "a:b:c", "%n", "-%n", "%k", "-%k", "a %k b", "%i", "unconfined", "\"a", "é", "%", "-%", "a\\"}
	cases = append(cases, cross("Service.SELinuxContext Service.AppArmorProfile Service.SmackProcessLabel", labels)...)
	namespaces := []string{"a", "a.b", ".", "..", "a/b", "a b", "a:b", "a@b", "a-b", "a_b", "-", "@", `a\b`, `a\x2db`, "a*", "a?", "a[b]", `"a"`, "é", "a+b", "%n", "%i", "%k", "%H", "%t", "%%", a(222), a(223), a(255), a(256), "*", ".a", "a\tb", "%U", "a,b", "a=b", "~", "%p%j"}
	cases = append(cases, cross("Service.LogNamespace", namespaces)...)
	cgroups := []string{"a", "a.b", "_a", ".a", "a/b", ".", "..", "tasks", "notify_on_release", "release_agent", "cgroup.procs", "cgroup", "cgroup.", "cpu", "cpu.max", "cpux.max", "cpuset.x", "io.x", "blkio.x", "memory.x", "devices.x", "pids.x", "bpf-firewall.x", "bpf-devices.x", "bpf-foreign.x", "bpf-socket-bind.x", "bpf-restrict-network-interfaces.x", "bpf-bind-network-interface.x", "hugetlb.x", "misc.x", "rdma.x", "cpuacct.x", "a b", "é", "%i", "%k", a(255), a(256), "init.scope", "x.service", "\"a\"", "a\\b", "-a"}
	cases = append(cases, cross("Service.DelegateSubgroup", cgroups)...)
	reboot := []string{"a", "a b", "é", "%n", "%k", "%q", "%i", a(255), a(256), a(300), "\"a\"", "-", "%%", "a\tb", "\x7f"}
	cases = append(cases, cross("Unit.RebootArgument Unit.JobTimeoutRebootArgument Service.RebootArgument", reboot)...)
	sessions := []string{"a", "a b", "a a", "a b a", "a:b", "é", `"a b"`, `"a"`, "'a'", `a\ b`, `a\\b`, `a\`, "a*", "a?", "a[", "a]", "a/b", ".", "..", a(255), a(256), "%i", "%k", "a;b", "a,b", `""`, `"" a`, "a\x7f", "a 'b c' d", "/x"}
	cases = append(cases, cross("Service.LUOSession Service.OOMRules Slice.OOMRules", append(sessions, product(sessions, []string{" "}, sessions)...))...)
	text := []string{"a", `a\n`, `a\x41`, `a\q`, `a\`, `a\\`, `a\000`, `a\x00`, `a\u0000`, `a\u00e9`, `a\ud800`, `a\U00110000`, `a\U0000ffff`, `a\uffff`, "%n", "%k", "%i", `%\x6e`, `\x25n`, `\x25k`, `\x25\x25k`, "a b", "\"a", `a\400`, `a\377`, `a\8`, `a\s`, `a\'`, `a\ `, "é"}
	cases = append(cases, cross("Service.StandardInputText", text)...)
	streams := []string{"null", "tty", "tty-force", "tty-fail", "socket", "fd", "data", "file", "append", "truncate", "inherit", "journal", "journal+console", "kmsg", "kmsg+console", "syslog", "syslog+console", "Null", "x", "fd:", "fd:x", "fd:x:y", "fd:é", "fd:%n", "fd:%k", "fd:%i", "fd:" + a(255), "fd:" + a(256), "file:", "file:x", "file:/x", "file:/x/..", "file:/../x", "file:~", "file:%t/x", "file:%k", "file:%i", "file:/dev/null", "file:/" + a(256), "append:/x", "append:x", "append:", "truncate:/x", "truncate:x", "tty:x", "tty-force:/x", "data:x", "null:", "FD:x", "file :/x", "file: /x", "fd: x", "fd:x y", "journal+", "journal console", "no", "yes", "-", "/x", "append:/%n", "append:%%", `file:"/x"`, "socket:x"}
	cases = append(cases, cross("Service.StandardInput Service.StandardOutput Service.StandardError Socket.StandardInput Mount.StandardOutput", streams)...)
	compareGrid(t, cases)
}

func TestGridCredentials(t *testing.T) {
	ids := []string{"a", "a.b", "a/b", "", ".", "..", "é", "a b", `"a"`, "a\\b", `a\:b`, `a\`, "a*", "*", "a*b", "?", "[a]", "a?", "**", "%n", "%i", "%k", "%t", "%H", "%%", a(255), a(256), "a\tb", "\x7f"}
	sources := []string{"", ":", ":b", ":/b", ":/b/../c", ":/b/..", ":/b//c", ":/b/./c", ":/b/.", ":/b/", ":/", "://", ":./b", ":../b", ":b/c", ":%n", ":%t/x", ":%k", ":/%k", ":%i", ":a:b", ":/a:b", "::", "::b", ": b", ":b ", `:"b"`, `:b\`, `:b\n`, `:b\q`, `:b\x00`, `:b\000`, `:b\u0000`, `:b\ud800`, `:b\U00110000`, ":é", ":/é", ":" + a(255), ":" + a(256), ":/" + a(256), ":/" + a(4094), ":/" + a(4095), ":YWJj", ":YQ==", ":YQ=", ":YQ", ":Y", ":Y Q = =", ":YQ==YQ==", ":YQ==x", ":!!", ":YR==", ":Yg-_", ":Yg+/", ":*", ":~", ":.", ":.."}
	cases := cross("Service.LoadCredential Service.LoadCredentialEncrypted Service.SetCredential Service.SetCredentialEncrypted Service.ImportCredential", product(ids, sources))
	compareGrid(t, cases)
}

func TestGridDevices(t *testing.T) {
	devices := []string{"/dev/null", "/dev", "/dev/", "/dev/x/", "/dev/../x", "/x", "x", "/", "block-x", "char-*", "char-", "block", "/run/systemd/inaccessible", "/run/systemd/inaccessible/chr", "/run/systemd/inaccessiblex", "/devx", "/dev//x", "/dev/./x", "/../dev/x", `"/dev/a b"`, `/dev/a\ b`, `/dev/"a b"`, `"/dev/x`, `/dev/x\`, "%k", "/dev/%k", "/dev/%n", "/dev/%i", "%t/x", "char-%k", "char-%n", ".", "..", "./x", "../x", "é", "/dev/é", `""`, "/dev/" + a(255), "/dev/" + a(256), "%H", "/run/x", "/dev/x/.."}
	access := []string{"", " r", " rw", " rwm", " rrr", " mwr", " x", " rx", " r w", "  rw", "\trw", " R", " \"rw\"", " %k", " -", " rwm ", "rw"}
	cases := cross("Service.DeviceAllow Slice.DeviceAllow", product(devices, access))
	weights := []string{"", " 0", " 1", " 100", " 10000", " 10001", " -1", " +1", " x", " 1 2", " 0x10", " 010", " 08", " 1%", " infinity", " idle", "\t5", "  5", " 1.5", " 18446744073709551616", " %k", " \"5\""}
	cases = append(cases, cross("Service.IODeviceWeight", product(devices, weights))...)
	sizes := []string{"", " 0", " 1", " 1K", " 1k", " 1M", " 1G", " 1T", " 1P", " 1E", " 1B", " 1Z", " 1KB", " 1KiB", " 1.5M", " 1 M", " 1M 500K", " 500K 1M", " -1", " +1", " x", " infinity", " Infinity", " 0x10", " 010", " 18446744073709551615", " 18446744073709551616", " 16E", " 20E", " 0K", " 0.5", " 0.0001K", " 1,5M", " 1M1K", " .5M", " 1.M", "\t1M", "  1M", " 1%", " %k"}
	cases = append(cases, cross("Service.IOReadBandwidthMax Service.IOWriteIOPSMax", product(devices[:14], sizes))...)
	cases = append(cases, cross("Service.IOReadIOPSMax", product(devices, sizes[:4]))...)
	spans := []string{"", " 0", " 1", " 1s", " 1ms", " 1us", " 1ns", " 1min", " 1h 2min", " 1.5s", " -1s", " +1s", " x", " infinity", " 1 s", " 1M", " 1y", " 1d1h", " s", " 1sx", " 1e3", " 99999999999999999999", " %k", " 1s,", " 1,5s", "\t1s"}
	cases = append(cases, cross("Service.IODeviceLatencyTargetSec", product(devices[:14], spans))...)
	programs := []string{"ingress", "egress", "sock_create", "sock_ops", "device", "bind4", "bind6", "connect4", "connect6", "post_bind4", "post_bind6", "sendmsg4", "sendmsg6", "sysctl", "recvmsg4", "recvmsg6", "getsockopt", "setsockopt", "Ingress", "x", "", ":ingress", "sock_release", "getpeername4", "%n", `ingr\ess`, `"ingress"`, `ingress\`}
	paths := []string{"", ":", ":/x", "::/x", ":x", ":/x/..", ":/x:/y", ":%t/x", ":%k", ": /x", ":/x y", `:"/x"`, ":/", ":/" + a(256), ":%i"}
	cases = append(cases, cross("Service.BPFProgram", product(programs, paths))...)
	cases = append(cases, cross("Service.IPIngressFilterPath", []string{"x", "/x/..", "%k", "/" + a(256)})...)
	sets := []string{"cgroup:inet:t:s", "user:ip:t:s", "group:ip6:t:s", "address:inet:t:s", "prefix:inet:t:s", "ifindex:inet:t:s", "x:inet:t:s", "cgroup:arp:t:s", "cgroup:bridge:t:s", "cgroup:netdev:t:s", "cgroup:x:t:s", "cgroup:INET:t:s", "cgroup:inet:1:s", "cgroup:inet:t:1", "cgroup:inet:t1:s_.", "cgroup:inet:_t:s", "cgroup:inet:t-x:s", `cgroup:inet:t\\x:s`, `cgroup:inet:t/x:s`, `cgroup:inet:t\x41:s`, `cgroup:inet:t\q:s`, "cgroup:inet:t", "cgroup:inet:t:s:", "cgroup:inet:t:s:x", "cgroup::inet:t:s", ":cgroup:inet:t:s", "cgroup:inet:t:s cgroup:inet:u:v", "cgroup:inet:t:s x", "x cgroup:inet:t:s", `"cgroup:inet:t:s"`, `"cgroup:inet:t:s`, "cgroup:inet:é:s", "cgroup:inet:t:" + a(31), "cgroup:inet:t:" + a(32), "cgroup:inet:t:" + a(255), "cgroup:inet:t:" + a(256), "cgroup:inet:%n:s", "cgroup:inet:t:%i", "cgroup", "%k", "cgroup:inet:t: s", `""`, ":"}
	cases = append(cases, cross("Service.NFTSet", append(sets, product(sets, []string{" "}, sets)...))...)
	compareGrid(t, cases)
}

func TestGridImagePolicies(t *testing.T) {
	names := []string{"root", "usr", "home", "srv", "esp", "xbootldr", "swap", "root-verity", "usr-verity", "root-verity-sig", "usr-verity-sig", "tmp", "var", "x", "", " ", "Root", " root ", "root-other", "%i", `ro\ot`}
	flags := []string{"", "=", "=verity", "=signed", "=encrypted", "=unprotected", "=unused", "=absent", "=open", "=ignore", "=read-only-on", "=read-only-off", "=growfs-on", "=growfs-off", "=encryptedwithintegrity", "=ext4", "=x", "=-", "= verity ", "=verity+signed", "=verity+", "=+verity", "=verity + signed", "=verity++signed", "=verity+x", "==verity", "=verity=signed", `=ver\ity`, "=verity,signed", "=Verity", "=%i", `=\`}
	policies := product(names, flags)
	policies = append(policies, "*", "~", "-", "**", "~~", "--", "root", "root=verity:", ":root=verity", "root=verity::usr=verity", "root=verity:usr=verity", "root=verity:root=verity", "=open:=open", "root=verity:=ignore", "root=verity:usr=absent:home=encrypted+unprotected:=ignore", "root=verity usr=verity", "root=verity : usr=verity", "*:root=verity", "root=verity:*", "x=verity:x=verity", "root=x:root=verity", `"root=verity"`, "root = verity", " =verity: =verity")
	compareGrid(t, cross("Service.RootImagePolicy Service.MountImagePolicy Service.ExtensionImagePolicy", policies))
}

func TestGridEnvironment(t *testing.T) {
	words := []string{"A=b", "A=", "=b", "A", "1A=b", "A1=b", "_=b", "a_b=c", "A-B=c", "A.B=c", "é=b", "A=é", `A=\xff`, `A=\x00`, `A=\n`, `A=\q`, `A=\`, `"A=b c"`, `"A=b c`, `'A=b'`, `A="b c"`, `A='b`, "A=b=c", "A=$B", "A=%n", "A=%k", "%k=b", "%n=b", "A%n=b", "A%%=b", "A=%%", "A=%i", "%i=b", "%p=b", "%H=b", "A=%H", "A=%", "A =b", "A= b", `A\x3db`, `A\ B=c`, "A=b\tC=d", "A=b,C=d", "A=\x01", "A+=b", "export A=b", `A=\u00e9`, `A=\ud800`, `A=\uffff`, `""`, "A=*", `\x41=b`, "%U=x", "x%U=y", "%U", "%p", "%q", "A=%q"}
	cases := cross("Service.Environment Service.PassEnvironment Service.UnsetEnvironment Socket.Environment", append(words, product(words, []string{" "}, words[:30])...))
	compareGrid(t, cases)
}

func TestGridExec(t *testing.T) {
	prefixes := []string{"", "-", "@", ":", "+", "!", "!!", "|", "-@", "@-", "--", "@@", "+!", "!+", "!!!", "!!+", "-!!", "!-!", "|-", "-|", "|@", "@|", "||", "+|", ":-@+", "*", "=", "~", "-:+", "!:!", `"-"`, `\-`, `\x2d`}
	paths := []string{"/bin/true", "true", "", "bin/true", "./true", "../true", "/", "/bin/", "/bin/.", "/bin/..", ".", "..", "...", "/bin/../bin/true", "//bin/true", "$SHELL", "${SHELL}", "/bin/$X", "~/x", "/x*", "x?", "/x[a", "/x]", "/x{a}", "%t/x", "%n", "%i", "%I", "/%i", "%k", "/%k", "/%n", "%%", "/%%", "%h/x", "%H", "%s", "/%", `"/bin/a b"`, `/bin/a\x20b`, `/bin/a\ b`, `/bin/a\tb`, `/bin/a\qb`, `"/bin/true`, `/bin/true"x`, `/bin/a\\b`, `/bin/a\"b`, `/bin/a\x27b`, `'/bin/true'`, `/é`, `é`, `/\xff`, `\xff`, "/" + a(255), "/" + a(256), a(255), a(256), strings.Repeat("/aaa", 1023), strings.Repeat("/aaa", 1024), "/bin/true;", "a=b", "(true)", "&&", ";", ";;", `\;`, `";"`, "#x", "/x\x7f", "a/"}
	arguments := []string{"", " x", " %n", " %k", " %i x", ` "a b"`, ` "a`, ` a\`, ` a\q`, ` \x41`, ` '\'`, " ;", " ; true", " ; ", " ; bin/x", " ; -bin/x", " ; -bin/x x ; /bin/true", ` \; x`, ` ";" x`, " ;; x", " ; ; true", ` ; "`, " ; ;", " $X ${Y} $$", " |", " & > x", " %", " %%k", ` \u00e9`, ` ""`, " \x01", " x;y", " x ;y"}
	values := product(prefixes, paths)
	values = append(values, product([]string{"", "-", "@", "-@", "|", "+"}, []string{"/bin/true", "true", "bin/true", "%k", `"/x`}, arguments)...)
	values = append(values, product([]string{"/bin/true", "-bin/x"}, arguments, arguments)...)
	cases := cross("Service.ExecStart", values)
	cases = append(cases, cross("Service.ExecStartPre Service.ExecStop Service.ExecReload Service.ExecCondition Socket.ExecStartPre Service.ExecReloadPost", product(prefixes[:12], paths[:12]))...)
	compareGrid(t, cases)
}

// namesTypes are the types of values that these grids are about.
var namesTypes = strings.Fields(`bpf-program bind-mount-list bus-name credential credential-glob device-allow device-bandwidth device-latency
	device-weight directory-list env-assignments env-names env-names-or-assignments exec-command fd-name ip-prefix-list image-list image-policy
	ifname ifname-list mount-options mount-source nft-set open-file path path-list path-list-flags socket-address socket-bind tmpfs-list url-list
	unit-list unit-name user-or-group user-or-group-list xattr`)

// gridTokens are what random values are made of.
var gridTokens = strings.Split("/|/|/a|/b|a|b|:|:| | |-|+|!|@|%|%%|%n|%i|%t|%k|%p|..|.|~|=|,|;|\"|'|\\|\\x20|\\:|é|0|1|80|65535|:80|[::1]|127.0.0.1|/8|ro|rw|root|usr|norbind|user|foo|.service|.socket|.slice|.target|foo@|bar|A=b|A|_|*|?|[|]|#|$|$X|${Y}|man:|http://|file:|/dev/|char-|block-|cgroup|inet|ingress|:/x|infinity|1K|10ms|private|any|localhost|tcp|ipv4|lo|eth0|vsock:|route|verity|signed|append|read-only|org|.example|-a|\t|  |fd:|null|journal", "|")

// gridSeeds are values that are changed at random, for the directives named before
// them.
var gridSeeds = [][2]string{
	{"Unit.RequiresMountsFor Socket.Symlinks Service.ExecSearchPath Service.ReadWritePaths", "/a|/a/b /c|/a:/b:/c|-/a +/b -+/c|\"/a b\" /c\\ d|/%n/x %t"},
	{"Service.StateDirectory Service.RuntimeDirectory Service.ConfigurationDirectory", "a|a/b c|a:b|a:b:ro c::ro|a\\:b:c|\"a b:c d\""},
	{"Service.BindPaths Service.BindReadOnlyPaths", "/a|/a:/b|/a:/b:rbind|-/a:/b:norbind /c|\"/a b:/c d\"|/a\\:b:/c|/a /b:/c /d:/e:rbind"},
	{"Service.TemporaryFileSystem", "/a|/a:ro|/a:mode=0700,size=1M /b|\"/a:x y\" /b:z"},
	{"Service.MountImages Service.ExtensionImages", "/a:/b|/a:/b:ro|/a:/b:root:ro:usr:rw|-/a:/b:usr:ro,nodev:home:x /c:/d|/a:usr:ro|/a\\:b:/c:x"},
	{"Service.RootImageOptions", "ro|root:ro usr:rw|root:ro,nodev home:x|\"root:a b\" ro"},
	{"Service.RootImagePolicy", "*|root=verity|root=verity+signed:usr=absent:=ignore|root=encrypted+unprotected : =open"},
	{"Service.OpenFile", "/a|/a:b|/a:b:read-only|/a::append,graceful|/a/b/c:d"},
	{"Service.LoadCredential Service.SetCredential Service.SetCredentialEncrypted Service.ImportCredential", "a:/b|a:b|a:b\\nc|a:YWJj|a:YQ==|a*|a*:b|a.b:/c/d"},
	{"Service.User Service.SupplementaryGroups", "root|1000|a b c|65536 65534|4294967294|a.b-c_d"},
	{"Unit.After Service.Sockets Socket.Service Timer.Unit Service.Slice", "a.service|a.socket b.socket|a@b.service|a-b.slice|%n|%p@%i.service|-.mount|a@.target b.path"},
	{"Socket.ListenStream Socket.ListenDatagram Socket.ListenSequentialPacket", "80|127.0.0.1:80|[::1]:80|[fe80::1]:80%%lo|/a/b|@a|vsock:2:1234|vsock-stream:1:2|%t/x|[::ffff:1.2.3.4]:65535|65535"},
	{"Socket.ListenNetlink", "route|route 1|kobject-uevent 1|generic 4294967295|2 0x10"},
	{"Socket.ListenFIFO Socket.ListenSpecial", "/a/b|/dev/x|/sys/x"},
	{"Service.IPAddressAllow Slice.IPAddressDeny", "any|localhost 1.2.3.4/8|::1/128 fe80::/10|10.0.0.0/8|link-local multicast"},
	{"Service.SocketBindAllow", "any|80|ipv4:tcp:80-90|ipv6:udp:65535|tcp:any|1-65535|ipv4:1"},
	{"Socket.BindToDevice Service.RestrictNetworkInterfaces Service.BindNetworkInterface", "lo|eth0.1|~lo eth0|a b c|wlan_0-x|\"lo\" eth0"},
	{"Service.BusName", "org.example.Foo|a.b|:1.2|_a-b.c1"},
	{"Unit.Documentation", "man:x(8)|http://x https://y|file:/x info:y|\"man:a b\" man:c"},
	{"Socket.FileDescriptorName Service.LogNamespace Service.DelegateSubgroup Service.LUOSession Service.OOMRules Service.StandardInputText", "a|a-b.c|a b|a_b:c|cpu.x|a\\nb\\x41"},
	{"Socket.XAttrListen", "user.a=b|user.a.b=c d|user.%p=%n"},
	{"Service.DeviceAllow", "/dev/null rw|/dev/a/b m|block-* r|char-x|\"/dev/a b\" rwm"},
	{"Service.IODeviceWeight", "/dev/x 100|/a 10000|\"/a b\" 1"},
	{"Service.IOReadBandwidthMax", "/dev/x 1M|/a 1.5K|/a infinity|/a 1000"},
	{"Service.IODeviceLatencyTargetSec", "/dev/x 10ms|/a 1min 2s|/a 5"},
	{"Service.BPFProgram", "ingress:/a|egress:/a/b|sock_create:/%n"},
	{"Service.NFTSet", "cgroup:inet:a:b|user:ip:t_1:s.2 group:arp:x:y|\"cgroup:inet:a:b\""},
	{"Service.Environment Service.PassEnvironment Service.UnsetEnvironment", "A=b|A=b C_1=d|\"A=b c\" D|A='b c' E=\\x41|A B C"},
	{"Service.ExecStart Service.ExecStopPost", "/bin/a|-/bin/a b c|@/bin/a b|+/bin/a ; -/bin/b|echo x|!/a|:/a %n|\"/bin/a b\" 'c d'|/bin/a \\; b|-@:+/bin/a b"},
	{"Service.StandardInput Service.StandardOutput", "null|file:/a|append:/a/b|fd:a|journal+console|truncate:%t/x|tty-force"},
	{"Service.WorkingDirectory Service.PIDFile Service.EnvironmentFile Service.RootDirectory Service.TTYPath Path.PathExists", "/a/b|-/a|~|-~|a/b|%t/x|/a//b/./c/|-%t/a|/../a"},
}

func TestGridMutants(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	var cases []oracle.Case
	for _, seed := range gridSeeds {
		seeds := strings.Split(seed[1], "|")
		for name := range strings.FieldsSeq(seed[0]) {
			section, key, _ := strings.Cut(name, ".")
			count := 120
			if (oracle.Case{Section: section, Key: key}).SharesUnit() {
				count = 2000
			}
			var values []string
			for range count {
				value := seeds[random.IntN(len(seeds))]
				for range 1 + random.IntN(3) {
					i := random.IntN(len(value) + 1)
					j := min(i+random.IntN(3), len(value))
					middle := ""
					switch random.IntN(3) {
					case 0:
						middle = gridTokens[random.IntN(len(gridTokens))]
					case 1:
						other := seeds[random.IntN(len(seeds))]
						middle = other[:random.IntN(len(other)+1)]
						j = i
					}
					value = value[:i] + middle + value[j:]
				}
				if utf8.ValidString(value) {
					values = append(values, value)
				}
			}
			cases = append(cases, cross(name, values)...)
		}
	}
	compareGrid(t, cases)
}

func TestGridRandom(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var values []string
	for _, list := range [][]string{gridPaths()[:60], {
		"yes", "no", "0", "1", "-1", "+1", "infinity", "5min", "1G", "50%", "0644", "SIGTERM", "AF_INET", "CAP_CHOWN", "@system-service", "~@mount",
		"a b", "a:b:c", "/x:/y:ro", "man:x(8)", "multi-user.target", "-foo.service", "foo@.service", "root:root", "1.2.3.4/8", "[::]:80", "eth0",
		"block-*", "/dev/null rw", "/dev/sda 100", "/dev/sda 1M", "ingress:/x", "cgroup:inet:a:b", "A=b c=d", "a,b", "x y z", "null", "journal",
		"none", "auto", "default", "user.x=y", "id:data", "id:/path", "id*", "root=verity", "*", "~", "-", "%n.service", "%N", "%i", "%k", "%",
		"/bin/sh -c 'x'", "-/bin/false", "@/bin/a b", "!!/bin/true", "|true", "+x", "true; false", "/a /b", "-/a +/b -+/c", "/a:/b", "a/b", "any",
		"tcp:80", "ipv4:tcp:1-2", "localhost", "8080", "0.0.0.0:8080", "@abstract", "vsock::1234", "kobject-uevent 1", "/run/x", "/var/run/x", "lo",
	}} {
		values = append(values, list...)
	}
	var cases []oracle.Case
	seen := map[string]bool{}
	for _, section := range oracle.Sections() {
		for _, d := range directive.Section(section) {
			_, own := keyGrammars[d.Key]
			if !own && !slices.Contains(namesTypes, string(d.Type)) || d.Status != directive.StatusActive && d.Status != directive.StatusAlias ||
				strings.HasSuffix(d.Key, "Overridable") { // which systemd warns of, whatever the value
				continue
			}
			name := section + "." + d.Key
			step, count := 1, 60
			if (oracle.Case{Section: section, Key: d.Key}).SharesUnit() {
				count = 1000
			}
			if seen[d.Key] { // the same in another section
				step, count = 25, 2
			}
			seen[d.Key] = true
			var few []string
			for i := random.IntN(step); i < len(values); i += step {
				few = append(few, values[i])
			}
			cases = append(cases, cross(name, few)...)
			for range count {
				value := ""
				for range 1 + random.IntN(6) {
					value += gridTokens[random.IntN(len(gridTokens))]
				}
				cases = append(cases, cross(name, []string{value})...)
			}
		}
	}
	compareGrid(t, cases)
}
