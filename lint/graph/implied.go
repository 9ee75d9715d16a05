package graph

import (
	"iter"
	"path"
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint/unit"
	"github.com/unitvet/unitvet/lint/value"
)

// Implied returns the edges that a unit has without naming them: the default
// dependencies of its type, and those that follow from other settings. They are
// worked out at each call, so that a large set need not hold them. Units that
// systemd would not load have none.
//
// The facts are those of systemd.unit(5), "Automatic Dependencies", and the
// "Implicit Dependencies" of the types' manual pages; the functions named below
// are in src/core.
func (g *Graph) Implied(u *unit.Unit) []Edge { return g.appendImplied(nil, u) }

// appendImplied is Implied, to the end of a list.
func (g *Graph) appendImplied(list []Edge, u *unit.Unit) []Edge {
	if !g.loads(u) {
		return list
	}
	i := g.implied(u, list)
	i.installed()
	return i.edges
}

// implied is appendImplied without what depends on the unit being enabled.
func (g *Graph) implied(u *unit.Unit, list []Edge) implier {
	i := implier{
		g: g, u: u, name: u.ID, section: u.Name.Section(),
		system: g.scopeOf(u) == unit.ScopeSystem, edges: list,
	}
	i.find()
	i.defaults = !i.has("DefaultDependencies") || u.Bool("Unit", "DefaultDependencies", true)
	if i.name == rootSlice || i.name == rootMount || i.system && i.name == "system.slice" || i.name == "init.scope" {
		i.defaults = false // perpetual: slice_load_root_slice, mount_enumerate_perpetual, …
	}
	i.mountsFor()
	switch u.Name.Type {
	case "service":
		i.exec()
		i.slice()
		i.service()
	case "socket":
		i.socket()
		i.slice()
	case "timer", "path":
		i.trigger()
	case "mount":
		i.exec()
		i.slice()
		i.mount()
	case "automount":
		i.automount()
	case "swap":
		i.exec()
		i.slice()
		i.swap()
	case "slice", "scope":
		i.slice()
		i.shutdown()
	case "target":
		i.target()
	}
	i.oomd()
	return i
}

const (
	rootSlice = "-.slice"
	rootMount = "-.mount"
)

// loads reports whether systemd loads the unit, as far as is known. Slices and
// devices need no file (slice_load, device_load).
func (g *Graph) loads(u *unit.Unit) bool {
	if u.State == unit.NotFound {
		return u.Name.Type == "slice" || u.Name.Type == "device"
	}
	return u.State == unit.Loaded && u.Known()
}

// Loads reports whether systemd loads the unit of a name, as far as is known.
func (g *Graph) Loads(name string) bool {
	if u := g.Lookup(name); u != nil {
		return g.loads(u)
	}
	return strings.HasSuffix(name, ".slice") || strings.HasSuffix(name, ".device") || name == rootMount || name == "init.scope"
}

// scopeOf returns the manager of a unit, system where nothing tells.
func (g *Graph) scopeOf(u *unit.Unit) unit.Scope {
	if scope := u.Scope(); scope != unit.ScopeUnknown {
		return scope
	}
	return g.Scope()
}

// HasDefaultDependencies reports whether a unit has the default dependencies of
// its type.
func (g *Graph) HasDefaultDependencies(u *unit.Unit) bool {
	return u.Bool("Unit", "DefaultDependencies", true)
}

// implier collects what one unit implies.
type implier struct {
	g        *Graph
	u        *unit.Unit
	name     string
	section  string // the unit type's
	system   bool   // for the system manager
	defaults bool   // has default dependencies
	keys     uint64 // the settings it has, by their places in impliers
	edges    []Edge
}

