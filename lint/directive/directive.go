// Package directive is the table of every section and directive that systemd's
// unit file parser knows or has known: type of the value, how assignments add
// up, what an empty one does, what becomes of a bad one, and which releases have
// it. The package holds facts only; reading values is for package value.
package directive

import (
	"slices"
	"sort"
	"strings"
	"sync"
)

//go:generate go run ./internal/gen

// Latest is the newest systemd release the table describes.
const Latest = 262

// ExtensionPrefix starts the names of sections and directives that systemd
// leaves to other programs and passes over without a word. They are not in the
// table.
const ExtensionPrefix = "X-"

// Type is the kind of value a directive takes. The constants are generated
// from data/types.tsv.
type Type string

// Directive describes one directive in one section. Directives belong to the
// table and must not be modified.
type Directive struct {
	// Section and Key are the names as systemd spells them; both are
	// case-sensitive.
	Section, Key string
	// Type is the kind of value.
	Type Type
	// Enum names the vocabulary the value is taken from, or is empty.
	Enum string
	// Also tells which forms beside the words of Enum are accepted.
	Also Forms
	// Parameter is the kind of argument of a Condition*= or Assert*=, such as
	// "path", "version-expression" or "kernel-cmdline"; empty elsewhere.
	Parameter string
	// List tells how several assignments of the directive add up.
	List ListSemantics
	// Empty tells what an assignment without a value does.
	Empty EmptyEffect
	// Separator divides the words where one assignment takes several.
	Separator Separator
	// Specifiers tells which % sequences are expanded.
	Specifiers SpecifierClass
	// OnInvalid tells what becomes of the unit when the value is bad.
	OnInvalid InvalidEffect
	// Status tells whether systemd as of Latest still acts on the directive.
	Status Status
	// Since is the first systemd release that knows the directive, Deprecated
	// the first that discourages it, Removed the first without it, or without
	// effect for it. Deprecated and Removed are 0 where there is no such release.
	Since, Deprecated, Removed int
	// Replacement says what to use instead of a directive that is no longer
	// active, if there is anything. It is a key of the same section or a short
	// phrase.
	Replacement string
	// ManPage is the manual page that describes the directive, such as
	// "systemd.exec", or empty where none does.
	ManPage string
	// Notes holds limits and oddities of the value, in short phrases.
	Notes string

	resetGroup string
	emptySince int // before, an empty value is a bad one
}

// ListSemantics tells how several assignments of one directive add up.
type ListSemantics string

// How assignments add up.
const (
	Single           ListSemantics = "single"     // the last assignment wins
	FirstWins        ListSemantics = "first"      // the first valid assignment wins, later ones are ignored with a warning
	Append           ListSemantics = "append"     // assignments accumulate and nothing takes them back
	AppendResettable ListSemantics = "resettable" // assignments accumulate, an empty one drops the earlier ones
)

// EmptyEffect tells what an assignment without a value does.
type EmptyEffect string

// Effects of an empty assignment.
const (
	EmptyResets  EmptyEffect = "reset"   // earlier assignments are dropped, the default holds again
	EmptyNoOp    EmptyEffect = "noop"    // nothing happens, nothing is said
	EmptyError   EmptyEffect = "error"   // a bad value, with the effect in OnInvalid; earlier assignments stay
	EmptyMeaning EmptyEffect = "meaning" // earlier assignments are dropped and the empty value means something other than the default
)

// Separator divides the words of one assignment.
type Separator string

// Separators. Blanks stand for any white space.
const (
	SeparatorNone         Separator = ""
	SeparatorSpace        Separator = "space"
	SeparatorComma        Separator = "comma"
	SeparatorSpaceOrComma Separator = "space-or-comma"
	SeparatorColon        Separator = "colon"
)

// SpecifierClass tells which % sequences of systemd.unit(5) a value may use.
type SpecifierClass string

// Classes of specifiers.
const (
	SpecifiersNone           SpecifierClass = "none"      // % is an ordinary character
	SpecifiersName           SpecifierClass = "name"      // the small table of unit name fields
	SpecifiersFull           SpecifierClass = "full"      // the whole table
	SpecifiersPath           SpecifierClass = "path"      // the whole table; the result is a path
	SpecifiersExec           SpecifierClass = "exec"      // as path in the program, as full in the arguments
	SpecifiersEnvironment    SpecifierClass = "env"       // the whole table, in each word
	SpecifiersCredential     SpecifierClass = "cred"      // the whole table, in the id of the credential
	SpecifiersCredentialPath SpecifierClass = "cred-path" // the whole table, in the id and in the path
	SpecifiersDescriptor     SpecifierClass = "fd"        // the whole table; the result names a file descriptor
	SpecifiersInstall        SpecifierClass = "install"   // the table of [Install], expanded when the unit is enabled
)

// InvalidEffect tells what becomes of a unit with a bad value.
type InvalidEffect string

// Effects of a bad value. Where the unit is not loaded for a line of its main
// file, the same line in a drop-in costs the rest of that drop-in only.
const (
	InvalidIgnored             InvalidEffect = "ignored"                // the assignment is ignored with a warning
	InvalidNotLoaded           InvalidEffect = "not-loaded"             // the unit is not loaded
	InvalidNotLoadedUnlessDash InvalidEffect = "not-loaded-unless-dash" // the same, unless the value starts with -
	InvalidInstall             InvalidEffect = "install"                // noticed when the unit is enabled; the manager does not look at it
	InvalidUnread              InvalidEffect = "unread"                 // the value is not looked at, the directive has no effect
)

// Status tells how systemd as of Latest treats a directive.
type Status string

