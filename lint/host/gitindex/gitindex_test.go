package gitindex_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unitvet/unitvet/lint/host/gitindex"
)

// TestRead reads the indexes that git writes, in each version.
func TestRead(t *testing.T) {
	git, err := exec.LookPath("git")
	if err != nil {
		t.Skip("no git")
	}
	want := map[string]gitindex.Kind{
		"a":                gitindex.Regular,
		"bin/run.sh":       gitindex.Executable,
		"bin/run.sh.old":   gitindex.Regular,
		"bin/very/deep/er": gitindex.Executable,
		"link":             gitindex.Symlink,
		"new":              gitindex.Regular,
	}
	for _, release := range []string{"2", "3", "4"} {
		t.Run(release, func(t *testing.T) {
			dir := t.TempDir()
			run := func(args ...string) {
				t.Helper()
				cmd := exec.Command(git, append([]string{"-C", dir, "-c", "index.version=" + release}, args...)...)
				cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null")
				if out, err := cmd.CombinedOutput(); err != nil {
					t.Fatalf("git %v: %v\n%s", args, err, out)
				}
			}
			run("init", "-q")
			for name, kind := range want {
				file := filepath.Join(dir, name)
				mode := os.FileMode(0o644)
				if kind == gitindex.Executable {
					mode = 0o755
				}
				if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
					t.Fatal(err)
				}
				if kind == gitindex.Symlink {
					err = os.Symlink("a", file)
				} else {
					err = os.WriteFile(file, nil, mode)
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			run("add", "a", "bin", "link")
			run("add", "--intent-to-add", "new") // an extended flag, which makes version 2 version 3
			text, err := os.ReadFile(filepath.Join(dir, ".git/index"))
			if err != nil {
				t.Fatal(err)
			}
			got, err := gitindex.Read(string(text))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			for n := range text {
				_, _ = gitindex.Read(string(text[:n])) // cut off anywhere
			}
		})
	}
}

// TestReadNonsense holds that what is no index is refused.
func TestReadNonsense(t *testing.T) {
	for _, text := range []string{"", "DIRC", "DIRC\x00\x00\x00\x05\x00\x00\x00\x00", "DIRC\x00\x00\x00\x02\xff\xff\xff\xff", "not an index at all"} {
		if entries, err := gitindex.Read(text); err == nil {
			t.Errorf("%q is read as %v", text, entries)
		}
	}
}
