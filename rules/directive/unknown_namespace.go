package directive

import (
	_ "embed"

	"github.com/unitvet/unitvet/lint"
)

//go:embed unknown_namespace.md
var unknownNamespacePage string

// UnknownNamespace finds names of namespaces that systemd does not know
// (config_parse_restrict_namespaces in src/core/load-fragment.c).
var UnknownNamespace = &lint.Rule{
	ID:        idUnknownNamespace,
	Summary:   "a kind of namespace that systemd does not know",
	Category:  "directive",
	Severity:  lint.Warning,
	Since:     "0.1.0",
	Page:      unknownNamespacePage,
	CheckFile: tells(idUnknownNamespace),
}
