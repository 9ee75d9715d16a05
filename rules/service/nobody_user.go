package service

import (
	_ "embed"
	"fmt"

	"github.com/unitvet/unitvet/lint"
)

//go:embed nobody_user.md
var nobodyUserPage string

// NobodyUser finds units that run as the user that stands for nobody
// (config_parse_user_group_compat in src/core/load-fragment.c gives a notice).
var NobodyUser = &lint.Rule{
	ID:        "nobody-user",
	Summary:   "a service that shares the user nobody with unrelated programs",
	Category:  "service",
	Severity:  lint.Warning,
	Since:     "0.1.0",
	Page:      nobodyUserPage,
	CheckUnit: nobodyUser,
}

// nobodyNumber is the number of the user nobody on Linux, 65534.
const nobodyNumber = "65534"

func nobodyUser(p *lint.UnitPass) {
	s := look(p)
	if s == nil {
		return
	}
	setting, ok := s.accepted("User")
	if !ok || setting.Value().String() != "nobody" && setting.Value().String() != nobodyNumber {
		return
	}
	help := "write DynamicUser=yes in its place, or give the service a user of its own (sysusers.d(5))"
	if _, dynamic := s.on("DynamicUser"); dynamic {
		help = "remove the line: DynamicUser=yes takes the user that exists under this name instead of making one"
	}
	p.Report(lint.Finding{
		Place: lint.AtValue(setting),
		Message: fmt.Sprintf("%s is no user of the service's own: every other program that runs as nobody can signal and trace this one, and files whose owner is not known belong to both",
			pretty(setting)),
		Help: help,
	})
}
