package directive

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/directive"
	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/syntax"
	"github.com/unitvet/unitvet/lint/unit"
	"github.com/unitvet/unitvet/lint/value"
	"github.com/unitvet/unitvet/rules/install"
	syntaxrules "github.com/unitvet/unitvet/rules/syntax"
	"github.com/unitvet/unitvet/rules/trigger"
)

// The rules that share the problems of package value among them.
const (
	idDeprecatedDirective   = "deprecated-directive"
	idNeverElapsingCalendar = "never-elapsing-calendar"
	idInconsistentLimits    = "inconsistent-limits"
	idInvalidAddress        = "invalid-address"
	idInvalidCalendar       = "invalid-calendar"
	idInvalidPath           = "invalid-path"
	idInvalidSpecifier      = "invalid-specifier"
	idInvalidValue          = "invalid-value"
	idUnknownAddressFamily  = "unknown-address-family"
	idUnknownCapability     = "unknown-capability"
	idUnknownNamespace      = "unknown-namespace"
	idUnknownSyscall        = "unknown-syscall"
)

// ruleOfType are the rules for what is wrong with values of some types.
var ruleOfType = map[directive.Type]string{
	directive.TypeCalendar:          idInvalidCalendar,
	directive.TypeSocketAddress:     idInvalidAddress,
	directive.TypeSocketBind:        idInvalidAddress,
	directive.TypeIPPrefixList:      idInvalidAddress,
	directive.TypeInterfaceName:     idInvalidAddress,
	directive.TypeInterfaceNameList: idInvalidAddress,
	directive.TypeAddressFamilySet:  idUnknownAddressFamily,
	directive.TypeCapabilitySet:     idUnknownCapability,
	directive.TypeNamespaceSet:      idUnknownNamespace,
	directive.TypeSystemCallSet:     idUnknownSyscall,
	directive.TypePath:              idInvalidPath,
	directive.TypePathList:          idInvalidPath,
	directive.TypePathListFlags:     idInvalidPath,
	directive.TypeBindMountList:     idInvalidPath,
	directive.TypeConditionPath:     idInvalidPath,
	directive.TypeDirectoryList:     idInvalidPath,
	directive.TypeImageList:         idInvalidPath,
	directive.TypeMountSource:       idInvalidPath,
	directive.TypeTmpfsList:         idInvalidPath,
	directive.TypeEnum:              idInvalidPath, // StandardOutput=file:PATH
	directive.TypeOpenFile:          idInvalidPath,
	directive.TypeBPFProgram:        idInvalidPath,
	directive.TypeHexOrPath:         idInvalidPath,
	directive.TypeBase64OrPath:      idInvalidPath,
	directive.TypeCredential:        idInvalidPath,
	directive.TypeDeviceAllow:       idInvalidPath,
	directive.TypeDeviceBandwidth:   idInvalidPath,
	directive.TypeDeviceLatency:     idInvalidPath,
	directive.TypeDeviceWeight:      idInvalidPath,
	directive.TypeResourceLimit:     idInconsistentLimits,
}

// kindsOf are the problems that a rule tells, where it does not tell all of its
// types.
var kindsOf = map[string][]value.ProblemKind{
	idInconsistentLimits: {value.SoftOverHard},
	idInvalidPath: {
		value.PathNotAbsolute, value.PathNotRelative, value.PathNotNormalized, value.PathTooLong, value.PathReserved,
		value.PathInAPI,
	},
	idUnknownAddressFamily: {value.UnknownAddressFamily},
	idUnknownCapability:    {value.UnknownCapability},
	idUnknownNamespace:     {value.UnknownNamespace},
	idUnknownSyscall:       {value.UnknownSystemCall},
}

// ruleFor returns the rule that tells a problem with a value, "" if that is one of
// another family.
func ruleFor(s setting, problem *value.Problem) string {
	kind := problem.Kind
	switch {
	case kind == value.UnknownSpecifier:
		return idInvalidSpecifier
	case s.directive.Type == directive.TypeUnitList || s.directive.Type == directive.TypeUnitName:
		if word := around(s.text, problem.Span).Of(s.text); s.namesUnit(problem.Span.Of(s.text)) || strings.Contains(word, "%") && s.unit.ResolveName(word) == "" {
			return idInvalidValue // a unit that does not fit, or nobody knows which
		}
		return "" // invalid-unit-name
	case kind == value.MissingEquals && s.directive.Type == directive.TypeEnvironmentAssignments && s.continues(problem):
		return "" // unquoted-environment-value
	case kind == value.DeprecatedWord:
		return idDeprecatedDirective
	case kind == value.WeekdayConflict:
		return idNeverElapsingCalendar
	case kind <= value.UnknownEscape:
		return idInvalidValue
	}
	id := ruleOfType[s.directive.Type]
	if kinds, ok := kindsOf[id]; id == "" || ok && !slices.Contains(kinds, kind) {
		return idInvalidValue
	}
	return id
}

