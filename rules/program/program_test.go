package program_test

import (
	"testing"

	"github.com/unitvet/unitvet/lint/linttest"
	"github.com/unitvet/unitvet/rules/program"
)

func TestCases(t *testing.T) { linttest.Run(t, program.Rules(), "../../testdata/rules/program") }

func TestPages(t *testing.T) { linttest.Pages(t, program.Rules()) }
