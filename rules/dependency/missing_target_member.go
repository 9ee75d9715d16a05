package dependency

import (
	_ "embed"
	"fmt"
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
	for e := range p.Set.Graph.Of(p.Unit) {
		if !isMember(p.Unit, &e) || !valid(e.To) || e.Link != nil && e.Link.Outside {
			continue
		}
		v := judge(p.Set, e.To, e.Kind)
		if v.severity == 0 {
			continue
		}
		finding := lint.Finding{Severity: v.severity, Help: v.help}
		switch {
		case e.Named():
			finding.Place = lint.AtWord(e.Ref.Setting, e.Ref.At)
			finding.Message = fmt.Sprintf("%s= names %s, %s", e.Ref.Setting.Key().String(), e.To, v.text)
			finding.Fixes = []lint.Fix{removeWord(e.Ref, false)}
		default:
			finding.Path = e.Link.Path
			finding.Message = fmt.Sprintf("the link makes %s a member, %s", e.To, v.text)
			finding.Help = strings.Replace(v.help, "remove the name", "remove the link", 1)
		}
		finding.Message += ": " + v.unless + memberEffect(e.Kind, p.Unit.ID)
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
