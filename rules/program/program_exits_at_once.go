package program

import (
	_ "embed"
	"fmt"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/program/python"
)

//go:embed program_exits_at_once.md
var programExitsAtOncePage string

// ProgramExitsAtOnce finds Python files that define things and do nothing with
// them.
var ProgramExitsAtOnce = &lint.Rule{
	ID:        "program-exits-at-once",
	Summary:   "the Python file that a service runs only defines things and ends",
	Category:  "program",
	Severity:  lint.Warning,
	Since:     "0.1.0",
	Page:      programExitsAtOncePage,
	CheckUnit: programExitsAtOnce,
}

func programExitsAtOnce(p *lint.UnitPass) {
	if p.Unit.Value("Service", "Type") == "oneshot" {
		return
	}
	for _, prog := range pythons(p) {
		if prog.Command.Key != "ExecStart" || !prog.Loaded || prog.Runs || !prog.Defines || prog.Start.Kind == python.App || prog.Start.Server != "" ||
			len(prog.Failures) > 0 || prog.Gave || len(prog.Run.Via) > 0 {
			continue
		}
		f := begin(prog, nil)
		f.Severity, f.Evidence = lint.Warning, nil
		file := prog.Entry.Source.Path
		f.Message = fmt.Sprintf("%s only defines things: it calls nothing, and has no part for __main__, so that the program ends at once", file)
		f.Help = "call what starts the service at the end of the file, or start it with its server, as with uvicorn MODULE:app"
		f.Related = append(f.Related, lint.Related{Place: lint.Place{Path: file}, Message: "what is run"})
		p.Report(f)
	}
}
