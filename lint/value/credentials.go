package value

import (
	"strings"
	"unicode/utf8"
)

// Credentials (src/core/load-fragment.c, src/shared/creds-util.c).

// cutField cuts what stands before the first colon off the value.
func (a argument) cutField() (field, rest Word, problem *Problem) {
	scan := scanner{text: a.Text}
	field, problem, _ = scan.next(colonSet, keepEmpty)
	return field, a.word().Slice(scan.pos, len(a.Text)), problem
}

// credentialID returns what is wrong with the name of a credential, specifiers
// expanded.
func (a argument) credentialID(w Word) *Problem {
	id, problem := a.expand(w, fdNameLimit)
	if problem == nil && id.open < 0 {
		problem = checkCredentialName(id.Word)
	}
	return problem
}

// loadCredential is LoadCredential= and LoadCredentialEncrypted=: ID[:SOURCE], where
// the source is a path or the name of another credential
// (config_parse_load_credential).
func loadCredential(a argument) []*Problem {
	id, rest, problem := a.cutField()
	if problem == nil {
		problem = a.credentialID(id)
	}
	if problem != nil || rest.Text == "" {
		return a.single(problem)
	}
	path, problem := a.expand(rest, pathLimit)
	if problem != nil || path.open >= 0 {
		return a.single(problem)
	}
	if !strings.HasPrefix(path.Text, "/") {
		if problem = checkCredentialName(path.Word); problem != nil {
			problem.Expected = "an absolute path, or the name of a credential"
		}
		return a.single(problem)
	}
	if text := notNormalized(path.Text); text != "" {
		problem = &Problem{Kind: PathNotNormalized, Span: path.Span, Text: text,
			Expected: "a path without .., ., and doubled slashes"}
	}
	return a.single(problem)
}

// notNormalized returns what keeps a path from being in normal form, "" if nothing
// does (path_is_normalized in src/basic/path-util.c). A slash at the end does not.
func notNormalized(path string) string {
	if len(path) >= MaxPathLength {
		return "the path is too long"
	}
	parts := strings.Split(path, "/")[1:]
	for i, component := range parts {
		switch {
		case component == "." || component == "..":
			return "the path has " + component + " in it"
		case component == "" && i < len(parts)-1:
			return "the path has a doubled slash in it"
		case len(component) > MaxComponentLength:
			return "a component of the path is too long"
		}
	}
	return ""
}

// setCredential is SetCredential= and SetCredentialEncrypted=: ID:DATA, with C escapes
// or in Base64 (config_parse_set_credential).
func setCredential(a argument) []*Problem {
	id, data, problem := a.cutField()
	if problem == nil && data.Text == "" {
		return a.whole(BadCredential, "there is no data for the credential", "ID:DATA")
	}
	if problem == nil {
		problem = a.credentialID(id)
	}
	if problem != nil {
		return a.single(problem)
	}
	if strings.HasSuffix(a.Key, "Encrypted") {
		return a.single(base64In(data, a.Release))
	}
	return a.single(checkEscapes(data, true, a.Release))
}

// renamedCredentialSince is the first release that takes a new name after the glob,
// as far as systemd 257 tells.
const renamedCredentialSince = 257

// importCredential is ImportCredential=: GLOB[:NAME], where the glob may have a * at
// its end (config_parse_import_credential; credential_glob_valid).
func importCredential(a argument) []*Problem {
	field, name, problem := a.cutField()
	if a.Release < renamedCredentialSince {
		field, name, problem = a.word(), Word{}, nil
	}
	if problem == nil {
		var glob expanded
		if glob, problem = a.expand(field, fdNameLimit); problem == nil && glob.open < 0 {
			problem = checkCredentialGlob(glob.Word)
		}
	}
	if problem == nil && name.Text != "" {
		problem = checkCredentialName(name)
	}
	return a.single(problem)
}

// checkCredentialGlob returns what is wrong with the name of a credential with a *
// at its end, or without, nil if nothing is.
func checkCredentialGlob(w Word) *Problem {
	switch special := strings.IndexAny(w.Text, "*?[]"); {
	case w.Text == "*":
		return nil
	case special < 0:
		return checkCredentialName(w)
	case w.Text[special:] == "*":
		return checkCredentialName(w.Slice(0, special))
	default:
		return &Problem{Kind: BadCredential, Span: w.Sub(special, special+1), Text: "the glob is not supported",
			Expected: "a name, or the start of one and a * at the end"}
	}
}

// surrogatesRefusedSince is the first release that refuses \ud800 and the like.
const surrogatesRefusedSince = 258

// checkEscapes returns the first backslash that starts no C escape, nil if there is
// none; acceptNUL takes escapes for NUL as well (cunescape in src/basic/escape.c).
func checkEscapes(w Word, acceptNUL bool, release int) *Problem {
	s := w.Text
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			continue
		}
		if i+1 == len(s) {
			return &Problem{Kind: TrailingBackslash, Span: w.Sub(i, i+1), Text: "the backslash has nothing after it"}
		}
		n := escapeLength(s[i+1:], acceptNUL, release)
		if n == 0 {
			_, size := utf8.DecodeRuneInString(s[i+1:])
			span := w.Sub(i, i+1+size)
			return &Problem{Kind: UnknownEscape, Span: span, Text: `unknown escape "` + s[i:i+1+size] + `"`,
				Expected: `\\ for a backslash, or a C escape such as \n, \x41, \u00e9`}
		}
		i += n
	}
	return nil
}

// escapeLength returns the length of the C escape that s, the text after a backslash,
// starts with; 0 if it starts with none.
func escapeLength(s string, acceptNUL bool, release int) int {
	for _, zero := range []string{"x00", "000", "u0000", "U00000000"} {
		if strings.HasPrefix(s, zero) {
			if acceptNUL {
				return len(zero)
			}
			return 0
		}
	}
	text, n := unescapeC(s)
	if n == 5 && release >= surrogatesRefusedSince && len(text) == 3 && !utf8.ValidString(text) {
		return 0
	}
	return n
}
