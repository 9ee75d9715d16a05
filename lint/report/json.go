package report

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/source"
)

// jsonSchema is the version of the object that JSON writes. It goes up when a
// member changes its meaning or goes away, not when one is added.
const jsonSchema = 1

type jsonReport struct {
	Schema   int           `json:"schema"`
	Findings []jsonFinding `json:"findings"`
	// Suppressed are findings that a comment or the baseline silences.
	Suppressed []jsonSuppressed `json:"suppressed"`
	Summary    jsonSummary      `json:"summary"`
}

type jsonFinding struct {
	Rule     string        `json:"rule"`
	Severity lint.Severity `json:"severity"`
	Unit     string        `json:"unit"`
	jsonPlace
	Message  string     `json:"message"`
	Help     string     `json:"help"`
	Result   string     `json:"result,omitempty"`
	Related  []jsonStep `json:"related"`
	Evidence []jsonStep `json:"evidence"`
	Fixes    []jsonFix  `json:"fixes"`
}

type jsonSuppressed struct {
	jsonFinding
	By     string `json:"by"` // "comment" or "baseline"
	Reason string `json:"reason,omitempty"`
}

type jsonPlace struct {
	Path  string       `json:"path"`
	Range source.Range `json:"range"`
}

type jsonStep struct {
	jsonPlace
	Message string `json:"message"`
}

type jsonFix struct {
	Title string     `json:"title"`
	Safe  bool       `json:"safe"`
	Edits []jsonEdit `json:"edits"`
}

type jsonEdit struct {
	jsonPlace
	Text string `json:"text"`
	Mode string `json:"mode,omitempty"` // permissions that the file gets, in octal
}

type jsonSummary struct {
	Sets     int `json:"sets"`
	Units    int `json:"units"`
	Files    int `json:"files"`
	Errors   int `json:"errors"`
	Warnings int `json:"warnings"`
	Infos    int `json:"infos"`
	Hidden   struct {
		Strict   int `json:"strict"`
		Comments int `json:"comments"`
		Baseline int `json:"baseline"`
	} `json:"hidden"`
	// Problems are inputs that could not be read; Notes are what was passed over.
	Problems []jsonProblem `json:"problems"`
	Notes    []jsonProblem `json:"notes"`
}

type jsonProblem struct {
	Path    string `json:"path"`
	Message string `json:"message"`
}

// JSON writes one object, for programs. Lines and columns count from 1, columns
// in code points; a whole file is the empty range at its start. Bytes that are
// not UTF-8 become U+FFFD.
func JSON(w io.Writer, result *lint.Result, _ Options) error {
	s := result.Summary
	out := jsonReport{
		Schema:     jsonSchema,
		Findings:   []jsonFinding{},
		Suppressed: []jsonSuppressed{},
		Summary: jsonSummary{
			Sets: s.Sets, Units: s.Units, Files: s.Files,
			Errors: s.ErrorCount, Warnings: s.WarningCount, Infos: s.InfoCount,
			Problems: convert(result.Errors, newJSONProblem),
			Notes:    convert(result.Notes, newJSONProblem),
		},
	}
	out.Summary.Hidden.Strict = s.HiddenStrict
	out.Summary.Hidden.Comments = s.IgnoredCount
	out.Summary.Hidden.Baseline = s.BaselineCount
	return writeLists(w, out, "  ", marshalJSON,
		list{"findings", len(result.Findings), func(i int) any { return newJSONFinding(&result.Findings[i]) }},
		list{"suppressed", len(result.Suppressed), func(i int) any { return newJSONSuppressed(&result.Suppressed[i]) }},
	)
}

func newJSONSuppressed(f *lint.Finding) jsonSuppressed {
	by := "comment"
	if f.Suppression.Baseline {
		by = "baseline"
	}
	return jsonSuppressed{newJSONFinding(f), by, f.Suppression.Reason}
}

