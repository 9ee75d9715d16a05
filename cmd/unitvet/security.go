package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/directive"
	"github.com/unitvet/unitvet/lint/exposure"
	"github.com/unitvet/unitvet/lint/report"
	"github.com/unitvet/unitvet/lint/sandbox"
	"github.com/unitvet/unitvet/lint/unit"
	"github.com/unitvet/unitvet/lint/value"
	"github.com/unitvet/unitvet/rules/service"
)

type securityFlags struct {
	inputFlags
	systemd   int
	threshold uint64
	format    string
	policy    string
	details   bool
}

func securityCommand(std streams) *cobra.Command {
	var f securityFlags
	cmd := &cobra.Command{
		Use:   "security [UNIT|PATH...]",
		Short: "Weigh what services could do to the system, and what would hold them back",
		Long: `Weigh what services could do to the system they run on: the checks and the score
of systemd-analyze security --offline=true, for every service at once, without
systemd. Drop-ins count, and so does what settings imply.

For one service, or with --details, each check is listed with the line that
decides it, and then a drop-in: settings that take nothing from the service that it
is seen to need, and as comments those that only its author can decide about.

UNIT is a service of the directories PATH, or of those below the working directory.

Exit status: 0 no service over --threshold, 1 some are, 2 something could not be
read, or the command line makes no sense.`,
		Example: `  unitvet security systemd/
  unitvet security nginx.service systemd/
  unitvet security --threshold 60 --systemd 257 --format json .
  unitvet security --root /mnt/image ssh.service`,
		RunE: func(cmd *cobra.Command, args []string) error { return f.run(cmd.Context(), args, std) },
	}
	flags := cmd.Flags()
	f.register(flags)
	flags.IntVar(&f.systemd, "systemd", 0, fmt.Sprintf("the `RELEASE` of systemd that weighs (default that of --root, or %d)", directive.Latest))
	flags.Uint64Var(&f.threshold, "threshold", 100, "exit with 1 if a service has an exposure over this `NUMBER` of tenths: 50 for 5.0")
	flags.StringVarP(&f.format, "format", "f", "text", "`FORMAT` of the answer: text or json")
	flags.StringVar(&f.policy, "security-policy", "", "take weights, ranges and descriptions from this JSON `FILE`, as systemd-analyze does")
	flags.BoolVar(&f.details, "details", false, "list the checks of every service, also where there are several")
	completeWords(cmd, "format", []string{"text", "json"})
	return cmd
}

// assessed is a service with what it comes to.
type assessed struct {
	unit     *unit.Unit
	settings *sandbox.Settings
	report   exposure.Report
	advice   exposure.Advice
}

func (f *securityFlags) run(ctx context.Context, args []string, std streams) error {
	if f.format != "text" && f.format != "json" {
		return fmt.Errorf("--format: %q is neither text nor json", f.format)
	}
	if f.systemd < 0 || f.systemd > directive.Latest {
		return fmt.Errorf("--systemd: %d is no release from 1 to %d", f.systemd, directive.Latest)
	}
	policy, err := readPolicy(f.policy)
	if err != nil {
		return err
	}
	names, paths := f.split(args)
	in, err := f.input(paths, std.in)
	if err != nil {
		return err
	}
	in.Instances = names
	opts := lint.Options{Input: in, Systemd: f.systemd}
	sets, result, err := lint.Load(opts)
	if err != nil {
		return err
	}
	refused, err := refusals(ctx, opts)
	if err != nil {
		return err
	}
	services, missing := f.assess(sets, names, refused, policy, result)
	notes(std.err, result)
	write := securityText
	if f.format == "json" {
		write = securityJSON
	}
	if err := write(std.out, services, f.details || len(services) == 1); err != nil {
		return fmt.Errorf("writing: %w", err)
	}
	switch {
	case len(missing) > 0:
		return fmt.Errorf("%s: no such service here", strings.Join(missing, ", "))
	case len(result.Errors) > 0:
		return failedError{}
	case slices.ContainsFunc(services, func(s assessed) bool { return s.report.Score > f.threshold }):
		return findingsError{}
	}
	return nil
}

