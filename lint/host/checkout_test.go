package host_test

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/unitvet/unitvet/lint/host"
	"github.com/unitvet/unitvet/lint/linttest"
	"github.com/unitvet/unitvet/lint/source"
)

// checkout extracts an archive and returns it as a checkout.
func checkout(t *testing.T, archive string) *host.Checkout {
	t.Helper()
	dir := t.TempDir()
	linttest.Extract(t, txtar.Parse([]byte(archive)), dir)
	return &host.Checkout{Tree: &source.Tree{Dir: dir}, Report: "top"}
}

// TestInfer infers where a checkout lies from the paths that units name.
func TestInfer(t *testing.T) {
	const files = `
-- main.py --
-- systemd/app.service --
-- services/api/main.py --
-- services/api/start.sh --
-- services/worker/main.py --
-- deploy/root/etc/app/app.env --
-- deploy/twin/etc/app/twin.env --
-- deploy/copy/etc/app/twin.env --
-- mono/web/src/server.js --
-- mono/web/deploy/web.service --
-- twice/a/lib/tool.py --
-- twice/b/lib/tool.py --
`
	tests := []struct {
		name, beside string
		paths        []string
		want         string
	}{
		{"nothing", "systemd", nil, ""},
		{"working directory and script", "systemd", []string{"/opt/app/services/api", "/opt/app/services/api/main.py"}, "/opt/app=."},
		{"one file at the top", "systemd", []string{"/srv/thing/main.py"}, "/srv/thing=."},
		{"a directory of one component is everywhere", "systemd", []string{"/srv/services"}, ""},
		{"the system's own", "systemd", []string{"/usr/lib/main.py", "/etc/main.py", "/var/log/services/api/main.py", "/tmp/main.py"}, ""},
		{"below another directory", "systemd", []string{"/srv/web/src/server.js"}, "/srv/web=mono/web"},
		{"beside the unit", "mono/web/deploy", []string{"/opt/site/src/server.js"}, "/opt/site=mono/web"},
		{"two would do", "systemd", []string{"/opt/x/lib/tool.py"}, ""},
		{"two places", "systemd", []string{"/opt/app/services/api/main.py", "/home/u/app/services/worker/main.py"}, "/home/u/app=. /opt/app=."},
		{"a path above the unit outweighs one elsewhere", "systemd", []string{"/srv/web/src/server.js", "/srv/web/services/api/main.py"}, "/srv/web=."},
		{"and the other way round", "systemd", []string{"/srv/web/services/api/main.py", "/srv/web/src/server.js"}, "/srv/web=."},
		{"not within itself", "systemd", []string{"/srv/web/services/api/main.py", "/srv/web/old/services/api/main.py"}, "/srv/web=."},
		{"a directory of services", "systemd", []string{"/opt/api/start.sh", "/opt/services/api/start.sh"}, "/opt/services=services"},
		{"overlay", "systemd", []string{"/etc/app/app.env"}, "overlay deploy/root"},
		{"two overlays", "systemd", []string{"/etc/app/twin.env"}, ""},
		{"the overlay beside the unit", "deploy/twin/systemd", []string{"/etc/app/twin.env"}, "overlay deploy/twin"},
		{"hole", "systemd", []string{"/opt/app/services/api/main.py", "!/opt/app/venvs/base/bin/python"}, "/opt/app=. hole /opt/app/venvs"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := checkout(t, files)
			var evidence []host.Evidence
			for _, p := range test.paths {
				name, isProgram := strings.CutPrefix(p, "!")
				evidence = append(evidence, host.Evidence{Path: name, Beside: test.beside, Program: isProgram})
			}
			c.Infer(evidence)
			var got []string
			for _, m := range c.Mappings {
				got = append(got, m.Prefix+"="+m.Dir)
			}
			for _, o := range c.Overlays {
				got = append(got, "overlay "+o.Name)
			}
			for _, hole := range c.Holes {
				got = append(got, "hole "+hole)
			}
			if text := strings.Join(got, " "); text != test.want {
				t.Errorf("got %q, want %q", text, test.want)
			}
		})
	}
}

