package transaction

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// reachedFrom is distinct's answer for one node, by walking.
func reachedFrom(leads, looks [][]int32, from int32, targets []int32) []int32 {
	seen, met := map[int32]bool{from: true}, map[int32]bool{from: true}
	for queue := []int32{from}; len(queue) > 0; queue = queue[1:] {
		for _, next := range leads[queue[0]] {
			met[next] = true
			if !seen[next] {
				seen[next] = true
				queue = append(queue, next)
			}
		}
		for _, next := range looks[queue[0]] {
			met[next] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(targets), func(id int32) bool { return !met[id] })
}

func TestDistinctSetsOfRandomGraphs(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	compared := 0
	for range 300 {
		n := 2 + random.IntN(200)
		leads, looks := make([][]int32, n), make([][]int32, n)
		for range random.IntN(2 * n) {
			from, to := random.IntN(n), int32(random.IntN(n))
			leads[from] = append(leads[from], to)
		}
		for range random.IntN(n) {
			from, to := random.IntN(n), int32(random.IntN(n))
			looks[from] = append(looks[from], to)
		}
		var from, targets []int32
		for id := range int32(n) {
			if random.IntN(2) == 0 {
				from = append(from, id)
			}
			if random.IntN(3) > 0 {
				targets = append(targets, id)
			}
		}
		var want []reachedSet
		for _, id := range from {
			set := reachedFrom(leads, looks, id, targets)
			known := slices.ContainsFunc(want, func(w reachedSet) bool { return slices.Equal(w.set, set) })
			if len(set) >= 2 && !known {
				want = append(want, reachedSet{id, set})
			}
		}
		got := newClosure(leads, looks).distinct(from, targets)
		if !slices.EqualFunc(got, want, func(a, b reachedSet) bool { return a.from == b.from && slices.Equal(a.set, b.set) }) {
			t.Fatalf("leads %v\nlooks %v\nfrom %v to %v:\n got %v\nwant %v", leads, looks, from, targets, got, want)
		}
		compared += len(want)
	}
	if compared < 5000 {
		t.Errorf("compared %d sets: the graphs are too small", compared)
	}
}
