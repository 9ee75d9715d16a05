package program

import (
	_ "embed"
	"fmt"
	"net/netip"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/host"
	"github.com/unitvet/unitvet/lint/program"
	"github.com/unitvet/unitvet/lint/program/environment"
	"github.com/unitvet/unitvet/lint/program/python"
	"github.com/unitvet/unitvet/lint/program/startup"
)

//go:embed container_hostname.md
var containerHostnamePage string

// ContainerHostname finds host names that only the network of containers knows.
var ContainerHostname = &lint.Rule{
	ID:        "container-hostname",
	Summary:   "the service connects to a host name that only a network of containers knows",
	Category:  "program",
	Severity:  lint.Error,
	Allows:    "names of hosts that the machine knows",
	Since:     "0.1.0",
	Page:      containerHostnamePage,
	CheckUnit: containerHostname,
}

func containerHostname(p *lint.UnitPass) {
	h := &hostNames{UnitPass: p, seen: map[string]bool{}}
	for _, prog := range pythons(p) {
		h.connections(prog)
		h.defaults(prog)
	}
	if prog := p.Set.Program(p.Unit); prog.Env != nil && !prog.Elsewhere && !runsContainers(prog.Commands) {
		for _, v := range prog.Env.All() {
			h.variable(v)
		}
	}
}

// hostNames looks for host names of a unit.
type hostNames struct {
	*lint.UnitPass
	seen map[string]bool
}

// isLocal reports whether a name is none that is looked up in a network: an
// address, this machine, a name with a domain.
func isLocal(name string) bool {
	if name == "" || strings.EqualFold(name, "localhost") || strings.ContainsAny(name, ".:%{}$<>/") {
		return true
	}
	_, err := netip.ParseAddr(name)
	return err == nil || strings.Trim(name, "0123456789") == ""
}

// container returns the container of a name, if the host does not know the name.
func (h *hostNames) container(name string) (host.Container, bool) {
	if isLocal(name) || h.Set.Host.HostName(name).Answer == host.Yes || h.Set.Host.Checkout == nil {
		return host.Container{}, false
	}
	return h.Set.Host.Checkout.Container(name)
}

// connections reports the hosts that a program connects to.
func (h *hostNames) connections(prog *startup.Program) {
	for _, e := range prog.Effects {
		if e.Kind != python.Connect || h.seen[e.Host] || isLocal(e.Host) || h.Set.Host.HostName(e.Host).Answer == host.Yes {
			continue
		}
		if e.From != nil && !e.From.Unset && len(e.From.Names) > 0 {
			continue // as the environment says, which is looked at below
		}
		c, known := h.container(e.Host)
		if !known && (e.From == nil || !e.From.Unset) {
			continue
		}
		h.seen[e.Host] = true
		f := begin(prog, e.Chain)
		if !known || e.Guarded || e.Maybe || e.When == python.Later {
			f.Severity = lint.Warning
		}
		if e.From != nil && e.From.File != nil {
			f.Evidence = append(f.Evidence, lint.Related{Place: lint.Place{File: e.From.File, Span: e.From.Span}, Message: "the name comes from here"})
		}
		h.report(f, e.Host, c, known, e.From, prog, where(e.Chain)+" connects to")
	}
}

// report completes a finding.
func (h *hostNames) report(f lint.Finding, name string, c host.Container, known bool, from *python.Origin, prog *startup.Program, says string) {
	f.About, f.Result = name, "socket.gaierror"
	f.Message = fmt.Sprintf("%s %q", says, name)
	if known {
		f.Message += fmt.Sprintf(", a name that only the containers of %s know: outside of them it is not found", c.File)
		f.Related = append(f.Related, lint.Related{Place: lint.Place{Path: c.File}, Message: fmt.Sprintf("line %d names the container", c.Line)})
	} else {
		f.Message += ", a name without a domain, as containers have them: outside of their network it is not found"
	}
	f.Help = "use the address under which the server is reached from this machine, or add the name to /etc/hosts"
	if from != nil && from.Unset && len(from.Names) > 0 {
		f.Message += fmt.Sprintf("; it is the default of %s, which the unit does not set", strings.Join(from.Names, " or "))
		f.Help = fmt.Sprintf("set %s to the address of the server, as in Environment=%s=127.0.0.1", from.Names[0], from.Names[0])
		if strings.Contains(from.Names[0], "URL") || strings.Contains(from.Names[0], "URI") {
			f.Help = "set " + from.Names[0] + " to a URL with the address of the server"
		}
		if near := strings.ToUpper(from.Field); near != "" && near != from.Names[0] && prog.Run.Env.Lookup(near).State == environment.Set {
			f.Help += "; the unit sets " + near + ", which is not the name that is read"
		}
	}
	h.Report(f)
}