// TestCheckoutPath holds what a checkout knows, and what it leaves open.
func TestCheckoutPath(t *testing.T) {
	c := checkout(t, `
mode: src/run.sh 0755
link: src/out.py -> ../../outside.py
link: src/abs.py -> /etc/passwd
link: src/there.py -> main.py
-- .gitignore --
*.gen.py
/src/private/
!src/kept.gen.py
-- src/main.py --
-- src/run.sh --
-- src/private/x.py --
-- etc/app/app.env.example --
A=
`)
	c.Mappings = []host.Mapping{{Prefix: "/opt/app", Dir: "."}}
	c.Holes = []string{"/opt/app/venv"}
	h := &host.Host{Checkout: c}
	for name, want := range map[string]string{
		"/opt/app":                      "yes",
		"/opt/app/src":                  "yes",
		"/opt/app/src/main.py":          "yes",
		"/opt/app/src/there.py":         "yes",
		"/opt/app/src/gone.py":          "no",
		"/opt/app/src/gone":             "unknown", // a program that is built, a directory
		"/opt/app/src/x.gen.py":         "unknown", // ignored
		"/opt/app/src/kept.gen.py":      "no",
		"/opt/app/src/private/gone.py":  "unknown",
		"/opt/app/build/gone.py":        "unknown",
		"/opt/app/nowhere/gone.py":      "unknown", // the directory is not here either
		"/opt/app/venv/lib/gone.py":     "unknown",
		"/opt/app/src/_version.py":      "unknown",
		"/opt/app/src/out.py":           "unknown", // links that lead out
		"/opt/app/src/abs.py":           "unknown",
		"/opt/app/../../etc/passwd":     "unknown",
		"/opt/application/src/gone.py":  "unknown",
		"/etc/passwd":                   "unknown",
		"/opt/app/src/../src/./main.py": "yes",
	} {
		if got := h.Path(name).String(); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	for _, name := range []string{"/opt/app/src/out.py", "/opt/app/src/abs.py", "/opt/app/../../etc/passwd"} {
		if _, _, ok := h.ReadFile(name); ok || h.Path(name).Answer == host.Yes {
			t.Errorf("%s leads out of the checkout, and is read", name)
		}
	}
	if got := h.Dir("/opt/app/gone").Answer; got != host.No {
		t.Errorf("a directory of code: %s", got)
	}
	if got := h.Dir("/opt/app/data").Answer; got != host.Unknown {
		t.Errorf("a directory of data: %s", got)
	}
	if got := h.Runnable("/opt/app/src/run.sh").Answer; got != host.Yes {
		t.Errorf("an executable script: %s", got)
	}
	if got := h.Runnable("/opt/app/src/main.py").Answer; got != host.No {
		t.Errorf("a script without the mode: %s", got)
	}
	if text, report, ok := h.Template("/etc/app/app.env"); !ok || text != "A=\n" || report != "top/etc/app/app.env.example" {
		t.Errorf("the template: %q %q %v", text, report, ok)
	}
	if got := h.Real("/opt/app/src/there.py"); got != "/opt/app/src/main.py" {
		t.Errorf("the link leads to %s", got)
	}
}

// TestGitMode holds that git's index decides on the mode, not the file.
func TestGitMode(t *testing.T) {
	git, err := exec.LookPath("git")
	if err != nil {
		t.Skip("no git")
	}
	c := checkout(t, "mode: a.sh 0755\nmode: b.sh 0755\n-- a.sh --\n-- b.sh --\n-- c.sh --\n")
	run := func(args ...string) {
		t.Helper()
		cmd := exec.Command(git, append([]string{"-C", c.Tree.Dir}, args...)...)
		cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	run("init", "-q")
	run("add", "a.sh", "b.sh", "c.sh")
	run("update-index", "--chmod=-x", "b.sh")
	run("update-index", "--chmod=+x", "c.sh")
	if err := os.Chmod(filepath.Join(c.Tree.Dir, "c.sh"), 0o644); err != nil {
		t.Fatal(err)
	}
	c.Mappings = []host.Mapping{{Prefix: "/opt/app", Dir: "."}}
	h := &host.Host{Checkout: c}
	for name, want := range map[string]host.Answer{"a.sh": host.Yes, "b.sh": host.No, "c.sh": host.Yes} {
		if got := h.Runnable("/opt/app/" + name).Answer; got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	if !c.IsTracked("a.sh") || c.IsTracked("gone") {
		t.Error("the index is not read right")
	}
}

// TestAccounts reads users and groups.
func TestAccounts(t *testing.T) {
	c := checkout(t, `
-- etc/sysusers.d/app.conf --
# comment
u! app 990 "An app" /srv/app /bin/bash
g extra -
m member video
u plain
`)
	h := &host.Host{Checkout: c}
	for _, name := range []string{"app", "member", "plain", "root"} {
		if got := h.User(name).Answer; got != host.Yes {
			t.Errorf("user %s: %s", name, got)
		}
	}
	for _, name := range []string{"app", "extra", "video"} {
		if got := h.Group(name).Answer; got != host.Yes {
			t.Errorf("group %s: %s", name, got)
		}
	}
	if got := h.User("other").Answer; got != host.Unknown {
		t.Errorf("a user that nobody told of: %s", got)
	}
	if got := h.Home("app"); got != "/srv/app" {
		t.Errorf("the home of app is %q", got)
	}
}

// TestFacts holds what captured facts answer.
func TestFacts(t *testing.T) {
	facts, err := host.ReadFacts(`{"unitvet_facts": 1, "systemd": 255, "users": ["root", "app"], "hosts": ["db"], "units": ["a.service", "t@.service"],
		"paths": {"/srv/a": {"type": "directory", "mode": "0750"}, "/srv/gone": {"type": "missing"}, "/srv/a/x": {"type": "file", "mode": "0644"}}}`, "host.json")
	if err != nil {
		t.Fatal(err)
	}
	h := &host.Host{Facts: facts}
	for name, want := range map[string]string{
		"/srv/a": "yes d---------", "/srv/gone": "no", "/srv/gone/below": "no", "/srv/other": "unknown", "/srv/a/x": "yes -rw-r--r--", "/srv/a/y": "unknown",
	} {
		fact := h.Path(name)
		got := fact.String()
		if fact.Answer == host.Yes {
			got += " " + (fact.Mode & (fs.ModeDir | map[bool]fs.FileMode{true: 0, false: fs.ModePerm}[fact.Mode.IsDir()])).String()
		}
		if got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	if h.User("app").Answer != host.Yes || h.User("other").Answer != host.No || h.HostName("db").Answer != host.Yes {
		t.Error("users or hosts are not those of the facts")
	}
	if release, ok := h.Systemd(); release != 255 || !ok {
		t.Errorf("systemd %d", release)
	}
	for name, want := range map[string]bool{"a.service": true, "t@x.service": true, "b.service": false} {
		if facts.HasUnit(name) != want {
			t.Errorf("%s: %v", name, !want)
		}
	}
	for _, text := range []string{"", "[]", "{}", `{"unitvet_facts": 2}`, "null"} {
		if _, err := host.ReadFacts(text, "x"); err == nil {
			t.Errorf("%q is read", text)
		}
	}
}

// TestCapture captures facts of a root and reads them again.
func TestCapture(t *testing.T) {
	dir := t.TempDir()
	linttest.Extract(t, txtar.Parse([]byte(`
mode: venv/bin/python 0755
-- etc/os-release --
ID=debian
VERSION_ID="12"
-- etc/passwd --
root:x:0:0::/root:/bin/sh
-- etc/group --
root:x:0:
-- etc/hosts --
127.0.0.1 localhost redis # comment
-- venv/bin/python --
-- venv/lib/python3.12/site-packages/Foo_Bar-1.0.dist-info/METADATA --
-- venv/lib/python3.12/site-packages/foo_bar/__init__.py --
-- venv/lib/python3.12/site-packages/six.py --
`)), dir)
	h := &host.Host{Root: &source.Tree{Dir: dir, Rooted: true}, RootReport: dir}
	facts := h.Capture([]string{"/etc/passwd", "/gone", "/run/x"}, []string{"/venv/bin/python", "/usr/bin/python3"})
	if facts.Distribution != "debian 12" || !slices.Equal(facts.Hosts, []string{"localhost", "redis"}) {
		t.Errorf("%q %q", facts.Distribution, facts.Hosts)
	}
	if got := fmt.Sprintln(facts.Paths["/etc/passwd"].Type, facts.Paths["/gone"].Type, len(facts.Paths)); got != "file missing 2\n" {
		t.Error(got)
	}
	python := facts.Pythons["/venv/bin/python"]
	if python.Version != "3.12" || !slices.Equal(python.Distributions, []string{"foo-bar"}) || !slices.Equal(python.Modules, []string{"foo_bar", "six"}) || len(facts.Pythons) != 1 {
		t.Errorf("%+v", facts.Pythons)
	}
}
