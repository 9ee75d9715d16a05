package sandbox

import (
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint/unit"
	"github.com/unitvet/unitvet/lint/value"
)

// rootKeys give the service a root directory of its own.
var rootKeys = []string{"RootDirectory", "RootImage", "RootMStack"}

// managerPaths are mounted for every service with a file-system sandbox, for the
// manager's own ends.
var managerPaths = []string{"/run/credentials", "/run/systemd/incoming"}

// apiMounts are made where a setting needs the API file systems (apivfs_table in
// src/core/namespace.c). They are mounted already; being in the list, they are
// passed over when what is above becomes read-only, /run too.
var apiMounts = []mount{
	{path: "/proc", mode: bind},
	{path: "/dev", mode: hole},
	{path: "/sys", mode: bind},
	{path: "/run", mode: hole},
}

// toggle is a setting that is switched to a word.
type toggle struct {
	key string
	// effects are the mounts for each word that makes some.
	effects map[string][]mount
	// api says that the words with effects need the API file systems.
	api bool
}

// switches are the settings that take a word, with the mounts that each makes
// (the tables of src/core/namespace.c).
var switches = []toggle{
	{key: "ProtectSystem", effects: map[string][]mount{
		"yes":  {{path: "/usr", mode: readOnly}, {path: "/boot", mode: readOnly}, {path: "/efi", mode: readOnly}},
		"full": {{path: "/usr", mode: readOnly}, {path: "/boot", mode: readOnly}, {path: "/efi", mode: readOnly}, {path: "/etc", mode: readOnly}},
		"strict": {
			{path: "/", mode: readOnly},
			{path: "/proc", mode: hole}, {path: "/sys", mode: hole}, {path: "/dev", mode: hole},
			{path: "/home", mode: hole}, {path: "/run/user", mode: hole}, {path: "/root", mode: hole},
		},
	}},
	{key: "ProtectHome", effects: map[string][]mount{
		"yes":       {{path: "/home", mode: inaccessible}, {path: "/run/user", mode: inaccessible}, {path: "/root", mode: inaccessible}},
		"read-only": {{path: "/home", mode: readOnly}, {path: "/run/user", mode: readOnly}, {path: "/root", mode: readOnly}},
		"tmpfs": {
			{path: "/home", mode: tmpfs, readOnly: true}, {path: "/run/user", mode: tmpfs, readOnly: true},
			{path: "/root", mode: tmpfs, readOnly: true},
		},
	}},
	{key: "PrivateTmp", effects: map[string][]mount{
		"yes":          {{path: "/tmp", mode: privateTmp}, {path: "/var/tmp", mode: privateTmp}},
		"connected":    {{path: "/tmp", mode: privateTmp}, {path: "/var/tmp", mode: privateTmp}},
		"disconnected": {{path: "/tmp", mode: privateTmp}, {path: "/var/tmp", mode: privateTmp}},
	}},
	{key: "PrivateDevices", effects: map[string][]mount{
		"yes": {
			{path: "/dev", mode: privateDev, readOnly: true},
			{path: "/dev/null", mode: bind}, {path: "/dev/zero", mode: bind}, {path: "/dev/full", mode: bind},
			{path: "/dev/random", mode: bind}, {path: "/dev/urandom", mode: bind}, {path: "/dev/tty", mode: bind},
			{path: "/dev/ptmx", mode: bind}, {path: "/dev/pts", mode: bind}, {path: "/dev/shm", mode: bind},
			{path: "/dev/mqueue", mode: bind}, {path: "/dev/hugepages", mode: bind}, {path: "/dev/log", mode: bind},
			{path: "/dev/fd", mode: bind}, {path: "/dev/stdin", mode: bind}, {path: "/dev/stdout", mode: bind},
			{path: "/dev/stderr", mode: bind}, {path: "/dev/core", mode: bind},
		},
	}},
	{key: "ProtectKernelTunables", api: true, effects: map[string][]mount{
		"yes": {
			{path: "/proc/acpi", mode: readOnly}, {path: "/proc/apm", mode: readOnly}, {path: "/proc/asound", mode: readOnly},
			{path: "/proc/bus", mode: readOnly}, {path: "/proc/fs", mode: readOnly}, {path: "/proc/irq", mode: readOnly},
			{path: "/proc/kallsyms", mode: inaccessible}, {path: "/proc/kcore", mode: inaccessible},
			{path: "/proc/latency_stats", mode: readOnly}, {path: "/proc/mtrr", mode: readOnly}, {path: "/proc/scsi", mode: readOnly},
			{path: "/proc/sys", mode: readOnly}, {path: "/proc/sysrq-trigger", mode: readOnly}, {path: "/proc/timer_stats", mode: readOnly},
			{path: "/sys", mode: readOnly}, {path: "/sys/fs/bpf", mode: readOnly}, {path: "/sys/fs/cgroup", mode: hole},
			{path: "/sys/fs/selinux", mode: hole}, {path: "/sys/kernel/debug", mode: readOnly}, {path: "/sys/kernel/tracing", mode: readOnly},
		},
	}},
	{key: "ProtectKernelModules", effects: map[string][]mount{
		"yes": {{path: "/usr/lib/modules", mode: inaccessible}},
	}},
	{key: "ProtectKernelLogs", effects: map[string][]mount{
		"yes": {{path: "/proc/kmsg", mode: inaccessible}, {path: "/dev/kmsg", mode: inaccessible}},
	}},
	{key: "ProtectControlGroups", api: true, effects: map[string][]mount{
		"yes":     {{path: "/sys/fs/cgroup", mode: readOnly}},
		"strict":  {{path: "/sys/fs/cgroup", mode: readOnly}},
		"private": {{path: "/sys/fs/cgroup", mode: unmodelled}},
	}},
	{key: "ProtectProc", api: true, effects: map[string][]mount{"noaccess": nil, "invisible": nil, "ptraceable": nil}},
	{key: "ProcSubset", api: true, effects: map[string][]mount{"pid": {{path: "/proc", mode: unmodelled}}}},
	{key: "PrivatePIDs", api: true, effects: map[string][]mount{"yes": {{path: "/proc", mode: unmodelled}}}},
	{key: "MountAPIVFS", api: true, effects: map[string][]mount{"yes": nil}},
	{key: "PrivateNetwork", effects: map[string][]mount{"yes": {{path: "/sys", mode: unmodelled}}}},
	{key: "PrivateIPC", effects: map[string][]mount{"yes": {{path: "/dev/mqueue", mode: unmodelled}}}},
	{key: "PrivateBPF", effects: map[string][]mount{"yes": {{path: "/sys/fs/bpf", mode: unmodelled}}}},
}

