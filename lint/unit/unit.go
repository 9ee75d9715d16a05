// Package unit loads what one service manager would load: the fragments,
// drop-ins, aliases, masks, template instances and .wants/ links of a search
// path, and for every setting of a unit the file and place it comes from.
//
// The rules are systemd's (systemd.unit(5); src/shared/unit-file.c,
// src/shared/dropin.c, src/core/load-fragment.c, src/core/load-dropin.c).
// Nothing here fails: a unit that cannot be loaded is data, with the reason.
package unit

import (
	"fmt"
	"io/fs"
	"iter"
	"path"
	"slices"
	"sort"
	"strings"
	"sync"

	"github.com/unitvet/unitvet/lint/directive"
	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/syntax"
	"github.com/unitvet/unitvet/lint/value"
)

// Scope is the kind of manager that loads a set.
type Scope uint8

// The scopes. Unknown is a directory of a checkout that does not say.
const (
	ScopeUnknown Scope = iota
	ScopeSystem
	ScopeUser
)

// String returns "system", "user" or "unknown".
func (s Scope) String() string { return [...]string{"unknown", "system", "user"}[s] }

// LoadState is what became of a unit, in systemd's terms where it has one
// (UnitLoadState in src/basic/unit-def.h).
type LoadState uint8

// The load states.
const (
	// Loaded: the fragment was read.
	Loaded LoadState = iota
	// NotFound: there are drop-ins or .wants/ links, but no fragment.
	NotFound
	// BadSetting: systemd refuses the fragment, at a fatal line.
	BadSetting
	// Error: the fragment could not be read. Set.Problems says why.
	Error
	// Masked: the fragment is a link to /dev/null or an empty file.
	Masked
	// Outside: the fragment is a link that leads out of the tree that is read. The
	// unit exists where the tree is deployed; what it says is not known.
	Outside
)

// String returns systemd's word for the state.
func (s LoadState) String() string {
	return [...]string{"loaded", "not-found", "bad-setting", "error", "masked", "outside"}[s]
}

// Dir is one directory of a search path.
type Dir struct {
	Tree *source.Tree
	// Name is the directory in the tree.
	Name string
	// Path is the directory in reports.
	Path string
	// Host is the directory where the tree is deployed, such as
	// /etc/systemd/system; "" if that is not known.
	Host string
}

// Part is one file of a unit: its fragment or a drop-in.
type Part struct {
	*syntax.File
	Dir *Dir
	// Mode is the file's mode.
	Mode fs.FileMode
	// Linked says that its name is that of a symbolic link.
	Linked bool

	dropIn bool
}

// Name returns the name of the file in the tree of its directory.
func (p *Part) Name() string { return p.Source.Name }

// IsDropIn reports whether the file is a drop-in.
func (p *Part) IsDropIn() bool { return p.dropIn }

// DropInDir returns the directory of a drop-in without its path, such as
// foo-.service.d; "" for a fragment.
func (p *Part) DropInDir() string {
	if !p.dropIn {
		return ""
	}
	return path.Base(path.Dir(p.Name()))
}

// Unit is a unit under all its names.
type Unit struct {
	// Name is the unit's own name, that of its fragment or of the instance.
	Name value.Name
	// ID is Name in one piece.
	ID string
	// Names holds all names, the aliases included, sorted.
	Names []string
	// Fragment is the main file; nil if there is none or it was not read.
	Fragment *Part
	// DropIns in the order in which systemd applies them.
	DropIns []*Part
	// Links are the entries of the .wants/, .requires/ and .upholds/ directories
	// of all names.
	Links []Link
	// Path is the place of the fragment in reports, also when it could not be
	// read; "" without a fragment.
	Path string
	// Target is what a masked unit's or an outside unit's link says.
	Target string
	// Quadlet is the own section of the file that podman's generator makes the unit
	// from, such as "Container"; "" for all others.
	Quadlet string
	// Template is the template that an instance was made from; nil otherwise.
	Template *Unit
	// Instance is an instance of a template, the first that was made; nil if the set
	// has none.
	Instance *Unit
	Set      *Set

	installs []*Part // the drop-ins whose [Install] counts, where these are not among DropIns
	State    LoadState
	// Astray says that the link of a unit that is not found leads to a file below a
	// directory of the search path, where systemd does not look for units.
	Astray bool

	scope  Scope // that the settings tell
	unread bool  // a drop-in could not be read
	family bool  // stands for all units of a prefix or a type
	number int32 // the place in Set.Units or Set.Quadlets
}

