// Package graph turns a set of units into typed edges between names: what each
// unit requires, wants, orders itself by, triggers and is installed under. Every
// edge keeps the place that says so, or the fact that implies it.
package graph

import (
	"iter"
	"slices"
	"sync"

	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/unit"
	"github.com/unitvet/unitvet/lint/value"
)

// Kind is the kind of an edge, named like systemd's dependency types
// (systemd.unit(5), "Mapping of unit properties to their inverses").
type Kind uint8

// The kinds. The zero value is none of them.
const (
	Requires Kind = iota + 1
	Requisite
	Wants
	BindsTo
	PartOf
	Upholds
	Conflicts
	Before
	After
	OnFailure
	OnSuccess
	PropagatesReloadTo
	ReloadPropagatedFrom
	PropagatesStopTo
	StopPropagatedFrom
	JoinsNamespaceOf
	// Triggers leads from a timer, path, socket or automount to its unit.
	Triggers
	// InSlice leads to the slice that a unit runs in.
	InSlice
)

var kindNames = [...]string{
	Requires:             "Requires",
	Requisite:            "Requisite",
	Wants:                "Wants",
	BindsTo:              "BindsTo",
	PartOf:               "PartOf",
	Upholds:              "Upholds",
	Conflicts:            "Conflicts",
	Before:               "Before",
	After:                "After",
	OnFailure:            "OnFailure",
	OnSuccess:            "OnSuccess",
	PropagatesReloadTo:   "PropagatesReloadTo",
	ReloadPropagatedFrom: "ReloadPropagatedFrom",
	PropagatesStopTo:     "PropagatesStopTo",
	StopPropagatedFrom:   "StopPropagatedFrom",
	JoinsNamespaceOf:     "JoinsNamespaceOf",
	Triggers:             "Triggers",
	InSlice:              "InSlice",
}

// String returns systemd's name for the kind.
func (k Kind) String() string { return kindNames[k] }

// MarshalText returns systemd's name for the kind.
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

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
	// Install says that the edge exists only once the unit is enabled.
	Install bool
	// Unit is the unit whose files say so.
	Unit *unit.Unit
	// Ref is the place of the name in a setting, if the edge is [Edge.Named].
	Ref unit.Reference
	// Link is the entry of a .wants/, .requires/ or .upholds/ directory.
	Link *unit.Link
	// Implicit says why the edge is there although nothing names it, as part of a
	// sentence; "" for a named one.
	Implicit string
	// Cause is the setting that an implicit edge follows from, such as
	// RequiresMountsFor=; nil if it is there by default.
	Cause *unit.Setting
}

// Named reports whether a setting names the other unit. All other edges come from
// a link or are implied.
func (e *Edge) Named() bool { return e.Ref.Setting.Assignment != nil }

// Span returns the place of the name that the edge comes from, in its file.
func (e *Edge) Span() (*source.File, source.Span, bool) {
	if !e.Named() {
		return nil, source.Span{}, false
	}
	return e.Ref.Setting.Part.Source, e.Ref.Span(), true
}

// Graph holds the edges of a set. Large sets have very many, so they are kept as
// numbers, and an [Edge] is put together when it is asked for.
type Graph struct {
	Set *unit.Set

	units   []*unit.Unit     // Set.Units or Set.Quadlets
	others  []string         // the names that are no unit's own
	numbers map[string]int32 // of others; they follow those of the units
	reasons []string         // of implicit edges

	edges []edge  // in the order of the units, then of their places
	start []int32 // the edges of unit i are edges[start[i]:start[i+1]]

	into      []int32 // the places in edges of those that lead to a unit, by any of its names
	intoStart []int32 // those of name i are into[intoStart[i]:intoStart[i+1]]

	quadlets *Graph // the edges of the services that podman's generator makes

	scopeOnce sync.Once
	scope     unit.Scope
	before    sync.Map // target to the names it says Before= of
	mountOnce sync.Once
	mounts    map[string]*unit.Unit // by the directory
}

// edge is an edge that files make, as the graph keeps it.
type edge struct {
	from, to   int32 // names
	unit       int32
	at         int32 // among the unit's settings or links, or among the reasons
	start, end int32 // the name in the value of the setting
	kind       Kind
	origin     origin
	install    bool
}

// origin is where an edge comes from.
type origin uint8

const (
	fromSetting origin = iota
	fromLink
	fromReason
)

// edge returns the edge in a place of the graph's list.
func (g *Graph) edge(i int32) Edge {
	kept := &g.edges[i]
	e := Edge{
		From: g.name(kept.from), To: g.name(kept.to), Kind: kept.kind, Install: kept.install, Unit: g.units[kept.unit],
	}
	switch kept.origin {
	case fromSetting:
		e.Ref = unit.Reference{
			Setting: e.Unit.At(int(kept.at)), At: source.Span{Start: int(kept.start), End: int(kept.end)}, Name: e.To,
		}
		if e.Install {
			e.Ref.Name = e.From
		}
	case fromLink:
		e.Link = &e.Unit.Links[kept.at]
	case fromReason:
		e.Implicit = g.reasons[kept.at]
	}
	return e
}

