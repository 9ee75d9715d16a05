package value

import (
	"slices"
	"sort"
	"strings"
)

// Dictionary is a list of words that many others are compared with. It is safe for
// concurrent use.
type Dictionary struct{ entries []entry }

// entry is a word of a dictionary.
type entry struct{ folded, word string }

// NewDictionary returns the dictionary of some words.
func NewDictionary(words []string) *Dictionary {
	d := &Dictionary{make([]entry, 0, len(words))}
	for _, word := range words {
		if len(word) <= MaxNameLength {
			d.entries = append(d.entries, entry{fold(word), word})
		}
	}
	slices.SortFunc(d.entries, func(a, b entry) int { return strings.Compare(a.folded, b.folded) })
	return d
}

// Closest is the function of that name, with the dictionary's words as candidates.
// Words of more than MaxNameLength bytes are near none.
func (d *Dictionary) Closest(word string) (best string, ok bool) {
	search := newSearch(word)
	// Each more edit makes far more words to look at.
	for limit := min(1, search.limit); limit <= search.limit && !search.ok; limit++ {
		d.within(search.folded, limit, search.take)
	}
	return search.best, search.ok
}

// OneEdit returns the words from which a word differs by one edit at most, as the
// function of that name has it, in no certain order.
func (d *Dictionary) OneEdit(word string) []string {
	var near []string
	d.within(fold(word), 1, func(candidate string, _ int) { near = append(near, candidate) })
	return near
}

// within calls yield for the words that a folded one differs from by at most limit
// edits. Words that begin alike are looked at together: as soon as the beginning
// has too many edits, all of them do.
func (d *Dictionary) within(folded string, limit int, yield func(word string, edits int)) {
	if len(folded) > MaxNameLength {
		return
	}
	first := make([]uint16, len(folded)+1)
	for j := range first {
		first[j] = uint16(j)
	}
	rows := [][]uint16{first} // rows[i] is that of the first i bytes of beginning
	beginning := ""
	for i := 0; i < len(d.entries); {
		candidate := d.entries[i].folded
		same := 0
		for same < min(len(beginning), len(candidate)) && beginning[same] == candidate[same] {
			same++
		}
		n := same
		for n < len(candidate) && least(rows[n]) <= limit {
			n++
			if len(rows) == n {
				rows = append(rows, make([]uint16, len(first)))
			}
			nextRow(rows[max(n-2, 0)], rows[n-1], rows[n], candidate[:n], folded)
		}
		beginning = candidate[:n]
		if least(rows[n]) > limit {
			i += sort.Search(len(d.entries)-i, func(k int) bool { return !strings.HasPrefix(d.entries[i+k].folded, beginning) })
			continue
		}
		if edits := int(rows[n][len(folded)]); edits <= limit {
			yield(d.entries[i].word, edits)
		}
		i++
	}
}
