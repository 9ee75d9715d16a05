package trigger

import (
	_ "embed"

	"github.com/unitvet/unitvet/lint"
)

//go:embed path_without_condition.md
var pathWithoutConditionPage string

// PathWithoutCondition finds path units without a path (path_verify in
// src/core/path.c).
var PathWithoutCondition = &lint.Rule{
	ID:        "path-without-condition",
	Summary:   "a path unit that watches nothing: systemd does not load it",
	Category:  "trigger",
	Severity:  lint.Error,
	Since:     "0.1.0",
	Page:      pathWithoutConditionPage,
	CheckUnit: pathWithoutCondition,
}

// watches are the settings that name a path to watch.
var watches = []string{"PathExists", "PathExistsGlob", "PathChanged", "PathModified", "DirectoryNotEmpty"}

func pathWithoutCondition(p *lint.UnitPass) {
	u := p.Unit
	if n := neededBy["Path"]; !judged(u, "path") || n.mentioned(u) {
		return
	}
	p.Report(lint.Finding{
		Place:   header(u),
		Message: "the path unit watches nothing: systemd does not load it (\"Path unit lacks path setting. Refusing.\")",
		Help:    "add PathExists=, PathChanged=, PathModified= or DirectoryNotEmpty=",
	})
}
