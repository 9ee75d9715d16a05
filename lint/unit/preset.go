package unit

import (
	"path"
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
// out (read_presets in src/shared/install.c).
func ParsePresets(report, text string) Presets {
	var rules Presets
	n := 0
	for line := range strings.Lines(text) {
		n++
		words := value.Fields(strings.TrimSpace(line))
		if len(words) < 2 || strings.ContainsRune("#;", rune(words[0].Text[0])) {
			continue
		}
		rule := PresetRule{Action: words[0].Text, Pattern: words[1].Text, Path: report, Line: n}
		switch rule.Action {
		case "enable":
			for _, word := range words[2:] {
				rule.Instances = append(rule.Instances, word.Text)
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
		if len(rule.Instances) > 0 {
			if rule.Pattern == parsed.Template().String() && (parsed.Kind == value.Template || slices.Contains(rule.Instances, parsed.Instance)) {
				return rule, true
			}
			continue
		}
		// fnmatch(3) and path.Match agree, but for ! in brackets.
		if ok, _ := path.Match(strings.ReplaceAll(rule.Pattern, "[!", "[^"), name); ok {
			return rule, true
		}
	}
	return PresetRule{}, false
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
			if _, ok := files[e.Name()]; !ok && strings.HasSuffix(e.Name(), ".preset") {
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
