package service

import (
	_ "embed"

	"github.com/unitvet/unitvet/lint"
)

//go:embed dbus_without_bus_name.md
var dbusWithoutBusNamePage string

// DBusWithoutBusName finds services that are to be up once a name appears on the
// bus, and do not say which (service_verify in src/core/service.c).
var DBusWithoutBusName = &lint.Rule{
	ID:        "dbus-without-bus-name",
	Summary:   "a service of Type=dbus without BusName=",
	Category:  "service",
	Severity:  lint.Error,
	Since:     "0.1.0",
	Page:      dbusWithoutBusNamePage,
	CheckUnit: dbusWithoutBusName,
}

func dbusWithoutBusName(p *lint.UnitPass) {
	s := lookService(p)
	if s == nil || s.kind != "dbus" {
		return
	}
	if _, ok := s.accepted("BusName"); ok {
		return
	}
	f := lint.Finding{
		Place:   lint.AtValue(*s.kindBy),
		Message: "Type=dbus has to know the name on the bus that it waits for, and there is no BusName=: " + refuses,
		Help:    "add BusName= with the name that the program takes on the bus, such as BusName=org.example.Service",
	}
	for _, ignored := range s.Settings(s.section, "BusName") {
		f.Related = append(f.Related, related(ignored, "systemd ignores this, which is no name on a bus"))
	}
	p.Report(f)
}
