package value

import (
	"strings"

	"github.com/unitvet/unitvet/lint/source"
)

// Table is a set of specifiers: which letters mean something depends on the
// directive (src/core/unit-printf.c).
type Table int

const (
	// FullTable is that of most directives (unit_full_printf).
	FullTable Table = iota
	// NameTable is that of unit names in dependencies and such (unit_name_printf),
	// and of [Install] (src/shared/install-printf.c): only what may stand in a name.
	NameTable
)

// SpecifierInfo describes a specifier.
type SpecifierInfo struct {
	Char byte
	// Meaning says what it stands for.
	Meaning string
	// Since is the systemd release that brought it to the full table.
	Since int
	// NameSince is the one that brought it to the name table, 0 if none did.
	NameSince int
	// Deprecated is the release from which systemd warns of it, 0 if none does.
	Deprecated int
}

// specifiers are all of them (man page systemd.unit, "Specifiers").
var specifiers = []SpecifierInfo{
	{'A', "OS image version (IMAGE_VERSION)", 249, 249, 0},
	{'a', "native architecture", 247, 246, 0},
	{'B', "OS build ID (BUILD_ID)", 247, 246, 0},
	{'b', "boot ID", 190, 233, 0},
	{'C', "cache directory root (/var/cache, $XDG_CACHE_HOME)", 236, 0, 0},
	{'c', "cgroup path of the unit", 30, 0, 233},
	{'D', "shared data directory (/usr/share, $XDG_DATA_HOME)", 256, 0, 0},
	{'d', "credentials directory", 251, 0, 0},
	{'E', "configuration directory root (/etc, $XDG_CONFIG_HOME)", 239, 0, 0},
	{'f', "unescaped instance (or prefix) as absolute path", 12, 0, 0},
	{'G', "GID of the manager user", 240, 240, 0},
	{'g', "group name of the manager user", 240, 240, 0},
	{'H', "host name", 190, 233, 0},
	{'h', "home of the manager user (not of User=)", 187, 0, 0},
	{'I', "instance name, unescaped", 1, 0, 0},
	{'i', "instance name (escaped)", 1, 1, 0},
	{'J', "as j, unescaped", 239, 0, 0},
	{'j', "part after the last - of the prefix", 239, 241, 0},
	{'L', "log directory root (/var/log, $XDG_STATE_HOME/log)", 236, 0, 0},
	{'l', "short host name", 246, 247, 0},
	{'M', "OS image ID (IMAGE_ID)", 249, 249, 0},
	{'m', "machine ID", 190, 233, 0},
	{'N', "full unit name without type suffix", 1, 1, 0},
	{'n', "full unit name", 1, 1, 0},
	{'o', "OS ID (ID)", 247, 246, 0},
	{'P', "prefix name, unescaped", 1, 0, 0},
	{'p', "prefix name (before @)", 1, 1, 0},
	{'q', "pretty host name", 251, 251, 0},
	{'R', "root of the manager cgroup", 30, 0, 233},
	{'r', "cgroup path of the slice", 30, 0, 233},
	{'S', "state directory root (/var/lib, $XDG_STATE_HOME)", 236, 0, 0},
	{'s', "shell of the manager user", 187, 0, 0},
	{'T', "temporary directory (/tmp)", 239, 0, 0},
	{'t', "runtime directory root (/run, $XDG_RUNTIME_DIR)", 30, 0, 0},
	{'U', "UID of the manager user", 197, 233, 0},
	{'u', "name of the manager user (root in the system manager, not User=)", 187, 233, 0},
	{'V', "large temporary directory (/var/tmp)", 239, 0, 0},
	{'v', "kernel release", 206, 246, 0},
	{'W', "OS variant ID (VARIANT_ID)", 247, 246, 0},
	{'w', "OS version ID (VERSION_ID)", 247, 246, 0},
	{'Y', "directory of the unit fragment", 251, 0, 0},
	{'y', "path of the unit fragment", 251, 0, 0},
	{'%', "literal percent sign", 1, 1, 0},
}

