package value

import (
	"strings"

	"github.com/unitvet/unitvet/lint/source"
)

// VariableKind tells the ways apart in which a command line uses a dollar sign.
type VariableKind int

const (
	// Braced is ${NAME}: the value takes its place, blanks and all.
	Braced VariableKind = iota
	// WholeWord is a word $NAME: the value is split into words at its blanks, and
	// the word vanishes when there is none.
	WholeWord
	// DollarEscape is $$, which stands for one dollar sign.
	DollarEscape
)

// Variable is a use of a dollar sign that systemd acts on.
type Variable struct {
	Kind VariableKind
	// Name is the name of the variable; "$" for DollarEscape.
	Name string
	// Valid says that the name can be that of a variable. One that cannot stands
	// for nothing, always: a word such as $A-B or a lone $ vanishes.
	Valid bool
	// Span covers all of it, from the dollar sign on.
	Span source.Span
}

// Variables returns what systemd expands in an argument when it runs the command,
// with spans in the value. Nothing is expanded in the path of the program, nor in
// any argument of a command with the prefix ":"; argv[0] after the prefix @ is an
// argument. ${NAME:-x} and $NAME inside a word are no variables
// (replace_env_argv in src/basic/env-util.c).
//
// Specifiers come first: for ${%i} expand the word and use VariablesIn.
func Variables(w Word) []Variable {
	variables := VariablesIn(w.Text)
	for i, v := range variables {
		variables[i].Span = w.Sub(v.Span.Start, v.Span.End)
	}
	return variables
}

// VariablesIn is Variables for the text of an argument, with spans in the text.
func VariablesIn(text string) []Variable {
	if text == "" || strings.IndexByte(text, '$') < 0 {
		return nil
	}
	if text[0] == '$' && (len(text) == 1 || text[1] != '{' && text[1] != '$') {
		return []Variable{{WholeWord, text[1:], ValidVariableName(text[1:]), source.Span{Start: 0, End: len(text)}}}
	}
	var variables []Variable
	for i := 0; i+1 < len(text); i++ {
		if text[i] != '$' {
			continue
		}
		switch text[i+1] {
		case '$':
			variables = append(variables, Variable{DollarEscape, "$", true, source.Span{Start: i, End: i + 2}})
		case '{':
			// A colon ends the name without a variable: nothing is replaced, and what
			// follows the colon is text again.
			end := strings.IndexAny(text[i+2:], ":}")
			if end < 0 {
				return variables
			}
			end += i + 2
			if text[end] == '}' {
				name := text[i+2 : end]
				variables = append(variables, Variable{Braced, name, ValidVariableName(name), source.Span{Start: i, End: end + 1}})
			}
			i = end
			continue
		}
		i++ // whatever stands after the dollar sign starts nothing itself
	}
	return variables
}

// ValidVariableName reports whether s can be the name of an environment variable:
// letters, digits and underscores, not a digit first (env_name_is_valid in
// src/basic/env-util.c; the limit of two megabytes is not checked).
func ValidVariableName(s string) bool {
	if s == "" || s[0] >= '0' && s[0] <= '9' {
		return false
	}
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c != '_' && (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
			return false
		}
	}
	return true
}
