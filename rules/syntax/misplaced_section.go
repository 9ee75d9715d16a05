package syntax

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/directive"
)

//go:embed misplaced_section.md
var misplacedSectionPage string

// MisplacedSection finds sections that units of another type have. systemd
// ignores everything in them (config_parse in src/shared/conf-parser.c, with the
// sections in the vtable of the unit's type).
var MisplacedSection = &lint.Rule{
	ID:        "misplaced-section",
	Summary:   "a section that units of this type do not have: everything in it is ignored",
	Category:  "syntax",
	Severity:  lint.Warning,
	Since:     "0.1.0",
	Page:      misplacedSectionPage,
	CheckFile: misplacedSection,
}

func misplacedSection(p *lint.FilePass) {
	for _, section := range p.Part.Sections {
		name := section.Name()
		if section.Header == nil || section.Header.Malformed || !directive.KnownSection(name) || reads(p, name) {
			continue
		}
		lost := "it"
		help := "remove the section"
		if keys := keysOf(section.Nodes()); len(keys) > 0 {
			lost = list(keys) + " in it"
			help = fmt.Sprintf("move the section to a .%s unit", strings.ToLower(name))
		}
		p.Report(lint.Finding{
			Place:   lint.At(p.Part, section.Header.Name.Whole()),
			Message: fmt.Sprintf("%s units have no section [%s]: systemd ignores %s", typeOf(p), name, lost),
			Help:    fmt.Sprintf("%s; %s units have [%s]", help, typeOf(p), strings.Join(directive.SectionsFor(typeOf(p)), "], [")),
		})
	}
}
