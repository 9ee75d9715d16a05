package exposure

import (
	"path"
	"regexp"
	"strconv"
	"strings"

	"github.com/unitvet/unitvet/lint/program"
	"github.com/unitvet/unitvet/lint/program/python"
	"github.com/unitvet/unitvet/lint/program/startup"
	"github.com/unitvet/unitvet/lint/sandbox"
)

// needs is a set of things that a service may need from the system.
type needs uint32

const (
	rights     needs = 1 << iota // more than its user has: set-user-ID programs, file capabilities
	modules                      // to load kernel modules
	tunables                     // to change /proc/sys, /sys and their like
	kernelLog                    // the log of the kernel
	clock                        // to set the clocks, or to ask how well they are kept (adjtimex(2))
	hostName                     // to set the host name
	cgroups                      // to change control groups
	realTime                     // real-time priority
	setIDFiles                   // to make set-user-ID files
	namespaces                   // to make namespaces
	mounts                       // to mount for others
	devices                      // device nodes
	temporary                    // /tmp and /var/tmp of others
	homes                        // /home, /root, /run/user
	processes                    // the processes of others
	families                     // sockets of rare families
	rareCalls                    // system calls of administration and debugging
	otherABI                     // programs of another ABI, or another personality
	programs                     // to write /usr or /boot
	config                       // to write /etc

	everything needs = 1<<iota - 1
)

// questions ask a person about what a service may need.
var questions = map[needs]string{
	rights:     "does it start programs with more rights than its own, such as sudo, ping or sendmail?",
	modules:    "does it load kernel modules?",
	tunables:   "does it write below /proc/sys or /sys?",
	kernelLog:  "does it read the log of the kernel?",
	clock:      "does it set the clock, or ask how well it is kept?",
	hostName:   "does it set the host name?",
	cgroups:    "does it write below /sys/fs/cgroup?",
	realTime:   "does it ask for real-time priority?",
	setIDFiles: "does it make set-user-ID files, as package managers and backups do?",
	namespaces: "does it make containers or sandboxes of its own?",
	mounts:     "does it mount file systems that others are to see?",
	devices:    "does it open devices?",
	temporary:  "does it exchange files with others in /tmp or /var/tmp?",
	homes:      "does it use files below /home, /root or /run/user?",
	processes:  "does it look at the processes of others?",
	families:   "does it use sockets other than IP, local and netlink ones?",
	rareCalls:  "does it trace processes, mount file systems or administer the machine?",
	otherABI:   "does it start 32-bit programs or emulators?",
	programs:   "does it write below /usr or /boot?",
	config:     "does it write below /etc?",
}

// programNeeds are what programs need, by their base name or, with * at the end, the
// start of it; wherever in a unit's commands they are named.
var programNeeds = map[string]needs{
	"sudo": everything, "su": everything, "doas": everything, "pkexec": everything, "runuser": everything, "setpriv": everything,
	"ping": rights | families, "ping6": rights | families, "fping": rights | families, "traceroute": rights | families, "mtr": rights | families,
	"sendmail": rights, "mail": rights, "mailx": rights, "mutt": rights, "s-nail": rights, "crontab": rights, "at": rights, "newgrp": rights,
	"check_icmp": rights | families, "nagios*": everything, "nrpe": everything, "icinga*": everything, "zabbix*": everything, "smokeping": everything,
	"modprobe": modules, "insmod": modules, "rmmod": modules, "kmod": modules, "sysctl": tunables, "dmesg": kernelLog,
	"hwclock": clock | devices, "ntpd": clock, "ntpdate": clock, "chronyd": clock, "timedatectl": clock,
	"hostname": hostName, "hostnamectl": hostName, "mount": everything, "umount": everything, "fusermount*": everything, "sshfs": everything, "rclone": everything,
	"chrt": realTime, "jackd": realTime | devices, "pipewire*": realTime | devices, "pulseaudio": realTime | devices,
	"ps": processes, "pgrep": processes, "pkill": processes, "killall": processes, "pidof": processes, "top": processes, "fuser": processes, "lsof": processes,
	"strace": everything, "gdb": everything, "perf": everything, "bpftrace": everything, "tcpdump": families | rights, "dumpcap": families | rights,
	"docker*": everything, "containerd*": everything, "podman*": everything, "buildah": everything, "crun": everything, "runc": everything,
	"lxc*": everything, "lxd": everything, "incus*": everything, "systemd-nspawn": everything, "machinectl": everything, "bwrap": everything,
	"flatpak*": everything, "snap*": everything, "firejail": everything, "unshare": everything, "nsenter": everything, "chroot": everything,
	"schroot": everything, "sbuild": everything, "k3s": everything, "kubelet": everything, "singularity": everything, "apptainer": everything,
	"nix-daemon": everything, "guix-daemon": everything, "gitlab-runner": everything, "buildbot*": everything, "jenkins*": everything, "code-server": everything,
	"chromium*": everything, "chrome*": everything, "google-chrome*": everything, "firefox*": everything, "electron*": everything, "steam*": everything,
	"qemu*": everything, "libvirtd": everything, "systemd": everything, "systemd-run": everything, "init": everything, "wine*": otherABI | homes,
	"agetty": everything, "login": everything, "sshd": everything, "cron": everything, "atd": everything, "xrdp*": everything, "fcgiwrap": everything,
	"apt*": everything, "dpkg*": everything, "dnf": everything, "pip*": programs, "npm": programs, "rsync": everything, "tar": setIDFiles, "borg*": everything, "restic": everything,
	"bluetoothd": families | devices, "openvpn": everything, "wg*": everything, "ip": everything, "iptables*": everything, "nft": everything, "tc": everything,
	"node_exporter": processes | homes, "prometheus-node-exporter": everything, "netdata": everything, "telegraf": everything, "collectd": everything, "munin*": everything,
	"blackbox_exporter": rights | families, "prometheus-blackbox-exporter": rights | families, "prometheus-smokeping-prober": rights | families,
	"cgi*": everything, "fakeroot": everything, "setarch": otherABI, "linux32": otherABI, "i386": otherABI,
}

