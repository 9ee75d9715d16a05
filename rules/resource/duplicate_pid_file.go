package resource

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/value"
)

//go:embed duplicate_pid_file.md
var duplicatePIDFilePage string

// DuplicatePIDFile finds PID files that two services share (systemd.service(5),
// PIDFile=).
var DuplicatePIDFile = &lint.Rule{
	ID:       "duplicate-pid-file",
	Summary:  "two services have the same PID file",
	Category: "resource",
	Severity: lint.Warning,
	Since:    "0.1.0",
	Page:     duplicatePIDFilePage,
	CheckSet: duplicatePIDFile,
}

func duplicatePIDFile(p *lint.SetPass) {
	claims := single(p.Set, "PIDFile", func(text string) string {
		if !strings.HasPrefix(text, "/") {
			text = "/run/" + text
		}
		return strings.Replace(value.SimplifyPath(text), "/var/run/", "/run/", 1)
	})
	clash(p, claims, func(c, other claim) {
		p.Report(lint.Finding{
			Unit: c.unit.ID, Place: c.place(),
			Message: fmt.Sprintf("PIDFile=%s is that of %s as well: systemd takes the process of one for that of the other", c.setting.Value().String(), other.unit.Name),
			Help:    "give each service a file of its own",
			Related: []lint.Related{{Place: other.place(), Message: "the other service"}},
		})
	})
}
