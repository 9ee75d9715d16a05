package install

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/directive"
	"github.com/unitvet/unitvet/lint/syntax"
	"github.com/unitvet/unitvet/lint/value"
)

//go:embed truncated_drop_in.md
var truncatedDropInPage string

// TruncatedDropIn finds drop-ins that systemd reads only in part. The unit is
// loaded without the rest, since load_dropin does not look at what the parser
// returns (src/core/load-dropin.c).
var TruncatedDropIn = &lint.Rule{
	ID:        "truncated-drop-in",
	Summary:   "a value in a drop-in at which systemd stops reading: what follows is lost",
	Category:  "install",
	Severity:  lint.Error,
	Since:     "0.1.0",
	Page:      truncatedDropInPage,
	CheckFile: truncatedDropIn,
}

func truncatedDropIn(p *lint.FilePass) {
	part := p.Part
	if !part.IsDropIn() {
		return
	}
	end, key := part.End, ""
	for section, assignment := range part.Assignments() {
		if assignment.Span().Start >= end {
			break
		}
		if refused(p, section.Name(), assignment) {
			end, key = assignment.Span().Start, assignment.Key().String()
			break
		}
	}
	if key == "" {
		return // the rules about lines that end a file say what is lost
	}
	var lost []*syntax.Assignment
	for section, assignment := range part.Assignments() {
		if assignment.Span().Start > end && directive.KnownSection(section.Name()) {
			lost = append(lost, assignment)
		}
	}
	if len(lost) == 0 {
		return
	}
	var names []string
	for _, assignment := range lost {
		if name := assignment.Key().String() + "="; !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if len(names) > 4 {
		names = append(names[:3], "…")
	}
	line := part.Source.LineSpan(part.Source.Line(end))
	p.Report(lint.Finding{
		Place:   lint.Place{File: part.Source, Span: line},
		Message: fmt.Sprintf("systemd cannot read this %s= and stops reading the drop-in: %s of the lines below never take effect, and %s is loaded without them", key, strings.Join(names, ", "), p.Unit.Name),
		Help:    "correct the line",
		Related: []lint.Related{{Place: lint.At(part, lost[0].Key().Whole()), Message: "the first line that is lost"}},
	})
}

// refused reports whether an assignment makes systemd stop: its value is one of
// the few that keep a unit from being loaded.
func refused(p *lint.FilePass, section string, a *syntax.Assignment) bool {
	d, ok := directive.Lookup(section, a.Key().String())
	switch {
	case !ok || !directive.HasSection(p.Unit.Name.Type, section):
		return false
	case d.OnInvalid == directive.InvalidNotLoaded:
	case d.OnInvalid == directive.InvalidNotLoadedUnlessDash && !strings.HasPrefix(a.Value().String(), "-"):
	default:
		return false
	}
	problems := value.Check(d, a.Value().String(), p.Unit.Context(value.FullTable), p.Set.Release)
	return slices.ContainsFunc(problems, func(problem *value.Problem) bool {
		return problem.Effect == value.Refuses || problem.Effect == value.Unstated
	})
}
