package startup_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/host"
	"github.com/unitvet/unitvet/lint/program/python"
)

// starts returns how the Python programs of a unit with these lines are started.
func starts(t *testing.T, service string) []python.Start {
	t.Helper()
	dir := t.TempDir()
	write := func(name, text string) {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("units/a.service", "[Service]\n"+service+"\n[Install]\nWantedBy=multi-user.target\n")
	write("app/main.py", "print(1)\n")
	write("app/web.py", "app = 1\n")
	write("bin/tool", "#!/usr/bin/python3.11 -I\nprint(1)\n")
	opts := lint.Options{}
	opts.Paths = []string{dir}
	opts.Map = []host.Mapping{{Prefix: "/opt/app", Dir: dir}}
	sets, result, err := lint.Load(opts)
	if err != nil || len(result.Errors) > 0 || len(sets) != 1 {
		t.Fatal(sets, result.Errors, err)
	}
	var found []python.Start
	for _, p := range sets[0].Python(sets[0].Lookup("a.service")) {
		found = append(found, p.Start)
	}
	return found
}

// TestStarts holds how command lines become starts.
func TestStarts(t *testing.T) {
	tests := []struct {
		service string
		want    python.Start
	}{
		{
			"WorkingDirectory=/opt/app\nExecStart=/usr/bin/python3.12 -u app/main.py --x 1",
			python.Start{Kind: python.Script, Target: "/opt/app/app/main.py", Dir: "/opt/app", Args: []string{"--x", "1"}, Minor: 12},
		},
		{
			"WorkingDirectory=/opt/app\nEnvironment=PYTHONPATH=/opt/app/lib::rel\nExecStart=/usr/bin/python3 -m app.main",
			python.Start{Kind: python.Module, Target: "app.main", Dir: "/opt/app", Args: []string{}, Path: []string{"/opt/app/lib", "/opt/app", "/opt/app/rel"}},
		},
		{
			"WorkingDirectory=/opt/app\nEnvironment=PYTHONPATH=/opt/app/lib\nExecStart=/usr/bin/python3 -E -P -m app.main",
			python.Start{Kind: python.Module, Target: "app.main", Dir: "/opt/app", Args: []string{}, Safe: true},
		},
		{
			"ExecStart=/opt/app/bin/tool go",
			python.Start{Kind: python.Script, Target: "/opt/app/bin/tool", Dir: "/", Args: []string{"go"}, Minor: 11, Isolated: true},
		},
		{
			"WorkingDirectory=/opt\nExecStart=/opt/venv/bin/uvicorn --app-dir /opt/app app.web:app --factory",
			python.Start{
				Kind: python.App, Target: "app.web:app", Server: "uvicorn", Dir: "/opt", First: []string{"/opt/app"}, Factory: true,
				Args: []string{"--app-dir", "/opt/app", "app.web:app", "--factory"},
			},
		},
		{
			"ExecStart=/opt/venv/bin/gunicorn --chdir /opt/app app.web",
			python.Start{Kind: python.App, Target: "app.web:application", Server: "gunicorn", Dir: "/opt/app", Args: []string{"--chdir", "/opt/app", "app.web"}},
		},
		{
			"EnvironmentFile=/etc/nobody-knows\nWorkingDirectory=/opt/app\nExecStart=/usr/bin/env python3 -m app.main",
			python.Start{Kind: python.Module, Target: "app.main", Dir: "/opt/app", Args: []string{}, Path: []string{""}},
		},
	}
	for _, tt := range tests {
		if diff := cmp.Diff([]python.Start{tt.want}, starts(t, tt.service)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.service, diff)
		}
	}
	for _, service := range []string{
		"ExecStart=/usr/bin/python2 /opt/app/app/main.py",
		"ExecStart=/usr/bin/python3 -c 'print(1)'",
		"RootDirectory=/srv/root\nExecStart=/usr/bin/python3 /opt/app/app/main.py",
		"ExecStart=/usr/bin/node /opt/app/app/main.js",
	} {
		if got := starts(t, service); got != nil {
			t.Errorf("%s: %+v", service, got)
		}
	}
}
