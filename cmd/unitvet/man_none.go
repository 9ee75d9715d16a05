//go:build !packaging

package main

import "github.com/spf13/cobra"

// packagingCommands are none in the program itself.
func packagingCommands() []*cobra.Command { return nil }
