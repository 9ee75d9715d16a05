package baseline

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/unitvet/unitvet/lint/source"
)

func entry(digit, path string) Entry {
	return Entry{Fingerprint: strings.Repeat(digit, 64), Rule: "a-rule", Path: path, Message: "<\"\x1b> \u2028"}
}

func TestRoundTrip(t *testing.T) {
	for _, entries := range [][]Entry{nil, {entry("1", "b")}, {entry("2", "b"), entry("1", "a"), entry("0", "b")}} {
		text := string(Format(entries))
		f, err := Parse(source.NewFile("known.json", text))
		if err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
		if diff := cmp.Diff(entries, f.Entries, cmpopts.IgnoreFields(Entry{}, "Span"), cmpopts.EquateEmpty(), cmpopts.SortSlices(func(a, b Entry) bool { return a.Fingerprint < b.Fingerprint })); diff != "" {
			t.Error(diff)
		}
		if again := string(Format(f.Entries)); again != text {
			t.Errorf("written again:\n%s\nfirst:\n%s", again, text)
		}
		for _, e := range f.Entries {
			if line := e.Span.Of(text); !strings.HasPrefix(line, `{"fingerprint":"`+e.Fingerprint) || !strings.HasSuffix(line, "}") {
				t.Errorf("the entry stands at %q", line)
			}
		}
	}
}

func TestParseRefuses(t *testing.T) {
	good := string(Format([]Entry{entry("1", "a"), entry("2", "b")}))
	for name, text := range map[string]string{
		"empty":             "",
		"text":              "hello",
		"list":              "[]",
		"SARIF":             `{"version": "2.1.0", "runs": []}`,
		"another version":   strings.Replace(good, "1", "7", 1),
		"version as text":   strings.Replace(good, "1", `"1"`, 1),
		"cut off":           good[:len(good)-4],
		"more behind":       good + "{}",
		"unknown member":    strings.Replace(good, `"rule"`, `"rules"`, 1),
		"no fingerprint":    strings.Replace(good, strings.Repeat("1", 64), "1", 1),
		"twice":             strings.Replace(good, strings.Repeat("1", 64), strings.Repeat("2", 64), 1),
		"no path":           strings.Replace(good, `"path":"a"`, `"path":""`, 1),
		"conflict":          strings.Replace(good, "\n", "\n<<<<<<< HEAD\n", 1),
		"a nested list":     strings.Replace(good, "[", "[[", 1),
		"findings missing":  `{"unitvet-baseline": 1}`,
		"other second name": `{"unitvet-baseline": 1, "entries": []}`,
	} {
		f, err := Parse(source.NewFile("known.json", text))
		if err == nil || !strings.HasPrefix(err.Error(), "known.json:") {
			t.Errorf("%s: %v, %v", name, f, err)
		}
	}
}
