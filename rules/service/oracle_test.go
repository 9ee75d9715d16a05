package service_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/directive"
	"github.com/unitvet/unitvet/rules/service"
)

// choices are settings and the values that a generated service may have for them;
// "" leaves it out, several lines count one after the other.
var choices = []struct {
	section, key string
	values       []string
}{
	{"Service", "Type", []string{"", "", "simple", "exec", "forking", "oneshot", "oneshot", "notify", "notify-reload", "dbus", "idle", "nonsense", "oneshot\n"}},
	{"Service", "ExecStart", []string{"", "", "/bin/true", "/bin/true", "/bin/true\n/bin/true", "/bin/true ; /bin/true", "/bin/true\n\n", "/bin/true\n\n/bin/false", "-/bin/true", "-bin/x y", `"/bin/true`, "-bin/x ; /bin/true"}},
	{"Service", "ExecStop", []string{"", "", "/bin/true", "/bin/true\n\n"}},
	{"Service", "ExecStartPre", []string{"", "/bin/true"}},
	{"Service", "ExecStartPost", []string{"", "/bin/true"}},
	{"Service", "RemainAfterExit", []string{"", "yes", "no", "maybe", "yes\nmaybe"}},
	{"Unit", "SuccessAction", []string{"", "", "", "reboot", "none", "exit", "nonsense", "reboot\n"}},
	{"Unit", "FailureAction", []string{"", "", "reboot"}},
	{"Service", "Restart", []string{"", "no", "always", "on-success", "on-failure", "on-abort", "always\nno", "always\nnonsense", "always # comment"}},
	{"Service", "RestartForceExitStatus", []string{"", "", "", "3", "SIGTERM", "3\n\n", "nonsense", "nonsense 4"}},
	{"Service", "ExitType", []string{"", "", "main", "cgroup", "cgroup\nnonsense"}},
	{"Service", "BusName", []string{"", "", "", "org.%p.Name", "org.%p.Name\n", "nonsense"}},
	{"Service", "PIDFile", []string{"", "", "/run/x.pid"}},
	{"Service", "TimeoutStartSec", []string{"", "0", "5min"}},
	{"Service", "RuntimeMaxSec", []string{"", "", "5", "infinity"}},
	{"Service", "RuntimeRandomizedExtraSec", []string{"", "", "5"}},
	{"Service", "RestartSteps", []string{"", "", "0", "5"}},
	{"Service", "RestartMaxDelaySec", []string{"", "", "5", "infinity"}},
	{"Service", "RestartRandomizedDelaySec", []string{"", "", "5", "infinity"}},
	{"Service", "USBFunctionDescriptors", []string{"", "", "/x"}},
	{"Service", "USBFunctionStrings", []string{"", "", "/x"}},
	{"Service", "PAMName", []string{"", "", "", "login", "login\n"}},
	{"Service", "KillMode", []string{"", "process", "mixed", "control-group", "none", "process\n", "nonsense"}},
	{"Service", "DynamicUser", []string{"", "", "", "yes", "no"}},
	{"Service", "User", []string{"", "", "daemon", "daemon\n"}},
	{"Service", "Group", []string{"", "", "daemon"}},
	{"Service", "WorkingDirectory", []string{"", "", "~", "-~", "/proc/x", "/dev/shm", "-/sys", "/srv", "/devil", "/proc/x\n", "~\n/srv"}},
	{"Service", "PrivateUsers", []string{"", "", "yes", "no", "self", "identity", "full", "managed"}},
	{"Service", "UserNamespacePath", []string{"", "", "", "/x"}},
	{"Service", "PrivatePIDs", []string{"", "", "", "yes", "no"}},
	{"Service", "LoadCredential", []string{"", "", "", "a:/b", "a:/b\n", "nonsense:"}},
	{"Service", "ImportCredential", []string{"", "", "", "", "a*"}},
	{"Service", "RefreshOnReload", []string{"", "", "extensions", "credentials"}},
	// What gives a service mounts of its own.
	{"Service", "ProtectSystem", []string{"", "", "", "no", "yes", "strict\nnonsense"}},
	{"Service", "ProtectHome", []string{"", "", "", "no", "tmpfs"}},
	{"Service", "PrivateTmp", []string{"", "", "", "yes", "no", "disconnected"}},
	{"Unit", "DefaultDependencies", []string{"", "", "", "no"}},
}

