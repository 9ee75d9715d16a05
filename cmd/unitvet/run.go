package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/baseline"
	"github.com/unitvet/unitvet/lint/directive"
	"github.com/unitvet/unitvet/lint/host/shipped"
	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/rules"
)

// runFlags are the flags of the commands that run rules.
type runFlags struct {
	inputFlags
	host              hostFlags
	selected, ignored []string
	strict            bool
	systemd           int
	distribution      string
	jobs              int
	noIgnores         bool
	baseline          string
}

func (f *runFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	f.inputFlags.register(flags)
	f.host.register(flags)
	flags.StringSliceVar(&f.selected, "select", nil, "run only the rules `ID[,ID...]`, strict ones included")
	flags.StringSliceVar(&f.ignored, "ignore", nil, "do not run the rules `ID[,ID...]`")
	flags.BoolVar(&f.strict, "strict", false, "show the findings of strict rules: hardening advice, taste, heuristics")
	flags.IntVar(&f.systemd, "systemd", 0, fmt.Sprintf("the `RELEASE` of systemd that the units are for (default that of --root, or %d)", directive.Latest))
	flags.StringVar(&f.distribution, "distribution", "any", "the `NAME` of the distribution whose packages units may rely on: "+strings.Join(shipped.DistributionNames(), ", "))
	flags.IntVarP(&f.jobs, "jobs", "j", 0, "look at `N` units side by side (default one per processor)")
	completeRules(cmd, "select")
	completeRules(cmd, "ignore")
	completeWords(cmd, "distribution", shipped.DistributionNames())
}

// registerSilence registers the flags about what silences findings.
func (f *runFlags) registerSilence(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.noIgnores, "no-ignores", false, "show the findings that comments in the files silence, too")
	cmd.Flags().StringVar(&f.baseline, "baseline", "", "leave out the findings that `FILE` has; see unitvet baseline")
}

// options returns what a run looks at and how.
func (f *runFlags) options(args []string, std streams) (lint.Options, error) {
	opts := lint.Options{
		Rules: rules.All(), Select: f.selected, Ignore: f.ignored, Strict: f.strict,
		Systemd: f.systemd, Jobs: f.jobs, NoIgnores: f.noIgnores,
	}
	if f.systemd < 0 || f.systemd > directive.Latest {
		return opts, fmt.Errorf("--systemd: %d is no release from 1 to %d", f.systemd, directive.Latest)
	}
	var err error
	if opts.Distributions, err = shipped.ParseDistribution(f.distribution); err != nil {
		return opts, fmt.Errorf("--distribution: %w", err)
	}
	if f.baseline != "" {
		if opts.Baseline, opts.BaselineDir, err = readBaseline(f.baseline); err != nil {
			return opts, err
		}
	}
	if opts.Input, err = f.input(args, std.in); err != nil {
		return opts, err
	}
	err = f.host.apply(&opts)
	return opts, err
}

// readBaseline reads a baseline and returns the directory that it is for, too: the
// top of the checkout that it lies in, or its own.
func readBaseline(name string) (*baseline.File, string, error) {
	text, err := source.ReadRegular(name)
	if err != nil {
		return nil, "", fmt.Errorf("reading the baseline: %w", err)
	}
	dir, err := baselineDir(name)
	if err != nil {
		return nil, "", err
	}
	known, err := baseline.Parse(source.NewFile(filepath.ToSlash(filepath.Clean(name)), text))
	return known, dir, err
}

func baselineDir(name string) (string, error) {
	absolute, err := filepath.Abs(name)
	if err != nil {
		return "", fmt.Errorf("finding the working directory: %w", err)
	}
	dir := filepath.Dir(absolute)
	if top := lint.Repository(dir); top != "" {
		return top, nil
	}
	return dir, nil
}

// explained adds what helps to an error of a run.
func explained(err error) error {
	var unknown lint.UnknownRuleError
	if errors.As(err, &unknown) {
		return fmt.Errorf("%w%s; unitvet rules lists them", err, similarRule(unknown.ID))
	}
	return err
}

// runRules runs rules without fixing anything.
func runRules(ctx context.Context, opts lint.Options) (*lint.Result, error) {
	result, err := lint.Run(ctx, opts)
	return result, explained(err)
}

// replaceFile writes a file of unitvet's own as a whole.
func replaceFile(name string, text []byte) error {
	temp, err := os.CreateTemp(filepath.Dir(name), ".unitvet-*")
	if err != nil {
		return err
	}
	defer os.Remove(temp.Name()) //nolint:errcheck // gone after the renaming
	_, err = temp.Write(text)
	if err == nil {
		err = temp.Chmod(0o644)
	}
	if err == nil {
		err = temp.Sync()
	}
	if err := errors.Join(err, temp.Close()); err != nil {
		return err
	}
	return os.Rename(temp.Name(), name)
}
