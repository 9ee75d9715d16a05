package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/graph"
	"github.com/unitvet/unitvet/lint/report"
	"github.com/unitvet/unitvet/lint/transaction"
	"github.com/unitvet/unitvet/lint/unit"
	"github.com/unitvet/unitvet/lint/value"
)

// orderFlags are the flags of the command.
type orderFlags struct {
	inputFlags
	format  string
	all     bool
	enabled bool
}

func orderCommand(std streams) *cobra.Command {
	var f orderFlags
	cmd := &cobra.Command{
		Use:   "order UNIT [PATH...]",
		Short: "Print what starting a unit brings along, in order, and why",
		Long: `Print the units that the start of a unit brings along, in the order in which
systemd starts them, and what brings each along: systemctl list-dependencies and
systemd-analyze critical-chain, but offline and before anything is started.

Units with the same number may start at the same time; "-" stands for units that
are not there, "x" for units that the start stops, "?" for those in an ordering
cycle. Default and implicit dependencies count. In a checkout the units that systemd
itself ships are taken to be as it ships them; what only they bring along is left
out, unless --all is given.

The unit is looked for in the directories PATH, or below the working directory.`,
		Example: `  unitvet order shop.target systemd/
  unitvet order --enabled default.target systemd/
  unitvet order --root /mnt/image --format json multi-user.target`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return f.run(std, args[0], args[1:]) },
	}
	flags := cmd.Flags()
	f.register(flags)
	flags.StringVarP(&f.format, "format", "f", "text", "write `FORMAT`: text or json")
	flags.BoolVar(&f.all, "all", false, "show what only systemd's own units bring along, too")
	flags.BoolVar(&f.enabled, "enabled", false, "take every unit with an [Install] section to be enabled")
	completeWords(cmd, "format", []string{"text", "json"})
	return cmd
}

