package directive_test

import (
	"testing"

	"github.com/unitvet/unitvet/lint/linttest"
	"github.com/unitvet/unitvet/rules/directive"
)

func TestCases(t *testing.T) { linttest.Run(t, directive.Rules(), "../../testdata/rules/directive") }

func TestPages(t *testing.T) { linttest.Pages(t, directive.Rules()) }
