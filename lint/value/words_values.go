package value

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/unitvet/unitvet/lint/directive"
	"github.com/unitvet/unitvet/lint/source"
)

// Grammars of command lines, environments and the like.

// execCommand is ExecStart= and its kin. What systemd takes without a word, such as a
// variable in the path, is no problem here.
func execCommand(a argument) []*Problem {
	problems := execReader{release: a.Release, expand: a.expand}.parse(a.Text).Problems
	return slices.DeleteFunc(problems, func(p *Problem) bool { return p.Effect == Accepted && p.Kind != UnknownEscape })
}

// environment is Environment= (config_parse_environ in src/core/load-fragment.c).
func environment(a argument) []*Problem {
	all, last := EnvironmentWords(a.Text)
	var words []Word
	var problems []*Problem
	for len(all) > 0 {
		n := spacedOut(all)
		if n == 0 {
			words, all = append(words, all[0]), all[1:]
			continue
		}
		problems = append(problems, &Problem{
			Kind: BadVariableName, Span: source.Span{Start: all[0].Span.Start, End: all[n-1].Span.End},
			Text: "there are blanks around the =", Expected: "NAME=VALUE without them", Effect: DropsEntry,
		})
		all = all[n:]
	}
	return append(problems, a.eachVariable(words, last, func(w Word) *Problem {
		if strings.IndexByte(w.Text, '=') < 0 {
			_, problem := assignment(w)
			return problem
		}
		return checkAssignment(w)
	})...)
}

// spacedOut returns how many words are one assignment with blanks around its =, none
// of which systemd takes; 0 if the first begins none.
func spacedOut(words []Word) int {
	switch {
	case len(words) < 2 || !ValidVariableName(words[0].Text) || !strings.HasPrefix(words[1].Text, "="):
		return 0
	case words[1].Text == "=" && len(words) > 2 && !strings.Contains(words[2].Text, "="):
		return 3
	}
	return 2
}

// passEnvironment is PassEnvironment= (config_parse_pass_environ).
func passEnvironment(a argument) []*Problem {
	words, last := PathWords(a.Text)
	return a.eachVariable(words, last, checkVariableName)
}

// unsetEnvironment is UnsetEnvironment=: names or assignments
// (config_parse_unset_environ).
func unsetEnvironment(a argument) []*Problem {
	words, last := EnvironmentWords(a.Text)
	return a.eachVariable(words, last, func(w Word) *Problem {
		if strings.IndexByte(w.Text, '=') < 0 {
			return checkVariableName(w)
		}
		return checkAssignment(w)
	})
}

// eachVariable expands and checks words, and appends the problem that ended them.
func (a argument) eachVariable(words []Word, last *Problem, check func(Word) *Problem) []*Problem {
	var problems []*Problem
	for _, w := range words {
		e, problem := a.expand(w, argumentLimit)
		if problem == nil && e.open < 0 {
			problem = check(e.Word)
		}
		problems = appendProblem(problems, problem)
	}
	return appendProblem(problems, last)
}

// checkVariableName returns what is wrong with the name of a variable.
func checkVariableName(w Word) *Problem {
	if ValidVariableName(w.Text) {
		return nil
	}
	return badVariableName(w)
}

// checkAssignment returns what is wrong with NAME=VALUE, where there is an = .
func checkAssignment(w Word) *Problem {
	eq := strings.IndexByte(w.Text, '=')
	if !ValidVariableName(w.Text[:eq]) {
		return badVariableName(w.Slice(0, eq))
	}
	return mapped(checkEncoding(w.Text), w)
}

// xattr is XAttrEntryPoint= and its kin: NAME=VALUE, the name in the user namespace
// (config_parse_xattr).
func xattr(a argument) []*Problem {
	bad := func(text string) []*Problem { return a.whole(BadXattr, text, "user.NAME=VALUE") }
	eq := strings.IndexByte(a.Text, '=')
	if eq < 0 {
		return bad("there is no =")
	}
	name, problem := a.expand(a.word().Slice(0, eq), maxExpansion)
	if problem != nil {
		return a.single(problem)
	}
	const namespace = "user."
	if (name.open < 0 || name.open >= len(namespace)) && !strings.HasPrefix(name.Text, namespace) {
		return bad(`the name of the attribute does not start with "user."`)
	}
	_, problem = a.expand(a.word().Slice(eq+1, len(a.Text)), maxExpansion)
	return a.single(problem)
}

