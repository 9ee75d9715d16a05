package unit

import (
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/value"
)

// skippedDirs are directories of a checkout that never hold its own units.
var skippedDirs = []string{".git", ".hg", ".svn", ".venv", ".tox", "node_modules", "__pycache__"}

// kernelDirs are directories of this machine that the kernel fills.
var kernelDirs = []string{"/proc", "/sys", "/dev"}

// maxDepth bounds how deep a checkout is searched, in directories; maxIndexed
// how many entries are listed to know its names.
const (
	maxDepth   = 64
	maxIndexed = 1 << 20
)

// Discover finds the directories below a directory of a checkout that hold
// units, and joins those that are parts of one search path, such as
// image/etc/systemd/system and image/usr/lib/systemd/system. Every other
// directory is a set of its own. Directories that cannot be listed are problems.
func Discover(tree *source.Tree, start, report string) ([]Options, []Problem) {
	w := &walk{tree: tree, start: start, report: report}
	w.dir(start, 0)
	return Group(w.dirs), w.problems
}

type walk struct {
	tree          *source.Tree
	start, report string
	dirs          []*Dir
	problems      []Problem
}

func (w *walk) dir(name string, depth int) {
	if slices.Contains(kernelDirs, w.tree.OSPath(name)) {
		return
	}
	entries, err := w.tree.ReadDir(name)
	if err != nil {
		w.problems = append(w.problems, Problem{Path: w.path(name), Text: errorText(err)})
	}
	holds := false
	for _, e := range entries {
		switch {
		case e.IsDir() && slices.Contains(skippedDirs, e.Name()):
		case e.IsDir() && isBeside(e.Name()):
			holds = true
		case e.IsDir() && depth < maxDepth:
			w.dir(path.Join(name, e.Name()), depth+1)
		case !e.IsDir():
			_, err := value.ParseName(e.Name())
			holds = holds || err == nil || readQuadlet(w.newDir(name), path.Join(name, e.Name())) != nil
		}
	}
	if holds {
		w.dirs = append(w.dirs, w.newDir(name))
	}
}

func (w *walk) newDir(name string) *Dir { return NewDir(w.tree, name, w.path(name)) }

func (w *walk) path(name string) string {
	rest := strings.TrimPrefix(strings.TrimPrefix(name, w.start), "/")
	if w.start == "." {
		rest = name
	}
	return path.Join(w.report, rest)
}

// NewDir returns a directory of a checkout. Where its path ends like a search
// path's, it is taken for that directory of a deployed system.
func NewDir(tree *source.Tree, name, report string) *Dir {
	dir := &Dir{Tree: tree, Name: name, Path: report}
	for _, host := range slices.Concat(systemPath, userPath) {
		if strings.HasSuffix("/"+path.Clean(name), host) || strings.HasSuffix("/"+path.Clean(report), host) {
			dir.Host = host
			break
		}
	}
	return dir
}

// Top returns, in reports, the directory that is the root directory where the
// tree is deployed. It is meant for directories with a Host.
func (d *Dir) Top() string {
	return path.Join(d.Path, strings.Repeat("../", strings.Count(d.Host, "/")))
}

// File returns the path in reports of a file of the tree that stands in the
// directory, or in one of drop-ins or links in it.
func (d *Dir) File(name string) (report string, ok bool) {
	parent := path.Dir(name)
	if parent == d.Name || path.Dir(parent) == d.Name && IsDropInDir(parent) {
		return d.report(name), true
	}
	return "", false
}

// Scope returns the manager that reads the directory, as far as its path tells:
// one like ~/.config/systemd/user is a user's.
func (d *Dir) Scope() Scope {
	if d.Host != "" {
		scope, _ := HostScope(d.Host)
		return scope
	}
	switch where := filepath.ToSlash(d.Tree.OSPath(d.Name)); {
	case strings.HasSuffix(where, "/systemd/user"), strings.Contains(where+"/", adminQuadlets+"/"), strings.Contains(where+"/", homeQuadlets+"/"):
		return ScopeUser
	case strings.HasSuffix(where, "/systemd/system"), slices.ContainsFunc(systemQuadlets, func(host string) bool { return strings.HasSuffix(where, host) }):
		return ScopeSystem
	}
	return ScopeUnknown
}

// IsDropInDir reports whether a directory's name is that of drop-ins or links of
// a unit or a unit type, such as foo.service.d, service.d or foo.target.wants.
func IsDropInDir(name string) bool {
	return isBeside(path.Base(name)) || isQuadletDropInDir(path.Base(name))
}

