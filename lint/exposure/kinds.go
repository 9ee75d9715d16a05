package exposure

import (
	"strings"

	"github.com/unitvet/unitvet/lint/sandbox"
	"github.com/unitvet/unitvet/lint/value"
)

// assess says how bad it is, in the check's range, and in words where those depend
// on it. applies is false where the check does not count.
type assess func(c *Check, s *sandbox.Settings) (badness uint64, text string, applies bool)

// kinds are the kinds of checks, by their name in the table.
var kinds = map[string]assess{
	"address":      assessAddresses,
	"ambient":      holds(func(_ *Check, s *sandbox.Settings) bool { return s.Ambient == 0 }),
	"architecture": assessArchitectures,
	"call":         assessCalls,
	"capability":   holds(func(c *Check, s *sandbox.Settings) bool { return s.Capabilities&c.arguments == 0 }),
	"device":       assessDevices,
	"family":       holds(withoutFamily),
	"groups":       unprivileged(func(_ *Check, s *sandbox.Settings) bool { return len(s.SupplementaryGroups) == 0 }),
	"home": words("ProtectHome", map[string]verdict{
		"yes":       {0, "it cannot see home directories"},
		"tmpfs":     {1, "it sees empty directories in the place of home directories"},
		"read-only": {5, "it can read home directories"},
		"no":        {10, "it can read and write home directories"},
	}),
	"inverted": holds(func(c *Check, s *sandbox.Settings) bool { return !s.On(c.argument) }),
	"ipc":      assessIPC,
	"keyring":  holds(func(_ *Check, s *sandbox.Settings) bool { return s.Word("KeyringMode") == "private" }),
	"namespace": holds(func(c *Check, s *sandbox.Settings) bool {
		return s.Namespaces != nil && !s.Namespaces[c.argument]
	}),
	"notify": holds(func(_ *Check, s *sandbox.Settings) bool { return s.Word("NotifyAccess") != "all" }),
	"proc": words("ProtectProc", map[string]verdict{
		"noaccess": {1, "it sees that there are other processes"}, "invisible": {0, ""}, "ptraceable": {0, ""}, "default": {3, ""},
	}),
	"root":   holds(func(_ *Check, s *sandbox.Settings) bool { return s.HasRoot() }),
	"subset": holds(func(_ *Check, s *sandbox.Settings) bool { return s.Word("ProcSubset") == "pid" }),
	"switch": holds(func(c *Check, s *sandbox.Settings) bool { return s.On(c.argument) }),
	"system": words("ProtectSystem", map[string]verdict{
		"strict": {0, "it can write nothing of the system"},
		"full":   {3, "it cannot write /usr, /boot and /etc"},
		"yes":    {5, "it cannot write /usr and /boot"},
		"no":     {10, "it can write all of the system, as far as its user may"},
	}),
	"umask": assessUMask,
	"user":  assessUser,
}

// verdict is a badness with what it comes to.
type verdict struct {
	badness uint64
	text    string
}

// holds makes a check of something that is good or bad.
func holds(good func(*Check, *sandbox.Settings) bool) assess {
	return func(c *Check, s *sandbox.Settings) (uint64, string, bool) {
		if good(c, s) {
			return 0, "", true
		}
		return c.Range, "", true
	}
}

// unprivileged makes a check that only counts for services that do not run as root.
func unprivileged(good func(*Check, *sandbox.Settings) bool) assess {
	return func(c *Check, s *sandbox.Settings) (uint64, string, bool) {
		if s.Privileged() && !userOfManager(s) {
			return 0, "", false
		}
		return holds(good)(c, s)
	}
}

// words makes a check of a setting that is switched to a word.
func words(key string, verdicts map[string]verdict) assess {
	return func(_ *Check, s *sandbox.Settings) (uint64, string, bool) {
		v := verdicts[s.Word(key)]
		return v.badness, v.text, true
	}
}

// userScopeSince is the first release that knows that a user's services are not
// root's.
const userScopeSince = 262

// userOfManager reports whether the release takes the service for one of a user's
// manager, which has that user's rights.
func userOfManager(s *sandbox.Settings) bool {
	return s.Release >= userScopeSince && s.IsUser()
}

