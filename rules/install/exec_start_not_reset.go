package install

import (
	_ "embed"
	"fmt"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/unit"
)

//go:embed exec_start_not_reset.md
var execStartNotResetPage string

// ExecStartNotReset finds drop-ins that set ExecStart= without the empty assignment
// that drops the one before (service_verify in src/core/service.c).
var ExecStartNotReset = &lint.Rule{
	ID:        "exec-start-not-reset",
	Summary:   "a drop-in that adds a second ExecStart= to a service that may have one: systemd does not load it",
	Category:  "install",
	Severity:  lint.Error,
	Since:     "0.1.0",
	Page:      execStartNotResetPage,
	CheckUnit: execStartNotReset,
}

func execStartNotReset(p *lint.UnitPass) {
	u := p.Unit
	if u.Name.Type != "service" || u.State != unit.Loaded || !u.Known() || u.Value("Service", "Type") == "oneshot" {
		return
	}
	var first *unit.Setting
	told := map[*unit.Part]bool{}
	for _, setting := range u.Settings("Service", "ExecStart") {
		part := setting.Part
		switch {
		case first == nil:
			first = &setting
			continue
		case part == first.Part || !part.IsDropIn() || told[part]:
			continue
		}
		told[part] = true
		start := setting.Span().Start
		p.Report(lint.Finding{
			Place: lint.AtKey(setting),
			Message: fmt.Sprintf("the drop-in adds a second ExecStart= to %s, which may have one alone: systemd does not load the service (\"Service has more than one ExecStart= setting\")",
				u.Name),
			Help:    "write an empty ExecStart= in the line before, which drops the first one",
			Related: []lint.Related{{Place: lint.AtKey(*first), Message: "the first one"}},
			Fixes: []lint.Fix{{
				Title: "add an empty ExecStart=", Safe: true,
				Edits: []lint.Edit{{Place: lint.Place{File: part.Source, Span: source.Span{Start: start, End: start}}, Text: "ExecStart=\n"}},
			}},
		})
	}
}
