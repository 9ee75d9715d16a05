package main

import (
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/report"
	"github.com/unitvet/unitvet/lint/unit"
	"github.com/unitvet/unitvet/rules"
)

func auditCommand(std streams) *cobra.Command {
	var root, color string
	var strict bool
	cmd := &cobra.Command{
		Use:   "audit [UNIT|GLOB...]",
		Short: "Check the local units of this host before daemon-reload",
		Long: `Check the units of a host that no package brings, or those of the names given,
against everything that is there, and end with a verdict in one line.

It is check --root / for a person at a terminal.`,
		Example: `  unitvet audit
  unitvet audit 'quantum-*' nginx.service`,
		RunE: func(cmd *cobra.Command, args []string) error {
			useColor, err := useColor(color, std.out)
			if err != nil {
				return err
			}
			return audit(cmd, std, lint.Options{Rules: rules.All(), Strict: strict, Input: lint.Input{Root: root}}, args, useColor)
		},
	}
	cmd.Flags().StringVar(&root, "root", "/", "look at the system whose root directory is `DIR`")
	cmd.Flags().StringVar(&color, "color", "auto", "colour and links, `WHEN`: auto, always or never")
	cmd.Flags().BoolVar(&strict, "strict", false, "show the findings of strict rules: hardening advice, taste, heuristics")
	completeWords(cmd, "color", []string{"auto", "always", "never"})
	return cmd
}

// audit checks the units of a root that patterns name, or the local ones.
func audit(cmd *cobra.Command, std streams, opts lint.Options, patterns []string, color bool) error {
	sets, result, err := lint.Load(opts)
	if err != nil {
		return err
	}
	if len(result.Errors) > 0 && len(sets) == 0 {
		notes(std.err, result)
		return failedError{}
	}
	matched := make([]bool, len(patterns))
	var units []*unit.Unit
	for _, set := range sets {
		for _, u := range set.Units {
			if len(u.Parts()) == 0 || !isLocal(u) && len(patterns) == 0 {
				continue
			}
			if len(patterns) == 0 || fits(u, patterns, matched) {
				units = append(units, u)
			}
		}
	}
	if i := slices.Index(matched, false); i >= 0 {
		return fmt.Errorf("%s: no such unit on the host", patterns[i])
	}
	if len(units) == 0 {
		_, err := fmt.Fprintln(std.out, "verdict: there are no local units")
		return err
	}
	for _, u := range units {
		for _, part := range u.Parts() {
			opts.Paths = append(opts.Paths, part.Source.Path)
		}
	}
	slices.Sort(opts.Paths)
	opts.Paths = slices.Compact(opts.Paths)
	if result, err = lint.Run(cmd.Context(), opts); err != nil {
		return err
	}
	if err := writeReports([]report.Output{{Name: "text", Format: report.Formats["text"]}}, std, result, color); err != nil {
		return err
	}
	notes(std.err, result)
	if err := verdict(std.out, len(units), result); err != nil {
		return fmt.Errorf("writing: %w", err)
	}
	switch {
	case len(result.Errors) > 0:
		return failedError{}
	case result.Worst() >= lint.Warning:
		return findingsError{}
	}
	return nil
}

// fits reports whether one of a unit's names fits a pattern, and notes which did.
func fits(u *unit.Unit, patterns []string, matched []bool) bool {
	found := false
	for i, pattern := range patterns {
		if !strings.Contains(pattern, ".") {
			pattern += ".service"
		}
		for _, name := range u.Names {
			if ok, _ := path.Match(pattern, name); ok { // a bad pattern fits nothing
				matched[i], found = true, true
			}
		}
	}
	return found
}

// verdict says in one line what the findings come to.
func verdict(w io.Writer, all int, result *lint.Result) error {
	worst := map[string]lint.Severity{}
	for _, f := range result.Findings {
		worst[f.Unit] = max(worst[f.Unit], f.Severity)
	}
	var failing, doubtful []string
	for name, severity := range worst {
		switch severity {
		case lint.Error:
			failing = append(failing, name)
		case lint.Warning:
			doubtful = append(doubtful, name)
		}
	}
	slices.Sort(failing)
	text := fmt.Sprintf("verdict: nothing wrong with %s", count(all, "unit"))
	switch {
	case len(failing) > 0:
		text = fmt.Sprintf("verdict: %d of %s will not work as written (%s)", len(failing), count(all, "unit"), list(failing))
		if len(doubtful) > 0 {
			text += fmt.Sprintf(", %s", count(len(doubtful), "other")+" may surprise")
		}
	case len(doubtful) > 0:
		slices.Sort(doubtful)
		text = fmt.Sprintf("verdict: %d of %s may surprise (%s)", len(doubtful), count(all, "unit"), list(doubtful))
	}
	_, err := fmt.Fprintln(w, report.Escape(text))
	return err
}

// count writes a number of things.
func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// list names a few of many.
func list(names []string) string {
	if len(names) > 5 {
		return strings.Join(names[:5], ", ") + ", …"
	}
	return strings.Join(names, ", ")
}
