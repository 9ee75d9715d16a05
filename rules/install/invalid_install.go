package install

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/unit"
	"github.com/unitvet/unitvet/lint/value"
	syntaxrules "github.com/unitvet/unitvet/rules/syntax"
)

//go:embed invalid_install.md
var invalidInstallPage string

// InvalidInstall finds what is wrong in [Install], which systemd itself does not
// read: neither the manager nor systemd-analyze verify says a word
// (src/shared/install.c).
var InvalidInstall = &lint.Rule{
	ID:       "invalid-install",
	Summary:  "something in [Install] that systemctl enable refuses or passes over",
	Category: "install",
	Severity: lint.Warning,
	Since:    "0.1.0",
	Page:     invalidInstallPage,
	CheckSet: invalidInstall,
}

func invalidInstall(p *lint.SetPass) {
	for _, u := range p.Set.Units {
		if u.Template != nil && len(u.DropIns) == len(u.Template.DropIns) || u.State == unit.Masked {
			continue // says what its template says
		}
		for _, key := range unit.InstallKeys {
			for _, entry := range u.Install(key) {
				installEntry(p, u, entry)
			}
		}
		for setting := range u.All() {
			if setting.Section != "Install" {
				continue
			}
			switch setting.Key().String() {
			case "DefaultInstance":
				defaultInstance(p, u, setting)
			case "Alias": // invalid-alias
			default:
				syntaxrules.InvalidNames(p, u, setting)
			}
			// An instance may be enabled by itself, and then has a name of its own.
			if setting.Value().String() != "" && !u.ReadsInstall(setting.Part) && value.TypeOf("x."+strings.TrimSuffix(setting.Part.DropInDir(), ".d")) == u.Name.Type {
				p.Report(lint.Finding{
					Unit:    u.ID,
					Place:   lint.AtKey(setting),
					Message: fmt.Sprintf("systemctl enable reads no [Install] in %s, only in drop-ins for the unit itself: the line has no effect", setting.Part.DropInDir()),
					Help:    "write it into each unit, or into a drop-in of its own",
				})
			}
		}
	}
}

// installEntry reports one name.
func installEntry(p *lint.SetPass, u *unit.Unit, entry unit.InstallEntry) {
	setting := entry.Setting
	f := lint.Finding{Unit: u.ID, Place: lint.AtWord(setting, entry.At)}
	key := setting.Key().String()
	switch {
	case entry.Fault == unit.InstallSpecifier:
		f.Message = fmt.Sprintf("%s=%s has a specifier that [Install] does not know: systemctl enable fails", key, entry.Text())
		f.Help = "%% is a percent sign; names take %i, %j, %n, %N and %p, and some of the host"
	case entry.Fault != unit.InstallFine:
		return // a name that is none, an alias, or a matter of what is enabled
	case key == "Also":
		if !alsoFails(p, u, entry, &f) {
			return
		}
	case key != "Alias" && entry.Name == u.ID:
		f.Message = fmt.Sprintf("%s=%s names the unit itself: the link that systemctl enable makes starts nothing", key, entry.Text())
		f.Help = "write the target that is to start the unit, such as multi-user.target"
	default:
		return
	}
	p.Report(f)
}

// alsoFails says what is wrong with a name in Also=.
func alsoFails(p *lint.SetPass, u *unit.Unit, entry unit.InstallEntry, f *lint.Finding) bool {
	found := p.Set.Resolve(entry.Name)
	switch found.Where {
	case lint.Nowhere:
		f.Message = fmt.Sprintf("Also= names %s, but there is no such unit: systemctl enable cannot enable it along with %s", entry.Name, u.Name)
		f.Help = "remove the name, or add the unit"
		if _, near := p.Set.Family(entry.Name); near != "" {
			f.Help = fmt.Sprintf("did you mean %s? Otherwise remove the name, or add the unit", near)
		}
		return true
	case lint.Here:
	default:
		return false
	}
	also := found.Unit
	if u.IsTemplate() && u.InstalledAs() == u.ID && strings.Contains(entry.Text(), "%") {
		return false // of an instance it is another name
	}
	if also == nil || !also.IsTemplate() || also.InstalledAs() != also.ID {
		return false
	}
	for _, key := range []string{"WantedBy", "RequiredBy", "UpheldBy"} {
		for _, other := range also.Install(key) {
			if other.Fault == unit.InstallNoInstance {
				f.Message = fmt.Sprintf("Also= names the template %s, which has no DefaultInstance=: systemctl enable cannot add it to %s and fails", entry.Name, other.Name)
				f.Help = "name an instance, or add DefaultInstance= to the template"
				f.Related = []lint.Related{{Place: lint.AtWord(other.Setting, other.At), Message: "needs an instance"}}
				return true
			}
		}
	}
	return false
}

// defaultInstance reports DefaultInstance= where it has no effect, or is no name.
func defaultInstance(p *lint.SetPass, u *unit.Unit, setting unit.Setting) {
	f := lint.Finding{Unit: u.ID, Place: lint.AtValue(setting)}
	switch _, err := u.Name.WithInstance(setting.Value().String()); {
	case setting.Value().String() == "" || u.Name.Kind == value.Instance:
		return
	case !u.IsTemplate():
		f.Place = lint.AtKey(setting)
		f.Message = fmt.Sprintf("DefaultInstance= is for templates, and %s is none: systemctl enable ignores it", u.Name)
		f.Help = "remove the line"
		f.Fixes = []lint.Fix{{
			Title: "remove the line", Safe: true,
			Edits: []lint.Edit{{Place: lint.Place{File: setting.Part.Source, Span: setting.Span()}}},
		}}
	case err != nil && !strings.Contains(setting.Value().String(), "%"):
		f.Message = fmt.Sprintf("DefaultInstance=%s cannot be part of a unit name: systemctl enable fails", setting.Value().String())
		f.Help = "systemd-escape writes other characters: " + value.Escape(setting.Value().String())
	default:
		return
	}
	p.Report(f)
}
