package dependency

import (
	"cmp"
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/graph"
	"github.com/unitvet/unitvet/lint/transaction"
	"github.com/unitvet/unitvet/lint/unit"
)

//go:embed ordering_cycle.md
var orderingCyclePage string

// OrderingCycle finds cycles in the order of the jobs that one start brings
// together (transaction_verify_order in src/core/transaction.c).
var OrderingCycle = &lint.Rule{
	ID:       "ordering-cycle",
	Summary:  "units that are to start after each other in a circle",
	Category: "dependency",
	Severity: lint.Error,
	Since:    "0.1.0",
	Page:     orderingCyclePage,
	CheckSet: orderingCycle,
}

func orderingCycle(p *lint.SetPass) {
	for _, cycle := range p.Set.Transactions().Cycles() {
		c := cycleReport{Cycle: &cycle, set: p.Set, shows: p.Shows}
		if c.ofOneUnit() {
			continue // ConflictingDependency's
		}
		if finding, ok := c.finding(); ok {
			p.Report(finding)
		}
	}
}

// cycleReport makes a finding of a cycle.
type cycleReport struct {
	*transaction.Cycle
	set   *lint.Set
	shows func(path string) bool
}

// ofOneUnit reports whether one unit names another one both in After= and in
// Before=.
func (c *cycleReport) ofOneUnit() bool {
	if len(c.Steps) != 2 {
		return false
	}
	a, b := &c.Steps[0].Edge, &c.Steps[1].Edge
	return a.Named() && b.Named() && a.Unit == b.Unit && a.Unit != nil &&
		a.Ref.Setting.Section == "Unit" && b.Ref.Setting.Section == "Unit"
}

func (c *cycleReport) finding() (lint.Finding, bool) {
	first := c.first()
	if first < 0 {
		return lint.Finding{}, false
	}
	steps := slices.Concat(c.Steps[first:], c.Steps[:first])
	cut := (c.Cut - first + len(steps)) % len(steps)
	place, _ := c.placeOf(&steps[0].Edge)
	finding := lint.Finding{
		Place:   place,
		Unit:    steps[0].Edge.Unit.ID,
		Message: fmt.Sprintf("ordering cycle: %s: %s", walk(steps), c.effect()),
		Help:    c.help(&steps[cut]),
		Fixes:   c.fixes(&steps[cut]),
	}
	if c.Stopping() || c.Latent() {
		finding.Severity = lint.Warning
	}
	for i := range steps {
		place, ok := c.placeOf(&steps[i].Edge)
		if !ok { // what systemd's own units say has no place here
			last := &finding.Evidence[len(finding.Evidence)-1]
			last.Message += "; " + c.why(&steps[i])
			continue
		}
		finding.Evidence = append(finding.Evidence, lint.Related{Place: place, Message: c.why(&steps[i])})
	}
	start := c.Boot
	if start == nil || len(start.Disabled) > 0 && !c.onceEnabledAlone() {
		start = c.Alone
	}
	if start != nil {
		for i := range start.Brings {
			e := &start.Brings[i]
			if byDefault := e.Implicit != "" && e.Cause == nil; byDefault && !slices.Contains(c.Units, e.From) {
				continue // any other unit would have done
			}
			if place, ok := c.placeOf(e); ok {
				finding.Evidence = append(finding.Evidence, lint.Related{Place: place, Message: brings(e)})
			}
		}
	}
	return finding, true
}

// onceEnabledAlone reports whether units must be enabled for anything to go wrong.
// What the machine has started anyway, a start by hand leaves as it is.
func (c *cycleReport) onceEnabledAlone() bool {
	return c.Latent() || c.Boot != nil && len(c.Boot.Disabled) > 0 && len(c.Running) > 0
}

// first returns the step to begin with: the one to give up, or else that with the
// smallest place, of those in files that findings are shown for, those that a file
// names first; -1 if there is none.
func (c *cycleReport) first() int {
	if place, ok := c.placeOf(&c.Steps[c.Cut].Edge); ok && c.shows(place.ReportPath()) {
		return c.Cut
	}
	best := -1
	var at lint.Place
	for i := range c.Steps {
		place, ok := c.placeOf(&c.Steps[i].Edge)
		if !ok || !c.shows(place.ReportPath()) {
			continue
		}
		named := c.Steps[i].Edge.Named()
		if best >= 0 && !named && c.Steps[best].Edge.Named() {
			continue
		}
		if best < 0 || named && !c.Steps[best].Edge.Named() || comparePlaces(place, at) < 0 {
			best, at = i, place
		}
	}
	return best
}

func comparePlaces(a, b lint.Place) int {
	return cmp.Or(strings.Compare(a.ReportPath(), b.ReportPath()), cmp.Compare(a.Span.Start, b.Span.Start))
}

