package transaction

import (
	"maps"
	"slices"

	"github.com/unitvet/unitvet/lint/graph"
	"github.com/unitvet/unitvet/lint/unit"
)

// Plan is what the start of a unit brings along.
type Plan struct {
	// Jobs in the order in which they run; those that may run at the same time in
	// the order of their names.
	Jobs []Job
	// Absent are units that are asked for, but that systemd does not start: they do
	// not exist, are masked or refused.
	Absent []Job
	// Stopped are units of the set that are stopped, if they run.
	Stopped []Job
}

// Job is a unit of a plan.
type Job struct {
	// Unit is the name, Known what is known of the unit; nil if nothing is.
	Unit  string
	Known *unit.Unit
	// Base says that the unit is none of the set's, but one that systemd ships.
	Base bool
	// Looks says that the unit is not started: it must be up (Requisite=).
	Looks bool
	// Lacks is what the unit requires and systemd does not start: then it takes back
	// the job of this one, too (transaction_add_job_and_dependencies in
	// src/core/transaction.c; 252 did so for the unit that is started only); "" if
	// there is no such.
	Lacks string
	// Chain leads from the unit that is started to this one, by what brings each
	// along; nil for the first.
	Chain *Link
	// After are the jobs of the plan that this one waits for, by their units.
	After []string
	// Circle says that the job is part of a circle, or behind one: its place means
	// nothing.
	Circle bool
}

// Link is the last dependency of a chain. Chains share their beginnings.
type Link struct {
	graph.Edge
	// Before is the link before this one; nil if it is the first.
	Before *Link
	// Length is how many links the chain has.
	Length int
}

// Edges returns the dependencies of a chain in order.
func (l *Link) Edges() []graph.Edge {
	var edges []graph.Edge
	for ; l != nil; l = l.Before {
		edges = append(edges, l.Edge)
	}
	slices.Reverse(edges)
	return edges
}

// Start returns what the start of a unit brings along as things are enabled, or,
// with withInstall, once everything is. It returns false for units that are not
// there.
func (m *Manager) Start(name string, withInstall bool) (*Plan, bool) {
	anchor, ok := m.lookup(name)
	if !ok {
		return nil, false
	}
	by := m.pullers(anchor, withInstall)
	p := planner{m: m, by: by, withInstall: withInstall, chains: map[int32]*Link{anchor: nil}}
	ids := m.jobs(anchor, withInstall)
	looks := map[int32]bool{}
	starts := map[int32]bool{anchor: true}
	absent, stopped := map[int32]int32{}, map[int32]int32{}
	for _, id := range ids {
		for _, a := range m.pulls.of(id) {
			switch to := a.to(); {
			case a.has(enabled) && !withInstall:
			case m.gone[to]:
				if _, known := absent[to]; !known {
					absent[to] = id
				}
			case a.has(verify):
				looks[to] = true
			default:
				starts[to] = true
			}
		}
		for _, a := range m.conflicts.of(id) {
			if u := m.units[a.to()]; u != nil && !m.Graph.IsBase(u) && !slices.Contains(ids, a.to()) {
				stopped[a.to()] = id
			}
		}
	}
	plan := &Plan{}
	lacking := m.lacking(absent, withInstall)
	for _, id := range p.sort(ids) {
		job := p.job(id.id)
		job.Lacks = lacking[id.id]
		job.Looks = looks[id.id] && !starts[id.id]
		job.After, job.Circle = id.after, id.circle
		plan.Jobs = append(plan.Jobs, job)
	}
	for _, other := range []struct {
		found map[int32]int32
		list  *[]Job
	}{{absent, &plan.Absent}, {stopped, &plan.Stopped}} {
		var sorted []int32
		for id, from := range other.found {
			p.by[id] = from
			sorted = append(sorted, id)
		}
		slices.Sort(sorted)
		for _, id := range sorted {
			*other.list = append(*other.list, p.job(id))
		}
	}
	return plan, true
}

// lacking returns the units that cannot be started for want of others, with what each
// of them requires.
func (m *Manager) lacking(absent map[int32]int32, withInstall bool) map[int32]string {
	queue := slices.Sorted(maps.Keys(absent))
	found := map[int32]string{}
	for i := 0; i < len(queue); i++ {
		for _, a := range m.pulledBy.of(queue[i]) {
			by := a.to()
			if _, told := found[by]; !told && a.has(strong) && (withInstall || !a.has(enabled)) {
				found[by] = m.names[queue[i]]
				queue = append(queue, by)
			}
		}
	}
	return found
}

type planner struct {
	m           *Manager
	by          map[int32]int32
	withInstall bool
	chains      map[int32]*Link
}

func (p *planner) job(id int32) Job {
	u := p.m.units[id]
	return Job{Unit: p.m.names[id], Known: u, Base: p.m.Graph.IsBase(u), Chain: p.chain(id)}
}

// chain returns the way by which a unit is brought along.
func (p *planner) chain(id int32) *Link {
	if known, ok := p.chains[id]; ok {
		return known
	}
	p.chains[id] = nil // against circles
	from := p.by[id]
	edge := p.m.pull(from, id, p.withInstall)
	if edge.Unit == nil { // it is stopped
		for _, e := range p.m.between(from, id) {
			if e.Kind == graph.Conflicts {
				edge = e
				break
			}
		}
	}
	link := &Link{Edge: edge, Before: p.chain(from), Length: 1}
	if link.Before != nil {
		link.Length += link.Before.Length
	}
	p.chains[id] = link
	return link
}

// placed is a job in its place.
type placed struct {
	id     int32
	after  []string
	circle bool
}

// sort puts jobs in the order in which they run.
func (p *planner) sort(ids []int32) []placed {
	ids = slices.Clone(ids)
	slices.Sort(ids)
	inside := make(map[int32]bool, len(ids))
	for _, id := range ids {
		inside[id] = true
	}
	waits := map[int32]int{}
	after := map[int32][]string{}
	for _, id := range ids {
		last := noNode
		for _, a := range p.m.order.of(id) {
			if to := a.to(); inside[to] && to != last && (p.withInstall || !a.has(enabled)) {
				last = to
				waits[to]++
				after[to] = append(after[to], p.m.names[id])
			}
		}
	}
	var sorted []placed
	for len(sorted) < len(ids) {
		var next []int32 // all that wait for nothing that is left
		for _, id := range ids {
			if inside[id] && waits[id] == 0 {
				next = append(next, id)
			}
		}
		circle := len(next) == 0
		for _, id := range ids {
			if circle && inside[id] {
				next = append(next, id)
			}
		}
		for _, id := range next {
			inside[id] = false
			sorted = append(sorted, placed{id, after[id], circle})
			for i, a := range p.m.order.of(id) {
				arcs := p.m.order.of(id)
				if i > 0 && arcs[i-1].to() == a.to() || !p.withInstall && a.has(enabled) {
					continue
				}
				waits[a.to()]--
			}
		}
	}
	return sorted
}
