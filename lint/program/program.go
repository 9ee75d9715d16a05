// Package program says what a unit runs: from an Exec setting over systemd's own
// expansions, wrappers such as env(1), shells and their scripts to the programs,
// each with its arguments, its directory and its environment, and the place where
// every word of it is written.
//
// What depends on more than the files that may be read is unknown, and stays so.
package program

import (
	"path"
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint/host"
	"github.com/unitvet/unitvet/lint/program/environment"
	"github.com/unitvet/unitvet/lint/program/shell"
	"github.com/unitvet/unitvet/lint/unit"
	"github.com/unitvet/unitvet/lint/value"
)

// Unit is what a unit runs.
type Unit struct {
	*unit.Unit
	// Section is the one with the commands: "Service", "Socket" and so on; "" for
	// units without commands.
	Section string
	// Env is the environment of its commands.
	Env *environment.Environment
	// Dir is the working directory.
	Dir Dir
	// Elsewhere says that the commands see another root directory than the host's,
	// or may: RootDirectory=, RootImage=.
	Elsewhere bool
	// Commands in the order in which systemd runs them.
	Commands []*Command
	host     *host.Host
}

// Dir is a directory.
type Dir struct {
	// Path is absolute, specifiers expanded.
	Path  string
	Known bool
	// Setting is WorkingDirectory=; nil if it is not set.
	Setting *unit.Setting
	// Optional is the prefix "-".
	Optional bool
}

// Command is a command of an Exec setting.
type Command struct {
	// Setting and Key are where it stands.
	Setting unit.Setting
	Key     string
	// Exec is the command as systemd reads it.
	Exec value.Command
	// Program is its path with specifiers expanded; Args are the arguments after
	// expansion.
	Program Word
	Args    []Word
	// Runs are the programs that it comes to, through wrappers and shells: first the
	// program that systemd starts, then what that one runs, and so on.
	Runs []*Run
}

// Run is one program that a command starts.
type Run struct {
	// Program is the program as written, or the word of the script that runs it.
	Program Word
	// Args are its arguments.
	Args []Word
	// Dir is the directory in which it runs.
	Dir Dir
	// Env is its environment.
	Env *environment.Environment
	// Via are the programs that it is run by, outermost first.
	Via []*Run
	// Conditional and Guarded are those of shell.Command: it may not be run; the
	// script expects it to fail.
	Conditional, Guarded bool
	// Background says that the shell does not wait for it.
	Background bool
	// Redirects are the files that the shell opens for its output.
	Redirects []Redirect

	// Entry is what the program is told to run; nil if it is no interpreter or
	// server that is known.
	Entry *Entry
	// Shell is the script or string that it reads, if it is a shell.
	Shell *Script
}

// Redirect is a file that a shell opens for writing.
type Redirect struct {
	Op string
	// Path is the file as written.
	Path Word
}

// Script is what a shell reads.
type Script struct {
	// Text is the string or the file.
	Text Word
	// Path is the file on the host, "" for a string.
	Path string
	*shell.Script
}

// execKeys are the settings with commands by section, in the order in which
// systemd runs them.
var execKeys = map[string][]string{
	"Service": {"ExecCondition", "ExecStartPre", "ExecStart", "ExecStartPost", "ExecReload", "ExecStop", "ExecStopPost"},
	"Socket":  {"ExecStartPre", "ExecStartPost", "ExecStopPre", "ExecStopPost"},
}

// Section returns the section of a unit in which its commands and their
// environment are set; "" for types without.
func Section(u *unit.Unit) string {
	switch u.Name.Type {
	case "service", "socket", "mount", "swap":
		return u.Name.Section()
	}
	return ""
}

