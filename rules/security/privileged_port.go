package security

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"

	"github.com/unitvet/unitvet/lint"
)

//go:embed privileged_port.md
var privilegedPortPage string

// PrivilegedPort finds services that listen on a port that takes a capability they do
// not have (ip(7), capabilities(7), CAP_NET_BIND_SERVICE).
var PrivilegedPort = &lint.Rule{
	ID:        "privileged-port",
	Summary:   "a port below 1024 without the capability that it takes",
	Category:  "security",
	Severity:  lint.Error,
	Since:     "0.1.0",
	Page:      privilegedPortPage,
	CheckUnit: privilegedPort,
}

const bindService = "CAP_NET_BIND_SERVICE"

func privilegedPort(p *lint.UnitPass) {
	s := look(p)
	if s == nil || s.Ambient.Has(bindService) && s.Capabilities.Has(bindService) {
		return
	}
	for _, l := range s.listeners() {
		if l.port == 0 || l.port >= 1024 || l.through("setpriv") {
			continue
		}
		f := lint.Finding{
			Help: "add AmbientCapabilities=CAP_NET_BIND_SERVICE, choose a port from 1024 on, or let a socket unit listen",
		}
		switch {
		case s.unprivileged(l.ran) && !s.Ambient.Has(bindService):
			f.Message = fmt.Sprintf("%s takes CAP_NET_BIND_SERVICE, which %s does not have: %s ends with \"Permission denied\"", l.says, s.who(), l.name)
			if !s.On("NoNewPrivileges") && l.Entry == nil {
				f.Severity = lint.Warning // the file may have it
				f.Message = fmt.Sprintf("%s takes CAP_NET_BIND_SERVICE, which %s does not have, unless the file of the program brings it", l.says, s.who())
			}
			if by, ok := s.deciding("User"); ok {
				f.Related = append(f.Related, lint.Related{Place: lint.AtValue(by), Message: "who it runs as"})
			}
		case s.Privileged() && !s.Capabilities.Has(bindService):
			f.Message = fmt.Sprintf("%s takes CAP_NET_BIND_SERVICE, which CapabilityBoundingSet= takes away: %s ends with \"Permission denied\"", l.says, l.name)
			f.Help = "add CAP_NET_BIND_SERVICE to CapabilityBoundingSet="
			if by, ok := s.deciding("CapabilityBoundingSet"); ok {
				f.Related = append(f.Related, lint.Related{Place: lint.AtValue(by), Message: "what is left"})
			}
		default:
			continue
		}
		if s.activated() || s.unprivilegedFrom() <= l.port {
			return
		}
		if !l.certain() || l.command.Key != "ExecStart" {
			f.Severity = lint.Warning
		}
		f.Place, f.Evidence = l.Place, l.steps()
		p.Report(f)
	}
}

// who names the user of the unit.
func (s *subject) who() string {
	if s.Reason("User").Implied != "" {
		return "the user of " + s.Reason("User").Implied
	}
	return "User=" + s.User
}

// sysctlDirs are the directories of sysctl.d(5).
var sysctlDirs = []string{"/etc/sysctl.d", "/run/sysctl.d", "/usr/local/lib/sysctl.d", "/usr/lib/sysctl.d"}

// unprivilegedFrom returns the first port that takes no capability, as far as files
// of the host say: 1024 by default.
func (s *subject) unprivilegedFrom() int {
	files := []string{"/etc/sysctl.conf"}
	for _, dir := range sysctlDirs {
		for _, name := range s.set.Host.ReadDir(dir) {
			files = append(files, dir+"/"+name)
		}
	}
	first := 1024
	for _, file := range files {
		text, _, _ := s.set.Host.ReadFile(file)
		for line := range strings.Lines(text) {
			key, v, ok := strings.Cut(strings.TrimLeft(line, "- \t"), "=")
			if !ok || strings.ReplaceAll(strings.TrimSpace(key), "/", ".") != "net.ipv4.ip_unprivileged_port_start" {
				continue
			}
			if n, err := strconv.Atoi(strings.TrimSpace(v)); err == nil {
				first = min(first, n)
			}
		}
	}
	return first
}
