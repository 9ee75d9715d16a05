package sandbox

import (
	"path"
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint/directive"
	"github.com/unitvet/unitvet/lint/unit"
	"github.com/unitvet/unitvet/lint/value"
)

// mode is a kind of mount. Of two on the same path systemd keeps the one that
// comes first here (MountMode in src/core/namespace.c).
type mode int

const (
	inaccessible mode = iota
	unmodelled        // images, overlays and what else hides what it covers
	bind              // another directory, or the host's own in full
	privateTmp
	privateDev
	emptyDir
	readOnly
	readWrite
	execFlag // ExecPaths=, NoExecPaths=: a mount of its own, which read-only mounts above pass over
	tmpfs
	hole // left as the host has it, though what is above becomes read-only
)

// holds reports whether a mount brings its own content; the others change the
// access to what is there.
func (m mode) holds() bool {
	return m == unmodelled || m == bind || m.empties()
}

// empties reports whether the content is none.
func (m mode) empties() bool {
	return m == privateTmp || m == privateDev || m == emptyDir || m == tmpfs
}

// mount is a mount of the sandbox.
type mount struct {
	path     string
	linked   string // the path as written, if that leads to path by a link
	mode     mode
	readOnly bool
	setting  *unit.Setting
	by       string // the setting as messages name it
}

// verdict is the verdict for which the mount is the reason.
func (m *mount) verdict(access Access) Verdict {
	return Verdict{Access: access, Mount: m.path, Setting: m.setting, Because: m.by + " " + m.effect()}
}

// effect says what the mount does, for messages.
func (m *mount) effect() string {
	switch {
	case m.mode == inaccessible:
		return "hides " + m.path + " from the service"
	case m.mode == privateTmp:
		return "gives the service an empty " + m.path + " of its own"
	case m.mode.empties():
		return "puts an empty directory in the place of " + m.path
	case m.readOnly && m.path == "/":
		return "makes the whole file system read-only"
	case m.readOnly:
		return "makes " + m.path + " read-only"
	}
	return "leaves " + m.path + " writable"
}

// New returns the view of a unit. It is Unknown in full where the unit was not
// read, has no commands, has a root directory of its own, or is one of a user's
// manager, which may not be able to set up a sandbox at all.
func New(u *unit.Unit) *View {
	v := &View{unit: u}
	switch u.Name.Type {
	case "service", "socket", "mount", "swap":
		v.section = u.Name.Section()
	}
	return v
}

// sees reports whether anything can be said about a path.
func (v *View) sees() bool {
	if !v.made {
		v.made = true
		v.make()
	}
	return !v.blind
}

// make works out the mounts.
func (v *View) make() {
	u := v.unit
	if v.section == "" || !u.Known() || u.Scope() == unit.ScopeUser || u.Scope() == unit.ScopeUnknown && wantedByDefault(u) {
		v.blind = true
		return
	}
	present := map[string]bool{}
	for s := range u.All() {
		if s.Section == v.section {
			present[s.Key().String()] = true
		}
	}
	for _, key := range rootKeys {
		if present[key] && u.Value(v.section, key) != "" {
			v.blind = true
			return
		}
	}
	v.mounts = make(map[string]*mount, 2*len(present))
	v.settings = Read(u, directive.Latest)
	v.switches()
	for _, list := range lists {
		if !present[list.key] {
			continue
		}
		for _, s := range u.Settings(v.section, list.key) {
			list.read(v, &s)
		}
	}
	v.links()
	if len(v.mounts) > 0 {
		for _, p := range managerPaths {
			v.put(&mount{path: p, mode: unmodelled})
		}
	}
}

// links makes unknown what systemd may drop before it has followed a link: a mount
// below something inaccessible, and a read-only one below another.
func (v *View) links() {
	for _, m := range v.mounts {
		for dir := m.linked; len(dir) > 1; {
			dir = path.Dir(dir)
			if above, ok := v.mounts[dir]; ok && (above.mode == inaccessible || above.mode == m.mode) {
				m.mode = unmodelled
				break
			}
		}
	}
}

// wantedByDefault reports whether a unit wants to be started by default.target,
// which is how user units are installed, and some system units.
func wantedByDefault(u *unit.Unit) bool {
	return slices.ContainsFunc(u.References("Install", "WantedBy"), func(ref unit.Reference) bool {
		return ref.Name == "default.target"
	})
}

// add adds a mount on a path, whatever its form.
func (v *View) add(m mount) {
	written := value.SimplifyPath(m.path)
	m.path = Canonical(written)
	if m.path != written {
		m.linked = written
	}
	v.put(&m)
}

// put adds a mount. What two on the same path have in common becomes read-only if
// one of them is (drop_duplicates in src/core/namespace.c).
func (v *View) put(m *mount) {
	m.readOnly = m.readOnly || m.mode == readOnly
	if other, ok := v.mounts[m.path]; ok {
		if other.mode < m.mode || other.mode == m.mode && other.readOnly {
			m, other = other, m
		}
		if other.readOnly && !m.readOnly && m.mode != inaccessible {
			m.readOnly, m.setting, m.by = true, other.setting, other.by
		}
	}
	v.mounts[m.path] = m
}

// addPath adds a mount on a path as it is written. Where the specifiers in it
// cannot be expanded, everything beside it becomes unknown.
func (v *View) addPath(written string, m mount) {
	expanded := v.unit.Expand(written)
	if !expanded.Known {
		known, _, _ := strings.Cut(expanded.Text, "%")
		dir := "/"
		if i := strings.LastIndexByte(known, '/'); i > 0 {
			dir = known[:i]
		}
		if v.open == nil {
			v.open = map[string]bool{}
		}
		v.open[Canonical(dir)] = true
		return
	}
	if value.CheckPath(expanded.Text) != nil {
		return // systemd ignores it
	}
	m.path = expanded.Text
	if m.by == "" {
		m.by = m.setting.Key().String() + "=" + m.path
	}
	v.add(m)
}

// switches adds the mounts of settings that are switched to a word.
func (v *View) switches() {
	var api *mount
	for _, sw := range switches {
		word := v.settings.Word(sw.key)
		effect, chosen := sw.effects[word]
		reason := v.settings.Reason(sw.key)
		if !chosen || len(reason.Settings) == 0 {
			continue
		}
		setting := &reason.Settings[len(reason.Settings)-1]
		by := sw.key + "=" + setting.Value().String()
		if reason.Implied != "" {
			by = setting.Key().String() + "=" + setting.Value().String() + ", which implies " + sw.key + "=" + word + ","
		}
		for _, m := range effect {
			m.setting, m.by = setting, by
			v.put(&m)
		}
		if sw.api {
			api = &mount{setting: setting, by: by}
		}
	}
	if api != nil {
		for _, m := range apiMounts {
			m.setting, m.by = api.setting, api.by
			v.put(&m)
		}
	}
}
