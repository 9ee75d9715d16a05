package syntax

import (
	_ "embed"
	"fmt"
	"regexp"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/directive"
	"github.com/unitvet/unitvet/lint/syntax"
)

//go:embed missing_equals.md
var missingEqualsPage string

// MissingEquals finds lines that assign nothing (parse_line in
// src/shared/conf-parser.c).
var MissingEquals = &lint.Rule{
	ID:        "missing-equals",
	Summary:   "a line without =, or without a name before it: systemd ignores it",
	Category:  "syntax",
	Severity:  lint.Warning,
	Since:     "0.1.0",
	Page:      missingEqualsPage,
	CheckFile: missingEquals,
}

func missingEquals(p *lint.FilePass) {
	objected := objections(p.Part.File, syntax.MissingEquals, syntax.MissingKey)
	if len(objected) == 0 {
		return
	}
	for _, line := range linesOf(p) {
		bad, ok := line.Node.(*syntax.Bad)
		if !ok || line.cut != notCut || !reads(p, line.meant) || afterControl(p.Part.File, bad.Span().End) {
			continue // another rule says why the line is read alone, or that its section is lost
		}
		kind, ok := objected[bad.Text.Offset(0)]
		if !ok {
			continue
		}
		f := lint.Finding{
			Place:   lint.At(p.Part, bad.Text.Whole()),
			Message: fmt.Sprintf("%s has no =: systemd ignores the line", quoted(bad.Text.String())),
			Help:    missingEqualsHelp(p, line, bad.Text.String()),
		}
		if kind == syntax.MissingKey {
			f.Message = fmt.Sprintf("%s has no name before the =: systemd ignores the line", quoted(bad.Text.String()))
		}
		p.Report(f)
	}
}

// conflictMark matches the lines that a failed merge leaves.
var conflictMark = regexp.MustCompile(`^(<{7}|={7}|>{7}|\|{7})( |$)`)

// keyAndValue matches a name and a value with something other than = between.
var keyAndValue = regexp.MustCompile(`^([A-Za-z0-9]+)(?:\s*:=?\s*|\s+)(\S.*)$`)

// missingEqualsHelp guesses what a line was meant to be.
func missingEqualsHelp(p *lint.FilePass, line logicalLine, text string) string {
	if conflictMark.MatchString(text) {
		return "this is left from a failed merge: decide for one side and remove the marks"
	}
	if strings.HasPrefix(text, "//") || strings.HasPrefix(text, "-- ") || strings.HasPrefix(text, "--- ") {
		return "comments start with # or ;"
	}
	if strings.HasPrefix(text, "\ufeff") {
		return "the line starts with an invisible byte order mark: remove it"
	}
	if m := keyAndValue.FindStringSubmatch(text); m != nil {
		if d, ok := directive.FoldKey(line.meant, m[1]); ok {
			return fmt.Sprintf("write %s=%s", d.Key, m[2])
		}
	}
	if d, ok := directive.FoldKey(line.meant, text); ok {
		return fmt.Sprintf("write %s=, with a value", d.Key)
	}
	if continuesText(p, line) {
		return "to continue the line above, end it with a backslash"
	}
	return "write NAME=VALUE; comments start with # or ;"
}

// continuesText reports whether a line looks like the rest of the one before it:
// it is indented, or starts with a dash.
func continuesText(p *lint.FilePass, line logicalLine) bool {
	_, after := line.before.(*syntax.Assignment)
	text := p.Part.Source.Text
	start := line.Span().Start
	return after && start < len(text) && (isBlank(text[start]) || text[start] == '-')
}
