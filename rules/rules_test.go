package rules_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/linttest"
	"github.com/unitvet/unitvet/rules"
)

const cases = "../testdata/rules"

// TestCases runs the cases of every family.
func TestCases(t *testing.T) {
	for _, family := range families(t) {
		t.Run(family, func(t *testing.T) { linttest.Run(t, rules.All(), filepath.Join(cases, family)) })
	}
}

// TestPages runs the examples on the rules' pages under all rules.
func TestPages(t *testing.T) { linttest.Pages(t, rules.All()) }

// TestComplete holds that every rule has what a rule needs.
func TestComplete(t *testing.T) {
	kebab := regexp.MustCompile(`^[a-z]+(-[a-z]+)+$`)
	seen := map[string]bool{}
	for _, rule := range rules.All() {
		if seen[rule.ID] {
			t.Errorf("%s: there are two rules of this name", rule.ID)
		}
		seen[rule.ID] = true
		if !kebab.MatchString(rule.ID) {
			t.Errorf("%q is not in kebab-case", rule.ID)
		}
		if rule.Severity == 0 || rule.Since == "" || rule.Summary == "" {
			t.Errorf("%s: severity, version or summary is missing", rule.ID)
		}
		if strings.HasSuffix(rule.Summary, ".") || strings.ToLower(rule.Summary[:1]) != rule.Summary[:1] && rule.Summary[1] >= 'a' {
			t.Errorf("%s: the summary is no lower-case phrase: %q", rule.ID, rule.Summary)
		}
		checks := 0
		for _, set := range []bool{rule.CheckFile != nil, rule.CheckUnit != nil, rule.CheckSet != nil, rule.CheckRun != nil} {
			if set {
				checks++
			}
		}
		if checks != 1 {
			t.Errorf("%s: has %d checks, not one", rule.ID, checks)
		}
		name := strings.ReplaceAll(rule.ID, "-", "_")
		page, err := os.ReadFile(filepath.Join(rule.Category, name+".md"))
		if err != nil || string(page) != rule.Page {
			t.Errorf("%s: its page is not that of the file %s/%s.md (%v)", rule.ID, rule.Category, name, err)
		}
		found, err := filepath.Glob(filepath.Join(cases, rule.Category, rule.ID+".txtar"))
		if err != nil || len(found) == 0 {
			t.Errorf("%s: has no cases in testdata/rules/%s", rule.ID, rule.Category)
		}
	}
	if !slices.Equal(families(t), categories()) {
		t.Errorf("cases for %v, rules of %v", families(t), categories())
	}
}

