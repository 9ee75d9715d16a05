package fix

import (
	"errors"
	"io/fs"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/syntax"
	"github.com/unitvet/unitvet/lint/unit"
)

// file is a file of a tree. Trees are told apart by their directories: each run
// makes new ones.
type file struct {
	Dir    string // the tree's, on this machine
	Rooted bool
	Name   string // in the tree
}

func fileOf(tree *source.Tree, name string) file { return file{tree.Dir, tree.Rooted, name} }

func (f file) tree() *source.Tree { return &source.Tree{Dir: f.Dir, Rooted: f.Rooted} }

func (f file) osPath() string { return filepath.Join(f.Dir, filepath.FromSlash(f.Name)) }

// state is what a file says. The zero value is that of one that is not there.
type state struct {
	Exists bool
	Text   string
	Mode   fs.FileMode
}

// edit is a change of a file that may be made.
type edit struct {
	file
	span source.Span
	text string
	mode fs.FileMode // 0 leaves it
	make bool
}

// resolve turns the edits of a fix into those that may be made, or says why there
// are none.
func (w *work) resolve(now *version, fix *lint.Fix) ([]edit, string) {
	var edits []edit
	for i := range fix.Edits {
		e, why := w.edit(now, &fix.Edits[i])
		if why != "" {
			return nil, why
		}
		for _, other := range edits {
			if e.file == other.file && e.span.Start < other.span.End && other.span.Start < e.span.End {
				return nil, "its parts overlap"
			}
		}
		edits = append(edits, e)
	}
	return edits, ""
}

func (w *work) edit(now *version, e *lint.Edit) (edit, string) {
	if e.File == nil {
		return w.create(now, e)
	}
	tree, name := e.File.Tree, e.File.Name
	switch {
	case tree == nil:
		return edit{}, "there is no file to write"
	case !now.shown.InFocus(e.File.Path):
		return edit{}, e.File.Path + " was not asked for"
	case e.Span.Start < 0 || e.Span.Start > e.Span.End || e.Span.End > len(e.File.Text):
		return edit{}, "it lies outside of the file"
	}
	link := tree.Resolve(name)
	if link.Err != nil || link.Name != path.Clean(name) {
		return edit{}, e.File.Path + " is reached by a symbolic link"
	}
	if why := w.notOurs(tree, name); why != "" {
		if dropIn, ok := inDropIn(now.shown.UnitOf(e.File), e); ok {
			return w.edit(now, &dropIn)
		}
		return edit{}, e.File.Path + why
	}
	key := fileOf(tree, name)
	if _, known := w.originals[key]; !known {
		w.originals[key] = original{e.File.Path, state{true, e.File.Text, link.Info.Mode()}}
	}
	return edit{file: key, span: e.Span, text: e.Text, mode: e.Mode}, ""
}

// notOurs says why a file of a root is not for the administrator to edit
// (systemd.unit(5), "Unit File Load Path").
func (w *work) notOurs(tree *source.Tree, name string) string {
	if !tree.Rooted {
		return ""
	}
	switch host := "/" + name; {
	case strings.HasPrefix(host, "/usr/local/"):
		return ""
	case strings.HasPrefix(host, "/usr/"), strings.HasPrefix(host, "/lib/"):
		return " belongs to a package, and the change is none that a drop-in could make"
	case strings.HasPrefix(host, "/run/"):
		return " is made anew at each boot"
	}
	return ""
}

// inDropIn turns the insertion of whole assignments into a file of a package into
// a drop-in of the unit.
func inDropIn(u *unit.Unit, e *lint.Edit) (lint.Edit, bool) {
	if e.Span.Len() > 0 || e.Mode != 0 || u == nil {
		return lint.Edit{}, false
	}
	at := e.Span.Start
	fixed := syntax.Parse(source.NewFile("", e.File.Text[:at]+e.Text+e.File.Text[at:]))
	added := source.Span{Start: at, End: at + len(e.Text)}
	section := ""
	var lines []string
	for s, a := range fixed.Assignments() {
		if span := a.Span(); span.End <= added.Start || span.Start >= added.End {
			continue
		}
		if !added.Contains(a.Key().Offset(0)) || section != "" && section != s.Name() {
			return lint.Edit{}, false
		}
		section = s.Name()
		lines = append(lines, a.Key().String()+"="+a.Value().String())
	}
	if len(lines) == 0 {
		return lint.Edit{}, false
	}
	return lint.InDropIn(u, section, lines...)
}

// create checks that a file may be made.
func (w *work) create(now *version, e *lint.Edit) (edit, string) {
	if e.Dir == nil || e.Dir.Tree == nil {
		return edit{}, "there is no place for the file"
	}
	inside, ok := strings.CutPrefix(e.Path, e.Dir.Path+"/")
	if !ok || !filepath.IsLocal(filepath.FromSlash(inside)) {
		return edit{}, "the file would lie elsewhere"
	}
	key := fileOf(e.Dir.Tree, path.Join(e.Dir.Name, inside))
	if _, there := now.files[key]; there {
		return edit{}, "there is a file of that name"
	}
	if why := mayMake(key); why != "" {
		return edit{}, e.Path + why
	}
	mode := e.Mode
	if mode == 0 {
		mode = 0o644
	}
	w.originals[key] = original{path: e.Path}
	return edit{file: key, text: e.Text, mode: mode, make: true}, ""
}

// mayMake says why a file cannot be made: something is there, or a symbolic link
// is on the way.
func mayMake(f file) string {
	tree := f.tree()
	for name := f.Name; name != "."; name = path.Dir(name) {
		link := tree.Resolve(name)
		switch {
		case link.Name != name || len(link.Hops) > 0:
			return " would be reached by a symbolic link"
		case link.Err == nil && name == f.Name:
			return " is there already"
		case link.Err == nil && !link.Info.IsDir(), link.Err != nil && !errors.Is(link.Err, fs.ErrNotExist):
			return " cannot be made"
		}
	}
	return ""
}

// apply returns the files with the fixes of a round applied. They do not touch
// each other.
func (w *work) apply(files map[file]state, round []candidate) map[file]state {
	next := maps.Clone(files)
	if next == nil {
		next = map[file]state{}
	}
	byFile := map[file][]edit{}
	for _, c := range round {
		for _, e := range c.edits {
			byFile[e.file] = append(byFile[e.file], e)
		}
	}
	for f, edits := range byFile {
		now, ok := next[f]
		if !ok {
			now = w.originals[f].state
		}
		// From the end, so that offsets stay right. Of those at one place, which are of
		// one fix, the first comes first.
		slices.Reverse(edits)
		slices.SortStableFunc(edits, func(a, b edit) int {
			if a.span.Start != b.span.Start {
				return b.span.Start - a.span.Start
			}
			return b.span.End - a.span.End
		})
		for _, e := range edits {
			now.Text = now.Text[:e.span.Start] + e.text + now.Text[e.span.End:]
			if e.mode != 0 {
				now.Mode = now.Mode&^fs.ModePerm | e.mode.Perm()
			}
			now.Exists = true
		}
		next[f] = now
	}
	return next
}
