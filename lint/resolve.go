package lint

import (
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/unitvet/unitvet/lint/host"
	"github.com/unitvet/unitvet/lint/host/shipped"
	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/unit"
	"github.com/unitvet/unitvet/lint/value"
)

// Where says where a unit's name is found.
type Where int

// The places, in the order in which they are asked.
const (
	// Here: the set has it, as a unit, an alias, an instance or a mask.
	Here Where = iota
	// Runtime: units of this name come into being on a running system.
	Runtime
	// Shipped: distributions ship it. On a root that means: and it is not there.
	Shipped
	// Elsewhere: another set of the checkout has it.
	Elsewhere
	// Nowhere: nothing answers to the name.
	Nowhere
)

// Resolution is what became of a unit's name.
type Resolution struct {
	Where
	// Unit is the unit of the set, if Where is Here and its files were read.
	Unit *unit.Unit
	// Reason says how units of the name come into being, if Where is Runtime.
	Reason string
	// Packages ship the unit, if Where is Shipped.
	Packages []string
	// Path is a file of that name in the checkout, if Where is Elsewhere.
	Path string
	// OtherManager says that the name is Nowhere for the set's manager, but that the
	// other one, system or user, has it.
	OtherManager bool
}

// KnowsAll reports whether a unit that is found nowhere does not exist: the set comes
// from a root directory, or all units of the host were captured.
func (s *Set) KnowsAll() bool { return s.Rooted || s.Host.Facts != nil }

// Resolve looks for the unit that answers to a name.
func (s *Set) Resolve(name string) Resolution {
	if u := s.Lookup(name); u != nil && u.Exists() {
		return Resolution{Where: Here, Unit: u}
	}
	if known, ok := s.resolved.Load(name); ok {
		return known.(Resolution) //nolint:forcetypeassert // nothing else is stored
	}
	found := s.resolve(name)
	s.resolved.Store(name, found)
	return found
}

// resolve is Resolve for names that no unit of the set has itself.
func (s *Set) resolve(name string) Resolution {
	parsed, err := value.ParseName(name)
	if err == nil && parsed.Kind == value.Instance {
		// An instance is there if its template is.
		if u := s.Lookup(parsed.Template().String()); u != nil && u.Exists() {
			return Resolution{Where: Here, Unit: u}
		}
	}
	if err == nil && parsed.Kind == value.Template && s.hasInstance(parsed) {
		return Resolution{Where: Here}
	}
	if s.aliases()[name] || err == nil && s.aliases()[parsed.Template().String()] {
		return Resolution{Where: Here}
	}
	if slices.ContainsFunc(s.run.opts.KnownUnits, func(known string) bool { return matches(known, name) }) {
		return Resolution{Where: Runtime, Reason: "known to exist elsewhere"}
	}
	if reason, ok := shipped.Generated(name); ok {
		return Resolution{Where: Runtime, Reason: reason}
	}
	if s.Host.Facts != nil && s.Host.Facts.HasUnit(name) {
		return Resolution{Where: Runtime, Reason: "a unit of the host"}
	}
	if s.Rooted && s.sysvScript(name) {
		return Resolution{Where: Runtime, Reason: "made from the init script of that name"}
	}
	if s.Quadlet(name) != nil {
		return Resolution{Where: Runtime, Reason: "made by podman's generator"}
	}
	if known, ok := s.shipped(name); ok {
		return Resolution{Where: Shipped, Packages: known.Packages}
	}
	if !s.Rooted {
		if found := s.elsewhere(name); found.Where != Nowhere {
			return found
		}
	}
	return Resolution{Where: Nowhere, OtherManager: s.otherManager(name)}
}

// matches reports whether a name is one, or fits a glob.
func matches(known, name string) bool {
	ok, err := path.Match(known, name)
	return known == name || ok && err == nil
}

// otherManager reports whether distributions ship a name for the manager that the
// set is not for.
func (s *Set) otherManager(name string) bool {
	for _, scope := range managers[unit.ScopeUnknown] {
		if _, ok := shipped.Lookup(name, scope); ok && !slices.Contains(managers[s.Scope], scope) {
			return true
		}
	}
	return false
}

