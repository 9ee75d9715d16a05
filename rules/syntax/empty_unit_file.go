package syntax

import (
	_ "embed"
	"fmt"
	"path"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/unit"
)

//go:embed empty_unit_file.md
var emptyUnitFilePage string

// EmptyUnitFile finds unit files of no length: to systemd they mask the unit
// (null_or_empty in src/basic/stat-util.c).
var EmptyUnitFile = &lint.Rule{
	ID:        "empty-unit-file",
	Summary:   "an empty unit file: it masks the unit",
	Category:  "syntax",
	Severity:  lint.Warning,
	Since:     "0.1.0",
	Page:      emptyUnitFilePage,
	CheckUnit: emptyUnitFile,
}

func emptyUnitFile(p *lint.UnitPass) {
	u := p.Unit
	if u.State != unit.Masked || u.Template != nil || path.Base(u.Target) == "null" {
		return
	}
	p.Report(lint.Finding{
		Place:   lint.Place{Path: u.Path},
		Message: fmt.Sprintf("the file is empty, which masks %s: systemd refuses to start it", u.Name),
		Help:    "write the unit, or remove the file; to mask the unit on purpose, say so: systemctl mask, or a link to /dev/null",
	})
}
