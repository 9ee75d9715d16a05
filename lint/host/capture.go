package host

import (
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Capture returns what a root directory tells about paths, interpreters of Python,
// accounts and names of hosts. The units are left to the caller, who knows them.
func (h *Host) Capture(paths, pythons []string) *Facts {
	f := &Facts{Version: FactsVersion, Paths: map[string]CapturedPath{}, Pythons: map[string]CapturedPython{}}
	f.Systemd, _ = h.Systemd()
	f.Distribution = h.distribution()
	a := h.accounts()
	for name := range a.users {
		f.Users = append(f.Users, name)
	}
	for name := range a.groups {
		f.Groups = append(f.Groups, name)
	}
	hosts, _, _ := h.ReadFile("/etc/hosts") // without it there are none
	f.Hosts = append(f.Hosts, hostNames(hosts)...)
	owners := h.owners()
	for _, p := range paths {
		if captured, ok := h.capture(path.Clean(p), owners); ok {
			f.Paths[path.Clean(p)] = captured
		}
	}
	for _, p := range pythons {
		if python, ok := h.Python(p); ok {
			f.Pythons[path.Clean(p)] = python
		}
	}
	f.Sort()
	return f
}

// capture looks at one path. What cannot be told is left out.
func (h *Host) capture(name string, owners map[string]string) (CapturedPath, bool) {
	fact := h.rootPath(name)
	switch fact.Answer {
	case No:
		return CapturedPath{Type: typeMissing}, true
	case Unknown:
		return CapturedPath{}, false
	}
	captured := CapturedPath{Type: typeFile, Mode: fmt.Sprintf("%04o", fact.Mode.Perm())}
	switch {
	case fact.Mode.IsDir():
		captured.Type = typeDirectory
	case fact.Mode&fs.ModeDevice != 0:
		captured.Type = "device"
	case !fact.Mode.IsRegular():
		captured.Type = "special"
	}
	if uid, gid, ok := ownerOf(h.Root.Resolve(name).Info); ok {
		user, group := strconv.Itoa(uid), strconv.Itoa(gid)
		if known, ok := owners["u"+user]; ok {
			user = known
		}
		if known, ok := owners["g"+group]; ok {
			group = known
		}
		captured.Owner = user + ":" + group
	}
	return captured, true
}

// owners returns the names of users and groups by their numbers, after "u" and "g".
func (h *Host) owners() map[string]string {
	names := map[string]string{}
	for kind, file := range map[string]string{"u": "/etc/passwd", "g": "/etc/group"} {
		text, _, _ := h.ReadFile(file) // without it numbers have to do
		for line := range strings.Lines(text) {
			if fields := strings.Split(line, ":"); len(fields) > 2 {
				names[kind+fields[2]] = fields[0]
			}
		}
	}
	return names
}

// distribution returns ID and VERSION_ID of os-release(5).
func (h *Host) distribution() string {
	values := map[string]string{}
	for _, file := range []string{"/usr/lib/os-release", "/etc/os-release"} {
		text, _, _ := h.ReadFile(file)
		for line := range strings.Lines(text) {
			if name, v, ok := strings.Cut(strings.TrimSpace(line), "="); ok {
				values[name] = strings.Trim(v, `"'`)
			}
		}
	}
	return strings.TrimSpace(values["ID"] + " " + values["VERSION_ID"])
}

// pythonName matches the name of an interpreter with its version.
var pythonName = regexp.MustCompile(`^python(3\.\d+)$`)

// distInfo matches the directories that say what is installed.
var distInfo = regexp.MustCompile(`^(.+?)-[^-]+(?:-py[0-9.]+)?\.(?:dist|egg)-info$`)

// Python says what is installed for an interpreter, or a program beside one in a
// virtual environment. It returns false where there is none that can be looked at.
func (h *Host) Python(program string) (CapturedPython, bool) {
	if h.Facts != nil {
		python, ok := h.Facts.Pythons[path.Clean(program)]
		return python, ok
	}
	if h.Root == nil {
		return CapturedPython{}, false
	}
	prefix := path.Dir(path.Dir(program))
	var dirs []string
	var python CapturedPython
	for _, lib := range []string{"lib", "lib64", "local/lib"} {
		for _, name := range h.ReadDir(path.Join(prefix, lib)) {
			version := pythonName.FindStringSubmatch(name)
			if version == nil {
				continue
			}
			python.Version = version[1]
			for _, packages := range []string{"site-packages", "dist-packages"} {
				dirs = append(dirs, path.Join(prefix, lib, name, packages))
			}
		}
	}
	if prefix == "/usr" {
		dirs = append(dirs, "/usr/lib/python3/dist-packages")
	}
	for _, dir := range dirs {
		for _, name := range h.ReadDir(dir) {
			if match := distInfo.FindStringSubmatch(name); match != nil {
				python.Distributions = append(python.Distributions, NormalizeDistribution(match[1]))
				continue
			}
			module, _, _ := strings.Cut(name, ".")
			if module != "" && module[0] != '_' && !strings.Contains(module, "-") {
				python.Modules = append(python.Modules, module)
			}
		}
	}
	for _, list := range []*[]string{&python.Distributions, &python.Modules} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	return python, python.Version != ""
}

// separators are runs of characters that are all alike in names of distributions.
var separators = regexp.MustCompile(`[-_.]+`)

// NormalizeDistribution returns the name of a distribution as they are compared
// (Python packaging, "Name normalization").
func NormalizeDistribution(name string) string {
	return strings.ToLower(separators.ReplaceAllString(name, "-"))
}
