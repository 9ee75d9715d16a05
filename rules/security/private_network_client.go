package security

import (
	_ "embed"
	"fmt"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/graph"
)

//go:embed private_network_client.md
var privateNetworkClientPage string

// PrivateNetworkClient finds services that are cut off from a network that they use
// (systemd.exec(5), PrivateNetwork=).
var PrivateNetworkClient = &lint.Rule{
	ID:        "private-network-client",
	Summary:   "a service that listens or connects, cut off by PrivateNetwork=",
	Category:  "security",
	Severity:  lint.Warning,
	Since:     "0.1.0",
	Page:      privateNetworkClientPage,
	CheckUnit: privateNetworkClient,
}

func privateNetworkClient(p *lint.UnitPass) {
	s := look(p)
	if s == nil || !s.On("PrivateNetwork") || s.shared() {
		return
	}
	by, ok := s.deciding("PrivateNetwork")
	if !ok {
		return
	}
	f := lint.Finding{Place: lint.AtValue(by), Help: "remove the line, or pass the address in from a socket unit"}
	if !s.activated() {
		for _, l := range s.listeners() {
			if l.path == "" {
				f.Message = fmt.Sprintf("PrivateNetwork=yes leaves the service a loopback interface of its own, and %s listens with %s: nobody can reach it", l.name, l.says)
				f.Related, f.Evidence = l.related("the address"), l.steps()
				p.Report(f)
				return
			}
		}
	}
	for _, r := range s.remotes() {
		if !r.unix {
			f.Message = fmt.Sprintf("PrivateNetwork=yes leaves the service a loopback interface of its own, and %s: nothing answers there", r.says)
			f.Help = "remove the line, or limit the network with IPAddressAllow= and IPAddressDeny="
			f.Related, f.Evidence = r.related("the address"), r.steps()
			p.Report(f)
			return
		}
	}
}

// shared reports whether the network may be that of another unit, or one that is
// prepared.
func (s *subject) shared() bool {
	if s.Unit.Value(s.Section, "NetworkNamespacePath") != "" || len(s.Unit.References("Unit", "JoinsNamespaceOf")) > 0 {
		return true
	}
	for _, name := range s.Unit.Names {
		for edge := range s.set.Graph.To(name) {
			if edge.Kind == graph.JoinsNamespaceOf {
				return true
			}
		}
	}
	return false
}