// name returns the name with a number.
func (g *Graph) name(number int32) string {
	if n := int(number) - len(g.units); n >= 0 {
		return g.others[n]
	}
	return g.units[number].ID
}

// find returns the number of a name.
func (g *Graph) find(name string) (int32, bool) {
	if u := g.Set.Lookup(name); u != nil && u.ID == name && g.has(u) {
		return int32(u.Number()), true
	}
	number, ok := g.numbers[name]
	return number, ok
}

// number returns the number of a name, and gives it one if it has none.
func (g *Graph) number(name string) int32 {
	number, ok := g.find(name)
	if !ok {
		number = int32(len(g.units) + len(g.others))
		g.others = append(g.others, name)
		g.numbers[name] = number
	}
	return number
}

// has reports whether a unit is one of the graph's.
func (g *Graph) has(u *unit.Unit) bool { return u.Number() < len(g.units) && g.units[u.Number()] == u }

// Edges returns the edges that the files of all units make, in the order of the
// units' names, then of their places.
func (g *Graph) Edges() iter.Seq[Edge] {
	return func(yield func(Edge) bool) {
		g.each(0, len(g.edges), yield)
	}
}

// each yields the edges in a range of the graph's list. It returns false if yield
// does.
func (g *Graph) each(start, end int, yield func(Edge) bool) bool {
	for i := start; i < end; i++ {
		if !yield(g.edge(int32(i))) {
			return false
		}
	}
	return true
}

// Of returns the edges that a unit's own files make, [Install] included.
func (g *Graph) Of(u *unit.Unit) iter.Seq[Edge] {
	return func(yield func(Edge) bool) { g.eachOf(u, yield) }
}

func (g *Graph) eachOf(u *unit.Unit, yield func(Edge) bool) bool {
	switch {
	case u.Quadlet != "":
		g = g.quadlets
	case g.IsBase(u):
		g = g.base()
	}
	if !g.has(u) {
		return true
	}
	return g.each(int(g.start[u.Number()]), int(g.start[u.Number()+1]), yield)
}

// To returns the edges that lead to a unit, by any of its names.
func (g *Graph) To(name string) iter.Seq[Edge] {
	return func(yield func(Edge) bool) { g.eachTo(name, yield) }
}

func (g *Graph) eachTo(name string, yield func(Edge) bool) {
	number, ok := g.find(g.canonical(name))
	if !ok {
		return
	}
	for _, i := range g.into[g.intoStart[number]:g.intoStart[number+1]] {
		if !yield(g.edge(i)) {
			return
		}
	}
}

// index sorts the edges by where they lead.
func (g *Graph) index() {
	own := make([]int32, len(g.units)+len(g.others)) // the number of the unit that answers to a name
	for i := range own {
		own[i] = int32(i)
		if i >= len(g.units) {
			own[i] = g.number(g.canonical(g.others[i-len(g.units)]))
		}
	}
	g.intoStart = make([]int32, len(g.units)+len(g.others)+1)
	for i := range g.edges {
		g.intoStart[own[g.edges[i].to]+1]++
	}
	for i := range len(g.intoStart) - 1 {
		g.intoStart[i+1] += g.intoStart[i]
	}
	g.into = make([]int32, len(g.edges))
	next := slices.Clone(g.intoStart)
	for i := range g.edges {
		to := own[g.edges[i].to]
		g.into[next[to]] = int32(i)
		next[to]++
	}
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
	g := build(set, set.Units)
	g.quadlets = build(set, set.Quadlets)
	return g
}

func build(set *unit.Set, units []*unit.Unit) *Graph {
	g := &Graph{
		Set: set, units: units, numbers: map[string]int32{},
		edges: make([]edge, 0, 6*len(units)), start: make([]int32, len(units)+1),
	}
	for i, u := range units {
		if u.State != unit.Masked {
			g.add(u)
		}
		g.start[i+1] = int32(len(g.edges))
	}
	g.edges = slices.Clone(g.edges) // as long as it must be
	g.index()
	return g
}

// keep adds an edge that the files of a unit make.
func (g *Graph) keep(u *unit.Unit, from, to string, e edge) {
	e.from, e.to, e.unit = g.number(from), g.number(to), int32(u.Number())
	g.edges = append(g.edges, e)
}

// named is an edge of a unit that a setting names.
func named(u *unit.Unit, kind Kind, ref unit.Reference) edge {
	at := 0
	for setting := range u.All() {
		if setting.Assignment == ref.Setting.Assignment {
			break
		}
		at++
	}
	return edge{kind: kind, at: int32(at), start: int32(ref.At.Start), end: int32(ref.At.End)}
}

