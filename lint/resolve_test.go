package lint_test

import (
	"slices"
	"testing"

	"github.com/unitvet/unitvet/lint"
)

var places = map[lint.Where]string{
	lint.Here: "here", lint.Runtime: "runtime", lint.Shipped: "shipped", lint.Elsewhere: "elsewhere", lint.Nowhere: "nowhere",
}

// load returns the only set of the input.
func load(t *testing.T, input lint.Input) *lint.Set {
	t.Helper()
	sets, result, err := lint.Load(lint.Options{Input: input})
	if err != nil || len(result.Errors) > 0 {
		t.Fatal(err, result.Errors)
	}
	for _, set := range sets {
		if len(set.Units) > 0 {
			return set
		}
	}
	t.Fatalf("%d sets without units", len(sets))
	return nil
}

func TestResolve(t *testing.T) {
	inDir(t, `
dir: .git
link: units/masked.service -> /dev/null
link: units/linked.service -> /opt/linked.service
link: units/gone.service -> nowhere.service
-- units/own.service --
[Unit]
Wants=t@made.service
[Install]
Alias=installed.service other.socket
-- units/t@.service --
[Install]
Alias=u@.service
-- units/i@one.service --
[Service]
-- units/dropins.service.d/x.conf --
[Service]
-- other/else.service --
[Service]
-- other/e@.service --
[Service]
-- templates/made.service.in --
[Service]
-- templates/role.service.j2 --
[Service]
-- quadlet/web.container --
[Container]
`)
	set := load(t, lint.Input{Paths: []string{"units/own.service"}})
	cases := []struct {
		name, where, detail string
	}{
		{"own.service", "here", "own.service"},
		{"t@.service", "here", "t@.service"},
		{"t@made.service", "here", "t@made.service"},
		{"t@any.service", "here", "t@.service"},
		{"installed.service", "here", ""},
		{"u@.service", "here", ""},
		{"u@x.service", "here", ""},
		{"other.socket", "nowhere", ""}, // no alias of a service
		{"masked.service", "here", "masked.service"},
		{"linked.service", "here", "linked.service"},
		{"i@.service", "here", ""},
		{"i@two.service", "nowhere", ""},
		{"gone.service", "nowhere", ""},
		{"dropins.service", "nowhere", ""},
		{"dev-sda1.device", "runtime", ""},
		{"home.mount", "runtime", ""},
		{"made.service", "runtime", "made from templates/made.service.in"},
		{"role.service", "runtime", "made from templates/role.service.j2"},
		{"web.service", "runtime", "made from quadlet/web.container"},
		{"else.service", "elsewhere", "other/else.service"},
		{"e@x.service", "elsewhere", "other/e@.service"},
		{"ssh.service", "shipped", "openssh-server"},
		{"nothing.service", "nowhere", ""},
		{"", "nowhere", ""},
		{"not a name", "nowhere", ""},
	}
	for _, c := range cases {
		got := set.Resolve(c.name)
		detail := got.Path
		switch got.Where {
		case lint.Here:
			if got.Unit != nil {
				detail = got.Unit.ID
			}
		case lint.Runtime:
			detail = got.Reason
			if c.detail == "" {
				detail = "" // any reason
			}
		case lint.Shipped:
			if slices.Contains(got.Packages, c.detail) {
				detail = c.detail
			}
		}
		if places[got.Where] != c.where || detail != c.detail {
			t.Errorf("%s: %s %q, want %s %q", c.name, places[got.Where], detail, c.where, c.detail)
		}
	}
}

func TestResolveInDebianDirectory(t *testing.T) {
	inDir(t, `
dir: .git
-- debian/pkg.worker.service --
[Service]
-- debian/pkg.service --
[Unit]
Wants=worker.service
`)
	set := load(t, lint.Input{Paths: []string{"debian"}})
	if got := set.Resolve("worker.service"); got.Where != lint.Runtime || got.Reason != "installed from debian/pkg.worker.service" {
		t.Errorf("%+v", got)
	}
	if got := set.Resolve("pkg.service"); got.Where != lint.Here {
		t.Errorf("%+v", got)
	}
}

func TestResolveOnRoot(t *testing.T) {
	inDir(t, `
link: root/etc/systemd/system/gone.service -> /usr/lib/systemd/system/gone.service
-- root/usr/lib/systemd/system/a.service --
[Install]
Alias=b.service
-- root/etc/init.d/old --
-- root/etc/containers/systemd/web.container --
[Container]
Image=x
-- root/etc/containers/systemd/shop/nick.container --
[Container]
Image=x
ServiceName=other
-- root/etc/containers/systemd/work@.container --
[Container]
Image=x
-- root/etc/containers/systemd/empty.container --
-- root/etc/containers/systemd/users/mine.container --
[Container]
Image=x
-- root/usr/share/containers/systemd/data.volume --
[Volume]
-- elsewhere/c.service --
[Service]
`)
	set := load(t, lint.Input{Root: "root"})
	for name, want := range map[string]string{
		"a.service":           "here",
		"b.service":           "here",
		"old.service":         "runtime",
		"web.service":         "runtime",
		"data-volume.service": "runtime",
		"other.service":       "runtime",
		"work@one.service":    "runtime",
		"nick.service":        "nowhere",
		"empty.service":       "nowhere",
		"mine.service":        "nowhere",
		"ssh.service":         "shipped",
		"gone.service":        "nowhere",
		"c.service":           "nowhere",
	} {
		if got := places[set.Resolve(name).Where]; got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

func TestFamily(t *testing.T) {
	inDir(t, `
-- units/acme-web.service --
[Service]
-- units/acme-worker@.service --
[Service]
-- units/ssh.service --
[Service]
`)
	set := load(t, lint.Input{Paths: []string{"units"}})
	for _, c := range []struct {
		name    string
		own     bool
		similar string
	}{
		{"acme-database.service", true, ""},
		{"acme-wbe.service", true, "acme-web.service"},
		{"ssh-agent.service", false, ""},
		{"postgresql.service", false, ""},
	} {
		if own, similar := set.Family(c.name); own != c.own || similar != c.similar {
			t.Errorf("%s: %v %q, want %v %q", c.name, own, similar, c.own, c.similar)
		}
	}
}

// TestResolveSearchesNoMoreThanAskedFor: the directory above image/etc and
// image/usr is no checkout, and may be all of this machine.
func TestResolveSearchesNoMoreThanAskedFor(t *testing.T) {
	const archive = `
-- image/etc/systemd/system/a.service --
[Service]
-- image/srv/b.service --
[Service]
`
	inDir(t, archive)
	set := load(t, lint.Input{Paths: []string{"image/etc/systemd/system"}})
	if got := places[set.Resolve("b.service").Where]; got != "nowhere" {
		t.Errorf("b.service is %s", got)
	}
	inDir(t, archive)
	set = load(t, lint.Input{Paths: []string{"image", "image/etc/systemd/system"}})
	if got := places[set.Resolve("b.service").Where]; got != "elsewhere" {
		t.Errorf("b.service is %s", got)
	}
}
