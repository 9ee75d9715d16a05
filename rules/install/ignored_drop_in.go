package install

import (
	_ "embed"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/unit"
	"github.com/unitvet/unitvet/lint/value"
)

//go:embed ignored_drop_in.md
var ignoredDropInPage string

// IgnoredDropIn finds drop-ins that are not read (conf_files_list_strv in
// src/basic/conf-files.c): of one base name the first on the search path counts,
// whichever kind of directory it stands in (unit_file_find_dropin_paths in
// src/shared/dropin.c).
var IgnoredDropIn = &lint.Rule{
	ID:       "ignored-drop-in",
	Summary:  "a drop-in that systemd passes over: no .conf in its name, or hidden by one for more units",
	Category: "install",
	Severity: lint.Warning,
	Since:    "0.1.0",
	Page:     ignoredDropInPage,
	CheckSet: ignoredDropIn,
}

func ignoredDropIn(p *lint.SetPass) {
	for _, file := range p.Set.Ignored {
		base := path.Base(file.Path)
		switch {
		case file.Unit == "":
		case file.Shadow == "" && lacksSuffix(base):
			p.Report(lint.Finding{
				Unit:    file.Unit,
				Place:   lint.Place{Path: file.Path},
				Message: fmt.Sprintf("systemd passes over the drop-in %s: its name does not end in .conf", base),
				Help:    "rename it to " + strings.TrimSuffix(base, path.Ext(base)) + ".conf",
			})
		case file.Shadow != "" && breadth(path.Dir(file.Shadow)) > breadth(path.Dir(file.Path)) && !meant(p.Set, file):
			p.Report(lint.Finding{
				Unit:  file.Unit,
				Place: lint.Place{Path: file.Path},
				Message: fmt.Sprintf("systemd passes over the drop-in for %s: of drop-ins of one name the first on the search path counts, and that is %s, which is for more units",
					file.Unit, file.Shadow),
				Help:    "give one of the two another name",
				Related: []lint.Related{{Place: lint.Place{Path: file.Shadow}, Message: "read instead"}},
			})
		}
	}
}

// meant reports whether a drop-in is hidden on purpose: by a mask that hides nothing
// in directories like its own.
func meant(set *lint.Set, file unit.Ignored) bool {
	return file.Masked && !slices.ContainsFunc(set.Ignored, func(other unit.Ignored) bool {
		return other.Shadow == file.Shadow && path.Base(path.Dir(other.Path)) == path.Base(path.Dir(file.Shadow))
	})
}

// lacksSuffix reports whether a file beside drop-ins is meant to be one: it has no
// suffix at all and is none of what people put there to read, or one that is nearly
// .conf.
func lacksSuffix(base string) bool {
	switch suffix := strings.ToLower(strings.TrimPrefix(path.Ext(base), ".")); {
	case strings.HasPrefix(base, "."), strings.HasSuffix(base, "~"): // the latter is unknown-unit-type's
		return false
	case suffix == "config" || suffix == "cfg" || suffix == "conf" || value.OneEdit(suffix, "conf"):
		return true
	}
	return !strings.ContainsAny(base, ".~") && base != strings.ToUpper(base) && base != "Makefile"
}

// breadth orders the directories of drop-ins by how many units they are for: one
// unit, all of a prefix, the shorter the more, all of a type.
func breadth(dir string) int {
	name := strings.TrimSuffix(path.Base(dir), ".d")
	parsed, err := value.ParseName(name)
	switch {
	case err != nil:
		return 2 * value.MaxNameLength
	case strings.HasSuffix(parsed.Prefix, "-"):
		return 2*value.MaxNameLength - len(parsed.Prefix)
	case parsed.Kind == value.Template:
		return 1
	}
	return 0
}

// partBreadth is the breadth of a drop-in.
func partBreadth(part *unit.Part) int { return breadth(part.DropInDir()) }
