package unit

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/syntax"
	"github.com/unitvet/unitvet/lint/value"
)

// followMax is how many aliases of aliases systemd follows (FOLLOW_MAX in
// src/shared/unit-file.c).
const followMax = 8

// Options say what to load.
type Options struct {
	Name   string
	Scope  Scope
	Rooted bool
	// Dirs is the search path, highest priority first.
	Dirs []*Dir
	// QuadletDirs are further directories from which podman's generator makes
	// services, highest priority first. Everything else in them is left alone.
	QuadletDirs []*Dir
	// Named are the files that were asked for by name, by path in reports. They are
	// taken for units even where their content does not look like one.
	Named map[string]bool
	// Instances are names of template instances to make although nothing refers to
	// them.
	Instances []string
	// Jobs is how many files are read at the same time; 0 means one per processor.
	Jobs int
}

// Load reads a set. It takes any directories; what cannot be read becomes a
// Problem of the set.
func Load(opts Options) *Set {
	if opts.Jobs < 1 {
		opts.Jobs = runtime.GOMAXPROCS(0)
	}
	l := &loader{
		set: &Set{
			Name: opts.Name, Scope: opts.Scope, Rooted: opts.Rooted, Dirs: opts.Dirs,
			QuadletDirs: opts.QuadletDirs,
			byName:      map[string]*Unit{}, madeOf: map[string]*Unit{}, madeAs: map[string]*Unit{},
		},
		named:   opts.Named,
		extra:   opts.Instances,
		jobs:    opts.Jobs,
		entries: map[string]*entry{},
		selves:  map[string]*entry{},
		dirs:    map[string][]beside{},
		parts:   map[string]*lazyPart{},
		aliases: map[string][]string{},
	}
	for i, dir := range opts.Dirs {
		l.scan(dir, i)
	}
	for i, dir := range opts.QuadletDirs {
		l.scanQuadlets(dir, len(opts.Dirs)+i)
	}
	l.finishQuadlets()
	l.resolveAliases()
	l.loadUnits()
	l.instantiate()
	l.addFamilies()
	l.finish()
	return l.set
}

// loader holds what is needed only while a set is loaded.
type loader struct {
	set   *Set
	named map[string]bool
	extra []string
	jobs  int

	instances int // made so far

	entries map[string]*entry    // by unit name: the first hit on the search path
	selves  map[string]*entry    // links to their own name, by that name
	dirs    map[string][]beside  // by directory name without its suffix, in search order
	parts   map[string]*lazyPart // drop-ins by path in reports
	aliases map[string][]string  // by the own name of a unit
}

// entry is what the search path holds under a unit's name.
type entry struct {
	name value.Name
	dir  *Dir
	file string // in the tree
	path string // in reports

	alias  string // the name that a link inside the search path leads to
	state  LoadState
	target string // what a link says
	astray bool   // the link leads to a file that is no unit where it is
	mode   fs.FileMode
}

// beside is a directory beside units, such as foo.service.d.
type beside struct {
	dir     *Dir
	rank    int    // of dir on the search path
	name    string // in the tree
	suffix  string
	entries []fs.DirEntry
}

// report returns the name of a file of a directory in reports.
func (d *Dir) report(name string) string {
	rest := strings.TrimPrefix(strings.TrimPrefix(name, d.Name), "/")
	if d.Name == "." {
		rest = name
	}
	return path.Join(d.Path, rest)
}

// scan notes what one directory of the search path holds.
func (l *loader) scan(dir *Dir, rank int) {
	entries, err := dir.Tree.ReadDir(dir.Name)
	if err != nil {
		l.set.problem(dir.Path, errorText(err), false)
	}
	for _, e := range entries {
		name := path.Join(dir.Name, e.Name())
		if (isBeside(e.Name()) || isQuadletDropInDir(e.Name())) && l.scanBeside(dir, rank, name) {
			continue
		}
		l.scanUnit(dir, e, name)
	}
}

