package value

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/unitvet/unitvet/lint/directive"
)

// verdict is what Check is expected to say of a value.
type verdict struct {
	in string
	// at are the parts that have problems, with their kinds; none for an accepted value.
	at    []string
	kinds []ProblemKind
}

// fineWith are accepted values.
func fineWith(values ...string) []verdict {
	var out []verdict
	for _, v := range values {
		out = append(out, verdict{in: v})
	}
	return out
}

// wrong is a value with one problem.
func wrong(in, at string, kind ProblemKind) verdict {
	return verdict{in: in, at: []string{at}, kinds: []ProblemKind{kind}}
}

// holds compares what Check says with what is expected, for all directives
// "Section.Key" and a release.
func holds(t *testing.T, directives string, release int, unit string, verdicts ...verdict) {
	t.Helper()
	name, err := ParseName(unit)
	if err != nil {
		t.Fatal(err)
	}
	for directiveName := range strings.FieldsSeq(directives) {
		section, key, _ := strings.Cut(directiveName, ".")
		d, ok := directive.Lookup(section, key)
		if !ok {
			t.Errorf("unknown directive %s", directiveName)
			continue
		}
		for _, v := range verdicts {
			problems := Check(d, v.in, Context{Unit: name}, release)
			var at []string
			var kinds []ProblemKind
			for _, p := range problems {
				at, kinds = append(at, p.Span.Of(v.in)), append(kinds, p.Kind)
				if p.Text == "" || p.Text[0] >= 'A' && p.Text[0] <= 'Z' && !strings.HasPrefix(p.Text, key) || strings.HasSuffix(p.Text, ".") {
					t.Errorf("%s=%s: text %q", key, v.in, p.Text)
				}
			}
			same(t, directiveName+"="+v.in+" (parts)", at, v.at)
			same(t, directiveName+"="+v.in+" (kinds)", kinds, v.kinds)
		}
	}
}

func TestCheckPaths(t *testing.T) {
	const unit = "foo@bar-baz.service"
	holds(t, "Service.TTYPath Service.RootDirectory Unit.SourcePath Path.PathExists Mount.Where", 262, unit, append(
		fineWith("/", "/a b", "/a//b/./c/", "/é", "%t/x", "/%i", "%h", "/%%x", "/..", "/../x"),
		wrong("a", "a", PathNotAbsolute),
		wrong("/a/../b", "..", PathNotNormalized),
		wrong("/%i/..", "..", PathNotNormalized),
		wrong("%i", "%i", PathNotAbsolute),
		wrong("/x%k", "%k", UnknownSpecifier),
		wrong("/"+a(256), a(256), PathTooLong),
		wrong("/"+a(4095), "/"+a(4095), TooLong),
	)...)
	holds(t, "Service.TTYPath", 252, unit, wrong("/../x", "..", PathNotNormalized), wrong("%D/x", "%D", UnknownSpecifier))
	holds(t, "Service.TTYPath", 262, "plain.service", fineWith("%i")...)
	holds(t, "Path.PathExists", 262, "plain.service", wrong("%i", "%i", PathNotAbsolute))
	// What the instance is, nobody knows.
	holds(t, "Service.TTYPath", 262, "foo@.service", append(fineWith("%i", "%I/x", "/%i/.."), wrong("a%i", "a%i", PathNotAbsolute))...)
	holds(t, "Service.WorkingDirectory", 262, unit, append(fineWith("~", "-~", "-/x", "/x", "%S/x"),
		wrong("~/x", "~/x", PathNotAbsolute), wrong("--/x", "-/x", PathNotAbsolute), wrong("-", "", PathNotAbsolute), wrong("$HOME", "$HOME", PathNotAbsolute))...)
	holds(t, "Service.EnvironmentFile", 262, unit, append(fineWith("/x", "-/x", "/a b", "/etc/default/*", "-%E/x"),
		wrong(`"/x"`, `"/x"`, PathNotAbsolute), wrong("--/x", "-/x", PathNotAbsolute), wrong("-x", "x", PathNotAbsolute))...)
	holds(t, "Service.PIDFile", 262, unit, append(fineWith("/run/x", "x", "x/y", ".", "%n.pid"),
		wrong("../x", "..", PathNotNormalized), wrong("/dev/x", "/dev/x", PathInAPI), wrong("%k", "%k", UnknownSpecifier))...)
	holds(t, "Service.PIDFile", 252, unit, fineWith("/dev/x")...)
	holds(t, "Service.ReadWritePaths Service.InaccessiblePaths", 262, unit, append(fineWith("/a -/b +/c -+/d", `"/a b" /c\ d`),
		wrong("/a +-/b /c", "-/b", PathNotAbsolute),
		verdict{`/a b "c d" /e`, []string{"b", "c d"}, []ProblemKind{PathNotAbsolute, PathNotAbsolute}},
		wrong(`/a "/b`, `"/b`, UnbalancedQuote))...)
	holds(t, "Unit.RequiresMountsFor", 262, unit, verdict{"/a b /c %k", []string{"b", "%k"}, []ProblemKind{PathNotAbsolute, UnknownSpecifier}})
	holds(t, "Socket.Symlinks", 262, unit, append(fineWith("/a /b"), wrong("/a b c", "b", PathNotAbsolute))...)
	holds(t, "Service.ExecSearchPath", 262, unit, append(fineWith("/a:/b", "/a b:/c"), wrong("/a:b:c", "b", PathNotAbsolute), wrong("/a::/b", "", PathNotAbsolute))...)
	holds(t, "Service.TemporaryFileSystem", 262, unit, append(fineWith("/a", "/a:ro,mode=%k", `"/a:x y"`), wrong("/a:ro b:rw", "b", PathNotAbsolute))...)
}

