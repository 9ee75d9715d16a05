package host

import (
	"io/fs"
	"path"
	"slices"
	"sort"
	"strings"
	"sync"

	"github.com/unitvet/unitvet/lint/host/gitindex"
	"github.com/unitvet/unitvet/lint/source"
)

// Mapping says that a directory of the host is one of the checkout.
type Mapping struct {
	// Prefix is the directory on the host, such as /opt/quantum.
	Prefix string
	// Dir is the directory of the checkout.
	Dir string
}

// Checkout is a source tree that is deployed somewhere on the host. Its fields do
// not change once it is asked something.
type Checkout struct {
	Tree *source.Tree
	// Report is the top of the tree in reports, and Here the directory of the tree
	// that reports are relative to, if it is one of the tree.
	Report, Here string
	// Mappings say where its directories lie on the host; Dir is the name in the
	// tree.
	Mappings []Mapping
	// Holes are directories of the host below a mapping that are not in the
	// checkout: virtual environments, data.
	Holes []string
	// Overlays are directories of the checkout that are copied onto the root
	// directory of the host.
	Overlays []Overlay

	listOnce sync.Once
	list     listing
	gitOnce  sync.Once
	git      map[string]gitindex.Kind
	ignores  sync.Map // rules of the .gitignore of a directory
	known    sync.Map // what Once has worked out
}

// Once returns what work returns, and does the work only the first time that a key
// is asked for. Keys are values of types that a package keeps to itself.
func (c *Checkout) Once(key any, work func() any) any {
	once, _ := c.known.LoadOrStore(key, sync.OnceValue(work))
	return once.(func() any)() //nolint:forcetypeassert // nothing else is stored
}

// below reports whether p is dir or lies below it.
func below(p, dir string) bool {
	return p == dir || dir == "/" || strings.HasPrefix(p, dir+"/")
}

// mapped returns the name in the tree that a path of the host has, by the longest
// prefix. It returns false where no prefix fits, and in holes.
func (c *Checkout) mapped(name string) (string, bool) {
	if c == nil {
		return "", false
	}
	best := -1
	for i, m := range c.Mappings {
		if below(name, m.Prefix) && (best < 0 || len(m.Prefix) > len(c.Mappings[best].Prefix)) {
			best = i
		}
	}
	if best < 0 {
		return "", false
	}
	prefix := c.Mappings[best].Prefix
	for _, hole := range c.Holes {
		if below(name, hole) && len(hole) >= len(prefix) {
			return "", false
		}
	}
	return path.Join(c.Mappings[best].Dir, strings.TrimPrefix(name, prefix)), true
}

// InReports returns how a file of the tree is called in reports.
func (c *Checkout) InReports(name string) string {
	switch {
	case c.Here == name:
		return "."
	case c.Here != "" && c.Here != "." && below(name, c.Here):
		return name[len(c.Here)+1:]
	}
	return path.Join(c.Report, name)
}

// OnHost returns the paths that a file of the tree has on the host.
func (c *Checkout) OnHost(name string) []string {
	var paths []string
	for _, m := range c.Mappings {
		if m.Dir == "." {
			paths = append(paths, path.Join(m.Prefix, name))
		} else if below(name, m.Dir) {
			paths = append(paths, path.Join(m.Prefix, strings.TrimPrefix(name, m.Dir)))
		}
	}
	return paths
}

// real follows the symbolic links of a path below a mapping.
func (c *Checkout) real(name string) string {
	inTree, ok := c.mapped(name)
	if !ok {
		return name
	}
	link := c.Tree.Resolve(inTree)
	if link.Err != nil || link.Name == inTree {
		return name
	}
	if paths := c.OnHost(link.Name); len(paths) > 0 {
		return paths[0]
	}
	return name
}

// path says whether a path below a mapping exists. That it does not is known only
// of what the checkout would have to hold.
func (c *Checkout) path(name string) PathFact {
	inTree, ok := c.mapped(name)
	if !ok {
		return PathFact{}
	}
	report := c.InReports(inTree)
	link := c.Tree.Resolve(inTree)
	if link.Err == nil {
		mode := link.Info.Mode()
		switch kind := c.index()[link.Name]; {
		case !mode.IsRegular():
		case kind == gitindex.Executable:
			mode |= 0o111
		case kind == gitindex.Regular:
			mode &^= 0o111
		}
		return PathFact{Fact{Yes, report}, mode}
	}
	if isSource(inTree) && c.holdsSource(inTree) && !c.compiles(inTree) {
		return PathFact{Fact: Fact{No, theCheckout}}
	}
	return PathFact{}
}

