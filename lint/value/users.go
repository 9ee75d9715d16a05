package value

import (
	"strconv"
	"strings"
)

// user is User=, Group=, SocketUser= and SocketGroup=
// (config_parse_user_group_compat in src/core/load-fragment.c).
func user(a argument) []*Problem {
	e, problem := a.expandAll(maxExpansion)
	if problem == nil && e.open < 0 {
		problem = checkUser(e.Word)
	}
	return a.single(problem)
}

// users is SupplementaryGroups=, which systemd reads no further than its first
// problem (config_parse_user_group_strv_compat).
func users(a argument) []*Problem {
	words, last := BareWords(a.Text)
	for _, w := range words {
		e, problem := a.expand(w, maxExpansion)
		if problem == nil && e.open < 0 {
			problem = checkUser(e.Word)
		}
		if problem != nil {
			return a.single(problem)
		}
	}
	return a.single(last)
}

// checkUser returns what is wrong with the name or number of a user or group, nil if
// nothing is. Only what could never be the name of a user is refused: blanks,
// letters of any script and dots pass, with a notice (valid_user_group_name in
// src/basic/user-util.c, with VALID_USER_RELAX and VALID_USER_ALLOW_NUMERIC).
func checkUser(w Word) *Problem {
	text := ""
	name := w.Text
	switch {
	case name == "":
		text = "the name is empty"
	case onlyDigits(name):
		if text = checkUserNumber(name); text == "" {
			return nil
		}
	case name[0] == '-' && onlyDigits(name[1:]):
		text = "the number of a user or group is negative"
	case name == "." || name == "..":
		text = "no user or group can have this name"
	case name[0] == ' ' || name[len(name)-1] == ' ':
		text = "the name starts or ends with a blank"
	case checkEncoding(name) != nil:
		return mapped(checkEncoding(name), w)
	case strings.IndexFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f || r == ':' || r == '/' }) >= 0:
		text = "the name holds a colon, a slash or a control character"
	default:
		return nil
	}
	return &Problem{Kind: BadUserName, Span: w.Span, Text: text, Expected: "the name or number of a user or group"}
}

// onlyDigits reports whether there is nothing but digits in s.
func onlyDigits(s string) bool { return strings.Trim(s, "0123456789") == "" }

// checkUserNumber returns what is wrong with a number of digits only, "" if nothing
// is (parse_uid in src/basic/user-util.c).
func checkUserNumber(digits string) string {
	n, err := strconv.ParseUint(digits, 10, 32)
	switch {
	case digits[0] == '0' && len(digits) > 1:
		return "the number of the user or group has a leading zero"
	case err != nil:
		return "the number of the user or group is too large"
	case n == 0xffff || n == 0xffffffff:
		return "the number is reserved and never that of a user or group"
	}
	return ""
}
