package value

import (
	"slices"
	"strings"
)

// conditionPrefixes takes the prefixes of a condition off: | makes it one of those of
// which one must hold, ! turns it round. Blanks may follow them, unless the condition
// is about a path (config_parse_unit_condition_string, config_parse_unit_condition_path).
func conditionPrefixes(w Word, skip string) Word {
	for _, prefix := range []string{"|", "!"} {
		if rest, ok := strings.CutPrefix(w.Text, prefix); ok {
			w = w.Slice(len(w.Text)-len(strings.TrimLeft(rest, skip)), len(w.Text))
		}
	}
	return w
}

// conditionPath is ConditionPathExists= and its kin.
func conditionPath(a argument) []*Problem {
	return a.single(a.path(conditionPrefixes(a.word(), ""), needAbsolute))
}

// conditionString is the other conditions. systemd does not look at their arguments
// before it needs to know whether they hold; those that it can make nothing of then
// are reported as accepted.
func conditionString(a argument) []*Problem {
	e, problem := a.expand(conditionPrefixes(a.word(), blanks), maxExpansion)
	if problem != nil {
		return a.single(problem)
	}
	check := conditionArguments[a.Parameter]
	if check == nil || !e.exact {
		return nil
	}
	text, expected := check(a, e.Text)
	if text == "" {
		return nil
	}
	return []*Problem{{Kind: BadCondition, Span: e.Span, Text: text, Expected: expected, Effect: Accepted}}
}

// conditionArguments say what is wrong with the arguments of conditions, by
// Directive.Parameter, and what is expected; "" if nothing is wrong (the functions
// condition_test_* in src/shared/condition.c).
var conditionArguments = map[string]func(a argument, s string) (text, expected string){
	"architecture": func(a argument, s string) (string, string) {
		if s == "native" || a.hasWord(s) {
			return "", ""
		}
		return "unknown architecture " + quoted(s) + " never matches", "a name such as x86-64 or arm64, or native"
	},
	"boolean": func(_ argument, s string) (string, string) {
		if _, ok := ParseBoolean(s); ok {
			return "", ""
		}
		return quoted(s) + " is no boolean: the condition counts as failed", booleanExample
	},
	"capability": func(a argument, s string) (string, string) {
		bounding := a
		if d, ok := lookupCapabilities(); ok {
			bounding.Directive = d
		}
		if bounding.hasCapability(s) {
			return "", ""
		}
		return "unknown capability " + quoted(s) + ": the condition counts as failed", "a name such as CAP_SYS_ADMIN"
	},
	"controller-list": func(a argument, s string) (string, string) {
		words, problem := BareWords(s)
		for _, w := range words {
			if slices.Contains([]string{"v1", "v2"}, s) || knownController(w.Text, a.Release) {
				return "", ""
			}
		}
		if problem == nil && len(words) == 0 {
			return "", ""
		}
		return "no controller in " + quoted(s) + " is known: the condition counts as met", "controllers such as cpu or memory, or v2"
	},
	"credential-name": func(_ argument, s string) (string, string) {
		if checkCredentialName(plainWord(s, 0, len(s))) == nil {
			return "", ""
		}
		return "no credential can have the name " + quoted(s), "up to 255 printable ASCII characters without slashes and colons"
	},
	"enum": func(a argument, s string) (string, string) {
		for _, m := range securityModules {
			if m.name == s && m.since <= a.Release {
				return "", ""
			}
		}
		return "unknown security technology " + quoted(s) + " never matches", "a name such as selinux, apparmor or tpm2"
	},
	"firmware": func(_ argument, s string) (string, string) {
		expected := "uefi, device-tree, device-tree-compatible(NAME) or smbios-field(FIELD OPERATOR VALUE)"
		switch {
		case s == "uefi" || s == "device-tree":
			return "", ""
		case strings.HasPrefix(s, "device-tree-compatible(") && strings.HasSuffix(s, ")"):
			return "", ""
		case strings.HasPrefix(s, "smbios-field("):
			field := strings.TrimPrefix(s, "smbios-field(")
			if strings.HasSuffix(field, ")") && validComparison(field[:len(field)-1]) {
				return "", ""
			}
			return quoted(s) + " is no comparison: the condition counts as failed", expected
		}
		return quoted(s) + " never matches", expected
	},
	"fraction": func(a argument, s string) (string, string) {
		words, problem := BareWords(s)
		if problem == nil && (len(words) == 1 || len(words) == 2) {
			if n, f := permyriad(words[len(words)-1].Text, a.Release); f == fine && n <= wholePermyriad {
				return "", ""
			}
		}
		return quoted(s) + " is no share of machines: the condition counts as failed", "a percentage such as 10%, a word before it if need be"
	},
	"int-comparison": func(a argument, s string) (string, string) {
		_, rest := comparison(s, orderOperators)
		if _, f := parseUnsigned(rest, 32, a.Release); f == fine {
			return "", ""
		}
		return quoted(s) + " is no comparison: the condition counts as failed", "a number, after an operator such as >= if need be"
	},
	"os-release": func(_ argument, s string) (string, string) {
		words, problem := PathWords(s)
		ok := problem == nil
		for _, w := range words {
			operator := strings.IndexAny(w.Text, operatorCharacters)
			if operator < 0 || !ValidVariableName(w.Text[:operator]) {
				ok = false
				break
			}
			found, rest := comparison(w.Text[operator:], matchOperators)
			ok = ok && found && rest != "" && strings.IndexByte(blanks, rest[0]) < 0
		}
		if ok {
			return "", ""
		}
		return quoted(s) + " is no comparison: the condition counts as failed", "words such as ID=debian or VERSION_ID>=12, without blanks inside"
	},
	"pressure": func(a argument, s string) (string, string) {
		value := s
		if slice, rest, ok := strings.Cut(s, ":"); ok && CheckSlice(strings.Trim(slice, blanks)) == nil {
			value = rest
		}
		value, span, _ := strings.Cut(value, "/")
		span = strings.TrimLeft(span, blanks)
		if n, f := permyriad(strings.Trim(value, blanks), a.Release); f == fine && n <= wholePermyriad && (span == "" ||
			strings.HasPrefix(span, "10sec") || strings.HasPrefix(span, "1min") || strings.HasPrefix(span, "5min")) {
			return "", ""
		}
		return quoted(s) + " is no pressure: the condition counts as failed", "SLICE:PERCENT%/TIME with a time of 10sec, 1min or 5min; slice and time may be left out"
	},
	"size-comparison": func(_ argument, s string) (string, string) {
		_, rest := comparison(s, orderOperators)
		if _, f := parseSize(rest, 1024); f == fine {
			return "", ""
		}
		return quoted(s) + " is no comparison: the condition counts as failed", "a number of bytes such as 2G, after an operator such as >= if need be"
	},
	"version-expression": func(_ argument, s string) (string, string) {
		if validVersions(s) {
			return "", ""
		}
		return quoted(s) + " is no comparison: the condition counts as failed", "a glob, or comparisons such as >=5.10"
	},
	"virtualization": func(a argument, s string) (string, string) {
		_, boolean := ParseBoolean(s)
		if boolean || slices.Contains([]string{"vm", "container", "private-users"}, s) || a.hasWord(s) {
			return "", ""
		}
		return "unknown virtualization " + quoted(s) + " never matches", "a boolean, vm, container, private-users, or a name such as kvm or docker"
	},
}

