package transaction

import (
	"cmp"
	"slices"

	"github.com/unitvet/unitvet/lint/graph"
	"github.com/unitvet/unitvet/lint/unit"
)

// Cycle is a cycle in the order of the jobs that one start brings together.
type Cycle struct {
	// Units in the order in which they would run: each before the next one, and the
	// last before the first.
	Units []string
	// Steps say why: Steps[i] is about Units[i] and the one after it.
	Steps []Step
	// Cut is the step that costs the least to give up.
	Cut int
	// Boot is what happens when the machine boots; nil if that does not start all of
	// the units.
	Boot *Start
	// Alone is what happens when a single unit is started that brings all of the
	// others along; nil if there is none. Where Boot and Alone are both nil, nothing
	// starts the units together, but the machine stops them together when it goes
	// down.
	Alone *Start
	// Running are the units of the cycle that the machine has started anyway once it
	// is up. A start by hand leaves them as they are.
	Running []string
}

// Start is a start that runs into a cycle.
type Start struct {
	// Anchor is the unit that is started.
	Anchor string
	// Disabled are the units that must first be enabled; empty if the start goes
	// wrong as things are.
	Disabled []string
	// Dropped are the units of the cycle whose jobs systemd may delete to break it.
	// Where there are none, the start fails.
	Dropped []string
	// Brings are the dependencies by which the units of the cycle come to be started,
	// the last one of the way from the anchor for each.
	Brings []graph.Edge
}

// Latent reports whether it takes an [Install] section that is not in force yet
// for the units to be started together.
func (c *Cycle) Latent() bool {
	return !c.Stopping() && (c.Boot == nil || len(c.Boot.Disabled) > 0) && (c.Alone == nil || len(c.Alone.Disabled) > 0)
}

// Stopping reports whether the units are only ever stopped together.
func (c *Cycle) Stopping() bool { return c.Boot == nil && c.Alone == nil }

// Step is an order between two units.
type Step struct {
	// From runs before To.
	From, To string
	// Edge is the dependency that says so.
	Edge graph.Edge
}

// Cycles returns the cycles among the jobs of each start that is possible: the
// boot, as things are enabled and as they may be, and every unit by itself. Each
// fault is returned once, as its shortest cycle, with the start that matters
// most. After each one the cheapest of its edges is taken out, so what follows is
// there whichever way the others are mended.
func (m *Manager) Cycles() []Cycle {
	found := components(int32(len(m.names)), m.successors)
	if len(found) == 0 {
		return nil // no start can go wrong
	}
	s := search{m: m, cut: map[pair]bool{}, position: make([]int32, len(m.names)), looks: enough}
	s.inBoot = s.boot(false)
	s.inBootEnabled = s.boot(true)
	for _, component := range found {
		s.component(component)
	}
	return s.cycles
}

// successors returns what runs after a unit.
func (m *Manager) successors(id int32) []int32 {
	arcs := m.order.of(id)
	next := make([]int32, len(arcs))
	for i, a := range arcs {
		next[i] = a.to()
	}
	return next
}

type pair struct{ from, to int32 }

// search is one run of Cycles.
type search struct {
	m        *Manager
	cycles   []Cycle
	cut      map[pair]bool // orders that were taken out
	position []int32       // scratch: place in a list, plus one

	inBoot, inBootEnabled map[int32]bool

	graph *subgraph // that is searched
	looks int       // how much more of large graphs cyclesWithout may look at
	large []reached
}

// boot returns what the start of default.target brings along.
func (s *search) boot(withInstall bool) map[int32]bool {
	id, ok := s.m.lookup(defaultStart)
	if !ok || s.m.gone[id] {
		return nil
	}
	jobs := map[int32]bool{}
	for _, job := range s.m.jobs(id, withInstall) {
		jobs[job] = true
	}
	return jobs
}

