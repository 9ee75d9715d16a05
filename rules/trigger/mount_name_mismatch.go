package trigger

import (
	_ "embed"

	"github.com/unitvet/unitvet/lint"
)

//go:embed mount_name_mismatch.md
var mountNameMismatchPage string

// MountNameMismatch finds mounts and automounts whose file is not named for the
// directory in Where= (mount_verify in src/core/mount.c, automount_verify in
// src/core/automount.c).
var MountNameMismatch = &lint.Rule{
	ID:        "mount-name-mismatch",
	Summary:   "a mount or automount unit whose name is not that of its mount point: systemd does not load it",
	Category:  "trigger",
	Severity:  lint.Error,
	Since:     "0.1.0",
	Page:      mountNameMismatchPage,
	CheckUnit: mountNameMismatch,
}

func mountNameMismatch(p *lint.UnitPass) {
	if judged(p.Unit, "mount", "automount") {
		nameMismatch(p, "Where")
	}
}
