package security

import (
	_ "embed"
	"fmt"
	"net/netip"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/unit"
	"github.com/unitvet/unitvet/lint/value"
)

//go:embed missing_address_family.md
var missingAddressFamilyPage string

// MissingAddressFamily finds sockets that a service needs and may not make
// (systemd.exec(5), RestrictAddressFamilies=).
var MissingAddressFamily = &lint.Rule{
	ID:        "missing-address-family",
	Summary:   "a family of sockets that the service uses and RestrictAddressFamilies= lacks",
	Category:  "security",
	Severity:  lint.Warning,
	Since:     "0.1.0",
	Page:      missingAddressFamilyPage,
	CheckUnit: missingAddressFamily,
}

// netlink are programs that configure the network through AF_NETLINK.
var netlink = map[string]bool{"ip": true, "iw": true, "nft": true, "tc": true, "wg": true, "wg-quick": true}

func missingAddressFamily(p *lint.UnitPass) {
	s := look(p)
	if s == nil || !s.Families.Set {
		return
	}
	by, ok := s.deciding("RestrictAddressFamilies")
	if !ok {
		return
	}
	told := map[string]bool{}
	need := func(family, why string, seen evidence, others ...string) {
		for _, f := range append(others, family) {
			if s.Families.Allows(f) {
				return
			}
		}
		if told[family] {
			return
		}
		told[family] = true
		p.Report(lint.Finding{
			Place:    lint.AtValue(by),
			Message:  fmt.Sprintf("RestrictAddressFamilies= does not allow %s, and %s: making the socket fails with \"Address family not supported by protocol\"", family, why),
			Help:     "add " + family,
			Related:  seen.related(needed),
			Evidence: seen.steps(),
		})
	}
	if setting, ok := s.Unit.Accepted("Service", "Type", s.Release); ok {
		switch setting.Value().String() {
		case "notify", "notify-reload":
			need("AF_UNIX", "Type="+setting.Value().String()+" hears from the program through a Unix socket", evidence{Place: lint.AtValue(setting)})
		case "dbus":
			need("AF_UNIX", "Type=dbus needs the bus, which is a Unix socket", evidence{Place: lint.AtValue(setting)})
		}
	}
	if setting, ok := s.watchdog(); ok {
		need("AF_UNIX", "WatchdogSec= hears from the program through a Unix socket", evidence{Place: lint.AtValue(setting)})
	}
	if !s.activated() {
		for _, l := range s.listeners() {
			why := fmt.Sprintf("%s listens with %s", l.name, l.says)
			if l.path != "" {
				need("AF_UNIX", why, l.evidence)
				continue
			}
			address, err := netip.ParseAddr(l.host)
			switch {
			case err != nil: // a name, or any address
				need("AF_INET", why, l.evidence, "AF_INET6")
			case address.Is4():
				need("AF_INET", why, l.evidence)
			default:
				need("AF_INET6", why, l.evidence)
			}
		}
	}
	for _, r := range s.remotes() {
		if r.unix {
			need("AF_UNIX", r.says, r.evidence)
		} else {
			need("AF_INET", r.says, r.evidence, "AF_INET6")
		}
	}
	for _, r := range s.runs {
		if netlink[r.name] {
			need("AF_NETLINK", r.name+" configures the network through it", r.program())
		}
	}
}

// watchdog returns the WatchdogSec= that is in force, if it watches.
func (s *subject) watchdog() (unit.Setting, bool) {
	setting, ok := s.Unit.Accepted("Service", "WatchdogSec", s.Release)
	if !ok {
		return setting, false
	}
	t, err := value.ParseTimespan(setting.Value().String(), value.Second)
	return setting, err == nil && t > 0 && t != value.Forever
}
