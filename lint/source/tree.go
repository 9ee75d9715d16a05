package source

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
)

// MaxFileSize is the largest file that is read, in bytes. A unit file is a few
// hundred; systemd gives up on one line of 1 MiB.
const MaxFileSize = 16 << 20

// maxLinks is how many symbolic links one path may go through, as in the kernel
// (path_resolution(7), MAXSYMLINKS).
const maxLinks = 40

// Errors that reading below a tree can end in, beside those of package fs.
var (
	// ErrOutside: a symbolic link leads out of the tree. Nothing there is read.
	ErrOutside = errors.New("symbolic link leads out of the tree")
	// ErrLoop: too many symbolic links, most likely a loop.
	ErrLoop = errors.New("too many levels of symbolic links")
	// ErrNotRegular: a FIFO, socket, device or directory where a file was expected.
	ErrNotRegular = errors.New("not a regular file")
	// ErrTooLarge: over MaxFileSize.
	ErrTooLarge = fmt.Errorf("larger than %d MiB", MaxFileSize>>20)
)

// Tree is a directory tree that may be hostile. Names are slash-separated and
// relative to Dir; symbolic links are resolved one by one and never followed out
// of it; only regular files are opened. A tree keeps in mind where directories
// lead to, and which are not there. It is safe for concurrent use as long as its
// fields stay as they are, and must not be copied.
type Tree struct {
	// Dir is the directory on this machine.
	Dir string
	// Rooted says that Dir is the root directory of a system, so that absolute
	// links start at Dir. In a checkout absolute links lead out of the tree.
	Rooted bool
	// Overlay holds files that exist only for this run (standard input, a fix
	// that was not written yet), by name in the tree. They shadow files of the same name.
	Overlay map[string]string
	// Modes are the modes of files of the overlay; what is missing is 0644.
	Modes map[string]fs.FileMode

	dirs    sync.Map // where directories lead to, by name; "" is the tree itself
	missing sync.Map // the errors of directories that are not there, by name
	missed  atomic.Int32
}

// maxMissing bounds how many directories a tree remembers that it does not have.
const maxMissing = 1 << 12

// OSPath returns the name of the file on this machine.
func (t *Tree) OSPath(name string) string {
	return filepath.Join(t.Dir, filepath.FromSlash(name))
}

// Link is what is known of a name after its symbolic links were followed.
type Link struct {
	// Name is where the links end: a name in the tree, or, when Err is ErrOutside,
	// the path outside that the last link names.
	Name string
	// Hops are the names in the tree of the links followed for the last
	// component, in order; empty when name itself is no link.
	Hops []string
	// Info describes the file at Name; nil if Err is set.
	Info fs.FileInfo
	// Err is ErrOutside, ErrLoop, or the error of the failing lstat.
	Err error
}

// Resolve follows the symbolic links of name, in every component.
func (t *Tree) Resolve(name string) Link {
	name = clean(name)
	if info := t.overlaid(name); info != nil {
		return Link{Name: name, Info: info}
	}
	slash := strings.LastIndexByte(name, '/')
	if slash < 0 || strings.Contains(name, "..") {
		return t.walk("", name)
	}
	dir := name[:slash]
	if known, ok := t.dirs.Load(dir); ok {
		return t.walk(known.(string), name[slash+1:]) //nolint:forcetypeassert // nothing else is stored
	}
	link := t.walk("", dir)
	if link.Err != nil || !link.Info.IsDir() {
		return t.walk("", name)
	}
	done := link.Name
	if done == "." {
		done = ""
	}
	t.dirs.Store(dir, done)
	return t.walk(done, name[slash+1:])
}

