package shipped

import "strings"

// generated lists names that appear at run time. A name matches when it starts
// and ends like an entry, with something in between where the entry has a *.
// The more telling entries come first.
var generated = []struct{ pattern, reason string }{
	{"session-*.scope", "logind makes one for each session"},
	{"user-*.slice", "logind makes one for each user"},
	{"user@*.service", "logind starts one for each user"},
	{"user-runtime-dir@*.service", "logind starts one for each user"},

	{"*.device", "udev makes device units as hardware appears"},
	{"*.mount", "mount units are made from /etc/fstab and from what is mounted"},
	{"*.automount", "automount units are made from /etc/fstab"},
	{"*.swap", "swap units are made from /etc/fstab and from the swap in use"},
	{"*.scope", "scope units are made by programs at run time, never from a file"},
	{"*.slice", "the manager makes a slice as soon as something names it"},

	{"systemd-cryptsetup@*.service", "systemd-cryptsetup-generator makes them from /etc/crypttab"},
	{"systemd-veritysetup@*.service", "systemd-veritysetup-generator makes them from /etc/veritytab"},
	{"systemd-integritysetup@*.service", "systemd-integritysetup-generator makes them from /etc/integritytab"},
	{"systemd-makefs@*.service", "systemd-fstab-generator makes them from /etc/fstab"},
	{"systemd-mkswap@*.service", "systemd-fstab-generator makes them from /etc/fstab"},
	{"kernel-command-line.service", "systemd-run-generator makes it from the kernel command line"},
	{"kernel-command-line.target", "systemd-run-generator makes it from the kernel command line"},
	{"sshd-vsock.socket", "systemd-ssh-generator makes it"},
	{"sshd-vsock@*.service", "systemd-ssh-generator makes it"},
	{"sshd-unix-local.socket", "systemd-ssh-generator makes it"},
	{"sshd-unix-local@*.service", "systemd-ssh-generator makes it"},
	{"sshd-unix-export.socket", "systemd-ssh-generator makes it"},
	{"sshd-unix-export@*.service", "systemd-ssh-generator makes it"},
	{"app-*@autostart.service", "systemd-xdg-autostart-generator makes them from desktop files"},

	{"lvm2-activation.service", "lvm2-activation-generator makes it"},
	{"lvm2-activation-early.service", "lvm2-activation-generator makes it"},
	{"lvm2-activation-net.service", "lvm2-activation-generator makes it"},
	{"netplan-*.service", "netplan makes them from its configuration"},
	{"snap.*", "snapd makes them for the services of snaps"},
	{"zfs-load-key@*.service", "zfs-mount-generator makes them from the pools"},
	{"zfs-load-key-*.service", "zfs-mount-generator makes them from the pools"},
}

// Generated reports whether units of that name come into being at run time,
// made by udev, logind, a generator or the manager, and why. Such a unit cannot
// be known to be missing from a look at files; where the sources can be read,
// such as /etc/fstab on a root, more can be said.
func Generated(name string) (reason string, ok bool) {
	for _, g := range generated {
		if matches(g.pattern, name) {
			return g.reason, true
		}
	}
	return "", false
}

func matches(pattern, name string) bool {
	start, end, wild := strings.Cut(pattern, "*")
	if !wild {
		return name == pattern
	}
	return len(name) > len(start)+len(end) && strings.HasPrefix(name, start) && strings.HasSuffix(name, end)
}
