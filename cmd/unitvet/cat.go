package main

import (
	"fmt"
	"io"
	"path"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/report"
	"github.com/unitvet/unitvet/lint/unit"
	"github.com/unitvet/unitvet/lint/value"
)

func catCommand(std streams) *cobra.Command {
	var f inputFlags
	var merged bool
	cmd := &cobra.Command{
		Use:   "cat UNIT|FILE [PATH...]",
		Short: "Print a unit as systemd would load it: its file, its drop-ins, their order",
		Long: `Print the files that make up a unit, in the order in which systemd applies them,
each under its path; like systemctl cat, but offline. With --merged print the
settings that are left in force, each with the place it comes from.

The unit is looked for in the directories PATH, or below the working directory.`,
		Example: `  unitvet cat nginx.service systemd/
  unitvet cat --merged systemd/web@.service
  unitvet cat --root /mnt/image ssh.service`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			name, paths := args[0], args[1:]
			if strings.ContainsRune(name, '/') && len(paths) == 0 && f.root == "" {
				paths = []string{filepath.Dir(name)}
				name = filepath.Base(name)
			}
			return cat(std, f, name, paths, merged)
		},
	}
	f.register(cmd.Flags())
	cmd.Flags().BoolVar(&merged, "merged", false, "print the settings in force instead of the files")
	return cmd
}

// cat prints the unit of a name in each set that has it.
func cat(std streams, f inputFlags, name string, paths []string, merged bool) error {
	if _, err := value.ParseName(name); err != nil {
		return fmt.Errorf("%q is no unit name: %w", name, err)
	}
	in, err := f.input(paths, std.in)
	if err != nil {
		return err
	}
	in.Instances = []string{name}
	sets, result, err := lint.Load(lint.Options{Input: in})
	if err != nil {
		return err
	}
	notes(std.err, result)
	found := 0
	for _, set := range sets {
		u := set.Lookup(name)
		if u == nil || u.State == unit.NotFound && len(u.DropIns) == 0 {
			continue
		}
		if found++; found > 1 {
			_, _ = fmt.Fprintln(std.out)
		}
		if err := catUnit(std.out, u, merged, set.Release); err != nil {
			return fmt.Errorf("writing: %w", err)
		}
	}
	switch {
	case len(result.Errors) > 0:
		return failedError{}
	case found == 0:
		return fmt.Errorf("%s: no such unit here", name)
	}
	return nil
}

func catUnit(w io.Writer, u *unit.Unit, merged bool, release int) error {
	var text strings.Builder
	switch u.State {
	case unit.NotFound:
		fmt.Fprintf(&text, "# %s: only drop-ins here, no unit file\n", u.Name)
	case unit.Masked:
		fmt.Fprintf(&text, "# %s: masked\n", report.Escape(u.Path))
	case unit.Outside:
		fmt.Fprintf(&text, "# %s: a link to %s, which is not part of what was read\n", report.Escape(u.Path), report.Escape(u.Target))
	case unit.Error:
		fmt.Fprintf(&text, "# %s: could not be read\n", report.Escape(u.Path))
	case unit.BadSetting:
		fmt.Fprintf(&text, "# %s: systemd refuses this file\n", report.Escape(u.Path))
	}
	if merged {
		mergedText(&text, u, release)
	} else {
		for i, part := range u.Parts() {
			if i > 0 {
				text.WriteByte('\n')
			}
			fmt.Fprintf(&text, "# %s\n%s", report.Escape(part.Source.Path), report.EscapeLines(part.Source.Text))
			if !strings.HasSuffix(part.Source.Text, "\n") {
				text.WriteByte('\n')
			}
		}
	}
	for _, link := range u.Links {
		if !link.Masked {
			fmt.Fprintf(&text, "# %s (%s= of %s)\n", report.Escape(link.Path), strings.ToUpper(link.Suffix[:1])+link.Suffix[1:], path.Base(link.Entry))
		}
	}
	_, err := io.WriteString(w, text.String())
	return err
}

// mergedText prints the settings in force, section by section, in the order of
// application.
func mergedText(text *strings.Builder, u *unit.Unit, release int) {
	for _, section := range u.Sections() {
		fmt.Fprintf(text, "[%s]\n", section)
		for _, setting := range u.Effective(section, release) {
			at := setting.Part.Source.Position(setting.Span().Start)
			fmt.Fprintf(text, "%s=%s  # %s:%d\n", report.Escape(setting.Key().String()), report.Escape(setting.Value().String()),
				report.Escape(setting.Part.Source.Path), at.Line)
		}
		text.WriteByte('\n')
	}
}
