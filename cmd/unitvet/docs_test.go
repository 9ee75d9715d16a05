//go:build unix

package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestDocs runs the console blocks of README.md and docs/ and compares what they
// print with what the page shows. The commands of a page run one after the other
// in one directory, a repository with a copy of testdata. A block of another
// language with the name of a file behind it, as in "make Makefile", is that file.
// "..." as a line stands for any lines. A command may find something, but may not
// fail, unless unitvet says why.
func TestDocs(t *testing.T) {
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip("needs bash")
	}
	repository, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	pages, err := filepath.Glob(filepath.Join(repository, "docs", "*.md"))
	if err != nil || len(pages) == 0 {
		t.Fatalf("no pages in docs: %v", err)
	}
	for _, page := range append(pages, filepath.Join(repository, "README.md")) {
		t.Run(filepath.Base(page), func(t *testing.T) {
			dir := t.TempDir()
			if err := os.CopyFS(filepath.Join(dir, "testdata"), os.DirFS(filepath.Join(repository, "testdata"))); err != nil {
				t.Fatal(err)
			}
			command(t, dir, "git init -q . && mkdir systemd && cp testdata/quantum-clean/systemd/*.service systemd/")
			text, err := os.ReadFile(page)
			if err != nil {
				t.Fatal(err)
			}
			got := docBlock.ReplaceAllStringFunc(string(text), func(block string) string {
				head, body, _ := strings.Cut(block, "\n")
				if _, file, ok := strings.Cut(head, " "); ok {
					if err := os.WriteFile(filepath.Join(dir, file), []byte(strings.TrimSuffix(body, "```")), 0o644); err != nil {
						t.Fatal(err)
					}
					return block
				}
				return replay(t, dir, block)
			})
			if *update {
				if err := os.WriteFile(page, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(string(text), got); diff != "" {
				t.Errorf("run go test ./cmd/unitvet -run Docs -update if the page is wrong (-page +commands):\n%s", diff)
			}
		})
	}
}

var docBlock = regexp.MustCompile("(?ms)^```(?:console|[a-z]+ \\S+)\n.*?^```$")

// replay returns a console block with what its commands print now.
func replay(t *testing.T, dir, block string) string {
	if _, err := exec.LookPath("systemd-analyze"); err != nil && strings.Contains(block, "$ systemd-analyze") {
		return block
	}
	var out strings.Builder
	lines := strings.SplitAfter(block, "\n")
	for i := 0; i < len(lines); i++ {
		out.WriteString(lines[i])
		line, ok := strings.CutPrefix(lines[i], "$ ")
		if !ok {
			continue
		}
		for strings.HasSuffix(line, "\\\n") && i+1 < len(lines) {
			i++
			out.WriteString(lines[i])
			line += lines[i]
		}
		var shown strings.Builder
		for i+1 < len(lines) && !strings.HasPrefix(lines[i+1], "$ ") && !strings.HasPrefix(lines[i+1], "```") {
			i++
			shown.WriteString(lines[i])
		}
		printed := command(t, dir, line)
		if matches(shown.String(), printed) {
			printed = shown.String()
		}
		out.WriteString(printed)
	}
	return out.String()
}

// matches reports whether a text is what a page shows of it, "..." being any
// lines.
func matches(shown, text string) bool {
	var pattern strings.Builder
	pattern.WriteString(`\A`)
	for line := range strings.Lines(shown) {
		if line == "...\n" {
			pattern.WriteString(`(?:.*\n)*?`)
		} else {
			pattern.WriteString(regexp.QuoteMeta(line))
		}
	}
	return regexp.MustCompile(pattern.String() + `\z`).MatchString(text)
}

// command runs a line of shell and returns what it prints.
func command(t *testing.T, dir, line string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "bash", "-c", line)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "HOME="+dir, "GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.org", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.org")
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || exit.ExitCode() > 1 && !bytes.Contains(out, []byte("unitvet: "))) {
		t.Errorf("%s: %v\n%s", line, err, out)
	}
	return string(out)
}
