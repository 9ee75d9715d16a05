package main

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/report"
)

type checkFlags struct {
	runFlags
	failOn  string
	formats []string
	color   string
	fixes   fixFlags
}

func checkCommand(std streams) *cobra.Command {
	var f checkFlags
	cmd := &cobra.Command{
		Use:   "check [PATH...]",
		Short: "Check unit files, directories of them, or the root directory of a system",
		Long: `Check unit files and print what will go wrong.

A directory is searched for units; each directory that holds some is what one
manager would load, unless --set joins several. A file is checked in the context
of its directory, and only findings about it are shown. "-" is standard input.
Without a path the working directory is checked, and with --root everything that
the managers of that system load.

Exit status: 0 nothing at or above --fail-on, 1 findings, 2 something could not
be read, or the command line makes no sense.`,
		Example: `  unitvet check systemd/
  unitvet check --root / /etc/systemd/system
  unitvet check --format text --format sarif=unitvet.sarif .`,
		RunE: func(cmd *cobra.Command, args []string) error { return f.run(cmd, args, std) },
	}
	flags := cmd.Flags()
	f.register(cmd)
	f.registerSilence(cmd)
	flags.StringVar(&f.failOn, "fail-on", "warning", "exit with 1 on findings of this `SEVERITY` or worse: info, warning, error or never")
	flags.StringArrayVarP(&f.formats, "format", "f", nil, "write `FORMAT[=FILE]`: text, json, sarif, github, gitlab, rdjson, junit or checkstyle (repeatable; default text)")
	flags.StringVar(&f.color, "color", "auto", "colour and links in text, `WHEN`: auto, always or never")
	f.fixes.register(flags)
	completeRules(cmd, "fix-only")
	completeWords(cmd, "format", slices.Sorted(maps.Keys(report.Formats)))
	completeWords(cmd, "fail-on", []string{"info", "warning", "error", "never"})
	completeWords(cmd, "color", []string{"auto", "always", "never"})
	return cmd
}

func (f *checkFlags) run(cmd *cobra.Command, args []string, std streams) error {
	if _, err := parseThreshold(f.failOn); err != nil {
		return err
	}
	color, err := useColor(f.color, std.out)
	if err != nil {
		return err
	}
	if len(f.formats) == 0 && !f.fixes.diff {
		f.formats = []string{"text"}
	}
	outputs, err := report.ParseAll(f.formats)
	if err != nil {
		return fmt.Errorf("--format: %w", err)
	}
	if err := f.fixes.check(args, outputs); err != nil {
		return err
	}
	jobs, err := f.jobs(cmd, args, std)
	if err != nil {
		return err
	}
	results, failed := make([]*lint.Result, len(jobs)), false
	for i, j := range jobs {
		if results[i], err = f.fixes.run(cmd.Context(), std, j.Options); err != nil {
			return explained(err)
		}
		threshold, err := parseThreshold(f.threshold(cmd, j))
		if err != nil {
			return err
		}
		failed = failed || threshold != 0 && results[i].Worst() >= threshold
	}
	result := lint.Merge(results)
	if err := writeReports(outputs, std, result, color); err != nil {
		return err
	}
	notes(std.err, result)
	_ = report.Summary(std.err, result)
	switch {
	case len(result.Errors) > 0:
		return failedError{}
	case failed:
		return findingsError{}
	}
	return nil
}

// threshold returns the severity at which a job fails, as it was given.
func (f *checkFlags) threshold(cmd *cobra.Command, j job) string {
	if !cmd.Flags().Changed("fail-on") && j.config != nil && j.config.FailOn != "" {
		return j.config.FailOn
	}
	return f.failOn
}

// parseThreshold reads a severity to fail on; 0 is never.
func parseThreshold(name string) (lint.Severity, error) {
	if name == "never" {
		return 0, nil
	}
	severity, err := lint.ParseSeverity(name)
	if err != nil {
		return 0, fmt.Errorf("--fail-on: %q is none of info, warning, error and never", name)
	}
	return severity, nil
}

// writeReports writes every report that was asked for.
func writeReports(outputs []report.Output, std streams, result *lint.Result, color bool) error {
	dir, err := os.Getwd()
	if err != nil {
		return fmt.Errorf("finding the working directory: %w", err)
	}
	opts := report.Options{Version: version(), WorkDir: dir, Root: lint.Repository(dir), Width: width(std.out)}
	for _, output := range outputs {
		if output.File == "" {
			opts.Color = color
			if err := output.Format(std.out, result, opts); err != nil {
				return fmt.Errorf("writing the report: %w", err)
			}
			continue
		}
		opts.Color = false
		var text bytes.Buffer
		if err := output.Format(&text, result, opts); err != nil {
			return fmt.Errorf("writing %s: %w", output.File, err)
		}
		if err := os.WriteFile(output.File, text.Bytes(), 0o644); err != nil { //nolint:gosec // a report is for everyone
			return fmt.Errorf("writing the report: %w", err)
		}
	}
	return nil
}

// notes prints what is to be said about the run.
func notes(w io.Writer, result *lint.Result) {
	for _, note := range result.Notes {
		_, _ = fmt.Fprintf(w, "unitvet: note: %s\n", report.Escape(note.String()))
	}
	for _, problem := range result.Errors {
		_, _ = fmt.Fprintf(w, "unitvet: %s\n", report.Escape(problem.String()))
	}
}
