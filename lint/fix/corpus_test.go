package fix

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/syntax"
	"github.com/unitvet/unitvet/rules"
)

// TestCorpus applies a thousand fixes, one by one, to units of others: to what is
// found in them, and to faults that are put there. Each time everything but the
// lines that the fix is about has to stay as it was, and systemd must not object
// to anything new. UNITVET_CORPUS names a directory that has units below it.
func TestCorpus(t *testing.T) {
	corpus := os.Getenv("UNITVET_CORPUS")
	analyze, err := exec.LookPath("systemd-analyze")
	if corpus == "" || err != nil {
		t.Skip("needs UNITVET_CORPUS and systemd-analyze")
	}
	var files []string
	err = filepath.WalkDir(corpus, func(name string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() && strings.Contains(name, "/systemd/system/") &&
			slices.Contains([]string{".service", ".socket", ".timer", ".target", ".path"}, filepath.Ext(name)) {
			files = append(files, name)
		}
		return nil
	})
	if err != nil || len(files) == 0 {
		t.Fatalf("no units (%v)", err)
	}
	const want = 1000
	random := rand.New(rand.NewPCG(3, 4))
	kinds := map[string]int{}
	refused, fixed := 0, 0
	for n := 0; fixed < want && n < 20*want; n++ {
		name := files[random.IntN(len(files))]
		text, err := source.ReadRegular(name)
		if err != nil {
			continue
		}
		if n%4 > 0 {
			text = spoil(random, filepath.Base(name), text)
		}
		top := dir(t, map[string]string{filepath.Base(name): text})
		rule, ok := fixOne(t, random, analyze, top, filepath.Base(name))
		switch {
		case ok:
			fixed++
			kinds[rule]++
		case rule != "":
			refused++
		}
		if err := os.RemoveAll(top); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d units, %d fixes, %d refused: %v", len(files), fixed, refused, kinds)
	if fixed < want {
		t.Errorf("only %d fixes", fixed)
	}
}

// spoil puts a fault into a unit.
func spoil(random *rand.Rand, name, text string) string {
	file := syntax.Parse(source.NewFile(name, text))
	var all []*syntax.Assignment
	for _, a := range file.Assignments() {
		all = append(all, a)
	}
	if len(all) == 0 {
		return text
	}
	a := all[random.IntN(len(all))]
	span := a.Span()
	switch key := a.Key().Whole(); random.IntN(5) {
	case 0: // two letters of a key change places
		if key.Len() < 5 {
			return text
		}
		i := key.Start + 1 + random.IntN(key.Len()-2)
		return text[:i] + text[i+1:i+2] + text[i:i+1] + text[i+2:]
	case 1: // a line twice
		return text[:span.End] + span.Of(text) + text[span.End:]
	case 2: // a word of a value twice
		value := a.Value().Whole()
		return text[:value.End] + " " + a.Value().String() + text[value.End:]
	case 3: // the unit itself
		return text[:span.Start] + "After=a.target \\\n  " + name + " \\\n  b.target\n" + text[span.Start:]
	default: // a line in another section
		return text + "\n[Install]\n" + span.Of(text)
	}
}

// fixOne applies one fix of a unit. It returns the rule, "" if there is nothing to
// fix, and whether the fix was not refused.
func fixOne(t *testing.T, random *rand.Rand, analyze, top, name string) (string, bool) {
	t.Helper()
	opts := lint.Options{Rules: rules.All(), Strict: true}
	opts.Paths = []string{top}
	w := newWork(t.Context(), opts)
	w.want = Options{Unsafe: true}
	w.find = w.candidates
	now, err := w.lint(nil)
	if err != nil {
		t.Fatal(err)
	}
	round := w.find(now)
	if len(round) == 0 {
		return "", false
	}
	c := round[random.IntN(len(round))]
	rule, _, _ := strings.Cut(c.finding, "\x00")
	next, err := w.try(now, []candidate{c})
	if err != nil {
		t.Fatal(err)
	}
	changes := w.changes(next.files)
	if len(changes) == 0 {
		return rule, false
	}
	before := complaints(analyze, filepath.Join(top, name))
	for i := range changes {
		change := &changes[i]
		var touched []source.Span
		for _, e := range c.edits {
			if e.file == change.file {
				touched = append(touched, e.span)
			}
		}
		if diff := others(change, touched); diff != "" {
			t.Errorf("%s: %s changes what it is not about: %s\n%s", name, rule, diff, Diff(changes))
		}
	}
	if err := Write(changes); err != nil {
		t.Fatal(err)
	}
	for line, n := range complaints(analyze, filepath.Join(top, name)) {
		if n > before[line] {
			t.Errorf("%s: after a fix of %s systemd says %q\n%s", name, rule, line, Diff(changes))
		}
	}
	// All the others at once, and then there is nothing left to do.
	if err := Write(plan(t, top, Options{Unsafe: true}, rules.All()...).Changes); err != nil {
		t.Fatal(err)
	}
	if again := plan(t, top, Options{Unsafe: true}, rules.All()...); len(again.Changes) > 0 {
		t.Errorf("%s: fixes are not done after one run:\n%s", name, Diff(again.Changes))
	}
	return rule, true
}

// others compares the assignments that a fix does not touch.
func others(c *Change, touched []source.Span) string {
	list := func(text string, skip []source.Span) []string {
		var found []string
		for section, a := range syntax.Parse(source.NewFile("", text)).Assignments() {
			span := a.Span()
			if slices.ContainsFunc(skip, func(s source.Span) bool {
				return s.Start < span.End && span.Start < s.End || s.Len() == 0 && span.Start < s.Start && s.Start < span.End ||
					section.Header.Span().Start <= s.Start && s.End <= section.Header.Span().End && s.Len() > 0
			}) {
				continue
			}
			found = append(found, fmt.Sprintf("[%s] %s=%s", section.Name(), a.Key().String(), a.Value().String()))
		}
		return found
	}
	after := list(c.After.Text, nil)
	for _, line := range list(c.Before.Text, touched) {
		i := slices.Index(after, line)
		if i < 0 {
			return line + " is gone"
		}
		after = after[i+1:]
	}
	return ""
}

// complaints counts what systemd says about a file, but for programs and units that
// are not on this machine: what a line names counts once the line does.
func complaints(analyze, file string) map[string]int {
	cmd := exec.Command(analyze, "verify", "--man=no", "--recursive-errors=no", file)
	cmd.Env = append(os.Environ(), "SYSTEMD_LOG_LEVEL=warning")
	out, _ := cmd.CombinedOutput()
	found := map[string]int{}
	for line := range strings.Lines(string(out)) {
		place, text, ok := strings.Cut(strings.TrimSpace(line), ": ")
		if ok && strings.Contains(place, filepath.Base(file)) && !strings.Contains(text, "is not executable") && !strings.Contains(text, "not loaded") {
			found[text]++
		}
	}
	return found
}
