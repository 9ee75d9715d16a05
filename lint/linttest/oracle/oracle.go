// Package oracle asks an installed systemd what it makes of values, for tests that
// hold the project against the real thing. Such tests run only where
// UNITVET_ORACLE is set: they take minutes, and a systemd that was patched or built
// otherwise may have its own mind on a value.
package oracle

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/unitvet/unitvet/lint/directive"
)

// Tool returns the path of a systemd tool and its release. The test is skipped where
// there is none, and where systemd is not to be asked. The variable UNITVET_BIN names
// a directory to look in instead of PATH, to ask another release than the installed
// one.
func Tool(t testing.TB, name string) (path string, release int) {
	t.Helper()
	if testing.Short() || os.Getenv("UNITVET_ORACLE") == "" {
		t.Skip("set UNITVET_ORACLE=1 to ask systemd")
	}
	if dir := os.Getenv("UNITVET_BIN"); dir != "" {
		name = filepath.Join(dir, name)
	}
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skip(name + " is not installed")
	}
	out, err := exec.Command(path, "--version").Output()
	if err != nil {
		t.Skipf("%s --version: %v", name, err)
	}
	fields := strings.Fields(string(out))
	if len(fields) < 2 {
		t.Skipf("%s --version says %q", name, out)
	}
	release, _ = strconv.Atoi(fields[1])
	return path, release
}

// Case is a value of a directive.
type Case struct{ Section, Key, Value string }

// Verdict is what systemd makes of a case.
type Verdict int

// The verdicts.
const (
	Silent  Verdict = iota // taken without a word
	Warned                 // a warning about the line
	Refused                // the unit is not loaded
)

// String names the verdict.
func (v Verdict) String() string { return [...]string{"takes it", "warns", "refuses the unit"}[v] }

// extensions are the types of units that sections are tried in. A scope cannot be
// loaded from a file, and [Install] is read by systemctl alone.
var extensions = map[string]string{
	"Unit": "service", "Service": "service", "Socket": "socket", "Mount": "mount", "Swap": "swap", "Timer": "timer",
	"Path": "path", "Slice": "slice", "Automount": "automount",
}

// Sections returns the sections that systemd can be asked about.
func Sections() []string {
	return slices.DeleteFunc(directive.Sections(), func(s string) bool { return extensions[s] == "" })
}

// UnitName returns the name of the unit in which Judge tries the case with an index.
func (c Case) UnitName(i int) string {
	if c.SharesUnit() {
		return "grid." + extensions[c.Section]
	}
	return fmt.Sprintf("grid%05d.%s", i, extensions[c.Section])
}

// Text returns the text of a unit with the case in line 2. The blank after the value
// keeps a backslash at its end from joining lines.
func (c Case) Text() string {
	text := fmt.Sprintf("[%s]\n%s=%s \n", c.Section, c.Key, c.Value)
	if d, ok := directive.Lookup(c.Section, c.Key); ok && named(d) {
		text += "[Unit]\nDefaultDependencies=no\n" // otherwise all units of a batch depend on each other
	}
	return text
}

// SharesUnit reports whether the case can stand in one unit with others: what is
// wrong with it neither ends the reading nor depends on what stands before.
func (c Case) SharesUnit() bool {
	d, ok := directive.Lookup(c.Section, c.Key)
	return ok && (d.OnInvalid == directive.InvalidIgnored || d.OnInvalid == directive.InvalidUnread) && !named(d)
}

// named reports whether the values of a directive are names of units, which systemd
// loads.
func named(d *directive.Directive) bool {
	return d.Type == directive.TypeUnitList || d.Type == directive.TypeUnitName
}

// Judge returns the verdicts of systemd-analyze verify.
func Judge(t testing.TB, cases []Case) []Verdict {
	t.Helper()
	analyze, _ := Tool(t, "systemd-analyze")
	verdicts := make([]Verdict, len(cases))
	shared := map[string][]int{}
	var alone, dependencies []int
	for i, c := range cases {
		d, ok := directive.Lookup(c.Section, c.Key)
		switch {
		case !ok || extensions[c.Section] == "":
			t.Fatalf("systemd cannot be asked about [%s] %s=", c.Section, c.Key)
		case c.SharesUnit():
			shared[c.Section] = append(shared[c.Section], i)
		case named(d):
			dependencies = append(dependencies, i)
		default:
			alone = append(alone, i)
		}
	}
	for _, indexes := range shared {
		for batch := range slices.Chunk(indexes, 20000) {
			judgeTogether(t, analyze, cases, batch, verdicts)
		}
	}
	judgeAlone(t, analyze, cases, dependencies, verdicts)
	judgeAlone(t, analyze, cases, alone, verdicts, "--recursive-errors=no") // spares the loading of dependencies
	return verdicts
}

