package value

import (
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/unitvet/unitvet/lint/directive"
	"github.com/unitvet/unitvet/lint/linttest/oracle"
)

// gridLimit is how many cases a test compares that need a unit each, drawn at random,
// unless ORACLE_ALL is set; of those that share one, it compares twenty times as many.
const gridLimit = 300

// compareGrid holds Check against systemd-analyze.
func compareGrid(t *testing.T, cases []oracle.Case) {
	_, release := oracle.Tool(t, "systemd-analyze")
	cases = slices.DeleteFunc(cases, func(c oracle.Case) bool {
		d, ok := directive.Lookup(c.Section, c.Key)
		if !ok {
			t.Errorf("unknown directive %s in [%s]", c.Key, c.Section)
		}
		return !ok || !d.In(release)
	})
	if os.Getenv("ORACLE_ALL") == "" {
		rand.New(rand.NewPCG(1, 2)).Shuffle(len(cases), func(i, j int) { cases[i], cases[j] = cases[j], cases[i] })
		units, lines := 0, 0
		cases = slices.DeleteFunc(cases, func(c oracle.Case) bool {
			if c.SharesUnit() {
				lines++
				return lines > 20*gridLimit
			}
			units++
			return units > gridLimit
		})
	}
	verdicts := oracle.Judge(t, cases)
	exceptions := oracle.LoadExceptions(t)
	count, wrong, excepted := map[directive.Type]int{}, map[directive.Type]int{}, 0
	for i, c := range cases {
		d, _ := directive.Lookup(c.Section, c.Key)
		unit, err := ParseName(c.UnitName(i))
		if err != nil {
			t.Fatal(err)
		}
		count[d.Type]++
		problems := Check(d, c.Value, Context{Unit: unit}, release)
		switch {
		case (verdicts[i] != oracle.Silent) == (len(problems) > 0):
		case exceptions.Cover(c, release):
			excepted++
		default:
			wrong[d.Type]++
			t.Errorf("[%s] %s=%.120q: systemd %d %v; problems: %v", c.Section, c.Key, c.Value, release, verdicts[i], problems)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(count)) {
		t.Logf("%-28s %6d cases, %d disagreements", name, count[name], wrong[name])
	}
	t.Logf("%d cases of systemd %d, %d of them excepted", len(cases), release, excepted)
}

// cross returns every value for every directive "Section.Key".
func cross(directives string, values []string) []oracle.Case {
	var cases []oracle.Case
	for name := range strings.FieldsSeq(directives) {
		section, key, _ := strings.Cut(name, ".")
		for _, v := range values {
			if v = strings.Trim(v, blanks); v != "" {
				cases = append(cases, oracle.Case{Section: section, Key: key, Value: v})
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
