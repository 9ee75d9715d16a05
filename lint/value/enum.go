package value

import (
	"strings"

	"github.com/unitvet/unitvet/lint/directive"
)

// booleanExample is what is expected of a boolean.
const booleanExample = "yes or no"

// boolean is the grammar of booleans, and of tristates, for which an empty value has
// a meaning of its own.
func boolean(a argument) []*Problem {
	if _, ok := ParseBoolean(a.Text); ok {
		return nil
	}
	return a.whole(BadBoolean, quoted(a.Text)+" is no boolean", booleanExample)
}

// words returns what is expected where a word of the vocabulary is: all of them, or
// some of many.
func (a argument) words() string {
	const many = 16
	var words []string
	for _, v := range a.Values() {
		switch {
		case v.Since > a.Release || v.Deprecated != 0 && v.Deprecated <= a.Release:
		case len(words) == many:
			return strings.Join(append(words[:many/2], "…"), ", ")
		default:
			words = append(words, v.Word)
		}
	}
	return orList(words)
}

// orList joins words with commas and a last "or".
func orList(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// enumNumbers are the highest numbers that stand for words (the tables with a
// fallback: DEFINE_STRING_TABLE_LOOKUP_WITH_FALLBACK in src/basic/string-table.h).
var enumNumbers = map[string]uint64{
	"CPUSchedulingPolicy": 1<<31 - 1, "IOSchedulingClass": 8, "IPTOS": 255,
	"LogLevelMax": 7, "SyslogLevel": 7, "SyslogFacility": 127,
}

// enum is the grammar of single words.
func enum(a argument) []*Problem {
	if form := enumForms[a.Key]; form != nil {
		if problems, ok := form(a); ok {
			return problems
		}
	}
	if a.hasWord(a.Text) {
		return a.warned()
	}
	expected := a.words()
	if a.Also&directive.AlsoBoolean != 0 {
		if _, ok := ParseBoolean(a.Text); ok {
			return nil
		}
		if !a.hasWord("yes") {
			expected = strings.TrimPrefix(expected+" or a boolean", " or ")
		}
	}
	if a.Also&directive.AlsoNumber != 0 {
		if n, f := parseUnsigned(a.Text, 32, a.Release); f == fine && n <= enumNumbers[a.Key] {
			return a.numbered(n)
		}
	}
	if enumForms[a.Key] == nil && a.Also&directive.AlsoOther != 0 {
		return nil // nothing is known of the other form
	}
	return a.whole(UnknownWord, "unknown word "+quoted(a.Text), expected)
}

// warned returns what is wrong with a word of the vocabulary: systemd takes it with a
// warning, or not everywhere (config_parse_kill_mode, config_parse_emergency_action).
func (a argument) warned() []*Problem {
	const exitOnlySince = 253 // before, managers of users exited whatever the action
	if a.Enum == "emergency_action" && a.Unit.User && a.Release >= exitOnlySince {
		switch a.Text {
		case "none", "exit", "exit-force":
			return nil
		}
		return a.whole(UnknownWord, quoted(a.Text)+" is for the system manager", "none, exit or exit-force")
	}
	if a.Key != "KillMode" || a.Text != "none" {
		return nil
	}
	problems := a.whole(DeprecatedWord, "none is deprecated: processes are left behind when the unit stops", "control-group or mixed")
	problems[0].Effect = Accepted
	return problems
}

// numbered returns what is wrong with a number in place of a word, which fits the
// table.
func (a argument) numbered(n uint64) []*Problem {
	const since = 262 // as far as 257 and 262 tell
	if a.Release < since {
		return nil
	}
	switch {
	case a.Key == "IOSchedulingClass" && n == 8, a.Key == "CPUSchedulingPolicy" && (n == 4 || n > 7):
		return a.whole(OutOfRange, quoted(a.Text)+" is out of range", a.words())
	}
	return nil
}

// enumForms are the forms that directives take beside the words of their vocabulary. ok is false for a text that is not of the form.
var enumForms = map[string]func(argument) (problems []*Problem, ok bool){
	"Timestamping":    timestamping,
	"ProtectHostname": protectHostname,
	"SocketProtocol":  socketProtocol,
}

// timestamping takes the names that units of time have elsewhere
// (socket_timestamping_from_string_harder in src/core/socket.c).
func timestamping(a argument) ([]*Problem, bool) {
	switch a.Text {
	case "nsec", "usec", "µs", "μs":
		return nil, true
	}
	return nil, false
}

// protocolNumbers are those of the protocols that sockets may have.
var protocolNumbers = map[int64]string{132: "sctp", 136: "udplite", 262: "mptcp"}

// socketProtocol takes protocols in any case, and by number (parse_socket_protocol).
func socketProtocol(a argument) ([]*Problem, bool) {
	n, f := parseSigned(a.Text, 32, a.Release)
	return nil, a.hasWordInAnyCase(a.Text) || f == fine && a.hasWord(protocolNumbers[n])
}

// protectHostname is private or a boolean, with a host name after a colon since 258;
// a plain boolean before (config_parse_protect_hostname).
func protectHostname(a argument) ([]*Problem, bool) {
	word, _, ok := strings.Cut(a.Text, ":")
	if !ok || !a.hasWord("private") {
		return nil, false
	}
	on, known := ParseBoolean(word)
	if !known && word != "private" || known && !on {
		return nil, false
	}
	e, problem := a.expand(a.word().Slice(len(word)+1, len(a.Text)), maxHostname)
	if problem == nil && e.exact && !validHostname(e.Text) {
		problem = &Problem{Kind: BadText, Span: e.Span, Text: quoted(e.Text) + " is no host name",
			Expected: "letters, digits and dashes, dots between"}
	}
	return a.single(problem), true
}

// maxHostname is the length in bytes of the longest host name (HOST_NAME_MAX).
const maxHostname = 64

// validHostname reports whether s can be the name of a host: labels of letters,
// digits and dashes, dashes not at their ends (hostname_is_valid in
// src/basic/hostname-util.c).
func validHostname(s string) bool {
	if len(s) > maxHostname {
		return false
	}
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || strings.HasPrefix(label, "-") || strings.HasSuffix(label, "-") ||
			strings.Trim(label, "-0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
			return false
		}
	}
	return true
}