// readPolicy reads the file of --security-policy.
func readPolicy(file string) (exposure.Policy, error) {
	if file == "" {
		return nil, nil //nolint:nilnil // no policy is one
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("--security-policy: %w", err)
	}
	policy, err := exposure.ParsePolicy(text)
	if err != nil {
		return nil, fmt.Errorf("--security-policy: %s: %w", file, err)
	}
	return policy, nil
}

// split tells names of units from paths.
func (f *securityFlags) split(args []string) (names, paths []string) {
	for _, arg := range args {
		name, err := value.ParseName(arg)
		_, statErr := os.Stat(arg)
		if err == nil && name.Type == "service" && !strings.Contains(arg, "/") && (statErr != nil || f.root != "") {
			names = append(names, arg)
			continue
		}
		paths = append(paths, arg)
	}
	return names, paths
}

// refusing are the rules whose errors say that systemd does not load a service.
var refusing = []*lint.Rule{
	service.DBusWithoutBusName, service.InvalidCombination, service.InvalidOneshot, service.MissingExecStart, service.MultipleExecStart,
}

// refusals returns why systemd does not load services, by their name and file.
func refusals(ctx context.Context, opts lint.Options) (map[[2]string]string, error) {
	opts.Rules = refusing
	result, err := lint.Run(ctx, opts)
	if err != nil {
		return nil, err
	}
	refused := map[[2]string]string{}
	for i := range result.Findings {
		if f := &result.Findings[i]; f.Severity == lint.Error {
			refused[[2]string{f.Unit, f.ReportPath()}] = f.Message
		}
	}
	return refused, nil
}

// assess weighs the services that are asked for, worst first. Those that systemd does
// not load have no exposure; that is noted.
func (f *securityFlags) assess(
	sets []*lint.Set, names []string, refused map[[2]string]string, policy exposure.Policy, result *lint.Result,
) (services []assessed, missing []string) {
	found := map[string]bool{}
	for _, set := range sets {
		for _, u := range asked(set, names) {
			for _, name := range names {
				found[name] = found[name] || set.Lookup(name) == u
			}
			if why, ok := whyNot(u, set.Release, refused); ok {
				result.Notes = append(result.Notes, lint.Problem{Path: cmp.Or(u.Path, u.ID), Text: why})
				continue
			}
			s := sandbox.Read(u, set.Release)
			services = append(services, assessed{
				unit: u, settings: s, report: exposure.Assess(s, policy), advice: exposure.Advise(s, set.Program(u), set.Python(u), policy),
			})
		}
	}
	slices.SortStableFunc(services, func(a, b assessed) int {
		return cmp.Or(
			cmp.Compare(b.report.Score, a.report.Score),
			strings.Compare(a.unit.ID, b.unit.ID),
			strings.Compare(a.unit.Path, b.unit.Path),
		)
	})
	for _, name := range names {
		if !found[name] {
			missing = append(missing, name)
		}
	}
	return services, missing
}

// asked returns the services of a set by name, or all that are in focus.
func asked(set *lint.Set, names []string) []*unit.Unit {
	var units []*unit.Unit
	if len(names) == 0 {
		for _, u := range set.InFocus() {
			if u.Name.Type == "service" && u.Exists() {
				units = append(units, u)
			}
		}
		return units
	}
	for _, name := range names {
		if u := set.Lookup(name); u != nil && !slices.Contains(units, u) {
			units = append(units, u)
		}
	}
	return units
}

