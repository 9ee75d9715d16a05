package sandbox

import (
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint/directive"
	"github.com/unitvet/unitvet/lint/syntax"
	"github.com/unitvet/unitvet/lint/unit"
	"github.com/unitvet/unitvet/lint/value"
)

// Settings are the sandbox and the credentials of a unit's commands as a release of
// systemd reads them: values that it refuses passed over, lists merged, and what
// settings imply filled in (src/core/load-fragment.c, and unit_patch_contexts in
// src/core/unit.c). Other rules of what comes of a value belong here, not to their
// callers.
type Settings struct {
	Unit    *unit.Unit
	Release int
	// Section is the one that the settings stand in: "Service", "Socket", …
	Section string
	// Refused is the assignment for which systemd does not load the unit; nil if
	// it loads it, as far as the sandbox is concerned.
	Refused *unit.Setting

	// User is that of User=, specifiers expanded as far as they are known, or the
	// name that DynamicUser=yes makes. "" is root, or the user of the manager.
	User                string
	SupplementaryGroups []string
	// DefaultDependencies is that of [Unit].
	DefaultDependencies bool
	// UMask is the mask for the modes of new files.
	UMask int

	Capabilities Capabilities // that can be had at all (CapabilityBoundingSet=)
	Ambient      Capabilities // that the program starts with although it is not root's

	Families      NameSet         // RestrictAddressFamilies=
	Namespaces    map[string]bool // kinds that RestrictNamespaces= lets be made; nil: all
	Architectures map[string]bool // SystemCallArchitectures=; none: all

	// DenyIPv4 and DenyIPv6 say that IPAddressDeny= has all addresses; AllowLocal
	// and AllowOther that IPAddressAllow= has those of the host itself, and others.
	DenyIPv4, DenyIPv6, AllowLocal, AllowOther bool
	// IPFilters are the BPF programs of IPIngressFilterPath= and IPEgressFilterPath=.
	IPFilters int
	// Devices are the entries of DeviceAllow=, those that are implied included.
	Devices []string

	words   map[string]string
	reasons map[string]Reason
	filter  []filterLine // SystemCallFilter=
	calls   *NameSet     // what filter comes to, once it was asked for
}

// Reason is why a setting has its value.
type Reason struct {
	// Settings are the assignments that make the value, in order; the last one
	// decides. There are none where the default holds.
	Settings []unit.Setting
	// Implied is what implies the value, such as "DynamicUser=yes", whose
	// assignments Settings are then; "" if it is written.
	Implied string
}

// NameSet is a list of names that either are all that is allowed, or all that is not.
type NameSet struct {
	// Set says that there is a list at all; everything is allowed without.
	Set bool
	// Allow says that only Names are allowed; otherwise they are not.
	Allow bool
	Names map[string]bool
}

// Allows reports whether a name is allowed.
func (n NameSet) Allows(name string) bool {
	if !n.Set {
		return true
	}
	return n.Names[name] == n.Allow
}

// Word returns what a setting is switched to: the word, with booleans as "yes" and
// "no". The default is the first word of the setting's kind: "no", "auto", "none".
func (s *Settings) Word(key string) string {
	if word, ok := s.words[key]; ok {
		return word
	}
	if word, ok := defaultWords[key]; ok {
		return word
	}
	return "no"
}

// On reports whether a setting is switched to something other than "no".
func (s *Settings) On(key string) bool { return s.Word(key) != "no" }

// defaultWords are the words that hold where nothing is written and that are not
// "no". KeyringMode= has others for other managers and units.
var defaultWords = map[string]string{
	"DevicePolicy": "auto",
	"KeyringMode":  "private",
	"NotifyAccess": "none",
	"ProcSubset":   "all",
	"ProtectProc":  "default",
}

// Reason returns why a setting has its value.
func (s *Settings) Reason(key string) Reason { return s.reasons[key] }

// Privileged reports whether the commands run as root, as far as the unit says
// (security_info_runs_privileged in src/analyze/analyze-security.c).
func (s *Settings) Privileged() bool {
	return s.User == "" || s.User == "root" || s.User == "0"
}

// IsUser reports whether the unit is one of a user's manager.
func (s *Settings) IsUser() bool { return s.Unit.Scope() == unit.ScopeUser }

// Clone returns a copy to which assignments can be added.
func (s *Settings) Clone() *Settings {
	c := *s
	c.words, c.reasons = maps.Clone(s.words), maps.Clone(s.reasons)
	c.Namespaces, c.Architectures = maps.Clone(s.Namespaces), maps.Clone(s.Architectures)
	c.Families.Names, c.filter = maps.Clone(s.Families.Names), slices.Clone(s.filter)
	c.SupplementaryGroups, c.Devices = slices.Clone(s.SupplementaryGroups), slices.Clone(s.Devices)
	return &c
}

// Add adds an assignment in the unit's own section, as a drop-in after all others would.
func (s *Settings) Add(key, text string) {
	s.read(unit.Setting{Assignment: syntax.NewAssignment(key, text), Section: s.Section})
	s.imply()
}

