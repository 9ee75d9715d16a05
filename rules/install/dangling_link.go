package install

import (
	_ "embed"
	"fmt"
	"slices"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/unit"
)

//go:embed dangling_link.md
var danglingLinkPage string

// DanglingLink finds symbolic links among units that lead nowhere: aliases,
// linked units, and entries of .wants/, .requires/ and .upholds/. Entries of
// targets whose unit does not exist at all are another rule's.
var DanglingLink = &lint.Rule{
	ID:       "dangling-link",
	Summary:  "a symbolic link among units that leads nowhere",
	Category: "install",
	Severity: lint.Warning,
	Since:    "0.1.0",
	Page:     danglingLinkPage,
	CheckSet: danglingLink,
}

func danglingLink(p *lint.SetPass) {
	told := map[string]bool{}         // links in directories for several units
	known := func(u *unit.Unit) int { // a unit that is known is worth naming first
		if u.Known() {
			return 0
		}
		return 1
	}
	for _, u := range slices.SortedStableFunc(slices.Values(p.Set.Units), func(a, b *unit.Unit) int { return known(a) - known(b) }) {
		danglingUnit(p, u)
		for i := range u.Links {
			if link := &u.Links[i]; link.Dangling && !told[link.Path] && !missingMember(p.Set, u, link) {
				told[link.Path] = true
				danglingEntry(p, u, link)
			}
		}
	}
}

// danglingUnit reports a link in the place of a unit.
func danglingUnit(p *lint.SetPass, u *unit.Unit) {
	if u.State != unit.NotFound || u.Target == "" || u.Template != nil {
		return
	}
	f := lint.Finding{
		Unit:    u.ID,
		Place:   lint.Place{Path: u.Path},
		Message: fmt.Sprintf("symbolic link to %s, which does not exist: to systemd there is no %s", u.Target, u.ID),
		Help:    "remove the link, or restore the file it leads to",
	}
	if slices.Contains(p.Set.Problems, unit.Problem{Path: u.Path, Text: source.ErrLoop.Error()}) {
		f.Message = fmt.Sprintf("symbolic link to %s, which leads back to it: to systemd there is no %s", u.Target, u.ID)
		f.Help = "remove the link, or let it lead to a file"
	}
	if u.Astray {
		f.Message = fmt.Sprintf("symbolic link to %s: systemd looks for no units below a directory of its search path, so to it there is no %s", u.Target, u.ID)
		f.Help = "move the file into the directory itself, or out of it altogether"
	}
	p.Report(f)
}

// danglingEntry reports an entry of a directory of links.
func danglingEntry(p *lint.SetPass, u *unit.Unit, link *unit.Link) {
	message := fmt.Sprintf("symbolic link to %s, which does not exist", link.Target)
	help := "remove the link, or restore the file it leads to"
	if p.Set.Resolve(link.Entry).Where == lint.Nowhere {
		message += fmt.Sprintf(": %s depends on %s, and there is no such unit", u.ID, link.Entry)
	} else {
		message += fmt.Sprintf(": systemd goes by the name of the link and finds %s elsewhere", link.Entry)
		help = "enable the unit anew, so that the link leads to its file: systemctl reenable " + link.Entry
	}
	p.Report(lint.Finding{Unit: u.ID, Place: lint.Place{Path: link.Path}, Message: message, Help: help})
}

// missingMember reports whether missing-target-member speaks about the link.
func missingMember(set *lint.Set, u *unit.Unit, link *unit.Link) bool {
	if u.Name.Type != "target" {
		return false
	}
	where := set.Resolve(link.Entry).Where
	return where == lint.Nowhere || set.Rooted && where == lint.Shipped
}
