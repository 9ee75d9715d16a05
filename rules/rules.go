// Package rules is the list of everything that unitvet looks for. Each family is
// a package, each rule a file of it with its page beside it.
package rules

import (
	"slices"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/rules/dependency"
	"github.com/unitvet/unitvet/rules/directive"
	"github.com/unitvet/unitvet/rules/install"
	"github.com/unitvet/unitvet/rules/program"
	"github.com/unitvet/unitvet/rules/quadlet"
	"github.com/unitvet/unitvet/rules/resource"
	"github.com/unitvet/unitvet/rules/sandbox"
	"github.com/unitvet/unitvet/rules/security"
	"github.com/unitvet/unitvet/rules/service"
	"github.com/unitvet/unitvet/rules/suppression"
	"github.com/unitvet/unitvet/rules/syntax"
	"github.com/unitvet/unitvet/rules/trigger"
)

// All returns every rule, family by family.
func All() []*lint.Rule {
	return slices.Concat(
		syntax.Rules(),
		directive.Rules(),
		program.Rules(),
		sandbox.Rules(),
		resource.Rules(),
		dependency.Rules(),
		install.Rules(),
		service.Rules(),
		security.Rules(),
		trigger.Rules(),
		quadlet.Rules(),
		suppression.Rules(),
	)
}