// Number returns the place of the unit among those of its set, or, with Quadlet, in
// the set's Quadlets.
func (u *Unit) Number() int { return int(u.number) }

// Setting is one assignment of a unit and the file it stands in.
type Setting struct {
	*syntax.Assignment
	Section string
	Part    *Part
}

// Position returns the place of a span of the value.
func (s Setting) Position(span source.Span) source.Range {
	return s.Part.Source.Range(s.Value().Span(span))
}

// IsTemplate reports whether the unit is a template such as foo@.service, which
// systemd never starts itself.
func (u *Unit) IsTemplate() bool { return u.Name.Kind == value.Template }

// Scope returns the manager that the unit is for: that of its set, or, where a
// checkout does not say, what the unit's settings tell. Targets that only one of
// the managers has decide, and User=, which is for the system manager
// (systemd.special(7), systemd.exec(5)).
func (u *Unit) Scope() Scope {
	if u.Set.Scope != ScopeUnknown {
		return u.Set.Scope
	}
	return u.scope
}

// tellScope looks for the manager that the unit is for in what it says.
func (u *Unit) tellScope() Scope {
	for setting := range u.All() {
		switch setting.Key().String() {
		case "User", "Group", "DynamicUser":
			return ScopeSystem
		case "WantedBy", "RequiredBy", "UpheldBy", "After", "Requires", "Wants", "PartOf", "BindsTo":
			for word := range value.FieldsSeq(setting.Value().String()) {
				if scope, ok := scopeTargets[word.Text]; ok {
					return scope
				}
			}
		}
	}
	return ScopeUnknown
}

// scopeTargets are targets that only one of the managers has.
var scopeTargets = map[string]Scope{
	"multi-user.target":        ScopeSystem,
	"network.target":           ScopeSystem,
	"network-online.target":    ScopeSystem,
	"network-pre.target":       ScopeSystem,
	"sysinit.target":           ScopeSystem,
	"local-fs.target":          ScopeSystem,
	"remote-fs.target":         ScopeSystem,
	"graphical.target":         ScopeSystem,
	"graphical-session.target": ScopeUser,
}

// Known reports whether everything the unit says was read. Without it, the
// absence of a setting proves nothing.
func (u *Unit) Known() bool {
	return (u.State == Loaded || u.State == BadSetting) && !u.unread
}

// Exists reports whether systemd would find the unit, masked or not.
func (u *Unit) Exists() bool { return u.State != NotFound }

// Parts returns the fragment and the drop-ins in the order of application.
func (u *Unit) Parts() []*Part {
	if u.Fragment == nil {
		return u.DropIns
	}
	return append([]*Part{u.Fragment}, u.DropIns...)
}

// All returns every assignment of the unit in the order of application, without
// regard to resets.
func (u *Unit) All() iter.Seq[Setting] {
	return func(yield func(Setting) bool) {
		for i := range u.parts() {
			part := u.part(i)
			for _, section := range part.Sections {
				assignments := part.assignments(section)
				for j := range assignments {
					if !yield(Setting{&assignments[j], section.Name(), part}) {
						return
					}
				}
			}
		}
	}
}

// At returns the assignment that comes after n others in All.
func (u *Unit) At(n int) Setting {
	for i := range u.parts() {
		part := u.part(i)
		for _, section := range part.Sections {
			assignments := part.assignments(section)
			if n < len(assignments) {
				return Setting{&assignments[n], section.Name(), part}
			}
			n -= len(assignments)
		}
	}
	return Setting{}
}

// parts returns the number of the unit's files.
func (u *Unit) parts() int {
	if u.Fragment == nil {
		return len(u.DropIns)
	}
	return 1 + len(u.DropIns)
}

// part returns one of the unit's files, in the order of application.
func (u *Unit) part(i int) *Part {
	switch {
	case u.Fragment == nil:
		return u.DropIns[i]
	case i == 0:
		return u.Fragment
	}
	return u.DropIns[i-1]
}

