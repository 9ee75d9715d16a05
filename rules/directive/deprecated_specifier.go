package directive

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/directive"
	"github.com/unitvet/unitvet/lint/value"
)

//go:embed deprecated_specifier.md
var deprecatedSpecifierPage string

// DeprecatedSpecifier finds %c, %r and %R (specifier_cgroup and its like in
// src/core/unit-printf.c).
var DeprecatedSpecifier = &lint.Rule{
	ID:        "deprecated-specifier",
	Summary:   "a specifier for control groups, which does not work as intended any more",
	Category:  "directive",
	Severity:  lint.Warning,
	Since:     "0.1.0",
	Page:      deprecatedSpecifierPage,
	CheckFile: deprecatedSpecifier,
}

func deprecatedSpecifier(p *lint.FilePass) {
	for s := range settings(p, containing("%")) {
		for _, use := range specifiersOf(s, p.Set.Release) {
			info, ok := value.LookupSpecifier(use.Char, value.FullTable)
			if !ok || info.Deprecated == 0 || info.Deprecated > p.Set.Release {
				continue
			}
			p.Report(lint.Finding{
				Place: lint.AtWord(s.Setting, use.Span),
				Message: fmt.Sprintf("%%%c (%s) is deprecated since systemd %d, and does not work as intended",
					use.Char, info.Meaning, info.Deprecated),
				Help: "let the program read its control group from /proc/self/cgroup; write %% for a percent sign",
			})
		}
	}
}

// specifiersOf returns the specifiers in a value, those of a program's formats and
// unit names left out. There are none where systemd expands none.
func specifiersOf(s setting, release int) []value.SpecifierUse {
	switch s.directive.Specifiers {
	case directive.SpecifiersNone, directive.SpecifiersInstall:
		return nil
	}
	if !s.works(release) {
		return nil
	}
	text, table := s.text, value.FullTable
	switch s.directive.Specifiers {
	case directive.SpecifiersCredential: // they are expanded up to the colon
		text, _, _ = strings.Cut(text, ":")
	case directive.SpecifiersName:
		table = value.NameTable
	}
	uses, problems := value.ScanSpecifiers(text, table)
	if len(problems) > 0 {
		return nil // the value is invalid: another rule says so
	}
	found := accidents(s, release)
	kept := uses[:0]
	for _, use := range uses {
		if use.Char != '%' && !accidental(found, use) {
			kept = append(kept, use)
		}
	}
	return kept
}
