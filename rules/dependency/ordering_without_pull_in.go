package dependency

import (
	_ "embed"
	"fmt"
	"slices"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/graph"
	"github.com/unitvet/unitvet/lint/unit"
)

//go:embed ordering_without_pull_in.md
var orderingWithoutPullInPage string

// OrderingWithoutPullIn finds units that come after others of the set that
// nothing starts.
var OrderingWithoutPullIn = &lint.Rule{
	ID:        "ordering-without-pull-in",
	Summary:   "a unit that comes after one that nothing starts",
	Category:  "dependency",
	Severity:  lint.Info,
	Tier:      lint.Strict,
	Since:     "0.1.0",
	Page:      orderingWithoutPullInPage,
	CheckUnit: orderingWithoutPullIn,
}

func orderingWithoutPullIn(p *lint.UnitPass) {
	for e := range p.Set.Graph.Of(p.Unit) {
		if !e.Named() || e.Kind != graph.After || e.Ref.Setting.Key().String() != "After" || slices.Contains(p.Unit.Names, e.To) {
			continue
		}
		other := p.Set.Lookup(e.To)
		if other == nil || other.State != unit.Loaded || other.IsTemplate() || isStarted(p.Set, other) {
			continue
		}
		p.Report(lint.Finding{
			Place:   lint.AtWord(e.Ref.Setting, e.Ref.At),
			Message: fmt.Sprintf("After= names %s, which nothing starts: the order counts only when somebody starts it by hand", e.To),
			Help:    fmt.Sprintf("if %s needs it, add Wants=%s", p.Unit.Name, e.Ref.Text()),
		})
	}
}

// isStarted reports whether anything starts a unit: another one, an [Install]
// section once it is enabled, or D-Bus.
func isStarted(set *lint.Set, u *unit.Unit) bool {
	if len(u.References("Install", "WantedBy")) > 0 || len(u.References("Install", "RequiredBy")) > 0 || len(u.References("Install", "UpheldBy")) > 0 ||
		len(u.References("Install", "Alias")) > 0 || u.Value("Service", "BusName") != "" {
		return true
	}
	for e := range set.Graph.To(u.ID) {
		switch e.Kind {
		case graph.Wants, graph.Requires, graph.BindsTo, graph.Upholds, graph.Triggers, graph.OnFailure, graph.OnSuccess, graph.InSlice:
			return true
		default:
		}
	}
	return u.Name.Type == "slice" || u.Name.Type == "device" || u.Name.Type == "scope" || u.Name.Type == "mount" ||
		set.Graph.IsBase(set.Graph.Lookup(u.ID)) || set.IsShipped(u.ID)
}
