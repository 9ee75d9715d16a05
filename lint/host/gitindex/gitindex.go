// Package gitindex reads the index of a git repository: which files it tracks,
// and which of them are executable. What stands in the index is what a checkout on
// the host gets, whatever the modes of the files here are.
//
// The format is that of gitformat-index(5), versions 2 to 4.
package gitindex

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
)

// Kind is what an entry is.
type Kind int

// The kinds.
const (
	Regular Kind = iota + 1
	Executable
	Symlink
	Submodule
)

// kinds are the modes that git writes.
var kinds = map[uint32]Kind{0o100644: Regular, 0o100755: Executable, 0o120000: Symlink, 0o160000: Submodule}

// errFormat says that a text is no index that this package can read.
var errFormat = errors.New("not a git index of version 2 to 4")

// Sizes of an entry's fields before its name, in bytes. Repositories with object
// names of SHA-256, which are longer, are not read.
const (
	statSize   = 40 // times, device, inode, mode, ids, size
	modeOffset = 24
	sha1Size   = 20
	flagsSize  = 2
)

// maxName is the length in bytes of the longest path that Linux takes. In version 4
// every name may add to the one before it.
const maxName = 4096

// Read returns the entries by name. Files that are in the middle of a merge are
// what either side has.
func Read(text string) (map[string]Kind, error) {
	data := []byte(text)
	if len(data) < 12 || !bytes.HasPrefix(data, []byte("DIRC")) {
		return nil, errFormat
	}
	release, count := binary.BigEndian.Uint32(data[4:]), binary.BigEndian.Uint32(data[8:])
	if release < 2 || release > 4 {
		return nil, fmt.Errorf("%w: version %d", errFormat, release)
	}
	entries := make(map[string]Kind, min(int(count), len(data)/(statSize+sha1Size)))
	previous, at := "", 12
	for range count {
		start := at
		at += statSize + sha1Size
		if at+flagsSize > len(data) {
			return nil, fmt.Errorf("%w: it is cut off", errFormat)
		}
		mode := binary.BigEndian.Uint32(data[start+modeOffset:])
		flags := binary.BigEndian.Uint16(data[at:])
		at += flagsSize
		if release >= 3 && flags&0x4000 != 0 {
			at += flagsSize // extended flags
		}
		shared := 0
		if release == 4 {
			dropped, n := offset(data[min(at, len(data)):])
			if n == 0 || dropped > len(previous) {
				return nil, fmt.Errorf("%w: a name has no start", errFormat)
			}
			at += n
			shared = len(previous) - dropped
		}
		end := bytes.IndexByte(data[min(at, len(data)):], 0)
		if end < 0 {
			return nil, fmt.Errorf("%w: a name has no end", errFormat)
		}
		if shared+end > maxName {
			return nil, fmt.Errorf("%w: a name is too long", errFormat)
		}
		name := previous[:shared] + string(data[at:at+end])
		at += end + 1
		if release < 4 {
			// Padded with NULs to a multiple of eight bytes, at least one.
			at = start + (at-1-start)/8*8 + 8
		}
		if kind, ok := kinds[mode]; ok {
			entries[strings.Clone(name)] = kind
		}
		previous = name
	}
	return entries, nil
}

// offset reads a number as in the offsets of packs (gitformat-pack(5)), and returns
// how many bytes it took; 0 if there is none.
func offset(data []byte) (value, n int) {
	for i, c := range data {
		if i > 4 {
			break
		}
		value = value<<7 | int(c&0x7f)
		if c&0x80 == 0 {
			return value, i + 1
		}
		value++
	}
	return 0, 0
}
