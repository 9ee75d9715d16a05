package value

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/unitvet/unitvet/lint/linttest/oracle"
)

// These tests put what the others expect to systemd itself, where it is installed.

// dumps loads unit files with systemd-analyze verify and returns its debug dump of
// every unit that it loaded, by name. Units are loaded from a directory of their
// own, with drop-in files below it; names are given as the tool takes them.
func dumps(t *testing.T, files map[string]string, names []string) map[string][]string {
	t.Helper()
	analyze, _ := oracle.Tool(t, "systemd-analyze")
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(analyze, append([]string{"verify", "--man=no", "--recursive-errors=no", "--"}, names...)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "SYSTEMD_LOG_LEVEL=debug")
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run() // fails when any unit has a fault, as many here do
	units := map[string][]string{}
	name := ""
	for line := range strings.SplitSeq(stdout.String(), "\n") {
		line = strings.TrimLeft(line, "\t")
		// The arrow is -> or, since 253, may be one character.
		if arrow, unit, ok := strings.Cut(line, " Unit "); ok && (arrow == "->" || arrow == "→") {
			name = strings.TrimSuffix(unit, ":")
		}
		if name != "" {
			units[name] = append(units[name], line)
		}
	}
	if len(units) == 0 {
		t.Skipf("systemd-analyze verify dumps no units here: %v\n%.500s", err, stderr.String())
	}
	return units
}

// entries returns the values of a key in a dump.
func entries(dump []string, key string) []string {
	var out []string
	for _, line := range dump {
		if v, ok := strings.CutPrefix(line, key+": "); ok {
			out = append(out, v)
		}
	}
	return out
}

