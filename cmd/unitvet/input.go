package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/source"
)

// inputFlags are the flags that say what is read.
type inputFlags struct {
	root      string
	sets      []string
	stdinName string
	user      bool
}

func (f *inputFlags) register(flags *pflag.FlagSet) {
	flags.StringVar(&f.root, "root", "", "read the units of the system whose root directory is `DIR`")
	flags.BoolVar(&f.user, "user", false, "take units for those of a user's manager: with --root only theirs, in a checkout those that do not tell")
	flags.StringArrayVar(&f.sets, "set", nil, "take the directories `DIR[:DIR...]` for one search path, highest priority first (repeatable)")
	flags.StringVar(&f.stdinName, "stdin-name", "stdin.service", "the `FILE` that standard input (-) stands for")
}

// input returns what the flags and paths name.
func (f *inputFlags) input(paths []string, stdin io.Reader) (lint.Input, error) {
	in := lint.Input{Paths: paths, Root: f.root, StdinName: f.stdinName, User: f.user}
	for _, set := range f.sets {
		in.Joined = append(in.Joined, strings.Split(set, ":"))
	}
	if f.root != "" && len(f.sets) > 0 {
		return in, fmt.Errorf("--root has its own search path: leave out --set")
	}
	if !slices.Contains(paths, "-") {
		return in, nil
	}
	if f.root != "" {
		return in, fmt.Errorf("standard input (-) stands for a file of a checkout: leave out --root")
	}
	text, err := io.ReadAll(io.LimitReader(stdin, source.MaxFileSize+1))
	if err != nil {
		return in, fmt.Errorf("reading standard input: %w", err)
	}
	if len(text) > source.MaxFileSize {
		return in, fmt.Errorf("reading standard input: %w", source.ErrTooLarge)
	}
	in.Stdin = string(text)
	return in, nil
}
