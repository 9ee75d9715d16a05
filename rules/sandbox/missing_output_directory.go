package sandbox

import (
	_ "embed"
	"fmt"
	"path"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/host"
	"github.com/unitvet/unitvet/lint/program"
	"github.com/unitvet/unitvet/lint/source"
)

//go:embed missing_output_directory.md
var missingOutputDirectoryPage string

// MissingOutputDirectory finds files for the output of a unit in directories that
// are not there (systemd.exec(5), StandardOutput=; "Process Exit Codes":
// EXIT_STDOUT).
var MissingOutputDirectory = &lint.Rule{
	ID:       "missing-output-directory",
	Summary:  "the output goes to a file in a directory that does not exist",
	Category: "sandbox",
	Severity: lint.Error,
	Since:    "0.1.0",
	Page:     missingOutputDirectoryPage,
	CheckSet: missingOutputDirectory,
}

// outputs are the settings for output, with how it ends if the file cannot be made.
var outputs = []struct{ key, result string }{
	{"StandardOutput", "209/STDOUT"},
	{"StandardError", "222/STDERR"},
}

func missingOutputDirectory(p *lint.SetPass) {
	makers := MakersOf(p.Set)
	for _, u := range p.Set.Units {
		section := program.Section(u)
		for _, output := range outputs {
			setting, ok := u.Setting(section, output.key)
			if !ok {
				continue
			}
			text := setting.Value().String()
			kind, file, ok := strings.Cut(text, ":")
			if !ok || kind != "file" && kind != "append" && kind != "truncate" {
				continue
			}
			expanded := u.Expand(file)
			dir := path.Dir(expanded.Text)
			fact := p.Set.Host.Path(dir)
			if !expanded.Known || fact.Answer != host.No {
				continue
			}
			if prog := p.Set.Program(u); len(prog.Commands) == 0 || prog.Elsewhere || makers.Makes(u, dir) {
				continue
			}
			p.Report(lint.Finding{
				Unit: u.ID, Result: output.result,
				Place:   lint.AtWord(setting, source.Span{Start: len(kind) + 1, End: len(text)}),
				Message: fmt.Sprintf("%s=%s: there is no directory %s in %s, and systemd makes none for the file", output.key, text, dir, fact.Source),
				Help:    fmt.Sprintf("make the directory with tmpfiles.d(5): d %s 0755 - - -. systemd itself opens the file, which needs no ReadWritePaths=", dir),
			})
		}
	}
}
