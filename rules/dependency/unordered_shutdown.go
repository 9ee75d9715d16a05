package dependency

import (
	_ "embed"
	"fmt"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/graph"
	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/unit"
)

//go:embed unordered_shutdown.md
var unorderedShutdownPage string

// UnorderedShutdown finds services without default dependencies that conflict with
// shutdown.target but are not ordered before it: the stop job is queued, and the
// shutdown goes on meanwhile (systemd.special(7), shutdown.target).
var UnorderedShutdown = &lint.Rule{
	ID:        "unordered-shutdown",
	Summary:   "a service that is to be stopped at shutdown, which does not wait for it",
	Category:  "dependency",
	Severity:  lint.Warning,
	Since:     "0.1.0",
	Page:      unorderedShutdownPage,
	CheckUnit: unorderedShutdown,
}

func unorderedShutdown(p *lint.UnitPass) {
	u := p.Unit
	// Other units have ended as soon as they are told to.
	if u.Name.Type != "service" || u.Bool("Unit", "DefaultDependencies", true) || !u.Known() {
		return
	}
	var conflict graph.Edge
	for e := range p.Set.Graph.Of(u) {
		switch {
		case e.To != "shutdown.target" || !e.Named():
		case e.Kind.Ordering():
			return
		case e.Kind == graph.Conflicts:
			conflict = e
		}
	}
	for e := range p.Set.Graph.To(u.ID) {
		if e.Kind == graph.After && e.From == "shutdown.target" {
			return
		}
	}
	if !conflict.Named() || inInitrd(u) {
		return
	}
	setting := conflict.Ref.Setting
	p.Report(lint.Finding{
		Place: lint.AtWord(setting, conflict.Ref.At),
		Message: fmt.Sprintf("Conflicts=shutdown.target without Before=shutdown.target: at shutdown systemd stops %s, but does not wait until it has ended",
			u.Name),
		Help: "add Before=shutdown.target, as the default dependencies have it",
		Fixes: []lint.Fix{{
			Title: "add Before=shutdown.target",
			Edits: []lint.Edit{{Place: lint.Place{File: setting.Part.Source, Span: source.Span{Start: setting.Span().Start, End: setting.Span().Start}}, Text: "Before=shutdown.target\n"}},
		}},
	})
}

// inInitrd reports whether a unit only ever runs in the initrd, which is left long
// before a shutdown (bootup(7), "Bootup in the Initial RAM Disk").
func inInitrd(u *unit.Unit) bool {
	for _, key := range []string{"ConditionPathExists", "AssertPathExists"} {
		for _, setting := range u.Settings("Unit", key) {
			if path := setting.Value().String(); path == "/etc/initrd-release" || path == "/usr/lib/initrd-release" {
				return true
			}
		}
	}
	return false
}
