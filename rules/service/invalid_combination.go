package service

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/unit"
	"github.com/unitvet/unitvet/lint/value"
)

//go:embed invalid_combination.md
var invalidCombinationPage string

// InvalidCombination finds settings that exclude each other, or that have no effect
// without another: what systemd checks once a unit is loaded (unit_verify_contexts
// in src/core/unit.c, service_verify in src/core/service.c).
var InvalidCombination = &lint.Rule{
	ID:        "invalid-combination",
	Summary:   "settings that exclude each other, or that need another one",
	Category:  "service",
	Severity:  lint.Error,
	Since:     "0.1.0",
	Page:      invalidCombinationPage,
	CheckUnit: invalidCombination,
	Quadlets:  true,
}

func invalidCombination(p *lint.UnitPass) {
	s := look(p)
	if s == nil {
		return
	}
	for _, check := range combinations {
		if f := check(s); f != nil {
			p.Report(*f)
		}
	}
}

// combinations are the checks, each for one way in which settings do not fit.
var combinations = []func(*subject) *lint.Finding{
	sessionWithoutKill,
	dynamicUserOfUser,
	homeOfDynamicUser,
	directoryInKernel,
	pidsOutsideService,
	pidsWithForking,
	pidsWithSession,
	managedUsers,
	usersWithPath,
	descriptorsWithoutStrings,
	stringsWithoutDescriptors,
	extraWithoutMaximum,
	stepsWithoutMaximum,
	maximumWithoutSteps,
	credentialsTooLate,
	endlessJitter,
	refreshOfNothing,
	forcedAndPrevented,
	startsTooLong,
}

// refused is a finding about two settings of which systemd takes only one.
func refused(at, other unit.Setting, message, help string) *lint.Finding {
	return &lint.Finding{
		Place:   lint.AtValue(at),
		Message: message + ": systemd refuses to load the unit",
		Help:    help,
		Related: []lint.Related{related(other, "the other setting")},
	}
}

// inVain is a finding about a setting that does nothing.
func inVain(at unit.Setting, message, help string) *lint.Finding {
	return &lint.Finding{Severity: lint.Warning, Place: lint.AtKey(at), Message: message, Help: help}
}

// sessionWithoutKill: a PAM session needs a process that ends with the service and
// closes it.
func sessionWithoutKill(s *subject) *lint.Finding {
	pam, ok := s.accepted("PAMName")
	mode, hasMode := s.accepted("KillMode")
	stricter := s.section != "Service" && s.release <= lastStricter
	switch {
	case !ok || !hasMode || mode.Value().String() == "control-group" || mode.Value().String() == "mixed" && !stricter:
		return nil
	case stricter:
		return refused(mode, pam, fmt.Sprintf("%s excludes PAMName= in a %s unit of systemd %d", pretty(mode), s.Name.Type, s.release), "write KillMode=control-group")
	}
	return refused(mode, pam, fmt.Sprintf("%s leaves the process behind that keeps the session of PAMName= open", pretty(mode)),
		"write KillMode=mixed or KillMode=control-group")
}

// dynamicUserOfUser: only the system manager can make users.
func dynamicUserOfUser(s *subject) *lint.Finding {
	dynamic, ok := s.on("DynamicUser")
	if !ok || s.Set.Scope != unit.ScopeUser || s.release < contextsVerified {
		return nil
	}
	return &lint.Finding{
		Place:   lint.AtValue(dynamic),
		Message: "DynamicUser=yes needs the system manager, and this is a unit of a user's: systemd refuses to load the unit",
		Help:    "remove the line: the unit runs as the user whose manager starts it",
	}
}

// homeOfDynamicUser: a user that is made for the unit has no home.
func homeOfDynamicUser(s *subject) *lint.Finding {
	directory, ok := s.accepted("WorkingDirectory")
	dynamic, isDynamic := s.on("DynamicUser")
	if !ok || !isDynamic || s.release < contextsVerified || strings.TrimPrefix(directory.Value().String(), "-") != "~" {
		return nil
	}
	return refused(directory, dynamic, "WorkingDirectory=~ is the home of the user, and that of DynamicUser=yes has none",
		"write StateDirectory=NAME and WorkingDirectory=%S/NAME")
}

// kernelDirs are mounted anew in a namespace, so that a directory there is another.
var kernelDirs = []string{"/dev", "/proc", "/sys"}

