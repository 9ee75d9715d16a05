package sandbox

import (
	_ "embed"
	"fmt"
	"path"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/sandbox"
	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/unit"
	"github.com/unitvet/unitvet/lint/value"
)

//go:embed missing_read_write_path.md
var missingReadWritePathPage string

// MissingReadWritePath finds paths that the program writes to, as the unit says,
// and that its sandbox makes read-only (systemd.exec(5), "Sandboxing").
var MissingReadWritePath = &lint.Rule{
	ID:        "missing-read-write-path",
	Summary:   "a file that the service writes lies where its sandbox is read-only",
	Category:  "sandbox",
	Severity:  lint.Warning,
	Since:     "0.1.0",
	Page:      missingReadWritePathPage,
	CheckUnit: missingReadWritePath,
}

func missingReadWritePath(p *lint.UnitPass) {
	s, ok := lookOnce(p)
	if !ok {
		return
	}
	w := &writes{UnitPass: p, subject: s, seen: map[string]bool{}}
	w.pidFile()
	w.shell()
	if s.elsewhere {
		return
	}
	w.programs()
	for _, c := range s.confined {
		if c.later {
			continue // these read what the main process has written
		}
		for option := range options(c.Command) {
			if isWrittenBy(c.Command, option.name) {
				w.check(c.setting, option, fmt.Sprintf("%s= passes %s", c.setting.Key().String(), option.name))
			}
		}
	}
	for _, setting := range s.Settings(s.section, "Environment") {
		assignments, _ := value.ParseEnvironment(setting.Value().String())
		for _, a := range assignments {
			if is, _ := isWritten(a.Name.Text); is {
				w.check(setting, named{a.Name.Text, a.Value}, "Environment= sets "+a.Name.Text+" to")
			}
		}
	}
}

// logReaders are programs that read the logs of others.
var logReaders = map[string]bool{
	"awstats": true, "crowdsec": true, "fail2ban-server": true, "fluent-bit": true, "goaccess": true, "journalctl": true,
	"logcheck": true, "logrotate": true, "logstash": true, "logwatch": true, "mtail": true, "promtail": true, "tail": true,
	"vector": true, "zcat": true,
}

// isWrittenBy is isWritten for an option of a command.
func isWrittenBy(c value.Command, option string) bool {
	program := path.Base(c.Path.Text)
	if logReaders[program] || strings.Contains(program, "exporter") {
		return false
	}
	is, _ := isWritten(option)
	return is
}

// writes collects what a unit says that its program writes.
type writes struct {
	*lint.UnitPass
	*subject
	seen map[string]bool // paths that were reported
}

// pidFile checks PIDFile=. systemd only reads the file; a service of Type=forking
// without it does not come up (service_load_pid_file in src/core/service.c).
func (w *writes) pidFile() {
	setting, ok := w.Setting("Service", "PIDFile")
	if !ok || w.Value("Service", "Type") != "forking" || !w.writesPIDFile() {
		return
	}
	word := value.Word{Text: setting.Value().String()}
	p := place{setting: setting, span: source.Span{End: len(word.Text)}}
	expanded := w.Expand(word.Text)
	if p.path = expanded.Text; !strings.HasPrefix(p.path, "/") {
		p.path = "/run/" + p.path
	}
	if !expanded.Known || value.CheckPath(p.path) != nil {
		return
	}
	verdict := w.see(p)
	if verdict.Access != sandbox.ReadOnly {
		return
	}
	w.report(p, verdict, "PIDFile", true, lint.Finding{
		Severity: lint.Error,
		Message: fmt.Sprintf("the program cannot write PIDFile=%s: %s, so systemd waits for the file until the start times out",
			word.Text, verdict.Because),
	})
}

// writesPIDFile reports whether it is left to commands in the sandbox to write
// the file: all of those that start the service.
func (w *writes) writesPIDFile() bool {
	confined := 0
	for _, c := range w.confined {
		if !c.later {
			confined++
		}
	}
	all := 0
	for _, e := range execKeys {
		if e.later {
			continue
		}
		for _, setting := range w.Settings(w.section, e.key) {
			all += len(value.ParseExec(setting.Value().String()).Commands)
		}
	}
	return confined == all
}

// check reports a value that names a read-only path.
func (w *writes) check(setting unit.Setting, n named, says string) {
	p, ok := w.locate(setting, n.value)
	if relative, isRelative := w.relative(n.name, n.value.Text); !ok && isRelative {
		p, ok = place{setting: setting, span: n.value.Sub(0, len(n.value.Text)), path: relative}, true
	}
	if !ok || isAPI(p.path) || w.isRead(n.name, p.path) {
		return
	}
	verdict := w.see(p)
	if verdict.Access != sandbox.ReadOnly || verdict.Mount == p.path && isExplicit(verdict.Setting) {
		return
	}
	w.report(p, verdict, n.name, isFile(n.name, n.value.Text), lint.Finding{
		Message: fmt.Sprintf("%s %q, but %s: the program gets EROFS, \"Read-only file system\"", says, n.value.Text, verdict.Because),
	})
}

