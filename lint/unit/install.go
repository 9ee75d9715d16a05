package unit

import (
	"path"
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint/directive"
	"github.com/unitvet/unitvet/lint/value"
)

// InstallFault says why systemctl enable makes no link of a name in [Install]
// (src/shared/install.c).
type InstallFault int

// The faults.
const (
	// InstallFine: it makes the link, or, for Also=, goes on with the unit.
	InstallFine InstallFault = iota
	// InstallUnknown: the name has specifiers that only the host can tell.
	InstallUnknown
	// InstallSpecifier: the name has a specifier that [Install] does not have.
	InstallSpecifier
	// InstallNoName: it is no unit name (EUCLEAN).
	InstallNoName
	// InstallNoInstance: a template without DefaultInstance= cannot be added to a
	// unit without instance (EIDRM).
	InstallNoInstance
	// InstallNoAliases: units of the type have no aliases; Alias= is ignored.
	InstallNoAliases
	// InstallOtherType: an alias of another type (EXDEV).
	InstallOtherType
	// InstallOtherKind: an alias that is a template, instance or plain name where the
	// unit is not, or of another instance (EXDEV).
	InstallOtherKind
	// InstallSelf: an alias that is the unit's own name, which is passed over.
	InstallSelf
)

// InstallEntry is a name in [Install] and what systemctl enable makes of it.
type InstallEntry struct {
	Reference
	Key string
	// Link is the link that is made, in the manager's configuration directory; "" for
	// none.
	Link  string
	Fault InstallFault
}

// installSuffixes are the directories that links of a key are made in.
var installSuffixes = map[string]string{"WantedBy": ".wants", "RequiredBy": ".requires", "UpheldBy": ".upholds"}

// ReadsInstall reports whether systemctl enable reads the [Install] section of a
// file of the unit: of drop-ins only those for the unit's own name or its template,
// not those for a prefix or a type (unit_file_search in src/shared/install.c).
func (u *Unit) ReadsInstall(part *Part) bool {
	of := strings.TrimSuffix(part.DropInDir, ".d")
	return !part.IsDropIn() || of == u.ID || u.Name.Kind == value.Instance && of == u.Name.Template().String()
}

// installed returns the assignments to a key of [Install] that are in force.
func (u *Unit) installed(key string) []Setting {
	var kept []Setting
	for _, setting := range u.settings {
		if setting.Section != "Install" || setting.Key().String() != key || !u.ReadsInstall(setting.Part) {
			continue
		}
		switch {
		case setting.Value().String() != "":
			kept = append(kept, setting)
		case key != "Also":
			kept = nil
		}
	}
	return kept
}

// installWords splits a value of [Install]. Also= takes no quotes off
// (config_parse_also and config_parse_strv).
func installWords(key, text string) []value.Word {
	if key == "Also" {
		return value.Fields(text)
	}
	words, _ := value.Strv(text) // the words before an open quote are those that count
	return words
}

// DefaultInstance returns the value of DefaultInstance= that counts, and where it
// stands; the setting has no assignment if there is none.
func (u *Unit) DefaultInstance() (instance string, setting Setting) {
	if !u.IsTemplate() {
		return "", Setting{}
	}
	for _, s := range u.installed("DefaultInstance") {
		expanded := value.ExpandName(s.Value().String(), u.installContext(""))
		if _, err := u.Name.WithInstance(expanded.Text); err == nil && expanded.Known {
			instance, setting = expanded.Text, s
		}
	}
	return instance, setting
}

// installContext is what specifiers in [Install] are expanded for: a template
// stands for its default instance (src/shared/install-printf.c).
func (u *Unit) installContext(instance string) value.Context {
	c := u.Context(value.NameTable)
	if u.IsTemplate() {
		c.Unit.Kind, c.Unit.Instance = value.Instance, instance
	}
	return c
}

