package transaction

import (
	"cmp"
	"slices"

	"github.com/unitvet/unitvet/lint/graph"
)

// group is what one start that is possible has in common with a component.
type group struct {
	root    int32
	members []int32
}

// groups returns the starts that bring two or more units of a component together,
// each set of units once: those of the units that nothing else brings along. What
// any other unit's start brings is part of one of these.
func (s *search) groups(nodes []int32, withInstall bool) []group {
	m := s.m
	alive := slices.DeleteFunc(slices.Clone(nodes), func(id int32) bool { return m.gone[id] })
	above := m.reach(&m.pulledBy, alive, func(a arc) bool {
		return (withInstall || !a.has(enabled)) && !m.gone[a.to()]
	})
	slices.Sort(above)
	leads, looks := s.pullsAmong(above, withInstall)
	var members []int32
	for _, id := range alive {
		at, _ := slices.BinarySearch(above, id)
		members = append(members, int32(at))
	}
	slices.Sort(members)
	sets := newClosure(leads, looks).distinct(m.roots(above, leads), members)
	groups := make([]group, len(sets))
	for i, reached := range sets {
		groups[i] = group{above[reached.from], reached.set}
		for j, at := range reached.set {
			reached.set[j] = above[at]
		}
	}
	// Small starts tell more than large ones.
	slices.SortFunc(groups, func(a, b group) int {
		return cmp.Or(cmp.Compare(len(a.members), len(b.members)), slices.Compare(a.members, b.members))
	})
	return groups
}

// pullsAmong returns what the start of each of some units, in ascending order,
// brings along among them, by their places: what is started, and what only has to
// be up.
func (s *search) pullsAmong(units []int32, withInstall bool) (leads, looks [][]int32) {
	leads, looks = make([][]int32, len(units)), make([][]int32, len(units))
	for i, id := range units {
		s.position[id] = int32(i) + 1
	}
	for i, id := range units {
		for _, a := range s.m.pulls.of(id) {
			switch at := s.position[a.to()] - 1; {
			case at < 0 || a.has(enabled) && !withInstall:
			case a.has(verify):
				looks[i] = append(looks[i], at)
			default:
				leads[i] = append(leads[i], at)
			}
		}
	}
	for _, id := range units {
		s.position[id] = 0
	}
	return leads, looks
}

// roots returns the units that can be started by themselves and are brought along
// by none of the others, one of those that bring each other along; all by their
// places among units. leads says what brings what along.
func (m *Manager) roots(units []int32, leads [][]int32) []int32 {
	reached := make([]bool, len(units))
	for i, list := range leads {
		for _, to := range list {
			reached[to] = reached[to] || int(to) != i
		}
	}
	// walk calls enter for everything that a unit brings along, itself included, as
	// far as enter says to go on.
	walk := func(from int32, enter func(id int32) bool) {
		for queue := []int32{from}; len(queue) > 0; {
			id := queue[len(queue)-1]
			queue = queue[:len(queue)-1]
			if enter(id) {
				queue = append(queue, leads[id]...)
			}
		}
	}
	first := func(seen []bool, id int32) bool {
		was := seen[id]
		seen[id] = true
		return !was
	}
	covered, left := make([]bool, len(units)), make([]bool, len(units))
	var roots []int32
	take := func(id int32) {
		// What cannot be started by hand leaves its place to what it brings along.
		walk(id, func(id int32) bool {
			switch {
			case !first(left, id):
				return false
			case m.startable(units[id]):
				roots = append(roots, id)
				return false
			}
			return true
		})
		walk(id, func(id int32) bool { return first(covered, id) })
	}
	for id := range units {
		if !reached[id] {
			take(int32(id))
		}
	}
	for id := range units { // those that bring each other along
		if !covered[id] {
			take(int32(id))
		}
	}
	slices.Sort(roots)
	return roots
}

