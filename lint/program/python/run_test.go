package python

import (
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/unitvet/unitvet/lint/source"
)

// files is a world that has some files and nothing else.
type files struct {
	text map[string]string
	env  map[string]string
}

func (w files) File(p string) Answer {
	if _, ok := w.text[p]; ok {
		return Yes
	}
	return No
}

func (w files) Dir(p string) Answer {
	for name := range w.text {
		if strings.HasPrefix(name, p+"/") {
			return Yes
		}
	}
	return No
}

func (w files) Entries(dir string) []string {
	var names []string
	for name := range w.text {
		if path.Dir(name) == dir {
			names = append(names, path.Base(name))
		}
	}
	return names
}

func (w files) Load(p string) *File {
	text, ok := w.text[p]
	if !ok {
		return nil
	}
	return Parse(source.NewFile(p, text))
}

func (w files) Real(p string) string { return p }

func (w files) Holders(module, _ string) []string {
	tail := strings.ReplaceAll(module, ".", "/")
	var dirs []string
	for name := range w.text {
		for _, end := range []string{tail + ".py", tail + "/__init__.py"} {
			if dir, ok := strings.CutSuffix(name, "/"+end); ok && !slices.Contains(dirs, dir) {
				dirs = append(dirs, dir)
			}
		}
	}
	slices.Sort(dirs)
	return dirs
}

func (w files) Env(name string) Variable {
	if v, ok := w.env[name]; ok {
		return Variable{State: Set, Value: v, Known: true}
	}
	return Variable{State: Unset}
}

// trees are small programs; each runs main.py, or with "module" in the comment
// python -m of what follows.
const trees = "testdata/trees.txtar"

// TestRuns holds what is followed against a real interpreter: where that says that a
// module or name is missing, we say so, and where it starts, we are silent.
func TestRuns(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3")
	}
	// Not a wrapper that looks for the interpreter each time.
	found, err := exec.Command(python, "-c", "import sys; sys.exit(1) if sys.version_info < (3, 8) else print(sys.executable)").Output()
	if err != nil {
		t.Skip("python3 does not run")
	}
	python = strings.TrimSpace(string(found))
	archive, err := txtar.ParseFile(trees)
	if err != nil {
		t.Fatal(err)
	}
	cases := map[string][]txtar.File{}
	var order []string
	for _, f := range archive.Files {
		name, rest, _ := strings.Cut(f.Name, "/")
		if cases[name] == nil {
			order = append(order, name)
		}
		cases[name] = append(cases[name], txtar.File{Name: rest, Data: f.Data})
	}
	for _, name := range order {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			runTree(t, python, cases[name])
		})
	}
}

var lastError = regexp.MustCompile(`(?m)^(ModuleNotFoundError|ImportError|KeyError|SyntaxError|\S+: No module named|.*\(ModuleNotFoundError)[^\n]*\z`)

func runTree(t *testing.T, python string, tree []txtar.File) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	w := files{text: map[string]string{}}
	start := Start{Kind: Script, Target: path.Join(dir, "main.py"), Dir: dir, Args: []string{}}
	args := []string{"main.py"}
	env := []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "PYTHONDONTWRITEBYTECODE=1"}
	for _, f := range tree {
		if f.Name == "run" {
			for _, word := range strings.Fields(string(f.Data)) {
				switch key, v, _ := strings.Cut(word, "="); key {
				case "module":
					start.Kind, start.Target, args = Module, v, []string{"-m", v}
				case "script":
					start.Target, args = path.Join(dir, v), []string{v}
				case "dir":
					start.Dir = path.Join(dir, v)
				case "path":
					start.Path = append(start.Path, path.Join(dir, v))
				}
			}
			continue
		}
		w.text[path.Join(dir, f.Name)] = string(f.Data)
		file := filepath.Join(dir, f.Name)
		if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, f.Data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if start.Path != nil {
		env = append(env, "PYTHONPATH="+strings.Join(start.Path, ":"))
	}
	if start.Kind == Script {
		args[len(args)-1] = start.Target
	}
	cmd := exec.Command(python, append([]string{"-S"}, args...)...)
	cmd.Dir, cmd.Env = start.Dir, env
	out, runErr := cmd.CombinedOutput()
	want := lastError.FindString(strings.TrimSpace(string(out)))

	facts := Run(start, w)
	var got []string
	for _, f := range facts.Failures {
		got = append(got, f.Error)
	}
	for _, r := range facts.Reads {
		if r.Required && r.State == Unset && !r.Guarded && !r.Maybe && r.When != Later {
			got = append(got, fmt.Sprintf("KeyError: '%s'", r.Names[0]))
		}
	}
	switch {
	case runErr == nil && len(got) > 0:
		t.Errorf("python runs it; we say %q", got)
	case runErr != nil && want == "":
		t.Errorf("python fails otherwise:\n%s", out)
	case runErr != nil && len(got) == 0:
		t.Errorf("python says %q; we say nothing", want)
	case runErr != nil && !alike(want, got[0]):
		t.Errorf("python says %q; we say %q", want, got[0])
	}
}

// alike reports whether two errors are the same, but for the version's words.
func alike(python, ours string) bool {
	kind := func(s string) string { k, _, _ := strings.Cut(s, ":"); return k }
	quoted := func(s string) string {
		_, rest, _ := strings.Cut(s, "'")
		name, _, _ := strings.Cut(rest, "'")
		return name
	}
	if strings.Contains(python, ": No module named") && !strings.HasPrefix(python, "ModuleNotFoundError:") {
		return strings.Contains(ours, "No module named") // python -m
	}
	return kind(python) == kind(ours) && (quoted(python) == quoted(ours) || quoted(ours) == "")
}
