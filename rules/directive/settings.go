package directive

import (
	"iter"
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/directive"
	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/syntax"
	"github.com/unitvet/unitvet/lint/unit"
	"github.com/unitvet/unitvet/lint/value"
)

// setting is an assignment that systemd takes for a directive of the unit.
type setting struct {
	unit.Setting
	unit      *unit.Unit
	directive *directive.Directive
	// text is the value as far as it was meant as one: what a missing line end or a
	// comment adds to it is the business of the family syntax.
	text string
}

// settings yields the assignments of a file that the manager reads, those of
// [Install] left out, if the raw assignment is wanted.
func settings(p *lint.FilePass, wanted func(a *syntax.Assignment) bool) iter.Seq[setting] {
	return func(yield func(setting) bool) {
		own := directive.SectionsFor(p.Unit.Name.Type)
		for section, a := range p.Part.Assignments() {
			if !wanted(a) || !slices.Contains(own, section.Name()) {
				continue
			}
			d, ok := directive.Lookup(section.Name(), a.Key().String())
			if !ok || d.OnInvalid == directive.InvalidInstall {
				continue
			}
			s := setting{
				Setting:   unit.Setting{Assignment: a, Section: section.Name(), Part: p.Part},
				unit:      p.Unit,
				directive: d,
				text:      meant(p.Part.Source.Text, d, a),
			}
			if !yield(s) {
				return
			}
		}
	}
}

// every wants all assignments.
func every(*syntax.Assignment) bool { return true }

// containing wants the assignments whose values hold a text.
func containing(text string) func(*syntax.Assignment) bool {
	return func(a *syntax.Assignment) bool { return strings.Contains(a.Value().String(), text) }
}

// hasKeys reports whether a file has keys that begin with one of some prefixes.
func hasKeys(part *unit.Part, prefixes ...string) bool {
	for _, a := range part.Assignments() {
		if slices.ContainsFunc(prefixes, func(prefix string) bool { return strings.HasPrefix(a.Key().String(), prefix) }) {
			return true
		}
	}
	return false
}

// ofKeys wants the assignments to some keys.
func ofKeys(keys ...string) func(*syntax.Assignment) bool {
	return func(a *syntax.Assignment) bool { return slices.Contains(keys, a.Key().String()) }
}

// works reports whether the release acts on the directive: the value matters.
func (s setting) works(release int) bool {
	return s.directive.In(release) && s.directive.Status != directive.StatusUnsupported
}

// refuses reports whether systemd does not load a unit with a bad value.
func (s setting) refuses() bool {
	switch s.directive.OnInvalid {
	case directive.InvalidNotLoaded:
		return true
	case directive.InvalidNotLoadedUnlessDash:
		return !strings.HasPrefix(s.text, "-")
	}
	return false
}

// context is what the specifiers in a value are expanded for. A drop-in that is not
// the unit's alone applies to units of many names, and an instance that is not there
// is for another rule to tell.
func context(p *lint.FilePass, text string) value.Context {
	c := p.Unit.Context(value.FullTable)
	if c.Unit.Kind == value.Plain && (strings.Contains(text, "%i") || strings.Contains(text, "%I")) {
		c.Unit = value.Name{}
	}
	if p.Part.IsDropIn() && (p.Part.DropInDir() != p.Unit.ID+".d" || strings.HasSuffix(p.Unit.Name.Prefix, "-")) {
		c.Unit = value.Name{}
	}
	return c
}