// mountSettings give a service mounts of its own, or seem to.
var mountSettings = []string{
	"RootDirectory=/srv", "RootDirectory=/srv\nMountAPIVFS=no", "RootDirectory=/srv\nMountAPIVFS=no\nStateDirectory=x", "RootImage=/srv.raw",
	"ReadWritePaths=/srv", "ReadOnlyPaths=/srv", "ReadOnlyPaths=/srv\nReadOnlyPaths=", "InaccessiblePaths=/srv", "ExecPaths=/srv", "NoExecPaths=/srv",
	"BindPaths=/srv", "BindReadOnlyPaths=/srv", "BindPaths=/srv\nBindReadOnlyPaths=", "TemporaryFileSystem=/srv", "MountImages=/a.raw:/srv", "ExtensionImages=/a.raw",
	"ExtensionDirectories=/srv", "MountFlags=shared", "MountFlags=slave", "MountFlags=private", "PrivateTmp=yes", "PrivateTmp=disconnected", "PrivateTmp=yes\nDefaultDependencies=no",
	"PrivateDevices=yes", "PrivateMounts=yes", "PrivateMounts=no", "PrivateNetwork=yes", "PrivateNetwork=yes\nPrivateMounts=no", "NetworkNamespacePath=/x",
	"PrivateIPC=yes", "IPCNamespacePath=/x", "PrivatePIDs=yes", "ProtectSystem=full", "ProtectHome=read-only", "ProtectKernelTunables=yes", "ProtectKernelModules=yes",
	"ProtectKernelLogs=yes", "ProtectControlGroups=yes", "ProtectControlGroups=private", "ProtectControlGroups=strict", "ProtectProc=invisible", "ProtectProc=default",
	"ProcSubset=pid", "ProcSubset=all", "BindLogSockets=yes", "LogNamespace=x", "LogNamespace=x\nBindLogSockets=no", "DynamicUser=yes", "DynamicUser=yes\nStateDirectory=x",
	"StateDirectory=x", "StateDirectory=x::ro", "RuntimeDirectory=x", "ProtectHostname=yes", "ProtectClock=yes", "PrivateUsers=yes", "NoNewPrivileges=yes",
	"MountAPIVFS=yes", "SetCredential=a:b", "RestrictNamespaces=yes", "PrivateBPF=yes", "RootEphemeral=yes", "MemoryKSM=yes", "DelegateNamespaces=mnt", "UserNamespacePath=/x",
	"ReadWriteDirectories=/srv", "PrivateNetwork=no", "ProtectSystem=no", "PrivateTmp=no", "JoinsNamespaceOf=x.service",
}

// TestSystemd compares the refusals of systemd with the errors of the rules, on
// units whose settings are put together at random.
func TestSystemd(t *testing.T) {
	if testing.Short() || os.Getenv("UNITVET_ORACLE") == "" {
		t.Skip("set UNITVET_ORACLE=1 to ask systemd")
	}
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("there is no systemd here")
	}
	var units []string
	for _, settings := range mountSettings {
		for _, dir := range []string{"/proc/x", "/srv"} {
			section := "Service"
			if strings.HasPrefix(settings, "Joins") {
				section = "Unit"
			}
			units = append(units, "[Service]\nExecStart=/bin/true\nWorkingDirectory="+dir+"\n["+section+"]\n"+settings+"\n")
		}
	}
	random := rand.New(rand.NewPCG(6, 52)) //nolint:gosec // the same services each time
	for range 4000 {
		units = append(units, generate(random, "Service", 4))
	}
	for range 2000 {
		// Few settings beside a command, so that few are refused.
		units = append(units, "[Service]\nExecStart=/bin/true\n"+generate(random, "Service", 1))
	}
	for range 500 {
		units = append(units, "[Socket]\nListenStream=/run/x.socket\n"+generate(random, "Socket", 4))
	}
	for _, scope := range []string{"system", "user"} {
		t.Run(scope, func(t *testing.T) {
			refused := compare(t, analyze, scope, units)
			t.Logf("%d of %d units are refused", refused, len(units))
		})
	}
}