// continues reports whether a word comes after an assignment: a value with blanks and
// without quotes.
func (s setting) continues(problem *value.Problem) bool {
	words, failed := value.EnvironmentWords(s.text)
	return failed == nil && problem.Span.Start > 0 && strings.Contains(words[0].Text, "=")
}

// namesUnit reports whether a word comes to the name of a unit.
func (s setting) namesUnit(word string) bool {
	if strings.Contains(word, "%") {
		word = s.unit.ResolveName(word)
	}
	name, err := value.ParseName(word)
	if err != nil || name.Type == "slice" && value.CheckSlice(word) != nil {
		return false
	}
	return name.Kind == value.Plain || value.MayBeTemplate(name.Type)
}

// tells returns the check of the rule with an id: what systemd objects to in the
// values of the files, as far as the rule tells it.
func tells(id string) func(*lint.FilePass) {
	wanted := func(s setting) bool { return id == idInvalidValue || ruleOfType[s.directive.Type] == id }
	raw := every
	switch id {
	case idInvalidSpecifier:
		wanted, raw = func(setting) bool { return true }, containing("%")
	case idInvalidCalendar:
		raw = ofKeys("OnCalendar")
	}
	return func(p *lint.FilePass) {
		if len(allProblems(p)) == 0 {
			return
		}
		for s := range settings(p, raw) {
			if !wanted(s) {
				continue
			}
			invalid, _ := problems(p, s)
			for _, problem := range invalid {
				if ruleFor(s, problem) != id {
					continue
				}
				f := finding(p, s, problem)
				if f.Severity == lint.Error && install.Truncates(p, s.Assignment) {
					continue // truncated-drop-in says so, and what is lost
				}
				p.Report(f)
			}
		}
	}
}

// problems returns what systemd objects to in a value, and apart from it what only
// releases after the target accept. What rules of the family syntax explain is left
// out.
func problems(p *lint.FilePass, s setting) (invalid, tooNew []*value.Problem) {
	judged := allProblems(p)[s.Assignment]
	return judged.invalid, judged.tooNew
}

// judgement is what problems returns.
type judgement struct{ invalid, tooNew []*value.Problem }

// judgementsKey is what the judgements of a file are remembered under.
type judgementsKey struct{}

// allProblems judges the settings of a file, for all rules of the family. Those
// that are fine are not in the result.
func allProblems(p *lint.FilePass) map[*syntax.Assignment]judgement {
	return lint.Once(p.Memo, judgementsKey{}, func() map[*syntax.Assignment]judgement {
		all := map[*syntax.Assignment]judgement{}
		for s := range settings(p, every) {
			if invalid, tooNew := judge(p, s); len(invalid)+len(tooNew) > 0 {
				all[s.Assignment] = judgement{invalid, tooNew}
			}
		}
		return all
	})
}

func judge(p *lint.FilePass, s setting) (invalid, tooNew []*value.Problem) {
	release := p.Set.Release
	if s.text == "" || !s.works(release) {
		return nil, nil
	}
	found := check(p, s, s.text, release)
	if len(found) == 0 {
		return nil, nil
	}
	quotes := syntaxrules.Quoted(release, s.Section, s.Assignment)
	found = slices.DeleteFunc(found, func(problem *value.Problem) bool {
		return overlaps(quotes, problem.Span) || !p.Set.Rooted && isPlaceholder(problem, s.text)
	})
	if len(found) == 0 || release >= directive.Latest {
		return found, nil
	}
	if len(check(p, s, s.text, directive.Latest)) == 0 {
		return nil, found
	}
	for _, problem := range found {
		if s.isNewEntry(p, problem.Span.Of(s.text)) {
			tooNew = append(tooNew, problem)
		} else {
			invalid = append(invalid, problem)
		}
	}
	return invalid, tooNew
}

// check is value.Check for a text in place of a setting's value.
func check(p *lint.FilePass, s setting, text string, release int) []*value.Problem {
	return value.Check(s.directive, text, context(p, text), release)
}

