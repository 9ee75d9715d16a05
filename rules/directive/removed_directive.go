package directive

import (
	_ "embed"
	"fmt"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/directive"
)

//go:embed removed_directive.md
var removedDirectivePage string

// RemovedDirective finds directives that the target release does not act on any
// more.
var RemovedDirective = &lint.Rule{
	ID:        "removed-directive",
	Summary:   "a directive that the target release of systemd has no longer, or ignores",
	Category:  "directive",
	Severity:  lint.Warning,
	Since:     "0.1.0",
	Page:      removedDirectivePage,
	CheckFile: removedDirective,
}

// needless are the removed directives that nobody misses: what they asked for is
// always so now.
var needless = map[string]bool{"CPUAccounting": true}

func removedDirective(p *lint.FilePass) {
	release := p.Set.Release
	for s := range settings(p, every) {
		d := s.directive
		if d.Removed == 0 || d.Removed > release {
			continue
		}
		f := lint.Finding{Place: lint.AtKey(s.Setting), Help: instead(s, release), Fixes: rename(p, s)}
		verb := "does not know it any more"
		if d.Status == directive.StatusIgnored {
			verb = "ignores it"
		}
		f.Message = fmt.Sprintf("%s= was removed in systemd %d, which %s", d.Key, d.Removed, verb)
		if needless[d.Key] {
			f.Severity = lint.Info
			f.Message = fmt.Sprintf("%s= does nothing since systemd %d: what it asks for is always so", d.Key, d.Removed)
			f.Help = "remove the line once no older systemd reads it"
		}
		p.Report(f)
	}
}