func (f *orderFlags) run(std streams, name string, paths []string) error {
	if _, err := value.ParseName(name); err != nil {
		return fmt.Errorf("%q is no unit name: %w", name, err)
	}
	if f.format != "text" && f.format != "json" {
		return fmt.Errorf("--format: %q is neither text nor json", f.format)
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
	orders := []jsonOrder{}
	var text strings.Builder
	for _, set := range sets {
		g := graph.Build(set.Set)
		if u := g.Lookup(name); u == nil || g.IsBase(u) && len(sets) > 1 {
			continue
		}
		plan, ok := transaction.New(g).Start(name, f.enabled)
		if !ok {
			continue
		}
		o := f.order(set, name, plan)
		orders = append(orders, o)
		o.text(&text, len(orders) > 1)
	}
	switch {
	case len(result.Errors) > 0:
		return failedError{}
	case len(orders) == 0:
		return fmt.Errorf("%s: no such unit here", name)
	}
	if f.format == "json" {
		encoder := json.NewEncoder(std.out)
		encoder.SetIndent("", "  ")
		encoder.SetEscapeHTML(false)
		err = encoder.Encode(orders)
	} else {
		_, err = io.WriteString(std.out, text.String())
	}
	if err != nil {
		return fmt.Errorf("writing: %w", err)
	}
	return nil
}

// jsonOrder is the order of the units of one set.
type jsonOrder struct {
	Set     string    `json:"set"`
	Unit    string    `json:"unit"`
	Jobs    []jsonJob `json:"jobs"`
	Absent  []jsonJob `json:"absent"`
	Stopped []jsonJob `json:"stopped"`
	// Hidden is how many units only systemd's own bring along.
	Hidden int `json:"hidden"`
}

type jsonJob struct {
	// Step is the same for jobs that may run at the same time.
	Step int    `json:"step,omitempty"`
	Unit string `json:"unit"`
	// Path is the unit's file; empty for units that the set does not have.
	Path string `json:"path"`
	// Missing: there is no such unit, so systemd goes on without it, or refuses to
	// start what requires it.
	Missing bool `json:"missing,omitempty"`
	// Looks: the unit is not started, it must be up already.
	Looks bool `json:"looks,omitempty"`
	// Lacks is what the unit requires and systemd does not start, so that it does not
	// start the unit either.
	Lacks string `json:"lacks,omitempty"`
	// Circle: the unit is part of an ordering cycle, or behind one.
	Circle bool     `json:"circle,omitempty"`
	After  []string `json:"after"`
	// Chain is what brings the unit along, from the one that is started.
	Chain []jsonLink `json:"chain"`

	way []string // that the chain leads by, for people
}

type jsonLink struct {
	From       string `json:"from"`
	Dependency string `json:"dependency"`
	To         string `json:"to"`
	// Reason says why, where nothing names the dependency.
	Reason string `json:"reason,omitempty"`
	Path   string `json:"path,omitempty"`
	Line   int    `json:"line,omitempty"`
}

// order turns a plan into what is written.
func (f *orderFlags) order(set *lint.Set, name string, plan *transaction.Plan) jsonOrder {
	o := jsonOrder{Set: set.Name, Unit: name, Jobs: []jsonJob{}, Absent: []jsonJob{}, Stopped: []jsonJob{}}
	steps := map[string]int{}
	shown := func(job *transaction.Job) bool {
		return f.all || job.Chain == nil || job.Chain.Before == nil || !job.Base && job.Known != nil || !isOfBase(set.Set, &job.Chain.Edge)
	}
	for i := range plan.Jobs {
		job := &plan.Jobs[i]
		step := 1
		for _, before := range job.After {
			step = max(step, steps[before]+1)
		}
		steps[job.Unit] = step
		if !shown(job) {
			o.Hidden++
			continue
		}
		j := f.job(job)
		j.Step = step
		j.Missing = job.Known == nil && set.Resolve(job.Unit).Where == lint.Nowhere
		o.Jobs = append(o.Jobs, j)
	}
	o.number()
	for i := range plan.Absent {
		if shown(&plan.Absent[i]) {
			o.Absent = append(o.Absent, f.job(&plan.Absent[i]))
		}
	}
	for i := range plan.Stopped {
		o.Stopped = append(o.Stopped, f.job(&plan.Stopped[i]))
	}
	return o
}

// number makes the steps of the jobs that are shown follow each other.
func (o *jsonOrder) number() {
	var steps []int
	for i := range o.Jobs {
		if !o.Jobs[i].Missing {
			steps = append(steps, o.Jobs[i].Step)
		}
	}
	slices.Sort(steps)
	steps = slices.Compact(steps)
	for i := range o.Jobs {
		rank, _ := slices.BinarySearch(steps, o.Jobs[i].Step)
		o.Jobs[i].Step = rank + 1
	}
}

// isOfBase reports whether a dependency is one of systemd's own units.
func isOfBase(set *unit.Set, e *graph.Edge) bool { return e.Unit != nil && e.Unit.Set != set }

// job turns a job of a plan into what is written of it.
func (f *orderFlags) job(job *transaction.Job) jsonJob {
	j := jsonJob{Unit: job.Unit, Looks: job.Looks, Lacks: job.Lacks, Circle: job.Circle, After: job.After, Chain: []jsonLink{}}
	if j.After == nil {
		j.After = []string{}
	}
	if job.Known != nil && !job.Base {
		j.Path = job.Known.Path
	}
	if job.Chain == nil {
		return j
	}
	if f.format == "json" {
		for _, e := range job.Chain.Edges() {
			j.Chain = append(j.Chain, newJSONLink(&e))
		}
		return j
	}
	j.Chain = append(j.Chain, newJSONLink(&job.Chain.Edge))
	j.way = way(job.Chain.Before)
	return j
}

// longWay is from how many steps on a way is told by its ends.
const longWay = 6

// way returns the units that a chain leads by. Of a long way the lines of the units
// that are left out tell the rest.
func way(chain *transaction.Link) []string {
	var units []string
	for link := chain; link != nil; link = link.Before {
		if chain.Length < longWay || link == chain || link.Before == nil {
			units = append(units, link.From)
		}
	}
	if chain != nil && chain.Length >= longWay {
		units = []string{units[0], fmt.Sprintf("%d others", chain.Length-2), units[1]}
	}
	slices.Reverse(units)
	return units
}

func newJSONLink(e *graph.Edge) jsonLink {
	link := jsonLink{From: e.From, Dependency: e.Kind.String(), To: e.To, Reason: e.Implicit}
	if e.Install {
		link.Reason = "by [Install], once it is enabled"
	}
	setting, ok := transaction.Place(e)
	switch {
	case ok && (e.Unit == nil || !strings.HasPrefix(setting.Part.Source.Path, graph.BasePath+"/")):
		link.Path, link.Line = setting.Part.Source.Path, setting.Part.Source.Position(setting.Span().Start).Line
	case e.Link != nil:
		link.Path = e.Link.Path
	}
	return link
}

// text writes the order for people.
func (o *jsonOrder) text(w *strings.Builder, another bool) {
	if another {
		w.WriteByte('\n')
	}
	width := 0
	for _, job := range o.Jobs {
		width = max(width, len(report.Escape(job.Unit)))
	}
	width = min(width, 40)
	for i := range o.Jobs {
		job := &o.Jobs[i]
		number := fmt.Sprint(job.Step)
		switch {
		case job.Missing, job.Lacks != "":
			number = "-"
		case job.Circle:
			number = "?"
		}
		fmt.Fprintf(w, "%3s  %-*s  %s\n", number, width, report.Escape(job.Unit), report.Escape(job.why()))
	}
	for _, job := range o.Absent {
		fmt.Fprintf(w, "  -  %-*s  not here, masked or refused; %s\n", width, report.Escape(job.Unit), report.Escape(job.why()))
	}
	for _, job := range o.Stopped {
		fmt.Fprintf(w, "  x  %-*s  stopped, if it runs; %s\n", width, report.Escape(job.Unit), report.Escape(job.why()))
	}
	if o.Hidden > 0 {
		fmt.Fprintf(w, "     and %d more that only systemd's own units bring along (--all)\n", o.Hidden)
	}
}

// why says what brings a unit along, and the way from the unit that is started.
func (j *jsonJob) why() string {
	if j.Lacks != "" {
		whole := *j
		whole.Lacks = ""
		return "cannot start without " + j.Lacks + ", which it requires; " + whole.why()
	}
	if len(j.Chain) == 0 {
		return "what is started"
	}
	last := j.Chain[len(j.Chain)-1]
	text := fmt.Sprintf("%s= of %s", last.Dependency, last.From)
	switch {
	case last.Line > 0:
		text += fmt.Sprintf(" (%s:%d)", last.Path, last.Line)
	case last.Path != "":
		text += fmt.Sprintf(" (%s)", last.Path)
	}
	if last.Reason != "" {
		text += ": " + last.Reason
	}
	if len(j.way) > 0 {
		text += "; by way of " + strings.Join(j.way, ", ")
	}
	if j.Looks {
		text += "; must be up already"
	}
	if j.Missing {
		text = "there is no such unit; " + text
	}
	return text
}
