package python

import "github.com/unitvet/unitvet/lint/source"

// Answer is what is known of the machine.
type Answer int

// The answers.
const (
	Unknown Answer = iota
	Yes
	No
)

// World is the machine as the program finds it. Paths are absolute.
type World interface {
	// File and Dir say whether there is a regular file, or a directory.
	File(path string) Answer
	Dir(path string) Answer
	// Entries are the names in a directory, as far as it can be read.
	Entries(dir string) []string
	// Load returns a file of the program, scanned; nil if it cannot be read.
	Load(path string) *File
	// Real follows symbolic links.
	Real(path string) string
	// Holders returns directories of the project that have a module of that dotted
	// name, those near a path first. Directories whose packages may be installed in
	// the interpreter are not among them.
	Holders(module, near string) []string
	// Env looks up a variable of the environment.
	Env(name string) Variable
}

// State says whether a variable is set.
type State int

// The states.
const (
	StateUnknown State = iota
	Set
	Unset
)

// Variable is a variable of the environment.
type Variable struct {
	State
	// Value is its value; Known says that it is, for one that is set.
	Value string
	Known bool
}

// Kind is what an interpreter is told to run.
type Kind int

// The kinds.
const (
	// Script is a file.
	Script Kind = iota + 1
	// Module is a module that is run, as after -m.
	Module
	// App is a module, and after a colon an attribute of it, that a server loads.
	App
)

// Start is how a program starts.
type Start struct {
	Kind Kind
	// Target is the absolute path of a script, the dotted name of a module, or
	// MODULE:ATTRIBUTE.
	Target string
	// Server loads an App.
	Server string
	// Dir is the working directory, "" if it is not known.
	Dir string
	// First are directories that a server puts in front of the search path.
	First []string
	// Path is PYTHONPATH, cut and made absolute; an empty element is one that is not
	// known.
	Path []string
	// Site are directories with what is installed for the interpreter, as far as they
	// can be read.
	Site []string
	// Isolated is -I, Safe is -P: no directory of the script, nor the working
	// directory, on the search path.
	Isolated, Safe bool
	// Args are the arguments after the target; nil where they are not known.
	Args []string
	// Minor is the interpreter's version, 3.Minor; 0 if it is not known.
	Minor int
	// Factory says that the attribute of an App is called.
	Factory bool
}

// When says when something happens.
type When int

// The times.
const (
	// Import is while modules are loaded, or in the script itself.
	Import When = iota + 1
	// Starting is in what is called from there.
	Starting
	// Later is in what others call: handlers, methods.
	Later
)

// Step is one place on the way from the entry to a fact.
type Step struct {
	File *source.File
	Span source.Span
	Text string
}

// Facts are what is known of a program.
type Facts struct {
	// Loaded says that the entry was found and read.
	Loaded   bool
	Failures []Failure
	Effects  []Effect
	Reads    []Read
	// Entry is the file of the entry, if it was read; Runs says that there is more in
	// it than definitions.
	Entry *File
	Runs  bool
	// Defines says that there are definitions in it, or in what it imports. What only
	// imports distributions leaves it to them to run.
	Defines bool
	// Gave says that the program was not followed to the end: it is too large, or one
	// of its files is not read.
	Gave bool
}

// FailureKind is a kind of failure.
type FailureKind int

// The kinds of failure.
const (
	// NoModule: nothing on the search path has the module.
	NoModule FailureKind = iota + 1
	// NoSubmodule: the package that was found does not have it.
	NoSubmodule
	// NoName: the module does not have the name.
	NoName
	// NoParent: a relative import in a file that belongs to no package.
	NoParent
	// NoMain: a package without __main__ is run.
	NoMain
	// NoAttribute: the application is not there.
	NoAttribute
	// Broken: the file does not compile.
	Broken
)

// Failure is an import that fails.
type Failure struct {
	Kind FailureKind
	// Module is the dotted name as Python reports it; Full is the one asked for.
	Module, Full string
	// Name is the name that is missing.
	Name string
	// Error is what Python prints.
	Error string
	// Found is where the package was found that lacks the module, or the file.
	Found string
	// Dirs are directories to put on the search path.
	Dirs []string
	// Entry says that it is the target itself.
	Entry bool
	When
	Chain []Step
}

// EffectKind is a kind of effect.
type EffectKind int

// The kinds of effect.
const (
	// Write opens a file for writing, or changes a directory.
	Write EffectKind = iota + 1
	// MakeDir makes a directory.
	MakeDir
	// Listen waits for connections on Port.
	Listen
	// Connect connects to Host.
	Connect
	// Notify tells systemd that the program is up.
	Notify
	// Serve runs a server, or a loop that does not end.
	Serve
)

// Effect is something the program does.
type Effect struct {
	Kind EffectKind
	// Path is the file or directory; not absolute where the directory it is relative
	// to is not known.
	Path string
	// Below says that only the start of the path is known, up to an ellipsis: what is
	// meant is something below Base.
	Below bool
	// ExistOK says that a directory may be there already, Parents that those above it
	// are made as well.
	ExistOK, Parents bool
	// Host and Port of a connection, or the port that is listened on; Port is 0 if it
	// is not known. Address is the one that is listened on, "" for all, or one that is
	// not known.
	Host    string
	Port    int
	Address string
	// Call is what does it, as written.
	Call string
	When
	// Maybe says that it depends on something that is not known; Guarded that the
	// program goes on if it fails.
	Maybe, Guarded bool
	// From is where the path or host comes from; nil for one in the call itself.
	From  *Origin
	Chain []Step
}

// Origin is where a text comes from.
type Origin struct {
	Step
	// Names are the variables that set it, of which the first is the usual one; Unset
	// says that none does and it is a default.
	Names []string
	Unset bool
	// Field is the field of a settings class.
	Field string
}

// Read is a variable that the program reads.
type Read struct {
	// Names are those that are looked up, of which one suffices.
	Names []string
	// Field is the field of a settings class, Prefix what is put in front of it.
	Field, Prefix string
	// Required says that there is no default.
	Required bool
	State    State
	// Default is the default, if it is a text or number; Known says so.
	Default string
	Known   bool
	When
	Maybe, Guarded bool
	Chain          []Step
}
