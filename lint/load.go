package lint

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint/directive"
	"github.com/unitvet/unitvet/lint/host"
	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/unit"
)

// Input says what is read.
type Input struct {
	// Paths are files and directories; "-" is Stdin. Files are the focus, their
	// directories the context. Empty means the working directory, or with a root
	// everything on its search paths.
	Paths []string
	// Stdin is the text for "-", StdinName the name under which it is a unit.
	Stdin, StdinName string
	// Root is the root directory of a system; empty for a checkout.
	Root string
	// User takes units for those of a user's manager: of a root only theirs are read,
	// and in a checkout directories that do not tell are taken for theirs.
	User bool
	// Joined are lists of directories that form one search path each, highest
	// priority first.
	Joined [][]string
	// Overlay are files that differ from what is on the disk, or are not there, by
	// source.Tree's path on this machine.
	Overlay map[string]Draft
	// Instances are names of template instances to make although nothing refers to
	// them.
	Instances []string
}

// Draft is a file that exists only for a run.
type Draft struct {
	Text string
	Mode fs.FileMode // 0 means 0644
}

// lay puts the overlay's files of a tree into it.
func (in *Input) lay(tree *source.Tree) *source.Tree {
	for name, draft := range in.Overlay {
		inside, err := filepath.Rel(tree.Dir, name)
		if err != nil || !filepath.IsLocal(inside) {
			continue
		}
		if tree.Overlay == nil {
			tree.Overlay, tree.Modes = map[string]string{}, map[string]fs.FileMode{}
		}
		inside = filepath.ToSlash(inside)
		tree.Overlay[inside] = draft.Text
		if draft.Mode != 0 {
			tree.Modes[inside] = draft.Mode
		}
	}
	return tree
}

// focus says which files findings are shown for.
type focus struct {
	all   bool
	files map[string]bool // by path in reports
	dirs  map[string]bool // directories of units

	exclude func(file string) bool
}

func (f *focus) has(file string) bool {
	return f.includes(file) && (f.exclude == nil || !f.exclude(file))
}

func (f *focus) includes(file string) bool {
	if f.all || f.files[file] {
		return true
	}
	dir := path.Dir(file)
	return f.dirs[dir] || f.dirs[path.Dir(dir)] && (unit.IsDropInDir(dir) || unit.IsStray(dir))
}

// needs reports whether a file or directory must be read for what is in focus:
// one in focus, or a drop-in of a unit whose file is.
func (f *focus) needs(file string) bool {
	dir := path.Dir(file)
	return f.has(file) || f.dirs[file] || f.files[strings.TrimSuffix(dir, path.Ext(dir))] || f.files[strings.TrimSuffix(file, path.Ext(file))]
}

// load reads the sets that the options name.
func (r *run) load() error {
	l := &input{
		run: r, trees: map[string]*source.Tree{}, dirs: map[string]*unit.Dir{}, named: map[string]bool{},
		hosted: map[*source.Tree]*host.Checkout{},
		focus:  focus{files: map[string]bool{}, dirs: map[string]bool{}, exclude: r.opts.Exclude},
	}
	if r.opts.Root != "" {
		return l.root()
	}
	return l.checkout()
}

// input collects the directories of a checkout.
type input struct {
	*run
	hosted map[*source.Tree]*host.Checkout
	trees  map[string]*source.Tree
	dirs   map[string]*unit.Dir // by their real path on this machine
	order  []*unit.Dir
	focus  focus
	named  map[string]bool // files given by name, by path in reports
}

func (l *input) fail(name, text string) {
	l.result.Errors = append(l.result.Errors, Problem{Path: name, Text: text})
}

func (l *input) note(name, text string) {
	l.result.Notes = append(l.result.Notes, Problem{Path: name, Text: text})
}

