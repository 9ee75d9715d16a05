// Package quadlet holds the rules about files from which podman's generator makes
// services (podman-systemd.unit(5)): what the generator refuses, and what it takes
// for something else. The facts are from pkg/systemd/quadlet/quadlet.go in podman's
// source.
package quadlet

import (
	"fmt"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/unit"
)

// Rules returns the rules of the family.
func Rules() []*lint.Rule {
	return []*lint.Rule{
		InvalidQuadlet,
		InvalidQuadletValue,
		MissingQuadletFile,
	}
}

// quadlet is a service as podman's generator reads it.
type quadlet struct {
	*unit.Unit
}

// entry is an assignment as podman's generator reads it.
type entry struct {
	unit.Setting
	text string
}

// in returns the assignment to a key that decides: the last one, also an empty one
// (UnitFile.Lookup).
func (q quadlet) in(section, key string) (found entry, ok bool) {
	for setting := range q.All() {
		if setting.Section == section && setting.Key().String() == key {
			found, ok = entry{setting, strings.Trim(setting.Value().String(), `"`)}, true
		}
	}
	return found, ok
}

// has returns the assignment to a key of the own section that decides, if it says
// something.
func (q quadlet) has(key string) (entry, bool) {
	found, ok := q.in(q.Quadlet, key)
	return found, ok && found.text != ""
}

// all returns the assignments to a key of the own section since the last empty one
// (UnitFile.LookupAll).
func (q quadlet) all(key string) []entry {
	var found []entry
	for setting := range q.All() {
		switch {
		case setting.Section != q.Quadlet || setting.Key().String() != key:
		case setting.Value().String() == "":
			found = nil
		default:
			found = append(found, entry{setting, setting.Value().String()})
		}
	}
	return found
}

// header returns the place of the header of the own section.
func (q quadlet) header() lint.Place {
	for _, section := range q.Fragment.Sections {
		if section.Name() == q.Quadlet {
			return lint.At(q.Fragment, section.Header.Name.Whole())
		}
	}
	return lint.At(q.Fragment, source.Span{})
}

// refused ends the messages about what the generator does not take.
func (q quadlet) refused() string {
	return fmt.Sprintf("podman's generator fails, and there is no %s", q.Name)
}

// at returns a finding at the value of an assignment, or at its key if there is none.
func (e entry) at() lint.Place {
	if e.Value().String() == "" {
		return lint.AtKey(e.Setting)
	}
	return lint.AtValue(e.Setting)
}
