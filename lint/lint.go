package lint

import (
	"cmp"
	"context"
	"fmt"
	"path"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/unitvet/unitvet/lint/baseline"
	"github.com/unitvet/unitvet/lint/graph"
	"github.com/unitvet/unitvet/lint/host"
	"github.com/unitvet/unitvet/lint/host/shipped"
	"github.com/unitvet/unitvet/lint/program/startup"
	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/unit"
)

// Options say what a run looks at and with which rules.
type Options struct {
	// Rules that may run.
	Rules []*Rule
	// Select are the IDs of the rules that run, strict ones included; empty means
	// all rules of the default tier. Ignore are the IDs of rules that do not.
	Select, Ignore []string
	// Strict shows the findings of strict rules, too.
	Strict bool
	// Systemd is the release of systemd that the units are for; 0 means that of the
	// root, or the newest one that is known.
	Systemd int
	// Distributions are those whose packages a unit of a checkout may rely on; 0
	// means any that is known.
	Distributions shipped.Distributions
	// Map says which directories of the host are which of this machine; empty means
	// that it is inferred from the paths that the units name.
	Map []host.Mapping
	// Holes are directories of the host that the mapped ones do not hold.
	Holes []string
	// Facts were captured on the host; nil if there are none.
	Facts *host.Facts
	// Jobs is how many units are looked at side by side; 0 means one per processor.
	Jobs int
	// KnownUnits are names, or globs of them, that exist where the units are deployed.
	KnownUnits []string
	// Level says what becomes of the findings of a rule in a file, by its path in
	// reports; nil leaves them all as they are.
	Level func(rule *Rule, file string) Level
	// Exclude reports whether nothing is to be said about a file; nil says no.
	Exclude func(file string) bool
	// NoIgnores shows findings that comments silence.
	NoIgnores bool
	// Baseline are findings that are known and not shown; nil if there are none.
	// Paths in it are relative to BaselineDir, an absolute directory.
	Baseline    *baseline.File
	BaselineDir string
	Input
}

// Level is what becomes of a finding.
type Level struct {
	// Off drops it.
	Off bool
	// Severity replaces its own, and shows it even if its rule is strict; 0 leaves
	// it.
	Severity Severity
	// Allow are globs of what the rule leaves alone; see Finding.About.
	Allow []string
}

// drops reports whether a finding is dropped.
func (l *Level) drops(f *Finding) bool {
	return l.Off || f.About != "" && slices.ContainsFunc(l.Allow, func(glob string) bool {
		ok, err := path.Match(glob, f.About)
		return ok && err == nil
	})
}

// run is one call of Run.
type run struct {
	opts      Options
	sets      []*Set
	result    *Result
	checkouts checkouts
	// python are the files that programs in Python consist of.
	python  startup.Files
	ignores map[string][]*Ignore // by path in reports
	matched []bool               // entries of the baseline
}

func newRun(opts Options, rules []*Rule) *run {
	return &run{opts: opts, result: &Result{Rules: rules}, checkouts: checkouts{
		trees: map[*source.Tree]bool{}, indexes: map[*source.Tree]*index{},
	}}
}

// Run loads what the options name and runs the rules. It returns an error only
// for options that make no sense; everything else is in the result.
func Run(ctx context.Context, opts Options) (*Result, error) {
	rules, err := chosen(opts)
	if err != nil {
		return nil, err
	}
	if opts.Jobs < 1 {
		opts.Jobs = runtime.GOMAXPROCS(0)
	}
	r := newRun(opts, rules)
	if opts.Baseline != nil {
		r.result.HasBaseline = true
		r.matched = make([]bool, len(opts.Baseline.Entries))
	}
	if err := r.load(); err != nil {
		return nil, err
	}
	for _, set := range r.sets {
		if err := r.check(ctx, set, rules); err != nil {
			return nil, err
		}
	}
	r.finish()
	return r.result, nil
}

// Load loads what the options name without running rules. Errors and notes are
// in the result.
func Load(opts Options) ([]*Set, *Result, error) {
	r := newRun(opts, nil)
	err := r.load()
	for _, set := range r.sets {
		set.Graph = graph.Build(set.Set)
	}
	return r.sets, r.result, err
}

// shows reports whether the findings of a rule that runs are shown.
func (o *Options) shows(rule *Rule) bool {
	return rule.Tier == Default || o.Strict || slices.Contains(o.Select, rule.ID)
}

// mayShow reports whether the findings of a rule may be shown; all others are only
// counted.
func (o *Options) mayShow(rule *Rule) bool { return o.Level != nil || o.shows(rule) }