// shellQuoted renders an argument as the dump does (shell_maybe_quote in
// src/basic/escape.c).
func shellQuoted(arg string) string {
	if arg == "" {
		return `""`
	}
	need := false
	var out strings.Builder
	for i := 0; i < len(arg); {
		if r := []rune(arg[i:])[0]; r >= 0x80 && strings.HasPrefix(arg[i:], string(r)) && r != '\ufffd' {
			out.WriteString(string(r))
			i += len(string(r))
			continue
		}
		switch c := arg[i]; {
		case strings.IndexByte("\a\b\f\n\r\t\v", c) >= 0:
			need = true
			out.WriteString(`\` + string("abtnvfr"[c-'\a']))
		case c < ' ' || c >= 0x7f:
			need = true
			fmt.Fprintf(&out, `\%03o`, c)
		default:
			if strings.IndexByte(` "\`+"`$*?['()<>|&;!", c) >= 0 {
				need = true
			}
			if strings.IndexByte(`"\`+"`$", c) >= 0 {
				out.WriteByte('\\')
			}
			out.WriteByte(c)
		}
		i++
	}
	if need {
		return `"` + out.String() + `"`
	}
	return out.String()
}

func TestOracleExec(t *testing.T) {
	_, release := oracle.Tool(t, "systemd-analyze")
	lines := execLines()
	files := map[string]string{}
	var names []string
	for i, line := range lines {
		// The blank after the value keeps a backslash at its end from joining lines.
		name := fmt.Sprintf("u%04d.service", i)
		names = append(names, name)
		files[name] = "[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=" + line + " \nExecStop=/bin/false\n"
	}
	units := dumps(t, files, names)
	compared, refused := 0, 0
	for i, line := range lines {
		e := ParseExec(line)
		if skipExec(line, e, release) {
			continue
		}
		compared++
		unit, _ := ParseName(names[i])
		dump, loaded := units[names[i]]
		fatal := slices.ContainsFunc(e.Problems, func(p *Problem) bool { return p.Effect == Refuses })
		for _, c := range e.Commands {
			for _, w := range append([]Word{c.Path}, c.Args...) {
				_, problems := ScanSpecifiers(w.Text, FullTable)
				fatal = fatal || len(problems) > 0
			}
		}
		if loaded == fatal {
			t.Errorf("%s\nloaded by systemd: %v; problems: %v", line, loaded, foundAll(line, e.Problems))
			continue
		}
		if fatal {
			refused++
			continue
		}
		var want []string
		for _, c := range e.Commands {
			argv := []string{ExpandName(c.Path.Text, Context{Unit: unit}).Text}
			if c.Argv0 != nil {
				argv = []string{ExpandName(c.Argv0.Text, Context{Unit: unit}).Text}
			}
			for _, a := range c.Args {
				argv = append(argv, ExpandName(a.Text, Context{Unit: unit}).Text)
			}
			for k := range argv {
				argv[k] = shellQuoted(argv[k])
			}
			want = append(want, strings.Join(argv, " "))
		}
		got := entries(dump, "Command Line")
		if n := len(got); n > 0 && got[n-1] == "/bin/false" {
			got = got[:n-1]
		}
		same(t, line, got, want)
	}
	t.Logf("%d command lines compared, %d of them refused", compared, refused)
	if compared < 300 {
		t.Errorf("only %d command lines compared", compared)
	}
}

// skipExec reports whether releases differ over the line, or over what they say of it:
// | came with 258, which shows the shell, too, and leaves \ud800 and its like alone;
// before 257 only a slash at the end made a directory of a path.
func skipExec(line string, e Exec, release int) bool {
	for _, c := range e.Commands {
		if c.Shell {
			return true
		}
	}
	for _, p := range e.Problems {
		if p.Kind == DirectoryCommand && release < 257 && !strings.HasSuffix(p.Span.Of(line), "/") &&
			strings.Contains(p.Span.Of(line), "/") {
			return true
		}
	}
	return release < 258 && strings.Contains(line, "|") && len(e.Problems) > 0 || release >= 258 && strings.Contains(line, `\ud8`)
}

func TestOracleExpandName(t *testing.T) {
	files := map[string]string{}
	var names, want []string
	for i, test := range expansions {
		unit, err := ParseName(test.unit)
		if err != nil || !test.known || unit.Kind == Template {
			continue
		}
		// Each unit is loaded once, so the names are told apart by their prefix.
		unit.Prefix = fmt.Sprintf("u%d", i) + unit.Prefix
		e := ExpandName(test.in, Context{Unit: unit})
		if !e.Known {
			t.Errorf("%q is not known for %s", test.in, unit)
		}
		files[unit.Template().String()] = "[Service]\nType=oneshot\nExecStart=/bin/echo \"" + test.in + "\"\n"
		names, want = append(names, unit.String()), append(want, "/bin/echo "+shellQuoted(e.Text))
	}
	units := dumps(t, files, names)
	for i, name := range names {
		same(t, name+": "+files[name], entries(units[name], "Command Line"), []string{want[i]})
	}
}

func TestOracleLists(t *testing.T) {
	_, release := oracle.Tool(t, "systemd-analyze")
	files := map[string]string{}
	var names []string
	for i, test := range lists {
		name := fmt.Sprintf("u%d.service", i)
		names = append(names, name)
		files[name] = fmt.Sprintf("[Service]\nExecStart=/bin/true\n%s=%s \n", test.key, test.in)
	}
	units := dumps(t, files, names)
	for i, test := range lists {
		if strings.Contains(test.in, "%") || test.key == "BindPaths" && release > 257 {
			continue
		}
		var got []string
		for _, key := range []string{test.key, test.key + "Symlink"} {
			got = append(got, entries(units[names[i]], key)...)
		}
		if test.key == "ReadWritePaths" { // all in one line, without quotes
			got = slices.DeleteFunc([]string{strings.Join(got, " ")}, func(s string) bool { return s == "" })
			same(t, test.in, got, slices.DeleteFunc([]string{strings.Join(test.want, " ")}, func(s string) bool { return s == "" }))
			continue
		}
		slices.Sort(got)
		want := slices.Clone(test.want)
		slices.Sort(want)
		same(t, test.key+"="+test.in, got, want)
	}
}

func TestOracleEnvironment(t *testing.T) {
	values := []string{
		"A=b C=", `"A=b c" 'D=e "f"'`, `A="b c"`, "A=b=c", `A\x3db`, "A=$B", "_a1=x", "A=b c D=e", "1A=b =c A-B=d é=e", `A=b B=\d C=e`,
		`A=b B="c C=e`, `A=\xff B=c`, "A=b A=c", `A=\u00e9\tx`, "A=%n%%", "A=%k B=c", `"A=b"c`, `A='b\x41'`, "A=b\tC=d", `A=\`, "a%%b=c",
	}
	files := map[string]string{}
	var names []string
	for i, v := range values {
		name := fmt.Sprintf("u%d.service", i)
		names = append(names, name)
		files[name] = "[Service]\nExecStart=/bin/true\nEnvironment=" + v + " \n"
	}
	units := dumps(t, files, names)
	for i, v := range values {
		unit, _ := ParseName(names[i])
		assignments, _ := ParseEnvironment(v)
		var want []string
		for _, a := range assignments {
			e := ExpandName(a.Name.Text+"="+a.Value.Text, Context{Unit: unit})
			if !e.Known {
				continue
			}
			want = slices.DeleteFunc(want, func(s string) bool { return strings.HasPrefix(s, a.Name.Text+"=") })
			want = append(want, e.Text)
		}
		same(t, v, entries(units[names[i]], "Environment"), want)
	}
}

func TestOracleDropInNames(t *testing.T) {
	// The drop-in files of a unit all have one name, so only the first counts. It
	// says which it is and is taken away for the next round.
	files, got := map[string]string{}, map[string][]string{}
	var units []string
	for name := range dropInNames {
		unit, _ := ParseName(name)
		if unit.Type != "service" || unit.Kind == Template {
			continue
		}
		// All units are loaded together, so each has words of its own.
		stem := fmt.Sprintf("u%d", len(units))
		units = append(units, strings.Replace(name, "foo", stem, 1))
		unit, _ = ParseName(units[len(units)-1])
		files[unit.Template().String()] = "[Service]\nType=oneshot\nExecStart=/bin/true\n"
		others := []string{"foo-@.service", "foo-b.service", "foo-@x.service", "foo@.service", "foo.service", "foo--.service", "foo-.service"}
		for _, directory := range append(others, dropInNames[name]...) {
			directory = strings.Replace(directory, "foo", stem, 1)
			files[directory+".d/10-x.conf"] = "[Unit]\nDescription=from " + directory + "\n"
		}
	}
	for found := true; found; {
		found = false
		for unit, dump := range dumps(t, files, units) {
			description := strings.Join(entries(dump, "Description"), "")
			if directory, ok := strings.CutPrefix(description, "from "); ok && slices.Contains(units, unit) {
				got[unit] = append(got[unit], directory)
				delete(files, directory+".d/10-x.conf")
				found = true
			}
		}
	}
	for _, name := range units {
		unit, _ := ParseName(name)
		same(t, name, got[name], DropInNames(unit))
	}
}

func TestOracleNames(t *testing.T) {
	systemdEscape, _ := oracle.Tool(t, "systemd-escape")
	// --mangle leaves valid names as they are and makes others valid.
	names := []string{
		"foo.service", "foo@.service", "foo@bar.service", "foo@a@b.service", "foo@a.b.service", "-.mount", "-.slice", "a:b_c.target",
		`a\x2db.device`, "foo", "foo.bar", "foo.Service", "@.service", "@a.service", "a,b.service", `"a.service"`, "a%i.service",
		"größe.service", ".service", "foo.service.d", "a b.service", "foo@x.mount", "..service", "foo@@.service", "a.scope", "a.snapshot",
		"a.busname", strings.Repeat("a", 247) + ".service", strings.Repeat("a", 248) + ".service",
	}
	for _, name := range names {
		out, err := exec.Command(systemdEscape, "--mangle", "--", name).Output()
		valid := err == nil && strings.TrimSuffix(string(out), "\n") == name
		if _, problem := ParseName(name); (problem == nil) != valid {
			t.Errorf("%q: valid to systemd: %v; problem: %v", name, valid, problem)
		}
	}
}

func TestOracleEscape(t *testing.T) {
	systemdEscape, release := oracle.Tool(t, "systemd-escape")
	run := func(args ...string) (string, bool) {
		out, err := exec.Command(systemdEscape, args...).Output()
		return strings.TrimSuffix(string(out), "\n"), err == nil
	}
	for _, test := range escapes {
		got, ok := run("--", test.in)
		same(t, fmt.Sprintf("escape %q", test.in), fmt.Sprint(got, ok), fmt.Sprint(Escape(test.in), true))
		if release > 252 && strings.HasPrefix(test.in, "/..") {
			continue // a ".." right after the root is dropped
		}
		got, ok = run("--path", "--", test.in)
		want, err := PathEscape(test.in)
		same(t, fmt.Sprintf("escape path %q", test.in), fmt.Sprint(got, ok), fmt.Sprint(want, err == nil))
	}
	var names []string
	for _, test := range escapes {
		names = append(names, test.plain, test.path)
	}
	for name := range badEscapes {
		names = append(names, name)
	}
	for _, name := range append(names, append(badPaths, `\xC3\xa9`, `a\x0a`)...) {
		if name == "" || name == `a\x0a` { // the newline cannot be told from the one that ends the output
			continue
		}
		got, ok := run("--unescape", "--", name)
		want, err := Unescape(name)
		same(t, fmt.Sprintf("unescape %q", name), fmt.Sprint(got, ok), fmt.Sprint(want, err == nil))
		got, ok = run("--unescape", "--path", "--", name)
		want, err = PathUnescape(name)
		same(t, fmt.Sprintf("unescape path %q", name), fmt.Sprint(got, ok), fmt.Sprint(want, err == nil))
	}
}

// osRelease are variables that systemd-tmpfiles reads from etc/os-release, a file
// that systemd parses like any environment file, and the specifiers for them.
var osRelease = map[string]string{
	"ID": "%o", "VERSION_ID": "%w", "VARIANT_ID": "%W", "BUILD_ID": "%B",
}

func TestOracleEnvironmentFile(t *testing.T) {
	tmpfiles, release := oracle.Tool(t, "systemd-tmpfiles")
	root := t.TempDir()
	var config strings.Builder
	for name, specifier := range osRelease {
		fmt.Fprintf(&config, "L+ /%s - - - - <%s>\n", name, specifier)
	}
	for path, text := range map[string]string{"test.conf": config.String(), "etc/os-release": "ID=probe\n"} {
		path = filepath.Join(root, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	// read returns what systemd makes of a text, by variable.
	read := func(text string) map[string]string {
		if err := os.WriteFile(filepath.Join(root, "etc/os-release"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		values := map[string]string{}
		for name := range osRelease {
			_ = os.Remove(filepath.Join(root, name))
		}
		_ = exec.Command(tmpfiles, "--root="+root, "--create", filepath.Join(root, "test.conf")).Run()
		for name := range osRelease {
			if value, err := os.Readlink(filepath.Join(root, name)); err == nil && value != "<>" {
				values[name] = strings.TrimSuffix(strings.TrimPrefix(value, "<"), ">")
			}
		}
		return values
	}
	if read("ID=probe\n")["ID"] != "probe" {
		t.Skip("systemd-tmpfiles expands no specifiers here")
	}
	rename := strings.NewReplacer("A=", "ID=", "B=", "BUILD_ID=", "C=", "VERSION_ID=", "D=", "VARIANT_ID=", "E=", "ID=", "A  =", "ID  =")
	texts := environmentTexts()
	for _, test := range environmentFiles {
		if release < 254 && strings.HasPrefix(test.name, "continued comment") {
			continue
		}
		texts = append(texts, rename.Replace(test.in))
	}
	for _, text := range texts {
		want := map[string]string{}
		assignments, _ := ParseEnvironmentFile(text)
		for _, a := range assignments {
			if _, known := osRelease[a.Name.Text]; !known {
				continue
			}
			want[a.Name.Text] = a.Value.Text
			if a.Value.Text == "" {
				delete(want, a.Name.Text)
			}
		}
		same(t, fmt.Sprintf("%q", text), read(text), want)
	}
	t.Logf("%d texts compared", len(texts))
}
