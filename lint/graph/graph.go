// Package graph turns a set of units into typed edges between names: what each
// unit requires, wants, orders itself by, triggers and is installed under. Every
// edge keeps the place that says so, or the fact that implies it.
package graph

import (
	"iter"
	"slices"
	"strings"
	"sync"

	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/unit"
	"github.com/unitvet/unitvet/lint/value"
)

// Kind is the kind of an edge, named like systemd's dependency types
// (systemd.unit(5), "Mapping of unit properties to their inverses").
type Kind string

// The kinds.
const (
	Requires             Kind = "Requires"
	Requisite            Kind = "Requisite"
	Wants                Kind = "Wants"
	BindsTo              Kind = "BindsTo"
	PartOf               Kind = "PartOf"
	Upholds              Kind = "Upholds"
	Conflicts            Kind = "Conflicts"
	Before               Kind = "Before"
	After                Kind = "After"
	OnFailure            Kind = "OnFailure"
	OnSuccess            Kind = "OnSuccess"
	PropagatesReloadTo   Kind = "PropagatesReloadTo"
	ReloadPropagatedFrom Kind = "ReloadPropagatedFrom"
	PropagatesStopTo     Kind = "PropagatesStopTo"
	StopPropagatedFrom   Kind = "StopPropagatedFrom"
	JoinsNamespaceOf     Kind = "JoinsNamespaceOf"
	// Triggers leads from a timer, path, socket or automount to its unit.
	Triggers Kind = "Triggers"
	// InSlice leads to the slice that a unit runs in.
	InSlice Kind = "InSlice"
)

// Requirement reports whether an edge of the kind makes systemd fail the unit
// when the other one does not exist (src/core/transaction.c).
func (k Kind) Requirement() bool { return k == Requires || k == BindsTo || k == Requisite }

// Ordering reports whether the kind orders without pulling in.
func (k Kind) Ordering() bool { return k == Before || k == After }

// Edge is one dependency.
type Edge struct {
	// From and To are unit names with specifiers resolved. They need not exist.
	From, To string
	Kind     Kind
	// Unit is the unit whose files say so.
	Unit *unit.Unit
	// Ref is the place of the name in a setting; nil if the edge comes from a link
	// or is implied.
	Ref *unit.Reference
	// Link is the entry of a .wants/, .requires/ or .upholds/ directory.
	Link *unit.Link
	// Implicit says why the edge is there although nothing names it, as part of a
	// sentence; "" for a named one.
	Implicit string
	// Cause is the setting that an implicit edge follows from, such as
	// RequiresMountsFor=; nil if it is there by default.
	Cause *unit.Setting
	// Install says that the edge exists only once the unit is enabled.
	Install bool
}

// Span returns the place of the name that the edge comes from, in its file.
func (e *Edge) Span() (*source.File, source.Span, bool) {
	if e.Ref == nil {
		return nil, source.Span{}, false
	}
	return e.Ref.Setting.Part.Source, e.Ref.Span(), true
}

// Graph holds the edges of a set.
type Graph struct {
	Set *unit.Set
	// Edges in the order of their units' names, then of their places.
	Edges []Edge

	quadlets *Graph                   // the edges of the services that podman's generator makes
	refs     []unit.Reference         // the slab that references are carved from
	of       map[*unit.Unit]edgeRange // the edges of a unit's files
	index    sync.Once                // makes the next two
	from, to map[string][]*Edge

	scopeOnce sync.Once
	scope     unit.Scope
	mountOnce sync.Once
	mounts    map[string]*unit.Unit // by the directory
}

// edgeRange is a range of Graph.Edges.
type edgeRange struct{ start, end int }

// From returns the edges that leave a unit, by any of its names.
func (g *Graph) From(name string) []*Edge {
	g.index.Do(g.makeIndex)
	return g.from[g.canonical(name)]
}

// To returns the edges that lead to a unit, by any of its names.
func (g *Graph) To(name string) []*Edge {
	g.index.Do(g.makeIndex)
	return g.to[g.canonical(name)]
}

