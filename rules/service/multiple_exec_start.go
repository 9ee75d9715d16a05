package service

import (
	_ "embed"
	"fmt"

	"github.com/unitvet/unitvet/lint"
)

//go:embed multiple_exec_start.md
var multipleExecStartPage string

// MultipleExecStart finds services with several commands that may have one only
// (service_verify in src/core/service.c).
var MultipleExecStart = &lint.Rule{
	ID:        "multiple-exec-start",
	Summary:   "several commands in ExecStart= of a service that is not Type=oneshot",
	Category:  "service",
	Severity:  lint.Error,
	Since:     "0.1.0",
	Page:      multipleExecStartPage,
	CheckUnit: multipleExecStart,
}

func multipleExecStart(p *lint.UnitPass) {
	s := lookService(p)
	if s == nil || s.fatal || s.kind == "oneshot" || len(s.starts) < 2 {
		return
	}
	first, second := s.starts[0], s.starts[1]
	if part := second.setting.Part; part.IsDropIn() && part != first.setting.Part {
		return // a drop-in that was to replace the first: exec-start-not-reset tells
	}
	p.Report(lint.Finding{
		Place:   lint.AtWord(second.setting, second.Span),
		Message: fmt.Sprintf("%s allows one command, and this ExecStart= adds a second: %s", s.explained(), refuses),
		Help:    "put what has to run first in ExecStartPre=, or write Type=oneshot if all of them are to run one after the other and end",
		Related: []lint.Related{{Place: lint.AtWord(first.setting, first.Span), Message: "the first command"}},
	})
}
