package graph_test

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/unitvet/unitvet/lint/graph"
	"github.com/unitvet/unitvet/lint/linttest/oracle"
	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/unit"
)

// comparedKinds are the dependencies that are compared.
var comparedKinds = []graph.Kind{
	graph.Requires, graph.Requisite, graph.Wants, graph.BindsTo, graph.PartOf, graph.Upholds, graph.Conflicts,
	graph.Before, graph.After, graph.Triggers, graph.InSlice, graph.StopPropagatedFrom,
}

// systemdDependencies returns what systemd-analyze says of the dependencies of
// units on a root, by unit: those that come from its own side.
func systemdDependencies(t *testing.T, analyze, root string, names []string) map[string][]string {
	t.Helper()
	args := append([]string{"verify", "--man=no", "--generators=no", "--root=" + root, "--"}, names...)
	cmd := exec.Command(analyze, args...)
	cmd.Dir = root
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "SYSTEMD_LOG_LEVEL=debug", "SYSTEMD_COLORS=0", "LC_ALL=C"}
	var out bytes.Buffer
	cmd.Stdout = &out
	_ = cmd.Run() // it has something to say about nearly every root
	found := map[string][]string{}
	for block := range strings.SplitSeq("\n"+out.String(), "\n\t-> Unit ") {
		name, rest, ok := strings.Cut(block, ":\n")
		if !ok || !strings.Contains(rest, "Unit Load State: loaded") {
			continue
		}
		deps := []string{}
		for line := range strings.Lines(rest) {
			key, text, ok := strings.Cut(strings.TrimSpace(line), ": ")
			if strings.HasPrefix(line, "\t-> ") {
				break
			}
			to, why, _ := strings.Cut(text, " (")
			if ok && slices.ContainsFunc(comparedKinds, func(k graph.Kind) bool { return k.String() == key }) && strings.Contains(why, "origin-") {
				deps = append(deps, key+" "+to)
			}
		}
		slices.Sort(deps)
		found[name] = slices.Compact(deps)
	}
	return found
}

// ourDependencies returns the dependencies of a unit as the graph has them.
func ourDependencies(g *graph.Graph, u *unit.Unit) []string {
	deps := []string{}
	add := func(e *graph.Edge) {
		to := e.To
		if other := g.Lookup(to); other != nil && !other.IsTemplate() {
			to = other.ID
		}
		if e.Install || to == "" || to == u.ID || !slices.Contains(comparedKinds, e.Kind) || e.Kind == graph.Before && strings.HasSuffix(to, ".device") ||
			e.Kind == graph.Triggers && strings.Contains(to, "@.") { // that of a socket with Accept=yes is ours
			return
		}
		deps = append(deps, e.Kind.String()+" "+to)
	}
	for e := range g.Of(u) {
		add(&e)
	}
	for _, e := range g.Implied(u) {
		add(&e)
	}
	slices.Sort(deps)
	return slices.Compact(deps)
}

// TestImpliedAgreesWithSystemd compares the dependencies of the units of a root,
// by default those of this machine, with what systemd-analyze makes of them.
// UNITVET_ROOT names another root, UNITVET_ANALYZE another systemd-analyze.
func TestImpliedAgreesWithSystemd(t *testing.T) {
	analyze, release := oracle.Tool(t, cmp.Or(os.Getenv("UNITVET_ANALYZE"), "systemd-analyze"))
	if release < 257 {
		// verify did not set the manager's defaults, such as that output goes to the
		// journal; the graph is that of the newest release.
		t.Skip("systemd-analyze is older than 257")
	}
	root := cmp.Or(os.Getenv("UNITVET_ROOT"), "/")
	tree := &source.Tree{Dir: root, Rooted: true}
	set := unit.Load(unit.Options{Scope: unit.ScopeSystem, Rooted: true, Dirs: unit.RootDirs(tree, "/", unit.ScopeSystem)})
	g := graph.Build(set)
	var names []string
	for _, u := range set.Units {
		if u.State == unit.Loaded && !u.IsTemplate() {
			names = append(names, u.ID)
		}
	}
	t.Logf("%d units", len(names))
	n := 0
	for chunk := range slices.Chunk(names, 100) {
		theirs := systemdDependencies(t, analyze, root, chunk)
		for _, name := range chunk {
			want, ok := theirs[name]
			if !ok {
				continue
			}
			n++
			ours := ourDependencies(g, set.Lookup(name))
			if !slices.Equal(want, ours) {
				// By itself: mounts that are loaded late are noticed late.
				want = systemdDependencies(t, analyze, root, []string{name})[name]
			}
			if diff := gocmp.Diff(want, ours); diff != "" {
				t.Errorf("%s (-systemd +unitvet):\n%s", name, lines(diff))
			}
		}
	}
	t.Logf("%d compared", n)
}

// lines returns the lines of a diff that differ.
func lines(diff string) string {
	var b strings.Builder
	for line := range strings.Lines(diff) {
		if strings.HasPrefix(line, "+") || strings.HasPrefix(line, "-") {
			fmt.Fprint(&b, line)
		}
	}
	return b.String()
}
