package trigger

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/unit"
	"github.com/unitvet/unitvet/lint/value"
)

//go:embed mount_on_api_file_system.md
var mountOnAPIFileSystemPage string

// MountOnAPIFileSystem finds mounts on the file systems that systemd mounts before
// it reads units, and on its credentials (mount_verify in src/core/mount.c), and
// automounts of the root directory (automount_verify in src/core/automount.c).
var MountOnAPIFileSystem = &lint.Rule{
	ID:        "mount-on-api-file-system",
	Summary:   "a mount on a directory that systemd keeps for itself: it does not load the unit",
	Category:  "trigger",
	Severity:  lint.Error,
	Since:     "0.1.0",
	Page:      mountOnAPIFileSystemPage,
	CheckUnit: mountOnAPIFileSystem,
}

// apiMounts are the mount points that are systemd's own (mount_point_is_api and
// mount_point_ignore in src/shared/mount-setup.c).
var apiMounts = map[string]bool{
	"/proc":                           true,
	"/sys":                            true,
	"/dev":                            true,
	"/sys/kernel/security":            true,
	"/dev/shm":                        true,
	"/dev/pts":                        true,
	"/run":                            true,
	"/sys/fs/cgroup":                  true,
	"/sys/fs/pstore":                  true,
	"/sys/firmware/efi/efivars":       true,
	"/sys/fs/bpf":                     true,
	"/sys/fs/selinux":                 true,
	"/sys/fs/smackfs":                 true,
	"/dev/console":                    true,
	"/proc/kmsg":                      true,
	"/proc/sys":                       true,
	"/proc/sys/kernel/random/boot_id": true,
}

// apiTrees are directories below which all mount points are, with the first release
// that has it so (mount_point_is_credentials in src/core/exec-credential.c came
// after 252).
var apiTrees = map[string]int{"/sys/fs/cgroup": 1, "/run/host": 1, "/run/credentials": 253}

// isAPIMount reports whether systemd refuses to mount something on a directory.
func isAPIMount(dir string, release int) bool {
	for tree, since := range apiTrees {
		if release >= since && (dir == tree || strings.HasPrefix(dir, tree+"/")) {
			return true
		}
	}
	return apiMounts[dir]
}

// mountPoint returns the directory of a mount or automount, and where it says so.
func mountPoint(set *lint.Set, u *unit.Unit) (dir string, at lint.Place, ok bool) {
	if path, setting, ok := named(set, u, "Where"); ok {
		return value.SimplifyPath(path), lint.AtValue(setting), true
	} else if setting.Assignment != nil {
		return "", lint.Place{}, false
	}
	dir, err := value.UnitToPath(u.Name)
	return dir, header(u), err == nil
}

func mountOnAPIFileSystem(p *lint.UnitPass) {
	u := p.Unit
	if !judged(u, "mount", "automount") {
		return
	}
	dir, at, ok := mountPoint(p.Set, u)
	switch {
	case !ok:
	case u.Name.Type == "automount" && dir == "/":
		p.Report(lint.Finding{
			Place:   at,
			Message: "the root directory cannot be mounted on access: systemd does not load the unit (\"Cannot have an automount unit for the root directory. Refusing.\")",
			Help:    "remove the unit",
		})
	case u.Name.Type == "mount" && isAPIMount(dir, p.Set.Release):
		p.Report(lint.Finding{
			Place:   at,
			Message: fmt.Sprintf("%s is mounted by systemd itself: it does not load the unit (\"Cannot create mount unit for API file system '%s'. Refusing.\")", dir, dir),
			Help:    "remove the unit; options of these file systems are changed with systemd-remount-fs.service and a line in /etc/fstab",
		})
	}
}
