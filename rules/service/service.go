// Package service holds the rules about services that systemd refuses to load, and
// about those that will not run, stop or come back as their unit says: what
// service_verify and unit_verify_contexts check (src/core/service.c,
// src/core/unit.c), and what nobody checks.
package service

import (
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/directive"
	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/unit"
	"github.com/unitvet/unitvet/lint/value"
)

// Rules returns the rules of the family.
func Rules() []*lint.Rule {
	return []*lint.Rule{
		DBusWithoutBusName,
		ForkingMismatch,
		InvalidCombination,
		InvalidOneshot,
		KillModeNone,
		MemoryLimitEqualsCache,
		MissingExecStart,
		MultipleExecStart,
		NobodyUser,
		NotifyMismatch,
		ObsoleteOutput,
		StartLimitNeverTrips,
		StartLimitTooTight,
	}
}

// refuses ends the messages about what systemd does not load.
const refuses = "systemd refuses to load the service"

// subject is a unit with commands as one release of systemd reads it.
type subject struct {
	*unit.Unit
	set     *lint.Set
	release int
	section string

	// starts are the commands of ExecStart= that systemd keeps.
	starts []command
	// fatal says that systemd refuses a command line, which is for other rules to
	// tell: how many commands were meant is not known.
	fatal bool
	// kind is the Type= in force, kindBy the setting that chooses it: Type= itself,
	// or what systemd derives it from; nil if nothing does.
	kind   string
	kindBy *unit.Setting
}

// command is a command and the setting that it stands in.
type command struct {
	value.Command
	setting unit.Setting
}

type subjectKey struct{}

// look returns the unit as a subject. It is nil if there is nothing to judge: the
// unit has no commands, was not read in full, or is not loaded anyway.
func look(p *lint.UnitPass) *subject {
	return lint.Once(p.Memo, subjectKey{}, func() *subject { return newSubject(p.Set, p.Unit) })
}

// lookService is look for rules about services only.
func lookService(p *lint.UnitPass) *subject {
	if p.Unit.Name.Type != "service" {
		return nil
	}
	return look(p)
}

func newSubject(set *lint.Set, u *unit.Unit) *subject {
	switch u.Name.Type {
	case "service", "socket", "mount", "swap":
	default:
		return nil
	}
	if u.State != unit.Loaded || !u.Known() {
		return nil
	}
	s := &subject{Unit: u, set: set, release: set.Release, section: u.Name.Section()}
	if u.Name.Type == "service" {
		s.starts = s.commands("ExecStart")
		s.fatal = s.refused()
		s.kind, s.kindBy = s.chooseKind()
	}
	return s
}

// commands returns the commands of a setting that systemd keeps.
func (s *subject) commands(key string) []command {
	var found []command
	for _, setting := range s.Settings(s.section, key) {
		for _, c := range value.ParseExec(setting.Value().String()).Commands {
			found = append(found, command{c, setting})
		}
	}
	return found
}

// refused reports whether systemd refuses a command line of the unit.
func (s *subject) refused() bool {
	for setting := range s.All() {
		if setting.Section != s.section || !strings.HasPrefix(setting.Key().String(), "Exec") {
			continue
		}
		d, ok := directive.Lookup(s.section, setting.Key().String())
		if !ok || d.Type != directive.TypeExecCommand {
			continue
		}
		for _, problem := range value.Check(d, setting.Value().String(), s.Context(value.FullTable), s.release) {
			if problem.Effect == value.Refuses {
				return true
			}
		}
	}
	return false
}

// credentialKeys are the settings that pass credentials to a unit
// (exec_context_has_credentials in src/core/execute.c).
var credentialKeys = []string{"LoadCredential", "LoadCredentialEncrypted", "SetCredential", "SetCredentialEncrypted", "ImportCredential"}

// Releases that changed what is checked or derived, as far as systemd 252, 254, 257
// and 262 tell: those between are not known to do either.
const (
	execForCredentials    = 257 // without Type=, credentials make it exec, commands or not
	contextsVerified      = 257 // unit_verify_contexts came
	pamWithoutPrivatePIDs = 262 // PAMName= and PrivatePIDs= exclude each other
	lastStricter          = 254 // of sockets, mounts and swaps, PAMName= takes KillMode=control-group only
	lastWithoutForce      = 254 // Type=oneshot and RestartForceExitStatus= exclude each other
)

