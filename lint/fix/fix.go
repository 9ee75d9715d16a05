// Package fix works out what the fixes of findings make of the files, and writes
// it. Working out is pure: fixes are applied in rounds to texts in memory, and
// after each round everything is parsed and linted again. A fix that does not
// resolve its finding, or that brings another one, is dropped.
package fix

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/syntax"
)

// maxRounds bounds how often fixes may build on each other.
const maxRounds = 100

// Options say which fixes are applied.
type Options struct {
	// Unsafe applies fixes that may change what a unit does, too.
	Unsafe bool
	// Only are the IDs of the rules whose findings are fixed; empty means all that
	// run.
	Only []string
}

// Plan is what fixes make of the files.
type Plan struct {
	// Before is the result without fixes, After what is left.
	Before, After *lint.Result
	// Changes are the files that differ, by path.
	Changes []Change
	// Fixed is how many findings are resolved by a fix of their own.
	Fixed int
	// Notes say which fixes were wanted and not applied.
	Notes []lint.Problem
}

// Change is what becomes of one file.
type Change struct {
	// Path is the file in reports.
	Path string
	file
	Before, After state
}

// Work applies fixes until no more are left.
func Work(ctx context.Context, opts lint.Options, want Options) (*Plan, error) {
	w := newWork(ctx, opts)
	w.want, w.find = want, w.candidates
	return w.plan()
}

func newWork(ctx context.Context, opts lint.Options) *work {
	w := &work{ctx: ctx, narrow: opts, opts: opts, refused: map[string]bool{}, refusals: map[string][]lint.Problem{}, originals: map[file]original{}}
	// All rules judge what fixes do, not only those that were selected.
	w.opts.Select = nil
	w.opts.Strict = opts.Strict || len(opts.Select) > 0
	return w
}

// plan goes round after round.
func (w *work) plan() (*Plan, error) {
	now, err := w.lint(nil)
	if err != nil {
		return nil, err
	}
	before := now
	for range maxRounds {
		round := w.find(now)
		if len(round) == 0 {
			break
		}
		if now, err = w.try(now, round); err != nil {
			return nil, err
		}
	}
	return &Plan{Before: before.shown, After: now.shown, Changes: w.changes(now.files), Fixed: w.fixed, Notes: w.unfixed(now.shown)}, nil
}

// work is a plan in the making.
type work struct {
	ctx    context.Context
	narrow lint.Options // the rules whose findings are shown
	opts   lint.Options // all rules
	want   Options
	find   func(now *version) []candidate // what is to be applied next

	fixed     int
	refused   map[string]bool           // fixes by identity
	refusals  map[string][]lint.Problem // why, by the finding's identity
	originals map[file]original
}

// original is a file as it was read.
type original struct {
	path string
	state
}

// version is what the files say after some fixes, and what rules say to that:
// those that are shown, and all of them.
type version struct {
	files       map[file]state
	shown, wide *lint.Result
	counts
}

func (w *work) lint(files map[file]state) (*version, error) {
	run := func(opts lint.Options) (*lint.Result, error) {
		opts.Overlay = overlay(files)
		return lint.Run(w.ctx, opts)
	}
	wide, err := run(w.opts)
	if err != nil {
		return nil, err
	}
	shown := wide
	if len(w.narrow.Select) > 0 {
		if shown, err = run(w.narrow); err != nil {
			return nil, err
		}
	}
	return &version{files, shown, wide, w.count(shown, wide)}, nil
}

func overlay(files map[file]state) map[string]lint.Draft {
	drafts := make(map[string]lint.Draft, len(files))
	for f, state := range files {
		drafts[f.osPath()] = lint.Draft{Text: state.Text, Mode: state.Mode}
	}
	return drafts
}

// candidate is a fix of a finding that can be applied.
type candidate struct {
	id      string   // of the fix
	finding string   // identity of the finding
	more    []string // identities of others that go with it
	path    string
	title   string
	edits   []edit
}

// candidates returns fixes that do not touch each other: of each finding the
// first one that may be applied.
func (w *work) candidates(now *version) []candidate {
	var round []candidate
	for i := range now.shown.Findings {
		f := &now.shown.Findings[i]
		if !w.wants(f) {
			continue
		}
		for j := range f.Fixes {
			fix := &f.Fixes[j]
			c := candidate{finding: identity(f), path: f.ReportPath(), title: fix.Title}
			c.id = c.finding + "\x00" + fix.Title
			if !fix.Safe && !w.want.Unsafe || len(fix.Edits) == 0 || w.refused[c.id] {
				continue
			}
			edits, why := w.resolve(now, fix)
			if why != "" {
				w.refuse(c, why)
				continue
			}
			c.edits = edits
			if !slices.ContainsFunc(round, c.touches) {
				round = append(round, c)
			}
			break // another one, if at all, in the next round
		}
	}
	return round
}

// wants reports whether a finding is to be fixed.
func (w *work) wants(f *lint.Finding) bool {
	return len(w.want.Only) == 0 || slices.Contains(w.want.Only, f.Rule.ID)
}