// Of returns what a unit runs.
func Of(u *unit.Unit, h *host.Host) *Unit {
	p := &Unit{Unit: u, Section: Section(u), host: h}
	if p.Section == "" {
		return p
	}
	for _, key := range []string{"RootDirectory", "RootImage", "RootMStack", "MountImages", "ExtensionImages", "ExtensionDirectories"} {
		p.Elsewhere = p.Elsewhere || u.Value(p.Section, key) != ""
	}
	p.Env = environment.Of(u, p.Section, h)
	p.Dir = p.directory()
	for _, key := range execKeys[p.Section] {
		for _, s := range u.Settings(p.Section, key) {
			for _, c := range value.ParseExec(s.Value().String()).Commands {
				p.Commands = append(p.Commands, p.command(key, s, c))
			}
		}
	}
	return p
}

// directory is the working directory: that of WorkingDirectory=, the home of the
// user for "~", else the root directory for the system manager and the home of the
// user for a user's (systemd.exec(5)).
func (p *Unit) directory() Dir {
	setting, ok := p.Setting(p.Section, "WorkingDirectory")
	if !ok {
		return Dir{Path: "/", Known: p.Scope() == unit.ScopeSystem}
	}
	d := Dir{Setting: &setting}
	text, optional := strings.CutPrefix(setting.Value().String(), "-")
	d.Optional = optional
	if text == "~" {
		d.Path = p.host.Home(p.User())
		d.Known = d.Path != ""
		return d
	}
	expanded := p.Expand(text)
	d.Path, d.Known = value.SimplifyPath(expanded.Text), expanded.Known && value.CheckPath(expanded.Text) == nil
	return d
}

// User returns the user that the commands run as, "" if that is not known. The
// system manager's own is root.
func (p *Unit) User() string {
	setting, ok := p.Setting(p.Section, "User")
	switch {
	case p.Bool(p.Section, "DynamicUser", false):
		return ""
	case ok:
		if expanded := p.Expand(setting.Value().String()); expanded.Known {
			return expanded.Text
		}
		return ""
	case p.Scope() == unit.ScopeSystem:
		return "root"
	}
	return ""
}

// command expands a command as systemd does.
func (p *Unit) command(key string, s unit.Setting, c value.Command) *Command {
	cmd := &Command{Setting: s, Key: key, Exec: c, Program: settingWord(p.Unit, s, c.Path)}
	if len(c.Args) > 0 {
		cmd.Args = make([]Word, 0, len(c.Args))
	}
	for _, arg := range c.Args {
		w := settingWord(p.Unit, s, arg)
		if c.NoVariables || !strings.Contains(w.Text, "$") {
			cmd.Args = append(cmd.Args, w)
			continue
		}
		cmd.Args = append(cmd.Args, variables(w, p.Env)...)
	}
	if c.Shell || cmd.Program.Text == "" {
		return cmd
	}
	x := &expander{unit: p, command: cmd}
	x.run(&Run{Program: cmd.Program, Args: cmd.Args, Dir: p.Dir, Env: p.Env})
	return cmd
}

// Limits of how far commands are followed.
const (
	maxRuns  = 512
	maxDepth = 8
)

// expander follows what a command runs.
type expander struct {
	unit    *Unit
	command *Command
	scripts []string // that are being read
}

// run adds a program and what it runs.
func (x *expander) run(r *Run) {
	if len(x.command.Runs) >= maxRuns || len(r.Via) > maxDepth {
		return
	}
	x.command.Runs = append(x.command.Runs, r)
	if !r.Program.Known {
		return
	}
	if inner, ok := unwrap(r); ok {
		if inner != nil {
			inner.Via = append(slices.Clone(r.Via), r)
			x.run(inner)
		}
		return
	}
	r.Entry = entryOf(r)
	if r.Entry == nil {
		x.script(r, r.Program, r.Args)
		return
	}
	switch {
	case r.Entry.Kind == Inline && r.Entry.IsShell():
		x.shell(r, r.Entry.Word, "", r.Entry.Args)
	case r.Entry.Kind == File && r.Entry.IsShell():
		x.script(r, r.Entry.Word, r.Entry.Args)
	}
}

