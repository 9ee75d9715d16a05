package dependency

import (
	_ "embed"
	"fmt"
	"path"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/graph"
	"github.com/unitvet/unitvet/lint/unit"
)

//go:embed missing_target_member.md
var missingTargetMemberPage string

// MissingTargetMember finds the members of targets that no unit answers to.
var MissingTargetMember = &lint.Rule{
	ID:        "missing-target-member",
	Summary:   "a target that wants or requires a unit that does not exist",
	Category:  "dependency",
	Severity:  lint.Warning,
	Since:     "0.1.0",
	Page:      missingTargetMemberPage,
	CheckUnit: missingTargetMember,
}

// isMember reports whether an edge makes a unit the member of a target.
func isMember(u *unit.Unit, e *graph.Edge) bool {
	return u.Name.Type == "target" && e.Unit == u && !e.Install &&
		(e.Kind == graph.Wants || e.Kind == graph.Upholds || e.Kind.Requirement())
}

func missingTargetMember(p *lint.UnitPass) {
	if p.Unit.Name.Type != "target" {
		return
	}
	for _, m := range missing(p) {
		if !m.member {
			continue
		}
		finding := lint.Finding{Severity: m.severity, Help: m.help, Related: m.related()}
		switch e := m.edge; {
		case e.Named():
			finding.Place = lint.AtWord(e.Ref.Setting, e.Ref.At)
			finding.Message = fmt.Sprintf("%s= names %s, %s", e.Ref.Setting.Key().String(), e.To, m.text)
			finding.Fixes = []lint.Fix{m.remove()}
		default:
			finding.Path = e.Link.Path
			finding.Message = fmt.Sprintf("the link makes %s a member, %s", e.To, m.text)
			finding.Help = strings.Replace(m.help, "remove the name", "remove the link", 1)
			if base := path.Base(e.Link.Target); base != e.Link.Entry && p.Set.Lookup(base) != nil {
				finding.Help = fmt.Sprintf("the link leads to %s, but its name counts: rename it to %s", base, base)
			}
		}
		finding.Message += ": " + m.unless + memberEffect(m.edge.Kind, p.Unit.Name.String())
		p.Report(finding)
	}
}

// memberEffect says what becomes of a target without its member.
func memberEffect(kind graph.Kind, target string) string {
	if kind.Requirement() {
		return "systemd refuses to start " + target
	}
	return target + " starts without it and systemd says nothing"
}