// walk follows the symbolic links of a name below a directory that has none in
// its own name, "" being the tree itself.
func (t *Tree) walk(done, name string) Link {
	var hops []string
	failed := func(name string, err error) Link { return Link{Name: name, Hops: hops, Err: err} }
	found := func(name string, info fs.FileInfo) Link { return Link{Name: name, Hops: hops, Info: info} }

	rest := strings.Split(name, "/")
	var info fs.FileInfo // of the resolved part; nil if it was not looked at
	budget := maxLinks
	for len(rest) > 0 {
		component := rest[0]
		rest = rest[1:]
		if info != nil && !info.IsDir() {
			return failed(done, &fs.PathError{Op: "lstat", Path: t.OSPath(path.Join(done, component)), Err: syscall.ENOTDIR})
		}
		switch component {
		case "", ".":
			continue
		case "..":
			if done == "" && !t.Rooted {
				return failed(path.Join("..", path.Join(rest...)), ErrOutside)
			}
			done, info = parent(done), nil
			continue
		}
		current := path.Join(done, component)
		if len(rest) == 0 {
			if info := t.overlaid(current); info != nil {
				return found(current, info)
			}
		}
		if err, ok := t.missing.Load(current); ok && len(rest) > 0 {
			return failed(path.Join(current, path.Join(rest...)), err.(error)) //nolint:forcetypeassert // nothing else is stored
		}
		entry, err := os.Lstat(t.OSPath(current))
		if errors.Is(err, fs.ErrNotExist) && t.overlaysBelow(current) {
			done, info = current, overlayDir(path.Base(current))
			continue
		}
		if err != nil {
			if len(rest) > 0 && errors.Is(err, fs.ErrNotExist) && t.missed.Add(1) <= maxMissing {
				t.missing.Store(current, err)
			}
			return failed(path.Join(current, path.Join(rest...)), err)
		}
		if entry.Mode()&fs.ModeSymlink == 0 {
			done, info = current, entry
			continue
		}
		if len(rest) == 0 {
			hops = append(hops, current)
		}
		if budget--; budget < 0 {
			return failed(current, ErrLoop)
		}
		target, err := os.Readlink(t.OSPath(current))
		if err != nil {
			return failed(current, err)
		}
		target = filepath.ToSlash(target)
		if path.IsAbs(target) {
			if !t.Rooted {
				return failed(path.Join(target, path.Join(rest...)), ErrOutside)
			}
			done, info = "", nil
		}
		rest = append(strings.Split(target, "/"), rest...)
	}
	if info == nil {
		// The tree itself may be given as a link; below it "done" has none.
		var err error
		if info, err = os.Stat(t.OSPath(done)); err != nil {
			return failed(path.Clean(done), err)
		}
	}
	return found(path.Clean(done), info)
}

// overlaid returns what is known of an overlay file, nil if there is none of
// that name.
func (t *Tree) overlaid(name string) fs.FileInfo {
	text, ok := t.Overlay[name]
	if !ok {
		return nil
	}
	mode, ok := t.Modes[name]
	if !ok {
		mode = 0o644
	}
	return overlayInfo{path.Base(name), int64(len(text)), mode}
}

// overlaysBelow reports whether the overlay has files in a directory, which is
// then there.
func (t *Tree) overlaysBelow(dir string) bool {
	for name := range t.Overlay {
		if strings.HasPrefix(name, dir+"/") {
			return true
		}
	}
	return false
}

// ReadFile returns the content of a regular file.
func (t *Tree) ReadFile(name string) (string, error) {
	link := t.Resolve(name)
	if link.Err != nil {
		return "", link.Err
	}
	if text, ok := t.Overlay[link.Name]; ok {
		return text, nil
	}
	if !link.Info.Mode().IsRegular() {
		return "", fmt.Errorf("%w (%s)", ErrNotRegular, Kind(link.Info.Mode()))
	}
	return ReadRegular(t.OSPath(link.Name))
}

// ReadRegular reads a regular file of this machine. It never blocks: a FIFO that
// took the file's place is opened without waiting and refused.
func ReadRegular(osPath string) (string, error) {
	file, err := os.OpenFile(osPath, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return "", err
	}
	defer file.Close() //nolint:errcheck // opened for reading
	return ReadOpen(file)
}

// ReadOpen reads an open file if it is a regular one.
func ReadOpen(file *os.File) (string, error) {
	info, err := file.Stat()
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() {
		return "", fmt.Errorf("%w (%s)", ErrNotRegular, Kind(info.Mode()))
	}
	if info.Size() > MaxFileSize {
		return "", ErrTooLarge
	}
	text := buffers.Get().(*bytes.Buffer) //nolint:forcetypeassert // nothing else is put there
	defer func() {
		if text.Reset(); text.Cap() <= maxBuffer {
			buffers.Put(text)
		}
	}()
	text.Grow(int(info.Size()) + bytes.MinRead) // the size may be wrong
	if _, err := text.ReadFrom(io.LimitReader(file, MaxFileSize+1)); err != nil {
		return "", err
	}
	if text.Len() > MaxFileSize {
		return "", ErrTooLarge
	}
	return text.String(), nil
}

