package unit_test

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/unit"
)

// loadDir loads one directory of a checkout.
func loadDir(dir string) *unit.Set {
	tree := &source.Tree{Dir: dir}
	return unit.Load(unit.Options{Dirs: []*unit.Dir{unit.NewDir(tree, ".", "units")}})
}

func write(t testing.TB, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil { //nolint:gosec // a test's directory
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil { //nolint:gosec // file modes are checked
		t.Fatal(err)
	}
}

func TestInstancesThatReferToEverNewInstances(t *testing.T) {
	for name, text := range map[string]string{
		"a chain":          "[Unit]\nWants=a@%i-x.service\n",
		"a tree":           "[Unit]\nWants=a@%i-x.service a@%i-y.service\n",
		"in two templates": "[Unit]\nWants=a@%i0.service b@%i1.service\nAfter=b@0%i.service\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			write(t, filepath.Join(dir, "a@.service"), text)
			write(t, filepath.Join(dir, "b@.service"), text)
			write(t, filepath.Join(dir, "start.service"), "[Unit]\nWants=a@i.service\n")
			set := loadDir(dir)
			if n := len(set.Units); n < 100 || n > 1<<17 {
				t.Errorf("%d units", n)
			}
			if bounded := len(set.Problems) == 1; bounded != (name != "a chain") {
				t.Errorf("problems: %v", set.Problems)
			}
		})
	}
}

func TestThousandsOfDropIns(t *testing.T) {
	dir := t.TempDir()
	const n = 3000
	write(t, filepath.Join(dir, "a.service"), "[Service]\n")
	for i := range n {
		write(t, filepath.Join(dir, "a.service.d", fmt.Sprintf("%05d.conf", i)), fmt.Sprintf("[Service]\nEnvironment=A=%d\n", i))
	}
	u := loadDir(dir).Lookup("a.service")
	if len(u.DropIns) != n || len(u.Settings("Service", "Environment")) != n || len(u.InForce("Service")) != n {
		t.Errorf("%d drop-ins, %d settings", len(u.DropIns), len(u.InForce("Service")))
	}
}

func TestOddNames(t *testing.T) {
	dir := t.TempDir()
	long := strings.Repeat("x", 247) + ".service" // 255 bytes
	names := []string{
		"a\nb.service", "\x1b[31mred.service", "caf\xe9.service", "日本.service", "a b.service", "-.service", "..service", "a@@b.service",
		`a\x2db.service`, long, "%n.service",
	}
	for _, name := range names {
		write(t, filepath.Join(dir, name), "[Service]\nExecStart=/bin/true\n")
	}
	set := loadDir(dir)
	var loaded []string
	for _, u := range set.Units {
		loaded = append(loaded, u.ID)
	}
	if got, want := len(loaded)+len(set.Ignored), len(names); got != want {
		t.Errorf("%d of %d files: units %q, ignored %v", got, want, loaded, set.Ignored)
	}
	for _, name := range []string{`a\x2db.service`, long, "-.service", "a@@b.service"} {
		if set.Lookup(name) == nil {
			t.Errorf("%q is no unit", name)
		}
	}
}

func TestSocketFiles(t *testing.T) {
	dir := t.TempDir()
	listener, err := net.Listen("unix", filepath.Join(dir, "a.socket"))
	if err != nil {
		t.Skip(err)
	}
	defer listener.Close() //nolint:errcheck // a test's socket
	set := loadDir(dir)
	if len(set.Units) > 0 || len(set.Problems) != 1 || set.Problems[0].String() != "units/a.socket: not a regular file (socket)" {
		t.Errorf("units %v, problems %v", set.Units, set.Problems)
	}
}

func TestDirectoryThatIsNotThere(t *testing.T) {
	set := loadDir(filepath.Join(t.TempDir(), "gone"))
	if len(set.Units) > 0 || len(set.Problems) != 1 {
		t.Errorf("units %v, problems %v", set.Units, set.Problems)
	}
	if set := unit.Load(unit.Options{}); len(set.Units) > 0 || len(set.Problems) > 0 {
		t.Errorf("an empty set has units %v, problems %v", set.Units, set.Problems)
	}
}

// FuzzLoad loads a unit, a template and a drop-in of any content; what they say
// about names must not break anything.
func FuzzLoad(f *testing.F) {
	f.Add("[Unit]\nWants=b@%i.service\n", "[Unit]\nRequires=b@%j.service %p@.timer\n", "[Install]\nAlias=x.service\n")
	f.Add("[Unit]\nWants=@.service b@@.service\n", "[Unit]\nWants=b@.service b@\\xff.service\n", "[Unit\n")
	f.Add("[Timer]\nUnit=%I.service\n", "\x00", "<xml>")
	f.Fuzz(func(t *testing.T, plain, template, dropIn string) {
		tree := &source.Tree{Dir: t.TempDir(), Overlay: map[string]string{
			"a.service": plain, "b@.service": template, "b@.timer": template, "service.d/x.conf": dropIn, "b@.service.d/x.conf": dropIn,
		}}
		set := unit.Load(unit.Options{
			Dirs: []*unit.Dir{unit.NewDir(tree, ".", "units")}, Rooted: len(plain)%2 == 0, Instances: []string{"b@x.service"}, Jobs: 1,
		})
		checkSet(t, set)
		for _, u := range set.Units {
			for _, section := range u.Sections() {
				u.InForce(section)
			}
			u.References("Unit", "Wants")
			u.InstallAliases()
			u.InstalledAs()
		}
	})
}
