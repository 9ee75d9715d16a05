package directive

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const manager = "/usr/lib/systemd/systemd"

// TestAgainstManager holds the table against the list that an installed systemd
// prints of its own parser, both ways.
func TestAgainstManager(t *testing.T) {
	if _, err := exec.LookPath(manager); err != nil {
		t.Skip("no systemd here")
	}
	version, err := exec.Command(manager, "--version").Output()
	if err != nil {
		t.Skip("systemd does not run here:", err)
	}
	var release int
	if _, err := fmt.Sscanf(string(version), "systemd %d", &release); err != nil || release > Latest {
		t.Skipf("not a release the table describes: %.40q", version)
	}
	dump, err := exec.Command(manager, "--dump-configuration-items").Output()
	if err != nil {
		t.Skip("systemd does not list its directives:", err)
	}

	listed := map[[2]string]bool{}
	section := ""
	for lines := bufio.NewScanner(bytes.NewReader(dump)); lines.Scan(); {
		line := lines.Text()
		key, _, isKey := strings.Cut(line, "=")
		switch {
		case strings.HasPrefix(line, "["):
			section = strings.Trim(line, "[]")
		case isKey:
			listed[[2]string{section, key}] = true
			d, ok := Lookup(section, key)
			switch {
			case !ok:
				t.Errorf("[%s] %s= is not in the table", section, key)
			case !d.In(release):
				t.Errorf("[%s] %s= is in systemd %d, the table has it from %d until %d", section, key, release, d.Since, d.Removed)
			}
		}
	}
	if len(listed) < 1000 {
		t.Fatalf("systemd listed %d directives only", len(listed))
	}
	for i := range directives {
		if d := &directives[i]; d.In(release) && !listed[[2]string{d.Section, d.Key}] {
			t.Errorf("[%s] %s= is in the table for systemd %d, which does not list it", d.Section, d.Key, release)
		}
	}
}

// TestAgainstShippedUnits looks up every assignment of the machine's own units.
func TestAgainstShippedUnits(t *testing.T) {
	units, _ := filepath.Glob("/usr/lib/systemd/system/*.*")
	if len(units) == 0 {
		t.Skip("no units here")
	}
	n := 0
	for _, path := range units {
		text, err := os.ReadFile(path)
		if err != nil {
			continue // a directory of drop-ins or a dangling link
		}
		unitType := strings.TrimPrefix(filepath.Ext(path), ".")
		section := ""
		continued := false
		for line := range strings.Lines(string(text)) {
			line = strings.TrimSpace(line)
			if strings.HasPrefix(line, "#") || strings.HasPrefix(line, ";") {
				continue
			}
			part := continued
			continued = strings.HasSuffix(line, `\`)
			key, _, isAssignment := strings.Cut(line, "=")
			key = strings.TrimSpace(key)
			switch {
			case part:
			case strings.HasPrefix(line, "["):
				section = strings.Trim(line, "[]")
				if !strings.HasPrefix(section, ExtensionPrefix) && !slices.Contains(SectionsFor(unitType), section) {
					t.Errorf("%s: [%s] is not a section of a %s", path, section, unitType)
				}
			case isAssignment && !strings.HasPrefix(key, ExtensionPrefix) && !strings.HasPrefix(section, ExtensionPrefix):
				n++
				if _, ok := Lookup(section, key); !ok {
					t.Errorf("%s: [%s] %s= is not in the table", path, section, key)
				}
			}
		}
	}
	t.Logf("%d assignments in %d units", n, len(units))
}
