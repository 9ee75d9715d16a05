package main

import (
	"compress/gzip"
	"io"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// The text is compared, not the bytes: releases of Go may compress differently.
func TestUnitsAreCurrent(t *testing.T) {
	const folder = "../.."
	want, err := merge(os.DirFS(folder))
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(folder + "/" + output)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	r, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s does not follow from data/: run go generate ./...", output)
	}
}

func TestMerge(t *testing.T) {
	const (
		unitsHead     = "unit\tscope\tkind\tpackages\tdistributions\n"
		specialHead   = "unit\tscope\tkind\tsince\tremoved\tupstream\n"
		aliasesHead   = "alias\tscope\ttarget\tkind\tpackages\tdistributions\n"
		elsewhereHead = "unit\tpackage\torigin\n"
	)
	tests := []struct {
		name                               string
		units, special, aliases, elsewhere string
		want                               string
	}{
		{
			name:  "a unit",
			units: "a.service\tsystem\tunit\tb a\tsid debian12\n",
			want:  "a.service\tsystem\tunit\t\ta b\tbs\t\t\n",
		},
		{
			name:  "a file hides an init script",
			units: "a.service\tsystem\tsysv-init-script\told\tdebian12\na.service\tsystem\tunit\tnew\tsid\n",
			want:  "a.service\tsystem\tunit\t\tnew old\tbs\t\t\n",
		},
		{
			name:  "scopes are apart",
			units: "a.service\tsystem\tunit\tp\tall\na.service\tuser\tunit\tp\tsid\n",
			want:  "a.service\tsystem\tunit\t\tp\tbtsn\t\t\na.service\tuser\tunit\t\tp\ts\t\t\n",
		},
		{
			name:      "elsewhere too",
			units:     "a.service\tsystem\tunit\tp\tsid\n",
			elsewhere: "a.service\tq\tvendor\nb.service\tr\tvendor\n",
			want:      "a.service\tsystem\tunit\t\tp q\tse\t\t\nb.service\tsystem\tunit\t\tr\te\t\t\n",
		},
		{
			name:    "an enabled unit brings its alias wherever it is",
			units:   "a.service\tsystem\tunit\tp\tall\n",
			aliases: "b.service\tsystem\ta.service\tinstall\tp\tsid\n",
			want:    "a.service\tsystem\tunit\t\tp\tbtsn\t\t\nb.service\tsystem\talias\ta.service\tp\tbtsn\t\t\n",
		},
		{
			name:    "a link is an alias, not a unit",
			units:   "a.service\tsystem\tunit\tp\tsid\n",
			aliases: "a.service\tsystem\tb.service\tlink\tp\tsid\n",
			want:    "a.service\tsystem\talias\tb.service\tp\ts\t\t\n",
		},
		{
			name:    "a link in one package, a unit in another",
			units:   "a.service\tsystem\tunit\tp q\tsid\n",
			aliases: "a.service\tsystem\tb.service\tlink\tp\tsid\n",
			want:    "a.service\tsystem\tunit\tb.service\tp q\ts\t\t\n",
		},
		{
			name:    "a mask",
			units:   "a.service\tsystem\tunit\tp\tsid\n",
			aliases: "a.service\tsystem\t\tmask\tp\tsid\n",
			want:    "a.service\tsystem\tunit\t\tp\tsm\t\t\n",
		},
		{
			name:    "units of systemd",
			special: "-.mount\tsystem\tbuiltin\t235\t\t\na.target\tsystem\tspecial\t1\t198\t\nb.target\tsystem\tspecial\t2\t\tyes\n",
			want:    "-.mount\tsystem\tbuiltin\t\t\tbtsne\t235\t\na.target\tsystem\tspecial\t\t\t\t1\t198\nb.target\tsystem\tspecial\t\t\te\t2\t\n",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := merge(fstest.MapFS{
				"data/units.tsv":     {Data: []byte(unitsHead + test.units)},
				"data/special.tsv":   {Data: []byte(specialHead + test.special)},
				"data/aliases.tsv":   {Data: []byte(aliasesHead + test.aliases)},
				"data/elsewhere.tsv": {Data: []byte(elsewhereHead + test.elsewhere)},
			})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
	_, err := merge(fstest.MapFS{
		"data/units.tsv":     {Data: []byte(unitsHead + "a.service\tsystem\tunit\tp\tplan9\n")},
		"data/special.tsv":   {Data: []byte(specialHead)},
		"data/aliases.tsv":   {Data: []byte(aliasesHead)},
		"data/elsewhere.tsv": {Data: []byte(elsewhereHead)},
	})
	if err == nil || !strings.Contains(err.Error(), `unknown distribution "plan9"`) {
		t.Errorf("error %v, want one about the distribution", err)
	}
}
