package oracle

import (
	_ "embed"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/unitvet/unitvet/lint/directive"
)

//go:embed exceptions.tsv
var exceptions string

// Exceptions are the known disagreements with systemd, by directive.
type Exceptions map[string][]exception

// exception is one of them: a pattern of values, in a range of releases.
type exception struct {
	value         *regexp.Regexp
	since, before int
}

// LoadExceptions reads exceptions.tsv, the one place for them: directives (* for all),
// a regular expression for whole values, the first release and the one after the last,
// the reason.
func LoadExceptions(t testing.TB) Exceptions {
	t.Helper()
	table := Exceptions{}
	for i, line := range strings.Split(strings.TrimSpace(exceptions), "\n")[1:] {
		cells := strings.Split(line, "\t")
		if len(cells) != 5 {
			t.Fatalf("exceptions.tsv:%d: %d cells instead of 5", i+2, len(cells))
		}
		x := exception{value: regexp.MustCompile(`^(?:` + cells[1] + `)$`), before: directive.Latest + 1}
		x.since, _ = strconv.Atoi(cells[2])
		if cells[3] != "" {
			x.before, _ = strconv.Atoi(cells[3])
		}
		for key := range strings.FieldsSeq(cells[0]) {
			table[key] = append(table[key], x)
		}
	}
	return table
}

// Cover reports whether a case is a known disagreement.
func (e Exceptions) Cover(c Case, release int) bool {
	return slices.ContainsFunc(append(e[c.Key], e["*"]...), func(x exception) bool {
		return x.since <= release && release < x.before && x.value.MatchString(c.Value)
	})
}

//go:embed values.txt
var values string

// Values returns values to ask about, good ones and bad ones: those for every
// directive as "all", others by the type that they are made for. They stand in
// values.txt, a line each, after a line with === and the types.
func Values(t testing.TB) map[string][]string {
	t.Helper()
	lists := map[string][]string{}
	var types []string
	for line := range strings.Lines(values) {
		line = strings.TrimSuffix(line, "\n")
		if heading, ok := strings.CutPrefix(line, "=== "); ok {
			types = strings.Fields(heading)
			continue
		}
		for _, name := range types {
			lists[name] = append(lists[name], line)
		}
	}
	return lists
}
