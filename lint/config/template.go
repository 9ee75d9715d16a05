package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Seen is what a configuration is made from.
type Seen struct {
	// Dirs are the directories with units, relative to the configuration.
	Dirs []string
	// Map are the directories of the host that the units seem to be deployed to, each
	// with that of the repository, and Holes those in them that it does not have.
	Map   map[string]string
	Holes []string
	// Baseline is the name of a baseline that is there, or "".
	Baseline string
	// Schema is the address of the schema, or "".
	Schema string
}

// examples are directories whose units are there to be wrong.
var examples = []string{"testdata", "fixtures", "fixture", "test", "tests", "examples", "example"}

// Template returns a configuration to begin with: everything it could say, as
// comments, filled in with what was seen.
func Template(seen Seen) string {
	var text strings.Builder
	if seen.Schema != "" {
		fmt.Fprintf(&text, "# yaml-language-server: $schema=%s\n", seen.Schema)
	}
	text.WriteString("# unitvet config check looks at this file, unitvet config show says what is in force.\n")
	setting := func(name, value string) {
		fmt.Fprintf(&text, "\n# %s.\n%s", Doc(name), value)
	}
	setting("systemd", "#systemd: 252\n")
	setting("distribution", "#distribution: debian12\n")
	sets := "#sets:\n"
	if len(seen.Dirs) > 1 {
		for _, dir := range seen.Dirs {
			sets += "#  - [" + quote(dir) + "]\n"
		}
	} else {
		sets += "#  - [site, base]\n"
	}
	setting("sets", "# Each directory is one of its own unless it is joined with others here.\n"+sets)
	mapped, holes := "#  /opt/app: .\n", "/opt/app/venv"
	if len(seen.Map) > 0 {
		mapped = ""
		for _, dir := range slices.Sorted(maps.Keys(seen.Map)) {
			mapped += "#  " + quote(dir) + ": " + quote(seen.Map[dir]) + "\n"
		}
	}
	if len(seen.Holes) > 0 {
		var quoted []string
		for _, hole := range seen.Holes {
			quoted = append(quoted, quote(hole))
		}
		holes = strings.Join(quoted, ", ")
	}
	setting("map", "#map:\n"+mapped)
	setting("holes", "#holes: ["+holes+"]\n")
	setting("known-units", "#known-units: [billing.service, 'legacy-*.service']\n")
	setting("facts", "#facts: facts.json\n")
	if seen.Baseline != "" {
		setting("baseline", "baseline: "+quote(seen.Baseline)+"\n")
	} else {
		setting("baseline", "#baseline: .unitvet-baseline.json\n")
	}
	var globs []string
	for _, dir := range seen.Dirs {
		parts := strings.Split(dir, "/")
		at := slices.IndexFunc(parts, func(part string) bool { return slices.Contains(examples, part) })
		if at < 0 {
			continue
		}
		glob := quote(strings.Join(parts[:at+1], "/") + "/**")
		if !slices.Contains(globs, glob) {
			globs = append(globs, glob)
		}
	}
	if len(globs) == 0 {
		globs = []string{"'testdata/**'"}
	}
	setting("exclude", "#exclude: ["+strings.Join(globs, ", ")+"]\n")
	setting("ignore", "#ignore: [duplicate-list-entry]\n")
	setting("strict", "#strict: true\n")
	setting("rules", "#rules:\n#  dangling-dependency: {severity: error}\n")
	setting("overrides", "#overrides:\n#  - paths: ['legacy/**']\n#    ignore: [dangling-dependency]\n")
	setting("fail-on", "fail-on: warning\n")
	return text.String()
}

// quote returns a text as a YAML scalar that is never taken for anything else.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
