package main

import (
	"context"
	"errors"
	"slices"

	"github.com/spf13/pflag"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/fix"
	"github.com/unitvet/unitvet/lint/report"
)

// fixFlags say which findings are fixed, and how.
type fixFlags struct {
	fix, unsafe, diff bool
	only              []string
	backup            string
}

func (f *fixFlags) register(flags *pflag.FlagSet) {
	flags.BoolVar(&f.fix, "fix", false, "apply the safe fixes, and report what is left")
	flags.BoolVar(&f.diff, "diff", false, "print the safe fixes as a patch instead of the findings, and change nothing")
	flags.BoolVar(&f.unsafe, "unsafe-fixes", false, "with --fix or --diff: take the unsafe fixes, too")
	flags.StringSliceVar(&f.only, "fix-only", nil, "with --fix or --diff: fix the findings of the rules `ID[,ID...]` alone")
	flags.StringVar(&f.backup, "backup", "", "with --fix: first copy the files that change into `DIR`")
}

// check refuses flags that make no sense together.
func (f *fixFlags) check(paths []string, outputs []report.Output) error {
	switch {
	case f.fix && f.diff:
		return errors.New("--fix changes files and --diff only shows how: give one of them")
	case f.unsafe && !f.fix && !f.diff:
		return errors.New("--unsafe-fixes needs --fix or --diff")
	case len(f.only) > 0 && !f.fix && !f.diff:
		return errors.New("--fix-only needs --fix or --diff")
	case f.backup != "" && !f.fix:
		return errors.New("--backup needs --fix")
	case f.fix && slices.Contains(paths, "-"):
		return errors.New("--fix cannot change standard input (-): --diff shows what it would do")
	case f.diff && slices.ContainsFunc(outputs, func(o report.Output) bool { return o.File == "" }):
		return errors.New("--diff prints a patch on standard output: give --format a file, as in --format sarif=FILE")
	}
	return nil
}

// run lints, and fixes if it is asked to. The result is what is left, with --diff
// what there is.
func (f *fixFlags) run(ctx context.Context, std streams, opts lint.Options) (*lint.Result, error) {
	if !f.fix && !f.diff {
		return lint.Run(ctx, opts)
	}
	for _, id := range f.only {
		if !slices.ContainsFunc(opts.Rules, func(r *lint.Rule) bool { return r.ID == id }) {
			return nil, lint.UnknownRuleError{ID: id}
		}
	}
	plan, err := fix.Work(ctx, opts, fix.Options{Unsafe: f.unsafe, Only: f.only})
	if err != nil {
		return nil, err
	}
	result := plan.After
	if f.diff {
		result = plan.Before
		if err := writePatch(std, plan); err != nil {
			return nil, err
		}
	} else {
		if f.backup != "" {
			if err := fix.Backup(plan.Changes, f.backup); err != nil {
				return nil, err
			}
		}
		if err := fix.Write(plan.Changes); err != nil {
			return nil, err
		}
		result.Fixed = plan.Fixed
	}
	result.Notes = append(result.Notes, plan.Notes...)
	return result, nil
}
