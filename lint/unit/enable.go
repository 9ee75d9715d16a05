package unit

import (
	"errors"
	"io/fs"
	"path"
	"strings"

	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/value"
)

// Plan is what systemctl enable would do.
type Plan struct {
	// Links in the order in which they are made.
	Links []PlannedLink
	// Failures are what it would complain about.
	Failures []PlanFailure
	// Empty are units that were asked for and have nothing in [Install].
	Empty []*Unit
}

// PlannedLink is a link that systemctl enable would make.
type PlannedLink struct {
	// Name is the link in the manager's configuration directory.
	Name string
	// Unit is the unit that it leads to.
	Unit *Unit
	// Target is what the link will say; "" where it is not known where the unit will
	// be.
	Target string
	// Entry asks for the link. It has no key if the link is made since the unit's file
	// is not on the search path.
	Entry InstallEntry
	// There says that the link is there already; Replaces what another link in its
	// place says.
	There    bool
	Replaces string
}

// PlanFailure is something that keeps systemctl enable from doing what it was
// asked for.
type PlanFailure struct {
	// Name is the unit or the link.
	Name string
	// Text says what is wrong, without the name.
	Text string
	// Entry asks for it; nil for a unit of the command line.
	Entry *InstallEntry
	// Unit has the entry; nil for a unit that is not there.
	Unit *Unit
	// Warning says that the link is made, or that another unit is passed over, and
	// systemctl succeeds nevertheless.
	Warning bool
}

// Enable returns what systemctl enable would do with units, by their names, in the
// order of src/shared/install.c. Instances must have been asked for when the set
// was loaded.
func (s *Set) Enable(names ...string) *Plan {
	p := &planner{set: s, plan: &Plan{}, seen: map[string]bool{}}
	for _, name := range names {
		if !p.add(name, nil, nil) {
			return p.plan // systemctl does nothing at all
		}
	}
	asked := len(p.queue)
	for i := 0; i < len(p.queue); i++ {
		u := p.queue[i]
		before := len(p.plan.Links) + len(p.plan.Failures)
		p.apply(u)
		if i < asked && before == len(p.plan.Links)+len(p.plan.Failures) && len(u.Install("Also")) == 0 {
			p.plan.Empty = append(p.plan.Empty, u)
		}
	}
	return p.plan
}

type planner struct {
	set   *Set
	plan  *Plan
	queue []*Unit
	seen  map[string]bool
}

// add queues a unit, and says why if that cannot be. by is the Also= that asks for
// it, nil for the command line.
func (p *planner) add(name string, u *Unit, by *InstallEntry) bool {
	found := p.set.Lookup(name)
	fault := ""
	switch {
	case found == nil || found.State == NotFound:
		fault = "does not exist"
	case found.State == Masked:
		fault = "is masked"
	case found.State == Error:
		fault = "cannot be read"
	case found.State == Outside:
		fault = "is not part of what was read"
	case by == nil && isMade(found):
		fault = "is made by a generator, or while the system runs: systemctl enables no such unit"
	case p.leadsBack(name):
		fault = "is a link that leads back to itself"
	case p.configLink(name) != "":
		fault = "is another name of " + found.ID + ", by a link in " + p.configLink(name) + ", which systemctl does not follow"
	case by != nil && found.outside() != "" && p.isConfig(found.Fragment.Dir):
		fault = "is a link in " + found.Fragment.Dir.Host + " to " + found.outside() + ", which systemctl does not follow for the sake of Also="
	case brokenForInstall(found):
		fault = "cannot be parsed"
	}
	if dir, target := p.linkOf(name); by != nil && fault != "" && target != "" && (found.State == NotFound || brokenForInstall(found)) &&
		found.State != Masked && p.set.inSearchPath(dir, target) && p.configLink(name) == "" {
		// The unit that the link leads to is not taken for one of Also=.
		p.plan.Failures = append(p.plan.Failures, PlanFailure{Name: path.Base(target), Text: fault, Entry: by, Unit: u})
	}
	if fault != "" {
		p.plan.Failures = append(p.plan.Failures, PlanFailure{Name: name, Text: fault, Entry: by, Unit: u, Warning: by != nil})
		return false
	}
	if own := found.ID; !p.seen[own] {
		p.seen[own] = true
		p.queue = append(p.queue, found)
	}
	return true
}

// isMade reports whether the unit is transient or made by a generator
// (install_info_may_process in src/shared/install.c).
func isMade(u *Unit) bool {
	if u.Fragment == nil {
		return false
	}
	base := path.Base(u.Fragment.Dir.Host)
	return base == "transient" || base == "generator" || strings.HasPrefix(base, "generator.")
}

