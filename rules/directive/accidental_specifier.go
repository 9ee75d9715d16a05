package directive

import (
	_ "embed"
	"fmt"
	"slices"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/directive"
	"github.com/unitvet/unitvet/lint/value"
)

//go:embed accidental_specifier.md
var accidentalSpecifierPage string

// AccidentalSpecifier finds formats of date and printf in commands and variables:
// systemd replaces the sequences that it knows before the program sees them
// (systemd.unit(5), "Specifiers").
var AccidentalSpecifier = &lint.Rule{
	ID:        "accidental-specifier",
	Summary:   "a % of a date or printf format that systemd takes for a specifier of its own",
	Category:  "directive",
	Severity:  lint.Warning,
	Since:     "0.1.0",
	Page:      accidentalSpecifierPage,
	CheckFile: accidentalSpecifier,
}

func accidentalSpecifier(p *lint.FilePass) {
	for s := range settings(p, containing("%")) {
		for _, f := range accidents(s, p.Set.Release) {
			use := f.uses[0]
			info, _ := value.LookupSpecifier(use.Char, value.FullTable)
			p.Report(lint.Finding{
				Place: lint.AtWord(s.Setting, f.span),
				Message: fmt.Sprintf("systemd replaces %s before %s sees it: %%%c is the %s",
					quoted(f.span.Of(s.text)), f.program, use.Char, info.Meaning),
				Help:  "write %% for a percent sign",
				Fixes: []lint.Fix{doubled(s, f.uses)},
			})
		}
	}
}

// accidents returns the formats in a command or variable of which systemd knows
// every sequence. If it does not, the line is invalid and another rule says so.
func accidents(s setting, release int) []format {
	switch s.directive.Type {
	case directive.TypeExecCommand, directive.TypeEnvironmentAssignments:
	default:
		return nil
	}
	if !s.works(release) {
		return nil
	}
	if all, _ := value.ScanSpecifiers(s.text, value.FullTable); slices.ContainsFunc(all, func(use value.SpecifierUse) bool {
		info, ok := value.LookupSpecifier(use.Char, value.FullTable)
		return !ok || info.Since > release
	}) {
		return nil
	}
	return formats(s.text)
}

// accidental reports whether a specifier belongs to a format.
func accidental(found []format, use value.SpecifierUse) bool {
	return slices.ContainsFunc(found, func(f format) bool { return f.span.Contains(use.Span.Start) })
}