// jobs returns the units that the start of one queues jobs for, Conflicts= aside,
// in the order in which they are met.
func (m *Manager) jobs(anchor int32, withInstall bool) []int32 {
	m.stamp++
	m.visit(anchor)
	found := []int32{anchor}
	var looked []int32 // have a job that only looks
	for i := 0; i < len(found); i++ {
		for _, a := range m.pulls.of(found[i]) {
			to := a.to()
			switch {
			case a.has(enabled) && !withInstall || m.gone[to]:
			case a.has(verify):
				looked = append(looked, to)
			case m.visit(to):
				found = append(found, to)
			}
		}
	}
	for _, id := range looked {
		if m.visit(id) {
			found = append(found, id)
		}
	}
	return found
}

// component looks for cycles in a component of the graph of orders, in one start
// after another.
func (s *search) component(nodes []int32) {
	for _, withInstall := range []bool{false, true} {
		jobs := s.inBoot
		if withInstall {
			jobs = s.inBootEnabled
		}
		members := slices.DeleteFunc(slices.Clone(nodes), func(id int32) bool { return !jobs[id] })
		s.find(members, withInstall, func(ids []int32) int { return s.starting(ids, noNode, withInstall) })
		for _, group := range s.groups(nodes, withInstall) {
			s.find(group.members, withInstall, func(ids []int32) int { return s.starting(ids, group.root, withInstall) })
		}
	}
	s.stopping(nodes)
}

// starting notes a cycle among the jobs of a start, and returns the step that is
// cut. root is a unit that brings all of them along, or noNode if the boot does.
func (s *search) starting(ids []int32, root int32, withInstall bool) int {
	c := s.describe(ids)
	if c.Cut < 0 {
		return 0
	}
	outside := func(jobs map[int32]bool) bool {
		return slices.ContainsFunc(ids, func(id int32) bool { return !jobs[id] })
	}
	boot, _ := s.m.lookup(defaultStart)
	switch {
	case !outside(s.inBoot) && !s.takesInstall(c.Steps):
		c.Boot = s.start(ids, boot, false)
	case !outside(s.inBootEnabled):
		c.Boot = s.start(ids, boot, true)
	}
	if anchor := s.anchor(ids, root, withInstall); anchor != noNode {
		c.Alone = s.start(ids, anchor, withInstall)
	}
	for _, start := range []*Start{c.Boot, c.Alone} {
		for _, step := range c.Steps {
			if name := s.m.enables(&step.Edge); start != nil && name != "" && !slices.Contains(start.Disabled, name) {
				start.Disabled = append(start.Disabled, name)
			}
		}
	}
	for _, id := range ids {
		if s.inBoot[id] {
			c.Running = append(c.Running, s.m.names[id])
		}
	}
	return s.note(c, ids)
}

// start returns what becomes of the start of a unit that runs into a cycle.
func (s *search) start(ids []int32, anchor int32, withInstall bool) *Start {
	start := &Start{Anchor: s.m.names[anchor]}
	matters, by := s.reach(anchor, withInstall)
	for _, id := range ids {
		if !matters[id] {
			start.Dropped = append(start.Dropped, s.m.names[id])
		}
	}
	for _, id := range ids {
		from, ok := by[id]
		if !ok || id == anchor {
			continue
		}
		start.Brings = append(start.Brings, s.m.pull(from, id, withInstall))
		for ; from != noNode; id, from = from, by[from] {
			if name := s.m.names[id]; s.m.onlyEnabled(from, id) && !slices.Contains(start.Disabled, name) {
				start.Disabled = append(start.Disabled, name)
			}
		}
	}
	slices.Sort(start.Disabled)
	return start
}

// reached is what the start of a unit needs and brings along.
type reached struct {
	anchor      int32
	withInstall bool
	matters     map[int32]bool
	by          map[int32]int32
}

// many is from how many units on what a start brings along is kept at hand.
const many = 1000