// configLink returns the directory of the link by which a name leads to another
// unit, if an administrator made that link, or systemctl: those are not followed
// (install_info_traverse in src/shared/install.c). A link to a unit outside of the
// search path is no alias.
func (p *planner) configLink(text string) string {
	for range followMax {
		name, err := value.ParseName(text)
		if err != nil {
			return ""
		}
		dir, target := p.linkOf(text)
		if dir == nil && name.Kind == value.Instance {
			dir, target = p.linkOf(name.Template().String())
		}
		if dir == nil || target == "" || !p.set.inSearchPath(dir, target) {
			return ""
		}
		to, err := value.ParseName(path.Base(target))
		if err != nil {
			return ""
		}
		if to.Kind == value.Template && name.Kind == value.Instance {
			if to, err = to.WithInstance(name.Instance); err != nil {
				return ""
			}
		}
		switch {
		case to == name:
			return "" // the template itself stands for its instance
		case p.isConfig(dir):
			return dir.Host
		}
		text = to.String()
	}
	return ""
}

// isConfig reports whether a directory is one that systemctl makes links in.
func (p *planner) isConfig(dir *Dir) bool {
	return dir.Host == p.set.ConfigDir() || dir.Host == strings.Replace(p.set.ConfigDir(), "/etc", "/run", 1)
}

// leadsBack reports whether the first file of a name is a link in a circle, although
// systemd finds the unit elsewhere.
func (p *planner) leadsBack(name string) bool {
	dir, target := p.linkOf(name)
	return target != "" && errors.Is(dir.Tree.Resolve(path.Join(dir.Name, name)).Err, source.ErrLoop)
}

// linkOf returns the first directory that has a name, and what the link there says;
// "" if it is none.
func (p *planner) linkOf(name string) (*Dir, string) {
	for _, dir := range p.set.Dirs {
		file := path.Join(dir.Name, name)
		if target, err := dir.Tree.Readlink(file); err == nil {
			return dir, target
		}
		if dir.Tree.Resolve(file).Err == nil {
			return dir, ""
		}
	}
	return nil, ""
}

// brokenForInstall reports whether systemctl enable cannot read the unit: a file
// has a fatal line, Also= a name that is none, or DefaultInstance= one that no
// instance can have.
func brokenForInstall(u *Unit) bool {
	if u.IsTemplate() {
		for setting := range u.All() { // a later reset does not help
			if setting.Section != "Install" || !setting.Key().Is("DefaultInstance") || !u.ReadsInstall(setting.Part) {
				continue
			}
			expanded := value.ExpandName(setting.Value().String(), u.installContext(""))
			if _, err := u.Name.WithInstance(expanded.Text); err != nil && expanded.Known && expanded.Text != "" {
				return true
			}
		}
	}
	for _, entry := range u.Install("Also") {
		if entry.Fault == InstallNoName || entry.Fault == InstallSpecifier {
			return true
		}
	}
	for _, part := range u.Parts() {
		if u.ReadsInstall(part) && part.Fatal() != nil {
			return true
		}
	}
	return u.Fragment == nil
}

// faultTexts are systemctl's complaints in short.
var faultTexts = map[InstallFault]string{
	InstallSpecifier:  "has a specifier that [Install] does not know",
	InstallUnknown:    "has a specifier that only the host can tell",
	InstallNoName:     "is no unit name",
	InstallNoInstance: "is no template: a template without DefaultInstance= cannot be added to it",
	InstallNoAliases:  "is ignored: units of this type have no aliases",
	InstallOtherType:  "is of another type than the unit",
	InstallOtherKind:  "is no possible alias of the unit",
}

func (p *planner) apply(u *Unit) {
	p.linkFile(u)
	for _, key := range InstallKeys {
		masked := installSuffixes[key] != "" && p.masked(u)
		for _, entry := range u.Install(key) {
			switch text := faultTexts[entry.Fault]; {
			case masked:
				p.fail(u, entry, u.InstalledAs(), "is masked: it is the instance that DefaultInstance= names")
			case text != "":
				name := entry.Name
				if name == "" {
					name = entry.Text()
				}
				p.fail(u, entry, name, text)
			case key == "Also":
				p.add(entry.Name, u, &entry)
			case entry.Link != "":
				p.link(u, entry)
			}
			if masked {
				break
			}
		}
	}
}

// fail notes that nothing comes of an entry.
func (p *planner) fail(u *Unit, entry InstallEntry, name, text string) {
	p.plan.Failures = append(p.plan.Failures, PlanFailure{
		Name: name, Text: text, Entry: &entry, Unit: u, Warning: entry.Fault == InstallNoAliases,
	})
}

// masked reports whether the instance that a template is enabled as is masked
// (install_info_symlink_wants in src/shared/install.c).
func (p *planner) masked(u *Unit) bool {
	if !u.IsTemplate() {
		return false
	}
	instance := p.set.Lookup(u.InstalledAs())
	return instance != nil && instance.State == Masked
}

