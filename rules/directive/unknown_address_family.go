package directive

import (
	_ "embed"

	"github.com/unitvet/unitvet/lint"
)

//go:embed unknown_address_family.md
var unknownAddressFamilyPage string

// UnknownAddressFamily finds names of address families that systemd does not know
// (config_parse_address_families in src/core/load-fragment.c).
var UnknownAddressFamily = &lint.Rule{
	ID:        idUnknownAddressFamily,
	Summary:   "a socket address family that systemd does not know",
	Category:  "directive",
	Severity:  lint.Warning,
	Since:     "0.1.0",
	Page:      unknownAddressFamilyPage,
	CheckFile: tells(idUnknownAddressFamily),
}
