package unit

import (
	"cmp"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/value"
)

// lazyPart is a drop-in that is read when the first unit needs it.
type lazyPart struct {
	part   *Part
	masked bool
	err    error
}

// besides returns the directories beside a unit with a suffix, most specific
// first (unit_file_find_dropin_paths in src/shared/dropin.c): for each name and
// each directory of the search path NAME.d, that of the template, and those of
// the dash prefixes; at last those of the type.
func (l *loader) besides(u *Unit, suffix string) []beside {
	names := []string{u.Name.String()}
	for _, name := range u.Names {
		if name != names[0] {
			names = append(names, name)
		}
	}
	var found []beside
	add := func(dir *Dir, base string) {
		for _, b := range l.dirs[base+"."+suffix] {
			if b.dir == dir {
				found = append(found, b)
			}
		}
	}
	for _, name := range names {
		parsed, err := value.ParseName(name)
		if err != nil {
			continue
		}
		kin := value.DropInNames(parsed)
		for _, dir := range l.set.Dirs {
			for _, base := range kin {
				add(dir, base)
			}
		}
	}
	for _, dir := range l.set.Dirs {
		add(dir, u.Name.Type)
	}
	return found
}

// first returns the entries of directories, each base name once: the first
// directory that has it wins. They are sorted by base name
// (conf_files_list_strv in src/basic/conf-files.c).
func first(dirs []beside, keep func(fs.DirEntry) bool) (files []besideFile, shadowed []besideFile) {
	winner := map[string]string{}
	for _, dir := range dirs {
		for _, e := range dir.entries {
			if !keep(e) {
				continue
			}
			file := besideFile{dir, e, winner[e.Name()]}
			if file.shadow != "" {
				if file.shadow != file.path() {
					shadowed = append(shadowed, file)
				}
				continue
			}
			winner[e.Name()] = file.path()
			files = append(files, file)
		}
	}
	slices.SortStableFunc(files, func(a, b besideFile) int { return cmp.Compare(a.Name(), b.Name()) })
	return files, shadowed
}

// besideFile is an entry of a directory beside units.
type besideFile struct {
	beside
	fs.DirEntry
	shadow string // path of the file that is read instead
}

func (f besideFile) file() string { return path.Join(f.name, f.Name()) }
func (f besideFile) path() string { return f.dir.report(f.file()) }
func (f besideFile) Name() string { return f.DirEntry.Name() }

// addDropIns adds the drop-ins of a unit in the order of application.
func (l *loader) addDropIns(u *Unit) {
	dirs := l.besides(u, "d")
	if len(dirs) == 0 {
		return
	}
	files, shadowed := first(dirs, func(e fs.DirEntry) bool {
		return strings.HasSuffix(e.Name(), ".conf") && !strings.HasPrefix(e.Name(), ".")
	})
	for _, file := range files {
		if lazy := l.readDropIn(file); lazy.part != nil && !lazy.masked {
			u.DropIns = append(u.DropIns, lazy.part)
		}
	}
	for _, file := range shadowed {
		l.set.Ignored = append(l.set.Ignored, Ignored{Path: file.path(), Unit: u.Name.String(), Shadow: file.shadow})
	}
}

// readDropIn reads a drop-in once for all units it applies to.
func (l *loader) readDropIn(file besideFile) *lazyPart {
	report := file.path()
	if lazy, ok := l.parts[report]; ok {
		return lazy
	}
	lazy := &lazyPart{}
	l.parts[report] = lazy
	if file.Type()&fs.ModeSymlink != 0 {
		if target, err := file.dir.Tree.Readlink(file.file()); err == nil && isDevNull(target) {
			lazy.masked = true
			return lazy
		}
	}
	link := file.dir.Tree.Resolve(file.file())
	switch {
	case errors.Is(link.Err, fs.ErrNotExist):
		return lazy // a dangling link; the rule for links says so
	case link.Err != nil:
		lazy.err = link.Err
		return lazy
	case link.Info.Mode()&fs.ModeDevice != 0 || link.Info.Mode().IsRegular() && link.Info.Size() == 0:
		lazy.masked = true
		return lazy
	case link.Info.IsDir():
		return lazy
	}
	part := &Part{Dir: file.dir, Name: file.file(), DropInDir: path.Base(file.name), Mode: link.Info.Mode()}
	if len(link.Hops) > 0 {
		part.Linked = file.file()
	}
	if lazy.err = readPart(part, report); lazy.err == nil {
		lazy.part = part
	}
	return lazy
}

// addLinks adds the entries of the .wants/, .requires/ and .upholds/ directories
// of a unit.
func (l *loader) addLinks(u *Unit) {
	for _, suffix := range linkSuffixes {
		dirs := l.besides(u, suffix)
		if len(dirs) == 0 {
			continue
		}
		files, _ := first(dirs, func(fs.DirEntry) bool { return true })
		for _, file := range files {
			u.Links = append(u.Links, l.link(file, suffix))
		}
	}
}

func (l *loader) link(file besideFile, suffix string) Link {
	link := Link{Suffix: suffix, Entry: file.Name(), Path: file.path()}
	tree := file.dir.Tree
	if file.Type()&fs.ModeSymlink == 0 {
		info, err := file.Info()
		link.Masked = err == nil && info.Mode().IsRegular() && info.Size() == 0
		return link
	}
	link.Target, _ = tree.Readlink(file.file())
	if isDevNull(link.Target) {
		link.Masked = true
		return link
	}
	resolved := tree.Resolve(file.file())
	link.Outside = errors.Is(resolved.Err, source.ErrOutside)
	link.Dangling = resolved.Err != nil && !link.Outside
	return link
}