// chooseKind returns the Type= in force (service_add_extras in src/core/service.c).
func (s *subject) chooseKind() (string, *unit.Setting) {
	if setting, ok := s.accepted("Type"); ok {
		return setting.Value().String(), &setting
	}
	if setting, ok := s.accepted("BusName"); ok {
		return "dbus", &setting
	}
	if s.release >= execForCredentials {
		for _, key := range credentialKeys {
			if settings := s.Settings(s.section, key); len(settings) > 0 {
				return "exec", &settings[0]
			}
		}
	}
	if len(s.starts) > 0 {
		return "simple", nil
	}
	return "oneshot", nil
}

// explained is the Type= in force with where it comes from, for messages.
func (s *subject) explained() string {
	switch {
	case s.kindBy == nil:
		return "Type=" + s.kind + ", the default,"
	case s.kindBy.Key().String() == "Type":
		return "Type=" + s.kind
	}
	return "Type=" + s.kind + ", which " + s.kindBy.Key().String() + "= implies,"
}

// accepted returns the assignment in the unit's own section that decides.
func (s *subject) accepted(key string) (unit.Setting, bool) {
	return s.Accepted(s.section, key, s.release)
}

// on returns the setting that switches a boolean on, if one does.
func (s *subject) on(key string) (unit.Setting, bool) {
	setting, ok := s.accepted(key)
	if !ok {
		return unit.Setting{}, false
	}
	yes, isBool := value.ParseBoolean(setting.Value().String())
	return setting, isBool && yes
}

// name is a directive of a section.
type name struct{ section, key string }

// latest returns the assignment that is applied last to one of several spellings of
// the same thing, as systemd accepts them.
func (s *subject) latest(names ...name) (unit.Setting, bool) {
	var accepted []unit.Setting
	for _, n := range names {
		if setting, ok := s.Accepted(n.section, n.key, s.release); ok {
			accepted = append(accepted, setting)
		}
	}
	var last unit.Setting
	for setting := range s.All() {
		if slices.Contains(accepted, setting) {
			last = setting
		}
	}
	return last, last.Assignment != nil
}

// span returns the time that a setting gives, in the unit of seconds.
func span(setting unit.Setting) value.Timespan {
	t, err := value.ParseTimespan(setting.Value().String(), value.Second)
	if err != nil {
		return 0 // cannot be: the setting was accepted
	}
	return t
}

// header returns the place of the unit's own section, for findings about what is
// not there.
func (s *subject) header() lint.Place {
	for _, section := range s.Fragment.Sections {
		if section.Name() == s.section {
			return lint.At(s.Fragment, section.Header.Name.Whole())
		}
	}
	return lint.Place{Path: s.Fragment.Source.Path}
}

// pretty is how a setting is quoted in messages.
func pretty(setting unit.Setting) string {
	return setting.Key().String() + "=" + setting.Value().String()
}

// related is a place of a setting's value with what it has to do with a finding.
func related(setting unit.Setting, message string) lint.Related {
	return lint.Related{Place: lint.AtValue(setting), Message: message}
}

// eol returns the line ending of a file.
func eol(part *unit.Part) string {
	if strings.Contains(part.Source.Text, "\r\n") {
		return "\r\n"
	}
	return "\n"
}

// insertAt returns the edit that puts a line before an offset of a file at which a
// line begins, or behind the file's last one.
func insertAt(part *unit.Part, offset int, line string) lint.Edit {
	text := part.Source.Text
	end := eol(part)
	if offset > 0 && offset == len(text) && !strings.HasSuffix(text, "\n") {
		line = end + line
	} else {
		line += end
	}
	return lint.Edit{Place: lint.At(part, source.Span{Start: offset, End: offset}), Text: line}
}

// status is an exit status or signal in a set.
type status struct {
	value.Word
	setting unit.Setting
}

// statuses returns the exit statuses and signals of a set that systemd takes.
func (s *subject) statuses(key string) []status {
	d, ok := directive.Lookup(s.section, key)
	if !ok {
		return nil
	}
	var found []status
	for _, setting := range s.Settings(s.section, key) {
		problems := value.Check(d, setting.Value().String(), s.Context(value.FullTable), s.release)
		for _, word := range value.Fields(setting.Value().String()) {
			if !slices.ContainsFunc(problems, func(p *value.Problem) bool { return p.Span.Contains(word.Span.Start) }) {
				found = append(found, status{word, setting})
			}
		}
	}
	return found
}
