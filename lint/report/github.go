package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/unitvet/unitvet/lint"
)

var githubCommands = map[lint.Severity]string{lint.Error: "error", lint.Warning: "warning", lint.Info: "notice"}

// Escapes of workflow commands (github.com/actions/toolkit,
// packages/core/src/command.ts).
var (
	githubData     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	githubProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// GitHub writes workflow commands, which GitHub Actions turns into annotations
// of a pull request.
func GitHub(w io.Writer, result *lint.Result, opts Options) error {
	out := bufio.NewWriter(w)
	for i := range result.Findings {
		f := &result.Findings[i]
		path, _ := opts.inRepository(f.ReportPath())
		_, _ = fmt.Fprintf(out, "::%s file=%s", githubCommands[f.Severity], githubProperty.Replace(Escape(path)))
		if f.File != nil {
			r := f.Range()
			_, _ = fmt.Fprintf(out, ",line=%d,endLine=%d", r.Start.Line, r.End.Line)
			// The runner drops columns with a warning if the lines differ.
			if r.Start.Line == r.End.Line {
				_, _ = fmt.Fprintf(out, ",col=%d,endColumn=%d", r.Start.Column, r.End.Column)
			}
		}
		_, _ = fmt.Fprintf(out, ",title=%s::%s\n", githubProperty.Replace(f.Rule.ID), githubData.Replace(strings.Join(opts.lines(f), "\n")))
	}
	return out.Flush()
}