func TestCheckPathLists(t *testing.T) {
	const unit = "foo.service"
	holds(t, "Service.StateDirectory Service.RuntimeDirectory", 262, unit, append(fineWith("a", "a/b c", "a:b", "a:b:ro", "a::ro", "%n", `a\:b`),
		wrong("/a", "/a", PathNotRelative), wrong("a private/b", "private/b", PathReserved), wrong("a:/b", "/b", PathNotRelative),
		wrong("a:b:rw", "rw", BadOption), wrong("a ..", "..", PathNotNormalized))...)
	holds(t, "Service.StateDirectory", 252, unit, append(fineWith("a:b:rw", "a:b:"), wrong(":", ":", MissingPath))...)
	holds(t, "Service.ConfigurationDirectory", 262, unit, append(fineWith("a", "a:"), wrong("a:b", "b", BadOption))...)
	holds(t, "Service.BindPaths", 262, unit, append(fineWith("/a", "-/a:/b", "/a:/b:rbind /c:/d:norbind", "/a  /b", "/a:/b:", `/a\:b:/c`, `"/a b:/c d"`, "  /usr/bin  /usr/lib     /lib64   "),
		wrong("a", "a", PathNotAbsolute), wrong("/a:b", "b", PathNotAbsolute), wrong("/a:", "", PathNotAbsolute),
		wrong("/a:/b:ro", "ro", BadOption), wrong("/a:/b:rbind:", "/a:/b:rbind:", TooManyParts), wrong("/a /b:%k", "%k", UnknownSpecifier))...)
	holds(t, "Service.BindPaths", 257, unit, append(fineWith("/a:/b:rbind /c", `"/a b":/c`),
		wrong("/a  /b", "", PathNotAbsolute), wrong("/a:/b:rbind:x", "rbind:x", BadOption),
		verdict{"a:b", []string{"a", "b"}, []ProblemKind{PathNotAbsolute, PathNotAbsolute}})...)
	holds(t, "Service.MountImages", 262, unit, append(fineWith("/a:/b", "-/a:/b:ro", "/a:/b:root:ro:usr:rw", "/dev/x:/b", ":", `""`),
		wrong("/a", "/a", MissingPath), wrong("/a:/b:foo:ro", "foo", BadPartition), wrong("/sys/x:/b", "/sys/x", PathInAPI),
		verdict{"/a:/b:foo:ro:usr:%k", []string{"foo", "%k"}, []ProblemKind{BadPartition, UnknownSpecifier}})...)
	holds(t, "Service.MountImages", 252, unit, fineWith("/sys/x:/b", "/a:/b:root-other:ro")...)
	holds(t, "Service.ExtensionImages", 262, unit, append(fineWith("/a", "-/a:ro", "/a:usr:ro"), wrong("/dev/x", "/dev/x", PathInAPI))...)
	holds(t, "Service.RootImageOptions", 262, unit, append(fineWith("ro", "root:ro usr:rw,nodev", "root:", "%n"),
		wrong("foo:ro usr:ro", "foo", BadPartition), wrong("usr:ro a:b:c", "a:b:c", TooManyParts))...)
	holds(t, "Service.OpenFile", 262, unit, append(
		fineWith("/proc/1/ns/mnt:host-mount-namespace:read-only", "/proc/1/ns/mnt", "/proc/1/ns/mnt:host-mount-namespace", "/proc/1/ns/mnt::read-only",
			"/x:y:append", "/x:y:truncate", "/x:y:graceful", "/x:y:read-only,graceful", "/x:y:", "/%k"),
		wrong("../file.dat:file:read-only", "../file.dat", PathNotAbsolute), wrong("/x:y:rw", "rw", BadOption), wrong("/x:y:read-only,append", "read-only,append", BadOption),
		wrong("/x:y:append,truncate", "append,truncate", BadOption), wrong("/x:y:read-only,read-only", "read-only,read-only", BadOption),
		wrong("/x:y:read-only:other", "/x:y:read-only:other", TooManyParts), wrong("/", "/", BadFDName), wrong("/é", "é", BadFDName))...)
	holds(t, "Mount.What Swap.What", 262, unit, fineWith("UUID=x", "/dev/x", "any thing", "%n")...)
	holds(t, "Mount.What", 262, unit, wrong(a(4096), a(4096), PathTooLong))
	holds(t, "Swap.What", 252, unit, wrong("UUID=x", "UUID=x", PathNotAbsolute))
}

