package directive

import (
	_ "embed"
	"strings"
)

//go:embed data/types.tsv
var types string

// Meaning says in a phrase what a value of the type looks like, "" for a type that
// does not exist.
func (t Type) Meaning() string {
	for line := range strings.Lines(types) {
		cells := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(cells) == 3 && cells[0] == string(t) {
			return cells[2]
		}
	}
	return ""
}
