package sandbox

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/program"
	"github.com/unitvet/unitvet/lint/sandbox"
	"github.com/unitvet/unitvet/lint/unit"
	"github.com/unitvet/unitvet/lint/value"
)

//go:embed hidden_path.md
var hiddenPathPage string

// HiddenPath finds what a unit needs and its sandbox hides (systemd.exec(5),
// "Sandboxing").
var HiddenPath = &lint.Rule{
	ID:        "hidden-path",
	Summary:   "the sandbox hides a path that the service needs",
	Category:  "sandbox",
	Severity:  lint.Error,
	Since:     "0.1.0",
	Page:      hiddenPathPage,
	CheckUnit: hiddenPath,
}

func hiddenPath(p *lint.UnitPass) {
	s, ok := lookOnce(p)
	if !ok {
		return
	}
	h := &hidden{p, s}
	h.workingDirectory()
	for _, c := range s.confined {
		h.program(c)
		if runsElsewhere(c.Command) {
			continue
		}
		h.script(c)
		h.options(c)
	}
	h.shell()
	if !s.elsewhere {
		h.environment()
	}
}

// hidden looks for what a unit needs.
type hidden struct {
	*lint.UnitPass
	*subject
}

// gone reports whether a path is not there for the service. certainly also counts
// what the service could have put there itself.
func gone(verdict sandbox.Verdict, certainly bool) bool {
	return verdict.Access == sandbox.Hidden || verdict.Empty && certainly
}

// workingDirectory checks WorkingDirectory=, which systemd changes to for each
// command, before anything can have made it.
func (h *hidden) workingDirectory() {
	setting, ok := h.Setting(h.section, "WorkingDirectory")
	if !ok || strings.HasPrefix(setting.Value().String(), "-") {
		return
	}
	text := setting.Value().String()
	p, ok := h.whole(setting)
	if !ok {
		return
	}
	verdict := h.see(p)
	if !gone(verdict, true) {
		return
	}
	if !p.below && verdict.Mount == sandbox.Canonical(p.path) && h.runsAsRoot() {
		return // the hidden directory itself is there, and root may enter it
	}
	h.report(p, verdict, lint.Finding{
		Message: fmt.Sprintf("WorkingDirectory=%s cannot be entered: %s", text, verdict.Because),
		Result:  "200/CHDIR",
	})
}

// whole is locate for a setting whose value is a path.
func (h *hidden) whole(setting unit.Setting) (place, bool) {
	text := setting.Value().String()
	words, _ := value.Strv(text)
	if len(words) != 1 || words[0].Text != text {
		return place{}, false
	}
	return h.locate(setting, words[0])
}

// runsAsRoot reports whether the service may run as root.
func (h *hidden) runsAsRoot() bool {
	user := h.Value(h.section, "User")
	return !h.Bool(h.section, "DynamicUser", false) && (user == "" || user == "root" || user == "0" || strings.Contains(user, "%"))
}

// program checks the path of a command. In a directory that starts out empty a
// command before it may have put it there.
func (h *hidden) program(c command) {
	if c.IgnoreFailure || c.Shell {
		return
	}
	p, ok := h.locate(c.setting, c.Path)
	if !ok {
		return
	}
	verdict := h.see(p)
	if !gone(verdict, c.first) {
		return
	}
	severity := lint.Error
	if c.later {
		severity = lint.Warning
	}
	h.report(p, verdict, lint.Finding{
		Severity: severity,
		Message:  fmt.Sprintf("%s=%s cannot be run: %s", c.setting.Key().String(), c.Path.Text, verdict.Because),
		Result:   "203/EXEC",
	})
}

// script checks the script that an interpreter is given.
func (h *hidden) script(c command) {
	interpreter, word, ok := scriptOf(c.Command)
	if !ok {
		return
	}
	p, ok := h.locate(c.setting, word)
	if !ok {
		return
	}
	verdict := h.see(p)
	if !gone(verdict, c.first) {
		return
	}
	severity := lint.Error
	if c.later || c.IgnoreFailure {
		severity = lint.Warning
	}
	h.report(p, verdict, lint.Finding{
		Severity: severity,
		Message:  fmt.Sprintf("%s does not find the script %s: %s", interpreter, word.Text, verdict.Because),
	})
}

// options checks the options of a command that name configuration files, or files
// that the program writes.
func (h *hidden) options(c command) {
	for option := range options(c.Command) {
		says := fmt.Sprintf("%s= passes %s", c.setting.Key().String(), option.name)
		severity := lint.Error
		if c.later || c.IgnoreFailure {
			severity = lint.Warning
		}
		h.named(c.setting, option, says, severity)
	}
}

// searchPaths are variables with lists of directories in which an interpreter
// looks for what it loads.
var searchPaths = map[string]bool{
	"CLASSPATH": true, "LD_LIBRARY_PATH": true, "NODE_PATH": true, "PERL5LIB": true, "PYTHONPATH": true, "RUBYLIB": true,
}

