package value

import (
	"strings"
	"unicode/utf8"
)

// Assignment is NAME=VALUE, in a unit or in an environment file.
type Assignment struct {
	Name Word
	// Value is the value, quotes and escapes undone. In a unit its specifiers are
	// not yet expanded; variables never are.
	Value Word
}

// ParseEnvironment reads Environment= (config_parse_environ in
// src/core/load-fragment.c). Assignments that systemd skips are left out and
// reported; one whose name or value has specifiers is reported only when it is
// wrong whatever they expand to. A later assignment to the same name wins.
func ParseEnvironment(s string) ([]Assignment, []*Problem) {
	words, last := EnvironmentWords(s)
	var assignments []Assignment
	var problems []*Problem
	for _, w := range words {
		if strings.IndexByte(w.Text, '=') < 0 && hasSpecifier(w.Text) {
			continue // the = may come with a specifier
		}
		a, problem := assignment(w)
		if problem != nil {
			problems = append(problems, problem)
			continue
		}
		assignments = append(assignments, a)
	}
	return assignments, appendProblem(problems, last)
}

// assignment takes a word apart at its first =.
func assignment(w Word) (Assignment, *Problem) {
	eq := strings.IndexByte(w.Text, '=')
	if eq < 0 {
		return Assignment{}, &Problem{Kind: MissingEquals, Span: w.Span, Text: "there is no = in the assignment",
			Expected: "NAME=VALUE, in quotes if the value has blanks", Effect: DropsEntry}
	}
	a := Assignment{Name: w.Slice(0, eq), Value: w.Slice(eq+1, len(w.Text))}
	if !ValidVariableName(a.Name.Text) && !hasSpecifier(a.Name.Text) {
		return Assignment{}, badVariableName(a.Name)
	}
	if !utf8.ValidString(a.Value.Text) {
		return Assignment{}, mapped(checkEncoding(a.Value.Text), a.Value)
	}
	return a, nil
}

// badVariableName is the problem of a name that is none.
func badVariableName(name Word) *Problem {
	return &Problem{Kind: BadVariableName, Span: name.Span, Text: "this is no name of a variable",
		Expected: "letters, digits and underscores, not a digit first", Effect: DropsEntry}
}
