package syntax_test

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/linttest"
	"github.com/unitvet/unitvet/rules/syntax"
)

const cases = "../../testdata/rules/syntax"

func TestCases(t *testing.T) { linttest.Run(t, syntax.Rules(), cases) }

func TestRulesAreSorted(t *testing.T) {
	byID := func(a, b *lint.Rule) int { return cmp.Compare(a.ID, b.ID) }
	if !slices.IsSortedFunc(syntax.Rules(), byID) {
		t.Error("the rules are not in alphabetical order")
	}
}

// check runs the family over a text that stands in for a file.
func check(t *testing.T, name, text string) []lint.Finding {
	t.Helper()
	opts := lint.Options{Rules: syntax.Rules(), Strict: true}
	opts.Paths, opts.Stdin, opts.StdinName = []string{"-"}, text, filepath.Join(t.TempDir(), name)
	if dir := filepath.Dir(opts.StdinName); strings.HasSuffix(dir, ".d") {
		if err := os.MkdirAll(dir, 0o750); err != nil {
			t.Fatal(err)
		}
	}
	result, err := lint.Run(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range result.Errors {
		t.Errorf("%s: %s", name, problem)
	}
	return result.Findings
}

// apply applies a fix to a text.
func apply(t *testing.T, text string, fix lint.Fix) string {
	t.Helper()
	edits := slices.Clone(fix.Edits)
	slices.SortStableFunc(edits, func(a, b lint.Edit) int { return cmp.Compare(a.Span.Start, b.Span.Start) })
	var fixed strings.Builder
	at := 0
	for _, edit := range edits {
		if edit.Span.Start < at {
			t.Fatalf("%s: edits overlap", fix.Title)
		}
		fixed.WriteString(text[at:edit.Span.Start] + edit.Text)
		at = edit.Span.End
	}
	return fixed.String() + text[at:]
}

func TestFixes(t *testing.T) {
	tests := []struct{ name, before, after string }{
		{
			"header with a comment",
			"[Unit] # the unit\nDescription=d\n",
			"# the unit\n[Unit]\nDescription=d\n",
		},
		{"open header", "[Unit\nDescription=d\n", "[Unit]\nDescription=d\n"},
		{"quoted header", "['Unit']\r\nDescription=d\r\n", "[Unit]\r\nDescription=d\r\n"},
		{"continued header", "[Unit] \\\nDescription=d\n", "[Unit]\nDescription=d\n"},
		{"assignment in a header", "[Unit] Description=d\n", "[Unit]\nDescription=d\n"},
		{"byte order mark", "\ufeff# c\n[Unit]\n", "# c\n[Unit]\n"},
		{"blank after a backslash", "[Service]\nExecStart=/a \\ \t\n  --b\n", "[Service]\nExecStart=/a \\\n  --b\n"},
		{"backslash for nothing", "[Service]\nExecStart=/a \\ \nNice=1\n", "[Service]\nExecStart=/a \nNice=1\n"},
		{
			"blank lines in a continuation",
			"[Service]\r\nExecStart=/a \\\r\n \r\n# c\r\n\r\n  --b\r\n",
			"[Service]\r\nExecStart=/a \\\r\n# c\r\n  --b\r\n",
		},
		{"swallowed header", "[Service]\nExecStart=/a \\\n[Install]\n", "[Service]\nExecStart=/a\n[Install]\n"},
		{"swallowed directive", "[Service]\nExecStart=/a \\\n# c\nNice=1\n", "[Service]\nExecStart=/a\n# c\nNice=1\n"},
		{"backslash at the end", "[Service]\nExecStart=/a \\", "[Service]\nExecStart=/a"},
		{"comment", "[Service]\nNice=1 # nice\nUMask=0\n", "[Service]\n# nice\nNice=1\nUMask=0\n"},
		{"comment at the end of the file", "[Service]\nNice=1  # nice  ", "[Service]\n# nice\nNice=1"},
		{
			"comment in a continued line",
			"[Service]\r\nExecStart=/a \\\r\n  --b # the b \\\r\n  --c\r\n",
			"[Service]\r\nExecStart=/a \\\r\n  # the b\r\n  --b \\\r\n  --c\r\n",
		},
		{
			"comment after a backslash",
			"[Service]\nExecStart=/a \\ # first\n  --b\n",
			"[Service]\n# first\nExecStart=/a \\\n  --b\n",
		},
		{"unknown section", "[service]\nExecStart=/a\n[Unit]\n", "[Service]\nExecStart=/a\n[Unit]\n"},
		{"padded section", "[ Service ]\nExecStart=/a\n[Unit]\n", "[Service]\nExecStart=/a\n[Unit]\n"},
		{"unknown directive", "[Service]\nExecStart=/a\nrestart = no\n", "[Service]\nExecStart=/a\nRestart = no\n"},
		{"invisible blank", "[Service]\nExecStart=/a\n\u00a0Nice=1\n", "[Service]\nExecStart=/a\nNice=1\n"},
		{
			"wrong section",
			"[Unit]\nDescription=d\n\n[Service]\nExecStart=/a\nAfter=b.service \\\n  c.service\nNice=1\n",
			"[Unit]\nDescription=d\nAfter=b.service \\\n  c.service\n\n[Service]\nExecStart=/a\nNice=1\n",
		},
		{
			"wrong section, the right one comes later",
			"[Unit]\r\nNice=1\r\n\r\n[Service]\r\nExecStart=/a",
			"[Unit]\r\n\r\n[Service]\r\nExecStart=/a\r\nNice=1\r\n",
		},
		{
			"wrong section, the right one is missing",
			"[Service]\nExecStart=/a\nWantedBy=b.target\n",
			"[Service]\nExecStart=/a\n\n[Install]\nWantedBy=b.target\n",
		},
		{"same value twice", "[Service]\nNice=1\nExecStart=/a\nNice=1\n", "[Service]\nNice=1\nExecStart=/a\n"},
		{"same entry twice", "[Unit]\nAfter=a.service b.service a.service\n", "[Unit]\nAfter=a.service b.service\n"},
		{"same entry alone", "[Unit]\nAfter=a.service\nAfter=a.service\n", "[Unit]\nAfter=a.service\n"},
		{"quotes", "[Service]\nUser=\"bob\"\n", "[Service]\nUser=bob\n"},
		{"quotes in a list", "[Unit]\nAfter='a.service'  \"b.service\"\n", "[Unit]\nAfter=a.service  b.service\n"},
		{"quotes round a list", "[Unit]\nAfter=\"a.service \\\n  b.service\"\n", "[Unit]\nAfter=a.service \\\n  b.service\n"},
		{"comma", "[Unit]\nAfter=a.service, b.service\n", "[Unit]\nAfter=a.service b.service\n"},
		{"commas", "[Unit]\nAfter=a.service,b.service\n", "[Unit]\nAfter=a.service b.service\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			findings := check(t, "a.service", test.before)
			if len(findings) != 1 || len(findings[0].Fixes) != 1 {
				t.Fatalf("not one finding with one fix: %+v", findings)
			}
			fixed := apply(t, test.before, findings[0].Fixes[0])
			if diff := gocmp.Diff(test.after, fixed); diff != "" {
				t.Errorf("fixed (-want +got):\n%s", diff)
			}
			for _, f := range check(t, "a.service", fixed) {
				t.Errorf("still found: %s: %s", f.Rule.ID, f.Message)
			}
		})
	}
}

