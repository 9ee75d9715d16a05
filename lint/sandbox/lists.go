package sandbox

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"sync"

	"github.com/unitvet/unitvet/lint/directive"
	"github.com/unitvet/unitvet/lint/unit"
	"github.com/unitvet/unitvet/lint/value"
)

// readers read the settings that are no words.
var readers = map[string]reader{
	"AmbientCapabilities":     readCapabilities,
	"CapabilityBoundingSet":   readCapabilities,
	"Delegate":                readDelegate,
	"DeviceAllow":             readDevice,
	"IPAddressAllow":          readAddresses,
	"IPAddressDeny":           readAddresses,
	"IPEgressFilterPath":      readFilter,
	"IPIngressFilterPath":     readFilter,
	"LoadCredentialEncrypted": readPresence,
	"MountImages":             readPresence,
	"RestrictAddressFamilies": readFamilies,
	"RestrictNamespaces":      readNamespaces,
	"RootDirectory":           readRoot,
	"RootImage":               readRoot,
	"RootMStack":              readRoot,
	"SetCredentialEncrypted":  readPresence,
	"SupplementaryGroups":     readGroups,
	"SystemCallArchitectures": readArchitectures,
	"SystemCallFilter":        readSystemCalls,
	"UMask":                   readUMask,
	"User":                    readUser,
}

// entries returns the words of a list that count.
func (s *Settings) entries(d *directive.Directive, setting unit.Setting) (words []string, inverted, ok bool) {
	found, inverted, ok := value.Entries(d, setting.Value().String(), s.Unit.Context(value.FullTable), s.Release)
	for _, w := range found {
		words = append(words, w.Text)
	}
	return words, inverted, ok
}

func readCapabilities(s *Settings, d *directive.Directive, setting unit.Setting) outcome {
	words, inverted, ok := s.entries(d, setting)
	if !ok {
		return ignored
	}
	named := CapabilitySet(words...)
	if d.Key == "AmbientCapabilities" {
		s.Ambient = s.Ambient.merge(named, inverted, 0, s.Release)
	} else {
		s.Capabilities = s.Capabilities.merge(named, inverted, unsetCapabilities(s.Release), s.Release)
	}
	s.because(d.Key, setting, named != 0)
	return taken
}

// readDelegate reads Delegate= (config_parse_delegate): controllers switch it on, and
// so does an empty value.
func readDelegate(s *Settings, d *directive.Directive, setting unit.Setting) outcome {
	word := "yes"
	if on, ok := value.ParseBoolean(setting.Value().String()); ok && !on {
		word = "no"
	}
	s.set(d.Key, word)
	s.because(d.Key, setting, false)
	return taken
}

func readDevice(s *Settings, d *directive.Directive, setting unit.Setting) outcome {
	if setting.Value().String() == "" {
		s.Devices = nil
		delete(s.reasons, d.Key)
		return taken
	}
	if !s.takes(d, setting) {
		return ignored
	}
	node, _, _ := strings.Cut(setting.Value().String(), " ")
	s.Devices = append(s.Devices, node)
	s.because(d.Key, setting, true)
	return taken
}

// readAddresses reads IPAddressAllow= and IPAddressDeny=
// (config_parse_in_addr_prefixes in src/shared/in-addr-prefix-util.c).
func readAddresses(s *Settings, d *directive.Directive, setting unit.Setting) outcome {
	if setting.Value().String() == "" {
		if d.Key == "IPAddressDeny" {
			s.DenyIPv4, s.DenyIPv6 = false, false
		} else {
			s.AllowLocal, s.AllowOther = false, false
		}
		delete(s.reasons, d.Key)
		return taken
	}
	words, _, ok := s.entries(d, setting)
	if !ok {
		return ignored
	}
	for _, word := range words {
		local, v4, v6 := addressWord(word)
		if d.Key == "IPAddressDeny" {
			s.DenyIPv4 = s.DenyIPv4 || v4
			s.DenyIPv6 = s.DenyIPv6 || v6
			continue
		}
		s.AllowLocal = s.AllowLocal || local
		s.AllowOther = s.AllowOther || !local
	}
	s.because(d.Key, setting, true)
	return taken
}

// addressWord says whether an entry is of the host itself, and whether it is all of
// IPv4 or of IPv6.
func addressWord(word string) (local, allIPv4, allIPv6 bool) {
	switch word {
	case "any":
		return false, true, true
	case "link-local", "multicast":
		return false, false, false
	}
	address, length, hasLength := strings.Cut(word, "/")
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return true, false, false // a name of localhost
	}
	bits := ip.BitLen()
	if hasLength {
		if n, err := strconv.ParseUint(length, 0, 8); err == nil {
			bits = int(n)
		}
	}
	prefix, err := ip.Prefix(bits)
	if err != nil {
		return false, false, false
	}
	network := prefix.Addr()
	local = ip.Is4() && network.As4()[0] == 127 || network == netip.IPv6Loopback()
	return local, ip.Is4() && bits == 0, ip.Is6() && bits == 0
}

