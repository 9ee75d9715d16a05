package service

import (
	"fmt"
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/program"
)

// detached reports a client of containers that starts some and ends, where Type=simple
// takes the client for the service (docker-run(1), docker-compose-up(1), podman-run(1),
// --detach).
func (s *subject) detached(p *lint.UnitPass) {
	m := s.started()
	if m == nil || !m.whole {
		return
	}
	args := m.args
	switch m.name {
	case "docker", "podman":
	case "docker-compose", "podman-compose":
		args = append([]program.Word{{Text: "compose"}}, args...)
	default:
		return
	}
	option, ok := detaches(args)
	if !ok {
		return
	}
	f := lint.Finding{
		Place:   at(option),
		Message: fmt.Sprintf("%q lets %s end as soon as the containers are started, and %s takes that for the end of the service", option.Text, m.name, s.explained()),
		Help:    fmt.Sprintf("take %s away, or write Type=oneshot with RemainAfterExit=yes", option.Text),
	}
	restart, restarts := s.accepted("Restart")
	switch {
	case len(s.commands("ExecStop")) > 0:
		f.Message += ": ExecStop= is run at once"
	case restarts && restart.Value().String() == "always":
		f.Message += ": systemd starts it again, over and over"
	default:
		f.Message += ": it is inactive while they run"
	}
	p.Report(f)
}

// switches are the long options of docker run and podman run that take no value.
var switches = []string{
	"--rm", "--init", "--privileged", "--read-only", "--interactive", "--tty", "--publish-all", "--no-healthcheck", "--oom-kill-disable", "--quiet",
	"--replace", "--no-hosts", "--rmi", "--env-host", "--no-hostname", "--rootfs", "--unsetenv-all",
}

// detaches returns the option of a command line that says to end when the containers
// are started.
func detaches(args []program.Word) (program.Word, bool) {
	isDetach := func(w program.Word) bool { return w.Text == "-d" || w.Text == "--detach" || w.Text == "--detach=true" }
	if len(args) == 0 {
		return program.Word{}, false
	}
	switch args[0].Text {
	case "compose":
		up := slices.IndexFunc(args, func(w program.Word) bool { return w.Text == "up" })
		if up < 0 {
			return program.Word{}, false
		}
		rest := args[up:]
		if i := slices.IndexFunc(rest, isDetach); i >= 0 {
			return rest[i], true
		}
	case "run":
		// Up to the name of the image; what follows is for the program in the container.
		for i := 1; i < len(args) && strings.HasPrefix(args[i].Text, "-"); i++ {
			text := args[i].Text
			switch cluster := strings.TrimLeft(text, "-"); {
			case isDetach(args[i]) || !strings.HasPrefix(text, "--") && strings.Contains(text, "d") && strings.Trim(cluster, "ditPq") == "":
				return args[i], true
			case strings.Contains(text, "=") || slices.Contains(switches, text) || strings.Trim(cluster, "itPq") == "":
			case !strings.HasPrefix(text, "--") && len(text) > 2:
			default:
				i++ // its value
			}
		}
	}
	return program.Word{}, false
}