func (g *Graph) makeIndex() {
	g.from = make(map[string][]*Edge, len(g.Set.Units))
	g.to = make(map[string][]*Edge, len(g.Set.Units))
	for i := range g.Edges {
		e := &g.Edges[i]
		from, to := g.canonical(e.From), g.canonical(e.To)
		g.from[from] = append(g.from[from], e)
		g.to[to] = append(g.to[to], e)
	}
}

// Of returns the edges that a unit's own files make, [Install] included.
func (g *Graph) Of(u *unit.Unit) iter.Seq[*Edge] {
	switch {
	case u.Quadlet != "":
		g = g.quadlets
	case g.IsBase(u):
		g = g.base()
	}
	own := g.of[u]
	return func(yield func(*Edge) bool) {
		for i := own.start; i < own.end; i++ {
			if !yield(&g.Edges[i]) {
				return
			}
		}
	}
}

// keep returns a reference to a copy of ref that lives as long as the graph.
func (g *Graph) keep(ref unit.Reference) *unit.Reference {
	if len(g.refs) == cap(g.refs) {
		g.refs = make([]unit.Reference, 0, 256)
	}
	g.refs = append(g.refs, ref)
	return &g.refs[len(g.refs)-1]
}

// canonical returns the unit's own name for any of its names.
func (g *Graph) canonical(name string) string {
	if u := g.Set.Lookup(name); u != nil {
		return u.ID
	}
	return name
}

// dependencyKeys are the settings of [Unit] that name other units, with the kind
// of edge; the last ones are the old names that systemd still reads
// (src/core/load-fragment-gperf.gperf.in). None of them can be reset.
var dependencyKeys = map[string]Kind{
	"Requires":             Requires,
	"Requisite":            Requisite,
	"Wants":                Wants,
	"BindsTo":              BindsTo,
	"PartOf":               PartOf,
	"Upholds":              Upholds,
	"Conflicts":            Conflicts,
	"Before":               Before,
	"After":                After,
	"OnFailure":            OnFailure,
	"OnSuccess":            OnSuccess,
	"PropagatesReloadTo":   PropagatesReloadTo,
	"ReloadPropagatedFrom": ReloadPropagatedFrom,
	"PropagatesStopTo":     PropagatesStopTo,
	"StopPropagatedFrom":   StopPropagatedFrom,
	"JoinsNamespaceOf":     JoinsNamespaceOf,

	"BindTo":               BindsTo,
	"RequiresOverridable":  Requires,
	"RequisiteOverridable": Requisite,
	"PropagateReloadTo":    PropagatesReloadTo,
	"PropagateReloadFrom":  ReloadPropagatedFrom,
}

// installKeys are the settings of [Install] that systemctl enable turns into
// links.
var installKeys = []struct {
	key  string
	kind Kind
}{
	{"WantedBy", Wants},
	{"RequiredBy", Requires},
	{"UpheldBy", Upholds},
}

// linkKinds are the kinds of the directories' entries.
var linkKinds = map[string]Kind{"wants": Wants, "requires": Requires, "upholds": Upholds}

// Build makes the graph of a set.
func Build(set *unit.Set) *Graph {
	g := &Graph{
		Set:   set,
		Edges: make([]Edge, 0, 6*len(set.Units)),
		of:    make(map[*unit.Unit]edgeRange, len(set.Units)),
	}
	g.addAll(set.Units)
	g.quadlets = &Graph{Set: set, of: map[*unit.Unit]edgeRange{}}
	g.quadlets.addAll(set.Quadlets)
	return g
}

// addAll adds the edges that the files of units make.
func (g *Graph) addAll(units []*unit.Unit) {
	for _, u := range units {
		if u.State == unit.Masked {
			continue
		}
		start := len(g.Edges)
		g.add(u)
		g.of[u] = edgeRange{start, len(g.Edges)}
	}
}

