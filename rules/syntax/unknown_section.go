package syntax

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/directive"
	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/value"
)

//go:embed unknown_section.md
var unknownSectionPage string

// UnknownSection finds sections that no unit has. systemd ignores everything in
// them (config_parse in src/shared/conf-parser.c).
var UnknownSection = &lint.Rule{
	ID:        "unknown-section",
	Summary:   "a section that systemd does not know: everything in it is ignored",
	Category:  "syntax",
	Severity:  lint.Warning,
	Since:     "0.1.0",
	Page:      unknownSectionPage,
	CheckFile: unknownSection,
}

func unknownSection(p *lint.FilePass) {
	for _, section := range p.Part.Sections {
		name := section.Name()
		if section.Header == nil || section.Header.Malformed || directive.KnownSection(name) ||
			strings.HasPrefix(name, directive.ExtensionPrefix) || generators(p, name) {
			continue
		}
		f := lint.Finding{
			Place:   lint.At(p.Part, section.Header.Name.Whole()),
			Message: fmt.Sprintf("systemd knows no section [%s]", visible(name)),
			Help:    "a section for other programs has a name that starts with X-",
		}
		if name == "" { // the brackets alone
			span := section.Header.Name.Whole()
			f.Place = lint.At(p.Part, source.Span{Start: span.Start - 1, End: span.End + 1})
		}
		if keys := keysOf(section.Nodes()); len(keys) > 0 {
			f.Message += " and ignores " + list(keys) + " in it"
		} else {
			f.Message += " and ignores it"
		}
		if near, safe := nearSection(p, name); near != "" {
			f.Help = "did you mean [" + near + "]? " + strings.ToUpper(f.Help[:1]) + f.Help[1:]
			if strings.EqualFold(near, name) {
				f.Help = "names of sections are case-sensitive: write [" + near + "]"
			}
			if safe {
				f.Fixes = []lint.Fix{{
					Title: "write [" + near + "]", Safe: true,
					Edits: []lint.Edit{replace(p, section.Header.Name.Whole(), near)},
				}}
			}
		}
		p.Report(f)
	}
}

// nearSection returns the section of the unit's type that a name was most likely
// meant for, or "", and whether there is hardly a doubt.
func nearSection(p *lint.FilePass, name string) (near string, certain bool) {
	sections := directive.SectionsFor(typeOf(p))
	if p.Unit.Quadlet != "" {
		sections = append(sections, p.Unit.Quadlet, directive.QuadletCommon)
	}
	trimmed := strings.TrimSpace(name)
	if slices.Contains(sections, trimmed) {
		return trimmed, true
	}
	near, ok := value.Closest(trimmed, sections)
	if !ok {
		return "", false
	}
	return near, value.OneEdit(trimmed, near)
}

// visible returns a name for a message, as it is where it is plain.
func visible(name string) string {
	q := quoted(name)
	return q[1 : len(q)-1]
}
