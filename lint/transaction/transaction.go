// Package transaction works out what one start brings together: the jobs that a
// manager queues for it, the order in which they run, and the cycles in that
// order (src/core/transaction.c).
package transaction

import (
	"slices"
	"strings"
	"sync"

	"github.com/unitvet/unitvet/lint/graph"
	"github.com/unitvet/unitvet/lint/unit"
)

// Manager is a graph of units in the form that transactions are computed on:
// units as numbers, in the order of their names.
type Manager struct {
	Graph *graph.Graph

	names []string
	units []*unit.Unit // nil where nothing is known of the unit
	gone  []bool       // systemd refuses to start it: masked, not found, not loaded
	ids   map[string]int32

	order       arcs // from what runs first to what runs after it
	pulls       arcs // from a unit to what its start job brings along
	pulledBy    arcs
	conflicts   arcs // both ways
	triggers    arcs // from what starts another unit later, by itself: timers, OnFailure=, …
	triggeredBy arcs

	aliases map[string]string // the names that units of a checkout get once they are enabled, to their own

	hubs map[int32]map[int32][]graph.Edge // of units with many edges, by the other one

	mark  []uint32 // scratch of walks
	stamp uint32

	walks sync.Pool // of *walk, for questions that are asked at the same time
}

// arcs are the arcs of a graph: those of node i are list[start[i]:start[i+1]].
type arcs struct {
	start []int32
	list  []arc
}

func (a *arcs) of(id int32) []arc { return a.list[a.start[id]:a.start[id+1]] }

// arc leads to a node, with flags in its lowest bits.
type arc uint32

const (
	flagBits         = 3
	enabled      arc = 1 // exists only once a unit is enabled
	strong       arc = 2 // Requires=, BindsTo=, Requisite=: matters to what pulls it in
	verify       arc = 4 // Requisite=: a job that only looks whether the unit is active
	flags            = enabled | strong | verify
	noNode           = int32(-1)
	defaultStart     = "default.target"
	shutdown         = "shutdown.target"
)

func (a arc) to() int32         { return int32(a >> flagBits) }
func (a arc) has(flag arc) bool { return a&flag != 0 }

func newArc(to int32, flag arc) arc { return arc(to)<<flagBits | flag }

// New prepares a graph for transactions.
func New(g *graph.Graph) *Manager {
	m := &Manager{Graph: g, ids: make(map[string]int32, len(g.Set.Units))}
	b := builder{m: m, skip: instantiated(g)}
	if !g.Set.Rooted { // there the links are there, or the unit is not enabled
		m.aliases = map[string]string{}
		for _, u := range g.Set.Units {
			for _, name := range u.InstallAliases() {
				m.aliases[name] = u.ID
			}
		}
	}
	for e := range g.All() {
		b.add(&e)
	}
	b.finish()
	return m
}

// instantiated returns the templates that the set has instances of. What they say
// is said by the instances.
func instantiated(g *graph.Graph) map[*unit.Unit]bool {
	templates := map[*unit.Unit]bool{}
	for _, u := range g.Set.Units {
		if u.Template != nil {
			templates[u.Template] = true
		}
	}
	return templates
}

// builder collects arcs.
type builder struct {
	m                       *Manager
	skip                    map[*unit.Unit]bool
	order, pulls, conflicts []edge
	triggers                []edge
}

type edge struct {
	from, to int32
	flags    arc
}

func (b *builder) add(e *graph.Edge) {
	if e.From == "" || e.To == "" || b.skip[e.Unit] || e.Unit.State == unit.BadSetting {
		return
	}
	from, to := b.m.node(e.From), b.m.node(e.To)
	if from == to {
		return // dropped by unit_add_dependency
	}
	flag := arc(0)
	if b.m.enables(e) != "" {
		flag = enabled
	}
	switch e.Kind {
	case graph.After:
		b.order = append(b.order, edge{to, from, flag})
	case graph.Before:
		if !strings.HasSuffix(e.To, ".device") { // ignored by unit_add_dependency
			b.order = append(b.order, edge{from, to, flag})
		}
	case graph.Requires, graph.BindsTo:
		b.pulls = append(b.pulls, edge{from, to, flag | strong})
	case graph.Requisite:
		b.pulls = append(b.pulls, edge{from, to, flag | strong | verify})
	case graph.Wants, graph.Upholds:
		b.pulls = append(b.pulls, edge{from, to, flag})
	case graph.Conflicts:
		b.conflicts = append(b.conflicts, edge{from, to, flag}, edge{to, from, flag})
	case graph.Triggers, graph.OnFailure, graph.OnSuccess:
		b.triggers = append(b.triggers, edge{from, to, flag})
	default: // pulls in nothing at start
	}
}