// chosen returns the rules that run, ordered by ID. Strict rules run even when
// their findings are not shown, so that a run can say how many there are.
func chosen(opts Options) ([]*Rule, error) {
	known := map[string]bool{}
	for _, rule := range opts.Rules {
		known[rule.ID] = true
	}
	for _, id := range slices.Concat(opts.Select, opts.Ignore) {
		if !known[id] {
			return nil, UnknownRuleError{ID: id}
		}
	}
	var rules []*Rule
	for _, rule := range opts.Rules {
		if len(opts.Select) > 0 && !slices.Contains(opts.Select, rule.ID) || slices.Contains(opts.Ignore, rule.ID) {
			continue
		}
		rules = append(rules, rule)
	}
	slices.SortFunc(rules, func(a, b *Rule) int { return cmp.Compare(a.ID, b.ID) })
	return rules, nil
}

// UnknownRuleError says that a rule was asked for that does not exist.
type UnknownRuleError struct{ ID string }

// Error names the rule.
func (e UnknownRuleError) Error() string { return fmt.Sprintf("unknown rule %q", e.ID) }

// task is what some of the checks of a set came to.
type task struct {
	findings []Finding
	problems []Problem
}

// strip frees what is not needed of findings that are only counted: there may be many
// of them, and all are kept until they are in order.
func (r *run) strip(findings []Finding) {
	for i := range findings {
		f := &findings[i]
		if r.opts.mayShow(f.Rule) {
			continue
		}
		f.Help, f.Result, f.Fixes = "", "", nil
		if len(r.ignores) == 0 { // see silence
			f.Related, f.Evidence = nil, nil
		}
	}
}