// Statuses of directives.
const (
	StatusActive      Status = "active"
	StatusAlias       Status = "alias"       // older spelling of Replacement, still accepted
	StatusMoved       Status = "moved"       // accepted here, belongs in another section
	StatusDeprecated  Status = "deprecated"  // works, discouraged
	StatusUnsupported Status = "unsupported" // known in this section, refused with a warning for this type of unit
	StatusIgnored     Status = "ignored"     // known, without effect since Removed
	StatusRemoved     Status = "removed"     // unknown since Removed
)

// Forms is a set of forms a value can take beside the words of its vocabulary.
type Forms uint8

// Forms of values.
const (
	AlsoBoolean Forms = 1 << iota // any spelling of a boolean
	AlsoNumber                    // a number
	AlsoOther                     // something else, described in Notes
)

// Value is one word of a vocabulary.
type Value struct {
	// Word is the word as systemd spells it.
	Word string
	// Since is the first release that accepts the word, 0 where that is unknown
	// or the release of the directive. Deprecated is the first release that
	// discourages it, or 0.
	Since, Deprecated int
	// Replacement is the word to use instead of a deprecated one.
	Replacement string
	// Notes holds oddities of the word.
	Notes string
}

// Lookup returns the directive key of a section. Names must match exactly, as
// they must for systemd.
func Lookup(section, key string) (*Directive, bool) {
	d, ok := index()[name{section, key}]
	return d, ok
}

// name is what a directive is found by.
type name struct{ section, key string }

// index is made when it is first asked: most commands look nothing up.
var index = sync.OnceValue(func() map[name]*Directive {
	m := make(map[name]*Directive, len(directives))
	for i := range directives {
		m[name{directives[i].Section, directives[i].Key}] = &directives[i]
	}
	return m
})

// InSections returns the directive key of every section that has it, sorted by
// section, removed ones included. It answers "right directive, wrong section".
func InSections(key string) []*Directive {
	var found []*Directive
	for i := range sections {
		if d, ok := Lookup(sections[i].name, key); ok {
			found = append(found, d)
		}
	}
	return found
}

// Section returns the directives of a section sorted by key, removed ones
// included; none for sections without directives and for unknown ones. The
// slice is the table itself and must not be modified.
func Section(name string) []Directive {
	i, found := findSection(name)
	if !found {
		return nil
	}
	return directives[sections[i].start:sections[i].end:sections[i].end]
}

// FoldKey returns the directive of a section whose key differs from the given
// one in case only, for hints.
func FoldKey(section, key string) (*Directive, bool) {
	ds := Section(section)
	for i := range ds {
		if strings.EqualFold(ds[i].Key, key) {
			return &ds[i], true
		}
	}
	return nil, false
}

// Sections returns the names of all sections systemd knows, sorted.
func Sections() []string {
	names := make([]string, 0, len(sections))
	for i := range sections {
		if sections[i].known {
			names = append(names, sections[i].name)
		}
	}
	return names
}

// KnownSection reports whether some type of unit has the section. It is false
// for sections that have gone, and for those with ExtensionPrefix.
func KnownSection(name string) bool {
	i, found := findSection(name)
	return found && sections[i].known
}

// FoldSection returns the known section whose name differs from the given one
// in case only, for hints.
func FoldSection(name string) (string, bool) {
	for i := range sections {
		if sections[i].known && strings.EqualFold(sections[i].name, name) {
			return sections[i].name, true
		}
	}
	return "", false
}

// SectionsFor returns the sections that a type of unit ("service", "timer",
// without the dot) may have, in the order they are usually written; none for an
// unknown type. The slice is the table itself and must not be modified.
func SectionsFor(unitType string) []string {
	for i := range unitTypes {
		if unitTypes[i].name == unitType {
			return unitTypes[i].sections[:]
		}
	}
	return nil
}

// HasSection reports whether a type of unit may have a section.
func HasSection(unitType, section string) bool {
	for i := range unitTypes {
		if unitTypes[i].name == unitType {
			return slices.Contains(unitTypes[i].sections[:], section)
		}
	}
	return false
}

// ResetGroup names what an empty assignment of the directive clears: all
// earlier assignments, in the same section, of directives with the same group.
// For most it is the key itself; "Condition*", "Listen*", "On*" and a few
// others are lists that several directives share. It is empty where an empty
// assignment clears nothing. With EmptyMeaning the empty assignment counts as
// the first of the new list. The facts are those of systemd's
// src/core/load-fragment.c.
func (d *Directive) ResetGroup() string {
	if d.Empty != EmptyResets && d.Empty != EmptyMeaning {
		return ""
	}
	if d.resetGroup != "" {
		return d.resetGroup
	}
	return d.Key
}

// EmptyIn tells what an assignment without a value does in the given release. Empty is
// what it does in the latest.
func (d *Directive) EmptyIn(release int) EmptyEffect {
	if release < d.emptySince {
		return EmptyError
	}
	return d.Empty
}

// In reports whether the given systemd release knows the directive and acts on
// it.
func (d *Directive) In(release int) bool {
	return d.Since <= release && (d.Removed == 0 || release < d.Removed)
}

// Values returns the vocabulary of the directive, nil where it has none. The
// slice is the table itself and must not be modified.
func (d *Directive) Values() []Value {
	i, found := sort.Find(len(enums), func(i int) int { return strings.Compare(d.Enum, enums[i].name) })
	if !found {
		return nil
	}
	return enums[i].values
}

// section is a range of the table of directives.
type section struct {
	name       string
	start, end int
	known      bool
}

// unitType is a type of unit and its sections: [Unit], its own, [Install].
type unitType struct {
	name     string
	sections [3]string
}

// enum is a vocabulary.
type enum struct {
	name   string
	values []Value
}

func findSection(name string) (int, bool) {
	return sort.Find(len(sections), func(i int) int { return strings.Compare(name, sections[i].name) })
}