// assignments returns the assignments of a section of the file that count. systemd
// applies nothing of a drop-in after a fatal line. A fragment with one is not loaded
// at all; what its author meant is kept for the rules.
func (p *Part) assignments(section *syntax.Section) []syntax.Assignment {
	if section.Header == nil {
		return nil
	}
	all := section.Assignments()
	if p.IsDropIn() && p.End < len(p.Source.Text) {
		n := sort.Search(len(all), func(i int) bool { return all[i].Span().Start >= p.End })
		return all[:n]
	}
	return all
}

// each returns the assignments to a key that hold something, in the order of
// application, and among them, with true, the empty ones that take back those before.
// Rules ask for most keys of most units, which do not have them.
func (u *Unit) each(section, key string) iter.Seq2[Setting, bool] {
	return func(yield func(Setting, bool) bool) {
		for i := range u.parts() {
			part := u.part(i)
			for _, s := range part.Sections {
				if s.Header == nil || !s.Header.Name.Is(section) {
					continue
				}
				assignments := part.assignments(s)
				for j := range assignments {
					a := &assignments[j]
					empty := a.Value().Len() == 0
					if empty && !resets(section, a.Key().String(), key) || !empty && !a.Key().Is(key) {
						continue
					}
					if !yield(Setting{a, section, part}, empty) {
						return
					}
				}
			}
		}
	}
}

// resets reports whether an empty assignment to one key takes back what was assigned
// to another, or the same.
func resets(section, empty, key string) bool {
	d, ok := directive.Lookup(section, key)
	if !ok || d.ResetGroup() == "" {
		return false
	}
	by, ok := directive.Lookup(section, empty)
	return ok && by.ResetGroup() == d.ResetGroup()
}

// Settings returns the assignments to a key that are in force, in order of
// application: those before the last effective reset are gone, and so are empty
// ones.
func (u *Unit) Settings(section, key string) []Setting {
	var few [4]Setting // most have no more: what is returned has the size it needs
	kept := few[:0]
	for setting, reset := range u.each(section, key) {
		if reset {
			kept = kept[:0]
		} else {
			kept = append(kept, setting)
		}
	}
	if len(kept) == 0 {
		return nil
	}
	return slices.Clone(kept)
}

// Sections returns the names of the sections that the unit has settings in, in
// order of appearance.
func (u *Unit) Sections() []string {
	var names []string
	for setting := range u.All() {
		if !slices.Contains(names, setting.Section) {
			names = append(names, setting.Section)
		}
	}
	return names
}

// InForce returns the assignments of a section that are in force: of a list
// those after the last reset, of a single value the one that decides. The order
// is that of application.
func (u *Unit) InForce(section string) []Setting {
	var kept []Setting
	for setting := range u.All() {
		if setting.Section != section {
			continue
		}
		in := u.inForce(section, setting.Key().String())
		if len(in) == 0 && u.meansNothing(setting) {
			kept = append(kept, setting)
		} else if slices.ContainsFunc(in, func(s Setting) bool { return s.Assignment == setting.Assignment }) {
			kept = append(kept, setting)
		}
	}
	return kept
}

// meansNothing reports whether a setting is the last one to its key, empty, and says
// more by that than that the default holds: CapabilityBoundingSet= takes all away.
func (u *Unit) meansNothing(setting Setting) bool {
	d, ok := directive.Lookup(setting.Section, setting.Key().String())
	if !ok || d.Empty != directive.EmptyMeaning || setting.Value().String() != "" {
		return false
	}
	for other := range u.All() {
		if other.Section == setting.Section && other.Key().String() == setting.Key().String() {
			ok = other.Assignment == setting.Assignment
		}
	}
	return ok
}

// Effective returns the settings of a section that are in force. Of a single value
// that is the last one that the release of systemd takes, or the first.
func (u *Unit) Effective(section string, release int) []Setting {
	in := map[*syntax.Assignment]bool{}
	for _, setting := range u.InForce(section) {
		key := setting.Key().String()
		d, _ := directive.Lookup(section, key)
		switch {
		case d == nil || u.Accepts(setting, release):
			in[setting.Assignment] = true
		case d.List == directive.Single:
			setting, ok := u.Accepted(section, key, release)
			in[setting.Assignment] = ok
		case d.List == directive.FirstWins:
			for _, other := range u.Settings(section, key) {
				if u.Accepts(other, release) {
					in[other.Assignment] = true
					break
				}
			}
		default: // a list, of which the rest may count
			in[setting.Assignment] = true
		}
	}
	var kept []Setting
	for setting := range u.All() {
		if setting.Section == section && in[setting.Assignment] {
			kept = append(kept, setting)
		}
	}
	return kept
}