// reach returns the units that matter to the start of one, and what brings each
// unit along. What large starts bring along is worked out once.
func (s *search) reach(anchor int32, withInstall bool) (matters map[int32]bool, by map[int32]int32) {
	for _, known := range s.large {
		if known.anchor == anchor && known.withInstall == withInstall {
			return known.matters, known.by
		}
	}
	matters, by = s.m.mattering(anchor, withInstall), s.m.pullers(anchor, withInstall)
	if len(by) >= many && len(s.large) < 4 {
		s.large = append(s.large, reached{anchor, withInstall, matters, by})
	}
	return matters, by
}

// takesInstall reports whether one of the orders depends on a unit being enabled.
func (s *search) takesInstall(steps []Step) bool {
	return slices.ContainsFunc(steps, func(step Step) bool { return s.m.enables(&step.Edge) != "" })
}

// enables returns the unit that must be enabled for an edge to be there, "" if it is
// there as things are.
func (m *Manager) enables(e *graph.Edge) string {
	switch {
	case e.Install:
		return e.To
	case m.isAlias(e.To):
		return m.aliases[e.To]
	}
	return ""
}

// onlyEnabled reports whether a unit brings another one along only once that is
// enabled.
func (m *Manager) onlyEnabled(from, to int32) bool {
	for _, a := range m.pulls.of(from) {
		if a.to() == to && !a.has(enabled) {
			return false
		}
	}
	return true
}

// stopping looks for cycles among units that the machine stops together when it
// goes down.
func (s *search) stopping(nodes []int32) {
	down, ok := s.m.lookup(shutdown)
	if !ok {
		return
	}
	members := slices.DeleteFunc(slices.Clone(nodes), func(id int32) bool {
		return !s.m.conflict(id, down) || !s.mayBeUp(id)
	})
	s.find(members, false, func(ids []int32) int {
		c := s.describe(ids)
		if c.Cut < 0 {
			return 0
		}
		return s.note(c, ids)
	})
}

// mayBeUp reports whether a unit can be expected to run when the machine goes
// down. Packages bring units along that only ever run in the initrd.
func (s *search) mayBeUp(id int32) bool {
	u := s.m.units[id]
	switch {
	case s.m.gone[id]:
		return false
	case u != nil && u.Name.Type == "service" && isOver(u):
		return false
	case s.inBootEnabled[id]:
		return true
	case u == nil || s.m.Graph.IsBase(u):
		return false
	case !isShipped(u):
		return true
	}
	return slices.ContainsFunc(s.m.triggeredBy.of(id), func(a arc) bool { return s.inBootEnabled[a.to()] })
}

// isOver reports whether a service is down again as soon as it has done its work.
func isOver(u *unit.Unit) bool {
	kind := u.Value("Service", "Type")
	oneshot := kind == "oneshot" || kind == "" && u.Value("Service", "ExecStart") == "" && u.Value("Service", "BusName") == ""
	return oneshot && !u.Bool("Service", "RemainAfterExit", false)
}

// note keeps a cycle and cuts it. It returns the step that is cut.
func (s *search) note(c Cycle, ids []int32) int {
	s.cut[pair{ids[c.Cut], ids[(c.Cut+1)%len(ids)]}] = true
	s.cycles = append(s.cycles, c)
	return c.Cut
}

// mattering returns the units whose jobs matter to the anchor of a start: it
// fails without them (transaction_find_jobs_that_matter_to_anchor).
func (m *Manager) mattering(anchor int32, withInstall bool) map[int32]bool {
	found := map[int32]bool{anchor: true}
	queue := []int32{anchor}
	var looked []int32 // have a job that only looks, which brings nothing along
	for i := 0; i < len(queue); i++ {
		for _, a := range m.pulls.of(queue[i]) {
			to := a.to()
			switch {
			case !a.has(strong) || a.has(enabled) && !withInstall || m.gone[to]:
			case a.has(verify):
				looked = append(looked, to)
			case !found[to]:
				found[to] = true
				queue = append(queue, to)
			}
		}
	}
	for _, id := range looked {
		found[id] = true
	}
	return found
}

