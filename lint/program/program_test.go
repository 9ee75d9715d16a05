package program_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unitvet/unitvet/lint/host"
	"github.com/unitvet/unitvet/lint/program"
	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/unit"
)

// load returns what the unit a.service of a text runs, in a checkout of files that
// is /opt/app.
func load(t *testing.T, text string, files map[string]string) *program.Unit {
	t.Helper()
	dir := t.TempDir()
	write := func(name, text string) {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("units/a.service", text)
	for name, text := range files {
		write(name, text)
	}
	tree := &source.Tree{Dir: dir}
	set := unit.Load(unit.Options{Dirs: []*unit.Dir{unit.NewDir(tree, "units", "units")}, Jobs: 1})
	u := set.Lookup("a.service")
	if u == nil {
		t.Fatal("no unit")
	}
	h := &host.Host{Checkout: &host.Checkout{Tree: tree, Report: ".", Mappings: []host.Mapping{{Prefix: "/opt/app", Dir: "."}}}}
	return program.Of(u, h)
}

// show writes the runs of a unit's commands, one a line.
func show(p *program.Unit) string {
	var text strings.Builder
	for _, c := range p.Commands {
		for _, r := range c.Runs {
			text.WriteString(strings.Repeat("  ", len(r.Via)))
			word := func(w program.Word) string {
				if !w.Known {
					return w.Text + "?"
				}
				return w.Text
			}
			text.WriteString(word(r.Program))
			for _, arg := range r.Args {
				text.WriteString(" " + word(arg))
			}
			if r.Dir.Path != "/" || !r.Dir.Known {
				fmt.Fprintf(&text, " in %s", map[bool]string{true: r.Dir.Path, false: "?"}[r.Dir.Known])
			}
			for _, redirect := range r.Redirects {
				text.WriteString(" " + redirect.Op + word(redirect.Path))
			}
			if r.Conditional {
				text.WriteString(" [conditional]")
			}
			if r.Guarded {
				text.WriteString(" [guarded]")
			}
			if e := r.Entry; e != nil && r.Shell == nil {
				fmt.Fprintf(&text, " = %s %s %s %s", e.Language, e.Server, e.Kind, word(e.Word))
				if e.Dir != r.Dir {
					fmt.Fprintf(&text, " in %s", e.Dir.Path)
				}
				for _, first := range e.First {
					text.WriteString(" first " + word(first))
				}
			}
			text.WriteByte('\n')
		}
	}
	return text.String()
}

func TestRuns(t *testing.T) {
	files := map[string]string{
		"run.sh":       "#!/bin/bash\nset -e\ncd \"$(dirname \"$0\")\"\nsource venv/bin/activate\nexport MODE=live\nexec python -m app.main --port \"$PORT\" \"$@\"\n",
		"here.sh":      "#!/usr/bin/env bash\nHERE=\"$( cd \"$( dirname \"${BASH_SOURCE[0]}\" )/sub\" && pwd )\"\nmkdir -p \"$HERE/logs\"\nif [ -f x ]; then python x.py; fi\npython \"$HERE/main.py\" >> \"$HERE/logs/out.log\" 2>&1\n",
		"main.py":      "#!/usr/bin/env python3\n",
		"function.sh":  "#!/bin/sh\nstart() { exec /usr/bin/node \"$1\"; }\nstart server.js\necho never\n",
		"wait.sh":      "#!/bin/sh\nuntil nc -z db 5432; do sleep 1; done\nwhile true; do /opt/app/bin/poll; sleep 5; done\n",
		"conf/app.env": "PORT=8080\nOPTS=\"-v --name 'a b'\"\n",
	}
	tests := []struct{ name, unit, want string }{
		{"words", `ExecStart=/usr/bin/app --a "b c" $$x %n`, "/usr/bin/app --a b c $x a.service\n"},
		{"variables", "Environment=\"A=x y\" B=z\nExecStart=/usr/bin/app $A ${A} p$A ${B}/q $C ${C}", "/usr/bin/app x y x y p$A z/q \n"},
		{"colon", "ExecStart=:/usr/bin/app ${A}", "/usr/bin/app ${A}\n"},
		{"file", "Environment=PORT=1\nEnvironmentFile=/opt/app/conf/app.env\nExecStart=/usr/bin/app ${PORT} $OPTS", "/usr/bin/app 8080 -v --name a b\n"},
		{"unknown file", "Environment=PORT=1\nEnvironmentFile=/etc/default/app\nExecStart=/usr/bin/app ${PORT} $OPTS", "/usr/bin/app ${PORT}? $OPTS?\n"},
		{"script", "WorkingDirectory=/opt/app\nExecStart=/usr/bin/python3 -u -W ignore main.py --x", "/usr/bin/python3 -u -W ignore main.py --x in /opt/app = python  script main.py\n"},
		{"module", "ExecStart=/opt/app/venv/bin/python3.12 -um a.b c", "/opt/app/venv/bin/python3.12 -um a.b c = python  module a.b\n"},
		{"inline", "ExecStart=/usr/bin/python3 -c 'import a'", "/usr/bin/python3 -c import a = python  text import a\n"},
		{"env", "ExecStart=/usr/bin/env -u X A=b python3 x.py", "/usr/bin/env -u X A=b python3 x.py\n  python3 x.py = python  script x.py\n"},
		{"env -S", "ExecStart=/usr/bin/env -S 'python3 -u x.py'", "/usr/bin/env -S python3 -u x.py\n  python3 -u x.py = python  script x.py\n"},
		{"env -C", "ExecStart=/usr/bin/env -C /srv node x.js", "/usr/bin/env -C /srv node x.js\n  node x.js in /srv = node  script x.js\n"},
		{"nested", "ExecStart=/usr/bin/nice -n 5 ionice -c2 timeout -k 5 10m flock -n /run/x.lock stdbuf -oL perl x.pl", `/usr/bin/nice -n 5 ionice -c2 timeout -k 5 10m flock -n /run/x.lock stdbuf -oL perl x.pl
  ionice -c2 timeout -k 5 10m flock -n /run/x.lock stdbuf -oL perl x.pl
    timeout -k 5 10m flock -n /run/x.lock stdbuf -oL perl x.pl
      flock -n /run/x.lock stdbuf -oL perl x.pl
        stdbuf -oL perl x.pl
          perl x.pl = perl  script x.pl
`},
		{"uv", "ExecStart=/usr/bin/uv run --project /opt/app --directory /srv uvicorn a:b", "/usr/bin/uv run --project /opt/app --directory /srv uvicorn a:b\n  uvicorn a:b in /srv = python uvicorn application a:b\n"},
		{"uv script", "ExecStart=/usr/bin/uv run main.py", "/usr/bin/uv run main.py\n  python main.py = python  script main.py\n"},
		{"uv sync", "ExecStart=/usr/bin/uv sync", "/usr/bin/uv sync\n"},
		{"poetry", "ExecStart=/usr/bin/poetry run python -m app", "/usr/bin/poetry run python -m app\n  python -m app = python  module app\n"},
		{"gunicorn", "ExecStart=/v/bin/gunicorn --workers 3 --preload --bind 0.0.0.0:80 --chdir /srv --pythonpath src a.wsgi:app", "/v/bin/gunicorn --workers 3 --preload --bind 0.0.0.0:80 --chdir /srv --pythonpath src a.wsgi:app = python gunicorn application a.wsgi:app in /srv first src\n"},
		{"python -m uvicorn", "ExecStart=/v/bin/python -m uvicorn a.b:app --port 8000", "/v/bin/python -m uvicorn a.b:app --port 8000 = python uvicorn application a.b:app\n"},
		{"uvicorn options first", "ExecStart=/v/bin/uvicorn --port 8000 --reload --app-dir=src a.b:app", "/v/bin/uvicorn --port 8000 --reload --app-dir=src a.b:app = python uvicorn application a.b:app first src\n"},
		{"celery", "ExecStart=/v/bin/celery -A proj worker -l info", "/v/bin/celery -A proj worker -l info = python celery application proj\n"},
		{"flask", "Environment=FLASK_APP=web\nExecStart=/v/bin/flask run --port 5000", "/v/bin/flask run --port 5000 = python flask application web\n"},
		{"streamlit", "ExecStart=/v/bin/streamlit run ui/app.py --server.port 8501", "/v/bin/streamlit run ui/app.py --server.port 8501 = python streamlit script ui/app.py\n"},
		{"sh -c", "WorkingDirectory=/srv\nExecStart=/bin/sh -c 'cd /opt && exec python3 x.py > log.txt'", "/bin/sh -c cd /opt && exec python3 x.py > log.txt in /srv\n  python3 x.py in /opt >log.txt = python  script x.py\n"},
		{"dollars", "ExecStart=/bin/sh -c 'X=1; a $$X; b \"$$HOME\"'", "/bin/sh -c X=1; a $X; b \"$HOME\"\n  a 1\n  b ?\n"},
		{"venv", "ExecStart=/bin/bash -lc '. /v/bin/activate && A=b uvicorn m:app'", "/bin/bash -lc . /v/bin/activate && A=b uvicorn m:app\n  uvicorn m:app = python uvicorn application m:app\n"},
		{"or", "ExecStart=/bin/sh -c 'a || b; c && d; ! e'", "/bin/sh -c a || b; c && d; ! e\n  a [guarded]\n  b [conditional]\n  c [guarded]\n  d [conditional]\n  e [guarded]\n"},
		{"script of the checkout", "Environment=PORT=80\nExecStart=/opt/app/run.sh -v", "/opt/app/run.sh -v\n  python -m app.main --port 80 -v in /opt/app = python  module app.main\n"},
		{"where a script is", "ExecStart=/bin/bash /opt/app/here.sh", "/bin/bash /opt/app/here.sh\n  mkdir -p /opt/app/sub/logs\n  [ -f x ] [guarded]\n  python x.py [conditional] = python  script x.py\n  python /opt/app/sub/main.py >>/opt/app/sub/logs/out.log = python  script /opt/app/sub/main.py\n"},
		{"function", "ExecStart=/opt/app/function.sh", "/opt/app/function.sh\n  /usr/bin/node server.js = node  script server.js\n"},
		{"loops", "ExecStart=/opt/app/wait.sh", "/opt/app/wait.sh\n  nc -z db 5432 [guarded]\n  sleep 1 [conditional]\n  true [guarded]\n  /opt/app/bin/poll\n  sleep 5\n"},
		{"shebang", "ExecStart=/opt/app/main.py --x", "/opt/app/main.py --x = python  script /opt/app/main.py\n"},
		{"outside", "ExecStart=/bin/sh /opt/app/../../etc/passwd", "/bin/sh /opt/app/../../etc/passwd = shell  script /opt/app/../../etc/passwd\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := load(t, "[Service]\nUser=u\n"+test.unit+"\n", files)
			if diff := cmp.Diff(test.want, show(p)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}
