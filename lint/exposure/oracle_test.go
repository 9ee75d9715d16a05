package exposure

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unitvet/unitvet/lint/sandbox"
	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/unit"
)

// analyzer returns the systemd-analyze that is asked and its release: the one
// installed, or that of the environment. It skips the test where it is not to be asked.
func analyzer(t *testing.T) (program string, release int) {
	t.Helper()
	if os.Getenv("UNITVET_ORACLE") == "" {
		t.Skip("asks systemd only with UNITVET_ORACLE=1")
	}
	program = os.Getenv("UNITVET_ANALYZE")
	if program == "" {
		program = "systemd-analyze"
	}
	out, err := exec.Command(program, "--version").Output()
	if err != nil {
		t.Skipf("no %s: %v", program, err)
	}
	fields := strings.Fields(string(out))
	if release, err = strconv.Atoi(fields[1]); err != nil {
		t.Fatalf("version of %s: %v", program, err)
	}
	return program, release
}

// answer is what a service comes to.
type answer struct {
	Score, Level string
	Checks       map[string]string // by field: set and exposure
}

var overall = regexp.MustCompile(`(?m)^→ Overall exposure level for (\S+): (\S+) (\S+)`)

// ask returns what systemd says of services, by name. Those that it does not load are
// not among them.
func ask(t *testing.T, program string, files []string) map[string]answer {
	t.Helper()
	answers := map[string]answer{}
	for batch := range slices.Chunk(files, 100) {
		run := func(args ...string) []byte {
			cmd := exec.Command(program, append(append([]string{"security", "--offline=true", "--no-pager", "--man=no"}, args...), batch...)...)
			cmd.Env = append(os.Environ(), "SYSTEMD_COLORS=0", "SYSTEMD_LOG_LEVEL=crit", "SYSTEMD_URLIFY=0", "LC_ALL=C.UTF-8")
			out, err := cmd.Output()
			if len(out) == 0 {
				t.Logf("%s says nothing: %v", program, err)
			}
			return out
		}
		names := overall.FindAllStringSubmatch(string(run()), -1)
		decoder := json.NewDecoder(bytes.NewReader(run("--json=short")))
		for _, name := range names {
			var rows []struct {
				Set      *bool   `json:"set"`
				Field    string  `json:"json_field"`
				Exposure *string `json:"exposure"`
			}
			if err := decoder.Decode(&rows); err != nil {
				t.Fatalf("output for %s: %v", name[1], err)
			}
			a := answer{Score: name[2], Level: name[3], Checks: map[string]string{}}
			for _, row := range rows {
				set, exposure := "n/a", ""
				if row.Set != nil {
					set = strconv.FormatBool(*row.Set)
				}
				if row.Exposure != nil {
					exposure = *row.Exposure
				}
				a.Checks[row.Field] = set + " " + exposure
			}
			answers[name[1]] = a
		}
		if decoder.More() {
			t.Fatal("more tables than services")
		}
	}
	return answers
}

// ours is the answer of this package.
func ours(s *sandbox.Settings) answer {
	r := Assess(s, nil)
	a := answer{Score: Tenths(r.Score), Level: Level(r.Score), Checks: map[string]string{}}
	for _, o := range r.Outcomes {
		set, exposure := "n/a", ""
		if o.Applies {
			set = strconv.FormatBool(o.Good())
		}
		if o.Exposure > 0 {
			exposure = Tenths(o.Exposure)
		}
		a.Checks[o.Field] = set + " " + exposure
	}
	return a
}

// compare asks systemd about the services of a directory and holds ours against it.
func compare(t *testing.T, program string, release int, dir string) {
	t.Helper()
	set := unit.Load(unit.Options{Dirs: []*unit.Dir{unit.NewDir(&source.Tree{Dir: dir}, ".", dir)}, Scope: unit.ScopeSystem})
	var files []string
	byName := map[string]*unit.Unit{}
	for _, u := range set.Units {
		if u.Name.Type == "service" && u.Fragment != nil && u.State == unit.Loaded && u.Template == nil {
			files = append(files, filepath.Join(dir, u.Name.String()))
			byName[u.Name.String()] = u
		}
	}
	answers := ask(t, program, files)
	seen, refused, different := 0, 0, 0
	for name, u := range byName {
		asked := name
		if u.IsTemplate() {
			for _, instance := range []string{"i", "test-instance", "test_instance"} {
				if a := strings.Replace(name, "@.", "@"+instance+".", 1); answers[a].Score != "" {
					asked = a
				}
			}
		}
		want, ok := answers[asked]
		s := sandbox.Read(u, release)
		if !ok || s.Refused != nil {
			refused++
			if ok != (s.Refused == nil) {
				t.Errorf("%s: systemd loads it: %v; we: %v\n%s", name, ok, s.Refused == nil, texts(u))
			}
			continue
		}
		seen++
		if diff := cmp.Diff(want, ours(s)); diff != "" {
			if different++; different < 20 {
				t.Errorf("%s (-systemd +ours):\n%s\n%s", name, diff, texts(u))
			}
		}
	}
	t.Logf("systemd %d, %s: %d services alike, %d different, %d refused", release, dir, seen-different, different, refused)
}

