package trigger

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/unit"
	"github.com/unitvet/unitvet/lint/value"
)

//go:embed path_unit_loop.md
var pathUnitLoopPage string

// PathUnitLoop finds path units whose service cannot remove what they wait for,
// since it needs it to run: systemd looks again as soon as the service has ended
// (path_trigger_notify in src/core/path.c), until the start limit stops both.
var PathUnitLoop = &lint.Rule{
	ID:        "path-unit-loop",
	Summary:   "a path unit whose condition still holds when its service ends: it starts it again at once",
	Category:  "trigger",
	Severity:  lint.Warning,
	Since:     "0.1.0",
	Page:      pathUnitLoopPage,
	CheckUnit: pathUnitLoop,
}

func pathUnitLoop(p *lint.UnitPass) {
	u := p.Unit
	if !judged(u, "path") {
		return
	}
	service := triggered(p.Set, u)
	if service == nil || !judged(service, "service") || service.Value("Service", "Type") != "oneshot" {
		return
	}
	if _, remains := isOn(p.Set, service, "RemainAfterExit"); remains {
		return
	}
	for _, watched := range takenOf(p.Set, u, "PathExists", "DirectoryNotEmpty") {
		needed, at, ok := needs(p.Set, service, watched)
		if !ok {
			continue
		}
		p.Report(lint.Finding{
			Place: lint.AtValue(watched),
			Message: fmt.Sprintf("%s=%s still holds when %s ends, which cannot run without it: systemd starts the service again at once, until its start limit is hit (\"unit-start-limit-hit\")",
				watched.Key().String(), watched.Value().String(), service.Name),
			Help:    "watch for changes with PathChanged= or PathModified=, or for a file that the service removes when it is done",
			Related: []lint.Related{{Place: at, Message: "the service needs " + needed}},
		})
	}
}

// needs returns what a service needs, of what a path unit waits for.
func needs(set *lint.Set, service *unit.Unit, watched unit.Setting) (needed string, at lint.Place, ok bool) {
	waited := value.SimplifyPath(watched.Value().String())
	if strings.Contains(waited, "%") {
		return "", lint.Place{}, false
	}
	holds := func(name string) bool {
		name = value.SimplifyPath(name)
		below := strings.HasPrefix(name, strings.TrimSuffix(waited, "/")+"/")
		return below || name == waited && watched.Key().String() == "PathExists"
	}
	for _, key := range []string{"WorkingDirectory", "RootDirectory"} {
		for _, setting := range taken(set, service, key) {
			if holds(setting.Value().String()) { // not with a -: the service does without it
				return key + "=" + setting.Value().String(), lint.AtValue(setting), true
			}
		}
	}
	for _, setting := range taken(set, service, "ExecStart") {
		for _, command := range value.ParseExec(setting.Value().String()).Commands {
			if strings.HasPrefix(command.Path.Text, "/") && holds(command.Path.Text) {
				return command.Path.Text, lint.AtValue(setting), true
			}
		}
	}
	return "", lint.Place{}, false
}
