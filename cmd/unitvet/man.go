//go:build packaging

package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

// packagingCommands are for those who package unitvet. They are left out of the
// program itself: what they need takes a third of its time to start.
func packagingCommands() []*cobra.Command {
	return []*cobra.Command{{
		Use:   "man DIR",
		Short: "Write the manual pages of all commands",
		Long: `Write the manual pages of all commands into a directory, one per command, for
those who package unitvet. Their date is that of SOURCE_DATE_EPOCH, if it is set.`,
		Hidden: true,
		Args:   cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return writeManual(cmd.Root(), args[0])
		},
	}}
}

// writeManual writes the manual pages of a command and those below it. Names of
// pages are those of git and its like: unitvet-check(1).
func writeManual(root *cobra.Command, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // manual pages are for everyone
		return fmt.Errorf("writing manual pages: %w", err)
	}
	if completion, _, err := root.Find([]string{"completion"}); err == nil && completion != root {
		completion.Hidden = true // its help is about shells, not about units
	}
	root.DisableAutoGenTag = true
	header := &doc.GenManHeader{Section: "1", Source: "unitvet " + version(), Manual: "unitvet"}
	if err := doc.GenManTree(root, header, dir); err != nil {
		return fmt.Errorf("writing manual pages: %w", err)
	}
	return nil
}