// theCheckout is how messages name the checkout as the source of a fact.
const theCheckout = "the checkout"

// Dir says whether a directory below a mapping exists, for directories that are
// known to hold code. Path cannot tell them from those that hold data.
func (h *Host) Dir(name string) Fact {
	fact := h.Path(name)
	if fact.Answer != Unknown || h.Root != nil || h.Checkout == nil {
		return fact.Fact
	}
	if inTree, ok := h.Checkout.mapped(path.Clean(name)); ok && h.Checkout.holds(inTree) {
		return Fact{No, theCheckout}
	}
	return Fact{}
}

// holds reports whether the tree would have a name that it does not have: its
// directory is there, and nothing says that the name is made on the host.
func (c *Checkout) holds(name string) bool {
	dir := c.Tree.Resolve(path.Dir(name))
	if dir.Err != nil || !dir.Info.IsDir() || c.isIgnored(name) || c.isLink(name) {
		return false
	}
	for component := range strings.SplitSeq(name, "/") {
		if isMade(component) {
			return false
		}
	}
	return true
}

// holdsSource is holds for a file that people write. It matters not what the
// directory is called that the tree has it in: bin is made in many, and in others
// holds the scripts.
func (c *Checkout) holdsSource(name string) bool {
	dir := c.Tree.Resolve(path.Dir(name))
	return dir.Err == nil && dir.Info.IsDir() && !c.isIgnored(name) && !isMade(path.Base(name)) && !c.isLink(name)
}

// isLink reports whether a name is that of a symbolic link, which may lead to
// something that only the host has.
func (c *Checkout) isLink(name string) bool {
	_, err := c.Tree.Readlink(name)
	return err == nil
}

// madeDirs are names of directories, and files, that are made where a checkout is
// built or runs: no source tree has to hold them.
var madeDirs = map[string]bool{
	"backup": true, "backups": true, "bin": true, "build": true, "cache": true, "config": true, "conf": true, "current": true, "data": true, "db": true,
	"dist": true, "env": true, "envs": true, "generated": true, "instance": true, "lib": true, "lib64": true, "local": true, "log": true, "logs": true,
	"media": true, "node_modules": true, "obj": true, "out": true, "output": true, "packages": true, "private": true, "public": true, "release": true, "releases": true,
	"run": true, "runtime": true, "sbin": true, "secrets": true, "share": true, "shared": true, "site-packages": true, "spool": true, "state": true, "static": true,
	"storage": true, "target": true, "temp": true, "third_party": true, "tmp": true, "upload": true, "uploads": true, "usr": true, "var": true, "vendor": true,
	"venv": true, "venvs": true, "virtualenv": true, "volumes": true, "work": true, "workspace": true,
}

// isMade reports whether a name is that of something made.
func isMade(name string) bool {
	return madeDirs[strings.ToLower(name)] || strings.HasPrefix(name, ".") && name != "." || strings.HasSuffix(name, "venv") || strings.HasSuffix(name, "-env") ||
		strings.HasSuffix(name, ".egg-info") || name == "__pycache__" || strings.HasPrefix(name, "_version.") || strings.HasSuffix(name, "_pb2.py") || strings.HasSuffix(name, "_pb2_grpc.py")
}

// sourceSuffixes are those of files that people write.
var sourceSuffixes = map[string]bool{
	".bash": true, ".cjs": true, ".js": true, ".mjs": true, ".php": true, ".pl": true, ".py": true, ".rb": true, ".sh": true, ".ts": true, ".zsh": true,
}

// isSource reports whether a name is that of a file that people write.
func isSource(name string) bool {
	return sourceSuffixes[path.Ext(name)] && !strings.Contains(path.Base(name), ".min.")
}

// compiles reports whether a script may be made of a source of the same name:
// server.js of server.ts.
func (c *Checkout) compiles(name string) bool {
	stem, ok := strings.CutSuffix(strings.TrimSuffix(strings.TrimSuffix(path.Base(name), ".mjs"), ".cjs"), ".js")
	if !ok && stem == path.Base(name) {
		return false
	}
	for _, suffix := range []string{".ts", ".mts", ".cts", ".tsx", ".coffee"} {
		if len(c.Named(stem+suffix)) > 0 {
			return true
		}
	}
	return false
}

// index returns git's index; nil if there is none that can be read.
func (c *Checkout) index() map[string]gitindex.Kind {
	c.gitOnce.Do(func() {
		if text, err := c.Tree.ReadFile(".git/index"); err == nil {
			c.git, _ = gitindex.Read(text) // of another format: nothing is known
		}
	})
	return c.git
}

