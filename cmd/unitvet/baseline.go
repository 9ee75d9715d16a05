package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"

	"github.com/spf13/cobra"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/baseline"
	"github.com/unitvet/unitvet/lint/report"
	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/rules/suppression"
)

// defaultBaseline is the file that the commands on the baseline take.
const defaultBaseline = ".unitvet-baseline.json"

func baselineCommand(std streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "baseline",
		Short: "Keep the list of findings that are known and left for later",
		Long: `Keep the list of findings that are known and left for later, so that an old
repository can be held green while it is repaired:

  unitvet baseline write              write down what is found now
  unitvet check --baseline FILE       leave that out
  unitvet baseline check              see whether the list still fits
  unitvet baseline prune              take out what was repaired

An entry is found again by its rule, file, section, directive and value, not by
its line. The list lies in ` + defaultBaseline + `, unless --file names another
place; paths in it are relative to the top of the checkout.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(baselineWriteCommand(std), baselineCheckCommand(std), baselinePruneCommand(std))
	return cmd
}

// baselineFlags are those of all commands on the baseline.
type baselineFlags struct {
	runFlags
	file string
}

func (f *baselineFlags) register(cmd *cobra.Command) {
	f.runFlags.register(cmd)
	cmd.Flags().StringVar(&f.file, "file", defaultBaseline, "the baseline is `FILE`")
}

func baselineWriteCommand(std streams) *cobra.Command {
	var f baselineFlags
	var grow bool
	cmd := &cobra.Command{
		Use:   "write [PATH...]",
		Short: "Write down what is found now",
		Long: `Write what is found now into the baseline. If there is one already, it may only
become shorter, unless --grow is given.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			known, err := f.read()
			isNew := errors.Is(err, fs.ErrNotExist)
			if err != nil && !isNew {
				return err
			}
			added, gone, err := f.compare(cmd, args, std, known)
			if err != nil {
				return err
			}
			if len(added) > 0 && !isNew && !grow {
				tell(std.err, "new", added)
				return fmt.Errorf("%s would get %s: repair them, or give --grow", f.file, report.Counted(len(added), "entry", "entries"))
			}
			return f.write(std, slices.Concat(without(known, gone), added))
		},
	}
	f.register(cmd)
	cmd.Flags().BoolVar(&grow, "grow", false, "let a baseline that is there get new entries")
	return cmd
}

func baselineCheckCommand(std streams) *cobra.Command {
	var f baselineFlags
	cmd := &cobra.Command{
		Use:   "check [PATH...]",
		Short: "See whether the baseline is what is found now",
		Long: `Compare the baseline with what is found now. Exit status: 0 they are the same, 1
there are new findings, or entries whose finding is gone, 2 it could not be read.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			known, err := f.read()
			if err != nil {
				return err
			}
			added, gone, err := f.compare(cmd, args, std, known)
			if err != nil {
				return err
			}
			tell(std.err, "new", added)
			tell(std.err, "gone", gone)
			_, _ = fmt.Fprintf(std.err, "%s: %s, %d new, %d gone\n", f.file, report.Counted(len(known.Entries), "entry", "entries"), len(added), len(gone))
			if len(added)+len(gone) > 0 {
				return findingsError{}
			}
			return nil
		},
	}
	f.register(cmd)
	return cmd
}

func baselinePruneCommand(std streams) *cobra.Command {
	var f baselineFlags
	cmd := &cobra.Command{
		Use:   "prune [PATH...]",
		Short: "Take out of the baseline what was repaired",
		RunE: func(cmd *cobra.Command, args []string) error {
			known, err := f.read()
			if err != nil {
				return err
			}
			_, gone, err := f.compare(cmd, args, std, known)
			if err != nil {
				return err
			}
			tell(std.err, "gone", gone)
			return f.write(std, without(known, gone))
		},
	}
	f.register(cmd)
	return cmd
}

// read returns the baseline, an empty one with the error that says why.
func (f *baselineFlags) read() (*baseline.File, error) {
	known, _, err := readBaseline(f.file)
	if err != nil {
		return &baseline.File{}, err
	}
	return known, nil
}

// compare returns what is found now and not in the baseline, and the entries whose
// finding is gone from what was asked for.
func (f *baselineFlags) compare(cmd *cobra.Command, args []string, std streams, known *baseline.File) (added, gone []baseline.Entry, err error) {
	f.noBaseline = true
	jobs, err := f.jobs(cmd, args, std)
	if err != nil {
		return nil, nil, err
	}
	for _, j := range jobs {
		j.Baseline = known
		if j.BaselineDir, err = baselineDir(f.file); err != nil {
			return nil, nil, err
		}
		result, err := runRules(cmd.Context(), j.Options)
		if err != nil {
			return nil, nil, err
		}
		notes(std.err, result)
		if len(result.Errors) > 0 {
			return nil, nil, failedError{}
		}
		added = append(added, entries(result, j.BaselineDir)...)
		gone = append(gone, result.Stale...)
	}
	return added, gone, nil
}

// entries returns the findings of a result that are shown, but for those about the
// baseline itself.
func entries(result *lint.Result, dir string) []baseline.Entry {
	all := result.All()
	prints := lint.NewFingerprints()
	var found []baseline.Entry
	for i := range all {
		finding := &all[i]
		path := lint.RelativePath(dir, finding.ReportPath())
		entry := baseline.Entry{Fingerprint: prints.Of(finding, path), Rule: finding.Rule.ID, Path: path, Message: finding.Message}
		if finding.Suppression == nil && finding.Rule != suppression.StaleBaselineEntry {
			found = append(found, entry)
		}
	}
	return found
}

// without returns the entries of a baseline that are not gone.
func without(known *baseline.File, gone []baseline.Entry) []baseline.Entry {
	return slices.DeleteFunc(slices.Clone(known.Entries), func(e baseline.Entry) bool { return slices.Contains(gone, e) })
}

// tell prints entries.
func tell(w io.Writer, what string, entries []baseline.Entry) {
	for _, e := range entries {
		_, _ = fmt.Fprintf(w, "%s: %s: [%s] %s\n", what, report.Escape(e.Path), report.Escape(e.Rule), report.Escape(e.Message))
	}
}

// write writes the baseline, if that changes anything.
func (f *baselineFlags) write(std streams, entries []baseline.Entry) error {
	text := baseline.Format(entries)
	if old, err := source.ReadRegular(f.file); err != nil || old != string(text) {
		if err := replaceFile(f.file, text); err != nil {
			return fmt.Errorf("writing the baseline: %w", err)
		}
	}
	_, _ = fmt.Fprintf(std.err, "%s: %s\n", f.file, report.Counted(len(entries), "entry", "entries"))
	return nil
}
