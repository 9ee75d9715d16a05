package trigger

import (
	_ "embed"

	"github.com/unitvet/unitvet/lint"
)

//go:embed mount_without_source.md
var mountWithoutSourcePage string

// MountWithoutSource finds mounts that do not say what is to be mounted
// (mount_verify in src/core/mount.c).
var MountWithoutSource = &lint.Rule{
	ID:        "mount-without-source",
	Summary:   "a mount unit without What=: systemd does not load it",
	Category:  "trigger",
	Severity:  lint.Error,
	Since:     "0.1.0",
	Page:      mountWithoutSourcePage,
	CheckUnit: mountWithoutSource,
}

func mountWithoutSource(p *lint.UnitPass) {
	u := p.Unit
	if !judged(u, "mount") || u.ID == "-.mount" {
		return
	}
	if _, ok := decides(p.Set, u, "What"); ok {
		return
	}
	p.Report(lint.Finding{
		Place:   header(u),
		Message: "the mount unit does not say what is to be mounted: systemd does not load it (\"What= setting is missing. Refusing.\")",
		Help:    "add What= with the device, or the name of the file system for a virtual one",
	})
}
