package host_test

import (
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/unitvet/unitvet/lint/host"
	"github.com/unitvet/unitvet/lint/linttest"
	"github.com/unitvet/unitvet/lint/source"
)

func extract(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	linttest.Extract(t, txtar.Parse([]byte(`
dir: root/var/lib/a
mode: root/usr/bin/a 0755
link: root/usr/bin/abs -> /usr/bin/a
link: root/usr/bin/dangling -> gone
link: root/usr/bin/tty -> /dev/tty
link: root/usr/bin/loop -> loop
link: root/bin -> usr/bin
link: root/etc/resolv.conf -> ../run/resolv.conf
link: overlay/usr/bin/abs -> /usr/bin/b
-- root/etc/os-release --
-- root/usr/bin/a --
#!/bin/sh
-- overlay/usr/bin/b --
text
`)), dir)
	return dir
}

func TestPathOnRoot(t *testing.T) {
	dir := extract(t)
	h := host.Host{Root: &source.Tree{Dir: dir + "/root", Rooted: true}, RootReport: "root"}
	for name, want := range map[string]host.Answer{
		"/usr/bin/a":          host.Yes,
		"/bin/a":              host.Yes,
		"/usr//bin/../bin/a":  host.Yes,
		"/usr/bin/abs":        host.Yes,
		"/var/lib/a/":         host.Yes,
		"/":                   host.Yes,
		"/../../usr/bin/a":    host.Yes,
		"/usr/bin/b":          host.No,
		"/usr/bin/a/b":        host.No,
		"/usr/bin/dangling":   host.No,
		"/usr/bin/dangling/x": host.No,
		"/gone/x":             host.No,
		"/usr/bin/loop":       host.Unknown,
		"/usr/bin/tty":        host.Unknown,
		"/etc/resolv.conf":    host.Unknown,
		"/run/x":              host.Unknown,
		"/tmp/x":              host.Unknown,
		"/proc/1":             host.Unknown,
	} {
		got := h.Path(name)
		if got.Answer != want {
			t.Errorf("%s: %s, want %s", name, got.Answer, want)
		}
		if known := got.Answer != host.Unknown; known != (got.Source == "root") {
			t.Errorf("%s is known from %q", name, got.Source)
		}
	}
	if mode := h.Path("/usr/bin/abs").Mode; mode != 0o755 {
		t.Errorf("mode %v", mode)
	}
	if mode := h.Path("/var/lib/a").Mode; !mode.IsDir() {
		t.Errorf("mode %v", mode)
	}
}

func TestPathOnOverlay(t *testing.T) {
	dir := extract(t)
	h := host.Host{Overlays: []host.Overlay{{Tree: &source.Tree{Dir: dir}, Name: "overlay", Report: "overlay"}}}
	for name, want := range map[string]host.Answer{
		"/usr/bin/b":   host.Yes,
		"/usr/bin/a":   host.Unknown,
		"/usr/bin/abs": host.Unknown, // leads out of the checkout
	} {
		if got := h.Path(name); got.Answer != want {
			t.Errorf("%s: %s, want %s", name, got.Answer, want)
		}
	}
	if got := h.Path("/usr/bin/b").Source; got != "overlay/usr/bin/b" {
		t.Errorf("source %q", got)
	}
}

func TestReadFile(t *testing.T) {
	dir := extract(t)
	root := host.Host{Root: &source.Tree{Dir: dir + "/root", Rooted: true}, RootReport: "root"}
	overlay := host.Host{Overlays: []host.Overlay{{Tree: &source.Tree{Dir: dir}, Name: "overlay", Report: "overlay"}}}
	if text, report, ok := root.ReadFile("/bin/abs"); text != "#!/bin/sh\n" || report != "root/bin/abs" || !ok {
		t.Errorf("%q from %q, %v", text, report, ok)
	}
	if text, report, ok := overlay.ReadFile("/usr/bin/b"); text != "text\n" || report != "overlay/usr/bin/b" || !ok {
		t.Errorf("%q from %q, %v", text, report, ok)
	}
	for _, h := range []*host.Host{&root, &overlay, {}} {
		for _, name := range []string{"/gone", "/usr", "/usr/bin/loop"} {
			if text, _, ok := h.ReadFile(name); ok {
				t.Errorf("%s: %q", name, text)
			}
		}
	}
}

func TestHostThatKnowsNothing(t *testing.T) {
	var h host.Host
	if got := h.Path("/usr/bin/a"); got != (host.PathFact{}) || got.String() != "unknown" {
		t.Errorf("%+v", got)
	}
}

func TestIsVolatile(t *testing.T) {
	for name, want := range map[string]bool{"/run": true, "/run/x": true, "/runner": false, "/var/run/x": true, "/var/lib": false, "/dev/null": true} {
		if host.IsVolatile(name) != want {
			t.Errorf("IsVolatile(%q) is not %v", name, want)
		}
	}
}
