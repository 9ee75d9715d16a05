package syntax

import (
	_ "embed"
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/directive"
	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/syntax"
)

//go:embed assignment_outside_section.md
var assignmentOutsideSectionPage string

// AssignmentOutsideSection finds what stands before the first section header:
// systemd ignores it (parse_line in src/shared/conf-parser.c).
var AssignmentOutsideSection = &lint.Rule{
	ID:        "assignment-outside-section",
	Summary:   "an assignment before the first section header: systemd ignores it",
	Category:  "syntax",
	Severity:  lint.Error,
	Since:     "0.1.0",
	Page:      assignmentOutsideSectionPage,
	CheckFile: assignmentOutsideSection,
}

func assignmentOutsideSection(p *lint.FilePass) {
	objected := objections(p.Part.File, syntax.AssignmentOutsideSection)
	if len(objected) == 0 {
		return
	}
	var outside []syntax.Node
	for _, line := range linesOf(p) {
		if _, ok := objected[textOf(line.Node).Offset(0)]; !ok || line.meant != "" {
			continue // another rule speaks of a header that was swallowed
		}
		if _, bad := line.Node.(*syntax.Bad); bad && len(swallowedBy(p.Part.File, "", line.Node)) > 0 {
			continue
		}
		outside = append(outside, line.Node)
	}
	if len(outside) == 0 {
		return
	}
	keys := keysOf(slices.Values(outside))
	first := outside[0]
	if len(keys) > 0 { // the first assignment tells more than a stray line before it
		for _, node := range outside {
			if _, ok := node.(*syntax.Assignment); ok {
				first = node
				break
			}
		}
	}
	text := textOf(first)
	span := text.Whole()
	f := lint.Finding{Severity: lint.Error}
	what := list(keys)
	switch {
	case len(keys) == 0:
		what = quoted(text.String())
	default:
		a, _ := first.(*syntax.Assignment)
		span = source.Span{Start: span.Start, End: max(span.End, a.Value().Whole().End)}
	}
	if !slices.ContainsFunc(keys, func(key string) bool { return !strings.HasPrefix(key, directive.ExtensionPrefix) }) {
		f.Severity = lint.Warning // nothing is lost that systemd would read
	}
	f.Place = lint.At(p.Part, span)
	verb, pronoun := " stand", "them"
	if len(keys) < 2 {
		verb, pronoun = " stands", "it"
	}
	f.Message = what + verb + " before the first section header: systemd ignores " + pronoun
	f.Help = "write a section header above " + pronoun
	if name := sectionFor(p, outside); name != "" {
		f.Help = "write [" + name + "] above " + pronoun
	}
	for _, node := range outside[:min(len(outside), manyMax)] {
		if node != first {
			f.Related = append(f.Related, lint.Related{Place: lint.At(p.Part, textOf(node).Whole()), Message: "ignored as well"})
		}
	}
	if hasMisspeltHeader(outside) {
		f.Help += ": a header is a name in square brackets, alone on its line"
	}
	p.Report(f)
}

// sectionFor returns the one section of a unit that has all directives that nodes
// assign to, or "".
func sectionFor(p *lint.FilePass, nodes []syntax.Node) string {
	var found string
	for _, section := range directive.SectionsFor(typeOf(p)) {
		has, lacks := 0, 0
		for _, node := range nodes {
			if a, ok := node.(*syntax.Assignment); !ok {
				continue
			} else if _, ok := directive.Lookup(section, a.Key().String()); ok {
				has++
			} else {
				lacks++
			}
		}
		if has > 0 && lacks == 0 {
			if found != "" {
				return ""
			}
			found = section
		}
	}
	return found
}

// hasMisspeltHeader reports whether one of the lines is a section's name in
// something other than square brackets.
func hasMisspeltHeader(nodes []syntax.Node) bool {
	return slices.ContainsFunc(nodes, func(node syntax.Node) bool {
		bad, ok := node.(*syntax.Bad)
		if !ok {
			return false
		}
		_, ok = directive.FoldSection(strings.Trim(bad.Text.String(), "[](){}<>:\ufeff \t"))
		return ok
	})
}
