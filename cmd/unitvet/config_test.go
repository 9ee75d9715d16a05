package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/xeipuuv/gojsonschema"

	"github.com/unitvet/unitvet/lint/config"
	"github.com/unitvet/unitvet/rules"
)

const schemaFile = "../../lint/config/schema.json"

// TestSchema holds that the schema that editors load is that of the types.
func TestSchema(t *testing.T) {
	want, err := config.Schema(rules.All())
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(schemaFile, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(schemaFile)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s is not that of the types (%v): run go test ./cmd/unitvet -update", schemaFile, err)
	}
}

// TestSchemaAgrees holds that schema and reader accept and refuse the same.
func TestSchemaAgrees(t *testing.T) {
	text, err := config.Schema(rules.All())
	if err != nil {
		t.Fatal(err)
	}
	schema, err := gojsonschema.NewSchema(gojsonschema.NewBytesLoader(text))
	if err != nil {
		t.Fatal(err)
	}
	full := config.Template(config.Seen{Dirs: []string{"a", "it's"}, Baseline: "known.json"})
	var everything strings.Builder // the template with its comments taken for settings
	for line := range strings.Lines(full) {
		if strings.HasPrefix(line, "#") && (!strings.HasPrefix(line, "# ") || strings.HasPrefix(line, "#  ")) {
			line = line[1:]
		}
		everything.WriteString(line)
	}
	for text, good := range map[string]bool{
		full:                true,
		everything.String(): true,
		"{}":                true,
		"systemd: 252\ndistribution: debian12\nfail-on: never":          true,
		"sets: [[a, b], [c]]\nmap: {/opt/x: .}\nholes: [/opt/x/venv]":   true,
		"rules: {dangling-dependency: {severity: off}}":                 true,
		"overrides: [{paths: ['a/**'], ignore: [dangling-dependency]}]": true,
		"overrides: [{ignore: [dangling-dependency]}]":                  false,
		"rules: {dangling-dependency: off}":                             false,
		"rules: {dangling-dependency: {severity: of}}":                  false,
		"rules: {dangling: {severity: off}}":                            false,
		"ignore: [dangling]":                                            false,
		"ignore: dangling-dependency":                                   false,
		"systemd: '252'":                                                false,
		"systemd: 0":                                                    false,
		"systemd: 99999":                                                false,
		"distribution: beos":                                            false,
		"strict: 1":                                                     false,
		"known-units: [nginx]":                                          false,
		"facts: /etc/passwd":                                            false,
		"map: {opt: .}":                                                 false,
		"fail_on: never":                                                false,
		"[]":                                                            false,
	} {
		var value any
		if err := yaml.Unmarshal([]byte(text), &value); err != nil {
			t.Fatalf("%v in %s", err, text)
		}
		document, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		result, err := schema.Validate(gojsonschema.NewBytesLoader(document))
		if err != nil {
			t.Fatal(err)
		}
		if result.Valid() != good {
			t.Errorf("the schema: %v, want %v\n%s\n%v", result.Valid(), good, text, result.Errors())
		}
		name := filepath.Join(t.TempDir(), config.Name)
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := config.Load(name, rules.All()); (err == nil) != good {
			t.Errorf("the reader: %v, want %v\n%s", err, good, text)
		}
	}
}
