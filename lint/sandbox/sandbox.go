// Package sandbox is a unit's view of the file system: which paths its sandbox
// leaves writable, makes read-only or hides, and which setting does it.
//
// Settings are the sandbox and the credentials that a unit's settings come to, with
// the assignments that decide and those that imply others.
//
// View models the mounts that systemd makes for the settings of systemd.exec(5)
// (src/core/namespace.c, src/core/exec-invoke.c). Permissions of files and what
// the host mounts itself are outside of it: Writable means that the sandbox does
// not stand in the way. What is not modelled is Unknown.
package sandbox

import (
	"path"
	"strings"

	"github.com/unitvet/unitvet/lint/unit"
	"github.com/unitvet/unitvet/lint/value"
)

// Access is what the sandbox lets a service do with a path.
type Access int

// The kinds of access.
const (
	// Unknown: the settings do not tell, or are not modelled.
	Unknown Access = iota
	// Writable: the sandbox does not stand in the way.
	Writable
	// ReadOnly: writing fails with EROFS, "Read-only file system".
	ReadOnly
	// Hidden: the service cannot get at the path. It is inaccessible, or below a
	// directory that is empty and read-only.
	Hidden
)

// String returns "unknown", "writable", "read-only" or "hidden".
func (a Access) String() string {
	return [...]string{"unknown", "writable", "read-only", "hidden"}[a]
}

// Verdict says how a service sees a path.
type Verdict struct {
	Access
	// Empty says that the path lies below a directory that starts out empty, so
	// that nothing of the host's is there. Where it is Writable, the service may
	// put something there itself.
	Empty bool
	// Mount is the path that the deciding mount covers; "" if none does.
	Mount string
	// Setting is the assignment that decides; nil if none does.
	Setting *unit.Setting
	// Because says what the setting does: "ProtectHome=yes hides /home from the
	// service"; "" if there is none.
	Because string
}

// View is how the commands of one unit see the file system. It is not safe for
// concurrent use.
type View struct {
	unit    *unit.Unit
	section string
	// made says that the rest was worked out: it is when the first path is asked for.
	made bool
	// settings are those of the newest release that is known.
	settings *Settings
	// blind: nothing can be said about any path.
	blind  bool
	mounts map[string]*mount
	// parents are the directories with mounts below them: true for those that exist
	// because systemd makes the places for mounts that bring their own content. It
	// is made when first needed.
	parents map[string]bool
	// open are directories with mounts below them whose names are not known.
	open map[string]bool
}

// Path says how the service sees an absolute path, specifiers expanded.
func (v *View) Path(p string) Verdict {
	if !v.sees() || !strings.HasPrefix(p, "/") || strings.Contains(p, "..") {
		return Verdict{}
	}
	p = Canonical(p)
	var hider, holder, access, last *mount
	unknown := false
	for dir := p; ; dir = path.Dir(dir) {
		if m, ok := v.mounts[dir]; ok {
			switch {
			case m.mode == inaccessible:
				hider = m // the topmost one takes everything below with it
			case m.mode.holds() && holder == nil:
				holder = m
			case holder == nil && (access == nil || access == last && access.mode == m.mode):
				access = m // systemd drops a mount right below one of the same mode
			}
			last = m
		}
		if dir != p && v.open[dir] {
			unknown = true
		}
		if dir == "/" {
			break
		}
	}
	switch {
	case hider != nil:
		return hider.verdict(Hidden)
	case unknown || holder != nil && holder.mode == unmodelled:
		return Verdict{}
	case holder != nil && holder.mode.empties() && holder.path != p && !v.isMade(p):
		return v.below(holder)
	case access == nil:
		access = holder
	}
	switch {
	case access == nil:
		return Verdict{Access: Writable}
	case access.readOnly:
		return access.verdict(ReadOnly)
	}
	return access.verdict(Writable)
}

