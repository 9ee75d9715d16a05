package program

import (
	_ "embed"
	"fmt"
	"path"
	"regexp"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/host"
	"github.com/unitvet/unitvet/lint/program"
	"github.com/unitvet/unitvet/lint/program/environment"
	"github.com/unitvet/unitvet/lint/source"
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
		words := value.Fields(f.Setting.Value.String)
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
			Message: fmt.Sprintf("EnvironmentFile= takes one path: systemd looks for a single file named %q", strings.TrimPrefix(f.Setting.Value.String, "-")),
			Help:    "write one EnvironmentFile= line for each file",
		}
		var lines []string
		for _, w := range words {
			lines = append(lines, "EnvironmentFile="+w.Text)
		}
		finding.Fixes = []lint.Fix{{
			Title: "write one line for each file",
			Edits: []lint.Edit{{
				Place: lint.At(f.Setting.Part, source.Span{Start: f.Setting.Key.Whole().Start, End: f.Setting.Value.Whole().End}),
				Text:  strings.Join(lines, "\n"),
			}},
		}}
		p.Report(finding)
	}
}

//go:embed environment_file_syntax.md
var environmentFileSyntaxPage string

// EnvironmentFileSyntax finds lines of environment files that mean something else
// to systemd than to a shell (parse_env_file_internal in src/basic/env-file.c).
var EnvironmentFileSyntax = &lint.Rule{
	ID:       "environment-file-syntax",
	Summary:  "a line of an environment file does not mean to systemd what it would mean to a shell",
	Category: "program",
	Severity: lint.Warning,
	Since:    "0.1.0",
	Page:     environmentFileSyntaxPage,
	CheckSet: environmentFileSyntax,
}

func environmentFileSyntax(p *lint.SetPass) {
	seen := map[string]bool{}
	for _, u := range p.Set.Units {
		if _, ok := u.Setting(program.Section(u), "EnvironmentFile"); !ok {
			continue
		}
		prog := p.Set.Program(u)
		if prog.Env == nil {
			continue
		}
		for _, f := range prog.Env.Files {
			if f.Source == nil || f.Template || seen[f.Source.Path] {
				continue
			}
			seen[f.Source.Path] = true
			for _, fault := range faults(f) {
				line := f.Source.Line(fault.span.Start)
				p.Report(lint.Finding{
					Unit:    u.Name.String(),
					Place:   lint.AtWord(f.Setting, f.At),
					Message: fmt.Sprintf("line %d of %s: %s", line, f.Path, fault.text),
					Help:    fault.help,
					Related: []lint.Related{{Place: lint.Place{File: f.Source, Span: fault.span}, Message: "the line"}},
				})
			}
		}
	}
}

// fault is what is wrong in an environment file.
type fault struct {
	span       source.Span
	text, help string
}

// variableIn matches a use of a variable as shells have it.
var variableIn = regexp.MustCompile(`\$(?:\{[A-Za-z_][A-Za-z0-9_]*\}|_?[A-Z][A-Z0-9_]+\b)|\$\(`)

// faults returns what is wrong in an environment file.
func faults(f environment.File) []fault {
	var found []fault
	for _, problem := range f.Problems {
		if problem.Kind == value.ContinuedComment {
			continue
		}
		found = append(found, fault{problem.Span, problem.Text, problem.Expected})
		if found[len(found)-1].help != "" {
			found[len(found)-1].help = "write " + problem.Expected
		}
	}
	for _, a := range f.Assignments {
		written := a.Value.Span.Of(f.Source.Text)
		if at := strings.Index(a.Value.Text, " #"); at >= 0 && !a.Value.Quoted {
			found = append(found, fault{
				a.Value.Span, fmt.Sprintf("%s becomes %q: a comment needs a line of its own", a.Name.Text, a.Value.Text), "put the comment on the line before",
			})
			continue
		}
		if use := variableIn.FindString(a.Value.Text); use != "" && !strings.Contains(written, `\$`) && !strings.HasPrefix(written, "'") {
			found = append(found, fault{
				a.Value.Span, fmt.Sprintf("%s becomes %q: systemd expands nothing in environment files", a.Name.Text, a.Value.Text), "write what " + use + " stands for",
			})
		}
	}
	return found
}

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
	if prog.Env == nil {
		return
	}
	order := map[any]int{}
	for i, s := range prog.All() {
		order[s.Assignment] = i
	}
	for _, setting := range prog.Settings(prog.Section, "Environment") {
		assignments, _ := value.ParseEnvironment(setting.Value.String)
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