// servers are programs that serve a network and start no others: what they need beside
// files, a directory for temporary ones among them, and IP or local sockets is nothing.
var servers = map[string]bool{
	"alertmanager": true, "beanstalkd": true, "dnsdist": true, "etcd": true, "influxd": true, "loki": true, "memcached": true,
	"nats-server": true, "nsqd": true, "pdns_recursor": true, "prometheus": true,
	"prometheus-alertmanager": true, "prometheus-postgres-exporter": true, "prometheus-pushgateway": true, "prometheus-redis-exporter": true,
	"redis-sentinel": true, "redis-server": true, "stubby": true, "turnserver": true, "valkey-sentinel": true, "valkey-server": true,
}

// neutral are programs that need nothing but files, and signals for themselves.
var neutral = map[string]bool{
	"[": true, "cat": true, "echo": true, "false": true, "kill": true, "mkdir": true, "rm": true, "sleep": true, "test": true, "touch": true, "true": true,
}

// serversLack is what these programs do not need.
const serversLack = rights | modules | tunables | kernelLog | clock | hostName | cgroups | realTime | setIDFiles | namespaces |
	mounts | devices | families | rareCalls | otherABI | programs

// usersLack is what a process cannot have without capabilities or the programs of
// root, whatever it wants. It can make sockets of rare families and set-group-ID
// directories, ask how the clock is kept and, on some systems, read the log of the
// kernel.
const usersLack = modules | tunables | hostName | cgroups | realTime | mounts | programs

// pathNeeds are what paths stand for, by what they start with.
var pathNeeds = []struct {
	prefix string
	needs
}{
	{"/dev/fuse", devices | mounts | rights}, {"/dev/", devices}, {"/sys/fs/cgroup", cgroups}, {"/sys/", tunables}, {"/proc/sys", tunables}, {"/proc/", processes},
	{"/tmp", temporary}, {"/var/tmp", temporary}, {"/home", homes}, {"/root", homes}, {"/run/user", homes}, {"/boot", programs}, {"/efi", programs},
	{"/usr/local", programs}, {"/lib/modules", modules}, {"/usr/lib/modules", modules}, {"/etc", config}, {"/var/run/user", homes},
}

// harmlessDevices are nodes that PrivateDevices= leaves.
var harmlessDevices = map[string]bool{
	"/dev/null": true, "/dev/zero": true, "/dev/full": true, "/dev/random": true, "/dev/urandom": true, "/dev/log": true,
	"/dev/stdin": true, "/dev/stdout": true, "/dev/stderr": true, "/dev/fd": true,
}

