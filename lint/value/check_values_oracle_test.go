package value

import (
	"bytes"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/unitvet/unitvet/lint/directive"
	"github.com/unitvet/unitvet/lint/linttest/oracle"
)

// valueTypes are the types of values that this file tries.
var valueTypes = []directive.Type{
	directive.TypeAddressFamilySet, directive.TypeArchitectureList, directive.TypeBase64, directive.TypeBase64OrPath, directive.TypeBoolean,
	directive.TypeCPUSet, directive.TypeCPUWeight, directive.TypeCalendar, directive.TypeCapabilitySet, directive.TypeConditionPath,
	directive.TypeConditionString, directive.TypeDelegate, directive.TypeEnum, directive.TypeErrno, directive.TypeExitStatus,
	directive.TypeExitStatusOrSignalSet, directive.TypeFileSystemSet, directive.TypeFlags, directive.TypeHexOrPath, directive.TypeInteger,
	directive.TypeIntegerRange, directive.TypeJournalFields, directive.TypeLong, directive.TypeMemoryLimit, directive.TypeMode,
	directive.TypeNamespaceSet, directive.TypeNice, directive.TypeOOMScoreAdjust, directive.TypePercent, directive.TypeRegexp,
	directive.TypeResourceLimit, directive.TypeSignal, directive.TypeSizeIEC, directive.TypeSizeOrPercent, directive.TypeString,
	directive.TypeStringList, directive.TypeSystemCallSet, directive.TypeTasksMax, directive.TypeTimeSpan, directive.TypeTimeSpanNanoseconds,
	directive.TypeTristate, directive.TypeUnsigned, directive.TypeUnsignedOrInfinity, directive.TypeWeight,
}

// commonValues are tried with every directive.
var commonValues = strings.Split(
	"0|1|-1|+1|2|3|4|5|6|7|8|9|10|15|-17|-18|16|19|20|21|-20|-21|39|40|41|60|62|63|64|65|99|100|101|127|128|255|256|257|999|1000|1001|-1000|"+
		"-1001|4095|4096|7777|10000|8191|8192|10001|32767|32768|65535|65536|262143|262144|262145|2147483647|2147483648|-2147483648|-2147483649|"+
		"4294967295|4294967296|9223372036854775807|9223372036854775808|-9223372036854775808|-9223372036854775809|18446744073709551615|"+
		"18446744073709551616|99999999999999999999|-0|+0|00|-00|0x10|0X1F|0x|0xg|-0x10|+0x10|0b101|0B11|0b2|0b|-0b1|+0b1|0b-1|0b0b1|0o17|0O7|0o8|"+
		"0o|0o0o7|-0o7|010|08|007|0755|0o755|1.5|1.|.5|.|1e3|1_000|1,000|1 2|- 1|+-1|--1|++1|+|-|1K|1k|1M|1m|1G|1T|1P|1E|1B|1b|1KB|1Ki|1KiB|1 K|"+
		"1K500|1G 500M|1G500M|500M 1G|1K 1K|1.5G|1.5.5|1.5 G|1.G|.5G|15E|16E|17E|15.9E|16383P 1023T|0K|0.1K|-1K|+1K|0x1K|1.99999999999999999999K|"+
		"1.-5K|1.+5K|1 K 2|100%|50%|0%|101%|0.5%|33.33%|33.333%|33.%|.5%|0.01%|5‰|5.5‰|5.55‰|1000‰|1001‰|50‱|5.5‱|10000‱|10001‱|-5%|+5%|5%%|%|5 %|0x10%|"+
		"21474836.47%|21474836.48%|infinity|Infinity|infinity | infinity|infinit|infinityy|off|none|all|idle|auto|max|default|any|yes|no|true|false|on|Yes|"+
		"NO|TRUE|y|n|t|f|Y|F|yess|ye|1 |y es|\"yes\"|'1'|\"1|1\\|\\1|1;|1#|1 # comment|１|٣|\u00a05|5\u00a0|\v5|5\v|\f5|é|~|~1|!|!1|[1]|*|?|a,b|a:b|a=b|x", "|")

