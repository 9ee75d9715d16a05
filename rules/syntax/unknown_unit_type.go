package syntax

import (
	_ "embed"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/value"
)

//go:embed unknown_unit_type.md
var unknownUnitTypePage string

// UnknownUnitType finds files that systemd passes over because of their suffix
// (unit_file_build_name_map in src/shared/unit-file.c; conf_files_list in
// src/basic/conf-files.c).
var UnknownUnitType = &lint.Rule{
	ID:       "unknown-unit-type",
	Summary:  "a file among units or drop-ins that systemd passes over because of its suffix",
	Category: "syntax",
	Severity: lint.Info,
	Since:    "0.1.0",
	Page:     unknownUnitTypePage,
	CheckSet: unknownUnitType,
}

func unknownUnitType(p *lint.SetPass) {
	for _, dir := range p.Set.Stray {
		meant, wrong, is := dir.Meant, path.Ext(dir.Path), "no suffix of one"
		if meant == "" {
			base := strings.TrimSuffix(path.Base(dir.Path), wrong)
			near, ok := nearType(base)
			if !ok || p.Set.Resolve(near).Where != lint.Here {
				continue
			}
			meant, wrong, is = near+wrong, path.Ext(base), "no type of unit"
		}
		p.Report(lint.Finding{
			Severity: lint.Warning,
			Place:    lint.Place{Path: dir.File},
			Message:  fmt.Sprintf("systemd passes over the directory %s: %s is %s", path.Base(dir.Path), wrong, is),
			Help:     "did you mean " + meant + "?",
		})
	}
	for _, file := range p.Set.Ignored {
		if file.Shadow != "" || p.Set.Rooted && packageLeftover.MatchString(file.Path) {
			continue
		}
		f := lint.Finding{Place: lint.Place{Path: file.Path}}
		base := path.Base(file.Path)
		if file.Unit != "" {
			if !looksLikeDropIn(base) {
				continue
			}
			f.Unit = file.Unit
			f.Message = "systemd passes over the file: drop-ins have names that end in .conf"
			f.Help = "rename it, or remove it"
		} else {
			name, what := nearlyUnit(base)
			if name == "" {
				continue
			}
			f.Message = fmt.Sprintf("systemd passes over the file: %s is %s", base[len(name):], what)
			f.Help = "remove it; what is worth keeping is worth version control"
			if near, ok := nearType(base); ok {
				f.Help = "did you mean " + near + "?"
			}
		}
		p.Report(f)
	}
}

// Names that say that a file was set aside: by editors and people, and by package
// managers, which tell the administrator themselves.
var (
	packageLeftover = regexp.MustCompile(`\.(dpkg-(old|new|dist|tmp|bak|remove)|ucf-(old|new|dist)|rpm(new|save|orig)|pac(new|save|orig))$`)
	leftover        = regexp.MustCompile(`(~|[._-](bak|backup|old|orig|original|save|saved|sav|swp|swo|tmp|rej|copy|broken|prev|[0-9]{6,14})[0-9]?)$`)
)

// looksLikeDropIn reports whether a file beside drop-ins was one: it is named like a
// leftover or a unit. What people keep beside drop-ins to read or to build them from
// is none, and one without any suffix is another rule's.
func looksLikeDropIn(base string) bool {
	if strings.HasPrefix(base, ".") {
		return false
	}
	return leftover.MatchString(base) || packageLeftover.MatchString(base) || value.TypeOf(base) != "" && strings.Contains(base, ".")
}

// nearlyUnit takes the name of a file that was a unit, or is meant to be one,
// apart: the unit's name, and what the rest is. It returns "" for other files.
func nearlyUnit(base string) (name, what string) {
	if strings.HasPrefix(base, ".") {
		return "", ""
	}
	for _, suffix := range []*regexp.Regexp{leftover, packageLeftover} {
		if cut := suffix.FindStringIndex(base); cut != nil {
			rest := base[:cut[0]]
			if _, err := value.ParseName(rest); err == nil {
				return rest, "no suffix of a unit"
			}
		}
	}
	if near, ok := nearType(base); ok {
		return strings.TrimSuffix(near, path.Ext(near)), "no type of unit"
	}
	return "", ""
}

// otherSuffixes are those of other programs that look like a misspelt type.
var otherSuffixes = []string{".patch", ".targets", ".services"}

// nearType returns a name with the type that its suffix was meant for.
func nearType(base string) (string, bool) {
	suffix := path.Ext(base)
	if len(suffix) < 4 || slices.Contains(otherSuffixes, suffix) {
		return "", false
	}
	for _, unitType := range value.UnitTypes() {
		near := strings.EqualFold(suffix[1:], unitType) || len(unitType) >= len("target") && value.OneEdit(suffix[1:], unitType)
		if name := strings.TrimSuffix(base, suffix) + "." + unitType; near {
			_, err := value.ParseName(name)
			return name, err == nil
		}
	}
	return "", false
}
