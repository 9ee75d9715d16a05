package value

import (
	"slices"
	"strings"
	"testing"

	"github.com/unitvet/unitvet/lint/directive"
)

// finding is a problem with a part of a value.
type finding struct {
	Kind ProblemKind
	Part string
}

func TestCheckValues(t *testing.T) {
	const newest = directive.Latest
	one := func(kind ProblemKind, part string) []finding { return []finding{{kind, part}} }
	tests := []struct {
		section, key, value string
		release             int
		want                []finding
	}{
		{"Service", "RemainAfterExit", "yes", newest, nil},
		{"Service", "RemainAfterExit", "TRUE", newest, nil},
		{"Service", "RemainAfterExit", "yess", newest, one(BadBoolean, "yess")},
		{"Service", "RemainAfterExit", "yes # always", newest, one(BadBoolean, "yes # always")},
		{"Service", "MountAPIVFS", "auto", newest, one(BadBoolean, "auto")},

		{"Service", "Nice", "-20", newest, nil},
		{"Service", "Nice", "0x13", newest, nil},
		{"Service", "Nice", "0b11", newest, nil},
		{"Service", "Nice", "-0b11", newest, one(BadNumber, "-0b11")},
		{"Service", "Nice", "-0b11", 257, nil},
		{"Service", "Nice", "20", newest, one(OutOfRange, "20")},
		{"Service", "Nice", "5 ", newest, one(BadNumber, "5 ")},
		{"Service", "OOMScoreAdjust", "-1001", newest, one(OutOfRange, "-1001")},
		{"Service", "CPUSchedulingPriority", "99", newest, nil},
		{"Service", "CPUSchedulingPriority", "100", newest, one(OutOfRange, "100")},
		{"Service", "IOSchedulingPriority", "8", newest, one(OutOfRange, "8")},
		{"Swap", "Priority", "-1", newest, nil},
		{"Swap", "Priority", "32768", newest, one(OutOfRange, "32768")},
		{"Socket", "Priority", "-40000", newest, nil},
		{"Socket", "Backlog", "4294967296", newest, one(OutOfRange, "4294967296")},
		{"Socket", "Backlog", "-1", newest, one(OutOfRange, "-1")},
		{"Socket", "MessageQueueMaxMessages", "9223372036854775808", newest, one(OutOfRange, "9223372036854775808")},
		{"Unit", "FailureActionExitStatus", "256", newest, one(OutOfRange, "256")},
		{"Slice", "ConcurrencyHardMax", "infinity", newest, nil},
		{"Slice", "ConcurrencyHardMax", "many", newest, one(BadNumber, "many")},
		{"Service", "IOWeight", "0", newest, one(OutOfRange, "0")},
		{"Service", "CPUWeight", "idle", newest, nil},
		{"Service", "CPUWeight", "idle", 251, one(BadNumber, "idle")},
		{"Service", "CPUShares", "1", 257, one(OutOfRange, "1")},
		{"Service", "CPUShares", "1", newest, nil},
		{"Service", "UMask", "0022", newest, nil},
		{"Service", "UMask", "0o22", newest, one(BadNumber, "0o22")},
		{"Service", "UMask", "u=rwx", newest, one(BadNumber, "u=rwx")},
		{"Service", "UMask", "10000", newest, one(OutOfRange, "10000")},

		{"Socket", "ReceiveBuffer", "1.5M 512K", newest, nil},
		{"Socket", "ReceiveBuffer", "512K 1M", newest, one(BadSize, "512K 1M")},
		{"Socket", "ReceiveBuffer", "1MiB", newest, one(BadSize, "1MiB")},
		{"Socket", "ReceiveBuffer", "16E", newest, one(OutOfRange, "16E")},
		{"Socket", "MessageQueueMessageSize", "1K", newest, nil},
		{"Socket", "MessageQueueMessageSize", "1K", 257, one(BadNumber, "1K")},
		{"Service", "StateDirectoryQuota", "off", newest, nil},
		{"Service", "StateDirectoryQuota", "on", newest, one(BadSize, "on")},
		{"Service", "MemoryMax", "50%", newest, nil},
		{"Service", "MemoryMax", "infinity", newest, nil},
		{"Service", "MemoryMax", "0", newest, one(OutOfRange, "0")},
		{"Service", "MemoryLow", "0", newest, nil},
		{"Service", "MemoryMax", "150%", newest, one(BadSize, "150%")},
		{"Service", "MemoryMax", "512MB", newest, one(BadSize, "512MB")},
		{"Service", "TasksMax", "0", newest, one(OutOfRange, "0")},
		{"Service", "TasksMax", "33.3%", newest, nil},
		{"Service", "CPUQuota", "200%", newest, nil},
		{"Service", "CPUQuota", "20", newest, one(BadPercentage, "20")},
		{"Service", "CPUQuota", "0%", newest, one(OutOfRange, "0%")},
		{"Service", "ManagedOOMMemoryPressureLimit", "101%", newest, one(OutOfRange, "101%")},
		{"Service", "ManagedOOMMemoryPressureLimit", "5‰", newest, nil},

		{"Service", "RestartSec", "1h 5min", newest, nil},
		{"Service", "RestartSec", "5 minutess", newest, one(BadTimespan, "s")},
		{"Service", "RestartSec", "1h, 5min", newest, one(BadTimespan, ", 5min")},
		{"Service", "RestartSec", "-1", newest, one(OutOfRange, "-1")},
		{"Service", "RestartSec", "5%i", newest, one(BadTimespan, "5%i")},
		{"Timer", "OnBootSec", "%i", newest, one(BadTimespan, "%i")},
		{"Timer", "OnBootSec", "%x", newest, one(UnknownSpecifier, "%x")},
		{"Service", "ManagedOOMMemoryPressureDurationSec", "500ms", newest, one(OutOfRange, "500ms")},
		{"Service", "TimerSlackNSec", "50ns", newest, nil},
		{"Service", "TimeoutSec", "50ns", newest, one(BadTimespan, "50ns")},

		{"Service", "LimitNOFILE", "1024:infinity", newest, nil},
		{"Service", "LimitNOFILE", "64K", newest, one(BadLimit, "64K")},
		{"Service", "LimitNOFILE", "2048:1024", newest, one(SoftOverHard, "2048:1024")},
		{"Service", "LimitNOFILE", "1:2:3", newest, one(BadLimit, "1:2:3")},
		{"Service", "LimitNOFILE", "unlimited", newest, one(BadLimit, "unlimited")},
		{"Service", "LimitCORE", "1:x", newest, one(BadLimit, "x")},
		{"Service", "LimitNICE", "+20", newest, one(OutOfRange, "+20")},
		{"Service", "LimitNICE", "infinity", newest, one(BadLimit, "infinity")},
		{"Service", "LimitCPU", "5min:1h", newest, nil},

		{"Service", "KillSignal", "SIGRTMIN+3", newest, nil},
		{"Service", "KillSignal", "TERM", newest, nil},
		{"Service", "KillSignal", "SIGFOO", newest, one(BadSignal, "SIGFOO")},
		{"Service", "KillSignal", "RTMAX-31", newest, one(OutOfRange, "RTMAX-31")},
		{"Service", "SuccessExitStatus", "TEMPFAIL 250 SIGKILL", newest, nil},
		{"Service", "SuccessExitStatus", "1 256 FOO", newest, []finding{{BadExitStatus, "256"}, {BadExitStatus, "FOO"}}},
		{"Service", "SystemCallErrorNumber", "eperm", newest, nil},
		{"Service", "SystemCallErrorNumber", "0", newest, one(OutOfRange, "0")},
		{"Service", "SystemCallErrorNumber", "EFTYPE", 257, one(BadErrno, "EFTYPE")},

		{"Service", "Type", "notify", newest, nil},
		{"Service", "Type", "Notify", newest, one(UnknownWord, "Notify")},
		{"Service", "Type", "notify-reload", 252, one(UnknownWord, "notify-reload")},
		{"Service", "PrivateTmp", "disconnected", newest, nil},
		{"Service", "PrivateTmp", "disconnected", 252, one(UnknownWord, "disconnected")},
		{"Service", "ProtectHome", "1", newest, nil},
		{"Service", "KillMode", "none", newest, one(DeprecatedWord, "none")},
		{"Service", "SyslogLevel", "7", newest, nil},
		{"Service", "SyslogLevel", "8", newest, one(UnknownWord, "8")},
		{"Service", "CPUSchedulingPolicy", "4", newest, one(OutOfRange, "4")},
		{"Service", "ProtectHostname", "private:web1", newest, nil},
		{"Service", "ProtectHostname", "private:-web", newest, one(BadText, "-web")},
		{"Service", "ProtectHostname", "private", 257, one(UnknownWord, "private")},
		{"Socket", "SocketProtocol", "SCTP", newest, nil},
		{"Socket", "SocketProtocol", "132", newest, nil},
		{"Socket", "SocketProtocol", "tcp", newest, one(UnknownWord, "tcp")},
		{"Socket", "Timestamping", "µs", newest, nil},
		{"Service", "BPFDelegateMaps", "BPFMapTypeHash,foo", newest, one(UnknownWord, "foo")},
		{"Service", "CoredumpFilter", "all 0x33", newest, nil},
		{"Service", "CoredumpFilter", "all zz", newest, one(UnknownWord, "zz")},
		{"Service", "SecureBits", "noroot nosuch", newest, one(UnknownWord, "nosuch")},
		{"Service", "DisableControllers", "cpu foo", newest, one(UnknownWord, "foo")},
		{"Service", "RefreshOnReload", "~extensions", newest, nil},

		{"Service", "CPUAffinity", "0-3, 5", newest, nil},
		{"Service", "CPUAffinity", "3-0", newest, one(BadCPURange, "3-0")},
		{"Service", "CPUAffinity", "x y", newest, []finding{{BadCPURange, "x"}, {BadCPURange, "y"}}},
		{"Service", "CPUAffinity", "x y", 257, one(BadCPURange, "x")},
		{"Service", "NUMAMask", "all", newest, nil},
		{"Service", "Delegate", "cpu foo", newest, one(UnknownController, "foo")},
		{"Service", "CapabilityBoundingSet", "~cap_sys_admin CAP_FOO", newest, one(UnknownCapability, "CAP_FOO")},
		{"Service", "SystemCallFilter", "@system-service read", newest, nil},
		{"Service", "SystemCallFilter", "@system-servic reed", newest, []finding{{UnknownSystemCall, "@system-servic"}, {UnknownSystemCall, "reed"}}},
		{"Service", "SystemCallFilter", "~@clock:EPERM read:5x", newest, one(BadErrno, "5x")},
		{"Service", "SystemCallFilter", "read:EPERM", newest, one(ErrnoNotAllowed, ":EPERM")},
		{"Service", "SystemCallFilter", "mseal", 252, one(UnknownSystemCall, "mseal")},
		{"Service", "SystemCallArchitectures", "native amd64", newest, one(UnknownArchitecture, "amd64")},
		{"Service", "RestrictNamespaces", "~user net", newest, nil},
		{"Service", "RestrictNamespaces", "user mount", newest, one(UnknownNamespace, "mount")},
		{"Service", "DelegateNamespaces", "net user", newest, one(UnknownNamespace, "user")},
		{"Service", "RestrictAddressFamilies", "AF_UNIX INET", newest, one(UnknownAddressFamily, "INET")},
		{"Service", "RestrictAddressFamilies", "none", newest, nil},
		{"Service", "RestrictFileSystems", "ext4 @common-blok", newest, one(UnknownFileSystemGroup, "@common-blok")},

		{"Unit", "Description", "100 % of %n", newest, nil},
		{"Unit", "Description", "at %x", newest, one(UnknownSpecifier, "%x")},
		{"Service", "StandardInputData", "aGFsbG8=", newest, nil},
		{"Service", "StandardInputData", "aGFsbG8", newest, one(BadEncodedData, "aGFsbG8")},
		{"Service", "StandardInputData", "a-_a", newest, nil},
		{"Service", "StandardInputData", "a-_a", 252, one(BadEncodedData, "-")},
		{"Service", "RootHash", strings.Repeat("0a", 16), newest, nil},
		{"Service", "RootHash", "0a0a", newest, one(BadEncodedData, "0a0a")},
		{"Service", "RootHashSignature", "base64:aG=", newest, one(BadEncodedData, "aG=")},
		{"Service", "LogExtraFields", `FOO=%n "BAR=a b"`, newest, nil},
		{"Service", "LogExtraFields", "foo=bar FOO", newest, []finding{{BadJournalField, "foo"}, {BadJournalField, "FOO"}}},
		{"Service", "LogFilterPatterns", `~^(GET|POST) /health`, newest, nil},
		{"Service", "LogFilterPatterns", `(unclosed`, newest, one(BadPattern, "(")},
		{"Service", "LogFilterPatterns", `~`, newest, one(BadPattern, "~")},
		{"Install", "DefaultInstance", "a/b", newest, one(NameBadCharacter, "/")},

		{"Unit", "ConditionPathExists", "|!/etc/passwd", newest, nil},
		{"Unit", "ConditionPathExists", "! /etc/passwd", newest, one(PathNotAbsolute, " /etc/passwd")},
		{"Unit", "ConditionPathExists", "!etc", newest, one(PathNotAbsolute, "etc")},
		{"Unit", "ConditionVirtualization", "| !container", newest, nil},
		{"Unit", "ConditionVirtualization", "conatiner", newest, one(BadCondition, "conatiner")},
		{"Unit", "ConditionArchitecture", "!amd64", newest, one(BadCondition, "amd64")},
		{"Unit", "ConditionSecurity", "tpm2", newest, nil},
		{"Unit", "ConditionSecurity", "measured-os", 257, one(BadCondition, "measured-os")},
		{"Unit", "ConditionKernelVersion", ">= 5.10 <6", newest, nil},
		{"Unit", "ConditionKernelVersion", ">=5.10 <", newest, one(BadCondition, ">=5.10 <")},
		{"Unit", "ConditionMemory", ">=2G", newest, nil},
		{"Unit", "ConditionMemory", "lots", newest, one(BadCondition, "lots")},
		{"Unit", "ConditionHost", "%x", newest, one(UnknownSpecifier, "%x")},

		{"Timer", "OnCalendar", "Mon..Fri *-*-* 09:00", newest, nil},
		{"Timer", "OnCalendar", "9am", newest, one(BadCalendar, "am")},
		{"Timer", "OnCalendar", "daily CEST", newest, one(UnknownTimeZone, "CEST")},
		{"Timer", "OnCalendar", "Tue 2026-01-01", newest, one(WeekdayConflict, "Tue 2026-01-01")},
		{"Timer", "OnCalendar", "Tue 2026-01-01", 257, nil},
	}
	for _, test := range tests {
		t.Run(test.key+"="+test.value, func(t *testing.T) {
			d, ok := directive.Lookup(test.section, test.key)
			if !ok {
				t.Fatal("no such directive")
			}
			unit, _ := ParseName("foo.service")
			var got []finding
			for _, p := range Check(d, test.value, Context{Unit: unit}, test.release) {
				got = append(got, finding{p.Kind, p.Span.Of(test.value)})
			}
			same(t, test.value, got, test.want)
		})
	}
}