// root loads the managers of a root directory.
func (l *input) root() error {
	report := filepath.ToSlash(filepath.Clean(l.opts.Root))
	info, err := os.Stat(l.opts.Root)
	switch {
	case err != nil:
		l.fail(report, errorText(err))
		return nil
	case !info.IsDir():
		l.fail(report, "not a directory")
		return nil
	}
	tree := l.opts.lay(&source.Tree{Dir: l.opts.Root, Rooted: true})
	h := &host.Host{Facts: l.opts.Facts, Root: tree, RootReport: report}
	for _, scope := range []unit.Scope{unit.ScopeSystem, unit.ScopeUser} {
		if l.opts.User && scope != unit.ScopeUser {
			continue
		}
		dirs, quadlets := unit.RootDirs(tree, report, scope), unit.QuadletDirs(tree, report, scope)
		if len(dirs)+len(quadlets) == 0 {
			continue
		}
		l.sets = append(l.sets, l.newSet(h, unit.Options{
			Name: report + " (" + scope.String() + ")", Scope: scope, Rooted: true, Dirs: dirs, QuadletDirs: quadlets, Jobs: l.opts.Jobs, Instances: l.opts.Instances,
		}))
	}
	if len(l.sets) == 0 {
		l.fail(report, "no unit files found: there is no /etc/systemd or /usr/lib/systemd below it")
	}
	l.focus.all = len(l.opts.Paths) == 0
	for _, p := range l.opts.Paths {
		l.rootFocus(tree, report, p)
	}
	l.setFocus()
	return nil
}

// rootFocus puts a path in focus that is given as on this machine, or as on the
// root.
func (l *input) rootFocus(tree *source.Tree, report, p string) {
	name := p
	if root, err := filepath.Abs(l.opts.Root); err == nil {
		if here, err := filepath.Abs(p); err == nil {
			if inside, err := filepath.Rel(root, here); err == nil && filepath.IsLocal(inside) {
				name = inside
			}
		}
	}
	name = filepath.ToSlash(name)
	link := tree.Resolve(name)
	if link.Err != nil {
		l.fail(filepath.ToSlash(p), errorText(link.Err))
		return
	}
	// As it is called, with the links in its directories followed.
	name = path.Join(tree.Resolve(path.Dir(name)).Name, path.Base(name))
	found := false
	for _, set := range l.sets {
		for _, dir := range slices.Concat(set.Dirs, set.QuadletDirs) {
			if link.Info.IsDir() {
				if link.Name == "." || dir.Name == link.Name || strings.HasPrefix(dir.Name, link.Name+"/") {
					l.focus.dirs[dir.Path], found = true, true
				}
				if file, ok := dir.File(name); ok && unit.IsDropInDir(name) {
					l.focus.dirs[file], found = true, true
				}
				continue
			}
			for _, candidate := range []string{name, link.Name} {
				_, isUnit := unit.IsUnitFile(candidate)
				if file, ok := dir.File(candidate); ok && isUnit {
					l.focus.files[file], found = true, true
				}
			}
		}
	}
	if !found {
		l.fail(filepath.ToSlash(p), "not among the units of "+report)
	}
}

// checkout loads the sets of files and directories.
func (l *input) checkout() error {
	paths := slices.Sorted(slices.Values(l.opts.Paths)) // the order must not matter
	if len(paths) == 0 && len(l.opts.Joined) == 0 {
		paths = []string{"."}
	}
	for _, p := range paths {
		if p == "-" {
			if err := l.stdin(); err != nil {
				return err
			}
			continue
		}
		l.path(p)
	}
	var groups []unit.Options
	joined := map[*unit.Dir]bool{}
	for _, list := range l.opts.Joined {
		var group unit.Options
		for _, p := range list {
			dir := l.dir(p)
			if dir == nil {
				continue
			}
			joined[dir] = true
			group.Dirs = append(group.Dirs, dir)
			group.Name = strings.TrimPrefix(group.Name+":"+dir.Path, ":")
			if scope := dir.Scope(); scope != unit.ScopeUnknown {
				group.Scope = scope
			}
			if len(paths) == 0 {
				l.focus.dirs[dir.Path] = true
			}
		}
		groups = append(groups, group)
	}
	alone := slices.DeleteFunc(slices.Clone(l.order), func(dir *unit.Dir) bool { return joined[dir] })
	groups = append(groups, unit.Group(l.withSiblings(alone))...)
	for _, group := range groups {
		if l.opts.User && group.Scope == unit.ScopeUnknown {
			group.Scope = unit.ScopeUser
		}
		group.Jobs, group.Named, group.Instances = l.opts.Jobs, l.named, l.opts.Instances
		l.sets = append(l.sets, l.newSet(l.hostOf(group), group))
	}
	l.deploy()
	l.setFocus()
	return nil
}

