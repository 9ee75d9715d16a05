package transaction

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/unitvet/unitvet/lint/graph"
	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/unit"
)

// TestAgreesWithSystemd makes random roots and starts each of their units in
// systemd-analyze's manager: it must run into a cycle where ours does, and delete
// only jobs that do not matter. UNITVET_ROOTS and UNITVET_SEED ask for more roots,
// or for others; UNITVET_ANALYZE names another systemd-analyze.
func TestAgreesWithSystemd(t *testing.T) {
	if testing.Short() {
		t.Skip("runs systemd-analyze")
	}
	analyze := os.Getenv("UNITVET_ANALYZE")
	if analyze == "" {
		analyze = "systemd-analyze"
	}
	if _, err := exec.LookPath(analyze); err != nil {
		t.Skip("no systemd-analyze")
	}
	number := func(name string, byDefault int) int {
		if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
			return n
		}
		return byDefault
	}
	count, seed := number("UNITVET_ROOTS", 4), number("UNITVET_SEED", 1)
	for i := range count {
		t.Run(fmt.Sprintf("seed=%d", seed+i), func(t *testing.T) {
			t.Parallel()
			compareStarts(t, analyze, rand.New(rand.NewPCG(uint64(seed+i), 0))) //nolint:gosec // reproducible on purpose
		})
	}
}

// randomRoot writes a root whose units depend on each other at random.
func randomRoot(t *testing.T, random *rand.Rand) (root string, names []string) {
	t.Helper()
	root = t.TempDir()
	dir := filepath.Join(root, "etc/systemd/system")
	write := func(name, text string) {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	early := "[Unit]\nDefaultDependencies=no\n"
	write("sysinit.target", "[Unit]\nWants=local-fs.target\nAfter=local-fs.target\n")
	write("basic.target", "[Unit]\nRequires=sysinit.target\nAfter=sysinit.target sockets.target\nWants=sockets.target timers.target\n")
	for _, name := range []string{"local-fs.target", "sockets.target", "timers.target", "shutdown.target"} {
		write(name, early)
	}
	write("multi-user.target", "[Unit]\nRequires=basic.target\nAfter=basic.target\n")
	for i := range 7 {
		names = append(names, fmt.Sprintf("u%d.%s", i, []string{"service", "service", "service", "target", "socket", "timer"}[random.IntN(6)]))
	}
	names = append(names, "multi-user.target")
	others := append(slices.Clone(names), "sysinit.target", "basic.target", "local-fs.target", "sockets.target", "gone.service")
	for _, name := range names[:len(names)-1] {
		var text strings.Builder
		text.WriteString("[Unit]\n")
		if random.IntN(4) == 0 {
			text.WriteString("DefaultDependencies=no\n")
		}
		for _, key := range []string{"After", "Before", "Wants", "Requires", "BindsTo", "Requisite", "PartOf", "Conflicts"} {
			often := map[string]int{"After": 60, "Before": 30, "Wants": 60, "Requires": 25, "Conflicts": 4}[key]
			if key == "PartOf" && strings.HasSuffix(name, ".target") {
				continue // whether the target comes after the other unit depends on the order of loading
			}
			if random.IntN(100) < max(often, 8) {
				text.WriteString(key + "=" + others[random.IntN(len(others)-1+random.IntN(2))] + "\n")
			}
		}
		switch filepath.Ext(name) {
		case ".service":
			text.WriteString("[Service]\nExecStart=/bin/true\n")
		case ".socket":
			text.WriteString("[Socket]\nListenStream=1\nService=" + "u0.service\n")
		case ".timer":
			text.WriteString("[Timer]\nOnBootSec=1\nUnit=" + names[0] + "\n")
		}
		write(name, text.String())
		if random.IntN(3) == 0 {
			link := filepath.Join(dir, "multi-user.target.wants", name)
			_ = os.MkdirAll(filepath.Dir(link), 0o750)
			if err := os.Symlink("../"+name, link); err != nil {
				t.Fatal(err)
			}
		}
	}
	return root, names
}

func compareStarts(t *testing.T, analyze string, random *rand.Rand) {
	t.Helper()
	root, names := randomRoot(t, random)
	tree := &source.Tree{Dir: root, Rooted: true}
	m := New(graph.Build(unit.Load(unit.Options{Scope: unit.ScopeSystem, Rooted: true, Dirs: unit.RootDirs(tree, "/", unit.ScopeSystem)})))
	for _, name := range names {
		id, ok := m.lookup(name)
		if !ok {
			continue
		}
		jobs := m.jobs(id, false)
		slices.Sort(jobs)
		uncertain := slices.ContainsFunc(jobs, func(job int32) bool {
			for _, a := range m.pulls.of(job) {
				if m.gone[a.to()] && a.has(strong) {
					return true // how far systemd gets depends on the order it looks at things
				}
				if slices.ContainsFunc(m.pulls.of(a.to()), func(back arc) bool { return back.to() == job }) && strings.HasSuffix(m.names[job], ".target") {
					return true // which of two targets comes first, too
				}
			}
			return slices.ContainsFunc(jobs, func(other int32) bool { return m.conflict(job, other) })
		})
		if uncertain {
			continue
		}
		s := search{m: m, cut: map[pair]bool{}, position: make([]int32, len(m.names))}
		cycles := components(int32(len(jobs)), s.subgraph(jobs, false).of)

		cmd := exec.Command(analyze, "verify", "--man=no", "--generators=no", "--root="+root, "--", name)
		cmd.Dir = root
		cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "SYSTEMD_COLORS=0", "LC_ALL=C"}
		out, _ := cmd.CombinedOutput()
		theirs := strings.Contains(string(out), "ordering cycle") || strings.Contains(string(out), "Unable to break cycle")
		if theirs != (len(cycles) > 0) {
			t.Errorf("start of %s: systemd runs into a cycle: %v, unitvet: %v\n%s\n%s", name, theirs, cycles, out, show(t, root))
		}
		matters := m.mattering(id, false)
		for line := range strings.Lines(string(out)) {
			_, rest, ok := strings.Cut(line, "Job ")
			deleted, _, isJob := strings.Cut(rest, "/start deleted")
			if !ok || !isJob {
				continue
			}
			if job, ok := m.lookup(deleted); !ok || matters[job] {
				t.Errorf("start of %s: systemd deletes %s, which matters\n%s\n%s", name, deleted, out, show(t, root))
			}
		}
	}
}

// show returns the files of a root.
func show(t *testing.T, root string) string {
	t.Helper()
	var b strings.Builder
	dir := filepath.Join(root, "etc/systemd/system")
	for _, pattern := range []string{"*", "*/*"} {
		files, _ := filepath.Glob(filepath.Join(dir, pattern))
		for _, file := range files {
			text, _ := os.ReadFile(file)
			fmt.Fprintf(&b, "%s: %s\n", strings.TrimPrefix(file, dir+"/"), strings.ReplaceAll(string(text), "\n", " | "))
		}
	}
	return b.String()
}
