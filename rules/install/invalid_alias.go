package install

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/unit"
	"github.com/unitvet/unitvet/lint/value"
	syntaxrules "github.com/unitvet/unitvet/rules/syntax"
)

//go:embed invalid_alias.md
var invalidAliasPage string

// InvalidAlias finds names in Alias=, and links between units, that cannot be names
// of the unit (unit_file_verify_alias in src/shared/install.c,
// unit_validate_alias_symlink_or_warn in src/shared/unit-file.c).
var InvalidAlias = &lint.Rule{
	ID:       "invalid-alias",
	Summary:  "an alias that a unit cannot have: systemctl enable refuses it, or systemd ignores the link",
	Category: "install",
	Severity: lint.Warning,
	Since:    "0.1.0",
	Page:     invalidAliasPage,
	CheckSet: invalidAlias,
}

func invalidAlias(p *lint.SetPass) {
	for _, link := range p.Set.Refused {
		p.Report(lint.Finding{
			Unit:    link.Name.String(),
			Place:   lint.Place{Path: link.Path},
			Message: fmt.Sprintf("%s cannot be a name of %s, to which the link leads: %s; systemd ignores the link", link.Name, link.To, misfit(link.Name, link.To)),
			Help:    "remove the link, or let it lead to a unit that fits",
		})
	}
	for _, u := range p.Set.Units {
		if u.Template != nil {
			continue // says what its template says
		}
		for setting := range u.All() {
			if setting.Section == "Install" && setting.Key().String() == "Alias" {
				syntaxrules.InvalidNames(p, u, setting)
			}
		}
		for _, entry := range u.Install("Alias") {
			what := ""
			switch alias, err := value.ParseName(entry.Name); {
			case entry.Fault == unit.InstallNoAliases:
				what = u.Name.Type + " units have no aliases, and systemctl enable ignores the line"
			case entry.Fault == unit.InstallOtherType || entry.Fault == unit.InstallOtherKind && err == nil:
				what = misfit(alias, u.Name) + ", and systemctl enable fails"
			case entry.Fault == unit.InstallNoName && strings.Contains(entry.Name, "/"):
				what = "only entries of .wants/ and .requires/ directories may have a slash, and systemctl enable fails"
			case entry.Fault == unit.InstallOtherKind:
				what = "the link is not named for the unit, and systemctl enable fails"
			default:
				continue
			}
			setting := entry.Setting
			f := lint.Finding{
				Unit:    u.ID,
				Place:   lint.AtWord(setting, entry.At),
				Message: fmt.Sprintf("Alias=%s cannot be a name of %s: %s", entry.Text(), u.Name, what),
				Help:    "remove the name",
			}
			if len(value.Fields(setting.Value().String())) == 1 {
				f.Fixes = []lint.Fix{{
					Title: "remove the line", Safe: entry.Fault == unit.InstallNoAliases,
					Edits: []lint.Edit{{Place: lint.Place{File: setting.Part.Source, Span: setting.Span()}}},
				}}
			}
			p.Report(f)
		}
	}
}

// misfit says why a name cannot be one of a unit.
func misfit(alias, name value.Name) string {
	switch {
	case alias.Type != name.Type:
		return fmt.Sprintf("a %s is no %s", alias.Type, name.Type)
	case !value.MayBeAlias(alias.Type):
		return alias.Type + " units have no aliases"
	case alias.Kind == value.Instance && name.Kind == value.Instance:
		return "the instances differ"
	case alias.Kind == value.Template:
		return "it is a template, and the unit is none"
	case alias.Kind == value.Instance:
		return "it is an instance, and the unit is none"
	case name.Kind == value.Template:
		return "the unit is a template, and the name is none"
	}
	return "the unit is an instance, and the name is none"
}
