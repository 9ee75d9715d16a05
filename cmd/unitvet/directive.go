package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/unitvet/unitvet/lint/directive"
	"github.com/unitvet/unitvet/lint/value"
)

func directiveCommand(std streams) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "directive NAME",
		Short: "Print what is known of a directive: sections, values, releases, what systemd does",
		Long: `Print what is known of a directive: its sections, what its values look like, how
assignments add up, what an empty or a bad one does, and which releases have it.

NAME is a directive in any case, alone for all of its sections, or with one of
them: Service/Restart or Service.Restart. It may be a key of files from which podman's
generator makes services, too: Container/Image.`,
		Example: `  unitvet directive ProtectSystem
  unitvet directive Service/Restart --format json`,
		Args: cobra.ExactArgs(1),
		ValidArgsFunction: func(_ *cobra.Command, _ []string, word string) ([]string, cobra.ShellCompDirective) {
			return directiveCompletions(word), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			found, err := findDirective(args[0])
			groups := append(group(found), quadletGroups(args[0])...)
			if err != nil && len(groups) == 0 {
				return err
			}
			switch format {
			case "text":
				return directiveText(std.out, groups)
			case "json":
				return directiveJSON(std.out, groups)
			}
			return fmt.Errorf("--format: %q is neither text nor json", format)
		},
	}
	cmd.Flags().StringVarP(&format, "format", "f", "text", "`FORMAT` of the answer: text or json")
	completeWords(cmd, "format", []string{"text", "json"})
	return cmd
}

// allSections are those that the table has directives for, old ones included.
func allSections() []string { return append(directive.Sections(), "BusName") }

// splitDirective takes a name apart: the section is empty if there is none.
func splitDirective(name string) (section, key string) {
	section, key, ok := strings.Cut(strings.TrimSuffix(name, "="), "/")
	if !ok {
		if section, key, ok = strings.Cut(section, "."); !ok {
			section, key = "", section
		}
	}
	return strings.TrimSuffix(strings.TrimPrefix(section, "["), "]"), key
}

// quadletGroups returns what is known of a key that podman's generator reads, in the
// sections that are asked for.
func quadletGroups(name string) []directiveGroup {
	section, key := splitDirective(name)
	sections := []string{directive.QuadletCommon}
	for _, t := range directive.Quadlets {
		sections = append(sections, t.Section)
	}
	slices.Sort(sections)
	var groups []directiveGroup
	for _, s := range sections {
		for _, known := range directive.QuadletKeys(s) {
			if !strings.EqualFold(known, key) || section != "" && !strings.EqualFold(section, s) {
				continue
			}
			since, _ := directive.QuadletKey(s, known)
			kind := directive.QuadletKind(s, known)
			groups = append(groups, directiveGroup{
				Directive: known, Sections: []string{s}, Type: kind, Takes: quadletKinds[kind], Status: string(directive.StatusActive),
				Podman: since, ManPage: "podman-systemd.unit", Invalid: quadletInvalid[kind],
			})
		}
	}
	return groups
}

// What the kinds of values mean to podman's generator.
var (
	quadletKinds = map[string]string{
		"boolean": "yes, true, on, 1 or no, false, off, 0, in any case", "boolean or healthy": "a boolean or healthy",
		"number": "a number", "ports": "a port or a range of ports", "text": "text that podman reads, see podman-systemd.unit(5)",
	}
	quadletInvalid = map[string]string{
		"boolean": "the generator takes it for no", "boolean or healthy": "the generator takes it for no",
		"number": "the generator passes it over", "ports": "the generator fails, and there is no service",
	}
)

