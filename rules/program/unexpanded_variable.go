package program

import (
	_ "embed"
	"fmt"
	"regexp"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/program"
	"github.com/unitvet/unitvet/lint/program/environment"
	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/value"
)

//go:embed unexpanded_variable.md
var unexpandedVariablePage string

// UnexpandedVariable finds variables where systemd expands none: in Environment=
// and other settings, and inside the words of a command line without braces (systemd.exec(5),
// Environment=; systemd.service(5), "Command lines").
var UnexpandedVariable = &lint.Rule{
	ID:        "unexpanded-variable",
	Summary:   "a variable stands where systemd does not expand it",
	Category:  "program",
	Severity:  lint.Warning,
	Since:     "0.1.0",
	Page:      unexpandedVariablePage,
	CheckUnit: unexpandedVariable,
}

// use matches what looks like a variable of a shell and like nothing else.
var use = regexp.MustCompile(`\$(?:\{[A-Za-z_][A-Za-z0-9_]*\}|_?[A-Z][A-Z0-9_]+\b)`)

// literals are settings of which nobody means a dollar sign, with the result of what
// then is not there.
var literals = []struct{ key, result string }{
	{"User", "217/USER"}, {"Group", "216/GROUP"}, {"WorkingDirectory", "200/CHDIR"}, {"EnvironmentFile", ""}, {"PIDFile", ""},
	{"StandardOutput", ""}, {"StandardError", ""},
}

func unexpandedVariable(p *lint.UnitPass) {
	prog := p.Set.Program(p.Unit)
	for _, setting := range prog.Settings(prog.Section, "Environment") {
		assignments, _ := value.ParseEnvironment(setting.Value().String())
		for _, a := range assignments {
			at := use.FindStringIndex(a.Value.Text)
			if at == nil {
				continue
			}
			text := a.Value.Text[at[0]:at[1]]
			p.Report(lint.Finding{
				Place:   lint.AtWord(setting, a.Value.Sub(at[0], at[1])),
				Message: fmt.Sprintf("Environment= sets %s to %q as it stands: systemd expands no variables there", a.Name.Text, a.Value.Text),
				Help:    fmt.Sprintf("write what %s stands for; specifiers such as %%h and %%t are expanded", text),
			})
		}
	}
	for _, literal := range literals {
		for _, setting := range prog.Settings(prog.Section, literal.key) {
			at := use.FindStringIndex(setting.Value().String())
			if at == nil || !p.Unit.Accepts(setting, p.Set.Release) {
				continue
			}
			text := setting.Value().String()[at[0]:at[1]]
			p.Report(lint.Finding{
				Place:   lint.AtWord(setting, source.Span{Start: at[0], End: at[1]}),
				Message: fmt.Sprintf("%s= has %s as it stands: systemd expands variables in command lines only", literal.key, text),
				Help:    fmt.Sprintf("write what %s stands for; specifiers such as %%i and %%t are expanded", text),
				Result:  literal.result,
			})
		}
	}
	for _, c := range prog.Commands {
		if c.Exec.NoVariables || c.Exec.Shell || c.Program.Text == "" {
			continue
		}
		inline := isInlineShell(c)
		for _, arg := range c.Exec.Args {
			if uses := value.Variables(arg); len(uses) == 1 && uses[0].Kind == value.WholeWord && !uses[0].Valid {
				p.Report(vanishing(c, uses[0], inline))
				continue
			}
			span, name, ok := braceless(prog, arg)
			if !ok || inline && arg.Text == c.Runs[0].Entry.Word.Text {
				continue
			}
			p.Report(lint.Finding{
				Place:   lint.AtWord(c.Setting, span),
				Message: fmt.Sprintf("%s= passes $%s as it stands: inside a word systemd expands ${%s} only", c.Key, name, name),
				Help:    fmt.Sprintf("write ${%s}", name),
				Fixes: []lint.Fix{{
					Title: "write ${" + name + "}",
					Edits: []lint.Edit{{Place: lint.AtWord(c.Setting, span), Text: "${" + name + "}"}},
				}},
			})
		}
	}
}

// shellName matches the variable that a shell sees at the start of a word.
var shellName = regexp.MustCompile(`^\$([A-Za-z_][A-Za-z0-9_]*)`)

// vanishing is a word that starts with a dollar sign and is no name of a variable:
// systemd looks it up as a whole, finds nothing, and drops it.
func vanishing(c *program.Command, use value.Variable, inline bool) lint.Finding {
	word := "$" + use.Name
	f := lint.Finding{
		Place:   lint.AtWord(c.Setting, use.Span),
		Message: fmt.Sprintf("%s= runs without %q: systemd takes the whole word for the name of a variable, and as there is none it leaves the argument out", c.Key, word),
		Help:    "write $$ for a dollar sign",
	}
	match := shellName.FindStringSubmatch(word)
	switch {
	case inline && match != nil:
		f.Help = fmt.Sprintf("write $$%s for a variable of the shell", match[1])
	case match != nil:
		rest := strings.TrimPrefix(word, match[0])
		f.Help = fmt.Sprintf("write ${%s}%s", match[1], rest)
	}
	return f
}

// inside matches a variable without braces after the start of a word.
var inside = regexp.MustCompile(`[^$]\$(_?[A-Z][A-Z0-9_]+)\b`)

// braceless returns a variable that stands inside a word without braces, if it is
// one that the unit sets, or HOME.
func braceless(prog *program.Unit, arg value.Word) (span source.Span, name string, ok bool) {
	at := inside.FindStringSubmatchIndex(arg.Text)
	if at == nil {
		return span, "", false
	}
	name = arg.Text[at[2]:at[3]]
	v := prog.Env.Lookup(name)
	known := v.State == environment.Set && v.Origin != environment.FromManager
	return arg.Sub(at[2]-1, at[3]), name, known || name == "HOME"
}
