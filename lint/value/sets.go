package value

import (
	"math"
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint/directive"
)

// cpuSetSeparators separate the entries of CPU sets.
var cpuSetSeparators = setOf(blanks + ",")

// cpuSetLimit is one more than the highest index of a processor or memory node (CPU_SET_MAX_NCPU
// in src/shared/cpu-set-util.h).
const cpuSetLimit = 8192

// cpuSet is CPUAffinity= and its kin: indices and ranges. Before 258 the first bad
// entry ends the reading (parse_cpu_set_full, config_parse_cpu_set in
// src/shared/cpu-set-util.c).
func cpuSet(a argument) []*Problem {
	const (
		entriesSince    = 258 // bad entries are passed over
		specifiersSince = 258 // in NUMAMask=
	)
	if a.Text == "numa" && a.Key == "CPUAffinity" || a.Text == "all" && a.Key == "NUMAMask" {
		return nil
	}
	e := expanded{Word: a.word(), exact: true, open: -1}
	if a.Key != "NUMAMask" || a.Release >= specifiersSince {
		var problem *Problem
		if e, problem = a.expandAll(maxExpansion); problem != nil {
			return a.single(problem)
		}
	}
	if !a.decided(e) {
		return nil
	}
	scan := scanner{text: e.Text}
	var problems []*Problem
	for {
		word, problem, ok := scan.next(cpuSetSeparators, unquote)
		if problem != nil {
			problem.Effect = Unstated
			return append(problems, mapped(problem, e.Word))
		}
		if !ok {
			return problems
		}
		word = word.within(e.Word)
		low, high, f := parseRange(word.Text, a.Release)
		if f == fine && low <= high && high < cpuSetLimit || a.Release < entriesSince && low == math.MaxUint32 && high == low {
			continue // the highest number of all was taken for no range at all
		}
		p := &Problem{Kind: BadCPURange, Span: word.Span, Text: quoted(word.Text) + " is neither an index nor a range",
			Expected: "indices and ranges up to 8191, such as 0 2-3", Effect: DropsEntry}
		switch {
		case f == fine && low > high:
			p.Text = "the range " + quoted(word.Text) + " runs backwards"
		case f != malformed:
			p.Kind, p.Text = OutOfRange, quoted(word.Text)+" is out of range"
		}
		problems = append(problems, p)
		if a.Release < entriesSince && (f != fine || low <= high) {
			p.Effect = Unstated
			return problems
		}
	}
}

// parseRange reads a number, or two with a dash between (parse_range in
// src/basic/parse-util.c).
func parseRange(s string, release int) (low, high uint64, f fault) {
	scan := scanner{text: s}
	word, problem, ok := scan.next(setOf("-"), keepEmpty)
	if problem != nil || !ok {
		return 0, 0, malformed
	}
	low, f = parseUnsigned(word.Text, 32, release)
	switch {
	case f != fine:
		return 0, 0, f
	case scan.done:
		return low, low, fine
	case scan.pos == len(s):
		return 0, 0, malformed
	}
	high, f = parseUnsigned(s[scan.pos:], 32, release)
	return low, high, f
}

// delegate is Delegate=: a boolean or controllers (config_parse_delegate).
func delegate(a argument) []*Problem {
	if _, ok := ParseBoolean(a.Text); ok {
		return nil
	}
	words, last := PathWords(a.Text)
	problems := a.unknownWords(words, DropsEntry)
	for _, p := range problems {
		p.Kind, p.Expected = UnknownController, "yes, no, or controllers out of "+p.Expected
	}
	if last != nil {
		last.Effect = Unstated // no controller counts
		return []*Problem{last}
	}
	return problems
}

// capabilitySet is CapabilityBoundingSet= and AmbientCapabilities=: names or numbers.
// systemd passes over what it does not know in silence (capability_set_from_string
// in src/basic/cap-list.c).
func capabilitySet(a argument) []*Problem {
	words, problem := a.inverted(unquote)
	var problems []*Problem
	for _, w := range words {
		if !a.hasCapability(w.Text) {
			problems = append(problems, &Problem{Kind: UnknownCapability, Span: w.Span, Effect: Accepted,
				Text: "unknown capability " + quoted(w.Text), Expected: "names such as CAP_NET_BIND_SERVICE"})
		}
	}
	if problem != nil {
		problem.Effect = Accepted
		problems = append(problems, problem)
	}
	return problems
}

// hasCapability reports whether s is the name, in any case, or the number of a
// capability (capability_from_name in src/basic/cap-list.c).
func (a argument) hasCapability(s string) bool {
	highest := int64(62)
	if a.Release <= 252 {
		highest = 63
	}
	if n, f := parseSigned(s, 32, a.Release); f == fine {
		return n >= 0 && n <= highest
	}
	return a.hasWordInAnyCase(s)
}

// systemCalls are the names of system calls that the C library for filters knows, of
// any architecture, and the groups that systemd has, with the release of systemd that
// distributions brought them with (src/shared/seccomp-util.c).
var systemCalls = loadWords("data/system_calls.tsv")