// isNewEntry reports whether an entry of a list is refused by the target release and
// not by the latest one.
func (s setting) isNewEntry(p *lint.FilePass, entry string) bool {
	return s.directive.Separator == directive.SeparatorSpace && entry != "" && entry != s.text &&
		len(check(p, s, entry, p.Set.Release)) > 0 && len(check(p, s, entry, directive.Latest)) == 0
}

// overlaps reports whether a span has a byte in one of several others. What is wrong
// with a quoted part of a value is that it is quoted, which the family syntax tells.
func overlaps(spans []source.Span, span source.Span) bool {
	return slices.ContainsFunc(spans, func(other source.Span) bool {
		return other.Start < span.End && span.Start < other.End
	})
}

// placeholder matches a path that a build fills in, such as BINDIR/foo.
var placeholder = regexp.MustCompile(`^[A-Z_]*(DIR|PATH|PREFIX|ROOT|HOME|BIN|LIB)[A-Z_]*/`)

// isPlaceholder reports whether a path is only relative because its start is filled
// in before the file is installed.
func isPlaceholder(problem *value.Problem, text string) bool {
	return (problem.Kind == value.PathNotAbsolute || problem.Kind == value.RelativeCommand) &&
		placeholder.MatchString(problem.Span.Of(text))
}

// finding is what is to be said about a problem.
func finding(p *lint.FilePass, s setting, problem *value.Problem) lint.Finding {
	span := problem.Span
	if span.Len() == 0 || problem.Kind == value.PathNotNormalized {
		span = around(s.text, span)
	}
	key, word := s.directive.Key, span.Of(s.text)
	f := lint.Finding{Place: lint.AtWord(s.Setting, problem.Span)}
	if problem.Span.Len() == 0 {
		f.Place = lint.AtWord(s.Setting, span)
	}
	var done string
	done, f.Severity = effect(p, s, problem)
	if without := trigger.Without(p, s.Section, key); f.Severity == lint.Warning && problem.Effect != value.Accepted && without != "" {
		done, f.Severity = "systemd ignores the line, and "+without, lint.Error
	}
	if strings.Contains(problem.Text, word) {
		f.Message = fmt.Sprintf("invalid value for %s=: %s; %s", key, problem.Text, done)
	} else {
		f.Message = fmt.Sprintf("invalid value %s for %s=: %s; %s", quoted(word), key, problem.Text, done)
	}
	if problem.Expected != "" {
		f.Help = "write " + problem.Expected
	}
	correct(p, s, problem.Span, &f)
	return f
}

// around extends a span to the blanks on both sides.
func around(text string, span source.Span) source.Span {
	for span.Start > 0 && !isBlank(text[span.Start-1]) {
		span.Start--
	}
	for span.End < len(text) && !isBlank(text[span.End]) {
		span.End++
	}
	return span
}

// effect says what systemd does about a problem, and how bad that is.
func effect(p *lint.FilePass, s setting, problem *value.Problem) (string, lint.Severity) {
	switch problem.Effect {
	case value.Accepted:
		if problem.Kind == value.UnknownEscape {
			return "systemd only warns of it", lint.Warning
		}
		return "systemd takes it without a word", lint.Warning
	case value.DropsLine:
		return ignored(p, s), lint.Warning
	case value.DropsEntry:
		if !s.refuses() && strings.ContainsAny(s.text, " \t,") {
			return "systemd ignores the entry", lint.Warning
		}
	case value.DropsRest:
		return "systemd ignores it and the rest of the line", lint.Warning
	case value.Refuses:
		return fatal(p), lint.Error
	}
	if s.refuses() {
		return fatal(p), lint.Error
	}
	if problem.Kind == value.UnknownSpecifier && s.directive.Separator == directive.SeparatorSpace && strings.ContainsAny(s.text, " \t") {
		return "systemd ignores the entry", lint.Warning
	}
	return ignored(p, s), lint.Warning
}

// ignored says what holds when systemd ignores a line.
func ignored(p *lint.FilePass, s setting) string {
	const what = "systemd ignores the line"
	if s.directive.List != directive.Single {
		return what
	}
	if before, ok := earlier(p, s); ok {
		return fmt.Sprintf("%s, and %s=%s stays", what, s.directive.Key, before.Value().String())
	}
	if p.Part.IsDropIn() && p.Unit.Fragment == nil {
		return what
	}
	return what + ", and the default stays"
}