// hasInstance reports whether the set has an instance of a template that it does
// not have itself.
func (s *Set) hasInstance(template value.Name) bool {
	return slices.ContainsFunc(s.Units, func(u *unit.Unit) bool {
		return u.Name.Kind == value.Instance && u.Name.Template() == template && u.Exists()
	})
}

// managers are those that a set may be for.
var managers = map[unit.Scope][]shipped.Scope{
	unit.ScopeSystem:  {shipped.System},
	unit.ScopeUser:    {shipped.User},
	unit.ScopeUnknown: {shipped.System, shipped.User},
}

// IsShipped reports whether distributions ship a unit of the name for the set's
// manager.
func (s *Set) IsShipped(name string) bool {
	_, ok := s.shipped(name)
	return ok
}

// shipped looks a name up among the units that distributions ship.
func (s *Set) shipped(name string) (shipped.Unit, bool) {
	distributions := s.run.opts.Distributions
	for _, scope := range managers[s.Scope] {
		if known, ok := shipped.Lookup(name, scope); ok && (distributions == 0 || known.In(distributions)) {
			return known, true
		}
	}
	return shipped.Unit{}, false
}

// sysvScript reports whether systemd's generator makes a service from an init
// script (systemd-sysv-generator(8)).
func (s *Set) sysvScript(name string) bool {
	script, ok := strings.CutSuffix(name, ".service")
	return ok && s.Scope == unit.ScopeSystem && s.Host.Path("/etc/init.d/"+script).Answer == host.Yes
}

// aliases returns the names that units of the set get once they are enabled.
func (s *Set) aliases() map[string]bool {
	s.aliasOnce.Do(func() {
		s.aliasNames = map[string]bool{}
		for _, u := range s.Units {
			for _, name := range u.InstallAliases() {
				s.aliasNames[name] = true
			}
		}
	})
	return s.aliasNames
}

// elsewhere looks for a name in the rest of the checkout: in other sets, and among
// the files that units are made from.
func (s *Set) elsewhere(name string) Resolution {
	if len(s.Dirs) == 0 {
		return Resolution{Where: Nowhere}
	}
	index := s.run.index(s.Dirs[0].Tree)
	if index == nil {
		return Resolution{Where: Nowhere}
	}
	found := index.files[name]
	if parsed, err := value.ParseName(name); err == nil && parsed.Kind == value.Instance {
		found = slices.Concat(found, index.files[parsed.Template().String()])
	}
	if len(found) == 0 {
		found = similarlyMade(index.made, name)
	}
	result := Resolution{Where: Nowhere}
	for _, f := range found {
		scope, ok := unit.HostScope(unit.NewDir(nil, path.Dir(f.File), "").Host)
		if ok && s.Scope != unit.ScopeUnknown && scope != s.Scope {
			continue // the other manager's
		}
		switch {
		case f.Made:
			return Resolution{Where: Runtime, Reason: "made from " + f.File}
		case s.holds(f.File) && path.Base(f.File) != name:
			return Resolution{Where: Runtime, Reason: "installed from " + f.File}
		case !s.holds(f.File) && result.Where == Nowhere:
			result = Resolution{Where: Elsewhere, Path: f.File}
		}
	}
	return result
}

// Others returns the other sets of the run.
func (s *Set) Others() []*Set {
	return slices.DeleteFunc(slices.Clone(s.run.sets), func(other *Set) bool { return other == s })
}

// similarlyMade returns the files that a unit may be made from although their
// names only hold the unit's: org.example.web@.service.in may be installed as
// web@.service.
func similarlyMade(made map[string][]unit.Found, name string) []unit.Found {
	parsed, err := value.ParseName(name)
	if err != nil || len(parsed.Prefix) < 4 {
		return nil
	}
	var similar []unit.Found
	for other, files := range made {
		if strings.Contains(other, parsed.Prefix) && strings.HasSuffix(other, "."+parsed.Type) {
			similar = append(similar, files...)
		}
	}
	slices.SortFunc(similar, func(a, b unit.Found) int { return strings.Compare(a.File, b.File) })
	return similar
}

