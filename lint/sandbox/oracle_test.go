package sandbox_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/unitvet/unitvet/lint/sandbox"
	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/unit"
	"github.com/unitvet/unitvet/lint/value"
)

// TestRecorded compares views with what commands saw that systemd ran. The
// archive holds units and, for each, the paths at which its command did not find
// a writable directory with the host's content: "ro" or "rw", "full" or "empty",
// "missing", or "absent" where the host has nothing either; "failed" alone where the sandbox could not be set up. The
// archive's comment lists the paths that were looked at.
func TestRecorded(t *testing.T) {
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no records: %v", err)
	}
	for _, file := range archives {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		paths := strings.Fields(string(archive.Comment))
		set := load(t, archive)
		for _, f := range archive.Files {
			name, ok := strings.CutSuffix(f.Name, ".seen")
			if !ok {
				continue
			}
			t.Run(filepath.Base(file)+"/"+name, func(t *testing.T) {
				compare(t, set.Lookup(name+".service"), paths, string(f.Data), strings.Contains(file, "252"))
			})
		}
	}
}

// compare compares a view with a record.
func compare(t *testing.T, u *unit.Unit, paths []string, seen string, old bool) {
	v := sandbox.New(u)
	failed := strings.TrimSpace(seen) == "failed"
	if gone := missing(u, v); gone != "" && !failed {
		t.Errorf("%s is there, though %s", gone, v.Path(gone).Because)
	} else if failed {
		if gone == "" {
			t.Log("failed for another reason")
		}
		return
	}
	binds := u.Value("Service", "BindPaths")+u.Value("Service", "BindReadOnlyPaths") != ""
	states := map[string]string{}
	for line := range strings.Lines(seen) {
		p, state, _ := strings.Cut(strings.TrimSpace(line), " ")
		states[p] = state
	}
	for _, p := range paths {
		state := states[p]
		if state == "" {
			state = "rw full"
		}
		got := v.Path(p)
		var want string
		switch state {
		case "rw full", "rw empty":
			want = "writable"
			if strings.HasPrefix(got.Because, "ProtectHome=tmpfs") && old {
				continue // systemd 252 forgets to make it read-only
			}
		case "ro full":
			want = "read-only"
		case "ro empty":
			want = "read-only or hidden"
		case "absent":
			continue
		case "missing":
			want = "empty or hidden"
			if binds {
				continue // what is there depends on the source
			}
		}
		text := got.String()
		if got.Empty {
			text = "empty"
		}
		if got.Access != sandbox.Unknown && !strings.Contains(want, text) {
			t.Errorf("%s is %s: %s (%s)\nbut was seen as %s", p, text, got.Because, got.Mount, state)
		}
	}
}

// missing returns a path that a setting needs and that the sandbox has emptied.
func missing(u *unit.Unit, v *sandbox.View) string {
	for _, key := range []string{"ReadWritePaths", "ReadOnlyPaths", "InaccessiblePaths", "ExecPaths", "NoExecPaths"} {
		for _, s := range u.Settings("Service", key) {
			entries, _ := value.ParsePaths(s.Value().String())
			for _, entry := range entries {
				if !entry.IgnoreMissing && v.Path(entry.Path.Text).Empty {
					return entry.Path.Text
				}
			}
		}
	}
	return ""
}

// load loads the units of an archive as those of the system manager.
func load(t testing.TB, archive *txtar.Archive) *unit.Set {
	t.Helper()
	return loadScope(t, archive, unit.ScopeSystem)
}

func loadScope(t testing.TB, archive *txtar.Archive, scope unit.Scope) *unit.Set {
	t.Helper()
	dir := t.TempDir()
	for _, f := range archive.Files {
		if err := os.WriteFile(filepath.Join(dir, f.Name), f.Data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	tree := &source.Tree{Dir: dir}
	return unit.Load(unit.Options{Scope: scope, Dirs: []*unit.Dir{unit.NewDir(tree, ".", "units")}})
}
