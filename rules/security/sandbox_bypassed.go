package security

import (
	_ "embed"
	"fmt"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/value"
)

//go:embed sandbox_bypassed.md
var sandboxBypassedPage string

// SandboxBypassed finds commands that run outside of the sandbox of their unit
// (systemd.service(5), "Special executable prefixes").
var SandboxBypassed = &lint.Rule{
	ID:        "sandbox-bypassed",
	Summary:   "a command with the prefix + in a unit with a sandbox",
	Category:  "security",
	Severity:  lint.Info,
	Tier:      lint.Strict,
	Since:     "0.1.0",
	Page:      sandboxBypassedPage,
	CheckUnit: sandboxBypassed,
}

// barriers are settings of which one makes a sandbox.
var barriers = []string{
	"DynamicUser", "LockPersonality", "MemoryDenyWriteExecute", "NoNewPrivileges", "PrivateDevices", "PrivateNetwork", "PrivateTmp", "PrivateUsers",
	"ProtectClock", "ProtectControlGroups", "ProtectHome", "ProtectHostname", "ProtectKernelLogs", "ProtectKernelModules",
	"ProtectKernelTunables", "ProtectSystem", "RestrictRealtime", "RestrictSUIDSGID",
}

func sandboxBypassed(p *lint.UnitPass) {
	s := look(p)
	if s == nil {
		return
	}
	for _, c := range p.Set.Program(p.Unit).Commands {
		var prefix value.Prefix
		for _, x := range c.Exec.Prefixes {
			if x.Text == "+" || x.Text == "!" {
				prefix = x
			}
		}
		f := lint.Finding{
			Place: lint.AtWord(c.Setting, prefix.Span),
			Help:  "give the command a unit of its own with what it needs",
		}
		switch {
		case prefix.Text == "+":
			key := s.hardened()
			if key == "" {
				continue
			}
			f.Message = fmt.Sprintf("the prefix + runs %s as root and outside of the sandbox: %s and the rest do not hold for it", c.Program.Text, s.because(key))
		case prefix.Text == "!" && !s.Privileged():
			f.Message = fmt.Sprintf("the prefix ! runs %s as root: %s does not hold for it", c.Program.Text, s.who())
		default:
			continue
		}
		p.Report(f)
	}
}

// hardened returns a setting that makes a sandbox, "" if there is none.
func (s *subject) hardened() string {
	for _, key := range barriers {
		if s.On(key) {
			return key
		}
	}
	return ""
}
