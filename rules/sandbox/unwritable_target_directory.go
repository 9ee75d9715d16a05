package sandbox

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/host"
	"github.com/unitvet/unitvet/lint/program/python"
	"github.com/unitvet/unitvet/lint/sandbox"
)

//go:embed unwritable_target_directory.md
var unwritableTargetDirectoryPage string

// UnwritableTargetDirectory finds directories that a program makes in the root
// directory, where its user may not (file-hierarchy(7)).
var UnwritableTargetDirectory = &lint.Rule{
	ID:        "unwritable-target-directory",
	Summary:   "the program makes a directory outside of every known tree, where its user may not write",
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
			if e.Kind != python.MakeDir || e.Guarded || e.Maybe || e.When == python.Later || prog.Command.Exec.FullPrivileges || prog.Command.Exec.KeepUser {
				continue
			}
			top, _, _ := strings.Cut(strings.TrimPrefix(e.Path, "/"), "/")
			if topDirs[top] || seen[top] || s.see(place{path: e.Path}).Access != sandbox.Writable ||
				p.Set.Host.Dir("/"+top).Answer == host.Yes || p.Set.Host.Dir(e.Path).Answer == host.Yes || w.makers().Makes(p.Unit, "/"+top) || w.isTop("/"+top) {
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
