package config

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/unitvet/unitvet/lint"
)

var testRules = []*lint.Rule{
	{ID: "dangling-dependency", Severity: lint.Warning, Allows: "units"},
	{ID: "duplicate-assignment", Severity: lint.Warning},
}

// load reads a configuration from a checkout of its own, which has a directory
// units and links out.
func load(t *testing.T, text string) (*File, error) {
	t.Helper()
	top := t.TempDir()
	for _, dir := range []string{".git", "units"} {
		if err := os.Mkdir(filepath.Join(top, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for name, target := range map[string]string{"out": "/etc", "up": "..", "in": "units"} {
		if err := os.Symlink(target, filepath.Join(top, name)); err != nil {
			t.Fatal(err)
		}
	}
	name := filepath.Join(top, Name)
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Chdir(top)
	return Load(Name, testRules)
}

func TestLoadRefuses(t *testing.T) {
	for text, says := range map[string]string{
		"ingore: []":                                         `:1:1: unknown key "ingore"; did you mean ignore?`,
		"strict: true\n\nsets: [\n":                          `:3:`,
		"strict: true\n  x: y":                               `:`,
		"ignore: [dangling-dependancy]":                      `:1:10: unknown rule "dangling-dependancy"; did you mean dangling-dependency?`,
		"rules:\n  nothing-like-it: {}":                      `:2:3: unknown rule "nothing-like-it"`,
		"rules:\n  dangling-dependency: {level: error}":      `:2:25: unknown key "level"`,
		"rules:\n  dangling-dependency:\n    severity: eror": `:3:15: "eror" is none of off, info, warning, error`,
		"rules:\n  duplicate-assignment: {allow: [After]}":   `:2:3: duplicate-assignment has no option allow: these have, dangling-dependency`,
		"rules:\n  dangling-dependency: {allow: ['[']}":      `"[" is no word`,
		"ignore: []\nignore: []":                             `:2:1: `,
		"ignore: &a [dangling-dependency]\nselect: *a":       `:1:9: anchors, aliases and tags`,
		"facts: !!str x":                                     `anchors, aliases and tags`,
		"<<: {strict: true}":                                 `:1:1: `,
		"systemd: many":                                      `:1:10: has to be a release of systemd`,
		"systemd: 252.5":                                     `has to be a release of systemd`,
		"systemd: -1":                                        `has to be a release of systemd`,
		"strict: yes":                                        `:1:9: has to be true or false`,
		"strict:":                                            `there is no value`,
		"facts: [x]":                                         `has to be text`,
		"facts: ''":                                          `not empty`,
		"facts: \"a\\nb\"":                                   `on one line`,
		"facts: /etc/passwd":                                 `:1:8: the path "/etc/passwd" has to be relative`,
		"facts: ../facts.json":                               `the path "../facts.json" leads out of the repository`,
		"facts: a/../../facts.json":                          `leads out of the repository`,
		"facts: out/passwd":                                  `leads out of the repository by a symbolic link`,
		"facts: up/x":                                        `leads out of the repository by a symbolic link`,
		"sets: [[units, out]]":                               `:1:16: the path "out" leads out`,
		"sets: [units]":                                      `has to be a list`,
		"map: {/opt/x: ../..}":                               `leads out of the repository`,
		"map: {/: .}":                                        `is no plain absolute path`,
		"holes: [opt]":                                       `is no plain absolute path`,
		"exclude: ['../**']":                                 `is no glob`,
		"exclude: ['[']":                                     `is no glob`,
		"known-units: ['[.service']":                         `is no unit name`,
		"overrides: [{ignore: []}]":                          `:1:13: an override needs paths`,
		"---\nstrict: true\n---\nstrict: true":               `a second document`,
		"just text":                                          `has to be a mapping`,
		strings.Repeat("[", 10000):                           `nested deeper`,
		strings.Repeat("[\n", 10000):                         `nested deeper`,
		strings.Repeat("- ", 10000):                          `nested deeper`,
		strings.Repeat("#", 70000):                           `larger than 64 KiB`,
		"a: \x00":                                            `:`,
		"\xff\xfe":                                           `:`,
	} {
		f, err := load(t, text)
		if err == nil {
			t.Errorf("%.40q is taken: %+v", text, f.Config)
			continue
		}
		if !strings.Contains(err.Error(), says) {
			t.Errorf("%.40q:\n%v\nlacks %q", text, err, says)
		}
	}
}

func TestErrorShowsTheLine(t *testing.T) {
	_, err := load(t, "strict: true\nrules:\n\tx: y\n")
	if err == nil || !strings.HasPrefix(err.Error(), Name+":3:") {
		t.Errorf("a tab: %v", err)
	}
	_, err = load(t, "# ü\nknown-units: ['ü.service', nginx]\n")
	want := Name + `:2:28: "nginx" is no unit name, and no glob of them
    2 | known-units: ['ü.service', nginx]
      |                            ^^^^^`
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}

func TestLevel(t *testing.T) {
	f, err := load(t, `
rules:
  dangling-dependency: {severity: error}
overrides:
  - paths: [legacy, "*.timer"]
    ignore: [dangling-dependency]
  - paths: ["legacy/**/keep-*"]
    rules:
      dangling-dependency: {severity: info}
      duplicate-assignment: {severity: off}
exclude: ["**/testdata/**"]
`)
	if err != nil {
		t.Fatal(err)
	}
	var opts lint.Options
	if err := f.Apply(&opts); err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string][2]lint.Level{
		"app.service":               {{Severity: lint.Error}, {}},
		"app.timer":                 {{Off: true}, {}},
		"units/app.timer":           {{Severity: lint.Error}, {}},
		"legacy/app.service":        {{Off: true}, {}},
		"legacy/a/keep-app.service": {{Severity: lint.Info}, {Off: true}},
		"legacy/keep-app.service":   {{Severity: lint.Info}, {Off: true}},
		"../app.timer":              {{Severity: lint.Error}, {}},
	} {
		for i, rule := range testRules {
			if got := opts.Level(rule, file); !reflect.DeepEqual(got, want[i]) {
				t.Errorf("%s in %s: %+v, want %+v", rule.ID, file, got, want[i])
			}
		}
	}
	if !opts.Exclude("a/testdata/b/x.service") || opts.Exclude("a/x.service") {
		t.Error("exclude")
	}
}

func TestFind(t *testing.T) {
	top := t.TempDir()
	for _, dir := range []string{"repo/.git", "repo/a/b", "repo/inner/.git", "repo/inner/c", "bare/d"} {
		if err := os.MkdirAll(filepath.Join(top, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, dir := range []string{".", "repo", "bare", "repo/a"} {
		if err := os.WriteFile(filepath.Join(top, dir, Name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range [][3]string{
		// working directory, input, configuration
		{"repo", ".", "repo"},
		{"repo", "a/b", "repo/a"},
		{"repo", "a/b/x.service", "repo/a"},
		{"repo/a/b", ".", "repo/a"},
		{"repo", "inner/c", ""}, // a checkout of its own
		{"repo", "no/such", "repo"},
		{"bare/d", ".", ""}, // not from above
		{"bare", "d", "bare"},
		{".", "bare/d", "bare"},
		{"repo", "../bare/d", ""},
	} {
		t.Chdir(filepath.Join(top, test[0]))
		got, err := Find(test[1])
		want := ""
		if test[2] != "" {
			want = filepath.Join(top, test[2], Name)
		}
		if got != want || err != nil {
			t.Errorf("%s in %s: %q, %v; want %q", test[1], test[0], got, err, want)
		}
	}
}

func FuzzLoad(f *testing.F) {
	f.Add("rules:\n  dangling-dependency: {severity: off}\noverrides:\n- paths: [a]\n  ignore: []\n")
	f.Add("sets: [[a, b]]\nmap: {/opt: .}\nfail-on: never # x\n")
	f.Fuzz(func(t *testing.T, text string) {
		name := filepath.Join(t.TempDir(), Name)
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := Load(name, testRules); err != nil && err.Error() == "" {
			t.Error("an error without a word")
		}
	})
}
