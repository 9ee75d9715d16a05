package program

import (
	_ "embed"
	"fmt"
	"path"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/program"
	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/value"
)

//go:embed shell_syntax.md
var shellSyntaxPage string

// ShellSyntax finds what only a shell understands in command lines that systemd
// runs without one (systemd.service(5), "Command lines").
var ShellSyntax = &lint.Rule{
	ID:        "shell-syntax",
	Summary:   "a command line has shell syntax, and no shell runs it",
	Category:  "program",
	Severity:  lint.Warning,
	Since:     "0.1.0",
	Page:      shellSyntaxPage,
	CheckUnit: shellSyntax,
}

// operators are words that only a shell acts on, with what it would do.
var operators = map[string]string{
	"&&": "run the next command if the first one succeeds", "||": "run the next command if the first one fails",
	"|": "pass the output on", "|&": "pass the output on", ">": "write the output to a file", ">>": "add the output to a file",
	"<": "read from a file", "&>": "write the output to a file", "&>>": "add the output to a file", "2>": "write errors to a file",
	"2>>": "add errors to a file", "1>": "write the output to a file", "2>&1": "join errors with the output", ">&2": "write to errors",
	"1>&2": "write to errors", "&": "run the command in the background",
}

// endsCommand is what a semicolon at the end of a word was meant to do.
const endsCommand = "end the command"

// redirections are the starts of words that are operators with a file behind them.
var redirections = []string{"2>>/", "2>/", "1>/", "&>/", ">>/", ">/", "</"}

// expanders are programs that take names of files and leave it to the shell to find
// those that fit a pattern.
var expanders = map[string]bool{
	"cat": true, "chgrp": true, "chmod": true, "chown": true, "cp": true, "gzip": true, "ls": true, "mv": true, "rm": true, "touch": true,
}

// builtins are commands that only a shell has, or that do nothing for what comes
// after them when they are programs of their own (POSIX, "Shell Command Language",
// special built-in utilities; some distributions ship cd and its like as programs),
// with what to write instead.
var builtins = map[string]string{
	"cd": "set WorkingDirectory=", "pushd": "set WorkingDirectory=", "source": "set EnvironmentFile= if the file has variables",
	"export": "set Environment=", "unset": "set UnsetEnvironment=", "umask": "set UMask=", "ulimit": "set the Limit…= that fits",
	"exec": "take the word away", "set": "", "eval": "", "trap": "", "alias": "", "declare": "", "shopt": "", "if": "", "for": "", "while": "", "[[": "",
}

// usualCommands are those that people put behind a semicolon.
var usualCommands = map[string]bool{
	"cd": true, "chmod": true, "chown": true, "cp": true, "echo": true, "exec": true, "exit": true, "kill": true, "mkdir": true, "mv": true, "rm": true, "sleep": true,
	"systemctl": true, "touch": true,
}

// builtin returns the finding about a command that no program is.
func builtin(c *program.Command) (lint.Finding, bool) {
	name := c.Exec.Path.Text
	instead, ok := builtins[name]
	if !ok {
		return lint.Finding{}, false
	}
	f := lint.Finding{
		Place: lint.AtWord(c.Setting, c.Exec.Path.Span),
		Message: fmt.Sprintf("%s= runs no shell, and %s is a command of shells: systemd finds no such program (203/EXEC), or one that does nothing for the other commands",
			c.Key, name),
		Help: "run the line with /bin/sh -c '…'",
	}
	if instead != "" {
		f.Help = instead + ", or " + f.Help
	}
	return f, true
}

