package value

import (
	"strings"
	"unicode/utf8"

	"github.com/unitvet/unitvet/lint/source"
)

// MaxNameLength is the length in bytes of the longest unit name (UNIT_NAME_MAX in
// src/basic/unit-name.h counts the NUL at the end).
const MaxNameLength = 255

// rootSlice is the slice at the top, the one name whose dash is no separator.
const rootSlice = "-.slice"

// unitType is what a unit type allows.
type unitType struct {
	name     string
	template bool // unit_type_may_template in src/shared/unit-file.h
	alias    bool // unit_type_may_alias in src/shared/unit-file.h
}

// unitTypes are all types, in the order of src/basic/unit-def.h.
var unitTypes = []unitType{
	{"service", true, true},
	{"mount", false, false},
	{"swap", false, false},
	{"socket", true, true},
	{"target", true, true},
	{"device", false, true},
	{"automount", false, false},
	{"timer", true, true},
	{"path", true, true},
	{"slice", false, false},
	{"scope", false, false},
}

// typeNamed returns the type with that name, or one with no name.
func typeNamed(name string) unitType {
	for _, t := range unitTypes {
		if t.name == name {
			return t
		}
	}
	return unitType{}
}

// UnitTypes returns the names of all unit types, such as "service".
func UnitTypes() []string {
	names := make([]string, len(unitTypes))
	for i, t := range unitTypes {
		names[i] = t.name
	}
	return names
}

// MayBeTemplate reports whether units of the type may be templates and instances
// (unit_type_may_template in src/shared/unit-file.h).
func MayBeTemplate(unitType string) bool { return typeNamed(unitType).template }

// MayBeAlias reports whether units of the type may have other names by symbolic
// links (unit_type_may_alias in src/shared/unit-file.h).
func MayBeAlias(unitType string) bool { return typeNamed(unitType).alias }

// TypeOf returns the unit type that a file name says, "" if its suffix is none.
// The rest of the name is not looked at.
func TypeOf(filename string) string {
	return typeNamed(filename[strings.LastIndexByte(filename, '.')+1:]).name
}

// NameKind tells foo.service, foo@.service and foo@bar.service apart.
type NameKind int

// The kinds of unit names.
const (
	Plain NameKind = iota
	Template
	Instance
)

// String returns "plain", "template" or "instance".
func (k NameKind) String() string {
	return [...]string{"plain", "template", "instance"}[min(max(k, Plain), Instance)]
}

// Name is a valid unit name in its parts. The zero value is no name.
type Name struct {
	// Prefix is what stands before the first @, or before the suffix.
	Prefix string
	// Instance is what stands between the first @ and the suffix, still escaped.
	Instance string
	// Type is the suffix without its dot.
	Type string
	Kind NameKind
}

// Section returns the section of the unit's own type: "Service" of a service.
func (n Name) Section() string {
	if n.Type == "" {
		return ""
	}
	return strings.ToUpper(n.Type[:1]) + n.Type[1:]
}

// ParseName takes a unit name apart. The error is a *Problem that says what is
// wrong with it and where. Only the name is judged (unit_name_is_valid in
// src/basic/unit-name.c): that mounts have no templates is MayBeTemplate's to say,
// and the instance may hold further @.
func ParseName(s string) (Name, error) {
	if problem := checkName(s); problem != nil {
		return Name{}, problem
	}
	dot := strings.LastIndexByte(s, '.')
	name := Name{Prefix: s[:dot], Type: s[dot+1:]}
	if at := strings.IndexByte(s[:dot], '@'); at >= 0 {
		name.Prefix, name.Instance, name.Kind = s[:at], s[at+1:dot], Instance
		if name.Instance == "" {
			name.Kind = Template
		}
	}
	return name, nil
}

// checkName returns what is wrong with a unit name, nil if nothing is.
func checkName(s string) *Problem {
	whole := source.Span{Start: 0, End: len(s)}
	if s == "" {
		return &Problem{Kind: NameEmpty, Span: whole, Text: "the unit name is empty"}
	}
	if len(s) > MaxNameLength {
		return &Problem{Kind: NameTooLong, Span: whole, Text: "the unit name is too long",
			Expected: "at most 255 bytes"}
	}
	if problem := checkNameCharacters(s); problem != nil {
		return problem
	}
	dot := strings.LastIndexByte(s, '.')
	if dot < 0 || dot == len(s)-1 {
		return &Problem{Kind: NameMissingType, Span: whole, Text: "the unit name has no type",
			Expected: "a suffix such as .service"}
	}
	if TypeOf(s) == "" {
		return &Problem{Kind: NameUnknownType, Span: source.Span{Start: dot, End: len(s)},
			Text: `unknown unit type "` + s[dot:] + `"`, Expected: "one of ." + strings.Join(UnitTypes(), ", .")}
	}
	if dot == 0 || s[0] == '@' {
		return &Problem{Kind: NameEmptyPrefix, Span: source.Span{Start: 0, End: 1},
			Text: `the unit name starts with "` + s[:1] + `"`, Expected: "a name before it"}
	}
	return nil
}

// nameCharacters are the bytes that unit names may hold, @ included.
var nameCharacters = setOf("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ:-_.\\@")

// checkNameCharacters returns the first character that names may not hold, nil if
// there is none.
func checkNameCharacters(s string) *Problem {
	for i := 0; i < len(s); i++ {
		if nameCharacters[s[i]] {
			continue
		}
		_, size := utf8.DecodeRuneInString(s[i:])
		return &Problem{Kind: NameBadCharacter, Span: source.Span{Start: i, End: i + size},
			Text:     "the unit name holds a character that is not allowed",
			Expected: `letters, digits and :-_.\@`}
	}
	return nil
}

