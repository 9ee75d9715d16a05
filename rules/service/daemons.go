package service

import (
	"path"
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/program"
	"github.com/unitvet/unitvet/lint/source"
)

// daemon is what is known of a program that can run in the background.
//
// Options are "-f", alone or among other short ones; "--foreground"; "-o=x" for
// an option whose next word, or the rest after "=", is x; or a word such as
// "start".
type daemon struct {
	// forks says that it goes into the background unless told otherwise.
	forks bool
	// back and front are options that send it there, or keep it from going; front
	// wins.
	back, front []string
	// valued are its short options with a value, which end a cluster of them.
	valued string
	// config is its configuration file, where that decides as well; undecided says
	// that such a file decides and is not modelled.
	config    *config
	undecided bool
	// asked are options without which it does not send READY=1 to systemd, and
	// silent says that it never does.
	asked  []string
	silent bool
}

// config is a configuration file of words, a directive per line.
type config struct {
	// option names the file; "" for the first word that is no option.
	option string
	// path is the file where the command line names none, "" if there is none then.
	path string
	// forks is the directive for going into the background, and the word for it.
	forks, yes string
	// notify is the directive for telling systemd, and the words for it; with them the
	// program stays in the foreground.
	notify string
	told   []string
}

// redis is that of redis-server(1) and what came of it: redis.conf "daemonize" and
// "supervised"; the latter excludes the former (src/server.c).
var redis = daemon{
	back: []string{"--daemonize=yes"}, front: []string{"--daemonize=no", "--supervised=systemd", "--supervised=auto"},
	config: &config{forks: "daemonize", yes: "yes", notify: "supervised", told: []string{"systemd", "auto"}},
	asked:  []string{"--supervised=systemd", "--supervised=auto"},
}

const sshValued = "bcDEeFIiJLlMmOoPpQRSWw"