// inForce returns the assignments to a key that count: of a list those after the
// last reset, of a single value the one that decides.
func (u *Unit) inForce(section, key string) []Setting {
	in := u.Settings(section, key)
	d, ok := directive.Lookup(section, key)
	switch {
	case len(in) == 0:
	case ok && d.List == directive.Single:
		return in[len(in)-1:]
	case ok && d.List == directive.FirstWins:
		return in[:1]
	}
	return in
}

// Setting returns the assignment to a key that decides: the last one in force.
// It does not know the few keys of which the first assignment wins.
func (u *Unit) Setting(section, key string) (last Setting, ok bool) {
	for setting, reset := range u.each(section, key) {
		if last, ok = setting, !reset; reset {
			last = Setting{}
		}
	}
	return last, ok
}

// Accepted returns the assignment to a key that decides for a release of systemd:
// the last one in force that it takes. What is wrong with the others makes it pass
// them over with a warning. It is for single values.
func (u *Unit) Accepted(section, key string, release int) (Setting, bool) {
	settings := u.Settings(section, key)
	for i := len(settings) - 1; i >= 0; i-- {
		if u.Accepts(settings[i], release) {
			return settings[i], true
		}
	}
	return Setting{}, false
}

// Accepts reports whether a release of systemd takes an assignment of the unit;
// where the manager is not known, whether one of them does.
func (u *Unit) Accepts(setting Setting, release int) bool {
	d, known := directive.Lookup(setting.Section, setting.Key().String())
	if !known || !d.In(release) {
		return false
	}
	context := u.Context(value.FullTable)
	for {
		problems := value.Check(d, setting.Value().String(), context, release)
		if !slices.ContainsFunc(problems, func(p *value.Problem) bool { return p.Effect != value.Accepted }) {
			return true
		}
		if !context.User || u.Scope() != ScopeUnknown {
			return false
		}
		context.User = false
	}
}

// Value returns the text of the assignment that decides, or "".
func (u *Unit) Value(section, key string) string {
	setting, ok := u.Setting(section, key)
	if !ok {
		return ""
	}
	return setting.Value().String()
}

// Bool returns the boolean that decides, or the default if there is none or
// systemd cannot read it.
func (u *Unit) Bool(section, key string, byDefault bool) bool {
	result := byDefault
	for setting, reset := range u.each(section, key) {
		if reset {
			result = byDefault
		} else if b, ok := value.ParseBoolean(setting.Value().String()); ok {
			result = b
		}
	}
	return result
}

// Link is an entry of a .wants/, .requires/ or .upholds/ directory.
type Link struct {
	// Suffix is the directory's: "wants", "requires" or "upholds".
	Suffix string
	// Entry is the name of the entry, which is the name of the dependency.
	Entry string
	// Path is the entry in reports.
	Path string
	// Target is what the link says; "" if the entry is no symbolic link.
	Target string
	// Masked: the entry is a link to /dev/null or an empty file.
	Masked bool
	// Dangling: the link leads nowhere in the tree.
	Dangling bool
	// Outside: the link leads out of the tree. Where it is deployed there is most
	// likely something.
	Outside bool
}

// Counts reports whether systemd takes the entry for a dependency: a symbolic
// link with the name of a unit that is no mask.
func (l *Link) Counts() bool {
	_, err := value.ParseName(l.Entry)
	return err == nil && l.Target != "" && !l.Masked
}

