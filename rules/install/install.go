// Package install holds the rules about drop-ins, links and what systemctl enable
// makes of [Install].
package install

import "github.com/unitvet/unitvet/lint"

// Rules returns the rules of the family.
func Rules() []*lint.Rule {
	return []*lint.Rule{
		DanglingLink,
		EnablementDrift,
		ExecStartNotReset,
		IgnoredDropIn,
		InstallTargetMissing,
		InvalidAlias,
		InvalidInstall,
		MissingInstall,
		OrphanDropIn,
		SurprisingDropInOrder,
		TruncatedDropIn,
		WantsEntryNotLink,
	}
}