// placeOf returns the place of an edge: the name, the setting that it follows
// from, the link, or else the top of the unit's file. It returns false for edges
// of units that the set does not have.
func (c *cycleReport) placeOf(e *graph.Edge) (lint.Place, bool) {
	switch {
	case e.Unit == nil || c.set.Graph.IsBase(e.Unit) && e.Cause == nil:
		return lint.Place{}, false
	case e.Named():
		return lint.AtWord(e.Ref.Setting, e.Ref.At), true
	case e.Cause != nil:
		return lint.AtValue(*e.Cause), true
	case e.Link != nil:
		return lint.Place{Path: e.Link.Path}, true
	}
	return top(e.Unit), true
}

// top returns the place of the first section header of a unit's file.
func top(u *unit.Unit) lint.Place {
	for _, part := range u.Parts() {
		for _, section := range part.Sections {
			if section.Header != nil {
				name := section.Header.Name.Whole()
				name.Start--
				name.End++
				return lint.At(part, name)
			}
		}
	}
	return lint.Place{Path: u.Path}
}

// longWalk is from how many units on a message leaves some out.
const longWalk = 5

// walk tells the units of a cycle in the order in which they would run.
func walk(steps []transaction.Step) string {
	var parts []string
	for i := range steps {
		parts = append(parts, steps[i].From)
	}
	if n := len(parts); n > longWalk {
		parts = []string{parts[0], parts[1], fmt.Sprintf("%d others", n-3), parts[n-1]}
	}
	return strings.Join(append(parts, steps[0].From), " before ")
}

// effect says what comes of the cycle.
func (c *cycleReport) effect() string {
	boot, alone := c.Boot, c.Alone
	switch {
	case c.Stopping():
		down := "the machine goes down"
		if c.set.Graph.Scope() == unit.ScopeUser {
			down = "the user logs out"
		}
		return "nothing starts all of them together, but when " + down + " with all of them up, systemd does not stop one of them in time and kills it at the very end (\"Job …/stop deleted to break ordering cycle\")"
	case boot != nil && len(boot.Disabled) == 0:
		return c.atBoot(boot) + c.also(alone)
	case alone != nil && len(alone.Disabled) == 0 && len(c.Running) == 0:
		text := c.byHand(alone)
		switch {
		case boot == nil:
		case len(boot.Dropped) > 0 && slices.Equal(boot.Dropped, alone.Dropped):
			text += "; so it is " + c.boot() + " " + strings.TrimSuffix(c.onceEnabled(boot), ", ")
		case len(boot.Dropped) > 0 && len(alone.Dropped) > 0:
			text += "; " + c.onceEnabled(boot) + c.boot() + " it leaves out " + c.whom(boot)
		default:
			text += "; " + c.onceEnabled(boot) + c.atBoot(boot)
		}
		return text
	case boot != nil:
		return c.onceEnabled(boot) + c.atBoot(boot)
	case len(alone.Disabled) > 0:
		return c.onceEnabled(alone) + c.byHand(alone)
	}
	return c.byHand(alone) + ", unless " + list(c.Running, "and") + " " + isAre(c.Running) + " up already"
}

// also adds what becomes of a start by hand, where that is worse than the boot.
func (c *cycleReport) also(alone *transaction.Start) string {
	if alone == nil || len(alone.Disabled) > 0 || len(alone.Dropped) > 0 || len(c.Boot.Dropped) == 0 {
		return ""
	}
	return ", and refuses to start " + alone.Anchor + " while the others are down"
}

// boot says when the manager starts what is enabled.
func (c *cycleReport) boot() string {
	if c.set.Graph.Scope() == unit.ScopeUser {
		return "at login"
	}
	return "at boot"
}

func (c *cycleReport) atBoot(s *transaction.Start) string {
	if len(s.Dropped) == 0 {
		return c.boot() + " systemd cannot start " + s.Anchor + ", which needs each of them (\"Transaction order is cyclic\")"
	}
	return c.boot() + " systemd leaves out " + c.dropped(s)
}

func (c *cycleReport) byHand(s *transaction.Start) string {
	if len(s.Dropped) == 0 {
		return "systemd refuses to start " + s.Anchor + " (\"Transaction order is cyclic\")"
	}
	return "systemd starts " + s.Anchor + " without " + c.dropped(s)
}

// dropped says which job is deleted, and what systemd says about that.
func (c *cycleReport) dropped(s *transaction.Start) string {
	job := "…"
	if len(s.Dropped) == 1 {
		job = s.Dropped[0]
	}
	return fmt.Sprintf("%s (\"Job %s/start deleted to break ordering cycle\")", c.whom(s), job)
}

// whom says which units may be left out. A job that is deleted takes those with it
// that it matters to (transaction_delete_unit).
func (c *cycleReport) whom(s *transaction.Start) string {
	whom := list(s.Dropped, "or")
	if len(s.Dropped) == len(c.Units) {
		whom = "one of them"
	}
	for i := range s.Brings {
		if e := &s.Brings[i]; e.Kind.Requirement() && slices.Contains(s.Dropped, e.To) {
			return whom + " and what requires it"
		}
	}
	return whom
}

