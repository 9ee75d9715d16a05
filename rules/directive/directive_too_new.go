package directive

import (
	_ "embed"
	"fmt"

	"github.com/unitvet/unitvet/lint"
)

//go:embed directive_too_new.md
var directiveTooNewPage string

// DirectiveTooNew finds directives that came after the target release.
var DirectiveTooNew = &lint.Rule{
	ID:        "directive-too-new",
	Summary:   "a directive that the target release of systemd does not have yet",
	Category:  "directive",
	Severity:  lint.Warning,
	Since:     "0.1.0",
	Page:      directiveTooNewPage,
	CheckFile: directiveTooNew,
}

func directiveTooNew(p *lint.FilePass) {
	for s := range settings(p, every) {
		if s.directive.Since <= p.Set.Release {
			continue
		}
		p.Report(lint.Finding{
			Place: lint.AtKey(s.Setting),
			Message: fmt.Sprintf("%s= came with systemd %d: systemd %d does not know it and ignores the line",
				s.directive.Key, s.directive.Since, p.Set.Release),
			Help: "do without it, or say what the unit is for: --systemd RELEASE",
		})
	}
}
