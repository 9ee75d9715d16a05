package syntax

import (
	_ "embed"
	"fmt"
	"maps"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/directive"
	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/syntax"
	"github.com/unitvet/unitvet/lint/value"
)

//go:embed duplicate_list_entry.md
var duplicateListEntryPage string

// DuplicateListEntry finds an entry that one file adds to a list twice.
var DuplicateListEntry = &lint.Rule{
	ID:        "duplicate-list-entry",
	Summary:   "the same entry twice in one list",
	Category:  "syntax",
	Severity:  lint.Info,
	Tier:      lint.Strict,
	Since:     "0.1.0",
	Page:      duplicateListEntryPage,
	CheckFile: duplicateListEntry,
}

// splitters cut the values of lists in which the order and the number of entries
// mean nothing. Lists that are not here, such as commands, may repeat themselves.
var splitters = map[directive.Type]func(string) ([]value.Word, *value.Problem){
	directive.TypeAddressFamilySet:      value.PathWords,
	directive.TypeArchitectureList:      value.PathWords,
	directive.TypeCapabilitySet:         value.PathWords,
	directive.TypeDirectoryList:         value.Strv,
	directive.TypeEnvironmentNames:      value.PathWords,
	directive.TypeExitStatusOrSignalSet: value.BareWords,
	directive.TypeFileSystemSet:         value.PathWords,
	directive.TypeIPPrefixList:          value.BareWords,
	directive.TypePathList:              value.PathWords,
	directive.TypePathListFlags:         value.PathWords,
	directive.TypeSystemCallSet:         value.BareWords,
	directive.TypeUnitList:              value.BareWords,
	directive.TypeURLList:               value.Strv,
	directive.TypeUserOrGroupList:       value.BareWords,
}

// entriesOf returns the entries of a list, none for a value that is no such list.
// What is wrong with them is for other rules.
func entriesOf(d *directive.Directive, text string) []value.Word {
	switch d.Type {
	case directive.TypeCalendar, directive.TypeConditionPath, directive.TypeConditionString:
		return []value.Word{{Text: text, Span: source.Span{Start: 0, End: len(text)}}}
	}
	if split := splitters[d.Type]; split != nil {
		words, _ := split(text)
		return words
	}
	return nil
}

func duplicateListEntry(p *lint.FilePass) {
	// A list is what the assignments to a directive add up to, up to the next reset.
	type entry struct {
		list int
		text string
	}
	lists := map[*directive.Directive]int{}
	places := map[entry]source.Span{}
	last, found := 0, 0
	for _, line := range linesOf(p) {
		a, ok := line.Node.(*syntax.Assignment)
		if !ok || !reads(p, line.meant) {
			continue
		}
		d, ok := directive.Lookup(line.meant, a.Key().String())
		if !ok || !d.In(p.Set.Release) {
			continue
		}
		if a.Value().String() == "" {
			maps.DeleteFunc(lists, func(other *directive.Directive, _ int) bool {
				group := other.ResetGroup()
				return group != "" && group == d.ResetGroup()
			})
			continue
		}
		if strings.HasPrefix(a.Value().String(), "~") {
			delete(lists, d) // takes entries away again
			continue
		}
		words := entriesOf(d, a.Value().String())
		if len(words) == 0 {
			continue
		}
		if lists[d] == 0 {
			last++
			lists[d] = last
		}
		for _, word := range words {
			e := entry{lists[d], word.Text}
			first, seen := places[e]
			if !seen {
				places[e] = a.Value().Span(word.Span)
				continue
			}
			f := lint.Finding{
				Place:   lint.At(p.Part, a.Value().Span(word.Span)),
				Message: fmt.Sprintf("%s= names %s twice", d.Key, quoted(word.Text)),
				Help:    "remove one of them",
				Related: []lint.Related{{Place: lint.At(p.Part, first), Message: "named here before"}},
			}
			if found++; found <= manyMax {
				f.Fixes = removeEntry(p, a, word, len(words))
			}
			p.Report(f)
		}
	}
}

// removeEntry returns the fix that takes an entry out of a list of n. There is
// none for an entry that has a physical line of a longer value to itself.
func removeEntry(p *lint.FilePass, a *syntax.Assignment, word value.Word, n int) []lint.Fix {
	if n == 1 {
		return []lint.Fix{{Title: "remove the line", Safe: true, Edits: []lint.Edit{replace(p, a.Span(), "")}}}
	}
	text := p.Part.Source.Text
	at := a.Value().Span(word.Span)
	for _, line := range physicalLines(p.Part.File, a) {
		if !line.Contains(at.Start) {
			continue
		}
		before := source.Span{Start: line.Start, End: at.Start}.Of(text)
		if strings.Trim(before, " \t") == "" {
			return nil
		}
		at.Start -= len(before) - len(strings.TrimRight(before, " \t"))
	}
	return []lint.Fix{{Title: "remove the entry", Safe: true, Edits: []lint.Edit{replace(p, at, "")}}}
}
