package linttest

import (
	"context"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/unitvet/unitvet/lint"
)

// headings that every rule's page has, in this order. The first example must make
// the rule speak, and no other rule of the default tier; the second must leave all
// of them silent.
var headings = []string{"What it finds", "Why it matters", "Example", "Use instead", "When it is silent", "References"}

// fence matches a code block: the info string after the back quotes is "ini" and
// the name of the example's file, or "txtar" for an archive of several files.
var fence = regexp.MustCompile("(?ms)^```(\\w+)(?: (\\S+))?\n(.*?)^```$")

// Pages checks the pages of rules and runs their examples.
func Pages(t *testing.T, all []*lint.Rule) {
	t.Helper()
	for _, rule := range all {
		t.Run(rule.ID, func(t *testing.T) {
			t.Parallel()
			sections := split(t, rule)
			bad, good := example(t, rule, sections["Example"], all), example(t, rule, sections["Use instead"], all)
			if !slices.Equal(bad, []string{rule.ID}) {
				t.Errorf("the bad example gives %v, not just %s", bad, rule.ID)
			}
			if len(good) > 0 {
				t.Errorf("the good example gives %v", good)
			}
		})
	}
}

// split returns the sections of a rule's page by heading.
func split(t *testing.T, rule *lint.Rule) map[string]string {
	t.Helper()
	if !strings.HasPrefix(rule.Page, "# "+rule.ID+"\n") {
		t.Errorf("the page does not start with the heading %q", "# "+rule.ID)
	}
	sections := map[string]string{}
	var found []string
	for _, part := range strings.Split(rule.Page, "\n## ")[1:] {
		heading, body, _ := strings.Cut(part, "\n")
		found = append(found, heading)
		sections[heading] = body
	}
	want := slices.Clone(headings)
	if rule.Allows != "" {
		want = slices.Insert(want, len(want)-1, "Options")
	}
	if !slices.Equal(found, want) {
		t.Errorf("the page has the headings %q, not %q", found, want)
	}
	return sections
}

// example runs all rules over the first code block of a section and returns the
// IDs of those that speak, each once; of the strict ones only its own, and not those
// that the line "with:" of an archive names: rules on what is the cause of the fault.
func example(t *testing.T, rule *lint.Rule, section string, all []*lint.Rule) []string {
	t.Helper()
	block := fence.FindStringSubmatch(section)
	if block == nil {
		t.Fatalf("no example in %q", section)
	}
	archive := &txtar.Archive{Files: []txtar.File{{Name: block[2], Data: []byte(block[3])}}}
	if block[1] == "txtar" {
		archive = txtar.Parse([]byte(block[3]))
	}
	dir := t.TempDir()
	Extract(t, archive, dir)
	opts := lint.Options{Rules: all, Strict: rule.Tier == lint.Strict}
	opts.Paths = []string{dir}
	if root := settings(archive.Comment)["root"]; root != nil {
		opts.Root, opts.Paths = filepath.Join(dir, root[0]), nil
	}
	if known := settings(archive.Comment)["baseline"]; known != nil {
		readBaseline(t, &opts, dir, known[0])
	}
	result, err := lint.Run(context.Background(), opts)
	if err != nil {
		t.Fatal(err)
	}
	ids, with := []string{}, settings(archive.Comment)["with"]
	for _, f := range result.Findings {
		if f.Rule.Tier == lint.Strict && f.Rule.ID != rule.ID {
			continue // advice about something else
		}
		if !slices.Contains(ids, f.Rule.ID) && !slices.Contains(with, f.Rule.ID) {
			ids = append(ids, f.Rule.ID)
		}
	}
	slices.Sort(ids)
	return ids
}
