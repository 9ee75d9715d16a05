package directive

import (
	_ "embed"
	"fmt"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/unit"
)

//go:embed manager_specifier.md
var managerSpecifierPage string

// ManagerSpecifier finds specifiers for the user of the manager in a unit that runs
// as somebody else (systemd.unit(5), "Specifiers").
var ManagerSpecifier = &lint.Rule{
	ID:        "manager-specifier",
	Summary:   "%h, %u and their like stand for the manager's user, not for that of User=",
	Category:  "directive",
	Severity:  lint.Info,
	Since:     "0.1.0",
	Page:      managerSpecifierPage,
	CheckFile: managerSpecifier,
}

// ofManager are the specifiers, what they stand for, and what that is in the system
// manager.
var ofManager = map[byte][2]string{
	'h': {"home", "/root"}, 'u': {"name", "root"}, 'U': {"UID", "0"},
	's': {"shell", "root's shell"}, 'g': {"group", "root"}, 'G': {"GID", "0"},
}

func managerSpecifier(p *lint.FilePass) {
	for s := range settings(p, containing("%")) {
		for _, use := range specifiersOf(s, p.Set.Release) {
			is, ok := ofManager[use.Char]
			if !ok {
				continue
			}
			user := otherUser(p)
			if user == "" {
				return
			}
			p.Report(lint.Finding{
				Place:   lint.AtWord(s.Setting, use.Span),
				Message: fmt.Sprintf("%%%c is %s here: the %s of the manager's user, not of %s", use.Char, is[1], is[0], user),
				Help:    "write the value out; a process that runs as the user finds it in $HOME, $USER and $SHELL",
			})
		}
	}
}

// otherUser returns the setting that makes a unit of the system manager run as
// somebody else than root, or "".
func otherUser(p *lint.FilePass) string {
	if p.Unit.Scope() != unit.ScopeSystem || p.Part.IsDropIn() && p.Part.DropInDir() != p.Unit.ID+".d" {
		return ""
	}
	for _, section := range []string{"Service", "Socket", "Mount", "Swap"} {
		if user := p.Unit.Value(section, "User"); user != "" && user != "root" && user != "0" {
			return "User=" + user
		}
		if p.Unit.Bool(section, "DynamicUser", false) {
			return "the dynamic user"
		}
	}
	return ""
}