// texts are the files of a unit.
func texts(u *unit.Unit) string {
	var text strings.Builder
	for _, part := range u.Parts() {
		fmt.Fprintf(&text, "# %s\n%s\n", part.Source.Path, part.Source.Text)
	}
	return text.String()
}

// TestShippedServices compares the services in the directory of the machine, and in
// those of UNITVET_ORACLE_DIRS.
func TestShippedServices(t *testing.T) {
	program, release := analyzer(t)
	dirs := []string{"/usr/lib/systemd/system"}
	dirs = append(dirs, filepath.SplitList(os.Getenv("UNITVET_ORACLE_DIRS"))...)
	for _, dir := range dirs {
		if info, err := os.Stat(dir); err != nil || !info.Mode().IsDir() {
			t.Logf("no %s", dir)
			continue
		}
		compare(t, program, release, dir)
	}
}

// TestGeneratedServices compares services with settings that are good, odd, empty,
// contradictory and wrong.
func TestGeneratedServices(t *testing.T) {
	program, release := analyzer(t)
	n := 3000
	if text := os.Getenv("UNITVET_ORACLE_N"); text != "" {
		n, _ = strconv.Atoi(text)
	}
	seed := uint64(1)
	if text := os.Getenv("UNITVET_ORACLE_SEED"); text != "" {
		seed, _ = strconv.ParseUint(text, 10, 64)
	}
	dir := t.TempDir()
	r := rand.New(rand.NewPCG(seed, 2))
	for i := range n {
		file := filepath.Join(dir, fmt.Sprintf("generated-%05d.service", i))
		if err := os.WriteFile(file, []byte(generate(r)), fs.FileMode(0o644)); err != nil {
			t.Fatal(err)
		}
		if r.IntN(4) > 0 {
			continue
		}
		for _, name := range []string{"20-b.conf", "10-a.conf"} {
			dropIn := filepath.Join(file+".d", name)
			text := strings.Replace(generate(r), "ExecStart=/bin/true\n", "", 1)
			if err := os.MkdirAll(filepath.Dir(dropIn), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(dropIn, []byte(text), fs.FileMode(0o644)); err != nil {
				t.Fatal(err)
			}
		}
	}
	compare(t, program, release, dir)
}

// switchValues are for settings that are switched to a word.
var switchValues = strings.Split("yes|no|true|false|on|off|1|0|y|N|YES|t|f||maybe|\"yes\"|yes # no|strict|full|read-only|tmpfs|connected|disconnected|"+
	"private|self|identity|full|invisible|noaccess|ptraceable|default|pid|all|shared|inherit|none|main|exec|auto|closed|private:host|ye s|%%", "|")

// listValues are for one setting each.
var listValues = map[string][]string{
	"SystemCallFilter": strings.Split("@system-service|~@mount|@mount|~@privileged @resources|~@clock|@clock|~@swap:EPERM|@swap|~@obsolete|~@cpu-emulation @debug|"+
		"~@module @raw-io @reboot|read write|~read|swapon|~swapon|~swapon swapoff|~@known|@known|@default|~@default|@nonsense|nonsense|~nonsense|"+
		"~@reboot:kill|~@reboot:999|~@reboot:EFOO|@reboot:EPERM||~|~@resources:0|~@privileged|@privileged|clock_settime|~clock_settime:1|@basic-io @io-event|"+
		"~@sandbox|@sandbox|~@pkey|\"@mount\"|@mount @swap|umount|~umount umount2 mount|~open_tree|~\\@mount|@mo\\unt|~@mount \\", "|"),
	"CapabilityBoundingSet": strings.Split("CAP_NET_BIND_SERVICE|~CAP_SYS_ADMIN|CAP_SYS_ADMIN CAP_CHOWN|cap_kill|~cap_kill CAP_MKNOD||~|CAP_FOO|~CAP_FOO|21|~21|0x15|63|62|64|-1|"+
		"CAP_NET_RAW CAP_FOO|~CAP_SETUID CAP_SETGID CAP_SETPCAP|CAP_BPF CAP_PERFMON|\"CAP_KILL\"|CAP_KILL \"CAP_CHOWN|~CAP_SYS_TIME CAP_WAKE_ALARM CAP_SYSLOG CAP_SYS_MODULE|"+
		"CAP_SYS_RAWIO CAP_MKNOD|~CAP_AUDIT_CONTROL CAP_AUDIT_READ CAP_AUDIT_WRITE|CAP_DAC_READ_SEARCH|~CAP_DAC_OVERRIDE CAP_DAC_READ_SEARCH CAP_FOWNER CAP_IPC_OWNER|CAP_KILL\\", "|"),
	"AmbientCapabilities": strings.Split("CAP_NET_BIND_SERVICE|~CAP_NET_BIND_SERVICE||~|CAP_FOO|0|~CAP_SYS_ADMIN|CAP_KILL CAP_CHOWN", "|"),
	"RestrictAddressFamilies": strings.Split("AF_UNIX|AF_INET AF_INET6|~AF_INET|~AF_INET6|~AF_PACKET|AF_NETLINK|none|NONE|none AF_UNIX||~|AF_LOCAL|AF_FILE|AF_ROUTE|~AF_ROUTE|af_unix|AF_FOO|"+
		"~AF_FOO|AF_UNIX AF_FOO AF_INET|AF_VSOCK|~AF_VSOCK AF_BLUETOOTH|\"AF_UNIX\" AF_INET|AF_UNIX \"AF_INET|~none|AF_UNSPEC|AF_PACKET AF_UNIX AF_INET AF_INET6 AF_NETLINK|~AF_UNIX AF_NETLINK", "|"),
	"RestrictNamespaces":      strings.Split("yes|no|true|0|user|~user|mnt ipc|~mnt ipc pid net uts cgroup user|~pid|cgroup user|nonsense|user nonsense||~|Yes|user user|~uts net|time|user \\", "|"),
	"SystemCallArchitectures": strings.Split("native|native x86|x86-64|x86-64 native||foo|native foo|x32 x86|arm64|\"native\"|native native|riscv64|loongarch64|~native|native \"x86", "|"),
	"IPAddressDeny":           strings.Split("any|0.0.0.0/0|::/0|0.0.0.0/0 ::/0|localhost|10.0.0.0/8||nonsense|any nonsense|::/0 any|1.2.3.4/0|link-local|0.0.0.0|any/0|ANY|fe80::1/0", "|"),
	"IPAddressAllow":          strings.Split("localhost|127.0.0.1|::1|10.0.0.1|127.0.0.0/8 10.0.0.0/8|any|link-local|multicast||127.0.0.1/4|::1/64|127.1|localhost.localdomain|foo.localhost|::ffff:127.0.0.1|127.0.0.1/33|Localhost|127.3.4.5/8", "|"),
	"DeviceAllow":             strings.Split("/dev/null|/dev/null rw|char-rtc r|block-*|char-pts rwx||/etc/passwd|null|\"/dev/null\" r|/dev/../etc|char- m|/dev/sda1 rwm|/dev/disk/by-%i rw|%t/x", "|"),
	"User":                    strings.Split("root|0|nobody|daemon||1000|%p|%n|www-data|ROOT|00|65534|-1|a b|%u|foo.bar|:x", "|"),
	"SupplementaryGroups":     strings.Split("audio|audio video||0|a:b|%p", "|"),
	"UMask":                   strings.Split("0022|077|0077|027|0|0777|7777|10000|22|8||0o077|u=rwx|002|0002|0026|0006|0020|0040|0060|0004|+077", "|"),
	"RootDirectory":           strings.Split("/srv/x|/|//|/./||srv|/srv/../x|/srv/%p|-/srv", "|"),
	"RootImage":               strings.Split("/srv/x.raw|/||x", "|"),
	"MountImages":             strings.Split("/srv/x.raw:/mnt||x", "|"),
	"Delegate":                strings.Split("yes|no||cpu|cpu memory|foo|0", "|"),
	"LoadCredentialEncrypted": strings.Split("a:/b||a", "|"),
	"SetCredential":           strings.Split("a:b||a", "|"),
}

// switchKeys are the settings with switchValues.
var switchKeys = strings.Fields(`DevicePolicy DynamicUser KeyringMode LockPersonality MemoryDenyWriteExecute NoNewPrivileges NotifyAccess
	PrivateDevices PrivateMounts PrivateNetwork PrivateTmp PrivateUsers ProcSubset ProtectClock ProtectControlGroups ProtectHome
	ProtectHostname ProtectKernelLogs ProtectKernelModules ProtectKernelTunables ProtectProc ProtectSystem RemoveIPC RestrictRealtime
	RestrictSUIDSGID`)

// generate writes a service.
func generate(r *rand.Rand) string {
	var text strings.Builder
	if r.IntN(6) == 0 {
		text.WriteString("[Unit]\nDefaultDependencies=" + []string{"no", "yes", "", "x"}[r.IntN(4)] + "\n")
	}
	text.WriteString("[Service]\nExecStart=/bin/true\n")
	lists := make([]string, 0, len(listValues))
	for key := range listValues {
		lists = append(lists, key)
	}
	slices.Sort(lists)
	for range 1 + r.IntN(14) {
		key := switchKeys[r.IntN(len(switchKeys))]
		values := switchValues
		if r.IntN(2) == 0 {
			key = lists[r.IntN(len(lists))]
			values = listValues[key]
		}
		for range 1 + r.IntN(3) {
			word := values[r.IntN(len(values))]
			if key == "DynamicUser" && r.IntN(10) > 0 {
				word = "yes"
			}
			fmt.Fprintf(&text, "%s=%s\n", key, word)
		}
	}
	return text.String()
}
