package value

// Numbers, times and words (the kinds in value.go and kinds_names.go end before).
const (
	// BadBoolean is a text that is no boolean.
	BadBoolean ProblemKind = iota + 800
	// BadNumber is a text that is no number.
	BadNumber
	// OutOfRange is a number, size or time that the directive does not take.
	OutOfRange
	// BadSize is a text that is no number of bytes.
	BadSize
	// BadPercentage is a text that is no percentage.
	BadPercentage
	// BadTimespan is a text that is no time span.
	BadTimespan
	// BadLimit is a resource limit that cannot be read.
	BadLimit
	// SoftOverHard is a soft resource limit that is higher than the hard one.
	SoftOverHard
	// BadSignal is a text that names no signal.
	BadSignal
	// BadExitStatus is a text that is neither an exit status nor a signal.
	BadExitStatus
	// BadErrno is a text that is no error number.
	BadErrno
	// UnknownWord is a word that the vocabulary of the directive does not have.
	UnknownWord
	// DeprecatedWord is a word that systemd takes with a warning.
	DeprecatedWord
	// BadCPURange is an entry of a CPU set that is no index or range.
	BadCPURange
	// UnknownCapability is a word that names no capability.
	UnknownCapability
	// UnknownSystemCall is a word that names no system call or group of them.
	UnknownSystemCall
	// ErrnoNotAllowed is a system call with an error number where it takes none.
	ErrnoNotAllowed
	// UnknownArchitecture is a word that names no architecture.
	UnknownArchitecture
	// UnknownNamespace is a word that names no kind of namespace.
	UnknownNamespace
	// UnknownAddressFamily is a word that names no family of socket addresses.
	UnknownAddressFamily
	// UnknownFileSystemGroup is a word that names no group of file systems.
	UnknownFileSystemGroup
	// UnknownController is a word that names no controller of control groups.
	UnknownController
	// BadText is a text with characters, or of a length, that the directive does
	// not take.
	BadText
	// BadEncodedData is a text that is not base64 or hexadecimal.
	BadEncodedData
	// BadPattern is a text that is no regular expression.
	BadPattern
	// BadJournalField is an entry that is not FIELD=VALUE with a valid name.
	BadJournalField
	// BadCondition is a condition that systemd cannot evaluate.
	BadCondition
)

// Calendar expressions (src/shared/calendarspec.c).
const (
	// BadCalendar is a text that is no calendar expression.
	BadCalendar ProblemKind = iota + 900
	// UnknownTimeZone is a last word that looks like a time zone and is none.
	UnknownTimeZone
	// WeekdayConflict is a date with another weekday than the one beside it.
	WeekdayConflict
)