// meant returns a value without what certainly was not meant as part of it, and
// what the family syntax tells therefore: a comment at its end, a header or a
// directive after a backslash, the backslash itself.
func meant(text string, d *directive.Directive, a *syntax.Assignment) string {
	s := a.Value().String()
	lines := a.Parts().Lines
	var quote byte
	for i := 0; i < len(s); i++ {
		for len(lines) > 1 && a.Value().Offset(i) >= lines[1].Start {
			if lines = lines[1:]; quote == 0 && startsAnew(strings.Trim(lines[0].Of(text), " \t")) {
				s = s[:i]
			}
		}
		switch {
		case i >= len(s):
		case s[i] == '\\':
			i++
		case quote != 0:
			if s[i] == quote {
				quote = 0
			}
		case s[i] == '"' || s[i] == '\'':
			quote = s[i]
		case (i == 0 || isBlank(s[i-1])) && startsComment(d, s, i):
			s = s[:i]
		}
	}
	s = strings.TrimRight(s, " \t")
	if (len(s)-len(strings.TrimRight(s, `\`)))%2 == 1 {
		s = strings.TrimRight(s[:len(s)-1], " \t")
	}
	return s
}

// startsComment reports whether the author of a value meant what starts at index i
// as a comment.
func startsComment(d *directive.Directive, s string, i int) bool {
	rest := s[i+1:]
	if rest == "" || d.Key == "Description" {
		return false
	}
	spaced := isBlank(rest[0])
	switch {
	case s[i] == ';':
		_, words := wordy[d.Type]
		return spaced && i > 0 && !words
	case s[i] != '#' || slices.Contains(data, d.Key) || d.Type == directive.TypeRegexp:
		return false
	case i == 0 || slices.Contains(prose, d.Type):
		return spaced
	}
	letter := rest[0] | 0x20
	return spaced || rest[0] == '#' || letter >= 'a' && letter <= 'z'
}

// wordy are the types of values that are words or free text, and whether systemd
// takes quotes off them. All others are one value in a grammar of its own
// (src/core/load-fragment.c).
var wordy = map[directive.Type]bool{
	directive.TypeAddressFamilySet:              true,
	directive.TypeArchitectureList:              true,
	directive.TypeBPFProgram:                    false,
	directive.TypeBindMountList:                 true,
	directive.TypeCPUSet:                        true,
	directive.TypeCapabilitySet:                 true,
	directive.TypeConditionPath:                 false,
	directive.TypeConditionString:               false,
	directive.TypeCredential:                    false,
	directive.TypeCredentialGlob:                false,
	directive.TypeDelegate:                      true,
	directive.TypeDeviceAllow:                   true,
	directive.TypeDirectoryList:                 true,
	directive.TypeEnvironmentAssignments:        true,
	directive.TypeEnvironmentNames:              true,
	directive.TypeEnvironmentNamesOrAssignments: true,
	directive.TypeExecCommand:                   true,
	directive.TypeExitStatusOrSignalSet:         false,
	directive.TypeFDName:                        false,
	directive.TypeFileSystemSet:                 true,
	directive.TypeIPPrefixList:                  false,
	directive.TypeImageList:                     true,
	directive.TypeInstanceName:                  false,
	directive.TypeInterfaceNameList:             true,
	directive.TypeJournalFields:                 true,
	directive.TypeMountOptions:                  true,
	directive.TypeMountSource:                   false,
	directive.TypeNFTSet:                        true,
	directive.TypeOpenFile:                      false,
	directive.TypePath:                          false,
	directive.TypePathList:                      true,
	directive.TypePathListFlags:                 true,
	directive.TypeRegexp:                        false,
	directive.TypeString:                        false,
	directive.TypeStringList:                    true,
	directive.TypeSystemCallSet:                 false,
	directive.TypeTmpfsList:                     true,
	directive.TypeURLList:                       true,
	directive.TypeUnitList:                      false,
	directive.TypeUserOrGroup:                   false,
	directive.TypeUserOrGroupList:               false,
	directive.TypeXattr:                         false,
}

// data are the directives of which a value may hold anything.
var data = []string{"SetCredential", "SetCredentialEncrypted", "StandardInputText"}

// prose are the types of values in which a # before a letter may be meant.
var prose = []directive.Type{directive.TypeExecCommand, directive.TypeString, directive.TypeConditionString}

// startsAnew reports whether a line after a backslash was meant to stand alone: it
// is a header or assigns to a directive.
func startsAnew(line string) bool {
	if strings.HasPrefix(line, "[") && strings.HasSuffix(line, "]") {
		return directive.KnownSection(line[1 : len(line)-1])
	}
	key, _, ok := strings.Cut(line, "=")
	return ok && len(directive.InSections(strings.TrimRight(key, " \t"))) > 0
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

// edit replaces a span of a setting's value.
func (s setting) edit(span source.Span, text string) lint.Edit {
	return lint.Edit{Place: lint.AtWord(s.Setting, span), Text: text}
}