func readFilter(s *Settings, d *directive.Directive, setting unit.Setting) outcome {
	if setting.Value().String() == "" {
		s.IPFilters -= len(s.reasons[d.Key].Settings)
		delete(s.reasons, d.Key)
		return taken
	}
	if !s.takes(d, setting) {
		return ignored
	}
	s.IPFilters++
	s.because(d.Key, setting, true)
	return taken
}

// readPresence notes settings of which only counts whether they are there.
func readPresence(s *Settings, d *directive.Directive, setting unit.Setting) outcome {
	if setting.Value().String() == "" {
		delete(s.reasons, d.Key)
		return taken
	}
	if s.takes(d, setting) {
		s.because(d.Key, setting, true)
	}
	return taken
}

// readFamilies reads RestrictAddressFamilies= (config_parse_address_families).
func readFamilies(s *Settings, d *directive.Directive, setting unit.Setting) outcome {
	switch setting.Value().String() {
	case "":
		s.Families = NameSet{}
		delete(s.reasons, d.Key)
		return taken
	case "none":
		// The list is empty, but it is not one that a later line adds to.
		s.Families = NameSet{Set: true, Allow: true}
		s.because(d.Key, setting, false)
		return taken
	}
	words, inverted, ok := s.entries(d, setting)
	s.Families = s.Families.begin(inverted)
	if !ok {
		return taken
	}
	for _, word := range words {
		s.Families.put(family(word), inverted)
	}
	s.because(d.Key, setting, true)
	return taken
}

// family returns the name that counts of those that an address family has.
func family(name string) string {
	name = strings.ToUpper(name)
	switch name {
	case "AF_LOCAL", "AF_FILE":
		return "AF_UNIX"
	case "AF_ROUTE":
		return "AF_NETLINK"
	}
	return name
}

// begin returns the list to which a line adds: a new one, which allows or not as the
// line says, unless there is one.
func (n NameSet) begin(inverted bool) NameSet {
	if n.Names == nil {
		return NameSet{Set: true, Allow: !inverted, Names: map[string]bool{}}
	}
	return n
}

// put adds a name of a line, or takes it away where the line is of the other kind.
func (n NameSet) put(name string, inverted bool) {
	if inverted != n.Allow {
		n.Names[name] = true
	} else {
		delete(n.Names, name)
	}
}

// NamespaceKinds are the kinds of namespaces that RestrictNamespaces= knows
// (namespace_info in src/basic/namespace-util.c, without time).
var NamespaceKinds = []string{"cgroup", "ipc", "mnt", "net", "pid", "user", "uts"}

// readNamespaces reads RestrictNamespaces= (config_parse_restrict_namespaces).
func readNamespaces(s *Settings, d *directive.Directive, setting unit.Setting) outcome {
	text := setting.Value().String()
	if text == "" {
		s.Namespaces = nil
		delete(s.reasons, d.Key)
		return taken
	}
	if on, ok := value.ParseBoolean(text); ok {
		s.Namespaces = map[string]bool{}
		for _, kind := range NamespaceKinds {
			s.Namespaces[kind] = !on
		}
		s.because(d.Key, setting, false)
		return taken
	}
	words, inverted, ok := s.entries(d, setting)
	if !ok {
		return ignored
	}
	first := s.Namespaces == nil
	if first {
		s.Namespaces = map[string]bool{}
		for _, kind := range NamespaceKinds {
			s.Namespaces[kind] = inverted
		}
	}
	for _, word := range words {
		s.Namespaces[word] = !inverted
	}
	s.because(d.Key, setting, !first)
	return taken
}

// readRoot reads RootDirectory= and its kin.
func readRoot(s *Settings, d *directive.Directive, setting unit.Setting) outcome {
	if setting.Value().String() == "" {
		delete(s.words, d.Key)
		delete(s.reasons, d.Key)
		return taken
	}
	if !s.takes(d, setting) {
		return ignored
	}
	s.set(d.Key, value.SimplifyPath(s.Unit.Expand(setting.Value().String()).Text))
	s.because(d.Key, setting, false)
	return taken
}

// HasRoot reports whether the commands have a root directory of their own.
func (s *Settings) HasRoot() bool {
	for _, key := range []string{"RootDirectory", "RootImage"} {
		if root := s.words[key]; root != "" && root != "/" {
			return true
		}
	}
	return false
}

