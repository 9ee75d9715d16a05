package sandbox

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/host"
	"github.com/unitvet/unitvet/lint/sandbox"
	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/unit"
	"github.com/unitvet/unitvet/lint/value"
)

//go:embed missing_sandbox_path.md
var missingSandboxPathPage string

// MissingSandboxPath finds paths that have to be there for a sandbox to be set up,
// and are not (systemd.exec(5), ReadWritePaths=, BindPaths=).
var MissingSandboxPath = &lint.Rule{
	ID:       "missing-sandbox-path",
	Summary:  "the sandbox cannot be set up without a path that is missing",
	Category: "sandbox",
	Severity: lint.Error,
	Since:    "0.1.0",
	Page:     missingSandboxPathPage,
	CheckSet: missingSandboxPath,
}

// hasSandboxKey reports whether there is anything to look at in a unit.
func hasSandboxKey(u *unit.Unit) bool {
	for setting := range u.All() {
		if slices.Contains(sandboxKeys, setting.Key().String()) {
			return true
		}
	}
	return false
}

func missingSandboxPath(p *lint.SetPass) {
	m := MakersOf(p.Set)
	for _, u := range p.Set.Units {
		if !hasSandboxKey(u) {
			continue
		}
		s, ok := look(p.Set, u)
		if !ok {
			continue
		}
		for _, key := range sandboxKeys {
			for _, setting := range u.Settings(s.section, key) {
				for _, e := range entriesOf(setting) {
					if f, ok := s.missing(m, setting, e); ok {
						p.Report(f)
					}
				}
			}
		}
	}
}

// sandboxKeys are the settings with paths that have to exist.
var sandboxKeys = []string{
	"BindPaths", "BindReadOnlyPaths", "ExecPaths", "InaccessibleDirectories", "InaccessiblePaths", "NoExecPaths",
	"ReadOnlyDirectories", "ReadOnlyPaths", "ReadWriteDirectories", "ReadWritePaths",
}

// entry is a path in such a setting.
type entry struct {
	// path is the path on the host, target the one that the service sees.
	path, target value.Word
	bind         bool
	optional     bool
}

// entriesOf returns the paths of a setting.
func entriesOf(setting unit.Setting) []entry {
	var found []entry
	if strings.HasPrefix(setting.Key().String(), "Bind") {
		binds, _ := value.ParseBinds(setting.Value().String())
		for _, b := range binds {
			found = append(found, entry{b.Source, b.Destination, true, b.IgnoreMissing})
		}
		return found
	}
	paths, _ := value.ParsePaths(setting.Value().String())
	for _, p := range paths {
		found = append(found, entry{p.Path, p.Path, false, p.IgnoreMissing})
	}
	return found
}

// missing returns the finding about an entry whose path is missing.
func (s *subject) missing(m *Makers, setting unit.Setting, e entry) (lint.Finding, bool) {
	expanded, target := s.Expand(e.path.Text), s.Expand(e.target.Text)
	if e.optional || !expanded.Known || !target.Known || value.CheckPath(expanded.Text) != nil {
		return lint.Finding{}, false
	}
	verdict := s.view.Path(target.Text)
	switch {
	case !e.bind && !s.view.Needs(target.Text), verdict.Access == sandbox.Unknown:
		return lint.Finding{}, false
	case e.bind && verdict.Access == sandbox.Hidden && !verdict.Empty:
		return lint.Finding{}, false // dropped with what lies above
	}
	f := lint.Finding{
		Unit:   s.ID,
		Place:  lint.AtWord(setting, textOf(e.path)),
		Result: "226/NAMESPACE",
		Help:   "put - in front of the path if the service can do without it",
		Fixes:  []lint.Fix{makeOptional(setting, e)},
	}
	says := setting.Key().String() + "=" + e.path.Text
	if !e.bind && verdict.Empty {
		f.Message = fmt.Sprintf("%s is not there when it is applied: %s", says, verdict.Because)
		f.Related = because(verdict)
		f.Help = "below an empty directory there is nothing to change: bring it back with BindPaths=, or take it off the list"
		if verdict.Access == sandbox.Writable {
			f.Help = fmt.Sprintf("the service may write to its own %s as it is: take the path off the list, or bring back the host's with BindPaths=", verdict.Mount)
		}
		return f, true
	}
	name := value.SimplifyPath(expanded.Text)
	switch fact := s.set.Host.Path(name); {
	case fact.Answer == host.No && !s.expects(name) && !m.Makes(s.Unit, name):
		f.Message = fmt.Sprintf("%s does not exist in %s, and nothing makes it", says, fact.Source)
	case fact.Answer == host.Unknown && s.isOwnRuntime(name) && !s.expects(name) && !m.Makes(s.Unit, name):
		f.Severity = lint.Warning
		f.Message = fmt.Sprintf("%s is gone after a reboot: /run starts out empty, and nothing makes the directory again", says)
		f.Help = fmt.Sprintf("add RuntimeDirectory=%s, which makes it whenever the service starts, or put - in front of the path", strings.TrimPrefix(name, "/run/"))
	default:
		return lint.Finding{}, false
	}
	return f, true
}

