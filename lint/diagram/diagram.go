// Package diagram makes pictures of a set's dependencies: which units there are, what
// is wrong with them, and the lines between them, written as DOT, Mermaid or JSON.
package diagram

import (
	"cmp"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/graph"
	"github.com/unitvet/unitvet/lint/unit"
	"github.com/unitvet/unitvet/lint/value"
)

// Options say what a diagram shows.
type Options struct {
	// Focus is the unit that the diagram is about; "" for all of the set. Depth is how
	// many lines away from it other units are shown.
	Focus string
	Depth int
	// Requirements and Orders say which lines are drawn.
	Requirements, Orders bool
	// Implicit adds dependencies that no file names.
	Implicit bool
	// Group says what units are put together by: "family", the leading word of their
	// names, "target", "slice", or "" for nothing. Where there are more units than
	// CollapseOver, each group becomes a single node.
	Group        string
	CollapseOver int
}

// State is what is to be known of a unit at a glance.
type State string

// The states.
const (
	Present State = ""
	// Missing: nothing answers to the name.
	Missing State = "missing"
	// Masked: the unit is masked.
	Masked State = "masked"
	// Broken: systemd does not load the unit's file.
	Broken State = "broken"
	// Outside: the unit is not part of the set, but the host will have it.
	Outside State = "outside"
)

// Node is a unit, or a group of them.
type Node struct {
	Name  string `json:"name"`
	State State  `json:"state,omitempty"`
	// Path is the unit's file in reports.
	Path  string `json:"path,omitempty"`
	Group string `json:"group,omitempty"`
	// Cycle says that the unit is part of an ordering cycle.
	Cycle bool `json:"cycle,omitempty"`
	Focus bool `json:"focus,omitempty"`
	// Members is how many units a collapsed group stands for.
	Members int `json:"members,omitempty"`
}

// Line is all that one unit says about another in one direction.
type Line struct {
	// From depends on To, or, with only an order, runs before it.
	From string `json:"from"`
	To   string `json:"to"`
	// Kinds are systemd's names for the dependencies, the weightiest first. An order
	// along a requirement, the other unit first, is among them as After.
	Kinds []graph.Kind `json:"kinds"`
	// Install says that the line is only there once a unit is enabled.
	Install bool `json:"install,omitempty"`
	// Implicit says why the line is there although no file names it.
	Implicit string `json:"implicit,omitempty"`
	// At is the place that names it: file:line.
	At string `json:"at,omitempty"`
	// Cycle says that the line is part of an ordering cycle.
	Cycle bool `json:"cycle,omitempty"`
}

// IsOrder reports whether the line is an order and nothing more.
func (l *Line) IsOrder() bool { return l.Kinds[0].Ordering() }

// Diagram is the picture of a set.
type Diagram struct {
	Nodes []Node `json:"nodes"`
	Lines []Line `json:"edges"`
}

// weights order the kinds of a line.
var weights = map[graph.Kind]int{
	graph.Requires: 1, graph.BindsTo: 2, graph.Requisite: 3, graph.Triggers: 4, graph.Upholds: 5, graph.Wants: 6,
	graph.PartOf: 7, graph.OnFailure: 8, graph.OnSuccess: 8, graph.Conflicts: 9, graph.InSlice: 10, graph.After: 20, graph.Before: 21,
}

func weight(kind graph.Kind) int { return cmp.Or(weights[kind], 15) }

// builder collects nodes and lines.
type builder struct {
	set   *lint.Set
	opts  Options
	nodes map[string]*Node
	lines map[[2]string]*Line
	cycle map[[2]string]bool // orders, earlier unit first
}

// Make makes the diagram of a set.
func Make(set *lint.Set, opts Options) *Diagram {
	b := &builder{set: set, opts: opts, nodes: map[string]*Node{}, lines: map[[2]string]*Line{}, cycle: map[[2]string]bool{}}
	b.cycles()
	for _, u := range set.Units {
		if u.Exists() && (u.Template == nil || len(u.DropIns) > 0) {
			b.node(u.ID)
		}
	}
	if opts.Implicit {
		for e := range set.Graph.All() {
			if !set.Graph.IsBase(e.Unit) {
				b.edge(&e)
			}
		}
	} else {
		for e := range set.Graph.Edges() {
			b.edge(&e)
		}
	}
	b.merge()
	d := b.diagram()
	if opts.Focus != "" {
		d.focus(b.own(opts.Focus), max(opts.Depth, 1))
	}
	if opts.CollapseOver > 0 && len(d.Nodes) > opts.CollapseOver {
		d.collapse()
	}
	return d
}

