package security_test

import (
	"testing"

	"github.com/unitvet/unitvet/lint/linttest"
	"github.com/unitvet/unitvet/rules/security"
)

func TestCases(t *testing.T) { linttest.Run(t, security.Rules(), "../../testdata/rules/security") }

func TestPages(t *testing.T) { linttest.Pages(t, security.Rules()) }
