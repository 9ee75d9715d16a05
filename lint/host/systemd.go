package host

import (
	"path"
	"strconv"
	"strings"
)

// libraryDirs hold systemd's private library; on Debian one directory per
// architecture lies between.
var libraryDirs = []string{"/usr/lib/systemd", "/lib/systemd", "/usr/lib64/systemd"}

// Systemd returns the release of systemd that a root has, by the name of its
// private library, libsystemd-shared-NNN.so. ok is false if there is none, or
// nothing is known of the host.
func (h *Host) Systemd() (release int, ok bool) {
	if h.Facts != nil && h.Facts.Systemd > 0 {
		return h.Facts.Systemd, true
	}
	if h.Root == nil {
		return 0, false
	}
	dirs := libraryDirs
	for _, lib := range []string{"/usr/lib", "/lib"} {
		entries, _ := h.Root.ReadDir(lib) // without the directory there is nothing to find
		for _, e := range entries {
			if strings.Contains(e.Name(), "-linux-") {
				dirs = append(dirs, path.Join(lib, e.Name(), "systemd"))
			}
		}
	}
	for _, dir := range dirs {
		entries, _ := h.Root.ReadDir(dir)
		for _, e := range entries {
			version, found := strings.CutPrefix(e.Name(), "libsystemd-shared-")
			if !found {
				continue
			}
			digits := version[:len(version)-len(strings.TrimLeft(version, "0123456789"))]
			if n, err := strconv.Atoi(digits); err == nil {
				release = max(release, n)
			}
		}
	}
	return release, release > 0
}
