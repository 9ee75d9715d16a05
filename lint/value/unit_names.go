package value

import (
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint/source"
)

// Grammars of names of units.

// unitName expands a name and returns it; ok is false if it has a problem or
// specifiers of unknown form in it.
func (a argument) unitName(w Word) (e expanded, ok bool, problem *Problem) {
	e, problem = a.expand(w, nameLimit)
	return e, problem == nil && e.open < 0, problem
}

// unitNames is After=, Wants= and all other dependencies (config_parse_unit_deps in
// src/core/load-fragment.c). Entries with a problem are skipped.
func unitNames(a argument) []*Problem {
	var problems []*Problem
	for _, w := range Fields(a.Text) {
		e, ok, problem := a.unitName(w)
		if ok {
			problem = a.dependency(e.Word)
		}
		problems = appendProblem(problems, problem)
	}
	return problems
}

// installNames are the lists of [Install], which the manager does not read.
func installNames(argument) []*Problem { return nil }

// socketNames is Sockets= (config_parse_service_sockets).
func socketNames(a argument) []*Problem {
	words, last := BareWords(a.Text)
	var problems []*Problem
	for _, w := range words {
		e, ok, problem := a.unitName(w)
		if ok {
			problem = a.dependencyOf(e.Word, "socket")
		}
		problems = appendProblem(problems, problem)
	}
	return appendProblem(problems, last)
}

// dependency returns what keeps a unit from being loaded by the name that a
// dependency has for it (unit_add_dependency_by_name and unit_add_name in
// src/core/unit.c).
func (a argument) dependency(w Word) *Problem {
	if problem := checkName(w.Text); problem != nil {
		problem.Effect = DropsEntry
		return mapped(problem, w)
	}
	name, _ := ParseName(w.Text)
	if name.Kind != Plain && !MayBeTemplate(name.Type) {
		return &Problem{Kind: NameNoInstances, Span: w.Span, Text: "units of type " + name.Type + " have no templates and no instances",
			Expected: "a name without @", Effect: DropsEntry}
	}
	if a.Unit.Unit.Type == "" || a.Unit.Unit.Kind == Template {
		return nil // the instance that a template would get is not known
	}
	if _, err := name.ResolveTemplate(a.Unit.Unit); err != nil {
		return &Problem{Kind: NameTooLong, Span: w.Span, Text: "the name has no room for the instance it gets",
			Expected: "at most 255 bytes", Effect: DropsEntry}
	}
	return nil
}

// dependencyOf is dependency for a unit of a certain type.
func (a argument) dependencyOf(w Word, unitType string) *Problem {
	if !strings.HasSuffix(w.Text, "."+unitType) {
		return &Problem{Kind: NameWrongType, Span: w.Span, Text: "the unit is no " + unitType,
			Expected: "a name that ends in ." + unitType, Effect: DropsEntry}
	}
	return a.dependency(w)
}

// unitOfType returns the grammar of directives that take the name of one unit of a
// type and load it: Service= and Slice= (config_parse_socket_service and
// config_parse_unit_slice). Templates are not resolved.
func unitOfType(unitType string) func(argument) []*Problem {
	return func(a argument) []*Problem {
		e, ok, problem := a.unitName(a.word())
		if ok {
			problem = a.dependencyOf(e.Word, unitType)
			if name, _ := ParseName(e.Text); problem == nil && name.Kind == Template {
				problem = &Problem{Kind: NameEmpty, Span: e.Span, Text: "the template lacks an instance",
					Expected: "a name such as foo@bar." + unitType}
			}
		}
		return a.single(problem)
	}
}

// sliceName is Slice=, which slices do not take: their names say where they lie.
func sliceName(a argument) []*Problem {
	if a.Section == "Slice" {
		return a.whole(NameWrongType, "the slice that a slice lies in is given by its name", "no Slice=")
	}
	return unitOfType("slice")(a)
}

// triggeredUnit is Unit= of timers and paths (config_parse_trigger_unit).
func triggeredUnit(a argument) []*Problem {
	e, ok, problem := a.unitName(a.word())
	if ok {
		problem = a.dependency(e.Word)
		if problem == nil && e.exact && e.Text == a.Unit.Unit.String() {
			problem = &Problem{Kind: NameSelf, Span: e.Span, Text: "a unit cannot trigger itself", Expected: "another unit"}
		}
	}
	return a.single(problem)
}

// busName is BusName= (config_parse_bus_name; service_name_is_valid in
// src/libsystemd/sd-bus/bus-internal.c).
func busName(a argument) []*Problem {
	e, problem := a.expandAll(maxBusName)
	if problem != nil || e.open >= 0 {
		return a.single(problem)
	}
	bad := func(text string, span source.Span) []*Problem {
		return []*Problem{{Kind: BadBusName, Span: span, Text: text,
			Expected: "a name such as org.example.Service: letters, digits, _ and -, with dots between"}}
	}
	name, unique := e.Text, strings.HasPrefix(e.Text, ":")
	atStart, dots := true, 0
	for i := 0; i < len(name); i++ {
		c := name[i]
		switch {
		case c == ':' && i == 0:
			continue
		case c == '.' && atStart:
			return bad("a part of the bus name is empty", e.Sub(i, i+1))
		case c == '.':
			dots++
		case c >= '0' && c <= '9' && atStart && !unique:
			return bad("a part of the bus name starts with a digit", e.Sub(i, i+1))
		case !busCharacters[c]:
			return bad("the bus name holds a character that is not allowed", e.Sub(i, i+1))
		}
		atStart = c == '.'
	}
	switch {
	case atStart:
		return bad("a part of the bus name is empty", e.Span)
	case dots == 0:
		return bad("the bus name has no dot", e.Span)
	}
	return nil
}

// maxBusName is the length of the longest bus name (SD_BUS_MAXIMUM_NAME_LENGTH in
// src/systemd/sd-bus-protocol.h).
const maxBusName = 255

// busCharacters are the bytes that the parts of bus names may hold.
var busCharacters = setOf("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-")

// documentation is Documentation= (config_parse_documentation;
// documentation_url_is_valid in src/shared/web-util.c). Specifiers are expanded
// before the value is cut into words.
func documentation(a argument) []*Problem {
	e, problem := a.expandAll(maxExpansion)
	if problem != nil || e.open >= 0 {
		return a.single(problem)
	}
	words, last := Strv(e.Text)
	if last != nil {
		last.Span = e.Sub(last.Span.Start, last.Span.End)
		if a.Release > 252 {
			return a.single(last) // nothing of it counts
		}
	}
	var problems []*Problem
	for _, w := range words {
		if !isDocumentation(w.Text) {
			problems = append(problems, &Problem{Kind: BadURL, Span: w.within(e.Word).Span, Text: "this is no link to documentation",
				Expected: "http://, https://, file:/, man: or info:, in ASCII", Effect: DropsEntry})
		}
	}
	return appendProblem(problems, last)
}

// isDocumentation reports whether s is a link that Documentation= takes.
func isDocumentation(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return false
		}
	}
	return slices.ContainsFunc([]string{"http://", "https://", "file:/", "man:", "info:"}, func(scheme string) bool {
		rest, ok := strings.CutPrefix(s, scheme)
		return ok && rest != ""
	})
}
