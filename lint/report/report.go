// Package report renders the outcome of a run: one file per format, each a
// function of a result. It decides nothing about findings and reads no files;
// the same result gives the same bytes.
package report

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint"
)

// Options are what the formats need to know beside the result. The zero value
// will do.
type Options struct {
	// Version of unitvet, with or without a leading v. Anything that is not a
	// semantic version is reported as 0.0.0-dev.
	Version string
	// WorkDir is the absolute path of the directory that relative paths in the
	// result start from.
	WorkDir string
	// Root is the absolute path of the repository's root. SARIF and GitHub name
	// files relative to it. Without one it is WorkDir.
	Root string
	// Color allows colours and hyperlinks in text.
	Color bool
	// Width is the number of columns that a source line in text may take up, 160 if
	// it is 0.
	Width int
	// RuleURL returns the address of a rule's page. Without it, that is the page in
	// the project's repository.
	RuleURL func(*lint.Rule) string
}

// Format writes a result in one format.
type Format func(io.Writer, *lint.Result, Options) error

// Formats are the formats by name.
var Formats = map[string]Format{
	"checkstyle": Checkstyle,
	"github":     GitHub,
	"gitlab":     GitLab,
	"json":       JSON,
	"junit":      JUnit,
	"rdjson":     RDJSON,
	"sarif":      SARIF,
	"text":       Text,
}

// Output is a format and where it goes.
type Output struct {
	Name string
	Format
	// File is the name of a file, "" for standard output.
	File string
}

// Parse reads FORMAT or FORMAT=FILE.
func Parse(arg string) (Output, error) {
	name, file, hasFile := strings.Cut(arg, "=")
	format, ok := Formats[name]
	if !ok {
		known := slices.Sorted(maps.Keys(Formats))
		return Output{}, fmt.Errorf("unknown format %q: %s", name, strings.Join(known, ", "))
	}
	if hasFile && file == "" {
		return Output{}, fmt.Errorf("format %q: no file name after =", arg)
	}
	return Output{name, format, file}, nil
}

// ParseAll reads several of them. Two that would write to the same place are an
// error.
func ParseAll(args []string) ([]Output, error) {
	outputs := make([]Output, 0, len(args))
	for _, arg := range args {
		output, err := Parse(arg)
		if err != nil {
			return nil, err
		}
		for _, other := range outputs {
			if other.File != output.File {
				continue
			}
			if output.File == "" {
				return nil, fmt.Errorf("formats %s and %s would both go to standard output: give one a file, as in %[2]s=FILE", other.Name, output.Name)
			}
			return nil, fmt.Errorf("formats %s and %s would both go to %q", other.Name, output.Name, output.File)
		}
		outputs = append(outputs, output)
	}
	return outputs, nil
}

const projectURL = "https://github.com/unitvet/unitvet"

// ruleURL returns the address of a rule's page.
func (o Options) ruleURL(r *lint.Rule) string {
	if o.RuleURL != nil {
		return o.RuleURL(r)
	}
	return projectURL + "/blob/main/rules/" + r.Category + "/" + strings.ReplaceAll(r.ID, "-", "_") + ".md"
}