// label is SELinuxContext=, AppArmorProfile= and SmackProcessLabel=: any text, "-"
// before it.
func label(a argument) []*Problem {
	w := a.word()
	if strings.HasPrefix(w.Text, "-") {
		w = w.Slice(1, len(w.Text))
	}
	_, problem := a.expand(w, maxExpansion)
	return a.single(problem)
}

// safeCharacters reports whether s is text without control characters, backslashes,
// quotes and wildcards (string_is_safe in src/basic/string-util.c).
func safeCharacters(s string) bool {
	return checkEncoding(s) == nil && strings.IndexFunc(s, func(r rune) bool {
		return r < ' ' || r == 0x7f || strings.ContainsRune(`"'\*?[`, r)
	}) < 0
}

// isFilename reports whether s can be the name of a file (filename_is_valid in
// src/basic/path-util.c).
func isFilename(s string) bool {
	return s != "" && s != "." && s != ".." && len(s) <= MaxComponentLength && strings.IndexByte(s, '/') < 0
}

// badName is the problem of a text that is no name of its kind.
func badName(w Word, text, expected string) *Problem {
	return &Problem{Kind: BadName, Span: w.Span, Text: text, Expected: expected, Effect: DropsEntry}
}

// maxNamespace is the length of the longest name of a namespace of the journal: a file
// name with room for a dot and a machine ID (LOG_NAMESPACE_MAX in
// src/basic/syslog-util.c).
const maxNamespace = MaxComponentLength - 32 - 1

// logNamespace is LogNamespace= (config_parse_log_namespace).
func logNamespace(a argument) []*Problem {
	e, problem := a.expandAll(MaxComponentLength)
	if problem == nil && e.open < 0 && (!isFilename(e.Text) || len(e.Text) > maxNamespace ||
		checkNameCharacters(e.Text) != nil || !safeCharacters(e.Text)) {
		problem = badName(e.Word, "this is no name of a namespace", "up to 222 letters, digits and :-_.@")
	}
	return a.single(problem)
}

// cgroupControllers are the names that cgroups keep for files, each before a dot
// (cgroup_controller_table in src/basic/cgroup-util.c).
var cgroupControllers = []string{
	"cgroup", "cpu", "cpuacct", "cpuset", "io", "blkio", "memory", "devices", "pids", "bpf-firewall", "bpf-devices",
	"bpf-foreign", "bpf-socket-bind", "bpf-restrict-network-interfaces",
}

// delegateSubgroup is DelegateSubgroup=: a name that needs no escape (cg_needs_escape
// in src/basic/cgroup-util.c).
func delegateSubgroup(a argument) []*Problem {
	prefix, _, dotted := strings.Cut(a.Text, ".")
	reserved := dotted && (slices.Contains(cgroupControllers, prefix) || prefix == "bpf-bind-network-interface" && a.Release >= 260) ||
		slices.Contains([]string{"notify_on_release", "release_agent", "tasks"}, a.Text)
	if isFilename(a.Text) && a.Text[0] != '_' && a.Text[0] != '.' && !reserved {
		return nil
	}
	return a.single(badName(a.word(), "this is no name for a control group", "the name of a directory that does not start with _ or ."))
}

// rebootArgument is RebootArgument= in [Unit] and JobTimeoutRebootArgument=
// (reboot_parameter_is_valid in src/shared/reboot-util.c). In [Service] any text will do.
func rebootArgument(a argument) []*Problem {
	e, problem := a.expandAll(maxExpansion)
	if problem == nil && e.open < 0 && a.Section == "Unit" &&
		(len(e.Text) > MaxComponentLength || strings.IndexFunc(e.Text, func(r rune) bool { return r >= utf8.RuneSelf }) >= 0) {
		problem = badName(e.Word, "this is no argument for a reboot", "up to 255 ASCII characters")
	}
	return a.single(problem)
}

