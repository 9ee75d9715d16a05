package report

import (
	"bytes"
	"encoding/json"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/source"
)

func TestSARIFIsValid(t *testing.T) {
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			log, err := sarif.FromString(render(t, SARIF, c.result(), testOptions))
			if err != nil {
				t.Fatal(err)
			}
			if err := log.Validate(); err != nil {
				t.Error(err)
			}
		})
	}
}

// The reference validator has more to say than the schema. It is the npm package
// @microsoft/sarif-multitool.
func TestSARIFSatisfiesValidator(t *testing.T) {
	tool, err := exec.LookPath("sarif-multitool")
	if err != nil {
		t.Skip("no sarif-multitool in PATH")
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "log.sarif")
			if err := os.WriteFile(path, []byte(render(t, SARIF, c.result(), testOptions)), 0o600); err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command(tool, "validate", path)
			cmd.Env = append(os.Environ(), "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1")
			out, err := cmd.CombinedOutput()
			if err != nil || bytes.Contains(out, []byte(": error ")) || bytes.Contains(out, []byte(": warning ")) {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

// sarifLog is as much of a log as the tests look at.
type sarifLog struct {
	Runs []struct {
		Tool struct {
			Driver struct {
				Name, SemanticVersion string
				Rules                 []struct {
					ID, Name, HelpURI                       string
					ShortDescription, FullDescription, Help sarifText
					DefaultConfiguration                    struct{ Level string }
					Properties                              map[string]any
				}
			}
		}
		ColumnKind  string
		Invocations []struct {
			ExecutionSuccessful        *bool
			ToolExecutionNotifications []struct {
				Level     string
				Message   sarifText
				Locations []sarifLocation
			}
		}
		Results *[]struct {
			RuleID              string
			RuleIndex           *int
			Level               string
			Message             sarifText
			Locations           []sarifLocation
			RelatedLocations    []sarifLocation
			PartialFingerprints map[string]string
			Fixes               []struct {
				ArtifactChanges []struct {
					Replacements []struct{ DeletedRegion sarifRegion }
				}
			}
		}
	}
}

type sarifText struct{ Text, Markdown string }

type sarifLocation struct {
	ID               *int
	PhysicalLocation struct {
		ArtifactLocation struct {
			URI       string
			URIBaseID string
			Index     *int
		}
		Region *sarifRegion
	}
}

type sarifRegion struct {
	StartLine, StartColumn, EndLine, EndColumn int
	Snippet                                    *sarifText
}

func parseSARIF(t *testing.T, r *lint.Result, opts Options) sarifLog {
	t.Helper()
	var log sarifLog
	if err := json.Unmarshal([]byte(render(t, SARIF, r, opts)), &log); err != nil {
		t.Fatal(err)
	}
	if len(log.Runs) != 1 {
		t.Fatalf("%d runs", len(log.Runs))
	}
	return log
}

func TestSARIF(t *testing.T) {
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			in := c.result()
			run := parseSARIF(t, in, testOptions).Runs[0]
			if run.ColumnKind != "unicodeCodePoints" || run.Tool.Driver.Name != "unitvet" || run.Tool.Driver.SemanticVersion != "1.2.3" {
				t.Errorf("columnKind %s, driver %s %s", run.ColumnKind, run.Tool.Driver.Name, run.Tool.Driver.SemanticVersion)
			}
			if run.Results == nil || len(*run.Results) != len(in.Findings) {
				t.Fatalf("results %v, want %d", run.Results, len(in.Findings))
			}
			seen := make(map[string]bool)
			for i, result := range *run.Results {
				if result.RuleIndex == nil || *result.RuleIndex < 0 || run.Tool.Driver.Rules[*result.RuleIndex].ID != result.RuleID {
					t.Errorf("result %d: rule %s has index %v", i, result.RuleID, result.RuleIndex)
				}
				fingerprint := result.PartialFingerprints["unitvet/v1"]
				if fingerprint == "" || seen[fingerprint] {
					t.Errorf("result %d: fingerprint %q is not unique", i, fingerprint)
				}
				seen[fingerprint] = true
				if in.Findings[i].File != nil && result.PartialFingerprints["primaryLocationLineHash"] == "" {
					t.Errorf("result %d has no primaryLocationLineHash", i)
				}
				if len(result.Locations) != 1 {
					t.Errorf("result %d has %d locations", i, len(result.Locations))
				}
				if !strings.HasSuffix(result.Message.Text, ".") {
					t.Errorf("result %d: no full stop: %s", i, result.Message.Text)
				}
				for n, location := range result.RelatedLocations {
					if location.ID == nil || *location.ID != n+1 {
						t.Errorf("result %d: related location %d has id %v", i, n, location.ID)
					}
				}
				for _, location := range append(result.Locations, result.RelatedLocations...) {
					checkLocation(t, location)
				}
				for _, fix := range result.Fixes {
					for _, change := range fix.ArtifactChanges {
						for _, replacement := range change.Replacements {
							checkRegion(t, replacement.DeletedRegion)
						}
					}
				}
			}
		})
	}
}

