package sandbox

import (
	_ "embed"
	"fmt"
	"path"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/host"
	"github.com/unitvet/unitvet/lint/sandbox"
	"github.com/unitvet/unitvet/lint/unit"
)

//go:embed volatile_directory.md
var volatileDirectoryPage string

// VolatileDirectory finds directories in /run that a unit uses and nothing makes
// after a boot (file-hierarchy(7), /run).
var VolatileDirectory = &lint.Rule{
	ID:       "volatile-directory",
	Summary:  "a directory in /run that nothing makes when the system starts",
	Category: "sandbox",
	Severity: lint.Warning,
	Since:    "0.1.0",
	Page:     volatileDirectoryPage,
	CheckSet: volatileDirectory,
}

func volatileDirectory(p *lint.SetPass) {
	makers := MakersOf(p.Set)
	for _, u := range p.Set.Units {
		if user := u.Value(u.Name.Section(), "User"); !u.Known() || user == "" || user == "root" {
			continue // root may make the directory itself
		}
		s, ok := look(p.Set, u)
		if !ok || s.elsewhere {
			continue
		}
		seen := map[string]bool{}
		check := func(setting unit.Setting, at place, says string) {
			dir := path.Dir(sandbox.Canonical(at.path))
			if at.below || seen[dir] || strings.Count(dir, "/") < 2 || !s.isOwnRuntime(dir) || s.set.Host.Path(dir).Answer == host.Yes ||
				s.expects(dir) || makers.Makes(nil, dir) && !onlyNames(p.Set, makers, u, dir) {
				return
			}
			seen[dir] = true
			p.Report(lint.Finding{
				Unit: u.ID, Place: lint.AtWord(setting, at.span),
				Message: fmt.Sprintf("%s in %s, which is gone after a reboot: /run starts out empty, nothing makes the directory again, and %s may not",
					says, dir, "User="+u.Value(s.section, "User")),
				Help: fmt.Sprintf("add RuntimeDirectory=%s, which makes it for the user whenever the service starts", strings.TrimPrefix(dir, "/run/")),
			})
		}
		if setting, ok := u.Setting("Service", "PIDFile"); ok {
			if at, ok := s.locatePID(setting); ok {
				check(setting, at, "PIDFile= lies")
			}
		}
		for _, c := range s.confined {
			for option := range options(c.Command) {
				if at, ok := s.locate(c.setting, option.value); ok {
					check(c.setting, at, fmt.Sprintf("%s= passes %s, a file", c.setting.Key().String(), option.name))
				}
			}
		}
	}
}

// locatePID is locate for PIDFile=.
func (s *subject) locatePID(setting unit.Setting) (place, bool) {
	text := setting.Value().String()
	expanded := s.Expand(text)
	p := place{setting: setting, path: expanded.Text}
	p.span.End = len(text)
	if !strings.HasPrefix(p.path, "/") {
		p.path = "/run/" + p.path
	}
	return p, expanded.Known
}

// onlyNames reports whether the unit itself is all that seems to make a directory,
// because its commands name files in it, and none of them makes a directory.
func onlyNames(set *lint.Set, makers *Makers, u *unit.Unit, dir string) bool {
	if makers.Makes(u, dir) {
		return false
	}
	for _, c := range set.Program(u).Commands {
		for _, r := range c.Runs {
			switch path.Base(r.Program.Text) {
			case "mkdir", "install", "ln", "systemd-tmpfiles", "mount":
				return false
			}
		}
		if c.Exec.FullPrivileges {
			return false
		}
	}
	return true
}
