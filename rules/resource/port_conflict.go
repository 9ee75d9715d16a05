package resource

import (
	_ "embed"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/program"
	"github.com/unitvet/unitvet/lint/program/python"
	"github.com/unitvet/unitvet/lint/unit"
	"github.com/unitvet/unitvet/lint/value"
)

//go:embed port_conflict.md
var portConflictPage string

// PortConflict finds ports that two units of a set listen on (bind(2), EADDRINUSE).
var PortConflict = &lint.Rule{
	ID:       "port-conflict",
	Summary:  "two units that can run together listen on the same port",
	Category: "resource",
	Severity: lint.Warning,
	Since:    "0.1.0",
	Page:     portConflictPage,
	CheckSet: portConflict,
}

// listener is a port that a unit listens on.
type listener struct {
	unit     *unit.Unit
	place    lint.Place
	says     string
	protocol string
	address  string // "" for all
	port     int
}

func portConflict(p *lint.SetPass) {
	rivals := newRivals(p.Set)
	byPort := map[string]*claims[listener]{}
	for _, u := range p.Set.Units {
		for _, l := range listeners(p.Set, u) {
			one := rivals.of(u)
			if one == nil {
				break
			}
			key := l.protocol + strconv.Itoa(l.port)
			earlier := byPort[key]
			if earlier == nil {
				earlier = &claims[listener]{}
				byPort[key] = earlier
			}
			if other, ok := earlier.first(rivals, one, l.meets); ok {
				p.Report(lint.Finding{
					Unit: u.ID, Place: l.place,
					Message: fmt.Sprintf("%s takes port %d, and so does %s: the second to start gets EADDRINUSE, \"Address already in use\"", l.says, l.port, other.unit.Name),
					Help:    "give one of them another port, or let them exclude each other with Conflicts=",
					Related: []lint.Related{{Place: other.place, Message: other.says + " takes it, too"}},
				})
			}
			earlier.add(one, l)
		}
	}
}

// meets reports whether two listeners have an address in common.
func (l listener) meets(other listener) bool {
	return l.address == other.address || l.address == "" || other.address == ""
}

// listeners returns the ports that a unit says it listens on.
func listeners(set *lint.Set, u *unit.Unit) []listener {
	if u.IsTemplate() || u.Fragment == nil {
		return nil
	}
	if u.Name.Type == "socket" {
		return sockets(set, u)
	}
	if u.Name.Type != "service" || u.Value("Service", "PrivateNetwork") != "" && u.Bool("Service", "PrivateNetwork", true) || u.Value("Service", "NetworkNamespacePath") != "" {
		return nil
	}
	var found []listener
	prog := set.Program(u)
	for _, c := range prog.Commands {
		if c.Key != "ExecStart" {
			continue
		}
		for _, r := range c.Runs {
			if !r.Conditional && !r.Guarded && (len(r.Via) == 0 || r.Program.Place().File == c.Setting.Part.Source) {
				found = append(found, arguments(u, c, r)...)
			}
		}
	}
	found = append(found, pythons(set, u)...)
	if len(found) > 0 {
		return dedupe(found)
	}
	for _, s := range u.Settings("Service", "Environment") {
		assignments, _ := value.ParseEnvironment(s.Value().String())
		for _, a := range assignments {
			if port, ok := number(a.Value.Text); ok && portVariables[a.Name.Text] {
				found = append(found, listener{u, lint.AtWord(s, a.Value.Sub(0, len(a.Value.Text))), "Environment=" + a.Name.Text, "tcp", "", port})
			}
		}
	}
	return dedupe(found)
}

// pythons returns the ports that the Python programs of a unit listen on when they
// start.
func pythons(set *lint.Set, u *unit.Unit) []listener {
	var found []listener
	for _, prog := range set.Python(u) {
		for _, e := range prog.Effects {
			if e.Kind != python.Listen || e.Port == 0 || e.Maybe || e.When == python.Later || prog.Command.Key != "ExecStart" || prog.Run.Conditional {
				continue
			}
			last := e.Chain[len(e.Chain)-1]
			says := fmt.Sprintf("%s:%d", last.File.Path, last.File.Line(last.Span.Start))
			found = append(found, listener{u, lint.AtValue(prog.Command.Setting), says, "tcp", e.Address, e.Port})
		}
	}
	return found
}

// dedupe keeps one listener for each port.
func dedupe(found []listener) []listener {
	seen := map[int]bool{}
	return slices.DeleteFunc(found, func(l listener) bool {
		if seen[l.port] {
			return true
		}
		seen[l.port] = true
		return false
	})
}

// portVariables are variables from which a program takes the port that it listens
// on.
var portVariables = map[string]bool{"PORT": true, "HTTP_PORT": true, "LISTEN_PORT": true, "SERVER_PORT": true}

