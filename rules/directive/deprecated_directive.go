package directive

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/directive"
	"github.com/unitvet/unitvet/lint/source"
)

//go:embed deprecated_directive.md
var deprecatedDirectivePage string

// DeprecatedDirective finds directives, and words of them, that the target release
// still acts on but discourages, and older spellings.
var DeprecatedDirective = &lint.Rule{
	ID:        idDeprecatedDirective,
	Summary:   "a directive or word that systemd discourages, or an older spelling of one",
	Category:  "directive",
	Severity:  lint.Warning,
	Since:     "0.1.0",
	Page:      deprecatedDirectivePage,
	CheckFile: deprecatedDirective,
}

func deprecatedDirective(p *lint.FilePass) {
	release := p.Set.Release
	for s := range settings(p, every) {
		d := s.directive
		deprecatedWord(p, s)
		if d.Deprecated == 0 || d.Deprecated > release || !d.In(release) {
			continue
		}
		f := lint.Finding{Place: lint.AtKey(s.Setting), Help: instead(s, release), Fixes: rename(p, s)}
		switch {
		case warned[d.Key]:
			f.Message = fmt.Sprintf("%s= is deprecated: systemd %d warns of it, and later ones ignore it", d.Key, release)
			if d.Removed == 0 {
				f.Message = fmt.Sprintf("%s= is obsolete: systemd warns of it and reads %s=", d.Key, d.Replacement)
			}
		case tooYoung(d) || d.Status == directive.StatusMoved:
			continue // nothing better can be written for all releases in use, or nothing is lost
		default:
			f.Severity = lint.Info
			f.Message = fmt.Sprintf("%s= is an old spelling of %s (since systemd %d), which systemd still takes",
				d.Key, strings.TrimPrefix(strings.TrimPrefix(instead(s, release), "write "), "instead: "), d.Deprecated)
			if d.Status != directive.StatusAlias {
				f.Message = fmt.Sprintf("%s= is discouraged since systemd %d, which still acts on it", d.Key, d.Deprecated)
			}
		}
		p.Report(f)
	}
}

// hasOwnRule are the directives whose deprecated words have rules of their own in the
// family service.
var hasOwnRule = map[string]bool{"KillMode": true, "StandardError": true, "StandardOutput": true}

// deprecatedWord reports a word that systemd takes with a warning.
func deprecatedWord(p *lint.FilePass, s setting) {
	if s.directive.Type != directive.TypeEnum || !s.works(p.Set.Release) || hasOwnRule[s.directive.Key] {
		return
	}
	words := s.directive.Values()
	i := slices.IndexFunc(words, func(v directive.Value) bool { return v.Word == s.text })
	if i < 0 || words[i].Deprecated == 0 || words[i].Deprecated > p.Set.Release {
		return
	}
	better := words[i].Replacement
	f := lint.Finding{
		Place:   lint.AtWord(s.Setting, source.Span{Start: 0, End: len(s.text)}),
		Message: fmt.Sprintf("%s=%s is deprecated: systemd takes it and warns", s.directive.Key, s.text),
		Help:    "write " + better,
	}
	if slices.ContainsFunc(words, func(v directive.Value) bool { return v.Word == better }) {
		f.Message = fmt.Sprintf("%s=%s is obsolete: systemd takes it for %s and warns", s.directive.Key, s.text, better)
		f.Fixes = []lint.Fix{{Title: f.Help, Safe: true, Edits: []lint.Edit{{Place: f.Place, Text: better}}}}
	}
	p.Report(f)
}

// tooYoung reports whether the replacement of a directive is too new to be written
// in a unit that older releases are to read as well.
func tooYoung(d *directive.Directive) bool {
	other, ok := directive.Lookup(d.Section, d.Replacement)
	return ok && other.Since > widespread
}