// impliers are the settings that imply dependencies.
var impliers = func() map[string]uint64 {
	bits := map[string]uint64{}
	for i, key := range []string{
		"DefaultDependencies", "RequiresMountsFor", "WantsMountsFor",
		"WorkingDirectory", "RootDirectory", "RootImage", "RootMStack",
		"RuntimeDirectory", "StateDirectory", "CacheDirectory", "LogsDirectory", "ConfigurationDirectory",
		"PrivateTmp", "StandardInput", "StandardOutput", "StandardError", "StandardInputText", "StandardInputData", "LogNamespace",
		"Slice", "Type", "BusName", "OnCalendar", "Persistent", "Accept", "BindToDevice",
		"ExecStartPre", "ExecStartPost", "ExecStopPre", "ExecStopPost",
		"What", "Where", "Options", "ManagedOOMSwap", "ManagedOOMMemoryPressure",
		"PathExists", "PathExistsGlob", "PathChanged", "PathModified", "DirectoryNotEmpty",
		"ListenStream", "ListenDatagram", "ListenSequentialPacket", "ListenFIFO", "ListenSpecial", "ListenUSBFunction",
		"ListenNetlink", "ListenMessageQueue",
	} {
		bits[key] = 1 << i
	}
	return bits
}()

func (i *implier) find() {
	for setting := range i.u.All() {
		i.keys |= impliers[setting.Key().String()]
	}
}

func (i *implier) has(keys ...string) bool {
	for _, key := range keys {
		if i.keys&impliers[key] != 0 {
			return true
		}
	}
	return false
}

// add adds edges to one unit.
func (i *implier) add(to, why string, cause *unit.Setting, kinds ...Kind) {
	if to == i.name {
		return
	}
	for _, kind := range kinds {
		i.edges = append(i.edges, Edge{From: i.name, To: to, Kind: kind, Unit: i.u, Implicit: why, Cause: cause})
	}
}

// setting returns the assignment to a key of the unit type's section that
// decides.
func (i *implier) setting(key string) (text string, cause *unit.Setting) {
	if !i.has(key) {
		return "", nil
	}
	setting, ok := i.u.Setting(i.section, key)
	if !ok {
		return "", nil
	}
	return setting.Value().String(), &setting
}

// Reasons of default dependencies, as parts of sentences.
const (
	byDefault      = "a default dependency of system services"
	byDefaultUser  = "a default dependency of user services"
	shutdownReason = "by default systemd stops units before it shuts down"
)

// shutdown is what makes systemd stop a unit when the machine goes down.
func (i *implier) shutdown() {
	if i.defaults {
		i.add("shutdown.target", shutdownReason, nil, Before, Conflicts)
	}
}

// sysinit orders a unit of the system manager after the early boot.
func (i *implier) sysinit() {
	if i.defaults && i.system {
		i.add("sysinit.target", "a default dependency of "+i.u.Name.Type+" units", nil, Requires, After)
	}
}

// service is service_add_default_dependencies and service_setup_bus_name.
func (i *implier) service() {
	switch {
	case i.defaults && i.system:
		i.add("sysinit.target", byDefault, nil, Requires, After)
		i.add("basic.target", byDefault, nil, After)
	case i.defaults:
		i.add("basic.target", byDefaultUser, nil, Requires, After)
	}
	i.shutdown()
	name, cause := i.setting("BusName")
	kind, _ := i.setting("Type")
	if name != "" && (kind == "dbus" || kind == "") {
		i.add("dbus.socket", "a service of type dbus needs the bus", cause, Requires, After)
	}
}

// trigger is timer_add_default_dependencies, path_add_default_dependencies and
// what orders both before the unit that they start.
func (i *implier) trigger() {
	i.beforeTriggered()
	if i.u.Name.Type == "path" {
		for _, key := range []string{"PathExists", "PathExistsGlob", "PathChanged", "PathModified", "DirectoryNotEmpty"} {
			for _, cause := range i.settings(key) {
				i.mountsForPath(cause.Value().String(), Requires, cause, key+"="+cause.Value().String())
			}
		}
	}
	if i.defaults {
		i.add(i.u.Name.Type+"s.target", "by default "+i.u.Name.Type+" units are part of "+i.u.Name.Type+"s.target", nil, Before)
	}
	i.sysinit()
	if i.defaults && i.system && i.u.Name.Type == "timer" {
		if calendar := i.settings("OnCalendar"); len(calendar) > 0 {
			const why = "a timer with OnCalendar= waits for the clock to be set"
			i.add("time-sync.target", why, calendar[0], After)
			i.add("time-set.target", why, calendar[0], After)
		}
	}
	if _, cause := i.setting("Persistent"); cause != nil && i.system && i.u.Bool("Timer", "Persistent", false) {
		const stamps = "/var/lib/systemd/timers" // timer_setup_persistent
		i.mountsForPath(stamps, Requires, cause, "Persistent=yes keeps its stamps in "+stamps)
	}
	i.shutdown()
}