// own returns a unit's own name for any of its names.
func (b *builder) own(name string) string {
	if u := b.set.Graph.Lookup(name); u != nil && !u.IsTemplate() {
		return u.ID
	}
	return name
}

// node returns the node of a unit.
func (b *builder) node(name string) *Node {
	if n, ok := b.nodes[name]; ok {
		return n
	}
	n := &Node{Name: name}
	b.nodes[name] = n
	u := b.set.Lookup(name)
	switch {
	case u != nil && u.State == unit.Masked:
		n.State = Masked
	case u != nil && (u.State == unit.BadSetting || u.State == unit.Error):
		n.State = Broken
	case u == nil || !u.Exists():
		switch b.set.Resolve(name).Where {
		case lint.Nowhere:
			n.State = Missing
		case lint.Here:
		case lint.Shipped:
			n.State = Outside
			if b.set.Rooted {
				n.State = Missing
			}
		default:
			n.State = Outside
		}
	}
	if u != nil {
		n.Path = u.Path
	}
	n.Group = b.group(name, u)
	n.Focus = b.opts.Focus != "" && name == b.own(b.opts.Focus)
	return n
}

// group returns what a unit is put together with others by.
func (b *builder) group(name string, u *unit.Unit) string {
	switch b.opts.Group {
	case "family":
		if i := strings.IndexAny(name, "-_@."); i > 0 {
			return name[:i] + path.Ext(name)
		}
	case "slice":
		if u == nil {
			return ""
		}
		for e := range b.set.Graph.Of(u) {
			if e.Kind == graph.InSlice {
				return e.To
			}
		}
	case "target":
		for e := range b.set.Graph.To(name) {
			if path.Ext(e.From) == ".target" && (e.Kind == graph.Wants || e.Kind == graph.Upholds || e.Kind.Requirement()) {
				return e.From
			}
		}
	}
	return ""
}

// cycles notes the lines of ordering cycles.
func (b *builder) cycles() {
	for _, cycle := range b.set.Transactions().Cycles() {
		for i := range cycle.Steps {
			step := &cycle.Steps[i]
			b.cycle[[2]string{b.own(step.From), b.own(step.To)}] = true
			b.node(b.own(step.From)).Cycle = true
			b.node(b.own(step.To)).Cycle = true
			if b.opts.Orders {
				b.draw(&step.Edge)
			}
		}
	}
}

// edge draws an edge if it is asked for.
func (b *builder) edge(e *graph.Edge) {
	if e.Kind.Ordering() && b.opts.Orders || !e.Kind.Ordering() && e.Kind != graph.InSlice && b.opts.Requirements {
		b.draw(e)
	}
}

// draw adds an edge to the line between its units. All orders lead from the earlier
// unit to the later one.
func (b *builder) draw(e *graph.Edge) {
	from, to, kind := b.own(e.From), b.own(e.To), e.Kind
	if kind == graph.After {
		from, to, kind = to, from, graph.Before
	}
	if from == to || !isName(from) || !isName(to) {
		return
	}
	b.node(from)
	b.node(to)
	order := ""
	if kind.Ordering() {
		order = " order" // beside the requirement between the same units
	}
	key := [2]string{from, to + order}
	line, ok := b.lines[key]
	if !ok {
		line = &Line{From: from, To: to, Install: e.Install, Implicit: e.Implicit, At: at(e)}
		b.lines[key] = line
	}
	if !slices.Contains(line.Kinds, kind) {
		line.Kinds = append(line.Kinds, kind)
	}
	line.Install = line.Install && e.Install
	if e.Implicit == "" {
		line.Implicit = ""
	}
	line.Cycle = line.Cycle || kind.Ordering() && b.cycle[[2]string{from, to}]
}

// isName reports whether a dependency names a unit at all: systemd passes over
// others.
func isName(name string) bool {
	_, err := value.ParseName(name)
	return err == nil
}

// at is the place that names an edge.
func at(e *graph.Edge) string {
	switch {
	case e.Named():
		file := e.Ref.Setting.Part.Source
		return file.Path + ":" + itoa(file.Position(e.Ref.Span().Start).Line)
	case e.Link != nil:
		return e.Link.Path
	}
	return ""
}

// merge takes an order that goes with a requirement, the required unit first, into
// the line of the requirement.
func (b *builder) merge() {
	for key, line := range b.lines {
		if line.IsOrder() {
			continue
		}
		slices.SortStableFunc(line.Kinds, func(x, y graph.Kind) int { return cmp.Compare(weight(x), weight(y)) })
		orderKey := [2]string{key[1], key[0] + " order"}
		if order, ok := b.lines[orderKey]; ok && !order.Cycle && (order.Implicit == "") == (line.Implicit == "") {
			line.Kinds = append(line.Kinds, graph.After)
			delete(b.lines, orderKey)
		}
	}
}

