package security

import (
	_ "embed"
	"fmt"

	"github.com/unitvet/unitvet/lint"
)

//go:embed setuid_with_no_new_privileges.md
var setuidWithNoNewPrivilegesPage string

// SetuidWithNoNewPrivileges finds services that call a program to become root, which
// NoNewPrivileges= keeps from doing so (systemd.exec(5); prctl(2), PR_SET_NO_NEW_PRIVS).
var SetuidWithNoNewPrivileges = &lint.Rule{
	ID:        "setuid-with-no-new-privileges",
	Summary:   "a program such as sudo, which cannot work with NoNewPrivileges=yes",
	Category:  "security",
	Severity:  lint.Error,
	Since:     "0.1.0",
	Page:      setuidWithNoNewPrivilegesPage,
	CheckUnit: setuidWithNoNewPrivileges,
}

// setuid are programs that do nothing useful for another user than root without the
// privileges of their files. mount(8) and its kin are: they do what fstab(5) lets
// users do.
var setuid = map[string]bool{
	"chfn": true, "chsh": true, "crontab": true, "doas": true, "fusermount": true, "fusermount3": true, "gpasswd": true, "mount": true,
	"newgidmap": true, "newgrp": true, "newuidmap": true, "passwd": true, "pkexec": true, "su": true, "sudo": true, "sudoedit": true, "umount": true,
}

func setuidWithNoNewPrivileges(p *lint.UnitPass) {
	s := look(p)
	if s == nil || !s.On("NoNewPrivileges") {
		return
	}
	for _, r := range s.runs {
		if !setuid[r.name] || !s.unprivileged(r) {
			continue
		}
		f := lint.Finding{
			Message: fmt.Sprintf("%s cannot become root for %s: with %s the privileges of its file do not count", r.name, s.who(), s.because("NoNewPrivileges")),
			Help:    "put the step into a unit of its own that runs as root, or a command of this one with the prefix +; or take NoNewPrivileges= away",
		}
		if by, ok := s.deciding("NoNewPrivileges"); ok {
			f.Related = append(f.Related, lint.Related{Place: lint.AtValue(by), Message: "what keeps it from doing so"})
		}
		if !r.certain() {
			f.Severity = lint.Warning
		}
		place, related := r.at(r.Program, "where it is called")
		f.Place, f.Related = place, append(f.Related, related...)
		p.Report(f)
	}
}