func shellSyntax(p *lint.UnitPass) {
	for _, c := range p.Set.Program(p.Unit).Commands {
		if c.Exec.Shell {
			continue
		}
		span, says, ok := syntaxOf(c)
		if !ok {
			if f, is := builtin(c); is {
				p.Report(f)
			}
			continue
		}
		f := lint.Finding{
			Place: lint.AtWord(c.Setting, span),
			Message: fmt.Sprintf("%s= runs no shell: %s gets %q as an argument, which was meant to %s", c.Key, path.Base(c.Exec.Path.Text),
				span.Of(c.Setting.Value().String()), says),
			Help: "run the line with /bin/sh -c '…', or write what the shell would do with the settings of the unit",
		}
		if strings.Contains(says, "output") || strings.Contains(says, "errors") {
			f.Help = "set StandardOutput= or StandardError=, or run the line with /bin/sh -c '…'"
		}
		if says == endsCommand {
			f.Help = "write one line for each command; a ; counts only with blanks on both sides"
		}
		if says == operators["&"] {
			f.Help = "leave it out: systemd does not wait for a service of Type=simple"
		}
		f.Fixes = inShell(c)
		p.Report(f)
	}
}

// syntaxOf returns the first word of a command that only a shell understands, in
// the setting's value, and what the shell would do.
func syntaxOf(c *program.Command) (span source.Span, says string, ok bool) {
	for i, arg := range c.Exec.Args {
		if arg.Quoted || strings.Contains(arg.Span.Of(c.Setting.Value().String()), `\`) {
			continue
		}
		text := arg.Text
		if says, ok = operators[text]; ok {
			// Some programs take such words themselves.
			if text == "&" && i < len(c.Exec.Args)-1 || isExpression(c.Exec.Path.Text) && (text == "<" || text == ">" || text == "|" || text == "&") {
				continue
			}
			return arg.Span, says, true
		}
		for _, start := range redirections {
			if strings.HasPrefix(text, start) {
				return arg.Span, operators[strings.TrimSuffix(start, "/")], true
			}
		}
		switch {
		case len(text) > 1 && strings.HasSuffix(text, ";") && i < len(c.Exec.Args)-1 && (usualCommands[c.Exec.Args[i+1].Text] || strings.HasPrefix(c.Exec.Args[i+1].Text, "/")):
			return arg.Span, endsCommand, true
		case strings.Contains(text, "$(") && !strings.Contains(text, "$$(") && !strings.Contains(text, "$((") || strings.Count(text, "`") == 1 && i < len(c.Exec.Args)-1 && text[0] == '`':
			return arg.Span, "be replaced by the output of a command", true
		case expanders[path.Base(c.Exec.Path.Text)] && text[0] != '-' && strings.Contains(text, "/") && strings.ContainsAny(text, "*?"):
			return arg.Span, "stand for the files that fit it", true
		}
	}
	return span, "", false
}

// isExpression reports whether a program takes operators as arguments.
func isExpression(p string) bool {
	switch path.Base(p) {
	case "expr", "test", "[", "find", "bc", "dc", "gst-launch-1.0", "tc", "nft", "iptables", "xargs":
		return true
	}
	return false
}

// inShell returns the fix that puts a line into a shell. What systemd expands itself
// stays as it is; the words that it cuts are the same for the shell as long as there
// are neither quotes nor backslashes.
func inShell(c *program.Command) []lint.Fix {
	text := c.Setting.Value().String()
	whole := source.Span{Start: c.Exec.Path.Span.Start, End: c.Exec.Span.End}
	if len(c.Exec.Prefixes) > 0 {
		whole.Start = c.Exec.Path.Sub(0, 1).Start
	}
	line := whole.Of(text)
	if strings.ContainsAny(line, `'"\`) || c.Exec.Argv0 != nil || c.Setting.Value().Span(whole).Len() != whole.Len() || len(value.VariablesIn(line)) > 0 && strings.Contains(line, "$(") {
		return nil
	}
	line = strings.ReplaceAll(line, "$(", "$$(")
	return []lint.Fix{{
		Title: "run the line with /bin/sh",
		Edits: []lint.Edit{{Place: lint.AtWord(c.Setting, whole), Text: "/bin/sh -c '" + line + "'"}},
	}}
}
