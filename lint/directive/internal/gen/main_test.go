package main

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"
)

func TestTableIsCurrent(t *testing.T) {
	const folder = "../.."
	want, err := generate(os.DirFS(folder))
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(folder + "/" + output)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("%s does not follow from data/: run go generate ./...", output)
	}
}

func TestGenerateRefuses(t *testing.T) {
	const (
		types = "type\tname\tmeaning\nboolean\tTypeBoolean\ta boolean\n"
		units = "unit_type\tsections\nservice\tUnit Service Install\n"
		enums = "enum\tvalue\tsince\tdeprecated\treplacement\tnotes\nboolean\tyes\t1\t\t\t\n"
		head  = "key\tsections\ttype\tenum\talso\tlist\tempty\tseparator\tspecifiers\ton_invalid\tstatus\tsince\n"
		good  = "Accept\tService\tboolean\tboolean\t\tsingle\terror\t\tnone\tignored\tactive\t1\n"
	)
	tests := []struct {
		name, directives, want string
	}{
		{"nothing wrong", head + good, ""},
		{"a key twice", head + good + good, "twice"},
		{"an unknown type", head + strings.Replace(good, "boolean", "bool", 1), `unknown word "bool"`},
		{"an unknown vocabulary", head + strings.Replace(good, "\tboolean\tboolean", "\tboolean\tyesno", 1), `no vocabulary "yesno"`},
		{"an unknown word", head + strings.Replace(good, "single", "double", 1), `unknown word "double"`},
		{"an unknown form", head + strings.Replace(good, "boolean\t\tsingle", "boolean\tname\tsingle", 1), `unknown word "name"`},
		{"a release that is no number", head + strings.Replace(good, "\t1\n", "\t1-2\n", 1), "invalid syntax"},
		{"a cell too few", head + "Accept\tService\n", "data/directives.tsv:2: 2 cells instead of 12"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := generate(fstest.MapFS{
				"data/types.tsv":      {Data: []byte(types)},
				"data/unit_types.tsv": {Data: []byte(units)},
				"data/enums.tsv":      {Data: []byte(enums)},
				"data/directives.tsv": {Data: []byte(test.directives)},
			})
			switch {
			case test.want == "" && err != nil:
				t.Fatal(err)
			case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
				t.Errorf("error %v, want one with %q", err, test.want)
			}
		})
	}
}