// add adds the edges that a unit's files make.
func (g *Graph) add(u *unit.Unit) {
	name := u.ID
	for _, setting := range u.All() {
		kind, ok := dependencyKeys[setting.Key().String()]
		if !ok || setting.Section != "Unit" {
			continue
		}
		for _, word := range value.Fields(setting.Value().String()) {
			if to := u.ResolveName(word.Text); to != "" {
				ref := g.keep(unit.Reference{Setting: setting, At: word.Span, Name: to})
				g.Edges = append(g.Edges, Edge{From: name, To: to, Kind: kind, Unit: u, Ref: ref})
			}
		}
	}
	for i := range u.Links {
		link := &u.Links[i]
		if link.Counts() {
			g.Edges = append(g.Edges, Edge{
				From: name, To: u.ResolveName(link.Entry), Kind: linkKinds[link.Suffix], Unit: u, Link: link,
			})
		}
	}
	installed := u.InstalledAs()
	for _, d := range installKeys {
		if u.Template != nil && len(u.DropIns) == len(u.Template.DropIns) && u.Template.InstalledAs() == u.ID {
			break // the template says so already
		}
		g.references(u, "Install", d.key, func(from string) Edge {
			return Edge{From: from, To: installed, Kind: d.kind, Install: true}
		})
	}
	g.triggers(u)
	g.sockets(u)
	g.slice(u)
}

// references adds an edge for each name in the assignments to a key.
func (g *Graph) references(u *unit.Unit, section, key string, edge func(name string) Edge) {
	for _, ref := range u.References(section, key) {
		if ref.Name == "" {
			continue
		}
		e := edge(ref.Name)
		e.Unit, e.Ref = u, g.keep(ref)
		g.Edges = append(g.Edges, e)
	}
}

// triggerKeys are the settings that name the unit that another one triggers.
// Where it is not set, that is the service of the same name; for an automount
// the mount (systemd.timer(5), systemd.path(5), systemd.socket(5),
// systemd.automount(5)).
var triggerKeys = map[string]struct{ section, key, suffix string }{
	"timer":     {"Timer", "Unit", "service"},
	"path":      {"Path", "Unit", "service"},
	"socket":    {"Socket", "Service", "service"},
	"automount": {"", "", "mount"},
}

// triggers adds the edge to the unit that a timer, path, socket or automount
// starts.
func (g *Graph) triggers(u *unit.Unit) {
	trigger, ok := triggerKeys[u.Name.Type]
	if !ok || !u.Known() {
		return
	}
	name := u.ID
	if refs := u.References(trigger.section, trigger.key); len(refs) > 0 {
		ref := refs[0]
		if ref.Name != "" {
			g.Edges = append(g.Edges, Edge{From: name, To: ref.Name, Kind: Triggers, Unit: u, Ref: g.keep(ref)})
		}
		return
	}
	to := u.Name
	to.Type = trigger.suffix
	why := u.Name.Type + " units start the " + trigger.suffix + " of the same name"
	if u.Name.Type == "socket" && u.Bool("Socket", "Accept", false) {
		to.Kind, to.Instance = value.Template, ""
		why = "with Accept=yes each connection starts an instance of the template of the same name"
	}
	g.Edges = append(g.Edges, Edge{From: name, To: to.String(), Kind: Triggers, Unit: u, Implicit: why})
}

// sockets adds what Sockets= implies: the service wants its sockets and starts
// after them (src/core/service.c, service_add_extras).
func (g *Graph) sockets(u *unit.Unit) {
	if u.Name.Type != "service" {
		return
	}
	name := u.ID
	for _, kind := range []Kind{Wants, After} {
		g.references(u, "Service", "Sockets", func(to string) Edge { return Edge{From: name, To: to, Kind: kind} })
	}
}

// slice adds the edge to the slice that Slice= names.
func (g *Graph) slice(u *unit.Unit) {
	section := strings.ToUpper(u.Name.Type[:1]) + u.Name.Type[1:]
	if !slices.Contains([]string{"service", "socket", "mount", "swap", "slice", "scope"}, u.Name.Type) {
		return
	}
	refs := u.References(section, "Slice")
	if len(refs) == 0 {
		return
	}
	ref := refs[len(refs)-1]
	if ref.Name != "" {
		g.Edges = append(g.Edges, Edge{From: u.ID, To: ref.Name, Kind: InSlice, Unit: u, Ref: g.keep(ref)})
	}
}