// startable reports whether something can start the unit by itself. Of the units
// that systemd brings along beside those of a checkout these are the targets: many
// of its services only ever run on certain machines.
func (m *Manager) startable(id int32) bool {
	u := m.units[id]
	switch {
	case u == nil:
		return true
	case m.Graph.IsBase(u) && u.Name.Type != "target":
		return false
	}
	return !u.Bool("Unit", "RefuseManualStart", false)
}

// anchor returns the unit whose start explains a cycle best, of those that bring
// all of it along: a unit of the cycle, or else the one nearest below root. It
// returns noNode if there is none and no root.
func (s *search) anchor(ids []int32, root int32, withInstall bool) int32 {
	m := s.m
	candidates := slices.Clone(ids)
	slices.SortStableFunc(candidates, func(a, b int32) int { return cmp.Compare(len(m.pulls.of(a)), len(m.pulls.of(b))) })
	for _, id := range candidates {
		if m.startable(id) && s.brings(id, ids, withInstall) {
			return id
		}
	}
	if root == noNode {
		return noNode
	}
	// Down from the root, as long as one of the next still brings all along.
	follow := func(a arc) bool { return (withInstall || !a.has(enabled)) && !m.gone[a.to()] }
	above := map[int32]bool{}
	rarest := slices.MinFunc(ids, func(a, b int32) int { return cmp.Compare(len(m.pulledBy.of(a)), len(m.pulledBy.of(b))) })
	for _, id := range m.reach(&m.pulledBy, []int32{rarest}, follow) {
		above[id] = true
	}
	for {
		next := noNode
		for _, a := range m.pulls.of(root) {
			if to := a.to(); follow(a) && above[to] && m.startable(to) &&
				!m.brings(to, []int32{root}, withInstall) && m.brings(to, ids, withInstall) {
				next = to
				break
			}
		}
		if next == noNode {
			return root
		}
		root = next
	}
}

// brings is that of the manager, with what large starts bring along kept at hand.
func (s *search) brings(anchor int32, ids []int32, withInstall bool) bool {
	if len(s.m.pulls.of(anchor)) < many {
		return s.m.brings(anchor, ids, withInstall)
	}
	_, by := s.reach(anchor, withInstall)
	return !slices.ContainsFunc(ids, func(id int32) bool { _, ok := by[id]; return !ok })
}

// brings reports whether the start of a unit brings some others along.
func (m *Manager) brings(anchor int32, ids []int32, withInstall bool) bool {
	missing := len(ids)
	for _, id := range m.jobs(anchor, withInstall) {
		if slices.Contains(ids, id) {
			missing--
		}
	}
	return missing == 0
}

// pullers returns, for each unit that the start of one brings along, the unit
// that does so on the shortest way; where there is a way without enabling
// anything, on that.
func (m *Manager) pullers(anchor int32, withInstall bool) map[int32]int32 {
	by := map[int32]int32{anchor: noNode}
	queue := []int32{anchor}
	for _, install := range []bool{false, true} {
		if install && !withInstall {
			break
		}
		for i := 0; i < len(queue); i++ {
			for _, a := range m.pulls.of(queue[i]) {
				to := a.to()
				if _, ok := by[to]; ok || m.gone[to] || a.has(enabled) && !install {
					continue
				}
				by[to] = queue[i]
				if !a.has(verify) {
					queue = append(queue, to)
				}
			}
		}
	}
	return by
}

// pull returns the dependency by which a unit brings another one along: the
// strongest.
func (m *Manager) pull(from, to int32, withInstall bool) graph.Edge {
	var best graph.Edge
	for _, e := range m.between(from, to) {
		if first, _ := m.lookup(e.From); first != from || e.Install && !withInstall {
			continue
		}
		if e.Kind.Requirement() {
			return e
		}
		if best.Unit == nil && (e.Kind == graph.Wants || e.Kind == graph.Upholds) {
			best = e
		}
	}
	return best
}