// directoryInKernel: a working directory in a file system that is mounted anew.
func directoryInKernel(s *subject) *lint.Finding {
	directory, ok := s.accepted("WorkingDirectory")
	if !ok || s.release < contextsVerified {
		return nil
	}
	p := strings.TrimPrefix(directory.Value().String(), "-")
	if expanded := s.Expand(p); expanded.Known {
		p = value.SimplifyPath(expanded.Text)
	}
	for _, dir := range kernelDirs {
		if p != dir && !strings.HasPrefix(p, dir+"/") {
			continue
		}
		if by, ok := s.mounts(); ok {
			return refused(directory, by, fmt.Sprintf("%s lies in a file system of the kernel, which %s mounts anew for the unit", pretty(directory), pretty(by)),
				"choose a directory elsewhere, and let the program name what it needs in "+dir)
		}
	}
	return nil
}

// mounted are settings that give a unit mounts of its own, and the words with which
// they do not (exec_needs_mount_namespace in src/core/execute.c). Lists do if they
// are not empty. From a release on, others do as well.
var mounted = []mountsBy{
	{key: "RootImage"},
	{key: "ReadWritePaths", list: true},
	{key: "ReadWriteDirectories", list: true},
	{key: "ReadOnlyPaths", list: true},
	{key: "ReadOnlyDirectories", list: true},
	{key: "InaccessiblePaths", list: true},
	{key: "InaccessibleDirectories", list: true},
	{key: "ExecPaths", list: true},
	{key: "NoExecPaths", list: true},
	{key: "BindPaths", list: true},
	{key: "BindReadOnlyPaths", list: true},
	{key: "TemporaryFileSystem", list: true},
	{key: "MountImages", list: true},
	{key: "ExtensionImages", list: true},
	{key: "ExtensionDirectories", list: true},
	{key: "MountFlags", without: []string{"shared"}},
	{key: "PrivateTmp", without: []string{"no", "yes"}},
	{key: "PrivateTmp", without: []string{"no"}, since: 262},
	{key: "PrivateDevices", without: []string{"no"}},
	{key: "PrivateMounts", without: []string{"no"}},
	{key: "PrivatePIDs", without: []string{"no"}},
	{key: "PrivateIPC", without: []string{"no"}},
	{key: "IPCNamespacePath"},
	{key: "ProtectSystem", without: []string{"no"}},
	{key: "ProtectHome", without: []string{"no"}},
	{key: "ProtectKernelTunables", without: []string{"no"}},
	{key: "ProtectKernelModules", without: []string{"no"}},
	{key: "ProtectKernelLogs", without: []string{"no"}},
	{key: "ProtectControlGroups", without: []string{"no", "private"}},
	{key: "ProtectControlGroups", without: []string{"no"}, since: 262},
	{key: "ProtectProc", without: []string{"default"}},
	{key: "ProcSubset", without: []string{"all"}},
	{key: "PrivateBPF", without: []string{"no"}},
	{key: "MountAPIVFS", without: []string{"no"}},
	{key: "BindLogSockets", without: []string{"no"}},
	{key: "LogNamespace"},
	{key: "DynamicUser", without: []string{"no"}},
}

// mountsBy is one of them.
type mountsBy struct {
	key     string
	without []string
	list    bool
	since   int
}

// mounts returns a setting that gives the unit mounts of its own.
func (s *subject) mounts() (unit.Setting, bool) {
	for _, m := range mounted {
		if s.release < m.since {
			continue
		}
		if m.list {
			if settings := s.Settings(s.section, m.key); len(settings) > 0 {
				return settings[0], true
			}
			continue
		}
		setting, ok := s.accepted(m.key)
		if ok && !m.isWithout(setting.Value().String()) {
			return setting, true
		}
	}
	// A network of its own does unless PrivateMounts= says no, a root directory unless
	// MountAPIVFS= does and there are no directories to bring in.
	if _, ok := s.accepted("PrivateMounts"); !ok {
		if setting, ok := s.on("PrivateNetwork"); ok {
			return setting, true
		}
		if setting, ok := s.accepted("NetworkNamespacePath"); ok {
			return setting, true
		}
	}
	root, hasRoot := s.accepted("RootDirectory")
	_, plain := s.accepted("MountAPIVFS") // with yes, the unit is among the above
	for _, key := range directoryKeys {
		for _, setting := range s.Settings(s.section, key) {
			entries, _ := value.ParseDirectories(setting.Value().String(), true)
			if hasRoot || slices.ContainsFunc(entries, func(d value.Directory) bool { return d.ReadOnly }) {
				return setting, true
			}
		}
	}
	return root, hasRoot && !plain
}

