package directive

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/directive"
	"github.com/unitvet/unitvet/lint/unit"
	"github.com/unitvet/unitvet/lint/value"
)

//go:embed instance_specifier_outside_template.md
var instanceSpecifierOutsideTemplatePage string

// InstanceSpecifierOutsideTemplate finds %i and %I in a unit that has no instances:
// they come to nothing (src/core/unit-printf.c).
var InstanceSpecifierOutsideTemplate = &lint.Rule{
	ID:        "instance-specifier-outside-template",
	Summary:   "%i or %I in a unit that is no template: it stands for nothing",
	Category:  "directive",
	Severity:  lint.Warning,
	Since:     "0.1.0",
	Page:      instanceSpecifierOutsideTemplatePage,
	CheckFile: instanceSpecifierOutsideTemplate,
}

func instanceSpecifierOutsideTemplate(p *lint.FilePass) {
	if !plainOnly(p) {
		return
	}
	for s := range settings(p, containing("%")) {
		for _, use := range specifiersOf(s, p.Set.Release) {
			if use.Char != 'i' && use.Char != 'I' || namesTemplate(s, use) {
				continue
			}
			p.Report(lint.Finding{
				Place: lint.AtWord(s.Setting, use.Span),
				Message: fmt.Sprintf("%%%c stands for nothing here: %s is no template, and systemd puts an empty text in its place",
					use.Char, p.Unit.Name),
				Help: fmt.Sprintf("name the file %s@.%s, or write %%p for %s",
					p.Unit.Name.Prefix, p.Unit.Name.Type, quoted(p.Unit.Name.Prefix)),
			})
		}
	}
}

// namesTemplate reports whether a specifier is the instance of a unit's name. An
// empty one leaves the template, of which systemd takes the instance that is named
// like the unit (resolve_template in src/core/unit.c).
func namesTemplate(s setting, use value.SpecifierUse) bool {
	return s.directive.Type == directive.TypeUnitList && use.Span.Start > 0 && s.text[use.Span.Start-1] == '@' &&
		strings.HasPrefix(s.text[use.Span.End:], ".")
}

// plainOnly reports whether a file belongs to units without instances alone.
func plainOnly(p *lint.FilePass) bool {
	name := p.Unit.Name
	if name.Kind != value.Plain || p.Part.IsDropIn() && p.Part.DropInDir() != name.String()+".d" {
		return false
	}
	if p.Part.IsDropIn() && strings.HasSuffix(name.Prefix, "-") {
		return false // applies to all names that start so
	}
	if p.Unit.State != unit.Loaded && p.Unit.State != unit.BadSetting && p.Unit.State != unit.NotFound {
		return false
	}
	for _, other := range p.Unit.Names {
		if strings.Contains(other, "@") {
			return false
		}
	}
	return true
}
