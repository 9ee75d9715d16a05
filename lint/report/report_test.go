package report

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/source"
)

var update = flag.Bool("update", false, "rewrite the golden files in testdata/format")

const goldenDir = "../../testdata/format"

var testOptions = Options{Version: "v1.2.3", WorkDir: "/repo/deploy", Root: "/repo"}

// Rules of the tests, ordered by ID.
var (
	danglingDependency = &lint.Rule{
		ID: "dangling-dependency", Summary: "a dependency on a unit that does not exist", Category: "dependency",
		Severity: lint.Error, Page: "# dangling-dependency\n\nA unit is named that does not exist\nanywhere.\n\n## Bad\n\n```ini\nWants=nowhere.service\n```\n",
	}
	looseMode = &lint.Rule{
		ID: "loose-mode", Summary: "a secret that everybody may read", Category: "security",
		Severity: lint.Warning, Tier: lint.Strict, Page: "# loose-mode\n\nEverybody may read it.\n",
	}
	missingPath = &lint.Rule{
		ID: "missing-read-write-path", Summary: "a path that the sandbox needs and that is not there", Category: "sandbox",
		Severity: lint.Error, Page: "# missing-read-write-path\n\nThe path is not there.\n",
	}
	unknownType = &lint.Rule{
		ID: "unknown-unit-type", Summary: "a file that systemd does not read", Category: "syntax",
		Severity: lint.Info,
	}
	testRules = []*lint.Rule{danglingDependency, looseMode, missingPath, unknownType}
)

// at returns the place of the first occurrence of text in a file.
func at(file *source.File, text string) lint.Place {
	start := strings.Index(file.Text, text)
	if start < 0 {
		panic("no " + text + " in " + file.Path)
	}
	return lint.Place{File: file, Span: source.Span{Start: start, End: start + len(text)}}
}

// result returns the result of findings, counted.
func result(findings ...lint.Finding) *lint.Result {
	r := &lint.Result{Findings: findings, Rules: testRules, Summary: lint.Summary{Sets: 1, Units: 14, Files: 15}}
	for i := range findings {
		if findings[i].Severity == 0 {
			findings[i].Severity = findings[i].Rule.Severity
		}
		switch findings[i].Severity {
		case lint.Error:
			r.ErrorCount++
		case lint.Warning:
			r.WarningCount++
		case lint.Info:
			r.InfoCount++
		}
	}
	return r
}

// plain has everything that a finding can have.
func plain() *lint.Result {
	target := source.NewFile("units/app.target", "[Unit]\nDescription=App\nWants=api.service worker.service\n")
	service := source.NewFile("units/worker.service", "[Service]\nExecStart=/usr/bin/python3 -m worker \\\n  --state /var/lib/worker\nProtectSystem=strict\nReadWritePaths=/var/lib/worker\n")
	module := source.NewFile("src/worker/__main__.py", "import worker.state\n")
	state := source.NewFile("src/worker/state.py", "\nSTATE = open(\"/var/lib/worker/state.db\", \"a\")\n")

	fixed := at(target, " worker.service")
	return result(
		lint.Finding{
			Rule: danglingDependency, Unit: "app.target", Place: at(target, "worker.service"),
			Message: `Wants= names "worker.service", which does not exist`,
			Help:    "write the unit, or take the name out",
			Fixes: []lint.Fix{
				{Title: "take the name out", Safe: true, Edits: []lint.Edit{{Place: fixed}}},
				{Title: "take the line out", Edits: []lint.Edit{{Place: at(target, "Wants=api.service worker.service\n")}}},
			},
		},
		lint.Finding{
			Rule: missingPath, Unit: "worker.service", Place: at(service, "/usr/bin/python3 -m worker \\\n  --state /var/lib/worker"),
			Message: `the program writes below "/var/lib/worker", which does not exist`,
			Help:    "let systemd make it: StateDirectory=worker\nor make it before the start",
			Result:  "226/NAMESPACE",
			Related: []lint.Related{
				{Place: at(service, "ReadWritePaths"), Message: "the sandbox lets the service write [only] here"},
				{Place: lint.Place{Path: "/etc/systemd/system/worker.service.d"}, Message: "no drop-in changes that"},
			},
			Evidence: []lint.Related{
				{Place: at(module, "worker.state"), Message: "worker imports worker.state"},
				{Place: at(state, `open("/var/lib/worker/state.db", "a")`), Message: `worker.state opens "/var/lib/worker/state.db"`},
			},
		},
		lint.Finding{
			Rule: looseMode, Severity: lint.Info, Unit: "worker.service", Place: at(service, "ProtectSystem"),
			Message: "an info of a rule that warns",
			Fixes: []lint.Fix{{Title: "two edits in one file", Safe: true, Edits: []lint.Edit{
				{Place: at(service, "strict"), Text: "full"},
				{Place: lint.Place{File: service, Span: source.Span{Start: len(service.Text), End: len(service.Text)}}, Text: "# end\n"},
			}}},
		},
		lint.Finding{
			Rule: unknownType, Place: lint.Place{Path: "units/worker.service.bak"},
			Message: "systemd does not read this file",
		},
		lint.Finding{
			Rule: danglingDependency, Severity: lint.Warning, Unit: "outside.target",
			Place:   at(source.NewFile("/etc/systemd/system/outside.target", "[Unit]\nWants=worker.service\n"), "worker.service"),
			Message: `Wants= names "worker.service", which does not exist`,
		},
	)
}

