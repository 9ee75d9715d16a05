package unit

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint/value"
)

// PresetRule is a line of a preset file (systemd.preset(5)).
type PresetRule struct {
	// Action is "enable", "disable" or "ignore".
	Action string
	// Pattern is a glob for unit names.
	Pattern string
	// Instances are those of a template that the pattern names.
	Instances []string
	// Path and Line are the place in reports.
	Path string
	Line int
}

// Presets are the rules of all preset files in the order in which systemd reads
// them; the first that matches decides.
type Presets []PresetRule

// ParsePresets reads the rules of a file. Lines that systemd passes over are left
// out (read_presets and split_pattern_into_name_and_instances in
// src/shared/install.c): only enable takes more than one word, the instances of a
// template.
func ParsePresets(report, text string) Presets {
	var rules Presets
	n := 0
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimSpace(line)
		words := value.Fields(line)
		if len(words) < 2 || strings.ContainsRune("#;", rune(line[0])) {
			continue
		}
		rule := PresetRule{Action: words[0].Text, Pattern: line[words[1].Span.Start:], Path: report, Line: n}
		switch rule.Action {
		case "enable":
			rule.Pattern = words[1].Text
			for _, word := range words[2:] {
				rule.Instances = append(rule.Instances, word.Text)
			}
			if name, err := value.ParseName(rule.Pattern); len(words) > 2 && (err != nil || name.Kind != value.Template) {
				continue
			}
		case "disable", "ignore":
		default:
			continue
		}
		rules = append(rules, rule)
	}
	return rules
}

// Find returns the rule for a unit, if there is one; without one, presets enable
// everything.
func (p Presets) Find(name string) (PresetRule, bool) {
	parsed, err := value.ParseName(name)
	if err != nil {
		return PresetRule{}, false
	}
	for _, rule := range p {
		if rule.Pattern == parsed.Template().String() && slices.Contains(rule.Instances, parsed.Instance) || matches(rule.Pattern, name) {
			return rule, true
		}
	}
	return PresetRule{}, false
}

// matches is fnmatch(3) with FNM_NOESCAPE, for a pattern that stands for whole names.
// A bracket that nothing closes stands for itself.
func matches(pattern, name string) bool {
	var b strings.Builder
	b.WriteString(`^(?s:`)
	for i := 0; i < len(pattern); i++ {
		switch c := pattern[i]; c {
		case '*':
			b.WriteString(".*")
		case '?':
			b.WriteByte('.')
		case '[':
			set, length := bracket(pattern[i:])
			b.WriteString(set)
			i += length - 1
		default:
			b.WriteString(regexp.QuoteMeta(string(c)))
		}
	}
	b.WriteString(`)$`)
	expression, err := regexp.Compile(b.String())
	return err == nil && expression.MatchString(name)
}

// bracket translates a bracket expression of a pattern, such as [!a-c] or
// [[:digit:]_], to that of a regular expression. It returns how long it is.
func bracket(pattern string) (set string, length int) {
	i := 1
	set = "["
	if i < len(pattern) && (pattern[i] == '!' || pattern[i] == '^') {
		set += "^"
		i++
	}
	for first := i; i < len(pattern); i++ {
		switch c := pattern[i]; {
		case c == ']' && i > first:
			return set + "]", i + 1
		case c == '[' && strings.HasPrefix(pattern[i:], "[:"):
			if end := strings.Index(pattern[i:], ":]"); end >= 0 {
				set += pattern[i : i+end+2]
				i += end + 1
				continue
			}
			set += `\[`
		case c == '-':
			set += "-"
		default:
			set += regexp.QuoteMeta(string(c))
		}
	}
	return `\[`, 1
}

// presetDirs are where presets are, highest priority first, without the manager
// (CONF_PATHS in src/basic/constants.h).
var presetDirs = []string{"etc/systemd/", "run/systemd/", "usr/local/lib/systemd/", "usr/lib/systemd/"}

// Presets returns the rules that hold for a set of a root; none for a checkout,
// which does not say where it will be installed.
func (s *Set) Presets() Presets {
	if !s.Rooted || len(s.Dirs) == 0 {
		return nil
	}
	tree, top := s.Dirs[0].Tree, s.Dirs[0].Top()
	files := map[string]string{} // by base name: the first directory wins
	for _, dir := range presetDirs {
		dir += s.Scope.String() + "-preset"
		entries, err := tree.ReadDir(dir)
		if err != nil {
			continue
		}
		for _, e := range entries {
			if _, ok := files[e.Name()]; !ok && strings.HasSuffix(e.Name(), ".preset") && !strings.HasPrefix(e.Name(), ".") {
				files[e.Name()] = path.Join(dir, e.Name())
			}
		}
	}
	var rules Presets
	for _, base := range sortedNames(files) {
		text, err := tree.ReadFile(files[base])
		if err != nil {
			continue // a mask, or nothing that systemd could read either
		}
		rules = append(rules, ParsePresets(path.Join(top, files[base]), text)...)
	}
	return rules
}
