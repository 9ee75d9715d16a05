package sandbox_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/rules/sandbox"
)

// TestFixes applies the only fix of the only finding.
func TestFixes(t *testing.T) {
	tests := []struct{ name, before, after string }{
		{
			"after the deciding line",
			"[Service]\nExecStart=/a --log-file=/var/log/a/x.log\nProtectSystem=strict\nUser=a\n",
			"[Service]\nExecStart=/a --log-file=/var/log/a/x.log\nProtectSystem=strict\nReadWritePaths=-/var/log/a\nUser=a\n",
		},
		{
			"CRLF",
			"[Service]\r\nProtectSystem=strict\r\nExecStart=/a --log-dir=/var/log/a\r\n",
			"[Service]\r\nProtectSystem=strict\r\nReadWritePaths=-/var/log/a\r\nExecStart=/a --log-dir=/var/log/a\r\n",
		},
		{
			"no newline at the end",
			"[Service]\nExecStart=/a --log-dir=/var/log/a\nProtectSystem=strict",
			"[Service]\nExecStart=/a --log-dir=/var/log/a\nProtectSystem=strict\nReadWritePaths=-/var/log/a",
		},
		{
			"nothing opens a directory of all services",
			"[Service]\nExecStart=/a --log-file=/var/log/a.log\nProtectSystem=strict\n",
			"",
		},
		{
			"nor one that would need quotes",
			"[Service]\nType=forking\nExecStart=/a\nPIDFile=/run/a b/a.pid\nProtectSystem=strict\n",
			"",
		},
		{
			"UTF-8 needs none",
			"[Service]\nExecStart=/a --log-file /srv/børsen/x.log\nProtectSystem=strict\n",
			"[Service]\nExecStart=/a --log-file /srv/børsen/x.log\nProtectSystem=strict\nReadWritePaths=-/srv/børsen\n",
		},
		{
			"optional",
			"[Service]\nExecStart=/a\nPrivateTmp=yes\nReadWritePaths=/srv /tmp/x\n",
			"[Service]\nExecStart=/a\nPrivateTmp=yes\nReadWritePaths=/srv -/tmp/x\n",
		},
		{
			"optional, in quotes and with a plus",
			"[Service]\nExecStart=/a\nPrivateTmp=yes\nReadWritePaths=\\\n  \"+/tmp/x\"\n",
			"[Service]\nExecStart=/a\nPrivateTmp=yes\nReadWritePaths=\\\n  \"-+/tmp/x\"\n",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			file := filepath.Join(dir, "a.service")
			if err := os.WriteFile(file, []byte(test.before), 0o600); err != nil {
				t.Fatal(err)
			}
			opts := lint.Options{Rules: sandbox.Rules()}
			opts.Paths = []string{dir}
			result, err := lint.Run(context.Background(), opts)
			if err != nil || len(result.Findings) != 1 {
				t.Fatalf("%d findings (%v)", len(result.Findings), err)
			}
			fixes := result.Findings[0].Fixes
			if test.after == "" {
				if len(fixes) > 0 {
					t.Errorf("there is a fix: %s", fixes[0].Title)
				}
				return
			}
			if len(fixes) != 1 || !fixes[0].Safe || len(fixes[0].Edits) != 1 {
				t.Fatalf("not one safe fix with one edit: %v", fixes)
			}
			edit := fixes[0].Edits[0]
			got := test.before[:edit.Span.Start] + edit.Text + test.before[edit.Span.End:]
			if got != test.after {
				t.Errorf("got %q\nwant %q", got, test.after)
			}
			if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
				t.Fatal(err)
			}
			if result, err = lint.Run(context.Background(), opts); err != nil || len(result.Findings) > 0 {
				t.Errorf("still %d findings (%v)", len(result.Findings), err)
			}
		})
	}
}