// assessIPC does not count for what RemoveIPC= has no effect on.
func assessIPC(c *Check, s *sandbox.Settings) (badness uint64, text string, applies bool) {
	if userOfManager(s) {
		return 0, "RemoveIPC= has no effect on the services of a user", false
	}
	return unprivileged(func(_ *Check, s *sandbox.Settings) bool { return s.On("RemoveIPC") })(c, s)
}

func assessUser(_ *Check, s *sandbox.Settings) (badness uint64, text string, applies bool) {
	switch {
	case s.User == "nobody":
		return 9, "it runs as nobody, a user that is not for services", true
	case s.Privileged() && userOfManager(s):
		return 0, "it runs as the user of its manager", true
	case s.Privileged():
		return 10, "", true
	case s.On("DynamicUser"):
		return 0, "it runs as a user that exists only while it runs", true
	}
	return 0, "it runs as a user of its own", true
}

func assessUMask(_ *Check, s *sandbox.Settings) (badness uint64, text string, applies bool) {
	switch {
	case s.UMask&0o002 == 0:
		return 10, "everyone may write the files it makes", true
	case s.UMask&0o004 == 0:
		return 5, "everyone may read the files it makes", true
	case s.UMask&0o020 == 0:
		return 2, "its group may write the files it makes", true
	case s.UMask&0o040 == 0:
		return 1, "its group may read the files it makes", true
	}
	return 0, "only its own user may read the files it makes", true
}

func assessArchitectures(_ *Check, s *sandbox.Settings) (badness uint64, text string, applies bool) {
	switch {
	case len(s.Architectures) == 0:
		return 10, "it may make system calls of every ABI", true
	case len(s.Architectures) == 1 && s.Architectures["native"]:
		return 0, "it may make system calls of the native ABI only", true
	}
	return 8, "it may make system calls of several ABIs", true
}

// assessCalls looks for a member of a group that the filter lets through.
func assessCalls(c *Check, s *sandbox.Settings) (badness uint64, text string, applies bool) {
	filter := s.SystemCalls()
	if !filter.Allow && len(filter.Names) == 0 {
		return 10, "its system calls are not filtered", true
	}
	for _, call := range value.SystemCallGroup(c.argument, s.Release, true) {
		if !filter.Allows(call) {
			continue
		}
		text = "its filter lets through some of " + c.argument + ", " + call + " for one"
		if filter.Allow {
			return 9, text, true
		}
		return 10, text, true
	}
	return 0, "its filter lets through nothing of " + c.argument, true
}

// withoutFamily reports whether a service cannot make sockets of some families; no
// families are all that have no check of their own. One family of several on the list
// decides for all.
func withoutFamily(c *Check, s *sandbox.Settings) bool {
	listed := false
	for name := range s.Families.Names {
		if c.argument == "" {
			listed = listed || !commonFamilies[name]
		} else {
			listed = listed || strings.Contains(" "+c.argument+" ", " "+name+" ")
		}
	}
	return listed != s.Families.Allow
}

// commonFamilies are those that have checks of their own.
var commonFamilies = map[string]bool{"AF_INET": true, "AF_INET6": true, "AF_UNIX": true, "AF_NETLINK": true, "AF_PACKET": true}

func assessAddresses(_ *Check, s *sandbox.Settings) (badness uint64, text string, applies bool) {
	switch {
	case s.IPFilters > 0:
		return 0, "BPF programs filter its packets", true
	case !s.DenyIPv4 || !s.DenyIPv6:
		return 10, "it may talk to all IP addresses", true
	case s.AllowOther:
		return 5, "it may talk to listed IP addresses, others than those of the host among them", true
	case s.AllowLocal:
		return 2, "it may talk to the IP addresses of the host itself only", true
	}
	return 0, "it may talk to no IP address", true
}

func assessDevices(_ *Check, s *sandbox.Settings) (badness uint64, text string, applies bool) {
	switch {
	case s.Word("DevicePolicy") == "auto":
		return 10, "no device is kept from it", true
	case len(s.Devices) > 0:
		return 5, "it gets at some devices only: " + strings.Join(s.Devices, " "), true
	}
	return 0, "it gets at no devices but a few harmless ones", true
}
