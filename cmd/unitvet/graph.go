package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/diagram"
	"github.com/unitvet/unitvet/lint/value"
)

// collapseOver is how many units a picture shows one by one: more are not told
// apart by eye, and GitHub draws no more than 500 lines.
const collapseOver = 80

// graphFlags are the flags of the command.
type graphFlags struct {
	inputFlags
	focus, kind, format, group string
	depth                      int
	implicit                   bool
}

// drawings write a diagram, by format.
var drawings = map[string]func(*diagram.Diagram, io.Writer) error{
	"dot":     (*diagram.Diagram).DOT,
	"mermaid": (*diagram.Diagram).Mermaid,
	"json":    (*diagram.Diagram).JSON,
}

func graphCommand(std streams) *cobra.Command {
	var f graphFlags
	cmd := &cobra.Command{
		Use:   "graph [PATH...]",
		Short: "Draw the dependencies of units, as DOT, Mermaid or JSON",
		Long: `Draw the units of a set and their dependencies. A line leads from a unit to what it
wants, thick to what it requires; a dashed line is an order, from the unit that
runs first. An order that goes with a requirement is not drawn by itself. What is
missing, masked, not loaded or part of an ordering cycle stands out.

With many units, those of one family of names become a single node, unless
--group says otherwise. Defaults that no file names are left out without
--implicit.`,
		Example: `  unitvet graph testdata/quantum | dot -Tsvg > quantum.svg
  unitvet graph --format mermaid --focus shop.target systemd/
  unitvet graph --root / --focus ssh.service --depth 2 --kind ordering --implicit`,
		RunE: func(_ *cobra.Command, args []string) error { return f.run(std, args) },
	}
	flags := cmd.Flags()
	f.register(flags)
	flags.StringVar(&f.focus, "focus", "", "draw `UNIT` and what is around it")
	flags.IntVar(&f.depth, "depth", 1, "draw units up to `N` lines away from --focus")
	flags.StringVar(&f.kind, "kind", "all", "the lines to draw, `KIND`: requirement, ordering or all")
	flags.StringVarP(&f.format, "format", "f", "dot", "`FORMAT`: dot, mermaid or json")
	flags.StringVar(&f.group, "group", "auto", "put units together by `WHAT`: family (of names), target, slice, none, or auto: by family where there are many")
	flags.BoolVar(&f.implicit, "implicit", false, "draw default and implicit dependencies, too")
	completeWords(cmd, "kind", []string{"requirement", "ordering", "all"})
	completeWords(cmd, "format", []string{"dot", "mermaid", "json"})
	completeWords(cmd, "group", []string{"auto", "family", "target", "slice", "none"})
	return cmd
}

func (f *graphFlags) options() (diagram.Options, error) {
	opts := diagram.Options{
		Focus: f.focus, Depth: f.depth, Implicit: f.implicit, Group: f.group, CollapseOver: collapseOver,
		Requirements: f.kind != "ordering", Orders: f.kind != "requirement",
	}
	if !slices.Contains([]string{"requirement", "ordering", "all"}, f.kind) {
		return opts, fmt.Errorf("--kind: %q is none of requirement, ordering and all", f.kind)
	}
	if f.depth < 1 {
		return opts, fmt.Errorf("--depth: %d is less than 1", f.depth)
	}
	if _, err := value.ParseName(f.focus); f.focus != "" && err != nil {
		return opts, fmt.Errorf("--focus: %q is no unit name: %w", f.focus, err)
	}
	switch f.group {
	case "auto":
		opts.Group = ""
	case "none":
		opts.Group, opts.CollapseOver = "", 0
	case "family", "target", "slice":
	default:
		return opts, fmt.Errorf("--group: %q is none of auto, family, target, slice and none", f.group)
	}
	return opts, nil
}

func (f *graphFlags) run(std streams, paths []string) error {
	draw, ok := drawings[f.format]
	if !ok {
		return fmt.Errorf("--format: %q is none of dot, mermaid and json", f.format)
	}
	opts, err := f.options()
	if err != nil {
		return err
	}
	in, err := f.input(paths, std.in)
	if err != nil {
		return err
	}
	if f.focus != "" {
		in.Instances = []string{f.focus}
	}
	sets, result, err := lint.Load(lint.Options{Input: in})
	if err != nil {
		return err
	}
	notes(std.err, result)
	sets = slices.DeleteFunc(sets, func(set *lint.Set) bool {
		return len(set.Units) == 0 || f.focus != "" && set.Lookup(f.focus) == nil
	})
	switch {
	case len(result.Errors) > 0 && len(sets) == 0:
		return failedError{}
	case len(sets) == 0:
		return fmt.Errorf("no units to draw here")
	case len(sets) > 1:
		var names []string
		for _, set := range sets {
			names = append(names, set.Name)
		}
		return fmt.Errorf("several sets of units: draw one of %s, or join them with --set", strings.Join(names, ", "))
	}
	d := diagram.Make(sets[0], opts)
	if f.group == "auto" && len(d.Nodes) > collapseOver {
		opts.Group = "family"
		d = diagram.Make(sets[0], opts)
	}
	if err := draw(d, std.out); err != nil {
		return fmt.Errorf("writing: %w", err)
	}
	if len(result.Errors) > 0 {
		return failedError{}
	}
	return nil
}
