package directive

import (
	_ "embed"
	"fmt"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/directive"
)

//go:embed value_too_new.md
var valueTooNewPage string

// ValueTooNew finds values that releases after the target accept.
var ValueTooNew = &lint.Rule{
	ID:        "value-too-new",
	Summary:   "a value that the target release of systemd does not accept yet",
	Category:  "directive",
	Severity:  lint.Warning,
	Since:     "0.1.0",
	Page:      valueTooNewPage,
	CheckFile: valueTooNew,
}

func valueTooNew(p *lint.FilePass) {
	if p.Set.Release >= directive.Latest || len(allProblems(p)) == 0 {
		return
	}
	for s := range settings(p, every) {
		_, tooNew := problems(p, s)
		for _, problem := range tooNew {
			if ruleFor(s, problem) == "" {
				continue
			}
			word := problem.Span.Of(s.text)
			if word == "" {
				word = s.text
			}
			done, severity := effect(p, s, problem)
			p.Report(lint.Finding{
				Place:    lint.AtWord(s.Setting, problem.Span),
				Severity: severity,
				Message: fmt.Sprintf("%s= takes %s since systemd %d, not in %d; %s",
					s.directive.Key, quoted(word), firstWith(p, s, word), p.Set.Release, done),
				Help: "write what the release takes, or say what the unit is for: --systemd RELEASE",
			})
		}
	}
}

// firstWith returns the first release after the target that has no problem with a
// value, or with a word of it.
func firstWith(p *lint.FilePass, s setting, word string) int {
	for release := p.Set.Release + 1; release < directive.Latest; release++ {
		if len(check(p, s, s.text, release)) == 0 || s.directive.Separator == directive.SeparatorSpace && len(check(p, s, word, release)) == 0 {
			return release
		}
	}
	return directive.Latest
}
