package report

import (
	"slices"
	"strconv"
	"strings"

	"github.com/unitvet/unitvet/lint"
)

// lines returns all of a finding for formats without structure, one line each:
// the message, related places, the chain of evidence, the result and the help.
func (o Options) lines(f *lint.Finding) []string {
	lines := messageLines(f)
	steps := make([]string, 0, len(f.Related)+len(f.Evidence))
	for _, step := range slices.Concat(f.Related, f.Evidence) {
		steps = append(steps, o.location(step.Place)+": "+Escape(step.Message))
	}
	return slices.Insert(lines, 1, steps...)
}

// messageLines returns what a finding says without its places: the message, the
// result and the help.
func messageLines(f *lint.Finding) []string {
	lines := []string{Escape(f.Message)}
	if f.Result != "" {
		lines = append(lines, "result: "+Escape(f.Result))
	}
	if f.Help != "" {
		for line := range strings.SplitSeq(strings.TrimSpace(f.Help), "\n") {
			lines = append(lines, "help: "+Escape(line))
		}
	}
	return lines
}

// location returns a place as path:line, the path relative to the repository.
func (o Options) location(p lint.Place) string {
	name, _ := o.inRepository(p.ReportPath())
	if p.File == nil {
		return Escape(name)
	}
	return Escape(name) + ":" + strconv.Itoa(p.File.Line(p.Span.Start))
}
