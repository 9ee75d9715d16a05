package source

import (
	"io/fs"
	"time"
)

// overlayInfo describes a file of a Tree's overlay.
type overlayInfo struct {
	name string
	size int64
	mode fs.FileMode
}

func (i overlayInfo) Name() string      { return i.name }
func (i overlayInfo) Size() int64       { return i.size }
func (i overlayInfo) Mode() fs.FileMode { return i.mode }
func (overlayInfo) ModTime() time.Time  { return time.Time{} }
func (i overlayInfo) IsDir() bool       { return i.mode.IsDir() }
func (overlayInfo) Sys() any            { return nil }

// overlayDir describes a directory that only files of the overlay are in.
func overlayDir(name string) overlayInfo { return overlayInfo{name, 0, fs.ModeDir | 0o755} }
