package resource_test

import (
	"testing"

	"github.com/unitvet/unitvet/lint/linttest"
	"github.com/unitvet/unitvet/rules/resource"
)

func TestCases(t *testing.T) { linttest.Run(t, resource.Rules(), "../../testdata/rules/resource") }

func TestPages(t *testing.T) { linttest.Pages(t, resource.Rules()) }
