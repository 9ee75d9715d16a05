//go:build unix

package host

import (
	"io/fs"
	"syscall"
)

// ownerOf returns the numbers of a file's user and group.
func ownerOf(info fs.FileInfo) (uid, gid int, ok bool) {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, 0, false
	}
	return int(stat.Uid), int(stat.Gid), true
}
