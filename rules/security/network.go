package security

import (
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/program"
	"github.com/unitvet/unitvet/lint/program/environment"
	"github.com/unitvet/unitvet/lint/program/python"
)

// listener is an address that a program is told to listen on.
type listener struct {
	ran
	// says is how messages name what makes it listen: the option, or a call.
	says string
	evidence
	// host is the address without the port, "" for any; port is 0 if there is none.
	host string
	port int
	// path is that of a Unix socket, "" for others.
	path string
}

// listenOptions are options that name an address to listen on, whatever the program,
// with one dash or two.
var listenOptions = map[string]bool{
	"address-to-listen": true, "bind": true, "bind-addr": true, "bind-address": true, "http-addr": true, "http-address": true,
	"http-listen": true, "http-listen-address": true, "http.addr": true, "https-addr": true, "https-address": true, "https-listen": true,
	"listen": true, "listen-addr": true, "listen-address": true, "listen-client-urls": true, "listen-http": true, "listen-https": true,
	"listen-peer-urls": true, "web.listen-address": true,
}

// portOptions are options that name a port to listen on, whatever the program.
var portOptions = map[string]bool{
	"bind-port": true, "http-port": true, "https-port": true, "listen-port": true, "web-port": true,
}

// servers are programs whose options for an address or a port mean listening though
// others use the same for a remote one. Sources: their manual pages and usage texts.
var servers = map[string]struct {
	address, port []string
	// first says that the first number that is no option is the port.
	first bool
}{
	"daphne":         {address: []string{"-b", "--bind"}, port: []string{"-p", "--port"}},
	"flask":          {port: []string{"-p", "--port"}},
	"granian":        {port: []string{"--port"}},
	"gunicorn":       {address: []string{"-b", "--bind"}},
	"http-server":    {port: []string{"-p", "--port"}},
	"http.server":    {first: true},
	"hypercorn":      {address: []string{"-b", "--bind"}},
	"mosquitto":      {port: []string{"-p"}}, //nolint:misspell // the name of the program
	"php":            {address: []string{"-S"}},
	"redis-server":   {port: []string{"--port", "--tls-port"}},
	"serve":          {address: []string{"-l", "--listen"}, port: []string{"-p"}},
	"streamlit":      {port: []string{"--server.port"}},
	"uvicorn":        {port: []string{"--port"}},
	"uwsgi":          {address: []string{"--http", "--http-socket", "--https", "--socket"}},
	"valkey-server":  {port: []string{"--port", "--tls-port"}},
	"waitress-serve": {address: []string{"--listen"}, port: []string{"--port"}},
}

// passesOn are programs that hand their arguments to another one, elsewhere or with
// other privileges.
var passesOn = map[string]bool{
	"apptainer": true, "authbind": true, "bwrap": true, "capsh": true, "chroot": true, "crun": true, "ctr": true, "docker": true,
	"docker-compose": true, "doas": true, "firejail": true, "flatpak": true, "ip": true, "kubectl": true, "lxc": true, "lxc-start": true,
	"machinectl": true, "nerdctl": true, "nsenter": true, "podman": true, "podman-compose": true, "privbind": true, "runc": true,
	"runuser": true, "setpriv": true, "singularity": true, "snap": true, "ssh": true, "su": true, "sudo": true, "systemd-nspawn": true,
	"systemd-run": true, "unshare": true,
}

// listeners returns the addresses that the command lines of a unit name.
func (s *subject) listeners() []listener {
	var found []listener
	for _, r := range s.runs {
		if passesOn[r.name] {
			continue
		}
		known := servers[r.name]
		positional := known.first
		for i := 0; i < len(r.args); i++ {
			arg := r.args[i]
			if !arg.Known {
				continue
			}
			if positional && arg.Text != "" && strings.Trim(arg.Text, "0123456789") == "" {
				positional = false
				found = r.listen(found, arg, "port "+arg.Text, true)
				continue
			}
			option, word, joined := arg.Text, program.Word{}, false
			if eq := strings.IndexByte(arg.Text, '='); eq > 0 && strings.HasPrefix(arg.Text, "-") {
				option, word, joined = arg.Text[:eq], arg.Slice(eq+1, len(arg.Text)), true
			}
			bare := strings.TrimPrefix(strings.TrimPrefix(option, "-"), "-")
			isPort := slices.Contains(known.port, option) || portOptions[bare] && bare != option
			isAddress := slices.Contains(known.address, option) || listenOptions[bare] && bare != option
			if !isPort && !isAddress {
				continue
			}
			if !joined {
				if i+1 >= len(r.args) {
					break
				}
				i++
				word = r.args[i]
			}
			if word.Known {
				found = r.listen(found, word, option+" "+word.Text, isPort)
			}
		}
	}
	for _, e := range s.effects(python.Listen) {
		if e.Port != 0 {
			found = append(found, listener{ran: e.ran, says: e.Call + " on port " + strconv.Itoa(e.Port), evidence: e.evidence, port: e.Port})
		}
	}
	return found
}

