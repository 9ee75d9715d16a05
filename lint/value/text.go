package value

import (
	"strings"
	"unicode/utf8"
)

// freeText takes any text, specifiers expanded (config_parse_unit_string_printf).
func freeText(a argument) []*Problem {
	_, problem := a.expandAll(maxExpansion)
	return a.single(problem)
}

// stringList is the grammar of several words (config_parse_strv). systemd drops all
// of them where quotes do not match.
func stringList(a argument) []*Problem {
	_, problem := Strv(a.Text)
	return a.single(problem)
}

// instanceName is DefaultInstance= (config_parse_default_instance in
// src/shared/install.c, unit_instance_is_valid in src/basic/unit-name.c).
func instanceName(a argument) []*Problem {
	a.Unit.Table = NameTable
	e := ExpandName(a.Text, a.Unit)
	if len(e.Problems) > 0 || !e.Known {
		return e.Problems
	}
	problem := checkNameCharacters(e.Text)
	if problem != nil {
		problem.Span = e.Sub(problem.Span.Start, problem.Span.End)
		problem.Text = "the instance holds a character that is not allowed"
	}
	return a.single(problem)
}

// journalFields is LogExtraFields= (config_parse_log_extra_fields, journal_field_valid
// in src/libsystemd/sd-journal/journal-file.c).
func journalFields(a argument) []*Problem {
	words, last := EnvironmentWords(a.Text)
	var problems []*Problem
	for _, w := range words {
		e, problem := a.expand(w, maxExpansion)
		if problem != nil {
			problem.Effect = DropsEntry
			problems = append(problems, problem)
			continue
		}
		name, _, ok := strings.Cut(e.Text, "=")
		known := len(e.Text)
		if e.open >= 0 {
			known = e.open
		}
		problem = &Problem{Kind: BadJournalField, Span: w.Span, Effect: DropsEntry,
			Text: "there is no = in the field", Expected: "FIELD=VALUE, in quotes if the value has blanks"}
		switch {
		case ok && known < len(name), !ok && known < len(e.Text):
			continue
		case ok && validJournalField(name):
			continue
		case ok:
			problem.Span, problem.Text = e.Sub(0, len(name)), quoted(name)+" is no name of a journal field"
			problem.Expected = "up to 64 capital letters, digits and underscores, a letter first"
		}
		problems = append(problems, problem)
	}
	if last != nil {
		last.Effect = DropsRest
		problems = append(problems, last)
	}
	return problems
}

// validJournalField reports whether s can be the name of a field that is not
// protected.
func validJournalField(s string) bool {
	const longest = 64
	return s != "" && len(s) <= longest && s[0] >= 'A' && s[0] <= 'Z' &&
		strings.Trim(s, "_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

// base64Data is StandardInputData= (config_parse_exec_input_data).
func base64Data(a argument) []*Problem {
	return a.single(base64In(a.word(), a.Release))
}

// base64In returns what is wrong with Base64 data, nil if nothing is: padding must be
// there, and blanks may be anywhere. The alphabet that is safe in URLs is as good since
// 253, even mixed with the other (unbase64mem in src/basic/hexdecoct.c).
func base64In(w Word, release int) *Problem {
	const (
		alphabet     = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
		urlSafeSince = 253
	)
	bad := func(i, j int, text string) *Problem {
		return &Problem{Kind: BadEncodedData, Span: w.Sub(i, j), Text: text, Expected: "Base64 data with its padding"}
	}
	count, padding, last := 0, 0, 0
	for i := 0; i < len(w.Text); i++ {
		c := w.Text[i]
		if strings.IndexByte(blanks, c) >= 0 {
			continue
		}
		if release >= urlSafeSince {
			switch c {
			case '-':
				c = '+'
			case '_':
				c = '/'
			}
		}
		digit := strings.IndexByte(alphabet, c)
		switch {
		case c == '=' && (count%4 < 2 || padding > 0 && (count+padding)%4 == 0):
			return bad(i, i+1, "there is padding where none can be")
		case c == '=':
			padding++
		case digit < 0:
			_, size := utf8.DecodeRuneInString(w.Text[i:])
			return bad(i, i+size, "the character is not Base64")
		case padding > 0:
			return bad(i, len(w.Text), "there is something after the padding")
		default:
			count++
			last = digit
		}
	}
	switch {
	case (count+padding)%4 != 0:
		return bad(0, len(w.Text), "the data ends too early")
	case padding == 1 && last&3 != 0, padding == 2 && last&15 != 0:
		return bad(0, len(w.Text), "the last character before the padding has bits that count for nothing")
	}
	return nil
}

// hexOrPath is RootHash= (config_parse_exec_root_hash).
func hexOrPath(a argument) []*Problem {
	const shortest = 32 // digits
	if strings.HasPrefix(a.Text, "/") {
		return nil
	}
	expected := "32 hexadecimal digits or more, or an absolute path"
	count := 0
	for i := 0; i < len(a.Text); i++ {
		switch {
		case strings.IndexByte(blanks, a.Text[i]) >= 0:
		case hexDigit(a.Text[i]) < 16:
			count++
		default:
			return a.whole(BadEncodedData, quoted(a.Text)+" is neither hexadecimal nor an absolute path", expected)
		}
	}
	if count < shortest || count%2 != 0 {
		return a.whole(BadEncodedData, "the hash has too few digits, or an odd number of them", expected)
	}
	return nil
}

// base64OrPath is RootHashSignature= (config_parse_exec_root_hash_sig).
func base64OrPath(a argument) []*Problem {
	const prefix = "base64:"
	switch {
	case strings.HasPrefix(a.Text, "/"):
		return nil
	case strings.HasPrefix(a.Text, prefix):
		return a.single(base64In(a.word().Slice(len(prefix), len(a.Text)), a.Release))
	}
	return a.whole(BadEncodedData, quoted(a.Text)+" is neither Base64 nor an absolute path", "base64: and data, or an absolute path")
}