// textOf is where the text of a word stands in its value.
func textOf(w value.Word) source.Span { return w.Sub(0, len(w.Text)) }

// makeOptional returns the fix that puts "-" in front of an entry, and of a "+"
// that it has.
func makeOptional(setting unit.Setting, e entry) lint.Fix {
	at := setting.Value().Span(textOf(e.path)).Start
	if text := setting.Part.Source.Text; at > 0 && text[at-1] == '+' {
		at--
	}
	return lint.Fix{
		Title: "make the path optional with -",
		Safe:  true,
		Edits: []lint.Edit{{Place: lint.At(setting.Part, source.Span{Start: at, End: at}), Text: "-"}},
	}
}

// expects reports whether the unit starts only where a path exists, waits for a
// file system that has it, or may make it outside of its sandbox.
func (s *subject) expects(name string) bool {
	for _, e := range execKeys {
		for _, setting := range s.Settings(s.section, e.key) {
			for _, c := range value.ParseExec(setting.Value().String()).Commands {
				if !s.view.Confines(e.key, c) && strings.Contains(c.Span.Of(setting.Value().String()), name) {
					return true
				}
			}
		}
	}
	for setting := range s.All() {
		if setting.Section != "Unit" {
			continue
		}
		key, text := setting.Key().String(), setting.Value().String()
		switch {
		case strings.HasPrefix(key, "ConditionPath"), strings.HasPrefix(key, "ConditionDirectory"), strings.HasPrefix(key, "ConditionFile"),
			strings.HasPrefix(key, "AssertPath"), strings.HasPrefix(key, "AssertDirectory"), strings.HasPrefix(key, "AssertFile"):
			if !strings.HasPrefix(text, "!") && below(strings.TrimPrefix(text, "|"), name) {
				return true
			}
		case key == "RequiresMountsFor", key == "WantsMountsFor":
			words, _ := value.PathWords(text)
			for _, w := range words {
				if below(name, w.Text) || below(w.Text, name) {
					return true
				}
			}
		}
	}
	return false
}

// isOwnRuntime reports whether a path lies in a directory in /run that bears the
// leading word of the unit's name, and the unit is the project's own: no package of
// a distribution makes the directory then.
func (s *subject) isOwnRuntime(name string) bool {
	rest, ok := strings.CutPrefix(sandbox.Canonical(name), "/run/")
	if !ok {
		return false
	}
	first, _, _ := strings.Cut(rest, "/")
	own := s.Unit
	if own.Template != nil {
		own = own.Template
	}
	_, same := s.set.Family(own.ID)
	return same == own.ID && leadingWord(first) == leadingWord(own.Name.Prefix)
}

// leadingWord returns a name up to the first dash, underscore or dot.
func leadingWord(name string) string {
	if i := strings.IndexAny(name, "-_."); i > 0 {
		return name[:i]
	}
	return name
}