// path takes one path of the command line.
func (l *input) path(p string) {
	report := filepath.ToSlash(filepath.Clean(p))
	info, err := os.Stat(p)
	switch {
	case err != nil && !isLink(p):
		l.fail(report, errorText(err))
	case err == nil && info.IsDir() && isDropInDir(p):
		l.dropInDir(p)
	case err == nil && info.IsDir():
		l.directory(p, report)
	case err == nil && !info.Mode().IsRegular() && info.Mode()&fs.ModeDevice == 0:
		l.fail(report, "not a regular file ("+source.Kind(info.Mode())+")")
	default:
		l.file(p)
	}
}

// isLink reports whether a path is a symbolic link, which may lead nowhere.
func isLink(p string) bool {
	info, err := os.Lstat(p)
	return err == nil && info.Mode()&fs.ModeSymlink != 0
}

// isDropInDir reports whether a directory's name, which need not be in the path,
// is that of drop-ins or links.
func isDropInDir(p string) bool {
	absolute, err := filepath.Abs(p)
	return err == nil && unit.IsDropInDir(filepath.ToSlash(absolute))
}

// dropInDir puts a directory of drop-ins in focus; the one that it stands in is
// the context.
func (l *input) dropInDir(p string) {
	if dir := l.dir(filepath.Join(p, "..")); dir != nil {
		absolute, _ := filepath.Abs(p) // isDropInDir has seen no error
		l.focus.dirs[path.Join(dir.Path, filepath.Base(absolute))] = true
	}
}

// directory takes all sets below a directory.
func (l *input) directory(p, report string) {
	tree, name, err := l.tree(p)
	if err != nil {
		l.fail(report, errorText(err))
		return
	}
	groups, problems := unit.Discover(tree, name, report)
	for _, problem := range problems {
		if l.opts.Exclude == nil || !l.opts.Exclude(problem.Path) {
			l.fail(problem.Path, problem.Text)
		}
	}
	for _, group := range groups {
		for _, dir := range group.Dirs {
			l.focus.dirs[l.add(dir).Path] = true
		}
	}
	if len(groups) == 0 && len(problems) == 0 {
		l.fail(report, "no unit files found")
	}
}

// file puts a file in focus and its directory in the context. It returns the
// directory and the file's name in its tree, or nil if it is no unit or cannot be
// read.
func (l *input) file(p string) (*unit.Dir, string) {
	report := filepath.ToSlash(filepath.Clean(p))
	dirPath, rest, ok := splitUnit(p)
	if what, other := unit.Other(filepath.ToSlash(p)); other && !ok {
		l.note(report, "passed over: this is "+what)
		return nil, ""
	}
	if !ok {
		l.fail(report, "not a unit file: its name ends in none of .service, .socket, .target, .timer, .path, .mount, .automount, .swap, .slice, .scope or .device, and it is no drop-in (*.conf in a directory such as foo.service.d)")
		return nil, ""
	}
	dir := l.dir(dirPath)
	if dir == nil {
		return nil, ""
	}
	file, name := path.Join(dir.Path, rest), path.Join(dir.Name, rest)
	l.focus.files[file], l.named[file] = true, true
	if target, ok := dir.File(dir.Tree.Resolve(name).Name); ok {
		l.focus.files[target] = true // an alias shows what it leads to
	}
	return dir, name
}

