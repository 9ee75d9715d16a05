package value

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

// judge returns which cases systemd-analyze verify has something to say about: a
// warning with file and line.
func judge(t *testing.T, cases []gridCase, options ...string) (warned []bool, release int) {
	t.Helper()
	analyze, release := tool(t, "systemd-analyze")
	dir := t.TempDir()
	warned = make([]bool, len(cases))
	said := regexp.MustCompile(`(?m)/grid(\d+)\.[a-z]+:\d+: `)
	const batch = 500
	for from := 0; from < len(cases); from += batch {
		args := append([]string{"verify", "--man=no"}, options...)
		for i := from; i < min(from+batch, len(cases)); i++ {
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
		cmd.Env = append(os.Environ(), "SYSTEMD_LOG_LEVEL=warning", "SYSTEMD_UNIT_PATH="+dir)
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		_ = cmd.Run() // fails when any unit has a fault
		for _, m := range said.FindAllStringSubmatch(stderr.String(), -1) {
			i, _ := strconv.Atoi(m[1])
			warned[i] = true
		}
	}
	return warned, release
}

// compareGrid holds Check against systemd-analyze.
func compareGrid(t *testing.T, cases []gridCase) {
	var options []string
	if !slices.ContainsFunc(cases, func(c gridCase) bool { return c.key == "After" }) {
		options = []string{"--recursive-errors=no"} // spares the loading of dependencies
	}
	warned, release := judge(t, cases, options...)
	count, wrong := map[directive.Type]int{}, map[directive.Type]int{}
	for i, c := range cases {
		d, ok := directive.Lookup(c.section, c.key)
		if !ok {
			t.Errorf("unknown directive %s in [%s]", c.key, c.section)
			continue
		}
		if !d.In(release) {
			continue
		}
		unit, err := ParseName(c.unitName(i))
		if err != nil {
			t.Fatal(err)
		}
		count[d.Type]++
		problems := Check(d, c.value, Context{Unit: unit}, release)
		if warned[i] != (len(problems) > 0) {
			wrong[d.Type]++
			shown := c.value
			if len(shown) > 120 {
				shown = fmt.Sprintf("%.60s… (%d bytes)", shown, len(shown))
			}
			t.Errorf("[%s] %s=%s: systemd %d objects: %v; problems: %v", c.section, c.key, shown, release, warned[i], problems)
		}
	}
	var types []string
	for name := range count {
		types = append(types, string(name))
	}
	slices.Sort(types)
	for _, name := range types {
		t.Logf("%-28s %6d cases, %d disagreements", name, count[directive.Type(name)], wrong[directive.Type(name)])
	}
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
