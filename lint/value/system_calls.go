package value

import (
	"strconv"
	"strings"
	"sync"
)

// SystemCalls returns the names of system calls and of groups of them that a release
// of systemd knows, in no order.
func SystemCalls(release int) []string {
	var names []string
	for name, since := range systemCalls() {
		if since <= release {
			names = append(names, name)
		}
	}
	return names
}

// SystemCallGroup returns the system calls of a group such as @mount, those of the
// groups in it included. With native, it leaves out those that x86-64 does not have.
// An unknown group has none. Callers must not change the result, which is kept.
func SystemCallGroup(group string, release int, native bool) []string {
	key := groupKey{group, release, native}
	if known, ok := keptGroups.Load(key); ok {
		return known.([]string) //nolint:forcetypeassert // nothing else is stored
	}
	names := systemCallGroup(group, release, native)
	if len(names) > 0 {
		keptGroups.Store(key, names)
	}
	return names
}

// keptGroups keeps the members of groups, which every service asks for again.
var keptGroups sync.Map

type groupKey struct {
	group   string
	release int
	native  bool
}

func systemCallGroup(group string, release int, native bool) []string {
	var names []string
	for _, m := range systemCallGroups()[group] {
		switch {
		case release < m.since || m.until != 0 && release >= m.until:
		case strings.HasPrefix(m.name, "@"):
			names = append(names, SystemCallGroup(m.name, release, native)...)
		case systemCalls().has(m.name, release) && (!native || !m.other):
			names = append(names, m.name)
		}
	}
	return names
}

// groupMember is a system call, or a group, in a group.
type groupMember struct {
	name string
	// since and until are the first release that has it in the group and the first
	// one that has not, 0 where there is none in sight.
	since, until int
	// other says that only other architectures than x86-64 have the system call.
	other bool
}

// systemCallGroups are the groups by name (syscall_filter_sets in
// src/shared/seccomp-util.c), in lines of the group, the member, since, until and
// "other". The architectures that have a system call are as libseccomp tells.
var systemCallGroups = sync.OnceValue(func() map[string][]groupMember {
	groups := map[string][]groupMember{}
	text, err := data.ReadFile("data/system_call_groups.tsv")
	if err != nil {
		return groups // the file is part of the program
	}
	for line := range strings.Lines(string(text)) {
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		fields = append(fields, "", "", "")
		m := groupMember{name: fields[1], other: fields[4] != ""}
		m.since, _ = strconv.Atoi(fields[2]) // no number is 0
		m.until, _ = strconv.Atoi(fields[3])
		groups[fields[0]] = append(groups[fields[0]], m)
	}
	return groups
})
