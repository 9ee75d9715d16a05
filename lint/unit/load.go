package unit

import (
	"errors"
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
			byName: map[string]*Unit{},
		},
		named:   opts.Named,
		extra:   opts.Instances,
		jobs:    opts.Jobs,
		entries: map[string]*entry{},
		dirs:    map[string][]beside{},
		parts:   map[string]*lazyPart{},
		aliases: map[string][]string{},
	}
	for _, dir := range opts.Dirs {
		l.scan(dir)
	}
	l.resolveAliases()
	l.loadUnits()
	l.instantiate()
	l.finish()
	return l.set
}

// loader holds what is needed only while a set is loaded.
type loader struct {
	set     *Set
	named   map[string]bool
	extra   []string
	jobs    int
	entries map[string]*entry    // by unit name: the first hit on the search path
	dirs    map[string][]beside  // by directory name (foo.service.d), in search order
	parts   map[string]*lazyPart // drop-ins by path in reports
	aliases map[string][]string  // names of the fragments' aliases, by the name they lead to
}

// entry is what the search path holds under a unit's name.
type entry struct {
	name value.Name
	dir  *Dir
	file string // in the tree
	path string // in reports

	alias    string // the name that a link inside the search path leads to
	resolved bool   // alias leads to a fragment of the set
	state    LoadState
	target   string // what a link says
	mode     fs.FileMode
	text     string // of an overlay or a file read early
}

