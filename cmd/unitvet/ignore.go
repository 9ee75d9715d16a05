package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/fix"
	"github.com/unitvet/unitvet/lint/report"
)

func ignoreCommand(std streams) *cobra.Command {
	var f runFlags
	var reason string
	var diff bool
	cmd := &cobra.Command{
		Use:   "ignore [PATH...]",
		Short: "Silence everything that is found now, with comments in the files",
		Long: `Write comments into the unit files that silence everything that is found now:

  # unitvet: ignore[rule, rule] reason

above each assignment that a finding is about. Files are written as --fix of
unitvet check writes them. Findings that no comment can silence, such as those
about symbolic links, are told; a baseline takes them all.

Exit status: 0 everything is silenced, 1 some findings are left, 2 something could
not be read or written.`,
		Example: `  unitvet ignore --reason 'before the linter' systemd/
  unitvet ignore --select duplicate-assignment --diff`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if strings.ContainsFunc(reason, func(r rune) bool { return r < ' ' || r == 0x7f }) {
				return errors.New("--reason: has to be text on one line")
			}
			if slices.Contains(args, "-") && !diff {
				return errors.New("standard input (-) cannot be changed: --diff shows how")
			}
			jobs, err := f.jobs(cmd, args, std)
			if err != nil {
				return err
			}
			plans := make([]*fix.Plan, len(jobs))
			for i, j := range jobs {
				if plans[i], err = fix.Silence(cmd.Context(), j.Options, strings.TrimSpace(reason)); err != nil {
					return explained(err)
				}
			}
			return writeIgnores(std, plans, diff)
		},
	}
	f.register(cmd)
	cmd.Flags().StringVar(&reason, "reason", "", "the `TEXT` behind each comment: why the findings are silenced")
	cmd.Flags().BoolVar(&diff, "diff", false, "print the comments as a patch, and change nothing")
	return cmd
}

func writeIgnores(std streams, plans []*fix.Plan, diff bool) error {
	verb, silenced, files := "silenced", 0, 0
	results := make([]*lint.Result, len(plans))
	for i, plan := range plans {
		if diff {
			verb = "would silence"
			if err := writePatch(std, plan); err != nil {
				return err
			}
		} else if err := fix.Write(plan.Changes); err != nil {
			return err
		}
		plan.After.Notes = append(plan.After.Notes, plan.Notes...)
		results[i], silenced, files = plan.After, silenced+plan.Fixed, files+len(plan.Changes)
	}
	result := lint.Merge(results)
	notes(std.err, result)
	_, _ = fmt.Fprintf(std.err, "%s %s in %s; %d left\n", verb, report.Counted(silenced, "finding"), report.Counted(files, "file"), len(result.Findings))
	switch {
	case len(result.Errors) > 0:
		return failedError{}
	case len(result.Findings) > 0:
		return findingsError{}
	}
	return nil
}

// writePatch prints the changes of a plan.
func writePatch(std streams, plan *fix.Plan) error {
	patch := fix.Diff(plan.Changes)
	if _, ok := terminal(std.out); ok {
		patch = report.EscapeLines(patch)
	}
	if _, err := io.WriteString(std.out, patch); err != nil {
		return fmt.Errorf("writing the patch: %w", err)
	}
	return nil
}
