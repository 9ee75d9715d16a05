package syntax_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/syntax"
)

// serviceFile makes a unit file of ordinary length.
func serviceFile(i int) string {
	return fmt.Sprintf(`#  SPDX-License-Identifier: LGPL-2.1-or-later
#
#  This file is part of example %[1]d.

[Unit]
Description=Example Worker %[1]d of the Market Data Pipeline
Documentation=man:example(%[1]d) https://example.org/docs/worker
DefaultDependencies=no
Wants=network-online.target
After=network-online.target postgresql.service redis.service
ConditionPathExists=/etc/example/worker-%[1]d.yaml

[Service]
Type=notify
User=example
Group=example
WorkingDirectory=/opt/example/worker-%[1]d
Environment=PYTHONPATH=/opt/example PYTHONUNBUFFERED=1
EnvironmentFile=-/etc/example/worker-%[1]d.env
ExecStartPre=/usr/bin/test -r /etc/example/worker-%[1]d.yaml
ExecStart=/opt/example/venv/bin/python -m example.worker --config /etc/example/worker-%[1]d.yaml
ExecReload=/bin/kill -HUP $MAINPID
Restart=on-failure
RestartSec=5s

# Sandbox
NoNewPrivileges=yes
PrivateTmp=yes
ProtectSystem=strict
ProtectHome=yes
ReadWritePaths=/var/lib/example /var/log/example
LimitNOFILE=65536
MemoryMax=2G

[Install]
WantedBy=multi-user.target
`, i)
}

// continuedFile makes a unit file whose values are long lists.
func continuedFile(i int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "[Unit]\nDescription=List %d\nAfter=\\\n", i)
	for j := range 200 {
		if j%20 == 0 {
			fmt.Fprintf(&b, "# part %d\n", j)
		}
		fmt.Fprintf(&b, "    member-%d-%d.service \\\n", i, j)
	}
	b.WriteString("    last.service\n[Service]\nExecStart=/usr/bin/example \\\n    --first \\\n    --second\n")
	return b.String()
}

// concatenated repeats what a template makes up to about a mebibyte.
func concatenated(template func(int) string) string {
	var b strings.Builder
	for i := 0; b.Len() < 1<<20; i++ {
		b.WriteString(template(i))
	}
	return b.String()
}

func BenchmarkParse(b *testing.B) {
	services, lists := concatenated(serviceFile), concatenated(continuedFile)
	inputs := []struct{ name, text string }{
		{"one file", serviceFile(1)},
		{"services", services},
		{"services CRLF", strings.ReplaceAll(services, "\n", "\r\n")},
		{"lists", lists},
		{"lists CRLF", strings.ReplaceAll(lists, "\n", "\r\n")},
		{"comments", strings.Repeat("# A line of a licence or an explanation, as long as such lines are.\n", 1<<14)},
		{"non-ASCII", strings.Repeat("Description=Größenabhängige Überprüfung für Präzisionsläufe\n", 1<<14)},
		{"long lines", strings.Repeat("Environment="+strings.Repeat("NAME=value ", 1000)+"\n", 100)},
	}
	for _, input := range inputs {
		b.Run(input.name, func(b *testing.B) {
			file := source.NewFile("x.service", input.text)
			b.SetBytes(int64(len(input.text)))
			b.ReportAllocs()
			for b.Loop() {
				syntax.Parse(file)
			}
		})
	}
}