// scanBeside notes a directory of drop-ins or links. It returns false if there is
// no directory.
func (l *loader) scanBeside(dir *Dir, rank int, name string) bool {
	link := dir.Tree.Resolve(name)
	switch {
	case errors.Is(link.Err, source.ErrOutside):
		target, _ := dir.Tree.Readlink(name)
		l.set.problem(dir.report(name), outsideText(target), path.IsAbs(target))
		return true
	case errors.Is(link.Err, source.ErrLoop):
		l.set.problem(dir.report(name), errorText(link.Err), false)
		return true
	case link.Err != nil || !link.Info.IsDir():
		return false
	}
	if len(link.Hops) > 0 && !l.followsDir(dir, name) {
		return true
	}
	l.addBeside(dir, rank, name)
	return true
}

// followsDir reports whether systemd finds the directory behind a symbolic link.
// It takes a relative target from its working directory, which is /
// (unit_file_build_name_map in src/shared/unit-file.c).
func (l *loader) followsDir(dir *Dir, name string) bool {
	target, err := dir.Tree.Readlink(name)
	if err != nil || path.IsAbs(target) {
		return err == nil
	}
	if dir.Tree.Rooted {
		if link := dir.Tree.Resolve("/" + target); link.Err == nil && link.Info.IsDir() {
			return true
		}
	} else if path.Join("/", target) == path.Join("/", dir.Host, target) {
		return true
	}
	l.set.problem(dir.report(name), "symbolic link to "+target+": systemd takes the path of such a directory from / and does not find it; only an absolute one works", true)
	return false
}

func (l *loader) addBeside(dir *Dir, rank int, name string) {
	entries, err := dir.Tree.ReadDir(name)
	if err != nil {
		l.set.problem(dir.report(name), errorText(err), false)
	}
	unitName, suffix, ok := splitDir(path.Base(name))
	if !ok {
		return
	}
	found := beside{dir: dir, rank: rank, name: name, suffix: suffix}
	for _, e := range entries {
		file := path.Join(name, e.Name())
		switch {
		case e.Type()&fs.ModeSymlink != 0 && errors.Is(dir.Tree.Resolve(file).Err, source.ErrLoop):
			// To systemd it is not there; up to 257 it hid others of its name.
			l.set.problem(dir.report(file), source.ErrLoop.Error(), false)
		case suffix == "d" && !isDropIn(e) && !e.IsDir() && isQuadletDropInDir(path.Base(name)):
		case suffix == "d" && !isDropIn(e) && !e.IsDir():
			l.set.Ignored = append(l.set.Ignored, Ignored{Path: dir.report(file), Unit: unitName})
		default:
			found.entries = append(found.entries, e)
		}
	}
	l.dirs[unitName] = append(l.dirs[unitName], found)
}

// scanUnit notes a file that may be a unit. Only regular files and symbolic
// links are units; systemd passes over everything else
// (unit_file_build_name_map in src/shared/unit-file.c).
func (l *loader) scanUnit(dir *Dir, e fs.DirEntry, file string) {
	report := dir.report(file)
	file = endOf(report, file)
	id := endOf(report, e.Name())
	name, err := value.ParseName(id)
	switch {
	case e.IsDir():
		if meant, ok := stray(id); ok {
			if entries, _ := dir.Tree.ReadDir(file); len(entries) > 0 {
				l.set.Stray = append(l.set.Stray, Stray{report, path.Join(report, entries[0].Name()), meant})
			}
		}
		return
	case err != nil && l.addQuadlet(dir, file):
		return
	case err != nil && l.named[report] && others[path.Ext(file)] != "":
		l.set.Foreign = append(l.set.Foreign, Foreign{report, FormatNetworkd})
		return
	case err != nil:
		l.set.Ignored = append(l.set.Ignored, Ignored{Path: report})
		return
	case e.Type()&^fs.ModeSymlink != 0:
		l.set.problem(report, "not a regular file ("+source.Kind(e.Type())+")", false)
		return
	}
	if first, ok := l.entries[id]; ok {
		l.set.Ignored = append(l.set.Ignored, Ignored{Path: report, Shadow: first.path})
		return
	}
	found := &entry{name: name, dir: dir, file: file, path: report}
	if e.Type()&fs.ModeSymlink == 0 {
		l.statEntry(found)
	} else if !l.followLink(found) {
		return
	}
	l.entries[id] = found
}

// endOf returns the name of a file as a piece of a longer one that ends in it. Names
// are kept as long as the set is: those of one file share their bytes.
func endOf(long, name string) string {
	if strings.HasSuffix(long, name) {
		return long[len(long)-len(name):]
	}
	return name
}