// directoryKeys are the settings that make directories for a unit.
var directoryKeys = []string{"RuntimeDirectory", "StateDirectory", "CacheDirectory", "LogsDirectory", "ConfigurationDirectory"}

func (m *mountsBy) isWithout(word string) bool {
	if yes, isBool := value.ParseBoolean(word); isBool {
		word = map[bool]string{true: "yes", false: "no"}[yes]
	}
	return slices.Contains(m.without, word)
}

// pidsOutsideService: process IDs of their own are for services.
func pidsOutsideService(s *subject) *lint.Finding {
	pids, ok := s.on("PrivatePIDs")
	if !ok || s.section == "Service" {
		return nil
	}
	return &lint.Finding{
		Place:   lint.AtValue(pids),
		Message: fmt.Sprintf("PrivatePIDs= is for services, and this is a %s unit: systemd refuses to load the unit", s.Name.Type),
		Help:    "remove the line",
	}
}

// pidsWithForking: the process ID that a daemon writes means nothing outside.
func pidsWithForking(s *subject) *lint.Finding {
	pids, ok := s.on("PrivatePIDs")
	if !ok || s.kind != "forking" {
		return nil
	}
	return refused(pids, *s.kindBy, "PrivatePIDs=yes hides the process that Type=forking is to find",
		"keep the program in the foreground and write Type=exec or Type=notify")
}

// pidsWithSession: the process that keeps the session would be the first of the
// namespace.
func pidsWithSession(s *subject) *lint.Finding {
	pids, ok := s.on("PrivatePIDs")
	pam, hasPAM := s.accepted("PAMName")
	if !ok || !hasPAM || s.release < pamWithoutPrivatePIDs {
		return nil
	}
	return refused(pids, pam, "PrivatePIDs=yes excludes a session of PAMName=", "remove one of the two")
}

// managedUsers: the range of users is chosen at run time.
func managedUsers(s *subject) *lint.Finding {
	users, ok := s.accepted("PrivateUsers")
	if !ok || users.Value().String() != "managed" {
		return nil
	}
	other, found := s.on("DynamicUser")
	for _, key := range []string{"User", "Group", "PAMName"} {
		if setting, ok := s.accepted(key); ok && !found {
			other, found = setting, true
		}
	}
	if !found {
		return nil
	}
	return refused(users, other, "PrivateUsers=managed chooses the users itself and excludes "+pretty(other),
		"write PrivateUsers=yes, or remove the other setting")
}

// usersWithPath: there is one namespace of users only.
func usersWithPath(s *subject) *lint.Finding {
	users, ok := s.accepted("PrivateUsers")
	path, hasPath := s.accepted("UserNamespacePath")
	if !ok || !hasPath {
		return nil
	}
	if yes, isBool := value.ParseBoolean(users.Value().String()); isBool && !yes {
		return nil
	}
	return refused(users, path, pretty(users)+" makes a namespace of users, and UserNamespacePath= joins another", "remove one of the two")
}

func descriptorsWithoutStrings(s *subject) *lint.Finding {
	return s.alone("USBFunctionDescriptors", "USBFunctionStrings")
}

func stringsWithoutDescriptors(s *subject) *lint.Finding {
	return s.alone("USBFunctionStrings", "USBFunctionDescriptors")
}

// alone is a finding about a setting that needs another one.
func (s *subject) alone(key, partner string) *lint.Finding {
	setting, ok := s.accepted(key)
	if _, both := s.accepted(partner); !ok || both {
		return nil
	}
	return inVain(setting, fmt.Sprintf("%s= needs %s=, and there is none: systemd ignores it", key, partner), "add "+partner+"=")
}

func extraWithoutMaximum(s *subject) *lint.Finding {
	extra, ok := s.accepted("RuntimeRandomizedExtraSec")
	if !ok || span(extra) == 0 {
		return nil
	}
	if most, ok := s.accepted("RuntimeMaxSec"); ok && span(most) != value.Forever {
		return nil
	}
	return inVain(extra, "RuntimeRandomizedExtraSec= makes RuntimeMaxSec= longer, and there is none: systemd ignores it", "add RuntimeMaxSec=, or remove the line")
}

func stepsWithoutMaximum(s *subject) *lint.Finding {
	steps := s.number(0, name{s.section, "RestartSteps"})
	if steps.is == 0 {
		return nil
	}
	if most, ok := s.accepted("RestartMaxDelaySec"); ok && span(most) != value.Forever {
		return nil
	}
	return inVain(*steps.by, "RestartSteps= leads from RestartSec= to RestartMaxDelaySec=, and there is none: systemd ignores it, and the wait stays the same",
		"add RestartMaxDelaySec= with the longest wait")
}

