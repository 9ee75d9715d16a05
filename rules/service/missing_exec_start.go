package service

import (
	_ "embed"
	"fmt"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/unit"
)

//go:embed missing_exec_start.md
var missingExecStartPage string

// MissingExecStart finds services with nothing to run (service_verify in
// src/core/service.c).
var MissingExecStart = &lint.Rule{
	ID:        "missing-exec-start",
	Summary:   "a service without the command that its Type= needs",
	Category:  "service",
	Severity:  lint.Error,
	Since:     "0.1.0",
	Page:      missingExecStartPage,
	CheckUnit: missingExecStart,
}

// isEmpty reports whether a service has nothing to do: systemd loads none without
// commands and without SuccessAction= (service_verify in src/core/service.c).
func (s *subject) isEmpty() bool {
	return len(s.starts) == 0 && len(s.commands("ExecStop")) == 0 && !s.successAction()
}

func missingExecStart(p *lint.UnitPass) {
	s := lookService(p)
	if s == nil || s.fatal || len(s.starts) > 0 || s.leftToInstances() {
		return
	}
	action := s.successAction()
	remains, isRemaining := s.on("RemainAfterExit")
	f := lint.Finding{Place: s.header()}
	stops := s.commands("ExecStop")
	switch {
	case s.isEmpty():
		f.Message = "the service has no ExecStart=, and no ExecStop= or SuccessAction= either: " + refuses
		f.Help = "add ExecStart= with the program to run"
	case s.kind != "oneshot":
		f.Message = fmt.Sprintf("%s needs an ExecStart=, and there is none: %s", s.explained(), refuses)
		f.Help = "add ExecStart=, or write Type=oneshot for a service that only does something when it is stopped"
		if s.kindBy != nil {
			f.Place = lint.AtValue(*s.kindBy)
		}
	case !isRemaining && !action:
		f.Message = "a service with ExecStop= and no ExecStart= has to stay active until it is stopped, and RemainAfterExit= is not yes: " + refuses
		f.Help = "add RemainAfterExit=yes, or ExecStart= with the program to run"
		f.Place = lint.AtKey(stops[0].setting)
	default:
		return
	}
	if isRemaining {
		f.Related = append(f.Related, related(remains, "RemainAfterExit= alone runs nothing"))
	}
	if reset, ok := s.takenBack("ExecStart"); ok {
		f.Place = lint.AtKey(reset)
		f.Help = "add ExecStart= with the program to run behind the empty one"
		f.Related = append(f.Related, lint.Related{Place: lint.AtKey(reset), Message: "this takes back every ExecStart= before it"})
	}
	for _, dropped := range s.Settings(s.section, "ExecStart") {
		f.Related = append(f.Related, related(dropped, "systemd cannot read this command line and leaves it out"))
	}
	p.Report(f)
}

// successAction reports whether systemd does something when the service ends well,
// for which alone a service may be there.
func (s *subject) successAction() bool {
	setting, ok := s.Accepted("Unit", "SuccessAction", s.release)
	return ok && setting.Value().String() != "none"
}

// takenBack returns the empty assignment that clears a list, if one is the last
// word on it.
func (s *subject) takenBack(key string) (unit.Setting, bool) {
	var last unit.Setting
	for setting := range s.All() {
		if setting.Section == s.section && setting.Key().String() == key {
			last = setting
		}
	}
	return last, last.Assignment != nil && last.Value().Len() == 0
}

// leftToInstances reports whether a template leaves it to the drop-ins of its
// instances to say what is run.
func (s *subject) leftToInstances() bool {
	if !s.IsTemplate() {
		return false
	}
	for _, u := range s.Set.Units {
		if u.Template == s.Unit && len(u.Settings(s.section, "ExecStart")) > 0 {
			return true
		}
	}
	return false
}