func newJSONFinding(f *lint.Finding) jsonFinding {
	return jsonFinding{
		Rule:      f.Rule.ID,
		Severity:  f.Severity,
		Unit:      f.Unit,
		jsonPlace: newJSONPlace(f.Place),
		Message:   f.Message,
		Help:      f.Help,
		Result:    f.Result,
		Related:   convert(f.Related, newJSONStep),
		Evidence:  convert(f.Evidence, newJSONStep),
		Fixes: convert(f.Fixes, func(fix *lint.Fix) jsonFix {
			return jsonFix{fix.Title, fix.Safe, convert(fix.Edits, func(e *lint.Edit) jsonEdit {
				edit := jsonEdit{jsonPlace: newJSONPlace(e.Place), Text: e.Text}
				if e.Mode != 0 {
					edit.Mode = fmt.Sprintf("%04o", e.Mode.Perm())
				}
				return edit
			})}
		}),
	}
}

func newJSONPlace(p lint.Place) jsonPlace { return jsonPlace{p.ReportPath(), p.Range()} }

func newJSONStep(r *lint.Related) jsonStep { return jsonStep{newJSONPlace(r.Place), r.Message} }

func newJSONProblem(p *lint.Problem) jsonProblem { return jsonProblem{p.Path, p.Text} }

// convert maps a slice; the result is never nil, and so never null in JSON.
func convert[From, To any](from []From, f func(*From) To) []To {
	to := make([]To, len(from))
	for i := range from {
		to[i] = f(&from[i])
	}
	return to
}

// writeJSON writes a value as marshalJSON has it.
func writeJSON(w io.Writer, value any) error {
	text, err := marshalJSON(value, "")
	if err != nil {
		return err
	}
	_, err = w.Write(text)
	return err
}

// list is a list that is written item by item: as a tree, thousands of findings fill
// the memory.
type list struct {
	key  string
	n    int
	item func(i int) any
}

// writeLists writes a value with lists that are empty in it, in the order in which
// they come, and whose keys have an indent of their own.
func writeLists(w io.Writer, value any, indent string, marshal func(value any, indent string) ([]byte, error), lists ...list) error {
	rest, err := marshal(value, "")
	if err != nil {
		return err
	}
	b := bufio.NewWriter(w) // it keeps the first error
	for _, l := range lists {
		key := "\n" + indent + `"` + l.key + `": [`
		before, after, ok := bytes.Cut(rest, []byte(key+"]"))
		if !ok {
			return fmt.Errorf("no empty list %q to fill", l.key)
		}
		rest = after
		_, _ = b.Write(before)
		_, _ = b.WriteString(key)
		for i := range l.n {
			text, err := marshal(l.item(i), indent+"  ")
			if err != nil {
				return err
			}
			if i > 0 {
				_ = b.WriteByte(',')
			}
			_, _ = b.WriteString("\n" + indent + "  ")
			_, _ = b.Write(bytes.TrimSuffix(text, []byte("\n")))
		}
		if l.n > 0 {
			_, _ = b.WriteString("\n" + indent)
		}
		_ = b.WriteByte(']')
	}
	_, _ = b.Write(rest)
	return b.Flush()
}

// marshalJSON returns a value, indented, with no character in it that a terminal
// would obey. All its lines but the first begin with indent.
func marshalJSON(value any, indent string) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent(indent, "  ")
	err := encoder.Encode(value)
	return escapeControls(b.Bytes()), err
}

// escapeControls writes the control and format characters that encoding/json
// leaves alone as \u escapes. They only occur inside strings.
func escapeControls(text []byte) []byte {
	var out []byte
	done := 0
	for i := 0; i < len(text); {
		if text[i] < 0x7f {
			i++
			continue
		}
		r, size := utf8.DecodeRune(text[i:])
		if r == 0x7f || unicode.In(r, unicode.Cc, unicode.Cf) {
			out = append(out, text[done:i]...)
			for _, unit := range utf16.AppendRune(nil, r) {
				out = fmt.Appendf(out, `\u%04x`, unit)
			}
			done = i + size
		}
		i += size
	}
	if done == 0 {
		return text
	}
	return append(out, text[done:]...)
}
