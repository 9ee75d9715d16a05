package value

import (
	"slices"
	"strings"
	"testing"
)

func TestClosest(t *testing.T) {
	directives := []string{"After", "Before", "ExecStart", "ExecStartPre", "ExecStop", "Restart", "RestartSec", "User", "UMask", "Wants", "WantedBy"}
	units := []string{"quantum-execution", "quantum-clm", "quantum-rl-monitor", "quantum_risk_safety", "redis", "mysql"}
	tests := []struct {
		word       string
		candidates []string
		want       string
	}{
		{"ExecStrat", directives, "ExecStart"},
		{"execstart", directives, "ExecStart"},
		{"EXECSTART", directives, "ExecStart"},
		{"Afer", directives, "After"},
		{"Restartsec", directives, "RestartSec"},
		{"ExecStart", directives, "ExecStart"},
		{"Usr", directives, "User"},
		{"Want", directives, "Wants"},
		{"WantBy", directives, "WantedBy"},
		{"Description", directives, ""},
		{"X", directives, ""},
		{"", directives, ""},
		{"quantum_execution", units, "quantum-execution"},
		{"quantum-risk-safety", units, "quantum_risk_safety"},
		{"quantum-cml", units, "quantum-clm"},
		{"quantum-ai-engine", units, ""},
		{"rediss", units, "redis"},
		{"mariadb", units, ""},
		{"ab", []string{"AB", "a-b"}, "AB"},
		{"no", []string{"on"}, ""},
		{"abc", []string{"abd", "abe"}, "abd"},
		{"a-b", []string{"A-b", "a_b"}, "A-b"},
		{"word", nil, ""},
	}
	for _, test := range tests {
		t.Run(test.word, func(t *testing.T) {
			got, ok := Closest(test.word, test.candidates)
			same(t, "closest", got, test.want)
			same(t, "found", ok, test.want != "")
			reversed := slices.Clone(test.candidates)
			slices.Reverse(reversed)
			got, _ = Closest(test.word, reversed)
			same(t, "in another order", got, test.want)
		})
	}
}

func TestOneEdit(t *testing.T) {
	for _, near := range [][2]string{{"Servce", "Service"}, {"service", "Service"}, {"Serivce", "Service"}, {"a_b", "A-b"}, {"", "x"}, {"Unit", "Units"}} {
		if !OneEdit(near[0], near[1]) || !OneEdit(near[1], near[0]) {
			t.Errorf("%q", near)
		}
	}
	for _, far := range [][2]string{{"Sevce", "Service"}, {"Timer", "Time-rs"}, {"", "xy"}, {"ab", "cd"}} {
		if OneEdit(far[0], far[1]) || OneEdit(far[1], far[0]) {
			t.Errorf("%q", far)
		}
	}
}

func FuzzClosest(f *testing.F) {
	f.Add("word", "wrod", "ward")
	f.Fuzz(func(t *testing.T, word, a, b string) {
		got, ok := Closest(word, []string{a, b})
		other, also := Closest(word, []string{b, a})
		if got != other || ok != also || ok && got != a && got != b {
			t.Fatalf("%q among %q, %q: %q, %q", word, a, b, got, other)
		}
		if distance(a, b, 100) != distance(b, a, 100) {
			t.Fatalf("the distance between %q and %q depends on the direction", a, b)
		}
	})
}

func BenchmarkClosest(b *testing.B) {
	var candidates []string
	for _, c := range "abcdefghijklmnopqrstuvwxyz" {
		for n := range 40 {
			candidates = append(candidates, "quantum-"+strings.Repeat(string(c), n%12)+"-worker")
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		Closest("quantum-rrr-wroker", candidates)
	}
}
