package trigger

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/graph"
	"github.com/unitvet/unitvet/lint/value"
)

//go:embed automount_without_mount.md
var automountWithoutMountPage string

// AutomountWithoutMount finds automounts of which nothing knows what to mount.
// Where fstab has a line for the directory, a mount is made of it
// (systemd-fstab-generator(8)); otherwise systemd refuses to start the automount
// (automount_start in src/core/automount.c).
var AutomountWithoutMount = &lint.Rule{
	ID:        "automount-without-mount",
	Summary:   "an automount without the mount unit that it is to start",
	Category:  "trigger",
	Severity:  lint.Error,
	Since:     "0.1.0",
	Page:      automountWithoutMountPage,
	CheckUnit: automountWithoutMount,
}

func automountWithoutMount(p *lint.UnitPass) {
	u := p.Unit
	if !judged(u, "automount") {
		return
	}
	for e := range p.Set.Graph.Of(u) {
		if e.Kind != graph.Triggers || p.Set.Lookup(e.To) != nil {
			continue
		}
		dir, at, ok := mountPoint(p.Set, u)
		if !ok || isAPIMount(dir, p.Set.Release) || dir == "/" {
			continue
		}
		if want, err := value.PathToUnit(dir, "automount"); err != nil || want != u.ID {
			continue // another rule tells
		}
		f := lint.Finding{
			Place:   at,
			Message: fmt.Sprintf("there is no %s for this automount to start: systemd refuses to start it (\"unit to trigger not loaded\")", e.To),
			Help:    fmt.Sprintf("add %s, with What= and Where=%s", e.To, dir),
		}
		switch found := p.Set.Resolve(e.To); {
		case found.Where == lint.Elsewhere, found.Where == lint.Shipped && !p.Set.Rooted:
			continue
		case !p.Set.Rooted:
			f.Severity = lint.Warning
			f.Message = fmt.Sprintf("there is no %s here for this automount to start: unless /etc/fstab has a line for %s, systemd refuses to start it (\"unit to trigger not loaded\")", e.To, dir)
		default:
			fstab, _, ok := p.Set.Host.ReadFile("/etc/fstab")
			if ok && inFstab(fstab, dir) {
				continue
			}
		}
		p.Report(f)
	}
}

// inFstab reports whether a line of fstab(5) mounts something on a directory.
func inFstab(fstab, dir string) bool {
	unescape := strings.NewReplacer(`\040`, " ", `\011`, "\t", `\134`, `\`)
	for line := range strings.Lines(fstab) {
		fields := strings.Fields(line)
		if len(fields) > 1 && !strings.HasPrefix(fields[0], "#") && value.SimplifyPath(unescape.Replace(fields[1])) == dir {
			return true
		}
	}
	return false
}
