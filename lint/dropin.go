package lint

import (
	"path"
	"strings"

	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/unit"
)

// DropInName is the name of the drop-ins that fixes make.
const DropInName = "50-unitvet.conf"

// InDropIn returns the edit that adds lines, without line endings, to a section of
// a unit in a drop-in: the one of DropInName, which is made if there is none. On a
// root that is below /etc, in a checkout beside the unit. It returns false for a
// unit that has no file, and so no place.
func InDropIn(u *unit.Unit, section string, lines ...string) (Edit, bool) {
	dir := overrides(u)
	if dir == nil {
		return Edit{}, false
	}
	file := path.Join(u.ID+".d", DropInName)
	for _, part := range u.DropIns {
		if part.Dir.Name == dir.Name && part.Name() == path.Join(dir.Name, file) && !part.Linked {
			return appended(part, section, lines), true
		}
	}
	text := "[" + section + "]\n" + strings.Join(lines, "\n") + "\n"
	return Edit{Place: Place{Path: path.Join(dir.Path, file)}, Text: text, Dir: dir}, true
}

// overrides returns the directory where a unit's settings are overridden.
func overrides(u *unit.Unit) *unit.Dir {
	parts := u.Parts()
	if len(parts) == 0 {
		return nil
	}
	dir := parts[0].Dir
	if !u.Set.Rooted {
		return dir
	}
	host := "/etc/systemd/system"
	if u.Set.Scope == unit.ScopeUser {
		host = "/etc/systemd/user"
	}
	for _, other := range u.Set.Dirs {
		if other.Host == host {
			return other
		}
	}
	return &unit.Dir{Tree: dir.Tree, Name: host[1:], Path: path.Join(dir.Path, strings.Repeat("../", 1+strings.Count(dir.Name, "/")), host), Host: host}
}

// appended adds lines at the end of a file, in a section that may be the last one
// already.
func appended(part *unit.Part, section string, lines []string) Edit {
	text := part.Source.Text
	eol := "\n"
	if i := strings.IndexByte(text, '\n'); i > 0 && text[i-1] == '\r' {
		eol = "\r\n"
	}
	var added strings.Builder
	if text != "" && !strings.HasSuffix(text, "\n") {
		added.WriteString(eol)
	}
	if part.Sections[len(part.Sections)-1].Name() != section {
		added.WriteString("[" + section + "]" + eol)
	}
	for _, line := range lines {
		added.WriteString(line + eol)
	}
	end := source.Span{Start: len(text), End: len(text)}
	return Edit{Place: At(part, end), Text: added.String()}
}