// findDirective returns a directive in the sections that are asked for, without
// regard to case.
func findDirective(name string) ([]*directive.Directive, error) {
	section, key := splitDirective(name)
	narrowed := section != ""
	sections := allSections()
	if narrowed {
		i := slices.IndexFunc(sections, func(s string) bool { return strings.EqualFold(s, section) })
		if i < 0 {
			return nil, fmt.Errorf("unknown section %q%s", section, meant(section, sections))
		}
		sections = sections[i : i+1]
	}
	var found []*directive.Directive
	var keys []string
	for _, s := range sections {
		if d, ok := directive.FoldKey(s, key); ok {
			found = append(found, d)
		}
		for _, d := range directive.Section(s) {
			keys = append(keys, d.Key)
		}
	}
	if len(found) > 0 {
		return found, nil
	}
	if narrowed {
		for _, s := range allSections() {
			if d, ok := directive.FoldKey(s, key); ok {
				return nil, fmt.Errorf("[%s] has no directive %s=, [%s] has", sections[0], d.Key, d.Section)
			}
		}
	}
	return nil, fmt.Errorf("unknown directive %q%s", key, meant(key, keys))
}

// meant returns a hint for a mistyped word.
func meant(word string, words []string) string {
	if near, ok := value.Closest(word, words); ok {
		return fmt.Sprintf(", did you mean %q", near)
	}
	return ""
}