// outside returns the path of the file that a unit is linked to, if that is not on
// the search path; "" otherwise.
func (u *Unit) outside() string {
	if u.Fragment == nil || !u.Fragment.Linked || u.Fragment.Dir.Host == "" {
		return ""
	}
	tree := u.Fragment.Dir.Tree
	if link := tree.Resolve(u.Fragment.Name()); tree.Rooted && link.Err == nil {
		return path.Join("/", link.Name)
	}
	if path.IsAbs(u.Target) {
		return path.Clean(u.Target)
	}
	return path.Join(u.Fragment.Dir.Host, u.Target)
}

// file returns the path of a unit's file where it is deployed, which links to the
// unit say; "" if that is not known.
func (u *Unit) file() string {
	if file := u.outside(); file != "" {
		return file
	}
	if u.Fragment == nil || u.Fragment.Dir.Host == "" {
		return ""
	}
	return path.Join(u.Fragment.Dir.Host, path.Base(u.Path))
}

// linkFile plans the link to a unit's file that is not on the search path, unless
// there is one (install_info_symlink_link in src/shared/install.c).
func (p *planner) linkFile(u *Unit) {
	file := u.outside()
	if file == "" {
		return
	}
	link := PlannedLink{Name: u.ID, Unit: u, Target: file}
	if there, _ := p.standing(link); there == nothing {
		p.plan.Links = append(p.plan.Links, link)
	}
}

// link plans one link.
func (p *planner) link(u *Unit, entry InstallEntry) {
	alias := entry.Key == "Alias"
	link := PlannedLink{Name: entry.Link, Unit: u, Target: u.file(), Entry: entry}
	if alias && u.outside() != "" {
		link.Target = path.Join(p.set.ConfigDir(), u.ID)
	}
	for _, other := range p.plan.Links {
		if other.Name != link.Name {
			continue
		}
		if other.Unit != u && alias {
			p.fail(u, entry, link.Name, "is a link to "+other.Unit.ID+" by then, by its "+other.Entry.Key+"=")
		}
		return
	}
	there, target := p.standing(link)
	switch {
	case there == theLink:
		link.There = true
	case there == aFile:
		p.fail(u, entry, link.Name, "is there already, and no link")
		return
	case there == noDirectory:
		p.fail(u, entry, path.Dir(link.Name), "is there already, and no directory")
		return
	case there == anotherLink && alias:
		p.fail(u, entry, link.Name, "is there already, and a link to "+target)
		return
	case there != nothing:
		link.Replaces = target
	}
	p.plan.Links = append(p.plan.Links, link)
}

// configDirs are where systemctl enable makes links
// (src/libsystemd/sd-path/path-lookup.c).
var configDirs = map[Scope]string{ScopeSystem: "/etc/systemd/system", ScopeUser: "/etc/systemd/user"}

// ConfigDir returns the directory of a deployed system that systemctl enable makes
// its links in. Of what does not say which manager it is for, the system manager's.
func (s *Set) ConfigDir() string {
	if s.Scope == ScopeUser {
		return configDirs[ScopeUser]
	}
	return configDirs[ScopeSystem]
}

// place is what stands in the place of a link.
type place int

const (
	nothing place = iota
	// theLink: it leads where the new one would.
	theLink
	anotherLink
	// brokenLink: another link, which leads nowhere. Up to 252 it is like any other.
	brokenLink
	aFile
	// noDirectory: what the link's directory would be is none.
	noDirectory
)

// standing returns what stands in the place of a link, and what it says if it is a
// link (create_symlink and install_info_symlink_alias in src/shared/install.c).
func (p *planner) standing(link PlannedLink) (place, string) {
	for _, dir := range p.set.Dirs {
		if dir.Host != p.set.ConfigDir() {
			continue
		}
		file := path.Join(dir.Name, link.Name)
		target, err := dir.Tree.Readlink(file)
		if err != nil {
			parent := dir.Tree.Resolve(path.Dir(file))
			switch {
			case dir.Tree.Resolve(file).Err == nil:
				return aFile, ""
			case parent.Err == nil && !parent.Info.IsDir():
				return noDirectory, ""
			}
			return nothing, ""
		}
		switch {
		case equivalent(dir, path.Dir(file), target, link):
			return theLink, target
		case errors.Is(dir.Tree.Resolve(file).Err, fs.ErrNotExist):
			return brokenLink, target
		}
		return anotherLink, target
	}
	return nothing, ""
}

// equivalent reports whether a link in a directory leads where the planned one does
// (chroot_unit_symlinks_equivalent in src/shared/install.c). Of a checkout, which is
// no root directory, the names of the files tell.
func equivalent(dir *Dir, parent, target string, link PlannedLink) bool {
	if !dir.Tree.Rooted || link.Target == "" {
		return path.Base(target) == path.Base(link.Unit.Path)
	}
	if !path.IsAbs(target) {
		target = path.Join("/", parent, target)
	}
	if path.Clean(target) == link.Target {
		return true
	}
	a, b := dir.Tree.Resolve(target), dir.Tree.Resolve(link.Target)
	return a.Err == nil && b.Err == nil && a.Name == b.Name
}
