package fix

import (
	"fmt"
	"io/fs"
	"strings"

	"github.com/aymanbagabas/go-udiff"
)

// Diff returns the changes as a patch for git apply and patch -p1, with paths as
// in reports.
func Diff(changes []Change) string {
	var patch strings.Builder
	for i := range changes {
		c := &changes[i]
		name := strings.TrimPrefix(c.Path, "/")
		before, after := quoted("a/"+name), quoted("b/"+name)
		fmt.Fprintf(&patch, "diff --git %s %s\n", before, after)
		switch {
		case !c.Before.Exists:
			fmt.Fprintf(&patch, "new file mode %s\n", gitMode(c.After.Mode))
			before = "/dev/null"
		case gitMode(c.Before.Mode) != gitMode(c.After.Mode):
			fmt.Fprintf(&patch, "old mode %s\nnew mode %s\n", gitMode(c.Before.Mode), gitMode(c.After.Mode))
		}
		patch.WriteString(udiff.Unified(before, after, c.Before.Text, c.After.Text))
	}
	return patch.String()
}

// gitMode returns a mode as in a patch. git knows two.
func gitMode(mode fs.FileMode) string {
	if mode&0o100 != 0 {
		return "100755"
	}
	return "100644"
}

// quoted returns a name as git writes it: in quotes with escapes if it has
// anything that a patch could stumble over.
func quoted(name string) string {
	plain := true
	var b strings.Builder
	for i := range len(name) {
		switch c := name[i]; {
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
			plain = false
		case c < ' ' || c >= 0x7f:
			fmt.Fprintf(&b, `\%03o`, c)
			plain = false
		default:
			b.WriteByte(c)
		}
	}
	if plain {
		return name
	}
	return `"` + b.String() + `"`
}
