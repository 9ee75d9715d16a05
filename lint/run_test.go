package lint_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/linttest"
	"github.com/unitvet/unitvet/lint/source"
)

// Rules that say what they see.
var (
	eachFile = &lint.Rule{
		ID: "each-file", Severity: lint.Info,
		CheckFile: func(p *lint.FilePass) {
			p.Report(lint.Finding{Place: lint.At(p.Part, source.Span{}), Message: "file of " + p.Unit.ID})
		},
	}
	eachUnit = &lint.Rule{
		ID: "each-unit", Severity: lint.Warning,
		CheckUnit: func(p *lint.UnitPass) {
			p.Report(lint.Finding{Place: lint.Place{Path: p.Unit.Path}, Message: "unit " + p.Unit.ID})
			for _, part := range p.Unit.DropIns {
				p.Report(lint.Finding{Place: lint.At(part, source.Span{}), Message: "drop-in of " + p.Unit.ID})
			}
		},
	}
	eachSet = &lint.Rule{
		ID: "each-set", Severity: lint.Error, Tier: lint.Strict,
		CheckSet: func(p *lint.SetPass) {
			for _, u := range p.Set.Units {
				p.Report(lint.Finding{Place: lint.Place{Path: u.Path}, Unit: u.ID, Message: "in set " + p.Set.Name})
			}
		},
	}
	panicking = &lint.Rule{ID: "a-panicking", CheckUnit: func(p *lint.UnitPass) {
		if p.Unit.ID == "b.service" {
			panic("no")
		}
	}}
	allRules = []*lint.Rule{eachUnit, eachFile, eachSet}
)

// inDir extracts an archive and makes it the working directory.
func inDir(t *testing.T, archive string) string {
	t.Helper()
	dir := t.TempDir()
	linttest.Extract(t, txtar.Parse([]byte(archive)), dir)
	t.Chdir(dir)
	return dir
}

