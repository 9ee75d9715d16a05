//go:build unix

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"unitvet": main})
}

// TestScript runs the scripts of the command line. Beside testscript's own
// commands they have
//
//	exits CODE COMMAND [ARG...]    run a command that ends with that exit code
//	json FILE...                   each file, or stdout, is one JSON value and nothing else
//	visible FILE...                each file, or stdout or stderr, holds nothing that a terminal obeys
//	write FILE TEXT...             write texts with Go's escapes; *N repeats the text before it
//	mkfifo FILE                    make a FIFO that nobody writes to
//	snapshot                       remember all files
//	unchanged                      fail if any file differs from the snapshot
//
// and the condition [root], the variable $REPO, the top of this repository, and
// $ESC, the escape character.
func TestScript(t *testing.T) {
	repository, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join(repository, "testdata", "script"),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       *update,
		Setup: func(env *testscript.Env) error {
			env.Setenv("REPO", repository)
			env.Setenv("ESC", "\x1b")
			env.Values[snapshotKey{}] = &map[string]fileState{}
			return nil
		},
		Condition: func(name string) (bool, error) {
			if name == "root" {
				return os.Geteuid() == 0, nil
			}
			return false, fmt.Errorf("unknown condition %q", name)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":     plain(exits),
			"json":      plain(isJSON),
			"visible":   plain(isVisible),
			"write":     plain(write),
			"mkfifo":    plain(mkfifo),
			"snapshot":  plain(snapshot),
			"unchanged": plain(unchanged),
		},
	})
}

// plain makes a command of a function that cannot be negated.
func plain(f func(*testscript.TestScript, []string)) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		if neg {
			ts.Fatalf("the command cannot be negated")
		}
		f(ts, args)
	}
}

func exits(ts *testscript.TestScript, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	var exit *exec.ExitError
	switch err := ts.Exec(args[1], args[2:]...); {
	case errors.As(err, &exit):
		got = exit.ExitCode()
	default:
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit code %d, not %d", got, want)
	}
}

func isJSON(ts *testscript.TestScript, args []string) {
	for _, file := range args {
		if !json.Valid([]byte(ts.ReadFile(file))) {
			ts.Fatalf("%s is not a JSON value", file)
		}
	}
}

func isVisible(ts *testscript.TestScript, args []string) {
	for _, file := range args {
		text := ts.ReadFile(file)
		if !utf8.ValidString(text) {
			ts.Fatalf("%s is not UTF-8: %q", file, text)
		}
		for line := range strings.Lines(text) {
			for _, r := range strings.TrimSuffix(line, "\n") {
				if !unicode.IsPrint(r) {
					ts.Fatalf("%s has %q in the line %q", file, r, line)
				}
			}
		}
	}
}

func write(ts *testscript.TestScript, args []string) {
	var content, last string
	for i, arg := range args {
		text, err := strconv.Unquote(`"` + strings.ReplaceAll(arg, `"`, `\"`) + `"`)
		ts.Check(err)
		if n, ok := strings.CutPrefix(text, "*"); ok && i > 1 {
			times, err := strconv.Atoi(n)
			ts.Check(err)
			content += strings.Repeat(last, times-1)
			continue
		}
		if i == 0 {
			args[0] = text
			continue
		}
		last = text
		content += text
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(content), 0o644))
}

func mkfifo(ts *testscript.TestScript, args []string) {
	ts.Check(syscall.Mkfifo(ts.MkAbs(args[0]), 0o644))
}

// fileState is what a snapshot remembers of a file.
type fileState struct {
	Mode    fs.FileMode
	ModTime time.Time
	Content string // the text, or what a symbolic link says
}

// snapshotKey is the key of a script's snapshot among its values.
type snapshotKey struct{}

func snapshot(ts *testscript.TestScript, _ []string) {
	*snapshotOf(ts) = files(ts)
}

func unchanged(ts *testscript.TestScript, _ []string) {
	if diff := cmp.Diff(*snapshotOf(ts), files(ts)); diff != "" {
		ts.Fatalf("files changed (-before +after):\n%s", diff)
	}
}

func snapshotOf(ts *testscript.TestScript) *map[string]fileState {
	before, ok := ts.Value(snapshotKey{}).(*map[string]fileState)
	if !ok {
		ts.Fatalf("no place for a snapshot")
	}
	return before
}

// files returns everything below a script's working directory, its temporary
// directory included.
func files(ts *testscript.TestScript) map[string]fileState {
	found := map[string]fileState{}
	ts.Check(filepath.WalkDir(ts.Getenv("WORK"), func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		state := fileState{Mode: info.Mode(), ModTime: info.ModTime()}
		switch {
		case info.Mode().IsRegular():
			text, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			state.Content = string(text)
		case info.Mode()&fs.ModeSymlink != 0:
			if state.Content, err = os.Readlink(name); err != nil {
				return err
			}
		}
		found[name] = state
		return nil
	}))
	return found
}
