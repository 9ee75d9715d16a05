package value

import (
	"strings"

	"github.com/unitvet/unitvet/lint/directive"
	"github.com/unitvet/unitvet/lint/source"
)

// Exec is what an ExecStart=, ExecStop= and so on says.
type Exec struct {
	// Commands are those that systemd keeps, in order; several where a lone ";"
	// separates them.
	Commands []Command
	Problems []*Problem
	// Reset says that the value is empty, which clears the commands before it.
	Reset bool
}

// Command is one command of a command line.
type Command struct {
	// Span covers the command from its first prefix to its last word.
	Span source.Span
	// Prefixes are the special characters in front of the path, in order.
	Prefixes []Prefix
	// Path is the program: an absolute path, or a plain name that is looked up in
	// ExecSearchPath=. With the prefix | it may be empty. Variables are never
	// expanded in it; specifiers are, and have not been yet.
	Path Word
	// Argv0 is the second word where the prefix @ makes it the program's own name.
	Argv0 *Word
	// Args are the arguments after argv[0].
	Args []Word

	// IgnoreFailure is the prefix "-": failing counts as success, and what is wrong
	// with the command drops it instead of refusing the unit.
	IgnoreFailure bool
	// NoVariables is the prefix ":": variables are not expanded.
	NoVariables bool
	// FullPrivileges is the prefix "+": User= and the sandbox do not apply.
	FullPrivileges bool
	// KeepUser is the prefix "!": User= and its kin do not apply, the sandbox does.
	KeepUser bool
	// Ambient is the prefix "!!": as "!" on systems without ambient capabilities.
	// systemd ignores it since 258.
	Ambient bool
	// Shell is the prefix "|": the user's shell runs the line. Before 258 systemd
	// takes it for the start of a path and refuses the unit.
	Shell bool

	ownName bool // the prefix @
}

// Prefix is a special character, or "!!", in front of a command's path.
type Prefix struct {
	Text string
	// Span covers the prefix; for a "!!" with something between, that as well.
	Span source.Span
}

// PrefixInfo describes a prefix.
type PrefixInfo struct {
	Text string
	// Meaning says what it does.
	Meaning string
	// Since is the systemd release that brought it.
	Since int
	// Ignored is the release from which it has no effect, 0 if there is none.
	Ignored int
}

// execPrefixes are all of them (man page systemd.service, "Special executable
// prefixes").
var execPrefixes = []PrefixInfo{
	{"@", "the second word becomes argv[0]; with | a login shell is run", 1, 0},
	{"-", "failure counts as success", 3, 0},
	{":", "variables are not expanded", 242, 0},
	{"+", "runs with full privileges, outside the sandbox", 231, 0},
	{"!", "runs in the sandbox, User= and Group= not applied", 235, 0},
	{"!!", "as ! where ambient capabilities are not supported", 235, 258},
	{"|", "runs the line through the shell of the user", 258, 0},
}

// LookupPrefix returns what a prefix means.
func LookupPrefix(text string) (PrefixInfo, bool) {
	for _, info := range execPrefixes {
		if info.Text == text {
			return info, true
		}
	}
	return PrefixInfo{}, false
}

// ParseExec reads a command line as the latest systemd does (config_parse_exec in
// src/core/load-fragment.c).
// Words are cut as by EnvironmentWords, but unknown escapes are kept and reported.
// Reading ends, as it does for systemd, at the first problem that is not Accepted.
// A path with specifiers is reported only when it is wrong whatever they expand to;
// specifiers themselves are ScanSpecifiers' to check, word by word.
func ParseExec(s string) Exec { return execReader{release: directive.Latest}.parse(s) }

// execReader reads command lines.
type execReader struct {
	release int // of systemd
	// expand expands the specifiers of a word; without it they are left alone.
	expand func(w Word, limit int) (expanded, *Problem)
}

// parse is ParseExec for any release.
func (r execReader) parse(s string) Exec {
	var e Exec
	if s == "" {
		e.Reset = true
		return e
	}
	scan := scanner{text: s}
	for {
		first, problem, ok := scan.next(blankSet, unquote|cUnescape|keepUnknown)
		e.takeUnknown(&scan)
		if problem != nil {
			e.Problems = append(e.Problems, problem)
			return e
		}
		if !ok {
			return e
		}
		if first.Text == ";" {
			continue
		}
		c := newCommand(first, r.release)
		problem = r.checkPath(&c)
		if problem == nil || problem.Effect == Accepted {
			e.Problems = appendProblem(e.Problems, problem)
			problem = r.readWords(&e, &c, &scan)
		}
		if problem != nil {
			e.Problems = append(e.Problems, problem)
			return e
		}
		e.Commands = append(e.Commands, c)
	}
}

