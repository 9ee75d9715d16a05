package main

import (
	"cmp"
	"fmt"
	"io"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/report"
	"github.com/unitvet/unitvet/lint/unit"
	"github.com/unitvet/unitvet/lint/value"
)

func enableCommand(std streams) *cobra.Command {
	var f inputFlags
	cmd := &cobra.Command{
		Use:   "enable UNIT... [PATH...]",
		Short: "Print the links that systemctl enable would make, and what is wrong with them",
		Long: `Print what systemctl enable would do with units: the links that it would make,
the aliases, the units that come along by Also=, and what it would refuse, with the
place in the unit that asks for it. Nothing is written. On a root also say what its
presets have for the units (systemd.preset(5)).

The units are looked for in the directories PATH, or below the working directory.
UNIT may be the path of a file.

Exit status: 0 all well, 1 systemctl enable would fail, or make no link at all,
2 something could not be read, or there is no such unit.`,
		Example: `  unitvet enable shop.service systemd/
  unitvet enable systemd/worker@.service
  unitvet enable --root /mnt/image getty@tty2.service`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return enable(std, f, args) },
	}
	f.register(cmd.Flags())
	return cmd
}

// unitArguments divides the arguments of a command into units and the paths to
// look for them in: names come first.
func unitArguments(args []string, rooted bool) (names, paths []string) {
	for i, arg := range args {
		_, err := value.ParseName(filepath.Base(arg))
		if err != nil || strings.ContainsRune(arg, '/') && rooted || arg == "-" {
			return names, append(paths, args[i:]...)
		}
		names = append(names, filepath.Base(arg))
		if dir := filepath.Dir(arg); strings.ContainsRune(arg, '/') {
			paths = append(paths, dir)
		}
	}
	return names, paths
}

// enable prints the plan for each set that has one of the units.
func enable(std streams, f inputFlags, args []string) error {
	names, paths := unitArguments(args, f.root != "")
	if len(names) == 0 {
		return fmt.Errorf("%q is no unit name", args[0])
	}
	in, err := f.input(paths, std.in)
	if err != nil {
		return err
	}
	in.Instances = names
	sets, result, err := lint.Load(lint.Options{Input: in})
	if err != nil {
		return err
	}
	notes(std.err, result)
	here := map[*lint.Set][]string{}
	missing := slices.Clone(names)
	for _, set := range sets {
		for _, name := range names {
			if u := set.Lookup(name); u != nil && u.Exists() {
				here[set] = append(here[set], name)
				missing = slices.DeleteFunc(missing, func(other string) bool { return other == name })
			}
		}
	}
	if len(missing) > 0 { // then systemctl does nothing at all
		return fmt.Errorf("%s: no such unit here", strings.Join(missing, ", "))
	}
	found, failed := 0, false
	for _, set := range sets {
		if len(here[set]) == 0 {
			continue
		}
		if found++; found > 1 {
			_, _ = fmt.Fprintln(std.out)
		}
		plan := set.Enable(here[set]...)
		if err := planText(std.out, set, plan, here[set]); err != nil {
			return fmt.Errorf("writing: %w", err)
		}
		failed = failed || fails(plan)
	}
	switch {
	case len(result.Errors) > 0:
		return failedError{}
	case failed:
		return findingsError{}
	}
	return nil
}

// fails reports whether systemctl enable would fail, or do nothing.
func fails(plan *unit.Plan) bool {
	for _, failure := range plan.Failures {
		if !failure.Warning {
			return true
		}
	}
	return len(plan.Empty) > 0
}

// planText prints a plan.
func planText(w io.Writer, set *lint.Set, plan *unit.Plan, names []string) error {
	var text strings.Builder
	for _, link := range plan.Links {
		what := "make "
		switch {
		case link.There:
			what = "keep "
		case link.Replaces != "":
			what = "change "
		}
		why := "the unit's file is not on the search path"
		if link.Entry.Key != "" {
			why = link.Entry.Key + "= at " + position(link.Entry)
		}
		fmt.Fprintf(&text, "%s%s/%s -> %s  # %s\n", what, set.ConfigDir(), report.Escape(link.Name),
			report.Escape(cmp.Or(link.Target, link.Unit.Path)), why)
	}
	for _, link := range plan.Links {
		target, _, ok := strings.Cut(link.Name, "/")
		if name := strings.TrimSuffix(target, path.Ext(target)); ok && set.Resolve(name).Where == lint.Nowhere {
			fmt.Fprintf(&text, "warning: %s: there is no such unit, so nothing follows the link (%s)\n", report.Escape(name), position(link.Entry))
		}
	}
	for _, failure := range plan.Failures {
		level := "error"
		if failure.Warning {
			level = "warning"
		}
		fmt.Fprintf(&text, "%s: %s %s", level, report.Escape(failure.Name), failure.Text)
		if failure.Entry != nil {
			fmt.Fprintf(&text, " (%s= at %s)", failure.Entry.Key, position(*failure.Entry))
		}
		text.WriteByte('\n')
	}
	for _, u := range plan.Empty {
		fmt.Fprintf(&text, "error: %s has nothing in [Install]: it is not meant to be enabled\n", u.Name)
	}
	presets := set.Presets()
	for _, name := range names {
		if rule, ok := presets.Find(name); ok && set.Lookup(name).ID == name { // not by its other names
			fmt.Fprintf(&text, "preset: %s %s (%s:%d)\n", rule.Action, report.Escape(name), report.Escape(rule.Path), rule.Line)
		}
	}
	_, err := io.WriteString(w, text.String())
	return err
}

// position is the place of a name in [Install].
func position(entry unit.InstallEntry) string {
	file := entry.Setting.Part.Source
	at := file.Position(entry.Span().Start)
	return fmt.Sprintf("%s:%d", report.Escape(cmp.Or(file.Path, "-")), at.Line)
}
