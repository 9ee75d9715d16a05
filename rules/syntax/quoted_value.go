package syntax

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/directive"
	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/syntax"
	"github.com/unitvet/unitvet/lint/value"
)

//go:embed quoted_value.md
var quotedValuePage string

// QuotedValue finds quotes round values from which systemd does not take them off.
// Which ones these are differs from directive to directive
// (src/core/load-fragment.c).
var QuotedValue = &lint.Rule{
	ID:        "quoted-value",
	Summary:   "quotes where systemd does not remove them: they become part of the value",
	Category:  "syntax",
	Severity:  lint.Warning,
	Since:     "0.1.0",
	Page:      quotedValuePage,
	CheckFile: quotedValue,
}

func quotedValue(p *lint.FilePass) {
	for _, line := range linesOf(p) {
		a, ok := line.Node.(*syntax.Assignment)
		if !ok || !reads(p, line.meant) {
			continue
		}
		d, quotes := quotesIn(p.Set.Release, line.meant, a)
		if len(quotes) == 0 {
			continue
		}
		if _, ok := commentIn(p.Set.Release, line.meant, a); ok {
			continue
		}
		f := lint.Finding{
			Place:   lint.At(p.Part, a.Value().Span(source.Span{Start: quotes[0], End: quotes[len(quotes)-1] + 1})),
			Message: fmt.Sprintf("%s= takes no quotes: systemd reads them as part of the value", d.Key),
			Help:    "remove the quotes",
		}
		f.Message += consequence(p, d, a.Value().String(), &f)
		fix := lint.Fix{Title: "remove the quotes", Safe: true}
		for _, i := range quotes {
			fix.Edits = append(fix.Edits, replace(p, a.Value().Span(source.Span{Start: i, End: i + 1}), ""))
		}
		f.Fixes = []lint.Fix{fix}
		p.Report(f)
	}
}

// quotesIn returns the indexes of quotes round a value, or round entries of it,
// that a release of systemd leaves there.
func quotesIn(release int, section string, a *syntax.Assignment) (*directive.Directive, []int) {
	s := a.Value().String()
	if strings.IndexByte(s, '"') < 0 && strings.IndexByte(s, '\'') < 0 {
		return nil, nil
	}
	d, ok := directive.Lookup(section, a.Key().String())
	if !ok || !d.In(release) {
		return nil, nil
	}
	how := readingOf(d, s)
	if how.unquotes || how.data {
		return nil, nil
	}
	start := 0
	switch d.Type {
	case directive.TypeConditionPath, directive.TypeConditionString:
		start = len(s) - len(strings.TrimLeft(s, "|! \t"))
	case directive.TypePath:
		start = len(s) - len(strings.TrimPrefix(s, "-"))
	}
	if isQuoted(s[start:]) {
		return d, []int{start, len(s) - 1}
	}
	var found []int
	if how.words {
		for _, word := range value.Fields(s) {
			if isQuoted(word.Text) {
				found = append(found, word.Span.Start, word.Span.End-1)
			}
		}
	}
	return d, found
}

// Quoted returns the quoted parts of a value, quotes included, from which a release of
// systemd does not take them off: QuotedValue tells what comes of it.
func Quoted(release int, section string, a *syntax.Assignment) []source.Span {
	_, quotes := quotesIn(release, section, a)
	var parts []source.Span
	for i := 0; i+1 < len(quotes); i += 2 {
		parts = append(parts, source.Span{Start: quotes[i], End: quotes[i+1] + 1})
	}
	return parts
}

// isQuoted reports whether a text is one pair of quotes with something between.
func isQuoted(s string) bool {
	return len(s) > 2 && (s[0] == '"' || s[0] == '\'') && strings.IndexByte(s[1:], s[0]) == len(s)-2
}

// consequence says what comes of the quotes, and how bad that is.
func consequence(p *lint.FilePass, d *directive.Directive, text string, f *lint.Finding) string {
	problems := objectionsTo(p, d, text)
	switch {
	case d.Key == "Description":
		f.Severity = lint.Info
		return ""
	case results[d.Key] != "" && d.Type != directive.TypePath && len(problems) == 0:
		f.Severity, f.Result = lint.Error, results[d.Key]
		return ", and nobody has that name"
	case d.OnInvalid == directive.InvalidInstall:
		return ", and systemctl enable refuses the entry"
	case d.Type == directive.TypeConditionString && len(problems) == 0:
		return ", and compares with them"
	case len(problems) == 0:
		return ""
	case readingOf(d, text).words:
		return ", and refuses the entry"
	}
	f.Severity = refusalSeverity(p, d, text)
	return ", and " + strings.TrimPrefix(refusal(p, d, text), "systemd ")
}

// objectionsTo returns what the manager does not take of a value.
func objectionsTo(p *lint.FilePass, d *directive.Directive, text string) []*value.Problem {
	return slices.DeleteFunc(value.Check(d, text, p.Unit.Context(value.FullTable), p.Set.Release), func(problem *value.Problem) bool {
		return problem.Effect == value.Accepted
	})
}
