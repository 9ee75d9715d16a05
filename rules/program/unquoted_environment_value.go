package program

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/value"
)

//go:embed unquoted_environment_value.md
var unquotedEnvironmentValuePage string

// UnquotedEnvironmentValue finds values with blanks and without quotes in
// Environment= (systemd.exec(5), Environment=).
var UnquotedEnvironmentValue = &lint.Rule{
	ID:        "unquoted-environment-value",
	Summary:   "a value in Environment= ends at its first blank, as it has no quotes",
	Category:  "program",
	Severity:  lint.Warning,
	Since:     "0.1.0",
	Page:      unquotedEnvironmentValuePage,
	CheckUnit: unquotedEnvironmentValue,
}

func unquotedEnvironmentValue(p *lint.UnitPass) {
	prog := p.Set.Program(p.Unit)
	for _, setting := range prog.Settings(prog.Section, "Environment") {
		words, problem := value.EnvironmentWords(setting.Value().String())
		if problem != nil || len(words) < 2 || !strings.Contains(words[0].Text, "=") {
			continue
		}
		for i := 1; i < len(words); i++ {
			if strings.Contains(words[i].Text, "=") || strings.Contains(words[i].Text, "%") {
				continue
			}
			last := i
			for last+1 < len(words) && !strings.Contains(words[last+1].Text, "=") {
				last++
			}
			first := words[i-1]
			name, kept, _ := strings.Cut(first.Text, "=")
			rest := source.Span{Start: words[i].Span.Start, End: words[last].Span.End}
			whole := source.Span{Start: first.Span.Start, End: rest.End}
			f := lint.Finding{
				Place: lint.AtWord(setting, rest),
				Message: fmt.Sprintf("Environment= sets %s to %q only: without quotes the value ends at the blank, and systemd ignores %q",
					name, kept, rest.Of(setting.Value().String())),
				Help: "put quotes around the whole assignment",
			}
			if text := whole.Of(setting.Value().String()); !strings.ContainsAny(text, "\"'\\") && setting.Value().Span(whole).Len() == whole.Len() {
				f.Help = "put quotes around the whole assignment: \"" + text + `"`
				f.Fixes = []lint.Fix{{
					Title: "put quotes around the assignment", Safe: true,
					Edits: []lint.Edit{{Place: lint.AtWord(setting, whole), Text: `"` + text + `"`}},
				}}
			}
			p.Report(f)
			i = last
		}
	}
}