// splitUnit divides the path of a unit or a drop-in into the directory that the
// unit stands in and the rest, which has the drop-in's directory.
func splitUnit(p string) (dir, rest string, ok bool) {
	absolute, err := filepath.Abs(p)
	if err != nil {
		return "", "", false
	}
	absolute = filepath.ToSlash(absolute)
	unitDir, ok := unit.IsUnitFile(absolute)
	if !ok {
		return "", "", false
	}
	rest = strings.TrimPrefix(strings.TrimPrefix(absolute, unitDir), "/")
	return filepath.Join(filepath.Dir(p), strings.Repeat("../", strings.Count(rest, "/"))), rest, true
}

// stdin puts the text from standard input in the place of a file.
func (l *input) stdin() error {
	if _, _, ok := splitUnit(l.opts.StdinName); !ok {
		return fmt.Errorf("standard input needs the name of a unit or a drop-in: %q is none", l.opts.StdinName)
	}
	dir, name := l.file(l.opts.StdinName)
	if dir == nil {
		return nil
	}
	if dir.Tree.Overlay == nil {
		dir.Tree.Overlay = map[string]string{}
	}
	if _, drafted := l.opts.Overlay[dir.Tree.OSPath(name)]; !drafted {
		dir.Tree.Overlay[name] = l.opts.Stdin
	}
	return nil
}

// dir returns a directory of the context by its path on this machine, or nil if
// it cannot be read.
func (l *input) dir(p string) *unit.Dir {
	report := filepath.ToSlash(filepath.Clean(p))
	tree, name, err := l.tree(p)
	if err != nil {
		l.fail(report, errorText(err))
		return nil
	}
	return l.add(unit.NewDir(tree, name, report))
}

// add notes a directory once, under the first path it was given by.
func (l *input) add(dir *unit.Dir) *unit.Dir {
	key := dir.Tree.OSPath(dir.Name)
	if known, ok := l.dirs[key]; ok {
		return known
	}
	l.dirs[key] = dir
	l.order = append(l.order, dir)
	return dir
}

// tree returns the tree that a directory belongs to, and its name there: the
// checkout that it lies in, or else the directory alone; for a directory such as
// image/etc/systemd/system at least image. What a symbolic link reaches outside
// of it is not read.
func (l *input) tree(p string) (*source.Tree, string, error) {
	real, err := filepath.EvalSymlinks(p)
	if err != nil {
		return nil, "", err
	}
	if real, err = filepath.Abs(real); err != nil {
		return nil, "", err
	}
	top := cmp.Or(Repository(real), real)
	whole := true
	if dir := unit.NewDir(nil, filepath.ToSlash(real), ""); dir.Host != "" {
		image := filepath.Join(real, strings.Repeat("../", strings.Count(dir.Host, "/")))
		if len(image) < len(top) {
			top, whole = image, false
		}
	}
	tree, ok := l.trees[top]
	if !ok {
		tree = l.opts.lay(&source.Tree{Dir: top})
		l.trees[top] = tree
	}
	l.checkouts.trees[tree] = l.checkouts.trees[tree] || whole
	name, err := filepath.Rel(top, real)
	return tree, filepath.ToSlash(name), err
}

// Repository returns the top of the checkout that a directory lies in, or "".
func Repository(dir string) string {
	for {
		if _, err := os.Lstat(filepath.Join(dir, ".git")); err == nil {
			return dir
		}
		up := filepath.Dir(dir)
		if up == dir {
			return ""
		}
		dir = up
	}
}

// withSiblings adds the other directories of the same search path to those that
// were asked for: beside image/etc/systemd/system also image/usr/lib/systemd/system.
func (l *input) withSiblings(dirs []*unit.Dir) []*unit.Dir {
	for _, dir := range slices.Clone(dirs) {
		image, ok := imageOf(dir)
		if !ok {
			continue
		}
		for _, host := range unit.SearchPath(dir.Scope()) {
			name := path.Join(image, host)
			if _, known := l.dirs[dir.Tree.OSPath(name)]; known {
				continue
			}
			if link := dir.Tree.Resolve(name); link.Err == nil && link.Info.IsDir() && link.Name == name {
				dirs = append(dirs, l.add(unit.NewDir(dir.Tree, name, path.Join(dir.Top(), host))))
			}
		}
	}
	return dirs
}