// beside is a directory beside units, such as foo.service.d.
type beside struct {
	dir     *Dir
	name    string // in the tree
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
func (l *loader) scan(dir *Dir) {
	entries, err := dir.Tree.ReadDir(dir.Name)
	if err != nil {
		l.set.problem(dir.Path, errorText(err), false)
	}
	for _, e := range entries {
		name := path.Join(dir.Name, e.Name())
		if _, _, ok := splitDir(e.Name()); ok && l.scanBeside(dir, e.Name(), name) {
			continue
		}
		l.scanUnit(dir, e, name)
	}
}

// scanBeside notes a directory of drop-ins or links. It returns false if the
// name is no directory.
func (l *loader) scanBeside(dir *Dir, base, name string) bool {
	link := dir.Tree.Resolve(name)
	if link.Err != nil || !link.Info.IsDir() {
		return false
	}
	entries, err := dir.Tree.ReadDir(name)
	if err != nil {
		l.set.problem(dir.report(name), errorText(err), false)
	}
	l.dirs[base] = append(l.dirs[base], beside{dir, name, entries})
	return true
}

// scanUnit notes a file that may be a unit.
func (l *loader) scanUnit(dir *Dir, e fs.DirEntry, file string) {
	name, err := value.ParseName(e.Name())
	if err != nil {
		if !e.IsDir() {
			l.set.Ignored = append(l.set.Ignored, Ignored{Path: dir.report(file)})
		}
		return
	}
	if first, ok := l.entries[e.Name()]; ok {
		if !e.IsDir() {
			l.set.Ignored = append(l.set.Ignored, Ignored{Path: dir.report(file), Shadow: first.path})
		}
		return
	}
	found := &entry{name: name, dir: dir, file: file, path: dir.report(file)}
	if e.Type()&fs.ModeSymlink != 0 {
		if !l.followLink(found) {
			return
		}
	} else {
		l.statEntry(found)
	}
	l.entries[e.Name()] = found
}

// statEntry looks at what stands at an entry's place.
func (l *loader) statEntry(e *entry) {
	link := e.dir.Tree.Resolve(e.file)
	switch {
	case errors.Is(link.Err, source.ErrOutside):
		// An absolute link is how systemctl link installs a unit of another place.
		e.state = Outside
		l.set.problem(e.path, "symbolic link to "+e.target+" leads out of what is read: its content is not known", path.IsAbs(e.target))
	case errors.Is(link.Err, fs.ErrNotExist):
		e.state = NotFound
	case link.Err != nil:
		e.state = Error
		l.set.problem(e.path, errorText(link.Err), false)
	case link.Info.Mode()&fs.ModeDevice != 0:
		e.state = Masked // null_or_empty in src/basic/stat-util.c: any device node
	case !link.Info.Mode().IsRegular():
		e.state = Error
		l.set.problem(e.path, "not a regular file ("+source.Kind(link.Info.Mode())+")", false)
	case link.Info.Size() == 0:
		e.state = Masked
	}
	if link.Info != nil {
		e.mode = link.Info.Mode()
	}
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
	if isDevNull(target) {
		e.state = Masked
		return true
	}
	if !l.inSearchPath(e.dir, e.file, target) {
		l.statEntry(e)
		return true
	}
	base := path.Base(target)
	if base == path.Base(e.file) {
		return false // a link to its own name in another directory has no effect
	}
	alias, err := value.ParseName(base)
	if err != nil || !aliasFits(e.name, alias) {
		l.set.problem(e.path, "symbolic link to "+target+": a unit of this name cannot be an alias of it, so systemd ignores the link", true)
		return false
	}
	e.alias = base
	return true
}

// isDevNull recognises a mask by the text of the link, so that a checkout or an
// image without /dev need not have the device.
func isDevNull(target string) bool {
	target = path.Clean(target)
	for strings.HasPrefix(target, "../") {
		target = target[len("../"):]
		if target == "dev/null" {
			return true
		}
	}
	return target == "/dev/null"
}

// inSearchPath reports whether a link on the search path leads to a place on it.
// Only the directories of the target are followed, not the target itself
// (unit_file_resolve_symlink in src/shared/unit-file.c).
func (l *loader) inSearchPath(dir *Dir, file, target string) bool {
	if path.IsAbs(target) {
		if scope, ok := HostScope(path.Dir(target)); ok && scope != ScopeUnknown {
			return true
		}
		if !dir.Tree.Rooted {
			for _, d := range l.set.Dirs {
				if d.Host != "" && strings.HasPrefix(target, d.Host+"/") {
					return true
				}
			}
			return false
		}
	} else {
		target = path.Join(path.Dir(file), target)
	}
	link := dir.Tree.Resolve(path.Dir(target))
	if link.Err != nil {
		return false
	}
	for _, d := range l.set.Dirs {
		if d.Tree == dir.Tree && (link.Name == d.Name || strings.HasPrefix(link.Name, d.Name+"/") || d.Name == ".") {
			return true
		}
	}
	return false
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

// resolveAliases follows every alias to the fragment it leads to.
func (l *loader) resolveAliases() {
	for _, name := range sortedNames(l.entries) {
		e := l.entries[name]
		if e.alias == "" {
			continue
		}
		at, found := e.alias, false
		for range followMax {
			next, ok := l.entries[at]
			if !ok {
				if parsed, err := value.ParseName(at); err == nil && parsed.Kind == value.Instance {
					template := parsed.Template().String()
					if _, ok := l.entries[template]; ok {
						found = true // an instance, made when templates are known
						break
					}
				}
				break
			}
			if next.alias == "" {
				found = true
				break
			}
			at = next.alias
		}
		e.alias, e.resolved = at, found
		if found {
			l.aliases[at] = append(l.aliases[at], name)
		}
	}
}

// loadUnits makes the units that have a fragment, or drop-ins or links of their
// own, and reads their files.
func (l *loader) loadUnits() {
	for _, name := range sortedNames(l.entries) {
		e := l.entries[name]
		switch {
		case e.alias == "":
			l.addUnit(e.name, e)
		case !e.resolved:
			// The fragment may be shipped by a package, or be missing: its name tells.
			u := l.addUnit(e.name, e)
			u.State = Outside
			if l.set.Rooted || errors.Is(e.dir.Tree.Resolve(e.file).Err, fs.ErrNotExist) {
				u.State = NotFound
			}
		}
	}
	for _, base := range sortedNames(l.dirs) {
		unitName, suffix, _ := splitDir(base)
		name, err := value.ParseName(unitName)
		if err != nil || l.set.byName[unitName] != nil || l.isAlias(unitName) {
			continue
		}
		if strings.HasSuffix(name.Prefix, "-") && suffix == "d" && unitName != "-.slice" && unitName != "-.mount" {
			continue // drop-ins for every unit with the prefix
		}
		if name.Kind == value.Instance && l.entries[name.Template().String()] != nil {
			continue // made by instantiate
		}
		l.addUnit(name, nil)
	}
}

func (l *loader) isAlias(name string) bool {
	e, ok := l.entries[name]
	return ok && e.alias != "" && e.resolved
}

// addUnit makes a unit from its entry; e is nil for a unit without fragment.
func (l *loader) addUnit(name value.Name, e *entry) *Unit {
	u := &Unit{Name: name, Set: l.set, State: NotFound}
	u.Names = append([]string{name.String()}, l.aliases[name.String()]...)
	slices.Sort(u.Names)
	if e != nil {
		u.State, u.Path, u.Target = e.state, e.path, e.target
		if e.alias == "" && e.state == Loaded {
			u.Fragment = &Part{Dir: e.dir, Name: e.file, Mode: e.mode}
			if e.target != "" {
				u.Fragment.Linked = e.file
			}
		}
	}
	l.set.Units = append(l.set.Units, u)
	for _, n := range u.Names {
		l.set.byName[n] = u
	}
	return u
}

// instantiate makes the instances of templates that something refers to, until
// no new name turns up.
func (l *loader) instantiate() {
	l.readFragments(l.set.Units)
	for _, u := range l.set.Units {
		l.complete(u)
	}
	queue := slices.Clone(l.set.Units)
	for _, name := range l.extra {
		if u := l.instance(name); u != nil {
			queue = append(queue, u)
		}
	}
	for base := range l.dirs {
		if unitName, _, _ := splitDir(base); strings.Contains(unitName, "@") {
			if u := l.instance(unitName); u != nil {
				queue = append(queue, u)
			}
		}
	}
	for name, e := range l.entries {
		if e.name.Kind == value.Instance && e.alias != "" {
			if u := l.instance(e.alias); u != nil {
				l.set.byName[name] = u
				queue = append(queue, u)
			}
		}
	}
	for len(queue) > 0 {
		u := queue[0]
		queue = queue[1:]
		for _, name := range referredInstances(u) {
			if made := l.instance(name); made != nil {
				queue = append(queue, made)
			}
		}
	}
	slices.SortFunc(l.set.Units, func(a, b *Unit) int { return strings.Compare(a.Name.String(), b.Name.String()) })
}

// maxInstances bounds what a set can be made to hold by instances that refer to
// ever new instances.
const maxInstances = 1 << 16

// instance makes the instance of a template by its name. It returns nil if the
// unit is there already, or is no instance of a template of the set.
func (l *loader) instance(text string) *Unit {
	if l.set.byName[text] != nil || len(l.set.Units) > len(l.entries)+len(l.dirs)+maxInstances {
		return nil
	}
	name, err := value.ParseName(text)
	if err != nil || name.Kind != value.Instance {
		return nil
	}
	template := l.set.byName[name.Template().String()]
	if template == nil {
		return nil
	}
	own := name
	own.Prefix = template.Name.Prefix // the template may go by an alias
	u := &Unit{
		Name: own, Set: l.set, Template: template,
		State: template.State, Path: template.Path, Target: template.Target, Fragment: template.Fragment,
	}
	for _, alias := range template.Names {
		parsed, err := value.ParseName(alias)
		if err != nil {
			continue
		}
		if named, err := parsed.WithInstance(name.Instance); err == nil {
			u.Names = append(u.Names, named.String())
		}
	}
	for _, alias := range l.aliases[own.String()] {
		if !slices.Contains(u.Names, alias) {
			u.Names = append(u.Names, alias)
		}
	}
	slices.Sort(u.Names)
	for _, n := range u.Names {
		if l.set.byName[n] == nil {
			l.set.byName[n] = u
		}
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
				failed[index[u]] = readPart(u.Fragment, u.Path)
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
}

func readPart(part *Part, report string) error {
	text, err := part.Dir.Tree.ReadFile(part.Name)
	if err != nil {
		return err
	}
	part.File = syntax.Parse(source.NewFile(report, text))
	return nil
}

// complete adds drop-ins and links to a unit and collects its settings.
func (l *loader) complete(u *Unit) {
	if u.State != Masked {
		l.addDropIns(u)
		l.addLinks(u)
	}
	u.collect()
}

// finish puts problems and ignored files in order.
func (l *loader) finish() {
	for _, name := range sortedNames(l.parts) {
		if p := l.parts[name]; p.err != nil {
			l.set.problem(name, errorText(p.err), false)
		}
	}
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
