package value

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestShippedUnits reads the values of the units that this machine ships: systemd
// drops nothing of them.
func TestShippedUnits(t *testing.T) {
	paths, _ := filepath.Glob("/usr/lib/systemd/system/*.*")
	read := 0
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			continue // a directory, or a link to nothing
		}
		unit, err := ParseName(filepath.Base(path))
		if err != nil {
			continue
		}
		for line := range strings.SplitSeq(strings.ReplaceAll(string(text), "\\\n", " "), "\n") {
			key, value, ok := strings.Cut(strings.TrimSpace(line), "=")
			if !ok || strings.HasPrefix(key, "#") || strings.HasPrefix(key, ";") {
				continue
			}
			read++
			for _, p := range shippedProblems(key, strings.TrimSpace(value), unit) {
				if p.Effect == Accepted {
					continue
				}
				t.Errorf("%s: %s: %v at %q", path, line, p, p.Span.Of(strings.TrimSpace(value)))
			}
		}
	}
	if read == 0 {
		t.Skip("this machine ships no units")
	}
	t.Logf("%d values of %d files", read, len(paths))
}

func shippedProblems(key, value string, unit Name) []*Problem {
	switch key {
	case "ExecStart", "ExecStartPre", "ExecStartPost", "ExecStop", "ExecStopPost", "ExecReload", "ExecCondition":
		e := ParseExec(value)
		problems := e.Problems
		for _, c := range e.Commands {
			for _, w := range append([]Word{c.Path}, c.Args...) {
				_, more := ScanSpecifiers(w.Text, FullTable)
				problems = append(problems, more...)
			}
		}
		return problems
	case "Environment":
		_, problems := ParseEnvironment(value)
		return problems
	case "ReadWritePaths", "ReadOnlyPaths", "InaccessiblePaths":
		_, problems := ParsePaths(value)
		return problems
	case "BindPaths", "BindReadOnlyPaths":
		_, problems := ParseBinds(value)
		return problems
	case "TemporaryFileSystem":
		_, problems := ParseTmpfs(value)
		return problems
	case "StateDirectory", "RuntimeDirectory", "CacheDirectory", "LogsDirectory", "ConfigurationDirectory":
		_, problems := ParseDirectories(value, key != "ConfigurationDirectory")
		return problems
	case "After", "Before", "Wants", "Requires", "Conflicts", "BindsTo", "PartOf", "Requisite", "OnFailure", "WantedBy", "Also", "Alias":
		var problems []*Problem
		for _, w := range Fields(value) {
			e := ExpandName(w.Text, Context{Unit: unit, Table: NameTable})
			problems = append(problems, e.Problems...)
			if e.Known {
				problems = appendProblem(problems, checkName(e.Text))
			}
		}
		return problems
	}
	return nil
}
