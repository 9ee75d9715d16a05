package syntax

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/directive"
	"github.com/unitvet/unitvet/lint/value"
)

//go:embed unknown_quadlet_key.md
var unknownQuadletKeyPage string

// UnknownQuadletKey finds keys that podman's generator does not know in the sections
// that it reads: it fails then, and there is no service
// (pkg/systemd/quadlet in podman's source).
var UnknownQuadletKey = &lint.Rule{
	ID:        "unknown-quadlet-key",
	Summary:   "a key that podman's generator does not know: it makes no service of the file",
	Category:  "syntax",
	Severity:  lint.Error,
	Since:     "0.1.0",
	Page:      unknownQuadletKeyPage,
	CheckFile: unknownQuadletKey,
}

func unknownQuadletKey(p *lint.FilePass) {
	if p.Unit.Quadlet == "" {
		return
	}
	for section, a := range p.Part.Assignments() {
		name, key := section.Name(), a.Key().String()
		if _, known := directive.QuadletKey(name, key); known || !generators(p, name) || key == "" {
			continue
		}
		f := lint.Finding{
			Place:   lint.At(p.Part, a.Key().Whole()),
			Message: fmt.Sprintf("[%s] has no key %s=: podman's generator fails, and there is no %s", name, visible(key), p.Unit.Name),
			Help:    "see podman-systemd.unit(5) for the keys; what has none goes into PodmanArgs=",
		}
		keys := directive.QuadletKeys(name)
		others := otherSections(p, name, key)
		switch near, ok := nearest(key, keys); {
		case ok:
			f.Help = "did you mean " + near + "=?"
			if strings.EqualFold(near, key) || value.OneEdit(key, near) {
				f.Fixes = []lint.Fix{{Title: "write " + near + "=", Safe: true, Edits: []lint.Edit{replace(p, a.Key().Whole(), near)}}}
			}
		case len(others) > 0 && reads(p, others[0].Section):
			f.Help = fmt.Sprintf("%s= belongs in [%s]", key, others[0].Section)
		}
		p.Report(f)
	}
}

// nearest returns the key that another one was most likely meant for.
func nearest(key string, keys []string) (string, bool) {
	for _, near := range keys {
		if strings.EqualFold(near, key) {
			return near, true
		}
	}
	return value.Closest(key, keys)
}