func TestCheckEffects(t *testing.T) {
	tests := []struct {
		key, value string
		release    int
		want       Effect
	}{
		{"KillMode", "none", 262, Accepted},
		{"CapabilityBoundingSet", "CAP_FOO", 262, Accepted},
		{"SecureBits", "foo", 262, Accepted},
		{"DisableControllers", "cpu foo", 262, Accepted},
		{"DisableControllers", "foo", 262, Unstated},
		{"SystemCallFilter", "foo", 262, DropsEntry},
		{"SuccessExitStatus", "foo", 262, DropsEntry},
		{"RestrictAddressFamilies", "foo", 257, DropsEntry},
		{"RestrictAddressFamilies", "foo", 262, DropsRest},
		{"Type", "foo", 262, Unstated},
		{"LimitNOFILE", "foo", 262, Unstated},
	}
	for _, test := range tests {
		d, _ := directive.Lookup("Service", test.key)
		problems := Check(d, test.value, Context{}, test.release)
		if len(problems) != 1 || problems[0].Effect != test.want {
			t.Errorf("%s=%s: %v, want one with effect %d", test.key, test.value, problems, test.want)
		}
	}
}

func TestEmergencyActionOfUsers(t *testing.T) {
	d, _ := directive.Lookup("Unit", "FailureAction")
	for value, want := range map[string]int{"none": 0, "exit": 0, "exit-force": 0, "reboot": 1, "poweroff": 1} {
		if n := len(Check(d, value, Context{User: true}, 257)); n != want {
			t.Errorf("%s: %d problems, want %d", value, n, want)
		}
		if problems := Check(d, value, Context{User: true}, 252); len(problems) > 0 {
			t.Errorf("%s to 252: %v", value, problems)
		}
	}
}

