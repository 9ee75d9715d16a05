package dependency

import (
	_ "embed"
	"fmt"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/value"
)

//go:embed template_without_instance.md
var templateWithoutInstancePage string

// TemplateWithoutInstance finds templates in dependencies of units that are neither
// templates nor instances (resolve_template in src/core/load-fragment.c).
var TemplateWithoutInstance = &lint.Rule{
	ID:        "template-without-instance",
	Summary:   "a dependency on a template: systemd puts the name of the unit in as the instance",
	Category:  "dependency",
	Severity:  lint.Info,
	Tier:      lint.Strict,
	Since:     "0.1.0",
	Page:      templateWithoutInstancePage,
	CheckUnit: templateWithoutInstance,
}

func templateWithoutInstance(p *lint.UnitPass) {
	if p.Unit.Name.Kind != value.Plain {
		return
	}
	for e := range p.Set.Graph.Of(p.Unit) {
		if !e.Named() || e.Install {
			continue
		}
		name, err := value.ParseName(e.Ref.Text())
		if err != nil || name.Kind != value.Template || e.To == name.String() {
			continue
		}
		setting := e.Ref.Setting
		p.Report(lint.Finding{
			Place:   lint.AtWord(setting, e.Ref.At),
			Message: fmt.Sprintf("%s=%s names a template, and systemd takes the name of this unit for the instance: it means %s", setting.Key().String(), name, e.To),
			Help:    "write the instance that is meant; if it is this one, write " + e.To,
		})
	}
}
