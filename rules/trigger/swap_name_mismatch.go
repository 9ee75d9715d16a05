package trigger

import (
	_ "embed"

	"github.com/unitvet/unitvet/lint"
)

//go:embed swap_name_mismatch.md
var swapNameMismatchPage string

// SwapNameMismatch finds swaps whose file is not named for the device or file in
// What= (swap_verify in src/core/swap.c).
var SwapNameMismatch = &lint.Rule{
	ID:        "swap-name-mismatch",
	Summary:   "a swap unit whose name is not that of its device or file: systemd does not load it",
	Category:  "trigger",
	Severity:  lint.Error,
	Since:     "0.1.0",
	Page:      swapNameMismatchPage,
	CheckUnit: swapNameMismatch,
}

func swapNameMismatch(p *lint.UnitPass) {
	if judged(p.Unit, "swap") {
		nameMismatch(p, "What")
	}
}
