package service

import (
	_ "embed"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/program"
	"github.com/unitvet/unitvet/lint/sandbox"
)

//go:embed forking_mismatch.md
var forkingMismatchPage string

// ForkingMismatch finds programs that go into the background though their Type= does
// not expect it, and the other way round (systemd.service(5), Type=).
var ForkingMismatch = &lint.Rule{
	ID:        "forking-mismatch",
	Summary:   "a program that goes into the background against its Type=, or stays in the foreground",
	Category:  "service",
	Severity:  lint.Warning,
	Since:     "0.1.0",
	Page:      forkingMismatchPage,
	CheckUnit: forkingMismatch,
}

func forkingMismatch(p *lint.UnitPass) {
	s := lookService(p)
	if s == nil || s.fatal || len(s.starts) != 1 {
		return
	}
	switch s.kind {
	case "forking":
		s.foreground(p)
		s.wrongPIDFile(p)
		s.forbiddenPIDFile(p)
		s.unguessed(p)
	case "simple", "exec", "idle":
		if !s.outlives() {
			s.leaves(p)
			s.ampersand(p)
			s.detached(p)
		}
	}
}

// outlives reports whether the service is meant to go on without its main process.
func (s *subject) outlives() bool {
	_, remains := s.on("RemainAfterExit")
	exit, ok := s.accepted("ExitType")
	return remains || ok && exit.Value().String() == "cgroup"
}

// foreground reports a program that stays where Type=forking waits for it to go.
func (s *subject) foreground(p *lint.UnitPass) {
	m := s.started()
	if m == nil {
		return
	}
	forks, why, ok := s.background(m)
	if !ok || forks {
		return
	}
	f := lint.Finding{
		Place:   lint.AtValue(*s.kindBy),
		Message: fmt.Sprintf("Type=forking waits for %s to go into the background, and it stays: after the timeout systemd gives the start up", m.name),
		Help:    "write Type=simple, or Type=notify if the program tells systemd when it is ready",
		Result:  "timeout",
	}
	if why.text != m.name {
		f.Message = fmt.Sprintf("Type=forking waits for %s to go into the background, and %s keeps it in the foreground: after the timeout systemd gives the start up", m.name, why.quoted())
		f.Related = []lint.Related{{Place: why.Place, Message: "this keeps it in the foreground"}}
	}
	p.Report(f)
}

// leaves reports a program that goes where Type=simple takes its first process for
// the service.
func (s *subject) leaves(p *lint.UnitPass) {
	m := s.started()
	if m == nil {
		return
	}
	forks, why, ok := s.background(m)
	if !ok || !forks {
		return
	}
	f := lint.Finding{
		Place: at(m.run.Program),
		Message: fmt.Sprintf("%s goes into the background, and %s takes the end of the process that it started for the end of the service: %s",
			m.name, s.explained(), s.aftermath()),
		Help: "keep the program in the foreground, or write Type=forking with PIDFile=",
	}
	if len(m.front) > 0 {
		f.Help = fmt.Sprintf("add %s to keep the program in the foreground, or write Type=forking with PIDFile=", spaced(m.front[0]))
	}
	if why.text != m.name {
		f.Message = fmt.Sprintf("%s sends %s into the background, and %s takes the end of the process that it started for the end of the service: %s",
			why.quoted(), m.name, s.explained(), s.aftermath())
		f.Help = fmt.Sprintf("take %s away, or write Type=forking with PIDFile=", why.quoted())
		if why.File == s.Fragment.Source {
			f.Place = why.Place
		} else {
			f.Related = []lint.Related{{Place: why.Place, Message: "this sends it there"}}
		}
	}
	p.Report(f)
}

// aftermath says what becomes of what was left in the background.
func (s *subject) aftermath() string {
	if mode, ok := s.accepted("KillMode"); ok && (mode.Value().String() == "process" || mode.Value().String() == "none") {
		return "what is left runs on without systemd's knowledge"
	}
	return "what is left is killed"
}

// ampersand reports a shell that ends with a command in the background.
func (s *subject) ampersand(p *lint.UnitPass) {
	for _, c := range s.set.Program(s.Unit).Commands {
		if c.Key != "ExecStart" || len(c.Runs) == 0 {
			continue
		}
		r := c.Runs[0]
		if r.Shell == nil || r.Shell.Err != nil || r.Entry == nil || r.Entry.Kind != program.Inline || len(r.Shell.Commands) == 0 {
			continue
		}
		last := r.Shell.Commands[len(r.Shell.Commands)-1]
		if !last.Background || last.Conditional || len(last.Words) == 0 || !strings.HasSuffix(strings.TrimRight(r.Entry.Word.Text, " \t\n;"), "&") {
			continue // or something comes after it, such as wait
		}
		p.Report(lint.Finding{
			Place: at(r.Entry.Word),
			Message: fmt.Sprintf("the shell leaves %s in the background and ends, and %s takes that for the end of the service: %s",
				path.Base(last.Words[0].Text), s.explained(), s.aftermath()),
			Help: "take the & away; with exec in front of the command it takes the place of the shell",
		})
	}
}

