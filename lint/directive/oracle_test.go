package directive

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

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
