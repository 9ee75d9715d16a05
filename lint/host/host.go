// Package host answers questions about the machine that units are for: does this
// path exist, does a distribution ship this unit. An answer is yes, no or
// unknown, and says where it comes from; what nobody told is unknown, never no.
package host

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"
	"syscall"

	"github.com/unitvet/unitvet/lint/source"
)

// Answer is what is known.
type Answer int

// The answers.
const (
	Unknown Answer = iota
	Yes
	No
)

// String returns "unknown", "yes" or "no".
func (a Answer) String() string { return [...]string{"unknown", "yes", "no"}[a] }

// Fact is an answer and where it comes from.
type Fact struct {
	Answer
	// Source names the layer that knows, for messages: a root directory, a
	// directory of the checkout.
	Source string
}

// PathFact says whether a path exists and what it is.
type PathFact struct {
	Fact
	// Mode is the type and mode of the file that the path leads to, if it exists.
	Mode fs.FileMode
}

// Overlay is a directory of a checkout that is copied onto the root directory
// of the host, such as image/ with image/etc and image/usr.
type Overlay struct {
	Tree *source.Tree
	// Name is the directory in the tree.
	Name string
	// Report is the directory in reports.
	Report string
}

// Host is what is known of one machine, in layers. The zero Host knows nothing.
type Host struct {
	// Root is the root directory of the machine. It knows everything that it may
	// read, but for what appears only at run time.
	Root *source.Tree
	// RootReport is how the root is called in messages.
	RootReport string
	// Overlays know only what exists.
	Overlays []Overlay
}

// volatileDirs appear at boot, so that an image not running does not have what
// will be there (file-hierarchy(7)).
var volatileDirs = []string{"/run", "/var/run", "/tmp", "/var/tmp", "/proc", "/sys", "/dev"}

// IsVolatile reports whether a path lies below a directory that is empty at
// boot or filled by the kernel.
func IsVolatile(name string) bool {
	for _, dir := range volatileDirs {
		if name == dir || strings.HasPrefix(name, dir+"/") {
			return true
		}
	}
	return false
}

// Path says whether an absolute path exists on the host.
func (h *Host) Path(name string) PathFact {
	name = path.Clean(name)
	if h.Root != nil {
		return h.rootPath(name)
	}
	for _, overlay := range h.Overlays {
		link := overlay.Tree.Resolve(path.Join(overlay.Name, name))
		if link.Err == nil {
			return PathFact{Fact{Yes, path.Join(overlay.Report, name)}, link.Info.Mode()}
		}
	}
	return PathFact{}
}

// rootPath asks the root directory. What cannot be read, and what comes into
// being at boot, stays unknown.
func (h *Host) rootPath(name string) PathFact {
	link := h.Root.Resolve(name)
	switch {
	case link.Err == nil:
		return PathFact{Fact{Yes, h.RootReport}, link.Info.Mode()}
	case errors.Is(link.Err, syscall.ENOTDIR): // below a file
	case !errors.Is(link.Err, fs.ErrNotExist), IsVolatile(name), IsVolatile("/" + link.Name):
		return PathFact{}
	}
	return PathFact{Fact: Fact{No, h.RootReport}}
}

// ReadFile returns the content of a file of the host, and how it is called in
// reports. It returns false if the file is not known to exist or cannot be read.
func (h *Host) ReadFile(name string) (text, report string, ok bool) {
	if h.Root != nil {
		text, err := h.Root.ReadFile(name)
		return text, path.Join(h.RootReport, name), err == nil
	}
	for _, overlay := range h.Overlays {
		if text, err := overlay.Tree.ReadFile(path.Join(overlay.Name, name)); err == nil {
			return text, path.Join(overlay.Report, name), true
		}
	}
	return "", "", false
}

// ReadDir returns the names in a directory of the host, sorted; none if the
// directory is not known to exist or cannot be read.
func (h *Host) ReadDir(name string) []string {
	var names []string
	add := func(tree *source.Tree, dir string) {
		entries, _ := tree.ReadDir(dir) // what cannot be listed is not known
		for _, e := range entries {
			names = append(names, e.Name())
		}
	}
	if h.Root != nil {
		add(h.Root, name)
		return names
	}
	for _, overlay := range h.Overlays {
		add(overlay.Tree, path.Join(overlay.Name, name))
	}
	slices.Sort(names)
	return slices.Compact(names)
}