func (c *cycleReport) onceEnabled(s *transaction.Start) string {
	if len(s.Disabled) > 1 && len(s.Disabled) == len(c.Units) {
		return "once all of them are enabled, "
	}
	return "once " + list(s.Disabled, "and") + " " + isAre(s.Disabled) + " enabled, "
}

func isAre(names []string) string {
	if len(names) == 1 {
		return "is"
	}
	return "are"
}

// list joins names; of many it names the first ones.
func list(names []string, conjunction string) string {
	switch n := len(names); {
	case n == 1:
		return names[0]
	case n > longWalk:
		return fmt.Sprintf("%s %s %d others", strings.Join(names[:3], ", "), conjunction, n-3)
	default:
		return strings.Join(names[:n-1], ", ") + " " + conjunction + " " + names[n-1]
	}
}

// why says what puts one unit before another.
func (c *cycleReport) why(step *transaction.Step) string {
	e := &step.Edge
	switch {
	case e.Unit == nil:
		return step.From + " runs before " + step.To
	case c.set.Graph.IsBase(e.Unit) && e.Cause == nil:
		return fmt.Sprintf("%s runs before %s, as systemd ships them", step.From, step.To)
	case e.Install:
		return fmt.Sprintf("once it is enabled, %s runs before %s: %s", step.From, step.To, e.Implicit)
	case e.Implicit != "":
		return fmt.Sprintf("%s runs before %s: %s", step.From, step.To, e.Implicit)
	case e.Kind == graph.After:
		return fmt.Sprintf("%s says After=%s, so %s runs first", e.From, e.Ref.Text(), step.From)
	}
	return fmt.Sprintf("%s says Before=%s", e.From, e.Ref.Text())
}

// brings says how one unit brings another along.
func brings(e *graph.Edge) string {
	text := fmt.Sprintf("%s brings %s along: ", e.From, e.To)
	switch {
	case e.Install:
		text += "once it is enabled, by " + e.Ref.Setting.Key().String() + "="
	case e.Implicit != "":
		text += e.Implicit
	case e.Link != nil:
		text += "by the link in ." + e.Link.Suffix + "/"
	default:
		text += e.Kind.String() + "="
	}
	return text
}

// fixes takes the order out that costs the least, if it stands in a file that
// findings are shown for and nothing else needs it: what requires a unit is to start
// after it.
func (c *cycleReport) fixes(step *transaction.Step) []lint.Fix {
	e := &step.Edge
	if !e.Named() || e.Install || e.Ref.Setting.Section != "Unit" || !c.shows(e.Ref.Setting.Part.Source.Path) {
		return nil
	}
	if later := c.set.Graph.Lookup(step.To); later != nil {
		for other := range c.set.Graph.Of(later) {
			if other.Kind.Requirement() && c.set.Graph.Lookup(other.To) == c.set.Graph.Lookup(step.From) {
				return nil
			}
		}
	}
	fix := removeWord(e.Ref, false)
	fix.Title = fmt.Sprintf("remove %s=%s from %s", e.Ref.Setting.Key(), e.Ref.Text(), e.Unit.Name)
	return []lint.Fix{fix}
}

// help says which edge to give up.
func (c *cycleReport) help(step *transaction.Step) string {
	e := &step.Edge
	help := ""
	setting, named := transaction.Place(e)
	at := ""
	if named {
		at = fmt.Sprintf(" (%s:%d)", setting.Part.Source.Path, setting.Part.Source.Position(setting.Span().Start).Line)
	}
	switch {
	case e.Named() && !e.Install:
		help = fmt.Sprintf("the order that costs least to give up is %s=%s of %s%s", e.Ref.Setting.Key().String(), e.Ref.Text(), e.From, at)
	case e.Install, e.Cause != nil:
		help = fmt.Sprintf("the order that costs least to give up is the one that comes with %s=%s of %s%s",
			setting.Key().String(), setting.Value().String(), e.Unit.Name, at)
	default:
		help = fmt.Sprintf("the order that costs least to give up is that of %s before %s; DefaultDependencies=no in %s takes it away",
			step.From, step.To, e.Unit.Name)
	}
	for i := range c.Steps {
		d := &c.Steps[i].Edge
		early := d.To == "sysinit.target" || d.To == "basic.target"
		if early && d.Implicit != "" && (d.Unit == e.Unit || d.From == step.From && !c.set.Graph.IsBase(d.Unit)) && d != e && e.Named() {
			help += fmt.Sprintf("; if %s has to run that early, give it DefaultDependencies=no, Conflicts=shutdown.target and Before=shutdown.target instead", d.From)
			break
		}
	}
	for i := range c.Steps {
		d := &c.Steps[i]
		if d.To == "local-fs.target" && strings.HasSuffix(d.From, ".mount") && d.Edge.Implicit != "" && !c.set.Graph.IsBase(d.Edge.Unit) {
			// mount_add_default_ordering_dependencies in src/core/mount.c
			help += fmt.Sprintf("; or add nofail to Options= of %s: then local-fs.target does not wait for it", d.From)
			break
		}
	}
	return help
}
