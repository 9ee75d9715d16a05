package fix

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"syscall"

	"github.com/unitvet/unitvet/lint/source"
)

// Write makes the changes. First everything is written beside its place, then it
// is moved there: if anything fails before, no file differs, and after that each
// file is as it was or as it shall be. Nothing is written through a symbolic link
// or out of a tree.
func Write(changes []Change) error {
	locks, err := lockAll(changes)
	defer locks.release()
	if err != nil {
		return err
	}
	var ready []*pending
	defer func() {
		for _, p := range ready {
			p.drop()
		}
	}()
	for i := range changes {
		p, err := prepare(&changes[i])
		if p != nil {
			ready = append(ready, p)
		}
		if err != nil {
			return fmt.Errorf("%s: %w; nothing was changed", changes[i].Path, bare(err))
		}
	}
	for i, p := range ready {
		if err := p.commit(); err != nil {
			return fmt.Errorf("%s: %w; %d of %d files were changed", p.change.Path, bare(err), i, len(ready))
		}
	}
	return nil
}

// Backup copies the files that will be changed into a directory, as they are and
// under the names they have in their trees. It never overwrites a copy.
func Backup(changes []Change, dir string) error {
	for i := range changes {
		c := &changes[i]
		if !c.Before.Exists {
			continue
		}
		if err := backup(c, dir); err != nil {
			return fmt.Errorf("backup of %s: %w; nothing was changed", c.Path, err)
		}
	}
	return nil
}

func backup(c *Change, dir string) error {
	name := filepath.Join(dir, filepath.FromSlash(c.Name))
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return err
	}
	info, err := os.Lstat(c.osPath())
	if err != nil {
		return err
	}
	copied, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	return fill(copied, c.Before.Text, info.Mode(), info)
}

// errChanged says that a file is no longer what the fixes were worked out for.
var errChanged = errors.New("the file was changed meanwhile: run again")

// pending is a change that is written but not in place.
type pending struct {
	change *Change
	root   *os.Root // the directory of the file
	temp   string
	made   []string // directories that were made, the innermost first
}

// prepare writes a change beside its place.
func prepare(c *Change) (*pending, error) {
	p := &pending{change: c}
	if !c.Before.Exists {
		if why := mayMake(c.file); why != "" {
			return p, errors.New("it" + why)
		}
		if err := p.makeDirs(); err != nil {
			return p, err
		}
	} else if link := c.tree().Resolve(c.Name); link.Err != nil || link.Name != c.Name {
		return p, errChanged
	}
	top, err := os.OpenRoot(c.Dir)
	if err != nil {
		return p, err
	}
	defer top.Close() //nolint:errcheck // nothing was written through it
	if p.root, err = top.OpenRoot(filepath.FromSlash(path.Dir(c.Name))); err != nil {
		return p, err
	}
	info, err := p.unchanged()
	if err != nil {
		return p, err
	}
	temp := ".unitvet-" + rand.Text()
	written, err := p.root.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return p, err
	}
	p.temp = temp
	return p, fill(written, c.After.Text, c.After.Mode, info)
}

// fill writes a file that was just made, durably, and closes it. It gets the
// owner of the file that info describes, if that is not nil.
func fill(f *os.File, text string, mode fs.FileMode, info fs.FileInfo) error {
	_, err := f.WriteString(text)
	if info != nil && err == nil {
		err = own(f, info)
	}
	if err == nil {
		err = f.Chmod(mode.Perm() | mode&(fs.ModeSetuid|fs.ModeSetgid|fs.ModeSticky))
	}
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// makeDirs makes the directories that a new file stands in.
func (p *pending) makeDirs() error {
	var missing []string
	for dir := path.Dir(p.change.Name); dir != "."; dir = path.Dir(dir) {
		if link := p.change.tree().Resolve(dir); link.Err == nil {
			break
		}
		missing = append(missing, dir)
	}
	slices.Reverse(missing)
	top, err := os.OpenRoot(p.change.Dir)
	if err != nil {
		return err
	}
	defer top.Close() //nolint:errcheck // directories need no flushing
	for _, dir := range missing {
		if err := top.Mkdir(filepath.FromSlash(dir), 0o755); err != nil {
			return err
		}
		p.made = slices.Insert(p.made, 0, dir)
	}
	return nil
}

// unchanged checks that the file is still what the change was worked out for, and
// returns what is known of it.
func (p *pending) unchanged() (fs.FileInfo, error) {
	name := path.Base(p.change.Name)
	info, err := p.root.Lstat(name)
	before := p.change.Before
	switch {
	case errors.Is(err, fs.ErrNotExist) && !before.Exists:
		return nil, nil //nolint:nilnil // there is no file yet
	case err != nil:
		return nil, err
	case !before.Exists || !info.Mode().IsRegular() || info.Mode() != before.Mode || info.Size() != int64(len(before.Text)):
		return nil, errChanged
	}
	file, err := p.root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0) // a FIFO that takes its place must not block
	if err != nil {
		return nil, err
	}
	defer file.Close() //nolint:errcheck // opened for reading
	text, err := source.ReadOpen(file)
	if err == nil && text != before.Text {
		err = errChanged
	}
	return info, err
}

// commit moves the new file to its place.
func (p *pending) commit() error {
	if _, err := p.unchanged(); err != nil {
		return err
	}
	if err := p.root.Rename(p.temp, path.Base(p.change.Name)); err != nil {
		return err
	}
	p.temp, p.made = "", nil
	return syncDir(p.root)
}

// drop removes what was not put in place.
func (p *pending) drop() {
	if p.root != nil {
		if p.temp != "" {
			_ = p.root.Remove(p.temp)
		}
		_ = p.root.Close()
	}
	if len(p.made) == 0 {
		return
	}
	top, err := os.OpenRoot(p.change.Dir)
	if err != nil {
		return
	}
	for _, dir := range p.made {
		_ = top.Remove(filepath.FromSlash(dir)) // fails if something else is in it by now
	}
	_ = top.Close()
}

// locks are directories that no other run may change.
type locks []*os.File

// lockAll locks the directories of the files.
func lockAll(changes []Change) (locks, error) {
	var held locks
	seen := map[string]bool{}
	for i := range changes {
		c := &changes[i]
		dir := path.Dir(c.Name)
		for dir != "." && c.tree().Resolve(dir).Err != nil {
			dir = path.Dir(dir) // it is to be made
		}
		name := filepath.Join(c.Dir, filepath.FromSlash(dir))
		if seen[name] {
			continue
		}
		seen[name] = true
		f, err := os.Open(name)
		if err != nil {
			return held, fmt.Errorf("%s: %w; nothing was changed", path.Dir(c.Path), bare(err))
		}
		held = append(held, f)
		if err := lock(f); err != nil {
			return held, fmt.Errorf("%s: %w; nothing was changed", path.Dir(c.Path), err)
		}
	}
	return held, nil
}

func (l locks) release() {
	for _, f := range l {
		_ = f.Close() // which unlocks
	}
}

// bare returns an error without the name of a temporary file.
func bare(err error) error {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		return pathError.Err
	}
	var linkError *os.LinkError
	if errors.As(err, &linkError) {
		return linkError.Err
	}
	return err
}
