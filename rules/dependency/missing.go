package dependency

import (
	"fmt"
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/graph"
	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/value"
)

// weight says how much depends on a unit being there.
type weight int

const (
	hard  weight = iota // the unit fails with it: Requires=, BindsTo=, Requisite=
	soft                // something is missing: Wants=, OnFailure=, PartOf= …
	order               // nothing but an order is lost: After=, Before=, and Conflicts=
)

func weigh(kind graph.Kind) weight {
	switch {
	case kind.Requirement():
		return hard
	case kind.Ordering() || kind == graph.Conflicts:
		return order
	}
	return soft
}

// verdict is how a missing unit is told.
type verdict struct {
	severity lint.Severity // 0: not at all
	text     string        // what is known of the name
	unless   string        // a condition on the effect
	help     string
}

// silent is the verdict on names that will be there.
var silent = verdict{}

// severities by weight, for the ways in which a unit can be missing.
var (
	goneOwn     = [...]lint.Severity{hard: lint.Error, soft: lint.Warning, order: lint.Warning}
	goneRooted  = [...]lint.Severity{hard: lint.Error, soft: lint.Warning, order: lint.Info}
	goneForeign = [...]lint.Severity{hard: lint.Warning, soft: lint.Warning, order: lint.Info}
	shippedGone = [...]lint.Severity{hard: lint.Error, soft: lint.Info, order: 0}
	inOtherSet  = [...]lint.Severity{hard: lint.Warning, soft: lint.Info, order: lint.Info}
)

// judge says how bad it is that a dependency of a kind names a unit.
func judge(set *lint.Set, name string, kind graph.Kind) verdict {
	if _, gone := obsolete(set, name); gone {
		return silent // another rule says since when
	}
	w := weigh(kind)
	found := set.Resolve(name)
	switch found.Where {
	case lint.Here, lint.Runtime:
		return silent
	case lint.Shipped:
		if !set.KnowsAll() {
			return silent
		}
		v := verdict{severity: shippedGone[w], text: "which is not installed here"}
		if len(found.Packages) > 0 {
			v.help = "the unit comes with the package " + packages(found.Packages)
		}
		return v
	case lint.Elsewhere:
		return verdict{
			severity: inOtherSet[w],
			text:     "which another directory of the checkout has (" + found.Path + "), but not this one",
			unless:   "unless both are installed, ",
			help:     "make sure that both are installed on the same host; --set joins directories that one manager loads",
		}
	}
	own, near := set.Family(name)
	v := verdict{text: "but there is no such unit", help: "remove the name, or add the unit"}
	switch {
	case own:
		v.severity = goneOwn[w]
	case set.KnowsAll():
		v.severity = goneRooted[w]
	default:
		v.severity = goneForeign[w]
		v.text = "but there is no such unit here, and no known package ships one"
	}
	if found.OtherManager {
		v.text = fmt.Sprintf("which the %s manager does not have", set.Scope)
		v.help = "a unit of one manager cannot depend on a unit of the other: remove the name"
	}
	if near != "" {
		v.help = fmt.Sprintf("did you mean %s? Otherwise remove the name, or add the unit", near)
	}
	if kind == graph.Conflicts && !own {
		return silent // a conflict with what may not be installed is the point of it
	}
	return v
}

// mention is a name that no unit answers to, and where a unit says it. What says it
// again, such as the After= beside a Requires=, is no fault of its own.
type mention struct {
	verdict
	edge   graph.Edge   // of those that weigh most, the first one
	others []graph.Edge // in settings
	member bool         // the unit is a target, and the name one of its members
}

// missing returns the names in the dependencies of a unit that no unit answers to,
// each once.
func missing(p *lint.UnitPass) []*mention {
	var found []*mention
	var known map[string]*mention
	for e := range p.Set.Graph.Of(p.Unit) {
		member := isMember(p.Unit, &e)
		if e.Install || e.Kind == graph.Triggers || e.Kind == graph.InSlice || !valid(e.To) ||
			!e.Named() && (!member || e.Link.Outside) {
			continue
		}
		if e.Named() && !p.Shows(e.Ref.Setting.Part.Source.Path) {
			continue // told where the other files of the unit are checked
		}
		if e.Kind == graph.After && e.Named() && e.Ref.Setting.Key().String() == "Sockets" {
			continue // the same name is wanted as well
		}
		if p.Unit.Quadlet != "" && p.Set.Resolve(e.To).Where == lint.Elsewhere {
			continue // what the generator reads comes to the host from several places
		}
		v := judge(p.Set, e.To, e.Kind)
		if v.severity == 0 {
			continue
		}
		m := known[e.To]
		if m == nil {
			m = &mention{verdict: v, edge: e, member: member}
			if known == nil {
				known = map[string]*mention{}
			}
			known[e.To] = m
			found = append(found, m)
			continue
		}
		if member && !m.member || member == m.member && weigh(e.Kind) < weigh(m.edge.Kind) {
			m.verdict, m.edge, e = v, e, m.edge
			m.member = member
		}
		if e.Named() {
			m.others = append(m.others, e)
		}
	}
	return found
}

// related returns the other places that say the name.
func (m *mention) related() []lint.Related {
	var related []lint.Related
	for _, e := range m.others {
		related = append(related, lint.Related{
			Place: lint.AtWord(e.Ref.Setting, e.Ref.At), Message: e.Ref.Setting.Key().String() + "= names it, too",
		})
	}
	return related
}

// remove returns the fix that takes the name out wherever it stands.
func (m *mention) remove() lint.Fix {
	fix := removeWord(m.edge.Ref, false)
	changed := []source.Span{m.edge.Ref.Setting.Span()}
	for _, e := range m.others {
		setting := e.Ref.Setting
		if slices.Contains(changed, setting.Span()) && setting.Part == m.edge.Ref.Setting.Part {
			continue // twice in one list
		}
		changed = append(changed, setting.Span())
		fix.Title = "remove " + m.edge.Ref.Text() + " from each of them"
		fix.Edits = append(fix.Edits, removeWord(e.Ref, false).Edits...)
	}
	return fix
}

// packages names at most three packages.
func packages(names []string) string {
	if len(names) > 3 {
		return strings.Join(names[:3], ", ") + ", …"
	}
	return strings.Join(names, " or ")
}

// effects say what systemd does about a dependency on a unit that is not there.
var effects = map[graph.Kind]string{
	graph.Requires:  "systemd refuses to start the unit (\"Unit … not found\")",
	graph.BindsTo:   "systemd refuses to start the unit (\"Unit … not found\")",
	graph.Requisite: "systemd refuses to start the unit (\"Unit … not found\")",
	graph.Wants:     "systemd starts the unit without it and says nothing",
	graph.Upholds:   "systemd starts the unit without it and says nothing",
	graph.OnFailure: "nothing is started when the unit fails",
	graph.OnSuccess: "nothing is started when the unit ends",
	graph.PartOf:    "nothing ever stops or restarts the unit with it",
	graph.After:     "the order is never applied",
	graph.Before:    "the order is never applied",
}

// effect returns the clause that a message ends with, for a kind.
func effect(kind graph.Kind) string {
	if text, ok := effects[kind]; ok {
		return text
	}
	return "the setting has no effect"
}

// valid reports whether a name in a dependency is a unit name at all; another
// rule deals with those that are none.
func valid(name string) bool {
	_, err := value.ParseName(name)
	return err == nil
}
