package program

import (
	_ "embed"
	"fmt"
	"path"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/host"
	"github.com/unitvet/unitvet/lint/value"
)

//go:embed missing_environment_file.md
var missingEnvironmentFilePage string

// MissingEnvironmentFile finds environment files that are not there
// (exec_context_load_environment in src/core/execute.c).
var MissingEnvironmentFile = &lint.Rule{
	ID:        "missing-environment-file",
	Summary:   "a file of EnvironmentFile= does not exist",
	Category:  "program",
	Severity:  lint.Error,
	Since:     "0.1.0",
	Page:      missingEnvironmentFilePage,
	CheckUnit: missingEnvironmentFile,
}

func missingEnvironmentFile(p *lint.UnitPass) {
	prog := p.Set.Program(p.Unit)
	if prog.Env == nil {
		return
	}
	for _, f := range prog.Env.Files {
		if f.Optional || !f.Known || strings.ContainsAny(f.Path, " \t\"'") || use.MatchString(f.Path) || expects(prog, nil, f.Path) {
			continue
		}
		near := nearFile(p.Set.Host, f.Path)
		finding := lint.Finding{Place: lint.AtWord(f.Setting, f.At)}
		switch {
		case f.Fact.Answer == host.No:
			finding.Message = fmt.Sprintf("EnvironmentFile=%s does not exist in %s: systemd does not start the unit", f.Path, f.Fact.Source)
		case f.Fact.Answer == host.Unknown && f.Source == nil && near != "":
			finding.Severity = lint.Warning
			finding.Message = fmt.Sprintf("EnvironmentFile=%s is not among the files for %s: without it systemd does not start the unit", f.Path, path.Dir(f.Path))
		default:
			continue
		}
		finding.Help = "correct the path, or put - in front of it if the unit can do without the file"
		if near != "" {
			finding.Help = fmt.Sprintf("there is %s; was that meant? With - in front of the path the file may be missing", near)
		}
		p.Report(finding)
	}
}

// nearFile returns the file beside one that is missing whose name is nearly the same.
func nearFile(h *host.Host, name string) string {
	var names []string
	ext := path.Ext(name)
	for _, other := range h.ReadDir(path.Dir(name)) {
		if path.Ext(other) == ext && other != path.Base(name) {
			names = append(names, strings.TrimSuffix(other, ext))
		}
	}
	near, ok := value.Closest(strings.TrimSuffix(path.Base(name), ext), names)
	if !ok {
		return ""
	}
	return path.Join(path.Dir(name), near+ext)
}
