package install

import (
	_ "embed"
	"fmt"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/unit"
)

//go:embed dangling_link.md
var danglingLinkPage string

// DanglingLink finds symbolic links among units that lead nowhere: aliases,
// linked units, and entries of .wants/, .requires/ and .upholds/. Entries of
// targets whose unit does not exist at all are another rule's.
var DanglingLink = &lint.Rule{
	ID:        "dangling-link",
	Summary:   "a symbolic link among units that leads nowhere",
	Category:  "install",
	Severity:  lint.Warning,
	Since:     "0.1.0",
	Page:      danglingLinkPage,
	CheckUnit: danglingLink,
}

func danglingLink(p *lint.UnitPass) {
	u := p.Unit
	if u.State == unit.NotFound && u.Target != "" && u.Template == nil {
		p.Report(lint.Finding{
			Place:   lint.Place{Path: u.Path},
			Message: fmt.Sprintf("symbolic link to %s, which does not exist: to systemd there is no %s", u.Target, u.Name),
			Help:    "remove the link, or restore the file it leads to",
		})
	}
	for _, link := range u.Links {
		if !link.Dangling || missingMember(p, link) {
			continue
		}
		message := fmt.Sprintf("symbolic link to %s, which does not exist", link.Target)
		help := "remove the link, or restore the file it leads to"
		if p.Set.Resolve(link.Entry).Where == lint.Nowhere {
			message += fmt.Sprintf(": %s depends on %s, and there is no such unit", u.Name, link.Entry)
		} else {
			message += fmt.Sprintf(": systemd goes by the name of the link and finds %s elsewhere", link.Entry)
			help = "enable the unit anew, so that the link leads to its file: systemctl reenable " + link.Entry
		}
		p.Report(lint.Finding{Place: lint.Place{Path: link.Path}, Message: message, Help: help})
	}
}

// missingMember reports whether missing-target-member speaks about the link.
func missingMember(p *lint.UnitPass, link unit.Link) bool {
	if p.Unit.Name.Type != "target" {
		return false
	}
	where := p.Set.Resolve(link.Entry).Where
	return where == lint.Nowhere || p.Set.Rooted && where == lint.Shipped
}
