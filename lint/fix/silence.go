package fix

import (
	"context"
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/suppress"
	"github.com/unitvet/unitvet/lint/syntax"
)

// Silence works out the comments that silence all findings there are, each with
// the same reason, which may be empty.
func Silence(ctx context.Context, opts lint.Options, reason string) (*Plan, error) {
	w := newWork(ctx, opts)
	w.find = func(now *version) []candidate { return w.comments(now, reason) }
	return w.plan()
}

// comments returns the comments that silence what is found: one for each line, or
// for a file as a whole.
func (w *work) comments(now *version, reason string) []candidate {
	var round []candidate
	files := map[*source.File]*syntax.File{}
	places := map[lint.Place]int{} // index in round, by file and start
	rules := map[int][]string{}
	for i := range now.shown.Findings {
		f := &now.shown.Findings[i]
		c := candidate{finding: identity(f), path: f.ReportPath(), title: "silence " + f.Rule.ID}
		c.id = c.finding
		if w.refused[c.id] {
			continue
		}
		place := f.Place
		if place.File == nil {
			place = lint.Place{File: now.shown.FileAt(c.path)}
		}
		if place.File == nil || place.File.Text == "" {
			w.refuse(c, "there is no line that a comment could stand above; a baseline takes it")
			continue
		}
		parsed, ok := files[place.File]
		if !ok {
			parsed = syntax.Parse(place.File)
			files[place.File] = parsed
		}
		node, found := target(parsed, place)
		if !found {
			w.refuse(c, "no comment can stand above this line")
			continue
		}
		at := lint.Place{File: place.File, Span: node}
		if j, ok := places[at]; ok {
			round[j].more = append(round[j].more, c.finding)
			if !slices.Contains(rules[j], f.Rule.ID) {
				rules[j] = append(rules[j], f.Rule.ID)
				e, _ := w.edit(now, comment(parsed, at, rules[j], reason))
				round[j].edits = []edit{e}
			}
			continue
		}
		e, why := w.edit(now, comment(parsed, at, []string{f.Rule.ID}, reason))
		if why != "" {
			w.refuse(c, why)
			continue
		}
		c.edits = []edit{e}
		if slices.ContainsFunc(round, c.touches) {
			continue // in the next round
		}
		places[at] = len(round)
		rules[len(round)] = []string{f.Rule.ID}
		round = append(round, c)
	}
	return round
}

// target returns the line that a comment has to cover: that of an assignment, a
// header or what is neither; of a whole file the empty span at its start.
func target(file *syntax.File, place lint.Place) (source.Span, bool) {
	if place.Span == (source.Span{}) {
		return source.Span{}, true
	}
	for node := range file.Nodes() {
		if !node.Span().Contains(place.Span.Start) {
			continue
		}
		switch node.(type) {
		case *syntax.Assignment, *syntax.Header, *syntax.Bad:
			return node.Span(), true
		}
		return source.Span{}, false
	}
	return source.Span{}, false
}

// comment returns the edit that silences rules at a place: in the comment that is
// there, or in a new one.
func comment(file *syntax.File, at lint.Place, rules []string, reason string) *lint.Edit {
	wholeFile := at.Span == source.Span{}
	comments := suppress.Parse(file)
	for i := range comments {
		c := &comments[i]
		if c.Fault != "" || c.WholeFile != wholeFile || !wholeFile && c.Covers.Start != at.Span.Start {
			continue
		}
		end := c.Rules[len(c.Rules)-1].Span.End
		return &lint.Edit{Place: lint.Place{File: at.File, Span: source.Span{Start: end, End: end}}, Text: ", " + strings.Join(rules, ", ")}
	}
	text := at.File.Text
	eol := "\n"
	if i := strings.IndexByte(text, '\n'); i > 0 && text[i-1] == '\r' {
		eol = "\r\n"
	}
	word := "ignore"
	if wholeFile {
		word = "ignore-file"
	}
	line := "# unitvet: " + word + "[" + strings.Join(rules, ", ") + "]"
	if reason != "" {
		line += " " + reason
	}
	return &lint.Edit{Place: lint.Place{File: at.File, Span: source.Span{Start: at.Span.Start, End: at.Span.Start}}, Text: line + eol}
}
