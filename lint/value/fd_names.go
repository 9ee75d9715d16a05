package value

import (
	"strings"
	"unicode/utf8"
)

// fdNameProblem is the problem of a name that is none.
func fdNameProblem(w Word, text string) *Problem {
	return &Problem{Kind: BadFDName, Span: w.Span, Text: text,
		Expected: "up to 255 printable ASCII characters without colons", Effect: DropsEntry}
}

// checkFDName returns what is wrong with the name of a file descriptor, nil if
// nothing is (fdname_is_valid in src/basic/fd-util.c).
func checkFDName(w Word) *Problem {
	if len(w.Text) > fdNameLimit {
		return fdNameProblem(w, "the name is too long")
	}
	for i := 0; i < len(w.Text); i++ {
		if c := w.Text[i]; c < ' ' || c >= 0x7f || c == ':' {
			_, size := utf8.DecodeRuneInString(w.Text[i:])
			problem := fdNameProblem(w, "the name holds a character that is not allowed")
			problem.Span = w.Sub(i, i+size)
			return problem
		}
	}
	return nil
}

// fdName is FileDescriptorName= (config_parse_fdname in src/core/load-fragment.c).
func fdName(a argument) []*Problem {
	e, problem := a.expandAll(fdNameLimit)
	if problem == nil && e.open < 0 {
		problem = checkFDName(e.Word)
	}
	return a.single(problem)
}

// checkCredentialName returns what is wrong with the name of a credential, nil if
// nothing is: it must be a file name as well (credential_name_valid in
// src/shared/creds-util.c).
func checkCredentialName(w Word) *Problem {
	text := ""
	switch slash := strings.IndexByte(w.Text, '/'); {
	case w.Text == "":
		text = "the name of the credential is empty"
	case w.Text == "." || w.Text == ".." || slash >= 0:
		text = "the name of the credential is no name of a file"
	default:
		problem := checkFDName(w)
		if problem != nil {
			problem.Kind = BadCredential
		}
		return problem
	}
	return &Problem{Kind: BadCredential, Span: w.Span, Text: text,
		Expected: "up to 255 printable ASCII characters without slashes and colons", Effect: DropsEntry}
}
