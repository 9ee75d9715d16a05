package sandbox_test

import (
	"testing"

	"github.com/unitvet/unitvet/lint/linttest"
	"github.com/unitvet/unitvet/rules/sandbox"
)

func TestCases(t *testing.T) { linttest.Run(t, sandbox.Rules(), "../../testdata/rules/sandbox") }

func TestPages(t *testing.T) { linttest.Pages(t, sandbox.Rules()) }
