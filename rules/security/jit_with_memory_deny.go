package security

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/unitvet/unitvet/lint"
)

//go:embed jit_with_memory_deny.md
var jitWithMemoryDenyPage string

// JITWithMemoryDeny finds programs that compile as they run, which takes memory that
// is written and executed (systemd.exec(5), MemoryDenyWriteExecute=).
var JITWithMemoryDeny = &lint.Rule{
	ID:        "jit-with-memory-deny",
	Summary:   "a program that makes code as it runs with MemoryDenyWriteExecute=",
	Category:  "security",
	Severity:  lint.Warning,
	Since:     "0.1.0",
	Page:      jitWithMemoryDenyPage,
	CheckUnit: jitWithMemoryDeny,
}

// compilers are programs that compile what they run, by name without a version.
var compilers = map[string]bool{
	"bun": true, "deno": true, "dotnet": true, "java": true, "julia": true, "luajit": true, "mono": true, "node": true, "nodejs": true,
	"npm": true, "npx": true, "pnpm": true, "pwsh": true, "pypy": true, "yarn": true,
}

func jitWithMemoryDeny(p *lint.UnitPass) {
	s := look(p)
	if s == nil || !s.On("MemoryDenyWriteExecute") {
		return
	}
	by, ok := s.deciding("MemoryDenyWriteExecute")
	if !ok {
		return
	}
	for _, r := range s.runs {
		name := strings.TrimRight(r.name, "0123456789.-")
		if r.Entry != nil && (r.Entry.Language == "node" || r.Entry.Language == "java") {
			name = r.Entry.Language
		}
		if !compilers[name] || interprets(r, name) {
			continue
		}
		p.Report(lint.Finding{
			Place:   lint.AtValue(by),
			Message: fmt.Sprintf("%s compiles as it runs, and %s refuses memory that is written and executed: it crashes at the start", name, s.because("MemoryDenyWriteExecute")),
			Help:    "remove the line, or set it to no for this unit",
			Related: r.program().related("the program"),
		})
		return
	}
}

// interprets reports whether a program is told not to compile.
func interprets(r ran, name string) bool {
	words := r.args
	if r.Entry != nil {
		words = append(words[:len(words):len(words)], r.Entry.Flags...)
	}
	for _, w := range words {
		if (name == "node" || name == "nodejs") && w.Text == "--jitless" {
			return true
		}
	}
	return false
}