// liveUpdateSessions is LUOSession= (luo_session_name_is_valid in
// src/shared/luo-util.c).
func liveUpdateSessions(a argument) []*Problem {
	words, last := BareWords(a.Text)
	var problems []*Problem
	seen := map[string]bool{}
	for _, w := range words {
		switch {
		case checkFDName(w) != nil || !safeCharacters(w.Text) || strings.ContainsAny(w.Text, blanks):
			problems = append(problems, badName(w, "this is no name of a session",
				"up to 255 printable ASCII characters, none of them a quote, a wildcard or one of :\\"))
		case seen[w.Text]:
			problems = append(problems, badName(w, "the session is given twice", "each once"))
		}
		seen[w.Text] = true
	}
	return appendProblem(problems, last)
}

// oomRules is OOMRules=: names of files (config_parse_managed_oom_rules).
func oomRules(a argument) []*Problem {
	words, last := Strv(a.Text)
	if last != nil {
		return a.single(last)
	}
	var problems []*Problem
	for _, w := range words {
		if !isFilename(w.Text) || !safeCharacters(w.Text) {
			problems = append(problems, badName(w, "this is no name of a rule", "a file name without quotes, backslashes and wildcards"))
		}
	}
	return problems
}

// standardInputText is StandardInputText=: C escapes, undone before specifiers are
// expanded (config_parse_exec_input_text).
func standardInputText(a argument) []*Problem {
	if problem := checkEscapes(a.word(), false, a.Release); problem != nil {
		return a.single(problem)
	}
	_, problem := a.expand(unescapeAll(a.word()), 64<<20)
	return a.single(problem)
}

// unescapeAll undoes the C escapes of a word that has no others.
func unescapeAll(w Word) Word {
	if strings.IndexByte(w.Text, '\\') < 0 {
		return w
	}
	var b builder
	for i := 0; i < len(w.Text); i++ {
		if w.Text[i] != '\\' {
			b.add(w.Text[i], w.Sub(i, i+1))
			continue
		}
		text, n := unescapeC(w.Text[i+1:])
		b.addAll(text, w.Sub(i, i+1+n))
		i += n
	}
	return b.word(w.Span, w.Quoted)
}

// streamPrefixes are the forms of StandardInput=, StandardOutput= and StandardError=
// that something follows, and the word that says when each came.
var streamPrefixes = []string{"fd", "file", "append", "truncate"}

// standardStream is StandardInput=, StandardOutput= and StandardError=
// (config_parse_exec_input and config_parse_exec_output).
func standardStream(a argument) []*Problem {
	w := a.word()
	if prefix, _, ok := strings.Cut(a.Text, ":"); ok && slices.Contains(streamPrefixes, prefix) && a.hasWord(prefix) {
		rest := w.Slice(len(prefix)+1, len(w.Text))
		if prefix != "fd" {
			return a.single(a.path(rest, needAbsolute))
		}
		name, problem := a.expand(rest, fdNameLimit)
		if problem == nil && name.open < 0 {
			problem = checkFDName(name.Word)
		}
		return a.single(problem)
	}
	if a.hasWord(a.Text) {
		return nil
	}
	var words []string
	for _, v := range a.Values() {
		if v.Since <= a.Release && v.Deprecated == 0 && !slices.Contains(streamPrefixes[1:], v.Word) {
			words = append(words, v.Word)
		}
	}
	for _, prefix := range streamPrefixes {
		if a.hasWord(prefix) {
			words = append(words, prefix+":")
		}
	}
	return a.whole(BadOption, "unknown stream", "one of "+strings.Join(words, ", "))
}

// hasWord reports whether the release takes a word of the vocabulary.
func (a argument) hasWord(word string) bool {
	return slices.ContainsFunc(a.Values(), func(v directive.Value) bool { return v.Word == word && v.Since <= a.Release })
}
