// Package syntax holds the rules about the file itself: lines, sections, names of
// directives, continuation lines, quotes and comments as systemd reads them, and
// the names and modes of files. What a value means is for other families.
package syntax

import "github.com/unitvet/unitvet/lint"

// Rules returns the rules of the family.
func Rules() []*lint.Rule {
	return []*lint.Rule{
		AssignmentOutsideSection,
		BlankAfterBackslash,
		BlankLineInContinuation,
		ByteOrderMark,
		ControlCharacter,
		DuplicateAssignment,
		DuplicateListEntry,
		EmptyUnitFile,
		ExecutableUnitFile,
		InlineComment,
		InvalidEncoding,
		InvalidSectionHeader,
		InvalidUnitName,
		LineTooLong,
		MisplacedSection,
		MissingEquals,
		QuotedValue,
		SwallowedLine,
		UnknownDirective,
		UnknownQuadletKey,
		UnknownSection,
		UnknownUnitType,
		WorldWritableUnitFile,
		WrongSection,
	}
}
