package value

import (
	"fmt"
	"strings"

	"github.com/coreos/go-systemd/v22/unit"

	"github.com/unitvet/unitvet/lint/source"
)

// Escape makes a string fit for a unit name, as systemd-escape(1) does: / becomes
// -, and what names may not hold \xNN (unit_name_escape in src/basic/unit-name.c).
func Escape(s string) string {
	// go-systemd writes bytes below 0x10 with one digit, so it gets what lies
	// between them. The letter in front keeps it from taking a dot there for one at
	// the start of the name.
	var out strings.Builder
	start := 0
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x10 {
			continue
		}
		out.WriteString(escapeFrom(s, start, i))
		fmt.Fprintf(&out, `\x%02x`, s[i])
		start = i + 1
	}
	if start == 0 {
		return unit.UnitNameEscape(s)
	}
	return out.String() + escapeFrom(s, start, len(s))
}

// escapeFrom escapes s[i:j].
func escapeFrom(s string, i, j int) string {
	if i == 0 {
		return unit.UnitNameEscape(s[:j])
	}
	return unit.UnitNameEscape("a" + s[i:j])[1:]
}

// Unescape undoes Escape. The error is a *Problem: a backslash that is not \x and
// two hexadecimal digits (unit_name_unescape in src/basic/unit-name.c).
func Unescape(s string) (string, error) {
	if !strings.Contains(s, `\`) {
		return unit.UnitNameUnescape(s), nil
	}
	// go-systemd passes broken escapes through, takes signs for digits and keeps
	// escapes of bytes from 0x80 on: it gets what lies between escapes.
	var out strings.Builder
	start := 0
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			continue
		}
		v, ok := digits(s[min(i+2, len(s)):], 2, 16)
		if !ok || s[i+1] != 'x' {
			return "", &Problem{Kind: BadEscape, Span: source.Span{Start: i, End: min(i+4, len(s))},
				Text: "bad escape in the unit name", Expected: `\x and two hexadecimal digits`}
		}
		out.WriteString(unit.UnitNameUnescape(s[start:i]))
		out.WriteByte(byte(v))
		i += 3
		start = i + 1
	}
	return out.String() + unit.UnitNameUnescape(s[start:]), nil
}

// PathEscape makes a path fit for a unit name, as systemd-escape --path does: //
// and /./ are simplified, the slashes at the ends dropped, "/" becomes "-". The
// error is a *Problem: a component "..", or one that is too long. Newer releases
// than 252 drop ".." right after the root; it is refused here
// (unit_name_path_escape in src/basic/unit-name.c).
func PathEscape(path string) (string, error) {
	if problem := checkComponents(path); problem != nil {
		return "", problem
	}
	switch simple := strings.TrimPrefix(SimplifyPath(path), "/"); simple {
	case "":
		return "-", nil
	case ".":
		return "", &Problem{Kind: PathNotNormalized, Span: source.Span{Start: 0, End: len(path)},
			Text: "the path names no file", Expected: "a path that starts with /"}
	default:
		return Escape(simple), nil
	}
}

// PathUnescape undoes PathEscape; the path starts with a slash. The error is a
// *Problem: a bad escape, or what PathEscape never gives, such as a doubled dash
// (unit_name_path_unescape in src/basic/unit-name.c).
func PathUnescape(s string) (string, error) {
	if s == "-" {
		return "/", nil
	}
	path, err := Unescape(s)
	if err != nil {
		return "", err
	}
	whole := source.Span{Start: 0, End: len(s)}
	if path == "" {
		return "", &Problem{Kind: NameEmpty, Span: whole, Text: "the escaped path is empty"}
	}
	path = "/" + path
	if path != SimplifyPath(path) || checkComponents(path) != nil {
		return "", &Problem{Kind: PathNotNormalized, Span: whole, Text: "this is no escaped path",
			Expected: "no dash at the ends or beside another, no component . or .."}
	}
	return path, nil
}

// PathToUnit returns the name of the unit of the given type that stands for a
// path: "/var/log" and "mount" give var-log.mount. The error is a *Problem with a
// span in the path. For a name over MaxNameLength it is NameTooLong, though
// systemd since 249 goes on to use a hash for such a path (unit_name_from_path in
// src/basic/unit-name.c).
func PathToUnit(path, unitType string) (string, error) {
	whole := source.Span{Start: 0, End: len(path)}
	if typeNamed(unitType).name == "" {
		return "", &Problem{Kind: NameUnknownType, Span: whole, Text: `unknown unit type "` + unitType + `"`}
	}
	escaped, err := PathEscape(path)
	if err != nil {
		return "", err
	}
	name := escaped + "." + unitType
	if len(name) > MaxNameLength {
		return "", &Problem{Kind: NameTooLong, Span: whole, Text: "the path is too long for a unit name"}
	}
	return name, nil
}

// UnitToPath undoes PathToUnit. The error is a *Problem (unit_name_to_path in
// src/basic/unit-name.c).
func UnitToPath(n Name) (string, error) { return PathUnescape(n.Prefix) }