// set switches a setting to a word.
func (s *Settings) set(key, word string) { s.words[key] = word }

// Read returns the settings of a unit as a release of systemd reads them.
func Read(u *unit.Unit, release int) *Settings {
	s := &Settings{
		Unit: u, Release: release, Section: u.Name.Section(), DefaultDependencies: true, UMask: 0o022,
		Capabilities: unsetCapabilities(release),
		words:        map[string]string{}, reasons: map[string]Reason{},
	}
	s.defaults()
	var lost *unit.Part // a drop-in of which systemd reads no more
	for setting := range u.All() {
		if setting.Part == lost {
			continue
		}
		if setting.Section == "Unit" {
			if setting.Key().String() == "DefaultDependencies" {
				if on, ok := value.ParseBoolean(setting.Value().String()); ok {
					s.DefaultDependencies = on
					s.because("DefaultDependencies", setting, false)
				}
			}
			continue
		}
		if setting.Section != s.Section {
			continue
		}
		switch done := s.read(setting); {
		case done != refused:
		case setting.Part.IsDropIn():
			lost = setting.Part
		case s.Refused == nil:
			refusing := setting
			s.Refused = &refusing
		}
	}
	s.imply()
	return s
}

// defaults are those that depend on the manager and the type of unit (unit_init in
// src/core/unit.c, service_init in src/core/service.c).
func (s *Settings) defaults() {
	switch {
	case s.IsUser():
		s.words["KeyringMode"] = "inherit"
	case s.Section != "Service":
		s.words["KeyringMode"] = "shared"
	}
	if s.Release >= privateMountsUnsetSince {
		s.words["PrivateMounts"] = unset
	}
}

// privateMountsUnsetSince is the first release in which PrivateMounts= is neither yes
// nor no until it is set; other settings then tell.
const privateMountsUnsetSince = 254

// unset is the word of PrivateMounts= then.
const unset = "unset"

// emptySince are the first releases in which an empty assignment resets a word that
// it did not reset before.
var emptySince = map[string]int{"PrivateMounts": privateMountsUnsetSince, "ProtectHostname": 258}

// outcome is what became of an assignment.
type outcome int

const (
	ignored outcome = iota
	taken
	refused // systemd does not load the unit, or ignores the rest of the drop-in
)

// reader reads an assignment that is not empty; reset says that it took everything
// before it back.
type reader func(s *Settings, d *directive.Directive, setting unit.Setting) outcome

// read reads an assignment.
func (s *Settings) read(setting unit.Setting) outcome {
	key := setting.Key().String()
	list, isList := readers[key]
	if !isList && !isWord[key] {
		return ignored
	}
	d, ok := directive.Lookup(s.Section, key)
	if !ok || !d.In(s.Release) || d.Status == directive.StatusUnsupported {
		return ignored
	}
	var result outcome
	if isList {
		result = list(s, d, setting)
	} else {
		result = s.readWord(d, setting)
	}
	if result == ignored && d.OnInvalid == directive.InvalidNotLoaded {
		return refused
	}
	return result
}

// because notes an assignment as the reason for a value, beside earlier ones or in
// their place.
func (s *Settings) because(key string, setting unit.Setting, beside bool) {
	if beside {
		s.reasons[key] = Reason{Settings: append(s.reasons[key].Settings, setting)}
		return
	}
	s.reasons[key] = Reason{Settings: []unit.Setting{setting}}
}

// isWord are the settings that are switched to a word.
var isWord = func() map[string]bool {
	keys := map[string]bool{}
	for _, key := range strings.Fields(`DevicePolicy DynamicUser KeyringMode LockPersonality MemoryDenyWriteExecute MountAPIVFS
		NoNewPrivileges NotifyAccess PrivateBPF PrivateDevices PrivateIPC PrivateMounts PrivateNetwork PrivatePIDs PrivateTmp PrivateUsers ProcSubset
		ProtectClock ProtectControlGroups ProtectHome ProtectHostname ProtectKernelLogs ProtectKernelModules ProtectKernelTunables
		ProtectProc ProtectSystem RemoveIPC RestrictRealtime RestrictSUIDSGID`) {
		keys[key] = true
	}
	return keys
}()

// readWord reads a setting that is switched to a word.
func (s *Settings) readWord(d *directive.Directive, setting unit.Setting) outcome {
	word := setting.Value().String()
	if word == "" {
		since, ok := emptySince[d.Key]
		if !ok && d.Empty == directive.EmptyResets || ok && s.Release >= since {
			delete(s.words, d.Key)
			delete(s.reasons, d.Key)
			if d.Key == "PrivateMounts" {
				s.words[d.Key] = unset
			}
			return taken
		}
		return ignored
	}
	takesBoolean := d.Type == directive.TypeBoolean || d.Type == directive.TypeTristate || d.Also&directive.AlsoBoolean != 0
	if on, ok := value.ParseBoolean(word); ok && takesBoolean {
		word = "no"
		if on {
			word = "yes"
		}
	} else if !s.takes(d, setting) {
		return ignored
	}
	s.words[d.Key] = word
	s.because(d.Key, setting, false)
	return taken
}