// spanValues are tried where time spans are taken.
func spanValues() []string {
	return append(timespans(250), "1s", "999ms", "1000ms", "999999us", "1us", "584542y", "584541y", "18446744073709551614us", "1ns", "5 nsec")
}

// typeValues are tried with the directives of a type.
var typeValues = map[directive.Type][]string{
	directive.TypeCalendar: calendarExpressions(900, 99),
	directive.TypeTimeSpan: spanValues(), directive.TypeTimeSpanNanoseconds: spanValues(), directive.TypeResourceLimit: append(spanValues(),
		"1:2", "2:1", "1:1", "infinity:infinity", "infinity:1", "1:infinity", "1:", ":1", ":", "::", "1:2:3", "1:2:", "1::2", "1 :2", "1: 2", `"1":2`, `1\:2`,
		"1K:2K", "1M:1K", "5s:10s", "10s:5s", "5min:1h", "1.5s", "+5", "-5", "+19", "+20", "-20", "-21", "+0", "-0", "+1:-1", "-1:+1", "40:0", "0:40", "41", "+-5", "++5",
		"18446744073709551614", "unlimited", "1:1\\", "1\\:", "99999:99999K"),
	directive.TypeSignal: signalValues, directive.TypeExitStatusOrSignalSet: append(signalValues, "0 1 2", "1 SIGTERM", "TEMPFAIL", "tempfail", "SUCCESS FAILURE",
		"SIGTERM SIGFOO 1", "KSM", "MEMORY_THP", "EXEC NOPERM", "OSERR 300", "1,2", "250 SIGKILL", `"1 2"`, `1\ 2`, `1 \`, "CHDIR", "203/EXEC"),
	directive.TypeErrno: {"EPERM", "eperm", "EAGAIN", "EWOULDBLOCK", "EDEADLK", "EDEADLOCK", "ENOTSUP", "EOPNOTSUPP", "EFTYPE", "kill", "KILL", "EFOO", "EPERM ENOENT", "E", "EHWPOISON"},
	directive.TypeCPUSet: {"0-3", "3-0", "0-", "-3", "0-3-5", "0,1", "0, 1", "0,,1", ",0", "0,", "0-3,5-7", "0-8191", "0-8192", "8192", "8191", "0-0", "0x1-0x3", "numa", "numa 1", "all", "all 1",
		"0-x", "x-1", "0 - 3", `"0-3"`, `"0 1"`, `0\-3`, "0-4294967295", "5-4294967296", "1 2-1 3", "2-1 x", "x 2-1", `0 "1`, "%i", "%n", "%p 1", "%%", "%!", "%z", "0%%", "0;1", "9000 x", "0-9000 5"},
	directive.TypeCapabilitySet: {"CAP_SYS_ADMIN", "cap_sys_admin", "~CAP_SYS_ADMIN", "~", "~ CAP_KILL", "CAP_FOO", "SYS_ADMIN", "CAP_KILL CAP_FOO", `"CAP_KILL`, `CAP_KILL\`, "63", "62", "41", "~~CAP_KILL", "CAP_KILL,CAP_CHOWN"},
	directive.TypeSystemCallSet: {"read", "read write", "~read", "~", "~ read", "@system-service", "~@clock", "@sandbox", "@foo", "foo", "read foo", "read:EPERM", "~read:EPERM", "~read:kill", "~read:0", "~read:4095",
		"~read:4096", "~read:EFOO", "~read:", "~:EPERM", "~@clock:EPERM", "~read:-1", "~foo:EPERM", "~@foo:1", "read:kill", ":", "~:", "READ", `"read"`, `read\`, `re\ad`, "~~read", "mseal", "uretprobe", "file_getattr",
		"uprobe", "riscv_hwprobe", "_llseek", "mmap2", "s390_runtime_instr", "arm_fadvise64_64", "@known", "@obsolete", "@default", "read,write", "~read:EPERM:EIO", "read:", "oldstat", "fstatat", "socketcall"},
	directive.TypeArchitectureList: {"native", "x86", "x86-64", "x86_64", "x32", "arm", "arm64", "aarch64", "mips", "mips64", "mips64-n32", "mips-le", "mips64-le", "mips64-le-n32", "parisc", "parisc64", "ppc", "ppc64",
		"ppc64-le", "riscv64", "riscv32", "s390", "s390x", "loongarch64", "sparc64", "native x86", "native foo", `"native"`, `"native`, "sh", "m68k", "NATIVE"},
	directive.TypeNamespaceSet: {"cgroup", "ipc", "net", "mnt", "pid", "user", "uts", "time", "~user", "~", "~ net", "user net", "net foo", "foo net", "~foo", "NET", "mount", "~time", "~~net", "net,ipc", `"net"`, `net\`, "net user", "~net user"},
	directive.TypeAddressFamilySet: {"AF_UNIX", "AF_INET AF_INET6", "~AF_PACKET", "~", "none", "~none", "none AF_INET", "AF_FOO", "AF_UNIX AF_FOO", "AF_FOO AF_BAR", "af_unix", "UNIX", "AF_LOCAL", "AF_FILE", "AF_UNSPEC",
		"AF_NETLINK", "AF_MCTP", "AF_VSOCK", "AF_QIPCRTR", `"AF_UNIX"`, `"AF_UNIX`, "AF_MAX", "AF_DECnet", "AF_DECNET", "~AF_INET ~AF_INET6", "AF_UNIX,AF_INET", "AF_ECONET", "AF_WANPIPE"},
	directive.TypeFileSystemSet: {"ext4", "@common-block", "~@network", "@foo", "ext4 @foo", "~", "foo", "@known", `"ext4`, "@", "~@foo", "@basic-api ext4", "@temporary", "@security", "@privileged-api", "@historical-block"},
	directive.TypeDelegate:      {"cpu", "cpu memory", "cpu foo", "foo", "foo bar", "bpf-firewall", "bpf-bind-network-interface", "cpuacct", "devices", "bpf-restrict-network-interfaces", `"cpu`, "CPU", "yes cpu", "io pids", "~cpu"},
	directive.TypeFlags: {"cpu", "cpu foo", "foo", "foo bar", "private-anonymous", "private-anonymous shared-dax", "elf-headers", "0x33", "33", "ff", "FF", "xyz", "all 33", "default foo", "noroot", "noroot foo", "keep-caps-locked",
		"extensions", "credentials extensions", "~extensions", "~", "~foo", "extensions foo", "any,foo", "Hash", "hash", "a,b", "mapcreate", "map-create", "MapCreate", "ffffffffffffffff", "fffffffffffffffff", "+33", "-33", "0xfff", "0b1"},
	directive.TypeMode:   {"0", "7", "8", "644", "0644", "00644", "07777", "7777", "10000", "07778", "u+x", "+644", "-644", "0x1ff", "0o644", "644 ", "rwxr-xr-x", "777777777777777777777777", "37777777777", "\v644", " 644", "00000000000000000644"},
	directive.TypeBase64: base64Values, directive.TypeBase64OrPath: append(base64Values, "base64:aGFsbG8=", "base64:", "base64: aGFs", "base64:a", "/foo", "foo/bar", "BASE64:aGFs", "/", "base64:aGF=bG8="),
	directive.TypeHexOrPath: {"/foo", "foo", "abcdef", strings.Repeat("ab", 16), strings.Repeat("AB", 16), strings.Repeat("ab", 15), strings.Repeat("ab", 15) + "a", strings.Repeat("ab", 32), strings.Repeat("ab", 16) + "g",
		strings.Repeat("ab ", 16), strings.Repeat("a b", 16) + "a", "0x" + strings.Repeat("ab", 16), "/", "//foo/../bar", "./foo", strings.Repeat("ab", 16) + "c"},
	directive.TypeJournalFields: {"FOO=bar", "FOO=bar BAR=foo", `"FOO=bar baz"`, "foo=bar", "_FOO=bar", "1FOO=bar", "FOO_1=bar", "=bar", "FOO", "FOO=", "FOO=a=b", "F-O=bar", `FOO=a\x41`, `FOO=a\q`, `"FOO=a`, "FOO=bar foo=x BAR=y",
		strings.Repeat("A", 64) + "=x", strings.Repeat("A", 65) + "=x", "FOO=%n", "FOO=%z", "%p=x", "FOO=%% 100%", "FÖ=x", "A B=c", `FOO=a\`, "FOO=%i %j=x", `\x46OO=x`},
	directive.TypeRegexp: regexValues(),
	directive.TypeConditionPath: {"/foo", "|/foo", "!/foo", "|!/foo", "!|/foo", "| /foo", "! /foo", "foo", "|foo", "|", "!", "||/foo", "!!/foo", "/foo/../bar", "/foo/./bar//", "/../foo", "/%i", "/%n", "%t/foo", "%z", "/foo%z", "/foo%%",
		"/" + strings.Repeat("a", 255), "/" + strings.Repeat("a", 256), "/" + strings.Repeat("a/", 2046) + "a", "/" + strings.Repeat("a/", 2047) + "aa", "/foo*", "~/foo", "./foo", "%h/foo", "%T", "%H", "/foo bar", `"/foo"`},
	directive.TypeConditionString: {"foo", "|foo", "!foo", "| ! foo", "|!", "%z", "%i", "%n", "a%z", "%%", "%", "100%", "!%v", "|%u", "| %Z", "x86-64", "kvm", ">=5.10", ">= 5.10", "selinux", "$= 5.*"},
	directive.TypeString:          {"foo", "foo bar", "%n", "%z", "%i", "100%", "%%", "%", `a\tb`, `"`, "a%", "%-", "%ü", "%A%B%C%D%E%F%G", "%a%b%c%d%e%f", "%y%Y%q%w%W%v%V%u%U%s%S%t%T", "%h%H%g%G%l%L%m%M%o", "%J%j%I%i%P%p%N%n", "%k", "%1", "%_", "% d"},
	directive.TypeMemoryLimit:     {"1M", "0", "0K", "0.5", "64", "1.5G", "50%", "0%", "0.00%", "0.01%", "100%", "100.01%", "1T", "16E", "18446744073709551614", "infinity", "max", "1Gi", "1G 1M", "5 %", "1 G"},
	directive.TypeTasksMax:        {"0", "1", "0%", "10%", "100%", "101%", "18446744073709551614", "infinity", "0x10", "-1", "0.5%"},
	directive.TypeStringList:      {"a", "a b", "a a", `"a`, `a"b"c`, `a\b`, `a\`, "a/b", ".", "..", "a:b", "a*b", "ü", strings.Repeat("a", 255), strings.Repeat("a", 256), `"a b"`, "a\tb", "a\x01b"},
}

// signalValues name signals, or fail to.
var signalValues = strings.Split("SIGTERM|TERM|sigterm|SIG|SIGSIGTERM|SIGTERMX|9|0|64|65|31|32|33|34|RTMIN|RTMAX|SIGRTMIN|SIGRTMAX|RTMIN+0|RTMIN+1|RTMIN+30|RTMIN+31|RTMIN-1|RTMIN1|"+
	"RTMIN+ 1|RTMIN+0x1|RTMIN+x|RTMIN+|RTMAX-0|RTMAX-30|RTMAX-31|RTMAX+1|SIGRTMIN+5|SIGRTMAX-5|RTMIN+-1|RTMAX--1|STKFLT|POLL|IO|CLD|CHLD|IOT|ABRT|EMT|INFO|PWR|LOST|UNUSED|SYS|HUP|WINCH|TSTP|"+
	"SIGCLD|SIGPOLL|SIGIOT|-9|+9|0x9|SIG9|SIGNULL", "|")

// base64Values are Base64 data, or fail to be.
var base64Values = strings.Split("aGFsbG8=|aGFsbG8|aGFsbA==|aGFsbB==|aGFs|aGFsbG9=|a|aa|aaa|aaaa|====|=|a=|a===|aa=a|aa==|aaa=a|aaaa=|aGFs bG8=|aG Fs bG 8 =|aGFsbG8 =|a-_a|aGF*|aGFsbG8=aGFs|AAAA|AA==|AB==|AAA=|AAB=|+/+/", "|")

// regexValues returns regular expressions, good ones and bad ones.
func regexValues() []string {
	values := strings.Split(`a¦~a¦~¦~~a¦.*¦(a¦a)¦(a)¦(a|b)¦(|)¦()¦[a¦[a]¦[]a]¦[^]a]¦[]¦[^]¦[z-a]¦[a-z]¦[a-]¦[-a]¦[a-\d]¦[\d-z]¦[[:alpha:]]¦[[:foo:]]¦[[:^digit:]]¦[:alpha:]¦[[.a.]]¦[[=a=]]¦*a¦+a¦?a¦a**¦a*+¦a*?¦a+?+¦a{1}¦a{1,2}¦a{2,1}¦a{65535}¦a{65536}¦a{,3}¦a{¦a{1¦a{x}¦{1}¦^*¦^+a¦(*a)¦(?:a)¦(?a)¦(?i)a¦(?i:a)¦(?x)a # (¦(?#c)a¦(?#c¦(?=a)¦(?!a)¦(?<=a)¦(?<!a)¦(?<=a*)b¦(?>a)¦(?<n>a)\k<n>¦(?P<n>a)¦(?'n'a)¦(?<n>a)(?<n>b)¦(?P=n)¦(?R)¦(?1)¦(?<n¦\1¦(a)\1¦(a)\2¦\0¦\8¦\10¦\g{1}¦\k<n>¦\¦a\¦\\¦\d\w\s\D\W\S¦\b\B\A\Z\z\G¦\Q(\E¦\Q(¦\E¦\x41¦\x{41}¦\x{110000}¦\x{¦\o{101}¦\o¦\p{L}¦\p{Foo}¦\pL¦\p¦\X\R\h\H\v\V\K\N¦\N{U+41}¦\cA¦\c¦\j¦\y¦\i¦\u¦\U¦\l¦\L¦\F¦\I¦\J¦\M¦\O¦\T¦\Y¦\m¦\q¦\a\e\f\n\r\t¦\-\.\/\_\é¦[\b]¦[\j]¦[\B]¦[\]¦[a\]¦[\Q]\E]¦(?(1)a|b)(c)¦(?(1)a|b|c)¦(?(DEFINE)a)¦(?|(a)|(b))¦(?C)¦(?C1)a¦(?-i)a¦(?i-s:a)¦(?^)a¦(?z)a¦(?¦(¦((¦(()¦())¦)¦a|b|¦|¦||¦|*¦a|*¦(*)¦(*ACCEPT)a¦(*FOO)a¦(*UTF)a¦^error.*$¦.*(foo|bar).*¦[0-9]{1,3}\.[0-9]+¦\$¦$*¦\b*¦(?=a)*¦(?!a)+¦a++b¦a{2}{3}¦a{2}*¦a{2}+¦x{0}¦[a-c-e]¦[a-c-]¦[--a]¦[+--]¦[!--]¦[%--]¦[a\-z]¦[\x41-\x5a]¦[[a]¦[[:alpha:]-z]¦[a-[:alpha:]]¦é+¦~(¦~[a¦(?<1>a)¦(?<a-b>c)¦(?<>a)¦a(?#b)*¦a(?i)*¦(?i)*¦(?:)*¦(a*)*¦(a{2,3}`, "¦")
	r := rand.New(rand.NewPCG(21, 22))
	pieces := strings.Split(`a¦b¦(¦)¦[¦]¦*¦+¦?¦{2}¦{1,3}¦|¦^¦$¦.¦\d¦\.¦(?:¦(?=¦[a-z]¦[^x]¦\\¦-`, "¦")
	for range 400 {
		s := ""
		for range 1 + r.IntN(7) {
			s += pieces[r.IntN(len(pieces))]
		}
		values = append(values, s)
	}
	return values
}

// directivesOf returns the directives of the types that are read unlike others of
// their key in another file, one per key unless all is set.
func directivesOf(types []directive.Type, all bool) []*directive.Directive {
	var found []*directive.Directive
	seen := map[string]bool{}
	for _, section := range oracle.Sections() {
		for i, d := range directive.Section(section) {
			name := d.Key + string(d.Type)
			if !slices.Contains(types, d.Type) || !all && seen[name] || d.Status == directive.StatusUnsupported || keyGrammars[d.Key] != nil {
				continue
			}
			seen[name] = true
			found = append(found, &directive.Section(section)[i])
		}
	}
	return found
}

// valuesFor returns the values to try with a directive.
func valuesFor(d *directive.Directive) []string {
	values := append(slices.Clone(commonValues), typeValues[d.Type]...)
	if d.Type == directive.TypeEnum {
		values = append(values, vocabularies()...)
	}
	for _, v := range d.Values() {
		values = append(values, v.Word, strings.ToUpper(v.Word), v.Word+"x", v.Word[1:], v.Word+" "+v.Word, strings.ReplaceAll(v.Word, "-", "_"))
	}
	values = append(values, mutants(values, d.Key)...)
	for i, v := range values {
		values[i] = strings.Trim(v, blanks)
	}
	slices.Sort(values)
	return slices.DeleteFunc(slices.Compact(values), func(v string) bool { return v == "" })
}

// mutants returns values with something more, less or other in them, the same in every
// run.
func mutants(values []string, key string) []string {
	n, seed := 20, uint64(0)
	if s := os.Getenv("ORACLE_MUTANTS"); s != "" {
		n, _ = strconv.Atoi(s)
	}
	for _, c := range key {
		seed = seed*31 + uint64(c)
	}
	r := rand.New(rand.NewPCG(seed, 1))
	pieces := strings.Split("0|1|9|-|+|.|,|:|~|!|%|%%|%n|%z|K|M|%|s|x|0x|_|@|/|..|=|\"|'|\\|\\\\| |  |a|A|é|#|;|*|[|]|(|)|$|inf", "|")
	out := make([]string, n)
	for i := range out {
		runes := []rune(values[r.IntN(len(values))])
		for range 1 + r.IntN(3) {
			at := r.IntN(len(runes) + 1)
			switch r.IntN(4) {
			case 0:
				runes = append(runes[:at:at], runes[min(at+1, len(runes)):]...)
			case 1:
				runes = append(append(runes[:at:at], ' '), []rune(values[r.IntN(len(values))])...)
			default:
				runes = slices.Insert(runes, at, []rune(pieces[r.IntN(len(pieces))])...)
			}
		}
		out[i] = string(runes)
	}
	return out
}

// vocabularies returns the words of all enumerations.
func vocabularies() []string {
	var words []string
	for _, section := range directive.Sections() {
		for _, d := range directive.Section(section) {
			if d.Type == directive.TypeEnum || d.Type == directive.TypeFlags {
				for _, v := range d.Values() {
					words = append(words, v.Word)
				}
			}
		}
	}
	slices.Sort(words)
	return slices.Compact(words)
}

func TestOracleValues(t *testing.T) {
	_, release := oracle.Tool(t, "systemd-analyze")
	var cases []oracle.Case
	for _, d := range directivesOf(valueTypes, os.Getenv("ORACLE_SECTIONS") != "") {
		if !d.In(release) || d.Key == "DynamicUser" { // a bad value of which ends the reading
			continue
		}
		for _, v := range valuesFor(d) {
			cases = append(cases, oracle.Case{Section: d.Section, Key: d.Key, Value: v})
		}
	}
	exceptions := oracle.LoadExceptions(t)
	count, wrong, excepted, shown := map[directive.Type]int{}, map[directive.Type]int{}, 0, map[string]int{}
	verdicts := oracle.Judge(t, cases)
	for i, c := range cases {
		unit, _ := ParseName(c.UnitName(i))
		d, _ := directive.Lookup(c.Section, c.Key)
		problems := slices.DeleteFunc(Check(d, c.Value, Context{Unit: unit}, release), func(p *Problem) bool {
			return p.Effect == Accepted && p.Kind != DeprecatedWord && p.Kind != WeekdayConflict
		})
		count[d.Type]++
		if (verdicts[i] != oracle.Silent) == (len(problems) > 0) {
			continue
		}
		if exceptions.Cover(c, release) {
			excepted++
			continue
		}
		wrong[d.Type]++
		if shown[c.Key]++; shown[c.Key] > 50 {
			continue
		}
		t.Errorf("[%s] %s=%.120q: systemd %d %v; problems: %v", c.Section, c.Key, c.Value, release, verdicts[i], problems)
	}
	total := 0
	for _, name := range valueTypes {
		t.Logf("%-28s %6d cases, %d disagreements", name, count[name], wrong[name])
		total += count[name]
	}
	t.Logf("%d cases of systemd %d, %d of them excepted", total, release, excepted)
}

// TestOracleConditions asks systemd which conditions it cannot evaluate.
func TestOracleConditions(t *testing.T) {
	analyze, release := oracle.Tool(t, "systemd-analyze")
	values := map[string][]string{
		"ACPower":        {"yes", "foo", "1", "TRUE", "2"},
		"FirstBoot":      {"no", "maybe"},
		"CPUs":           {"1", ">=1", ">= 1", "=> 1", "<>1", "x", ">=", "-1", "0x1", "!=4", "==1", "$=1"},
		"Memory":         {"1G", ">=1G", ">= 1G", "lots", "1GB", "<5M", "<= 1.5G", "50%"},
		"KernelVersion":  {"5.*", ">=5.10", ">= 5.10", ">=5.10 <99", ">=0 <", "<", "", `">= 5"`, `>="5`, "=", "!=1", "$=*", "!$=x*", "= >= 5"},
		"OSRelease":      {"ID=debian", "ID = debian", "ID= debian", "ID", "VERSION_ID>=1", "ID$=deb*", "1D=x", "=x", `"ID=debian"`, "ID=debian VERSION_ID<999", `ID="debian`},
		"MemoryPressure": {"5%", "5", "5%/10sec", "5%/1min", "5%/2min", "101%", "5% / 5min", "5%/", "x"},
		"Capability":     {"CAP_KILL", "cap_kill", "CAP_FOO", "5", "63", "62"},
		"Firmware":       {"uefi", "foo", "smbios-field(bios_vendor = x)", "smbios-field(x)", "smbios-field(bios_vendor >)", "smbios-field(bios_vendor = a b)", "smbios-field(", "smbios-field(a/b = c)"},
	}
	for name, list := range values {
		d, _ := directive.Lookup("Unit", "Condition"+name)
		for _, v := range list {
			if v == "" {
				continue
			}
			cmd := exec.Command(analyze, "condition", d.Key+"="+v)
			cmd.Env = append(os.Environ(), "SYSTEMD_LOG_LEVEL=debug")
			out, _ := cmd.CombinedOutput() // fails when the condition does not hold
			if !bytes.Contains(out, []byte("test.service: ")) {
				t.Skip("systemd-analyze condition does not say what it tests here")
			}
			refused := bytes.Contains(out, []byte("Couldn't determine result"))
			problems := Check(d, v, Context{}, release)
			counted := slices.ContainsFunc(problems, func(p *Problem) bool { return strings.HasSuffix(p.Text, "counts as failed") })
			if refused != counted {
				t.Errorf("%s=%s: refused by systemd %d: %v; problems: %v", d.Key, v, release, refused, problems)
			}
		}
	}
}
