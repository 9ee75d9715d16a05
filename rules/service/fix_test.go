package service_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/rules/service"
)

// TestFixes applies the only fix of the only finding of a rule.
func TestFixes(t *testing.T) {
	tests := []struct {
		name, rule, before, after string
		safe                      bool
	}{
		{
			"longer interval", "start-limit-never-trips",
			"[Unit]\nStartLimitIntervalSec=10s\nStartLimitBurst=5\n[Service]\nExecStart=/a\nRestart=always\nRestartSec=10\n",
			"[Unit]\nStartLimitIntervalSec=60\nStartLimitBurst=5\n[Service]\nExecStart=/a\nRestart=always\nRestartSec=10\n", true,
		},
		{
			"older spelling", "start-limit-never-trips",
			"[Service]\nExecStart=/a\nRestart=always\nRestartSec=30\nStartLimitBurst=3",
			"[Service]\nExecStart=/a\nRestart=always\nRestartSec=30\nStartLimitBurst=3\nStartLimitInterval=120", true,
		},
		{
			"beside the burst", "start-limit-never-trips",
			"[Unit]\r\nStartLimitBurst=3\r\n[Service]\r\nExecStart=/a\r\nRestart=on-failure\r\nRestartSec=5\r\n",
			"[Unit]\r\nStartLimitBurst=3\r\nStartLimitIntervalSec=20\r\n[Service]\r\nExecStart=/a\r\nRestart=on-failure\r\nRestartSec=5\r\n", true,
		},
		{
			"where nothing asks for a limit", "start-limit-never-trips",
			"[Unit]\nDescription=A\n\n[Service]\nExecStart=/a\nRestart=always\nRestartSec=10\n",
			"[Unit]\nDescription=A\nStartLimitIntervalSec=60\n\n[Service]\nExecStart=/a\nRestart=always\nRestartSec=10\n", false,
		},
		{
			"output", "obsolete-output",
			"[Service]\nExecStart=/a\nStandardError=syslog+console\n",
			"[Service]\nExecStart=/a\nStandardError=journal+console\n", true,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			file := filepath.Join(dir, "a.service")
			opts := lint.Options{Rules: service.Rules(), Select: []string{test.rule}}
			opts.Paths = []string{dir}
			findings := func(text string) []lint.Finding {
				if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
				result, err := lint.Run(context.Background(), opts)
				if err != nil {
					t.Fatal(err)
				}
				return result.Findings
			}
			found := findings(test.before)
			if len(found) != 1 || len(found[0].Fixes) != 1 || len(found[0].Fixes[0].Edits) != 1 {
				t.Fatalf("not one finding with one fix of one edit: %v", found)
			}
			fix := found[0].Fixes[0]
			edit := fix.Edits[0]
			got := test.before[:edit.Span.Start] + edit.Text + test.before[edit.Span.End:]
			if got != test.after || fix.Safe != test.safe {
				t.Errorf("got %q, safe %v\nwant %q", got, fix.Safe, test.after)
			}
			if left := findings(got); len(left) > 0 {
				t.Errorf("still %d findings: %s", len(left), left[0].Message)
			}
		})
	}
}