// daemons by name, with what says so.
var daemons = map[string]daemon{
	"apache2":        {forks: true, front: []string{"-DFOREGROUND", "-D=FOREGROUND", "-X", "-t", "-v", "-V", "-S"}},               // httpd(8)
	"apache2ctl":     {back: []string{"start"}, front: []string{"-DFOREGROUND", "-D=FOREGROUND"}},                                 // apachectl(8)
	"apachectl":      {back: []string{"start"}, front: []string{"-DFOREGROUND", "-D=FOREGROUND"}},                                 // apachectl(8)
	"atd":            {forks: true, front: []string{"-f", "-d"}, valued: "lb"},                                                    // atd(8)
	"autossh":        {back: []string{"-f"}, valued: sshValued},                                                                   // autossh(1)
	"catalina.sh":    {back: []string{"start"}},                                                                                   // its usage text
	"chronyd":        {forks: true, front: []string{"-n", "-d", "-q", "-Q", "-p", "-U"}, valued: "fFLlPrstuw"},                    // chronyd(8)
	"cron":           {forks: true, front: []string{"-f", "-n"}, valued: "L"},                                                     // cron(8)
	"crond":          {forks: true, front: []string{"-f", "-n", "-d", "-x"}, valued: "mLlc"},                                      // crond(8)
	"daemonize":      {forks: true},                                                                                               // daemonize(1)
	"dhcpd":          {forks: true, front: []string{"-f", "-d", "-t", "-T"}},                                                      // dhcpd(8)
	"dnsmasq":        {undecided: true, front: []string{"-k", "--keep-in-foreground", "-d", "--no-daemon"}},                       // dnsmasq(8)
	"dovecot":        {forks: true, front: []string{"-F", "-n", "-a"}, valued: "c"},                                               // dovecot(1)
	"elasticsearch":  {back: []string{"-d", "--daemonize"}},                                                                       // its usage text
	"gunicorn":       {back: []string{"-D", "--daemon"}, undecided: true},                                                         // docs.gunicorn.org, "daemon"; systemd since 20.0
	"haproxy":        {back: []string{"-D"}, front: []string{"-db", "-W", "-Ws"}, undecided: true, asked: []string{"-Ws"}},        // haproxy(1)
	"httpd":          {forks: true, front: []string{"-DFOREGROUND", "-D=FOREGROUND", "-X", "-t", "-v", "-V", "-S", "-f"}},         // httpd(8); -f of BusyBox
	"irqbalance":     {forks: true, front: []string{"-f", "--foreground", "-d", "--debug", "-o", "--oneshot"}},                    // irqbalance(1)
	"keepalived":     {forks: true, front: []string{"-n", "--dont-fork", "-t", "-v"}},                                             // keepalived(8)
	"keydb-server":   redis,                                                                                                       // as redis-server
	"lighttpd":       {forks: true, front: []string{"-D", "-t", "-tt", "-p", "-1"}, valued: "fm"},                                 // lighttpd(8)
	"memcached":      {back: []string{"-d", "--daemon"}, valued: "aAbBcfIlLmnoPpRsStUuY"},                                         // memcached(1)
	"mongod":         {back: []string{"--fork"}, undecided: true},                                                                 // mongod(1)
	"mosquitto":      {back: []string{"-d", "--daemon"}, valued: "cp"},                                                            //nolint:misspell // the name of the program, mosquitto(8)
	"mysqld":         {back: []string{"--daemonize", "-D"}, undecided: true},                                                      // mysqld --help
	"named":          {forks: true, front: []string{"-f", "-g", "-v", "-V"}, valued: "acdDELMmnpStTUuxX"},                         // named(8)
	"nginx":          {forks: true, front: []string{"-g=daemon off;", "-t", "-T", "-v", "-V"}, config: nginxConfig, silent: true}, // nginx.org, "daemon"
	"ntpd":           {forks: true, front: []string{"-n", "--nofork", "-d", "-q", "--quit"}},                                      // ntpd(8)
	"openvpn":        {back: []string{"--daemon"}, undecided: true},                                                               // openvpn(8)
	"pg_ctl":         {back: []string{"start"}},                                                                                   // pg_ctl(1)
	"php-fpm":        {back: []string{"-D", "--daemonize"}, front: []string{"-F", "--nodaemonize"}, undecided: true},              // php-fpm(8)
	"pm2":            {back: []string{"start", "resurrect"}, front: []string{"--no-daemon"}},                                      // pm2 --help
	"redis-server":   redis,                                                                                                       // redis.conf
	"rsync":          {back: []string{"--daemon"}, front: []string{"--no-detach"}},                                                // rsync(1)
	"rsyslogd":       {forks: true, front: []string{"-n", "-N", "-v"}, valued: "fiuCM"},                                           // rsyslogd(8)
	"screen":         {back: []string{"-dm", "-dmS"}},                                                                             // screen(1)
	"slapd":          {forks: true, front: []string{"-d", "-T"}},                                                                  // slapd(8)
	"smartd":         {forks: true, front: []string{"-n", "--no-fork", "-d", "--debug", "-q"}},                                    // smartd(8)
	"snmpd":          {forks: true, front: []string{"-f"}, valued: "ACcDgIiLlMmnpuxXP"},                                           // snmpd(8)
	"squid":          {forks: true, front: []string{"-N", "--foreground", "-z", "-k"}, valued: "adflnsuk"},                        // squid(8)
	"ssh":            {back: []string{"-f"}, valued: sshValued},                                                                   // ssh(1)
	"sshd":           {forks: true, front: []string{"-D", "-d", "-i", "-t", "-T"}, valued: "bCcEfghkopu"},                         // sshd(8)
	"supervisord":    {undecided: true, front: []string{"-n", "--nodaemon"}},                                                      // supervisord -h
	"tigervncserver": {forks: true, front: []string{"-fg"}},                                                                       // tigervncserver(1)
	"uwsgi":          {back: []string{"--daemonize", "-d", "--daemonize2"}, undecided: true},                                      // uwsgi --help
	"valkey-server":  redis,                                                                                                       // as redis-server
	"varnishd":       {forks: true, front: []string{"-F", "-d", "-C", "-V", "-x"}, valued: "abfhIijlMnPprsSTtW"},                  // varnishd(1)
	"x11vnc":         {back: []string{"-bg"}},                                                                                     // x11vnc(1)
	"zabbix_agentd":  {forks: true, front: []string{"-f", "--foreground", "-t", "-p"}, valued: "cRt"},                             // zabbix_agentd(8)
	"zabbix_proxy":   {forks: true, front: []string{"-f", "--foreground"}, valued: "cR"},                                          // zabbix_proxy(8)
	"zabbix_server":  {forks: true, front: []string{"-f", "--foreground"}, valued: "cR"},                                          // zabbix_server(8)
}

// nginxConfig is nginx.conf, "daemon".
var nginxConfig = &config{option: "-c", path: "/etc/nginx/nginx.conf", forks: "daemon", yes: "on"}

// started is the program that is a service's main process when it is started.
type started struct {
	command *program.Command
	run     *program.Run
	// name is the program's, without directory and version; args are its arguments.
	name string
	args []program.Word
	// whole says that all arguments are known.
	whole bool
	daemon
	known bool // the daemon
}

// started returns the program of the service's only command, seen through those that
// are replaced by it, such as env(1); nil if that is not known.
func (s *subject) started() *started {
	var only *program.Command
	for _, c := range s.set.Program(s.Unit).Commands {
		if c.Key != "ExecStart" {
			continue
		}
		if only != nil {
			return nil
		}
		only = c
	}
	if only == nil {
		return nil
	}
	var main *program.Run
	for _, r := range only.Runs {
		if !slices.ContainsFunc(r.Via, func(v *program.Run) bool { return v.Shell != nil }) {
			main = r
		}
	}
	if main == nil || !main.Program.Known {
		return nil
	}
	m := &started{command: only, run: main, name: path.Base(main.Program.Text), args: main.Args}
	switch e := main.Entry; {
	case e == nil:
	case e.Server != "":
		m.name, m.args = e.Server, e.Args
	case e.Kind == program.Module:
		m.name, m.args = e.Word.Text, e.Args
	}
	if name := strings.TrimRight(m.name, "0123456789."); name == "php-fpm" {
		m.name = name
	}
	m.whole = !slices.ContainsFunc(m.args, func(w program.Word) bool { return !w.Known })
	m.daemon, m.known = daemons[m.name]
	return m
}