// hostile quotes files and names that were made to do harm.
func hostile() *lint.Result {
	name := "un its/a%2e:b,\x1b[31m\nc\u202e\xff#?[x](http:é).service"
	file := source.NewFile(name, "[Service]\n"+
		"\tExecStart=\x1b[2J\x07 evil\n"+
		"Environment=宽字é=e\u0301 \U0001f600 \u202egnp.exe \xff\xfe x\n"+
		"User=a\x00b\x7f\u0085\r\n"+
		"::error::fake\n"+
		strings.Repeat("x", 5000)+" here "+strings.Repeat("é", 5000))
	text := "it says \"\x1b]8;;http://evil\x07click\x1b]8;;\x07\" [click](http://evil), 100%\n::error::fake {0}"
	evil := lint.Related{Place: at(file, "evil"), Message: "a [label](2) with \\ and ]\x1b[0m"}
	return result(
		lint.Finding{Rule: danglingDependency, Unit: name, Place: at(file, "evil"), Message: text, Help: text, Result: "1\n2",
			Related: []lint.Related{evil, {Place: lint.Place{Path: "../a\x1b\\b"}}}, Evidence: []lint.Related{evil},
			Fixes: []lint.Fix{{Title: text, Safe: true, Edits: []lint.Edit{{Place: at(file, "evil"), Text: "\xff\x1b"}}}}},
		lint.Finding{Rule: danglingDependency, Unit: name, Place: at(file, "gnp.exe"), Message: "after wide, combined and turned characters"},
		lint.Finding{Rule: danglingDependency, Unit: name, Place: at(file, "b\x7f"), Message: "after a NUL"},
		lint.Finding{Rule: danglingDependency, Unit: name, Place: at(file, "::error"), Message: "a command"},
		lint.Finding{Rule: danglingDependency, Unit: name, Place: at(file, "here"), Message: "in a long line"},
		lint.Finding{Rule: danglingDependency, Unit: name, Place: at(file, "here"), Message: "in a long line"},
		lint.Finding{Rule: unknownType, Unit: name, Place: lint.Place{Path: name}, Message: "a whole file"},
	)
}

// troubled is a run that did not see everything.
func troubled() *lint.Result {
	r := result()
	r.HiddenStrict = 4
	r.Errors = []lint.Problem{
		{Path: "units/x.service", Text: "permission denied"},
		{Text: "rule loose-mode panicked on a\x1b.service", Internal: true},
	}
	r.Notes = []lint.Problem{{Path: "units/notes.txt", Text: "not a unit file, passed over"}}
	return r
}

var cases = []struct {
	name   string
	result func() *lint.Result
}{
	{"plain", plain},
	{"hostile", hostile},
	{"troubled", troubled},
	{"empty", func() *lint.Result { return result() }},
}

