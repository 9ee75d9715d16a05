package report

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/mattn/go-runewidth"
)

// columns measures text without regard to the locale, so that a report is the
// same everywhere.
var columns = runewidth.Condition{StrictEmojiNeutral: true}

// cell returns the first character of s as it is shown, escaped if need be (see
// Escape), the columns it takes up and the number of bytes it was made from.
func cell(s string) (shown string, width, size int) {
	if ' ' <= s[0] && s[0] <= '~' {
		return s[:1], 1, 1
	}
	r, size := utf8.DecodeRuneInString(s)
	switch {
	case r == utf8.RuneError && size == 1:
		shown = fmt.Sprintf(`\x%02x`, s[0])
	case unicode.IsPrint(r):
		return s[:size], columns.RuneWidth(r), size
	case r == '\t':
		shown = `\t`
	case r == '\n':
		shown = `\n`
	case r == '\r':
		shown = `\r`
	case r < utf8.RuneSelf:
		shown = fmt.Sprintf(`\x%02x`, r)
	case r <= 0xffff:
		shown = fmt.Sprintf(`\u%04x`, r)
	default:
		shown = fmt.Sprintf(`\U%08x`, r)
	}
	return shown, len(shown), size
}

// Escape returns s on one line, with an escape for everything that a terminal
// could obey, hide or reorder: control and format characters, line separators,
// odd blanks, bytes that are not UTF-8. Use it for all text that comes from files
// or from their names.
func Escape(s string) string {
	plain := 0
	for plain < len(s) && ' ' <= s[plain] && s[plain] <= '~' {
		plain++
	}
	if plain == len(s) {
		return s
	}
	var b strings.Builder
	b.WriteString(s[:plain])
	for i := plain; i < len(s); {
		shown, _, size := cell(s[i:])
		b.WriteString(shown)
		i += size
	}
	return b.String()
}

// EscapeLines is Escape for text of several lines. It keeps line endings and
// tabs.
func EscapeLines(s string) string {
	var b strings.Builder
	for line := range strings.Lines(s) {
		content := strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")
		ending := line[len(content):]
		if ending == "\r" { // the file ends in it, it ends no line
			content, ending = line, ""
		}
		for i, part := range strings.Split(content, "\t") {
			if i > 0 {
				b.WriteByte('\t')
			}
			b.WriteString(Escape(part))
		}
		b.WriteString(ending)
	}
	return b.String()
}