// earlier returns the assignment to the same directive that is in force before the
// one given.
func earlier(p *lint.FilePass, s setting) (unit.Setting, bool) {
	var found unit.Setting
	for other := range p.Unit.All() {
		if other.Assignment == s.Assignment {
			break
		}
		if other.Section != s.Section || other.Key().String() != s.Key().String() {
			continue
		}
		if other.Value().String() == "" || len(check(p, s, other.Value().String(), p.Set.Release)) == 0 {
			found = other
		}
	}
	return found, found.Assignment != nil && found.Value().String() != ""
}

// correct adds what a word was most likely meant to be.
func correct(p *lint.FilePass, s setting, span source.Span, f *lint.Finding) {
	word := span.Of(s.text)
	if strings.HasPrefix(word, "~") && span.Start > 0 {
		f.Help = "only the first word takes a ~, and that for all of them"
		return
	}
	words := vocabulary(s.directive, p.Set.Release)
	near, ok := value.Closest(word, words)
	if !ok {
		if meant, ok := respelt(p, s); ok {
			f.Help = "did you mean " + meant + "?"
		}
		return
	}
	meant := s.text[:span.Start] + near + s.text[span.End:]
	if s.directive.Separator == directive.SeparatorNone && len(check(p, s, meant, p.Set.Release)) > 0 {
		return
	}
	accepted := strings.TrimPrefix(f.Help, "write ")
	f.Help = "did you mean " + near + "?"
	if s.directive.Type == directive.TypeEnum && accepted != "" {
		f.Help += " Accepted: " + accepted
	}
	if oneNear(word, near, words) {
		f.Fixes = []lint.Fix{{Title: "write " + near, Safe: true, Edits: []lint.Edit{s.edit(span, near)}}}
	}
}

// respellings are how people write numbers with units that systemd writes otherwise
// (systemd.syntax(7); systemd.time(7), "Parsing Time Spans").
var respellings = []struct {
	wrong *regexp.Regexp
	right string
}{
	{regexp.MustCompile(`(?i)^([0-9.]+) *([KMGTPE])(i?B|bytes?)$`), "$1$2"},
	{regexp.MustCompile(`^([0-9]+)$`), "$1%"},
	{regexp.MustCompile(`(?i)^(unlimited|none|max|inf)$`), "infinity"},
	{regexp.MustCompile(`([0-9]) *(mn|mins)\b`), "${1}min"},
	{regexp.MustCompile(`([0-9]) *(secs)\b`), "${1}s"},
	{regexp.MustCompile(`([0-9]) *(hrs)\b`), "${1}h"},
}

// respelt returns a value as systemd reads it, if a known way of writing it is all
// that is wrong.
func respelt(p *lint.FilePass, s setting) (string, bool) {
	for _, r := range respellings {
		if !r.wrong.MatchString(s.text) {
			continue
		}
		meant := r.wrong.ReplaceAllString(s.text, r.right)
		if r.right == "$1$2" {
			meant = strings.ToUpper(meant)
		}
		if len(check(p, s, meant, p.Set.Release)) == 0 {
			return meant, true
		}
	}
	return "", false
}

// oneNear reports whether near is the only word that another one is one edit away
// from, or the only one that differs from it in case alone.
func oneNear(word, near string, words []string) bool {
	if strings.EqualFold(word, near) {
		return true
	}
	count := 0
	for _, other := range words {
		if value.OneEdit(word, other) {
			count++
		}
	}
	return count == 1 && value.OneEdit(word, near)
}

// shorthands are the words for calendar expressions (systemd.time(7), "Calendar
// Events").
var shorthands = []string{"minutely", "hourly", "daily", "weekly", "monthly", "quarterly", "semiannually", "yearly", "annually"}

// vocabulary returns the words that a directive takes in a release.
func vocabulary(d *directive.Directive, release int) []string {
	var words []string
	switch d.Type {
	case directive.TypeBoolean, directive.TypeTristate:
		return booleans
	case directive.TypeSystemCallSet:
		return value.SystemCalls(release)
	case directive.TypeCalendar:
		return shorthands
	}
	for _, v := range d.Values() {
		if v.Since <= release && v.Deprecated == 0 {
			words = append(words, v.Word)
		}
	}
	if d.Also&directive.AlsoBoolean != 0 {
		words = append(words, booleans...)
	}
	slices.Sort(words)
	return slices.Compact(words)
}

// booleans are the words for booleans that people write.
var booleans = []string{"yes", "no", "true", "false", "on", "off"}
