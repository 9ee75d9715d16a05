package syntax

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/directive"
	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/syntax"
)

//go:embed wrong_section.md
var wrongSectionPage string

// WrongSection finds directives that another section has. To systemd they are as
// unknown as any other (config_parse in src/shared/conf-parser.c).
var WrongSection = &lint.Rule{
	ID:        "wrong-section",
	Summary:   "a directive of another section: systemd ignores the line",
	Category:  "syntax",
	Severity:  lint.Warning,
	Since:     "0.1.0",
	Page:      wrongSectionPage,
	CheckFile: wrongSection,
}

func wrongSection(p *lint.FilePass) {
	found := 0
	for _, line := range linesOf(p) {
		a, ok := unknownAssignment(p, line)
		if !ok {
			continue
		}
		key := a.Key().String()
		others := otherSections(p, line.meant, key)
		if len(others) == 0 {
			continue
		}
		var names []string
		for _, d := range others {
			names = append(names, "["+d.Section+"]")
		}
		f := lint.Finding{
			Place:   lint.At(p.Part, a.Key().Whole()),
			Message: fmt.Sprintf("%s= belongs in %s: systemd ignores it in [%s]", key, list(names), line.meant),
		}
		if to := others[0].Section; reads(p, to) {
			f.Help = fmt.Sprintf("move the line to [%s]", to)
			if found++; found <= manyMax && len(others) == 1 {
				f.Fixes = move(p, a, others[0])
			}
		} else {
			f.Help = fmt.Sprintf("%s units have no section %s: remove the line, or move it to a unit that has one", typeOf(p), names[0])
		}
		p.Report(f)
	}
}

// move returns the fix that takes a line to the end of the section where its
// directive belongs. There is none if the file says otherwise there already.
func move(p *lint.FilePass, a *syntax.Assignment, to *directive.Directive) []lint.Fix {
	var target *syntax.Section
	for _, section := range p.Part.Sections {
		if section.Name() != to.Section {
			continue
		}
		if section.Header.Malformed {
			return nil
		}
		target = section
		for node := range section.Nodes() {
			if other, ok := node.(*syntax.Assignment); ok && to.List == directive.Single && other.Key().String() == to.Key {
				return nil
			}
		}
	}
	text, end := p.Part.Source.Text, lineEnd(p)
	line := strings.TrimRight(a.Span().Of(text), "\r\n") + end
	var at int
	if target == nil {
		at, line = len(text), end+"["+to.Section+"]"+end+line
	} else {
		at = endOfSection(target)
	}
	if a.Open() || at > 0 && text[at-1] != '\n' {
		if at == a.Span().End || a.Open() {
			return nil // the last line has no end of its own
		}
		line = end + line
	}
	return []lint.Fix{{
		Title: fmt.Sprintf("move %s= to [%s]", a.Key().String(), to.Section), Safe: true,
		Edits: []lint.Edit{
			replace(p, a.Span(), ""),
			replace(p, source.Span{Start: at, End: at}, line),
		},
	}}
}

// endOfSection returns the offset after the last line of a section that is not
// blank, comments before the next header left out.
func endOfSection(section *syntax.Section) int {
	end := section.Header.Span().End
	for node := range section.Nodes() {
		if isContent(node) {
			end = node.Span().End
		}
	}
	return end
}
