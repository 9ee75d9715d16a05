package startup_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/program/startup"
)

func TestDump(t *testing.T) {
	dir := os.Getenv("DUMP")
	if dir == "" {
		t.Skip()
	}
	opts := lint.Options{}
	opts.Paths = []string{dir}
	sets, res, err := lint.Load(opts)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println(res.Errors, res.Notes)
	for _, s := range sets {
		for _, u := range s.Units {
			for _, p := range startup.Of(s.Program(u), s.Host) {
				fmt.Printf("== %s %v %s loaded=%v runs=%v gave=%v\n", u.Name, p.Start.Kind, p.Start.Target, p.Loaded, p.Runs, p.Gave)
				for _, f := range p.Failures {
					fmt.Printf("   FAIL %d %s dirs=%v found=%s entry=%v when=%d\n", f.Kind, f.Error, f.Dirs, f.Found, f.Entry, f.When)
					for _, c := range f.Chain {
						fmt.Printf("        %s:%d %s\n", c.File.Path, c.File.Line(c.Span.Start), c.Text)
					}
				}
				for _, f := range p.Effects {
					fmt.Printf("   EFFECT %d path=%s host=%s:%d call=%s when=%d maybe=%v guarded=%v from=%v\n", f.Kind, f.Path, f.Host, f.Port, f.Call, f.When, f.Maybe, f.Guarded, f.From != nil)
					for _, c := range f.Chain {
						fmt.Printf("        %s:%d %s\n", c.File.Path, c.File.Line(c.Span.Start), c.Text)
					}
				}
				for _, r := range p.Reads {
					fmt.Printf("   READ %v field=%s prefix=%s req=%v state=%d def=%q when=%d maybe=%v\n", r.Names, r.Field, r.Prefix, r.Required, r.State, r.Default, r.When, r.Maybe)
				}
			}
		}
	}
}
