package syntax

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/directive"
	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/syntax"
)

// verify writes files to a directory and returns what systemd-analyze verify says
// about the first one: the lines it names, and the text.
func verify(t *testing.T, files map[string]string, name string) (lines map[int]string, output string) {
	t.Helper()
	if _, err := exec.LookPath("systemd-analyze"); err != nil {
		t.Skip("needs systemd-analyze")
	}
	dir := t.TempDir()
	for file, text := range files {
		file = filepath.Join(dir, file)
		if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), "systemd-analyze", "verify", "--man=no", filepath.Join(dir, name))
	cmd.Env = append(os.Environ(), "SYSTEMD_COLORS=0", "SYSTEMD_LOG_LEVEL=warning")
	text, _ := cmd.CombinedOutput() // the status says the same
	lines = map[int]string{}
	line := regexp.MustCompile(`(?m)^.*/` + regexp.QuoteMeta(name) + `:(\d+): (.*)$`)
	for _, match := range line.FindAllSubmatch(text, -1) {
		n, err := strconv.Atoi(string(match[1]))
		if err != nil {
			t.Fatal(err)
		}
		lines[n] += string(match[2]) + "\n"
	}
	return lines, string(bytes.TrimSpace(text))
}

// ours returns the findings of the family about a file by line, as systemd counts
// lines: the last one of a continued line.
func ours(t *testing.T, name, text string) map[int][]lint.Finding {
	t.Helper()
	opts := lint.Options{Rules: Rules()}
	opts.Paths, opts.Stdin, opts.StdinName = []string{"-"}, text, filepath.Join(t.TempDir(), name)
	result, err := lint.Run(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	file := syntax.Parse(source.NewFile(name, text))
	found := map[int][]lint.Finding{}
	add := func(f lint.Finding, at lint.Place) {
		line := at.Range().Start.Line
		for node := range file.Nodes() {
			if node.Span().Contains(at.Span.Start) {
				content := strings.TrimRight(node.Span().Of(text), "\r\n\x00")
				line = file.Source.Line(node.Span().Start + max(len(content)-1, 0))
			}
		}
		found[line] = append(found[line], f)
	}
	for _, f := range result.Findings {
		add(f, f.Place)
		for _, related := range f.Related {
			add(f, related.Place)
		}
	}
	return found
}

// TestOracle holds the lines that the family speaks about against those that
// systemd does.
func TestOracle(t *testing.T) {
	const head = "[Unit]\nDescription=d\n[Service]\nExecStart=/bin/true\n"
	tests := []struct {
		name, text string
		// unsaid are lines that systemd has nothing to say about.
		unsaid []int
		// counted maps lines as systemd counts them, by more than newlines, to ours.
		counted map[int]int
		// refused says that systemd does not load the unit.
		refused bool
	}{
		{name: "outside", text: "After=a.service\nWants=b.service\n" + head},
		{name: "no equals", text: head + "foo\n=bar\n"},
		{name: "sections", text: head + "[Foo]\nA=1\nb\n[Timer]\nOnCalendar=daily\n[service]\n[ Unit ]\n[]\n[X-Foo]\nA=1\nb\n"},
		{name: "directives", text: head + "StartLimitIntervalSec=5\nexecstart=/x\nWantedBy=x.target\nX-Foo=1\nFoo=1\na b=c\n"},
		{name: "header with a comment", text: "[Unit] # c\n" + head, refused: true},
		{name: "open header", text: "[Unit\n" + head, refused: true},
		{name: "quoted header", text: "[\"Unit\"]\n" + head, refused: true},
		{name: "continued header", text: "[Unit] \\\nDescription=d\n" + head, refused: true},
		{name: "not UTF-8", text: head + "[Install]\n# caf\xe9\nAlias=caf\xe9.service\n", refused: true},
		{name: "noncharacter", text: head + "Environment=A=\ufdd0\n", refused: true},
		{name: "mark", text: "\ufeff" + head, unsaid: []int{1}},
		{name: "mark before a comment", text: "\ufeff# c\n" + head},
		{name: "second mark", text: "\ufeff" + head + "\ufeffNice=1\n\ufeff[Install]\n", unsaid: []int{1}},
		{name: "NUL", text: head + "A\x00B=1\n", counted: map[int]int{6: 5}},
		{name: "return", text: head + "Nice=1\rx\n", counted: map[int]int{6: 5}},
		{name: "blank after backslash", text: head + "ExecStartPre=/bin/true \\ \n  --a\nExecStartPre=/bin/true \\\t\n  --a=b\n"},
		{name: "blank after backslash for nothing", text: head + "ExecStartPre=/bin/true \\ \nNice=1\n"},
		{name: "blank line", text: head + "ExecStartPre=/bin/true \\\n\n  --a\n", unsaid: []int{6}},
		{name: "blank line for nothing", text: head + "ExecStartPre=/bin/true \\\n\nNice=1\n"},
		{name: "comment", text: head + "Nice=5 # c\nUser=root # c\nExecStartPre=/bin/true # c d\n", unsaid: []int{6, 7}},
		{name: "comment after backslash", text: head + "ExecStartPre=/bin/true \\ # c\n  --a\n"},
		{name: "comment with an apostrophe", text: head + "ExecStartPre=/bin/true # don't\n", refused: true},
		{name: "swallowed header", text: head + "ExecStartPre=/bin/true \\\n[Install]\n", unsaid: []int{6}},
		{name: "swallowed directive", text: head + "Restart=no \\\nNice=1\n"},
		{name: "swallowed by a command", text: head + "ExecStartPre=/bin/true \\\nNice=1\n", unsaid: []int{6}},
		{name: "backslash at the end", text: head + "Nice=1 \\", unsaid: []int{5}},
		{name: "twice", text: head + "Nice=1\nNice=2\nUMask=022\nUMask=022\n", unsaid: []int{5, 6, 7, 8}},
		{name: "quotes", text: head + "Nice=\"1\"\nPIDFile=\"/run/x.pid\"\nEnvironment=\"A=1\"\n", unsaid: []int{6}},
		{name: "names", text: "[Unit]\nAfter=network a.service,b.service\nWants=a@b.mount foo@.service\nBefore=%i.service a@b.slice\nPartOf=/x @.service x@y@z.service\n[Service]\nExecStart=/bin/true\nSlice=foo\nSockets=b\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			said, output := verify(t, map[string]string{"t.service": test.text}, "t.service")
			found := ours(t, "t.service", test.text)
			for from, to := range test.counted {
				said[to] += said[from]
				delete(said, from)
			}
			for line, text := range said {
				if len(found[line]) == 0 {
					t.Errorf("nothing is found on line %d, where systemd says: %s", line, text)
				}
			}
			severe := false
			for line, findings := range found {
				for _, f := range findings {
					severe = severe || f.Severity == lint.Error && strings.Contains(f.Message, "does not load the unit")
				}
				if said[line] == "" && !explained(findings, said) && !slices.Contains(test.unsaid, line) {
					t.Errorf("line %d: systemd says nothing to: %s", line, findings[0].Message)
				}
			}
			refused := strings.Contains(output, "failed to load properly") || strings.Contains(output, "bad unit file setting")
			if refused != test.refused || severe != test.refused {
				t.Errorf("refused: %v, found: %v; systemd: %s", refused, severe, output)
			}
		})
	}
}

