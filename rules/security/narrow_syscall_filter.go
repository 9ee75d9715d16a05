package security

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/value"
)

//go:embed narrow_syscall_filter.md
var narrowSyscallFilterPage string

// NarrowSyscallFilter finds lists of system calls that the next release of a library
// may go beyond (systemd.exec(5), SystemCallFilter=).
var NarrowSyscallFilter = &lint.Rule{
	ID:        "narrow-syscall-filter",
	Summary:   "a list of allowed system calls that does not start from @system-service",
	Category:  "security",
	Severity:  lint.Info,
	Tier:      lint.Strict,
	Since:     "0.1.0",
	Page:      narrowSyscallFilterPage,
	CheckUnit: narrowSyscallFilter,
}

func narrowSyscallFilter(p *lint.UnitPass) {
	s := look(p)
	if s == nil {
		return
	}
	settings := s.Unit.Settings(s.Section, "SystemCallFilter")
	if len(settings) == 0 {
		return
	}
	for _, setting := range settings {
		for _, word := range value.Fields(setting.Value().String()) {
			if word.Text == "@system-service" || word.Text == "@known" {
				return
			}
		}
	}
	if calls := s.SystemCalls(); !calls.Set || !calls.Allow {
		return
	}
	f := lint.Finding{
		Place:   lint.AtValue(settings[0]),
		Message: "SystemCallFilter= allows what is listed and nothing else, and does not start from @system-service: a library that is built anew may need another call, and the service is killed with SIGSYS",
		Help:    "start the list with @system-service, and take away from that with ~",
	}
	if number := s.Unit.Value(s.Section, "SystemCallErrorNumber"); number != "" && number != "kill" {
		f.Message = fmt.Sprintf("%s, which then fails with %s", strings.TrimSuffix(f.Message, ", and the service is killed with SIGSYS"), number)
	}
	p.Report(f)
}
