package lint

import (
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint/baseline"
	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/suppress"
)

// Ignore is a comment that silences findings, or means to, and what it did.
type Ignore struct {
	*suppress.Comment
	File *source.File
	// Unit is a unit that the file belongs to.
	Unit string

	used map[string]bool // by rule
}

// Used reports whether the comment has silenced a finding of a rule.
func (i *Ignore) Used(rule string) bool { return i.used[rule] }

// readIgnores collects the comments in all files of a set, of which those outside
// the focus may silence findings in it, too.
func (r *run) readIgnores(set *Set) {
	if r.opts.NoIgnores {
		return
	}
	for _, u := range set.Units {
		for _, part := range u.Parts() {
			file := part.Source
			if _, known := r.ignores[file.Path]; known || !strings.Contains(file.Text, "unitvet:") {
				continue
			}
			if r.ignores == nil {
				r.ignores = map[string][]*Ignore{}
			}
			comments := suppress.Parse(part.File)
			found := make([]*Ignore, len(comments))
			for i := range comments {
				found[i] = &Ignore{Comment: &comments[i], File: file, Unit: u.ID, used: map[string]bool{}}
			}
			r.ignores[file.Path] = found
		}
	}
}

// silence marks the findings that comments are about: at their own place, or where
// a value stands that they have to do with.
func (r *run) silence(findings []Finding) {
	if len(r.ignores) == 0 {
		return
	}
	for i := range findings {
		f := &findings[i]
		r.silenceAt(f, f.Place, true)
		for _, related := range [][]Related{f.Related, f.Evidence} {
			for j := range related {
				r.silenceAt(f, related[j].Place, false)
			}
		}
	}
}

func (r *run) silenceAt(f *Finding, place Place, own bool) {
	for _, ignore := range r.ignores[place.ReportPath()] {
		wholeFile := place.File == nil || place.Span == source.Span{}
		if ignore.WholeFile && !own || !ignore.Silences(f.Rule.ID, place.Span, wholeFile) {
			continue
		}
		ignore.used[f.Rule.ID] = true
		if f.Suppression == nil {
			f.Suppression = &Suppression{Reason: ignore.Reason}
		}
	}
}

// markKnown marks the findings that the baseline has.
func (r *run) markKnown(findings []Finding) {
	known := r.opts.Baseline
	if known == nil {
		return
	}
	prints := NewFingerprints()
	for i := range findings {
		f := &findings[i]
		entry, ok := known.Find(prints.Of(f, RelativePath(r.opts.BaselineDir, f.ReportPath())))
		if !ok {
			continue
		}
		r.matched[entry] = true
		if f.Suppression == nil {
			f.Suppression = &Suppression{Baseline: true}
		}
	}
}

// RelativePath returns a path in reports relative to an absolute directory, with
// forward slashes; one outside is absolute.
func RelativePath(dir, report string) string {
	absolute, err := filepath.Abs(filepath.FromSlash(report))
	if err != nil {
		return report
	}
	if inside, err := filepath.Rel(dir, absolute); err == nil && filepath.IsLocal(inside) {
		return filepath.ToSlash(inside)
	}
	return filepath.ToSlash(absolute)
}

// RunPass is a whole run, for a CheckRun.
type RunPass struct {
	// Ignores are the comments in focus, by path and place.
	Ignores []*Ignore

	run      *run
	rule     *Rule
	findings []Finding
}

// Report adds a finding. Severity and rule are filled in.
func (p *RunPass) Report(f Finding) {
	f.Rule = p.rule
	if f.Severity == 0 {
		f.Severity = p.rule.Severity
	}
	p.findings = append(p.findings, f)
}

// Rules returns the IDs of all rules there are.
func (p *RunPass) Rules() []string {
	ids := make([]string, len(p.run.opts.Rules))
	for i, rule := range p.run.opts.Rules {
		ids[i] = rule.ID
	}
	return ids
}