// settings returns the assignments to a key of the unit type's section that are
// in force.
func (i *implier) settings(key string) []*unit.Setting {
	if !i.has(key) {
		return nil
	}
	var found []*unit.Setting
	for _, setting := range i.u.Settings(i.section, key) {
		found = append(found, &setting)
	}
	return found
}

// beforeTriggered orders a trigger before the unit that it starts.
func (i *implier) beforeTriggered() {
	for e := range i.g.Of(i.u) {
		if e.Kind == Triggers {
			i.add(e.To, "a "+i.u.Name.Type+" is started before the unit that it triggers", causeOf(e), Before)
		}
	}
}

// causeOf returns the setting that names the unit of an edge, nil if none does.
func causeOf(e Edge) *unit.Setting {
	if !e.Named() {
		return nil
	}
	cause := e.Ref.Setting
	return &cause
}

// socket is socket_add_extras.
func (i *implier) socket() {
	if !i.has("Accept") || !i.u.Bool("Socket", "Accept", false) || i.cannotAccept() {
		i.beforeTriggered()
	}
	for _, key := range []string{"ListenStream", "ListenDatagram", "ListenSequentialPacket", "ListenFIFO", "ListenSpecial", "ListenUSBFunction"} {
		for _, cause := range i.settings(key) {
			i.mountsForPath(cause.Value().String(), Requires, cause, key+"="+cause.Value().String())
		}
	}
	if device, cause := i.setting("BindToDevice"); device != "" && device != "lo" {
		i.device("/sys/subsystem/net/devices/"+device, BindsTo, cause, "BindToDevice="+device)
	}
	if i.has("ExecStartPre", "ExecStartPost", "ExecStopPre", "ExecStopPost") {
		i.exec()
	}
	if i.defaults {
		i.add("sockets.target", "by default sockets are part of sockets.target", nil, Before)
	}
	i.sysinit()
	i.shutdown()
}

// cannotAccept reports whether a socket has something that Accept=yes does not
// apply to (have_non_accept_socket).
func (i *implier) cannotAccept() bool {
	for _, key := range []string{"ListenDatagram", "ListenFIFO", "ListenSpecial", "ListenUSBFunction", "ListenNetlink", "ListenMessageQueue"} {
		if len(i.settings(key)) > 0 {
			return true
		}
	}
	return false
}

// device adds the dependency on a device node (unit_add_node_dependency).
func (i *implier) device(node string, kind Kind, cause *unit.Setting, why string) {
	name, err := value.PathToUnit(node, "device")
	if err != nil {
		return
	}
	if !i.system {
		kind = Wants
	}
	i.add(name, why, cause, After, kind)
}

// slice is unit_set_default_slice, slice_add_parent_slice and
// unit_add_slice_dependencies.
func (i *implier) slice() {
	if i.has("Slice") {
		if ref, ok := sliceOf(i.u); ok {
			if ref.Name != "" {
				i.add(ref.Name, "Slice="+ref.Text(), &ref.Setting, Requires, After)
			}
			return
		}
	}
	slice, why := i.defaultSlice()
	if slice == "" {
		return
	}
	i.add(slice, why, nil, InSlice)
	i.add(slice, why, nil, Requires, After)
}

func (i *implier) defaultSlice() (name, why string) {
	u := i.u
	switch {
	case u.Name.Type == "slice":
		parent, ok := value.ParentSlice(i.name)
		if !ok {
			return "", ""
		}
		return parent, "the name of a slice says which one it lies in"
	case u.Name.Kind == value.Instance || u.Name.Kind == value.Template:
		prefix := "app-"
		if i.system {
			prefix = "system-"
		}
		return prefix + value.Escape(u.Name.Prefix) + ".slice", "the instances of a template share a slice"
	case i.name == "init.scope" || i.name == rootMount || !i.system && (u.Name.Type == "mount" || u.Name.Type == "swap") ||
		u.Name.Type == "mount" && isExtrinsic(i.where(), i.options()):
		return rootSlice, "units that systemd does not manage itself run in the root slice"
	case i.system:
		return "system.slice", "units of the system manager run in system.slice by default"
	}
	return "app.slice", "units of a user's manager run in app.slice by default"
}