// check runs the rules over one set.
func (r *run) check(ctx context.Context, set *Set, rules []*Rule) error {
	set.Graph = graph.Build(set.Set)
	files := set.files()
	units := append(set.units(), set.quadlets()...)
	r.count(files)
	r.readIgnores(set)

	// Each task has a place of its own, so the order of results does not depend on who
	// is first.
	var tasks []*task
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(r.opts.Jobs)
	each := func(n int, check func(i int, t *task)) {
		const chunk = 64 // files or units at a time: less to schedule
		for from := 0; from < n; from += chunk {
			t := &task{}
			tasks = append(tasks, t)
			group.Go(func() error {
				for i := from; i < min(from+chunk, n); i++ {
					check(i, t)
				}
				r.strip(t.findings)
				return ctx.Err()
			})
		}
	}
	each(len(files), func(i int, t *task) {
		p := &FilePass{pass: pass{Set: set, findings: t.findings}, Part: files[i].part, Unit: files[i].unit, Memo: &Memo{}}
		for _, p.rule = range rules {
			if check := p.rule.CheckFile; check != nil {
				guard(p.rule, p.Part.Source.Path, &t.problems, func() { check(p) })
			}
		}
		t.findings = p.findings
	})
	each(len(units), func(i int, t *task) {
		p := &UnitPass{pass: pass{Set: set, findings: t.findings}, Unit: units[i], Memo: &Memo{}}
		name := p.Unit.ID
		for _, p.rule = range rules {
			if check := p.rule.CheckUnit; check != nil && (p.Unit.Quadlet == "" || p.rule.Quadlets) {
				guard(p.rule, name, &t.problems, func() { check(p) })
			}
		}
		t.findings = p.findings
	})
	for _, rule := range rules {
		if rule.CheckSet == nil {
			continue
		}
		t := &task{}
		tasks = append(tasks, t)
		group.Go(func() error {
			p := &SetPass{pass{Set: set, rule: rule}}
			guard(rule, set.Name, &t.problems, func() { rule.CheckSet(p) })
			t.findings = p.findings
			r.strip(t.findings)
			return ctx.Err()
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	found := len(r.result.Findings)
	for _, t := range tasks {
		found += len(t.findings)
	}
	r.result.Findings = slices.Grow(r.result.Findings, found-len(r.result.Findings))
	for _, t := range tasks {
		r.result.Findings = append(r.result.Findings, t.findings...)
		r.result.Errors = append(r.result.Errors, t.problems...)
	}
	return nil
}

// finish silences, sorts, drops what was found twice, hides what was not asked
// for and counts.
func (r *run) finish() {
	result := r.result
	r.python.Skipped.Range(func(file, why any) bool {
		result.Notes = append(result.Notes, Problem{Path: file.(string), Text: why.(string)}) //nolint:forcetypeassert // nothing else is stored
		return true
	})
	result.Findings = r.level(result.Findings)
	r.silence(result.Findings)
	result.Findings = slices.DeleteFunc(result.Findings, func(f Finding) bool { return !result.focus.has(f.ReportPath()) })
	result.Findings = r.settle(result.Findings)
	r.aftermath()
	slices.SortStableFunc(result.Findings, inOrder)
	shown := result.Findings[:0]
	for _, f := range result.Findings {
		switch {
		case !f.shown && !r.opts.shows(f.Rule):
			result.HiddenStrict++
			continue
		case f.Suppression != nil:
			if f.Suppression.Baseline {
				result.BaselineCount++
			} else {
				result.IgnoredCount++
			}
			result.Suppressed = append(result.Suppressed, f)
			continue
		}
		switch f.Severity {
		case Error:
			result.ErrorCount++
		case Warning:
			result.WarningCount++
		case Info:
			result.InfoCount++
		}
		shown = append(shown, f)
	}
	clear(result.Findings[len(shown):])
	result.Findings = shown
	for _, problems := range [][]Problem{result.Errors, result.Notes} {
		slices.SortStableFunc(problems, func(a, b Problem) int {
			return cmp.Or(strings.Compare(a.Path, b.Path), strings.Compare(a.Text, b.Text))
		})
	}
	result.Errors = slices.Compact(result.Errors)
	result.Notes = slices.Compact(result.Notes)
}

// level applies what the options say about rules in files.
func (r *run) level(findings []Finding) []Finding {
	if r.opts.Level == nil {
		return findings
	}
	kept := findings[:0]
	for _, f := range findings {
		level := r.opts.Level(f.Rule, f.ReportPath())
		if level.drops(&f) {
			continue
		}
		if level.Severity != 0 {
			f.Severity, f.shown = level.Severity, true
		}
		kept = append(kept, f)
	}
	return kept
}

// settle puts findings in order, drops those found twice and marks what the
// baseline has.
func (r *run) settle(findings []Finding) []Finding {
	slices.SortStableFunc(findings, inOrder)
	// The same fault of a template is found in each of its instances, and that of a
	// drop-in in each of its units. Silenced ones come last among equals.
	findings = slices.CompactFunc(findings, func(a, b Finding) bool {
		return a.Rule == b.Rule && a.ReportPath() == b.ReportPath() && a.Span == b.Span && a.Message == b.Message
	})
	r.markKnown(findings)
	return findings
}

// inOrder is the order of findings in a result.
func inOrder(a, b Finding) int {
	silenced := func(f Finding) int {
		if f.Suppression != nil {
			return 1
		}
		return 0
	}
	return cmp.Or(
		strings.Compare(a.ReportPath(), b.ReportPath()),
		cmp.Compare(a.Span.Start, b.Span.Start),
		cmp.Compare(a.Span.End, b.Span.End),
		strings.Compare(a.Rule.ID, b.Rule.ID),
		strings.Compare(a.Message, b.Message),
		cmp.Compare(silenced(a), silenced(b)),
		strings.Compare(a.Unit, b.Unit),
	)
}

// partOf is a file and the first unit it belongs to.
type partOf struct {
	part *unit.Part
	unit *unit.Unit
}

// files returns the files of a set that are in focus, each once.
func (s *Set) files() []partOf {
	var files []partOf
	seen := map[*unit.Part]bool{}
	for _, u := range slices.Concat(s.Units, s.Quadlets) {
		for _, part := range u.Parts() {
			if seen[part] || !s.focus.has(part.Source.Path) {
				continue
			}
			seen[part] = true
			owner := u
			if u.Template != nil && part == u.Template.Fragment {
				owner = u.Template
			}
			files = append(files, partOf{part, owner})
		}
	}
	return files
}

// InFocus returns the units in focus: those that unit rules look at.
func (s *Set) InFocus() []*unit.Unit { return s.units() }

// units returns the units that unit rules look at.
func (s *Set) units() []*unit.Unit {
	var units []*unit.Unit
	for _, u := range s.Units {
		if u.Template != nil && slices.Equal(u.DropIns, u.Template.DropIns) && slices.Equal(u.Links, u.Template.Links) {
			continue // says what its template says
		}
		if s.inFocus(u) {
			units = append(units, u)
		}
	}
	return units
}

// quadlets returns the services made by podman's generator that unit rules look at.
func (s *Set) quadlets() []*unit.Unit {
	return slices.DeleteFunc(slices.Clone(s.Quadlets), func(u *unit.Unit) bool {
		return !s.inFocus(u) || u.Template != nil && slices.Equal(u.DropIns, u.Template.DropIns)
	})
}

// inFocus reports whether findings about a unit may be shown: one of its files
// is in focus.
func (s *Set) inFocus(u *unit.Unit) bool {
	if s.focus.all || u.Path != "" && s.focus.has(u.Path) {
		return true
	}
	for _, part := range u.DropIns {
		if s.focus.has(part.Source.Path) {
			return true
		}
	}
	for _, link := range u.Links {
		if s.focus.has(link.Path) {
			return true
		}
	}
	return false
}

// count adds a set to the summary.
func (r *run) count(files []partOf) {
	if len(files) > 0 {
		r.result.Sets++
	}
	r.result.Files += len(files)
	seen := map[*unit.Unit]bool{}
	for _, f := range files {
		u := f.unit
		if u.Template != nil {
			u = u.Template
		}
		if !seen[u] {
			seen[u] = true
			r.result.Units++
		}
	}
}