// below is the verdict on a path below a directory that starts out empty. What
// other settings say of such a path has no effect: there is nothing to apply it
// to, so that they fail or, with "-", are passed over.
func (v *View) below(m *mount) Verdict {
	if m.readOnly {
		verdict := m.verdict(Hidden)
		verdict.Empty = true
		return verdict
	}
	verdict := m.verdict(Writable)
	verdict.Empty = m.mode != privateTmp || !v.unit.JoinsNamespace()
	return verdict
}

// Below says how the service sees what lies below a directory, whatever its
// name: Unknown if that depends on the name.
func (v *View) Below(dir string) Verdict {
	if !strings.HasPrefix(dir, "/") || !v.sees() {
		return Verdict{}
	}
	dir = Canonical(dir)
	if v.isParent(dir) || v.open[dir] {
		if verdict := v.Path(dir); verdict.Access == Hidden && !verdict.Empty {
			return verdict
		}
		return Verdict{}
	}
	return v.Path(strings.TrimSuffix(dir, "/") + "/*") // a name that nothing is mounted on
}

// isParent reports whether there are mounts below a directory.
func (v *View) isParent(dir string) bool {
	if v.parents == nil {
		v.findParents()
	}
	_, ok := v.parents[dir]
	return ok
}

// isMade reports whether a directory exists because a mount below it brings its
// own content.
func (v *View) isMade(dir string) bool {
	if v.parents == nil {
		v.findParents()
	}
	return v.parents[dir]
}

func (v *View) findParents() {
	v.parents = map[string]bool{}
	note := func(p string, made bool) {
		for p != "/" {
			p = path.Dir(p)
			if known, ok := v.parents[p]; ok && (known || !made) {
				return
			}
			v.parents[p] = made
		}
	}
	for p, m := range v.mounts {
		note(p, m.mode.holds())
	}
	for dir := range v.open {
		note(dir, false)
	}
}

// Needs reports whether the sandbox cannot be set up while a path is missing that
// ReadWritePaths=, ReadOnlyPaths=, InaccessiblePaths=, ExecPaths= or NoExecPaths=
// name without "-". systemd passes over such a path below something inaccessible,
// and where the mount above it gives the same access already (drop_inaccessible
// and drop_nop in src/core/namespace.c).
func (v *View) Needs(p string) bool {
	if !v.sees() || !strings.HasPrefix(p, "/") {
		return false
	}
	dir := Canonical(p)
	m, ok := v.mounts[dir]
	if !ok || m.mode.holds() {
		return false
	}
	for nearest := true; dir != "/"; {
		dir = path.Dir(dir)
		if v.open[dir] {
			return false
		}
		above, ok := v.mounts[dir]
		if !ok {
			continue
		}
		if above.mode == inaccessible || nearest && above.mode == m.mode && (m.mode == readOnly || m.mode == readWrite) {
			return false
		}
		nearest = false
	}
	return true
}

// Confines reports whether a command of an Exec setting runs in the sandbox: not
// with the prefix "+", and with PermissionsStartOnly=yes only that of ExecStart=
// (service_spawn_internal in src/core/service.c).
func (v *View) Confines(key string, command value.Command) bool {
	return !command.FullPrivileges &&
		(key == "ExecStart" || !v.unit.Bool(v.section, "PermissionsStartOnly", false))
}

// links are symbolic links of every system that systemd supports
// (file-hierarchy(7)).
var links = []struct{ from, to string }{
	{"/bin", "/usr/bin"},
	{"/lib", "/usr/lib"},
	{"/lib32", "/usr/lib32"},
	{"/lib64", "/usr/lib64"},
	{"/sbin", "/usr/sbin"},
	{"/var/lock", "/run/lock"},
	{"/var/run", "/run"},
}

// Canonical simplifies an absolute path and follows the links that every system
// has: /var/run is /run, /lib is /usr/lib.
func Canonical(p string) string {
	p = value.SimplifyPath(p)
	for _, link := range links {
		if rest, ok := strings.CutPrefix(p, link.from); ok && (rest == "" || rest[0] == '/') {
			return link.to + rest
		}
	}
	return p
}