// diagram puts everything in order.
func (b *builder) diagram() *Diagram {
	d := &Diagram{Nodes: []Node{}, Lines: []Line{}}
	for _, n := range b.nodes {
		d.Nodes = append(d.Nodes, *n)
	}
	for _, line := range b.lines {
		d.Lines = append(d.Lines, *line)
	}
	d.sort()
	return d
}

func (d *Diagram) sort() {
	slices.SortFunc(d.Nodes, func(x, y Node) int { return cmp.Or(strings.Compare(x.Group, y.Group), strings.Compare(x.Name, y.Name)) })
	slices.SortFunc(d.Lines, func(x, y Line) int {
		return cmp.Or(strings.Compare(x.From, y.From), strings.Compare(x.To, y.To), cmp.Compare(weight(x.Kinds[0]), weight(y.Kinds[0])))
	})
}

// tidy takes out what a picture needs not say: that a member is also part of the
// target that wants it.
func (d *Diagram) tidy() {
	wanted := map[[2]string]bool{}
	for i := range d.Lines {
		if line := &d.Lines[i]; !line.IsOrder() {
			wanted[[2]string{line.From, line.To}] = true
		}
	}
	d.Lines = slices.DeleteFunc(d.Lines, func(l Line) bool {
		return l.Kinds[0] == graph.PartOf && wanted[[2]string{l.To, l.From}]
	})
}

// focus leaves what is at most depth lines away from a unit, and the lines on the
// way there.
func (d *Diagram) focus(name string, depth int) {
	near := map[string]bool{name: true}
	var before map[string]bool
	for range depth {
		before = maps.Clone(near)
		for i := range d.Lines {
			if line := &d.Lines[i]; before[line.From] || before[line.To] {
				near[line.From], near[line.To] = true, true
			}
		}
	}
	d.Lines = slices.DeleteFunc(d.Lines, func(l Line) bool { return !before[l.From] && !before[l.To] })
	d.Nodes = slices.DeleteFunc(d.Nodes, func(n Node) bool { return !near[n.Name] })
}

// collapse makes one node of each group, but leaves out of it what stands out.
func (d *Diagram) collapse() {
	members := map[string]int{}
	name := map[string]string{}
	for i := range d.Nodes {
		if n := &d.Nodes[i]; n.Group != "" && (n.State == Present || n.State == Outside) && !n.Cycle && !n.Focus {
			members[n.Group]++
			name[n.Name] = n.Group
		}
	}
	label := func(unit string) string {
		group, ok := name[unit]
		if !ok || members[group] < 3 {
			return unit
		}
		return strings.TrimSuffix(group, path.Ext(group)) + "*" + path.Ext(group)
	}
	var nodes []Node
	for _, n := range d.Nodes {
		collapsed := label(n.Name)
		if collapsed == n.Name {
			nodes = append(nodes, n)
			continue
		}
		if i := slices.IndexFunc(nodes, func(other Node) bool { return other.Name == collapsed }); i >= 0 {
			nodes[i].Members++
			if n.State == Present {
				nodes[i].State = Present
			}
			continue
		}
		nodes = append(nodes, Node{Name: collapsed, Group: n.Group, State: n.State, Members: 1})
	}
	lines := map[[3]string]*Line{}
	for _, line := range d.Lines {
		from, to := label(line.From), label(line.To)
		if from == to {
			continue
		}
		order := ""
		if line.IsOrder() {
			order = "order"
		}
		key := [3]string{from, to, order}
		if known, ok := lines[key]; ok {
			for _, kind := range line.Kinds {
				if !slices.Contains(known.Kinds, kind) {
					known.Kinds = append(known.Kinds, kind)
				}
			}
			known.Install = known.Install && line.Install
			known.Cycle = known.Cycle || line.Cycle
			continue
		}
		line.From, line.To = from, to
		line.Kinds = slices.Clone(line.Kinds)
		lines[key] = &line
	}
	d.Nodes, d.Lines = nodes, d.Lines[:0]
	for _, line := range lines {
		slices.SortStableFunc(line.Kinds, func(x, y graph.Kind) int { return cmp.Compare(weight(x), weight(y)) })
		d.Lines = append(d.Lines, *line)
	}
	for i := range d.Nodes {
		d.Nodes[i].Group = "" // boxes round single nodes say nothing
	}
	d.sort()
}