// InstalledAs returns the name that links of systemctl enable give the unit: of a
// template the instance that DefaultInstance= names, if it does
// (install_info_symlink_wants in src/shared/install.c).
func (u *Unit) InstalledAs() string {
	if instance, setting := u.DefaultInstance(); setting.Assignment != nil {
		if name, err := u.Name.WithInstance(instance); err == nil {
			return name.String()
		}
	}
	return u.ID
}

// InstallAliases returns the names in Alias= that the unit has once it is enabled.
func (u *Unit) InstallAliases() []string {
	var names []string
	for _, entry := range u.Install("Alias") {
		if entry.Link != "" && !strings.Contains(entry.Link, "/") {
			names = append(names, entry.Link)
		}
	}
	return names
}

// InstallKeys are the keys of [Install] that hold names, in the order in which
// systemctl enable goes through them.
var InstallKeys = []string{"Alias", "WantedBy", "RequiredBy", "UpheldBy", "Also"}

// Install returns the names that an assignment to a key of [Install] holds, with
// what systemctl enable makes of them.
func (u *Unit) Install(key string) []InstallEntry {
	settings := u.installed(key)
	if len(settings) == 0 {
		return nil
	}
	instance, _ := u.DefaultInstance()
	context := u.installContext(instance)
	var entries []InstallEntry
	for _, setting := range settings {
		for _, word := range installWords(key, setting.Value().String()) {
			e := InstallEntry{Reference: Reference{Setting: setting, At: word.Span, Name: word.Text}, Key: key}
			if key == "Alias" && !value.MayBeAlias(u.Name.Type) {
				e.Fault = InstallNoAliases
			} else if strings.Contains(word.Text, "%") {
				expanded := value.ExpandName(word.Text, context)
				e.Name = expanded.Text
				switch {
				case len(expanded.Problems) > 0:
					e.Name, e.Fault = "", InstallSpecifier
				case !expanded.Known:
					e.Name, e.Fault = "", InstallUnknown
				}
			}
			if e.Fault == InstallFine {
				u.judgeInstall(&e)
			}
			entries = append(entries, e)
		}
	}
	return entries
}

// judgeInstall says what becomes of an entry whose name is known.
func (u *Unit) judgeInstall(e *InstallEntry) {
	if e.Key == "Alias" {
		u.judgeAlias(e)
		return
	}
	name, err := value.ParseName(e.Name)
	suffix, makesLink := installSuffixes[e.Key]
	switch installed := u.InstalledAs(); {
	case err != nil:
		e.Fault = InstallNoName
	case !makesLink:
	case strings.Contains(installed, "@.") && u.IsTemplate() && name.Kind == value.Plain:
		e.Fault = InstallNoInstance
	default:
		e.Link = e.Name + suffix + "/" + installed
	}
}

// judgeAlias is unit_file_verify_alias in src/shared/install.c.
func (u *Unit) judgeAlias(e *InstallEntry) {
	if dir, entry, ok := strings.Cut(e.Name, "/"); ok {
		e.Fault = u.judgeAliasPath(dir, entry)
		if e.Fault == InstallFine {
			e.Link = e.Name
		}
		return
	}
	alias, err := value.ParseName(e.Name)
	if err != nil {
		e.Fault = InstallNoName
		return
	}
	if alias.Kind == value.Template && u.Name.Kind == value.Instance {
		if alias, err = alias.WithInstance(u.Name.Instance); err != nil {
			e.Fault = InstallNoName
			return
		}
	}
	switch {
	case alias == u.Name:
		e.Fault = InstallSelf
	case alias.Type != u.Name.Type:
		e.Fault = InstallOtherType
	case !aliasFits(alias, u.Name):
		e.Fault = InstallOtherKind
	default:
		e.Link = alias.String()
	}
}

// judgeAliasPath judges an alias such as multi-user.target.wants/foo.service, the
// way to say WantedBy= before there was one.
func (u *Unit) judgeAliasPath(dir, entry string) InstallFault {
	of, suffix, ok := splitDir(dir)
	if !ok || suffix != "wants" && suffix != "requires" {
		return InstallNoName
	}
	unit, err := value.ParseName(of)
	if err != nil {
		return InstallNoName
	}
	link, err := value.ParseName(entry)
	switch {
	case err != nil:
		return InstallNoName
	case link == u.Name && link.Kind != value.Template,
		link.Template() == u.Name && (link.Kind == value.Instance || unit.Kind == value.Template):
		return InstallFine
	}
	return InstallOtherKind
}

