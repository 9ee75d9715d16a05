package program

import (
	_ "embed"
	"fmt"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/program/environment"
	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/syntax"
	"github.com/unitvet/unitvet/lint/value"
)

//go:embed environment_overridden.md
var environmentOverriddenPage string

// EnvironmentOverridden finds assignments that an environment file takes back
// (systemd.exec(5), EnvironmentFile=: "settings from these files override settings
// made with Environment=").
var EnvironmentOverridden = &lint.Rule{
	ID:        "environment-overridden",
	Summary:   "an environment file overrides an Environment= that stands after it",
	Category:  "program",
	Severity:  lint.Warning,
	Since:     "0.1.0",
	Page:      environmentOverriddenPage,
	CheckUnit: environmentOverridden,
}

func environmentOverridden(p *lint.UnitPass) {
	prog := p.Set.Program(p.Unit)
	settings := prog.Settings(prog.Section, "Environment")
	if prog.Env == nil || len(settings) == 0 {
		return
	}
	order := map[*syntax.Assignment]int{}
	for s := range prog.All() {
		order[s.Assignment] = len(order)
	}
	for _, setting := range settings {
		assignments, _ := value.ParseEnvironment(setting.Value().String())
		for _, a := range assignments {
			v := prog.Env.Lookup(a.Name.Text)
			if v.Origin != environment.FromFile || order[setting.Assignment] < order[v.Setting.Assignment] || v.Value == prog.Expand(a.Value.Text).Text {
				continue
			}
			p.Report(lint.Finding{
				Place: lint.AtWord(setting, source.Span{Start: a.Name.Span.Start, End: a.Value.Span.End}),
				Message: fmt.Sprintf("Environment= sets %s in vain: the file of EnvironmentFile= sets it as well, and files always win, wherever they stand",
					a.Name.Text),
				Help: "change the value in the file, or name a further file after it that sets the variable",
				Related: []lint.Related{
					{Place: lint.AtValue(*v.Setting), Message: "the file"},
					{Place: place(v.Place), Message: "the value that counts"},
				},
			})
		}
	}
}
