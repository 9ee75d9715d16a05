package rules_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/rules"
)

// BenchmarkRun is a whole run of all rules over a directory of units. With
// UNITVET_UNITS=100000 it takes that many units instead.
func BenchmarkRun(b *testing.B) {
	sizes := []int{1000, 10000}
	if n, err := strconv.Atoi(os.Getenv("UNITVET_UNITS")); err == nil {
		sizes = []int{n}
	}
	for _, n := range sizes {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			dir := b.TempDir()
			deploy(b, dir, n)
			b.ReportAllocs()
			b.ResetTimer()
			var result *lint.Result
			for b.Loop() {
				var err error
				result, err = lint.Run(context.Background(), lint.Options{Rules: rules.All(), Input: lint.Input{Paths: []string{dir}}})
				if err != nil || result.Units != n || len(result.Errors) > 0 {
					b.Fatalf("%v, %+v", err, result.Summary)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*n), "µs/unit")
			var memory runtime.MemStats
			runtime.ReadMemStats(&memory)
			b.ReportMetric(float64(memory.Sys>>20), "MB-sys")
			b.ReportMetric(float64(result.ErrorCount+result.WarningCount+result.InfoCount), "findings")
		})
	}
}

// deploy writes n units, most of them in good order.
func deploy(b *testing.B, dir string, n int) {
	b.Helper()
	fleet, err := txtar.ParseFile(filepath.Join("..", "testdata", "fleet.txtar"))
	if err != nil {
		b.Fatal(err)
	}
	for k := 0; n > 0; k++ {
		values := strings.NewReplacer("{n}", fmt.Sprintf("%06d", k), "{prev}", fmt.Sprintf("%06d", max(0, k-1)), "{port}", strconv.Itoa(1024+k%60000))
		for i, file := range fleet.Files {
			dropIn := strings.Contains(file.Name, "/")
			if i == len(fleet.Files)-1 && k%50 != 0 || !dropIn && n == 0 {
				continue
			}
			if !dropIn {
				n--
			}
			name := filepath.Join(dir, values.Replace(file.Name))
			if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
				b.Fatal(err)
			}
			if err := os.WriteFile(name, []byte(values.Replace(string(file.Data))), 0o600); err != nil {
				b.Fatal(err)
			}
		}
	}
}