// visible reports whether the user is shown findings of a rule, or would be
// without a selection.
func (w *work) visible(f *lint.Finding) bool {
	return f.Rule.Tier != lint.Strict || w.narrow.Strict || slices.Contains(w.narrow.Select, f.Rule.ID)
}

func (w *work) refuse(c candidate, why string) {
	w.refused[c.id] = true
	w.refusals[c.finding] = append(w.refusals[c.finding], lint.Problem{Path: c.path, Text: fmt.Sprintf("not applied: %s: %s", c.title, why)})
}

// identity tells findings apart from one round to the next.
func identity(f *lint.Finding) string {
	return strings.Join([]string{f.Rule.ID, f.ReportPath(), f.Unit, f.Message}, "\x00")
}

// touches reports whether two fixes change the same place, or places side by
// side.
func (c candidate) touches(other candidate) bool {
	for _, a := range c.edits {
		for _, b := range other.edits {
			if a.file == b.file && a.span.Start <= b.span.End && b.span.Start <= a.span.End {
				return true
			}
		}
	}
	return false
}

// try applies fixes at once. Where the outcome is worse it tries each half, down
// to the one that is to blame.
func (w *work) try(now *version, round []candidate) (*version, error) {
	next, err := w.lint(w.apply(now.files, round))
	if err != nil {
		return nil, err
	}
	why := w.worse(now, next, round)
	switch {
	case why == "":
		for _, c := range round {
			w.fixed += 1 + len(c.more)
		}
		return next, nil
	case len(round) == 1:
		w.refuse(round[0], why)
		return now, nil
	}
	half := len(round) / 2
	first, err := w.try(now, round[:half])
	if err != nil {
		return nil, err
	}
	second := round[half:]
	if first != now {
		// Places have moved: find the fixes again.
		ids := map[string]bool{}
		for _, c := range second {
			ids[c.id] = true
		}
		second = slices.DeleteFunc(w.find(first), func(c candidate) bool { return !ids[c.id] })
		if len(second) == 0 {
			return first, nil
		}
	}
	return w.try(first, second)
}

// counts are what must not become more.
type counts struct {
	findings map[string]int // those shown, by identity
	rules    map[string]int // findings by path and rule
	problems map[string]int // inputs that could not be read, by path
}

func (w *work) count(shown, wide *lint.Result) counts {
	c := counts{map[string]int{}, map[string]int{}, map[string]int{}}
	for i := range shown.Findings {
		c.findings[identity(&shown.Findings[i])]++
	}
	for i := range wide.Findings {
		if f := &wide.Findings[i]; w.visible(f) {
			c.rules[f.ReportPath()+"\x00"+f.Rule.ID]++
		}
	}
	for _, problem := range wide.Errors {
		c.problems[problem.Path]++
	}
	return c
}

// worse says why a version is worse than the one before, "" if it is not: every
// fix has resolved its finding, and there is nothing new.
func (w *work) worse(before, after *version, round []candidate) string {
	for f, state := range after.files {
		if w.objects(f, before.files, state.Text) {
			return "systemd would object to the outcome"
		}
	}
	for key, n := range after.problems {
		if n > before.problems[key] {
			return "the file could not be read afterwards"
		}
	}
	for _, key := range slices.Sorted(maps.Keys(after.rules)) {
		if after.rules[key] > before.rules[key] {
			file, rule, _ := strings.Cut(key, "\x00")
			return fmt.Sprintf("it would bring a finding of %s in %s", rule, file)
		}
	}
	resolved := map[string]int{}
	for _, candidate := range round {
		resolved[candidate.finding]++
		for _, finding := range candidate.more {
			resolved[finding]++
		}
	}
	for key, n := range resolved {
		if after.findings[key] > before.findings[key]-n {
			return "the finding would still be there"
		}
	}
	return ""
}

// objects reports whether systemd objects to more in a text than in what the file
// said before.
func (w *work) objects(f file, before map[file]state, text string) bool {
	old, ok := before[f]
	if !ok {
		old = w.originals[f].state
	}
	if old.Text == text {
		return false
	}
	had := objections(old.Text)
	for kind, n := range objections(text) {
		if n > had[kind] {
			return true
		}
	}
	return false
}

// objections counts what systemd objects to in a text, by kind.
func objections(text string) map[syntax.ProblemKind]int {
	found := map[syntax.ProblemKind]int{}
	for _, problem := range syntax.Parse(source.NewFile("", text)).Problems() {
		found[problem.Kind]++
	}
	return found
}

// unfixed says which fixes were wanted and not applied, of the findings that are
// left.
func (w *work) unfixed(left *lint.Result) []lint.Problem {
	var notes []lint.Problem
	for i := range left.Findings {
		for _, note := range w.refusals[identity(&left.Findings[i])] {
			if !slices.Contains(notes, note) {
				notes = append(notes, note)
			}
		}
	}
	return notes
}

// changes returns what differs from the files as they were read.
func (w *work) changes(files map[file]state) []Change {
	var changes []Change
	for f, after := range files {
		before := w.originals[f]
		if after != before.state {
			changes = append(changes, Change{Path: before.path, file: f, Before: before.state, After: after})
		}
	}
	slices.SortFunc(changes, func(a, b Change) int { return strings.Compare(a.Path, b.Path) })
	return changes
}
