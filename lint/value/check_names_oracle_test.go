package value

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
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

// gridCase is a value of a directive that systemd judges.
type gridCase struct {
	section, key, value string
}

// gridExtensions are the types of units that sections are tried in.
var gridExtensions = map[string]string{
	"Unit": "service", "Service": "service", "Socket": "socket", "Mount": "mount", "Swap": "swap", "Timer": "timer",
	"Path": "path", "Slice": "slice", "Automount": "automount",
}

// unitName returns the name of the unit that a case is tried in.
func (c gridCase) unitName(i int) string {
	return fmt.Sprintf("grid%05d.%s", i, gridExtensions[c.section])
}

// judgeUnits asks systemd-analyze verify about the cases at some indexes, one unit
// each, and notes those that it has something to say about: a warning with file and
// line.
func judgeUnits(t *testing.T, cases []gridCase, indexes []int, warned []bool, options ...string) {
	t.Helper()
	analyze, _ := tool(t, "systemd-analyze")
	dir := t.TempDir()
	said := regexp.MustCompile(`(?m)/grid(\d+)\.[a-z]+:\d+: `)
	for batch := range slices.Chunk(indexes, 500) {
		args := append([]string{"verify", "--man=no"}, options...)
		for _, i := range batch {
			c := cases[i]
			// The blank after the value keeps a backslash at its end from joining lines.
			text := fmt.Sprintf("[%s]\n%s=%s \n", c.section, c.key, c.value)
			if err := os.WriteFile(filepath.Join(dir, c.unitName(i)), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
			args = append(args, c.unitName(i))
		}
		cmd := exec.Command(analyze, args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "SYSTEMD_LOG_LEVEL=warning")
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		_ = cmd.Run() // fails when any unit has a fault
		for _, m := range said.FindAllStringSubmatch(stderr.String(), -1) {
			i, _ := strconv.Atoi(m[1])
			warned[i] = true
		}
	}
}

// byLine reports whether the case can stand in one unit with others: what is wrong
// with it neither ends the reading nor depends on what stands before.
func (c gridCase) byLine() bool {
	d, ok := directive.Lookup(c.section, c.key)
	return ok && d.OnInvalid == directive.InvalidIgnored && d.Type != directive.TypeUnitList && d.Type != directive.TypeUnitName
}

// judgeAll returns which cases systemd has something to say about.
func judgeAll(t *testing.T, cases []gridCase) []bool {
	t.Helper()
	warned := make([]bool, len(cases))
	lines := map[string][]int{}
	var units, dependencies []int
	for i, c := range cases {
		d, _ := directive.Lookup(c.section, c.key)
		switch {
		case c.byLine():
			lines[c.section] = append(lines[c.section], i)
		case d.Type == directive.TypeUnitList || d.Type == directive.TypeUnitName:
			dependencies = append(dependencies, i)
		default:
			units = append(units, i)
		}
	}
	for section, indexes := range lines {
		var some []gridCase
		for _, i := range indexes {
			some = append(some, cases[i])
		}
		for k, w := range judgeLines(t, section, some) {
			warned[indexes[k]] = w
		}
	}
	judgeUnits(t, cases, dependencies, warned)
	judgeUnits(t, cases, units, warned, "--recursive-errors=no") // spares the loading of dependencies
	return warned
}

// gridLimit is how many cases a test compares that need a unit each, drawn at random,
// unless ORACLE_ALL is set; of those that share one, it compares twenty times as many.
const gridLimit = 300

// compareGrid holds Check against systemd-analyze.
func compareGrid(t *testing.T, cases []gridCase) {
	_, release := tool(t, "systemd-analyze")
	cases = slices.DeleteFunc(cases, func(c gridCase) bool {
		d, ok := directive.Lookup(c.section, c.key)
		if !ok {
			t.Errorf("unknown directive %s in [%s]", c.key, c.section)
		}
		return !ok || !d.In(release)
	})
	if os.Getenv("ORACLE_ALL") == "" {
		rand.New(rand.NewPCG(1, 2)).Shuffle(len(cases), func(i, j int) { cases[i], cases[j] = cases[j], cases[i] })
		units, lines := 0, 0
		cases = slices.DeleteFunc(cases, func(c gridCase) bool {
			if c.byLine() {
				lines++
				return lines > 20*gridLimit
			}
			units++
			return units > gridLimit
		})
	}
	warned := judgeAll(t, cases)
	exceptions := loadExceptions(t)
	count, wrong, excepted := map[directive.Type]int{}, map[directive.Type]int{}, 0
	for i, c := range cases {
		d, _ := directive.Lookup(c.section, c.key)
		unit, err := ParseName(c.unitName(i))
		if c.byLine() {
			unit, err = ParseName("grid." + gridExtensions[c.section])
		}
		if err != nil {
			t.Fatal(err)
		}
		count[d.Type]++
		problems := Check(d, c.value, Context{Unit: unit}, release)
		switch {
		case warned[i] == (len(problems) > 0):
		case exceptions.cover(c, release):
			excepted++
		default:
			wrong[d.Type]++
			t.Errorf("[%s] %s=%.120q: systemd %d objects: %v; problems: %v", c.section, c.key, c.value, release, warned[i], problems)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(count)) {
		t.Logf("%-28s %6d cases, %d disagreements", name, count[name], wrong[name])
	}
	t.Logf("%d cases of systemd %d, %d of them excepted", len(cases), release, excepted)
}

// cross returns every value for every directive "Section.Key".
func cross(directives string, values []string) []gridCase {
	var cases []gridCase
	for name := range strings.FieldsSeq(directives) {
		section, key, _ := strings.Cut(name, ".")
		for _, v := range values {
			if v = strings.Trim(v, blanks); v != "" {
				cases = append(cases, gridCase{section, key, v})
			}
		}
	}
	return cases
}

// product returns all combinations of one text from each list.
func product(lists ...[]string) []string {
	out := []string{""}
	for _, list := range lists {
		var next []string
		for _, head := range out {
			for _, tail := range list {
				next = append(next, head+tail)
			}
		}
		out = next
	}
	return out
}