func maximumWithoutSteps(s *subject) *lint.Finding {
	most, ok := s.accepted("RestartMaxDelaySec")
	if !ok || span(most) == value.Forever {
		return nil
	}
	if s.number(0, name{s.section, "RestartSteps"}).is > 0 {
		return nil
	}
	return inVain(most, "RestartMaxDelaySec= is reached in RestartSteps= steps, and there are none: systemd ignores it, and the wait stays the same",
		"add RestartSteps= with the number of restarts until then")
}

// credentialsTooLate: ExecStartPost= runs before the program is executed, whose
// credentials are set up by then.
func credentialsTooLate(s *subject) *lint.Finding {
	posts := s.commands("ExecStartPost")
	if s.kind != "simple" || len(posts) == 0 || s.release < execForCredentials {
		return nil
	}
	for _, key := range credentialKeys {
		if settings := s.Settings(s.section, key); len(settings) > 0 {
			return &lint.Finding{
				Severity: lint.Warning,
				Place:    lint.AtValue(*s.kindBy),
				Message:  "Type=simple starts ExecStartPost= before the credentials of ExecStart= are set up: both do so at once, and one may find them half made",
				Help:     "write Type=exec",
				Related: []lint.Related{
					related(settings[0], "the credentials"), {Place: lint.AtKey(posts[0].setting), Message: "the command that may come too early"},
				},
			}
		}
	}
	return nil
}

func endlessJitter(s *subject) *lint.Finding {
	jitter, ok := s.accepted("RestartRandomizedDelaySec")
	if !ok || span(jitter) != value.Forever {
		return nil
	}
	return inVain(jitter, "RestartRandomizedDelaySec=infinity is no delay that could end: systemd ignores it", "write a time, or remove the line")
}

// refreshOfNothing: RefreshOnReload= with nothing to refresh.
func refreshOfNothing(s *subject) *lint.Finding {
	refresh, ok := s.accepted("RefreshOnReload")
	if !ok {
		return nil
	}
	kinds := map[string][]string{"extensions": {"ExtensionImages", "ExtensionDirectories"}, "credentials": credentialKeys}
	for _, word := range value.Fields(refresh.Value().String()) {
		keys, known := kinds[word.Text]
		if !known || slices.ContainsFunc(keys, func(key string) bool { return len(s.Settings(s.section, key)) > 0 }) {
			continue
		}
		return inVain(refresh, fmt.Sprintf("RefreshOnReload=%s has nothing to refresh: there is no %s=", word.Text, strings.Join(keys, "=, ")), "remove the line")
	}
	return nil
}

// forcedAndPrevented: of two answers to one exit status, the one not to restart
// counts (service_shall_restart in src/core/service.c).
func forcedAndPrevented(s *subject) *lint.Finding {
	if s.section != "Service" {
		return nil
	}
	prevented := s.statuses("RestartPreventExitStatus")
	for _, forced := range s.statuses("RestartForceExitStatus") {
		for _, other := range prevented {
			if forced.Text == other.Text {
				return &lint.Finding{
					Severity: lint.Warning,
					Place:    lint.AtWord(forced.setting, forced.Span),
					Message:  fmt.Sprintf("RestartForceExitStatus= and RestartPreventExitStatus= both name %s: the latter wins, and the service is not restarted", forced.Text),
					Help:     "take it off one of the two",
					Related:  []lint.Related{{Place: lint.AtWord(other.setting, other.Span), Message: "this wins"}},
				}
			}
		}
	}
	return nil
}

// startsTooLong: commands before the main one that wait longer than the start may
// take.
func startsTooLong(s *subject) *lint.Finding {
	if s.section != "Service" || s.kind == "oneshot" {
		return nil
	}
	limit := s.time(90*value.Second, name{"Service", "TimeoutStartSec"}, name{"Service", "TimeoutSec"})
	if limit.is == 0 || limit.is == value.Forever {
		return nil
	}
	for _, c := range s.commands("ExecStartPre") {
		if wait := sleeps(c.Command); wait >= limit.is {
			f := &lint.Finding{
				Severity: lint.Error,
				Place:    lint.AtWord(c.setting, c.Span),
				Message: fmt.Sprintf("this waits for %s, and %s ends the start before: the service never comes up",
					wait, limit.quoted("TimeoutStartSec", limit.is)),
				Help:   "raise TimeoutStartSec=, or wait in another way: an ordering, a path or a socket unit",
				Result: "timeout",
			}
			return f
		}
	}
	return nil
}