// isBeside reports whether a directory's name is that of drop-ins or links of a
// unit or a unit type.
func isBeside(name string) bool {
	unitName, _, ok := splitDir(name)
	if !ok {
		return false
	}
	_, err := value.ParseName(unitName)
	return err == nil || value.TypeOf("."+unitName) != ""
}

// Group makes sets of directories: those of one root directory and scope
// together, in the order of the search path; each other one alone. The order is
// that of the first directory.
func Group(dirs []*Dir) []Options {
	var groups []Options
	index := map[string]int{}
	for _, dir := range dirs {
		scope := dir.Scope()
		key := "\x00" + dir.Path
		if dir.Host != "" {
			key = scope.String() + dir.Top()
		}
		i, ok := index[key]
		if !ok {
			i = len(groups)
			index[key] = i
			groups = append(groups, Options{Scope: scope})
		}
		groups[i].Dirs = append(groups[i].Dirs, dir)
	}
	for i := range groups {
		group := &groups[i]
		order := SearchPath(group.Scope)
		slices.SortStableFunc(group.Dirs, func(a, b *Dir) int {
			return slices.Index(order, a.Host) - slices.Index(order, b.Host)
		})
		var names []string
		for _, dir := range group.Dirs {
			names = append(names, dir.Path)
		}
		group.Name = strings.Join(names, ":")
	}
	return groups
}

// IsUnitFile reports whether a file's name says that it is a unit, a drop-in
// or a file that podman's generator makes one from, and the directory in which its unit stands, as a name in the same tree.
func IsUnitFile(name string) (dir string, ok bool) {
	parent := path.Dir(name)
	if _, err := value.ParseName(path.Base(name)); err == nil {
		if isBeside(path.Base(parent)) {
			return path.Dir(parent), true // an entry of .wants/
		}
		return parent, true
	}
	if base := path.Base(name); strings.Contains(base, ".") && value.TypeOf(base) != "" {
		return parent, true // an invalid name; a rule says so
	}
	if strings.HasSuffix(parent, ".d") && (isBeside(path.Base(parent)) || isQuadletDropInDir(path.Base(parent)) && !networkds(parent)) {
		return path.Dir(parent), true
	}
	if _, ok := QuadletService(path.Base(name)); ok {
		return parent, true
	}
	return "", false
}

// Found is a file of a checkout that stands for a unit.
type Found struct {
	// File is its name in the tree.
	File string
	// Made says that the file is not the unit itself, but what a build, a deployment
	// tool or podman's generator makes it from.
	Made bool
}

// templateSuffixes are what template engines and build systems add to the name of
// the file that they make.
var templateSuffixes = []string{
	".in", ".j2", ".jinja", ".jinja2", ".tmpl", ".tpl", ".template", ".erb", ".epp", ".mustache", ".m4", ".cmake", ".tt", ".hbs",
}

// unitsOf returns the names of the units that a file of a checkout stands for.
func unitsOf(dir, base string) (names []string, made bool) {
	if name, err := value.ParseName(base); err == nil {
		names = append(names, base)
		if path.Base(dir) == "debian" {
			// dh_installsystemd(1): debian/PACKAGE.NAME.service becomes NAME.service.
			if _, rest, ok := strings.Cut(base, "."); ok && strings.Contains(name.Prefix, ".") {
				names = append(names, rest)
			}
		}
		return names, false
	}
	ext := path.Ext(base)
	stem := strings.TrimSuffix(base, ext)
	if slices.Contains(templateSuffixes, ext) {
		if _, err := value.ParseName(stem); err == nil {
			return []string{stem}, true
		}
		base = stem
	}
	if service, ok := QuadletService(base); ok {
		return []string{service}, true
	}
	return nil, false
}

// Index returns the files of a checkout that stand for units, by the units'
// names. What cannot be listed is left out.
func Index(tree *source.Tree) map[string][]Found {
	index := map[string][]Found{}
	budget := maxIndexed
	var list func(dir string, depth int)
	list = func(dir string, depth int) {
		entries, _ := tree.ReadDir(dir) // nothing is known of what cannot be listed
		for _, e := range entries {
			name := path.Join(dir, e.Name())
			if budget--; budget < 0 {
				return
			}
			switch {
			case !e.IsDir():
				names, made := unitsOf(dir, endOf(name, e.Name()))
				for _, unit := range names {
					index[unit] = append(index[unit], Found{name, made})
				}
			case depth < maxDepth && !slices.Contains(skippedDirs, e.Name()) && !isBeside(e.Name()):
				list(name, depth+1)
			}
		}
	}
	list(".", 0)
	return index
}
