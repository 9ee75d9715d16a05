package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/rules"
)

var update = flag.Bool("update", false, "write what README.md and the scripts should hold")

// TestReadmeRules holds that README.md lists the rules.
func TestReadmeRules(t *testing.T) {
	const (
		start = "<!-- rules: made by go test ./cmd/unitvet -update -->\n"
		end   = "<!-- end of rules -->\n"
	)
	readmePart(t, "../../README.md", start, end, func(string) string { return "\n" + ruleTable(rules.All()) + "\n" })
}

// ruleTable returns the rules in Markdown, in their own order.
func ruleTable(all []*lint.Rule) string {
	var table strings.Builder
	table.WriteString("| rule | severity | finds |\n|---|---|---|\n")
	for _, rule := range all {
		severity := rule.Severity.String()
		if rule.Tier == lint.Strict {
			severity += ", strict"
		}
		page := fmt.Sprintf("rules/%s/%s.md", rule.Category, strings.ReplaceAll(rule.ID, "-", "_"))
		fmt.Fprintf(&table, "| [%s](%s) | %s | %s |\n", rule.ID, page, severity, strings.ReplaceAll(rule.Summary, "|", `\|`))
	}
	return table.String()
}

// TestReadmeSecurity holds that README.md shows what the command prints of a service.
func TestReadmeSecurity(t *testing.T) {
	const (
		start = "<!-- security: made by go test ./cmd/unitvet -update -->\n"
		end   = "<!-- end of security -->\n"
	)
	t.Chdir("../..")
	var out bytes.Buffer
	args := []string{"security", "--systemd", "257", "quantum-rl-monitor.service", "testdata/quantum"}
	if code := run(t.Context(), args, streams{strings.NewReader(""), &out, io.Discard}); code != exitClean {
		t.Errorf("exit code %d", code)
	}
	_, printed, _ := strings.Cut(out.String(), "\n\n")
	readmePart(t, "docs/security.md", start, end, func(string) string { return "\n```text\n" + printed + "```\n\n" })
}

// TestReadmeExcerpt holds that the findings in README.md are what the command
// prints, each for its place.
func TestReadmeExcerpt(t *testing.T) {
	t.Chdir("../..")
	var out bytes.Buffer
	code := run(t.Context(), []string{"check", "testdata/quantum"}, streams{strings.NewReader(""), &out, io.Discard})
	if code != exitFindings {
		t.Errorf("exit code %d", code)
	}
	printed := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n\n")
	readmePart(t, "README.md", "```text\n", "\n```\n", func(excerpt string) string {
		findings := strings.Split(excerpt, "\n\n")
		for i, finding := range findings {
			place, _, _ := strings.Cut(finding, " ")
			at := slices.IndexFunc(printed, func(p string) bool { return strings.HasPrefix(p, place+" ") })
			if at < 0 {
				t.Fatalf("nothing is found at %s", place)
			}
			findings[i] = printed[at]
		}
		return strings.Join(findings, "\n\n")
	})
}

// TestReadmeGraph holds that the picture in README.md is what the command draws.
func TestReadmeGraph(t *testing.T) {
	t.Chdir("../..")
	var out bytes.Buffer
	args := []string{"graph", "--format", "mermaid", "--focus", "quantum-execution.service", "testdata/quantum"}
	if code := run(t.Context(), args, streams{strings.NewReader(""), &out, io.Discard}); code != exitClean {
		t.Errorf("exit code %d", code)
	}
	readmePart(t, "README.md", "```mermaid\n", "```\n", func(string) string { return out.String() })
}

// readmePart compares what stands between two marks with what should stand there.
func readmePart(t *testing.T, file, start, end string, should func(string) string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), start)
	got, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatalf("%s lacks the marks %q and %q", file, start, end)
	}
	want := should(got)
	if *update {
		if err := os.WriteFile(file, []byte(before+start+want+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("run go test ./cmd/unitvet -update (-want +got):\n%s", diff)
	}
}
