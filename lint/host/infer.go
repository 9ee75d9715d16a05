package host

import (
	"cmp"
	"path"
	"slices"
	"strings"
)

// Evidence is a path of the host that a unit names, from which it may be inferred
// where the checkout lies.
type Evidence struct {
	// Path is absolute.
	Path string
	// Beside is the directory in the tree of the unit that names it.
	Beside string
	// Program says that it is a program that is run, which need not come from the
	// checkout.
	Program bool
}

// foreignDirs are directories of a host that no checkout is deployed as.
var foreignDirs = []string{"/bin", "/boot", "/dev", "/etc", "/lib", "/lib64", "/proc", "/run", "/sbin", "/sys", "/tmp", "/usr", "/var/cache", "/var/log", "/var/run", "/var/tmp"}

// topDirs are directories of every host in which checkouts may lie, among others.
var topDirs = map[string]bool{"data": true, "home": true, "media": true, "mnt": true, "opt": true, "root": true, "srv": true, "usr": true, "var": true}

// Infer sets the mappings, holes and overlays of a checkout that nobody has
// configured. A directory of the host is taken for one of the checkout if the tail
// of a path below it exists there: beside the unit or above it, or in one place
// only. Where two directories would do, none is taken.
func (c *Checkout) Infer(evidence []Evidence) {
	found := map[string]inferred{}
	overlays := overlays{}
	for _, e := range evidence {
		p := path.Clean(e.Path)
		if dir, ok := c.whole(p, e.Beside); ok {
			overlays.add(p, dir)
			continue
		}
		if slices.ContainsFunc(foreignDirs, func(dir string) bool { return below(p, dir) }) {
			continue
		}
		prefix, dir, beside, ok := c.tail(p, e.Beside)
		if !ok {
			continue
		}
		prefix, dir = upward(prefix, dir)
		other, known := found[prefix]
		switch {
		case !known || beside && !other.beside:
			found[prefix] = inferred{dir, beside}
		case beside == other.beside && dir != other.dir:
			found[prefix] = inferred{"", beside}
		}
	}
	for _, dir := range overlays.agreed() {
		c.Overlays = append(c.Overlays, Overlay{Tree: c.Tree, Name: dir, Report: c.InReports(dir)})
	}
	for prefix, to := range found {
		if to.dir != "" {
			c.Mappings = append(c.Mappings, Mapping{prefix, to.dir})
		}
	}
	slices.SortFunc(c.Mappings, func(a, b Mapping) int { return strings.Compare(a.Prefix, b.Prefix) })
	// What a shorter prefix says as well is not said twice, and where it leads to a
	// directory that is there, it is right: a module may be started from a directory
	// in which it cannot be found. Nor does a directory lie within itself.
	c.Mappings = slices.DeleteFunc(c.Mappings, func(m Mapping) bool {
		return slices.ContainsFunc(c.Mappings, func(other Mapping) bool {
			if other.Prefix == m.Prefix || other.Prefix == "" || !below(m.Prefix, other.Prefix) {
				return false
			}
			dir := path.Join(other.Dir, strings.TrimPrefix(m.Prefix, other.Prefix))
			link := c.Tree.Resolve(dir)
			return dir == m.Dir || other.Dir == m.Dir || link.Err == nil && link.Info.IsDir()
		})
	})
	c.findHoles(evidence)
}

// inferred is what a prefix is taken for: a directory, "" where the paths disagree.
// One that holds a path beside or above the unit outweighs one that only is alone in
// holding it, as it is for a unit that starts a module from the wrong directory.
type inferred struct {
	dir    string
	beside bool
}

