package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/host"
	"github.com/unitvet/unitvet/lint/program"
	"github.com/unitvet/unitvet/lint/unit"
	"github.com/unitvet/unitvet/lint/value"
)

func factsCommand(std streams) *cobra.Command {
	var root, output string
	cmd := &cobra.Command{
		Use:   "facts [PATH...]",
		Short: "Capture from a host what checking units elsewhere needs to know of it",
		Long: `Capture what the units in PATH name of a host: which paths exist, their types,
modes and owners; users, groups, names of hosts and units; what is installed for
the interpreters of Python. check --facts uses it where the host is not at hand.

Without PATH these are the units of the host that no package brings. No content of
a file and no value of a variable is in the result.`,
		Example: `  unitvet facts --root / -o host.json systemd/
  unitvet check --facts host.json systemd/`,
		RunE: func(_ *cobra.Command, args []string) error { return facts(std, root, output, args) },
	}
	cmd.Flags().StringVar(&root, "root", "/", "look at the system whose root directory is `DIR`")
	cmd.Flags().StringVarP(&output, "output", "o", "", "write to `FILE` (default standard output)")
	return cmd
}

// facts captures the facts about the units in paths.
func facts(std streams, root, output string, paths []string) error {
	sets, result, err := lint.Load(lint.Options{Input: lint.Input{Root: root}})
	if err != nil {
		return err
	}
	if len(result.Errors) > 0 {
		notes(std.err, result)
		return failedError{}
	}
	machine := sets[0].Host
	names := namer{set: map[string]bool{}, pythons: map[string]bool{}}
	var units []string
	for _, set := range sets {
		for _, u := range set.Units {
			if u.Exists() {
				units = append(units, u.Names...)
			}
			if len(paths) == 0 && isLocal(u) {
				names.unit(set, u)
			}
		}
	}
	if len(paths) > 0 {
		ours, result, err := lint.Load(lint.Options{Input: lint.Input{Paths: paths}})
		if err != nil {
			return err
		}
		notes(std.err, result)
		if len(result.Errors) > 0 {
			return failedError{}
		}
		for _, set := range ours {
			for _, u := range set.Units {
				names.unit(set, u)
			}
		}
	}
	captured := machine.Capture(sorted(names.set), sorted(names.pythons))
	captured.Units = units
	captured.Sort()
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(captured); err != nil {
		return fmt.Errorf("writing the facts: %w", err)
	}
	if output == "" {
		_, err := std.out.Write(text.Bytes())
		return err
	}
	if err := os.WriteFile(output, text.Bytes(), 0o644); err != nil { //nolint:gosec // facts are for everyone who checks the units
		return fmt.Errorf("writing the facts: %w", err)
	}
	return nil
}

// sorted returns the keys of a set in order.
func sorted(set map[string]bool) []string {
	names := make([]string, 0, len(set))
	for name := range set {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// localDirs hold the units that an administrator made.
var localDirs = []string{"/etc/", "/run/", "/usr/local/"}

// isLocal reports whether a unit, or a drop-in of it, was made by an administrator
// and did not come with a package.
func isLocal(u *unit.Unit) bool {
	return slices.ContainsFunc(u.Parts(), func(part *unit.Part) bool {
		return slices.ContainsFunc(localDirs, func(dir string) bool { return strings.HasPrefix(part.Dir.Host, dir) })
	})
}

// namer collects the paths that units name.
type namer struct {
	set, pythons map[string]bool
}

// unit adds the paths of a unit: those that stand in its settings and those that its
// commands come to, each with the directory that it lies in. Values of variables,
// which may be secrets, are left out but for those of search paths.
func (n *namer) unit(set *lint.Set, u *unit.Unit) {
	prog := set.Program(u)
	for s := range u.All() {
		if key := s.Key().String(); strings.HasPrefix(key, "SetCredential") || key == "Environment" && !strings.Contains(s.Value().String(), "PYTHONPATH=") {
			continue
		}
		for _, word := range strings.FieldsFunc(s.Value().String(), func(c rune) bool { return strings.ContainsRune(" \t\n=:\"',;", c) }) {
			n.path(u.Expand(strings.TrimLeft(word, "-+!@")))
		}
	}
	if prog.Dir.Known {
		n.add(prog.Dir.Path)
	}
	for _, c := range prog.Commands {
		for _, r := range c.Runs {
			if p, ok := r.Absolute(r.Program.Text); ok && r.Program.Known && strings.Contains(r.Program.Text, "/") {
				n.add(p)
			}
			e := r.Entry
			if e == nil {
				continue
			}
			if e.Language == "python" && strings.HasPrefix(e.Interpreter.Text, "/") {
				n.pythons[path.Clean(e.Interpreter.Text)] = true
			}
			if p, ok := r.Absolute(e.Word.Text); ok && e.Kind == program.File && e.Word.Known {
				n.add(p)
			}
		}
	}
}

func (n *namer) path(expanded value.Expansion) {
	// One component alone may be anything that starts with a slash.
	if expanded.Known && strings.HasPrefix(expanded.Text, "/") && strings.Count(expanded.Text, "/") > 1 && !strings.ContainsAny(expanded.Text, "$*?[") {
		n.add(expanded.Text)
	}
}

// add adds a path and the directory that it lies in.
func (n *namer) add(p string) {
	p = path.Clean(p)
	if p == "/" || host.IsVolatile(p) {
		return
	}
	n.set[p] = true
	if dir := path.Dir(p); dir != "/" {
		n.set[dir] = true
	}
}