var (
	aboutLine = regexp.MustCompile(`^/.*/grid(\d*)\.[a-z]+:(\d+): (.*)`)
	aboutUnit = regexp.MustCompile(`^(?:Unit )?grid(\d*)\.[a-z]+:? (.*)`)
)

// refusal is what systemd says about a unit that it does not load for one of its lines,
// on the level info; about those where something is missing it says less.
var refusal = regexp.MustCompile(`^Unit configuration has fatal error|^failed to load properly`)

// judgeAlone asks about the cases at some indexes, one unit each.
func judgeAlone(t testing.TB, analyze string, cases []Case, indexes []int, verdicts []Verdict, options ...string) {
	t.Helper()
	dir := t.TempDir()
	for batch := range slices.Chunk(indexes, 200) {
		args := append([]string{"verify", "--man=no"}, options...)
		for _, i := range batch {
			name := cases[i].UnitName(i)
			write(t, filepath.Join(dir, name), cases[i].Text())
			args = append(args, name)
		}
		for line := range strings.Lines(ask(analyze, dir, "warning", args)) {
			if m := aboutLine.FindStringSubmatch(line); m != nil {
				i, _ := strconv.Atoi(m[1])
				verdicts[i] = Warned
			}
		}
		args = args[:len(args)-len(batch)]
		for _, i := range batch {
			if verdicts[i] == Warned {
				args = append(args, cases[i].UnitName(i))
			}
		}
		for line := range strings.Lines(ask(analyze, dir, "info", args)) {
			if m := aboutUnit.FindStringSubmatch(line); m != nil && refusal.MatchString(m[2]) {
				i, _ := strconv.Atoi(m[1])
				verdicts[i] = Refused
			}
		}
	}
}

// judgeTogether asks about the cases at some indexes in one unit.
func judgeTogether(t testing.TB, analyze string, cases []Case, indexes []int, verdicts []Verdict) {
	t.Helper()
	dir, section := t.TempDir(), cases[indexes[0]].Section
	name := "grid." + extensions[section]
	var text strings.Builder
	fmt.Fprintf(&text, "[%s]\n", section)
	for _, i := range indexes {
		// An unknown key marks in the output what belongs to which case; an empty
		// assignment before the value takes back those before.
		fmt.Fprintf(&text, "NoSuchKey=\n%s=\n%s=%s \n", cases[i].Key, cases[i].Key, cases[i].Value)
	}
	write(t, filepath.Join(dir, name), text.String())
	now := -1
	for line := range strings.Lines(ask(analyze, dir, "warning", []string{"verify", "--man=no", "--recursive-errors=no", name})) {
		m := aboutLine.FindStringSubmatch(line)
		if m == nil { // no line is given: it belongs to the case, unless it is about the unit
			if now >= 0 && !aboutUnit.MatchString(line) {
				verdicts[indexes[now]] = Warned
			}
			continue
		}
		n, _ := strconv.Atoi(m[2])
		switch at, part := (n-2)/3, (n-2)%3; {
		case strings.HasPrefix(m[3], "Unknown key 'NoSuchKey'"):
			now = at
		case strings.Contains(m[3], "will be removed soon"): // about the directive, not the value
		case part == 2:
			verdicts[indexes[at]] = Warned
		}
	}
	if now != len(indexes)-1 {
		t.Fatalf("[%s] systemd stopped reading at %v", section, cases[indexes[max(now, 0)]])
	}
}

// ask runs systemd-analyze in a directory and returns what it says.
func ask(analyze, dir, level string, args []string) string {
	cmd := exec.Command(analyze, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "SYSTEMD_LOG_LEVEL="+level)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	_ = cmd.Run() // fails when any unit has a fault
	return stderr.String()
}

func write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
