package sandbox

import (
	"path"
	"slices"
	"sort"
	"strings"
	"sync"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/unit"
	"github.com/unitvet/unitvet/lint/value"
)

// Makers knows what makes directories and files when the system starts.
type Makers struct {
	set *lint.Set

	unitsOnce sync.Once
	made      map[string]bool // directories of *Directory= settings, and those above them
	within    map[string]bool // directories below which anything may be made
	texts     []text          // in which units name paths
	slashes   []slash         // where in texts a path may begin, in the order of what follows

	hostOnce sync.Once
	tmpfiles []string // of tmpfiles.d(5)
	mounts   []string // of fstab(5)
}

// text is the value of a setting of a unit.
type text struct {
	unit *unit.Unit
	text string
}

// slash is a place in texts: there may be millions of them.
type slash struct{ text, at int32 }

// from returns what follows a place in its text.
func (m *Makers) from(s slash) string { return m.texts[s.text].text[s.at:] }

// makersKey is what the makers of a set are remembered under.
type makersKey struct{}

// MakersOf returns what is known of a set and its host.
func MakersOf(set *lint.Set) *Makers {
	return lint.Shared(set, makersKey{}, func() *Makers { return &Makers{set: set} })
}

// Makes reports whether something of the set or the host makes a path, or may, other
// than the commands of a unit.
func (m *Makers) Makes(by *unit.Unit, name string) bool {
	m.unitsOnce.Do(m.readUnits)
	if m.made[strings.TrimSuffix(name, "/")] || m.mentioned(by, name) {
		return true
	}
	for dir := range above(name) {
		if m.within[dir] {
			return true
		}
	}
	m.hostOnce.Do(m.readHost)
	for _, text := range m.tmpfiles {
		if strings.Contains(text, name) || strings.HasPrefix(name, "/run") && strings.Contains(text, "/var"+name) {
			return true
		}
	}
	return slices.ContainsFunc(m.mounts, func(mount string) bool { return below(name, mount) })
}

// mentioned reports whether a unit other than one names a path in a command, or in
// anything else but the lists of its own sandbox, conditions and environment.
func (m *Makers) mentioned(by *unit.Unit, name string) bool {
	first := sort.Search(len(m.slashes), func(i int) bool { return m.from(m.slashes[i]) >= name })
	for _, found := range m.slashes[first:] {
		if !strings.HasPrefix(m.from(found), name) {
			return false
		}
		if m.texts[found.text].unit != by {
			return true
		}
	}
	return false
}

// readUnits collects what the units of the set make and name.
func (m *Makers) readUnits() {
	m.made, m.within = map[string]bool{}, map[string]bool{}
	for _, u := range m.set.Units {
		for setting := range u.All() {
			key, says := setting.Key().String(), setting.Value().String()
			base, isDirectory := directoryBase[key]
			switch {
			case isDirectory:
				entries, _ := value.ParseDirectories(says, true)
				for _, e := range entries {
					expanded := u.Expand(e.Path.Text)
					dir := base + "/" + expanded.Text
					if !expanded.Known {
						m.within[base] = true
					}
					if key == "RuntimeDirectory" {
						m.within[dir] = true
					}
					for dir := range above(dir) {
						m.made[dir] = true
					}
				}
			case key == "Where":
				m.within[strings.TrimSuffix(says, "/")] = true
			case strings.HasPrefix(key, "Exec") && !strings.HasSuffix(key, "Paths"), strings.HasPrefix(key, "Listen"), key == "PIDFile", key == "PathExists":
				m.texts = append(m.texts, text{u, u.Expand(says).Text})
			}
		}
	}
	for i, t := range m.texts {
		for at := range len(t.text) {
			if t.text[at] == '/' {
				m.slashes = append(m.slashes, slash{int32(i), int32(at)})
			}
		}
	}
	slices.SortFunc(m.slashes, func(a, b slash) int { return strings.Compare(m.from(a), m.from(b)) })
}

// above yields a path and the directories above it, up to "" for the root.
func above(name string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		name = strings.TrimSuffix(name, "/")
		for yield(name) && name != "" {
			name = name[:max(strings.LastIndexByte(name, '/'), 0)]
		}
	}
}

// directoryBase is where the directories of a setting lie.
var directoryBase = map[string]string{
	"RuntimeDirectory": "/run", "StateDirectory": "/var/lib", "CacheDirectory": "/var/cache", "LogsDirectory": "/var/log",
	"ConfigurationDirectory": "/etc",
}

// tmpfilesDirs are the directories of tmpfiles.d(5).
var tmpfilesDirs = []string{"/etc/tmpfiles.d", "/run/tmpfiles.d", "/usr/local/lib/tmpfiles.d", "/usr/lib/tmpfiles.d"}

// readHost reads what is configured to be made.
func (m *Makers) readHost() {
	for _, dir := range tmpfilesDirs {
		for _, name := range m.set.Host.ReadDir(dir) {
			if text, _, ok := m.set.Host.ReadFile(path.Join(dir, name)); ok {
				m.tmpfiles = append(m.tmpfiles, text)
			}
		}
	}
	if text, _, ok := m.set.Host.ReadFile("/etc/fstab"); ok {
		for line := range strings.Lines(text) {
			if fields := strings.Fields(line); len(fields) > 1 && fields[0][0] != '#' && fields[1] != "/" {
				m.mounts = append(m.mounts, fields[1])
			}
		}
	}
	if m.set.Rooted {
		return
	}
	w := treeWalk{budget: maxListed}
	for _, dir := range m.set.Dirs {
		w.dir(dir.Tree, ".", false)
		if dir.Tree != nil {
			break // all of a set's directories lie in one checkout
		}
	}
	m.tmpfiles = append(m.tmpfiles, w.texts...)
}

// maxListed is how many directories of a checkout are searched for snippets of
// tmpfiles.d(5).
const maxListed = 2000

// treeWalk looks for snippets of tmpfiles.d(5) in a checkout, which may lie
// anywhere in it under any name that says so.
type treeWalk struct {
	budget int
	texts  []string
}

func (w *treeWalk) dir(tree *source.Tree, name string, snippets bool) {
	if w.budget--; w.budget < 0 {
		return
	}
	entries, _ := tree.ReadDir(name) // what cannot be listed has nothing to say
	for _, e := range entries {
		file := path.Join(name, e.Name())
		named := strings.Contains(e.Name(), "tmpfile")
		switch {
		case e.IsDir() && !strings.HasPrefix(e.Name(), ".") && e.Name() != "node_modules":
			w.dir(tree, file, snippets || named)
		case !e.IsDir() && (snippets || named):
			if text, err := tree.ReadFile(file); err == nil {
				w.texts = append(w.texts, text)
			}
		}
	}
}
