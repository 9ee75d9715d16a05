package directive

import (
	"sort"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTableIsSortedAndUnique(t *testing.T) {
	end := 0
	for i, s := range sections {
		if i > 0 && sections[i-1].name >= s.name {
			t.Errorf("section %s does not follow %s", s.name, sections[i-1].name)
		}
		if s.start != end || s.end < s.start {
			t.Errorf("section %s is [%d,%d), want it to start at %d", s.name, s.start, s.end, end)
		}
		end = s.end
		for j := s.start; j < s.end; j++ {
			d := directives[j]
			if d.Section != s.name {
				t.Errorf("directive %d is in [%s], want [%s]", j, d.Section, s.name)
			}
			if j > s.start && directives[j-1].Key >= d.Key {
				t.Errorf("[%s] %s does not follow %s", s.name, d.Key, directives[j-1].Key)
			}
		}
	}
	if end != len(directives) {
		t.Errorf("the sections end at %d, the table at %d", end, len(directives))
	}
	if !sort.SliceIsSorted(enums[:], func(i, j int) bool { return enums[i].name < enums[j].name }) {
		t.Error("the vocabularies are not sorted")
	}
}

func TestTableIsConsistent(t *testing.T) {
	for i := range directives {
		d := &directives[i]
		fault := func(text string) { t.Errorf("[%s] %s: %s", d.Section, d.Key, text) }
		if d.Since < 1 || d.Since > Latest {
			fault("Since is not a release")
		}
		if d.Deprecated != 0 && (d.Deprecated < d.Since || d.Deprecated > Latest) {
			fault("Deprecated is not a later release")
		}
		if d.Removed != 0 && (d.Removed <= d.Since || d.Removed > Latest) {
			fault("Removed is not a later release")
		}
		gone := d.Status == StatusRemoved || d.Status == StatusIgnored
		if gone != (d.Removed != 0) || gone != (d.OnInvalid == InvalidUnread) {
			fault("Status, Removed and OnInvalid disagree")
		}
		if (d.OnInvalid == InvalidInstall) != (d.Section == "Install") {
			fault("InvalidInstall is for [Install]")
		}
		if (d.Status == StatusAlias || d.Status == StatusMoved || d.Status == StatusDeprecated) && d.Replacement == "" {
			fault("no replacement")
		}
		if d.List == AppendResettable && d.ResetGroup() == "" {
			fault("resettable, but nothing is reset")
		}
		if d.List == Append && d.ResetGroup() != "" {
			fault("not resettable, but something is reset")
		}
		if d.resetGroup != "" && d.ResetGroup() == "" {
			fault("shares a list, but does not reset it")
		}
		if d.Type == TypeEnum && len(d.Values()) == 0 {
			fault("an enumeration without values")
		}
		if (d.Parameter != "") != (d.Type == TypeConditionPath || d.Type == TypeConditionString) {
			fault("a condition and its parameter belong together")
		}
		if strings.Contains(d.Key, "=") || strings.HasPrefix(d.Key, ExtensionPrefix) {
			fault("not a key")
		}
	}
	for _, e := range enums {
		seen := map[string]bool{}
		for _, v := range e.values {
			if v.Word == "" || seen[v.Word] || v.Since > Latest || v.Deprecated > Latest {
				t.Errorf("vocabulary %s: %q is empty, there twice or from the future", e.name, v.Word)
			}
			seen[v.Word] = true
		}
	}
}

func TestLookup(t *testing.T) {
	tests := []struct {
		section, key string
		want         Directive
	}{
		{"Unit", "After", Directive{
			Type: TypeUnitList, List: Append, Empty: EmptyNoOp, Separator: SeparatorSpace,
			Specifiers: SpecifiersName, OnInvalid: InvalidIgnored, Status: StatusActive, Since: 1, ManPage: "systemd.unit",
		}},
		{"Service", "ExecStart", Directive{
			Type: TypeExecCommand, List: AppendResettable, Empty: EmptyResets,
			Specifiers: SpecifiersExec, OnInvalid: InvalidNotLoadedUnlessDash, Status: StatusActive, Since: 1, ManPage: "systemd.service",
		}},
		{"Service", "Type", Directive{
			Type: TypeEnum, Enum: "service_type", List: Single, Empty: EmptyError,
			Specifiers: SpecifiersNone, OnInvalid: InvalidIgnored, Status: StatusActive, Since: 1, ManPage: "systemd.service",
		}},
		{"Mount", "Type", Directive{
			Type: TypeString, List: Single, Empty: EmptyResets,
			Specifiers: SpecifiersFull, OnInvalid: InvalidIgnored, Status: StatusActive, Since: 1, ManPage: "systemd.mount",
		}},
		{"Service", "PIDFile", Directive{
			Type: TypePath, List: Single, Empty: EmptyResets,
			Specifiers: SpecifiersPath, OnInvalid: InvalidNotLoaded, Status: StatusActive, Since: 1, ManPage: "systemd.service",
		}},
		{"Service", "RootImagePolicy", Directive{
			Type: TypeImagePolicy, List: Single, Empty: EmptyResets,
			Specifiers: SpecifiersNone, OnInvalid: InvalidNotLoaded, Status: StatusActive, Since: 254, ManPage: "systemd.exec",
		}},
		{"Service", "StartLimitInterval", Directive{
			Type: TypeTimeSpan, List: Single, Empty: EmptyError,
			Specifiers: SpecifiersNone, OnInvalid: InvalidIgnored, Status: StatusMoved, Since: 42, Deprecated: 229,
			Replacement: "[Unit] StartLimitIntervalSec",
		}},
		{"Service", "ReadOnlyDirectories", Directive{
			Type: TypePathListFlags, List: AppendResettable, Empty: EmptyResets, Separator: SeparatorSpace,
			Specifiers: SpecifiersPath, OnInvalid: InvalidIgnored, Status: StatusAlias, Since: 1, Deprecated: 231,
			Replacement: "ReadOnlyPaths", resetGroup: "ReadOnlyPaths",
		}},
		{"Service", "MemoryLimit", Directive{
			Type: TypeMemoryLimit, List: Single, Empty: EmptyResets,
			Specifiers: SpecifiersNone, OnInvalid: InvalidUnread, Status: StatusIgnored, Since: 34, Deprecated: 252, Removed: 258,
			Replacement: "MemoryMax",
		}},
		{"Socket", "TCPWrapName", Directive{
			Type: TypeString, List: Single, Empty: EmptyResets,
			Specifiers: SpecifiersFull, OnInvalid: InvalidUnread, Status: StatusRemoved, Since: 1, Deprecated: 212, Removed: 212,
		}},
		{"Socket", "Delegate", Directive{
			Type: TypeDelegate, Enum: "cgroup_controller", Also: AlsoBoolean, List: AppendResettable, Empty: EmptyMeaning, Separator: SeparatorSpace,
			Specifiers: SpecifiersNone, OnInvalid: InvalidIgnored, Status: StatusUnsupported, Since: 218, ManPage: "systemd.resource-control",
		}},
		{"Service", "ProtectHome", Directive{
			Type: TypeEnum, Enum: "protect_home", Also: AlsoBoolean, List: Single, Empty: EmptyError,
			Specifiers: SpecifiersNone, OnInvalid: InvalidIgnored, Status: StatusActive, Since: 214, ManPage: "systemd.exec",
		}},
		{"Service", "StandardOutput", Directive{
			Type: TypeEnum, Enum: "exec_output", Also: AlsoOther, List: Single, Empty: EmptyError,
			Specifiers: SpecifiersFull, OnInvalid: InvalidIgnored, Status: StatusActive, Since: 1, ManPage: "systemd.exec",
		}},
		{"Timer", "Unit", Directive{
			Type: TypeUnitName, List: FirstWins, Empty: EmptyError,
			Specifiers: SpecifiersName, OnInvalid: InvalidIgnored, Status: StatusActive, Since: 1, ManPage: "systemd.timer",
		}},
		{"Unit", "ConditionPathExists", Directive{
			Type: TypeConditionPath, Parameter: "path", List: AppendResettable, Empty: EmptyResets,
			Specifiers: SpecifiersPath, OnInvalid: InvalidIgnored, Status: StatusActive, Since: 12, ManPage: "systemd.unit",
			resetGroup: "Condition*",
		}},
		{"Install", "WantedBy", Directive{
			Type: TypeUnitList, List: AppendResettable, Empty: EmptyResets, Separator: SeparatorSpace,
			Specifiers: SpecifiersInstall, OnInvalid: InvalidInstall, Status: StatusActive, Since: 33, ManPage: "systemd.unit",
		}},
	}
	for _, test := range tests {
		t.Run(test.section+"/"+test.key, func(t *testing.T) {
			d, ok := Lookup(test.section, test.key)
			if !ok {
				t.Fatal("not in the table")
			}
			got := *d
			got.Notes = ""
			test.want.Section, test.want.Key = test.section, test.key
			if diff := cmp.Diff(test.want, got, cmp.AllowUnexported(Directive{})); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestLookupFindsNothing(t *testing.T) {
	tests := []struct{ name, section, key string }{
		{"wrong case of the key", "Service", "execstart"},
		{"wrong case of the section", "service", "ExecStart"},
		{"wrong section", "Service", "StartLimitIntervalSec"},
		{"never there", "Unit", "AssertFirmware"},
		{"no key", "Service", ""},
		{"no section", "", "ExecStart"},
		{"a section without directives", "Target", "After"},
		{"an extension", "X-Fleet", "MachineOf"},
		{"before the first", "Service", "A"},
		{"after the last", "Service", "Z"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if d, ok := Lookup(test.section, test.key); ok {
				t.Errorf("got [%s] %s", d.Section, d.Key)
			}
		})
	}
}

func TestLookupFindsEveryDirective(t *testing.T) {
	for i := range directives {
		d := &directives[i]
		if got, ok := Lookup(d.Section, d.Key); !ok || got != d {
			t.Errorf("[%s] %s is not found", d.Section, d.Key)
		}
	}
}

func TestResetGroup(t *testing.T) {
	groups := map[string]string{
		"Service/ExecStart":               "ExecStart",
		"Service/ExecStartPre":            "ExecStartPre",
		"Service/Environment":             "Environment",
		"Service/EnvironmentFile":         "EnvironmentFile",
		"Service/User":                    "User",
		"Service/WorkingDirectory":        "WorkingDirectory",
		"Service/ReadWritePaths":          "ReadWritePaths",
		"Service/ReadWriteDirectories":    "ReadWritePaths",
		"Service/BindPaths":               "BindPaths",
		"Service/BindReadOnlyPaths":       "BindPaths",
		"Service/LoadCredentialEncrypted": "LoadCredential",
		"Service/SystemCallFilter":        "SystemCallFilter",
		"Service/MemoryMax":               "MemoryMax",
		"Service/CapabilityBoundingSet":   "CapabilityBoundingSet",
		"Service/Delegate":                "Delegate",
		"Service/PrivateMounts":           "PrivateMounts",
		"Service/PrivateTmp":              "",
		"Service/Restart":                 "",
		"Service/TimeoutStartSec":         "",
		"Service/LimitNOFILE":             "",
		"Service/UMask":                   "",
		"Service/Slice":                   "",
		"Service/Sockets":                 "",
		"Unit/After":                      "",
		"Unit/Requires":                   "",
		"Unit/RequiresMountsFor":          "",
		"Unit/Documentation":              "Documentation",
		"Unit/ConditionPathExists":        "Condition*",
		"Unit/ConditionVirtualization":    "Condition*",
		"Unit/AssertPathExists":           "Assert*",
		"Socket/ListenStream":             "Listen*",
		"Socket/ListenNetlink":            "Listen*",
		"Timer/OnCalendar":                "On*",
		"Timer/OnBootSec":                 "On*",
		"Timer/OnClockChange":             "",
		"Timer/Unit":                      "",
		"Path/PathExists":                 "Path*",
		"Path/DirectoryNotEmpty":          "Path*",
		"Path/Unit":                       "",
		"Install/WantedBy":                "WantedBy",
		"Install/Also":                    "",
	}
	for name, want := range groups {
		section, key, _ := strings.Cut(name, "/")
		d, ok := Lookup(section, key)
		if !ok {
			t.Errorf("%s is not in the table", name)
			continue
		}
		if got := d.ResetGroup(); got != want {
			t.Errorf("%s: ResetGroup is %q, want %q", name, got, want)
		}
	}
}

func TestEmptyMeansSomething(t *testing.T) {
	want := map[string]bool{"CapabilityBoundingSet": true, "Delegate": true}
	for i := range directives {
		d := &directives[i]
		if got := d.Empty == EmptyMeaning; got != want[d.Key] {
			t.Errorf("[%s] %s: EmptyMeaning is %t", d.Section, d.Key, got)
		}
	}
}

// A value that systemd refuses leaves the unit unloaded for these alone.
func TestNotLoaded(t *testing.T) {
	want := strings.Fields(`AppArmorProfile DynamicUser ExecCondition ExecReload ExecReloadPost ExecStart ExecStartPost
		ExecStartPre ExecStop ExecStopPost ExecStopPre ExtensionImagePolicy Group MountImagePolicy PIDFile RootDirectory
		RootImage RootImagePolicy RootMStack RootVerity SELinuxContext SmackProcessLabel SocketGroup SocketUser
		SupplementaryGroups User WorkingDirectory`)
	got := map[string]bool{}
	for i := range directives {
		if d := &directives[i]; d.OnInvalid == InvalidNotLoaded || d.OnInvalid == InvalidNotLoadedUnlessDash {
			got[d.Key] = true
		}
	}
	keys := make([]string, 0, len(got))
	for k := range got {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	if diff := cmp.Diff(want, keys); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestInSections(t *testing.T) {
	tests := []struct{ key, want string }{
		{"ExecStart", "Service"},
		{"Unit", "Path Timer"},
		{"Type", "Mount Service"},
		{"Environment", "Mount Service Socket Swap"},
		{"MemoryMax", "Mount Scope Service Slice Socket Swap"},
		{"AllowUser", "BusName"},
		{"execstart", ""},
		{"NoSuchKey", ""},
	}
	for _, test := range tests {
		t.Run(test.key, func(t *testing.T) {
			var got []string
			for _, d := range InSections(test.key) {
				got = append(got, d.Section)
			}
			if s := strings.Join(got, " "); s != test.want {
				t.Errorf("got %q, want %q", s, test.want)
			}
		})
	}
}

func TestSections(t *testing.T) {
	want := strings.Fields("Automount Device Install Mount Path Scope Service Slice Socket Swap Target Timer Unit")
	if diff := cmp.Diff(want, Sections()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	known := map[string]bool{
		"Unit": true, "Target": true, "Device": true, "Install": true,
		"unit": false, "BusName": false, "X-Unit": false, "": false, "Container": false,
	}
	for name, want := range known {
		if got := KnownSection(name); got != want {
			t.Errorf("KnownSection(%q) = %t", name, got)
		}
	}
	if ds := Section("Target"); len(ds) != 0 {
		t.Errorf("[Target] has %d directives", len(ds))
	}
	if ds := Section("Install"); len(ds) != 6 {
		t.Errorf("[Install] has %d directives, want 6", len(ds))
	}
}

func TestSectionsFor(t *testing.T) {
	tests := []struct{ unitType, want string }{
		{"service", "Unit Service Install"},
		{"target", "Unit Target Install"},
		{"device", "Unit Device Install"},
		{"timer", "Unit Timer Install"},
		{"Service", ""},
		{".service", ""},
		{"busname", ""},
	}
	for _, test := range tests {
		if got := strings.Join(SectionsFor(test.unitType), " "); got != test.want {
			t.Errorf("SectionsFor(%q) = %q, want %q", test.unitType, got, test.want)
		}
	}
}

func TestFold(t *testing.T) {
	if d, ok := FoldKey("Service", "execstart"); !ok || d.Key != "ExecStart" {
		t.Errorf("FoldKey(Service, execstart) = %v, %t", d, ok)
	}
	if d, ok := FoldKey("Service", "WantedBy"); ok {
		t.Errorf("FoldKey(Service, WantedBy) = %v", d)
	}
	if s, ok := FoldSection("INSTALL"); !ok || s != "Install" {
		t.Errorf("FoldSection(INSTALL) = %q, %t", s, ok)
	}
	if s, ok := FoldSection("busname"); ok {
		t.Errorf("FoldSection(busname) = %q", s)
	}
}

func TestIn(t *testing.T) {
	tests := []struct {
		section, key string
		release      int
		want         bool
	}{
		{"Unit", "StartLimitIntervalSec", 229, false},
		{"Unit", "StartLimitIntervalSec", 230, true},
		{"Service", "CPUShares", 257, true},
		{"Service", "CPUShares", 258, false},
		{"Install", "UpheldBy", 253, false},
		{"Install", "UpheldBy", 254, true},
		{"Unit", "After", Latest, true},
	}
	for _, test := range tests {
		d, ok := Lookup(test.section, test.key)
		if !ok {
			t.Errorf("[%s] %s is not in the table", test.section, test.key)
			continue
		}
		if got := d.In(test.release); got != test.want {
			t.Errorf("[%s] %s: In(%d) = %t", test.section, test.key, test.release, got)
		}
	}
}

func TestValues(t *testing.T) {
	tests := []struct{ section, key, want string }{
		{"Service", "Type", "simple forking oneshot dbus notify notify-reload idle exec"},
		{"Service", "Restart", "no on-success on-failure on-abnormal on-watchdog on-abort always"},
		{"Service", "KillMode", "control-group process mixed none"},
		{"Service", "ExecStart", ""},
		{"Service", "SystemCallFilter", ""},
	}
	for _, test := range tests {
		t.Run(test.key, func(t *testing.T) {
			d, ok := Lookup(test.section, test.key)
			if !ok {
				t.Fatal("not in the table")
			}
			var words []string
			for _, v := range d.Values() {
				words = append(words, v.Word)
			}
			if got := strings.Join(words, " "); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
	d, _ := Lookup("Service", "KillMode")
	if none := d.Values()[3]; none.Deprecated != 246 || none.Replacement == "" {
		t.Errorf("KillMode=none is not marked as deprecated: %+v", none)
	}
}

func BenchmarkLookup(b *testing.B) {
	keys := []struct{ section, key string }{
		{"Service", "ExecStart"}, {"Unit", "After"}, {"Install", "WantedBy"}, {"Service", "NoSuchKey"},
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		k := keys[i%len(keys)]
		Lookup(k.section, k.key)
	}
}

func BenchmarkInSections(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		InSections("MemoryMax")
	}
}
