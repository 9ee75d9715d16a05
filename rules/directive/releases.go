package directive

import (
	"fmt"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/directive"
	"github.com/unitvet/unitvet/lint/unit"
)

// widespread is the release that everything in use is at least as new as, for
// practical purposes. What came later is no replacement that a unit for several
// distributions could use.
const widespread = 239

// warned are the discouraged directives of which systemd itself warns while it
// still acts on them (src/core/load-fragment.c). It takes the others without a word.
var warned = map[string]bool{
	"BlockIODeviceWeight": true, "BlockIOReadBandwidth": true, "BlockIOWriteBandwidth": true,
	"CPUShares": true, "MemoryLimit": true, "StartupCPUShares": true,
	"RequiresOverridable": true, "RequisiteOverridable": true,
}

// renamed are the directives of which the replacement takes the same values and
// means the same.
var renamed = map[string]bool{
	"BindTo": true, "PropagateReloadFrom": true, "PropagateReloadTo": true,
	"RequiresOverridable": true, "RequisiteOverridable": true, "StartLimitInterval": true,
	"InaccessibleDirectories": true, "ReadOnlyDirectories": true, "ReadWriteDirectories": true,
}

// replacement returns the directive of the same section that takes the place of
// another, nil if there is none in the release.
func replacement(d *directive.Directive, release int) *directive.Directive {
	other, ok := directive.Lookup(d.Section, d.Replacement)
	if !ok || !other.In(release) {
		return nil
	}
	return other
}

// instead says what to write in place of a directive.
func instead(s setting, release int) string {
	d := s.directive
	if other := replacement(d, release); other != nil {
		return fmt.Sprintf("write %s=", other.Key)
	}
	if d.Replacement != "" {
		section, key, ok := strings.Cut(strings.TrimPrefix(d.Replacement, "["), "] ")
		if ok && directive.InSections(key) != nil {
			return fmt.Sprintf("write %s= in [%s]", key, section)
		}
		if directive.InSections(d.Replacement) != nil {
			return fmt.Sprintf("write %s=", d.Replacement)
		}
		return "instead: " + d.Replacement
	}
	return "remove the line"
}

// rename is the fix that writes the replacement of a directive. It is offered only
// where the unit does not set that as well.
func rename(p *lint.FilePass, s setting) []lint.Fix {
	other := replacement(s.directive, p.Set.Release)
	if other == nil || other.Type != s.directive.Type || other.List == directive.Single && sets(p.Unit, s.Section, other.Key) {
		return nil
	}
	return []lint.Fix{{
		Title: "write " + other.Key + "=", Safe: renamed[s.directive.Key],
		Edits: []lint.Edit{{Place: lint.AtKey(s.Setting), Text: other.Key}},
	}}
}

// sets reports whether a unit has an assignment to a directive.
func sets(u *unit.Unit, section, key string) bool {
	for other := range u.All() {
		if other.Section == section && other.Key().String() == key {
			return true
		}
	}
	return false
}
