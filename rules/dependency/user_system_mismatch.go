package dependency

import (
	_ "embed"
	"fmt"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/unit"
)

//go:embed user_system_mismatch.md
var userSystemMismatchPage string

// UserSystemMismatch finds units in a directory of one manager that say something
// that only the other one has: targets in [Install], and User= of a user unit.
var UserSystemMismatch = &lint.Rule{
	ID:        "user-system-mismatch",
	Summary:   "a unit of the user manager made for the system manager, or the other way round",
	Category:  "dependency",
	Severity:  lint.Warning,
	Since:     "0.1.0",
	Page:      userSystemMismatchPage,
	CheckUnit: userSystemMismatch,
}

func userSystemMismatch(p *lint.UnitPass) {
	u := p.Unit
	if p.Set.Scope == unit.ScopeUnknown {
		return
	}
	for _, key := range []string{"WantedBy", "RequiredBy", "UpheldBy"} {
		for _, entry := range u.Install(key) {
			if entry.Name == "default.target" && p.Set.Scope == unit.ScopeSystem && !p.Set.IsShipped(u.ID) {
				byDefault(p, key, entry)
				continue
			}
			found := p.Set.Resolve(entry.Name)
			if entry.Name == "" || found.Where != lint.Nowhere || !found.OtherManager {
				continue
			}
			f := lint.Finding{
				Place: lint.AtWord(entry.Setting, entry.At),
				Message: fmt.Sprintf("%s= names %s, which the %s manager does not have: once enabled, nothing starts the unit",
					key, entry.Name, p.Set.Scope),
				Help: "write the target of this manager, such as multi-user.target",
			}
			if p.Set.Scope == unit.ScopeUser {
				f.Help = "write default.target, which every user manager starts with"
				f.Fixes = []lint.Fix{{Title: "write default.target", Edits: []lint.Edit{{Place: f.Place, Text: "default.target"}}}}
			}
			p.Report(f)
		}
	}
	if p.Set.Scope != unit.ScopeUser || u.Name.Type != "service" {
		return
	}
	for _, key := range []string{"User", "DynamicUser"} {
		setting, ok := u.Setting("Service", key)
		if !ok || key == "DynamicUser" && !u.Bool("Service", key, false) {
			continue
		}
		p.Report(lint.Finding{
			Place:   lint.AtKey(setting),
			Message: fmt.Sprintf("%s= in a unit of the user manager, which may not become anybody else: the service fails to start", key),
			Help:    "remove the line: the service runs as the user whose manager it is",
			Result:  "216/GROUP",
		})
	}
}

// byDefault reports a unit of the system manager that is to start with the default
// target, whichever that is. It does start: packages that mean it so are left alone.
func byDefault(p *lint.UnitPass, key string, entry unit.InstallEntry) {
	place := lint.AtWord(entry.Setting, entry.At)
	p.Report(lint.Finding{
		Place: place, Severity: lint.Info,
		Message: fmt.Sprintf("%s= names default.target, which is what units of a user's manager start with: in the system manager it stands for whichever target is the default, rescue.target included",
			key),
		Help:  "write multi-user.target, where services of the system belong",
		Fixes: []lint.Fix{{Title: "write multi-user.target", Edits: []lint.Edit{{Place: place, Text: "multi-user.target"}}}},
	})
}