// list is a setting that takes a list of paths.
type list struct {
	key  string
	read func(v *View, s *unit.Setting)
}

// lists are the settings that take lists of paths, the older names included.
var lists = []list{
	{"ReadWritePaths", paths(readWrite)},
	{"ReadWriteDirectories", paths(readWrite)},
	{"ReadOnlyPaths", paths(readOnly)},
	{"ReadOnlyDirectories", paths(readOnly)},
	{"InaccessiblePaths", paths(inaccessible)},
	{"InaccessibleDirectories", paths(inaccessible)},
	{"ExecPaths", paths(execFlag)},
	{"NoExecPaths", paths(execFlag)},
	{"BindPaths", binds(false)},
	{"BindReadOnlyPaths", binds(true)},
	{"TemporaryFileSystem", temporary},
	{"RuntimeDirectory", directories("/run")},
	{"StateDirectory", directories("/var/lib")},
	{"CacheDirectory", directories("/var/cache")},
	{"LogsDirectory", directories("/var/log")},
	{"ConfigurationDirectory", directories("/etc")},
	{"MountImages", images},
	{"ExtensionImages", extensions},
	{"ExtensionDirectories", extensions},
	{"NetworkNamespacePath", covers("/sys")},
	{"IPCNamespacePath", covers("/dev/mqueue")},
	{"LogNamespace", covers("/run/systemd/journal")},
}

// paths reads a list of paths that all get the same access.
func paths(m mode) func(*View, *unit.Setting) {
	return func(v *View, s *unit.Setting) {
		entries, _ := value.ParsePaths(s.Value().String())
		for _, entry := range entries {
			v.addPath(entry.Path.Text, mount{mode: m, setting: s})
		}
	}
}

// binds reads BindPaths= and BindReadOnlyPaths=.
func binds(ro bool) func(*View, *unit.Setting) {
	return func(v *View, s *unit.Setting) {
		entries, _ := value.ParseBinds(s.Value().String())
		for _, entry := range entries {
			v.addPath(entry.Destination.Text, mount{mode: bind, readOnly: ro, setting: s})
		}
	}
}

// temporary reads TemporaryFileSystem=.
func temporary(v *View, s *unit.Setting) {
	entries, _ := value.ParseTmpfs(s.Value().String())
	for _, entry := range entries {
		options := strings.Split(entry.Options.Text, ",")
		ro := slices.Index(options, "ro") >= 0 && !slices.Contains(options, "rw")
		v.addPath(entry.Path.Text, mount{mode: tmpfs, readOnly: ro, setting: s})
	}
}

// directories reads a *Directory= setting. With DynamicUser=yes the directories
// lie in "private", and links lead there.
func directories(base string) func(*View, *unit.Setting) {
	return func(v *View, s *unit.Setting) {
		entries, _ := value.ParseDirectories(s.Value().String(), s.Key().String() != "ConfigurationDirectory")
		for _, entry := range entries {
			m := mount{mode: bind, readOnly: entry.ReadOnly, setting: s, by: s.Key().String() + "=" + entry.Path.Text}
			v.addPath(base+"/"+entry.Path.Text, m)
			if entry.Link.Text != "" {
				v.addPath(base+"/"+entry.Link.Text, m)
			}
		}
		v.add(mount{path: base + "/private", mode: unmodelled, setting: s})
	}
}

// images reads MountImages=: what the images hold is not known.
func images(v *View, s *unit.Setting) {
	words, _ := value.Strv(s.Value().String())
	for _, word := range words {
		parts := strings.Split(word.Text, ":")
		if len(parts) < 2 || strings.Contains(word.Text, `\`) {
			v.blind = true
			return
		}
		v.addPath(parts[1], mount{mode: unmodelled, setting: s})
	}
}

// extensions are laid over these directories (systemd-sysext(8)).
func extensions(v *View, s *unit.Setting) {
	for _, dir := range []string{"/etc", "/opt", "/usr"} {
		v.add(mount{path: dir, mode: unmodelled, setting: s})
	}
}

// covers is for settings that mount something on a fixed path.
func covers(p string) func(*View, *unit.Setting) {
	return func(v *View, s *unit.Setting) { v.add(mount{path: p, mode: unmodelled, setting: s}) }
}
