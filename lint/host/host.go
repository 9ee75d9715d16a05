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
	"sync"
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

// Host is what is known of one machine, in layers; the first that knows wins. The
// zero Host knows nothing.
type Host struct {
	// Facts were captured on the machine; nil if there are none.
	Facts *Facts
	// Root is the root directory of the machine. It knows everything that it may
	// read, but for what appears only at run time; what it does not have it knows if
	// it is that of a whole system.
	Root *source.Tree
	// RootReport is how the root is called in messages.
	RootReport string
	// Overlays know only what exists.
	Overlays []Overlay
	// Checkout is the tree that the units stand in, where it is not a root; nil if
	// nothing else of it may be read.
	Checkout *Checkout

	files        sync.Map // what Source has read
	wholeOnce    sync.Once
	whole        bool
	accountsOnce sync.Once
	known        *accounts
	hostsOnce    sync.Once
	hosts        map[string]bool
	hostsSource  string
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
	if h.Facts != nil {
		if fact := h.Facts.Path(name); fact.Answer != Unknown {
			return fact
		}
	}
	if h.Root != nil {
		return h.rootPath(name)
	}
	if h.Checkout != nil {
		if fact := h.Checkout.path(name); fact.Answer != Unknown {
			return fact
		}
	}
	for _, overlay := range h.overlays() {
		link := overlay.Tree.Resolve(path.Join(overlay.Name, name))
		if link.Err == nil {
			return PathFact{Fact{Yes, path.Join(overlay.Report, name)}, link.Info.Mode()}
		}
	}
	return PathFact{}
}

// isWhole reports whether the root is that of a whole system, which os-release(5)
// tells. A few packages that were unpacked somewhere are none.
func (h *Host) isWhole() bool {
	h.wholeOnce.Do(func() {
		for _, name := range []string{"/etc/os-release", "/usr/lib/os-release"} {
			h.whole = h.whole || h.Root.Resolve(name).Err == nil
		}
	})
	return h.whole
}

// Runnable says whether a path can be run as a program as far as its type and mode
// tell. What an overlay has without being executable may be installed otherwise.
func (h *Host) Runnable(name string) PathFact {
	fact := h.Path(name)
	switch {
	case fact.Answer != Yes:
		fact.Answer = Unknown
	case fact.Mode.IsDir():
		fact.Answer = No
	case !fact.Mode.IsRegular():
		fact.Answer = Unknown
	case fact.Mode&0o111 == 0:
		fact.Answer = No
		if h.Root != nil && !h.isWhole() {
			fact.Answer = Unknown
		}
		if h.Root == nil && (h.Facts == nil || h.Facts.Path(name).Answer != Yes) {
			if _, mapped := h.Checkout.mapped(path.Clean(name)); !mapped {
				fact.Answer = Unknown
			}
		}
	}
	return fact
}

// overlays returns the overlays of the host, those of the checkout last.
func (h *Host) overlays() []Overlay {
	if h.Checkout == nil {
		return h.Overlays
	}
	return slices.Concat(h.Overlays, h.Checkout.Overlays)
}

// rootPath asks the root directory. What cannot be read, and what comes into
// being at boot, stays unknown.
func (h *Host) rootPath(name string) PathFact {
	link := h.Root.Resolve(name)
	switch {
	case link.Err == nil:
		return PathFact{Fact{Yes, h.RootReport}, link.Info.Mode()}
	case errors.Is(link.Err, syscall.ENOTDIR): // below a file
	case !errors.Is(link.Err, fs.ErrNotExist), IsVolatile(name), IsVolatile("/" + link.Name), !h.isWhole():
		return PathFact{}
	}
	return PathFact{Fact: Fact{No, h.RootReport}}
}

// located is a path of the host in a tree that may be read.
type located struct {
	tree   *source.Tree
	name   string // in the tree
	report string
}

// locate returns where a path of the host may be found, in order.
func (h *Host) locate(name string) []located {
	if h.Root != nil {
		return []located{{h.Root, name, path.Join(h.RootReport, name)}}
	}
	var places []located
	if h.Checkout != nil {
		if mapped, ok := h.Checkout.mapped(path.Clean(name)); ok {
			places = append(places, located{h.Checkout.Tree, mapped, h.Checkout.InReports(mapped)})
		}
	}
	for _, overlay := range h.overlays() {
		places = append(places, located{overlay.Tree, path.Join(overlay.Name, name), path.Join(overlay.Report, name)})
	}
	return places
}

// ReadFile returns the content of a file of the host, and how it is called in
// reports. It returns false if the file is not known to exist or cannot be read.
func (h *Host) ReadFile(name string) (text, report string, ok bool) {
	for _, at := range h.locate(name) {
		if text, err := at.tree.ReadFile(at.name); err == nil {
			return text, at.report, true
		}
	}
	return "", "", false
}

// Source is ReadFile for files that several units name: each is read once.
func (h *Host) Source(name string) (*source.File, bool) {
	type result struct {
		file *source.File
	}
	if known, ok := h.files.Load(name); ok {
		file := known.(result).file //nolint:forcetypeassert // nothing else is stored
		return file, file != nil
	}
	var found result
	if text, report, ok := h.ReadFile(name); ok {
		found.file = source.NewFile(report, text)
	}
	known, _ := h.files.LoadOrStore(name, found)
	file := known.(result).file //nolint:forcetypeassert // nothing else is stored
	return file, file != nil
}

// Report returns how a file of the host that can be read is called in reports, the
// path itself if there is none.
func (h *Host) Report(name string) string {
	for _, at := range h.locate(name) {
		if at.tree.Resolve(at.name).Err == nil {
			return at.report
		}
	}
	return name
}

// Real returns a path with its symbolic links followed, as far as that is known.
func (h *Host) Real(name string) string {
	if h.Root != nil {
		if link := h.Root.Resolve(name); link.Err == nil {
			return path.Clean("/" + link.Name)
		}
		return name
	}
	if h.Checkout != nil {
		return h.Checkout.real(path.Clean(name))
	}
	return name
}

// ReadDir returns the names in a directory of the host, sorted; none if the
// directory is not known to exist or cannot be read.
func (h *Host) ReadDir(name string) []string {
	var names []string
	for _, at := range h.locate(name) {
		entries, _ := at.tree.ReadDir(at.name) // what cannot be listed is not known
		for _, e := range entries {
			names = append(names, e.Name())
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Template returns the text of a file that a file of the host is made from: of the
// same name in a directory of templates, or with an ending such as .example. It
// returns false if the checkout has none, or several.
func (h *Host) Template(name string) (text, report string, ok bool) {
	if h.Root != nil || h.Checkout == nil {
		return "", "", false
	}
	return h.Checkout.template(name)
}