// generate puts the settings of a unit together, each with a chance of so many in
// ten: most are left out, so that few refusals hide each other.
func generate(random *rand.Rand, own string, chance int) string {
	var text strings.Builder
	for _, c := range choices {
		if c.section == "Service" {
			c.section = own
		}
		if _, known := directive.Lookup(c.section, c.key); !known || random.IntN(10) >= chance && (c.key != "ExecStart" || chance < 4) {
			continue
		}
		values := c.values[random.IntN(len(c.values))]
		if values == "" {
			continue
		}
		fmt.Fprintf(&text, "[%s]\n", c.section)
		for v := range strings.SplitSeq(values, "\n") {
			fmt.Fprintf(&text, "%s=%s\n", c.key, v)
		}
	}
	return text.String() + "[" + own + "]\n"
}

// nameOf is the name of a generated unit.
func nameOf(i int, text string) string {
	if strings.HasPrefix(text, "[Socket]") {
		return fmt.Sprintf("u%05d.socket", i)
	}
	return fmt.Sprintf("u%05d.service", i)
}

// compare returns how many units are refused.
func compare(t *testing.T, analyze, scope string, units []string) int {
	t.Helper()
	version, err := exec.Command(analyze, "--version").Output()
	if err != nil {
		t.Fatal(err)
	}
	release, err := strconv.Atoi(regexp.MustCompile(`systemd (\d+)`).FindStringSubmatch(string(version))[1])
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "systemd", scope)
	if err := os.MkdirAll(dir, 0o750); err != nil {
		t.Fatal(err)
	}
	var files []string
	for i, text := range units {
		file := filepath.Join(dir, nameOf(i, text))
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	runtime := t.TempDir()
	if err := os.Mkdir(filepath.Join(runtime, "systemd"), 0o750); err != nil {
		t.Fatal(err)
	}
	theirs, warnings := map[string]string{}, map[string]string{}
	warned := regexp.MustCompile(`^(u\d+\.(?:service|socket)): (.*(?:[Ii]gnoring|Continuing)\.?)$`)
	const batch = 200
	for i := 0; i < len(files); i += batch {
		args := append([]string{"verify", "--man=no", "--recursive-errors=no", "--" + scope}, files[i:min(i+batch, len(files))]...)
		command := exec.Command(analyze, args...)
		command.Env = append(os.Environ(), "XDG_RUNTIME_DIR="+runtime)
		output, _ := command.CombinedOutput() //nolint:errcheck // it fails where it refuses
		for line := range bytes.Lines(output) {
			if m := regexp.MustCompile(`^(?:Unit )?(u\d+\.(?:service|socket))(: .*Refusing| has a bad unit file setting)`).FindSubmatch(line); m != nil {
				theirs[string(m[1])] += strings.TrimSpace(string(line)) + "; "
			} else if m := warned.FindSubmatch(bytes.TrimSpace(line)); m != nil {
				warnings[string(m[1])] += string(m[2]) + "; "
			}
		}
	}
	opts := lint.Options{Rules: service.Rules(), Systemd: release}
	opts.Paths = []string{dir}
	result, err := lint.Run(context.Background(), opts)
	if err != nil || result.Units != len(units) {
		t.Fatalf("%d units of %d (%v)", result.Units, len(units), err)
	}
	ours, oursToo := map[string]string{}, map[string]string{}
	for _, f := range result.Findings {
		switch {
		case f.Severity == lint.Error:
			ours[f.Unit] += f.Message + "; "
		case f.Rule == service.InvalidCombination || f.Rule == service.InvalidOneshot:
			oursToo[f.Unit] += f.Message + "; "
		}
	}
	shown := 0
	for i, text := range units {
		name := nameOf(i, text)
		if theirs[name] == "" && (warnings[name] == "") != (oursToo[name] == "") {
			t.Errorf("systemd %d warns %q, the rules %q of:\n%s", release, warnings[name], oursToo[name], text)
			shown++
		}
		if (theirs[name] == "") == (ours[name] == "") {
			continue
		}
		if shown++; shown > 15 {
			t.Error("and more")
			break
		}
		t.Errorf("systemd %d says %q, the rules say %q of:\n%s", release, theirs[name], ours[name], text)
	}
	if len(theirs) == 0 {
		t.Errorf("systemd refuses nothing")
	}
	return len(theirs)
}