// deviceGroups are groups that own devices.
var deviceGroups = map[string]bool{
	"audio": true, "video": true, "render": true, "dialout": true, "tty": true, "disk": true, "kvm": true, "input": true, "plugdev": true,
	"lp": true, "cdrom": true, "floppy": true, "tape": true, "uucp": true, "scanner": true, "gpio": true, "i2c": true, "spi": true, "optical": true,
	"libvirt": true, "docker": true, "netdev": true, "bluetooth": true, "nut": true,
}

// capabilityNeeds are what capabilities in the hands of a service say that it needs.
var capabilityNeeds = map[string]needs{
	"CAP_SYS_ADMIN": everything, "CAP_SYS_MODULE": modules, "CAP_SYS_TIME": clock, "CAP_WAKE_ALARM": clock, "CAP_SYSLOG": kernelLog,
	"CAP_NET_ADMIN": tunables | families | modules, "CAP_NET_RAW": families, "CAP_SYS_NICE": realTime, "CAP_SYS_RAWIO": devices | rareCalls, "CAP_MKNOD": devices,
	"CAP_SYS_PTRACE": processes | rareCalls, "CAP_BPF": rareCalls, "CAP_PERFMON": rareCalls, "CAP_SYS_BOOT": rareCalls, "CAP_KILL": processes,
	"CAP_SYS_CHROOT": rareCalls, "CAP_SETUID": rights, "CAP_SETGID": rights, "CAP_SETFCAP": setIDFiles, "CAP_FSETID": setIDFiles,
	"CAP_DAC_OVERRIDE": cgroups | homes | config | programs | tunables | devices | temporary, "CAP_DAC_READ_SEARCH": homes | devices | temporary,
	"CAP_SYS_RESOURCE": tunables, "CAP_SYS_TTY_CONFIG": devices, "CAP_CHECKPOINT_RESTORE": processes | rareCalls,
}

// absolute finds paths in text.
var absolute = regexp.MustCompile(`(?:^|[^A-Za-z0-9._/~-])(/[A-Za-z0-9._/@%*-]+)`)

// port finds a port number after a colon or the word port.
var port = regexp.MustCompile(`(?i)(?:^|[^0-9a-f:]):([0-9]{1,5})$|(?:^|[\].a-z0-9]):([0-9]{1,5})$|port[ =]"?([0-9]{1,5})\b`)

// evidence is what is seen of a service.
type evidence struct {
	// wants is what something in the unit speaks for; lacks what is known not to be
	// needed. What is in neither is not known.
	wants, lacks needs
	// lowPort says that the service seems to listen on a port below 1024.
	lowPort bool
}

// see looks at what a unit says and runs, and at what its Python programs do.
func see(s *sandbox.Settings, p *program.Unit, followed []*startup.Program) evidence {
	var e evidence
	for _, started := range followed {
		for i := range started.Effects {
			e.effect(&started.Effects[i])
		}
	}
	for setting := range s.Unit.All() {
		if setting.Section == s.Section {
			e.setting(s, setting.Key().String(), setting.Value().String())
		}
	}
	confined, serves := 0, 0
	elevated := false
	for _, c := range p.Commands {
		if c.Exec.FullPrivileges || c.Key != "ExecStart" && s.Unit.Bool(s.Section, "PermissionsStartOnly", false) {
			continue // outside of the sandbox
		}
		elevated = elevated || c.Exec.KeepUser || c.Exec.Ambient
		if neutral[path.Base(c.Program.Text)] {
			continue
		}
		confined++
		if c.Exec.Shell || len(c.Runs) == 0 {
			continue
		}
		if servers[path.Base(c.Program.Text)] {
			serves++
		}
		for _, run := range c.Runs {
			e.program(run)
		}
	}
	privileged := s.Privileged() || elevated || strings.Contains(s.User, "%") // who may be root
	if confined > 0 && confined == serves {
		e.lacks |= serversLack
	}
	if !privileged {
		e.lacks |= usersLack
		if s.On("NoNewPrivileges") {
			e.lacks |= rights
		}
	}
	if !s.Privileged() && elevated {
		e.wants |= everything // starts as root and becomes the user later
	}
	held := s.Ambient
	if privileged && s.Capabilities>>40 == 0 {
		held |= s.Capabilities // what the author left to root
	}
	for _, name := range held.Names() {
		e.wants |= capabilityNeeds[name]
	}
	if e.lowPort && !privileged && !s.Ambient.Has("CAP_NET_BIND_SERVICE") {
		e.wants |= rights // by a capability of the program's file
	}
	e.lacks &^= e.wants
	return e
}

