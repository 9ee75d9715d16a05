package directive

import (
	_ "embed"
	"slices"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/directive"
	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/value"
)

//go:embed invalid_specifier.md
var invalidSpecifierPage string

// InvalidSpecifier finds % with a letter or digit that means nothing to systemd, or
// nothing in its place (specifier_printf in src/shared/specifier.c).
var InvalidSpecifier = &lint.Rule{
	ID:        idInvalidSpecifier,
	Summary:   "an unknown % specifier: systemd ignores the line, or does not load the unit",
	Category:  "directive",
	Severity:  lint.Warning,
	Since:     "0.1.0",
	Page:      invalidSpecifierPage,
	CheckFile: invalidSpecifier,
}

func invalidSpecifier(p *lint.FilePass) {
	for s := range settings(p, containing("%")) {
		invalid, _ := problems(p, s)
		for _, problem := range invalid {
			if ruleFor(s, problem) == idInvalidSpecifier {
				p.Report(tellSpecifier(p, s, problem))
			}
		}
	}
}

// tellSpecifier is the finding about an unknown specifier.
func tellSpecifier(p *lint.FilePass, s setting, problem *value.Problem) lint.Finding {
	done, severity := effect(p, s, problem)
	f := lint.Finding{
		Place:    lint.AtWord(s.Setting, problem.Span),
		Severity: severity,
		Message:  "unknown specifier " + problem.Span.Of(s.text) + " in " + s.directive.Key + "=; " + done,
		Help:     "write %% for a percent sign",
	}
	if problem.Span.Len() != 2 {
		return f
	}
	if info, ok := value.LookupSpecifier(s.text[problem.Span.End-1], value.FullTable); ok {
		if info.Since <= p.Set.Release {
			f.Message = problem.Span.Of(s.text) + " (" + info.Meaning + ") is not available in " + s.directive.Key + "=; " + done
			f.Help = "names of units take %i, %j, %n, %N, %p, %H and a few others, see systemd.unit(5)"
		}
		return f
	}
	for _, format := range formats(s.text) {
		if format.span.Contains(problem.Span.Start) {
			f.Fixes = []lint.Fix{doubled(s, format.uses)}
			return f
		}
	}
	fix := doubled(s, []value.SpecifierUse{{Span: problem.Span}})
	fix.Safe = slices.Contains(texts, s.directive.Type)
	f.Fixes = []lint.Fix{fix}
	return f
}

// texts are the types of values in which a percent sign is likely.
var texts = []directive.Type{
	directive.TypeExecCommand, directive.TypeEnvironmentAssignments, directive.TypeString, directive.TypeURLList,
}

// doubled is the fix that makes percent signs of specifiers.
func doubled(s setting, uses []value.SpecifierUse) lint.Fix {
	fix := lint.Fix{Title: "write %% for a percent sign", Safe: true}
	for _, use := range uses {
		fix.Edits = append(fix.Edits, s.edit(source.Span{Start: use.Span.Start, End: use.Span.Start + 1}, "%%"))
	}
	return fix
}