// takeUnknown reports the unknown escapes that the scanner let pass.
func (e *Exec) takeUnknown(scan *scanner) {
	for _, span := range scan.unknown {
		e.Problems = append(e.Problems, &Problem{Kind: UnknownEscape, Span: span,
			Text:     `unknown escape "` + span.Of(scan.text) + `" is kept as it is`,
			Expected: `\\ for a backslash, or a C escape such as \n, \x41, \u00e9`, Effect: Accepted})
	}
	scan.unknown = nil
}

// readWords reads the words of a command after its first, up to a lone ";". Only
// an unquoted one separates, and \; alone is a semicolon.
func (r execReader) readWords(e *Exec, c *Command, scan *scanner) *Problem {
	var words []Word
	if !scan.done {
		words = make([]Word, 0, wordsIn(scan.text[scan.pos:]))
	}
	for !scan.done {
		rest := scan.text[scan.pos:]
		if rest[0] == ';' && blankAt(rest, 1) {
			scan.leave(scan.pos+1, blankSet, 0)
			break
		}
		if strings.HasPrefix(rest, `\;`) && blankAt(rest, 2) {
			var b builder
			span := source.Span{Start: scan.pos, End: scan.pos + 2}
			b.add(';', span)
			words = append(words, b.word(span, false))
			scan.leave(scan.pos+2, blankSet, 0)
			continue
		}
		word, problem, ok := scan.next(blankSet, unquote|cUnescape|keepUnknown)
		e.takeUnknown(scan)
		if problem != nil {
			problem.Effect = c.effect()
			return problem
		}
		if !ok {
			break
		}
		if r.expand != nil {
			if _, problem := r.expand(word, maxExpansion); problem != nil {
				problem.Effect = c.effect()
				return problem
			}
		}
		words = append(words, word)
	}
	if n := len(words); n > 0 {
		c.Span.End = words[n-1].Span.End
	}
	if c.ownName && !c.Shell {
		if len(words) == 0 {
			return &Problem{Kind: MissingArgv0, Span: c.Span, Text: "the prefix @ has no second word",
				Expected: "argv[0] after the path", Effect: c.effect()}
		}
		c.Argv0, words = &words[0], words[1:]
	}
	c.Args = words
	return nil
}

// blankAt reports whether s ends at i or has a blank there.
func blankAt(s string, i int) bool {
	return i >= len(s) || blankSet[s[i]]
}

// newCommand takes the prefixes that a release knows off the first word of a command.
func newCommand(first Word, release int) Command {
	c := Command{Span: first.Span}
	i := 0
	for ; i < len(first.Text) && c.takePrefix(first.Text[i], release); i++ {
		c.addPrefix(first.Text[i:i+1], first.Sub(i, i+1))
	}
	c.Path = first
	if i > 0 {
		c.Path = first.Slice(i, len(first.Text))
	}
	return c
}

// takePrefix sets what the character means in front of a path. It returns false
// for characters that are no prefixes, or not after those before them.
func (c *Command) takePrefix(char byte, release int) bool {
	if info, ok := LookupPrefix(string(char)); !ok || release < info.Since {
		return false
	}
	var flag *bool
	switch char {
	case '-':
		flag = &c.IgnoreFailure
	case '@':
		flag = &c.ownName
	case ':':
		flag = &c.NoVariables
	case '|':
		flag = &c.Shell
	case '+':
		if c.KeepUser || c.Ambient {
			return false
		}
		flag = &c.FullPrivileges
	case '!':
		if c.FullPrivileges || c.Ambient {
			return false
		}
		if c.KeepUser {
			c.KeepUser = false
			flag = &c.Ambient
			break
		}
		flag = &c.KeepUser
	}
	if *flag {
		return false
	}
	*flag = true
	return true
}

// addPrefix appends a prefix, or makes a "!" before it "!!".
func (c *Command) addPrefix(text string, span source.Span) {
	if text == "!" {
		for i, p := range c.Prefixes {
			if p.Text == "!" {
				c.Prefixes[i] = Prefix{Text: "!!", Span: source.Span{Start: p.Span.Start, End: span.End}}
				return
			}
		}
	}
	c.Prefixes = append(c.Prefixes, Prefix{Text: text, Span: span})
}

// effect is what a problem of the command does to the unit.
func (c *Command) effect() Effect {
	if c.IgnoreFailure {
		return DropsRest
	}
	return Refuses
}

// Releases in which the reading of paths of programs changed, as far as systemd 252,
// 257 and 262 tell.
const (
	plainProgramSince     = 239 // names without slashes are looked up
	directoryProgramSince = 257 // paths that end in . or .. are those of directories
	globProgramSince      = 262 // wildcards and bytes that are not UTF-8 are refused
)