// installReferences returns the names in the assignments to a key of [Install].
func (u *Unit) installReferences(key string) []Reference {
	var found []Reference
	if d, ok := directive.Lookup("Install", key); !ok || d.Type != directive.TypeUnitList {
		return nil
	}
	for _, entry := range u.Install(key) {
		found = append(found, entry.Reference)
	}
	return found
}

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
	// Entry asks for the link.
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
	case p.isConfigLink(name):
		fault = "is another name of " + found.ID + ", by a link in " + p.set.ConfigDir() + ", which systemctl does not follow"
	case brokenForInstall(found):
		fault = "cannot be parsed"
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

// isConfigLink reports whether a name is an alias by a link that an administrator
// made, or systemctl: those are not followed. A link to a unit outside of the
// search path is no alias.
func (p *planner) isConfigLink(name string) bool {
	for _, dir := range p.set.Dirs {
		link := dir.Tree.Resolve(dir.Name + "/" + name)
		if link.Err != nil {
			continue
		}
		return len(link.Hops) > 0 && dir.Host == p.set.ConfigDir() &&
			slices.ContainsFunc(p.set.Dirs, func(d *Dir) bool { return d.Tree == dir.Tree && d.Name == path.Dir(link.Name) })
	}
	return false
}

// brokenForInstall reports whether systemctl enable cannot read the unit: a file
// has a fatal line, Also= a name that is none, or DefaultInstance= one that no
// instance can have.
func brokenForInstall(u *Unit) bool {
	if u.IsTemplate() {
		for _, setting := range u.installed("DefaultInstance") {
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
	for _, key := range InstallKeys {
		for _, entry := range u.Install(key) {
			switch text := faultTexts[entry.Fault]; {
			case text != "":
				name := entry.Name
				if name == "" {
					name = entry.Text()
				}
				p.plan.Failures = append(p.plan.Failures, PlanFailure{
					Name: name, Text: text, Entry: &entry, Unit: u, Warning: entry.Fault == InstallNoAliases,
				})
			case key == "Also":
				p.add(entry.Name, u, &entry)
			case entry.Link != "":
				p.link(u, entry)
			}
		}
	}
}

// link plans one link.
func (p *planner) link(u *Unit, entry InstallEntry) {
	link := PlannedLink{Name: entry.Link, Unit: u, Entry: entry}
	for _, other := range p.plan.Links {
		if other.Name == link.Name && other.Unit == u {
			return
		}
	}
	alias := entry.Key == "Alias"
	switch there, target := p.standing(link.Name); {
	case there && p.leadsTo(target, u):
		link.There = true
	case there && alias && target == "":
		p.plan.Failures = append(p.plan.Failures, PlanFailure{Name: link.Name, Text: "is there already, and no link", Entry: &entry, Unit: u})
		return
	case there && alias:
		p.plan.Failures = append(p.plan.Failures, PlanFailure{Name: link.Name, Text: "is there already, and a link to " + target, Entry: &entry, Unit: u})
		return
	case there:
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

// standing returns whether something stands in the place of a link, and what it
// says if it is a link.
func (p *planner) standing(name string) (there bool, target string) {
	for _, dir := range p.set.Dirs {
		if dir.Host != p.set.ConfigDir() {
			continue
		}
		file := dir.Name + "/" + name
		if target, err := dir.Tree.Readlink(file); err == nil {
			return true, target
		}
		return dir.Tree.Resolve(file).Err == nil, ""
	}
	return false, ""
}

// leadsTo reports whether a link leads to a unit's file, by its name.
func (p *planner) leadsTo(target string, u *Unit) bool {
	base := target[strings.LastIndexByte(target, '/')+1:]
	return base != "" && base == u.Path[strings.LastIndexByte(u.Path, '/')+1:]
}
