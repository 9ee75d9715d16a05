package transaction

import (
	"cmp"
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint/graph"
	"github.com/unitvet/unitvet/lint/unit"
)

// edges returns the edges that the files of a unit make or imply, by its number.
func (m *Manager) edges(id int32) []graph.Edge {
	units := []*unit.Unit{m.units[id]}
	if u := m.Graph.Set.Lookup(m.names[id]); u != m.units[id] {
		units = append(units, u) // drop-ins and links for what is elsewhere
	}
	var found []graph.Edge
	for _, u := range units {
		if u == nil {
			continue
		}
		for e := range m.Graph.Of(u) {
			found = append(found, e)
		}
		found = append(found, m.Graph.Implied(u)...)
	}
	return found
}

// hubEdges is from how many edges on those of a unit are kept at hand.
const hubEdges = 64

// edgesWith returns the edges between two units that the first one's files make
// or imply.
func (m *Manager) edgesWith(a, b int32) []graph.Edge {
	if hub, ok := m.hubs[a]; ok {
		return hub[b]
	}
	edges := m.edges(a)
	other := func(e *graph.Edge) int32 {
		from, _ := m.lookup(e.From)
		to, _ := m.lookup(e.To)
		switch {
		case from == a:
			return to
		case to == a:
			return from
		}
		return noNode
	}
	if len(edges) < hubEdges {
		return slices.DeleteFunc(edges, func(e graph.Edge) bool { return other(&e) != b })
	}
	hub := map[int32][]graph.Edge{}
	for i := range edges {
		to := other(&edges[i])
		hub[to] = append(hub[to], edges[i])
	}
	if m.hubs == nil {
		m.hubs = map[int32]map[int32][]graph.Edge{}
	}
	m.hubs[a] = hub
	return hub[b]
}

// between returns the edges that lead from one of two units to the other, by
// either's files, the most telling first: those that a file names, those that
// follow from a setting, those that are there by default.
func (m *Manager) between(a, b int32) []graph.Edge {
	found := slices.Concat(m.edgesWith(a, b), m.edgesWith(b, a))
	slices.SortStableFunc(found, func(x, y graph.Edge) int {
		return cmp.Or(cmp.Compare(m.remoteness(&x), m.remoteness(&y)), comparePlaces(&x, &y))
	})
	return found
}

// remoteness says how little an edge tells.
func (m *Manager) remoteness(e *graph.Edge) int {
	far := 0
	if m.Graph.IsBase(e.Unit) {
		far = 10
	}
	switch {
	case e.Named() && !e.Install, e.Link != nil:
		return far
	case e.Cause != nil && !e.Install:
		return far + 1
	case !e.Install:
		return far + 2
	}
	return far + 3
}

// Place returns the setting that an edge comes from, if it comes from one.
func Place(e *graph.Edge) (unit.Setting, bool) {
	switch {
	case e.Named():
		return e.Ref.Setting, true
	case e.Cause != nil:
		return *e.Cause, true
	}
	return unit.Setting{}, false
}

func comparePlaces(x, y *graph.Edge) int {
	a, aOK := Place(x)
	b, bOK := Place(y)
	if !aOK || !bOK {
		switch {
		case aOK:
			return -1
		case bOK:
			return 1
		}
		return 0
	}
	return cmp.Or(strings.Compare(a.Part.Source.Path, b.Part.Source.Path), cmp.Compare(a.Span().Start, b.Span().Start))
}

// describe returns a cycle with the reasons of its steps. Cut is -1 if no file of
// the set has a part in it.
func (s *search) describe(ids []int32) Cycle {
	c := Cycle{Cut: -1}
	against := s.m.against(ids)
	var best [5]int
	for i, from := range ids {
		to := ids[(i+1)%len(ids)]
		c.Units = append(c.Units, s.m.names[from])
		step := s.m.step(from, to)
		c.Steps = append(c.Steps, step)
		cost := s.m.cost(&step.Edge, from, to)
		if cost >= costBase {
			continue
		}
		packaged, forward := 0, 0
		if cost >= costShipped {
			packaged = 1
		}
		if !against[i] {
			forward = 1
		}
		// Of what is as hard to give up, that which mends the most.
		key := [5]int{packaged, forward, max(cost, costRequired), s.graph.cyclesWithout(from, to, len(ids)), cost}
		if order := slices.Compare(key[:], best[:]); c.Cut < 0 || order < 0 || order == 0 && comparePlaces(&step.Edge, &c.Steps[c.Cut].Edge) < 0 {
			c.Cut, best = i, key
		}
	}
	return c
}