// statEntry looks at what stands at the place of an entry that is no alias.
func (l *loader) statEntry(e *entry) {
	link := e.dir.Tree.Resolve(e.file)
	switch {
	case isMask(e.dir.Tree, link, e.target):
		e.state = Masked
	case errors.Is(link.Err, source.ErrOutside):
		// An absolute link is how systemctl link installs a unit of another place.
		e.state = Outside
		l.set.problem(e.path, outsideText(e.target), path.IsAbs(e.target))
	case errors.Is(link.Err, fs.ErrNotExist):
		e.state = NotFound
	case link.Err != nil:
		e.state = Error
		l.set.problem(e.path, errorText(link.Err), false)
	case !link.Info.Mode().IsRegular():
		e.state = Error
		l.set.problem(e.path, "not a regular file ("+source.Kind(link.Info.Mode())+")", false)
	}
	if link.Info != nil {
		e.mode = link.Info.Mode()
	}
}

func outsideText(target string) string {
	return "symbolic link to " + target + " leads out of what is read: its content is not known"
}

// isMask reports whether a name masks a unit or a drop-in, by what the links
// from it lead to and what the first of them says: an empty file or a device
// node (null_or_empty in src/basic/stat-util.c). A checkout or an image need not
// have /dev/null.
func isMask(tree *source.Tree, link source.Link, target string) bool {
	if link.Info != nil {
		mode := link.Info.Mode()
		return mode&fs.ModeDevice != 0 || mode.IsRegular() && link.Info.Size() == 0
	}
	if path.Clean("/"+link.Name) == "/dev/null" {
		return true
	}
	target = path.Clean(target)
	for strings.HasPrefix(target, "../") {
		target = strings.TrimPrefix(target, "../")
	}
	return !tree.Rooted && target == "dev/null"
}

// followLink decides what a symbolic link on the search path is: a mask, an
// alias, or a linked unit. It returns false for a link that systemd passes over.
func (l *loader) followLink(e *entry) bool {
	target, err := e.dir.Tree.Readlink(e.file)
	if err != nil {
		e.state = Error
		l.set.problem(e.path, errorText(err), false)
		return true
	}
	e.target = target
	if !l.set.inSearchPath(e.dir, target) {
		l.statEntry(e)
		return true
	}
	base := path.Base(target)
	if base == path.Base(e.file) {
		if l.selves[base] == nil {
			l.selves[base] = e
		}
		return false
	}
	alias, err := value.ParseName(base)
	if err != nil {
		l.set.problem(e.path, "symbolic link to "+target+": a unit of this name cannot be an alias of it, so systemd ignores the link", true)
		return false
	}
	if !aliasFits(e.name, alias) {
		l.set.Refused = append(l.set.Refused, Refused{e.path, e.name, alias})
		return false
	}
	e.alias = base
	return true
}

// inSearchPath reports whether a link in a directory of the search path leads to
// a place on it. The directories of the target are followed, the target itself
// is not; neither needs to exist (unit_file_resolve_symlink in
// src/shared/unit-file.c).
func (s *Set) inSearchPath(dir *Dir, target string) bool {
	parent := path.Dir(target)
	if !path.IsAbs(target) {
		parent = path.Join(dir.Name, parent)
	}
	if tree := dir.Tree; tree.Rooted || !path.IsAbs(target) {
		link := tree.Resolve(parent)
		if link.Err == nil || errors.Is(link.Err, fs.ErrNotExist) {
			for _, d := range s.Dirs {
				if d.Tree == tree && isBelow(link.Name, d.Name) {
					return true
				}
			}
			if tree.Rooted {
				return s.onHostPath(path.Join("/", link.Name))
			}
		}
	}
	// What the link means where the checkout is deployed.
	switch {
	case path.IsAbs(target):
		return s.onHostPath(parent)
	case dir.Host != "":
		return s.onHostPath(path.Join(dir.Host, path.Dir(target)))
	}
	return false
}

// onHostPath reports whether a directory of the deployed system is one of the
// manager's search path, or lies below one.
func (s *Set) onHostPath(dir string) bool {
	for _, host := range SearchPath(s.Scope) {
		if isBelow(dir, host) {
			return true
		}
	}
	return s.Scope == ScopeUnknown && slices.ContainsFunc(userPath, func(host string) bool { return isBelow(dir, host) })
}

