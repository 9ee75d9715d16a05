package syntax

import (
	_ "embed"
	"fmt"

	"github.com/unitvet/unitvet/lint"
)

//go:embed world_writable_unit_file.md
var worldWritableUnitFilePage string

// WorldWritableUnitFile finds unit files that everyone may write to. systemd loads
// them with a warning (stat_warn_permissions in src/basic/fs-util.c).
var WorldWritableUnitFile = &lint.Rule{
	ID:        "world-writable-unit-file",
	Summary:   "a unit file that everyone may change, and so run programs with the rights of the unit",
	Category:  "syntax",
	Severity:  lint.Warning,
	Since:     "0.1.0",
	Page:      worldWritableUnitFilePage,
	CheckFile: worldWritableUnitFile,
}

func worldWritableUnitFile(p *lint.FilePass) {
	mode, ok := fileMode(p)
	if !ok || mode&otherWrite == 0 || !p.Set.Rooted && p.Part.Dir.Host == "" {
		return // the modes of a checkout are those of its owner's umask, not of the host
	}
	p.Report(lint.Finding{
		Place:   lint.Place{Path: p.Part.Source.Path},
		Message: fmt.Sprintf("everyone may write to the file (mode %04o), and so decide what systemd runs for %s", mode, p.Unit.Name),
		Help:    "take the permission away: chmod o-w",
		Fixes:   []lint.Fix{{Title: "take away the permission", Safe: true, Edits: []lint.Edit{lint.ChangeMode(p.Part, mode&^otherWrite)}}},
	})
}
