// Package linttest runs the cases of rules: txtar archives of files with the
// findings that are expected of them, and the examples on the rules' pages.
package linttest

import (
	"context"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/baseline"
	"github.com/unitvet/unitvet/lint/fix"
	"github.com/unitvet/unitvet/lint/source"
)

// update rewrites the expectations of the cases that are run.
var update = flag.Bool("update", false, "write what was found into the cases")

// want is the name of the archive's file with the expected findings: one line
// each, path:line:column-line:column: severity[rule]: message. For another column
// on the same line the second line number is left out.
const want = "want"

// fixed is the directory of what files look like once all fixes, the unsafe ones
// included, are applied.
const fixed = "fixed/"

// Run runs every archive *.txtar of a directory as a subtest.
//
// The comment in front of an archive's files may hold lines "key: value":
//
//	select: rules that run, separated by commas (default: the one that the file is named for)
//	strict: yes       to show strict rules
//	root: DIR         to take DIR for the root directory of a system
//	baseline: FILE    to leave out what FILE has
//	set: DIR:DIR      to join directories (repeatable)
//	path: PATH        to check PATH instead of everything (repeatable)
//	link: NAME -> TARGET    makes a symbolic link (repeatable)
//	mode: NAME 0755   sets a file's mode (repeatable)
//	dir: NAME         makes an empty directory (repeatable)
//	fifo: NAME        makes a FIFO (repeatable)
//	repeat: NAME TEXT 1000  writes the first TEXT in a file that many times (repeatable)
//
// Everything else there is prose. A file fixed/NAME is what fixes make of NAME.
func Run(t *testing.T, all []*lint.Rule, dir string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.txtar"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases in %s (%v)", dir, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			runCase(t, all, file)
		})
	}
}

