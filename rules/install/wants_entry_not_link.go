package install

import (
	_ "embed"
	"fmt"
	"path"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/value"
)

//go:embed wants_entry_not_link.md
var wantsEntryNotLinkPage string

// WantsEntryNotLink finds entries of .wants/, .requires/ and .upholds/ that are
// passed over, since they are no links, or misread, since they lead to another unit
// than they are named for (process_deps in src/core/load-dropin.c).
var WantsEntryNotLink = &lint.Rule{
	ID:        "wants-entry-not-link",
	Summary:   "an entry of a .wants/ directory that is no symbolic link, or one that leads to another unit than it is named for",
	Category:  "install",
	Severity:  lint.Warning,
	Since:     "0.1.0",
	Page:      wantsEntryNotLinkPage,
	CheckUnit: wantsEntryNotLink,
}

func wantsEntryNotLink(p *lint.UnitPass) {
	for _, link := range p.Unit.Links {
		entry, err := value.ParseName(link.Entry)
		if err != nil || link.Masked {
			continue
		}
		if link.Target == "" {
			p.Report(lint.Finding{
				Place:   lint.Place{Path: link.Path},
				Message: fmt.Sprintf("systemd passes over %s here: only symbolic links in a .%s directory count, and this is none", link.Entry, link.Suffix),
				Help:    "put the file beside the directory, and a link to it in its place",
			})
			continue
		}
		base := path.Base(link.Target)
		target, err := value.ParseName(base)
		if err != nil || base == link.Entry || target == entry.Template() || link.Dangling {
			continue
		}
		if u := p.Set.Lookup(base); u == nil || u == p.Set.Lookup(link.Entry) {
			continue // not known, or another name of the same unit
		}
		p.Report(lint.Finding{
			Place: lint.Place{Path: link.Path},
			Message: fmt.Sprintf("the link leads to %s, but systemd goes by its name: %s depends on %s (\"has different name\")",
				base, p.Unit.Name, link.Entry),
			Help: "rename the link to " + base,
		})
	}
}
