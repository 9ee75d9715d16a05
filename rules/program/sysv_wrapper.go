package program

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/unitvet/unitvet/lint"
)

//go:embed sysv_wrapper.md
var sysvWrapperPage string

// SysvWrapper finds units that only call an init script.
var SysvWrapper = &lint.Rule{
	ID:        "sysv-wrapper",
	Summary:   "the unit runs an init script instead of the program",
	Category:  "program",
	Severity:  lint.Info,
	Since:     "0.1.0",
	Page:      sysvWrapperPage,
	CheckUnit: sysvWrapper,
}

func sysvWrapper(p *lint.UnitPass) {
	for _, c := range p.Set.Program(p.Unit).Commands {
		if c.Key != "ExecStart" || !strings.HasPrefix(c.Program.Text, "/etc/init.d/") && !strings.HasPrefix(c.Program.Text, "/etc/rc.d/init.d/") || p.Unit.Value("Unit", "SourcePath") != "" {
			continue
		}
		p.Report(lint.Finding{
			Place:   place(c.Program.Place()),
			Message: fmt.Sprintf("ExecStart= runs the init script %s: systemd sees neither the program nor why it fails", c.Program.Text),
			Help:    "run the program itself in the foreground, and give Restart=, User= and the rest as settings",
		})
	}
}