func run(t *testing.T, opts lint.Options) *lint.Result {
	t.Helper()
	if opts.Rules == nil {
		opts.Rules = allRules
	}
	result, err := lint.Run(context.Background(), opts)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// dump shows a result: findings, then errors (!) and notes (?).
func dump(result *lint.Result, dir string) string {
	var b strings.Builder
	for _, f := range result.Findings {
		fmt.Fprintf(&b, "%s %s: %s\n", f.ReportPath(), f.Rule.ID, f.Message)
	}
	for _, problem := range result.Errors {
		fmt.Fprintf(&b, "! %s\n", problem)
	}
	for _, problem := range result.Notes {
		fmt.Fprintf(&b, "? %s\n", problem)
	}
	return strings.ReplaceAll(b.String(), dir, "$DIR")
}

const focusArchive = `
link: units/al.service -> a.service
-- units/a.service --
[Unit]
Wants=b.service t@1.service
-- units/b.service --
[Service]
-- units/b.service.d/x.conf --
[Service]
-- units/service.d/all.conf --
[Unit]
-- units/t@.service --
[Service]
-- units/nested/c.service --
[Service]
-- other/d.service --
[Service]
-- img/etc/systemd/system/e.service.d/x.conf --
[Service]
-- img/usr/lib/systemd/system/e.service --
[Service]
-- README.md --
`

func TestFocus(t *testing.T) {
	cases := []struct {
		name  string
		input lint.Input
		want  string
	}{
		{
			name:  "a file: its unit, in the context of its directory",
			input: lint.Input{Paths: []string{"units/b.service"}},
			want: `
units/b.service each-file: file of b.service
units/b.service each-unit: unit b.service
`,
		},
		{
			name:  "a drop-in: its file and each unit that takes it in",
			input: lint.Input{Paths: []string{"units/service.d/all.conf"}},
			want: `
units/service.d/all.conf each-file: file of a.service
units/service.d/all.conf each-unit: drop-in of a.service
units/service.d/all.conf each-unit: drop-in of b.service
units/service.d/all.conf each-unit: drop-in of t@.service
`,
		},
		{
			name:  "a directory of drop-ins",
			input: lint.Input{Paths: []string{"units/b.service.d"}},
			want: `
units/b.service.d/x.conf each-file: file of b.service
units/b.service.d/x.conf each-unit: drop-in of b.service
`,
		},
		{
			name:  "an alias: what it leads to",
			input: lint.Input{Paths: []string{"units/al.service"}},
			want: `
units/a.service each-file: file of a.service
units/a.service each-unit: unit a.service
`,
		},
		{
			name:  "a directory with all below it, not beside it",
			input: lint.Input{Paths: []string{"units/nested", "other"}},
			want: `
other/d.service each-file: file of d.service
other/d.service each-unit: unit d.service
units/nested/c.service each-file: file of c.service
units/nested/c.service each-unit: unit c.service
`,
		},
		{
			name:  "a file beside a directory that is not in focus",
			input: lint.Input{Paths: []string{"units/a.service", "units/nested/c.service"}},
			want: `
units/a.service each-file: file of a.service
units/a.service each-unit: unit a.service
units/nested/c.service each-file: file of c.service
units/nested/c.service each-unit: unit c.service
`,
		},
		{
			name:  "a part of an image: the rest of the search path is context",
			input: lint.Input{Paths: []string{"img/etc/systemd/system"}},
			want: `
img/etc/systemd/system/e.service.d/x.conf each-file: file of e.service
img/etc/systemd/system/e.service.d/x.conf each-unit: drop-in of e.service
`,
		},
		{
			name:  "joined directories",
			input: lint.Input{Joined: [][]string{{"other", "units/nested"}}},
			want: `
other/d.service each-file: file of d.service
other/d.service each-unit: unit d.service
units/nested/c.service each-file: file of c.service
units/nested/c.service each-unit: unit c.service
`,
		},
		{
			name:  "joined directories with a path: the path is the focus",
			input: lint.Input{Joined: [][]string{{"other", "units/nested"}}, Paths: []string{"other/d.service"}},
			want: `
other/d.service each-file: file of d.service
other/d.service each-unit: unit d.service
`,
		},
		{
			name:  "standard input in the place of a file",
			input: lint.Input{Paths: []string{"-"}, StdinName: "units/b.service", Stdin: "[Unit]\n"},
			want: `
units/b.service each-file: file of b.service
units/b.service each-unit: unit b.service
`,
		},
		{
			name:  "standard input for a file that is not there",
			input: lint.Input{Paths: []string{"-"}, StdinName: "other/new.service", Stdin: "[Unit]\n"},
			want: `
other/new.service each-file: file of new.service
other/new.service each-unit: unit new.service
`,
		},
		{
			name:  "standard input for a drop-in in a directory that is not there",
			input: lint.Input{Paths: []string{"-"}, StdinName: "other/d.service.d/new.conf", Stdin: "[Unit]\n"},
			want: `
other/d.service.d/new.conf each-file: file of d.service
other/d.service.d/new.conf each-unit: drop-in of d.service
`,
		},
		{
			name:  "standard input beside the directory by another path",
			input: lint.Input{Paths: []string{"-", "other"}, StdinName: "./units/../other/new.service", Stdin: "[Unit]\n"},
			want: `
other/d.service each-file: file of d.service
other/d.service each-unit: unit d.service
other/new.service each-file: file of new.service
other/new.service each-unit: unit new.service
`,
		},
		{
			name:  "what is not there, is no unit or holds none",
			input: lint.Input{Paths: []string{"gone", "README.md", "units/b.service.d/README", "img/etc"}},
			want: `
img/etc/systemd/system/e.service.d/x.conf each-file: file of e.service
img/etc/systemd/system/e.service.d/x.conf each-unit: drop-in of e.service
! README.md: not a unit file: its name ends in none of .service, .socket, .target, .timer, .path, .mount, .automount, .swap, .slice, .scope or .device, and it is no drop-in (*.conf in a directory such as foo.service.d)
! gone: no such file or directory
! units/b.service.d/README: no such file or directory
`,
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			dir := inDir(t, focusArchive)
			if diff := cmp.Diff(strings.TrimPrefix(c.want, "\n"), dump(run(t, lint.Options{Input: c.input}), dir)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestOverlappingPaths(t *testing.T) {
	dir := inDir(t, focusArchive)
	want := dump(run(t, lint.Options{Input: lint.Input{Paths: []string{"."}}}), dir)
	for _, paths := range [][]string{
		nil, {"./"}, {".", "units"}, {"units/nested", ".", "units/b.service"}, {".", dir}, {filepath.Join(dir, "units"), "."},
	} {
		if diff := cmp.Diff(want, dump(run(t, lint.Options{Input: lint.Input{Paths: paths}}), dir)); diff != "" {
			t.Errorf("%q (-. +these):\n%s", paths, diff)
		}
	}
	got := run(t, lint.Options{Input: lint.Input{Paths: []string{dir}}})
	if diff := cmp.Diff(want, strings.ReplaceAll(dump(got, dir), "$DIR/", "")); diff != "" {
		t.Errorf("absolute (-. +absolute):\n%s", diff)
	}
}

func TestFromInsideADropInDirectory(t *testing.T) {
	dir := inDir(t, focusArchive)
	t.Chdir(filepath.Join(dir, "units/b.service.d"))
	want := `../b.service.d/x.conf each-file: file of b.service
../b.service.d/x.conf each-unit: drop-in of b.service
`
	for _, p := range []string{"x.conf", "."} {
		if diff := cmp.Diff(want, dump(run(t, lint.Options{Input: lint.Input{Paths: []string{p}}}), dir)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", p, diff)
		}
	}
	t.Chdir(filepath.Join(dir, "img/etc/systemd"))
	want = `system/e.service.d/x.conf each-file: file of e.service
system/e.service.d/x.conf each-unit: drop-in of e.service
`
	if diff := cmp.Diff(want, dump(run(t, lint.Options{Input: lint.Input{Paths: []string{"system"}}}), dir)); diff != "" {
		t.Errorf("system (-want +got):\n%s", diff)
	}
}

func TestRoot(t *testing.T) {
	const archive = `
link: root/etc/systemd/system/al.service -> /usr/lib/systemd/system/a.service
link: root/lib -> usr/lib
-- root/usr/lib/systemd/system/a.service --
[Service]
-- root/etc/systemd/system/a.service.d/x.conf --
[Service]
-- root/usr/lib/systemd/user/u.service --
[Service]
-- root/etc/passwd --
`
	all := `
root/etc/systemd/system/a.service.d/x.conf each-file: file of a.service
root/etc/systemd/system/a.service.d/x.conf each-unit: drop-in of a.service
root/usr/lib/systemd/system/a.service each-file: file of a.service
root/usr/lib/systemd/system/a.service each-unit: unit a.service
root/usr/lib/systemd/user/u.service each-file: file of u.service
root/usr/lib/systemd/user/u.service each-unit: unit u.service
`
	fragment := `
root/usr/lib/systemd/system/a.service each-file: file of a.service
root/usr/lib/systemd/system/a.service each-unit: unit a.service
`
	dropIn := `
root/etc/systemd/system/a.service.d/x.conf each-file: file of a.service
root/etc/systemd/system/a.service.d/x.conf each-unit: drop-in of a.service
`
	cases := []struct {
		name  string
		paths []string
		want  string
	}{
		{"everything", nil, all},
		{"the root itself", []string{"root"}, all},
		{"a file of this machine", []string{"root/usr/lib/systemd/system/a.service"}, fragment},
		{"a file of the root", []string{"/usr/lib/systemd/system/a.service"}, fragment},
		{"a file behind a link to its directory", []string{"/lib/systemd/system/a.service"}, fragment},
		{"an alias", []string{"/etc/systemd/system/al.service"}, fragment},
		{"a directory of the search path", []string{"/etc/systemd/system"}, dropIn},
		{"a directory above", []string{"/etc"}, dropIn},
		{"a directory of drop-ins", []string{"/etc/systemd/system/a.service.d"}, dropIn},
		{"a drop-in", []string{"root/etc/systemd/system/a.service.d/x.conf"}, dropIn},
		{"what is no unit", []string{"/etc/passwd", "/var", "/gone"}, `
! /etc/passwd: not among the units of root
! /gone: no such file or directory
! /var: no such file or directory
`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			dir := inDir(t, archive)
			got := dump(run(t, lint.Options{Input: lint.Input{Root: "root", Paths: c.paths}}), dir)
			if diff := cmp.Diff(strings.TrimPrefix(c.want, "\n"), got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	dir := inDir(t, archive)
	got := dump(run(t, lint.Options{Input: lint.Input{Root: filepath.Join(dir, "root"), Paths: []string{"root/etc"}}}), dir+"/")
	if diff := cmp.Diff(strings.TrimPrefix(dropIn, "\n"), strings.ReplaceAll(got, "$DIR", "")); diff != "" {
		t.Errorf("absolute root, relative path (-want +got):\n%s", diff)
	}
	for root, want := range map[string]string{
		"gone":            "! gone: no such file or directory\n",
		"root/etc/passwd": "! root/etc/passwd: not a directory\n",
		"root/usr/lib":    "! root/usr/lib: no unit files found: there is no /etc/systemd or /usr/lib/systemd below it\n",
	} {
		dir := inDir(t, archive)
		if got := dump(run(t, lint.Options{Input: lint.Input{Root: root}}), dir); got != want {
			t.Errorf("%s: got %q, want %q", root, got, want)
		}
	}
}

func TestErrorsAndNotes(t *testing.T) {
	dir := inDir(t, `
fifo: units/fifo.service
link: units/loop.service -> loop.service
link: units/a.service -> b.service
link: units/b.service -> a.service
link: units/out.service -> ../../../../../../../../etc/shadow
link: units/linked.service -> /opt/linked.service
link: units/bad.socket -> x.service
-- units/x.service --
[Service]
-- units/x.service.d/t.conf --
[Service]
User={{ user }}
-- units/org.x.service --
[D-BUS Service]
-- units/org.y.service --
[D-BUS Service]
-- units/shadowed.service.d/a.conf --
[Service]
-- units/service.d/a.conf --
[Service]
`)
	want := `units/x.service each-file: file of x.service
units/x.service each-unit: unit x.service
! units/a.service: too many levels of symbolic links
! units/b.service: too many levels of symbolic links
! units/fifo.service: not a regular file (FIFO)
! units/loop.service: too many levels of symbolic links
! units/out.service: symbolic link to ../../../../../../../../etc/shadow leads out of what is read: its content is not known
`
	notes := `? units: passed over 1 file with a unit's name: not unit files but templates that are filled in later
? units: passed over 2 files with a unit's name: not unit files but D-Bus service files
? units/linked.service: symbolic link to /opt/linked.service leads out of what is read: its content is not known
`
	got := dump(run(t, lint.Options{Input: lint.Input{Paths: []string{"units"}}}), dir)
	for _, line := range strings.SplitAfter(want+notes, "\n") {
		if !strings.Contains(got, line) {
			t.Errorf("missing %q in:\n%s", line, got)
		}
	}
	// What is not in focus is not told.
	got = dump(run(t, lint.Options{Input: lint.Input{Paths: []string{"units/x.service"}}}), dir)
	if want := "units/x.service each-file: file of x.service\nunits/x.service each-unit: unit x.service\n"; got != want {
		t.Errorf("got:\n%s", got)
	}
	// What was asked for by name is told why it is passed over.
	got = dump(run(t, lint.Options{Input: lint.Input{Paths: []string{
		"units/org.x.service", "units/service.d/a.conf", "units/x.service.d/t.conf", "units/loop.service",
	}}}), dir)
	for _, line := range []string{
		"? units/org.x.service: passed over: this is a D-Bus service file\n",
		"? units/x.service.d/t.conf: passed over: this is a template that is filled in later\n",
		"! units/loop.service: too many levels of symbolic links\n",
	} {
		if !strings.Contains(got, line) {
			t.Errorf("missing %q in:\n%s", line, got)
		}
	}
}

func TestUnreadableDropInOfTheUnitInFocus(t *testing.T) {
	dir := inDir(t, `
fifo: units/a.service.d/x.conf
fifo: units/b.service.d/x.conf
-- units/a.service --
[Service]
-- units/b.service --
[Service]
`)
	want := `units/a.service each-file: file of a.service
units/a.service each-unit: unit a.service
! units/a.service.d/x.conf: not a regular file (FIFO)
`
	got := dump(run(t, lint.Options{Input: lint.Input{Paths: []string{"units/a.service"}}}), dir)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestShadowedFileByName(t *testing.T) {
	dir := inDir(t, `
-- etc/systemd/system/a.service --
[Service]
-- usr/lib/systemd/system/a.service --
[Service]
-- etc/systemd/system/m.service --
-- etc/systemd/system/m.service.d/x.conf --
[Service]
`)
	got := dump(run(t, lint.Options{Input: lint.Input{Paths: []string{"usr/lib/systemd/system/a.service", "etc/systemd/system/m.service.d/x.conf"}}}), dir)
	want := `? etc/systemd/system/m.service.d/x.conf: passed over: systemd does not read it
? usr/lib/systemd/system/a.service: passed over: systemd reads etc/systemd/system/a.service instead
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestPanicIsContained(t *testing.T) {
	dir := inDir(t, focusArchive)
	rules := append([]*lint.Rule{panicking}, allRules...)
	result := run(t, lint.Options{Rules: rules, Input: lint.Input{Paths: []string{"units"}}})
	want := run(t, lint.Options{Input: lint.Input{Paths: []string{"units"}}})
	want.Errors = []lint.Problem{{Path: "b.service", Text: "internal error: rule a-panicking gave up: no", Internal: true}}
	if diff := cmp.Diff(dump(want, dir), dump(result, dir)); diff != "" || !result.Errors[0].Internal {
		t.Errorf("(-without the rule +with it):\n%s", diff)
	}
}

func TestSelectIgnoreStrict(t *testing.T) {
	inDir(t, focusArchive)
	paths := lint.Input{Paths: []string{"other"}}
	ids := func(opts lint.Options) string {
		opts.Input = paths
		result := run(t, opts)
		var ids []string
		for _, f := range result.Findings {
			ids = append(ids, f.Rule.ID)
		}
		return fmt.Sprintf("%s hidden %d errors %d warnings %d infos %d worst %s",
			strings.Join(ids, ","), result.HiddenStrict, result.ErrorCount, result.WarningCount, result.InfoCount, result.Worst())
	}
	for _, c := range []struct {
		opts lint.Options
		want string
	}{
		{lint.Options{}, "each-file,each-unit hidden 1 errors 0 warnings 1 infos 1 worst warning"},
		{lint.Options{Strict: true}, "each-file,each-set,each-unit hidden 0 errors 1 warnings 1 infos 1 worst error"},
		{lint.Options{Select: []string{"each-set"}}, "each-set hidden 0 errors 1 warnings 0 infos 0 worst error"},
		{lint.Options{Ignore: []string{"each-set", "each-unit"}}, "each-file hidden 0 errors 0 warnings 0 infos 1 worst info"},
		{lint.Options{Ignore: []string{"each-set", "each-unit", "each-file"}}, " hidden 0 errors 0 warnings 0 infos 0 worst "},
	} {
		if got := ids(c.opts); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
	_, err := lint.Run(context.Background(), lint.Options{Rules: allRules, Select: []string{"no-such"}})
	if err == nil || err.Error() != `unknown rule "no-such"` {
		t.Errorf("error %v", err)
	}
}

func TestSummary(t *testing.T) {
	inDir(t, focusArchive)
	got := run(t, lint.Options{Input: lint.Input{Paths: []string{"units", "other"}}}).Summary
	want := lint.Summary{Sets: 3, Units: 5, Files: 7, WarningCount: 9, InfoCount: 7, HiddenStrict: got.HiddenStrict}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestStdinNeedsAUnitsName(t *testing.T) {
	inDir(t, focusArchive)
	for _, name := range []string{"", "README.md", "x.conf"} {
		_, err := lint.Run(context.Background(), lint.Options{Input: lint.Input{Paths: []string{"-"}, StdinName: name}})
		if err == nil {
			t.Errorf("no error for %q", name)
		}
	}
	result := run(t, lint.Options{Input: lint.Input{Paths: []string{"-"}, StdinName: "gone/x.service"}})
	if len(result.Errors) != 1 {
		t.Errorf("errors %v", result.Errors)
	}
}

func TestCancelled(t *testing.T) {
	inDir(t, focusArchive)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := lint.Run(ctx, lint.Options{Rules: allRules}); err == nil {
		t.Error("no error")
	}
}

// TestDeterministic runs over the same input with one and many processors and
// with the paths in any order.
func TestDeterministic(t *testing.T) {
	dir := inDir(t, focusArchive)
	for i := range 300 {
		name := filepath.Join(dir, "many", fmt.Sprintf("u%d@.service", i))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil { //nolint:gosec // a test's directory
			t.Fatal(err)
		}
		if err := os.WriteFile(name, fmt.Appendf(nil, "[Unit]\nWants=u%d@%%i.service u%d@1.service\n", i/2, i), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	paths := []string{"units", "other", "many", "img", "units/b.service", "gone", dir}
	opts := lint.Options{Rules: append([]*lint.Rule{panicking}, allRules...), Strict: true, Input: lint.Input{Paths: paths}}
	want := dump(run(t, opts), dir)
	for i, procs := range []int{1, 8, 1, 8} {
		opts.Paths = slices.Clone(paths)
		rand.Shuffle(len(paths), func(i, j int) { opts.Paths[i], opts.Paths[j] = opts.Paths[j], opts.Paths[i] })
		previous := runtime.GOMAXPROCS(procs)
		got := dump(run(t, opts), dir)
		runtime.GOMAXPROCS(previous)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("run %d with %d processors and %q (-want +got):\n%s", i, procs, opts.Paths, diff)
		}
	}
}

func TestUnreadable(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root reads everything")
	}
	dir := inDir(t, `
mode: units/a.service 0000
mode: units/closed 0000
-- units/a.service --
[Service]
-- units/b.service --
[Service]
-- units/closed/c.service --
[Service]
`)
	t.Cleanup(func() { _ = os.Chmod(filepath.Join(dir, "units/closed"), 0o700) }) //nolint:gosec // a test's directory
	want := `units/a.service each-unit: unit a.service
units/b.service each-file: file of b.service
units/b.service each-unit: unit b.service
! units/a.service: permission denied
! units/closed: permission denied
`
	if diff := cmp.Diff(want, dump(run(t, lint.Options{Input: lint.Input{Paths: []string{"."}}}), dir)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
