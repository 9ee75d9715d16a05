package unit

import (
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint/directive"
	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/value"
)

// Reference is a unit name that a setting mentions.
type Reference struct {
	Setting Setting
	// At is the place of the name in the value.
	At source.Span
	// Name is the name with specifiers resolved. It is empty if that needs
	// something that only the host knows, or in a template the instance.
	Name string
}

// Span returns the place of the name in its file.
func (r Reference) Span() source.Span { return r.Setting.Value().Span(r.At) }

// Text returns the name as it stands.
func (r Reference) Text() string { return r.At.Of(r.Setting.Value().String()) }

// References returns the unit names in the assignments to a key, in order. Keys
// that hold one name (Unit=, Service=, Slice=) give their deciding assignment.
func (u *Unit) References(section, key string) []Reference {
	if section == "Install" {
		return u.installReferences(key)
	}
	var found []Reference
	for _, setting := range u.inForce(section, key) {
		for word := range value.FieldsSeq(setting.Value().String()) {
			found = append(found, Reference{setting, word.Span, u.ResolveName(word.Text)})
		}
	}
	return found
}

// ResolveName resolves the specifiers of a unit name in a dependency, and a
// template to the instance it stands for. It returns "" if that needs something
// that only the host knows.
func (u *Unit) ResolveName(text string) string {
	if made := u.Set.QuadletFile(text); made != nil && u.Quadlet != "" {
		return made.ID // translateUnitDependencies in pkg/systemd/quadlet/quadlet.go of podman
	}
	if name, known := u.expandName(text); known {
		return u.resolveTemplate(name)
	}
	// Of foo@%i.service in a template, the template is known.
	at, dot := strings.IndexByte(text, '@'), strings.LastIndexByte(text, '.')
	if !u.IsTemplate() || at < 0 || dot < at {
		return ""
	}
	prefix := value.ExpandName(text[:at], u.Context(value.NameTable))
	if !prefix.Known {
		return ""
	}
	return prefix.Text + "@" + text[dot:]
}

// expandName expands the specifiers in a unit name; known is false, and the name
// empty, if that needs something that only the host or the instance can tell.
func (u *Unit) expandName(text string) (name string, known bool) {
	if !strings.Contains(text, "%") {
		return text, true
	}
	expanded := value.ExpandName(text, u.Context(value.NameTable))
	if !expanded.Known {
		return "", false
	}
	return expanded.Text, true
}

// Expand resolves the specifiers of a value other than a unit name, as far as
// they are known.
func (u *Unit) Expand(text string) value.Expansion {
	return value.ExpandName(text, u.Context(value.FullTable))
}

// Context is what specifiers in a value of the unit are expanded for. Where the
// manager is not known, what differs between them is not known either.
func (u *Unit) Context(table value.Table) value.Context {
	scope := u.Scope()
	c := value.Context{Unit: u.Name, User: scope == ScopeUser, AnyManager: scope == ScopeUnknown, Table: table}
	if u.family {
		c.Unit = value.Name{} // it may be any unit of the prefix or type
	}
	return c
}

// resolveTemplate puts the unit's own instance, or else its prefix, in a
// template's name (resolve_template in src/core/unit.c). In a template, and for
// all units of a prefix or type, that is not known yet.
func (u *Unit) resolveTemplate(text string) string {
	if !strings.Contains(text, "@.") || u.IsTemplate() || u.family {
		return text
	}
	name, err := value.ParseName(text)
	if err != nil {
		return text
	}
	resolved, err := name.ResolveTemplate(u.Name)
	if err != nil {
		return text
	}
	return resolved.String()
}

// referredInstances returns the names of instances that a unit's files mention.
func referredInstances(u *Unit) []string {
	var names []string
	for i := range u.Links {
		if link := &u.Links[i]; strings.Contains(link.Entry, "@") && link.Counts() {
			names = append(names, u.ResolveName(link.Entry))
		}
	}
	install := u.IsTemplate()
	for setting := range u.All() {
		if !strings.ContainsAny(setting.Value().String(), "@%") {
			continue
		}
		if setting.Section == "Install" {
			install = true
			continue
		}
		d, ok := directive.Lookup(setting.Section, setting.Key().String())
		if !ok || d.Type != directive.TypeUnitList && d.Type != directive.TypeUnitName {
			continue
		}
		for word := range value.FieldsSeq(setting.Value().String()) {
			if name := u.ResolveName(word.Text); strings.Contains(name, "@") {
				names = append(names, name)
			}
		}
	}
	if install {
		for _, key := range InstallKeys {
			for _, entry := range u.Install(key) {
				names = append(names, entry.Name)
			}
		}
		names = append(names, u.InstalledAs())
	}
	// foo@bar.timer triggers foo@bar.service.
	if u.Name.Kind == value.Instance && u.Name.Type != "service" {
		service := u.Name
		service.Type = "service"
		names = append(names, service.String())
	}
	return names
}

// JoinsNamespace reports whether the unit's private directories may be those of
// another one as well (systemd.unit(5), JoinsNamespaceOf=, which works both ways).
func (u *Unit) JoinsNamespace() bool {
	const key = "JoinsNamespaceOf"
	u.Set.joinedOnce.Do(func() {
		u.Set.joined = map[string]bool{}
		for _, other := range u.Set.Units {
			for _, ref := range other.References("Unit", key) {
				u.Set.joined[ref.Name] = true // "" for a name that is not known
			}
		}
	})
	return u.Set.joined[""] || slices.ContainsFunc(u.Names, func(name string) bool { return u.Set.joined[name] }) ||
		len(u.References("Unit", key)) > 0
}
