package value

import (
	"slices"
	"strings"
)

// Closest returns the candidate that word was most likely meant to be; ok is false
// if none is near enough. Candidates that differ in the case of letters or in
// dashes for underscores are the nearest. Others may be off by one in words of 3
// to 5 bytes, by two up to 8, by three in longer ones: a byte more, less or
// another, or two exchanged. Of equally near ones the first in byte order wins,
// whatever the order they come in.
//
// Words of more than MaxNameLength bytes are near nothing but what is equal to them.
// What all candidates have in common, such as a suffix .service, should be cut off
// before: it makes short names look near.
func Closest(word string, candidates []string) (best string, ok bool) {
	search := newSearch(word)
	for _, candidate := range candidates {
		search.take(candidate, distance(search.folded, fold(candidate), min(search.limit, search.score.edits)))
	}
	return search.best, search.ok
}

// search is a search for the word nearest to one.
type search struct {
	word, folded string
	limit        int // how many edits are too near to be chance

	best  string
	score score
	ok    bool
}

func newSearch(word string) *search {
	limit := min(len(word)/3, 3)
	return &search{word: word, folded: fold(word), limit: limit, score: score{limit + 1, 0}}
}

// take looks at a word that is some edits away.
func (n *search) take(candidate string, edits int) {
	s := score{edits, len(n.word)}
	if s.edits > n.limit {
		return
	}
	if len(n.word) == len(candidate) {
		s.bytes = 0
		for i := range len(candidate) {
			if n.word[i] != candidate[i] {
				s.bytes++
			}
		}
	}
	if s.less(n.score) || s == n.score && n.ok && candidate < n.best {
		n.best, n.score, n.ok = candidate, s, true
	}
}

// OneEdit reports whether a and b differ by one edit at most, case and dashes for
// underscores not counted: near enough to correct one to the other unasked.
func OneEdit(a, b string) bool { return distance(fold(a), fold(b), 1) <= 1 }

// score is how far a candidate is away: in edits of the folded words, then in
// bytes that differ.
type score struct{ edits, bytes int }

func (s score) less(other score) bool {
	return s.edits < other.edits || s.edits == other.edits && s.bytes < other.bytes
}

// fold makes words alike that differ in case or in dashes and underscores.
func fold(s string) string {
	return strings.ReplaceAll(strings.ToLower(s), "_", "-")
}

// distance returns the edits between a and b, two neighbours exchanged being one
// (optimal string alignment). It gives up when there are more than limit and
// returns limit + 1.
func distance(a, b string, limit int) int {
	if a == b {
		return 0
	}
	if diff := len(a) - len(b); diff > limit || -diff > limit || max(len(a), len(b)) > MaxNameLength {
		return limit + 1
	}
	var rows [3][MaxNameLength + 1]uint16 // small, as they are cleared each time
	before, last, row := rows[0][:len(b)+1], rows[1][:len(b)+1], rows[2][:len(b)+1]
	for j := range last {
		last[j] = uint16(j)
	}
	for i := 1; i <= len(a); i++ {
		nextRow(before, last, row, a[:i], b)
		if least(row) > limit {
			return limit + 1
		}
		before, last, row = last, row, before
	}
	return int(last[len(b)])
}

// nextRow computes the row of all of a in the table of edits between it and b, from
// those of a without its last byte and without the last two; with just one byte,
// before means nothing.
func nextRow(before, last, row []uint16, a, b string) {
	i := len(a)
	row[0] = uint16(i)
	for j := 1; j <= len(b); j++ {
		cost := uint16(1)
		if a[i-1] == b[j-1] {
			cost = 0
		}
		row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
		if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
			row[j] = min(row[j], before[j-2]+1)
		}
	}
}

// least returns the fewest edits that a row allows for.
func least(row []uint16) int { return int(slices.Min(row)) }
