package security_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/exposure"
	"github.com/unitvet/unitvet/lint/sandbox"
	"github.com/unitvet/unitvet/rules"
)

// TestAdviceHarmsNothing adds what is advised to every service of the reference
// deployment, and with UNITVET_ORACLE=1 to those of the machine and of the
// directories in UNITVET_ORACLE_DIRS: it lowers the exposure as promised, no rule of
// the default tier says more than before and, where it is asked, systemd nothing.
func TestAdviceHarmsNothing(t *testing.T) {
	dirs := []string{"../../testdata/quantum/systemd", "../../testdata/quantum-clean"}
	if os.Getenv("UNITVET_ORACLE") != "" {
		dirs = append(dirs, "/usr/lib/systemd/system")
		dirs = append(dirs, filepath.SplitList(os.Getenv("UNITVET_ORACLE_DIRS"))...)
	}
	for _, dir := range dirs {
		t.Run(filepath.Base(dir), func(t *testing.T) { harmsNothing(t, dir) })
	}
}

func harmsNothing(t *testing.T, from string) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(from)); err != nil {
		t.Logf("not all was copied: %v", err)
	}
	opts := lint.Options{Rules: rules.All(), Input: lint.Input{Paths: []string{dir}}, Systemd: 257}
	before := spoken(t, opts)
	sets, _, err := lint.Load(opts)
	if err != nil {
		t.Fatal(err)
	}
	promised := map[string]uint64{}
	var changed []string
	for _, set := range sets {
		for _, u := range set.InFocus() {
			s := sandbox.Read(u, set.Release)
			if u.Name.Type != "service" || u.Fragment == nil || s.Refused != nil {
				continue
			}
			advice := exposure.Advise(s, set.Program(u), set.Python(u), nil)
			if len(advice.Sure) == 0 {
				continue
			}
			dropIn := filepath.Join(u.Path+".d", lint.DropInName)
			if err := os.MkdirAll(filepath.Dir(dropIn), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(dropIn, []byte(advice.DropIn("Service")), 0o600); err != nil {
				t.Fatal(err)
			}
			promised[u.ID] = advice.Lowered()
			changed = append(changed, u.Path)
		}
	}
	for finding := range spoken(t, opts) {
		if !before[finding] {
			t.Errorf("new: %s", finding)
		}
	}
	sets, _, err = lint.Load(opts)
	if err != nil {
		t.Fatal(err)
	}
	for _, set := range sets {
		for _, u := range set.InFocus() {
			want, ok := promised[u.ID]
			if got := exposure.Score(sandbox.Read(u, set.Release)); ok && got != want {
				t.Errorf("%s: %s, promised %s", u.Name, exposure.Tenths(got), exposure.Tenths(want))
			}
		}
	}
	t.Logf("%d services changed", len(changed))
	if os.Getenv("UNITVET_ORACLE") != "" {
		verify(t, changed)
	}
}

// spoken returns what the default rules say.
func spoken(t *testing.T, opts lint.Options) map[string]bool {
	t.Helper()
	result, err := lint.Run(context.Background(), opts)
	if err != nil {
		t.Fatal(err)
	}
	said := map[string]bool{}
	for i := range result.Findings {
		f := &result.Findings[i]
		said[fmt.Sprintf("%s: %s: %s", f.Unit, f.Rule.ID, f.Message)] = true
	}
	return said
}

// verify asks systemd what it has to say of the drop-ins.
func verify(t *testing.T, files []string) {
	t.Helper()
	program := os.Getenv("UNITVET_ANALYZE")
	if program == "" {
		program = "systemd-analyze"
	}
	for batch := range slices.Chunk(files, 40) {
		out, _ := exec.Command(program, append([]string{"verify", "--man=no"}, batch...)...).CombinedOutput()
		for line := range strings.Lines(string(out)) {
			if strings.Contains(line, lint.DropInName) {
				t.Errorf("systemd: %s", line)
			}
		}
	}
}
