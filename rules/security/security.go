// Package security holds the rules about what a service may do to the system: what
// its sandbox leaves open, and what it takes away that the service needs.
package security

import (
	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/exposure"
	"github.com/unitvet/unitvet/lint/sandbox"
	"github.com/unitvet/unitvet/lint/unit"
)

// Rules returns the rules of the family.
func Rules() []*lint.Rule {
	return []*lint.Rule{
		JITWithMemoryDeny,
		MissingAddressFamily,
		NarrowSyscallFilter,
		PrivateNetworkClient,
		PrivilegedPort,
		RunsAsRoot,
		SandboxBypassed,
		SetuidWithNoNewPrivileges,
		WeakSandbox,
	}
}

// settingsKey is what the settings of a unit are remembered under.
type settingsKey struct{}

// settingsOf returns the sandbox of a service that systemd loads, nil of others.
func settingsOf(p *lint.UnitPass) *sandbox.Settings {
	u := p.Unit
	if u.Name.Type != "service" || u.State != unit.Loaded || !u.Known() || u.Scope() == unit.ScopeUser {
		return nil
	}
	s := readOnce(p)
	if s.Refused != nil {
		return nil
	}
	return s
}

// readOnce returns the settings of a unit, for the rules that look at the same one.
func readOnce(p *lint.UnitPass) *sandbox.Settings {
	return lint.Once(p.Memo, settingsKey{}, func() *sandbox.Settings { return sandbox.Read(p.Unit, p.Set.Release) })
}

// start returns the command of a service that a finding about the whole of it
// underlines.
func start(u *unit.Unit) (unit.Setting, bool) { return u.Setting("Service", "ExecStart") }

// hardening returns the fix that adds what is sure in a drop-in.
func hardening(s *sandbox.Settings, advice exposure.Advice) []lint.Fix {
	lines := advice.Lines()
	if len(lines) == 0 {
		return nil
	}
	edit, ok := lint.InDropIn(s.Unit, s.Section, lines...)
	if !ok {
		return nil
	}
	return []lint.Fix{{Title: "add a drop-in with what the service is not seen to need, down to " + exposure.Tenths(advice.Lowered()), Edits: []lint.Edit{edit}}}
}

// summary says what advice comes to, for help: the first settings that are sure, or
// what to find out.
func summary(advice exposure.Advice) string {
	const most = 3
	text := ""
	for i, s := range advice.Sure {
		switch {
		case i == most:
			text += " and more"
		case i > 0 && i < most:
			text += ", "
		}
		if i < most {
			text += s.Key + "=" + s.Value
		}
	}
	if text != "" {
		text = "add " + text + ", down to " + exposure.Tenths(advice.Lowered())
	}
	if len(advice.Open) == 0 {
		return text
	}
	if text != "" {
		text += "; "
	}
	return text + "unitvet security lists what only its author can decide about, down to " + exposure.Tenths(advice.Possible())
}
