package directive

import (
	"strconv"
	"unicode/utf8"

	"github.com/unitvet/unitvet/lint"
)

// quotedMax is how many characters of a text from a file a message repeats.
const quotedMax = 60

// quoted returns a text for a message.
func quoted(s string) string {
	if utf8.RuneCountInString(s) > quotedMax {
		s = string([]rune(s)[:quotedMax-1]) + "…"
	}
	return strconv.Quote(s)
}

// fatal says what becomes of a file at a line that systemd refuses.
func fatal(p *lint.FilePass) string {
	if p.Part.IsDropIn() {
		return "systemd stops reading here, and the rest of this drop-in is lost"
	}
	return "systemd does not load the unit"
}
