package sandbox

import (
	_ "embed"
	"fmt"
	"path"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/host"
	"github.com/unitvet/unitvet/lint/program/python"
	"github.com/unitvet/unitvet/lint/program/startup"
	"github.com/unitvet/unitvet/lint/sandbox"
)

//go:embed unwritable_target_directory.md
var unwritableTargetDirectoryPage string

// UnwritableTargetDirectory finds directories and files that a program makes in the
// root directory, where its user may not (file-hierarchy(7)).
var UnwritableTargetDirectory = &lint.Rule{
	ID:        "unwritable-target-directory",
	Summary:   "the program makes a directory or file outside of every known tree, where its user may not write",
	Category:  "sandbox",
	Severity:  lint.Warning,
	Since:     "0.1.0",
	Page:      unwritableTargetDirectoryPage,
	CheckUnit: unwritableTargetDirectory,
}

// topDirs are the directories of the root directory that systems have, or people make
// for data (file-hierarchy(7), and the Filesystem Hierarchy Standard).
var topDirs = map[string]bool{
	"bin": true, "boot": true, "data": true, "dev": true, "etc": true, "home": true, "lib": true, "lib64": true, "media": true, "mnt": true, "nix": true,
	"opt": true, "proc": true, "root": true, "run": true, "sbin": true, "snap": true, "srv": true, "storage": true, "sys": true, "tmp": true, "usr": true, "var": true,
}

func unwritableTargetDirectory(p *lint.UnitPass) {
	s, ok := lookOnce(p)
	if !ok || s.elsewhere {
		return
	}
	user := p.Set.Program(p.Unit).User()
	if user == "" || user == "root" || user == "0" {
		return
	}
	w := &writes{UnitPass: p, subject: s}
	seen := map[string]bool{}
	for _, prog := range p.Set.Python(p.Unit) {
		for _, e := range prog.Effects {
			if f, ok := w.inTop(prog, e, user); ok && !seen["/"] {
				seen["/"] = true
				p.Report(f)
			}
			if e.Kind != python.MakeDir || e.Guarded || e.Maybe || e.When == python.Later || prog.Command.Exec.FullPrivileges || prog.Command.Exec.KeepUser {
				continue
			}
			top, _, _ := strings.Cut(strings.TrimPrefix(e.Path, "/"), "/")
			if topDirs[top] || seen[top] || s.see(place{path: e.Path}).Access != sandbox.Writable ||
				p.Set.Host.Dir("/"+top).Answer == host.Yes || p.Set.Host.Dir(e.Path).Answer == host.Yes || MakersOf(p.Set).Makes(p.Unit, "/"+top) || w.isTop("/"+top) {
				continue
			}
			seen[top] = true
			last := e.Chain[len(e.Chain)-1]
			f := lint.Finding{Place: w.sourceOf(&programWrite{prog: prog, effect: e, dir: e.Path})}
			f.Message = fmt.Sprintf("%s makes the directory %s (%s:%d), but %s may not make anything in /: it gets %q, unless the directory is there already",
				prog.Run.Entry.Word.Text, e.Path, last.File.Path, last.File.Line(last.Span.Start), user, "PermissionError: [Errno 13] Permission denied")
			f.Result = "exit 1, PermissionError"
			for _, step := range e.Chain {
				f.Evidence = append(f.Evidence, lint.Related{Place: lint.Place{File: step.File, Span: step.Span}, Message: step.Text})
			}
			f.Help = "let the program use a directory that StateDirectory= makes, or make this one with tmpfiles.d"
			if e.From != nil && e.From.Unset && len(e.From.Names) > 0 {
				f.Help = "set " + e.From.Names[0] + " to a directory that StateDirectory= makes; its default is meant for a container"
			}
			p.Report(f)
		}
	}
}

// movers are the calls that write a directory, but make no file.
var movers = map[string]bool{
	"Path.hardlink_to": true, "Path.rename": true, "Path.replace": true, "Path.rmdir": true, "Path.unlink": true,
	"os.remove": true, "os.rename": true, "os.replace": true, "os.rmdir": true, "os.truncate": true, "os.unlink": true, "shutil.rmtree": true,
}

// inTop judges a file that a program makes in the root directory: most often one of
// a relative path, and nothing says where it starts.
func (w *writes) inTop(prog *startup.Program, e python.Effect, user string) (lint.Finding, bool) {
	exec := prog.Command.Exec
	if e.Kind != python.Write || e.Below || e.Base() != "/" || movers[e.Call] || e.Guarded || e.Maybe || e.When == python.Later ||
		exec.FullPrivileges || exec.KeepUser || exec.IgnoreFailure || prog.Run.Conditional || prog.Run.Guarded ||
		w.see(place{path: e.Path}).Access != sandbox.Writable || w.UnitPass.Set.Host.Path(e.Path).Answer == host.Yes {
		return lint.Finding{}, false
	}
	last := e.Chain[len(e.Chain)-1]
	fails := "PermissionError: [Errno 13] Permission denied"
	if strings.HasSuffix(e.Call, "sqlite3.connect") || e.Call == "aiosqlite.connect" {
		fails = "sqlite3.OperationalError: unable to open database file"
	}
	f := lint.Finding{Place: w.sourceOf(&programWrite{prog: prog, effect: e, dir: e.Path}), Result: "exit 1"}
	f.Message = fmt.Sprintf("%s writes %s (%s:%d), but %s may not make anything in /: it gets %q, unless the file is there already",
		prog.Run.Entry.Word.Text, e.Path, last.File.Path, last.File.Line(last.Span.Start), user, fails)
	f.Help = "let the program write into a directory that StateDirectory= or LogsDirectory= makes"
	if dir := w.UnitPass.Unit.Value("Service", "WorkingDirectory"); dir == "" {
		f.Help = "set WorkingDirectory=: without it relative paths start at /"
		if entry := prog.Run.Entry; strings.HasPrefix(entry.Word.Text, "/") {
			f.Help = "set WorkingDirectory=" + path.Dir(entry.Word.Text) + ": without it relative paths start at /"
		}
	}
	for _, step := range e.Chain {
		f.Evidence = append(f.Evidence, lint.Related{Place: lint.Place{File: step.File, Span: step.Span}, Message: step.Text})
	}
	return f, true
}
