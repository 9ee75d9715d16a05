package sandbox

import (
	"strings"
	"testing"

	"github.com/unitvet/unitvet/lint/unit"
)

// TestAdvice holds that the directories that help names are those that systemd
// makes, also where a program names them through /var/run.
func TestAdvice(t *testing.T) {
	u := &unit.Unit{}
	u.Name.Prefix = "app"
	for _, test := range []struct{ path, dir, want string }{
		{"/var/lib/x/a.db", "/var/lib/x", "add StateDirectory=x, which makes /var/lib/x "},
		{"/run/x/a.pid", "/var/run/x", "add RuntimeDirectory=x, which makes /run/x "},
		{"/run/a.pid", "/var/run", "add RuntimeDirectory=app, which makes /run/app "},
		{"/run/lock/x/a", "/var/lock/x", "add RuntimeDirectory=lock/x, which makes /run/lock/x "},
		{"/srv/x/a", "/srv/x", "add ReadWritePaths=/srv/x;"},
	} {
		if got := advice(u, test.path, test.dir, "the program"); !strings.HasPrefix(got, test.want) {
			t.Errorf("%s: got %q, want %q", test.path, got, test.want)
		}
	}
}