func runCase(t *testing.T, all []*lint.Rule, file string) {
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	Extract(t, archive, dir)
	opts := lint.Options{Rules: all, Select: []string{strings.TrimSuffix(filepath.Base(file), ".txtar")}}
	opts.Paths = []string{}
	for key, text := range settings(archive.Comment) {
		for _, v := range text {
			switch key {
			case "select":
				opts.Select = strings.Split(v, ",")
			case "strict":
				opts.Strict = v == "yes"
			case "root":
				opts.Root = filepath.Join(dir, v)
			case "set":
				var set []string
				for part := range strings.SplitSeq(v, ":") {
					set = append(set, filepath.Join(dir, part))
				}
				opts.Joined = append(opts.Joined, set)
			case "path":
				opts.Paths = append(opts.Paths, filepath.Join(dir, v))
			case "baseline":
				readBaseline(t, &opts, dir, v)
			}
		}
	}
	if len(opts.Paths) == 0 && opts.Root == "" {
		opts.Paths = []string{dir}
	}
	result, err := lint.Run(context.Background(), opts)
	if err != nil {
		t.Fatal(err)
	}
	got := Lines(result, dir)
	fixes(t, opts, archive, dir)
	if *update {
		archive.Files = slices.DeleteFunc(archive.Files, func(f txtar.File) bool { return f.Name == want })
		archive.Files = append(archive.Files, txtar.File{Name: want, Data: []byte(got)})
		if err := os.WriteFile(file, txtar.Format(archive), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	for _, f := range archive.Files {
		if f.Name == want {
			if diff := cmp.Diff(string(f.Data), got); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
			return
		}
	}
	t.Errorf("the case expects nothing: there is no file %q; got:\n%s", want, got)
}

// readBaseline takes a file of the archive for the baseline.
func readBaseline(t *testing.T, opts *lint.Options, dir, name string) {
	t.Helper()
	file := filepath.Join(dir, name)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if opts.Baseline, err = baseline.Parse(source.NewFile(filepath.ToSlash(file), string(text))); err != nil {
		t.Fatal(err)
	}
	opts.BaselineDir = dir
}

// fixes compares the files that the archive has in its directory "fixed" with what
// fixes make of them.
func fixes(t *testing.T, opts lint.Options, archive *txtar.Archive, dir string) {
	if !slices.ContainsFunc(archive.Files, func(f txtar.File) bool { return strings.HasPrefix(f.Name, fixed) }) {
		return
	}
	plan, err := fix.Work(context.Background(), opts, fix.Options{Unsafe: true})
	if err != nil {
		t.Fatal(err)
	}
	changed := map[string]string{}
	for _, change := range plan.Changes {
		changed[fixed+strings.TrimPrefix(change.Path, filepath.ToSlash(dir)+"/")] = change.After.Text
	}
	for i, f := range archive.Files {
		switch text, ok := changed[f.Name]; {
		case !strings.HasPrefix(f.Name, fixed):
		case *update && ok:
			archive.Files[i].Data = []byte(text)
		case string(f.Data) != text:
			t.Errorf("%s (-want +got):\n%s", f.Name, cmp.Diff(string(f.Data), text))
		}
	}
}

// Lines renders findings and unreadable inputs as the cases expect them, with
// paths relative to dir.
func Lines(result *lint.Result, dir string) string {
	var text strings.Builder
	dir = filepath.ToSlash(dir) + "/"
	for _, f := range result.Findings {
		r := f.Range()
		end := strconv.Itoa(r.End.Column)
		if r.End.Line != r.Start.Line {
			end = fmt.Sprintf("%d:%d", r.End.Line, r.End.Column)
		}
		fmt.Fprintf(&text, "%s:%d:%d-%s: %s[%s]: %s\n", strings.TrimPrefix(f.ReportPath(), dir),
			r.Start.Line, r.Start.Column, end, f.Severity, f.Rule.ID, strings.ReplaceAll(f.Message, dir, ""))
	}
	for _, problem := range result.Errors {
		fmt.Fprintf(&text, "unreadable: %s\n", strings.ReplaceAll(problem.String(), dir, ""))
	}
	return text.String()
}

// settings returns the lines "key: value" of an archive's comment.
func settings(comment []byte) map[string][]string {
	keys := []string{"select", "strict", "root", "set", "path", "link", "mode", "dir", "fifo", "repeat", "with", "baseline"}
	found := map[string][]string{}
	for line := range strings.Lines(string(comment)) {
		key, v, ok := strings.Cut(line, ":")
		if ok && slices.Contains(keys, key) {
			found[key] = append(found[key], strings.TrimSpace(v))
		}
	}
	return found
}

// Extract writes an archive's files, and what its comment asks for, below a
// directory.
func Extract(t *testing.T, archive *txtar.Archive, dir string) {
	t.Helper()
	check := func(err error) {
		if err != nil {
			t.Helper()
			t.Fatal(err)
		}
	}
	place := func(name string) string {
		file := filepath.Join(dir, filepath.FromSlash(name))
		check(os.MkdirAll(filepath.Dir(file), 0o755)) //nolint:gosec // a test's directory
		return file
	}
	for _, f := range archive.Files {
		if f.Name != want && !strings.HasPrefix(f.Name, fixed) {
			check(os.WriteFile(place(f.Name), f.Data, 0o644)) //nolint:gosec // file modes are checked
		}
	}
	for key, values := range settings(archive.Comment) {
		for _, v := range values {
			switch key {
			case "link":
				name, target, _ := strings.Cut(v, " -> ")
				check(os.Symlink(target, place(name)))
			case "mode":
				name, digits, _ := strings.Cut(v, " ")
				mode, err := strconv.ParseUint(digits, 8, 12)
				check(err)
				check(os.Chmod(place(name), fs.FileMode(mode)))
			case "dir":
				check(os.MkdirAll(place(v), 0o755)) //nolint:gosec // a test's directory
			case "repeat":
				words := strings.Fields(v) // name, text, count
				n, err := strconv.Atoi(words[2])
				check(err)
				text, err := os.ReadFile(place(words[0]))
				check(err)
				text = []byte(strings.Replace(string(text), words[1], strings.Repeat(words[1], n), 1))
				check(os.WriteFile(place(words[0]), text, 0o644)) //nolint:gosec // a test's directory
			case "fifo":
				check(syscall.Mkfifo(place(v), 0o600))
			}
		}
	}
}
