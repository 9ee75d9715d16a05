package environment

import (
	"strings"

	"github.com/unitvet/unitvet/lint/unit"
	"github.com/unitvet/unitvet/lint/value"
)

// always are variables that the manager may set for any command, depending on the
// unit, the release and what starts it (systemd.exec(5), "Environment Variables
// Set or Propagated by the Service Manager").
var always = names(
	"CREDENTIALS_DIRECTORY", "DEBUG_INVOCATION", "EXIT_CODE", "EXIT_STATUS", "FDSTORE", "INVOCATION_ID", "JOURNAL_STREAM",
	"LANG", "LANGUAGE", "LC_ADDRESS", "LC_COLLATE", "LC_CTYPE", "LC_IDENTIFICATION", "LC_MEASUREMENT", "LC_MESSAGES", "LC_MONETARY", "LC_NAME",
	"LC_NUMERIC", "LC_PAPER", "LC_TELEPHONE", "LC_TIME", "LISTEN_FDNAMES", "LISTEN_FDS", "LISTEN_PID", "LISTEN_PIDFDID",
	"LOG_NAMESPACE", "MAINPID", "MAINPIDFDID", "MANAGERPID", "MANAGERPIDFDID", "MEMORY_PRESSURE_WATCH", "MEMORY_PRESSURE_WRITE",
	"MONITOR_EXIT_CODE", "MONITOR_EXIT_STATUS", "MONITOR_INVOCATION_ID", "MONITOR_SERVICE_RESULT", "MONITOR_UNIT",
	"NOTIFY_SOCKET", "PIDFILE", "REMOTE_ADDR", "REMOTE_PORT", "SERVICE_RESULT", "SO_COOKIE", "SYSTEMD_EXEC_PID", "SYSTEMD_NSS_DYNAMIC_BYPASS",
	"TERM", "COLORTERM", "NO_COLOR", "TRIGGER_PATH", "TRIGGER_TIMER_MONOTONIC_USEC", "TRIGGER_TIMER_REALTIME_USEC", "TRIGGER_UNIT", "WATCHDOG_PID",
	"WATCHDOG_USEC", "XDG_RUNTIME_DIR", "XDG_SEAT", "XDG_SESSION_CLASS", "XDG_SESSION_ID", "XDG_SESSION_TYPE", "XDG_VTNR", "container",
)

func names(list ...string) map[string]bool {
	set := make(map[string]bool, len(list))
	for _, name := range list {
		set[name] = true
	}
	return set
}

// login are the variables of a user, set with User=, DynamicUser= or
// SetLoginEnvironment= (exec_context_get_set_login_environment in
// src/core/execute.c).
var login = []string{"HOME", "LOGNAME", "USER", "SHELL"}

// directories are the settings that leave the paths they make in a variable.
var directories = []struct{ key, name, base string }{
	{"RuntimeDirectory", "RUNTIME_DIRECTORY", "/run"},
	{"StateDirectory", "STATE_DIRECTORY", "/var/lib"},
	{"CacheDirectory", "CACHE_DIRECTORY", "/var/cache"},
	{"LogsDirectory", "LOGS_DIRECTORY", "/var/log"},
	{"ConfigurationDirectory", "CONFIGURATION_DIRECTORY", "/etc"},
}

// DefaultPath is PATH as the system manager sets it (DEFAULT_PATH in
// src/basic/path-util.h). Distributions with one directory for programs leave out
// sbin.
const DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin"

// manager adds what the manager sets.
func (e *Environment) manager(u *unit.Unit, section string) {
	system := u.Scope() == unit.ScopeSystem
	e.variables["PATH"] = Variable{Name: "PATH", State: Set, Value: DefaultPath, Known: system && u.Value(section, "ExecSearchPath") == "", Origin: FromManager}
	_, named := u.Setting(section, "User")
	dynamic := u.Bool(section, "DynamicUser", false)
	set := u.Bool(section, "SetLoginEnvironment", named || dynamic)
	for _, name := range login {
		v := Variable{Name: name, Origin: FromManager}
		switch {
		case !system:
		case set:
			v.State = Set
		default:
			v.State = Unset
		}
		if expanded := u.Expand(u.Value(section, "User")); named && v.State == Set && (name == "USER" || name == "LOGNAME") {
			v.Value, v.Known = expanded.Text, expanded.Known && !isNumber(expanded.Text)
		}
		e.variables[name] = v
	}
	for _, d := range directories {
		setting, ok := u.Setting(section, d.key)
		if !ok {
			continue
		}
		v := Variable{Name: d.name, State: Set, Origin: FromManager, Setting: &setting, Known: system}
		var paths []string
		for _, s := range u.Settings(section, d.key) {
			entries, _ := value.ParseDirectories(s.Value().String(), d.key != "ConfigurationDirectory")
			for _, entry := range entries {
				expanded := u.Expand(entry.Path.Text)
				v.Known = v.Known && expanded.Known
				paths = append(paths, d.base+"/"+expanded.Text)
			}
		}
		v.Value = strings.Join(paths, ":")
		e.variables[d.name] = v
	}
}

// isNumber reports whether a user is given by its number.
func isNumber(user string) bool { return strings.Trim(user, "0123456789") == "" }