// String puts the name together again.
func (n Name) String() string {
	switch n.Kind {
	case Template:
		return n.Prefix + "@." + n.Type
	case Instance:
		return n.Prefix + "@" + n.Instance + "." + n.Type
	}
	if n.Type == "" {
		return ""
	}
	return n.Prefix + "." + n.Type
}

// Template returns the template of an instance: foo@.service of foo@bar.service.
// Templates and plain names are returned as they are.
func (n Name) Template() Name {
	if n.Kind == Instance {
		n.Instance, n.Kind = "", Template
	}
	return n
}

// WithInstance returns the name with another instance: foo@i.service of
// foo@.service and of foo@bar.service. i is not escaped for it. The error is a
// *Problem with a span in i, or all of it (unit_name_replace_instance in
// src/basic/unit-name.c).
func (n Name) WithInstance(i string) (Name, error) {
	whole := source.Span{Start: 0, End: len(i)}
	if n.Kind == Plain {
		return Name{}, &Problem{Kind: NameNotTemplate, Span: whole, Text: n.String() + " is no template"}
	}
	if i == "" {
		return Name{}, &Problem{Kind: NameEmpty, Span: whole, Text: "the instance is empty"}
	}
	if problem := checkNameCharacters(i); problem != nil {
		return Name{}, problem
	}
	n.Instance, n.Kind = i, Instance
	if len(n.String()) > MaxNameLength {
		return Name{}, &Problem{Kind: NameTooLong, Span: whole, Text: "the unit name is too long with this instance",
			Expected: "at most 255 bytes"}
	}
	return n, nil
}

// ResolveTemplate returns the unit that a dependency of unit by on n means: for a
// template the instance that by has, or, if it has none, its prefix; any other
// name as it is (resolve_template in src/core/unit.c). The error is that of
// WithInstance.
func (n Name) ResolveTemplate(by Name) (Name, error) {
	if n.Kind != Template {
		return n, nil
	}
	if by.Kind == Instance {
		return n.WithInstance(by.Instance)
	}
	return n.WithInstance(by.Prefix)
}

// CheckSlice returns what is wrong with the name of a slice, nil if nothing is:
// its dashes separate the slices it lies in, so none may stand at an end or beside
// another (slice_name_is_valid in src/basic/unit-name.c).
func CheckSlice(s string) *Problem {
	if problem := checkName(s); problem != nil {
		return problem
	}
	name, _ := ParseName(s)
	whole := source.Span{Start: 0, End: len(s)}
	if name.Kind != Plain || name.Type != "slice" {
		return &Problem{Kind: NameBadSlice, Span: whole, Text: s + " is no slice",
			Expected: "a name such as system.slice, without @"}
	}
	if s == rootSlice {
		return nil
	}
	for i := 0; i < len(name.Prefix); i++ {
		if name.Prefix[i] == '-' && (i == 0 || name.Prefix[i-1] == '-' || i == len(name.Prefix)-1) {
			return &Problem{Kind: NameBadSlice, Span: source.Span{Start: i, End: i + 1},
				Text: "the dash has no slice on both sides", Expected: "a name such as parent-child.slice"}
		}
	}
	return nil
}

// ParentSlice returns the slice that a slice lies in: a-b.slice of a-b-c.slice,
// -.slice of a.slice. ok is false for -.slice and for names that are no slices
// (slice_build_parent_slice in src/basic/unit-name.c).
func ParentSlice(s string) (parent string, ok bool) {
	if s == rootSlice || CheckSlice(s) != nil {
		return "", false
	}
	dash := strings.LastIndexByte(s, '-')
	if dash < 0 {
		return rootSlice, true
	}
	return s[:dash] + ".slice", true
}

// DropInNames returns the names whose directories (NAME.d, NAME.wants, …) belong
// to a unit, the unit's own first, within each directory of the search path in
// this order. The directory of the type (service.d) is not among them: it comes
// after all others, of all names (unit_file_find_dirs in src/shared/dropin.c).
//
//	foo-bar.service      foo-bar, foo-
//	foo--bar.service     foo--bar, foo--, foo-
//	foo-bar@x.service    foo-bar@x, foo-bar@, foo-, foo-@x, foo-@
//	-.mount              -
//
// The prefix of a template loses its @: that is systemd's way, not a slip.
func DropInNames(n Name) []string {
	names := []string{n.String()}
	if n.Kind == Instance {
		names = append(names, n.Template().String())
	}
	var prefixes []string
	for prefix, ok := dashPrefix(n.Prefix); ok; prefix, ok = dashPrefix(prefix) {
		prefixes = append(prefixes, prefix)
		names = append(names, prefix+"."+n.Type)
	}
	if n.Kind != Instance {
		return names
	}
	for _, prefix := range prefixes {
		n.Prefix = prefix
		names = append(names, n.String(), n.Template().String())
	}
	return names
}

// dashPrefix returns the next shorter prefix that ends in a dash. A dash at the
// end is cut off before looking for it, but one only; a name that starts with the
// dash found has no prefix.
func dashPrefix(prefix string) (string, bool) {
	dash := strings.LastIndexByte(prefix, '-')
	if dash > 0 && dash == len(prefix)-1 {
		prefix = prefix[:dash]
		dash = strings.LastIndexByte(prefix, '-')
	}
	if dash <= 0 {
		return "", false
	}
	return prefix[:dash+1], true
}