func readGroups(s *Settings, d *directive.Directive, setting unit.Setting) outcome {
	if setting.Value().String() == "" {
		s.SupplementaryGroups = nil
		delete(s.reasons, d.Key)
		return taken
	}
	words, _, ok := s.entries(d, setting)
	if !ok {
		return ignored
	}
	s.SupplementaryGroups = append(s.SupplementaryGroups, words...)
	s.because(d.Key, setting, true)
	return taken
}

func readArchitectures(s *Settings, d *directive.Directive, setting unit.Setting) outcome {
	if setting.Value().String() == "" {
		s.Architectures = nil
		delete(s.reasons, d.Key)
		return taken
	}
	words, _, ok := s.entries(d, setting)
	if !ok {
		return ignored
	}
	if s.Architectures == nil {
		s.Architectures = map[string]bool{}
	}
	for _, word := range words {
		s.Architectures[word] = true
	}
	s.because(d.Key, setting, true)
	return taken
}

// filterLine is an assignment of SystemCallFilter=: names of system calls and of
// groups of them.
type filterLine struct {
	names    []string
	inverted bool
}

func readSystemCalls(s *Settings, d *directive.Directive, setting unit.Setting) outcome {
	s.calls = nil
	if setting.Value().String() == "" {
		s.filter = nil
		delete(s.reasons, d.Key)
		return taken
	}
	words, inverted, ok := s.entries(d, setting)
	if !ok {
		words = nil
	}
	s.filter = append(s.filter, filterLine{words, inverted})
	if ok {
		s.because(d.Key, setting, true)
	}
	return taken
}

// SystemCalls returns what SystemCallFilter= comes to (config_parse_syscall_filter;
// seccomp_parse_syscall_filter in src/shared/seccomp-util.c). The first line says
// whether it is a list of what is allowed, which starts with @default. A call with
// an error of its own is not allowed, whatever the kind of the list. The groups are
// large, so this is for those who look at system calls.
func (s *Settings) SystemCalls() NameSet {
	if s.calls == nil {
		calls := keptCalls.of(s)
		s.calls = &calls
	}
	return *s.calls
}

// keptCalls keeps what the filters of services come to, which are often the same.
var keptCalls callsMemo

// callsMemo keeps sets of system calls by the lines of the filter, until there are
// too many of them. Callers must not change a set.
type callsMemo struct {
	mu   sync.Mutex
	sets map[string]NameSet
}

func (c *callsMemo) of(s *Settings) NameSet {
	const most = 64
	key := strconv.Itoa(s.Release)
	for _, line := range s.filter {
		key += fmt.Sprintf(" %t %q", line.inverted, line.names)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	calls, ok := c.sets[key]
	if !ok {
		if len(c.sets) == most {
			clear(c.sets)
		}
		if c.sets == nil {
			c.sets = map[string]NameSet{}
		}
		calls = s.systemCallSet()
		c.sets[key] = calls
	}
	return calls
}

// systemCallSet makes the set of system calls.
func (s *Settings) systemCallSet() NameSet {
	var calls NameSet
	for _, line := range s.filter {
		names := line.names
		if calls.Names == nil && !line.inverted {
			names = append([]string{"@default"}, names...)
		}
		groups, n := make([][]string, len(names)), 0
		for i, word := range names {
			name, _, _ := strings.Cut(word, ":")
			groups[i] = s.systemCalls(name)
			n += len(groups[i])
		}
		if calls.Names == nil {
			calls = NameSet{Set: true, Allow: !line.inverted, Names: make(map[string]bool, n)}
		}
		for _, group := range groups {
			for _, call := range group {
				calls.put(call, line.inverted)
			}
		}
	}
	return calls
}

// systemCalls returns the system calls that a name, or that of a group, stands for.
func (s *Settings) systemCalls(name string) []string {
	if !strings.HasPrefix(name, "@") {
		return []string{name}
	}
	return value.SystemCallGroup(name, s.Release, false)
}

func readUMask(s *Settings, d *directive.Directive, setting unit.Setting) outcome {
	text := setting.Value().String()
	if text == "" || !s.takes(d, setting) {
		return ignored
	}
	mode, err := strconv.ParseUint(text, 8, 12)
	if err != nil {
		return ignored
	}
	s.UMask = int(mode)
	s.because(d.Key, setting, false)
	return taken
}

func readUser(s *Settings, d *directive.Directive, setting unit.Setting) outcome {
	if setting.Value().String() == "" {
		s.User = ""
		delete(s.reasons, d.Key)
		return taken
	}
	if !s.takes(d, setting) {
		return ignored
	}
	s.User = s.Unit.Expand(setting.Value().String()).Text
	s.because(d.Key, setting, false)
	return taken
}
