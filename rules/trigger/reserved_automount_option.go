package trigger

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint"
)

//go:embed reserved_automount_option.md
var reservedAutomountOptionPage string

// ReservedAutomountOption finds options in ExtraOptions= that systemd keeps for
// itself (automount_verify in src/core/automount.c).
var ReservedAutomountOption = &lint.Rule{
	ID:        "reserved-automount-option",
	Summary:   "an option of autofs that systemd sets itself: it does not load the automount",
	Category:  "trigger",
	Severity:  lint.Error,
	Since:     "0.1.0",
	Page:      reservedAutomountOptionPage,
	CheckUnit: reservedAutomountOption,
}

// reservedOptions are those options.
var reservedOptions = []string{"fd", "pgrp", "minproto", "maxproto", "direct", "indirect"}

func reservedAutomountOption(p *lint.UnitPass) {
	u := p.Unit
	if !judged(u, "automount") {
		return
	}
	setting, ok := decides(p.Set, u, "ExtraOptions")
	if !ok {
		return
	}
	for option := range strings.SplitSeq(u.Expand(setting.Value().String()).Text, ",") {
		name, _, _ := strings.Cut(option, "=")
		if slices.Contains(reservedOptions, name) {
			p.Report(lint.Finding{
				Place:   lint.AtValue(setting),
				Message: fmt.Sprintf("ExtraOptions= has the option %q, which systemd sets itself: it does not load the unit", name),
				Help:    "remove the option",
			})
			return
		}
	}
}
