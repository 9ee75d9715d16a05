package python

import (
	"bufio"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/unitvet/unitvet/lint/source"
)

// oracle prints, for each file that Python's own parser accepts, its imports and
// its calls with literal arguments, one JSON list per file.
const oracle = `
import ast, json, sys

def dotted(e):
    if isinstance(e, ast.Name): return e.id
    if isinstance(e, ast.Attribute):
        x = dotted(e.value)
        return x and x + "." + e.attr

def literal(e):
    if isinstance(e, ast.Constant) and isinstance(e.value, (str, int, bool, type(None))) and not isinstance(e.value, float):
        return repr(e.value) if not isinstance(e.value, str) else "s:" + e.value

for path in sys.stdin:
    path = path.rstrip("\n")
    try:
        text = open(path, "rb").read()
        text.decode("utf-8")
        tree = ast.parse(text)
    except Exception:
        continue
    out = []
    for n in ast.walk(tree):
        if isinstance(n, ast.Import):
            out.append("%d import %s" % (n.lineno, ", ".join(a.name + " " + (a.asname or "") for a in n.names)))
        elif isinstance(n, ast.ImportFrom):
            out.append("%d from %s%s import %s" % (n.lineno, "." * n.level, n.module or "", ", ".join(a.name + " " + (a.asname or "") for a in n.names)))
        elif isinstance(n, ast.Call):
            name = dotted(n.func)
            if not name: continue
            args = [literal(a) for a in n.args] + [(k.arg or "**") + "=" + str(literal(k.value)) for k in n.keywords]
            if args and all(a is not None and not a.endswith("=None") for a in args):
                out.append("%d %s(%s)" % (n.lineno, name, ", ".join(args)))
        elif isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            out.append("%d def %s" % (n.lineno, n.name))
    try:
        print(json.dumps([path, sorted(out)]).encode("utf-8", "replace").decode())
    except Exception:
        continue
`

// TestOracle holds the scanner against Python's own parser over the standard
// library: imports must not differ, calls hardly.
func TestOracle(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3")
	}
	out, err := exec.Command(python, "-c", "import os; print(os.__file__)").Output()
	if err != nil {
		t.Skip("python3 does not run")
	}
	dir := filepath.Dir(strings.TrimSpace(string(out)))
	corpus := []string{dir}
	all := os.Getenv("UNITVET_ORACLE") != ""
	if extra := os.Getenv("UNITVET_PYTHON_CORPUS"); extra != "" {
		corpus = append(corpus, filepath.SplitList(extra)...)
	}
	var files []string
	for _, dir := range corpus {
		_ = filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
			if err == nil && d.IsDir() && d.Name() == "site-packages" {
				return filepath.SkipDir
			}
			if err == nil && d.IsDir() && !all && path != dir && d.Name() != "asyncio" && d.Name() != "logging" {
				return filepath.SkipDir
			}
			if err == nil && !d.IsDir() && strings.HasSuffix(path, ".py") {
				files = append(files, path)
			}
			return nil
		})
	}
	if !all {
		files = slices.DeleteFunc(files, func(file string) bool { return len(filepath.Base(file))%4 > 0 }) // a sample
	}
	cmd := exec.Command(python, "-W", "ignore", "-c", oracle)
	cmd.Stdin = strings.NewReader(strings.Join(files, "\n"))
	cmd.Stderr = os.Stderr
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(pipe)
	lines.Buffer(nil, 64<<20)
	read, imports, calls, wrongImports, wrongCalls := 0, 0, 0, 0, 0
	for lines.Scan() {
		var row []json.RawMessage
		var path string
		var want []string
		if json.Unmarshal(lines.Bytes(), &row) != nil || json.Unmarshal(row[0], &path) != nil || json.Unmarshal(row[1], &want) != nil {
			t.Fatalf("oracle: %s", lines.Text())
		}
		text, err := os.ReadFile(path)
		if err != nil || !utf8.Valid(text) {
			continue
		}
		read++
		file := Parse(source.NewFile(path, string(text)))
		if file.damage.text != "" {
			t.Errorf("%s:%d: called damaged: %s", path, file.Source.Line(file.damage.at), file.damage.text)
		}
		got := described(file)
		inWant, inGot := map[string]bool{}, map[string]bool{}
		for _, line := range want {
			inWant[line] = true
		}
		for _, line := range got {
			inGot[line] = true
		}
		for _, line := range slices.Concat(want, got) {
			isImport := isImportLine(line)
			if isImport {
				imports++
			} else {
				calls++
			}
			if inWant[line] != inGot[line] {
				where := "missed"
				if inGot[line] {
					where = "invented"
				}
				if isImport {
					wrongImports++
					t.Errorf("%s: %s: %s", path, where, line)
				} else {
					wrongCalls++
					t.Logf("%s: %s: %s", path, where, line)
				}
			}
		}
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d files, %d imports (%d wrong), %d calls and definitions (%d wrong)", read, imports/2, wrongImports, calls/2, wrongCalls)
	if wrongCalls*200 > calls {
		t.Errorf("%d of %d calls differ", wrongCalls, calls)
	}
}

func isImportLine(line string) bool {
	_, rest, _ := strings.Cut(line, " ")
	return strings.HasPrefix(rest, "import ") || strings.HasPrefix(rest, "from ")
}

// described lists what the oracle prints of a file.
func described(file *File) []string {
	var out []string
	line := func(at int32) string { return strconv.Itoa(file.Source.Line(int(at))) }
	names := func(list []alias) string {
		var all []string
		for _, a := range list {
			all = append(all, a.name+" "+a.as)
		}
		return strings.Join(all, ", ")
	}
	walk(file.body, func(s *stmt) {
		switch s.kind {
		case sImport:
			out = append(out, line(s.start)+" import "+names(s.names))
		case sFrom:
			out = append(out, line(s.start)+" from "+strings.Repeat(".", s.level)+s.text+" import "+names(s.names))
		case sDef, sClass:
			out = append(out, line(s.start)+" def "+s.def.name)
		}
	}, func(e *expr) {
		if e.kind != eCall {
			return
		}
		name := dottedName(e.x)
		if name == "" || len(e.args) == 0 {
			return
		}
		var places, named []string
		for _, a := range e.args {
			text, ok := literalText(a.value)
			if !ok || a.star > 0 {
				return
			}
			if a.name != "" {
				if text == "None" {
					return
				}
				named = append(named, a.name+"="+text)
			} else {
				places = append(places, text)
			}
		}
		out = append(out, line(e.start)+" "+name+"("+strings.Join(append(places, named...), ", ")+")")
	})
	slices.Sort(out)
	return out
}

func literalText(e *expr) (string, bool) {
	switch e.kind {
	case eString:
		return "s:" + strings.ToValidUTF8(e.text, "?"), true
	case eInt:
		n, err := strconv.ParseInt(e.text, 0, 64)
		return strconv.FormatInt(n, 10), err == nil
	case eTrue:
		return "True", true
	case eFalse:
		return "False", true
	case eNone:
		return "None", true
	}
	return "", false
}