// defaults reports variables whose default is a container, whether or not it was
// seen where they lead.
func (h *hostNames) defaults(prog *startup.Program) {
	for _, r := range prog.Reads {
		name := hostOf(r.Default)
		if !r.Known || r.State != python.Unset || h.seen[name] || !isHostVariable(r.Names[0]) {
			continue
		}
		c, known := h.container(name)
		if !known {
			continue
		}
		h.seen[name] = true
		f := begin(prog, r.Chain)
		f.Severity = lint.Warning
		last := r.Chain[len(r.Chain)-1]
		from := &python.Origin{Step: last, Names: r.Names, Unset: true, Field: r.Field}
		h.report(f, name, c, true, from, prog, where(r.Chain)+" uses")
	}
}

// variable reports a variable of the environment that names a container.
func (h *hostNames) variable(v environment.Variable) {
	if !v.Known || v.Setting == nil || !isHostVariable(v.Name) {
		return
	}
	name := hostOf(v.Value)
	c, known := h.container(name)
	if !known || h.seen[name] {
		return
	}
	h.seen[name] = true
	f := lint.Finding{Severity: lint.Warning, Place: lint.AtValue(*v.Setting), About: name, Result: "socket.gaierror"}
	if v.Place.File == v.Setting.Part.Source {
		f.Place = lint.Place{File: v.Place.File, Span: v.Place.Span}
	} else {
		f.Evidence = append(f.Evidence, lint.Related{Place: lint.Place{File: v.Place.File, Span: v.Place.Span}, Message: "sets " + v.Name})
	}
	f.Message = fmt.Sprintf("%s is %q, a name that only the containers of %s know: outside of them it is not found", v.Name, v.Value, c.File)
	f.Related = append(f.Related, lint.Related{Place: lint.Place{Path: c.File}, Message: fmt.Sprintf("line %d names the container", c.Line)})
	f.Help = "use the address under which the server is reached from this machine, or add the name to /etc/hosts"
	h.Report(f)
}

// hostWords are the words of variables that hold a host.
var hostWords = []string{"HOST", "HOSTNAME", "URL", "URI", "ADDR", "ADDRESS", "SERVER", "SERVERS", "BROKER", "BROKERS", "DSN", "ENDPOINT"}

func isHostVariable(name string) bool {
	return slices.ContainsFunc(strings.Split(strings.ToUpper(name), "_"), func(word string) bool { return slices.Contains(hostWords, word) })
}

// hostOf returns the host in scheme://host:port, host:port or host.
func hostOf(s string) string {
	if strings.Contains(s, "://") {
		u, err := url.Parse(s)
		if err != nil {
			return ""
		}
		return u.Hostname()
	}
	name, _, _ := strings.Cut(s, ":")
	if strings.ContainsAny(name, "/ ,=") {
		return ""
	}
	return name
}

// runsContainers reports whether a command starts a container, in which other names
// are known.
func runsContainers(commands []*program.Command) bool {
	return slices.ContainsFunc(commands, func(c *program.Command) bool {
		return slices.ContainsFunc(c.Runs, func(r *program.Run) bool {
			switch path.Base(r.Program.Text) {
			case "docker", "docker-compose", "nerdctl", "podman", "podman-compose":
				return true
			}
			return false
		})
	})
}