// add adds the edges that a unit's files make.
func (g *Graph) add(u *unit.Unit) {
	i := -1
	for setting := range u.All() {
		i++
		if setting.Section != "Unit" {
			continue
		}
		kind, ok := dependencyKeys[setting.Key().String()]
		if !ok {
			continue
		}
		for word := range value.FieldsSeq(setting.Value().String()) {
			if to := u.ResolveName(word.Text); to != "" {
				g.keep(u, u.ID, to, edge{kind: kind, at: int32(i), start: int32(word.Span.Start), end: int32(word.Span.End)})
			}
		}
	}
	for i := range u.Links {
		if link := &u.Links[i]; link.Counts() {
			g.keep(u, u.ID, u.ResolveName(link.Entry), edge{kind: linkKinds[link.Suffix], origin: fromLink, at: int32(i)})
		}
	}
	g.installed(u)
	g.triggers(u)
	g.sockets(u)
	g.slice(u)
}

// installed adds the edges that there are once the unit is enabled.
func (g *Graph) installed(u *unit.Unit) {
	to := u.InstalledAs()
	if instance := g.Set.Lookup(to); instance != nil && instance.Template == u {
		return // the instance that DefaultInstance= names says so
	}
	for _, d := range installKeys {
		for _, ref := range u.References("Install", d.key) {
			if ref.Name != "" {
				e := named(u, d.kind, ref)
				e.install = true
				g.keep(u, ref.Name, to, e)
			}
		}
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
	// Of a timer or path the first name counts, of a socket the last; names that
	// cannot be triggered are ignored (config_parse_trigger_unit and
	// config_parse_socket_service in src/core/load-fragment.c).
	settings := slices.Clone(u.Settings(trigger.section, trigger.key))
	if u.Name.Type == "socket" {
		slices.Reverse(settings)
	}
	for _, setting := range settings {
		ref, ok := single(u, setting, func(to value.Name) bool {
			return !slices.Contains(u.Names, to.String()) && (u.Name.Type != "socket" || to.Type == "service")
		})
		if ok {
			if ref.Name != "" {
				g.keep(u, u.ID, ref.Name, named(u, Triggers, ref))
			}
			return
		}
	}
	to := u.Name
	to.Type = trigger.suffix
	why := u.Name.Type + " units start the " + trigger.suffix + " of the same name"
	if u.Name.Type == "socket" && u.Bool("Socket", "Accept", false) {
		to.Kind, to.Instance = value.Template, ""
		why = "with Accept=yes each connection starts an instance of the template of the same name"
	}
	at := slices.Index(g.reasons, why)
	if at < 0 {
		at = len(g.reasons)
		g.reasons = append(g.reasons, why)
	}
	g.keep(u, u.ID, to.String(), edge{kind: Triggers, origin: fromReason, at: int32(at)})
}

// sockets adds what Sockets= implies: the service wants its sockets and starts
// after them (src/core/service.c, service_add_extras).
func (g *Graph) sockets(u *unit.Unit) {
	if u.Name.Type != "service" {
		return
	}
	refs := u.References("Service", "Sockets")
	for _, kind := range []Kind{Wants, After} {
		for _, ref := range refs {
			if value.TypeOf(ref.Name) == "socket" {
				g.keep(u, u.ID, ref.Name, named(u, kind, ref))
			}
		}
	}
}

// sliced are the unit types that have Slice=.
var sliced = []string{"service", "socket", "mount", "swap", "slice", "scope"}

// slice adds the edge to the slice that Slice= names.
func (g *Graph) slice(u *unit.Unit) {
	if !slices.Contains(sliced, u.Name.Type) {
		return
	}
	if ref, ok := sliceOf(u); ok && ref.Name != "" {
		g.keep(u, u.ID, ref.Name, named(u, InSlice, ref))
	}
}

// sliceOf returns the last Slice= that names a slice; others are ignored
// (config_parse_unit_slice in src/core/load-fragment.c). Its name is empty if it is
// not known.
func sliceOf(u *unit.Unit) (unit.Reference, bool) {
	for _, setting := range slices.Backward(u.Settings(u.Name.Section(), "Slice")) {
		if ref, ok := single(u, setting, func(to value.Name) bool { return to.Type == "slice" }); ok {
			return ref, true
		}
	}
	return unit.Reference{}, false
}

// single returns the unit that a setting with one name names, and whether systemd
// takes it. The name is empty if it is not known.
func single(u *unit.Unit, setting unit.Setting, fits func(value.Name) bool) (unit.Reference, bool) {
	text := setting.Value().String()
	ref := unit.Reference{Setting: setting, At: source.Span{End: len(text)}, Name: u.ResolveName(text)}
	if ref.Name == "" {
		return ref, len(value.ExpandName(text, u.Context(value.NameTable)).Problems) == 0
	}
	name, err := value.ParseName(ref.Name)
	return ref, err == nil && fits(name)
}