func TestCheckImagePolicies(t *testing.T) {
	both := append(fineWith("*", "~", "-", "root=verity+signed", "root=verity:usr=absent:=ignore", "root=", "root=-", "= verity ", " =open"),
		wrong("pfft", "pfft", BadImagePolicy), wrong("öäüß", "öäüß", BadImagePolicy), wrong(":", "", BadImagePolicy), wrong("root=verity:", "", BadImagePolicy),
		wrong("root=verity:root=encrypted", "root", BadImagePolicy))
	holds(t, "Service.RootImagePolicy Service.MountImagePolicy", 257, "foo.service", append(both,
		wrong("a=", "a", BadImagePolicy), wrong("=a", "a", BadImagePolicy), wrong("==", "=", BadImagePolicy), wrong("root=grbl", "grbl", BadImagePolicy), wrong("wowza=grbl", "wowza", BadImagePolicy))...)
	holds(t, "Service.ExtensionImagePolicy", 262, "foo.service", append(both, fineWith("a=", "=a", "==", "root=grbl", "wowza=grbl", "root=ext4")...)...)
}

func TestCheckUsers(t *testing.T) {
	holds(t, "Service.User Service.Group Socket.SocketUser", 262, "foo.service", append(
		fineWith("root", "lennart", "LENNART", "_kkk", "kkk-", "kk-k", "eff.eff", "eff.", "-kkk", "rööt", ".eff", ".1", ".65535", ".-1", "...", "some5", "5some",
			"INNER5NUMBER", "piff.paff@ad.domain.example", "Dāvis", "a b", "0", "1", "65534", "65536", "4294967294", "%u", "%U", "%p", "a$"),
		wrong("65535", "65535", BadUserName), wrong("4294967295", "4294967295", BadUserName), wrong("4294967296", "4294967296", BadUserName), wrong("007", "007", BadUserName),
		wrong("-1", "-1", BadUserName), wrong("0123456789012345678901234567890123456789", "0123456789012345678901234567890123456789", BadUserName),
		wrong("aaa:bbb", "aaa:bbb", BadUserName), wrong("a/b", "a/b", BadUserName), wrong(".", ".", BadUserName), wrong("..", "..", BadUserName), wrong("a\tb", "a\tb", BadUserName),
		wrong("%i", "%i", BadUserName), wrong("a%k", "%k", UnknownSpecifier),
	)...)
	holds(t, "Service.User", 262, "foo@.service", fineWith("%i", "u-%i")...)
	holds(t, "Service.SupplementaryGroups", 262, "foo.service", append(fineWith("a b 1", `a\ b`, `"a`), wrong("a b:c d:e", "b:c", BadUserName), wrong(`a \`, `\`, TrailingBackslash))...)
}

func TestCheckUnitNames(t *testing.T) {
	const unit = "foo@bar.service"
	holds(t, "Unit.After Unit.Wants Unit.BindsTo", 262, unit, append(
		fineWith("a.service b.target", "-.mount", "%n", "a@%i.service", "a@.service", `a\x2db.device`, "foo@bar@baz.service", "%p-x.socket"),
		verdict{"a.service b c.foo", []string{"b", ".foo"}, []ProblemKind{NameMissingType, NameUnknownType}},
		wrong("a.service,b.service", ",", NameBadCharacter), wrong(`"a.service"`, `"`, NameBadCharacter),
		wrong("a@b.mount", "a@b.mount", NameNoInstances), wrong("%I.service", "%I", UnknownSpecifier), wrong(a(248)+".service", a(248)+".service", NameTooLong),
		wrong("a@.mount", "a@.mount", NameNoInstances),
	)...)
	holds(t, "Unit.After", 262, "foo@.service", append(fineWith("%i", "a@%i.service", "a@.service"), wrong("a b.service", "a", NameMissingType))...)
	holds(t, "Unit.After", 262, a(200)+".service", wrong(a(50)+"@.service", a(50)+"@.service", NameTooLong))
	holds(t, "Service.Sockets", 262, unit, append(fineWith("a.socket b.socket", `a\.socket`), wrong("a.socket b.service", "b.service", NameWrongType), wrong("a.socket %k.socket", "%k", UnknownSpecifier))...)
	holds(t, "Socket.Service", 262, "foo.socket", append(fineWith("a.service", "a@b.service", "%p.service"), wrong("a.target", "a.target", NameWrongType), wrong("a@.service", "a@.service", NameEmpty), wrong("a b.service", " ", NameBadCharacter))...)
	holds(t, "Service.Slice", 262, unit, append(fineWith("a.slice", "-.slice", "a-b.slice", "system-%p.slice"), wrong("a.service", "a.service", NameWrongType), wrong("a@b.slice", "a@b.slice", NameNoInstances))...)
	holds(t, "Slice.Slice", 262, "a-b.slice", wrong("a.slice", "a.slice", NameWrongType))
	holds(t, "Timer.Unit Path.Unit", 262, "foo.timer", append(fineWith("a.service", "foo.service", "a@.service", "b.target"), wrong("foo.timer", "foo.timer", NameSelf), wrong("%n", "%n", NameSelf), wrong("a", "a", NameMissingType))...)
	holds(t, "Install.WantedBy Install.Also Install.Alias", 262, unit, fineWith("anything at all", "%k")...)
}

func TestCheckAddresses(t *testing.T) {
	common := append(
		fineWith("65535", "8888", "0x50", "[2001:0db8:0000:85a3:0000:0000:ac1f:8001]:8888", "[::1]:8888", "[::1]:1234%%lo", "[::1]:1234%%xxxxasdf", "192.168.1.254:8888",
			"vsock:2:1234", "vsock::1234"),
		wrong("junk", "junk", BadAddress), wrong("192.168.1.1", "192.168.1.1", BadAddress), wrong(".168.1.1", ".168.1.1", BadAddress), wrong("989.168.1.1:80", "989.168.1.1", BadAddress),
		wrong("192.168.1.1:65536", "65536", BadPort), wrong("192.168.1.1:0", "0", BadPort), wrong("0", "0", BadPort), wrong("65536", "65536", BadPort),
		wrong("[::1]", "[:", BadAddress), wrong("[::1]8888", "[:", BadAddress), wrong("::1", "::1", BadAddress), wrong("[::1]:0", "0", BadPort), wrong("[::1]:65536", "65536", BadPort),
		wrong("[a:b:1]:8888", "[a:b:1]", BadAddress), wrong("[::1]%%lo:1234", "lo:1234", BadInterface), wrong("[::1]:0%%lo", "0", BadPort), wrong("[::1]:1234%%lo%%lo", "lo%%lo", BadInterface),
		wrong("vsock:2:1234x", "1234x", BadPort), wrong("vsock:2x:1234", "2x", BadAddress), wrong("vsock:2", "2", BadAddress), wrong("*:80", "*", BadAddress), wrong("localhost:80", "localhost", BadAddress),
		wrong("1.2.3.4:80#x", "1.2.3.4:80#x", BadAddress), wrong("%k", "%k", UnknownSpecifier))
	holds(t, "Socket.ListenStream Socket.ListenDatagram", 262, "foo.socket", common...)
	unix := append(fineWith("/foo/bar", "@abstract", "%t/x", "@%n", "@"+a(106), "/var/run/"+a(102), "@/"),
		wrong("/", "/", BadAddress), wrong("@", "@", BadAddress), wrong("@"+a(107), "@"+a(107), PathTooLong), wrong("/var/run/"+a(103), "/var/run/"+a(103), PathTooLong))
	holds(t, "Socket.ListenStream Socket.ListenSequentialPacket", 262, "foo.socket", unix...)
	holds(t, "Socket.ListenSequentialPacket", 262, "foo.socket", wrong("8888", "8888", BadAddressFamily), wrong("vsock:2:1", "vsock:2:1", BadAddressFamily))
	holds(t, "Socket.ListenStream", 262, "foo@.socket", fineWith("%i", "127.0.0.1:%i")...)
	holds(t, "Socket.ListenStream", 262, "foo.socket", append(fineWith("vsock-stream:2:1", "vsock:any:1", "vsock:host:1"), wrong("vsock:2:4294967295", "4294967295", BadPort))...)
	holds(t, "Socket.ListenStream", 252, "foo.socket", append(fineWith("vsock:2:4294967295"), wrong("vsock:host:1", "host", BadAddress), wrong("vsock-stream:2:1", "vsock-stream:2", BadAddress))...)
	holds(t, "Socket.ListenNetlink", 262, "foo.socket", append(fineWith("route", "route 10", "kobject-uevent", "kobject-uevent \t 10", "kobject-uevent\t10", "5"),
		wrong("junk", "junk", BadNetlinkFamily), wrong("kobject-uevent -1", "-1", BadAddress), wrong("route 1 2", "1 2", BadAddress))...)
	holds(t, "Socket.ListenFIFO Socket.ListenMessageQueue Socket.ListenUSBFunction", 262, "foo.socket", append(fineWith("/x"), wrong("x", "x", PathNotAbsolute), wrong("/dev/x", "/dev/x", PathInAPI))...)
	holds(t, "Socket.ListenSpecial", 262, "foo.socket", fineWith("/dev/x")...)
}

func TestCheckNetwork(t *testing.T) {
	holds(t, "Service.IPAddressAllow Slice.IPAddressDeny", 262, "foo.service", append(
		fineWith("any", "localhost", "link-local multicast", "1.2.3.4", "1.2.3.4/0", "10.0.0.0/8 ::1/128", "::/0", "x.LOCALHOST."),
		wrong("1.2.3.4/33", "33", BadPrefix), wrong("::1/129", "129", BadPrefix), wrong("any x 1.2.3", "x", BadPrefix).and("1.2.3", BadPrefix), wrong("1.2.3.4/", "", BadPrefix),
		wrong("fe80::1%lo", "fe80::1%lo", BadPrefix), wrong("1.2.3.4,5.6.7.8", "1.2.3.4,5.6.7.8", BadPrefix))...)
	holds(t, "Service.SocketBindAllow Service.SocketBindDeny", 262, "foo.service", append(
		fineWith("any", "0-65535", "ipv4", "ipv6", "ipv4:any", "tcp", "udp:any", "0", "6666", "6666-6667", "65535", "ipv4:tcp", "ipv6:6666", "tcp:6666", "ipv6:udp:6666-6667", "ipv6:tcp:0", "TCP:1"),
		wrong(":", "", BadSocketBind), wrong("any:", "", BadSocketBind), wrong("meh", "meh", BadSocketBind), wrong("zupa:meh:eh", "zupa", BadSocketBind), wrong("ip", "ip", BadSocketBind),
		wrong("ipv6meh", "ipv6meh", BadSocketBind), wrong("ipv6::", "", BadSocketBind), wrong("ipv6:ipv6", "ipv6", BadSocketBind), wrong("ipv6:icmp", "icmp", BadSocketBind), wrong("65536", "65536", BadSocketBind),
		wrong("ipv6:tcp:6666-6665", "6666-6665", BadSocketBind), wrong("ipv6:tcp:6666-100000", "6666-100000", BadSocketBind), wrong("ipv6:tcp:any:ipv6", "ipv6", BadSocketBind),
		wrong("ipv6:tcp:6666 zupa", "6666 zupa", BadSocketBind))...)
	holds(t, "Service.SocketBindAllow", 252, "foo.service", wrong("0", "0", BadSocketBind))
	names := append(fineWith("foo", "eth0", "a99", "99a", "foo.bar", "xxxxxxxxxxxxxxx"),
		wrong("0", "0", BadInterface), wrong("99", "99", BadInterface), wrong(".", ".", BadInterface), wrong("..", "..", BadInterface), wrong("x:y", "x:y", BadInterface), wrong("all", "all", BadInterface), wrong("0x1", "0x1", BadInterface))
	holds(t, "Socket.BindToDevice Service.BindNetworkInterface Service.RestrictNetworkInterfaces", 262, "foo.service", names...)
	holds(t, "Socket.BindToDevice", 262, "foo.socket", append(fineWith("*", "%p"), wrong(a(16), a(16), BadInterface), wrong("a b", "a b", BadInterface))...)
	holds(t, "Socket.BindToDevice", 257, "foo.socket", wrong("%p", "%p", BadInterface))
	holds(t, "Service.RestrictNetworkInterfaces", 262, "foo.service", append(fineWith("lo eth0", "~lo", a(127), "~ lo"), wrong("lo a:b", "a:b", BadInterface), wrong(a(128), a(128), BadInterface))...)
	holds(t, "Service.RestrictNetworkInterfaces", 252, "foo.service", wrong(a(16), a(16), BadInterface))
}

// and adds a problem to a verdict.
func (v verdict) and(at string, kind ProblemKind) verdict {
	v.at, v.kinds = append(v.at, at), append(v.kinds, kind)
	return v
}

func TestCheckWords(t *testing.T) {
	holds(t, "Service.BusName", 262, "foo.service", append(fineWith("a.b", "org.freedesktop.DBus", ":1.2", "_a._b", "a-b.c", "org.%p"),
		wrong("a", "a", BadBusName), wrong("a..b", ".", BadBusName), wrong("a.", "a.", BadBusName), wrong("a.1b", "1", BadBusName), wrong("a.b c", " ", BadBusName), wrong(a(200)+"."+a(60), a(200)+"."+a(60), TooLong))...)
	holds(t, "Unit.Documentation", 262, "foo.service", append(
		fineWith("https://www.freedesktop.org/wiki/Software/systemd", "file:/foo/foo", "man:systemd.special(7) info:bar", "man:%n", `"http://x y"`, "http://x man:y"),
		wrong("man:x foo: info:", "foo:", BadURL).and("info:", BadURL), wrong("man:é", "man:é", BadURL), wrong(`man:x "y`, `"y`, UnbalancedQuote))...)
	holds(t, "Socket.FileDescriptorName", 262, "foo.socket", append(fineWith("a b", "%n", a(255)), wrong("a:b", ":", BadFDName), wrong("é", "é", BadFDName))...)
	holds(t, "Socket.XAttrListen", 262, "foo.socket", append(fineWith("user.a=b", "user.a=", "user.%p=%n"), wrong("user.a", "user.a", BadXattr), wrong("a=b", "a=b", BadXattr), wrong("user.a=%k", "%k", UnknownSpecifier))...)
	holds(t, "Service.SELinuxContext Service.AppArmorProfile Service.SmackProcessLabel", 262, "foo.service", append(fineWith("a", "-a b", "-", "%n"), wrong("-x%k", "%k", UnknownSpecifier))...)
	holds(t, "Service.LogNamespace", 262, "foo.service", append(fineWith("a", "a.b@c:d", "%p"), wrong("a/b", "a/b", BadName), wrong("a*", "a*", BadName), wrong(a(223), a(223), BadName))...)
	holds(t, "Service.DelegateSubgroup", 262, "foo.service", append(fineWith("a", "init.scope", "cgroup", "cpux.y"), wrong("cpu.max", "cpu.max", BadName), wrong("_a", "_a", BadName), wrong("tasks", "tasks", BadName), wrong("a/b", "a/b", BadName))...)
	holds(t, "Unit.RebootArgument Unit.JobTimeoutRebootArgument", 262, "foo.service", append(fineWith("a b", "%n"), wrong("é", "é", BadName), wrong(a(256), a(256), BadName))...)
	holds(t, "Service.RebootArgument", 262, "foo.service", fineWith("é")...)
	holds(t, "Service.LUOSession", 262, "foo.service", append(fineWith("a b"), wrong("a b a", "a", BadName), wrong("a b:c", "b:c", BadName))...)
	holds(t, "Service.OOMRules", 262, "foo.service", append(fineWith(`a "b c"`), wrong("a b*", "b*", BadName), wrong("a/b c", "a/b", BadName))...)
	holds(t, "Service.StandardInputText", 262, "foo.service", append(fineWith(`a\n`, `\x25\x25k`), wrong(`a\q`, `\q`, UnknownEscape), wrong(`\x25k`, `\x25k`, UnknownSpecifier), wrong(`\000`, `\0`, UnknownEscape), wrong(`\ud800`, `\u`, UnknownEscape))...)
	holds(t, "Service.StandardInput", 262, "foo.service", append(fineWith("null", "tty-force", "fd:", "fd:x", "file:/x", "data", "file"), wrong("file:x", "x", PathNotAbsolute), wrong("append:/x", "append:/x", BadOption), wrong("fd:a:b", ":", BadFDName), wrong("nil", "nil", BadOption))...)
	holds(t, "Service.StandardOutput Service.StandardError", 262, "foo.service", append(fineWith("journal+console", "syslog", "append:%t/x", "truncate:/x", "inherit"), wrong("append:x", "x", PathNotAbsolute), wrong("tty-force", "tty-force", BadOption))...)
	holds(t, "Service.StandardOutput", 239, "foo.service", wrong("append:/x", "append:/x", BadOption))
}

func TestCheckCredentials(t *testing.T) {
	names := append(fineWith("foo:/x", "foo:bar", a(255)+":/x", "%n:/x"),
		wrong(":/x", "", BadCredential), wrong(".:/x", ".", BadCredential), wrong("..:/x", "..", BadCredential), wrong("foo/bar:/x", "foo/bar", BadCredential), wrong(a(256)+":/x", a(256), TooLong))
	holds(t, "Service.LoadCredential Service.LoadCredentialEncrypted Service.SetCredential", 262, "foo.service", names...)
	holds(t, "Service.LoadCredential", 262, "foo.service", append(fineWith("foo", "foo:", "foo:/a/"),
		wrong("foo:/a/../b", "/a/../b", PathNotNormalized), wrong("foo:a/b", "a/b", BadCredential), wrong("foo:/a//b", "/a//b", PathNotNormalized), wrong("foo:%k", "%k", UnknownSpecifier))...)
	holds(t, "Service.SetCredential", 262, "foo.service", append(fineWith("foo:a b", `foo:a\n\x00`, "foo:%k"),
		wrong("foo", "foo", BadCredential), wrong("foo:", "foo:", BadCredential), wrong(`foo:\q`, `\q`, UnknownEscape))...)
	holds(t, "Service.SetCredentialEncrypted", 262, "foo.service", append(fineWith("foo:YWJj", "foo:Y WJ j"), wrong("foo:YW!j", "!", BadEncodedData))...)
	holds(t, "Service.ImportCredential", 262, "foo.service", append(fineWith("foo", "foo*", "x*", "*", "foo*:bar", a(255), a(254)+"*"),
		wrong(".", ".", BadCredential), wrong("foo/bar", "foo/bar", BadCredential), wrong("?", "?", BadCredential), wrong("*a", "*", BadCredential), wrong("a[abc]", "[", BadCredential), wrong("foo:b/c", "b/c", BadCredential))...)
	holds(t, "Service.ImportCredential", 254, "foo.service", wrong("foo:bar", ":", BadCredential))
}

func TestCheckDevices(t *testing.T) {
	holds(t, "Service.DeviceAllow Slice.DeviceAllow", 262, "foo.service", append(fineWith("/dev/null", "/dev/null rwm", "block-*", "char-pts r", "/run/systemd/inaccessible/chr", `"/dev/a b" rw`, "/../dev/x"),
		wrong("/x", "/x", BadDevice), wrong("x rw", "x", BadDevice), wrong("/dev/x r w", "r w", BadDeviceAccess), wrong("/dev/../x", "..", PathNotNormalized), wrong("%k r", "%k", UnknownSpecifier))...)
	holds(t, "Service.IODeviceWeight", 262, "foo.service", append(fineWith("/dev/x 1", "/x 10000", "rel 5"), wrong("/dev/x", "/dev/x", MissingLimit), wrong("/x 0", "0", BadDeviceLimit), wrong("/x 10001", "10001", BadDeviceLimit), wrong("/x 1 2", "1 2", BadDeviceLimit))...)
	holds(t, "Service.IOReadBandwidthMax Service.IOWriteIOPSMax", 262, "foo.service", append(fineWith("/dev/x 1K", "/x 1.5M", "/x infinity"), wrong("/x 0", "0", BadDeviceLimit), wrong("/x y", "y", BadDeviceLimit))...)
	holds(t, "Service.IODeviceLatencyTargetSec", 262, "foo.service", append(fineWith("/dev/x 10ms", "/x 0"), wrong("/x 1 parsec", "parsec", BadTimespan))...)
	holds(t, "Service.BPFProgram", 262, "foo.service", append(fineWith("ingress:/x", ":egress:/x"), wrong("x:/x", "x", BadAttachType), wrong("ingress:x", "x", PathNotAbsolute), wrong("ingress", "ingress", MissingPath))...)
	sets := append(fineWith("cgroup:inet:t:s", "user:ip:a012/_.:s group:arp:x:y"),
		wrong("address:inet:t:s", "address", BadNFTSet), wrong("cgroup:x:t:s", "x", BadNFTSet), wrong("cgroup:inet:1xyz:s", "1xyz", BadNFTSet), wrong("cgroup:inet:t:abc?", "abc?", BadNFTSet), wrong("cgroup:inet:t", "cgroup:inet:t", BadNFTSet))
	holds(t, "Service.NFTSet", 262, "foo.service", append(sets, fineWith("cgroup:inet:t:"+a(255))...)...)
	holds(t, "Service.NFTSet", 257, "foo.service", append(sets, wrong("cgroup:inet:t:"+a(32), a(32), BadNFTSet))...)
}

func TestCheckEnvironment(t *testing.T) {
	holds(t, "Service.Environment", 262, "foo.service", append(fineWith("A=b C=", `"A=b c"`, "A%p=b", "A=%%", `A\x3db`),
		wrong("A=b c D=e", "c", MissingEquals), wrong("1A=b", "1A", BadVariableName), wrong("A%%=b", "A%%", BadVariableName), wrong(`A=\xff`, `\xff`, InvalidEncoding), wrong(`A=\uffff`, `\uffff`, InvalidEncoding), wrong(`A=b \q`, `\q`, UnknownEscape))...)
	holds(t, "Service.PassEnvironment", 262, "foo.service", append(fineWith("A B"), wrong("A B=c", "B=c", BadVariableName))...)
	holds(t, "Service.UnsetEnvironment", 262, "foo.service", append(fineWith("A B=c"), wrong("A-B C", "A-B", BadVariableName))...)
}

func TestCheckExec(t *testing.T) {
	both := append(fineWith("/RValue r1", "/RValue///slashes r1///", "@/RValue///slashes2 ///argv0 r1", "-@/RValue argv0 r1 ; /goo/goo boo", "-@/RValue argv0 r1 ; ; /goo/goo boo",
		"-@/RValue argv0 r1 ;", `/bin/find \;`, `/sbin/find \; /x`, `"/PATH WITH SPACES/daemon" -1 -2`, `"/PATH\sWITH\sSPACES/daemon" '-1 -2'`, `/path\s`, "/bin/echo $X ${Y}", "/bin/a$X", "%t/x %n", "echo x", "/../bin/x"),
		wrong("/RValue/ argv0 r1", "/RValue/", DirectoryCommand), wrong("@/RValue", "@/RValue", MissingArgv0), wrong("--/RValue argv0 r1", "-", PrefixConflict), wrong("-@-/RValue argv0 r1", "-", PrefixConflict),
		wrong(`/path 'foo`, "'foo", UnbalancedQuote), wrong("- /path", "-", EmptyCommand), wrong("-", "-", EmptyCommand), wrong("bin/true", "bin/true", RelativeCommand), wrong("$SHELL", "$SHELL", VariableCommand).none(),
		wrong("${SHELL}/x", "${SHELL}/x", VariableCommand), wrong("/bin/echo a%k", "%k", UnknownSpecifier), wrong("/bin/%k", "%k", UnknownSpecifier), wrong(`/bin/grep '\w+'`, `\w`, UnknownEscape))
	holds(t, "Service.ExecStart Socket.ExecStartPre", 262, "foo.service", append(both, append(fineWith("|echo a | b", "!!/bin/true"), wrong("/bin/x*", "*", UnsafeCommand), wrong("/bin/..", "/bin/..", DirectoryCommand))...)...)
	holds(t, "Service.ExecStart", 257, "foo.service", append(both, append(fineWith("/bin/x*", "|echo"), wrong("|/bin/echo", "|/bin/echo", RelativeCommand))...)...)
	holds(t, "Service.ExecStart", 252, "foo.service", fineWith("/bin/..")...)
	holds(t, "Service.ExecStart", 238, "foo.service", wrong("echo x", "echo", RelativeCommand), wrong(":/bin/true", ":/bin/true", RelativeCommand))
	holds(t, "Service.ExecStart", 262, "foo@.service", fineWith("%i", "/%i/x", "%I x")...)
}

// none makes of a verdict one that accepts the value.
func (v verdict) none() verdict { return verdict{in: v.in} }

func TestCheckOtherReleases(t *testing.T) {
	// What a release does not know, or does nothing with, it does not read.
	holds(t, "Service.OpenFile", 252, "foo.service", fineWith("junk")...)
	holds(t, "Service.BlockIOReadBandwidth", 258, "foo.service", fineWith("junk")...)
	holds(t, "Service.BlockIOReadBandwidth", 257, "foo.service", wrong("junk", "junk", MissingLimit))
}

func FuzzCheckNames(f *testing.F) {
	var directives []*directive.Directive
	for _, section := range directive.Sections() {
		known := directive.Section(section)
		for i := range known {
			directives = append(directives, &known[i])
		}
	}
	for i, v := range gridPaths() {
		f.Add(i*7, v, i%4)
	}
	for i, v := range gridTokens {
		f.Add(i*13, v+":"+v, i%4)
	}
	f.Fuzz(func(t *testing.T, index int, text string, context int) {
		d := directives[uint(index)%uint(len(directives))]
		unit := Context{User: context&2 != 0}
		unit.Unit, _ = ParseName([]string{"foo.service", "foo@.service", "a-b@x.timer", ""}[uint(context)%4])
		for _, release := range []int{1, 230, 252, 257, 262} {
			for _, p := range Check(d, text, unit, release) {
				if p.Span.Start < 0 || p.Span.Start > p.Span.End || p.Span.End > len(text) {
					t.Errorf("%s=%q: span %v of %v", d.Key, text, p.Span, p)
				}
				if p.Text == "" || !utf8.ValidString(p.Text) && utf8.ValidString(text) {
					t.Errorf("%s=%q: text %q", d.Key, text, p.Text)
				}
			}
		}
	})
}
