package unit_test

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/unit"
)

// TestEnableAgreesWithSystemctl enables random units below random roots and
// compares the links that come into being with the plan. It runs with
// UNITVET_ORACLE=1, against the programs in UNITVET_SYSTEMCTL (systemctl, by
// default; several are divided by colons); UNITVET_ROOTS and UNITVET_SEED ask for
// more roots, or for others.
func TestEnableAgreesWithSystemctl(t *testing.T) {
	if os.Getenv("UNITVET_ORACLE") == "" {
		t.Skip("asks systemctl about many units: set UNITVET_ORACLE=1")
	}
	programs := os.Getenv("UNITVET_SYSTEMCTL")
	if programs == "" {
		programs = "systemctl"
	}
	seed := fromEnvironment("UNITVET_SEED", 1)
	for _, program := range strings.Split(programs, ":") {
		systemctl, err := exec.LookPath(program)
		if err != nil {
			t.Skip(err)
		}
		release := version(t, systemctl)
		for i := range fromEnvironment("UNITVET_ROOTS", 10) {
			t.Run(fmt.Sprintf("%d/seed=%d", release, seed+i), func(t *testing.T) {
				t.Parallel()
				compareEnable(t, systemctl, release, seed+i)
			})
		}
	}
}

// installer writes a root with units that have something in [Install].
type installer struct{ generator }

// installName makes a name that may stand in [Install], a wrong one now and then.
func (g *installer) installName(suffixes ...string) string {
	name := g.pick([]string{"a", "b", "c-d", "%p", "%j", "x%i", "e"})
	switch g.random.IntN(8) {
	case 0:
		name += "@"
	case 1:
		name += "@" + g.pick([]string{"1", "i", "%i", "%p"})
	}
	name += g.pick(suffixes)
	switch g.random.IntN(25) {
	case 0:
		name = "multi-user"
	case 1:
		name = "%f.target"
	case 2:
		name = `"` + name + `"`
	}
	return name
}

func (g *installer) install(b *strings.Builder, unitType string) {
	b.WriteString("[Install]\n")
	for range g.random.IntN(4) {
		key := g.pick([]string{"WantedBy", "WantedBy", "RequiredBy", "UpheldBy", "Alias", "Alias", "Also", "DefaultInstance"})
		var words []string
		for range g.random.IntN(3) {
			switch key {
			case "Alias":
				words = append(words, g.pick([]string{
					g.installName("."+unitType, "."+unitType, ".socket"), "multi-user.target.wants/" + g.installName("."+unitType), g.installName("." + unitType),
				}))
			case "Also":
				words = append(words, g.installName(".service", ".socket", ".timer"))
			case "DefaultInstance":
				words = []string{g.pick([]string{"1", "d%p", "%i", "x@y", "b/d"})}
			default:
				words = append(words, g.installName(".target", ".target", ".service"))
			}
		}
		fmt.Fprintf(b, "%s=%s\n", key, strings.Join(words, " "))
	}
}

func (g *installer) write() {
	for _, dir := range []string{"etc/systemd/system", "usr/lib/systemd/system", "opt", "dev"} {
		g.check(os.MkdirAll(filepath.Join(g.root, dir), 0o755)) //nolint:gosec // a test's directory
	}
	g.file("dev/null", "")
	dirs := []string{"usr/lib/systemd/system", "usr/lib/systemd/system", "etc/systemd/system"}
	for range 12 {
		unitType := g.pick([]string{"service", "service", "socket", "timer", "mount", "target"})
		name := g.pick([]string{"a", "b", "c-d", "e"})
		if unitType != "mount" {
			name += g.pick([]string{"", "", "@", "@", "@1"})
		}
		name += "." + unitType
		file := path.Join(g.pick(dirs), name)
		var b strings.Builder
		b.WriteString("[Unit]\nDescription=x\n")
		g.install(&b, unitType)
		switch g.random.IntN(16) {
		case 0:
			g.link(file, "/dev/null")
		case 1: // an alias; what else links may be, TestAgreesWithSystemd holds
			if unitType != "mount" && !strings.Contains(name, "@") {
				g.link(file, g.pick([]string{"a", "b"})+"."+unitType)
			}
		case 2:
			b.WriteString("[broken\n")
			g.file(file, b.String())
		default:
			g.file(file, b.String())
		}
		g.remember(name)
		if strings.Contains(name, "@.") {
			g.asked = append(g.asked, name)
		}
		if g.chance(30) {
			var drop strings.Builder
			g.install(&drop, unitType)
			g.file(path.Join(g.pick(dirs), g.pick([]string{name, name, unitType, "c-." + unitType, "a@." + unitType})+".d", fmt.Sprintf("%d.conf", g.random.IntN(1000))), drop.String())
		}
	}
	slices.Sort(g.asked)
	g.asked = slices.Compact(g.asked)
}

// symlinks returns the links below a directory with what they say.
func symlinks(dir string) map[string]string {
	found := map[string]string{}
	_ = filepath.WalkDir(dir, func(file string, e fs.DirEntry, err error) error {
		if err == nil && e.Type()&fs.ModeSymlink != 0 {
			name, _ := filepath.Rel(dir, file)
			found[name], _ = os.Readlink(file)
		}
		return nil
	})
	return found
}

func compareEnable(t *testing.T, systemctl string, release, seed int) {
	t.Helper()
	root := t.TempDir()
	g := &installer{generator{t: t, random: rand.New(rand.NewPCG(uint64(seed), 2)), root: root}} //nolint:gosec // reproducible on purpose
	g.write()
	config := filepath.Join(root, "etc/systemd/system")
	before := symlinks(config)
	tree := &source.Tree{Dir: root, Rooted: true}
	set := unit.Load(unit.Options{
		Name: "root", Scope: unit.ScopeSystem, Rooted: true, Dirs: unit.RootDirs(tree, "/", unit.ScopeSystem), Instances: g.asked,
	})
	for _, name := range g.asked {
		plan := set.Enable(name)
		want := map[string]string{}
		for _, link := range plan.Links {
			if release < 254 && strings.Contains(link.Name, ".upholds/") {
				continue
			}
			if !link.There {
				want[link.Name] = link.Unit.Path
			}
		}
		cmd := exec.Command(systemctl, "--root="+root, "enable", name)
		cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C"}
		out, err := cmd.CombinedOutput()
		failed := slices.ContainsFunc(plan.Failures, func(f unit.PlanFailure) bool {
			return !f.Warning
		})
		got := map[string]string{}
		for link, target := range symlinks(config) {
			if before[link] != target {
				got[link] = target
			}
		}
		// Put everything back.
		for link := range got {
			_ = os.Remove(filepath.Join(config, link))
			if target, ok := before[link]; ok {
				g.check(os.Symlink(target, filepath.Join(config, link)))
			}
		}
		if diff := cmp.Diff(got, want); diff != "" || (err != nil) != failed && release > 252 { // which forgets some
			u := set.Lookup(name)
			t.Errorf("enable %s: systemctl fails: %v, the plan: %v %v (-systemctl +unitvet):\n%s%s", name, err, failed, plan.Failures, diff, out)
			if u != nil {
				for _, part := range u.Parts() {
					t.Logf("%s:\n%s", part.Source.Path, part.Source.Text)
				}
			}
		}
	}
}