// node returns the number of a unit by any of its names.
func (m *Manager) node(name string) int32 {
	if id, ok := m.ids[name]; ok {
		return id
	}
	u := m.Graph.Lookup(name)
	if u == nil && m.isAlias(name) {
		u = m.Graph.Lookup(m.aliases[name])
	}
	if u != nil && u.ID != name {
		id := m.node(u.ID)
		m.ids[name] = id
		return id
	}
	id := int32(len(m.names))
	m.ids[name] = id
	m.names = append(m.names, name)
	m.units = append(m.units, u)
	m.gone = append(m.gone, m.refused(name, u))
	return id
}

// isAlias reports whether a name stands for a unit once that is enabled.
func (m *Manager) isAlias(name string) bool {
	_, ok := m.aliases[name]
	return ok && m.Graph.Lookup(name) == nil
}

// refused reports whether systemd is known not to start a unit. What a checkout
// does not have may be elsewhere.
func (m *Manager) refused(name string, u *unit.Unit) bool {
	switch {
	case u == nil:
		return m.Graph.Set.Rooted && !m.Graph.Loads(name)
	case u.State == unit.Masked || u.State == unit.BadSetting || u.State == unit.Error:
		return true
	}
	return m.Graph.Set.Rooted && u.State == unit.NotFound && !m.Graph.Loads(name)
}

// finish sorts the nodes by name and makes the arcs.
func (b *builder) finish() {
	m := b.m
	n := len(m.names)
	sorted := make([]int32, n)
	for i := range sorted {
		sorted[i] = int32(i)
	}
	slices.SortFunc(sorted, func(x, y int32) int { return strings.Compare(m.names[x], m.names[y]) })
	rank := make([]int32, n)
	names, units, gone := make([]string, n), make([]*unit.Unit, n), make([]bool, n)
	for to, from := range sorted {
		rank[from] = int32(to)
		names[to], units[to], gone[to] = m.names[from], m.units[from], m.gone[from]
	}
	m.names, m.units, m.gone = names, units, gone
	for name, id := range m.ids {
		m.ids[name] = rank[id]
	}
	for _, edges := range [][]edge{b.order, b.pulls, b.conflicts, b.triggers} {
		for i := range edges {
			edges[i].from, edges[i].to = rank[edges[i].from], rank[edges[i].to]
		}
	}
	m.order = makeArcs(b.order, n)
	m.pulls = makeArcs(b.pulls, n)
	m.conflicts = makeArcs(b.conflicts, n)
	m.triggers = makeArcs(b.triggers, n)
	m.triggeredBy = makeArcs(reversed(b.triggers), n)
	m.pulledBy = makeArcs(reversed(b.pulls), n)
	m.mark = make([]uint32, n)
}

// reversed turns edges around, in place.
func reversed(edges []edge) []edge {
	for i := range edges {
		edges[i].from, edges[i].to = edges[i].to, edges[i].from
	}
	return edges
}

// makeArcs sorts edges into arcs, each once.
func makeArcs(edges []edge, n int) arcs {
	count := make([]int32, n+1)
	for _, e := range edges {
		count[e.from+1]++
	}
	for i := range n {
		count[i+1] += count[i]
	}
	list := make([]arc, len(edges))
	next := slices.Clone(count)
	for _, e := range edges {
		list[next[e.from]] = newArc(e.to, e.flags)
		next[e.from]++
	}
	// Sort those of each node, and keep one of each.
	result := arcs{start: make([]int32, n+1), list: list[:0]}
	for i := range n {
		own := list[count[i]:count[i+1]]
		slices.Sort(own)
		for j, a := range own {
			if j == 0 || a != own[j-1] {
				result.list = append(result.list, a)
			}
		}
		result.start[i+1] = int32(len(result.list))
	}
	return result
}

// lookup returns the number of a unit by any of its names.
func (m *Manager) lookup(name string) (int32, bool) {
	if id, ok := m.ids[name]; ok {
		return id, true
	}
	if u := m.Graph.Lookup(name); u != nil {
		id, ok := m.ids[u.ID]
		return id, ok
	}
	return noNode, false
}

// conflict reports whether two units have Conflicts= between them.
func (m *Manager) conflict(a, b int32) bool {
	for _, c := range m.conflicts.of(a) {
		if c.to() == b {
			return true
		}
	}
	return false
}

// visit marks a node in the current walk. It returns false if that was done
// before.
func (m *Manager) visit(id int32) bool {
	if m.mark[id] == m.stamp {
		return false
	}
	m.mark[id] = m.stamp
	return true
}

// reach marks everything that is reached from some nodes over arcs, themselves
// included, and returns it. follow says which arcs count.
func (m *Manager) reach(a *arcs, from []int32, follow func(arc) bool) []int32 {
	m.stamp++
	var found []int32
	for _, id := range from {
		if m.visit(id) {
			found = append(found, id)
		}
	}
	for i := 0; i < len(found); i++ {
		for _, next := range a.of(found[i]) {
			if follow(next) && m.visit(next.to()) {
				found = append(found, next.to())
			}
		}
	}
	return found
}
