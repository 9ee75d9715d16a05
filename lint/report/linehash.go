package report

import (
	"fmt"
	"unicode/utf16"
)

// hashWindow is how many characters from the start of a line count.
const hashWindow = 100

// lineHashes returns GitHub's primaryLocationLineHash of every line: a rolling
// polynomial hash over the 100 UTF-16 units from the start of the line, blanks
// left out, and how often that hash was seen so far. It stays the same when lines
// move (github/codeql-action, src/fingerprints.ts, hash).
func lineHashes(text string) []string {
	h := lineHash{seen: make(map[uint64]int), drop: 1}
	for range hashWindow {
		h.drop *= 37
	}
	for i := range h.starts {
		h.starts[i] = -1
	}
	lineStart, afterCR := true, false
	unit := func(u uint16) {
		switch {
		case u == ' ' || u == '\t' || afterCR && u == '\n':
			afterCR = false
			return
		case u == '\r':
			afterCR = true
			u = '\n'
		default:
			afterCR = false
		}
		h.flush()
		if lineStart {
			h.starts[h.at] = len(h.lines)
			h.lines = append(h.lines, "")
		}
		lineStart = u == '\n'
		h.add(uint64(u))
	}
	var units []uint16
	for _, r := range text {
		units = utf16.AppendRune(units[:0], r)
		for _, u := range units {
			unit(u)
		}
	}
	unit(0xffff) // the end of the file
	for range hashWindow {
		h.flush()
		h.add(0)
	}
	return h.lines
}

type lineHash struct {
	lines  []string
	seen   map[uint64]int
	value  uint64
	drop   uint64 // 37 to the power of the window
	window [hashWindow]uint64
	starts [hashWindow]int // the line that starts at this place of the window, or -1
	at     int
}

// add puts a unit in the window in the place of the oldest one.
func (h *lineHash) add(unit uint64) {
	h.value = h.value*37 + unit - h.drop*h.window[h.at]
	h.window[h.at] = unit
	h.at = (h.at + 1) % hashWindow
}

// flush sets the hash of the line that starts with the oldest unit.
func (h *lineHash) flush() {
	line := h.starts[h.at]
	if line < 0 {
		return
	}
	h.starts[h.at] = -1
	h.seen[h.value]++
	h.lines[line] = fmt.Sprintf("%x:%d", h.value, h.seen[h.value])
}