// whyNot says why a service has no exposure.
func whyNot(u *unit.Unit, release int, refused map[[2]string]string) (string, bool) {
	const prefix = "not weighed: "
	switch {
	case u.State == unit.NotFound:
		return prefix + "there are only drop-ins, no unit file", true
	case u.State == unit.Masked:
		return prefix + "masked", true
	case u.State == unit.BadSetting:
		return prefix + "systemd does not load this file", true
	case !u.Known():
		return prefix + "not everything that the unit says could be read", true
	}
	if s := sandbox.Read(u, release); s.Refused != nil {
		return fmt.Sprintf("%ssystemd does not load the unit for its %s=%s", prefix, s.Refused.Key().String(), s.Refused.Value().String()), true
	}
	for _, part := range u.Parts() {
		if message, ok := refused[[2]string{u.ID, part.Source.Path}]; ok {
			return prefix + message, true
		}
	}
	return "", false
}

// securityText writes the answer for people.
func securityText(w io.Writer, services []assessed, details bool) error {
	var text strings.Builder
	if !details {
		width, count := 0, map[string]int{}
		for _, s := range services {
			name := s.unit.ID
			width = max(width, len(name))
			count[name]++
		}
		for _, s := range services {
			name := s.unit.ID
			fmt.Fprintf(&text, "%-*s %4s %s", width, report.Escape(name), exposure.Tenths(s.report.Score), exposure.Level(s.report.Score))
			if count[name] > 1 {
				fmt.Fprintf(&text, " %s", report.Escape(s.unit.Path))
			}
			text.WriteByte('\n')
		}
	}
	for i, s := range services {
		if !details {
			break
		}
		if i > 0 {
			text.WriteByte('\n')
		}
		s.details(&text)
	}
	_, err := io.WriteString(w, text.String())
	return err
}

// details writes the checks of a service, worst first, and the advice.
func (s assessed) details(text *strings.Builder) {
	outcomes := slices.Clone(s.report.Outcomes)
	slices.SortStableFunc(outcomes, func(a, b exposure.Outcome) int { return cmp.Compare(b.Exposure, a.Exposure) })
	width := 0
	for i := range outcomes {
		width = max(width, len([]rune(outcomes[i].Name)))
	}
	for i := range outcomes {
		o := &outcomes[i]
		mark, share := "✗", exposure.Tenths(o.Exposure)
		switch {
		case !o.Applies:
			mark, share = " ", ""
		case o.Good():
			mark, share = "✓", ""
		}
		fmt.Fprintf(text, "%s %3s  %s%s  %s", mark, share, o.Name, strings.Repeat(" ", width-len([]rune(o.Name))), report.Escape(o.Text))
		if why := s.why(o.Check); why != "" {
			fmt.Fprintf(text, " (%s)", report.Escape(why))
		}
		text.WriteByte('\n')
	}
	fmt.Fprintf(text, "\n%s: exposure %s %s\n", report.Escape(s.unit.ID), exposure.Tenths(s.report.Score), exposure.Level(s.report.Score))
	dropIn := s.advice.DropIn(s.settings.Section)
	if dropIn == "" {
		return
	}
	switch {
	case len(s.advice.Sure) == 0:
		fmt.Fprintf(text, "what only its author can decide about, down to %s:\n", exposure.Tenths(s.advice.Possible()))
	case len(s.advice.Open) == 0:
		fmt.Fprintf(text, "what it is not seen to need, down to %s:\n", exposure.Tenths(s.advice.Lowered()))
	default:
		fmt.Fprintf(text, "what it is not seen to need, down to %s; then what only its author can decide about, down to %s:\n",
			exposure.Tenths(s.advice.Lowered()), exposure.Tenths(s.advice.Possible()))
	}
	fmt.Fprintf(text, "\n# %s.d/%s\n%s", report.Escape(s.unit.ID), lint.DropInName, report.EscapeLines(dropIn))
}

// why says which assignment decides a check, and what it implies; "" for a default.
func (s assessed) why(c *exposure.Check) string {
	var reasons []string
	for _, d := range s.decided(c) {
		reason := fmt.Sprintf("%s:%d: %s", d.Path, d.Line, d.Text)
		if d.Implied {
			reason += " implies it"
		}
		reasons = append(reasons, reason)
	}
	return strings.Join(reasons, ", ")
}

