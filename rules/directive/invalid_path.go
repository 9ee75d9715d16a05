package directive

import (
	_ "embed"

	"github.com/unitvet/unitvet/lint"
)

//go:embed invalid_path.md
var invalidPathPage string

// InvalidPath finds paths that systemd refuses (path_simplify_and_warn in
// src/shared/parse-helpers.c).
var InvalidPath = &lint.Rule{
	ID:        idInvalidPath,
	Summary:   "a path that systemd refuses: relative, with .. in it, or absolute where it must not be",
	Category:  "directive",
	Severity:  lint.Warning,
	Since:     "0.1.0",
	Page:      invalidPathPage,
	CheckFile: tells(idInvalidPath),
}
