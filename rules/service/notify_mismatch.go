package service

import (
	_ "embed"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/host"
	"github.com/unitvet/unitvet/lint/program"
	"github.com/unitvet/unitvet/lint/value"
)

//go:embed notify_mismatch.md
var notifyMismatchPage string

// NotifyMismatch finds services that systemd waits to hear from in vain
// (systemd.service(5), Type=notify, NotifyAccess=, WatchdogSec=; systemd-notify(1)).
var NotifyMismatch = &lint.Rule{
	ID:        "notify-mismatch",
	Summary:   "a service that does not tell systemd what Type=notify or WatchdogSec= waits for",
	Category:  "service",
	Severity:  lint.Warning,
	Since:     "0.1.0",
	Page:      notifyMismatchPage,
	CheckUnit: notifyMismatch,
}

func notifyMismatch(p *lint.UnitPass) {
	s := lookService(p)
	if s == nil || s.fatal || len(s.starts) != 1 {
		return
	}
	n := notified{UnitPass: p, subject: s}
	n.waits = s.kind == "notify" || s.kind == "notify-reload"
	if watchdog, ok := s.accepted("WatchdogSec"); ok && span(watchdog) != 0 && span(watchdog) != value.Forever {
		n.watchdog = true
	}
	if !n.waits && !n.watchdog {
		return
	}
	n.program()
	n.shell()
	n.python()
}

// notified is a service that systemd waits to hear from.
type notified struct {
	*lint.UnitPass
	*subject
	// waits is for READY=1, watchdog for WATCHDOG=1 again and again.
	waits, watchdog bool
}

// tell reports that nothing will be heard, and why.
func (n notified) tell(place lint.Place, why, help string, related ...lint.Related) {
	f := lint.Finding{Place: place, Help: help, Related: related}
	switch {
	case n.waits:
		f.Message = fmt.Sprintf("%s waits for READY=1, and %s: after the timeout systemd gives the start up", n.explained(), why)
		f.Result = "timeout"
	default:
		f.Message = fmt.Sprintf("WatchdogSec= waits for WATCHDOG=1, and %s: systemd kills the service each time that is over", why)
		f.Result = "watchdog"
	}
	n.Report(f)
}

// program looks at a program of which it is known what it tells.
func (n notified) program() {
	m := n.started()
	if m == nil || !m.known {
		return
	}
	word := at(m.run.Program)
	switch {
	case m.silent:
		n.tell(word, m.name+" tells systemd nothing", "write Type=simple, or Type=forking where it goes into the background")
	case n.waits && len(m.asked) > 0 && m.whole:
		if _, asked := m.option(m.asked); asked {
			return
		}
		option, told := m.asked[0], finding{}
		if m.config != nil {
			c, read := n.configuration(m)
			if !read || slices.Contains(m.config.told, c.told) {
				return
			}
			told = c.notify
		} else if slices.ContainsFunc(m.args, func(w program.Word) bool { return w.Text == "-W" }) && m.name == "haproxy" {
			option = "-Ws in the place of -W"
		}
		help := "add " + spaced(option)
		if m.config != nil {
			help += fmt.Sprintf(", or %s %s in its configuration file", m.config.notify, m.config.told[0])
		}
		why := fmt.Sprintf("%s does so only with %s", m.name, spaced(option))
		if told.text != "" {
			n.tell(word, why, help, lint.Related{Place: told.Place, Message: "the configuration says otherwise"})
			return
		}
		n.tell(word, why, help)
	}
}

// shell looks at shells that hear nothing, or let others speak whom systemd does not
// hear.
func (n notified) shell() {
	access := "main"
	if setting, ok := n.accepted("NotifyAccess"); ok && setting.Value().String() != "none" {
		access = setting.Value().String()
	}
	for _, c := range n.set.Program(n.subject.Unit).Commands {
		if c.Key != "ExecStart" || len(c.Runs) == 0 {
			continue
		}
		r := c.Runs[0]
		if r.Shell == nil || r.Shell.Err != nil || r.Entry == nil || r.Entry.Kind != program.Inline || len(r.Shell.Commands) == 0 {
			continue
		}
		commands := r.Shell.Commands
		speaks := false
		for _, command := range commands {
			speaks = speaks || len(command.Words) > 0 && path.Base(command.Words[0].Text) == "systemd-notify"
		}
		last := commands[len(commands)-1]
		before := last
		if len(commands) > 1 {
			before = commands[len(commands)-2]
		}
		if user, ok := n.accepted("User"); speaks && access == "main" && ok && user.Value().String() != "root" && user.Value().String() != "0" {
			n.tell(at(r.Entry.Word), "systemd-notify of another user than root is heard with NotifyAccess=all only", "add NotifyAccess=all", related(user, "the user"))
		}
		if access == "main" && !speaks && before.Piped && len(before.Words) > 0 && !before.Conditional {
			n.tell(at(r.Entry.Word),
				fmt.Sprintf("%s runs as a child of the shell, from which nothing is heard with NotifyAccess=main", path.Base(before.Words[0].Text)),
				"start the program without the pipe, with StandardOutput= for where its output goes; or add NotifyAccess=all")
		}
	}
}

// quiet are servers that load an application and tell systemd nothing themselves;
// gunicorn and uwsgi do.
var quiet = []string{"daphne", "flask", "granian", "hypercorn", "uvicorn"}

// python looks at a program of the checkout that was followed to the end, and of which
// no file has anything to do with systemd.
func (n notified) python() {
	m := n.started()
	if m == nil || n.set.Host.Checkout == nil || m.known {
		return
	}
	for _, prog := range n.set.Python(n.subject.Unit) {
		if prog.Run != m.run || !prog.Loaded || prog.Gave || len(prog.Failures) > 0 || prog.Entry == nil {
			continue
		}
		if e := prog.Run.Entry; e.Server != "" && !slices.Contains(quiet, e.Server) || mayTell(prog.Entry.Source.Text) || speaks(n.set.Host.Checkout) {
			continue
		}
		word := prog.Run.Entry.Word
		n.tell(at(word), word.Text+" never tells: no file of the program calls sd_notify or reads NOTIFY_SOCKET",
			"write Type=exec, or call systemd.daemon.notify(\"READY=1\") of python3-systemd once the program is ready")
	}
}

// speaksKey is what the answer of speaks is remembered under.
type speaksKey struct{}

// signs are words without which no program tells systemd anything: those of the
// protocol, of libraries that speak it for the program, and of ways to load code that
// is not seen.
var signs = []string{
	"systemd", "NOTIFY_SOCKET", "sdnotify", "sd_notify",
	"circus", "cotyledon", "gunicorn", "oslo_service", "twisted",
	"__import__", "entry_point", "importlib", "pkg_resources", "runpy",
}

// mayTell reports whether a Python file may tell systemd something.
func mayTell(text string) bool {
	return slices.ContainsFunc(signs, func(s string) bool { return strings.Contains(text, s) })
}

// mostRead is how many bytes of a checkout are searched for them.
const mostRead = 64 << 20

// speaks reports whether a Python file of a checkout may tell systemd something.
func speaks(c *host.Checkout) bool {
	known := c.Once(speaksKey{}, func() any {
		read := 0
		for _, name := range c.Files() {
			if path.Ext(name) != ".py" {
				continue
			}
			text, err := c.Tree.ReadFile(name)
			if read += len(text); err != nil || read > mostRead || mayTell(text) {
				return true
			}
		}
		return false
	})
	return known.(bool) //nolint:forcetypeassert // nothing else is stored
}