func checkLocation(t *testing.T, location sarifLocation) {
	t.Helper()
	in := location.PhysicalLocation.ArtifactLocation
	uri, err := url.Parse(in.URI)
	switch {
	case err != nil:
		t.Error(err)
	case uri.IsAbs() && (uri.Scheme != "file" || in.URIBaseID != ""):
		t.Errorf("absolute URI %s with base %q", in.URI, in.URIBaseID)
	case !uri.IsAbs() && (in.URIBaseID != "%SRCROOT%" || strings.HasPrefix(uri.Path, "/") || strings.HasPrefix(uri.Path, "..")):
		t.Errorf("relative URI %s with base %q", in.URI, in.URIBaseID)
	case uri.RawQuery != "" || uri.Fragment != "" || strings.ContainsAny(in.URI, " :\\") && !uri.IsAbs():
		t.Errorf("URI %s is not escaped", in.URI)
	}
	if in.Index != nil {
		t.Errorf("URI %s has index %d", in.URI, *in.Index)
	}
	if location.PhysicalLocation.Region == nil {
		t.Errorf("%s has no region", in.URI)
		return
	}
	checkRegion(t, *location.PhysicalLocation.Region)
}

func checkRegion(t *testing.T, r sarifRegion) {
	t.Helper()
	whole := r == sarifRegion{StartLine: 1}
	if !whole && (r.StartLine < 1 || r.StartColumn < 1 || r.EndLine < r.StartLine || r.EndColumn < 1 || r.EndLine == r.StartLine && r.EndColumn < r.StartColumn) {
		t.Errorf("region %+v", r)
	}
}

func TestSARIFRules(t *testing.T) {
	rules := parseSARIF(t, result(), Options{}).Runs[0].Tool.Driver.Rules
	if len(rules) != len(testRules) {
		t.Fatalf("%d rules, want %d", len(rules), len(testRules))
	}
	rule := rules[0]
	for _, c := range []struct{ name, got, want string }{
		{"id", rule.ID, "dangling-dependency"},
		{"name", rule.Name, "DanglingDependency"},
		{"shortDescription", rule.ShortDescription.Text, "a dependency on a unit that does not exist."},
		{"fullDescription", rule.FullDescription.Text, "A unit is named that does not exist anywhere."},
		{"help.text", rule.Help.Text, danglingDependency.Page},
		{"help.markdown", rule.Help.Markdown, danglingDependency.Page},
		{"helpUri", rule.HelpURI, "https://github.com/unitvet/unitvet/blob/main/rules/dependency/dangling_dependency.md"},
		{"level", rule.DefaultConfiguration.Level, "error"},
		{"level of an info", rules[3].DefaultConfiguration.Level, "note"},
		{"help without a page", rules[3].Help.Text, "a file that systemd does not read."},
	} {
		if c.got != c.want {
			t.Errorf("%s is %q, want %q", c.name, c.got, c.want)
		}
	}
	if p := rule.Properties; p["precision"] != "high" || p["problem.severity"] != "error" || p["security-severity"] != nil {
		t.Errorf("properties %v", p)
	}
	if p := rules[1].Properties; p["precision"] != "medium" || p["security-severity"] != "5.0" {
		t.Errorf("properties of a security rule %v", p)
	}
	opts := Options{RuleURL: func(r *lint.Rule) string { return "https://example.org/" + r.ID }}
	if got := parseSARIF(t, result(), opts).Runs[0].Tool.Driver.Rules[0].HelpURI; got != "https://example.org/dangling-dependency" {
		t.Errorf("helpUri %s", got)
	}
}

func TestSARIFRuleThatIsNotListed(t *testing.T) {
	r := plain()
	r.Rules = nil
	run := parseSARIF(t, r, testOptions).Runs[0]
	for _, result := range *run.Results {
		if run.Tool.Driver.Rules[*result.RuleIndex].ID != result.RuleID {
			t.Errorf("%s has index %d", result.RuleID, *result.RuleIndex)
		}
	}
	if len(run.Tool.Driver.Rules) != len(testRules) {
		t.Errorf("%d rules", len(run.Tool.Driver.Rules))
	}
}

func TestSARIFInvocation(t *testing.T) {
	invocation := parseSARIF(t, troubled(), testOptions).Runs[0].Invocations[0]
	if *invocation.ExecutionSuccessful {
		t.Error("a run with unreadable inputs was successful")
	}
	var got []string
	for _, n := range invocation.ToolExecutionNotifications {
		got = append(got, n.Level+" "+n.Message.Text)
	}
	want := "error units/x.service: permission denied.\n" +
		`error rule loose-mode panicked on a\x1b.service.` + "\n" +
		"note units/notes.txt: not a unit file, passed over."
	if strings.Join(got, "\n") != want {
		t.Errorf("notifications:\n%s\nwant:\n%s", strings.Join(got, "\n"), want)
	}
	if uri := invocation.ToolExecutionNotifications[0].Locations[0].PhysicalLocation.ArtifactLocation.URI; uri != "deploy/units/x.service" {
		t.Errorf("location %s", uri)
	}
	if !*parseSARIF(t, plain(), testOptions).Runs[0].Invocations[0].ExecutionSuccessful {
		t.Error("a run with findings only was not successful")
	}
}

