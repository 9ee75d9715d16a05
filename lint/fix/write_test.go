//go:build unix

package fix

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unitvet/unitvet/lint"
)

// tree returns the files below a directory with their texts.
func tree(t *testing.T, top string) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(top, func(name string, entry os.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		text, err := os.ReadFile(name)
		found[strings.TrimPrefix(name, top+"/")] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// two returns a plan that changes two files.
func two(t *testing.T) (string, *Plan) {
	t.Helper()
	top := dir(t, map[string]string{"a.service": "[Unit]\nX-A=bad\n", "sub/b.service": "[Unit]\nX-A=bad\n"})
	p := plan(t, top, Options{}, words("a", "bad", becomes("good", true)))
	if len(p.Changes) != 2 {
		t.Fatalf("%d changes", len(p.Changes))
	}
	return top, p
}

// Whatever comes between, nothing is changed, and nothing is left behind.
func TestWriteRefuses(t *testing.T) {
	tests := []struct {
		name    string
		between func(t *testing.T, top string)
		says    string
	}{
		{"changed text", func(t *testing.T, top string) { put(t, top, "sub/b.service", "[Unit]\nX-A=new\n") }, "changed meanwhile"},
		{"removed", func(t *testing.T, top string) { must(t, os.Remove(filepath.Join(top, "sub/b.service"))) }, "changed meanwhile"},
		{"other mode", func(t *testing.T, top string) { must(t, os.Chmod(filepath.Join(top, "sub/b.service"), 0o600)) }, "changed meanwhile"},
		{"a link in its place", func(t *testing.T, top string) {
			must(t, os.Rename(filepath.Join(top, "sub/b.service"), filepath.Join(top, "elsewhere")))
			must(t, os.Symlink("../elsewhere", filepath.Join(top, "sub/b.service")))
		}, "changed meanwhile"},
		{"a link in place of its directory", func(t *testing.T, top string) {
			must(t, os.Rename(filepath.Join(top, "sub"), filepath.Join(top, "elsewhere")))
			must(t, os.Symlink("elsewhere", filepath.Join(top, "sub")))
		}, "changed meanwhile"},
		{"another run", func(t *testing.T, top string) {
			f, err := os.Open(filepath.Join(top, "sub"))
			must(t, err)
			must(t, lock(f))
			t.Cleanup(func() { must(t, f.Close()) })
		}, "another run"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			top, p := two(t)
			test.between(t, top)
			before := tree(t, top)
			err := Write(p.Changes)
			if err == nil || !strings.Contains(err.Error(), test.says) || !strings.Contains(err.Error(), "nothing was changed") {
				t.Errorf("error %v", err)
			}
			if diff := cmp.Diff(before, tree(t, top)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWriteKeepsOwnerAndMode(t *testing.T) {
	top, _ := two(t)
	file := filepath.Join(top, "a.service")
	must(t, os.Chmod(file, 0o640))
	if os.Geteuid() == 0 {
		must(t, os.Chown(file, 12345, 54321))
	}
	p := plan(t, top, Options{}, words("a", "bad", becomes("good", true)))
	before, err := exec.Command("stat", "-c", "%u %g %a", file).Output()
	must(t, err)
	must(t, Write(p.Changes))
	after, err := exec.Command("stat", "-c", "%u %g %a", file).Output()
	must(t, err)
	if string(before) != string(after) {
		t.Errorf("before %s, after %s", before, after)
	}
}

func TestBackup(t *testing.T) {
	top, p := two(t)
	before := tree(t, top)
	kept := filepath.Join(t.TempDir(), "a/b")
	must(t, Backup(p.Changes, kept))
	if diff := cmp.Diff(before, tree(t, kept)); diff != "" {
		t.Error(diff)
	}
	if err := Backup(p.Changes, kept); err == nil || !strings.Contains(err.Error(), "file exists") {
		t.Errorf("a second time: %v", err)
	}
}

// git applies what Diff prints.
func TestDiffApplies(t *testing.T) {
	git, err := exec.LookPath("git")
	if err != nil {
		t.Skip("no git")
	}
	top := dir(t, map[string]string{
		"a.service":              "[Unit]\r\nX-A=bad\r\n# end",
		"odd\tdir/ü x.service":   "[Unit]\nX-A=1\nX-A=2\nX-A=3\nX-A=4\nX-A=bad\nX-A=6\nX-A=7\nX-A=8\nX-A=9\nX-A=10\nX-A=bad\n",
		"plain/empty@.service":   "[Unit]\nX-B=bad",
		"plain/untouched.target": "[Unit]\n",
	})
	drop := &lint.Rule{ID: "b", Severity: lint.Warning, CheckUnit: func(p *lint.UnitPass) {
		if len(p.Unit.DropIns) == 0 && p.Unit.Name.Type == "target" {
			e, _ := lint.InDropIn(p.Unit, "Unit", "X-A=1")
			p.Report(lint.Finding{Message: "bare", Place: lint.Place{File: p.Unit.Fragment.Source}, Fixes: []lint.Fix{{Title: "add", Safe: true, Edits: []lint.Edit{e}}}})
		}
	}}
	t.Chdir(top)
	p := plan(t, ".", Options{}, words("a", "bad", becomes("good\n", true)), drop)
	must(t, os.WriteFile("../patch", []byte(Diff(p.Changes)), 0o600))
	other := t.TempDir()
	must(t, os.CopyFS(other, os.DirFS(top)))
	cmd := exec.Command(git, "apply", filepath.Join(top, "../patch"))
	cmd.Dir = other
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("git apply: %v\n%s\n%s", err, out, Diff(p.Changes))
	}
	must(t, Write(p.Changes))
	if diff := cmp.Diff(tree(t, top), tree(t, other)); diff != "" {
		t.Error(diff)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func put(t *testing.T, top, name, text string) {
	t.Helper()
	must(t, os.WriteFile(filepath.Join(top, name), []byte(text), 0o644))
}
