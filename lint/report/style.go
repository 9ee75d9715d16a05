package report

import "github.com/unitvet/unitvet/lint"

// The SGR parameters in use (ECMA-48, 8.3.117). No colour carries anything that
// the words do not say.
const (
	bold   = "1"
	dim    = "2"
	red    = "1;31"
	yellow = "1;33"
	blue   = "1;34"
)

var severityColors = map[lint.Severity]string{lint.Error: red, lint.Warning: yellow, lint.Info: blue}

// style says whether to use colours and hyperlinks.
type style bool

// paint returns text in a colour.
func (on style) paint(sgr, text string) string {
	if !on || text == "" {
		return text
	}
	return "\x1b[" + sgr + "m" + text + "\x1b[0m"
}

// link returns text that leads to url (OSC 8). url must hold no control
// characters.
func (on style) link(url, text string) string {
	if !on || url == "" {
		return text
	}
	return "\x1b]8;;" + url + "\x1b\\" + text + "\x1b]8;;\x1b\\"
}