func families(t *testing.T) []string {
	t.Helper()
	entries, err := os.ReadDir(cases)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func categories() []string {
	var names []string
	for _, rule := range rules.All() {
		if !slices.Contains(names, rule.Category) {
			names = append(names, rule.Category)
		}
	}
	slices.Sort(names)
	return names
}

// TestQuantum holds the reference deployment: every fault that its unit files
// show is found once, at its place, and nothing else; once it is repaired, nothing.
func TestQuantum(t *testing.T) {
	// Both states lie in one checkout, as here; each is told from the other.
	checkout := t.TempDir()
	for _, name := range []string{"quantum", "quantum-clean"} {
		if err := os.CopyFS(filepath.Join(checkout, name), os.DirFS(filepath.Join("../testdata", name))); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(checkout, ".git"), 0o700); err != nil {
		t.Fatal(err)
	}
	run := func(name string) string {
		dir := filepath.Join(checkout, name)
		opts := lint.Options{Rules: rules.All()}
		opts.Paths = []string{dir}
		result, err := lint.Run(t.Context(), opts)
		if err != nil {
			t.Fatal(err)
		}
		return linttest.Lines(result, dir)
	}
	want := []string{
		"systemd/quantum-clm.service:5:50-75: warning[dangling-dependency]: ",
		"systemd/quantum-clm.service:17:59-81: error[missing-read-write-path]: microservices.clm.main makes the directory /app/models when it starts (microservices/clm/model_store.py:17),",
		"systemd/quantum-clm.service:17:93-117: error[missing-read-write-path]: microservices.clm.main writes /var/log/quantum/clm.log when it starts",
		"systemd/quantum-execution.service:21:59-87: error[missing-read-write-path]: microservices.execution.main writes /home/qt/quantum_trader/runtime/eventbus/pending.jsonl when it starts (libs/eventbus/disk_buffer.py:19),",
		"systemd/quantum-portfolio-intelligence.service:6:23-25: warning[start-limit-never-trips]: the limit of 5 starts within 30s is never reached: with RestartSec=10, start 6 comes 50s after",
		"systemd/quantum-portfolio-intelligence.service:14:17-56: warning[ignored-variable]: REDIS_HOST is set, but the program reads PI_REDIS_HOST",
		"systemd/quantum-portfolio-intelligence.service:16:59-100: error[container-hostname]: microservices/portfolio_intelligence/sync.py:22 connects to \"quantum_redis\",",
		"systemd/quantum-risk-safety.service:16:56-113: error[missing-pythonpath]: microservices/risk_safety/main.py:10 imports microservices, which is in /home/qt/quantum_trader,",
		"systemd/quantum-rl-monitor.service:16:32-63: error[missing-read-write-path]: ",
		"systemd/quantum-sentiment-feed.service:14:71-99: warning[missing-read-write-path]: ",
		"systemd/quantum-trade-journal.service:17:18-48: warning[missing-read-write-path]: ",
		"systemd/quantum-trader.target:18:7-37: warning[missing-target-member]: Wants= names quantum-cross-exchange.service,",
		"systemd/quantum-trader.target:22:7-32: warning[missing-target-member]: Wants= names quantum-ai-engine.service,",
		"systemd/quantum-trader.target:23:7-34: warning[missing-target-member]: Wants= names quantum-meta-regime.service,",
		"systemd/quantum-trader.target:24:7-26: warning[missing-target-member]: Wants= names quantum-pil.service,",
		"systemd/quantum-trader.target:25:7-39: warning[missing-target-member]: Wants= names quantum-strategic-memory.service,",
		"systemd/quantum-trader.target:26:7-42: warning[missing-target-member]: Wants= names quantum-strategic-evolution.service,",
		"systemd/quantum-trader.target:30:7-39: warning[missing-target-member]: Wants= names quantum-model-supervisor.service,",
		"systemd/quantum-trader.target:30:40-72: warning[missing-target-member]: Wants= names quantum-model-federation.service,",
		"systemd/quantum-trader.target:32:7-40: warning[missing-target-member]: Wants= names quantum-retraining-worker.service,",
		"systemd/quantum-trader.target:36:7-35: warning[missing-target-member]: Wants= names quantum-rl-dashboard.service,",
		"systemd/quantum-trader.target:44:7-34: warning[missing-target-member]: Wants= names quantum-universe-os.service,",
		"systemd/quantum-trader.target:48:7-44: warning[missing-target-member]: Wants= names quantum-trade-intent-consumer.service,",
		"systemd/quantum-trader.target:52:7-40: warning[missing-target-member]: Wants= names quantum-exposure-balancer.service,",
		"systemd/quantum-trader.target:55:46-82: warning[missing-target-member]: Wants= names quantum-portfolio-governance.service,",
	}
	got := strings.Split(strings.TrimSuffix(run("quantum"), "\n"), "\n")
	for i := range max(len(got), len(want)) {
		switch {
		case i >= len(got):
			t.Errorf("not found: %s", want[i])
		case i >= len(want) || !strings.HasPrefix(got[i], want[i]):
			t.Errorf("unexpected: %s", got[i])
		}
	}
	if got := run("quantum-clean"); got != "" {
		t.Errorf("the repaired deployment is not silent:\n%s", got)
	}
}
