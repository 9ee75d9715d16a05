package unit_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unitvet/unitvet/lint/graph"
	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/unit"
	"github.com/unitvet/unitvet/lint/value"
)

// TestAgreesWithSystemd loads random roots and compares them with what
// systemd-analyze makes of them: load states, fragments, names, drop-ins, a few
// settings and the dependencies. UNITVET_ROOTS and UNITVET_SEED ask for more of
// them, or for others.
func TestAgreesWithSystemd(t *testing.T) {
	if testing.Short() {
		t.Skip("runs systemd-analyze")
	}
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("no systemd-analyze")
	}
	links := []string{".wants", ".requires", ".upholds"}
	if version(t, analyze) < 254 {
		links = links[:2]
	}
	count, seed := fromEnvironment("UNITVET_ROOTS", 12), fromEnvironment("UNITVET_SEED", 1)
	for i := range count {
		t.Run(fmt.Sprintf("seed=%d", seed+i), func(t *testing.T) {
			t.Parallel()
			root := t.TempDir()
			g := &generator{t: t, random: rand.New(rand.NewPCG(uint64(seed+i), 0)), root: root, links: links} //nolint:gosec // reproducible on purpose
			g.generate()
			compareWithSystemd(t, analyze, root, g.asked)
		})
	}
}

// version returns the release of systemd that a program is from.
func version(t *testing.T, analyze string) int {
	t.Helper()
	out, err := exec.Command(analyze, "--version").Output()
	if err != nil {
		t.Skip(err)
	}
	fields := strings.Fields(string(out)) // systemd 262 (262.1-1)
	if len(fields) < 2 {
		t.Skipf("no version in %q", out)
	}
	n, _ := strconv.Atoi(fields[1])
	return n
}

func fromEnvironment(name string, byDefault int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
		return n
	}
	return byDefault
}

// generator writes a root with everything that decides what systemd loads.
type generator struct {
	t      *testing.T
	random *rand.Rand
	root   string
	links  []string // suffixes of the directories of links
	asked  []string
	n      int
}

// generatedDirs are the directories of the search path that a test run of
// systemd's manager has, too.
var generatedDirs = []string{
	"etc/systemd/system.control", "etc/systemd/system", "run/systemd/system", "etc/systemd/system.attached",
	"usr/local/lib/systemd/system", "usr/lib/systemd/system",
}

// generatedPrefixes are few, so that the files meet.
var generatedPrefixes = []string{"a", "a-b", "a-b-c", "a--b", "b", "-b", "c-", "d"}

func (g *generator) pick(from []string) string { return from[g.random.IntN(len(from))] }

func (g *generator) chance(percent int) bool { return g.random.IntN(100) < percent }

// name makes a unit name; kinds limits it to plain names, templates or instances.
func (g *generator) name(kinds ...value.NameKind) string {
	kind := value.Plain
	switch n := g.random.IntN(10); {
	case n > 7:
		kind = value.Instance
	case n > 5:
		kind = value.Template
	}
	if len(kinds) > 0 {
		kind = kinds[g.random.IntN(len(kinds))]
	}
	suffix := g.pick([]string{".service", ".service", ".service", ".service", ".target", ".timer", ".socket", ".path"})
	name := g.pick(generatedPrefixes)
	switch kind {
	case value.Template:
		name += "@"
	case value.Instance:
		name += "@" + g.pick([]string{"1", "i-j", "-"})
	case value.Plain:
	}
	return name + suffix
}

func (g *generator) remember(name string) {
	parsed, err := value.ParseName(name)
	if err != nil {
		return
	}
	if parsed.Kind == value.Template {
		for _, instance := range []string{"1", "i-j"} {
			named, _ := parsed.WithInstance(instance)
			g.asked = append(g.asked, named.String())
		}
		return
	}
	g.asked = append(g.asked, name)
}

func (g *generator) check(err error) {
	if err != nil && !os.IsExist(err) {
		g.t.Helper()
		g.t.Fatal(err)
	}
}

