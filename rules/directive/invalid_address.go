package directive

import (
	_ "embed"

	"github.com/unitvet/unitvet/lint"
)

//go:embed invalid_address.md
var invalidAddressPage string

// InvalidAddress finds addresses, ports, address prefixes and interface names that
// systemd cannot read (src/basic/socket-util.c, src/shared/socket-netlink.c,
// src/basic/in-addr-util.c).
var InvalidAddress = &lint.Rule{
	ID:        idInvalidAddress,
	Summary:   "an address, port, prefix or interface name that systemd cannot read",
	Category:  "directive",
	Severity:  lint.Warning,
	Since:     "0.1.0",
	Page:      invalidAddressPage,
	CheckFile: tells(idInvalidAddress),
}