// isBelow reports whether a clean name is that of a directory or of something
// below it.
func isBelow(name, dir string) bool {
	return dir == "." || name == dir || strings.HasPrefix(name, dir) && name[len(dir)] == '/'
}

// aliasFits reports whether a link from alias to name makes an alias
// (unit_validate_alias_symlink_or_warn in src/shared/unit-file.c).
func aliasFits(alias, name value.Name) bool {
	if alias.Type != name.Type || !value.MayBeAlias(alias.Type) {
		return false
	}
	switch alias.Kind {
	case value.Instance:
		return name.Kind == value.Template || name.Kind == value.Instance && alias.Instance == name.Instance
	default:
		return alias.Kind == name.Kind
	}
}

// resolveAliases finds the unit that each alias is a name of.
func (l *loader) resolveAliases() {
	var broken []*entry
	for _, name := range sortedNames(l.entries) {
		e := l.entries[name]
		if e.alias == "" {
			continue
		}
		if own := l.ownName(e); own != "" {
			l.aliases[own] = append(l.aliases[own], name)
		} else {
			broken = append(broken, e)
		}
	}
	for _, name := range sortedNames(l.selves) {
		if l.entries[name] == nil { // the file that the link was made for is not there
			broken = append(broken, l.selves[name])
		}
	}
	templated := make([]bool, len(broken))
	for i, e := range broken {
		templated[i] = e.name.Kind == value.Instance && (e.alias == "" || l.fragment(e) == nil) &&
			l.fragment(l.entries[e.name.Template().String()]) != nil
	}
	for i, e := range broken {
		name := e.name.String()
		if templated[i] {
			delete(l.entries, name)
			l.extra = append(l.extra, name)
			continue
		}
		l.unresolved(e)
		l.entries[name] = e
	}
}

// fragment follows aliases to the entry of a file. It returns nil if there is
// none (unit_ids_map_get in src/shared/unit-file.c).
func (l *loader) fragment(e *entry) *entry {
	for range followMax {
		if e == nil || e.alias == "" {
			return e
		}
		next := l.entries[e.alias]
		if next == nil {
			if name, err := value.ParseName(e.alias); err == nil && name.Kind == value.Instance {
				next = l.entries[name.Template().String()]
			}
		}
		e = next
	}
	return nil
}

// ownName returns the name of the unit that an entry is a name of, "" if there
// is no such unit: that of the fragment, with the entry's instance if the
// fragment is a template's.
func (l *loader) ownName(e *entry) string {
	f := l.fragment(e)
	if f == nil || f.state == NotFound {
		return ""
	}
	if f.name.Kind == value.Template && e.name.Kind == value.Instance {
		own, err := f.name.WithInstance(e.name.Instance)
		if err != nil {
			return ""
		}
		return own.String()
	}
	return f.name.String()
}

// unresolved decides on an alias of something that the set does not have. It may
// be shipped by a package, or be missing: its name tells.
func (l *loader) unresolved(e *entry) {
	link := e.dir.Tree.Resolve(e.file)
	e.state = Outside
	if l.set.Rooted || errors.Is(link.Err, fs.ErrNotExist) {
		e.state = NotFound
	}
	if errors.Is(link.Err, source.ErrLoop) {
		e.state = NotFound
		l.set.problem(e.path, errorText(link.Err), false)
	}
	e.astray = l.set.Rooted && link.Err == nil && link.Info.Mode().IsRegular()
	e.alias = ""
}

// loadUnits makes the units that have a fragment, or drop-ins or links of their
// own, and reads their files.
func (l *loader) loadUnits() {
	for _, id := range sortedNames(l.entries) {
		if e := l.entries[id]; e.alias == "" {
			l.addUnit(id, e.name, e)
		}
	}
	for _, unitName := range sortedNames(l.dirs) {
		name, err := value.ParseName(unitName)
		if err != nil || l.entries[unitName] != nil {
			continue
		}
		if strings.HasSuffix(name.Prefix, "-") && name.Prefix != "-" {
			continue // for every unit with the prefix
		}
		if name.Kind == value.Instance && l.entries[name.Template().String()] != nil {
			continue // made by instantiate
		}
		l.addUnit(unitName, name, nil)
	}
}

