package transaction

import "math/bits"

// closure is a graph prepared for the question which of some nodes each node
// reaches. It is answered for 64 nodes at a time, in one pass over the graph, so a
// long chain of units costs no more than many short ones.
type closure struct {
	leads [][]int32 // the successors of each node
	looks [][]int32 // more of them: those are reached, but not what they lead to

	component []int32 // of each node; what a component leads to has a lower number
	nodes     []int32 // in the order of their components
}

func newClosure(leads, looks [][]int32) *closure {
	n := len(leads)
	c := &closure{leads: leads, looks: looks, component: make([]int32, n), nodes: make([]int32, 0, n)}
	number := int32(0)
	eachComponent(int32(n), func(id int32) []int32 { return leads[id] }, func(nodes []int32) {
		for _, id := range nodes {
			c.component[id] = number
		}
		c.nodes = append(c.nodes, nodes...)
		number++
	})
	return c
}

// word is the number of nodes that are asked for at a time.
const word = 64

// each calls yield for one word of targets after another, with what each component
// reaches of them, bit by bit.
func (c *closure) each(targets []int32, yield func(targets []int32, reached []uint64)) {
	own := make([]uint64, len(c.leads))
	reached := make([]uint64, len(c.leads))
	for len(targets) > 0 {
		some := targets[:min(word, len(targets))]
		for bit, id := range some {
			own[id] = 1 << bit
		}
		clear(reached)
		for _, id := range c.nodes {
			found := own[id]
			for _, next := range c.leads[id] {
				found |= reached[c.component[next]]
			}
			for _, next := range c.looks[id] {
				found |= own[next]
			}
			reached[c.component[id]] |= found
		}
		yield(some, reached)
		for _, id := range some {
			own[id] = 0
		}
		targets = targets[len(some):]
	}
}

// reachedSet is a set of nodes that one reaches, in the order of the targets.
type reachedSet struct {
	from int32
	set  []int32
}

// distinct returns the sets of two or more targets that some nodes reach, each
// once, with the first of the nodes that does.
func (c *closure) distinct(from, targets []int32) []reachedSet {
	// Sets are told apart by what they hash to: all of them at a time would be too
	// large.
	type sum struct{ a, b, size uint64 }
	sums := make([]sum, len(from))
	c.each(targets, func(_ []int32, reached []uint64) {
		for i, id := range from {
			found := reached[c.component[id]]
			sums[i].a = mix(sums[i].a ^ found)
			sums[i].b = mix(sums[i].b + found ^ 0x9e3779b97f4a7c15)
			sums[i].size += uint64(bits.OnesCount64(found))
		}
	})
	var sets []reachedSet
	seen := map[sum]bool{}
	for i, id := range from {
		if sums[i].size >= 2 && !seen[sums[i]] {
			seen[sums[i]] = true
			sets = append(sets, reachedSet{from: id, set: make([]int32, 0, sums[i].size)})
		}
	}
	c.each(targets, func(some []int32, reached []uint64) {
		for i := range sets {
			for found := reached[c.component[sets[i].from]]; found != 0; found &= found - 1 {
				sets[i].set = append(sets[i].set, some[bits.TrailingZeros64(found)])
			}
		}
	})
	return sets
}

// mix spreads the bits of a number over all of it (the finalizer of splitmix64).
func mix(x uint64) uint64 {
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}
