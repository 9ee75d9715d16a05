package trigger_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/rules/directive"
	"github.com/unitvet/unitvet/rules/syntax"
	"github.com/unitvet/unitvet/rules/trigger"
)

// pieces are settings that units of a type are made of at random. \n divides the
// lines of one piece.
var pieces = map[string][]string{
	"timer": {
		"OnCalendar=daily", "OnCalendar=everyday", "OnCalendar=", "OnBootSec=5min", "OnBootSec=soon", "OnUnitActiveSec=1h",
		"OnActiveSec=", "OnClockChange=yes", "OnClockChange=no", "OnClockChange=perhaps", "OnTimezoneChange=1", "Persistent=yes",
		"AccuracySec=1s", "OnCalendar=%n", "OnBootSec=%%", "OnUnitInactiveSec=10",
	},
	"socket": {
		"ListenStream=80", "ListenStream=/run/x%d.sock", "ListenStream=@abstract", "ListenStream=99999", "ListenStream=", "ListenDatagram=90",
		"ListenFIFO=/run/fifo", "ListenFIFO=fifo", "ListenSequentialPacket=/run/seq", "ListenSequentialPacket=80", "ListenSpecial=/dev/tty9",
		"ListenNetlink=kobject-uevent", "ListenNetlink=audit 1", "ListenMessageQueue=/queue", "Accept=yes", "Accept=no", "Accept=often",
		"MaxConnections=0", "MaxConnections=1", "MaxConnections=-1", "Service=a.service", "Symlinks=/run/link", "Symlinks=", "Symlinks=relative",
		"DeferTrigger=yes", "DeferTrigger=no", "DeferTrigger=patient", "ListenStream=vsock::1234", "ListenStream=%t/sock", "ListenUSBFunction=/dev/usb",
	},
	"path": {
		"PathExists=/x", "PathExists=x", "PathExists=", "PathChanged=/a/../b", "PathChanged=/a", "PathModified=%t/x", "PathExistsGlob=/x/*",
		"DirectoryNotEmpty=/y", "MakeDirectory=yes", "DirectoryNotEmpty=%y/%",
	},
	"mount": {
		"What=/dev/sda1", "What=tmpfs", "What=", "What=UUID=1234", "Where=/srv/x%d", "Where=//srv/./x%d/", "Where=/srv/y", "Where=srv", "Where=",
		"Where=/proc", "Where=/srv/../x", "Options=ro", "Type=tmpfs", "Where=/dev/shm",
	},
	"automount": {
		"Where=/srv/x%d", "Where=/srv/y", "Where=", "ExtraOptions=fd=1", "ExtraOptions=strictexpire", "ExtraOptions=a,indirect", "ExtraOptions=",
		"ExtraOptions=minproto,x", "TimeoutIdleSec=1", "Where=/", "ExtraOptions= x , direct",
	},
	"swap": {
		"What=/srv/x%d", "What=/srv/y", "What=", "What=UUID=12-34", "What=LABEL=swap", "What=srv", "Priority=1", "Priority=x",
	},
	"slice": {"MemoryMax=1G", "Slice=srv.slice", "Slice=a.slice"},
	"scope": {"RuntimeMaxSec=1h"},
}

// stems are what is in front of the type in names; mounts, swaps and slices have
// rules for them.
var stems = map[string][]string{
	"mount": {
		"srv-x%d", "srv-x%d", "srv-x%d", "srv-y%d", "srv--%d", "-srv-x%d", "proc", "sys", "dev-shm", "run", "sys-fs-cgroup-x%d", "sys-fs-bpf",
		"sys-kernel-debug", "run-host-x%d", "run-credentials-x%d", "proc-sys", "dev-console", "sys-fs-selinux", "sys-fs-pstore",
		"dev-pts", "sys-kernel-security", "run-hostx%d", `srv-\x2dx%d`, `srv-\x2zx%d`, "dev-hugepages", "sys-fs-smackfs", "run-credentials",
	},
	"automount": {"srv-x%d", "srv-x%d", "srv-x%d", "srv-y%d", "srv--x%d", "-"},
	"swap":      {"srv-x%d", "srv-x%d", "srv-y%d", "srv--x%d", `dev-disk-by\x2duuid-12\x2d34`, `dev-disk-by\x2dlabel-swap`},
	"slice":     {"a-x%d", "a--x%d", "-x%d", "x%d-", "x%d", `a\x2d\x2dx%d`},
	"timer":     {"x%d"}, "socket": {"x%d"}, "path": {"x%d"}, "scope": {"x%d"},
}

