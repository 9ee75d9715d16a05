package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/unitvet/unitvet/lint"
)

// Text writes findings for people: where, what, the source line with the span
// underlined, related places, the chain of evidence, and what to do. It writes
// findings only; see Summary.
func Text(w io.Writer, result *lint.Result, opts Options) error {
	t := &text{Writer: bufio.NewWriter(w), style: style(opts.Color), opts: opts, width: opts.Width}
	if t.width <= 0 {
		t.width = defaultWidth
	}
	for i := range result.Findings {
		if i > 0 {
			t.line("")
		}
		t.finding(&result.Findings[i])
	}
	return t.Flush()
}

// text is a report in the making. Its writer keeps the first error.
type text struct {
	*bufio.Writer
	style
	opts  Options
	width int
}

func (t *text) line(parts ...string) {
	for _, part := range parts {
		_, _ = t.WriteString(part)
	}
	_ = t.WriteByte('\n')
}

func (t *text) finding(f *lint.Finding) {
	color := severityColors[f.Severity]
	t.line(t.where(f.Place, f.Unit), t.paint(color, f.Severity.String()),
		"[", t.link(t.opts.ruleURL(f.Rule), f.Rule.ID), "]: ", t.paint(bold, Escape(f.Message)))
	t.snippet(f.Place, color)
	for _, related := range f.Related {
		t.line("  ", t.where(related.Place, ""), Escape(related.Message))
		t.snippet(related.Place, blue)
	}
	for i, step := range f.Evidence {
		t.line(fmt.Sprintf("%4d. ", i+1), t.where(step.Place, ""), Escape(step.Message))
	}
	if f.Result != "" {
		t.note("result", f.Result)
	}
	if f.Help != "" {
		for line := range strings.SplitSeq(strings.TrimSpace(f.Help), "\n") {
			t.note("help", line)
		}
	}
	for _, fix := range f.Fixes {
		if fix.Safe {
			t.note("fix", fix.Title)
		} else {
			t.note("unsafe fix", fix.Title)
		}
	}
}

// where returns the beginning of a line about a place: "path:line:col: ". A whole
// file has no line and no column; without a path, it is the unit.
func (t *text) where(place lint.Place, unit string) string {
	name := place.ReportPath()
	if name == "" {
		name = unit
	}
	if name == "" {
		return ""
	}
	shown := Escape(name)
	if strings.HasPrefix(strings.TrimLeft(shown, " "), "::") {
		shown = "./" + shown // GitHub Actions would run a line that starts with ::
	}
	if place.File != nil {
		at := place.File.Position(place.Span.Start)
		shown += fmt.Sprintf(":%d:%d", at.Line, at.Column)
	}
	url := ""
	if t.style && place.ReportPath() != "" {
		url = fileURL(t.opts.absolute(name))
	}
	return t.paint(bold, t.link(url, shown)) + ": "
}

func (t *text) snippet(place lint.Place, color string) {
	if place.File == nil {
		return
	}
	s := newSnippet(place.File, place.Span, t.width)
	if s.line == "" {
		t.line(t.paint(dim, s.gutter))
	} else {
		t.line(t.paint(dim, s.gutter), " ", s.line)
	}
	below := s.carets
	if s.more != "" {
		below += " " + s.more
	}
	t.line(t.paint(dim, s.blank), " ", s.indent, t.paint(color, below))
}

func (t *text) note(label, content string) {
	t.line("  ", t.paint(bold, label+":"), " ", Escape(content))
}

// Summary writes one line: what was found, in how much, and what is not shown.
func Summary(w io.Writer, result *lint.Result) error {
	s := result.Summary
	var found []string
	for _, n := range []struct {
		count int
		noun  string
	}{{s.ErrorCount, "error"}, {s.WarningCount, "warning"}, {s.InfoCount, "info"}} {
		if n.count > 0 {
			found = append(found, Counted(n.count, n.noun))
		}
	}
	line := "no findings"
	if len(found) > 0 {
		line = fmt.Sprintf("%s (%s)", Counted(len(result.Findings), "finding"), strings.Join(found, ", "))
	}
	line += fmt.Sprintf(" in %s (%s)", Counted(s.Units, "unit"), Counted(s.Files, "file"))
	var more []string
	for _, n := range []struct {
		count int
		what  string
	}{{s.Fixed, "fixed"}, {s.IgnoredCount, "suppressed"}, {s.BaselineCount, "in the baseline"}, {s.HiddenStrict, "more with --strict"}} {
		if n.count > 0 {
			more = append(more, fmt.Sprintf("%d %s", n.count, n.what))
		}
	}
	if len(more) > 0 {
		line += "; " + strings.Join(more, ", ")
	}
	_, err := fmt.Fprintln(w, line)
	return err
}

// Counted returns a number and a noun, whose plural is given if it is not regular.
func Counted(n int, noun string, plural ...string) string {
	switch {
	case n == 1:
		return "1 " + noun
	case len(plural) > 0:
		return fmt.Sprintf("%d %s", n, plural[0])
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