// environment checks the variables that the unit sets.
func (h *hidden) environment() {
	if !slices.ContainsFunc(h.confined, func(c command) bool { return c.setting.Key().String() == "ExecStart" }) {
		return
	}
	for _, setting := range h.Settings(h.section, "Environment") {
		assignments, _ := value.ParseEnvironment(setting.Value().String())
		for _, a := range assignments {
			if searchPaths[a.Name.Text] {
				h.searchPath(setting, a)
				continue
			}
			h.named(setting, named{a.Name.Text, a.Value}, "Environment= sets "+a.Name.Text+" to", lint.Warning)
		}
	}
}

// searchPath checks each entry of a list of directories. Where others remain, the
// program may do without.
func (h *hidden) searchPath(setting unit.Setting, a value.Assignment) {
	type entry struct {
		place
		sandbox.Verdict
	}
	var missing []entry
	others := false
	text := a.Value.Text
	for start := 0; start <= len(text); {
		end := len(text)
		if n := strings.IndexByte(text[start:], ':'); n >= 0 {
			end = start + n
		}
		p, ok := h.locate(setting, a.Value.Slice(start, end))
		if ok && gone(h.see(p), false) {
			missing = append(missing, entry{p, h.see(p)})
		} else if end > start {
			others = true
		}
		start = end + 1
	}
	severity := lint.Error
	if others || a.Name.Text == "LD_LIBRARY_PATH" {
		severity = lint.Warning
	}
	for _, e := range missing {
		h.report(e.place, e.Verdict, lint.Finding{
			Severity: severity,
			Message:  fmt.Sprintf("Environment= puts %s on %s, but %s", e.text(), a.Name.Text, e.Because),
		})
	}
}

// named checks a value with a name.
func (h *hidden) named(setting unit.Setting, n named, says string, severity lint.Severity) {
	p, ok := h.locate(setting, n.value)
	if !ok || isAPI(p.path) {
		return
	}
	verdict := h.see(p)
	if !gone(verdict, false) {
		return
	}
	written, _ := isWritten(n.name)
	switch {
	case isConfiguration(n.name, p.path):
		h.report(p, verdict, lint.Finding{
			Severity: severity,
			Message:  fmt.Sprintf("%s %q, but %s", says, n.value.Text, verdict.Because),
		})
	case written:
		h.report(p, verdict, lint.Finding{
			Severity: lint.Warning,
			Message:  fmt.Sprintf("%s %q, which cannot be written: %s", says, n.value.Text, verdict.Because),
		})
	}
}

// report reports a path with what helps and with the settings that do not.
func (h *hidden) report(p place, verdict sandbox.Verdict, f lint.Finding) {
	f.Place = lint.AtWord(p.setting, p.span)
	f.Help = remedy(verdict, p)
	f.Related = append(because(verdict), h.inVain(p, verdict)...)
	h.Report(f)
}

// remedy says how a path is brought back.
func remedy(verdict sandbox.Verdict, p place) string {
	key := ""
	if verdict.Setting != nil {
		key = verdict.Setting.Key().String()
	}
	switch key {
	case "ProtectHome":
		if !verdict.Empty {
			return "ProtectHome=read-only leaves it visible; ProtectHome=tmpfs hides the rest and lets BindPaths= or BindReadOnlyPaths= bring back what the service needs"
		}
		return fmt.Sprintf("add BindReadOnlyPaths=%s, or BindPaths= if the service writes there", p.path)
	case "PrivateTmp", "DynamicUser":
		return "keep it outside of /tmp and /var/tmp"
	case "TemporaryFileSystem":
		return fmt.Sprintf("add BindReadOnlyPaths=%s, or BindPaths= if the service writes there", p.path)
	}
	return "take the path off " + key + "=, or keep what the service needs elsewhere"
}

// inVain returns the settings that seem to bring a path back and do not: what
// they open has to be visible.
func (h *hidden) inVain(p place, verdict sandbox.Verdict) []lint.Related {
	var found []lint.Related
	for _, key := range []string{"ReadWritePaths", "ReadWriteDirectories", "ReadOnlyPaths", "ReadOnlyDirectories", "BindPaths", "BindReadOnlyPaths"} {
		for _, setting := range h.Settings(h.section, key) {
			for _, entry := range entriesOf(setting) {
				target := h.Expand(entry.target.Text)
				if !target.Known || !below(p.path, target.Text) || !below(target.Text, verdict.Mount) {
					continue
				}
				found = append(found, lint.Related{
					Place:   lint.AtWord(setting, entry.target.Sub(0, len(entry.target.Text))),
					Message: fmt.Sprintf("%s= does not bring it back", key),
				})
			}
		}
	}
	return found
}

// scriptOf returns the file that an interpreter is given to run, and the
// interpreter's name.
func scriptOf(c value.Command) (interpreter string, script value.Word, ok bool) {
	interpreter, i, ok := program.ScriptArgument(c)
	if !ok {
		return "", value.Word{}, false
	}
	return interpreter, c.Args[i], true
}
