package python

import (
	_ "embed"
	"strings"
)

// standard lists the modules of the standard library: a name, the first and the
// last version 3.N that has it, empty for all since 3.8 (sys.stdlib_module_names
// of CPython 3.10 to 3.14, "Superseded and removed modules" in What's New).
//
//go:embed data/standard.tsv
var standard string

// distributions lists names that programs import from well-known packages of the
// Python Package Index.
//
//go:embed data/distributions.txt
var distributions string

// versions are the first and last version 3.N of a module.
type versions struct{ first, last int }

var standardModules = func() map[string]versions {
	modules := map[string]versions{}
	for line := range strings.Lines(standard) {
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		v := versions{}
		if len(fields) > 1 {
			v.first = atoi(fields[1])
		}
		if len(fields) > 2 {
			v.last = atoi(fields[2])
		}
		modules[fields[0]] = v
	}
	return modules
}()

func atoi(s string) int {
	n := 0
	for _, c := range s {
		n = n*10 + int(c-'0')
	}
	return n
}

var distributionNames = func() map[string]bool {
	names := map[string]bool{}
	for _, name := range strings.Fields(distributions) {
		names[name] = true
	}
	return names
}()

// isStandard reports whether the standard library of 3.minor, or of some version
// if that is 0, has a module.
func isStandard(name string, minor int) bool {
	v, ok := standardModules[name]
	if !ok || minor == 0 {
		return ok
	}
	return minor >= v.first && (v.last == 0 || minor <= v.last)
}

// isBuiltin reports whether a module is found before anything on sys.path:
// compiled in, or frozen since 3.11 (Python/frozen.c).
func isBuiltin(name string) bool {
	switch name {
	case "_abc", "_ast", "_codecs", "_collections", "_functools", "_imp", "_io", "_locale", "_operator", "_signal", "_sre", "_stat",
		"_string", "_symtable", "_thread", "_tracemalloc", "_warnings", "_weakref", "atexit", "builtins", "errno", "faulthandler", "gc",
		"itertools", "marshal", "posix", "pwd", "sys", "time",
		// imported before the script runs, or frozen
		"abc", "codecs", "io", "os", "site", "stat", "posixpath", "genericpath", "_collections_abc", "_sitebuiltins", "encodings",
		"importlib", "zipimport", "runpy", "__future__":
		return true
	}
	return false
}

// isDistribution reports whether a name is that of a package that many install.
func isDistribution(name string) bool { return distributionNames[name] }