// holds reports whether a file of the checkout stands in a directory of the set.
func (s *Set) holds(file string) bool {
	for _, dir := range s.Dirs {
		if path.Dir(file) == dir.Name {
			return true
		}
	}
	return false
}

// checkouts keeps the unit names of each checkout, listed when first needed.
type checkouts struct {
	trees map[*source.Tree]bool // that are checkouts, or were asked for as a whole

	mu      sync.Mutex
	indexes map[*source.Tree]*index
}

// index are the files of a checkout that stand for units, by the units' names; made
// are those among them that units are made from.
type index struct{ files, made map[string][]unit.Found }

// index returns the files of a checkout that are named like units, by name. What
// is no checkout, and was not asked for, is not searched: it may be all of this
// machine.
func (r *run) index(tree *source.Tree) *index {
	if !r.checkouts.trees[tree] {
		return nil
	}
	r.checkouts.mu.Lock()
	defer r.checkouts.mu.Unlock()
	if known, ok := r.checkouts.indexes[tree]; ok {
		return known
	}
	of := &index{files: unit.Index(tree), made: map[string][]unit.Found{}}
	for name, files := range of.files {
		for _, f := range files {
			if f.Made {
				of.made[name] = append(of.made[name], f)
			}
		}
	}
	r.checkouts.indexes[tree] = of
	return of
}

// Family reports whether a name looks like one of the set's own units: it shares
// the leading word, up to the first dash or underscore, with one that no
// distribution ships, or is nearly the name of one. The answer in similar is the
// near name, or "".
func (s *Set) Family(name string) (own bool, similar string) {
	s.familyOnce.Do(s.makeFamily)
	near, ok := s.near.Load(name)
	if !ok {
		near, _ = s.near.LoadOrStore(name, s.nearest(name))
	}
	similar = near.(string) //nolint:forcetypeassert // nothing else is stored
	return similar != "" || s.ownWords[leadingWord(name)], similar
}

// nearest returns the own unit whose name is nearly name, or "". What all units of
// a family share, the leading word and the type, would make any two look alike.
func (s *Set) nearest(name string) string {
	shared, kind := leadingWord(name), path.Ext(name)
	rest := strings.TrimSuffix(strings.TrimPrefix(name, shared), kind)
	if of := s.ownFamilies[family{shared, kind}]; of != nil {
		if near, ok := of.Closest(rest); ok {
			return shared + near + kind
		}
	}
	if len(shared) <= 3 {
		return ""
	}
	// A slip in the leading word itself. The rests were compared already, unless they
	// are too short for that.
	near := slices.DeleteFunc(s.ownNames.OneEdit(name), func(own string) bool {
		return len(rest) >= 3 && leadingWord(own) == shared && path.Ext(own) == kind
	})
	if len(near) == 0 {
		return ""
	}
	return slices.Min(near)
}

// family is what the names of some units share: the leading word and the type.
type family struct{ word, kind string }

func (s *Set) makeFamily() {
	s.ownWords = map[string]bool{}
	var names []string
	families := map[family][]string{}
	for _, u := range s.Units {
		if u.Fragment == nil || u.Template != nil {
			continue
		}
		name := u.ID
		if _, ok := s.shipped(name); ok {
			continue
		}
		names = append(names, name)
		word, kind := leadingWord(name), path.Ext(name)
		s.ownWords[word] = true
		of := family{word, kind}
		families[of] = append(families[of], strings.TrimSuffix(strings.TrimPrefix(name, word), kind))
	}
	s.ownNames = value.NewDictionary(names)
	s.ownFamilies = make(map[family]*value.Dictionary, len(families))
	for of, rests := range families {
		s.ownFamilies[of] = value.NewDictionary(rests)
	}
}

// leadingWord returns a unit's name up to the first dash, underscore, @ or dot.
func leadingWord(name string) string {
	if i := strings.IndexAny(name, "-_@."); i > 0 {
		return name[:i]
	}
	return name
}
