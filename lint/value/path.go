package value

import (
	"iter"
	"strings"
	"unicode/utf8"

	"github.com/unitvet/unitvet/lint/source"
)

// Limits of the kernel in bytes, the NUL at the end not counted.
const (
	// MaxPathLength is the length that a path must stay below (PATH_MAX).
	MaxPathLength = 4096
	// MaxComponentLength is the length of the longest component (NAME_MAX).
	MaxComponentLength = 255
)

// SimplifyPath drops doubled slashes, components "." and the slash at the end, as
// systemd does with every path it reads; a path of nothing else becomes "." or "/"
// (path_simplify in src/basic/path-util.c). Components ".." stay; releases newer
// than 252 drop those right after the root.
func SimplifyPath(path string) string {
	if path == "" {
		return ""
	}
	out := make([]byte, 0, len(path))
	absolute := path[0] == '/'
	for start, end := range components(path) {
		if len(out) > 0 || absolute {
			out = append(out, '/')
		}
		out = append(out, path[start:end]...)
	}
	if len(out) > 0 {
		return string(out)
	}
	if absolute {
		return "/"
	}
	return "."
}

// CheckPath returns what systemd objects to in an absolute path, nil if nothing:
// the effect is that of a list, where the entry is skipped (path_simplify_and_warn
// in src/shared/parse-helpers.c). Specifiers must have been expanded.
func CheckPath(path string) *Problem {
	if problem := checkEncoding(path); problem != nil {
		return problem
	}
	if path == "" || path[0] != '/' {
		return notAbsolute(path)
	}
	return checkComponents(path)
}

// CheckRelativePath is CheckPath for paths below a directory that is given
// elsewhere, as in StateDirectory=.
func CheckRelativePath(path string) *Problem {
	if problem := checkEncoding(path); problem != nil {
		return problem
	}
	if strings.HasPrefix(path, "/") {
		return notRelative(path)
	}
	if path == "" || SimplifyPath(path) == "." {
		return &Problem{Kind: PathNotNormalized, Span: source.Span{Start: 0, End: len(path)},
			Text: "the path is empty", Expected: "the name of a directory", Effect: DropsEntry}
	}
	return checkComponents(path)
}

// notAbsolute is the problem of a path that does not start with a slash.
func notAbsolute(path string) *Problem {
	return &Problem{Kind: PathNotAbsolute, Span: source.Span{Start: 0, End: len(path)},
		Text: "the path is not absolute", Expected: "a path that starts with /", Effect: DropsEntry}
}

// notRelative is the problem of a path that starts with one.
func notRelative(path string) *Problem {
	return &Problem{Kind: PathNotRelative, Span: source.Span{Start: 0, End: len(path)},
		Text: "the path is absolute", Expected: "a path that does not start with /", Effect: DropsEntry}
}

