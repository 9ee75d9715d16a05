package install

import (
	_ "embed"
	"fmt"
	"path"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/unit"
	"github.com/unitvet/unitvet/lint/value"
)

//go:embed wants_entry_not_link.md
var wantsEntryNotLinkPage string

// WantsEntryNotLink finds entries of .wants/, .requires/ and .upholds/ that are
// passed over, since they are no links, or misread, since they lead to another unit
// than they are named for (process_deps in src/core/load-dropin.c).
var WantsEntryNotLink = &lint.Rule{
	ID:       "wants-entry-not-link",
	Summary:  "an entry of a .wants/ directory that is no symbolic link, or one that leads to another unit than it is named for",
	Category: "install",
	Severity: lint.Warning,
	Since:    "0.1.0",
	Page:     wantsEntryNotLinkPage,
	CheckSet: wantsEntryNotLink,
}

func wantsEntryNotLink(p *lint.SetPass) {
	told := map[string]bool{} // entries of directories for several units
	for _, u := range p.Set.Units {
		for i := range u.Links {
			if link := &u.Links[i]; !link.Masked && !told[link.Path] {
				told[link.Path] = true
				misreadEntry(p, u, link)
			}
		}
	}
}

func misreadEntry(p *lint.SetPass, u *unit.Unit, link *unit.Link) {
	entry, err := value.ParseName(link.Entry)
	if err != nil {
		return
	}
	f := lint.Finding{Unit: u.ID, Place: lint.Place{Path: link.Path}}
	if link.Target == "" {
		f.Message = fmt.Sprintf("systemd passes over %s here: only symbolic links in a .%s directory count, and this is none", link.Entry, link.Suffix)
		f.Help = "put the file beside the directory, and a link to it in its place"
		p.Report(f)
		return
	}
	base := path.Base(link.Target)
	target, err := value.ParseName(base)
	if err != nil || base == link.Entry || target == entry.Template() || link.Dangling {
		return
	}
	if to := p.Set.Lookup(base); to == nil || to == p.Set.Lookup(link.Entry) {
		return // not known, or another name of the same unit
	}
	f.Message = fmt.Sprintf("the link leads to %s, but systemd goes by its name: %s depends on %s (\"has different name\")", base, u.ID, link.Entry)
	f.Help = "rename the link to " + base
	p.Report(f)
}