// systemCallSet is SystemCallFilter= and SystemCallLog=. The first takes error numbers
// after names if it denies (config_parse_syscall_filter, config_parse_syscall_log).
func systemCallSet(a argument) []*Problem {
	words, last := a.inverted(0)
	deny := strings.HasPrefix(a.Text, "~")
	var problems []*Problem
	for _, w := range words {
		name, suffix, hasErrno := w.Text, "", false
		if a.Key == "SystemCallFilter" {
			name, suffix, hasErrno = strings.Cut(w.Text, ":")
		}
		problem := &Problem{Kind: UnknownSystemCall, Span: w.Span, Effect: DropsEntry}
		_, f := parseErrno(suffix, a.Release)
		switch {
		case hasErrno && suffix != "kill" && f != fine:
			problem.Kind, problem.Span = BadErrno, w.Sub(len(name)+1, len(w.Text))
			problem.Text, problem.Expected = quoted(suffix)+" is no error number", "an error such as EPERM, or kill"
		case name == "":
			problem.Text = "there is no system call before the colon"
		case hasErrno && !deny:
			problem.Kind, problem.Span = ErrnoNotAllowed, w.Sub(len(name), len(w.Text))
			problem.Text = "a system call that is allowed cannot have an error number"
		case systemCalls().has(name, a.Release):
			continue
		case strings.HasPrefix(name, "@"):
			problem.Text, problem.Expected = "unknown group of system calls "+quoted(name), "a group such as @system-service"
		default:
			problem.Text, problem.Expected = "unknown system call "+quoted(name), "a name such as read, or a group such as @system-service"
		}
		problems = append(problems, problem)
	}
	return appendProblem(problems, last)
}

// architectureList is SystemCallArchitectures= (config_parse_syscall_archs).
func architectureList(a argument) []*Problem {
	words, last := PathWords(a.Text)
	return appendProblem(a.renamed(a.unknownWords(words, DropsEntry), UnknownArchitecture, "architecture"), last)
}

// renamed makes problems with unknown words such of a kind of their own.
func (a argument) renamed(problems []*Problem, kind ProblemKind, what string) []*Problem {
	for _, p := range problems {
		p.Kind, p.Text = kind, strings.Replace(p.Text, "word", what, 1)
	}
	return problems
}

// namespaceSet is RestrictNamespaces= and DelegateNamespaces=: a boolean or kinds of
// namespaces; the second cannot take user namespaces (config_parse_namespace_flags,
// config_parse_restrict_namespaces).
func namespaceSet(a argument) []*Problem {
	if _, ok := ParseBoolean(a.Text); ok {
		return nil
	}
	words, problem := a.inverted(0)
	if unknown := a.renamed(a.unknownWords(words, Unstated), UnknownNamespace, "namespace"); len(unknown) > 0 {
		return unknown[:1] // the first one ends it
	}
	if problem != nil {
		return a.single(problem)
	}
	if a.Key == "DelegateNamespaces" && !strings.HasPrefix(a.Text, "~") {
		for _, w := range words {
			if w.Text == "user" {
				return []*Problem{{Kind: UnknownNamespace, Span: w.Span, Text: "user namespaces cannot be delegated"}}
			}
		}
	}
	return nil
}

// addressFamilySet is RestrictAddressFamilies=: none, or names. Since 261 or so the
// first unknown one ends the reading (config_parse_address_families,
// parse_address_families in src/shared/parse-helpers.c).
func addressFamilySet(a argument) []*Problem {
	const noneSince, wholeSince = 249, 262
	if a.Text == "none" && a.Release >= noneSince {
		return nil
	}
	words, last := a.inverted(unquote)
	var problems []*Problem
	for _, w := range words {
		if !strings.EqualFold(w.Text, "none") && a.hasWordInAnyCase(w.Text) {
			continue
		}
		p := &Problem{Kind: UnknownAddressFamily, Span: w.Span, Text: "unknown address family " + quoted(w.Text),
			Expected: "names such as AF_UNIX, AF_INET or AF_INET6", Effect: DropsEntry}
		problems = append(problems, p)
		if a.Release >= wholeSince {
			p.Effect = DropsRest
			return problems
		}
	}
	return appendProblem(problems, last)
}

// hasWordInAnyCase is hasWord for vocabularies in which case does not count.
func (a argument) hasWordInAnyCase(word string) bool {
	for _, v := range a.Values() {
		if strings.EqualFold(v.Word, word) {
			return v.Since <= a.Release
		}
	}
	return false
}

// fileSystemSet is RestrictFileSystems=: file systems, of which any name will do, and
// groups (bpf_restrict_fs_parse_filesystem in src/core/bpf-restrict-fs.c).
func fileSystemSet(a argument) []*Problem {
	words, last := a.inverted(unquote)
	groups := slices.DeleteFunc(words, func(w Word) bool { return !strings.HasPrefix(w.Text, "@") })
	return appendProblem(a.renamed(a.unknownWords(groups, DropsEntry), UnknownFileSystemGroup, "group of file systems"), last)
}

// lookupCapabilities returns a directive whose vocabulary are the capabilities.
func lookupCapabilities() (*directive.Directive, bool) {
	return directive.Lookup("Service", "CapabilityBoundingSet")
}

// knownController reports whether a release knows a controller of control groups.
func knownController(name string, release int) bool {
	d, ok := directive.Lookup("Service", "Delegate")
	return ok && argument{Directive: d, Release: release}.hasWord(name)
}
