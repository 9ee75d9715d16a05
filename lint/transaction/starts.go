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
	within := make(map[int32]bool, len(above))
	for _, id := range above {
		within[id] = true
	}
	inComponent := make(map[int32]bool, len(nodes))
	for _, id := range nodes {
		inComponent[id] = true
	}
	var groups []group
	for _, root := range m.roots(above, within, withInstall) {
		jobs := m.walk(root, withInstall, func(id int32) bool { return within[id] })
		members := slices.DeleteFunc(jobs, func(id int32) bool { return !inComponent[id] })
		if len(members) < 2 {
			continue
		}
		slices.Sort(members)
		groups = append(groups, group{root, members})
	}
	slices.SortStableFunc(groups, func(a, b group) int {
		return cmp.Or(slices.Compare(a.members, b.members), cmp.Compare(a.root, b.root))
	})
	groups = slices.CompactFunc(groups, func(a, b group) bool { return slices.Equal(a.members, b.members) })
	// Small starts tell more than large ones.
	slices.SortStableFunc(groups, func(a, b group) int { return cmp.Compare(len(a.members), len(b.members)) })
	return groups
}

// roots returns the units that can be started by themselves and are brought along
// by none of the others; one of those that bring each other along.
func (m *Manager) roots(above []int32, within map[int32]bool, withInstall bool) []int32 {
	follow := func(a arc) bool { return (withInstall || !a.has(enabled)) && within[a.to()] }
	var roots []int32
	reached := make(map[int32]bool, len(above))
	mark := func(id int32) {
		for _, a := range m.pulls.of(id) {
			if follow(a) && a.to() != id {
				reached[a.to()] = true
			}
		}
	}
	for _, id := range above {
		mark(id)
	}
	covered := make(map[int32]bool, len(above))
	cover := func(id int32) {
		queue := []int32{id}
		covered[id] = true
		for len(queue) > 0 {
			id, queue = queue[0], queue[1:]
			for _, a := range m.pulls.of(id) {
				if to := a.to(); follow(a) && !covered[to] {
					covered[to] = true
					queue = append(queue, to)
				}
			}
		}
	}
	take := func(id int32) {
		// What cannot be started by hand leaves its place to what it brings along.
		queue, seen := []int32{id}, map[int32]bool{id: true}
		for len(queue) > 0 {
			id, queue = queue[0], queue[1:]
			if m.startable(id) {
				roots = append(roots, id)
				continue
			}
			for _, a := range m.pulls.of(id) {
				if to := a.to(); follow(a) && !seen[to] {
					seen[to] = true
					queue = append(queue, to)
				}
			}
		}
	}
	for _, id := range above {
		if !reached[id] {
			take(id)
			cover(id)
		}
	}
	for _, id := range above { // those that bring each other along
		if !covered[id] {
			take(id)
			cover(id)
		}
	}
	slices.Sort(roots)
	return slices.Compact(roots)
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