// directiveCompletions returns the names of directives, with their sections if
// the word has one.
func directiveCompletions(word string) []string {
	separator := ""
	if i := strings.IndexAny(word, "/."); i >= 0 {
		separator = word[i : i+1]
	}
	var names []string
	for _, section := range directive.Sections() {
		for _, d := range directive.Section(section) {
			if separator == "" {
				names = append(names, d.Key)
			} else {
				names = append(names, section+separator+d.Key)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// directiveGroup is what is the same in several sections.
type directiveGroup struct {
	Directive string   `json:"directive"`
	Sections  []string `json:"sections"`
	Type      string   `json:"type"`
	Takes     string   `json:"takes"`
	// Parameter is what a condition is about.
	Parameter   string          `json:"parameter,omitempty"`
	Values      []directiveWord `json:"values,omitempty"`
	Also        []string        `json:"also,omitempty"`
	Separator   string          `json:"separator,omitempty"`
	Assignments string          `json:"assignments"`
	Empty       string          `json:"empty"`
	Specifiers  string          `json:"specifiers"`
	Invalid     string          `json:"invalid"`
	Status      string          `json:"status"`
	Since       int             `json:"since"`
	// Podman is the first release of podman that has a key that its generator reads.
	Podman      string `json:"podman,omitempty"`
	Deprecated  int    `json:"deprecated,omitempty"`
	Removed     int    `json:"removed,omitempty"`
	Replacement string `json:"replacement,omitempty"`
	ManPage     string `json:"manPage,omitempty"`
	Notes       string `json:"notes,omitempty"`
}

// directiveWord is a word that a directive takes.
type directiveWord struct {
	Word        string `json:"word"`
	Since       int    `json:"since,omitempty"`
	Deprecated  int    `json:"deprecated,omitempty"`
	Replacement string `json:"replacement,omitempty"`
	Notes       string `json:"notes,omitempty"`
}

// group puts the sections together in which a directive is the same.
func group(found []*directive.Directive) []directiveGroup {
	var groups []directiveGroup
	var firsts []*directive.Directive
	for _, d := range found {
		plain := *d
		i := slices.IndexFunc(firsts, func(other *directive.Directive) bool {
			plain.Section = other.Section
			return plain == *other
		})
		if i >= 0 {
			groups[i].Sections = append(groups[i].Sections, d.Section)
			continue
		}
		firsts = append(firsts, d)
		groups = append(groups, describe(d))
	}
	slices.SortStableFunc(groups, func(a, b directiveGroup) int { return cmp.Compare(rank(a), rank(b)) })
	return groups
}

// rank puts what works before what does not.
func rank(g directiveGroup) int {
	if g.Removed > 0 {
		return 1
	}
	return 0
}

func describe(d *directive.Directive) directiveGroup {
	g := directiveGroup{
		Directive: d.Key, Sections: []string{d.Section}, Type: string(d.Type), Takes: takes(d),
		Parameter: d.Parameter, Separator: separators[d.Separator], Assignments: assignments[d.List],
		Empty: empty(d), Specifiers: specifiers[d.Specifiers], Invalid: invalids[d.OnInvalid],
		Status: string(d.Status), Since: d.Since, Deprecated: d.Deprecated, Removed: d.Removed,
		Replacement: d.Replacement, ManPage: d.ManPage, Notes: d.Notes,
	}
	for _, v := range d.Values() {
		g.Values = append(g.Values, directiveWord(v))
	}
	for _, form := range []struct {
		directive.Forms
		text string
	}{{directive.AlsoBoolean, "a boolean"}, {directive.AlsoNumber, "a number"}, {directive.AlsoOther, "other forms, see the notes"}} {
		if d.Also&form.Forms != 0 {
			g.Also = append(g.Also, form.text)
		}
	}
	return g
}

// takes says what a value looks like. The words and ranges come apart.
func takes(d *directive.Directive) string {
	switch d.Type {
	case directive.TypeEnum:
		return "one word"
	case directive.TypeFlags:
		return "several words"
	case directive.TypeConditionString:
		return "| and ! as prefixes, then an argument"
	case directive.TypeIntegerRange:
		return "a number within a range, see the notes"
	}
	return d.Type.Meaning()
}

// empty says what an assignment without a value does.
func empty(d *directive.Directive) string {
	group := d.ResetGroup()
	if group == "" || group == d.Key {
		return empties[d.Empty]
	}
	var others []string
	for _, other := range directive.Section(d.Section) {
		if other.ResetGroup() == group && other.Key != d.Key && other.Status == directive.StatusActive {
			others = append(others, other.Key+"=")
		}
	}
	if len(others) == 0 || len(others) > 8 {
		return fmt.Sprintf("drops what was set before, by any %s=", group)
	}
	return "drops what was set before, also by " + strings.Join(others, ", ")
}

// What the table's terms mean to people.
var (
	assignments = map[directive.ListSemantics]string{
		directive.Single:           "the last one wins",
		directive.FirstWins:        "the first one wins",
		directive.Append:           "they add up, and nothing takes them back",
		directive.AppendResettable: "they add up, an empty one drops those before it",
	}
	empties = map[directive.EmptyEffect]string{
		directive.EmptyResets:  "drops what was set before, the default holds again",
		directive.EmptyNoOp:    "does nothing, without a word",
		directive.EmptyError:   "is a bad value: what was set before stays",
		directive.EmptyMeaning: "drops what was set before and has a meaning of its own, see the notes",
	}
	separators = map[directive.Separator]string{
		directive.SeparatorSpace: "blanks", directive.SeparatorComma: "commas",
		directive.SeparatorSpaceOrComma: "blanks or commas", directive.SeparatorColon: "colons",
	}
	specifiers = map[directive.SpecifierClass]string{
		directive.SpecifiersNone:           "none, % is a percent sign",
		directive.SpecifiersName:           "those of unit names",
		directive.SpecifiersFull:           "all",
		directive.SpecifiersPath:           "all",
		directive.SpecifiersExec:           "all",
		directive.SpecifiersEnvironment:    "all",
		directive.SpecifiersCredential:     "all, in the name of the credential",
		directive.SpecifiersCredentialPath: "all, in the name of the credential and in the path",
		directive.SpecifiersDescriptor:     "all",
		directive.SpecifiersInstall:        "those of unit names, when the unit is enabled",
	}
	invalids = map[directive.InvalidEffect]string{
		directive.InvalidIgnored:             "systemd warns and ignores the line",
		directive.InvalidNotLoaded:           "systemd does not load the unit; in a drop-in it skips the rest of that file",
		directive.InvalidNotLoadedUnlessDash: "systemd does not load the unit, unless the value starts with -; in a drop-in it skips the rest of that file",
		directive.InvalidInstall:             "systemctl enable refuses it, the manager does not look at it",
		directive.InvalidUnread:              "nothing, systemd does not read the value",
	}
)

func directiveText(w io.Writer, groups []directiveGroup) error {
	for i, alike := range alike(groups) {
		if i > 0 {
			_, _ = fmt.Fprintln(w)
		}
		if err := groupText(w, alike); err != nil {
			return err
		}
	}
	return nil
}

// alike puts the groups together that differ only in when the sections came to the
// directive, and in the manual page: what to write is the same.
func alike(groups []directiveGroup) [][]directiveGroup {
	var all [][]directiveGroup
	for _, g := range groups {
		i := slices.IndexFunc(all, func(other []directiveGroup) bool {
			plain := g
			plain.Sections, plain.Since, plain.Podman, plain.ManPage = other[0].Sections, other[0].Since, other[0].Podman, other[0].ManPage
			if (g.Podman == "") != (other[0].Podman == "") {
				return false
			}
			return reflect.DeepEqual(plain, other[0])
		})
		if i >= 0 {
			all[i] = append(all[i], g)
		} else {
			all = append(all, []directiveGroup{g})
		}
	}
	return all
}

// each joins what groups say: what the first one does as it stands, and what others do
// with the sections that it is for.
func each(groups []directiveGroup, say func(directiveGroup) string) string {
	var texts []string
	sections := map[string][]string{}
	for _, g := range groups {
		text := say(g)
		if sections[text] == nil {
			texts = append(texts, text)
		}
		sections[text] = append(sections[text], g.Sections...)
	}
	for i, text := range texts[1:] {
		texts[i+1] = fmt.Sprintf("in %s %s", inBrackets(sections[text]), text)
	}
	return strings.Join(texts, ", ")
}

func inBrackets(sections []string) string { return "[" + strings.Join(sections, "] [") + "]" }

// groupText writes what is known in groups that are alike.
func groupText(w io.Writer, groups []directiveGroup) error {
	g := groups[0]
	var sections []string
	for _, same := range groups {
		sections = append(sections, same.Sections...)
	}
	slices.Sort(sections)
	_, _ = fmt.Fprintf(w, "%s=\n", g.Directive)
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	row := func(name, text string) {
		if text != "" {
			_, _ = fmt.Fprintf(table, "  %s\t%s\n", name, text)
		}
	}
	row([]string{"section", "sections"}[min(len(sections)-1, 1)], inBrackets(sections))
	row("takes", g.Takes)
	if g.Type != string(directive.TypeConditionPath) {
		row("parameter", g.Parameter)
	}
	for i, line := range wordLines(g) {
		row([]string{"words", ""}[min(i, 1)], line)
	}
	row("also", strings.Join(g.Also, ", "))
	row("separated by", g.Separator)
	row("assignments", g.Assignments)
	row("empty value", g.Empty)
	row("bad value", g.Invalid)
	row("specifiers", g.Specifiers)
	row("releases", each(groups, releases))
	row("status", strings.TrimPrefix(g.Status, "active"))
	if g.Replacement != "" {
		row("instead", g.Replacement)
	}
	row("notes", g.Notes)
	if g.ManPage != "" {
		row("manual", each(groups, func(g directiveGroup) string { return g.ManPage + "(5)" }))
	}
	return table.Flush()
}

// releases says which releases have a directive.
func releases(g directiveGroup) string {
	if g.Podman != "" {
		return "since podman " + g.Podman
	}
	text := fmt.Sprintf("since %d", g.Since)
	if g.Deprecated > 0 {
		text += fmt.Sprintf(", deprecated since %d", g.Deprecated)
	}
	if g.Removed > 0 {
		text += fmt.Sprintf(", without effect since %d", g.Removed)
	}
	return text
}

// wordLines returns the words of a vocabulary in lines of bearable length, each
// with what is special about it.
func wordLines(g directiveGroup) []string {
	const width = 90
	var lines []string
	line := ""
	for _, w := range g.Values {
		text := w.Word
		switch {
		case w.Deprecated > 0 && w.Replacement != "":
			text += fmt.Sprintf(" (deprecated since %d: %s)", w.Deprecated, w.Replacement)
		case w.Deprecated > 0:
			text += fmt.Sprintf(" (deprecated since %d)", w.Deprecated)
		case w.Since > g.Since:
			text += fmt.Sprintf(" (since %d)", w.Since)
		}
		if line != "" && len(line)+len(text)+2 > width {
			lines = append(lines, line+",")
			line = ""
		}
		if line != "" {
			line += ", "
		}
		line += text
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

func directiveJSON(w io.Writer, groups []directiveGroup) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(groups)
}
