package unit_test

import (
	"testing"

	"github.com/unitvet/unitvet/lint/unit"
)

// TestPresets holds that the first rule that matches decides (systemd.preset(5)).
func TestPresets(t *testing.T) {
	presets := unit.ParsePresets("x.preset", `# comment
enable worker@.service 1 two
; another
disable worker@*
enable  ssh.service
ignore [!a]*.timer
frobnicate x.service
disable
disable two.service words.service
enable two.service words.service
ignore [[:alpha:]]x.path
ignore []_]y.path
disable e@x\x2dy.service
disable *
`)
	for _, test := range []struct {
		name, action string
		line         int
	}{
		{"worker@1.service", "enable", 2}, {"worker@two.service", "enable", 2}, {"worker@.service", "enable", 2},
		{"worker@3.service", "disable", 4}, {"ssh.service", "enable", 5}, {"b.timer", "ignore", 6}, {"a.timer", "disable", 14},
		{"two.service", "disable", 14}, {"ax.path", "ignore", 11}, {"1x.path", "disable", 14},
		{"_y.path", "ignore", 12}, {`e@x\x2dy.service`, "disable", 13},
	} {
		rule, ok := presets.Find(test.name)
		if !ok || rule.Action != test.action || rule.Line != test.line {
			t.Errorf("%s: %+v, not %s of line %d", test.name, rule, test.action, test.line)
		}
	}
	if rule, ok := unit.ParsePresets("", "enable a.service").Find("b.service"); ok {
		t.Errorf("b.service: %+v", rule)
	}
}