// stages are the milestones of the boot in their order, those of one number side by
// side (bootup(7); systemd.special(7)).
var stages = map[string]int{
	"local-fs-pre.target": 1,
	"local-fs.target":     2, "swap.target": 2, "cryptsetup.target": 2, "veritysetup.target": 2, "integritysetup.target": 2,
	"sysinit.target": 3,
	"sockets.target": 4, "timers.target": 4, "paths.target": 4, "slices.target": 4,
	"basic.target":          5,
	"network-pre.target":    6,
	"network.target":        7,
	"network-online.target": 8, "remote-fs-pre.target": 8, "nss-lookup.target": 8,
	"remote-fs.target":  9,
	"multi-user.target": 10,
	"graphical.target":  11,
}

// against reports for each step of a cycle whether it lies on a way from a milestone
// of the boot to an earlier one. That way has the fault in it: all others lead where
// the boot goes anyway.
func (m *Manager) against(ids []int32) []bool {
	n := len(ids)
	against := make([]bool, n)
	last, reached := -1, 0 // the last milestone, and where it stands
	for i := range 2 * n { // twice around: the first way may begin before the start
		stage, ok := stages[m.names[ids[i%n]]]
		if !ok {
			continue
		}
		for k := reached; last > stage && k < i; k++ {
			against[k%n] = true
		}
		last, reached = stage, i
	}
	return against
}

// step returns why one unit runs before another.
func (m *Manager) step(from, to int32) Step {
	step := Step{From: m.names[from], To: m.names[to]}
	for _, e := range m.between(from, to) {
		first, _ := m.lookup(e.From)
		if e.Kind == graph.Before && first == from || e.Kind == graph.After && first == to {
			step.Edge = e
			break
		}
	}
	return step
}

// Costs of giving an order up.
const (
	costNamed    = 0  // a file names it, and neither unit needs the other in that order
	costWanted   = 2  // the unit that runs later wants the other one
	costRequired = 4  // … or requires it
	costShipped  = 10 // on top: the file belongs to a package
	costImplied  = 6  // it follows from a setting
	costMember   = 7  // a target comes after what it pulls in
	costDefault  = 8  // by default
	costBase     = 20 // systemd's own unit says so
)

// cost returns what it costs to give up an order between two units.
func (m *Manager) cost(e *graph.Edge, from, to int32) int {
	cost := costNamed
	switch {
	case e.Unit == nil, m.Graph.IsBase(e.Unit) && e.Cause == nil:
		return costBase
	case e.Named() && !e.Install:
		for _, a := range m.pulls.of(to) {
			if a.to() == from && a.has(strong) {
				cost = max(cost, costRequired)
			} else if a.to() == from {
				cost = max(cost, costWanted)
			}
		}
	case strings.HasSuffix(e.From, ".target") && e.Kind == graph.After:
		cost = costMember
	case e.Cause != nil:
		cost = costImplied
	default:
		cost = costDefault
	}
	part := e.Unit.Fragment
	if setting, ok := Place(e); ok {
		part = setting.Part
	}
	if isPackaged(part) {
		cost += costShipped
	}
	return cost
}

// isShipped reports whether a unit's file stands where packages put theirs.
func isShipped(u *unit.Unit) bool { return isPackaged(u.Fragment) }

// isPackaged reports whether a file stands where packages put theirs.
func isPackaged(part *unit.Part) bool {
	if part == nil || part.Dir == nil {
		return false
	}
	host := part.Dir.Host
	return strings.HasPrefix(host, "/usr/lib/") || strings.HasPrefix(host, "/lib/")
}
