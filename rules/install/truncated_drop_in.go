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
	t := truncationOf(p)
	if t == nil {
		return
	}
	var names []string
	for _, assignment := range t.lost {
		if name := assignment.Key().String() + "="; !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if len(names) > 4 {
		names = append(names[:3], "…")
	}
	f := lint.Finding{
		Place: lint.Place{File: p.Part.Source, Span: p.Part.Source.LineSpan(p.Part.Source.Line(t.at.Span().Start))},
		Message: fmt.Sprintf("systemd cannot read this %s= (%s) and stops reading the drop-in: %s of the lines below never take effect, and %s is loaded without them",
			t.at.Key(), t.problem.Text, strings.Join(names, ", "), p.Unit.Name),
		Help:    "correct the line",
		Related: []lint.Related{{Place: lint.At(p.Part, t.lost[0].Key().Whole()), Message: "the first line that is lost"}},
	}
	if t.problem.Expected != "" {
		f.Help = "write " + t.problem.Expected
	}
	p.Report(f)
}

// truncation is where systemd stops reading a drop-in, and what it does not read.
type truncation struct {
	at      *syntax.Assignment
	problem *value.Problem
	lost    []*syntax.Assignment
}

// truncationKey is what the truncation of a file is remembered under.
type truncationKey struct{}

// truncationOf returns where systemd stops reading a drop-in; nil if it does not, or
// loses nothing by it, or stops at a line that is no assignment: the rules about these
// say what is lost.
func truncationOf(p *lint.FilePass) *truncation {
	return lint.Once(p.Memo, truncationKey{}, func() *truncation {
		if !p.Part.IsDropIn() {
			return nil
		}
		var t truncation
		for section, assignment := range p.Part.Assignments() {
			switch {
			case t.at != nil && directive.KnownSection(section.Name()):
				t.lost = append(t.lost, assignment)
			case t.at == nil && assignment.Span().Start >= p.Part.End:
				return nil
			case t.at == nil:
				if problem := refused(p, section.Name(), assignment); problem != nil {
					t.at, t.problem = assignment, problem
				}
			}
		}
		if len(t.lost) == 0 {
			return nil
		}
		return &t
	})
}

// Truncates reports whether an assignment is told as the one at which systemd stops
// reading a drop-in.
func Truncates(p *lint.FilePass, a *syntax.Assignment) bool {
	t := truncationOf(p)
	return t != nil && t.at == a
}

// refused returns what makes systemd stop at an assignment: its value is one of the
// few that keep a unit from being loaded. It returns nil if nothing does.
func refused(p *lint.FilePass, section string, a *syntax.Assignment) *value.Problem {
	d, ok := directive.Lookup(section, a.Key().String())
	switch {
	case !ok || !directive.HasSection(p.Unit.Name.Type, section):
		return nil
	case d.OnInvalid == directive.InvalidNotLoaded:
	case d.OnInvalid == directive.InvalidNotLoadedUnlessDash && !strings.HasPrefix(a.Value().String(), "-"):
	default:
		return nil
	}
	problems := value.Check(d, a.Value().String(), p.Unit.Context(value.FullTable), p.Set.Release)
	for _, problem := range problems {
		if problem.Effect == value.Refuses || problem.Effect == value.Unstated {
			return problem
		}
	}
	return nil
}
