package syntax

import (
	_ "embed"
	"fmt"
	"strings"
	"unicode"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/directive"
	"github.com/unitvet/unitvet/lint/syntax"
	"github.com/unitvet/unitvet/lint/value"
)

//go:embed unknown_directive.md
var unknownDirectivePage string

// UnknownDirective finds assignments to what no section has, now or in an older
// systemd (config_parse in src/shared/conf-parser.c).
var UnknownDirective = &lint.Rule{
	ID:        "unknown-directive",
	Summary:   "a directive that systemd does not know: the line is ignored",
	Category:  "syntax",
	Severity:  lint.Warning,
	Allows:    "directives that other programs read",
	Since:     "0.1.0",
	Page:      unknownDirectivePage,
	CheckFile: unknownDirective,
}

func unknownDirective(p *lint.FilePass) {
	found := 0
	for _, line := range linesOf(p) {
		a, ok := unknownAssignment(p, line)
		if !ok || len(otherSections(p, line.meant, a.Key().String())) > 0 {
			continue
		}
		key := a.Key().String()
		f := lint.Finding{
			Place:   lint.At(p.Part, a.Key().Whole()),
			About:   key,
			Message: fmt.Sprintf("[%s] has no directive %s=: systemd ignores the line", line.meant, visible(key)),
			Help:    "a directive for other programs has a name that starts with X-",
		}
		if found++; found > manyMax {
			p.Report(f)
			continue
		}
		near, certain := nearKey(line.meant, key)
		switch {
		case near != "" && strings.EqualFold(near, key):
			f.Help = "names of directives are case-sensitive: write " + near + "="
		case near != "" && strings.IndexFunc(key, isInvisible) >= 0:
			f.Help = "the name holds invisible characters: type " + near + "= anew"
		case near != "":
			f.Help = "did you mean " + near + "=?"
		case continuesText(p, line):
			f.Help = "to continue the line above, end it with a backslash"
		}
		if certain {
			f.Fixes = []lint.Fix{{Title: "write " + near + "=", Safe: true, Edits: []lint.Edit{replace(p, a.Key().Whole(), near)}}}
		}
		if _, ok := directive.QuadletKey(p.Unit.Quadlet, key); ok {
			f.Help = fmt.Sprintf("move it to [%s], where podman's generator reads it", p.Unit.Quadlet)
		} else if other := nearElsewhere(p, line.meant, key); near == "" && other != nil {
			f.Help = fmt.Sprintf("did you mean %s= in [%s]?", other.Key, other.Section)
		}
		p.Report(f)
	}
}

// unknownAssignment returns the assignment of a line if systemd reads its section
// and does not know it there, and no other rule explains why.
func unknownAssignment(p *lint.FilePass, line logicalLine) (*syntax.Assignment, bool) {
	a, ok := line.Node.(*syntax.Assignment)
	if !ok || line.cut != notCut || !reads(p, line.meant) || known(line.meant, a) {
		return nil, false
	}
	return a, true
}

// otherSections returns the sections, other than the one given, whose directive of
// that name systemd still reads; those that the unit has come first and alone.
func otherSections(p *lint.FilePass, section, key string) []*directive.Directive {
	var own, others []*directive.Directive
	for _, d := range directive.InSections(key) {
		switch {
		case d.Section == section || d.Status == directive.StatusRemoved || !directive.KnownSection(d.Section):
		case reads(p, d.Section):
			own = append(own, d)
		default:
			others = append(others, d)
		}
	}
	if len(own) > 0 {
		return own
	}
	return others
}

// nearKey returns the directive of a section that a name was most likely meant
// for, or "", and whether there is hardly a doubt.
func nearKey(section, key string) (near string, certain bool) {
	stripped := strings.Map(func(r rune) rune {
		if isInvisible(r) {
			return -1
		}
		return r
	}, key)
	if d, ok := directive.FoldKey(section, stripped); ok {
		return d.Key, true
	}
	near, ok := value.Closest(stripped, activeKeys(section))
	if !ok {
		return "", false
	}
	return near, value.OneEdit(stripped, near)
}

// isInvisible reports whether a character in a name cannot be seen: blanks of all
// kinds, zero-width characters, byte order marks.
func isInvisible(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) }

// nearElsewhere returns a directive of another section of the unit that a name is
// one edit away from, or nil.
func nearElsewhere(p *lint.FilePass, section, key string) *directive.Directive {
	for _, other := range directive.SectionsFor(typeOf(p)) {
		if near, certain := nearKey(other, key); other != section && certain {
			d, _ := directive.Lookup(other, near)
			return d
		}
	}
	return nil
}

// activeKeys returns the names of the directives of a section that work.
func activeKeys(section string) []string {
	var keys []string
	for _, d := range directive.Section(section) {
		if d.Status != directive.StatusRemoved && d.Status != directive.StatusIgnored {
			keys = append(keys, d.Key)
		}
	}
	return keys
}
