// Package value reads the grammars of values inside unit files: words and
// quotes, unit names and their escapes, specifiers, command lines, environment
// assignments, paths, booleans.
//
// A value is handed in folded and stripped, as systemd sees it. Every span is a
// range of bytes of that string. A grammar returns what it read together with
// what is wrong with it; it never prints and never panics, whatever the bytes.
// systemd 252 to 257 are the reference; doc comments say where releases differ.
package value

import "github.com/unitvet/unitvet/lint/source"

// Problem is what is wrong with a value, and where. It is an error, so that
// functions with one possible problem can return it as such.
type Problem struct {
	Kind ProblemKind
	// Span is the wrong part, in the string that was handed in.
	Span source.Span
	// Text says what is wrong: lower case, no full stop.
	Text string
	// Expected says what the grammar takes in that place; "" where the text says
	// it all.
	Expected string
	// Effect is what systemd does about it.
	Effect Effect
}

// Error returns the text and, after a comma, what was expected.
func (p *Problem) Error() string {
	if p.Expected == "" {
		return p.Text
	}
	return p.Text + ", expected " + p.Expected
}

// Effect is what systemd does about a problem in a value.
type Effect int

const (
	// Unstated: the directive decides, not the grammar.
	Unstated Effect = iota
	// Accepted: systemd takes the value, which does not mean what it seems to.
	Accepted
	// DropsLine: the line is ignored with a warning, even where the directive is one
	// whose problems refuse the unit.
	DropsLine
	// DropsEntry: the entry is skipped with a warning, the others count.
	DropsEntry
	// DropsRest: the entry and everything after it in the value is skipped with a
	// warning; what stands before it counts.
	DropsRest
	// Refuses: the unit is not loaded (ENOEXEC, "bad-setting"); in a drop-in the
	// rest of the drop-in is skipped. For an environment file: it is not read.
	Refuses
)

// ProblemKind tells the problems of all grammars apart.
type ProblemKind int

// Words (src/basic/extract-word.c).
const (
	// UnbalancedQuote is a quote that is never closed.
	UnbalancedQuote ProblemKind = iota
	// TrailingBackslash is a backslash with nothing after it.
	TrailingBackslash
	// UnknownEscape is a backslash sequence that C escapes do not have.
	UnknownEscape
)

// Unit names (src/basic/unit-name.c).
const (
	// NameEmpty is an empty name, or an empty part of one.
	NameEmpty ProblemKind = iota + 100
	// NameTooLong is a name of more than MaxNameLength bytes.
	NameTooLong
	// NameBadCharacter is a character that names may not hold.
	NameBadCharacter
	// NameMissingType is a name without a suffix such as .service.
	NameMissingType
	// NameUnknownType is a name with a suffix that is no unit type.
	NameUnknownType
	// NameEmptyPrefix is a name with nothing before the @ or the suffix.
	NameEmptyPrefix
	// NameNotTemplate is a name without @ where an instance is to be put in.
	NameNotTemplate
	// NameBadSlice is a slice name whose dashes do not spell a path of slices.
	NameBadSlice
	// BadEscape is a backslash in an escaped name that is not \x and two
	// hexadecimal digits.
	BadEscape
)

// Specifiers (src/shared/specifier.c).
const (
	// UnknownSpecifier is % and a letter or digit that means nothing here.
	UnknownSpecifier ProblemKind = iota + 200
)

// Command lines (config_parse_exec in src/core/load-fragment.c).
const (
	// EmptyCommand is a command without a path: nothing after the prefixes.
	EmptyCommand ProblemKind = iota + 300
	// MissingArgv0 is a command with the prefix @ and no second word.
	MissingArgv0
	// PrefixConflict is a prefix given twice, or one that excludes another.
	PrefixConflict
	// UnsafeCommand is a path with quotes, backslashes or control characters.
	UnsafeCommand
	// DirectoryCommand is a path that can only be a directory.
	DirectoryCommand
	// RelativeCommand is a path with slashes that does not start with one.
	RelativeCommand
	// VariableCommand is a path with a variable in it, which nobody expands.
	VariableCommand
)

// Environment (src/basic/env-util.c, src/basic/env-file.c).
const (
	// MissingEquals is a word or line without =.
	MissingEquals ProblemKind = iota + 400
	// BadVariableName is a name that is not letters, digits and underscores, or
	// starts with a digit.
	BadVariableName
	// ExportPrefix is a line of an environment file that starts with "export ",
	// which makes it part of the name.
	ExportPrefix
	// TextAfterQuote is text after a closing quote in an environment file: it is
	// added to the value, blanks between left out.
	TextAfterQuote
	// ContinuedComment is a comment in an environment file that ends in a
	// backslash: before systemd 254 it swallows the next line.
	ContinuedComment
	// InvalidEncoding is a text that is not UTF-8, or holds a NUL.
	InvalidEncoding
)

// Paths (src/shared/parse-helpers.c, src/basic/path-util.c).
const (
	// PathNotAbsolute is a path that does not start with a slash.
	PathNotAbsolute ProblemKind = iota + 500
	// PathNotRelative is a path that starts with one where it must not.
	PathNotRelative
	// PathNotNormalized is a path with a component "..".
	PathNotNormalized
	// PathTooLong is a path of MaxPathLength bytes or more, or with a component of
	// more than MaxComponentLength.
	PathTooLong
	// PathReserved is the directory "private", which systemd keeps for itself.
	PathReserved
	// BadOption is an option or flag that is not known.
	BadOption
)
