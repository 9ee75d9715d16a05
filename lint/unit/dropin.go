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
	part   *Part // nil if it is a mask or could not be read
	unread bool
}

// besides returns the directories beside a unit, most specific first
// (unit_file_find_dropin_paths in src/shared/dropin.c): for each name and each
// directory of the search path NAME.d and its like, that of the template, and
// those of the dash prefixes; at last those of the type.
func (l *loader) besides(u *Unit) []beside {
	if len(l.dirs) == 0 {
		return nil
	}
	found := l.kin(nil, u.Name)
	for _, name := range u.Names {
		if parsed, err := value.ParseName(name); err == nil && parsed != u.Name {
			found = l.kin(found, parsed)
		}
	}
	return append(found, l.dirs[u.Name.Type]...)
}

// kin adds the directories that belong to one name.
func (l *loader) kin(found []beside, name value.Name) []beside {
	start := len(found)
	for _, base := range value.DropInNames(name) {
		found = append(found, l.dirs[base]...)
	}
	slices.SortStableFunc(found[start:], func(a, b beside) int { return cmp.Compare(a.rank, b.rank) })
	return found
}

// isDropIn reports whether systemd reads a file of a drop-in directory, by its
// name.
func isDropIn(e fs.DirEntry) bool {
	return strings.HasSuffix(e.Name(), ".conf") && !strings.HasPrefix(e.Name(), ".")
}

// isVisible reports whether systemd looks at an entry of a directory of links
// (hidden_or_backup_file in src/basic/path-util.c; what else that passes over is
// no unit name).
func isVisible(e fs.DirEntry) bool { return !strings.HasPrefix(e.Name(), ".") }

// first returns the entries of the directories with a suffix, each base name
// once: the first directory that has it wins. They are sorted by base name
// (conf_files_list_strv in src/basic/conf-files.c).
func first(dirs []beside, suffix string, keep func(fs.DirEntry) bool) (files []besideFile, shadowed []besideFile) {
	winner := map[string]string{}
	for _, dir := range dirs {
		if dir.suffix != suffix {
			continue
		}
		for _, e := range dir.entries {
			file := besideFile{dir, e, winner[e.Name()]}
			if !keep(e) {
				continue
			}
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
func (l *loader) addDropIns(u *Unit, dirs []beside) {
	files, shadowed := first(dirs, "d", isDropIn)
	for _, file := range files {
		lazy := l.readDropIn(file)
		if lazy.part != nil {
			u.DropIns = append(u.DropIns, lazy.part)
		}
		u.unread = u.unread || lazy.unread
	}
	for _, file := range shadowed {
		read := l.parts[file.shadow]
		masked := read != nil && read.part == nil && !read.unread
		l.set.Ignored = append(l.set.Ignored, Ignored{Path: file.path(), Unit: u.ID, Shadow: file.shadow, Masked: masked})
		if u.ownDropIn(path.Base(file.name)) && !u.ownDropIn(path.Base(path.Dir(file.shadow))) {
			l.addInstalls(u, dirs)
		}
	}
}

// addInstalls notes the drop-ins that systemctl enable reads: it does not look at
// those for a prefix, and so they hide none.
func (l *loader) addInstalls(u *Unit, dirs []beside) {
	u.installs = nil
	own := slices.DeleteFunc(slices.Clone(dirs), func(dir beside) bool { return !u.ownDropIn(path.Base(dir.name)) })
	files, _ := first(own, "d", isDropIn)
	for _, file := range files {
		if lazy := l.readDropIn(file); lazy.part != nil {
			u.installs = append(u.installs, lazy.part)
		}
	}
}

// readDropIn reads a drop-in once for all units it applies to.
func (l *loader) readDropIn(file besideFile) *lazyPart {
	name := file.file()
	report := file.dir.report(name)
	name = endOf(report, name)
	if lazy, ok := l.parts[report]; ok {
		return lazy
	}
	lazy := &lazyPart{}
	l.parts[report] = lazy
	target := file.target()
	link := file.dir.Tree.Resolve(name)
	switch {
	case isMask(file.dir.Tree, link, target):
		return lazy
	case errors.Is(link.Err, fs.ErrNotExist):
		return lazy // a dangling link; the rule for links says so
	case errors.Is(link.Err, source.ErrOutside):
		lazy.unread = true
		l.set.problem(report, outsideText(target), path.IsAbs(target))
		return lazy
	case link.Err != nil:
		lazy.unread = true
		l.set.problem(report, errorText(link.Err), false)
		return lazy
	case link.Info.IsDir():
		return lazy
	}
	part := &Part{Dir: file.dir, Mode: link.Info.Mode(), Linked: len(link.Hops) > 0, dropIn: true}
	if err := part.read(name, report); err != nil {
		lazy.unread = !errors.Is(err, source.ErrNotRegular)
		l.set.problem(report, errorText(err), false)
		return lazy
	}
	if !l.set.Rooted && isTemplate(part.File) {
		lazy.unread = true
		l.set.Foreign = append(l.set.Foreign, Foreign{report, FormatTemplate})
		return lazy
	}
	lazy.part = part
	return lazy
}

// addLinks adds the entries of the .wants/, .requires/ and .upholds/ directories
// of a unit.
func (l *loader) addLinks(u *Unit, dirs []beside) {
	for _, suffix := range linkSuffixes {
		files, _ := first(dirs, suffix, isVisible)
		for _, file := range files {
			u.Links = append(u.Links, file.link())
		}
	}
}

// target returns what a symbolic link says, "" if the file is none.
func (f besideFile) target() string {
	if f.Type()&fs.ModeSymlink == 0 {
		return ""
	}
	target, _ := f.dir.Tree.Readlink(f.file()) // an error is that of Resolve, too
	return target
}

// link takes an entry for a dependency (process_deps in src/core/load-dropin.c).
func (f besideFile) link() Link {
	link := Link{Suffix: f.suffix, Entry: f.Name(), Path: f.path(), Target: f.target()}
	resolved := f.dir.Tree.Resolve(f.file())
	if isMask(f.dir.Tree, resolved, link.Target) {
		link.Masked = true
		return link
	}
	link.Outside = errors.Is(resolved.Err, source.ErrOutside)
	link.Dangling = resolved.Err != nil && !link.Outside
	return link
}
