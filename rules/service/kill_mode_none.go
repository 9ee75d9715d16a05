package service

import (
	_ "embed"

	"github.com/unitvet/unitvet/lint"
)

//go:embed kill_mode_none.md
var killModeNonePage string

// KillModeNone finds units whose processes are left behind (systemd.kill(5),
// KillMode=; config_parse_kill_mode in src/core/load-fragment.c warns).
var KillModeNone = &lint.Rule{
	ID:        "kill-mode-none",
	Summary:   "processes that KillMode=none leaves behind when the unit stops",
	Category:  "service",
	Severity:  lint.Warning,
	Since:     "0.1.0",
	Page:      killModeNonePage,
	CheckUnit: killModeNone,
}

func killModeNone(p *lint.UnitPass) {
	s := look(p)
	if s == nil {
		return
	}
	setting, ok := s.accepted("KillMode")
	if !ok || setting.Value().String() != "none" || !s.Bool("Unit", "DefaultDependencies", true) {
		return // without these, a process may be meant to outlive the shutdown, such as mdmon(8)
	}
	f := lint.Finding{
		Place:   lint.AtValue(setting),
		Message: "KillMode=none stops nothing: what still runs after ExecStop= is left behind and out of systemd's hands, also when the unit starts again",
		Help:    "write KillMode=mixed to send SIGTERM to the main process and to kill what is left after TimeoutStopSec=, or remove the line for SIGTERM to all of them",
	}
	if p.Unit.Name.Type == "service" && len(s.commands("ExecStop")) == 0 {
		f.Message = "KillMode=none and no ExecStop=: stopping the service stops nothing, its processes stay and are out of systemd's hands"
	}
	p.Report(f)
}
