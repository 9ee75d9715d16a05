package graph

import (
	_ "embed" // for systemd.tsv
	"iter"
	"strings"
	"sync"

	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/unit"
)

//go:embed data/systemd.tsv
var baseTable string

// baseColumns are the settings that the columns of the table after the name
// stand for.
var baseColumns = []string{"DefaultDependencies", "", "Requires", "Wants", "After", "Before", "Conflicts"}

// BasePath is the directory in reports of the units that systemd brings along.
const BasePath = "systemd"

// loadBase reads the units that systemd brings along for a manager.
func loadBase(scope unit.Scope) *Graph {
	files := map[string]string{}
	for line := range strings.Lines(baseTable) {
		cells := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if cells[0] != scope.String() {
			continue
		}
		var text strings.Builder
		text.WriteString("[Unit]\n")
		for i, cell := range cells[2:] {
			switch {
			case cell == "":
			case baseColumns[i] == "":
				text.WriteString("RefuseManualStart=yes\n")
			default:
				text.WriteString(baseColumns[i] + "=" + cell + "\n")
			}
		}
		files[BasePath+"/"+cells[1]] = text.String()
	}
	tree := &source.Tree{Dir: "/nonexistent", Overlay: files}
	dir := &unit.Dir{Tree: tree, Name: BasePath, Path: BasePath}
	return Build(unit.Load(unit.Options{Name: BasePath, Scope: scope, Dirs: []*unit.Dir{dir}, Jobs: 1}))
}

var (
	baseSystem = sync.OnceValue(func() *Graph { return loadBase(unit.ScopeSystem) })
	baseUser   = sync.OnceValue(func() *Graph { return loadBase(unit.ScopeUser) })
)

// base returns the units that the manager of the set has besides those of the
// set; nil on a root, where everything that exists is read.
func (g *Graph) base() *Graph {
	switch {
	case g.Set.Rooted:
		return nil
	case g.Scope() == unit.ScopeUser:
		return baseUser()
	}
	return baseSystem()
}

// Scope returns the manager that the set is for. Where a checkout does not say,
// it is the system manager, unless a unit can only be for a user's and none can
// only be for the system's.
func (g *Graph) Scope() unit.Scope {
	g.scopeOnce.Do(func() {
		g.scope = g.Set.Scope
		for _, u := range g.Set.Units {
			if g.scope == unit.ScopeSystem {
				break
			}
			if scope := u.Scope(); scope != unit.ScopeUnknown {
				g.scope = scope
			}
		}
		if g.scope == unit.ScopeUnknown {
			g.scope = unit.ScopeSystem
		}
	})
	return g.scope
}

// aliases of the units that systemd brings along (systemd.special(7)). What
// default.target is, the administrator decides; graphical.target has the others
// in it.
var baseAliases = map[string]string{
	"default.target":   "graphical.target",
	"runlevel2.target": "multi-user.target",
	"runlevel3.target": "multi-user.target",
	"runlevel4.target": "multi-user.target",
	"runlevel5.target": "graphical.target",
	"runlevel0.target": "poweroff.target",
	"runlevel1.target": "rescue.target",
	"runlevel6.target": "reboot.target",
}

// Lookup returns the unit that answers to a name: one of the set, or, in a
// checkout, one that systemd brings along. It returns nil if there is none, or
// only drop-ins and links for one.
func (g *Graph) Lookup(name string) *unit.Unit {
	if u := g.Set.Lookup(name); u != nil && u.Exists() {
		return u
	}
	base := g.base()
	if base == nil {
		return nil
	}
	u := base.Set.Lookup(name)
	if u == nil && g.Scope() == unit.ScopeSystem {
		u = base.Set.Lookup(baseAliases[name])
	}
	if u != nil {
		// The set may have the unit under another of its names.
		if own := g.Set.Lookup(u.ID); own != nil && own.Exists() {
			return own
		}
	}
	return u
}

// IsBase reports whether a unit is none of the set's, but one that systemd brings
// along.
func (g *Graph) IsBase(u *unit.Unit) bool { return u != nil && u.Set != g.Set }

// All returns every edge: those that files name, those they imply, and those of
// the units that systemd brings along where the set does not have its own.
func (g *Graph) All() iter.Seq[Edge] {
	return func(yield func(Edge) bool) {
		var implied []Edge // one list for all of them
		each := func(u *unit.Unit) bool {
			if !g.eachOf(u, yield) {
				return false
			}
			implied = g.appendImplied(implied[:0], u)
			for i := range implied {
				if !yield(implied[i]) {
					return false
				}
			}
			return true
		}
		for _, u := range g.Set.Units {
			if !each(u) {
				return
			}
		}
		base := g.base()
		if base == nil {
			return
		}
		for _, u := range base.Set.Units {
			if g.Lookup(u.ID) == u && !each(u) {
				return
			}
		}
	}
}