// Absolute returns a path as seen from the directory of a run.
func (r *Run) Absolute(p string) (string, bool) {
	switch {
	case strings.HasPrefix(p, "/"):
		return path.Clean(p), true
	case p == "" || strings.HasPrefix(p, "~") || !r.Dir.Known:
		return "", false
	}
	return path.Join(r.Dir.Path, p), true
}

// shell reads the text that a shell is given.
func (x *expander) shell(r *Run, text Word, file string, args []Word) {
	if !text.Known {
		return
	}
	c := shell.Context{Name: file, Dir: shell.Value{Text: r.Dir.Path, Known: r.Dir.Known}, Args: []shell.Value{}}
	if file == "" && len(args) > 0 {
		args = args[1:] // the first is $0
	}
	for _, arg := range args {
		c.Args = append(c.Args, shell.Value{Text: arg.Text, Known: arg.Known})
		if !arg.Known {
			c.Args = nil
			break
		}
	}
	c.Lookup = func(name string) shell.Value {
		v := r.Env.Lookup(name)
		return shell.Value{
			Text: v.Value, Unset: v.State == environment.Unset,
			Known: v.State == environment.Unset || v.State == environment.Set && v.Known && !v.Overridable,
		}
	}
	r.Shell = &Script{Text: text, Path: file, Script: shell.Read(text.Text, c)}
	via := append(slices.Clone(r.Via), r)
	for i := range r.Shell.Commands {
		x.shellCommand(r, via, text, &r.Shell.Commands[i])
	}
}

// shellCommand adds a command of a shell.
func (x *expander) shellCommand(r *Run, via []*Run, text Word, c *shell.Command) {
	inner := &Run{
		Via: via, Conditional: r.Conditional || c.Conditional, Guarded: r.Guarded || c.Guarded, Background: r.Background || c.Background,
		Dir: Dir{Path: c.Dir.Text, Known: c.Dir.Known, Setting: r.Dir.Setting}, Env: r.Env,
	}
	for _, redirect := range c.Redirects {
		inner.Redirects = append(inner.Redirects, Redirect{redirect.Op, shellWord(text, redirect.Path)})
	}
	if c.Open {
		inner.Env = inner.Env.Opened()
	}
	var changed []environment.Variable
	for _, a := range c.Env {
		w := shellWord(text, a.Word)
		changed = append(changed, environment.Variable{
			Name: a.Name, State: environment.Set, Value: a.Text, Known: a.Known, Origin: environment.FromCommand, Place: w.Place(),
		})
	}
	inner.Env = inner.Env.With(changed...)
	if len(c.Words) == 0 {
		if len(inner.Redirects) > 0 {
			x.command.Runs = append(x.command.Runs, inner)
		}
		return
	}
	inner.Program = shellWord(text, c.Words[0])
	if len(c.Words) > 1 {
		inner.Args = make([]Word, 0, len(c.Words)-1)
	}
	for _, w := range c.Words[1:] {
		inner.Args = append(inner.Args, shellWord(text, w))
	}
	x.run(inner)
}

// script reads the shell script that a program is, or is given, if it may be read.
func (x *expander) script(r *Run, w Word, args []Word) {
	file, ok := r.Absolute(w.Text)
	if !ok || !w.Known || x.unit.Elsewhere || slices.Contains(x.scripts, file) || len(x.scripts) > maxDepth {
		return
	}
	if w.Text == r.Program.Text && !strings.Contains(w.Text, "/") {
		return // looked up in PATH
	}
	if fact := x.unit.host.Path(file); fact.Answer != host.Yes || !fact.Mode.IsRegular() {
		return
	}
	read, ok := x.unit.host.Source(file)
	if !ok || len(read.Text) > shell.MaxSize || strings.IndexByte(read.Text, 0) >= 0 {
		return
	}
	if r.Entry == nil {
		r.Entry = shebang(r, read.Text)
		if r.Entry == nil {
			return
		}
		if !r.Entry.IsShell() {
			return
		}
	}
	x.scripts = append(x.scripts, file)
	x.shell(r, fileWord(read), file, args)
	x.scripts = x.scripts[:len(x.scripts)-1]
}