// TestValueGrammarsAreComplete holds the tables that are looked up by directive
// against the directives.
func TestValueGrammarsAreComplete(t *testing.T) {
	unchecked := []string{"env", "glob", "group", "host", "kernel-cmdline", "module-name", "user", "cpu-feature"} // any text will do
	for _, section := range directive.Sections() {
		for _, d := range directive.Section(section) {
			missing := false
			switch d.Type {
			case directive.TypeFlags:
				missing = flagGrammars[d.Key] == nil
			case directive.TypeIntegerRange:
				missing = integerRanges[d.Key] == nil
			case directive.TypeResourceLimit:
				missing = limits[d.Key].parse == nil
			case directive.TypeConditionString:
				missing = conditionArguments[d.Parameter] == nil && !slices.Contains(unchecked, d.Parameter)
			case directive.TypeEnum:
				missing = d.Also&directive.AlsoNumber != 0 && enumNumbers[d.Key] == 0 ||
					d.Also&directive.AlsoOther != 0 && enumForms[d.Key] == nil && keyGrammars[d.Key] == nil
			}
			if missing || grammars[d.Type] == nil {
				t.Errorf("[%s] %s has no grammar", section, d.Key)
			}
		}
	}
}

func TestPatterns(t *testing.T) {
	good := []string{
		"a", "^.*$", "a{2,3}?", "a{,", "{", "[]a]", "[^]]", "[a-z0-9_.-]+", "[[:alpha:][:^digit:]]", `\d+\.\d+`, `(a)\1`, `(?<n>a)\k<n>`, "(?i)a",
		"(?i:a)b", "(?:a|b)*", "(?=a)*", "(?#c)a", "a(?#c)*", `\Q(*[\E*`, `\x41\x{4a}\o{101}`, "(*ACCEPT)a", "(*MARK:a(b)c", "(?(1)a|b)(c)",
		`\p{L}\pN`, "(?|(a)|(b))", "é+", `[\Q]\E]`, "(?x) a # (", "(?<=a*)b", "(?R)?", "[a-]", "[-a]", `[\w.-]`,
	}
	for _, s := range good {
		if problem := checkPattern(s); problem != nil {
			t.Errorf("%s: %v", s, problem)
		}
	}
	bad := map[string]string{
		"a(b": "(", "a)": ")", "[a": "[", "a|*": "*", "a**": "", "^*": "*", "(+)": "+", "a{3,2}": "{3,2}", "a{70000}": "{70000}", `a\`: `\`, `\i`: `\i`,
		"[z-a]": "z-a", "[[:foo:]]": "[:foo:]", "[:alpha:]": "[", `\2(a)`: `\2`, `\k<n>`: `\k<n>`, "(?<1>a)": "(?<1>a)", "(?<n>a)(?<n>b)": "(?<n>b)",
		"(?z)": "(?z", "(*FOO)": "(*FOO", "(?(1)a|b|c)": "|", `[a-\d]`: "", `\x{100}`: `\x{100}`, "(?": "(?", "(?#c": "(?#", "(?1)": "(?1)",
	}
	for s, part := range bad {
		problem := checkPattern(s)
		if problem == nil {
			t.Errorf("%s is taken", s)
		} else if part != "" && problem.Span.Of(s) != part {
			t.Errorf("%s: the span covers %q, want %q", s, problem.Span.Of(s), part)
		}
	}
}

func TestTimeZones(t *testing.T) {
	for name, want := range map[string]bool{
		"UTC": true, "Europe/Berlin": true, "US/Eastern": true, "CET": true, "posix/Europe/Berlin": true, "right/UTC": true,
		"": false, "europe/berlin": false, "CEST": false, "Europe": false, "Europe/": false, "Berlin": false, "posix/": false, "UTC\nCET": false,
	} {
		if got := ValidTimeZone(name); got != want {
			t.Errorf("%q: %v", name, got)
		}
	}
}