// effect is something that a Python program does on its way to being up, whatever
// happens.
type effect struct {
	python.Effect
	ran
	evidence
}

// effects returns what the Python programs of a unit do of a kind.
func (s *subject) effects(kind python.EffectKind) []effect {
	var found []effect
	for _, prog := range s.set.Python(s.Unit) {
		i := slices.IndexFunc(s.runs, func(r ran) bool { return r.Run == prog.Run })
		if i < 0 {
			continue // outside of the sandbox
		}
		r := s.runs[i]
		r.name = path.Base(prog.Run.Entry.Word.Text)
		for _, e := range prog.Effects {
			if e.Kind != kind || e.Maybe || e.Guarded || e.When == python.Later {
				continue
			}
			place, _ := r.at(prog.Run.Entry.Word, "")
			found = append(found, effect{e, r, evidence{place, e.Chain}})
		}
	}
	return found
}

// listen adds what an address says, if it can be read.
func (r ran) listen(found []listener, word program.Word, says string, isPort bool) []listener {
	for text := range strings.SplitSeq(word.Text, ",") {
		place, _ := r.at(word, "")
		l := listener{ran: r, says: says, evidence: evidence{Place: place}}
		text = strings.TrimSpace(text)
		if _, rest, ok := strings.Cut(text, "://"); ok {
			text = strings.TrimSuffix(rest, "/")
		}
		if rest, ok := strings.CutPrefix(text, "unix:"); ok || strings.HasPrefix(text, "/") {
			l.path = rest
			if !ok {
				l.path = text
			}
			found = append(found, l)
			continue
		}
		host, port := "", text
		if i := strings.LastIndexByte(text, ':'); i >= 0 && !isPort {
			host, port = strings.Trim(text[:i], "[]"), text[i+1:]
		}
		n, err := strconv.ParseUint(port, 10, 16)
		if err != nil {
			continue
		}
		l.host, l.port = host, int(n)
		found = append(found, l)
	}
	return found
}

// remote is an address that a program is given to connect to.
type remote struct {
	// says names the address and where it stands.
	says string
	// unix says that it is a socket in the file system.
	unix bool
	evidence
}

// clientSchemes are those of addresses that nobody writes but to connect to them.
var clientSchemes = []string{
	"amqp", "amqps", "clickhouse", "kafka", "ldap", "ldaps", "memcached", "mongodb", "mongodb+srv", "mqtt", "mqtts", "mysql", "nats",
	"postgres", "postgresql", "redis", "rediss", "smtp", "smtps", "unix", "ws", "wss",
}

// fetchers are programs whose arguments are addresses to fetch.
var fetchers = []string{"curl", "wget"}

// remotes returns the addresses of services that the command lines and the
// environment of a unit name.
func (s *subject) remotes() []remote {
	var found []remote
	for _, r := range s.runs {
		if passesOn[r.name] {
			continue
		}
		for _, arg := range r.args {
			text := arg.Text
			if strings.HasPrefix(text, "-") {
				_, text, _ = strings.Cut(text, "=")
			}
			scheme, ok := remoteScheme(text)
			web := scheme == "http" || scheme == "https"
			if !ok || !arg.Known || web && !slices.Contains(fetchers, r.name) {
				continue
			}
			p, _ := r.at(arg, "")
			found = append(found, remote{r.name + " is given " + redacted(text), scheme == "unix", evidence{Place: p}})
		}
	}
	for _, e := range s.effects(python.Connect) {
		if e.Host != "" {
			found = append(found, remote{e.name + " connects to " + e.Host, false, e.evidence})
		}
	}
	if len(s.runs) == 0 {
		return found
	}
	for _, v := range s.runs[0].Env.All() {
		if v.State != environment.Set || !v.Known || v.Overridable || v.Place.File == nil || v.Origin != environment.FromUnit && v.Origin != environment.FromFile {
			continue
		}
		scheme, ok := remoteScheme(v.Value)
		web := scheme == "http" || scheme == "https"
		if !ok || web && !strings.HasSuffix(v.Name, "_URL") && !strings.HasSuffix(v.Name, "_ENDPOINT") {
			continue
		}
		found = append(found, remote{v.Name + " is " + redacted(v.Value), scheme == "unix", evidence{Place: lint.Place{File: v.Place.File, Span: v.Place.Span}}})
	}
	return found
}

// remoteScheme returns the scheme of an address to connect to.
func remoteScheme(text string) (scheme string, ok bool) {
	scheme, rest, found := strings.Cut(text, "://")
	if !found || rest == "" {
		return "", false
	}
	return scheme, slices.Contains(clientSchemes, scheme) || scheme == "http" || scheme == "https"
}

// redacted is an address without the password in it.
func redacted(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return "an address"
	}
	return u.Redacted()
}
