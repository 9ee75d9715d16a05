package value

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/unitvet/unitvet/lint/directive"
)

func TestEntries(t *testing.T) {
	tests := []struct {
		key, text string
		release   int
		want      string
	}{
		{"SystemCallFilter", "~read nonsense @mount:EPERM :EPERM @nonsense", 257, "~ read @mount:EPERM"},
		{"SystemCallFilter", "read write:EPERM", 257, "read"},
		{"SystemCallFilter", `read write \`, 257, "read write"},
		{"RestrictAddressFamilies", "AF_UNIX AF_FOO af_inet", 257, "AF_UNIX af_inet"},
		{"RestrictAddressFamilies", "AF_UNIX AF_FOO AF_INET", 262, "AF_UNIX"},
		{"RestrictNamespaces", "user nonsense", 257, "ignored"},
		{"RestrictNamespaces", "~user net", 257, "~ user net"},
		{"CapabilityBoundingSet", `CAP_KILL CAP_FOO 63 "CAP_CHOWN`, 252, "CAP_KILL 63"},
		{"CapabilityBoundingSet", `~CAP_KILL 63 "CAP_CHOWN`, 257, "~ CAP_KILL CAP_CHOWN"},
		{"SystemCallArchitectures", "native ~x86 x86", 257, "native x86"},
		{"IPAddressDeny", "any nonsense 10.0.0.0/8 1.2.3.4/40", 257, "any 10.0.0.0/8"},
		{"SupplementaryGroups", "audio a:b", 257, "ignored"},
		{"SupplementaryGroups", "audio video", 257, "audio video"},
	}
	for _, test := range tests {
		d, ok := directive.Lookup("Service", test.key)
		if !ok {
			t.Fatalf("no %s=", test.key)
		}
		words, inverted, ok := Entries(d, test.text, Context{}, test.release)
		var got []string
		if inverted {
			got = append(got, "~")
		}
		for _, w := range words {
			got = append(got, w.Text)
		}
		if text := strings.Join(got, " "); !ok {
			got = []string{"ignored"}
		} else if text != test.want {
			t.Errorf("%s=%s in %d: %q, want %q", test.key, test.text, test.release, text, test.want)
		}
		if !ok && test.want != got[0] {
			t.Errorf("%s=%s in %d is ignored", test.key, test.text, test.release)
		}
	}
}

func TestSystemCallGroup(t *testing.T) {
	for _, release := range []int{252, 257, 262} {
		for _, name := range SystemCalls(release) {
			if strings.HasPrefix(name, "@") && len(SystemCallGroup(name, release, false)) == 0 {
				t.Errorf("%s has no members in %d", name, release)
			}
		}
	}
	tests := []struct {
		group   string
		release int
		native  bool
		call    string
		want    bool
	}{
		{"@mount", 257, true, "umount", false}, // x86-64 has umount2
		{"@mount", 257, false, "umount", true},
		{"@mount", 257, false, "open_tree", true},
		{"@mount", 262, false, "open_tree", false},
		{"@default", 252, false, "landlock_create_ruleset", false},
		{"@default", 257, false, "landlock_create_ruleset", true}, // of @sandbox
		{"@known", 257, false, "nfsservctl", false},
		{"@nonsense", 257, false, "read", false},
	}
	for _, test := range tests {
		got := slices.Contains(SystemCallGroup(test.group, test.release, test.native), test.call)
		if got != test.want {
			t.Errorf("%s: %s", fmt.Sprint(test.group, test.release, test.native), test.call)
		}
	}
}
