package startup

import (
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/unitvet/unitvet/lint/host"
	"github.com/unitvet/unitvet/lint/program/environment"
	"github.com/unitvet/unitvet/lint/program/python"
	"github.com/unitvet/unitvet/lint/source"
)

// world is the host as a Python program finds it.
type world struct {
	host  *host.Host
	files *Files
	env   *environment.Environment
	open  bool   // there may be more variables
	dir   string // in which it is started
	// templates says that of every file of the environment at least a template is
	// there.
	templates bool
}

// File says whether there is a regular file.
func (w *world) File(name string) python.Answer {
	fact := w.host.Path(name)
	switch fact.Answer {
	case host.Yes:
		if fact.Mode.IsRegular() {
			return python.Yes
		}
		return python.No
	case host.No:
		return python.No
	}
	if w.above(path.Dir(name)) || w.inContainer(name) {
		return python.No
	}
	return python.Unknown
}

// Dir says whether there is a directory.
func (w *world) Dir(name string) python.Answer {
	fact := w.host.Path(name)
	switch {
	case fact.Answer == host.Yes && fact.Mode.IsDir():
		return python.Yes
	case fact.Answer != host.Unknown:
		return python.No
	}
	return python.Unknown
}

// above reports whether a directory of the host holds a mapped one further down.
// What else is in it is no code of the project.
func (w *world) above(dir string) bool {
	if w.host.Checkout == nil {
		return false
	}
	if dir == "/" {
		return len(w.host.Checkout.Mappings) > 0
	}
	return slices.ContainsFunc(w.host.Checkout.Mappings, func(m host.Mapping) bool { return strings.HasPrefix(m.Prefix, dir+"/") })
}

// containerDirs are directories that images of containers keep a program in, and
// hosts do not.
var containerDirs = []string{"/app", "/code", "/usr/src/app", "/workspace"}

// inContainer reports whether a path lies in such a directory, and nothing says that
// the host has it.
func (w *world) inContainer(name string) bool {
	c := w.host.Checkout
	return c != nil && len(c.Mappings) > 0 && slices.ContainsFunc(containerDirs, func(dir string) bool {
		return below(name, dir) && !below(w.dir, dir) && !slices.ContainsFunc(c.Mappings, func(m host.Mapping) bool { return below(m.Prefix, dir) })
	})
}

// Load returns a file, scanned once for all programs.
func (w *world) Load(name string) *python.File {
	scan := sync.OnceValue(func() *python.File {
		text, report, ok := w.host.ReadFile(name)
		switch {
		case !ok:
			if w.host.Path(name).Answer == host.Yes {
				w.files.Skipped.Store(w.host.Report(name), "not read: what the program does there is not known")
			}
			return nil
		case len(text) > maxSize:
			w.files.Skipped.Store(report, "not scanned: larger than 4 MiB")
			return nil
		case strings.IndexByte(text, 0) >= 0:
			w.files.Skipped.Store(report, "not scanned: there is a NUL in it")
			return nil
		}
		return python.Parse(source.NewFile(report, text))
	})
	known, _ := w.files.known.LoadOrStore(fileKey{w.host, name}, scan)
	return known.(func() *python.File)() //nolint:forcetypeassert // nothing else is stored
}

// fileKey names a file of a host.
type fileKey struct {
	host *host.Host
	name string
}

// maxSize is the largest file that is scanned, in bytes. What is larger is data.
const maxSize = 4 << 20

// Entries are the names in a directory.
func (w *world) Entries(dir string) []string { return w.host.ReadDir(dir) }

// Real follows symbolic links.
func (w *world) Real(name string) string { return w.host.Real(name) }

// Env looks a variable up. A template of a file that is not there is taken at its
// word: what it does not name, the file does not set.
func (w *world) Env(name string) python.Variable {
	v := w.env.Lookup(name)
	if v.State == environment.Unknown && v.Origin == environment.Nobody && w.templates && !isSession(name) {
		v.State = environment.Unset
	}
	known := python.Variable{Value: v.Value, Known: v.Known && (!v.Overridable || w.templates)}
	switch v.State {
	case environment.Set:
		known.State = python.Set
	case environment.Unset:
		known.State = python.Unset
		if w.open {
			known.State = python.StateUnknown
		}
	}
	return known
}

// isSession reports whether a variable is one that the manager of a user, or a
// session, sets (environ(7), pam_systemd(8)).
func isSession(name string) bool {
	switch name {
	case "HOME", "USER", "LOGNAME", "SHELL", "LANG", "PATH", "TERM", "DISPLAY", "WAYLAND_DISPLAY", "SSH_AUTH_SOCK", "MAIL", "TZ", "PWD", "HOSTNAME":
		return true
	}
	return strings.HasPrefix(name, "XDG_") || strings.HasPrefix(name, "DBUS_") || strings.HasPrefix(name, "LC_")
}

