package lint_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/unitvet/unitvet/"

// below lists the packages of this module that a package may need, itself left
// out. What is not listed here may need anything but the commands.
var below = map[string][]string{
	"lint/source":        {},
	"lint/syntax":        {"lint/source"},
	"lint/suppress":      {"lint/source", "lint/syntax"},
	"lint/baseline":      {"lint/source"},
	"lint/directive":     {},
	"lint/value":         {"lint/source", "lint/directive"},
	"lint/unit":          {"lint/source", "lint/syntax", "lint/directive", "lint/value"},
	"lint/graph":         {"lint/source", "lint/syntax", "lint/directive", "lint/value", "lint/unit"},
	"lint/transaction":   {"lint/source", "lint/syntax", "lint/directive", "lint/value", "lint/unit", "lint/graph"},
	"lint/host":          {"lint/source", "lint/host/gitindex"},
	"lint/host/gitindex": {},
	"lint/host/shipped":  {},
	"lint/program/shell": {"lint/source"},
	"lint/program/environment": {
		"lint/source", "lint/syntax", "lint/directive", "lint/value", "lint/unit", "lint/host", "lint/host/gitindex",
	},
	"lint/program": {
		"lint/source", "lint/syntax", "lint/directive", "lint/value", "lint/unit", "lint/host", "lint/host/gitindex", "lint/program/environment",
		"lint/program/shell",
	},
	"lint/program/python": {"lint/source"},
	"lint/program/startup": {
		"lint/source", "lint/syntax", "lint/directive", "lint/value", "lint/unit", "lint/host", "lint/host/gitindex", "lint/program",
		"lint/program/environment", "lint/program/python", "lint/program/shell",
	},
	"lint/sandbox": {"lint/source", "lint/syntax", "lint/directive", "lint/value", "lint/unit", "lint/host", "lint/host/gitindex"},
	"lint/exposure": {
		"lint/source", "lint/syntax", "lint/directive", "lint/value", "lint/unit", "lint/host", "lint/host/gitindex", "lint/program", "lint/program/environment",
		"lint/program/python", "lint/program/shell", "lint/program/startup", "lint/sandbox",
	},
	"lint": {
		"lint/source", "lint/syntax", "lint/directive", "lint/value", "lint/unit", "lint/graph", "lint/host", "lint/host/gitindex",
		"lint/host/shipped", "lint/program", "lint/program/environment", "lint/program/python", "lint/program/shell",
		"lint/program/startup", "lint/transaction",
		"lint/suppress", "lint/baseline",
	},
}

// TestDirection holds the direction of the packages: nothing on the left knows
// anything on the right, the engine knows no rule, rules and reports no command.
func TestDirection(t *testing.T) {
	goTool, err := exec.LookPath("go")
	if err != nil {
		t.Skip("no go command")
	}
	out, err := exec.Command(goTool, "list", "-e", "-f", `{{.ImportPath}} {{join .Deps " "}}`, "../...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	seen := map[string]bool{}
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		name := strings.TrimPrefix(fields[0], module)
		seen[name] = true
		for _, dep := range fields[1:] {
			dep, ours := strings.CutPrefix(dep, module)
			if ours && !mayNeed(name, dep) {
				t.Errorf("%s needs %s", name, dep)
			}
		}
	}
	for name := range below {
		if !seen[name] {
			t.Errorf("there is no package %s", name)
		}
	}
}

func mayNeed(name, dep string) bool {
	if allowed, ok := below[name]; ok {
		return slices.Contains(allowed, dep)
	}
	top, _, _ := strings.Cut(name, "/")
	switch depTop, _, _ := strings.Cut(dep, "/"); depTop {
	case "cmd":
		return false
	case "rules":
		return top != "lint"
	}
	return true
}
