package report

import "strings"

// Escape returns a text from a file or a file's name on one line, with everything
// escaped that a terminal could obey or hide.
func Escape(s string) string { return visible(s) }

// EscapeLines is Escape for a text of several lines: line ends and tabs stay.
func EscapeLines(s string) string {
	var b strings.Builder
	for i, line := range strings.Split(s, "\n") {
		if i > 0 {
			b.WriteByte('\n')
		}
		for j, part := range strings.Split(strings.TrimSuffix(line, "\r"), "\t") {
			if j > 0 {
				b.WriteByte('\t')
			}
			b.WriteString(visible(part))
		}
	}
	return b.String()
}
