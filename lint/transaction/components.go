package transaction

import (
	"cmp"
	"slices"
)

// components returns the strongly connected components of a graph that have more
// than one node, with the nodes of each in ascending order.
func components(n int32, of func(id int32) []int32) [][]int32 {
	var found [][]int32
	eachComponent(n, of, func(nodes []int32) {
		if len(nodes) > 1 {
			nodes = slices.Sorted(slices.Values(nodes))
			found = append(found, nodes)
		}
	})
	slices.SortFunc(found, func(a, b []int32) int { return cmp.Compare(a[0], b[0]) })
	return found
}

// eachComponent calls yield for every strongly connected component of a graph,
// those that a component leads to before it. of returns the successors of a node
// (Tarjan's algorithm, without recursion). The nodes are only valid until yield
// returns.
func eachComponent(n int32, of func(id int32) []int32, yield func(nodes []int32)) {
	index := make([]int32, n) // 1 for the first node that was met; 0: not met
	low := make([]int32, n)
	onStack := make([]bool, n)
	type frame struct {
		id   int32
		next []int32
	}
	var stack []int32
	var frames []frame
	met := int32(0)
	enter := func(id int32) {
		met++
		index[id], low[id], onStack[id] = met, met, true
		stack = append(stack, id)
		frames = append(frames, frame{id, of(id)})
	}
	for root := range n {
		if index[root] != 0 {
			continue
		}
		enter(root)
		for len(frames) > 0 {
			top := &frames[len(frames)-1]
			if len(top.next) > 0 {
				next := top.next[0]
				top.next = top.next[1:]
				switch {
				case index[next] == 0:
					enter(next)
				case onStack[next]:
					low[top.id] = min(low[top.id], index[next])
				}
				continue
			}
			id := top.id
			frames = frames[:len(frames)-1]
			if len(frames) > 0 {
				parent := frames[len(frames)-1].id
				low[parent] = min(low[parent], low[id])
			}
			if low[id] != index[id] {
				continue
			}
			at := len(stack) - 1
			for stack[at] != id {
				at--
			}
			for _, member := range stack[at:] {
				onStack[member] = false
			}
			yield(stack[at:])
			stack = stack[:at]
		}
	}
}
