package unit

import (
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
	return !part.IsDropIn() || u.ownDropIn(part.DropInDir())
}

// ownDropIn reports whether a directory of drop-ins is that of the unit's own name or
// its template.
func (u *Unit) ownDropIn(dir string) bool {
	of := strings.TrimSuffix(dir, ".d")
	return of == u.ID || u.Name.Kind == value.Instance && of == u.Name.Template().String()
}

// installed returns the assignments to a key of [Install] that are in force.
func (u *Unit) installed(key string) []Setting {
	var kept []Setting
	from := u
	if u.installs != nil {
		from = &Unit{Fragment: u.Fragment, DropIns: u.installs}
	}
	for setting := range from.All() {
		if setting.Section != "Install" || !setting.Key().Is(key) || !u.ReadsInstall(setting.Part) {
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
	entries := u.installNames(key)
	for i := range entries {
		if entries[i].Fault == InstallFine {
			u.judgeInstall(&entries[i])
		}
	}
	return entries
}

// installNames is Install without a judgement on names that are known.
func (u *Unit) installNames(key string) []InstallEntry {
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
	if d, ok := directive.Lookup("Install", key); !ok || d.Type != directive.TypeUnitList {
		return nil
	}
	entries := u.installNames(key)
	if len(entries) == 0 {
		return nil
	}
	found := make([]Reference, len(entries))
	for i := range entries {
		found[i] = entries[i].Reference
	}
	return found
}
