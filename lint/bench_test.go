package lint_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/unitvet/unitvet/lint"
)

// BenchmarkRun is a whole run, from the listing of the directory to the sorted
// findings, with rules that look at everything and say little.
func BenchmarkRun(b *testing.B) {
	quiet := func(id string) *lint.Rule { return &lint.Rule{ID: id, Severity: lint.Warning} }
	file, unit, set := quiet("file"), quiet("unit"), quiet("set")
	file.CheckFile = func(p *lint.FilePass) {
		for range p.Part.Assignments() {
			continue
		}
	}
	unit.CheckUnit = func(p *lint.UnitPass) {
		for e := range p.Set.Graph.Of(p.Unit) {
			if p.Set.Resolve(e.To).Where == lint.Nowhere {
				p.Report(lint.Finding{Place: lint.AtWord(e.Ref.Setting, e.Ref.At), Message: e.To})
			}
		}
	}
	set.CheckSet = func(p *lint.SetPass) {
		for e := range p.Set.Graph.Edges() {
			for range p.Set.Graph.To(e.From) {
				break
			}
		}
	}
	for _, n := range []int{1000, 10000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			dir := b.TempDir()
			for i := range n {
				text := fmt.Sprintf(`[Unit]
Description=Application %[1]d
After=network-online.target app-%06[2]d.service
Wants=network-online.target
Requires=app-%06[2]d.service
[Service]
Type=notify
Environment=HOME=/var/lib/app MODE=production
ExecStart=/usr/bin/app --config /etc/app/%[1]d.conf --port %[1]d
Restart=on-failure
ProtectSystem=strict
ReadWritePaths=/var/lib/app
[Install]
WantedBy=multi-user.target
`, i, max(0, i-1))
				if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("app-%06d.service", i)), []byte(text), 0o600); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportAllocs()
			b.ResetTimer()
			for b.Loop() {
				result, err := lint.Run(context.Background(), lint.Options{Rules: []*lint.Rule{file, unit, set}, Input: lint.Input{Paths: []string{dir}}})
				if err != nil || result.Units != n || len(result.Errors) > 0 {
					b.Fatalf("%v, %+v", err, result.Summary)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*n), "µs/unit")
		})
	}
}
