package report

import (
	"io"
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/source"
)

var rdSeverities = map[lint.Severity]string{lint.Info: "INFO", lint.Warning: "WARNING", lint.Error: "ERROR"}

// The Reviewdog Diagnostic Format (github.com/reviewdog/reviewdog,
// proto/rdf/jsonschema/DiagnosticResult.json).
type (
	rdResult struct {
		Source      rdSource       `json:"source"`
		Diagnostics []rdDiagnostic `json:"diagnostics"`
	}
	rdSource struct {
		Name string `json:"name"`
		URL  string `json:"url"`
	}
	rdDiagnostic struct {
		Message     string         `json:"message"`
		Location    rdLocation     `json:"location"`
		Severity    string         `json:"severity"`
		Code        rdCode         `json:"code"`
		Suggestions []rdSuggestion `json:"suggestions,omitempty"`
		Related     []rdRelated    `json:"relatedLocations,omitempty"`
	}
	rdCode struct {
		Value string `json:"value"`
		URL   string `json:"url"`
	}
	rdLocation struct {
		Path  string   `json:"path"`
		Range *rdRange `json:"range,omitempty"`
	}
	rdRange struct {
		Start rdPosition `json:"start"`
		End   rdPosition `json:"end"`
	}
	// rdPosition counts columns from 1 in bytes.
	rdPosition struct {
		Line   int `json:"line"`
		Column int `json:"column"`
	}
	rdSuggestion struct {
		Range rdRange `json:"range"`
		Text  string  `json:"text"`
	}
	rdRelated struct {
		Message  string     `json:"message"`
		Location rdLocation `json:"location"`
	}
)

// RDJSON writes the Reviewdog Diagnostic Format, with which reviewdog comments
// on changes at many hosts. Fixes within one file become suggestions.
func RDJSON(w io.Writer, result *lint.Result, opts Options) error {
	return writeJSON(w, rdResult{
		Source: rdSource{"unitvet", projectURL},
		Diagnostics: convert(result.Findings, func(f *lint.Finding) rdDiagnostic {
			d := rdDiagnostic{
				Message:  strings.Join(messageLines(f), "\n"),
				Location: opts.rdLocation(f.Place),
				Severity: rdSeverities[f.Severity],
				Code:     rdCode{f.Rule.ID, opts.ruleURL(f.Rule)},
			}
			for _, fix := range f.Fixes {
				if suggestion, ok := suggest(f.File, fix); ok {
					d.Suggestions = append(d.Suggestions, suggestion)
				}
			}
			for _, r := range slices.Concat(f.Related, f.Evidence) {
				d.Related = append(d.Related, rdRelated{Escape(r.Message), opts.rdLocation(r.Place)})
			}
			return d
		}),
	})
}

func (o Options) rdLocation(p lint.Place) rdLocation {
	name, _ := o.inRepository(p.ReportPath())
	location := rdLocation{Path: Escape(name)}
	if p.File != nil {
		r := byteRange(p.File, p.Span)
		location.Range = &r
	}
	return location
}

func byteRange(file *source.File, span source.Span) rdRange {
	at := func(offset int) rdPosition {
		line := file.Line(offset)
		return rdPosition{line, offset - file.LineSpan(line).Start + 1}
	}
	return rdRange{at(span.Start), at(span.End)}
}

// suggest returns the change of one file that a fix comes down to: the text from
// the first edit to the last. It returns false for a fix of another file.
func suggest(file *source.File, fix lint.Fix) (rdSuggestion, bool) {
	if file == nil || len(fix.Edits) == 0 {
		return rdSuggestion{}, false
	}
	edits := slices.Clone(fix.Edits)
	slices.SortStableFunc(edits, func(a, b lint.Edit) int { return a.Span.Start - b.Span.Start })
	whole := source.Span{Start: edits[0].Span.Start, End: edits[0].Span.Start}
	var text strings.Builder
	for _, edit := range edits {
		if edit.File != file || edit.Span.Start < whole.End {
			return rdSuggestion{}, false
		}
		text.WriteString(file.Text[whole.End:edit.Span.Start] + edit.Text)
		whole.End = edit.Span.End
	}
	return rdSuggestion{byteRange(file, whole), text.String()}, true
}