// oomd is unit_add_oomd_dependencies.
func (i *implier) oomd() {
	if !i.defaults || !i.has("ManagedOOMSwap", "ManagedOOMMemoryPressure") {
		return
	}
	for _, key := range []string{"ManagedOOMSwap", "ManagedOOMMemoryPressure"} {
		if text, cause := i.setting(key); text == "kill" {
			i.add("systemd-oomd.service", key+"=kill", cause, Wants, After)
			return
		}
	}
}

// directories are the settings that name directories below one of the manager's,
// with those of the system manager (systemd.exec(5), "RuntimeDirectory=").
var directories = []struct{ key, system string }{
	{"RuntimeDirectory", "/run"},
	{"StateDirectory", "/var/lib"},
	{"CacheDirectory", "/var/cache"},
	{"LogsDirectory", "/var/log"},
	{"ConfigurationDirectory", "/etc"},
}

// exec is unit_add_exec_dependencies.
func (i *implier) exec() {
	if text, cause := i.setting("WorkingDirectory"); text != "" {
		kind := Requires
		dir, optional := strings.CutPrefix(text, "-")
		if optional {
			kind = Wants
		}
		i.mountsForPath(dir, kind, cause, "WorkingDirectory="+text)
	}
	for _, key := range []string{"RootDirectory", "RootImage", "RootMStack"} {
		if text, cause := i.setting(key); text != "" {
			i.mountsForPath(strings.TrimPrefix(text, "-"), Wants, cause, key+"="+text)
			if key != "RootDirectory" && i.system {
				i.add("systemd-udevd.service", key+"= needs a loop device", cause, After)
			}
		}
	}
	if !i.system {
		return // where a user's directories are depends on the user
	}
	for _, d := range directories {
		for _, cause := range i.settings(d.key) {
			entries, _ := value.ParseDirectories(cause.Value().String(), d.key != "ConfigurationDirectory")
			for _, entry := range entries {
				i.mountsForPath(d.system+"/"+entry.Path.Text, Requires, cause, d.key+"="+entry.Path.Text)
			}
			if len(entries) > 0 && d.key != "RuntimeDirectory" && d.key != "ConfigurationDirectory" {
				i.add("systemd-remount-fs.service", d.key+"= needs a writable file system", cause, After)
			}
		}
	}
	if text, cause := i.setting("PrivateTmp"); cause != nil && (text == "connected" || i.u.Bool(i.section, "PrivateTmp", false)) {
		why := "PrivateTmp=" + text
		i.mountsForPath("/tmp", Wants, cause, why)
		i.mountsForPath("/var/tmp", Wants, cause, why)
		i.add("systemd-tmpfiles-setup.service", why, cause, After)
	}
	i.journal()
}

// journal orders what writes to the journal after its socket.
func (i *implier) journal() {
	if text, cause := i.setting("LogNamespace"); text != "" {
		name := i.u.Expand(text)
		if !name.Known {
			return
		}
		for _, unit := range []string{"systemd-journald@%.socket", "systemd-journald-varlink@%.socket", "systemd-journald-sync@%.service"} {
			i.add(strings.Replace(unit, "%", name.Text, 1), "LogNamespace="+text, cause, After, Requires)
		}
		return
	}
	if why, cause := i.toJournal(); why != "" {
		i.add("systemd-journald.socket", why, cause, After)
	}
}

// bidirectional are the values of StandardInput= with which output goes the same
// way unless told otherwise (service_fix_stdio).
var bidirectional = []string{"tty", "tty-force", "tty-fail", "socket"}

