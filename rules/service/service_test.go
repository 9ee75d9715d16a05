package service_test

import (
	"testing"

	"github.com/unitvet/unitvet/lint/linttest"
	"github.com/unitvet/unitvet/rules/service"
)

func TestCases(t *testing.T) { linttest.Run(t, service.Rules(), "../../testdata/rules/service") }

func TestPages(t *testing.T) { linttest.Pages(t, service.Rules()) }