// LookupSpecifier returns what % and c stand for in a table; ok is false if they
// are an error there or, c being no letter or digit, just characters.
func LookupSpecifier(c byte, t Table) (info SpecifierInfo, ok bool) {
	for _, s := range specifiers {
		if s.Char == c {
			return s, t == FullTable || s.NameSince > 0
		}
	}
	return SpecifierInfo{}, false
}

// SpecifierUse is a specifier in a value.
type SpecifierUse struct {
	// Char is the letter, digit or second percent sign.
	Char byte
	Span source.Span
}

// ScanSpecifiers returns the specifiers in s and the problems of those that the
// table does not have: systemd then takes the whole string for an error. % before
// anything but a letter, a digit or another %, and % at the end, are just
// characters (specifier_printf in src/shared/specifier.c).
func ScanSpecifiers(s string, t Table) ([]SpecifierUse, []*Problem) {
	var uses []SpecifierUse
	var problems []*Problem
	for i := 0; i+1 < len(s); i++ {
		if s[i] != '%' {
			continue
		}
		i++
		if !isSpecifier(s[i]) {
			continue
		}
		use := SpecifierUse{Char: s[i], Span: source.Span{Start: i - 1, End: i + 1}}
		uses = append(uses, use)
		if _, ok := LookupSpecifier(use.Char, t); !ok {
			problems = append(problems, unknownSpecifier(use))
		}
	}
	return uses, problems
}

// unknownSpecifier is the problem of a specifier that means nothing in its place.
func unknownSpecifier(use SpecifierUse) *Problem {
	return &Problem{Kind: UnknownSpecifier, Span: use.Span, Text: "unknown specifier %" + string(rune(use.Char)),
		Expected: "%% for a percent sign"}
}