// TestNoFix holds that nothing is offered where it is not clear what is right.
func TestNoFix(t *testing.T) {
	tests := []struct{ name, text string }{
		{"the section has the directive already", "[Unit]\nStartLimitBurst=1\n[Service]\nExecStart=/a\n[Install]\nStartLimitBurst=2\n"},
		{"several sections have it", "[Unit]\nDescription=d\n[Install]\nOnCalendar=daily\n"},
		{"two edits away", "[Service]\nExecStart=/a\nRestrrrat=no\n"},
		{"the comment is the value", "[Service]\nExecStart=/a\nNice=# none\n"},
		{"the header of nothing known", "[Foo] # bar\n[Unit]\n"},
		{"different values", "[Service]\nNice=1\nNice=2\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			findings := check(t, "a.service", test.text)
			if len(findings) != 1 || len(findings[0].Fixes) != 0 {
				t.Errorf("not one finding without a fix: %+v", findings)
			}
		})
	}
}

// TestFixesHold applies every fix of every case, alone, and holds that the finding
// is gone.
func TestFixesHold(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(cases, "*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	fixes := 0
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range archive.Files {
			if f.Name == "want" || strings.Contains(f.Name, "/") || len(f.Data) == 0 ||
				!strings.HasSuffix(f.Name, ".service") || strings.ContainsAny(f.Name, " @{ä") {
				continue
			}
			text := string(f.Data)
			before := check(t, f.Name, text)
			for _, finding := range before {
				for _, fix := range finding.Fixes {
					fixes++
					fixed := apply(t, text, fix)
					after := check(t, f.Name, fixed)
					if count(after, finding) >= count(before, finding) && len(after) >= len(before) {
						t.Errorf("%s: %s: after %q there is still: %s", filepath.Base(file), f.Name, fix.Title, finding.Message)
					}
				}
			}
		}
	}
	if fixes < 50 {
		t.Errorf("only %d fixes in the cases", fixes)
	}
}

// count returns how many findings say the same about the same text.
func count(findings []lint.Finding, like lint.Finding) int {
	n := 0
	for _, f := range findings {
		if f.Rule == like.Rule && f.Message == like.Message {
			n++
		}
	}
	return n
}

func TestLineTooLong(t *testing.T) {
	const limit = 1 << 20
	long := strings.Repeat("x", limit)
	tests := []struct {
		name, file, text string
		line             int // of the finding; 0 if there is none
		message          string
	}{
		{"at the limit", "a.service", "[Unit]\nDescription=" + long[:limit-len("Description=")-1] + "\n", 0, ""},
		{
			"physical", "a.service", "[Unit]\nDescription=" + long[:limit-len("Description=")] + "\n", 2,
			"the line is longer than 1 MiB: systemd does not load the unit",
		},
		{
			"comment", "a.service", "[Unit]\n# " + long + "\n", 2,
			"the line is longer than 1 MiB: systemd does not load the unit",
		},
		{
			"joined", "a.service", "[Unit]\nDescription=" + long[:limit/2] + "\\\n" + long[:limit/2] + "\\\nx\n", 3,
			"with this line, the joined lines are longer than 1 MiB: systemd does not load the unit",
		},
		{
			"drop-in", "a.service.d/b.conf", "[Unit]\nDescription=" + long + "\n", 2,
			"the line is longer than 1 MiB: systemd stops reading here, and the rest of this drop-in is lost",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			findings := check(t, test.file, test.text)
			if test.line == 0 {
				if len(findings) != 0 {
					t.Errorf("found: %+v", findings)
				}
				return
			}
			if len(findings) != 1 || findings[0].Range().Start.Line != test.line || findings[0].Message != test.message {
				t.Errorf("not one finding on line %d: %q", test.line, message(findings))
			}
		})
	}
}

func message(findings []lint.Finding) []string {
	var texts []string
	for _, f := range findings {
		texts = append(texts, f.Message)
	}
	return texts
}