// sockets returns the ports of a socket unit (systemd.socket(5), ListenStream=).
func sockets(set *lint.Set, u *unit.Unit) []listener {
	if u.Bool("Socket", "ReusePort", false) {
		return nil
	}
	var found []listener
	for _, listen := range []struct{ key, protocol string }{{"ListenStream", "tcp"}, {"ListenDatagram", "udp"}} {
		for _, s := range u.Settings("Socket", listen.key) {
			expanded := u.Expand(s.Value().String())
			if !expanded.Known || strings.ContainsAny(expanded.Text, "/@") || !u.Accepts(s, set.Release) {
				continue
			}
			if address, port, ok := split(expanded.Text); ok {
				found = append(found, listener{u, lint.AtValue(s), listen.key + "=", listen.protocol, address, port})
			}
		}
	}
	return found
}

// portOptions are options whose value is the port, and addressOptions those whose
// value is an address with one. shortOptions are both, for programs that are known.
var (
	portOptions    = []string{"--port", "--http-port", "--listen-port", "--metrics-port", "--server.port", "--server-port", "-port", "--http.port"}
	addressOptions = []string{"--bind", "--listen", "--listen-address", "--web.listen-address", "-web.listen-address", "--http-address", "--listen-addr", "-listen", "--http"}
	shortOptions   = map[string][]string{
		"daphne": {"-p"}, "flask": {"-p"}, "gunicorn": {"-b"}, "hypercorn": {"-b"}, "http-server": {"-p"}, "serve": {"-l", "-p"},
	}
	hostOptions = []string{"--host", "--hostname", "--address", "--server.address", "-h", "-H", "--ip", "--interface"}
)

// clients are programs whose --port is that of another machine or service.
var clients = []string{
	"autossh", "curl", "mongo", "mongodump", "mysql", "mysqldump", "nc", "pg_dump", "pg_isready", "psql", "redis-cli",
	"rsync", "scp", "ssh", "telnet", "wget", "influx", "clickhouse-client", "socat", "docker", "podman", "kubectl",
}

// arguments returns the ports in the arguments of a program.
func arguments(u *unit.Unit, c *program.Command, r *program.Run) []listener {
	name := path.Base(r.Program.Text)
	server := name
	if r.Entry != nil && r.Entry.Server != "" {
		server = r.Entry.Server
	}
	if slices.Contains(clients, name) || strings.Contains(name, "client") || strings.HasSuffix(name, "_pub") || strings.HasSuffix(name, "_sub") || r.Entry != nil && r.Entry.IsShell() {
		return nil
	}
	address, foreign := "", false
	type option struct {
		name string
		w    program.Word
	}
	var options []option
	for i, arg := range r.Args {
		text, w := arg.Text, program.Word{}
		if eq := strings.IndexByte(text, '='); eq > 0 && text[0] == '-' {
			w, text = arg.Slice(eq+1, len(arg.Text)), text[:eq]
		} else if strings.HasPrefix(text, "-") && i+1 < len(r.Args) {
			w = r.Args[i+1]
		} else {
			continue
		}
		if slices.Contains(hostOptions, text) {
			address = bound(w.Text)
			foreign = foreign || !isLocal(w.Text)
		}
		options = append(options, option{text, w})
	}
	if foreign {
		return nil // the port of another host
	}
	var found []listener
	for _, o := range options {
		if !o.w.Known {
			continue
		}
		l := listener{unit: u, protocol: "tcp", says: c.Key + "= with " + o.name}
		at := o.w.Place()
		l.place = lint.Place{File: at.File, Span: at.Span}
		short := slices.Contains(shortOptions[server], o.name)
		if port, ok := number(o.w.Text); ok && (slices.Contains(portOptions, o.name) || short) {
			l.address, l.port = address, port
			found = append(found, l)
		} else if a, port, ok := split(o.w.Text); ok && (slices.Contains(addressOptions, o.name) || short) && strings.Contains(o.w.Text, ":") && isLocal(a) {
			l.address, l.port = a, port
			found = append(found, l)
		}
	}
	return found
}

// isLocal reports whether a text is an address that a program on this host can
// listen on, as far as it tells.
func isLocal(text string) bool {
	switch text {
	case "", "*", "0.0.0.0", "::", "[::]", "localhost", "127.0.0.1", "::1", "[::1]":
		return true
	}
	return strings.Trim(text, "0123456789.") == ""
}

// bound normalises an address: "" for all.
func bound(text string) string {
	switch text {
	case "*", "0.0.0.0", "::", "[::]":
		return ""
	case "localhost":
		return "127.0.0.1"
	}
	return text
}

// number reads a port.
func number(text string) (int, bool) {
	n, err := strconv.Atoi(text)
	return n, err == nil && n > 0 && n < 65536
}

// split reads ADDRESS:PORT, :PORT or PORT.
func split(text string) (address string, port int, ok bool) {
	if i := strings.LastIndexByte(text, ':'); i >= 0 {
		address, text = text[:i], text[i+1:]
	}
	port, ok = number(text)
	return bound(address), port, ok
}