// explained reports whether one of the findings has a related place in a line that
// systemd speaks about.
func explained(findings []lint.Finding, said map[int]string) bool {
	return slices.ContainsFunc(findings, func(f lint.Finding) bool {
		return slices.ContainsFunc(f.Related, func(r lint.Related) bool { return said[r.Range().Start.Line] != "" })
	})
}

// samples are values that systemd accepts, by section and directive.
var samples = map[string][]string{
	"Unit": {
		"After=x.service", "OnFailure=x.service", "RequiresMountsFor=/srv", "Documentation=man:x(1)", "ConditionPathExists=/x",
		"ConditionKernelVersion=>5", "ConditionHost=x", "ConditionOSRelease=ID=x", "SourcePath=/x", "StartLimitIntervalSec=5",
		"StartLimitAction=none", "DefaultDependencies=yes", "SuccessActionExitStatus=5", "RebootArgument=x",
	},
	"Service": {
		"SupplementaryGroups=root", "EnvironmentFile=/etc/x", "Environment=A=1", "PassEnvironment=A", "UnsetEnvironment=A",
		"ReadWritePaths=/srv", "BindPaths=/srv", "TemporaryFileSystem=/srv", "ExecSearchPath=/bin", "StateDirectory=x",
		"RestrictAddressFamilies=AF_UNIX", "SystemCallFilter=@system-service", "SystemCallArchitectures=native",
		"CapabilityBoundingSet=CAP_CHOWN", "RestrictNamespaces=cgroup", "RestrictFileSystems=tmpfs", "Restart=no", "Type=simple",
		"PrivateTmp=yes", "RestartSec=5", "LimitNOFILE=5", "MemoryMax=5G", "TasksMax=5", "CPUQuota=5%", "Nice=5", "OOMScoreAdjust=5",
		"UMask=022", "KillSignal=SIGTERM", "SyslogIdentifier=x", "Slice=system.slice", "Sockets=x.socket", "BusName=org.x.y",
		"SuccessExitStatus=5", "StandardOutput=journal", "LogLevelMax=info", "SecureBits=keep-caps", "CPUAffinity=0",
		"IODeviceWeight=/dev/sda 5", "IPAddressAllow=any", "SocketBindAllow=tcp", "RestrictNetworkInterfaces=eth0",
		"LogExtraFields=A=1", "LogNamespace=x", "PAMName=x", "UtmpIdentifier=x", "TTYPath=/dev/tty1", "RootHash=/x",
		"MountImages=/x:/y", "ExtensionImages=/x", "Delegate=cpu", "TimerSlackNSec=5",
		"SystemCallErrorNumber=EPERM", "ProtectSystem=strict", "NetworkNamespacePath=/x", "StandardInputData=eHg=", "CPUWeight=5",
		"MountAPIVFS=yes", "CoredumpFilter=default", "RuntimeDirectoryMode=0755", "NUMAPolicy=default", "Personality=x86-64",
	},
	"Socket": {
		"ListenStream=80", "ListenFIFO=/x", "SocketMode=0600", "Service=x.service", "TCPCongestion=cubic", "Accept=no", "Backlog=5",
		"BindIPv6Only=both", "ReceiveBuffer=5K", "IPTOS=low-delay", "IPTTL=5",
	},
	"Timer": {"OnCalendar=daily", "Unit=x.service", "OnBootSec=5", "Persistent=yes"},
	"Path":  {"PathExists=/x", "DirectoryMode=0755", "PathChanged=/x"},
}

