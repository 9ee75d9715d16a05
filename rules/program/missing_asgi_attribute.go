package program

import (
	_ "embed"
	"fmt"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/program/python"
)

//go:embed missing_asgi_attribute.md
var missingASGIAttributePage string

// MissingASGIAttribute finds applications that the module a server loads does not
// have.
var MissingASGIAttribute = &lint.Rule{
	ID:        "missing-asgi-attribute",
	Summary:   "a server is told to load an application that its module does not define",
	Category:  "program",
	Severity:  lint.Error,
	Since:     "0.1.0",
	Page:      missingASGIAttributePage,
	CheckUnit: missingASGIAttribute,
}

func missingASGIAttribute(p *lint.UnitPass) {
	for _, prog := range pythons(p) {
		for _, failure := range prog.Failures {
			if failure.Kind != python.NoAttribute {
				continue
			}
			f := begin(prog, nil)
			f.Evidence = nil
			f.Result = "exit 1"
			file := p.Set.Host.Report(failure.Found)
			f.Message = fmt.Sprintf("%s loads %q of %s, but %s does not define it", prog.Start.Server, failure.Name, failure.Module, file)
			f.Help = "name the application as the module does, after the colon"
			f.Related = append(f.Related, lint.Related{Place: lint.Place{Path: file}, Message: "the module that is loaded"})
			p.Report(f)
		}
	}
}