// takes reports whether the release takes a value as a whole.
func (s *Settings) takes(d *directive.Directive, setting unit.Setting) bool {
	for _, problem := range value.Check(d, setting.Value().String(), s.Unit.Context(value.FullTable), s.Release) {
		if problem.Effect != value.Accepted {
			return false
		}
	}
	return true
}

// imply fills in what settings imply (unit_patch_contexts).
func (s *Settings) imply() {
	if s.On("DynamicUser") {
		if s.User == "" {
			s.User = dynamicName(s.Unit)
			s.implied("User", "DynamicUser", "yes")
		}
		if !s.On("PrivateTmp") {
			s.set("PrivateTmp", "yes")
			if s.Release >= disconnectedTmpSince {
				s.set("PrivateTmp", "disconnected")
			}
			s.implied("PrivateTmp", "DynamicUser", "yes")
		}
		if s.Word("ProtectSystem") != "strict" {
			s.set("ProtectSystem", "strict")
			s.implied("ProtectSystem", "DynamicUser", "yes")
		}
		if !s.On("ProtectHome") {
			s.set("ProtectHome", "read-only")
			s.implied("ProtectHome", "DynamicUser", "yes")
		}
		for _, key := range []string{"RemoveIPC", "NoNewPrivileges", "RestrictSUIDSGID"} {
			if !s.On(key) {
				s.set(key, "yes")
				s.implied(key, "DynamicUser", "yes")
			}
		}
	}
	for _, d := range droppedCapabilities {
		if s.On(d.key) {
			s.Capabilities &^= d.drops
		}
	}
	if s.On("PrivateDevices") && s.Word("DevicePolicy") == "auto" {
		s.set("DevicePolicy", "closed")
		s.implied("DevicePolicy", "PrivateDevices", "yes")
	}
	if s.Word("DevicePolicy") != "auto" || len(s.Devices) > 0 {
		s.implyDevices()
	}
}

// disconnectedTmpSince is the first release that knows PrivateTmp=disconnected, which
// DynamicUser=yes implies since.
const disconnectedTmpSince = 257

// droppedCapabilities are those that settings take from the bounding set.
var droppedCapabilities = []struct {
	key   string
	drops Capabilities
}{
	{"PrivateDevices", CapabilitySet("CAP_MKNOD", "CAP_SYS_RAWIO")},
	{"ProtectKernelModules", CapabilitySet("CAP_SYS_MODULE")},
	{"ProtectKernelLogs", CapabilitySet("CAP_SYSLOG")},
	{"ProtectClock", CapabilitySet("CAP_SYS_TIME", "CAP_WAKE_ALARM")},
}

// Drops returns the capabilities that a setting takes from the bounding set where it is
// switched on, none for most.
func Drops(key string) Capabilities {
	for _, d := range droppedCapabilities {
		if d.key == key {
			return d.drops
		}
	}
	return 0
}

// Droppers returns the settings that take some of the capabilities from the bounding
// set, without regard to CapabilityBoundingSet=.
func (s *Settings) Droppers(c Capabilities) []string {
	var keys []string
	for _, d := range droppedCapabilities {
		if s.On(d.key) && d.drops&c != 0 {
			keys = append(keys, d.key)
		}
	}
	return keys
}

// implyDevices adds the devices that settings need where a policy keeps others away.
func (s *Settings) implyDevices() {
	for _, key := range []string{"RootImage", "MountImages", "RootMStack"} {
		if len(s.reasons[key].Settings) > 0 {
			s.addDevices("/dev/loop-control", "/dev/mapper/control", "block-loop", "block-blkext", "block-device-mapper")
			s.implied("DeviceAllow", key, "")
			break
		}
	}
	if s.On("ProtectClock") {
		s.addDevices("char-rtc")
		s.implied("DeviceAllow", "ProtectClock", "yes")
	}
	const credentialsNeedDeviceUntil = 262
	for _, key := range []string{"LoadCredentialEncrypted", "SetCredentialEncrypted"} {
		if s.Release < credentialsNeedDeviceUntil && len(s.reasons[key].Settings) > 0 {
			s.addDevices("char-tpm")
			s.implied("DeviceAllow", key, "")
			break
		}
	}
}

// addDevices adds entries that are not there yet.
func (s *Settings) addDevices(nodes ...string) {
	for _, node := range nodes {
		if !slices.Contains(s.Devices, node) {
			s.Devices = append(s.Devices, node)
		}
	}
}

// implied notes that one setting implies the value of another.
func (s *Settings) implied(key, by, word string) {
	if by == key || len(s.reasons[key].Settings) > 0 && key == "DeviceAllow" {
		return
	}
	s.reasons[key] = Reason{Settings: s.reasons[by].Settings, Implied: by + "=" + word}
}

// dynamicName is the name that DynamicUser=yes gives a user where User= does not
// (user_from_unit_name in src/core/unit.c): the unit's, or one made from it. Which
// one does not matter here: neither is ever root.
func dynamicName(u *unit.Unit) string { return u.Name.Prefix }

// everything is a set of capabilities with all bits set.
const everything = Capabilities(math.MaxUint64)