// effect notes what a program that was read does.
func (e *evidence) effect(f *python.Effect) {
	switch f.Kind {
	case python.Write, python.MakeDir:
		e.path(f.Path, true)
		if strings.HasPrefix(f.Path, "/usr/") {
			e.wants |= programs
		}
	case python.Listen:
		e.lowPort = e.lowPort || f.Port > 0 && f.Port < 1024
	}
}

// program notes what a program that is run needs, and the words after it.
func (e *evidence) program(run *program.Run) {
	words := []string{run.Program.Text}
	for _, arg := range run.Args {
		words = append(words, arg.Text)
	}
	for _, redirect := range run.Redirects {
		words = append(words, redirect.Path.Text)
	}
	for _, word := range words {
		e.wants |= needsOf(path.Base(word))
		e.ports(word)
	}
}

// needsOf returns what a program needs by its name.
func needsOf(name string) needs {
	if n, ok := programNeeds[name]; ok {
		return n
	}
	for i := len(name); i > 1; i-- {
		if n, ok := programNeeds[name[:i]+"*"]; ok {
			return n
		}
	}
	if strings.HasSuffix(name, "fs") || strings.Contains(name, "fuse") || strings.Contains(name, "mount") {
		return mounts | rights // a file system, which fusermount(1) mounts
	}
	return 0
}

// ports notes ports below 1024.
func (e *evidence) ports(word string) {
	for _, match := range port.FindAllStringSubmatch(word, -1) {
		for _, digits := range match[1:] {
			if n, err := strconv.Atoi(digits); err == nil && n > 0 && n < 1024 {
				e.lowPort = true
			}
		}
	}
}

// setting notes what a setting speaks for.
func (e *evidence) setting(s *sandbox.Settings, key, text string) {
	switch key {
	case "Group", "SupplementaryGroups", "User":
		for word := range strings.FieldsSeq(text) {
			if deviceGroups[word] {
				e.wants |= devices | tunables // below /sys, too
			}
		}
		if key == "User" && strings.Contains(text, "%") {
			e.wants |= homes // for a user of the machine
		}
	case "TTYPath", "DeviceAllow", "DevicePolicy":
		e.wants |= devices
	case "StandardInput":
		if strings.HasPrefix(text, "tty") {
			e.wants |= devices
		}
	case "JoinsNamespaceOf", "NetworkNamespacePath":
		e.wants |= temporary | namespaces
	case "Delegate":
		if s.On(key) {
			e.wants |= cgroups | namespaces | mounts
		}
	case "CPUSchedulingPolicy", "LimitRTPRIO", "LimitRTTIME", "CPUSchedulingPriority":
		e.wants |= realTime
	case "PAMName":
		e.wants |= everything
	case "Personality":
		e.wants |= otherABI
	case "MountFlags":
		e.wants |= mounts
	case "WorkingDirectory":
		if strings.HasPrefix(text, "/usr") || strings.HasPrefix(text, "-/usr") {
			e.wants |= programs
		}
		if text == "~" || text == "-~" {
			e.wants |= homes
		}
	case "ConfigurationDirectory":
		e.wants |= config
	case "NoNewPrivileges":
		if !s.On(key) {
			e.wants |= rights
		}
	}
	if strings.HasPrefix(key, "Exec") || strings.HasPrefix(key, "Environment") {
		e.ports(text)
	}
	if key != "Environment" || !strings.HasPrefix(strings.TrimLeft(text, `"'`), "PATH=") {
		e.paths(key, text)
	}
}

// paths notes what the paths in a value stand for. The program of a command, and the
// configuration that it is given, are read.
func (e *evidence) paths(key, text string) {
	for i, match := range absolute.FindAllStringSubmatch(text, -1) {
		started := strings.HasPrefix(key, "Exec") && i == 0
		e.path(match[1], !started && !readsOnly[key])
	}
}

// path notes what a path stands for, which may be written or is only read.
func (e *evidence) path(p string, written bool) {
	if harmlessDevices[p] {
		return
	}
	for _, n := range pathNeeds {
		if !strings.HasPrefix(p, n.prefix) {
			continue
		}
		if written || n.needs != programs && n.needs != config {
			e.wants |= n.needs
		}
		return
	}
}

// readsOnly are settings with files that nothing is written to.
var readsOnly = map[string]bool{"EnvironmentFile": true, "LoadCredential": true, "LoadCredentialEncrypted": true, "ExecSearchPath": true, "BindReadOnlyPaths": true, "ReadOnlyPaths": true}