// render returns what a format writes.
func render(t testing.TB, format Format, r *lint.Result, opts Options) string {
	t.Helper()
	var b bytes.Buffer
	if err := format(&b, r, opts); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func checkGolden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join(goldenDir, name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (run the test with -update if it should), -want +got:\n%s", name, diff)
	}
}

func TestGolden(t *testing.T) {
	for _, c := range cases {
		for name, format := range Formats {
			t.Run(c.name+"."+name, func(t *testing.T) {
				got := render(t, format, c.result(), testOptions)
				if again := render(t, format, c.result(), testOptions); again != got {
					t.Error("the same result gave something else the second time")
				}
				checkGolden(t, c.name+"."+name, got)
			})
		}
	}
	t.Run("color", func(t *testing.T) {
		opts := testOptions
		opts.Color = true
		checkGolden(t, "plain-color.text", render(t, Text, plain(), opts))
	})
}

// No format lets anything through that a terminal would obey.
func TestNoControlCharacters(t *testing.T) {
	for name, format := range Formats {
		got := render(t, format, hostile(), testOptions)
		for i, r := range got {
			if r != '\n' && r != '\t' && (r < ' ' || r == 0x7f || 0x80 <= r && r < 0xa0 || r == '\u202e' || r == 0xfffd && name == "text") {
				t.Errorf("%s: %U at byte %d", name, r, i)
			}
		}
	}
}

// A line that starts with :: would be a command in the log of GitHub Actions.
func TestTextIsNoWorkflowCommand(t *testing.T) {
	file := source.NewFile(" ::error::x.service", "::warning::y\n")
	evil := lint.Related{Place: at(file, "y"), Message: "::debug::"}
	got := render(t, Text, result(lint.Finding{
		Rule: missingPath, Place: at(file, "y"), Message: "m", Help: "a\n::error::b",
		Related: []lint.Related{evil}, Evidence: []lint.Related{evil}, Fixes: []lint.Fix{{Title: "a\n::error::b"}},
	}), Options{})
	for line := range strings.Lines(got) {
		if strings.HasPrefix(strings.TrimSpace(line), "::") {
			t.Errorf("%q", line)
		}
	}
}

type failingWriter struct{}

var errFull = errors.New("disk full")

func (failingWriter) Write([]byte) (int, error) { return 0, errFull }

func TestWriteError(t *testing.T) {
	for name, format := range Formats {
		if err := format(failingWriter{}, plain(), testOptions); !errors.Is(err, errFull) {
			t.Errorf("%s: error %v", name, err)
		}
	}
	if err := Summary(failingWriter{}, plain()); !errors.Is(err, errFull) {
		t.Errorf("Summary: error %v", err)
	}
}

