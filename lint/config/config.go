// Package config reads .unitvet.yaml. It is strict: what it does not know is an
// error with a place, because a slip in a configuration hides findings. A
// configuration is data: it names no command, and no path outside of the
// repository it lies in.
package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"syscall"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/host"
	"github.com/unitvet/unitvet/lint/host/shipped"
	"github.com/unitvet/unitvet/lint/source"
)

// Name is the name of configuration files.
const Name = ".unitvet.yaml"

// maxSize is the largest configuration that is read, in bytes.
const maxSize = 64 << 10

// Config is what a configuration may say. The tags hold the names, what kind of
// value is meant, and what the schema says about it.
type Config struct {
	Systemd      int               `yaml:"systemd" kind:"release" doc:"The release of systemd that the units are for, such as 252."`
	Distribution string            `yaml:"distribution" kind:"distribution" doc:"The distribution whose packages units may rely on."`
	Sets         [][]string        `yaml:"sets" kind:"path" doc:"Directories that form one search path each, highest priority first."`
	Map          map[string]string `yaml:"map" key:"hostpath" kind:"path" doc:"Directories of the host and those of the repository that are deployed there."`
	Holes        []string          `yaml:"holes" kind:"hostpath" doc:"Directories of the host that the mapped ones do not hold."`
	KnownUnits   []string          `yaml:"known-units" kind:"unit" doc:"Units that exist where these are deployed: names, or globs of them."`
	Facts        string            `yaml:"facts" kind:"path" doc:"A file that unitvet facts has written on the host."`
	Baseline     string            `yaml:"baseline" kind:"path" doc:"The list of known findings; see unitvet baseline."`
	Exclude      []string          `yaml:"exclude" kind:"glob" doc:"Files that nothing is said about. They remain known to the others."`
	Select       []string          `yaml:"select" kind:"rule" doc:"The rules that run, strict ones included. Without it all run."`
	Ignore       []string          `yaml:"ignore" kind:"rule" doc:"Rules that do not run."`
	Strict       bool              `yaml:"strict" doc:"Show the findings of strict rules."`
	Rules        map[string]Rule   `yaml:"rules" key:"rule" doc:"What becomes of the findings of a rule."`
	Overrides    []Override        `yaml:"overrides" doc:"What is different for some files. Later ones win."`
	FailOn       string            `yaml:"fail-on" enum:"info,warning,error,never" doc:"The severity at which the exit code is 1."`
}

// Rule is what becomes of the findings of a rule.
type Rule struct {
	Severity string   `yaml:"severity" enum:"off,info,warning,error" doc:"The severity of all its findings, or off."`
	Allow    []string `yaml:"allow" kind:"word" doc:"What the rule leaves alone: words, or globs of them; see the page of the rule."`
}

// Override is what is different for some files.
type Override struct {
	Paths  []string        `yaml:"paths" kind:"glob" doc:"Files, relative to the configuration; ** stands for any directories."`
	Ignore []string        `yaml:"ignore" kind:"rule" doc:"Rules whose findings are left out."`
	Rules  map[string]Rule `yaml:"rules" key:"rule" doc:"What becomes of the findings of a rule."`
}

// File is a configuration that was read.
type File struct {
	Config
	// Path is the file as it was named.
	Path string
	// Dir is its directory, Top that of the repository, both absolute.
	Dir, Top string

	lines map[string]int // where the settings stand, by name
}

// Line returns the line of a top-level setting, 0 if it is not set.
func (f *File) Line(name string) int {
	if f == nil {
		return 0
	}
	return f.lines[name]
}

// Text returns a top-level setting as it is in force, on one line.
func (f *File) Text(name string) string {
	v := reflect.ValueOf(f.Config)
	for i := range v.NumField() {
		if v.Type().Field(i).Tag.Get("yaml") == name {
			return flow(v.Field(i))
		}
	}
	return ""
}

