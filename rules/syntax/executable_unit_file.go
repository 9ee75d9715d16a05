package syntax

import (
	_ "embed"
	"fmt"
	"io/fs"
	"strings"

	"github.com/unitvet/unitvet/lint"
)

//go:embed executable_unit_file.md
var executableUnitFilePage string

// ExecutableUnitFile finds unit files that may be executed. systemd warns of them
// at every load (stat_warn_permissions in src/basic/fs-util.c).
var ExecutableUnitFile = &lint.Rule{
	ID:        "executable-unit-file",
	Summary:   "a unit file with execute permission: systemd warns at every load",
	Category:  "syntax",
	Severity:  lint.Warning,
	Since:     "0.1.0",
	Page:      executableUnitFilePage,
	CheckFile: executableUnitFile,
}

const (
	anyExecute = 0o111
	otherWrite = 0o002
)

func executableUnitFile(p *lint.FilePass) {
	mode, ok := fileMode(p)
	if !ok || mode&anyExecute == 0 {
		return
	}
	p.Report(lint.Finding{
		Place:   lint.Place{Path: p.Part.Source.Path},
		Message: fmt.Sprintf("the file has execute permission (mode %04o): systemd warns about it at every load", mode),
		Help:    "take it away: chmod a-x; in a Git checkout without file modes: git update-index --chmod=-x",
		Fixes:   []lint.Fix{{Title: "take away the execute permission", Safe: true, Edits: []lint.Edit{lint.ChangeMode(p.Part, mode&^anyExecute)}}},
	})
}

// fileMode returns the permission bits of a file. ok is false where they say
// nothing: on file systems that have none and show all of them, and for files
// that systemd writes itself.
func fileMode(p *lint.FilePass) (mode fs.FileMode, ok bool) {
	mode = p.Part.Mode
	if !mode.IsRegular() || !p.Set.Rooted && mode&anyExecute != 0 && mode&otherWrite != 0 {
		return 0, false
	}
	for _, dir := range []string{"/run/systemd/generator", "/run/systemd/transient"} {
		if strings.HasPrefix(p.Part.Dir.Host, dir) {
			return 0, false
		}
	}
	return mode.Perm(), true
}