func TestSummary(t *testing.T) {
	for _, c := range []struct {
		name   string
		result *lint.Result
		want   string
	}{
		{"none", &lint.Result{Summary: lint.Summary{Units: 1, Files: 1}}, "no findings in 1 unit (1 file)"},
		{"several", plain(), "5 findings (2 errors, 1 warning, 2 infos) in 14 units (15 files)"},
		{"hidden", troubled(), "no findings in 14 units (15 files); 4 more with --strict"},
		{"one", result(lint.Finding{Rule: looseMode}), "1 finding (1 warning) in 14 units (15 files)"},
	} {
		var b bytes.Buffer
		if err := Summary(&b, c.result); err != nil {
			t.Fatal(err)
		}
		if got := strings.TrimSuffix(b.String(), "\n"); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestParse(t *testing.T) {
	for _, c := range []struct {
		args  string
		files string // names and files of the outputs
		err   string
	}{
		{"text", "text→", ""},
		{"text sarif=out/a=b.sarif", "text→ sarif→out/a=b.sarif", ""},
		{"", "", ""},
		{"xml", "", `unknown format "xml": checkstyle, github, gitlab, json, junit, rdjson, sarif, text`},
		{"json=", "", `format "json=": no file name after =`},
		{"text json", "", "formats text and json would both go to standard output: give one a file, as in json=FILE"},
		{"json=x sarif=x", "", `formats json and sarif would both go to "x"`},
	} {
		outputs, err := ParseAll(strings.Fields(c.args))
		if c.err != "" {
			if err == nil || err.Error() != c.err {
				t.Errorf("%q: error %v, want %s", c.args, err, c.err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%q: %v", c.args, err)
		}
		var got []string
		for _, output := range outputs {
			if output.Format == nil {
				t.Errorf("%q: no function for %s", c.args, output.Name)
			}
			got = append(got, output.Name+"→"+output.File)
		}
		if strings.Join(got, " ") != c.files {
			t.Errorf("%q: %q, want %q", c.args, got, c.files)
		}
	}
}

func TestInRepository(t *testing.T) {
	for _, c := range []struct {
		opts       Options
		name, want string
		inside     bool
	}{
		{testOptions, "a.service", "deploy/a.service", true},
		{testOptions, "./x/../a.service", "deploy/a.service", true},
		{testOptions, "../a.service", "a.service", true},
		{testOptions, "../../a.service", "/a.service", false},
		{testOptions, "/repo/a.service", "a.service", true},
		{testOptions, "/repository/a.service", "/repository/a.service", false},
		{testOptions, "..", ".", true},
		{Options{WorkDir: "/repo"}, "a.service", "a.service", true},
		{Options{WorkDir: "/", Root: "/"}, "etc/a.service", "etc/a.service", true},
		{Options{}, "a.service", "a.service", true},
		{Options{}, "../a.service", "../a.service", false},
		{Options{}, "/a.service", "/a.service", false},
	} {
		if got, inside := c.opts.inRepository(c.name); got != c.want || inside != c.inside {
			t.Errorf("%+v %q: %q, %v; want %q, %v", c.opts, c.name, got, inside, c.want, c.inside)
		}
	}
}

// many returns n findings in n/10 files.
func many(n int) *lint.Result {
	findings := make([]lint.Finding, 0, n)
	var file *source.File
	for i := range n {
		if i%10 == 0 {
			var b strings.Builder
			b.WriteString("[Unit]\nDescription=A unit of the benchmark\n")
			for j := range 10 {
				fmt.Fprintf(&b, "Wants=one-%d.service two-%d.service\n", j, j)
			}
			file = source.NewFile(fmt.Sprintf("units/unit-%d.service", i/10), b.String())
		}
		name := fmt.Sprintf("two-%d.service", i%10)
		findings = append(findings, lint.Finding{
			Rule: danglingDependency, Unit: "x.service", Place: at(file, name),
			Message: fmt.Sprintf("Wants= names %q, which does not exist", name),
			Help:    "write the unit, or take the name out",
			Related: []lint.Related{{Place: at(file, "Description"), Message: "the unit"}},
			Fixes:   []lint.Fix{{Title: "take the name out", Safe: true, Edits: []lint.Edit{{Place: at(file, name)}}}},
		})
	}
	return result(findings...)
}

// sameLine returns n findings in one assignment of n names.
func sameLine(n int) *lint.Result {
	var b strings.Builder
	b.WriteString("[Unit]\nWants=")
	spans := make([]source.Span, n)
	for i := range spans {
		start := b.Len()
		fmt.Fprintf(&b, "unit-%d.service", i)
		spans[i] = source.Span{Start: start, End: b.Len()}
		b.WriteByte(' ')
	}
	file := source.NewFile("x.service", b.String())
	findings := make([]lint.Finding, n)
	for i := range findings {
		findings[i] = lint.Finding{Rule: danglingDependency, Unit: "x.service", Place: lint.Place{File: file, Span: spans[i]}, Message: "does not exist"}
	}
	return result(findings...)
}

func BenchmarkFormats(b *testing.B) {
	for _, in := range []struct {
		name   string
		result *lint.Result
	}{{"files", many(10_000)}, {"line", sameLine(10_000)}} {
		for name, format := range Formats {
			b.Run(name+"/"+in.name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					var w countingWriter
					if err := format(&w, in.result, testOptions); err != nil {
						b.Fatal(err)
					}
					b.SetBytes(int64(w))
				}
			})
		}
	}
}

type countingWriter int

func (n *countingWriter) Write(p []byte) (int, error) {
	*n += countingWriter(len(p))
	return len(p), nil
}
