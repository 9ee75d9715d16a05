package unit

import (
	"io/fs"
	"path"
	"slices"

	"github.com/unitvet/unitvet/lint/source"
)

// systemPath is the search path of the system manager, highest priority first
// (systemd.unit(5), "Unit File Load Path"; src/libsystemd/sd-path/path-lookup.c).
// The last entry is for systems with a separate /usr.
var systemPath = []string{
	"/etc/systemd/system.control",
	"/run/systemd/system.control",
	"/run/systemd/transient",
	"/run/systemd/generator.early",
	"/etc/systemd/system",
	"/etc/systemd/system.attached",
	"/run/systemd/system",
	"/run/systemd/system.attached",
	"/run/systemd/generator",
	"/usr/local/lib/systemd/system",
	"/usr/lib/systemd/system",
	"/lib/systemd/system",
	"/run/systemd/generator.late",
}

// userPath is the part of the search path of user managers that all users share.
var userPath = []string{
	"/etc/xdg/systemd/user",
	"/etc/systemd/user",
	"/run/systemd/user",
	"/usr/local/share/systemd/user",
	"/usr/share/systemd/user",
	"/usr/local/lib/systemd/user",
	"/usr/lib/systemd/user",
	"/lib/systemd/user",
}

// SearchPath returns the directories of a manager's search path where a system
// is deployed, highest priority first.
func SearchPath(scope Scope) []string {
	if scope == ScopeUser {
		return slices.Clone(userPath)
	}
	return slices.Clone(systemPath)
}

// HostScope returns the scope of a directory of a deployed system, and whether
// it is in a search path at all.
func HostScope(dir string) (Scope, bool) {
	if slices.Contains(systemPath, dir) {
		return ScopeSystem, true
	}
	return ScopeUser, slices.Contains(userPath, dir)
}

// RootDirs returns the directories of a manager's search path that exist below a
// root, each once, although one may be a link to another.
func RootDirs(tree *source.Tree, report string, scope Scope) []*Dir {
	var dirs []*Dir
	seen := map[string]bool{}
	for _, host := range SearchPath(scope) {
		link := tree.Resolve(host)
		if link.Err != nil || link.Info.Mode().Type() != fs.ModeDir || seen[link.Name] {
			continue
		}
		seen[link.Name] = true
		dirs = append(dirs, &Dir{
			Tree: tree,
			Name: link.Name,
			Path: path.Join(report, link.Name),
			Host: host,
		})
	}
	return dirs
}