// Rooted reports whether the run is over the root directory of a system.
func (p *RunPass) Rooted() bool { return p.run.opts.Root != "" }

// HasFacts reports whether there are facts that were captured on the host.
func (p *RunPass) HasFacts() bool { return p.run.opts.Facts != nil }

// Category returns the family of a rule, "" if there is no such rule.
func (p *RunPass) Category(id string) string {
	for _, rule := range p.run.opts.Rules {
		if rule.ID == id {
			return rule.Category
		}
	}
	return ""
}

// Judged reports whether a rule has looked at all there is in a file: it ran, it is
// not one that looks at the run itself, and nothing was unreadable.
func (p *RunPass) Judged(id, file string) bool {
	return len(p.run.result.Errors) == 0 && slices.ContainsFunc(p.run.result.Rules, func(r *Rule) bool {
		return r.ID == id && r.CheckRun == nil && (p.run.opts.Level == nil || !p.run.opts.Level(r, file).Off)
	})
}

// Stale returns the file of the baseline and the entries of it whose finding is
// gone.
func (p *RunPass) Stale() (*source.File, []baseline.Entry) {
	if p.run.opts.Baseline == nil {
		return nil, nil
	}
	return p.run.opts.Baseline.Source, p.run.result.Stale
}

// stale finds the entries of the baseline that nothing was found for although it
// was looked for: the rule ran, and the file was asked for, or is gone from what
// was asked for.
func (r *run) stale() []baseline.Entry {
	known := r.opts.Baseline
	if known == nil || len(r.result.Errors) > 0 {
		return nil
	}
	var stale []baseline.Entry
	for i, entry := range known.Entries {
		rule := slices.IndexFunc(r.opts.Rules, func(rule *Rule) bool { return rule.ID == entry.Rule })
		judged := rule < 0 || slices.Contains(r.result.Rules, r.opts.Rules[rule]) && r.opts.Rules[rule].CheckRun == nil
		if judged && !r.matched[i] && r.asked(entry.Path) {
			stale = append(stale, entry)
		}
	}
	return stale
}

// asked reports whether a path of the baseline is among what was asked for.
func (r *run) asked(name string) bool {
	if !path.IsAbs(name) {
		name = path.Join(filepath.ToSlash(r.opts.BaselineDir), name)
	}
	paths := slices.Clone(r.opts.Paths)
	if len(paths) == 0 {
		for _, dirs := range r.opts.Joined {
			paths = append(paths, dirs...)
		}
	}
	switch {
	case r.opts.Root != "" && len(paths) == 0:
		paths = []string{r.opts.Root}
	case len(paths) == 0:
		paths = []string{"."}
	}
	return slices.ContainsFunc(paths, func(p string) bool {
		absolute, err := filepath.Abs(p)
		absolute = filepath.ToSlash(absolute)
		return err == nil && (name == absolute || strings.HasPrefix(name, strings.TrimSuffix(absolute, "/")+"/"))
	})
}

// aftermath runs the rules that look at what was found.
func (r *run) aftermath() {
	var ignores []*Ignore
	for file, found := range r.ignores {
		if r.result.focus.has(file) {
			ignores = append(ignores, found...)
		}
	}
	slices.SortFunc(ignores, func(a, b *Ignore) int {
		if a.File != b.File {
			return strings.Compare(a.File.Path, b.File.Path)
		}
		return a.Span.Start - b.Span.Start
	})
	r.result.Stale = r.stale()
	for _, rule := range r.result.Rules {
		if rule.CheckRun == nil {
			continue
		}
		p := &RunPass{Ignores: ignores, run: r, rule: rule}
		guard(rule, "", &r.result.Errors, func() { rule.CheckRun(p) })
		p.findings = r.level(p.findings)
		r.silence(p.findings)
		r.result.Findings = append(r.result.Findings, r.settle(p.findings)...)
	}
}
