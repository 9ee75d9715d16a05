package program

import (
	"strings"

	"github.com/unitvet/unitvet/lint/program"
)

// changesMode reports whether a command before another one seems to make a file
// executable.
func changesMode(p *program.Unit, by *program.Command, name string) bool {
	for _, c := range p.Commands {
		if c == by {
			return false
		}
		text := c.Exec.Span.Of(c.Setting.Value().String())
		if strings.Contains(text, name) && (strings.Contains(text, "chmod") || strings.Contains(text, "install ")) {
			return true
		}
	}
	return false
}