// decision is an assignment that decides a check.
type decision struct {
	Path string `json:"path"`
	Line int    `json:"line"`
	Text string `json:"text"`
	// Implied says that another setting is assigned that implies this one.
	Implied bool `json:"implied,omitempty"`
}

// decided returns the assignments that decide a check.
func (s assessed) decided(c *exposure.Check) []decision {
	keys := c.Keys()
	implied := map[string]bool{}
	for _, key := range s.settings.Droppers(c.Capabilities()) {
		keys = append(keys, key)
		implied[key] = true
	}
	var decisions []decision
	for _, key := range keys {
		reason := s.settings.Reason(key)
		for _, setting := range reason.Settings {
			at := setting.Part.Source.Position(setting.Span().Start)
			d := decision{setting.Part.Source.Path, at.Line, setting.Key().String() + "=" + setting.Value().String(), reason.Implied != "" || implied[key]}
			if !slices.Contains(decisions, d) {
				decisions = append(decisions, d)
			}
		}
	}
	return decisions
}

// securityUnit is a service in JSON. The names that systemd-analyze has, it has.
type securityUnit struct {
	Unit      string          `json:"unit"`
	Path      string          `json:"path"`
	Exposure  string          `json:"exposure"`
	Predicate string          `json:"predicate"`
	Checks    []securityCheck `json:"checks"`
	Advice    securityAdvice  `json:"advice"`
}

type securityCheck struct {
	Set         *bool      `json:"set"`
	Name        string     `json:"name"`
	Field       string     `json:"json_field"`
	Description string     `json:"description"`
	Exposure    *string    `json:"exposure"`
	Weight      uint64     `json:"weight"`
	Badness     *uint64    `json:"badness"`
	Range       uint64     `json:"range"`
	Decided     []decision `json:"decided,omitempty"`
}

type securityAdvice struct {
	Exposure string              `json:"exposure"`
	DropIn   string              `json:"drop_in"`
	Settings []securityAdvised   `json:"settings"`
	Open     []securityAdvisable `json:"open"`
}

type securityAdvised struct {
	Setting  string `json:"setting"`
	Exposure string `json:"exposure"`
}

type securityAdvisable struct {
	securityAdvised
	Questions []string `json:"questions"`
}

// securityJSON writes the answer for programs: a list, whatever the number of
// services.
func securityJSON(w io.Writer, services []assessed, _ bool) error {
	units := make([]securityUnit, 0, len(services))
	for _, s := range services {
		u := securityUnit{
			Unit: s.unit.ID, Path: s.unit.Path, Exposure: exposure.Tenths(s.report.Score), Predicate: exposure.Level(s.report.Score),
			Advice: securityAdvice{
				Exposure: exposure.Tenths(s.advice.Lowered()), DropIn: s.advice.DropIn(s.settings.Section),
				Settings: []securityAdvised{}, Open: []securityAdvisable{},
			},
		}
		for i := range s.report.Outcomes {
			o := &s.report.Outcomes[i]
			check := securityCheck{Name: o.Name, Field: o.Field, Description: o.Text, Weight: o.Weight, Range: o.Range, Decided: s.decided(o.Check)}
			if o.Applies {
				good := o.Good()
				check.Set, check.Badness = &good, &o.Badness
			}
			if o.Exposure > 0 {
				share := exposure.Tenths(o.Exposure)
				check.Exposure = &share
			}
			u.Checks = append(u.Checks, check)
		}
		for _, advised := range s.advice.Sure {
			u.Advice.Settings = append(u.Advice.Settings, securityAdvised{strings.Join(advised.Lines(), "\n"), exposure.Tenths(advised.Score)})
		}
		for _, advised := range s.advice.Open {
			u.Advice.Open = append(u.Advice.Open, securityAdvisable{
				securityAdvised{strings.Join(advised.Lines(), "\n"), exposure.Tenths(advised.Score)}, advised.Questions,
			})
		}
		units = append(units, u)
	}
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(units)
}