// flow renders a value as YAML on one line.
func flow(v reflect.Value) string {
	var parts []string
	switch v.Kind() { //nolint:exhaustive // the kinds of fields there are
	case reflect.Slice:
		for i := range v.Len() {
			parts = append(parts, flow(v.Index(i)))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case reflect.Map:
		for _, key := range v.MapKeys() {
			parts = append(parts, key.String()+": "+flow(v.MapIndex(key)))
		}
		slices.Sort(parts)
		return "{" + strings.Join(parts, ", ") + "}"
	case reflect.Struct:
		for i := range v.NumField() {
			if !v.Field(i).IsZero() {
				parts = append(parts, v.Type().Field(i).Tag.Get("yaml")+": "+flow(v.Field(i)))
			}
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	return fmt.Sprint(v.Interface())
}

// Find returns the configuration for an input, "" if there is none: the nearest
// one upward, as far as the top of the repository. Where there is none, it is that
// of the input's own directory, or the next one up to the working directory.
func Find(input string) (string, error) {
	absolute, err := filepath.Abs(input)
	if err != nil {
		return "", err
	}
	dir := absolute
	if info, err := os.Stat(absolute); err != nil || !info.IsDir() {
		dir = filepath.Dir(absolute)
	}
	top := lint.Repository(dir)
	if top == "" {
		top = dir
		here, err := filepath.Abs(".")
		if err != nil {
			return "", err
		}
		if inside, err := filepath.Rel(here, dir); err == nil && filepath.IsLocal(inside) {
			top = here
		}
	}
	for {
		name := filepath.Join(dir, Name)
		if _, err := os.Lstat(name); err == nil {
			return name, nil
		} else if !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ENOTDIR) {
			return "", fmt.Errorf("looking for a configuration: %w", err)
		}
		if dir == top || filepath.Dir(dir) == dir {
			return "", nil
		}
		dir = filepath.Dir(dir)
	}
}

// Load reads a configuration. rules are those that it may speak of.
func Load(name string, rules []*lint.Rule) (*File, error) {
	absolute, err := filepath.Abs(name)
	if err != nil {
		return nil, err
	}
	f := &File{Path: name, Dir: filepath.Dir(absolute)}
	if f.Top = lint.Repository(f.Dir); f.Top == "" {
		f.Top = f.Dir
	}
	inside, err := filepath.Rel(f.Top, absolute)
	if err != nil {
		return nil, err
	}
	text, err := (&source.Tree{Dir: f.Top}).ReadFile(filepath.ToSlash(inside))
	switch {
	case err != nil:
		return nil, fmt.Errorf("reading the configuration %s: %w", name, err)
	case len(text) > maxSize:
		return nil, fmt.Errorf("reading the configuration %s: larger than %d KiB", name, maxSize>>10)
	}
	if err := f.decode(source.NewFile(filepath.ToSlash(name), text), rules); err != nil {
		return nil, err
	}
	return f, nil
}

// resolve returns a path of the configuration on this machine, and an error if it
// leads out of the repository, be it through symbolic links.
func (f *File) resolve(name string) (string, error) {
	if filepath.IsAbs(name) || strings.HasPrefix(name, "/") {
		return "", errors.New("has to be relative to the configuration")
	}
	full := filepath.Join(f.Dir, filepath.FromSlash(name))
	inside, err := filepath.Rel(f.Top, full)
	if err != nil || !filepath.IsLocal(inside) {
		return "", errors.New("leads out of the repository")
	}
	if link := (&source.Tree{Dir: f.Top}).Resolve(filepath.ToSlash(inside)); errors.Is(link.Err, source.ErrOutside) {
		return "", errors.New("leads out of the repository by a symbolic link")
	}
	return full, nil
}

// here returns a checked path of the configuration, relative to the working
// directory if it lies below.
func (f *File) here(name string) string {
	full, err := f.resolve(name)
	if err != nil {
		return filepath.Join(f.Dir, Name, name) // cannot be: Load has checked it
	}
	dir, err := filepath.Abs(".")
	if err != nil {
		return full
	}
	relative, err := filepath.Rel(dir, full)
	if err != nil {
		return full
	}
	return relative
}

// Apply puts what the configuration says into options. Whoever has flags puts them
// over it. On a root, what is about a checkout has no meaning.
func (f *File) Apply(opts *lint.Options) error {
	opts.Systemd, opts.Strict = f.Systemd, f.Strict
	opts.Select, opts.Ignore = f.Select, f.Ignore
	opts.KnownUnits = f.KnownUnits
	if f.Distribution != "" {
		var err error
		if opts.Distributions, err = shipped.ParseDistribution(f.Distribution); err != nil {
			return err
		}
	}
	if opts.Root == "" {
		for _, set := range f.Sets {
			var dirs []string
			for _, dir := range set {
				dirs = append(dirs, f.here(dir))
			}
			opts.Joined = append(opts.Joined, dirs)
		}
		for prefix, dir := range f.Map {
			opts.Map = append(opts.Map, host.Mapping{Prefix: prefix, Dir: f.here(dir)})
		}
		opts.Holes = f.Holes
	}
	if len(f.Exclude) > 0 {
		opts.Exclude = func(file string) bool { return f.fits(f.Exclude, file) }
	}
	if len(f.Rules) > 0 || len(f.Overrides) > 0 {
		opts.Level = f.level
	}
	return nil
}

// FactsPath returns the path of the facts on this machine, "" if there are none.
func (f *File) FactsPath() string { return f.path(f.Facts) }

// BaselinePath returns the path of the baseline on this machine, "" if there is
// none.
func (f *File) BaselinePath() string { return f.path(f.Baseline) }

func (f *File) path(name string) string {
	if name == "" {
		return ""
	}
	return f.here(name)
}

// fits reports whether a file, by its path in reports, fits one of some globs, or
// lies in a directory that does.
func (f *File) fits(globs []string, file string) bool {
	name := lint.RelativePath(f.Dir, file)
	for _, glob := range globs {
		glob = strings.TrimSuffix(glob, "/")
		if ok, err := doublestar.Match(glob, name); ok && err == nil {
			return true
		}
		if ok, err := doublestar.Match(glob+"/**", name); ok && err == nil {
			return true
		}
	}
	return false
}

var severities = map[string]lint.Level{
	"off":     {Off: true},
	"info":    {Severity: lint.Info},
	"warning": {Severity: lint.Warning},
	"error":   {Severity: lint.Error},
}

// level says what becomes of the findings of a rule in a file.
func (f *File) level(rule *lint.Rule, file string) lint.Level {
	level := severities[f.Rules[rule.ID].Severity]
	level.Allow = f.Rules[rule.ID].Allow
	for i := range f.Overrides {
		o := &f.Overrides[i]
		if !f.fits(o.Paths, file) {
			continue
		}
		for _, id := range o.Ignore {
			if id == rule.ID {
				level = lint.Level{Off: true}
			}
		}
		if own, ok := severities[o.Rules[rule.ID].Severity]; ok {
			own.Allow = level.Allow
			level = own
		}
		if allow := o.Rules[rule.ID].Allow; allow != nil {
			level.Allow = allow
		}
	}
	return level
}