// Set is what one manager would load.
type Set struct {
	// Name is how reports call the set: its directories.
	Name  string
	Scope Scope
	// Rooted says that the set comes from the root directory of a system: what is
	// not there does not exist.
	Rooted bool
	Dirs   []*Dir
	// Units in the order of their names: everything with a fragment, drop-ins or
	// links, and the instances that are referred to. Drop-ins for a prefix or a type
	// that no unit of the set takes in are those of a unit that is not found, with
	// the name foo-.service or just .service.
	Units []*Unit
	// Quadlets are the services that podman's generator makes of files in the
	// directories, which are their fragments. What the generator adds is not known, so
	// they are not among Units.
	Quadlets []*Unit
	// QuadletDirs are directories of files for podman's generator alone.
	QuadletDirs []*Dir
	// Ignored are files in the directories that systemd does not read, by path.
	Ignored []Ignored
	// Stray are directories beside units that look like those of links, but have none
	// of their suffixes, by path.
	Stray []Stray
	// Refused are links on the search path that would be aliases if their names
	// fitted, by path.
	Refused []Refused
	// Foreign are files of a checkout with a unit's name that are something else.
	Foreign []Foreign
	// Problems are what could not be read, and links that make no sense.
	Problems []Problem

	byName     map[string]*Unit
	joinedOnce sync.Once
	joined     map[string]bool // the names that JoinsNamespaceOf= of any unit lists
	// madeOf and madeAs are Quadlets by the name of the file and of the service.
	madeOf, madeAs map[string]*Unit
}

// Ignored is a file beside units that systemd does not read.
type Ignored struct {
	Path string
	// Unit is the drop-in directory's unit, if the file stands in one.
	Unit string
	// Shadow is the path of the file that systemd reads instead, if any. Masked says
	// that it is none to read, but a mask.
	Shadow string
	Masked bool
}

// Stray is a directory that systemd does not look at.
type Stray struct {
	Path string
	// File is the first of the files in it.
	File string
	// Meant is the name that it is likely to be meant to have; "" if it has a suffix
	// of such a directory, behind something that is no name of a unit.
	Meant string
}

// straySuffixes are taken for those of the directories of links.
var straySuffixes = map[string]string{
	"want": "wants", "wanted": "wants", "wantedby": "wants",
	"require": "requires", "required": "requires", "requiredby": "requires",
	"uphold": "upholds", "upheld": "upholds", "upheldby": "upholds",
}

// IsStray reports whether a directory beside units looks like one of drop-ins or
// links, and is none to systemd.
func IsStray(name string) bool {
	_, ok := stray(path.Base(name))
	return ok && !IsDropInDir(name)
}

// stray returns the name that a directory beside units is likely to be meant to have;
// ok is false if it is not meant for links or drop-ins.
func stray(name string) (meant string, ok bool) {
	of, suffix, known := splitDir(name)
	_, err := value.ParseName(of)
	if err != nil {
		return "", known && strings.Contains(of, ".")
	}
	suffix, ok = straySuffixes[strings.ToLower(suffix)]
	return of + "." + suffix, ok
}

// Refused is a link that systemd ignores, since a unit of its name cannot be an
// alias of the unit that it leads to.
type Refused struct {
	Path     string
	Name, To value.Name
}

// Foreign is a file with a unit's name that is no unit.
type Foreign struct {
	Path   string
	Format Format
}

// Problem is something that kept a file from being read.
type Problem struct {
	// Path is the file in reports.
	Path string
	// Text says what is wrong, without the path.
	Text string
	// Harmless says that nothing of the set is lost: worth a note, no error.
	Harmless bool
}

// String returns the problem with its path.
func (p Problem) String() string { return fmt.Sprintf("%s: %s", p.Path, p.Text) }

// Lookup returns the unit that answers to a name in this set, an alias and an
// instance that is referred to included. It returns nil for names that only have
// the form of a unit.
func (s *Set) Lookup(name string) *Unit {
	if u, ok := s.byName[name]; ok {
		return u
	}
	return nil
}

// sortedNames returns the keys of a map in order.
func sortedNames[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// problem notes a problem of the set.
func (s *Set) problem(path, text string, harmless bool) {
	s.Problems = append(s.Problems, Problem{path, text, harmless})
}

// suffixes of the directories that hold dependencies as links
// (src/core/load-dropin.c).
var linkSuffixes = []string{"wants", "requires", "upholds"}

// splitDir splits the name of a directory beside units: foo.service.wants is
// foo.service and wants.
func splitDir(name string) (unit, suffix string, ok bool) {
	i := strings.LastIndexByte(name, '.')
	if i < 0 {
		return "", "", false
	}
	unit, suffix = name[:i], name[i+1:]
	return unit, suffix, suffix == "d" || slices.Contains(linkSuffixes, suffix)
}