// imageOf returns the directory of the tree that is the root directory where a
// directory is deployed. It returns false where only the path in reports looks
// like that of a search path.
func imageOf(dir *unit.Dir) (name string, ok bool) {
	top, ok := strings.CutSuffix("/"+dir.Name, dir.Host)
	return path.Clean("." + top), ok && dir.Host != ""
}

// hostOf returns what a group's directories tell of the host: where they lie in
// an image of its root directory, what else is in it.
func (l *input) hostOf(group unit.Options) *host.Host {
	h := &host.Host{Facts: l.opts.Facts}
	if len(group.Dirs) > 0 {
		h.Checkout = l.checkoutOf(group.Dirs[0])
	}
	for _, dir := range group.Dirs {
		if image, ok := imageOf(dir); ok {
			h.Overlays = append(h.Overlays, host.Overlay{Tree: dir.Tree, Name: image, Report: dir.Top()})
			break
		}
	}
	return h
}

// newSet loads a set and passes on what could not be read.
func (l *input) newSet(h *host.Host, opts unit.Options) *Set {
	set := &Set{Set: unit.Load(opts), Host: h, Release: l.opts.Systemd, run: l.run}
	if set.Release == 0 {
		set.Release = directive.Latest
		if release, ok := h.Systemd(); ok {
			set.Release = release
		}
	}
	return set
}

// setFocus hands the focus to the sets and tells their problems.
func (l *input) setFocus() {
	l.result.focus, l.result.sets = l.focus, l.sets
	for _, set := range l.sets {
		set.focus = l.focus
		for _, problem := range set.Problems {
			switch {
			case problem.Harmless && l.focus.has(problem.Path):
				l.note(problem.Path, problem.Text)
			case !problem.Harmless && l.focus.needs(problem.Path):
				l.fail(problem.Path, problem.Text)
			}
		}
		l.foreign(set)
	}
	l.unread()
}

// unread tells which files that were given by name systemd does not read.
func (l *input) unread() {
	if len(l.named) == 0 {
		return
	}
	told := map[string]bool{}
	shadow := map[string]string{}
	for _, problem := range slices.Concat(l.result.Errors, l.result.Notes) {
		told[problem.Path] = true
	}
	for _, set := range l.sets {
		for _, u := range slices.Concat(set.Units, set.Quadlets) {
			told[u.Path] = true
			for _, part := range u.DropIns {
				told[part.Source.Path] = true
			}
			for _, link := range u.Links {
				told[link.Path] = true
			}
			for _, name := range u.Names {
				for _, dir := range set.Dirs {
					told[path.Join(dir.Path, name)] = true // an alias
				}
			}
		}
		for _, ignored := range set.Ignored {
			shadow[ignored.Path] = ignored.Shadow
		}
	}
	for file := range l.named {
		switch by, ignored := shadow[file]; {
		case ignored && by != "":
			l.note(file, "passed over: systemd reads "+by+" instead")
		case !told[file]:
			l.note(file, "passed over: systemd does not read it")
		}
	}
}

// foreign tells which files with a unit's name were passed over: each one that
// was given by name, the others as a number.
func (l *input) foreign(set *Set) {
	count := map[unit.Format]int{}
	for _, f := range set.Foreign {
		if l.named[f.Path] {
			l.note(f.Path, "passed over: this is "+f.Format.String())
		} else if l.focus.has(f.Path) {
			count[f.Format]++
		}
	}
	for format, n := range count {
		files := "files"
		if n == 1 {
			files = "file"
		}
		l.note(set.Name, fmt.Sprintf("passed over %d %s with a unit's name: not unit files but %s", n, files, format.Plural()))
	}
}

// errorText returns an error without the path that PathError puts in front.
func errorText(err error) string {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		return pathError.Err.Error()
	}
	return err.Error()
}