// addUnit makes a unit from its entry; e is nil for a unit without fragment.
func (l *loader) addUnit(id string, name value.Name, e *entry) {
	u := &Unit{Name: name, ID: id, Set: l.set, State: NotFound}
	u.Names = append([]string{u.ID}, l.aliases[u.ID]...)
	slices.Sort(u.Names)
	if e != nil {
		u.State, u.Path, u.Target, u.Astray = e.state, e.path, e.target, e.astray
		if e.state == Loaded {
			u.Fragment = &Part{Dir: e.dir, Mode: e.mode, Linked: e.target != ""}
		}
	}
	l.set.Units = append(l.set.Units, u)
	for _, n := range u.Names {
		l.set.byName[n] = u
	}
}

// instantiate makes the instances of templates that something refers to, until
// no new name turns up.
func (l *loader) instantiate() {
	l.readFragments(l.set.Units)
	for _, u := range l.set.Units {
		l.complete(u)
	}
	queue := slices.Clone(l.set.Units)
	add := func(name string) {
		if u := l.instance(name); u != nil {
			queue = append(queue, u)
		}
	}
	for _, name := range slices.Concat(l.extra, sortedNames(l.aliases), sortedNames(l.dirs)) {
		if strings.Contains(name, "@") {
			add(name)
		}
	}
	for len(queue) > 0 {
		u := queue[0]
		queue = queue[1:]
		for _, name := range referredInstances(u) {
			add(name)
		}
	}
}

// addFamilies makes units that stand for all of a prefix or a type where no unit
// of the set takes in their drop-ins: foo-.service, .service.
func (l *loader) addFamilies() {
	for _, base := range sortedNames(l.dirs) {
		name, err := value.ParseName(base)
		if err != nil {
			name = value.Name{Type: value.TypeOf("." + base)}
		}
		if name.Type == "" || l.set.byName[base] != nil || slices.ContainsFunc(l.dirs[base], l.isTaken) {
			continue
		}
		id := name.String()
		u := &Unit{Name: name, ID: id, Names: []string{id}, Set: l.set, State: NotFound, family: true}
		l.addDropIns(u, l.dirs[base])
		if len(u.DropIns) > 0 {
			u.scope = u.tellScope()
			l.set.Units = append(l.set.Units, u)
		}
	}
}

// isTaken reports whether a unit of the set takes in the files of a directory.
func (l *loader) isTaken(dir beside) bool {
	return slices.ContainsFunc(dir.entries, func(e fs.DirEntry) bool {
		_, ok := l.parts[dir.dir.report(path.Join(dir.name, e.Name()))]
		return ok
	})
}

// maxInstances bounds what a set can be made to hold by instances that refer to
// ever new instances.
const maxInstances = 1 << 14

// instance makes the instance of a template by its name. It returns nil if the
// unit is there already, or is no instance of a template of the set.
func (l *loader) instance(text string) *Unit {
	if l.set.byName[text] != nil {
		return nil
	}
	if e := l.entries[text]; e != nil {
		text = l.ownName(e) // an alias of an instance
	}
	name, err := value.ParseName(text)
	if err != nil || name.Kind != value.Instance {
		return nil
	}
	template := l.set.byName[name.Template().String()]
	if template == nil {
		return nil
	}
	own, err := template.Name.WithInstance(name.Instance) // the template may go by an alias
	if err != nil {
		return nil
	}
	if l.set.byName[own.String()] != nil {
		own = name // that name has a file of its own
	}
	if l.instances++; l.instances > maxInstances {
		if l.instances == maxInstances+1 {
			l.set.problem(template.Path, fmt.Sprintf("templates refer to more than %d instances; the rest are left out", maxInstances), false)
		}
		return nil
	}
	id := own.String()
	u := &Unit{
		Name: own, ID: id, Names: []string{id}, Set: l.set, Template: template,
		State: template.State, Path: template.Path, Target: template.Target, Fragment: template.Fragment,
	}
	for _, alias := range template.Names {
		parsed, err := value.ParseName(alias)
		if err != nil {
			continue
		}
		named, err := parsed.WithInstance(name.Instance)
		if err != nil {
			continue
		}
		// The alias may have an instance that leads elsewhere.
		if e := l.entries[named.String()]; e == nil || l.ownName(e) == id {
			u.Names = append(u.Names, named.String())
		}
	}
	u.Names = append(u.Names, l.aliases[id]...)
	slices.Sort(u.Names)
	u.Names = slices.Compact(u.Names)
	for _, n := range u.Names {
		if l.set.byName[n] == nil {
			l.set.byName[n] = u
		}
	}
	if template.Instance == nil {
		template.Instance = u
	}
	l.set.Units = append(l.set.Units, u)
	l.complete(u)
	return u
}

