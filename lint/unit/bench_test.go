package unit_test

import (
	"fmt"
	"path/filepath"
	"testing"
)

// generateUnits writes n services as programs have them, each tenth with a
// drop-in.
func generateUnits(b *testing.B, n int) string {
	b.Helper()
	dir := b.TempDir()
	for i := range n {
		name := fmt.Sprintf("app-%06d.service", i)
		write(b, filepath.Join(dir, name), fmt.Sprintf(`[Unit]
Description=Application %[1]d
Documentation=https://example.com/%[1]d
After=network-online.target app-%06[2]d.service
Wants=network-online.target
Requires=app-%06[2]d.service

[Service]
Type=notify
User=app
Environment=HOME=/var/lib/app MODE=production
EnvironmentFile=-/etc/default/app-%[1]d
ExecStartPre=/usr/bin/mkdir -p /run/app-%[1]d
ExecStart=/usr/bin/app --config /etc/app/%[1]d.conf \
    --port %[1]d
Restart=on-failure
RestartSec=5s
ProtectSystem=strict
ReadWritePaths=/var/lib/app

[Install]
WantedBy=multi-user.target
`, i, max(0, i-1)))
		if i%10 == 0 {
			write(b, filepath.Join(dir, name+".d", "override.conf"), "[Service]\nEnvironment=X=1\n")
		}
	}
	return dir
}

func BenchmarkLoad(b *testing.B) {
	for _, n := range []int{1000, 10000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			dir := generateUnits(b, n)
			b.ReportAllocs()
			b.ResetTimer()
			for b.Loop() {
				if set := loadDir(dir); len(set.Units) != n {
					b.Fatalf("%d units: %v", len(set.Units), set.Problems)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*n), "µs/unit")
		})
	}
}

// BenchmarkSettings asks for what rules ask for: keys that are there, and more that
// are not.
func BenchmarkSettings(b *testing.B) {
	set := loadDir(generateUnits(b, 1))
	u := set.Units[0]
	for _, key := range []string{"PrivateTmp", "Restart", "Environment"} {
		b.Run(key, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				u.Settings("Service", key)
			}
		})
	}
}
