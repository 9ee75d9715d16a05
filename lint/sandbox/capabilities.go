package sandbox

import (
	"slices"
	"strconv"
	"strings"
)

// Capabilities is a set of capabilities, by number (capabilities(7)).
type Capabilities uint64

// capabilityNames are the names by number (linux/capability.h).
var capabilityNames = strings.Fields(`CAP_CHOWN CAP_DAC_OVERRIDE CAP_DAC_READ_SEARCH CAP_FOWNER CAP_FSETID CAP_KILL CAP_SETGID
	CAP_SETUID CAP_SETPCAP CAP_LINUX_IMMUTABLE CAP_NET_BIND_SERVICE CAP_NET_BROADCAST CAP_NET_ADMIN CAP_NET_RAW CAP_IPC_LOCK
	CAP_IPC_OWNER CAP_SYS_MODULE CAP_SYS_RAWIO CAP_SYS_CHROOT CAP_SYS_PTRACE CAP_SYS_PACCT CAP_SYS_ADMIN CAP_SYS_BOOT CAP_SYS_NICE
	CAP_SYS_RESOURCE CAP_SYS_TIME CAP_SYS_TTY_CONFIG CAP_MKNOD CAP_LEASE CAP_AUDIT_WRITE CAP_AUDIT_CONTROL CAP_SETFCAP
	CAP_MAC_OVERRIDE CAP_MAC_ADMIN CAP_SYSLOG CAP_WAKE_ALARM CAP_BLOCK_SUSPEND CAP_AUDIT_READ CAP_PERFMON CAP_BPF
	CAP_CHECKPOINT_RESTORE`)

// CapabilitySet returns the set of capabilities with these names, in any case, or
// numbers.
func CapabilitySet(names ...string) Capabilities {
	var set Capabilities
	for _, name := range names {
		n := slices.IndexFunc(capabilityNames, func(known string) bool { return strings.EqualFold(known, name) })
		if n < 0 {
			number, err := strconv.ParseUint(name, 0, 6)
			if err != nil {
				continue
			}
			n = int(number)
		}
		set |= 1 << n
	}
	return set
}

// Names returns the names of the capabilities of a set, by number.
func (c Capabilities) Names() []string {
	var names []string
	for n, name := range capabilityNames {
		if c&(1<<n) != 0 {
			names = append(names, name)
		}
	}
	return names
}

// Has reports whether a capability is in the set.
func (c Capabilities) Has(name string) bool { return c&CapabilitySet(name) != 0 }

// kernelSetSince is the first release in which "~" stands for the capabilities that the
// kernel has, not for all bits.
const kernelSetSince = 262

// unsetCapabilities is CapabilityBoundingSet= where nothing is written.
func unsetCapabilities(release int) Capabilities {
	if release >= kernelSetSince {
		return everything >> 1
	}
	return everything
}

// merge adds an assignment to a set (config_parse_capability_set in
// src/core/load-fragment.c): the first one, and one without any capability, takes
// the place of what was there.
func (c Capabilities) merge(words Capabilities, inverted bool, unset Capabilities, release int) Capabilities {
	all := everything
	if release >= kernelSetSince {
		all = 1<<len(capabilityNames) - 1
	}
	switch {
	case (words == 0 || c == unset) && inverted:
		return all &^ words
	case words == 0 || c == unset:
		return words
	case inverted:
		return c &^ words
	}
	return c | words
}