// tail returns the longest tail of a path that exists in the tree, as the
// directory of the host in front of it and the directory of the tree that it is
// in, and whether that is beside the unit or above it.
func (c *Checkout) tail(p, beside string) (prefix, dir string, near, ok bool) {
	parts := strings.Split(strings.TrimPrefix(p, "/"), "/")
	first := 1
	if topDirs[parts[0]] {
		first = 2 // all of /opt or /srv is no checkout
	}
	for cut := first; cut < len(parts); cut++ {
		tail := strings.Join(parts[cut:], "/")
		prefix := "/" + strings.Join(parts[:cut], "/")
		if cut == len(parts)-1 && !isSource(tail) {
			break // one word that could be anywhere
		}
		for above := path.Clean(beside); ; above = path.Dir(above) {
			if link := c.Tree.Resolve(path.Join(above, tail)); link.Err == nil && (cut < len(parts)-1 || link.Info.Mode().IsRegular()) {
				return prefix, above, true, true
			}
			if above == "." || above == "/" {
				break
			}
		}
		if cut == len(parts)-1 {
			break
		}
		if dirs := c.holders(tail); len(dirs) == 1 {
			return prefix, dirs[0], false, true
		} else if len(dirs) > 1 {
			return "", "", false, false
		}
	}
	return "", "", false, false
}

// holders returns the directories of the tree that hold a file of a name with
// several components.
func (c *Checkout) holders(tail string) []string {
	var dirs []string
	for _, file := range c.Named(path.Base(tail)) {
		if dir, ok := strings.CutSuffix(file, "/"+tail); ok {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}

// upward takes the components that both directories end in off them: what is
// /opt/app/services on the host and services here is /opt/app and the top.
func upward(prefix, dir string) (host, here string) {
	for dir != "." && path.Base(prefix) == path.Base(dir) && strings.Count(prefix, "/") > 2 {
		prefix, dir = path.Dir(prefix), path.Dir(dir)
	}
	return prefix, dir
}

// whole returns the directory of the tree in which a path of the host stands in
// full, such as deploy with deploy/etc/app/app.env: beside the unit or above it, or
// the only one.
func (c *Checkout) whole(p, beside string) (dir string, ok bool) {
	full := strings.TrimPrefix(p, "/")
	if strings.Count(full, "/") < 2 {
		return "", false
	}
	for above := path.Clean(beside); ; above = path.Dir(above) {
		if c.Tree.Resolve(path.Join(above, full)).Err == nil {
			return above, true
		}
		if above == "." || above == "/" {
			break
		}
	}
	dirs := c.holders(full)
	if len(dirs) != 1 {
		return "", false
	}
	return dirs[0], true
}

// overlays are the directories that hold paths of the host in full, by path.
type overlays map[string][]string

func (o overlays) add(p, dir string) {
	if !slices.Contains(o[p], dir) {
		o[p] = append(o[p], dir)
	}
}

// agreed returns the directories that no other one contradicts, sorted: of two that
// have the same path, as those of two deployments do, neither is taken.
func (o overlays) agreed() []string {
	agreed := map[string]bool{}
	for _, dirs := range o {
		for _, dir := range dirs {
			only, known := agreed[dir]
			agreed[dir] = len(dirs) == 1 && (only || !known)
		}
	}
	var names []string
	for dir, only := range agreed {
		if only {
			names = append(names, dir)
		}
	}
	slices.Sort(names)
	return names
}

// findHoles notes directories below a mapping from which programs are run and
// which the tree does not have: virtual environments, builds.
func (c *Checkout) findHoles(evidence []Evidence) {
	for _, e := range evidence {
		p := path.Clean(e.Path)
		inTree, ok := c.mapped(p)
		if !e.Program || !ok {
			continue
		}
		// The topmost directory that is not here.
		for strings.Contains(inTree, "/") && c.Tree.Resolve(path.Dir(inTree)).Err != nil {
			inTree, p = path.Dir(inTree), path.Dir(p)
		}
		if p != path.Clean(e.Path) {
			c.Holes = append(c.Holes, p)
		}
	}
	slices.SortFunc(c.Holes, func(a, b string) int { return cmp.Or(len(a)-len(b), strings.Compare(a, b)) })
	c.Holes = slices.Compact(c.Holes)
}
