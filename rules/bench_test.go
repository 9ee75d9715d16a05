package rules_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/rules"
)

// BenchmarkPrograms is a whole run over a checkout of 200 services in Python that
// share packages: 2,000 files of some 10 kB.
func BenchmarkPrograms(b *testing.B) {
	dir := b.TempDir()
	write := func(name, text string) {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	var body strings.Builder
	for i := range 60 {
		fmt.Fprintf(&body, `

class Part%[1]d:
    """One of many."""

    def __init__(self, name: str, size: int = %[1]d) -> None:
        self.name = name
        self.path = os.path.join(DATA_DIR, f"{name}-{size}.json")

    def load(self) -> dict:
        with open(self.path, encoding="utf-8") as fh:
            return json.load(fh)
`, i)
	}
	const services, files = 200, 9
	for i := range services {
		pkg := fmt.Sprintf("services/s%03d", i)
		write(pkg+"/__init__.py", "")
		for n := range files {
			imports := "import json\nimport os\n"
			if n+1 < files {
				imports += fmt.Sprintf("from services.s%03d.part%d import Part1 as Next\n", i, n+1)
			}
			if n == 0 {
				imports += fmt.Sprintf("from services.s%03d import part1 as other\n", (i+7)%services)
			}
			write(fmt.Sprintf("%s/part%d.py", pkg, n), imports+"\nDATA_DIR = os.getenv(\"DATA_DIR\", \"/var/lib/app\")\n"+body.String()+"\n\nif __name__ == \"__main__\":\n    Part1(\"a\").load()\n")
		}
		write(fmt.Sprintf("units/s%03d.service", i), fmt.Sprintf(`[Unit]
Description=Service %[1]d
[Service]
User=app
WorkingDirectory=/opt/app
ExecStart=/opt/venv/bin/python -m services.s%03[1]d.part0
ProtectSystem=strict
[Install]
WantedBy=multi-user.target
`, i))
	}
	write("services/__init__.py", "")
	opts := lint.Options{Rules: rules.All()}
	opts.Paths = []string{dir}
	for b.Loop() {
		if _, err := lint.Run(b.Context(), opts); err != nil {
			b.Fatal(err)
		}
	}
}