// TestOracleReadings holds what is said about quotes and trailing comments against
// what systemd does with them, directive by directive.
func TestOracleReadings(t *testing.T) {
	forms := map[string]func(string) string{
		"quotes":  func(value string) string { return `"` + value + `"` },
		"comment": func(value string) string { return value + " # note" },
	}
	for form, spoil := range forms {
		for section, assignments := range samples {
			t.Run(form+" in "+section, func(t *testing.T) {
				t.Parallel()
				name := "t." + strings.ToLower(section)
				if section == "Unit" {
					name = "t.target"
				}
				var text strings.Builder
				fmt.Fprintf(&text, "[%s]\n", section)
				for _, assignment := range assignments {
					key, value, _ := strings.Cut(assignment, "=")
					fmt.Fprintf(&text, "%s=%s\n", key, spoil(value))
				}
				said, _ := verify(t, map[string]string{name: text.String()}, name)
				found := ours(t, name, text.String())
				for i, assignment := range assignments {
					compareReading(t, section, assignment, form, said[i+2], found[i+2])
				}
			})
		}
	}
}

// compareReading holds one line's findings against what systemd says about it.
func compareReading(t *testing.T, section, assignment, form, said string, findings []lint.Finding) {
	t.Helper()
	if strings.Contains(said, "Unknown key") {
		return // an older systemd
	}
	refused := false
	for _, f := range findings {
		refused = refused || strings.Contains(f.Message, "refuses") || strings.Contains(f.Message, "ignores the line")
	}
	if refused != (said != "") {
		t.Errorf("%s with %s: found %q, systemd says %q", assignment, form, messages(findings), said)
	}
	key, value, _ := strings.Cut(assignment, "=")
	d, ok := directive.Lookup(section, key)
	if !ok {
		t.Fatalf("no directive %s in [%s]", key, section)
	}
	if wants := form == "comment" || !readingOf(d, value).unquotes; wants != (len(findings) > 0) {
		t.Errorf("%s with %s: found %q", assignment, form, messages(findings))
	}
}

func messages(findings []lint.Finding) []string {
	var texts []string
	for _, f := range findings {
		texts = append(texts, f.Message)
	}
	return texts
}