// Holders returns the directories of the host that have a module of a dotted name
// in the checkout, the nearest first.
func (w *world) Holders(module, near string) []string {
	c := w.host.Checkout
	if c == nil {
		return nil
	}
	tail := strings.ReplaceAll(module, ".", "/")
	top, _, dotted := strings.Cut(module, ".")
	var found []string
	for _, file := range slices.Concat(c.Named(path.Base(tail)+".py"), c.Named("__init__.py")) {
		for _, end := range []string{tail + ".py", tail + "/__init__.py"} {
			dir, ok := strings.CutSuffix("/"+file, "/"+end)
			if !ok {
				continue
			}
			dir = path.Clean("./" + dir)
			if isAside(dir) {
				continue
			}
			if w.installable(dir) {
				return nil
			}
			// A directory inside a package is none that is put on the search path.
			if dir != "." && slices.Contains(c.Named("__init__.py"), path.Join(dir, "__init__.py")) && !dotted {
				continue
			}
			for _, at := range c.OnHost(dir) {
				if !slices.Contains(found, at) && (dotted || beside(at, near)) {
					found = append(found, at)
				}
			}
		}
	}
	if len(found) > 0 && w.requires(top) {
		return nil
	}
	slices.SortStableFunc(found, func(a, b string) int { return distance(a, near) - distance(b, near) })
	return found
}

// isAside reports whether a directory holds no code of the running program.
func isAside(dir string) bool {
	for component := range strings.SplitSeq(dir, "/") {
		switch component {
		case "test", "tests", "doc", "docs", "example", "examples", "build", "dist", "vendor", "third_party", "node_modules", "site-packages", "archive", "backup", "backups", "old", "deprecated", "legacy":
			return true
		}
	}
	return false
}

// beside reports whether a directory lies above another, or right below one that
// does: those of a project that programs search.
func beside(dir, near string) bool {
	return below(near, dir) || below(near, path.Dir(dir))
}

func below(p, dir string) bool {
	return p == dir || dir == "/" || strings.HasPrefix(p, dir+"/")
}

// distance is how far apart two directories are.
func distance(a, b string) int {
	x, y := strings.Split(a, "/"), strings.Split(b, "/")
	n := 0
	for n < len(x) && n < len(y) && x[n] == y[n] {
		n++
	}
	return 2*(len(x)-n) + len(y) - n
}

// installed is the key of what is known of a directory.
type installed struct{ dir string }

// installable reports whether what is in a directory of the checkout may be
// installed as a distribution: it, or the one above of src, has what pip needs.
func (w *world) installable(dir string) bool {
	c := w.host.Checkout
	return c.Once(installed{dir}, func() any {
		dirs := []string{dir}
		if base := path.Base(dir); base == "src" || base == "lib" || base == "python" {
			dirs = append(dirs, path.Dir(dir))
		}
		for _, dir := range dirs {
			for _, mark := range []struct{ file, text string }{
				{"setup.py", "setup("}, {"setup.cfg", "[options"}, {"setup.cfg", "[metadata]"},
				{"pyproject.toml", "[project]"}, {"pyproject.toml", "[tool.poetry]"}, {"pyproject.toml", "[build-system]"}, {"pyproject.toml", "[tool.flit"},
			} {
				if text, err := c.Tree.ReadFile(path.Join(dir, mark.file)); err == nil && strings.Contains(text, mark.text) {
					return !strings.Contains(text, "package-mode = false")
				}
			}
		}
		return false
	}).(bool) //nolint:forcetypeassert // nothing else is stored
}

// required is the key of the names in lists of requirements.
type required struct{}

// requires reports whether a list of requirements of the checkout names a
// distribution that is called like a module.
func (w *world) requires(name string) bool {
	c := w.host.Checkout
	names := c.Once(required{}, func() any {
		names := map[string]bool{}
		for _, file := range c.Files() {
			base := path.Base(file)
			if !strings.HasPrefix(base, "requirements") || !strings.HasSuffix(base, ".txt") {
				continue
			}
			text, err := c.Tree.ReadFile(file)
			if err != nil {
				continue
			}
			for line := range strings.Lines(text) {
				line = strings.TrimSpace(line)
				if i := strings.IndexAny(line, " <>=!~[;@#"); i >= 0 {
					line = line[:i]
				}
				if line != "" {
					names[strings.ReplaceAll(strings.ToLower(line), "-", "_")] = true
				}
			}
		}
		return names
	}).(map[string]bool) //nolint:forcetypeassert // nothing else is stored
	return names[strings.ToLower(name)]
}
