package dependency_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/rules/dependency"
)

// TestOrderingCycleHelp names the order to give up, and what else takes the cycle
// away.
func TestOrderingCycleHelp(t *testing.T) {
	for name, c := range map[string]struct {
		files map[string]string
		want  string
	}{
		"a mount and a service that comes too late for it": {
			map[string]string{
				"srv-x.mount": "[Unit]\nRequires=shop-unlock.service\nAfter=shop-unlock.service\n" +
					"[Mount]\nWhat=/dev/mapper/x\nWhere=/srv/x\n[Install]\nRequiredBy=local-fs.target\n",
				"shop-unlock.service": "[Service]\nType=oneshot\nExecStart=/usr/bin/unlock\n",
			},
			"the order that costs least to give up is After=shop-unlock.service of srv-x.mount (srv-x.mount:3); " +
				"if shop-unlock.service has to run that early, give it DefaultDependencies=no, Conflicts=shutdown.target and Before=shutdown.target instead; " +
				"or add nofail to Options= of srv-x.mount: then local-fs.target does not wait for it",
		},
		"two services": {
			map[string]string{
				"shop-a.service": "[Unit]\nRequires=shop-b.service\nAfter=shop-b.service\n[Service]\nExecStart=/usr/bin/a\n",
				"shop-b.service": "[Unit]\nAfter=shop-a.service\n[Service]\nExecStart=/usr/bin/b\n",
			},
			"the order that costs least to give up is After=shop-a.service of shop-b.service (shop-b.service:2)",
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for file, text := range c.files {
				if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			t.Chdir(dir)
			result, err := lint.Run(context.Background(), lint.Options{
				Rules: []*lint.Rule{dependency.OrderingCycle}, Input: lint.Input{Paths: []string{"."}},
			})
			if err != nil || len(result.Findings) != 1 {
				t.Fatal(err, result.Findings)
			}
			if got := result.Findings[0].Help; got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}