// checkEncoding returns the first part of s that is not UTF-8.
func checkEncoding(s string) *Problem {
	for i := 0; i < len(s); {
		r, size := rune(s[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(s[i:])
		}
		if r == utf8.RuneError && size == 1 || !validCodePoint(uint32(r)) {
			return &Problem{Kind: InvalidEncoding, Span: source.Span{Start: i, End: i + size},
				Text: "the text is not UTF-8", Effect: DropsEntry}
		}
		i += size
	}
	return nil
}

// checkComponents returns the first component "..", or that the path is too long.
func checkComponents(path string) *Problem {
	for start, end := range components(path) {
		if path[start:end] == ".." {
			return &Problem{Kind: PathNotNormalized, Span: source.Span{Start: start, End: end},
				Text: "the path has .. in it", Expected: "a path without .. components", Effect: DropsEntry}
		}
	}
	return checkLengths(path)
}

// checkLengths returns the first component that is too long, or that the path is,
// once simplified.
func checkLengths(path string) *Problem {
	length := 0
	for start, end := range components(path) {
		if end-start > MaxComponentLength {
			return &Problem{Kind: PathTooLong, Span: source.Span{Start: start, End: end},
				Text: "a component of the path is too long", Expected: "at most 255 bytes", Effect: DropsEntry}
		}
		length += len("/") + end - start
	}
	if length >= MaxPathLength {
		return &Problem{Kind: PathTooLong, Span: source.Span{Start: 0, End: len(path)},
			Text: "the path is too long", Expected: "less than 4096 bytes", Effect: DropsEntry}
	}
	return nil
}

// components yields the start and end of every component of a path, but for empty
// ones and ".".
func components(path string) iter.Seq2[int, int] {
	return func(yield func(int, int) bool) {
		for start := 0; start < len(path); {
			end := len(path)
			if n := strings.IndexByte(path[start:], '/'); n >= 0 {
				end = start + n
			}
			if start < end && path[start:end] != "." && !yield(start, end) {
				return
			}
			start = end + 1
		}
	}
}

// pathCheck is what a list asks of its paths.
type pathCheck bool

const (
	absolute pathCheck = true
	relative pathCheck = false
)

// written checks a path as far as it is known before specifiers are expanded, and
// gives the problem its place in the value.
func (c pathCheck) written(w Word) *Problem {
	switch {
	case !hasSpecifier(w.Text) && c == absolute:
		return mapped(CheckPath(w.Text), w)
	case !hasSpecifier(w.Text):
		return mapped(CheckRelativePath(w.Text), w)
	case c == absolute && w.Text[0] != '/' && w.Text[0] != '%':
		return mapped(notAbsolute(w.Text), w)
	case c == relative && w.Text[0] == '/':
		return mapped(notRelative(w.Text), w)
	}
	return nil
}

// mapped gives a problem with the text of a word its place in the value.
func mapped(problem *Problem, w Word) *Problem {
	if problem != nil {
		problem.Span = w.Sub(problem.Span.Start, problem.Span.End)
	}
	return problem
}

// PathEntry is an entry of ReadWritePaths=, ReadOnlyPaths=, InaccessiblePaths=,
// ExecPaths=, NoExecPaths= or ExtensionDirectories=.
type PathEntry struct {
	// Word is the whole entry.
	Word Word
	// Path is the entry without its flags, specifiers not yet expanded.
	Path Word
	// IgnoreMissing is the flag "-": no error if the path does not exist.
	IgnoreMissing bool
	// InRoot is the flag "+": the path lies below RootDirectory=.
	InRoot bool
}

// ParsePaths reads a list of paths with the flags "-", "+" and "-+", in this order
// (config_parse_namespace_path_strv in src/core/load-fragment.c). Entries that
// systemd skips are left out and reported; a path that has specifiers is reported
// only when it is wrong whatever they expand to.
func ParsePaths(s string) ([]PathEntry, []*Problem) {
	words, last := PathWords(s)
	var entries []PathEntry
	var problems []*Problem
	for _, w := range words {
		entry := PathEntry{Word: w, Path: w}
		if strings.HasPrefix(entry.Path.Text, "-") {
			entry.IgnoreMissing, entry.Path = true, entry.Path.Slice(1, len(entry.Path.Text))
		}
		if strings.HasPrefix(entry.Path.Text, "+") {
			entry.InRoot, entry.Path = true, entry.Path.Slice(1, len(entry.Path.Text))
		}
		if problem := absolute.written(entry.Path); problem != nil {
			problems = append(problems, problem)
			continue
		}
		entries = append(entries, entry)
	}
	return entries, appendProblem(problems, last)
}

// appendProblem appends a problem unless it is nil.
func appendProblem(problems []*Problem, problem *Problem) []*Problem {
	if problem == nil {
		return problems
	}
	return append(problems, problem)
}

// Bind is an entry of BindPaths= or BindReadOnlyPaths=.
type Bind struct {
	// Source is the path outside, without the flag "-".
	Source Word
	// Destination is the path inside; the source again if none is given.
	Destination Word
	// Options is what stands after the second colon, if anything.
	Options Word
	// IgnoreMissing is the flag "-": no error if the source does not exist.
	IgnoreMissing bool
	// Recursive is false with the option norbind.
	Recursive bool
}

// ParseBinds reads a list of SOURCE[:DESTINATION[:OPTIONS]], where quotes group and
// vanish and a backslash leaves the character after it, even a colon
// (config_parse_bind_paths in src/core/load-fragment.c). Entries that systemd skips
// are left out and reported; what follows the colon of a skipped part is read as an
// entry of its own. As in systemd up to 257, options go on to the next
// blank outside quotes, colons included.
func ParseBinds(s string) ([]Bind, []*Problem) {
	scan := scanner{text: s}
	var binds []Bind
	var problems []*Problem
	orphan := false // the word follows the colon of an entry that was skipped
	for {
		src, problem, ok := scan.next(eitherSet, unquote|keepEmpty)
		if problem != nil || !ok {
			return binds, appendProblem(problems, problem)
		}
		colon := scan.afterColon()
		// A second blank between two entries is an empty entry to systemd, which
		// warns of it and goes on. That is no fault of the unit.
		if src.Text == "" && !src.Quoted && !colon {
			continue
		}
		bind := Bind{Source: src, Recursive: true}
		if strings.HasPrefix(src.Text, "-") {
			bind.IgnoreMissing, bind.Source = true, src.Slice(1, len(src.Text))
		}
		if problem := absolute.written(bind.Source); problem != nil {
			if !orphan {
				problems = append(problems, problem)
			}
			orphan = colon
			continue
		}
		orphan = false
		bind.Destination = bind.Source
		if colon {
			bind.Destination, problem, ok = scan.next(eitherSet, unquote|keepEmpty)
			if problem != nil {
				return binds, append(problems, problem)
			}
			more := ok && scan.afterColon()
			if problem := absolute.written(bind.Destination); problem != nil {
				problems = append(problems, problem)
				orphan = more
				continue
			}
			if more {
				bind.Options, problem, _ = scan.next(blankSet, unquote)
				if problem != nil {
					return binds, append(problems, problem)
				}
			}
		}
		switch bind.Options.Text {
		case "", "rbind":
		case "norbind":
			bind.Recursive = false
		default:
			problems = append(problems, &Problem{Kind: BadOption, Span: bind.Options.Span,
				Text: "unknown option", Expected: "rbind or norbind", Effect: DropsEntry})
			continue
		}
		binds = append(binds, bind)
	}
}

// afterColon reports whether the word just read was ended by a colon.
func (s *scanner) afterColon() bool {
	return !s.done && s.pos > 0 && s.text[s.pos-1] == ':'
}

// Tmpfs is an entry of TemporaryFileSystem=.
type Tmpfs struct {
	Path Word
	// Options is what stands after the first colon, if anything.
	Options Word
}

// ParseTmpfs reads a list of PATH[:OPTIONS] (config_parse_temporary_filesystems in
// src/core/load-fragment.c). Entries that systemd skips are left out and reported.
func ParseTmpfs(s string) ([]Tmpfs, []*Problem) {
	words, last := PathWords(s)
	var entries []Tmpfs
	var problems []*Problem
	for _, w := range words {
		scan := scanner{text: w.Text}
		path, problem, _ := scan.next(colonSet, keepEmpty)
		if problem != nil {
			problem.Effect = DropsEntry
			problems = append(problems, mapped(problem, w))
			continue
		}
		entry := Tmpfs{Path: path.within(w)}
		if !scan.done {
			entry.Options = w.Slice(scan.pos, len(w.Text))
		}
		if problem := absolute.written(entry.Path); problem != nil {
			problems = append(problems, problem)
			continue
		}
		entries = append(entries, entry)
	}
	return entries, appendProblem(problems, last)
}

// Directory is an entry of RuntimeDirectory=, StateDirectory=, CacheDirectory=,
// LogsDirectory= or ConfigurationDirectory=.
type Directory struct {
	// Word is the whole entry.
	Word Word
	// Path is relative to the directory of the setting, such as /var/lib.
	Path Word
	// Link is the symbolic link to it, relative to the same directory, if any.
	Link Word
	// Flags is what stands after the second colon, if anything: "ro" or nothing.
	Flags Word
	// ReadOnly is the flag "ro", which systemd knows since 257.
	ReadOnly bool
}

// ParseDirectories reads a list of NAME[:LINK[:FLAGS]]
// (config_parse_exec_directories in src/core/load-fragment.c). Entries that systemd
// skips are left out and reported. links says that the setting takes a link: all do
// but ConfigurationDirectory=. systemd before 257 takes no flags and ignores them.
func ParseDirectories(s string, links bool) ([]Directory, []*Problem) {
	words, last := Strv(s)
	var entries []Directory
	var problems []*Problem
	for _, w := range words {
		parts, problem := splitColons(w, cUnescape|unescapeSeparators|keepEmpty)
		if problem != nil {
			return entries, append(problems, problem)
		}
		entry := Directory{Word: w, Path: parts[0]}
		if len(parts) > 1 {
			entry.Link = parts[1]
		}
		if len(parts) > 2 {
			entry.Flags = parts[2]
			entry.ReadOnly = entry.Flags.Text == "ro"
		}
		if problem := entry.check(links); problem != nil {
			problems = append(problems, problem)
			continue
		}
		entries = append(entries, entry)
	}
	return entries, appendProblem(problems, last)
}

// check returns what systemd objects to in the entry.
func (d Directory) check(links bool) *Problem {
	if problem := relative.written(d.Path); problem != nil {
		return problem
	}
	if first, _, _ := strings.Cut(SimplifyPath(d.Path.Text), "/"); first == "private" {
		return &Problem{Kind: PathReserved, Span: d.Path.Span, Text: "the directory private is systemd's own",
			Expected: "another name", Effect: DropsEntry}
	}
	if d.Link.Text != "" {
		if !links {
			return &Problem{Kind: BadOption, Span: d.Link.Span, Text: "this setting takes no link",
				Expected: "the name of a directory alone", Effect: DropsEntry}
		}
		if problem := relative.written(d.Link); problem != nil {
			return problem
		}
	}
	if d.Flags.Text != "" && !d.ReadOnly {
		return &Problem{Kind: BadOption, Span: d.Flags.Span, Text: "unknown flag", Expected: "ro", Effect: DropsEntry}
	}
	return nil
}