// find calls report for cycles among some units, all of which have jobs, until
// none is left. report returns the edge to take out, by its start.
func (s *search) find(members []int32, withInstall bool, report func([]int32) int) {
	if len(members) < 2 {
		return
	}
	g := s.subgraph(members, withInstall)
	s.graph, g.report = g, report
	for again := true; again; {
		again = false
		g.prune()
		for _, nodes := range components(int32(len(members)), g.of) {
			again = g.search(nodes) || again
		}
	}
}

// subgraph is the order of some units, as numbers of their own.
type subgraph struct {
	s       *search
	members []int32   // in ascending order
	out     [][]int32 // by place in members
	report  func([]int32) int

	removed map[pair]bool // arcs that are gone from out, or to be passed over there
	dirty   []bool        // has arcs to be passed over
	inside  []bool        // is part of the component that is looked at
	size    int           // units and orders of that component

	parent []int32 // scratch of shortest
	seen   []int32
	back   []int32
	turns  int32
}

// few is how many units are looked up pair by pair: some of them may have a
// hundred thousand neighbours.
const few = 32

func (s *search) subgraph(members []int32, withInstall bool) *subgraph {
	n := len(members)
	g := &subgraph{
		s: s, members: members, out: make([][]int32, n), removed: map[pair]bool{}, dirty: make([]bool, n), inside: make([]bool, n),
		parent: make([]int32, n), seen: make([]int32, n), back: make([]int32, n),
	}
	add := func(i int, a arc) {
		to := a.to()
		if j := s.position[to]; j > 0 && (withInstall || !a.has(enabled)) && !s.cut[pair{members[i], to}] {
			if n := len(g.out[i]); n == 0 || g.out[i][n-1] != j-1 {
				g.out[i] = append(g.out[i], j-1)
			}
		}
	}
	for i, id := range members {
		s.position[id] = int32(i) + 1
	}
	for i, id := range members {
		arcs := s.m.order.of(id)
		if len(members) > few {
			for _, a := range arcs {
				add(i, a)
			}
			continue
		}
		for _, to := range members {
			at, _ := slices.BinarySearch(arcs, newArc(to, 0))
			for ; at < len(arcs) && arcs[at].to() == to; at++ {
				add(i, arcs[at])
			}
		}
	}
	for _, id := range members {
		s.position[id] = 0
	}
	return g
}

func (g *subgraph) of(i int32) []int32 { return g.out[i] }

// remove takes an arc out. It stays in the list of its node, which may be long,
// until prune.
func (g *subgraph) remove(i, j int32) {
	g.removed[pair{i, j}] = true
	g.dirty[i] = true
}

// gone reports whether an arc was taken out.
func (g *subgraph) gone(i, j int32) bool { return g.dirty[i] && g.removed[pair{i, j}] }

// prune drops the arcs that were taken out.
func (g *subgraph) prune() {
	for i := range g.out {
		if g.dirty[i] {
			g.dirty[i] = false
			g.out[i] = slices.DeleteFunc(g.out[i], func(j int32) bool { return g.removed[pair{int32(i), j}] })
		}
	}
}

// fewEnough is up to how many units the shortest cycle of all is looked for.
const fewEnough = 300

// enough is how many units and orders of large graphs are looked at to find out which
// order is best given up. What is left in cycles by then is very many faults.
const enough = 50_000_000

// cyclesWithout returns how many units of the component that is looked at would
// still be part of cycles without one of the orders of a cycle; 0 in large graphs,
// once that was asked often enough. Of two units it matters only to them.
func (g *subgraph) cyclesWithout(from, to int32, length int) int {
	if len(g.members) > fewEnough {
		if length == 2 || g.s.looks < 0 {
			return 0
		}
		g.s.looks -= len(g.members) + g.size
	}
	i, _ := slices.BinarySearch(g.members, from)
	j, _ := slices.BinarySearch(g.members, to)
	left := 0
	for _, nodes := range components(int32(len(g.members)), func(k int32) []int32 {
		switch {
		case !g.inside[k]:
			return nil
		case k != int32(i) && !g.dirty[k]:
			return g.out[k]
		}
		return slices.DeleteFunc(slices.Clone(g.out[k]), func(l int32) bool {
			return k == int32(i) && l == int32(j) || g.gone(k, l)
		})
	}) {
		left += len(nodes)
	}
	return left
}