// checkPath returns what is wrong with the path.
func (r execReader) checkPath(c *Command) *Problem {
	if c.Shell { // any word will do
		return nil
	}
	word, unknown := c.Path, hasSpecifier(c.Path.Text)
	if r.expand != nil {
		e, problem := r.expand(word, pathLimit)
		if problem != nil {
			problem.Effect = c.effect()
			return problem
		}
		if e.open < 0 {
			word, unknown = e.Word, false
		}
	}
	path := word.Text
	if path == "" {
		return &Problem{Kind: EmptyCommand, Span: c.Span, Text: "the command is empty",
			Expected: "the path of a program", Effect: c.effect()}
	}
	for i := 0; i < len(path); i++ {
		if ch := path[i]; ch < ' ' || ch == 0x7f || ch == '"' || ch == '\'' || ch == '\\' {
			return &Problem{Kind: UnsafeCommand, Span: word.Sub(i, i+1),
				Text:     "the path of the program holds a quote, backslash or control character",
				Expected: "a path without them", Effect: c.effect()}
		}
		if ch := path[i]; (ch == '*' || ch == '?' || ch == '[') && r.release >= globProgramSince {
			return &Problem{Kind: UnsafeCommand, Span: word.Sub(i, i+1),
				Text: "the path of the program holds a wildcard", Expected: "a path without *, ? and [", Effect: c.effect()}
		}
	}
	if problem := checkEncoding(path); problem != nil && r.release >= globProgramSince {
		problem.Effect = c.effect()
		return mapped(problem, word)
	}
	if impliesDirectory(path, r.release) {
		return &Problem{Kind: DirectoryCommand, Span: word.Span, Text: "the path of the program is that of a directory",
			Expected: "the path of a program", Effect: c.effect()}
	}
	problem := r.checkForm(c, word, unknown)
	if len(c.Prefixes) > 0 && strings.IndexByte("@-:+!|", path[0]) >= 0 {
		// The path starts with what was meant as a prefix.
		conflict := &Problem{Kind: PrefixConflict, Span: word.Sub(0, 1),
			Text: `the prefix "` + path[:1] + `" is not allowed after the prefixes before it`, Effect: Accepted,
			Expected: "each prefix once, and only one of +, ! and !!"}
		if problem != nil {
			conflict.Effect = problem.Effect
		}
		return conflict
	}
	return problem
}

// checkForm returns what is wrong with a path that can be a file's. Where it is
// unknown what specifiers stand for, that may be anything.
func (r execReader) checkForm(c *Command, word Word, unknown bool) *Problem {
	path := word.Text
	absolutePath := path[0] == '/'
	switch {
	case absolutePath && !unknown:
		if problem := checkLengths(path); problem != nil {
			problem.Effect = c.effect()
			return mapped(problem, word)
		}
	case !absolutePath && strings.Contains(path, "/") && (!unknown || path[0] != '%'):
		relative := &Problem{Kind: RelativeCommand, Span: word.Span, Text: "the path of the program is relative",
			Expected: "an absolute path, or a name without slashes", Effect: c.effect()}
		if at := variableAt(path); at == 0 {
			relative.Kind, relative.Text = VariableCommand, "the path of the program starts with a variable, which is not expanded"
		}
		return relative
	case !absolutePath && !unknown && (path == "." || path == ".."):
		return &Problem{Kind: DirectoryCommand, Span: word.Span, Text: "the path of the program is that of a directory",
			Expected: "the path of a program", Effect: c.effect()}
	case !absolutePath && !unknown && r.release < plainProgramSince:
		return &Problem{Kind: RelativeCommand, Span: word.Span, Text: "the path of the program is not absolute",
			Expected: "an absolute path", Effect: c.effect()}
	case !absolutePath && !unknown && len(path) > MaxComponentLength:
		return &Problem{Kind: PathTooLong, Span: word.Span, Text: "the name of the program is too long",
			Expected: "at most 255 bytes", Effect: c.effect()}
	}
	if at := variableAt(path); at >= 0 {
		return &Problem{Kind: VariableCommand, Span: word.Sub(at, len(path)),
			Text:     "the path of the program holds a variable, which is not expanded",
			Expected: "the path itself", Effect: Accepted}
	}
	return nil
}

// variableAt returns where the path has what looks like a variable, -1 if nowhere.
func variableAt(path string) int {
	for i := 0; i+1 < len(path); i++ {
		if c := path[i+1]; path[i] == '$' && (c == '{' || c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z') {
			return i
		}
	}
	return -1
}

// impliesDirectory is path_implies_directory in src/basic/path-util.c. Before 257 only
// the slash at the end counts.
func impliesDirectory(path string, release int) bool {
	last := path[strings.LastIndexByte(path, '/')+1:]
	return last == "" || (last == "." || last == "..") && release >= directoryProgramSince
}
