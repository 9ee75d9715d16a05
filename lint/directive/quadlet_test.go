package directive

import (
	"slices"
	"testing"
)

func TestQuadlet(t *testing.T) {
	for _, of := range Quadlets {
		keys := QuadletKeys(of.Section)
		if len(keys) < 10 || !slices.IsSorted(keys) {
			t.Errorf("[%s] has the keys %q", of.Section, keys)
		}
		if KnownSection(of.Section) {
			t.Errorf("[%s] is a section of units as well", of.Section)
		}
		if got, ok := QuadletOf(of.Extension); !ok || got != of {
			t.Errorf("QuadletOf(%q) = %v, %v", of.Extension, got, ok)
		}
	}
	tests := []struct {
		section, key, since string
		ok                  bool
	}{
		{"Container", "Image", "4.4.0", true},
		{"Container", "Memory", "5.5.0", true},
		{"Container", "image", "", false},
		{"Volume", "UID", "6.0", true},
		{"Quadlet", "DefaultDependencies", "5.3.0", true},
		{"Unit", "After", "", false},
	}
	for _, test := range tests {
		if since, ok := QuadletKey(test.section, test.key); since != test.since || ok != test.ok {
			t.Errorf("QuadletKey(%s, %s) = %q, %v", test.section, test.key, since, ok)
		}
	}
	if _, ok := QuadletOf(".service"); ok {
		t.Error("a service is no file for podman's generator")
	}
}
