package quadlet

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/directive"
	"github.com/unitvet/unitvet/lint/value"
)

//go:embed invalid_quadlet_value.md
var invalidQuadletValuePage string

// InvalidQuadletValue finds values that podman's generator takes for others without a
// word (LookupBoolean and LookupInt in pkg/systemd/parser/unitfile.go of podman).
var InvalidQuadletValue = &lint.Rule{
	ID:        "invalid-quadlet-value",
	Summary:   "a value that podman's generator takes for another one, without a word",
	Category:  "quadlet",
	Severity:  lint.Warning,
	Since:     "0.1.0",
	Page:      invalidQuadletValuePage,
	CheckUnit: invalidQuadletValue,
	Quadlets:  true,
}

func invalidQuadletValue(p *lint.UnitPass) {
	if p.Unit.Quadlet == "" {
		return
	}
	q := quadlet{p.Unit}
	for _, section := range []string{q.Quadlet, directive.QuadletCommon} {
		for _, key := range directive.QuadletKeys(section) {
			e, ok := q.in(section, key)
			if !ok || e.text == "" {
				continue
			}
			kind := directive.QuadletKind(section, key)
			f := lint.Finding{Place: e.at()}
			switch text := strings.ToLower(e.text); {
			case kind == "boolean or healthy" && text == "healthy":
				continue
			case strings.HasPrefix(kind, "boolean") && !slices.Contains(booleans, text):
				f.Message = fmt.Sprintf("%s= is %q, which podman's generator takes for no", key, e.text)
				f.Help = "write yes or no"
			case kind == "number" && !isNumber(e.text):
				f.Message = fmt.Sprintf("%s= is %q, which is no number: podman's generator passes it over", key, e.text)
				f.Help = "write a number"
			default:
				continue
			}
			p.Report(f)
		}
	}
}

// booleans are the words that mean to the generator what they say. It takes every
// other one for no, the y and t of systemd's among them.
var booleans = []string{"1", "yes", "true", "on", "0", "no", "false", "off", "n", "f"}

// isNumber reports whether the generator reads a number.
func isNumber(text string) bool {
	_, ok := value.ParseUnsigned(strings.TrimPrefix(text, "+"))
	return ok
}