func (i *implier) toJournal() (why string, cause *unit.Setting) {
	for _, key := range []string{"StandardOutput", "StandardError"} {
		text, cause := i.setting(key)
		kind, _, _ := strings.Cut(text, "+")
		if kind == "journal" || kind == "kmsg" || kind == "syslog" {
			return key + "=" + text, cause
		}
	}
	if text, _ := i.setting("StandardOutput"); text != "" && text != "inherit" {
		return "", nil
	}
	if i.name == rootMount {
		return "", nil // mount_load_root_mount
	}
	input, cause := i.setting("StandardInput")
	if slices.Contains(bidirectional, input) || strings.HasPrefix(input, "fd") {
		return "", nil
	}
	return "output goes to the journal by default", cause
}

// mountsFor is RequiresMountsFor= and WantsMountsFor=.
func (i *implier) mountsFor() {
	for _, d := range []struct {
		key  string
		kind Kind
	}{{"RequiresMountsFor", Requires}, {"WantsMountsFor", Wants}} {
		if !i.has(d.key) {
			continue
		}
		for _, cause := range i.u.Settings("Unit", d.key) {
			words, _ := value.PathWords(cause.Value().String())
			for _, word := range words {
				i.mountsForPath(word.Text, d.kind, &cause, d.key+"="+word.Text)
			}
		}
	}
}

// mountsForPath is unit_add_mount_dependencies: a unit that needs a path comes
// after every mount on the way, and requires those that have a file.
func (i *implier) mountsForPath(text string, kind Kind, cause *unit.Setting, why string) {
	expanded := i.u.Expand(text)
	if !expanded.Known || !strings.HasPrefix(expanded.Text, "/") || slices.Contains(strings.Split(expanded.Text, "/"), "..") {
		return // unit_add_mounts_for takes no other paths
	}
	for dir := path.Clean(expanded.Text); ; dir = path.Dir(dir) {
		if mount := i.g.mountPoints()[dir]; mount != nil && mount != i.u {
			i.add(mount.ID, why, cause, After, kind)
		}
		if dir == "/" {
			break
		}
	}
	if i.g.mountPoints()["/"] == nil {
		i.add(rootMount, why, cause, After)
	}
}

// mountPoints returns the mounts of the set by their directories.
func (g *Graph) mountPoints() map[string]*unit.Unit {
	g.mountOnce.Do(func() {
		g.mounts = map[string]*unit.Unit{}
		for _, u := range g.Set.Units {
			if u.Name.Type != "mount" || !g.loads(u) {
				continue
			}
			// By its name: a mount whose Where= is another place is refused.
			if where, err := value.UnitToPath(u.Name); err == nil {
				g.mounts[where] = u
			}
		}
	})
	return g.mounts
}

// where returns the directory of a mount or automount (mount_add_extras,
// automount_set_where).
func (i *implier) where() string {
	if text, _ := i.setting("Where"); text != "" {
		if expanded := i.u.Expand(text); expanded.Known {
			return path.Clean(expanded.Text)
		}
	}
	where, err := value.UnitToPath(i.u.Name)
	if err != nil {
		return ""
	}
	return where
}

// options returns the mount options.
func (i *implier) options() []string {
	text, _ := i.setting("Options")
	return strings.Split(text, ",")
}

// isExtrinsic reports whether systemd leaves a mount alone (fstab_is_extrinsic in
// src/shared/fstab-util.c).
func isExtrinsic(where string, options []string) bool {
	if slices.Contains([]string{"/", "/usr", "/etc"}, where) || slices.Contains(options, "x-initrd.mount") {
		return true
	}
	for _, api := range []string{"/run/initramfs", "/run/nextroot", "/proc", "/sys", "/dev"} {
		if where == api || strings.HasPrefix(where, api+"/") {
			return true
		}
	}
	return false
}

// networkFileSystems are the types that need the network (fstype_is_network in
// src/basic/mountpoint-util.c).
var networkFileSystems = []string{
	"afs", "ceph", "cifs", "gfs", "gfs2", "ncp", "ncpfs", "nfs", "nfs4", "ocfs2", "orangefs", "pvfs2", "smb3", "smbfs",
	"davfs", "glusterfs", "lustre", "sshfs",
}