// isRead reports whether a path that a name says is written is none that programs
// write to.
func (w *writes) isRead(name, p string) bool {
	_, strong := isWritten(name)
	switch path.Ext(p) {
	case ".cfg", ".conf", ".ini", ".properties", ".toml", ".xml", ".yaml", ".yml", ".so":
		return true
	case ".json":
		return strong
	}
	// What is written below /usr/share and /usr/lib lies behind a link.
	return below(p, "/usr/share") || below(p, "/usr/lib") || !strong && (below(p, "/etc") || below(p, "/usr"))
}

// isAPI reports whether a path is one of the kernel's, where writing makes no
// file.
func isAPI(p string) bool { return below(p, "/dev") || below(p, "/proc") || below(p, "/sys") }

// isExplicit reports whether a setting makes just the paths that it names
// read-only.
func isExplicit(setting *unit.Setting) bool {
	if setting == nil {
		return false
	}
	switch setting.Key().String() {
	case "ReadOnlyPaths", "ReadOnlyDirectories", "BindReadOnlyPaths":
		return true
	}
	return false
}

// below reports whether p is dir or lies below it.
func below(p, dir string) bool {
	return p == dir || strings.HasPrefix(p, strings.TrimSuffix(dir, "/")+"/")
}

// report reports a path once, with what helps.
func (w *writes) report(p place, verdict sandbox.Verdict, name string, file bool, f lint.Finding) {
	key := sandbox.Canonical(p.path)
	dir := key
	if file && !p.below {
		dir = path.Dir(key)
	}
	if w.seen[key] || w.seen[dir] && file {
		return
	}
	w.seen[key] = true
	f.Place = lint.AtWord(p.setting, p.span)
	f.Related = because(verdict)
	f.Help = advice(w.subject.Unit, key, dir, name)
	f.Fixes = open(p.setting, verdict, dir)
	w.Report(f)
}

// baseDirs are where systemd makes directories for services (systemd.exec(5),
// RuntimeDirectory=).
var baseDirs = []struct{ dir, setting string }{
	{"/run", "RuntimeDirectory"},
	{"/var/cache", "CacheDirectory"},
	{"/var/lib", "StateDirectory"},
	{"/var/log", "LogsDirectory"},
}

// advice says how a service gets to write a file or directory; dir is the
// directory that has to be writable.
func advice(u *unit.Unit, p, dir, name string) string {
	p, dir = sandbox.Canonical(p), sandbox.Canonical(dir)
	if below(p, "/tmp") || below(p, "/var/tmp") {
		return "PrivateTmp=yes gives the service a /tmp and a /var/tmp of its own, which it can write"
	}
	for _, base := range baseDirs {
		if !below(p, base.dir) {
			continue
		}
		if dir != base.dir {
			return fmt.Sprintf("add %s=%s, which makes %s for the service and leaves it writable; or, where the directory is there already, ReadWritePaths=%s",
				base.setting, dir[len(base.dir)+1:], dir, dir)
		}
		if p == dir {
			return fmt.Sprintf("%s= makes a directory below %s for the service and leaves it writable: add it and let %s name that", base.setting, dir, name)
		}
		own := u.Name.Prefix
		return fmt.Sprintf("add %s=%s, which makes %s/%s for the service and leaves it writable, and let %s name %s/%s/%s",
			base.setting, own, dir, own, name, dir, own, path.Base(p))
	}
	return fmt.Sprintf("add ReadWritePaths=%s; the directory has to be there before the service starts", dir)
}

// shared are directories that belong to all services: opening one of them opens
// everything.
var shared = map[string]bool{
	"/run/lock": true, "/usr/lib": true, "/usr/local": true, "/usr/share": true, "/var/cache": true, "/var/lib": true,
	"/var/lock": true, "/var/log": true, "/var/run": true, "/var/spool": true, "/var/tmp": true, "/run/user": true,
}

// open returns the fix that lets the service write to a directory. The "-" keeps a
// service that starts today from failing where the directory does not exist.
func open(evidence unit.Setting, verdict sandbox.Verdict, dir string) []lint.Fix {
	if strings.Count(dir, "/") < 2 || shared[dir] || below(dir, "/tmp") || below(dir, "/var/tmp") || !plain(dir) {
		return nil
	}
	after := evidence
	if verdict.Setting != nil && verdict.Setting.Part == evidence.Part {
		after = *verdict.Setting
	}
	text := after.Part.Source.Text
	end := after.Span().End
	eol := "\n"
	if strings.HasSuffix(text[:end], "\r\n") {
		eol = "\r\n"
	}
	line := "ReadWritePaths=-" + strings.ReplaceAll(dir, "%", "%%")
	if strings.HasSuffix(text[:end], "\n") {
		line += eol
	} else {
		line = eol + line
	}
	return []lint.Fix{{
		Title: "add ReadWritePaths=-" + dir,
		Safe:  true,
		Edits: []lint.Edit{{Place: lint.At(after.Part, source.Span{Start: end, End: end}), Text: line}},
	}}
}

// plain reports whether a path can stand in a list of paths as it is.
func plain(p string) bool {
	return !strings.ContainsFunc(p, func(c rune) bool {
		return c <= ' ' || c == 0x7f || strings.ContainsRune("\"'\\", c)
	})
}
