package fix

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/unit"
)

// words returns a rule that finds every occurrence of a word in a file and fixes
// it as asked.
func words(id, word string, fixes func(part *unit.Part, span source.Span) []lint.Fix) *lint.Rule {
	return &lint.Rule{ID: id, Severity: lint.Warning, CheckFile: func(p *lint.FilePass) {
		text := p.Part.Source.Text
		for at := 0; ; {
			n := strings.Index(text[at:], word)
			if n < 0 {
				return
			}
			span := source.Span{Start: at + n, End: at + n + len(word)}
			p.Report(lint.Finding{Place: lint.At(p.Part, span), Message: "found " + word, Fixes: fixes(p.Part, span)})
			at = span.End
		}
	}}
}

// becomes is a fix that replaces the word.
func becomes(text string, safe bool) func(*unit.Part, source.Span) []lint.Fix {
	return func(part *unit.Part, span source.Span) []lint.Fix {
		return []lint.Fix{{Title: "write " + text, Safe: safe, Edits: []lint.Edit{{Place: lint.At(part, span), Text: text}}}}
	}
}

// dir writes files into a new directory.
func dir(t *testing.T, files map[string]string) string {
	t.Helper()
	top := t.TempDir()
	for name, text := range files {
		file := filepath.Join(top, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return top
}

func plan(t *testing.T, top string, want Options, rules ...*lint.Rule) *Plan {
	t.Helper()
	opts := lint.Options{Rules: rules}
	opts.Paths = []string{top}
	p, err := Work(t.Context(), opts, want)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// texts returns what the plan makes of the files that change, by base name.
func texts(p *Plan) map[string]string {
	found := map[string]string{}
	for _, c := range p.Changes {
		found[filepath.Base(c.Path)] = c.After.Text
	}
	return found
}

func TestWork(t *testing.T) {
	remove := becomes("", true)
	tests := []struct {
		name  string
		text  string
		rules []*lint.Rule
		want  string // "" if nothing changes
		notes int
	}{
		{
			name:  "several in one round",
			text:  "[Unit]\nDescription=bad and bad\n",
			rules: []*lint.Rule{words("a", "bad", becomes("good", true))},
			want:  "[Unit]\nDescription=good and good\n",
		},
		{
			name:  "fixes that build on each other",
			text:  "[Unit]\nDescription=one\n",
			rules: []*lint.Rule{words("a", "one", becomes("two", true)), words("b", "two", becomes("three", true))},
			notes: 1, // the first would bring a finding of the second
		},
		{
			name:  "side by side",
			text:  "[Unit]\nDescription=xyxyz\n",
			rules: []*lint.Rule{words("a", "xy", remove)},
			want:  "[Unit]\nDescription=z\n",
		},
		{
			name:  "overlapping",
			text:  "[Unit]\nDescription=abc\n",
			rules: []*lint.Rule{words("a", "ab", becomes("A", true)), words("b", "bc", becomes("B", true))},
			want:  "[Unit]\nDescription=Ac\n",
		},
		{
			name:  "unsafe ones are left",
			text:  "[Unit]\nDescription=bad\n",
			rules: []*lint.Rule{words("a", "bad", becomes("good", false))},
		},
		{
			name:  "no trace of the fault but the fault again",
			text:  "[Unit]\nDescription=bad\n",
			rules: []*lint.Rule{words("a", "bad", becomes("bad bad", true))},
			notes: 1,
		},
		{
			name:  "what systemd would object to",
			text:  "[Unit]\nDescription=bad\n",
			rules: []*lint.Rule{words("a", "bad", becomes("x\n[oops", true))},
			notes: 1,
		},
		{
			name:  "one of several is to blame",
			text:  "[Unit]\nX-A=p q r s v\n",
			rules: []*lint.Rule{words("a", "p", becomes("1", true)), words("b", "q", becomes("2", true)), words("c", "r", becomes("x\nnonsense", true)), words("d", "s", becomes("4", true)), words("e", "v", becomes("5", true))},
			want:  "[Unit]\nX-A=1 2 r 4 5\n",
			notes: 1,
		},
		{
			name: "the second alternative, if the first makes it worse",
			text: "[Unit]\nDescription=bad\n",
			rules: []*lint.Rule{words("a", "bad", func(part *unit.Part, span source.Span) []lint.Fix {
				return append(becomes("bad!", true)(part, span), becomes("good", true)(part, span)...)
			})},
			want: "[Unit]\nDescription=good\n",
		},
		{
			name:  "line endings and a missing newline stay",
			text:  "# bad\r\n[Unit]\r\nDescription=bad",
			rules: []*lint.Rule{words("a", "bad", becomes("good", true))},
			want:  "# good\r\n[Unit]\r\nDescription=good",
		},
		{
			name: "spans that make no sense",
			text: "[Unit]\nDescription=bad\n",
			rules: []*lint.Rule{words("a", "bad", func(part *unit.Part, _ source.Span) []lint.Fix {
				return []lint.Fix{{Title: "x", Safe: true, Edits: []lint.Edit{{Place: lint.At(part, source.Span{Start: 5, End: 500})}}}}
			})},
			notes: 1,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			top := dir(t, map[string]string{"x.service": test.text})
			p := plan(t, top, Options{}, test.rules...)
			if got := texts(p)["x.service"]; got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
			if len(p.Notes) != test.notes {
				t.Errorf("notes: %v, want %d", p.Notes, test.notes)
			}
			if err := Write(p.Changes); err != nil {
				t.Fatal(err)
			}
			if again := plan(t, top, Options{}, test.rules...); len(again.Changes) > 0 {
				t.Errorf("a second time: %v", texts(again))
			}
		})
	}
}

func TestWorkOnly(t *testing.T) {
	top := dir(t, map[string]string{"x.service": "[Unit]\nX-A=p q\n"})
	rules := []*lint.Rule{words("a", "p", becomes("1", true)), words("b", "q", becomes("2", false))}
	for name, c := range map[string]struct {
		want Options
		text string
	}{
		"all safe ones": {Options{}, "[Unit]\nX-A=1 q\n"},
		"all":           {Options{Unsafe: true}, "[Unit]\nX-A=1 2\n"},
		"one rule":      {Options{Unsafe: true, Only: []string{"b"}}, "[Unit]\nX-A=p 2\n"},
	} {
		p := plan(t, top, c.want, rules...)
		if got := texts(p)["x.service"]; got != c.text {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// A drop-in is made beside the unit, found again, and added to.
func TestDropIn(t *testing.T) {
	rule := &lint.Rule{ID: "a", Severity: lint.Warning, CheckUnit: func(p *lint.UnitPass) {
		for _, key := range []string{"NoNewPrivileges", "PrivateTmp"} {
			if !p.Unit.Bool("Service", key, false) {
				e, _ := lint.InDropIn(p.Unit, "Service", key+"=yes")
				p.Report(lint.Finding{Message: "no " + key, Place: lint.Place{File: p.Unit.Fragment.Source}, Fixes: []lint.Fix{{Title: "add " + key, Safe: true, Edits: []lint.Edit{e}}}})
			}
		}
	}}
	top := dir(t, map[string]string{"x.service": "[Service]\nExecStart=/bin/true\n"})
	p := plan(t, top, Options{}, rule)
	want := map[string]string{lint.DropInName: "[Service]\nNoNewPrivileges=yes\nPrivateTmp=yes\n"}
	if diff := cmp.Diff(want, texts(p)); diff != "" {
		t.Error(diff)
	}
	if err := Write(p.Changes); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(top, "x.service.d", lint.DropInName))
	if err != nil || string(text) != want[lint.DropInName] {
		t.Errorf("%q, %v", text, err)
	}
	if again := plan(t, top, Options{}, rule); len(again.Changes) > 0 || again.Fixed > 0 {
		t.Errorf("a second time: %v", texts(again))
	}
	// A link where the directory of drop-ins would be is not followed.
	top = dir(t, map[string]string{"x.service": "[Service]\nExecStart=/bin/true\n", "elsewhere/keep": ""})
	if err := os.Symlink("elsewhere", filepath.Join(top, "x.service.d")); err != nil {
		t.Fatal(err)
	}
	if p := plan(t, top, Options{}, rule); len(p.Changes) > 0 || len(p.Notes) == 0 {
		t.Errorf("through a link: %v, %v", texts(p), p.Notes)
	}
}

// On a root, what a fix adds to the unit of a package goes to /etc, and a change
// of what it says is not made.
func TestVendor(t *testing.T) {
	add := &lint.Rule{ID: "a", Severity: lint.Warning, CheckUnit: func(p *lint.UnitPass) {
		setting, ok := p.Unit.Setting("Service", "ProtectSystem")
		if ok && len(p.Unit.Settings("Service", "ReadWritePaths")) == 0 {
			end := setting.Span().End
			p.Report(lint.Finding{Message: "closed", Place: lint.AtKey(setting), Fixes: []lint.Fix{{Title: "open", Safe: true, Edits: []lint.Edit{
				{Place: lint.At(setting.Part, source.Span{Start: end, End: end}), Text: "ReadWritePaths=/srv\n"},
			}}}})
		}
	}}
	change := words("b", "bad", becomes("good", true))
	top := dir(t, map[string]string{
		"usr/lib/systemd/system/x.service":  "[Service]\nExecStart=/bin/true\nProtectSystem=strict\n[Install]\nWantedBy=multi-user.target\n",
		"usr/lib/systemd/system/y.service":  "[Service]\nExecStart=/bin/bad\n",
		"etc/systemd/system/z.service":      "[Service]\nExecStart=/bin/bad\n",
		"run/systemd/transient/run.service": "[Service]\nExecStart=/bin/bad\n",
	})
	opts := lint.Options{Rules: []*lint.Rule{add, change}}
	opts.Root = top
	p, err := Work(t.Context(), opts, Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		lint.DropInName: "[Service]\nReadWritePaths=/srv\n",
		"z.service":     "[Service]\nExecStart=/bin/good\n",
	}
	if diff := cmp.Diff(want, texts(p)); diff != "" {
		t.Error(diff)
	}
	if len(p.Notes) != 2 || p.Fixed != 2 {
		t.Errorf("%d fixed, notes %v", p.Fixed, p.Notes)
	}
	if err := Write(p.Changes); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(top, "etc/systemd/system/x.service.d", lint.DropInName)); err != nil {
		t.Error(err)
	}
}

func TestChangeMode(t *testing.T) {
	rule := &lint.Rule{ID: "a", Severity: lint.Warning, CheckFile: func(p *lint.FilePass) {
		if p.Part.Mode&0o111 != 0 {
			p.Report(lint.Finding{Message: "executable", Place: lint.Place{File: p.Part.Source}, Fixes: []lint.Fix{{Title: "chmod", Safe: true, Edits: []lint.Edit{lint.ChangeMode(p.Part, p.Part.Mode&^0o111)}}}})
		}
	}}
	top := dir(t, map[string]string{"x.service": "[Service]\nExecStart=/bin/true\n"})
	file := filepath.Join(top, "x.service")
	if err := os.Chmod(file, 0o755); err != nil {
		t.Fatal(err)
	}
	p := plan(t, top, Options{}, rule)
	patch := Diff(p.Changes)
	if !strings.Contains(patch, "old mode 100755\nnew mode 100644\n") || strings.Contains(patch, "@@") {
		t.Errorf("patch:\n%s", patch)
	}
	if err := Write(p.Changes); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(file)
	if err != nil || info.Mode() != 0o644 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}