var types = []string{"timer", "socket", "path", "mount", "automount", "swap", "slice", "scope"}

// TestAgreesWithVerify makes units of every type at random and holds that those
// that systemd does not load are those that an error is reported of. It runs with
// UNITVET_ORACLE=1, against the programs in UNITVET_ANALYZE (systemd-analyze, by
// default; several are divided by colons). UNITVET_ROOTS and UNITVET_SEED ask for
// more, or for others.
func TestAgreesWithVerify(t *testing.T) {
	if os.Getenv("UNITVET_ORACLE") == "" {
		t.Skip("asks systemd-analyze about many units: set UNITVET_ORACLE=1")
	}
	programs := os.Getenv("UNITVET_ANALYZE")
	if programs == "" {
		programs = "systemd-analyze"
	}
	for _, program := range strings.Split(programs, ":") {
		analyze, err := exec.LookPath(program)
		if err != nil {
			t.Skip(err)
		}
		out, err := exec.Command(analyze, "--version").Output()
		if err != nil {
			t.Skip(err)
		}
		release, err := strconv.Atoi(strings.Fields(string(out))[1])
		if err != nil {
			t.Fatal(err)
		}
		seed := number("UNITVET_SEED", 1)
		for i := range number("UNITVET_ROOTS", 20) {
			t.Run(fmt.Sprintf("%d/seed=%d", release, seed+i), func(t *testing.T) { compare(t, analyze, release, seed+i) })
		}
	}
}

func number(name string, byDefault int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
		return n
	}
	return byDefault
}

// refusal matches what systemd says of a unit that it does not load.
var refusal = regexp.MustCompile(`(?m)^Unit (\S+) (?:has a bad unit file setting|failed to load properly|not found)`)

func compare(t *testing.T, analyze string, release, seed int) {
	random := rand.New(rand.NewPCG(uint64(seed), 1)) //nolint:gosec // reproducible on purpose
	root := t.TempDir()
	dir := filepath.Join(root, "etc/systemd/system")
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // a test's directory
		t.Fatal(err)
	}
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil { //nolint:gosec // file modes are checked
			t.Fatal(err)
		}
	}
	write("a.service", "[Unit]\nDefaultDependencies=no\n[Service]\nType=oneshot\nExecStop=/bin/true\nExecStart=/bin/true\n")
	texts := map[string]string{}
	var names []string
	for i := range 40 {
		unitType := types[random.IntN(len(types))]
		from := stems[unitType]
		name := strings.ReplaceAll(from[random.IntN(len(from))], "%d", strconv.Itoa(i)) + "." + unitType
		if texts[name] != "" {
			continue
		}
		var text strings.Builder
		fmt.Fprintf(&text, "[Unit]\nDefaultDependencies=no\n[%s]\n", strings.ToUpper(unitType[:1])+unitType[1:])
		from = pieces[unitType]
		for range random.IntN(6) {
			text.WriteString(strings.ReplaceAll(from[random.IntN(len(from))], "%d", strconv.Itoa(i)) + "\n")
		}
		texts[name] = text.String()
		write(name, texts[name])
		names = append(names, name)
		for _, service := range []string{"x%d.service", "x%d@.service"} { // for timers, sockets and paths
			write(strings.ReplaceAll(service, "%d", strconv.Itoa(i)), "[Service]\nExecStart=/bin/true\n")
		}
	}
	opts := lint.Options{Rules: slices.Concat(trigger.Rules(), directive.Rules(), syntax.Rules()), Systemd: release}
	opts.Root, opts.Paths = root, []string{dir}
	result, err := lint.Run(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	ours := map[string]string{}
	for _, f := range result.Findings {
		if f.Severity == lint.Error && f.Rule.ID != "missing-triggered-unit" && f.Rule.ID != "automount-without-mount" {
			ours[f.Unit] = f.Message
		}
	}
	args := append([]string{"verify", "--man=no", "--generators=no", "--recursive-errors=no", "--root=" + root, "--"}, names...)
	cmd := exec.Command(analyze, args...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "SYSTEMD_COLORS=0", "LC_ALL=C"}
	said, _ := cmd.CombinedOutput() // it fails on nearly every root
	theirs := map[string]bool{}
	for _, match := range refusal.FindAllStringSubmatch(string(said), -1) {
		theirs[match[1]] = true
	}
	for _, name := range names {
		if theirs[name] != (ours[name] != "") {
			t.Errorf("%s: refused by systemd: %v, by unitvet: %q\n%s", name, theirs[name], ours[name], texts[name])
		}
	}
}