// buffers are what files are read into: their texts get as much room as they need.
var buffers = sync.Pool{New: func() any { return &bytes.Buffer{} }}

// maxBuffer is the size of the largest buffer that is kept.
const maxBuffer = 1 << 20

// ReadDir lists a directory of the tree, sorted by name, overlay files included.
// What could be listed is returned even with an error.
func (t *Tree) ReadDir(name string) ([]fs.DirEntry, error) {
	name = clean(name)
	link := t.Resolve(name)
	var entries []fs.DirEntry
	err := link.Err
	if err == nil {
		if !link.Info.IsDir() {
			return nil, &fs.PathError{Op: "readdir", Path: name, Err: syscall.ENOTDIR}
		}
		entries, err = os.ReadDir(t.OSPath(link.Name))
	}
	overlay := t.overlayIn(entries, name, link.Name)
	if len(overlay) > 0 {
		entries = slices.DeleteFunc(entries, func(entry fs.DirEntry) bool { return overlay[entry.Name()] != nil })
		for _, entry := range overlay {
			entries = append(entries, entry)
		}
		if errors.Is(err, fs.ErrNotExist) {
			err = nil // the directory exists in the overlay alone
		}
	}
	sort.Slice(entries, func(i, j int) bool { return entries[i].Name() < entries[j].Name() })
	return entries, err
}

// overlayIn returns what the overlay has in a directory, which goes by several
// names, beside or in place of its entries.
func (t *Tree) overlayIn(entries []fs.DirEntry, names ...string) map[string]fs.DirEntry {
	if len(t.Overlay) == 0 {
		return nil
	}
	listed := map[string]bool{}
	for _, entry := range entries {
		listed[entry.Name()] = true
	}
	overlay := map[string]fs.DirEntry{}
	for file := range t.Overlay {
		for _, dir := range names {
			rest, ok := strings.CutPrefix(file, dir+"/")
			if dir == "." {
				rest, ok = file, true
			}
			entry, _, deeper := strings.Cut(rest, "/")
			switch {
			case !ok:
			case !deeper:
				overlay[entry] = fs.FileInfoToDirEntry(t.overlaid(file))
			case !listed[entry]:
				overlay[entry] = fs.FileInfoToDirEntry(overlayDir(entry))
			}
		}
	}
	return overlay
}

// Readlink returns what a symbolic link says, with forward slashes. Links in the
// directories before it are followed as Resolve does.
func (t *Tree) Readlink(name string) (string, error) {
	name = clean(name)
	dir := t.Resolve(path.Dir(name))
	if dir.Err != nil {
		return "", dir.Err
	}
	name = path.Join(dir.Name, path.Base(name))
	if t.overlaid(name) != nil {
		return "", &fs.PathError{Op: "readlink", Path: name, Err: syscall.EINVAL}
	}
	target, err := os.Readlink(t.OSPath(name))
	return filepath.ToSlash(target), err
}

// Kind names a file's type as ls(1) and people do.
func Kind(mode fs.FileMode) string {
	kinds := []struct {
		bit  fs.FileMode
		name string
	}{
		{fs.ModeDir, "directory"},
		{fs.ModeSymlink, "symbolic link"},
		{fs.ModeNamedPipe, "FIFO"},
		{fs.ModeSocket, "socket"},
		{fs.ModeCharDevice, "character device"},
		{fs.ModeDevice, "block device"},
		{fs.ModeIrregular, "irregular file"},
	}
	for _, kind := range kinds {
		if mode&kind.bit != 0 {
			return kind.name
		}
	}
	return "regular file"
}

// clean makes a name relative to the tree: no leading slash, no dot components,
// ".." kept only where links may decide.
func clean(name string) string {
	name = strings.TrimLeft(name, "/")
	if name == "" {
		return "."
	}
	if !strings.Contains(name, "..") {
		return path.Clean(name)
	}
	return name
}

// parent returns the directory of a name in the tree, "" being the tree itself.
func parent(name string) string {
	if dir := path.Dir(name); dir != "." {
		return dir
	}
	return ""
}
