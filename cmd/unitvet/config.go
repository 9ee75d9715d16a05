package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/config"
	"github.com/unitvet/unitvet/lint/report"
	"github.com/unitvet/unitvet/rules"
)

// schemaURL is where editors find the schema.
const schemaURL = "https://raw.githubusercontent.com/unitvet/unitvet/main/lint/config/schema.json"

func configCommand(std streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "config",
		Short: "Make, check and show the configuration, " + config.Name,
		Long: `Make, check and show the configuration.

It is the ` + config.Name + ` nearest to each path that is checked, upward as far as
the top of the repository. Flags win over it. It can name no command and no path
outside of its repository.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(configInitCommand(std), configCheckCommand(std), configShowCommand(std), configSchemaCommand(std))
	return cmd
}

func configInitCommand(std streams) *cobra.Command {
	return &cobra.Command{
		Use:   "init [DIR]",
		Short: "Write a configuration to begin with, filled in with what is there",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			dir := "."
			if len(args) > 0 {
				dir = args[0]
			}
			text, err := template(dir)
			if err != nil {
				return err
			}
			name := filepath.Join(dir, config.Name)
			file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644) //nolint:gosec // a configuration is for everyone
			if errors.Is(err, fs.ErrExist) {
				return fmt.Errorf("%s is there already", name)
			}
			if err != nil {
				return fmt.Errorf("writing the configuration: %w", err)
			}
			_, err = file.WriteString(text)
			if err := errors.Join(err, file.Close()); err != nil {
				return fmt.Errorf("writing the configuration: %w", err)
			}
			_, _ = fmt.Fprintf(std.err, "wrote %s\n", report.Escape(name))
			return nil
		},
	}
}

// template returns a configuration for a directory.
func template(dir string) (string, error) {
	absolute, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("finding the directory: %w", err)
	}
	sets, _, err := lint.Load(lint.Options{Input: lint.Input{Paths: []string{dir}}})
	if err != nil {
		return "", err
	}
	seen := config.Seen{Schema: schemaURL, Map: map[string]string{}}
	for _, set := range sets {
		if c := set.Host.Checkout; c != nil {
			for _, m := range c.Mappings {
				if name := lint.RelativePath(absolute, c.InReports(m.Dir)); filepath.IsLocal(filepath.FromSlash(name)) {
					seen.Map[m.Prefix] = name
				}
			}
			for _, hole := range c.Holes {
				if !slices.Contains(seen.Holes, hole) {
					seen.Holes = append(seen.Holes, hole)
				}
			}
		}
		for _, d := range set.Dirs {
			if name := lint.RelativePath(absolute, d.Path); !slices.Contains(seen.Dirs, name) {
				seen.Dirs = append(seen.Dirs, name)
			}
		}
	}
	slices.Sort(seen.Dirs)
	if _, err := os.Stat(filepath.Join(dir, defaultBaseline)); err == nil {
		seen.Baseline = defaultBaseline
	}
	return config.Template(seen), nil
}

func configCheckCommand(std streams) *cobra.Command {
	return &cobra.Command{
		Use:   "check [FILE...]",
		Short: "Say whether configurations are right",
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				name, err := findConfig(".")
				if err != nil {
					return err
				}
				if name == "" {
					return errors.New("there is no " + config.Name + " here; unitvet config init writes one")
				}
				args = []string{name}
			}
			for _, name := range args {
				if _, err := config.Load(name, rules.All()); err != nil {
					return err
				}
				_, _ = fmt.Fprintf(std.err, "%s: ok\n", report.Escape(name))
			}
			return nil
		},
	}
}

func configShowCommand(std streams) *cobra.Command {
	var f checkFlags
	cmd := &cobra.Command{
		Use:   "show [PATH...]",
		Short: "Print the settings in force, each with where it comes from",
		Long: `Print the settings that unitvet check would use for the same paths and flags, each
with where it comes from.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			jobs, err := f.jobs(cmd, args, std)
			if err != nil {
				return explained(err)
			}
			for i, j := range jobs {
				if i > 0 {
					_, _ = fmt.Fprintln(std.out)
				}
				if err := f.show(cmd, std, j); err != nil {
					return fmt.Errorf("writing: %w", err)
				}
			}
			return nil
		},
	}
	f.register(cmd)
	f.registerSilence(cmd)
	cmd.Flags().StringVar(&f.failOn, "fail-on", "warning", "exit with 1 on findings of this `SEVERITY` or worse: info, warning, error or never")
	return cmd
}

// flagOf are the flags that win over settings; most have the same name.
var flagOf = map[string]string{"sets": "set", "holes": "hole"}

// show prints the settings of a job.
func (f *checkFlags) show(cmd *cobra.Command, std streams, j job) error {
	name := "no configuration"
	if j.config != nil {
		name = j.config.Path
	}
	var text strings.Builder
	fmt.Fprintf(&text, "# %s", name)
	if len(j.Paths) > 0 {
		fmt.Fprintf(&text, ", for %s", strings.Join(j.Paths, " "))
	}
	text.WriteByte('\n')
	for _, setting := range config.Names() {
		flag := flagOf[setting]
		if flag == "" {
			flag = setting
		}
		value, origin := "", "default"
		if at := cmd.Flags().Lookup(flag); at != nil {
			value = at.Value.String()
			if at.Changed {
				origin = "--" + flag
			}
		}
		if line := j.config.Line(setting); line > 0 && origin == "default" {
			value, origin = j.config.Text(setting), fmt.Sprintf("%s:%d", j.config.Path, line)
		}
		if value == "" || value == "[]" || value == "0" {
			value = "-"
		}
		fmt.Fprintf(&text, "%s: %s  # %s\n", setting, value, origin)
	}
	_, err := fmt.Fprint(std.out, report.EscapeLines(text.String()))
	return err
}

func configSchemaCommand(std streams) *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of the configuration, for editors",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			text, err := config.Schema(rules.All())
			if err != nil {
				return err
			}
			_, err = std.out.Write(text)
			return err
		},
	}
}
