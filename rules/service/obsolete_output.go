package service

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/unitvet/unitvet/lint"
)

//go:embed obsolete_output.md
var obsoleteOutputPage string

// ObsoleteOutput finds output that is meant for syslog (exec_context_init_output and
// config_parse_exec_output in src/core/load-fragment.c; systemd.exec(5),
// StandardOutput=).
var ObsoleteOutput = &lint.Rule{
	ID:        "obsolete-output",
	Summary:   "output to syslog, which systemd takes for the journal",
	Category:  "service",
	Severity:  lint.Warning,
	Since:     "0.1.0",
	Page:      obsoleteOutputPage,
	CheckUnit: obsoleteOutput,
}

// syslogObsoleteSince is the release that began to take syslog for the journal and to
// warn of it.
const syslogObsoleteSince = 246

func obsoleteOutput(p *lint.UnitPass) {
	s := look(p)
	if s == nil || s.release < syslogObsoleteSince {
		return
	}
	for _, key := range []string{"StandardOutput", "StandardError"} {
		setting, ok := s.accepted(key)
		if !ok {
			continue
		}
		rest, isSyslog := strings.CutPrefix(setting.Value().String(), "syslog")
		if !isSyslog || rest != "" && rest != "+console" {
			continue
		}
		better := "journal" + rest
		p.Report(lint.Finding{
			Place:   lint.AtValue(setting),
			Message: fmt.Sprintf("%s is obsolete: systemd takes it for %s and warns", pretty(setting), better),
			Help:    "write " + better + "; a syslog daemon gets what the journal gets",
			Fixes: []lint.Fix{{
				Title: "write " + better,
				Safe:  true,
				Edits: []lint.Edit{{Place: lint.AtValue(setting), Text: better}},
			}},
		})
	}
}
