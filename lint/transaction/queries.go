package transaction

import "slices"

// The questions below may be asked at the same time.

// nearby is how many units are looked at to find out whether two are in order.
const nearby = 2000

// Ordered reports whether the jobs of two units have an order: directly, or
// through units between them.
func (m *Manager) Ordered(a, b string) bool { return m.Before(a, b) || m.Before(b, a) }

// Before reports whether a job of one unit runs before that of another.
func (m *Manager) Before(first, second string) bool {
	x, xOK := m.lookup(first)
	y, yOK := m.lookup(second)
	return xOK && yOK && m.leads(&m.order, x, y, 0)
}

// Brings reports whether the start of a unit brings another one along, as things
// are enabled.
func (m *Manager) Brings(anchor, other string) bool {
	x, xOK := m.lookup(anchor)
	y, yOK := m.lookup(other)
	return xOK && yOK && (x == y || m.leads(&m.pulls, x, y, verify))
}

// Conflict reports whether the start of one of two units stops the other.
func (m *Manager) Conflict(a, b string) bool {
	x, xOK := m.lookup(a)
	y, yOK := m.lookup(b)
	return xOK && yOK && m.conflict(x, y)
}

// leads reports whether arcs lead from one node to another, those with some flags
// and those that need a unit to be enabled left out.
func (m *Manager) leads(a *arcs, from, to int32, not arc) bool {
	w, _ := m.walks.Get().(*walk)
	if w == nil {
		w = &walk{met: make([]uint32, len(m.names))}
	}
	defer m.walks.Put(w)
	if w.turn++; w.turn == 0 { // all around
		clear(w.met)
		w.turn = 1
	}
	w.met[from] = w.turn
	w.queue = append(w.queue[:0], from)
	for i := 0; i < len(w.queue) && len(w.queue) < nearby; i++ {
		for _, next := range a.of(w.queue[i]) {
			id := next.to()
			switch {
			case next&(not|enabled) != 0 || w.met[id] == w.turn:
				continue
			case id == to:
				return true
			}
			w.met[id] = w.turn
			if !m.gone[id] {
				w.queue = append(w.queue, id)
			}
		}
	}
	return false
}

// walk is scratch of one question.
type walk struct {
	met   []uint32 // the turn in which a node was last met
	turn  uint32
	queue []int32
}

// Unstarted returns the units that nothing starts, directly or through others, in
// the order of their names. starts says what is started from outside, by people or
// other programs.
func (m *Manager) Unstarted(starts func(name string) bool) []string {
	reached := make([]bool, len(m.names))
	var queue []int32
	add := func(id int32) {
		if !reached[id] {
			reached[id] = true
			queue = append(queue, id)
		}
	}
	for id, name := range m.names {
		if starts(name) || m.Graph.IsBase(m.units[id]) {
			add(int32(id))
		}
	}
	for i := 0; i < len(queue); i++ {
		for _, list := range []*arcs{&m.pulls, &m.triggers} {
			for _, a := range list.of(queue[i]) {
				add(a.to())
			}
		}
	}
	var names []string
	for id, name := range m.names {
		if !reached[id] {
			names = append(names, name)
		}
	}
	return names
}

// StartedBy returns the units whose start brings a unit along or starts it later.
func (m *Manager) StartedBy(name string) []string {
	id, ok := m.lookup(name)
	if !ok {
		return nil
	}
	var names []string
	for _, list := range []*arcs{&m.pulledBy, &m.triggeredBy} {
		for _, a := range list.of(id) {
			names = append(names, m.names[a.to()])
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
