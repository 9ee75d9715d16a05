package host

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

// FactsVersion is the version of the format of facts.
const FactsVersion = 1

// Facts are what was captured on a host for a set of units: existence, type, mode
// and owner of the paths that the units name, users, groups, names of hosts, units
// and versions. There are no contents of files in it, and no values of variables.
type Facts struct {
	// Version is that of the format.
	Version int `json:"unitvet_facts"`
	// Systemd is the release of systemd, 0 if it was not found.
	Systemd int `json:"systemd,omitempty"`
	// Distribution is ID and VERSION_ID of os-release(5).
	Distribution string `json:"distribution,omitempty"`
	// Units are the names of all units that the manager finds, aliases included.
	Units []string `json:"units"`
	// Users and Groups are the names of all that exist.
	Users  []string `json:"users"`
	Groups []string `json:"groups"`
	// Hosts are the names in /etc/hosts.
	Hosts []string `json:"hosts"`
	// Paths are those that the units name.
	Paths map[string]CapturedPath `json:"paths"`
	// Pythons are the interpreters of the units, by path.
	Pythons map[string]CapturedPython `json:"pythons,omitempty"`

	// Report is how the facts are called in messages.
	Report string `json:"-"`
}

// CapturedPath is what was captured of a path, symbolic links followed.
type CapturedPath struct {
	// Type is "file", "directory", another kind of file, or "missing".
	Type string `json:"type"`
	// Mode is the permissions in octal.
	Mode string `json:"mode,omitempty"`
	// Owner is user:group, by name where there is one.
	Owner string `json:"owner,omitempty"`
}

// CapturedPython is what was captured of an interpreter.
type CapturedPython struct {
	// Version is that of the language, such as "3.12".
	Version string `json:"version,omitempty"`
	// Distributions are the names of those that are installed, normalised.
	Distributions []string `json:"distributions"`
	// Modules are the top-level names that can be imported.
	Modules []string `json:"modules,omitempty"`
}

// Types of captured paths.
const (
	typeMissing   = "missing"
	typeFile      = "file"
	typeDirectory = "directory"
)

// errFacts says that a text holds no facts.
var errFacts = errors.New("not a file of unitvet facts")

// ReadFacts reads what was written with json.Marshal.
func ReadFacts(text, report string) (*Facts, error) {
	facts := &Facts{Report: report}
	if err := json.Unmarshal([]byte(text), facts); err != nil {
		return nil, fmt.Errorf("%w: %w", errFacts, err)
	}
	switch {
	case facts.Version == 0:
		return nil, errFacts
	case facts.Version != FactsVersion:
		return nil, fmt.Errorf("facts of version %d, this unitvet reads version %d: capture them again", facts.Version, FactsVersion)
	}
	facts.Sort()
	return facts, nil
}

// Path says what was captured of a path; a path below one that is missing is
// missing as well.
func (f *Facts) Path(name string) PathFact {
	if captured, ok := f.Paths[name]; ok {
		return captured.fact(f.Report)
	}
	for dir := path.Dir(name); dir != "/" && dir != "."; dir = path.Dir(dir) {
		if captured, ok := f.Paths[dir]; ok {
			if captured.Type == typeMissing && !IsVolatile(name) {
				return captured.fact(f.Report)
			}
			break
		}
	}
	return PathFact{}
}

// HasUnit reports whether a unit of a name, or its template, was captured.
func (f *Facts) HasUnit(name string) bool {
	if _, found := slices.BinarySearch(f.Units, name); found {
		return true
	}
	prefix, rest, ok := strings.Cut(name, "@")
	if !ok {
		return false
	}
	_, found := slices.BinarySearch(f.Units, prefix+"@"+path.Ext(rest))
	return found
}

func (c CapturedPath) fact(report string) PathFact {
	if c.Type == typeMissing {
		return PathFact{Fact: Fact{No, report}}
	}
	bits, err := strconv.ParseUint(c.Mode, 8, 12)
	if err != nil {
		return PathFact{}
	}
	mode := fs.FileMode(bits)
	switch c.Type {
	case typeFile:
	case typeDirectory:
		mode |= fs.ModeDir
	default:
		mode |= fs.ModeIrregular
	}
	return PathFact{Fact{Yes, report}, mode}
}

// Sort puts the lists in order, which makes the same facts the same text.
func (f *Facts) Sort() {
	for _, list := range []*[]string{&f.Units, &f.Users, &f.Groups, &f.Hosts} {
		slices.SortFunc(*list, strings.Compare)
		*list = slices.Compact(*list)
	}
}
