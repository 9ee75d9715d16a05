package syntax

import (
	_ "embed"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/directive"
	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/unit"
	"github.com/unitvet/unitvet/lint/value"
)

//go:embed invalid_unit_name.md
var invalidUnitNamePage string

// InvalidUnitName finds names of files and names in settings that are no unit
// names (unit_name_is_valid in src/basic/unit-name.c).
var InvalidUnitName = &lint.Rule{
	ID:       "invalid-unit-name",
	Summary:  "a name that is no unit name: systemd passes over the file, or ignores the entry",
	Category: "syntax",
	Severity: lint.Error,
	Since:    "0.1.0",
	Page:     invalidUnitNamePage,
	CheckSet: invalidUnitName,
}

func invalidUnitName(p *lint.SetPass) {
	for _, file := range p.Set.Ignored {
		if file.Unit == "" {
			invalidFileName(p, file.Path)
		}
	}
	for _, u := range p.Set.Quadlets {
		for setting := range u.All() {
			InvalidNames(p, u, setting)
		}
	}
	for _, u := range p.Set.Units {
		if u.Template != nil && slices.Equal(u.DropIns, u.Template.DropIns) {
			continue // says what its template says
		}
		if u.Path != "" && u.Template == nil && u.Name.Kind != value.Plain && !value.MayBeTemplate(u.Name.Type) {
			p.Report(lint.Finding{
				Unit: u.ID, Place: lint.Place{Path: u.Path},
				Message: fmt.Sprintf("the name %s is not valid: %s units cannot be templates, and systemd does not load this one", u.Name, u.Name.Type),
				Help:    "only " + list(templateTypes()) + " units may have an @ in their name",
			})
		}
		for _, link := range u.Links {
			invalidFileName(p, link.Path)
		}
		for setting := range u.All() {
			if setting.Section != "Install" { // what is wrong there the family install tells
				InvalidNames(p, u, setting)
			}
		}
	}
}

// templateTypes returns the types that may have templates.
func templateTypes() []string {
	return slices.DeleteFunc(value.UnitTypes(), func(t string) bool { return !value.MayBeTemplate(t) })
}

// invalidFileName reports a file with the suffix of a unit and no unit's name. In
// a checkout, a name with the marks of a template language is filled in later.
func invalidFileName(p *lint.SetPass, file string) {
	base := path.Base(file)
	if value.TypeOf(base) == "" || !strings.Contains(base, ".") || strings.HasPrefix(base, ".") && !p.Set.Rooted {
		return
	}
	if !p.Set.Rooted && (strings.ContainsAny(base, "{}$<>%") || strings.Count(base, "@") > 1) {
		return
	}
	problem := checkName(base)
	if problem == nil {
		return
	}
	p.Report(lint.Finding{
		Place:   lint.Place{Path: file},
		Message: fmt.Sprintf("the file name %s is no unit name: %s, and systemd passes over the file", quoted(base), describe(problem, base)),
		Help:    helpOnName(problem),
	})
}

// checkName returns what is wrong with a unit name, nil if nothing is.
func checkName(name string) *value.Problem {
	parsed, err := value.ParseName(name)
	var problem *value.Problem
	if errors.As(err, &problem) {
		return problem
	}
	if parsed.Type == "slice" {
		return value.CheckSlice(name)
	}
	return nil
}

// describe says what is wrong with a name, for the middle of a sentence.
func describe(problem *value.Problem, name string) string {
	switch problem.Kind {
	case value.NameBadCharacter:
		return "it holds the character " + quoted(problem.Span.Of(name))
	case value.NameMissingType:
		return "it has no type"
	case value.NameTooLong:
		return fmt.Sprintf("it is longer than %d bytes", value.MaxNameLength)
	case value.NameUnknownType:
		return quoted(problem.Span.Of(name)) + " is no type of unit"
	case value.NameEmptyPrefix, value.NameEmpty:
		return "there is nothing before the " + quoted(problem.Span.Of(name))
	}
	return problem.Text
}

// helpOnName says what to write instead.
func helpOnName(problem *value.Problem) string {
	if problem.Kind == value.NameBadCharacter {
		return `names are made of letters, digits and :-_.\ with one @; systemd-escape writes anything else`
	}
	if problem.Expected != "" {
		return "write " + problem.Expected
	}
	return "write a name such as web.service"
}

