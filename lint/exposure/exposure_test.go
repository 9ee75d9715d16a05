package exposure

import (
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/unitvet/unitvet/lint/sandbox"
	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/unit"
)

// load loads units from an archive.
func load(t *testing.T, files []txtar.File) *unit.Set {
	t.Helper()
	overlay := map[string]string{}
	for _, f := range files {
		overlay[f.Name] = string(f.Data)
	}
	tree := &source.Tree{Dir: t.TempDir(), Overlay: overlay}
	return unit.Load(unit.Options{Dirs: []*unit.Dir{unit.NewDir(tree, ".", "units")}, Scope: unit.ScopeSystem})
}

// TestRecorded compares with what systemd said.
func TestRecorded(t *testing.T) {
	archive, err := txtar.ParseFile("testdata/recorded.txtar")
	if err != nil {
		t.Fatal(err)
	}
	set := load(t, archive.Files)
	for _, f := range archive.Files {
		name, version, _ := strings.Cut(f.Name, ".")
		release, err := strconv.Atoi(version)
		if err != nil {
			continue
		}
		t.Run(f.Name, func(t *testing.T) {
			r := Assess(sandbox.Read(set.Lookup(name+".service"), release), nil)
			got := []string{Tenths(r.Score) + " " + Level(r.Score)}
			for _, o := range r.Outcomes {
				switch {
				case !o.Applies:
					got = append(got, o.Field+" n/a")
				case o.Good():
					got = append(got, o.Field)
				}
				if o.Text == "" {
					t.Errorf("%s: nothing is said", o.Field)
				}
			}
			slices.Sort(got[1:])
			if diff := cmp.Diff(strings.Split(strings.TrimSpace(string(f.Data)), "\n"), got); diff != "" {
				t.Errorf("-systemd +ours:\n%s", diff)
			}
		})
	}
}

func TestLevel(t *testing.T) {
	for score, want := range map[uint64]string{100: "DANGEROUS", 99: "UNSAFE", 90: "UNSAFE", 89: "EXPOSED", 75: "EXPOSED", 74: "MEDIUM", 50: "MEDIUM", 49: "OK", 10: "OK", 9: "SAFE", 1: "SAFE", 0: "PERFECT"} {
		if got := Level(score); got != want {
			t.Errorf("Level(%d) = %s, want %s", score, got, want)
		}
	}
}

// TestChecks looks for slips in the table.
func TestChecks(t *testing.T) {
	checks := Checks()
	if len(checks) != 81 {
		t.Errorf("%d checks, want 81", len(checks))
	}
	fields := map[string]bool{}
	for i := range checks {
		c := &checks[i]
		if c.assess == nil || c.Weight == 0 || c.Range == 0 || fields[c.Field] {
			t.Errorf("%s: no kind, no weight, or twice there", c.Field)
		}
		fields[c.Field] = true
	}
}

func TestPolicy(t *testing.T) {
	archive := txtar.Parse([]byte("-- a.service --\n[Service]\nExecStart=/bin/true\n"))
	s := sandbox.Read(load(t, archive.Files).Lookup("a.service"), 257)
	policy, err := ParsePolicy([]byte(`{
		"UserOrDynamicUser": {"weight": 0},
		"PrivateNetwork": {"weight": 100000, "range": 4, "description_bad": "open to the world"},
		"PrivateTmp": {"weight": "x", "description_na": 3},
		"Nonsense": {"weight": 1}, "UMask": 7
	}`))
	if err != nil {
		t.Fatal(err)
	}
	byField := map[string]Outcome{}
	for _, o := range Assess(s, policy).Outcomes {
		byField[o.Field] = o
	}
	if o := byField["UserOrDynamicUser"]; o.Applies || o.Exposure != 0 {
		t.Errorf("a check without weight: %+v", o)
	}
	if o := byField["PrivateNetwork"]; o.Badness != 1 || o.Text != "open to the world" || o.Weight != 100000 {
		t.Errorf("a check with a weight: %+v", o)
	}
	if o := byField["PrivateTmp"]; o.Weight != 1000 || o.Good() {
		t.Errorf("a check with values of the wrong type: %+v", o)
	}
	for _, bad := range []string{"", "[]", "null x", `{"UserOrDynamicUser": {"range": 1}}`, `{"PrivateTmp": {"weight": 99999999999}}`} {
		if _, err := ParsePolicy([]byte(bad)); err == nil {
			t.Errorf("no error for the policy %q", bad)
		}
	}
}

// TestTableSource makes sure that the table has a line for each check and no more.
func TestTableSource(t *testing.T) {
	if n := strings.Count(checkTable, "\n"); n != len(Checks())+1 {
		t.Errorf("%s has %d lines", filepath.Join("data", "checks.tsv"), n)
	}
}
