//go:build packaging && unix

package main

import (
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestManual runs the script of what only those who package unitvet need.
func TestManual(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Files:               []string{"../../testdata/script/packaging/man.txtar"},
		RequireExplicitExec: true,
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"exits": plain(exits)},
	})
}