// mount is mount_add_non_exec_dependencies.
func (i *implier) mount() {
	where := i.where()
	what, cause := i.setting("What")
	kind, _ := i.setting("Type")
	options := i.options()
	has := func(names ...string) bool {
		return slices.ContainsFunc(names, func(name string) bool { return slices.Contains(options, name) })
	}
	network := has("_netdev") || slices.Contains(networkFileSystems, strings.TrimPrefix(kind, "fuse."))
	bind := has("bind", "rbind") || kind == "bind" || kind == "rbind"
	if expanded := i.u.Expand(what); expanded.Known {
		what = expanded.Text
	}
	if isDevice(what) && !bind && what != "/dev/root" && what != "/dev/nfs" && where != "/" {
		need := Requires
		if has("x-systemd.device-bound", "x-systemd.device-bound=yes", "x-systemd.device-bound=true", "x-systemd.device-bound=1") {
			need = BindsTo
		}
		i.device(what, need, cause, "What="+what)
		if need == Requires && !has("x-systemd.device-bound=no", "x-systemd.device-bound=false", "x-systemd.device-bound=0") {
			if name, err := value.PathToUnit(what, "device"); err == nil {
				i.add(name, "What="+what, cause, StopPropagatedFrom)
			}
		}
		i.blockDevice(what, cause)
	}
	if where != "/" && where != "" {
		i.mountsForPath(path.Dir(where), Requires, nil, "a mount needs the directory that it lies in")
	}
	if strings.HasPrefix(what, "/") && (bind || has("loop") || !network) {
		i.mountsForPath(what, Requires, cause, "What="+what)
	}
	if !i.defaults || !i.system || isExtrinsic(where, options) {
		return
	}
	before, after, why := "local-fs.target", "local-fs-pre.target", "by default local mounts are part of local-fs.target"
	if network {
		before, after, why = "remote-fs.target", "remote-fs-pre.target", "by default mounts over the network are part of remote-fs.target"
	}
	if !has("nofail") {
		i.add(before, why, nil, Before)
	}
	i.add(after, why, nil, After)
	i.add("umount.target", "by default systemd unmounts before it shuts down", nil, Before, Conflicts)
	if kind == "tmpfs" {
		i.add("swap.target", "a tmpfs is unmounted before swap is turned off", nil, After)
	}
	if network {
		i.add("network.target", "a mount over the network needs it", nil, After)
		i.add("network-online.target", "a mount over the network needs it", nil, Wants, After)
	}
}

// isDevice is is_device_path in src/basic/path-util.c.
func isDevice(name string) bool {
	for _, dir := range []string{"/dev/", "/sys/"} {
		if rest, ok := strings.CutPrefix(name, dir); ok && rest != "" {
			return true
		}
	}
	return false
}

// blockDevice is unit_add_blockdev_dependency.
func (i *implier) blockDevice(what string, cause *unit.Setting) {
	if !strings.HasPrefix(what, "/dev/") {
		return
	}
	if escaped, err := value.PathEscape(what); err == nil {
		i.add("blockdev@"+escaped+".target", "What="+what, cause, After)
	}
}

// automount is automount_add_extras.
func (i *implier) automount() {
	i.beforeTriggered()
	if where := i.where(); where != "" {
		i.mountsForPath(path.Dir(where), Requires, nil, "an automount needs the directory that it lies in")
	}
	if !i.defaults || !i.system {
		return
	}
	i.add("local-fs.target", "by default automounts are part of local-fs.target", nil, Before)
	i.add("local-fs-pre.target", "by default automounts are part of local-fs.target", nil, After)
	i.add("umount.target", "by default systemd unmounts before it shuts down", nil, Before, Conflicts)
}

// swap is swap_add_extras.
func (i *implier) swap() {
	what, cause := i.setting("What")
	if what == "" {
		name, err := value.UnitToPath(i.u.Name)
		if err != nil {
			return
		}
		what = name
	}
	if expanded := i.u.Expand(what); expanded.Known {
		what = expanded.Text
	}
	i.mountsForPath(what, Requires, cause, "What="+what)
	if isDevice(what) {
		i.device(what, Requires, cause, "What="+what)
		i.blockDevice(what, cause)
	} else {
		i.add("systemd-remount-fs.service", "a swap file needs a writable file system", cause, After)
	}
	if i.defaults && i.system {
		i.add("swap.target", "by default swaps are part of swap.target", nil, Before)
		i.add("umount.target", "by default systemd turns swaps off before it shuts down", nil, Before, Conflicts)
	}
}

