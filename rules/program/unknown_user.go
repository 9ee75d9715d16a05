package program

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/host"
	"github.com/unitvet/unitvet/lint/unit"
	"github.com/unitvet/unitvet/lint/value"
)

//go:embed unknown_user.md
var unknownUserPage string

// UnknownUser finds users that do not exist (systemd.exec(5), "Process Exit Codes":
// EXIT_USER).
var UnknownUser = &lint.Rule{
	ID:        "unknown-user",
	Summary:   "the user of User= does not exist",
	Category:  "program",
	Severity:  lint.Error,
	Since:     "0.1.0",
	Page:      unknownUserPage,
	CheckUnit: unknownUser,
}

func unknownUser(p *lint.UnitPass) {
	prog := p.Set.Program(p.Unit)
	if prog.Section == "" || prog.Bool(prog.Section, "DynamicUser", false) || prog.Elsewhere || len(prog.Commands) == 0 {
		return
	}
	setting, ok := prog.Setting(prog.Section, "User")
	if ok {
		account(p, setting, value.Fields(setting.Value().String()), p.Set.Host.User, "user", "217/USER")
	}
}

//go:embed unknown_group.md
var unknownGroupPage string

// UnknownGroup finds groups that do not exist (systemd.exec(5), "Process Exit
// Codes": EXIT_GROUP).
var UnknownGroup = &lint.Rule{
	ID:        "unknown-group",
	Summary:   "a group of Group= or SupplementaryGroups= does not exist",
	Category:  "program",
	Severity:  lint.Error,
	Since:     "0.1.0",
	Page:      unknownGroupPage,
	CheckUnit: unknownGroup,
}

func unknownGroup(p *lint.UnitPass) {
	prog := p.Set.Program(p.Unit)
	if prog.Section == "" || prog.Elsewhere || len(prog.Commands) == 0 {
		return
	}
	if setting, ok := prog.Setting(prog.Section, "Group"); ok && !prog.Bool(prog.Section, "DynamicUser", false) {
		account(p, setting, value.Fields(setting.Value().String()), p.Set.Host.Group, "group", "216/GROUP")
	}
	for _, setting := range prog.Settings(prog.Section, "SupplementaryGroups") {
		words, _ := value.BareWords(setting.Value().String())
		account(p, setting, words, p.Set.Host.Group, "group", "216/GROUP")
	}
}

// account reports the names of a setting that are known not to exist.
func account(p *lint.UnitPass, setting unit.Setting, words []value.Word, ask func(string) host.Fact, kind, result string) {
	for _, w := range words {
		expanded := p.Unit.Expand(w.Text)
		if !expanded.Known || use.MatchString(w.Text) || strings.Trim(expanded.Text, "0123456789") == "" {
			continue
		}
		fact := ask(expanded.Text)
		if fact.Answer != host.No {
			continue
		}
		p.Report(lint.Finding{
			Place: word(setting, w), Result: result,
			Message: fmt.Sprintf("%s=%s: there is no such %s in %s", setting.Key().String(), w.Text, kind, fact.Source),
			Help:    fmt.Sprintf("make the %s with sysusers.d(5), or let systemd make one with DynamicUser=yes", kind),
		})
	}
}
