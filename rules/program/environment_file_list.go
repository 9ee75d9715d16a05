package program

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/host"
	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/value"
)

//go:embed environment_file_list.md
var environmentFileListPage string

// EnvironmentFileList finds several files in one EnvironmentFile=, which takes one
// (config_parse_unit_env_file in src/core/load-fragment.c).
var EnvironmentFileList = &lint.Rule{
	ID:        "environment-file-list",
	Summary:   "several paths in EnvironmentFile=, which takes one",
	Category:  "program",
	Severity:  lint.Warning,
	Since:     "0.1.0",
	Page:      environmentFileListPage,
	CheckUnit: environmentFileList,
}

func environmentFileList(p *lint.UnitPass) {
	prog := p.Set.Program(p.Unit)
	if prog.Env == nil {
		return
	}
	for _, f := range prog.Env.Files {
		words := value.Fields(f.Setting.Value().String())
		if len(words) < 2 || f.Fact.Answer == host.Yes {
			continue
		}
		list := true
		for _, w := range words {
			list = list && strings.HasPrefix(strings.TrimPrefix(w.Text, "-"), "/")
		}
		if !list {
			continue
		}
		finding := lint.Finding{
			Place:   lint.AtValue(f.Setting),
			Message: fmt.Sprintf("EnvironmentFile= takes one path: systemd looks for a single file named %q", strings.TrimPrefix(f.Setting.Value().String(), "-")),
			Help:    "write one EnvironmentFile= line for each file",
		}
		var lines []string
		for _, w := range words {
			lines = append(lines, "EnvironmentFile="+w.Text)
		}
		finding.Fixes = []lint.Fix{{
			Title: "write one line for each file",
			Edits: []lint.Edit{{
				Place: lint.At(f.Setting.Part, source.Span{Start: f.Setting.Key().Whole().Start, End: f.Setting.Value().Whole().End}),
				Text:  strings.Join(lines, "\n"),
			}},
		}}
		p.Report(finding)
	}
}
