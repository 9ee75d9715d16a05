package rules_test

import (
	"os"
	"testing"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/rules"
)

// TestShippedUnits holds that next to nothing is said about the units that the
// packages of this machine ship: their authors would have to agree.
func TestShippedUnits(t *testing.T) {
	const (
		errorsAllowed   = 0
		warningsAllowed = 1 // in a hundred units
		infosAllowed    = 3 // in a hundred units
	)
	opts := lint.Options{Rules: rules.All()}
	opts.Root = "/"
	for _, dir := range []string{"/usr/lib/systemd/system", "/usr/lib/systemd/user"} {
		if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 {
			opts.Paths = append(opts.Paths, dir)
		}
	}
	if len(opts.Paths) == 0 {
		t.Skip("no units are installed here")
	}
	result, err := lint.Run(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	hundreds := 1 + result.Units/100
	if result.ErrorCount > errorsAllowed || result.WarningCount > warningsAllowed*hundreds || result.InfoCount > infosAllowed*hundreds {
		t.Errorf("%d errors, %d warnings and %d infos in %d units", result.ErrorCount, result.WarningCount, result.InfoCount, result.Units)
		for _, f := range result.Findings {
			t.Logf("%s: %s[%s]: %s", f.ReportPath(), f.Severity, f.Rule.ID, f.Message)
		}
	}
}
