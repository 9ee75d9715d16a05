package lint

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

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
	// Joined are lists of directories that form one search path each, highest
	// priority first.
	Joined [][]string
	// Instances are names of template instances to make although nothing refers to
	// them.
	Instances []string
}

// focus says which files findings are shown for.
type focus struct {
	all   bool
	files map[string]bool // by path in reports
	dirs  map[string]bool // directories of units
}

func (f *focus) has(file string) bool {
	if f.all || f.files[file] {
		return true
	}
	dir := path.Dir(file)
	return f.dirs[dir] || f.dirs[path.Dir(dir)]
}

// load reads the sets that the options name.
func (r *run) load() error {
	l := &input{
		run: r, trees: map[string]*source.Tree{}, dirs: map[dirKey]*unit.Dir{}, named: map[string]bool{},
		focus: focus{files: map[string]bool{}, dirs: map[string]bool{}},
	}
	if r.opts.Root != "" {
		return l.root()
	}
	return l.checkout()
}

// input collects the directories of a checkout.
type input struct {
	*run
	trees map[string]*source.Tree
	dirs  map[dirKey]*unit.Dir
	order []*unit.Dir
	focus focus
	named map[string]bool // files given by name, by path in reports
}

type dirKey struct {
	tree *source.Tree
	name string
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
	tree := &source.Tree{Dir: l.opts.Root, Rooted: true}
	h := &host.Host{Root: tree, RootReport: report}
	for _, scope := range []unit.Scope{unit.ScopeSystem, unit.ScopeUser} {
		dirs := unit.RootDirs(tree, report, scope)
		if len(dirs) == 0 {
			continue
		}
		l.sets = append(l.sets, l.newSet(h, unit.Options{
			Name: report + " (" + scope.String() + ")", Scope: scope, Rooted: true, Dirs: dirs, Jobs: l.opts.Jobs, Instances: l.opts.Instances,
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
	name, err := filepath.Rel(l.opts.Root, p)
	if err != nil || strings.HasPrefix(name, "..") {
		name = p
	}
	link := tree.Resolve(filepath.ToSlash(name))
	file := path.Join(report, link.Name)
	switch {
	case link.Err != nil:
		l.fail(filepath.ToSlash(p), errorText(link.Err))
	case link.Info.IsDir():
		l.focus.dirs[file] = true
	default:
		l.focus.files[path.Join(report, filepath.ToSlash(name))] = true
		l.focus.files[file] = true
	}
}

// checkout loads the sets of files and directories.
func (l *input) checkout() error {
	paths := l.opts.Paths
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
			if scope, ok := unit.HostScope(dir.Host); ok {
				group.Scope = scope
			}
			if len(paths) == 0 {
				l.focus.dirs[dir.Path] = true
			}
		}
		groups = append(groups, group)
	}
	var alone []*unit.Dir
	for _, dir := range l.withSiblings() {
		if !joined[dir] {
			alone = append(alone, dir)
		}
	}
	groups = append(groups, unit.Group(alone)...)
	for _, group := range groups {
		group.Jobs, group.Named, group.Instances = l.opts.Jobs, l.named, l.opts.Instances
		l.sets = append(l.sets, l.newSet(l.hostOf(group), group))
	}
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
	case err == nil && info.IsDir():
		l.directory(p, report)
	case err == nil && !info.Mode().IsRegular() && info.Mode()&fs.ModeDevice == 0:
		l.fail(report, "not a regular file ("+source.Kind(info.Mode())+")")
	default:
		l.file(p, report)
	}
}

// isLink reports whether a path is a symbolic link, which may lead nowhere.
func isLink(p string) bool {
	info, err := os.Lstat(p)
	return err == nil && info.Mode()&fs.ModeSymlink != 0
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
		l.fail(problem.Path, problem.Text)
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

// file puts a file in focus and its directory in the context.
func (l *input) file(p, report string) {
	unitDir, ok := unit.IsUnitFile(report)
	if !ok {
		l.fail(report, "not a unit file: its name ends in none of .service, .socket, .target, .timer, .path, .mount, .automount, .swap, .slice, .scope or .device, and it is no drop-in (*.conf in a directory such as foo.service.d)")
		return
	}
	dir := l.dir(filepath.FromSlash(unitDir))
	if dir == nil {
		return
	}
	file := path.Join(dir.Path, strings.TrimPrefix(strings.TrimPrefix(report, unitDir), "/"))
	if unitDir == "." {
		file = path.Join(dir.Path, report)
	}
	l.focus.files[file] = true
	l.named[file] = true
}

// stdin puts the text from standard input in the place of a file.
func (l *input) stdin() error {
	report := filepath.ToSlash(filepath.Clean(l.opts.StdinName))
	unitDir, ok := unit.IsUnitFile(report)
	if !ok {
		return fmt.Errorf("standard input needs the name of a unit or a drop-in: %q is none", l.opts.StdinName)
	}
	l.file(l.opts.StdinName, report)
	for _, dir := range l.order {
		if dir.Path != path.Clean(unitDir) {
			continue
		}
		if dir.Tree.Overlay == nil {
			dir.Tree.Overlay = map[string]string{}
		}
		rest := strings.TrimPrefix(report, strings.TrimSuffix(unitDir, "/")+"/")
		dir.Tree.Overlay[path.Join(dir.Name, rest)] = l.opts.Stdin
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
	key := dirKey{dir.Tree, dir.Name}
	if known, ok := l.dirs[key]; ok {
		return known
	}
	l.dirs[key] = dir
	l.order = append(l.order, dir)
	return dir
}

// tree returns the tree that a directory belongs to, and its name there: the
// checkout, if it lies in one, or the directory alone. What a symbolic link
// reaches outside of it is not read.
func (l *input) tree(p string) (*source.Tree, string, error) {
	real, err := filepath.EvalSymlinks(p)
	if err != nil {
		return nil, "", err
	}
	if real, err = filepath.Abs(real); err != nil {
		return nil, "", err
	}
	top := Repository(real)
	if top == "" {
		top = real
		// Directories of one root belong together: /x/etc/systemd/system lies in /x.
		if dir := unit.NewDir(nil, filepath.ToSlash(real), ""); dir.Host != "" {
			top = filepath.FromSlash(strings.TrimSuffix(filepath.ToSlash(real), dir.Host))
			if top == "" {
				top = string(filepath.Separator)
			}
		}
	}
	tree, ok := l.trees[top]
	if !ok {
		tree = &source.Tree{Dir: top}
		l.trees[top] = tree
	}
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
func (l *input) withSiblings() []*unit.Dir {
	for _, dir := range l.order {
		if dir.Host == "" {
			continue
		}
		scope, _ := unit.HostScope(dir.Host)
		top := strings.TrimSuffix("/"+dir.Name, dir.Host)
		if len(top) == len(dir.Name)+1 {
			continue // only the path in reports looks like a search path
		}
		for _, other := range unit.SearchPath(scope) {
			name := strings.TrimPrefix(top+other, "/")
			link := dir.Tree.Resolve(name)
			if link.Err != nil || !link.Info.IsDir() || link.Name != name {
				continue
			}
			l.add(unit.NewDir(dir.Tree, name, strings.TrimSuffix(dir.Path, dir.Host)+other))
		}
	}
	return l.order
}

// hostOf returns what a group's directories tell of the host: where they lie in
// an image of its root directory, what else is in it.
func (l *input) hostOf(group unit.Options) *host.Host {
	h := &host.Host{}
	for _, dir := range group.Dirs {
		top := strings.TrimSuffix("/"+dir.Name, dir.Host)
		if dir.Host == "" || len(top) == len(dir.Name)+1 {
			continue
		}
		h.Overlays = append(h.Overlays, host.Overlay{
			Tree: dir.Tree, Name: strings.TrimPrefix(top, "/"), Report: strings.TrimSuffix(dir.Path, dir.Host),
		})
		break
	}
	return h
}

// newSet loads a set and passes on what could not be read.
func (l *input) newSet(h *host.Host, opts unit.Options) *Set {
	set := &Set{Set: unit.Load(opts), Host: h, run: l.run}
	return set
}

// setFocus hands the focus to the sets and tells their problems.
func (l *input) setFocus() {
	for _, set := range l.sets {
		set.focus = l.focus
		for _, problem := range set.Problems {
			switch {
			case problem.Harmless && l.focus.has(problem.Path):
				l.note(problem.Path, problem.Text)
			case !problem.Harmless && (l.focus.has(problem.Path) || l.focus.dirs[problem.Path]):
				l.fail(problem.Path, problem.Text)
			}
		}
		l.foreign(set)
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