// pidFileOptions are options for the file that a program writes its process ID to.
var pidFileOptions = []string{"--pidfile", "--pid-file", "--pid", "-pidfile", "-pid-file"}

// wrongPIDFile reports a program that writes its process ID elsewhere than systemd
// looks.
func (s *subject) wrongPIDFile(p *lint.UnitPass) {
	setting, ok := s.accepted("PIDFile")
	m := s.started()
	if !ok || m == nil {
		return
	}
	expanded := s.Expand(setting.Value().String())
	want := sandbox.Canonical(expanded.Text)
	if !strings.HasPrefix(want, "/") {
		want = "/run/" + want
	}
	for i, arg := range m.args {
		for _, option := range pidFileOptions {
			written := arg
			switch {
			case arg.Text == option && i+1 < len(m.args):
				written = m.args[i+1]
			case strings.HasPrefix(arg.Text, option+"="):
				written = arg.Slice(len(option)+1, len(arg.Text))
			default:
				continue
			}
			if !expanded.Known || !written.Known || !strings.HasPrefix(written.Text, "/") || sandbox.Canonical(written.Text) == want {
				continue
			}
			p.Report(lint.Finding{
				Place:   at(written),
				Message: fmt.Sprintf("%s writes its process ID to %s, and PIDFile=%s waits for another file: after the timeout systemd gives the start up", m.name, written.Text, setting.Value().String()),
				Help:    "let both name the same file",
				Result:  "timeout",
				Related: []lint.Related{related(setting, "where systemd looks")},
			})
		}
	}
}

// forbiddenPIDFile reports a file right in /run, where root alone makes files.
func (s *subject) forbiddenPIDFile(p *lint.UnitPass) {
	setting, ok := s.accepted("PIDFile")
	user, hasUser := s.accepted("User")
	if dynamic, ok := s.on("DynamicUser"); ok {
		user, hasUser = dynamic, true
	}
	start := s.starts[0]
	if !ok || !hasUser || start.FullPrivileges || start.KeepUser || start.Ambient || strings.Contains(user.Value().String(), "%") ||
		slices.Contains([]string{"root", "0"}, user.Value().String()) || s.Value(s.section, "AmbientCapabilities") != "" {
		return
	}
	file := sandbox.Canonical(setting.Value().String())
	if !strings.HasPrefix(file, "/") {
		file = "/run/" + file
	}
	if path.Dir(file) != "/run" || s.names(file) || s.names(setting.Value().String()) {
		return
	}
	p.Report(lint.Finding{
		Place:   lint.AtValue(setting),
		Message: fmt.Sprintf("PIDFile=%s lies right in /run, where root alone may make files, and the service runs with %s: it cannot write the file, and after the timeout systemd gives the start up", setting.Value().String(), pretty(user)),
		Help:    fmt.Sprintf("add RuntimeDirectory=%s and let PIDFile= and the program name /run/%[1]s/%s", s.Name.Prefix, path.Base(file)),
		Result:  "timeout",
		Related: []lint.Related{related(user, "who it runs as")},
	})
}

// names reports whether a command before the main one names a file, or something of
// tmpfiles.d(5) does: it may be there for the service already.
func (s *subject) names(file string) bool {
	for _, key := range []string{"ExecStartPre", "ExecCondition"} {
		for _, setting := range s.Settings(s.section, key) {
			if strings.Contains(setting.Value().String(), file) {
				return true
			}
		}
	}
	for _, dir := range []string{"/etc/tmpfiles.d", "/run/tmpfiles.d", "/usr/lib/tmpfiles.d"} {
		for _, name := range s.set.Host.ReadDir(dir) {
			if text, _, ok := s.set.Host.ReadFile(path.Join(dir, name)); ok && strings.Contains(text, file) {
				return true
			}
		}
	}
	return false
}

// unguessed reports a service that is to be restarted after a crash, and of which
// systemd neither is told nor may guess the main process (service_notify_cgroup_empty
// in src/core/service.c).
func (s *subject) unguessed(p *lint.UnitPass) {
	guess, ok := s.Accepted(s.section, "GuessMainPID", s.release)
	if _, told := s.accepted("PIDFile"); !ok || told || s.Bool(s.section, "GuessMainPID", true) {
		return
	}
	restart, ok := s.accepted("Restart")
	if !ok || restart.Value().String() == "always" || !slices.Contains(afterFailure, restart.Value().String()) {
		return
	}
	p.Report(lint.Finding{
		Place: lint.AtValue(guess),
		Message: fmt.Sprintf("GuessMainPID=no without PIDFile= leaves a service of Type=forking without a main process: when it crashes, systemd sees that nothing is left and takes that for a clean end, and %s does nothing",
			pretty(restart)),
		Help:    "add PIDFile= with the file that the program writes its process ID to",
		Related: []lint.Related{related(restart, "what does not happen")},
	})
}