// flags is the grammar of several words.
func flags(a argument) []*Problem { return flagGrammars[a.Key](a) }

// flagGrammars are those of the directives of type flags.
var flagGrammars = map[string]func(argument) []*Problem{
	"BPFDelegateAttachments": delegatedBPF,
	"BPFDelegateCommands":    delegatedBPF,
	"BPFDelegateMaps":        delegatedBPF,
	"BPFDelegatePrograms":    delegatedBPF,
	"CoredumpFilter":         coredumpFilter,
	"DisableControllers":     disabledControllers,
	"RefreshOnReload":        refreshOnReload,
	"SecureBits":             secureBits,
}

// unknownWord is the problem of a word that the vocabulary does not have.
func (a argument) unknownWord(w Word, effect Effect) *Problem {
	return &Problem{Kind: UnknownWord, Span: w.Span, Text: "unknown word " + quoted(w.Text), Expected: a.words(), Effect: effect}
}

// unknownWords returns the problems of the words that the vocabulary does not have.
func (a argument) unknownWords(words []Word, effect Effect) []*Problem {
	var problems []*Problem
	expected := a.words()
	for _, w := range words {
		if !a.hasWord(w.Text) {
			problems = append(problems, &Problem{Kind: UnknownWord, Span: w.Span, Text: "unknown word " + quoted(w.Text), Expected: expected, Effect: effect})
		}
	}
	return problems
}

// delegatedBPF is any, or words with commas between (bpf_delegate_from_string in
// src/core/namespace.c).
func delegatedBPF(a argument) []*Problem {
	if a.Text == "any" {
		return nil
	}
	scan := scanner{text: a.Text}
	var problems []*Problem
	for {
		word, problem, ok := scan.next(commaSet, 0)
		if problem != nil {
			return append(problems, a.single(problem)...)
		}
		if !ok {
			return problems
		}
		if word.Text == "any" || !a.hasWord(word.Text) {
			problems = append(problems, a.unknownWord(word, DropsEntry))
		}
	}
}

// coredumpFilter is words or hexadecimal masks, which are ORed
// (coredump_filter_mask_from_string in src/shared/coredump-util.c).
func coredumpFilter(a argument) []*Problem {
	words, problem := BareWords(a.Text)
	for _, w := range words {
		if w.Text == "default" || w.Text == "all" || a.hasWord(w.Text) {
			continue
		}
		s := strings.TrimLeft(w.Text, blanks)
		if _, f := unsignedIn(s, 16, 64, false); f != fine {
			problem := a.unknownWord(w, Unstated)
			problem.Expected += ", default, all or a hexadecimal number"
			return []*Problem{problem}
		}
	}
	return a.single(problem)
}

// disabledControllers wants one known controller at least; unknown ones beside it are
// passed over in silence (config_parse_disable_controllers).
func disabledControllers(a argument) []*Problem {
	words, problem := BareWords(a.Text)
	if problem != nil {
		return a.single(problem)
	}
	unknown := a.unknownWords(words, Accepted)
	if len(unknown) == len(words) {
		for _, p := range unknown {
			p.Effect = Unstated
		}
	}
	return unknown
}

// refreshOnReload is a boolean or words, after ~ those that are taken away
// (config_parse_service_refresh_on_reload).
func refreshOnReload(a argument) []*Problem {
	if _, ok := ParseBoolean(a.Text); ok {
		return nil
	}
	words, problem := a.inverted(0)
	if unknown := a.unknownWords(words, Unstated); len(unknown) > 0 {
		return unknown[:1] // the first one ends it
	}
	return a.single(problem)
}

// inverted splits the value after the ~ that it may start with.
func (a argument) inverted(m mode) ([]Word, *Problem) {
	rest := a.word()
	if strings.HasPrefix(a.Text, "~") {
		rest = rest.Slice(1, len(a.Text))
	}
	words, problem := split(rest.Text, m)
	for i := range words {
		words[i] = words[i].within(rest)
	}
	return words, mapped(problem, rest)
}

// secureBits passes over what it does not know (secure_bits_from_string in
// src/shared/securebits-util.c).
func secureBits(a argument) []*Problem {
	words, problem := PathWords(a.Text)
	problems := a.unknownWords(words, Accepted)
	if problem != nil {
		problem.Effect = Accepted
		problems = append(problems, problem)
	}
	return problems
}
