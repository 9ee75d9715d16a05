package shipped_test

import (
	"testing"

	"github.com/unitvet/unitvet/lint/host/shipped"
)

func TestDistributions(t *testing.T) {
	for _, name := range shipped.DistributionNames() {
		set, err := shipped.ParseDistribution(name)
		if err != nil || set == 0 {
			t.Errorf("ParseDistribution(%q) = %v, %v", name, set, err)
		}
		for _, unit := range []string{"nginx.service", "multi-user.target", "-.slice"} {
			if u, ok := shipped.Lookup(unit, shipped.System); !ok || !u.In(set) {
				t.Errorf("%s is not in %s", unit, name)
			}
		}
	}
	if _, err := shipped.ParseDistribution("debian"); err == nil {
		t.Error("ParseDistribution takes a name that is none")
	}
	if u, ok := shipped.Lookup("crond.service", shipped.System); !ok || u.In(shipped.Debian12) != (u.Distributions&shipped.Debian12 != 0) {
		t.Errorf("crond.service: %+v, %v", u, ok)
	}
}