// free makes the directory of a file and reports whether nothing stands in its
// place.
func (g *generator) free(name string) bool {
	file := filepath.Join(g.root, name)
	if info, err := os.Stat(filepath.Dir(file)); err == nil && !info.IsDir() {
		return false
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil { //nolint:gosec // a test's directory
		return false // a file stands in the way
	}
	_, err := os.Lstat(file)
	return err != nil
}

func (g *generator) file(name, text string) {
	if g.free(name) {
		g.check(os.WriteFile(filepath.Join(g.root, name), []byte(text), 0o644)) //nolint:gosec // file modes are checked
	}
}

func (g *generator) link(name, target string) {
	if g.free(name) {
		g.check(os.Symlink(target, filepath.Join(g.root, name)))
	}
}

func (g *generator) generate() {
	for _, dir := range generatedDirs {
		if g.chance(80) {
			g.check(os.MkdirAll(filepath.Join(g.root, dir), 0o755)) //nolint:gosec // a test's directory
		}
	}
	g.file("dev/null", "")
	g.file("opt/linked.service", g.text("opt", "linked.service", true))
	for range 10 + g.random.IntN(15) {
		g.unit()
	}
	for range g.random.IntN(12) {
		g.alias()
	}
	for range 5 + g.random.IntN(25) {
		g.dropIn()
	}
	for range g.random.IntN(15) {
		g.entry()
	}
	slices.Sort(g.asked)
	g.asked = slices.Compact(g.asked)
}

// text makes the content of a fragment or a drop-in.
func (g *generator) text(dir, name string, fragment bool) string {
	g.n++
	var b strings.Builder
	b.WriteString("[Unit]\n")
	if fragment {
		b.WriteString("DefaultDependencies=no\n")
	}
	if fragment || g.chance(50) {
		fmt.Fprintf(&b, "Description=%d of %s in %s\n", g.n, name, dir)
	}
	for range g.random.IntN(3) {
		key := g.pick([]string{"Wants", "After", "Before", "Requires", "Upholds", "Conflicts", "PartOf"})
		to := g.name(value.Plain, value.Plain, value.Instance, value.Template)
		if g.chance(10) {
			to = g.pick([]string{"%p-x.service", "d@%i.service", "", "%N.target"})
		}
		fmt.Fprintf(&b, "%s=%s\n", key, to)
	}
	switch value.TypeOf(name) {
	case "service":
		b.WriteString("[Service]\n")
		for range g.random.IntN(3) {
			b.WriteString(g.pick([]string{"Environment=\n", fmt.Sprintf("Environment=A=%d\n", g.n), fmt.Sprintf("Environment=B%d=%d C=1\n", g.n, g.n)}))
		}
		if fragment {
			b.WriteString("Type=oneshot\nExecStop=/bin/stop\n") // several ExecStart=, or none
		}
		if fragment || g.chance(60) {
			if !fragment && g.chance(60) {
				b.WriteString("ExecStart=\n")
			}
			fmt.Fprintf(&b, "ExecStart=/bin/program %d\n", g.n)
		}
	case "timer":
		b.WriteString("[Timer]\nOnBootSec=1\n")
		g.trigger(&b, "Unit")
	case "path":
		b.WriteString("[Path]\nPathExists=/x\n")
		g.trigger(&b, "Unit")
	case "socket":
		b.WriteString("[Socket]\nListenStream=/run/x\n")
		g.trigger(&b, "Service")
	}
	if g.chance(3) {
		b.WriteString("[broken\n[Unit]\nDescription=after a fatal line\n")
	}
	return b.String()
}

func (g *generator) trigger(b *strings.Builder, key string) {
	if g.chance(30) {
		fmt.Fprintf(b, "%s=%s.service\n", key, g.pick(generatedPrefixes))
	}
}

func (g *generator) unit() {
	dir, name := g.pick(generatedDirs), g.name()
	file := path.Join(dir, name)
	switch n := g.random.IntN(20); n {
	case 0:
		g.file(file, "")
	case 1:
		g.link(file, g.pick([]string{"/dev/null", "../../../dev/null"}))
	case 2:
		g.link(strings.TrimSuffix(file, path.Ext(file))+".service", "../../../opt/linked.service")
	case 3:
		if g.free(file) {
			g.check(os.Mkdir(filepath.Join(g.root, file), 0o755)) //nolint:gosec // a test's directory
		}
	default:
		g.file(file, g.text(dir, name, true))
	}
	g.remember(name)
}

// alias makes a link between units, now and then one that systemd refuses.
func (g *generator) alias() {
	dir, name, target := g.pick(generatedDirs), g.name(), g.name()
	if g.chance(70) {
		suffix := path.Ext(name)
		target = strings.TrimSuffix(target, path.Ext(target)) + suffix
	}
	if strings.Contains(name, "@") && g.chance(60) {
		// An instance of the same name, or the template.
		prefix, instance, _ := strings.Cut(name, "@")
		_ = prefix
		target = g.pick(generatedPrefixes) + "@" + g.pick([]string{instance, path.Ext(name)})
	}
	file := path.Join(dir, name)
	switch g.random.IntN(7) {
	case 0:
		g.link(file, "/"+path.Join(g.pick(generatedDirs), target))
	case 1:
		g.link(file, path.Join("../../..", g.pick(generatedDirs), target))
	case 2:
		g.link(file, path.Join("nowhere", target))
	case 3:
		g.link(file, "../../../nowhere/"+target)
	default:
		g.link(file, target)
	}
	g.remember(name)
	g.remember(target)
}

func (g *generator) dropIn() {
	name := g.name()
	dir := path.Join(g.pick(generatedDirs), g.beside(name)+".d")
	base := g.pick([]string{"1.conf", "2.conf", "3.conf", "10.conf", "A.conf", "x.con", ".1.conf"})
	file := path.Join(dir, base)
	switch g.random.IntN(12) {
	case 0:
		g.file(file, "")
	case 1:
		g.link(file, g.pick([]string{"/dev/null", "../../../../dev/null"}))
	case 2:
		g.link(file, "nowhere.conf")
	case 3:
		g.link(file, "1.conf")
	case 4:
		if g.free(dir) {
			g.link(dir, g.beside(g.name())+".d")
		}
	default:
		g.file(file, g.text(dir, name, false))
	}
	g.remember(name)
}

// beside returns the name of a directory beside a unit without its suffix: the
// unit's own, a prefix of it, its template or its type.
func (g *generator) beside(name string) string {
	parsed, _ := value.ParseName(name)
	names := append(value.DropInNames(parsed), parsed.Type, name)
	return g.pick(names)
}

// entry makes an entry of a .wants/, .requires/ or .upholds/ directory.
func (g *generator) entry() {
	name := g.name()
	entry := g.name()
	file := path.Join(g.pick(generatedDirs), g.beside(name)+g.pick(g.links), entry)
	switch g.random.IntN(8) {
	case 0:
		g.link(file, "/dev/null")
	case 1:
		g.file(file, "")
	case 2:
		g.file(file, "[Unit]\n")
	case 3:
		g.link(path.Join(path.Dir(file), "invalid"), "../"+entry)
	case 4:
		g.link(file, "../"+g.name())
	default:
		g.link(file, "../"+entry)
	}
	g.remember(name)
	g.remember(entry)
}

// dumped is what both sides say about a unit.
type dumped struct {
	State, Fragment, Description string
	Names, DropIns               []string
	Environment                  map[string]string
	ExecStart                    []string
	Dependencies                 []string
}

// comparedKinds are the dependencies that are compared.
var comparedKinds = []string{"Wants", "After", "Before", "Requires", "Upholds", "Conflicts", "PartOf", "Triggers"}

func compareWithSystemd(t *testing.T, analyze, root string, asked []string) {
	t.Helper()
	tree := &source.Tree{Dir: root, Rooted: true}
	set := unit.Load(unit.Options{
		Name: "root", Scope: unit.ScopeSystem, Rooted: true, Dirs: unit.RootDirs(tree, "/", unit.ScopeSystem), Instances: asked,
	})
	// Units go by their own names: what systemd makes of %p depends on the name
	// that it happens to load a unit by first.
	var names []string
	for _, name := range asked {
		if u := set.Lookup(name); u != nil && !u.IsTemplate() {
			name = u.ID
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	ours := map[string]dumped{}
	g := graph.Build(set)
	for _, name := range names {
		ours[name] = ourDump(t, g, root, name)
	}
	theirs := theirDump(t, set, analyze, root, names)
	for _, name := range names {
		if cmp.Equal(theirs[name], ours[name]) || isDisputed(set.Lookup(name)) {
			continue
		}
		// By itself: no other unit has a part in the order of loading.
		alone := theirDump(t, set, analyze, root, []string{name})
		if diff := cmp.Diff(alone[name], ours[name]); diff != "" {
			t.Errorf("%s (-systemd +unitvet):\n%s", name, diff)
		}
	}
	if t.Failed() {
		t.Log(listing(root))
	}
}

// isDisputed reports whether a unit is the instance of an alias of a template
// while the template's own instance has a file. Which unit systemd takes for
// which depends on the order in which it meets their names.
func isDisputed(u *unit.Unit) bool {
	if u == nil || u.Template == nil {
		return false
	}
	own, err := u.Template.Name.WithInstance(u.Name.Instance)
	return err != nil || own != u.Name
}

func ourDump(t *testing.T, g *graph.Graph, root, name string) dumped {
	t.Helper()
	u := g.Set.Lookup(name)
	if u == nil {
		return dumped{State: "not-found"}
	}
	d := dumped{State: u.State.String()}
	if u.State == unit.BadSetting || u.State == unit.Error {
		d.State = "error"
	}
	if d.State != "loaded" {
		return dumped{State: d.State}
	}
	d.Names, d.Description, d.Fragment = u.Names, u.Value("Unit", "Description"), u.Path
	for _, part := range u.DropIns {
		d.DropIns = append(d.DropIns, realDir(t, root, part.Source.Path))
	}
	if u.Name.Type != "service" {
		u = &unit.Unit{} // other types do not have the section
	}
	for _, setting := range u.Settings("Service", "Environment") {
		for word := range strings.FieldsSeq(setting.Value().String()) {
			key, text, _ := strings.Cut(word, "=")
			if d.Environment == nil {
				d.Environment = map[string]string{}
			}
			d.Environment[key] = text
		}
	}
	for _, setting := range u.Settings("Service", "ExecStart") {
		d.ExecStart = append(d.ExecStart, setting.Value().String())
	}
	for e := range g.Of(g.Set.Lookup(name)) {
		if !e.Install {
			d.depend(g.Set, e.Kind.String(), name, e.To)
		}
		if e.Kind == graph.Triggers {
			d.depend(g.Set, "Before", name, e.To)
		}
	}
	d.sort()
	return d
}

// depend adds a dependency under the own name of the other unit: whether the
// names of a unit that fails to load are merged depends on who is first.
func (d *dumped) depend(set *unit.Set, kind, from, to string) {
	if u := set.Lookup(to); u != nil && !u.IsTemplate() {
		to = u.ID
	}
	if _, err := value.ParseName(to); err == nil && to != from && slices.Contains(comparedKinds, kind) {
		d.Dependencies = append(d.Dependencies, kind+" "+to)
	}
}

func (d *dumped) sort() {
	slices.Sort(d.Names)
	slices.Sort(d.Dependencies)
	d.Dependencies = slices.Compact(d.Dependencies)
}

// realDir resolves the links in the directory of a file of the root.
func realDir(t *testing.T, root, file string) string {
	t.Helper()
	tree := &source.Tree{Dir: root, Rooted: true}
	link := tree.Resolve(path.Dir(file))
	if link.Err != nil {
		t.Fatal(link.Err)
	}
	return path.Join("/", link.Name, path.Base(file))
}

// theirDump asks systemd-analyze.
func theirDump(t *testing.T, set *unit.Set, analyze, root string, names []string) map[string]dumped {
	t.Helper()
	dumps := map[string]dumped{}
	args := append([]string{"verify", "--man=no", "--generators=no", "--root=" + root, "--"}, names...)
	cmd := exec.Command(analyze, args...)
	cmd.Dir = root
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "SYSTEMD_LOG_LEVEL=debug", "SYSTEMD_COLORS=0", "LC_ALL=C"}
	var out, errors bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errors
	_ = cmd.Run() // it has something to say about nearly every root
	for block := range strings.SplitSeq("\n"+out.String(), "\n\t-> Unit ") {
		name, d := parseDump(set, root, block)
		if d.State != "" {
			dumps[name] = d
			for _, alias := range d.Names {
				dumps[alias] = d
			}
		}
	}
	for _, name := range names {
		if _, ok := dumps[name]; ok {
			continue
		}
		d := dumped{State: "not-found"}
		switch text := errors.String(); {
		case strings.Contains(text, "Unit "+name+" is masked"):
			d.State = "masked"
		case strings.Contains(text, "Unit "+name+" has a bad unit file setting"), strings.Contains(text, "Unit "+name+" failed to load properly"):
			d.State = "error"
		}
		dumps[name] = d
	}
	return dumps
}

func parseDump(set *unit.Set, root, block string) (name string, d dumped) {
	lines := strings.Split(block, "\n")
	name = strings.TrimSuffix(lines[0], ":")
	d.Names = []string{name}
	exec := ""
	seen := map[string]bool{} // of the keys that other things in the dump have, too
	for _, line := range lines[1:] {
		key, text, ok := strings.Cut(strings.TrimSpace(line), ": ")
		if !ok {
			exec = strings.TrimSpace(line)
			continue
		}
		if strings.HasPrefix(line, "\t-> ") {
			break
		}
		switch key {
		case "Alias":
			d.Names = append(d.Names, text)
		case "Unit Load State":
			d.State = text
		case "Description":
			if !seen[key] && text != name {
				d.Description = text
			}
			seen[key] = true
		case "Fragment Path":
			d.Fragment = strings.TrimPrefix(text, root)
		case "DropIn Path":
			// Masks are listed, too.
			if info, err := os.Stat(path.Join(root, strings.TrimPrefix(text, root))); err == nil && info.Mode().IsRegular() && info.Size() > 0 {
				d.DropIns = append(d.DropIns, strings.TrimPrefix(text, root))
			}
		case "Environment":
			if d.Environment == nil {
				d.Environment = map[string]string{}
			}
			variable, content, _ := strings.Cut(text, "=")
			d.Environment[variable] = content
		case "Command Line":
			if strings.HasSuffix(exec, "ExecStart:") {
				d.ExecStart = append(d.ExecStart, text)
			}
		default:
			to, why, _ := strings.Cut(text, " (")
			if slices.Contains(comparedKinds, key) && (strings.Contains(why, "origin-file") || strings.Contains(why, "origin-implicit")) && !strings.HasSuffix(to, ".slice") && !strings.HasPrefix(to, "systemd-") {
				d.depend(set, key, name, to)
			}
		}
	}
	d.sort()
	return name, d
}

// listing shows the files of a root.
func listing(root string) string {
	var b strings.Builder
	_ = filepath.WalkDir(root, func(file string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() || strings.Contains(file, "/.sd/") || strings.Contains(file, "/proc/") {
			return nil
		}
		rel, _ := filepath.Rel(root, file)
		if target, err := os.Readlink(file); err == nil {
			fmt.Fprintf(&b, "%s -> %s\n", rel, target)
			return nil
		}
		text, _ := os.ReadFile(file) //nolint:gosec // a test's file
		fmt.Fprintf(&b, "%s: %s\n", rel, strings.ReplaceAll(string(text), "\n", " | "))
		return nil
	})
	return b.String()
}