// finding is what makes a program do something: an option, a line of a file, or
// nothing but its habit.
type finding struct {
	lint.Place
	// text is how messages name it.
	text string
}

// quoted is the text in quotes, unless it brings some.
func (f finding) quoted() string {
	if strings.Contains(f.text, `"`) {
		return f.text
	}
	return `"` + f.text + `"`
}

// background says whether the program goes into the background; ok is false where
// that is not known. The finding is what says so, without a place if it is only what
// the program does by itself.
func (s *subject) background(m *started) (forks bool, why finding, ok bool) {
	if !m.known {
		return false, finding{}, false
	}
	if at, found := m.option(m.front); found {
		return false, at, true
	}
	if at, found := m.option(m.back); found {
		return true, at, m.whole
	}
	if m.config != nil && m.whole {
		f, read := s.configuration(m)
		if !read {
			return false, finding{}, false
		}
		if f.notify.text != "" && slices.Contains(m.config.told, f.told) {
			return false, f.notify, true
		}
		if f.forks.text != "" {
			return f.forked == m.config.yes, f.forks, true
		}
	}
	return m.forks, finding{text: m.name}, m.whole && !m.undecided
}

// option returns the first of some options that the program is given.
func (m *started) option(options []string) (finding, bool) {
	for i, arg := range m.args {
		for _, option := range options {
			if m.isOption(i, option) {
				text := arg.Text
				if _, _, valued := cutOption(option); valued {
					text = spaced(option)
				}
				return finding{Place: at(arg), text: text}, true
			}
		}
	}
	return finding{}, false
}

// isOption reports whether a word of the command line is an option.
func (m *started) isOption(i int, option string) bool {
	text := m.args[i].Text
	name, want, valued := cutOption(option)
	switch {
	case valued:
		got := ""
		if text == name && i+1 < len(m.args) {
			got = m.args[i+1].Text
		} else if rest, ok := strings.CutPrefix(text, name+"="); ok {
			got = rest
		}
		return got == want || strings.Contains(want, " ") && strings.Contains(got, want)
	case text == option || strings.HasPrefix(option, "--") && strings.HasPrefix(text, option+"="):
		return true
	case m.valued == "" || len(option) != 2 || option[0] != '-' || len(text) < 3 || text[0] != '-' || text[1] == '-':
		return false
	}
	// Among other short options, up to one with a value.
	for _, letter := range text[1:] {
		if byte(letter) == option[1] {
			return true
		}
		if strings.ContainsRune(m.valued, letter) {
			break
		}
	}
	return false
}

// configured is what a configuration file says.
type configured struct {
	file          string
	forked, told  string // the words
	forks, notify finding
}

// configuration reads the configuration file of a program; ok is false if there is
// one and it was not read in full. Without one, nothing is configured.
func (s *subject) configuration(m *started) (c configured, ok bool) {
	c.file = m.config.path
	for i, arg := range m.args {
		switch { // of redis the file comes first
		case m.config.option == "" && i == 0 && !strings.HasPrefix(arg.Text, "-"):
			c.file = arg.Text
		case m.config.option != "" && arg.Text == m.config.option && i+1 < len(m.args):
			c.file = m.args[i+1].Text
		}
	}
	if c.file == "" {
		return c, true
	}
	name, absolute := m.run.Absolute(c.file)
	if !absolute {
		return c, false
	}
	text, report, read := s.set.Host.ReadFile(name)
	if !read || len(text) > maxConfig {
		return c, false
	}
	file := source.NewFile(report, text)
	included := false
	offset := 0
	for line := range strings.Lines(text) {
		start := offset + len(line) - len(strings.TrimLeft(line, " \t"))
		offset += len(line)
		words := strings.Fields(strings.TrimRight(strings.TrimSpace(line), ";"))
		if len(words) < 2 {
			continue
		}
		f := finding{text: words[0] + " " + words[1]}
		f.Place = lint.Place{File: file, Span: source.Span{Start: start, End: start + len(strings.TrimRight(line[start-(offset-len(line)):], " \t\r\n"))}}
		switch words[0] {
		case "include":
			included = true
		case m.config.forks:
			c.forked, c.forks = words[1], f
		case m.config.notify:
			c.told, c.notify = words[1], f
		}
	}
	// What nginx includes are modules and servers, where the directive has no place.
	return c, !included || m.config.path != ""
}

// maxConfig is the size in bytes of the longest configuration file that is read.
const maxConfig = 1 << 20

// at is the place of a word of a command line.
func at(w program.Word) lint.Place {
	p := w.Place()
	return lint.Place{File: p.File, Span: p.Span}
}

// cutOption splits an option of the table from the word that goes with it.
func cutOption(option string) (name, word string, valued bool) { return strings.Cut(option, "=") }

// spaced is an option of the table as it is written.
func spaced(option string) string {
	name, word, valued := cutOption(option)
	switch {
	case !valued:
		return option
	case strings.Contains(word, " "):
		return name + " \"" + word + "\""
	}
	return name + " " + word
}
