package service

import (
	"path"
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint/host"
	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/syntax"
	"github.com/unitvet/unitvet/lint/unit"
	"github.com/unitvet/unitvet/lint/value"
)

// configDirs hold the manager's configuration, highest priority first
// (systemd-system.conf(5)).
var configDirs = []string{"/etc/systemd", "/run/systemd", "/usr/local/lib/systemd", "/usr/lib/systemd"}

// manager returns what the configuration of the unit's manager says of some keys, the
// last assignment of each that is not empty, as far as the host is known.
func (s *subject) manager(keys ...string) map[string]string {
	name := "system.conf"
	if s.Scope() == unit.ScopeUser {
		name = "user.conf"
	}
	said := map[string]string{}
	for _, file := range s.managerFiles(name) {
		text, report, ok := s.set.Host.ReadFile(file)
		if !ok {
			continue
		}
		for section, a := range syntax.Parse(source.NewFile(report, text)).Assignments() {
			if section.Name() == "Manager" && a.Value().String() != "" && slices.Contains(keys, a.Key().String()) {
				said[a.Key().String()] = a.Value().String()
			}
		}
	}
	return said
}

// managerFiles returns the files of a configuration in the order in which they are
// read: the main one, and the drop-ins by their names, each from the first directory
// that has it.
func (s *subject) managerFiles(name string) []string {
	var files []string
	for _, dir := range configDirs {
		if s.set.Host.Path(path.Join(dir, name)).Answer == host.Yes {
			files = append(files, path.Join(dir, name))
			break
		}
	}
	dropIns := map[string]string{}
	for _, dir := range configDirs {
		dir = path.Join(dir, name+".d")
		for _, entry := range s.set.Host.ReadDir(dir) {
			if _, shadowed := dropIns[entry]; !shadowed && strings.HasSuffix(entry, ".conf") {
				dropIns[entry] = path.Join(dir, entry)
			}
		}
	}
	names := make([]string, 0, len(dropIns))
	for entry := range dropIns {
		names = append(names, entry)
	}
	slices.Sort(names)
	for _, entry := range names {
		files = append(files, dropIns[entry])
	}
	return files
}

// managerTime reads a time of the manager's configuration.
func managerTime(text string, byDefault value.Timespan) value.Timespan {
	if t, err := value.ParseTimespan(text, value.Second); err == nil {
		return t
	}
	return byDefault
}
