package directive

import (
	_ "embed"
	"fmt"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/directive"
)

//go:embed invalid_value.md
var invalidValuePage string

// InvalidValue finds values that the grammar of their directive refuses, as far as
// no other rule is about them (src/core/load-fragment.c).
var InvalidValue = &lint.Rule{
	ID:        idInvalidValue,
	Summary:   "a value that systemd refuses: it ignores the line, or does not load the unit",
	Category:  "directive",
	Severity:  lint.Warning,
	Since:     "0.1.0",
	Page:      invalidValuePage,
	CheckFile: invalidValue,
}

func invalidValue(p *lint.FilePass) {
	tells(idInvalidValue)(p)
	for s := range settings(p, every) {
		d := s.directive
		if d.Status != directive.StatusUnsupported || !d.In(p.Set.Release) {
			continue
		}
		p.Report(lint.Finding{
			Place:   lint.AtKey(s.Setting),
			Message: fmt.Sprintf("%s= has no effect in a %s unit: systemd ignores the line", d.Key, p.Unit.Name.Type),
			Help:    "remove the line, or move it to a unit of a type that supports it",
		})
	}
}