// securityModules are what ConditionSecurity= knows (man page systemd.unit).
var securityModules = []struct {
	name  string
	since int
}{
	{"selinux", 183}, {"apparmor", 203}, {"smack", 204}, {"ima", 205}, {"audit", 218}, {"tomoyo", 236}, {"uefi-secureboot", 239},
	{"tpm2", 248}, {"cvm", 254}, {"measured-uki", 255}, {"measured-os", 261},
}

// operatorCharacters are what operators of comparisons are made of.
const operatorCharacters = "$<>=!"

// The operators of comparisons; of two that fit, the first counts
// (parse_compare_operator in src/shared/compare-operator.c).
var (
	orderOperators = []string{"<>", "<=", ">=", "<", ">", "==", "=", "!="}
	matchOperators = append([]string{"$=", "!$="}, orderOperators...)
)

// comparison cuts the operator off that s may start with.
func comparison(s string, operators []string) (found bool, rest string) {
	for _, operator := range operators {
		if rest, ok := strings.CutPrefix(s, operator); ok {
			return true, rest
		}
	}
	return false, s
}

// validComparison reports whether s is FIELD OPERATOR VALUE
// (condition_test_firmware_smbios_field).
func validComparison(s string) bool {
	i := strings.IndexAny(s, operatorCharacters)
	if i < 0 || !isFilename(strings.TrimRight(s[:i], blanks)) {
		return false
	}
	found, rest := comparison(s[i:], matchOperators)
	words, problem := PathWords(rest)
	return found && problem == nil && len(words) == 1
}

// validVersions reports whether s is a list of comparisons with a version. The first
// may have a blank before its version, and the name of what has the version before it.
func validVersions(s string) bool {
	for _, subject := range []string{"systemd", "glibc", "kernel"} {
		if rest, ok := strings.CutPrefix(s, subject); ok && (rest == "" || strings.ContainsRune(operatorCharacters+blanks, rune(rest[0]))) {
			s = rest
			break
		}
	}
	words, problem := PathWords(s)
	for i := 0; i < len(words); i++ {
		_, rest := comparison(strings.Trim(words[i].Text, blanks), matchOperators)
		if strings.Trim(rest, blanks) != "" {
			continue
		}
		if i > 0 || len(words) == 1 {
			return false
		}
		words = words[1:] // the version is the next word
	}
	return problem == nil
}
