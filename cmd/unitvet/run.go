package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/baseline"
	"github.com/unitvet/unitvet/lint/config"
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
	jobCount          int
	noIgnores         bool
	baseline          string
	noBaseline        bool // the command has a baseline of its own
	config            string
	noConfig          bool
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
	flags.IntVarP(&f.jobCount, "jobs", "j", 0, "look at `N` units side by side (default one per processor)")
	flags.StringVar(&f.config, "config", "", "take the configuration `FILE` (default: the .unitvet.yaml nearest to each path)")
	flags.BoolVar(&f.noConfig, "no-config", false, "take no configuration")
	completeRules(cmd, "select")
	completeRules(cmd, "ignore")
	completeWords(cmd, "distribution", shipped.DistributionNames())
}

// registerSilence registers the flags about what silences findings.
func (f *runFlags) registerSilence(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.noIgnores, "no-ignores", false, "show the findings that comments in the files silence, too")
	cmd.Flags().StringVar(&f.baseline, "baseline", "", "leave out the findings that `FILE` has; see unitvet baseline")
}

// job is one run: the paths that share a configuration.
type job struct {
	lint.Options
	config *config.File // nil if there is none
}

// jobs returns the runs that the paths make up, one for each configuration.
func (f *runFlags) jobs(cmd *cobra.Command, paths []string, std streams) ([]job, error) {
	if f.systemd < 0 || f.systemd > directive.Latest {
		return nil, fmt.Errorf("--systemd: %d is no release from 1 to %d", f.systemd, directive.Latest)
	}
	if f.config != "" && f.noConfig {
		return nil, errors.New("--config names a configuration and --no-config wants none: give one of them")
	}
	in, err := f.input(paths, std.in)
	if err != nil {
		return nil, err
	}
	groups, err := f.group(in)
	if err != nil {
		return nil, err
	}
	jobs := make([]job, 0, len(groups))
	for _, name := range slices.Sorted(maps.Keys(groups)) {
		j := job{Options: lint.Options{Rules: rules.All(), Jobs: f.jobCount, NoIgnores: f.noIgnores, Input: in}}
		j.Paths = groups[name]
		if name != "" {
			if j.config, err = config.Load(name, j.Rules); err != nil {
				return nil, err
			}
		}
		if err := f.settle(cmd.Flags(), &j); err != nil {
			return nil, err
		}
		jobs = append(jobs, j)
	}
	return jobs, nil
}

// group returns the paths for each configuration, "" being none. On a root the
// configuration is that of whoever looks at it.
func (f *runFlags) group(in lint.Input) (map[string][]string, error) {
	if f.noConfig || f.config != "" {
		return map[string][]string{f.config: in.Paths}, nil
	}
	if in.Root != "" || len(in.Paths) == 0 {
		start := "."
		if in.Root == "" && len(in.Joined) > 0 {
			start = in.Joined[0][0]
		}
		name, err := findConfig(start)
		return map[string][]string{name: in.Paths}, err
	}
	groups := map[string][]string{}
	for _, p := range in.Paths {
		start := p
		if p == "-" {
			start = in.StdinName
		}
		name, err := findConfig(start)
		if err != nil {
			return nil, err
		}
		groups[name] = append(groups[name], p)
	}
	return groups, nil
}

// findConfig returns the configuration for a path, relative to the working
// directory.
func findConfig(start string) (string, error) {
	name, err := config.Find(start)
	if err != nil || name == "" {
		return "", err
	}
	if here, err := filepath.Abs("."); err == nil {
		if relative, err := filepath.Rel(here, name); err == nil {
			return relative, nil
		}
	}
	return name, nil
}

// settle puts the configuration into a job, and the flags over it.
func (f *runFlags) settle(flags *pflag.FlagSet, j *job) error {
	joined := j.Joined
	known, facts := f.baseline, f.host
	if j.config != nil {
		if err := j.config.Apply(&j.Options); err != nil {
			return err
		}
		switch {
		case len(joined) > 0:
			j.Joined = joined
		case len(j.Joined) > 0 && len(j.Paths) == 0:
			j.Paths = []string{"."} // not the sets alone
		}
		if len(f.host.maps) > 0 {
			j.Map = nil
		}
		if len(f.host.holes) > 0 {
			j.Holes = nil
		}
		known = cmp.Or(known, j.config.BaselinePath())
		facts.facts = cmp.Or(facts.facts, j.config.FactsPath())
	}
	if flags.Changed("select") {
		j.Select = f.selected
		j.Ignore = slices.DeleteFunc(slices.Clone(j.Ignore), func(id string) bool { return slices.Contains(f.selected, id) })
		j.Level = onto(j.Level, f.selected)
	}
	if flags.Changed("ignore") {
		j.Ignore = f.ignored
	}
	if flags.Changed("strict") {
		j.Strict = f.strict
	}
	if flags.Changed("systemd") {
		j.Systemd = f.systemd
	}
	if flags.Changed("distribution") || j.Distributions == 0 {
		var err error
		if j.Distributions, err = shipped.ParseDistribution(f.distribution); err != nil {
			return fmt.Errorf("--distribution: %w", err)
		}
	}
	if known != "" && !f.noBaseline {
		var err error
		if j.Baseline, j.BaselineDir, err = readBaseline(known); err != nil {
			return err
		}
	}
	return facts.apply(&j.Options)
}

// onto lets a selection on the command line win over rules that are off.
func onto(level func(*lint.Rule, string) lint.Level, selected []string) func(*lint.Rule, string) lint.Level {
	if level == nil {
		return nil
	}
	return func(rule *lint.Rule, file string) lint.Level {
		found := level(rule, file)
		if slices.Contains(selected, rule.ID) {
			found.Off = false
		}
		return found
	}
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
