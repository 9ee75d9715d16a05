package rules_test

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/directive"
	"github.com/unitvet/unitvet/lint/linttest/oracle"
	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/syntax"
	directiverules "github.com/unitvet/unitvet/rules/directive"
	programrules "github.com/unitvet/unitvet/rules/program"
	servicerules "github.com/unitvet/unitvet/rules/service"
	syntaxrules "github.com/unitvet/unitvet/rules/syntax"
)

// beyond are rules of the families that speak about values which systemd takes without a word.
var beyond = []string{
	"instance-specifier-outside-template", "never-elapsing-calendar",
}

// TestOracleVerdicts holds what a run says about a value of a directive against what
// systemd does with it: nothing, a warning, a unit that is not loaded. It asks about
// every directive of every section. UNITVET_UNITS may name a directory with units, of
// which the values are taken too, as they are and changed at random; UNITVET_SEED
// changes what is drawn.
func TestOracleVerdicts(t *testing.T) {
	_, release := oracle.Tool(t, "systemd-analyze")
	seed, _ := strconv.ParseUint(os.Getenv("UNITVET_SEED"), 10, 64)
	random := rand.New(rand.NewPCG(seed, 1))
	values := oracle.Values(t)
	seen := shippedValues(t, os.Getenv("UNITVET_UNITS"))
	var cases []oracle.Case
	tried := map[string]bool{}
	for _, section := range oracle.Sections() {
		for i := range directive.Section(section) {
			d := &directive.Section(section)[i]
			if !d.In(release) {
				continue
			}
			elsewhere := tried[d.Key+string(d.Type)]
			tried[d.Key+string(d.Type)] = true
			for i, value := range valuesFor(d, values, seen[d.Key], random) {
				if value != "" && elsewhere && i%40 != 0 {
					continue // the same in another section
				}
				cases = append(cases, oracle.Case{Section: section, Key: d.Key, Value: value})
			}
		}
	}
	t.Logf("%d cases", len(cases))
	verdicts := oracle.Judge(t, cases)
	exceptions := oracle.LoadExceptions(t)
	total, wrong, excepted := 0, 0, 0
	shown := map[string]int{}
	const chunk = 4000
	for from := 0; from < len(cases); from += chunk {
		some := cases[from:min(from+chunk, len(cases))]
		for i, findings := range found(t, some, from, release) {
			c, said := some[i], oracle.Silent
			var texts []string
			for _, f := range findings {
				if slices.Contains(beyond, f.Rule.ID) {
					continue
				}
				texts = append(texts, fmt.Sprintf("%s[%s] %s", f.Severity, f.Rule.ID, f.Message))
				said = max(said, claim(f))
			}
			total++
			switch verdict := verdicts[from+i]; {
			case said == verdict:
			case exceptions.Cover(c, release):
				excepted++
			default:
				wrong++
				if shown[c.Key]++; shown[c.Key] <= 5 {
					t.Errorf("[%s] %s=%.100q: systemd %d %v; found: %.300q", c.Section, c.Key, c.Value, release, verdict, texts)
				}
			}
		}
	}
	t.Logf("%d cases of systemd %d, %d disagreements, %d excepted", total, release, wrong, excepted)
}

// spoken matches what systemd says, in words of ours.
var spoken = regexp.MustCompile(`ignores|refuses|does not load`)

// claim is what a finding says that systemd does.
func claim(f lint.Finding) oracle.Verdict {
	switch {
	case strings.Contains(f.Message, "without a word") || strings.Contains(f.Message, "is obsolete: systemd takes it for") || strings.Contains(f.Message, "loads no slice"),
		f.Rule.ID == "deprecated-directive" && (!strings.Contains(f.Message, "warns") || strings.Contains(f.Message, "later ones ignore")),
		(f.Rule.ID == "quoted-value" || f.Rule.ID == "inline-comment") && !spoken.MatchString(f.Message):
		return oracle.Silent
	case f.Severity == lint.Error && strings.Contains(f.Message, "does not load the unit"):
		return oracle.Refused
	case f.Severity >= lint.Warning:
		return oracle.Warned
	}
	return oracle.Silent
}

// found returns what is found about each case, which is number from and up.
func found(t *testing.T, cases []oracle.Case, from, release int) [][]lint.Finding {
	t.Helper()
	dir := t.TempDir()
	for i, c := range cases {
		// Each in a set of its own, under the name that systemd was asked with.
		path := filepath.Join(dir, strconv.Itoa(i), c.UnitName(from+i))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(c.Text()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	// Two values are told by rules of other families alone.
	others := []*lint.Rule{programrules.UnquotedEnvironmentValue, servicerules.KillModeNone}
	opts := lint.Options{Rules: slices.Concat(syntaxrules.Rules(), directiverules.Rules(), others), Systemd: release}
	opts.Paths = []string{dir}
	result, err := lint.Run(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	all := make([][]lint.Finding, len(cases))
	for _, f := range result.Findings {
		if f.Range().Start.Line != 2 {
			continue
		}
		name, err := filepath.Rel(dir, f.ReportPath())
		i, errNumber := strconv.Atoi(strings.Split(name, "/")[0])
		if err != nil || errNumber != nil {
			t.Fatalf("a finding about %s", f.ReportPath())
		}
		all[i] = append(all[i], f)
	}
	return all
}

// valuesFor returns values to try with a directive.
func valuesFor(d *directive.Directive, values map[string][]string, seen []string, random *rand.Rand) []string {
	list := slices.Concat(values["all"], values[string(d.Type)], seen, []string{""})
	for _, v := range d.Values() {
		list = append(list, v.Word, v.Word+","+v.Word, "~"+v.Word, strings.ToLower(v.Word), strings.TrimSuffix(v.Word, v.Word[len(v.Word)-1:]))
	}
	const pieces = `0 1 7 - + . , : ~ ! % %% %n %i %z K G % ms x _ @ / /.. = " ' \ \\ \x20 é # ; * [ ] ( ) $ inf -- :: //`
	bits := append(strings.Fields(pieces), " ", "  ", "\t", " ; ", " # ")
	for range 12 {
		v := []rune(list[random.IntN(len(list))])
		for range 1 + random.IntN(3) {
			at := random.IntN(len(v) + 1)
			switch random.IntN(4) {
			case 0:
				v = slices.Delete(v, at, min(at+1, len(v)))
			case 1:
				v = slices.Insert(v, at, []rune(list[random.IntN(len(list))])...)
			default:
				v = slices.Insert(v, at, []rune(bits[random.IntN(len(bits))])...)
			}
		}
		list = append(list, string(v))
	}
	for i, v := range list {
		if list[i] = strings.Trim(v, " \t"); strings.HasSuffix(v, `\`) || strings.Contains(strings.ToLower(v), "%i") {
			list[i] = "" // a matter of lines, or of the instance that is not there
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// shippedValues returns the values in units below a directory, by key.
func shippedValues(t *testing.T, dir string) map[string][]string {
	t.Helper()
	values := map[string][]string{}
	if dir == "" {
		return values
	}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() || !slices.Contains(directive.SectionsFor(strings.TrimPrefix(filepath.Ext(path), ".")), "Unit") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, a := range syntax.Parse(source.NewFile(path, string(text))).Assignments() {
			if !strings.ContainsAny(a.Value().String(), "\n\r\x00") {
				values[a.Key().String()] = append(values[a.Key().String()], a.Value().String())
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for key, list := range values {
		slices.Sort(list)
		list = slices.Compact(list)
		values[key] = list[:min(len(list), 200)]
	}
	return values
}
