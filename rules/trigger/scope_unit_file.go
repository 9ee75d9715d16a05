package trigger

import (
	_ "embed"
	"fmt"

	"github.com/unitvet/unitvet/lint"
)

//go:embed scope_unit_file.md
var scopeUnitFilePage string

// ScopeUnitFile finds scopes on disk: they only come into being at run time, around
// processes that are there already (scope_load in src/core/scope.c).
var ScopeUnitFile = &lint.Rule{
	ID:        "scope-unit-file",
	Summary:   "a scope as a file: systemd does not load it",
	Category:  "trigger",
	Severity:  lint.Error,
	Since:     "0.1.0",
	Page:      scopeUnitFilePage,
	CheckUnit: scopeUnitFile,
}

func scopeUnitFile(p *lint.UnitPass) {
	u := p.Unit
	if u.Name.Type != "scope" || u.Fragment == nil || u.Fragment.IsDropIn() {
		return
	}
	p.Report(lint.Finding{
		Place:   header(u),
		Message: fmt.Sprintf("scopes cannot be loaded from files: to systemd there is no %s", u.Name),
		Help:    "write a .service for a program that is to be started; settings for a scope that something else makes go into " + u.ID + ".d/*.conf",
	})
}
