package sandbox_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/unitvet/unitvet/lint/directive"
	"github.com/unitvet/unitvet/lint/sandbox"
)

// names lists a set.
func names(set map[string]bool) string { return strings.Join(slices.Sorted(maps.Keys(set)), " ") }

func TestSettings(t *testing.T) {
	word := func(key string) func(*sandbox.Settings) string {
		return func(s *sandbox.Settings) string { return s.Word(key) }
	}
	filter := func(s *sandbox.Settings) string {
		return fmt.Sprint(s.SystemCalls().Allow, " ", names(s.SystemCalls().Names))
	}
	families := func(s *sandbox.Settings) string {
		return fmt.Sprint(s.Families.Set, " ", s.Families.Allow, " ", names(s.Families.Names))
	}
	caps := func(s *sandbox.Settings) string { return strings.Join(s.Capabilities.Names(), " ") }
	tests := []struct {
		name, settings string
		release        int
		what           func(*sandbox.Settings) string
		want           string
	}{
		{"default word", "", 257, word("KeyringMode"), "private"},
		{"last good word wins", "ProtectSystem=full\nProtectSystem=maybe\n", 257, word("ProtectSystem"), "full"},
		{"boolean in any case", "ProtectSystem=ON\n", 257, word("ProtectSystem"), "yes"},
		{"word of a later release", "PrivateTmp=disconnected\n", 252, word("PrivateTmp"), "no"},
		{"dynamic user", "DynamicUser=yes\nProtectSystem=no\n", 257, word("ProtectSystem"), "strict"},
		{"dynamic user keeps more", "DynamicUser=yes\nProtectHome=tmpfs\n", 257, word("ProtectHome"), "tmpfs"},
		{"dynamic user before disconnected", "DynamicUser=yes\n", 252, word("PrivateTmp"), "yes"},
		{"devices closed", "PrivateDevices=yes\n", 257, word("DevicePolicy"), "closed"},
		{"devices strict", "PrivateDevices=yes\nDevicePolicy=strict\n", 257, word("DevicePolicy"), "strict"},
		{"unset mounts", "PrivateMounts=no\nPrivateMounts=\n", 257, word("PrivateMounts"), "unset"},
		{"a reset of another word", "PrivateMounts=no\nProtectHostname=\n", 262, word("PrivateMounts"), "no"},
		{"no reset of mounts", "PrivateMounts=yes\nPrivateMounts=\n", 252, word("PrivateMounts"), "yes"},
		{"capabilities merge", "CapabilityBoundingSet=CAP_KILL\nCapabilityBoundingSet=CAP_CHOWN\nCapabilityBoundingSet=~CAP_KILL\n", 257, caps, "CAP_CHOWN"},
		{"no capabilities", "CapabilityBoundingSet=CAP_KILL\nCapabilityBoundingSet=\n", 257, caps, ""},
		{"implied drop", "CapabilityBoundingSet=CAP_MKNOD CAP_KILL\nPrivateDevices=yes\n", 257, caps, "CAP_KILL"},
		{"deny list", "SystemCallFilter=~mount swapon\nSystemCallFilter=mount\n", 257, filter, "false swapon"},
		{"error in an allow list", "SystemCallFilter=@swap\nSystemCallFilter=~@default\nSystemCallFilter=~swapon:EPERM\n", 252, filter, "true swapoff"},
		{"filter reset", "SystemCallFilter=@swap\nSystemCallFilter=\n", 257, filter, "false "},
		{"families", "RestrictAddressFamilies=AF_LOCAL AF_FOO AF_INET\n", 257, families, "true true AF_INET AF_UNIX"},
		{"families up to a bad one", "RestrictAddressFamilies=AF_LOCAL AF_FOO AF_INET\n", 262, families, "true true AF_UNIX"},
		{"no families", "RestrictAddressFamilies=AF_UNIX\nRestrictAddressFamilies=none\n", 257, families, "true true "},
		{"families after none", "RestrictAddressFamilies=none\nRestrictAddressFamilies=~AF_UNIX\n", 257, families, "true false AF_UNIX"},
		{"namespaces", "RestrictNamespaces=~user mnt\nRestrictNamespaces=user\n", 257, func(s *sandbox.Settings) string {
			return fmt.Sprint(s.Namespaces["user"], s.Namespaces["mnt"], s.Namespaces["net"])
		}, "true false true"},
		{"clock device", "ProtectClock=yes\nDevicePolicy=closed\n", 257, func(s *sandbox.Settings) string { return fmt.Sprint(s.Devices) }, "[char-rtc]"},
		{"no policy, no device", "ProtectClock=yes\n", 257, func(s *sandbox.Settings) string { return fmt.Sprint(s.Devices) }, "[]"},
		{"credential device", "LoadCredentialEncrypted=a\nPrivateDevices=yes\n", 257, func(s *sandbox.Settings) string { return fmt.Sprint(s.Devices) }, "[char-tpm]"},
		{"all addresses", "IPAddressDeny=0.0.0.0/0 ::/0\nIPAddressAllow=127.1.2.3/8\n", 257, func(s *sandbox.Settings) string {
			return fmt.Sprint(s.DenyIPv4, s.DenyIPv6, s.AllowLocal, s.AllowOther)
		}, "true true true false"},
		{"umask", "UMask=027\nUMask=9\n", 257, func(s *sandbox.Settings) string { return fmt.Sprintf("%o", s.UMask) }, "27"},
		{"user of a dynamic user", "DynamicUser=yes\n", 257, func(s *sandbox.Settings) string { return fmt.Sprint(s.User, " ", s.Privileged()) }, "foo false"},
		{"bad user", "User=a b:\n", 257, func(s *sandbox.Settings) string { return s.Refused.Key().String() }, "User"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			u := service(t, "foo.service", "[Service]\nExecStart=/bin/true\n"+test.settings)
			if got := test.what(sandbox.Read(u, test.release)); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestReasons(t *testing.T) {
	s := sandbox.Read(service(t, "foo.service", `[Service]
ExecStart=/bin/true
DynamicUser=yes
ProtectHome=yes
PrivateDevices=yes
RestrictAddressFamilies=AF_UNIX
RestrictAddressFamilies=AF_INET
CapabilityBoundingSet=CAP_KILL
CapabilityBoundingSet=
`), 257)
	tests := map[string]string{
		"ProtectHome":             "ProtectHome=yes",
		"ProtectSystem":           "DynamicUser=yes implies it",
		"DevicePolicy":            "PrivateDevices=yes implies it",
		"RestrictAddressFamilies": "RestrictAddressFamilies=AF_UNIX RestrictAddressFamilies=AF_INET",
		"CapabilityBoundingSet":   "CapabilityBoundingSet=",
		"ProtectClock":            "",
	}
	for key, want := range tests {
		reason := s.Reason(key)
		var got []string
		for _, setting := range reason.Settings {
			got = append(got, setting.Key().String()+"="+setting.Value().String())
		}
		if reason.Implied != "" {
			got = []string{reason.Implied + " implies it"}
		}
		if text := strings.Join(got, " "); text != want {
			t.Errorf("reason for %s: %q, want %q", key, text, want)
		}
	}
}

// TestCapabilityNames holds the names against the table of directives.
func TestCapabilityNames(t *testing.T) {
	d, ok := directive.Lookup("Service", "CapabilityBoundingSet")
	if !ok {
		t.Fatal("no CapabilityBoundingSet=")
	}
	all := sandbox.CapabilitySet()
	for _, v := range d.Values() {
		c := sandbox.CapabilitySet(v.Word)
		if c == 0 {
			t.Errorf("no number for %s", v.Word)
		}
		all |= c
	}
	if got := len(all.Names()); got != len(d.Values()) {
		t.Errorf("%d numbers for %d names", got, len(d.Values()))
	}
}
