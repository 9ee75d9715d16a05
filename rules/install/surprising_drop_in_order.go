package install

import (
	_ "embed"
	"fmt"
	"path"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/directive"
	"github.com/unitvet/unitvet/lint/unit"
)

//go:embed surprising_drop_in_order.md
var surprisingDropInOrderPage string

// SurprisingDropInOrder finds settings of drop-ins that those of a less specific
// directory override: all are sorted by base name alone
// (unit_file_find_dropin_paths in src/shared/dropin.c).
var SurprisingDropInOrder = &lint.Rule{
	ID:        "surprising-drop-in-order",
	Summary:   "a drop-in for one unit that one for more units overrides",
	Category:  "install",
	Severity:  lint.Info,
	Tier:      lint.Strict,
	Since:     "0.1.0",
	Page:      surprisingDropInOrderPage,
	CheckUnit: surprisingDropInOrder,
}

func surprisingDropInOrder(p *lint.UnitPass) {
	u := p.Unit
	last := map[string]unit.Setting{}
	for setting := range u.All() {
		key := setting.Section + "/" + setting.Key().String()
		d, ok := directive.Lookup(setting.Section, setting.Key().String())
		if !ok || d.List != directive.Single || !setting.Part.IsDropIn() {
			continue
		}
		before, twice := last[key]
		last[key] = setting
		if !twice || partBreadth(before.Part) >= partBreadth(setting.Part) || before.Value().String() == setting.Value().String() {
			continue
		}
		p.Report(lint.Finding{
			Place: lint.AtValue(before),
			Message: fmt.Sprintf("%s=%s for %s has no effect: drop-ins are sorted by file name, so %s/%s, which is for more units, is applied after it",
				setting.Key().String(), before.Value().String(), u.Name, setting.Part.DropInDir(), path.Base(setting.Part.Name())),
			Help:    "give this file a name that is sorted after the other",
			Related: []lint.Related{{Place: lint.AtValue(setting), Message: "overrides it"}},
		})
	}
}