// IsTracked reports whether git's index has a file of the tree.
func (c *Checkout) IsTracked(name string) bool { return c.index()[name] != 0 }

// Limits of what is listed of a checkout.
const (
	maxListed = 200_000 // files and directories
	maxDepth  = 24
)

// skippedDirs hold nothing of the project's own.
var skippedDirs = map[string]bool{
	".git": true, ".hg": true, ".svn": true, ".mypy_cache": true, ".pytest_cache": true, ".ruff_cache": true, ".tox": true, ".nox": true,
	".venv": true, "__pycache__": true, "node_modules": true, "site-packages": true, "venv": true,
}

// listing is what a checkout holds.
type listing struct {
	files  []string // sorted
	byBase []string // the same by their last component, and then as directories list them
}

// Files returns the names of the checkout's files, sorted, without those of other
// projects that are installed in it. Callers must not change it.
func (c *Checkout) Files() []string { return c.listed().files }

// Named returns the files whose last component is a name. Callers must not change
// it.
func (c *Checkout) Named(base string) []string {
	list := c.listed().byBase
	compare := func(i int) int { return strings.Compare(lastOf(list[i]), base) }
	start := sort.Search(len(list), func(i int) bool { return compare(i) >= 0 })
	end := start + sort.Search(len(list)-start, func(i int) bool { return compare(start+i) > 0 })
	return list[start:end:end]
}

// lastOf returns the last component of a clean name.
func lastOf(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }

func (c *Checkout) listed() *listing {
	c.listOnce.Do(func() {
		var found []string
		budget := maxListed
		var walk func(dir string, depth int)
		walk = func(dir string, depth int) {
			entries, _ := c.Tree.ReadDir(dir) // nothing is known of what cannot be listed
			for _, e := range entries {
				if budget--; budget < 0 {
					return
				}
				name := path.Join(dir, e.Name())
				switch {
				case !e.IsDir() && e.Type()&^fs.ModeSymlink == 0:
					found = append(found, name)
				case e.IsDir() && depth < maxDepth && !skippedDirs[e.Name()]:
					walk(name, depth+1)
				}
			}
		}
		walk(".", 0)
		c.list = listing{files: slices.Clone(found), byBase: slices.Clone(found)} // without room for more
		slices.Sort(c.list.files)
		slices.SortStableFunc(c.list.byBase, func(a, b string) int { return strings.Compare(lastOf(a), lastOf(b)) })
	})
	return &c.list
}

// templateSuffixes are what is added to the name of a file that is not to be used
// as it is.
var templateSuffixes = []string{".example", ".template", ".sample", ".dist", ".tmpl", ".tpl", ".j2", ".in", "-example", "-sample", "-template"}

// isDeployed reports whether a file of the tree lies in a directory that is
// somewhere on the host.
func (c *Checkout) isDeployed(file string) bool {
	return slices.ContainsFunc(c.Mappings, func(m Mapping) bool { return m.Dir == "." || below(file, m.Dir) }) ||
		slices.ContainsFunc(c.Overlays, func(o Overlay) bool { return o.Name == "." || below(file, o.Name) })
}

// template returns the text of the only template of a file of the host.
func (c *Checkout) template(name string) (text, report string, ok bool) {
	base := path.Base(name)
	var found []string
	for _, suffix := range templateSuffixes {
		found = append(found, c.Named(base+suffix)...)
	}
	stem := strings.TrimSuffix(base, path.Ext(base))
	for _, word := range []string{".example", ".sample", ".template"} {
		if stem != "" {
			found = append(found, c.Named(stem+word+path.Ext(base))...)
		}
	}
	found = append(found, c.Named(base)...)
	if len(found) > 1 {
		// Of several, those of what is deployed; then the one in a directory of the same
		// name.
		if deployed := slices.DeleteFunc(slices.Clone(found), func(file string) bool { return !c.isDeployed(file) }); len(deployed) > 0 {
			found = deployed
		}
		same := slices.DeleteFunc(slices.Clone(found), func(file string) bool {
			return path.Base(path.Dir(file)) != path.Base(path.Dir(name))
		})
		if len(same) > 0 {
			found = same
		}
		if len(found) > 1 {
			return "", "", false
		}
	}
	if len(found) == 0 {
		return "", "", false
	}
	text, err := c.Tree.ReadFile(found[0])
	return text, c.InReports(found[0]), err == nil
}