// readFragments reads and parses the fragments of units, several at a time.
func (l *loader) readFragments(units []*Unit) {
	var group sync.WaitGroup
	next := make(chan *Unit)
	failed := make([]error, len(units))
	index := make(map[*Unit]int, len(units))
	for i, u := range units {
		index[u] = i
	}
	for range l.jobs {
		group.Go(func() {
			for u := range next {
				failed[index[u]] = u.Fragment.read(l.entries[u.ID].file, u.Path)
			}
		})
	}
	for _, u := range units {
		if u.Fragment != nil {
			next <- u
		}
	}
	close(next)
	group.Wait()
	for i, u := range units {
		switch {
		case failed[i] != nil:
			u.State, u.Fragment = Error, nil
			l.set.problem(u.Path, errorText(failed[i]), false)
		case u.Fragment != nil && u.Fragment.Fatal() != nil:
			u.State = BadSetting
		}
	}
	if !l.set.Rooted {
		l.dropForeign()
	}
}

// dropForeign takes out what is no unit. A unit that is a template of a
// deployment tool stays as a name: what it will say is not known.
func (l *loader) dropForeign() {
	l.set.Units = slices.DeleteFunc(l.set.Units, func(u *Unit) bool {
		if u.Fragment == nil {
			return false
		}
		format := Sniff(u.Fragment.File)
		if format == FormatUnit || format == FormatOther && l.named[u.Path] {
			return false
		}
		l.set.Foreign = append(l.set.Foreign, Foreign{u.Path, format})
		u.Fragment = nil
		if format == FormatTemplate {
			u.State = Outside
			return false
		}
		for _, name := range u.Names {
			delete(l.set.byName, name)
		}
		return true
	})
	if len(l.set.Foreign) > 0 && len(l.set.Units) == 0 {
		l.set.Ignored = nil // nor are those of their like that are not named like units
	}
}

// read reads the file, by its name in the tree.
func (p *Part) read(name, report string) error {
	text, err := p.Dir.Tree.ReadFile(name)
	if err != nil {
		return err
	}
	file := source.NewFile(report, text)
	file.Tree, file.Name = p.Dir.Tree, name
	p.File = syntax.Parse(file)
	return nil
}

// complete adds drop-ins and links to a unit and collects its settings.
func (l *loader) complete(u *Unit) {
	if dirs := l.besides(u); u.State != Masked && len(dirs) > 0 {
		l.addDropIns(u, dirs)
		l.addLinks(u, dirs)
	}
	u.scope = u.tellScope()
}

// finish puts units, problems and ignored files in order.
func (l *loader) finish() {
	slices.SortFunc(l.set.Units, func(a, b *Unit) int { return strings.Compare(a.ID, b.ID) })
	for _, list := range [][]*Unit{l.set.Units, l.set.Quadlets} {
		for i, u := range list {
			u.number = int32(i)
		}
	}
	slices.SortFunc(l.set.Foreign, func(a, b Foreign) int { return strings.Compare(a.Path, b.Path) })
	slices.SortFunc(l.set.Refused, func(a, b Refused) int { return strings.Compare(a.Path, b.Path) })
	slices.SortFunc(l.set.Ignored, func(a, b Ignored) int { return strings.Compare(a.Path, b.Path) })
	slices.SortFunc(l.set.Problems, func(a, b Problem) int {
		return strings.Compare(a.Path+"\x00"+a.Text, b.Path+"\x00"+b.Text)
	})
}

// errorText returns an error without the path that PathError puts in front.
func errorText(err error) string {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		return pathError.Err.Error()
	}
	return err.Error()
}