// InvalidNames reports the words of a setting that are to be unit names and are
// none.
func InvalidNames(p *lint.SetPass, u *unit.Unit, setting unit.Setting) {
	d, ok := directive.Lookup(setting.Section, setting.Key().String())
	if !ok || d.Type != directive.TypeUnitList && d.Type != directive.TypeUnitName || !d.In(p.Set.Release) ||
		!directive.HasSection(u.Name.Type, setting.Section) {
		return
	}
	if _, quotes := quotesIn(p.Set.Release, setting.Section, setting.Assignment); len(quotes) > 0 {
		return
	}
	text := setting.Value().String()
	if i, ok := commentIn(p.Set.Release, setting.Section, setting.Assignment); ok {
		text = text[:i]
	}
	words := value.Fields(text)
	if d.Type == directive.TypeUnitName && len(words) > 1 { // one name
		from, to := words[0].Span.Start, words[len(words)-1].Span.End
		words = []value.Word{{Text: text[from:to], Span: source.Span{Start: from, End: to}}}
	}
	if readingOf(d, text).unquotes {
		words, _ = value.Strv(text)
	}
	swallowed := swallowedBy(setting.Part.File, setting.Section, setting.Assignment)
	for i, word := range words {
		if len(swallowed) > 0 && swallowed[0].span.Start <= setting.Value().Span(word.Span).Start {
			return // the rest was never meant as part of the list
		}
		if d.Key == "Alias" && strings.Contains(word.Text, "/") {
			continue // an entry of a .wants/ directory, which another rule judges
		}
		if _, ok := directive.QuadletOf(path.Ext(word.Text)); ok && u.Quadlet != "" && setting.Section == "Unit" {
			continue // podman's generator puts the name of the service there
		}
		name, problem := checkReference(u, word.Text)
		if problem == nil || word.Text == `\` { // a continuation that failed is another rule's
			continue
		}
		f := lint.Finding{Unit: u.ID, Place: lint.AtWord(setting, word.Span), Help: helpOnName(problem)}
		f.Message = fmt.Sprintf("%s= names %s, which is no unit name: %s", d.Key, quoted(word.Text), describe(problem, name))
		if name != word.Text {
			f.Message = fmt.Sprintf("%s= names %s, which comes to %s here and is no unit name: %s", d.Key, quoted(word.Text), quoted(name), describe(problem, name))
		}
		switch {
		case d.OnInvalid == directive.InvalidInstall && u.Quadlet != "":
			f.Message += "; podman's generator makes a link that systemd passes over"
		case d.OnInvalid == directive.InvalidInstall:
			f.Message += "; systemctl enable refuses it"
		case problem.Kind == value.NameBadSlice && !strings.Contains(name, "@") && d.Key != "Sockets" && d.Key != "Service":
			f.Message += "; systemd loads no slice of that name"
		default:
			f.Severity = lint.Warning // the unit itself is loaded, and runs without
			f.Message += "; systemd ignores it"
		}
		suggest(p, setting, words, i, &f)
		p.Report(f)
	}
}

// checkReference returns what is wrong with a word that is to be a unit name, and
// the name that the word comes to. What only the host or the instance can tell is
// not judged.
func checkReference(u *unit.Unit, word string) (string, *value.Problem) {
	name := word
	if strings.Contains(word, "%") {
		if _, problems := value.ScanSpecifiers(word, value.NameTable); len(problems) > 0 {
			return word, nil // an error of another kind
		}
		if name = u.ResolveName(word); name == "" {
			return word, nil
		}
	}
	problem := checkName(name)
	if problem == nil {
		parsed, err := value.ParseName(name)
		if err == nil && parsed.Kind != value.Plain && !value.MayBeTemplate(parsed.Type) {
			problem = &value.Problem{Kind: value.NameNotTemplate, Text: parsed.Type + " units cannot be templates"}
		}
	}
	return name, problem
}

// suggest adds what the name was most likely meant to be.
func suggest(p *lint.SetPass, setting unit.Setting, words []value.Word, i int, f *lint.Finding) {
	word := words[i].Text
	trimmed := strings.Trim(word, ",;")
	switch {
	case trimmed != word && checkName(trimmed) == nil:
		f.Help = "blanks separate the names, not commas"
		f.Fixes = []lint.Fix{{Title: "write " + trimmed, Safe: true, Edits: []lint.Edit{{Place: f.Place, Text: trimmed}}}}
	case strings.ContainsAny(trimmed, ",;"):
		names := strings.Join(strings.FieldsFunc(word, func(r rune) bool { return r == ',' || r == ';' }), " ")
		f.Help = "blanks separate the names, not commas: " + names
		f.Fixes = []lint.Fix{{Title: "separate the names with blanks", Safe: true, Edits: []lint.Edit{{Place: f.Place, Text: names}}}}
	case strings.HasPrefix(word, "/"):
		f.Help = "for the file system that holds a path, write RequiresMountsFor=" + word
		if name, err := value.PathToUnit(word, "mount"); err == nil {
			f.Help += ", or name the unit " + name
		}
	default:
		names := existing(p, setting, word)
		if len(names) == 0 {
			return
		}
		f.Help = "did you mean " + strings.Join(names, " or ") + "?"
		if len(names) == 1 {
			// A link that systemctl enable does not make starts nothing yet.
			f.Fixes = []lint.Fix{{Title: "write " + names[0], Safe: setting.Section == "Install", Edits: []lint.Edit{{Place: f.Place, Text: names[0]}}}}
		}
	}
}

// existing returns the names of units that a word without its type, or with a
// misspelt one, was most likely meant for.
func existing(p *lint.SetPass, setting unit.Setting, word string) []string {
	if dot := strings.LastIndexByte(word, '.'); dot > 0 {
		near, ok := value.Closest(word[dot+1:], value.UnitTypes())
		if name := word[:dot+1] + near; ok && name != word && checkName(name) == nil {
			return []string{name}
		}
		return nil
	}
	if setting.Key().String() == "Alias" || setting.Key().String() == "Slice" || setting.Key().String() == "Sockets" {
		return nil
	}
	var names []string
	for _, unitType := range []string{"service", "target", "socket", "timer", "mount", "path", "slice"} {
		name := word + "." + unitType
		if checkName(name) != nil {
			continue
		}
		if where := p.Set.Resolve(name).Where; where == lint.Here || where == lint.Shipped || where == lint.Elsewhere {
			names = append(names, name)
		}
	}
	return names
}
