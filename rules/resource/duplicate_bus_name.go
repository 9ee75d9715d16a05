package resource

import (
	_ "embed"
	"fmt"

	"github.com/unitvet/unitvet/lint"
)

//go:embed duplicate_bus_name.md
var duplicateBusNamePage string

// DuplicateBusName finds names on the bus that two services own (systemd.service(5),
// BusName=).
var DuplicateBusName = &lint.Rule{
	ID:       "duplicate-bus-name",
	Summary:  "two services own the same name on the bus",
	Category: "resource",
	Severity: lint.Warning,
	Since:    "0.1.0",
	Page:     duplicateBusNamePage,
	CheckSet: duplicateBusName,
}

func duplicateBusName(p *lint.SetPass) {
	claims := single(p.Set, "BusName", func(text string) string { return text })
	clash(p, claims, func(c, other claim) {
		p.Report(lint.Finding{
			Unit: c.unit.ID, Place: c.place(),
			Message: fmt.Sprintf("BusName=%s is that of %s as well: a name has one owner, so the second service to start does not get it", c.what, other.unit.Name),
			Help:    "give one of them another name, or let them exclude each other with Conflicts=",
			Related: []lint.Related{{Place: other.place(), Message: "the other service"}},
		})
	})
}
