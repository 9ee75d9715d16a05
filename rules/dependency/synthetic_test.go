package dependency_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/rules/dependency"
)

// seeds are faults that units of a large set are given: lines of [Unit] by the
// number of the unit that has them, and the finding that they must lead to. {1} is
// the number of the first unit, {2} and {3} those of the others.
var seeds = []struct {
	lines []string
	want  string // rule and place of the finding; "" for what is no fault
}{
	{[]string{"Requires=app-{2}.service\nAfter=app-{2}.service", "After=app-{1}.service"}, "error ordering-cycle app-{2}.service:3"},
	{[]string{"After=app-{2}.service", "After=app-{1}.service"}, "warning ordering-cycle app-{1}.service:3"},
	{[]string{"Before=app-{2}.service", "Before=app-{3}.service", "Before=app-{1}.service"}, "warning ordering-cycle app-{1}.service:3"},
	{[]string{"Before=sysinit.target"}, "error ordering-cycle app-{1}.service:3"},
	{[]string{"Before=local-fs.target"}, "error ordering-cycle app-{1}.service:3"},
	{[]string{"After=multi-user.target", "After=app-{1}.service"}, "warning ordering-cycle app-{1}.service:3"},
	{[]string{"Conflicts=app-{2}.service\nAfter=app-{2}.service", "After=app-{1}.service"}, ""},
	{[]string{"After=app-{2}.service\nBefore=app-{2}.service"}, "error conflicting-dependency app-{1}.service:4"},
	{[]string{"Requires=app-{2}.service"}, "warning unordered-requirement app-{1}.service:3"},
	{[]string{"Wants=app-gone-{1}.service"}, "warning dangling-dependency app-{1}.service:3"},
	{[]string{"After=network-online.target"}, "warning network-online-not-wanted app-{1}.service:3"},
	{[]string{"After=multi-user.target"}, ""},
	{[]string{"Wants=app-{2}.service\nBefore=app-{2}.service", "Requires=app-{1}.service\nAfter=app-{1}.service"}, ""},
}

// apart is how far the faults are from each other.
const apart = 20

// synthetic writes a set of services, chains of ten, with a fault here and there,
// and returns the findings that it must lead to.
func synthetic(tb testing.TB, dir string, n int) (want []string) {
	tb.Helper()
	extra := map[int]string{}
	for i := 0; i+apart <= n; i += apart {
		seed := seeds[i/apart%len(seeds)]
		numbers := []int{i, i + 10, i + 11}
		fill := strings.NewReplacer("{1}", fmt.Sprint(numbers[0]), "{2}", fmt.Sprint(numbers[1]), "{3}", fmt.Sprint(numbers[2]))
		for j, lines := range seed.lines {
			extra[numbers[j]] = fill.Replace(lines) + "\n"
		}
		if seed.want != "" {
			want = append(want, fill.Replace(seed.want))
		}
	}
	for i := range n {
		chain := ""
		if i%10 > 1 { // the first two of ten have faults
			chain = fmt.Sprintf("Requires=app-%[1]d.service\nAfter=app-%[1]d.service\n", i-1)
		}
		text := fmt.Sprintf(`[Unit]
Description=Application %d
%s%s
[Service]
ExecStart=/usr/bin/app --port %[1]d
StateDirectory=app

[Install]
WantedBy=multi-user.target
`, i, extra[i], chain)
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("app-%d.service", i)), []byte(text), 0o600); err != nil {
			tb.Fatal(err)
		}
	}
	slices.Sort(want)
	return want
}

func run(tb testing.TB, dir string) (got []string) {
	tb.Helper()
	result, err := lint.Run(context.Background(), lint.Options{Rules: dependency.Rules(), Input: lint.Input{Paths: []string{dir}}})
	if err != nil || len(result.Errors) > 0 {
		tb.Fatal(err, result.Errors)
	}
	for _, f := range result.Findings {
		got = append(got, fmt.Sprintf("%s %s %s:%d", f.Severity, f.Rule.ID, filepath.Base(f.ReportPath()), f.Range().Start.Line))
	}
	slices.Sort(got)
	return got
}

// TestSynthetic finds every fault of a large set, and nothing else.
func TestSynthetic(t *testing.T) {
	dir := t.TempDir()
	want := synthetic(t, dir, 1000)
	if diff := cmp.Diff(strings.Join(want, "\n"), strings.Join(run(t, dir), "\n")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// BenchmarkSynthetic is the rules of the family over sets of growing size.
func BenchmarkSynthetic(b *testing.B) {
	for _, n := range []int{1000, 10000, 100000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			dir := b.TempDir()
			want := synthetic(b, dir, n)
			b.ResetTimer()
			for b.Loop() {
				if got := run(b, dir); len(got) != len(want) {
					b.Fatalf("%d findings, want %d", len(got), len(want))
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*n), "µs/unit")
		})
	}
}
