package trigger

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/graph"
)

//go:embed mount_without_nofail.md
var mountWithoutNofailPage string

// MountWithoutNofail finds mounts of data that local-fs.target requires: when one
// fails, OnFailure=emergency.target of that target stops the boot
// (systemd.special(7), local-fs.target; systemd.mount(5), nofail).
var MountWithoutNofail = &lint.Rule{
	ID:        "mount-without-nofail",
	Summary:   "a mount that the boot requires: without the device it ends in emergency mode",
	Category:  "trigger",
	Severity:  lint.Info,
	Since:     "0.1.0",
	Page:      mountWithoutNofailPage,
	CheckUnit: mountWithoutNofail,
}

// dataTrees are where file systems are mounted that a system boots without.
var dataTrees = []string{"/mnt", "/media", "/srv", "/data", "/backup", "/backups", "/storage", "/export", "/net", "/run/media"}

func mountWithoutNofail(p *lint.UnitPass) {
	u := p.Unit
	if !judged(u, "mount") {
		return
	}
	dir, _, ok := mountPoint(p.Set, u)
	if !ok || !slices.ContainsFunc(dataTrees, func(tree string) bool { return dir == tree || strings.HasPrefix(dir, tree+"/") }) {
		return
	}
	if options, ok := decides(p.Set, u, "Options"); ok && slices.Contains(strings.Split(options.Value().String(), ","), "nofail") {
		return
	}
	for e := range p.Set.Graph.Of(u) {
		if !e.Install || e.From != "local-fs.target" || e.Kind != graph.Requires || !e.Named() {
			continue
		}
		p.Report(lint.Finding{
			Place: lint.AtWord(e.Ref.Setting, e.Ref.At),
			Message: fmt.Sprintf("once enabled, local-fs.target requires %s: when its device is missing or broken, the boot ends in emergency mode",
				dir),
			Help: "write WantedBy=multi-user.target and Options=nofail if the system can do without it",
		})
	}
}
