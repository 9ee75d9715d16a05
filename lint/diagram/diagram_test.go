package diagram_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/diagram"
	"github.com/unitvet/unitvet/lint/linttest"
)

// load returns the one set of an archive.
func load(t *testing.T, archive string) *lint.Set {
	t.Helper()
	dir := t.TempDir()
	linttest.Extract(t, txtar.Parse([]byte(archive)), filepath.Join(dir, "units"))
	sets, _, err := lint.Load(lint.Options{Input: lint.Input{Paths: []string{dir}}})
	if err != nil || len(sets) != 1 {
		t.Fatalf("%d sets, %v", len(sets), err)
	}
	return sets[0]
}

// many is a set of n units in four families, each ordered after the one before it
// and wanting one that does not exist.
func many(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "-- f%c-%d.service --\n[Unit]\nAfter=f%c-%d.service\nWants=gone.service\n[Service]\nExecStart=/bin/true\n", 'a'+i%4, i, 'a'+(i+3)%4, i-1)
	}
	return b.String()
}

// TestCollapse holds that a large set stays small as a picture, and that what stands
// out is not hidden in a group.
func TestCollapse(t *testing.T) {
	set := load(t, many(400)+"-- fa-loop.service --\n[Unit]\nAfter=fb-loop.service\nWants=fb-loop.service\n[Service]\nExecStart=/bin/true\n"+
		"-- fb-loop.service --\n[Unit]\nAfter=fa-loop.service\n[Service]\nExecStart=/bin/true\n")
	d := diagram.Make(set, diagram.Options{Requirements: true, Orders: true, Group: "family", CollapseOver: 80})
	if len(d.Nodes) > 12 || len(d.Lines) > 40 {
		t.Errorf("%d nodes and %d lines", len(d.Nodes), len(d.Lines))
	}
	members := 0
	states := map[string]diagram.Node{}
	for _, n := range d.Nodes {
		members += n.Members
		states[n.Name] = n
	}
	if members != 400 || states["gone.service"].State != diagram.Missing || !states["fa-loop.service"].Cycle || !states["fb-loop.service"].Cycle {
		t.Errorf("%d units in groups; %+v", members, d.Nodes)
	}
}

// hostile names: what languages of pictures could take for something else.
const hostile = `
link: b.service -> /dev/null
-- x\x22\x5d.service --
[Unit]
After=a\x2d\x2d\x3e.service :-:.service end.target graph.service subgraph.service style.service
Wants=b.service x:::cycle.service click.service
[Service]
ExecStart=/bin/true
-- end.target --
[Unit]
Conflicts=x\x22\x5d.service
`

// TestHostileNames holds that names cannot break out of their labels.
func TestHostileNames(t *testing.T) {
	d := diagram.Make(load(t, hostile), diagram.Options{Requirements: true, Orders: true})
	var mermaid, dot, data bytes.Buffer
	for _, err := range []error{d.Mermaid(&mermaid), d.DOT(&dot), d.JSON(&data)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	line := regexp.MustCompile(`^(flowchart LR|  u\d+\["[\w .,:@*#;<>…-]*"\](:::\w+)?|  u\d+ (-->|==>|-\.->|--x)(\|"[\w ,…]+"\|)? u\d+|  (classDef|linkStyle) .*)$`)
	for text := range strings.SplitSeq(strings.TrimSuffix(mermaid.String(), "\n"), "\n") {
		if !line.MatchString(text) || strings.Contains(strings.ReplaceAll(text, "<br>", ""), "<") && !strings.Contains(text, "classDef") {
			t.Errorf("a line of Mermaid is none of those that are meant: %s", text)
		}
	}
	if !json.Valid(data.Bytes()) {
		t.Errorf("no JSON: %s", data.String())
	}
	graphviz, err := exec.LookPath("dot")
	if err != nil {
		t.Skip("no Graphviz")
	}
	cmd := exec.Command(graphviz, "-Tplain")
	cmd.Stdin = strings.NewReader(dot.String())
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), `x\\x22\\x5d.service`) {
		t.Errorf("dot: %v\n%s", err, out)
	}
}
