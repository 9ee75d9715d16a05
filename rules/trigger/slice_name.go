package trigger

import (
	_ "embed"
	"fmt"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/unit"
	"github.com/unitvet/unitvet/lint/value"
)

//go:embed slice_name.md
var sliceNamePage string

// SliceName finds slices whose name does not say which slices they lie in
// (slice_verify in src/core/slice.c).
var SliceName = &lint.Rule{
	ID:        "slice-name",
	Summary:   "a slice with a name that no slice can have: systemd does not load it",
	Category:  "trigger",
	Severity:  lint.Error,
	Since:     "0.1.0",
	Page:      sliceNamePage,
	CheckUnit: sliceName,
}

func sliceName(p *lint.UnitPass) {
	u := p.Unit
	if u.Name.Type != "slice" || u.Fragment == nil || u.State != unit.Loaded || u.Name.Kind != value.Plain {
		return
	}
	if problem := value.CheckSlice(u.ID); problem != nil {
		p.Report(lint.Finding{
			Place:   header(u),
			Message: fmt.Sprintf("the dashes of %s do not spell slices within each other: systemd does not load it", u.Name),
			Help:    "a-b.slice lies in a.slice: no dash at either end, nor beside another; systemd-escape writes other dashes as \\x2d",
		})
	}
}