// A fingerprint outlives changes elsewhere in the file, and only those.
func TestFingerprints(t *testing.T) {
	of := func(path, text, needle string) string {
		run := parseSARIF(t, result(lint.Finding{Rule: missingPath, Message: "m", Place: at(source.NewFile(path, text), needle)}), Options{}).Runs[0]
		return (*run.Results)[0].PartialFingerprints["unitvet/v1"]
	}
	base := of("a.service", "[Service]\nReadWritePaths=/x /y\n", "/x")
	for _, c := range []struct {
		name, path, text string
		same             bool
	}{
		{"itself", "a.service", "[Service]\nReadWritePaths=/x /y\n", true},
		{"lines before it", "a.service", "# c\n[Unit]\nA=b\n\n[Service]\nUser=u\nReadWritePaths=/x /y\n", true},
		{"other blanks", "a.service", "[Service]\nReadWritePaths =  /x   /y\n", true},
		{"a continuation", "a.service", "[Service]\nReadWritePaths=/x \\\n# why\n  /y\n", true},
		{"another path", "b.service", "[Service]\nReadWritePaths=/x /y\n", false},
		{"another section", "a.service", "[Socket]\nReadWritePaths=/x /y\n", false},
		{"another key", "a.service", "[Service]\nReadOnlyPaths=/x /y\n", false},
		{"another value", "a.service", "[Service]\nReadWritePaths=/x /z\n", false},
	} {
		if got := of(c.path, c.text, "/x"); (got == base) != c.same {
			t.Errorf("%s: same fingerprint %v, want %v", c.name, got == base, c.same)
		}
	}
	// Places that are no assignment have one too.
	text := "x\n# c\n[Service]\nbad\n"
	seen := make(map[string]bool)
	for _, needle := range []string{"x", "# c", "Service", "bad"} {
		seen[of("a.service", text, needle)] = true
	}
	if len(seen) != 4 {
		t.Errorf("%d different fingerprints of 4 lines", len(seen))
	}
}

func TestDropUnset(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"first", "{\n  \"id\": -1,\n  \"b\": 1\n}\n", "{\n  \"b\": 1\n}\n"},
		{"last", "{\n  \"b\": 1,\n  \"id\": -1\n}\n", "{\n  \"b\": 1\n}\n"},
		{"last two", "{\n  \"b\": \"x\",\n  \"c\": [],\n  \"id\": -1\n},\n", "{\n  \"b\": \"x\"\n},\n"},
		{"all", "[\n  {\n    \"id\": -1\n  }\n]\n", "[\n  {\n  }\n]\n"},
		{"to be there", "{\n  \"results\": [],\n  \"rules\": []\n}\n", "{\n  \"results\": [],\n  \"rules\": []\n}\n"},
		{"other numbers", "{\n  \"a\": 1,\n  \"b\": -10,\n  \"c\": 0\n}\n", "{\n  \"a\": 1,\n  \"b\": -10,\n  \"c\": 0\n}\n"},
		{"strings", "{\n  \"a\": \"\\\"b\\\": -1\",\n  \"c\": \",\"\n}\n", "{\n  \"a\": \"\\\"b\\\": -1\",\n  \"c\": \",\"\n}\n"},
	} {
		got := string(dropUnset([]byte(c.in)))
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestEscapeControls(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"", ""},
		{"plain é 字 \U0001f600", "plain é 字 \U0001f600"},
		{"a\x7fb", `a\u007fb`},
		{"a\u009bb\u202e", `a\u009bb\u202e`},
		{"\U000e0001", `\udb40\udc01`},
	} {
		got := string(escapeControls([]byte(c.in)))
		if got != c.want {
			t.Errorf("%q: %s, want %s", c.in, got, c.want)
		}
		var back string
		if err := json.Unmarshal([]byte(`"`+got+`"`), &back); err != nil || back != c.in {
			t.Errorf("%q comes back as %q, %v", c.in, back, err)
		}
	}
}

func TestSemanticVersion(t *testing.T) {
	for in, want := range map[string]string{
		"":              "0.0.0-dev",
		"(devel)":       "0.0.0-dev",
		"v1.2.3":        "1.2.3",
		"1.2.3-rc.1+ab": "1.2.3-rc.1+ab",
		"v0.0.0-20260107120000-abcdefabcdef+dirty": "0.0.0-20260107120000-abcdefabcdef+dirty",
		"1.2": "0.0.0-dev",
	} {
		if got := semanticVersion(in); got != want {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
	}
}
