package dependency

import (
	_ "embed"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/graph"
	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/unit"
)

//go:embed network_online_not_wanted.md
var networkOnlineNotWantedPage string

const networkOnline = "network-online.target"

// NetworkOnlineNotWanted finds units that come after network-online.target without
// bringing it along. It is started only where a unit asks for it
// (systemd.special(7)).
var NetworkOnlineNotWanted = &lint.Rule{
	ID:        "network-online-not-wanted",
	Summary:   "a unit that waits for the network, but does not ask for it",
	Category:  "dependency",
	Severity:  lint.Warning,
	Since:     "0.1.0",
	Page:      networkOnlineNotWantedPage,
	CheckUnit: networkOnlineNotWanted,
}

func networkOnlineNotWanted(p *lint.UnitPass) {
	if p.Unit.Scope() == unit.ScopeUser || !p.Unit.Known() {
		return // it is the system manager's; the file may ask for it
	}
	for e := range p.Set.Graph.Of(p.Unit) {
		if !e.Named() || e.Kind != graph.After || e.To != networkOnline {
			continue
		}
		setting := e.Ref.Setting
		if isPackaged(p.Set, setting.Part) || p.Set.IsShipped(p.Unit.ID) || wantsNetwork(p.Set, p.Unit) {
			return
		}
		p.Report(lint.Finding{
			Place:   lint.AtWord(setting, e.Ref.At),
			Message: "After=network-online.target without Wants=network-online.target: systemd starts that target only where a unit asks for it, so the unit may start without a network",
			Help:    "add Wants=network-online.target",
			Fixes:   []lint.Fix{addLine(setting, "Wants="+networkOnline)},
		})
		return
	}
}

// isPackaged reports whether a file of a root is a package's.
func isPackaged(set *lint.Set, part *unit.Part) bool {
	return set.Rooted && (strings.HasPrefix(part.Dir.Host, "/usr/lib/") || strings.HasPrefix(part.Dir.Host, "/lib/"))
}

// wantsNetwork reports whether the start of a unit brings network-online.target
// along, or that of what brings the unit.
func wantsNetwork(set *lint.Set, u *unit.Unit) bool {
	m := set.Transactions()
	name := u.ID
	if u.IsTemplate() {
		for e := range set.Graph.Of(u) {
			if e.To == networkOnline && (e.Kind == graph.Wants || e.Kind == graph.Upholds || e.Kind.Requirement()) {
				return true
			}
		}
	}
	if m.Brings(name, networkOnline) {
		return true
	}
	for e := range set.Graph.To(name) {
		switch e.Kind {
		case graph.Wants, graph.Requires, graph.BindsTo, graph.Upholds, graph.Triggers:
			if m.Brings(e.From, networkOnline) {
				return true
			}
		default:
		}
	}
	return set.Rooted && m.Brings("default.target", networkOnline)
}

// addLine returns the fix that adds a line behind an assignment.
func addLine(after unit.Setting, line string) lint.Fix {
	text := after.Part.Source.Text
	end := after.Span().End
	eol := "\n"
	if strings.Contains(text, "\r\n") {
		eol = "\r\n"
	}
	fix := lint.Fix{Title: "add " + line, Safe: true}
	if strings.HasSuffix(text[:end], "\n") {
		line += eol
	} else {
		line = eol + line
	}
	fix.Edits = []lint.Edit{{Place: lint.At(after.Part, source.Span{Start: end, End: end}), Text: line}}
	return fix
}
