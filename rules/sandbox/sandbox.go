// Package sandbox holds the rules about the file system that a unit leaves to its
// program: what it cannot write, what it cannot see, and what has to be there for
// the sandbox to be set up.
package sandbox

import (
	"path"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/sandbox"
	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/unit"
	"github.com/unitvet/unitvet/lint/value"
)

// Rules returns the rules of the family.
func Rules() []*lint.Rule {
	return []*lint.Rule{
		HiddenPath,
		IneffectiveReadWritePath,
		MissingOutputDirectory,
		MissingReadWritePath,
		MissingSandboxPath,
		PrivateTmpSharedPath,
		UnwritableTargetDirectory,
		VolatileDirectory,
	}
}

// execKey is a setting with commands.
type execKey struct {
	key   string
	later bool
}

// execKeys are the settings with commands, in the order in which systemd runs
// them, and whether the unit comes up without their success.
var execKeys = [...]execKey{
	{"ExecCondition", false},
	{"ExecStartPre", false},
	{"ExecStart", false},
	{"ExecStartPost", false},
	{"ExecReload", true},
	{"ExecStop", true},
	{"ExecStopPost", true},
}

// command is a command of a unit.
type command struct {
	value.Command
	setting unit.Setting
	// later says that the unit comes up before the command runs; first that no
	// other one runs before it.
	later, first bool
}

// subject is a unit with a sandbox.
type subject struct {
	*unit.Unit
	set     *lint.Set
	section string
	view    *sandbox.View
	// confined are the commands that run in the sandbox.
	confined []command
	// elsewhere says that a command hands its arguments to a program outside of
	// the sandbox, so that environment and arguments need not be about here.
	elsewhere bool
}

// subjectKey is what the subject of a unit is remembered under.
type subjectKey struct{}

// lookOnce is look for the rules that look at the same unit.
func lookOnce(p *lint.UnitPass) (*subject, bool) {
	s := lint.Once(p.Memo, subjectKey{}, func() *subject {
		s, _ := look(p.Set, p.Unit)
		return s
	})
	return s, len(s.confined) > 0
}

// look returns a unit as a subject, or false if it has no command in a sandbox.
func look(set *lint.Set, u *unit.Unit) (*subject, bool) {
	section := u.Name.Section()
	s := &subject{Unit: u, set: set, section: section}
	first := true
	for _, e := range execKeys {
		for _, setting := range u.Settings(section, e.key) {
			for _, c := range value.ParseExec(setting.Value().String()).Commands {
				if s.view == nil {
					s.view = sandbox.New(u)
				}
				if !s.view.Confines(e.key, c) {
					continue
				}
				s.elsewhere = s.elsewhere || runsElsewhere(c)
				s.confined = append(s.confined, command{c, setting, e.later, first})
				first = false
			}
		}
	}
	return s, len(s.confined) > 0
}

// elsewhere are programs whose arguments are about another file system: that of a
// container, of another root directory, of another machine.
var elsewhere = map[string]bool{
	"apptainer": true, "bwrap": true, "chroot": true, "containerd": true, "crictl": true, "ctr": true,
	"distrobox": true, "docker": true, "docker-compose": true, "firejail": true, "flatpak": true, "incus": true,
	"jexec": true, "kubectl": true, "lxc": true, "lxc-attach": true, "lxc-start": true, "machinectl": true,
	"nerdctl": true, "nsenter": true, "podman": true, "podman-compose": true, "rkt": true, "runc": true,
	"schroot": true, "singularity": true, "snap": true, "ssh": true, "systemd-nspawn": true, "systemd-run": true,
	"unshare": true,
}

// runsElsewhere reports whether a command, or one that it seems to run in turn,
// is one of those programs.
func runsElsewhere(c value.Command) bool {
	if elsewhere[path.Base(c.Path.Text)] {
		return true
	}
	for _, arg := range c.Args {
		if elsewhere[path.Base(arg.Text)] {
			return true
		}
	}
	return false
}

// place is a path that a unit names.
type place struct {
	setting unit.Setting
	span    source.Span // of the path, in the setting's value
	// path is absolute. With below, it is a directory, and what is meant is
	// something in it whose name is not known.
	path  string
	below bool
}

// locate returns the absolute path that a word names, or false if it names none
// or what it names depends on more than the unit.
func (s *subject) locate(setting unit.Setting, w value.Word) (place, bool) {
	p := place{setting: setting, span: w.Sub(0, len(w.Text))}
	if !mayBePath(w.Text) || strings.ContainsAny(w.Text, "$ \t\n,;:*?<>|&\"'`(){}=@") {
		return place{}, false
	}
	expanded := s.Expand(w.Text)
	p.path = expanded.Text
	if !expanded.Known {
		known, _, _ := strings.Cut(expanded.Text, "%")
		if known == "" {
			return place{}, false
		}
		p.path, p.below = known[:strings.LastIndexByte(known, '/')+1], true
		if len(p.path) > 1 {
			p.path = strings.TrimSuffix(p.path, "/")
		}
	}
	return p, value.CheckPath(p.path) == nil
}

// mayBePath reports whether a text is an absolute path once its specifiers are
// expanded, as far as its first character tells.
func mayBePath(text string) bool { return text != "" && (text[0] == '/' || text[0] == '%') }

// see is the sandbox's verdict on a path.
func (s *subject) see(p place) sandbox.Verdict {
	if p.below {
		return s.view.Below(p.path)
	}
	verdict := s.view.Path(p.path)
	if verdict.Access == sandbox.Unknown || s.set.Host == nil || s.set.Host.Root == nil {
		return verdict
	}
	// On a root, links are known: a verdict that they change is none.
	if real := s.set.Host.Root.Resolve(p.path); real.Name != "" && "/"+real.Name != p.path {
		if other := s.view.Path("/" + real.Name); other.Access != verdict.Access || other.Empty != verdict.Empty {
			return sandbox.Verdict{}
		}
	}
	return verdict
}

// text is the path as messages name it.
func (p place) text() string { return p.setting.Value().String()[p.span.Start:p.span.End] }

// because is the related place of the setting that decides.
func because(verdict sandbox.Verdict) []lint.Related {
	if verdict.Setting == nil {
		return nil
	}
	return []lint.Related{{Place: lint.AtValue(*verdict.Setting), Message: verdict.Because}}
}