// target is target_add_default_dependencies.
func (i *implier) target() {
	if !i.defaults {
		return
	}
	for e := range i.g.members(i.u) {
		if i.g.ordersAfter(i.u, e.To) {
			i.add(e.To, "a target comes after what it pulls in", causeOf(e), After)
		}
	}
	if i.name != "shutdown.target" {
		i.shutdown()
	}
}

// pulls are the kinds of edges of a target that it comes after.
var pulls = []Kind{Requires, Requisite, Wants, BindsTo, Upholds}

// members yields the edges that make other units the members of a target: those
// of its files, and the links of the set to it where the set does not have it.
func (g *Graph) members(target *unit.Unit) iter.Seq[Edge] {
	return func(yield func(Edge) bool) {
		units := []*unit.Unit{target}
		if g.IsBase(target) {
			for _, name := range append([]string{target.ID}, aliasesOf(target.ID)...) {
				if u := g.Set.Lookup(name); u != nil {
					units = append(units, u)
				}
			}
		}
		for _, u := range units {
			for e := range g.Of(u) {
				if !e.Install && slices.Contains(pulls, e.Kind) && e.To != "" && !yield(e) {
					return
				}
			}
		}
	}
}

// aliasesOf returns the other names of a unit that systemd brings along.
func aliasesOf(name string) []string {
	var names []string
	for alias, own := range baseAliases {
		if own == name {
			names = append(names, alias)
		}
	}
	slices.Sort(names)
	return names
}

// ordersAfter reports whether a target is put after a unit that it pulls in: not
// if either has no default dependencies, or the order is the other way already
// (unit_add_default_target_dependency in src/core/unit.c).
func (g *Graph) ordersAfter(target *unit.Unit, member string) bool {
	u := g.Lookup(member)
	if u == nil || u == target || !g.loads(u) || !g.HasDefaultDependencies(u) {
		return false
	}
	names := func(other *unit.Unit, name string) bool {
		return name != "" && (slices.Contains(other.Names, name) || g.Lookup(name) == other)
	}
	for _, name := range g.befores(target) {
		if names(u, name) {
			return false
		}
	}
	for e := range g.Of(u) {
		if e.Kind == After && e.From != "" && !e.Install && names(target, e.To) {
			return false
		}
	}
	if u.Name.Type == "target" {
		// Of two targets that pull each other in, the one that is loaded last comes
		// after the other. Which one that is, the files do not say.
		for e := range g.members(u) {
			if names(target, e.To) {
				return false
			}
		}
		return true
	}
	if slices.Contains(impliedTargets, target.ID) {
		for _, e := range g.implied(u, nil).edges {
			if e.Kind == After && names(target, e.To) {
				return false
			}
		}
	}
	return true
}

// befores returns the names that a target says Before= of. A target may have very
// many edges, and is asked for each of its members.
func (g *Graph) befores(target *unit.Unit) []string {
	if known, ok := g.before.Load(target); ok {
		return known.([]string) //nolint:forcetypeassert // nothing else is stored
	}
	names := []string{}
	for e := range g.Of(target) {
		if e.Kind == Before {
			names = append(names, e.To)
		}
	}
	g.before.Store(target, names)
	return names
}

// impliedTargets are the targets that units come after without naming them.
var impliedTargets = []string{
	"basic.target", "local-fs-pre.target", "network-online.target", "network.target", "remote-fs-pre.target",
	"swap.target", "sysinit.target", "time-set.target", "time-sync.target",
}

// installed orders the targets that the unit will be a member of once it is
// enabled after it.
func (i *implier) installed() {
	for e := range i.g.Of(i.u) {
		if !e.Install || !strings.HasSuffix(e.From, ".target") {
			continue
		}
		target := i.g.Lookup(e.From)
		if target == nil || !i.g.loads(target) || !i.g.HasDefaultDependencies(target) || !i.defaults {
			continue
		}
		if i.g.ordersAfter(target, e.To) {
			i.edges = append(i.edges, Edge{
				From: e.From, To: e.To, Kind: After, Unit: i.u, Install: true,
				Implicit: "a target comes after what it pulls in", Cause: causeOf(e),
			})
		}
	}
}
