package lint

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/unitvet/unitvet/lint/graph"
	"github.com/unitvet/unitvet/lint/host"
	"github.com/unitvet/unitvet/lint/program"
	"github.com/unitvet/unitvet/lint/program/startup"
	"github.com/unitvet/unitvet/lint/transaction"
	"github.com/unitvet/unitvet/lint/unit"
	"github.com/unitvet/unitvet/lint/value"
)

// Set is a set of units with everything that is known about it.
type Set struct {
	*unit.Set
	Graph *graph.Graph
	Host  *host.Host
	// Release is the release of systemd that the units are for.
	Release int

	run   *run
	focus focus

	// What was asked before is not looked up again.
	resolved    sync.Map // name to Resolution
	programs    sync.Map // unit to what it runs, of the units last asked for
	pythons     sync.Map // unit to the Python programs among it, likewise
	kept        atomic.Int64
	near        sync.Map // name to the nearest own name
	shared      sync.Map // see Shared
	aliasOnce   sync.Once
	aliasNames  map[string]bool
	managerOnce sync.Once
	manager     *transaction.Manager
	familyOnce  sync.Once
	ownNames    *value.Dictionary
	ownWords    map[string]bool
	ownFamilies map[family]*value.Dictionary // the rests of the own names, by what they share
}

// keptPrograms is how many units' programs are kept until they are forgotten, so that
// they do not fill the memory with very many units.
const keptPrograms = 2048

// Program returns what a unit of the set runs.
func (s *Set) Program(u *unit.Unit) *program.Unit {
	if known, ok := s.programs.Load(u); ok {
		return known.(*program.Unit) //nolint:forcetypeassert // nothing else is stored
	}
	if s.kept.Add(1)%keptPrograms == 0 {
		s.programs.Clear()
		s.pythons.Clear()
	}
	known, _ := s.programs.LoadOrStore(u, program.Of(u, s.Host))
	return known.(*program.Unit) //nolint:forcetypeassert // nothing else is stored
}

// Python follows the Python programs that a unit of the set runs.
func (s *Set) Python(u *unit.Unit) []*startup.Program {
	follow := sync.OnceValue(func() []*startup.Program { return startup.Of(s.Program(u), s.Host, &s.run.python) })
	known, _ := s.pythons.LoadOrStore(u, follow)
	return known.(func() []*startup.Program)() //nolint:forcetypeassert // nothing else is stored
}

// Transactions returns the set in the form that starts are worked out on.
func (s *Set) Transactions() *transaction.Manager {
	s.managerOnce.Do(func() { s.manager = transaction.New(s.Graph) })
	return s.manager
}

// pass is what every check can use.
type pass struct {
	Set  *Set
	rule *Rule

	findings []Finding
}

// Report adds a finding. Severity and rule are filled in; findings outside the
// focus are dropped, in the end also those that a comment in focus may silence.
func (p *pass) Report(f Finding) {
	inFocus := func(r Related) bool { return p.Set.focus.has(r.ReportPath()) }
	if !p.Set.focus.has(f.ReportPath()) && !slices.ContainsFunc(f.Related, inFocus) && !slices.ContainsFunc(f.Evidence, inFocus) {
		return
	}
	f.Rule = p.rule
	if f.Severity == 0 {
		f.Severity = p.rule.Severity
	}
	if !p.Shown() {
		f.Help, f.Result, f.Fixes = "", "", nil
	}
	p.findings = append(p.findings, f)
}

// Shows reports whether findings about a file are shown.
func (p *pass) Shows(path string) bool { return p.Set.focus.has(path) }

// Shown reports whether the rule's findings may be shown; otherwise they are only
// counted, and what is costly to say of them need not be worked out.
func (p *pass) Shown() bool { return p.Set.run.opts.mayShow(p.rule) }

// FilePass is one file of a set, for a CheckFile.
type FilePass struct {
	pass
	// Part is the file: a fragment or a drop-in.
	Part *unit.Part
	// Unit is a unit that the file belongs to: the first one, for a drop-in that
	// applies to several.
	Unit *unit.Unit
	// Memo is shared by the rules that look at the file.
	Memo *Memo
}

// Report adds a finding about the file's unit.
func (p *FilePass) Report(f Finding) {
	if f.Unit == "" {
		f.Unit = p.Unit.ID
	}
	p.pass.Report(f)
}

// UnitPass is one unit of a set, for a CheckUnit. Templates are handed in as
// they are; instances only where they have drop-ins that the template has not.
type UnitPass struct {
	pass
	Unit *unit.Unit
	// Memo is shared by the rules that look at the unit.
	Memo *Memo
}

// Report adds a finding about the unit.
func (p *UnitPass) Report(f Finding) {
	f.Unit = p.Unit.ID
	p.pass.Report(f)
}

// SetPass is a whole set, for a CheckSet.
type SetPass struct {
	pass
}

// guard runs a check and turns a panic into a problem that names rule and place.
func guard(rule *Rule, place string, problems *[]Problem, check func()) {
	defer func() {
		if reason := recover(); reason != nil {
			*problems = append(*problems, Problem{
				Path:     place,
				Text:     fmt.Sprintf("internal error: rule %s gave up: %v", rule.ID, reason),
				Internal: true,
			})
		}
	}()
	check()
}