// search reports cycles in a component: the shortest ones first, or, where there
// are many units, those of two of them, and then for each unit, those with few
// neighbours first, the shortest one through it. It returns whether it gave up to
// have the components worked out anew.
func (g *subgraph) search(nodes []int32) (again bool) {
	arcs := 0
	for _, i := range nodes {
		g.inside[i] = true
		arcs += len(g.out[i])
	}
	g.size = len(nodes) + arcs
	defer func() {
		for _, i := range nodes {
			g.inside[i] = false
		}
	}()
	into := make(map[int32][]int32, len(nodes))
	for _, i := range nodes {
		for _, j := range g.out[i] {
			if g.inside[j] {
				into[j] = append(into[j], i)
			}
		}
	}
	order := slices.Clone(nodes)
	slices.SortStableFunc(order, func(a, b int32) int { return cmp.Compare(len(g.out[a])+len(into[a]), len(g.out[b])+len(into[b])) })
	for len(nodes) <= fewEnough { // the shortest of all first
		var best []int32
		for _, i := range nodes {
			limit := len(nodes)
			if best != nil {
				limit = len(best) - 1
			}
			if cycle, _ := g.shortest(i, limit, into[i]); cycle != nil {
				best = cycle
			}
		}
		if best == nil {
			return false
		}
		g.take(best)
	}
	for _, limit := range []int{2, len(nodes)} {
		wasted := 0
		for _, i := range order {
			for {
				cycle, looked := g.shortest(i, limit, into[i])
				if cycle == nil {
					wasted += looked
					break
				}
				g.take(cycle)
			}
			if limit == 2 {
				continue
			}
			g.inside[i] = false // no cycle through it is left
			if wasted > arcs {
				return true
			}
		}
	}
	return false
}

// take reports a cycle, unless Conflicts= keeps two of its units from having
// start jobs side by side. Either way an edge of it is gone afterwards.
func (g *subgraph) take(cycle []int32) {
	ids := make([]int32, len(cycle))
	for i, j := range cycle {
		ids[i] = g.members[j]
	}
	cut := 0
	if !g.s.apart(ids) {
		cut = g.report(ids)
	}
	g.remove(cycle[cut], cycle[(cut+1)%len(cycle)])
}

// apart reports whether two of some units have Conflicts= between them. Of two
// such jobs that are queued for one start, one is to stop its unit.
func (s *search) apart(ids []int32) bool {
	for i, a := range ids {
		for _, b := range ids[:i] {
			if s.m.conflict(a, b) {
				return true
			}
		}
	}
	return false
}

// shortest returns the shortest cycle through a node, of at most limit nodes, and
// how many arcs it looked at. into are the nodes that lead to the node.
func (g *subgraph) shortest(start int32, limit int, into []int32) (cycle []int32, looked int) {
	g.turns++
	leads := false
	for _, i := range into {
		if g.inside[i] && !g.gone(i, start) {
			g.back[i], leads = g.turns, true
		}
	}
	if !leads || !g.inside[start] {
		return nil, 0
	}
	g.seen[start], g.parent[start] = g.turns, noNode
	level := []int32{start}
	for depth := 2; depth <= limit && len(level) > 0; depth++ {
		var next []int32
		for _, i := range level {
			for _, j := range g.out[i] {
				looked++
				if !g.inside[j] || g.seen[j] == g.turns || g.gone(i, j) {
					continue
				}
				g.seen[j], g.parent[j] = g.turns, i
				if g.back[j] == g.turns {
					for ; j != noNode; j = g.parent[j] {
						cycle = append(cycle, j)
					}
					slices.Reverse(cycle)
					return cycle, looked
				}
				next = append(next, j)
			}
		}
		level = next
	}
	return nil, looked
}
