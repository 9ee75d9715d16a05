package shipped

import (
	"fmt"
	"strings"
)

// distributions are the names of the distributions whose packages are in the
// table, as users give them.
var distributions = []struct {
	name string
	set  Distributions
}{
	{"any", Debian12 | Debian13 | DebianSid | Ubuntu2404 | Elsewhere},
	{"debian12", Debian12},
	{"debian13", Debian13},
	{"sid", DebianSid},
	{"ubuntu2404", Ubuntu2404},
}

// DistributionNames returns the names that ParseDistribution takes.
func DistributionNames() []string {
	names := make([]string, 0, len(distributions))
	for _, d := range distributions {
		names = append(names, d.name)
	}
	return names
}

// ParseDistribution returns the distributions that a name stands for.
func ParseDistribution(name string) (Distributions, error) {
	for _, d := range distributions {
		if d.name == name {
			return d.set, nil
		}
	}
	return 0, fmt.Errorf("unknown distribution %q: %s", name, strings.Join(DistributionNames(), ", "))
}

// In reports whether one of the distributions has the unit. Those that the
// manager makes itself are everywhere.
func (u Unit) In(set Distributions) bool {
	return u.Kind == KindBuiltin || u.Kind == KindSpecial || u.Distributions&set != 0
}