// isSpecifier reports whether systemd takes % and c for a specifier, known or not.
func isSpecifier(c byte) bool {
	return c == '%' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// hasSpecifier reports whether s has a specifier other than %%.
func hasSpecifier(s string) bool {
	for i := strings.IndexByte(s, '%'); i >= 0 && i+1 < len(s); i++ {
		if s[i] != '%' {
			continue
		}
		i++
		if i < len(s) && s[i] != '%' && isSpecifier(s[i]) {
			return true
		}
	}
	return false
}

// Context is what specifiers are expanded for.
type Context struct {
	// Unit is the name of the unit; the zero value if it is not known. For a
	// template the instance is not known.
	Unit Name
	// User says that the unit is one of a user's manager, where the directories
	// and names of the user are not known.
	User bool
	// AnyManager says that the unit may be one of the system's manager or of a user's:
	// what differs between them is not known.
	AnyManager bool
	// Table is what the directive takes, by default the full table.
	Table Table
}

// Expansion is a text with its specifiers expanded.
type Expansion struct {
	// Text is the result. What could not be expanded stands in it as it was.
	Text string
	// Known says that nothing is left that only the host or the instance can tell,
	// and that every specifier is valid.
	Known bool
	// Unknown are the specifiers left in the text, with their spans in the input.
	Unknown []SpecifierUse
	// Problems are those of ScanSpecifiers.
	Problems []*Problem

	trace trace
}

// Sub returns where the bytes [i, j) of the text come from in the string that was
// expanded. A byte of an expanded specifier stands for the whole specifier.
// Offsets outside the text are moved to its nearest end.
func (e Expansion) Sub(i, j int) source.Span { return e.trace.sub(len(e.Text), i, j) }

// maxExpansion is the length in bytes that no expanded text may exceed
// (LONG_LINE_MAX in src/basic/fileio.h; names and paths have lower limits).
const maxExpansion = 1 << 20

// ExpandName expands the specifiers in s that are known from the name of the unit
// alone, or the same on every host with systemd as the system manager: %s, for
// one, is not, being /bin/bash where that exists (src/core/unit-printf.c,
// src/shared/specifier.c). Where the text grows over 1 MiB systemd gives up, and
// further specifiers are left as they are; shorter limits are not checked.
func ExpandName(s string, c Context) Expansion {
	if strings.IndexByte(s, '%') < 0 {
		return Expansion{Text: s, Known: true}
	}
	e := Expansion{Known: true}
	var b builder
	for i := 0; i < len(s); i++ {
		if s[i] != '%' || i+1 == len(s) || !isSpecifier(s[i+1]) {
			b.add(s[i], source.Span{Start: i, End: i + 1})
			if s[i] == '%' && i+1 < len(s) { // both are characters, the second is no start
				i++
				b.add(s[i], source.Span{Start: i, End: i + 1})
			}
			continue
		}
		use := SpecifierUse{Char: s[i+1], Span: source.Span{Start: i, End: i + 2}}
		i++
		if _, ok := LookupSpecifier(use.Char, c.Table); !ok {
			e.Problems = append(e.Problems, unknownSpecifier(use))
		} else if text, ok := c.resolve(use.Char); ok && len(b.text)+len(text) <= maxExpansion {
			b.addAll(text, use.Span)
			continue
		}
		e.Known = false
		e.Unknown = append(e.Unknown, use)
		b.plain(s, use.Span.Start, use.Span.End)
	}
	w := b.word(source.Span{}, false)
	e.Text, e.trace = w.Text, w.trace
	return e
}

// resolve returns what a specifier stands for; ok is false if that is not known.
func (c Context) resolve(char byte) (text string, ok bool) {
	if char == '%' {
		return "%", true
	}
	if text, ok = systemSpecifiers[char]; ok {
		return text, !c.User && !c.AnyManager
	}
	if char == 'd' && !c.User && !c.AnyManager {
		id, ok := nameSpecifiers['n'](c.Unit)
		return "/run/credentials/" + id, ok
	}
	fromName := nameSpecifiers[char]
	if fromName == nil || c.Unit.Type == "" {
		return "", false
	}
	return fromName(c.Unit)
}

// systemSpecifiers are those that are the same wherever systemd runs as the
// system manager (src/libsystemd/sd-path/sd-path.c, src/basic/user-util.c).
var systemSpecifiers = map[byte]string{
	'C': "/var/cache", 'D': "/usr/share", 'E': "/etc", 'L': "/var/log", 'S': "/var/lib",
	'T': "/tmp", 'V': "/var/tmp", 't': "/run",
	'h': "/root", 'u': "root", 'U': "0", 'g': "root", 'G': "0",
}

// nameSpecifiers are those that come from the unit's name. ok is false where the
// instance is not known yet, and where unescaping fails, which is an error to
// systemd too.
var nameSpecifiers = map[byte]func(Name) (text string, ok bool){
	'n': func(n Name) (string, bool) { return n.String(), n.Type != "" && n.Kind != Template },
	'N': func(n Name) (string, bool) {
		return strings.TrimSuffix(n.String(), "."+n.Type), n.Kind != Template
	},
	'p': func(n Name) (string, bool) { return n.Prefix, true },
	'P': func(n Name) (string, bool) { return unescaped(n.Prefix) },
	'j': func(n Name) (string, bool) { return lastComponent(n.Prefix), true },
	'J': func(n Name) (string, bool) { return unescaped(lastComponent(n.Prefix)) },
	'i': func(n Name) (string, bool) { return n.Instance, n.Kind != Template },
	'I': func(n Name) (string, bool) {
		text, ok := unescaped(n.Instance)
		return text, ok && n.Kind != Template
	},
	'f': func(n Name) (string, bool) {
		if n.Kind == Instance {
			path, err := PathUnescape(n.Instance)
			return path, err == nil
		}
		path, err := UnitToPath(n)
		return path, err == nil && n.Kind == Plain
	},
}

// unescaped is Unescape with a flag in place of the error.
func unescaped(s string) (string, bool) {
	text, err := Unescape(s)
	return text, err == nil
}

// lastComponent returns what stands after the last dash.
func lastComponent(prefix string) string { return prefix[strings.LastIndexByte(prefix, '-')+1:] }
