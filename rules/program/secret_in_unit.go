package program

import (
	_ "embed"
	"fmt"
	"regexp"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/unit"
	"github.com/unitvet/unitvet/lint/value"
)

//go:embed secret_in_unit.md
var secretInUnitPage string

// SecretInUnit finds credentials in a unit file, which everyone on the host may
// read (systemd.exec(5), Environment=: "not suitable for passing secrets").
var SecretInUnit = &lint.Rule{
	ID:        "secret-in-unit",
	Summary:   "a password or token stands in the unit, which every user can read",
	Category:  "program",
	Severity:  lint.Warning,
	Allows:    "variables and options that hold no secret",
	Since:     "0.1.0",
	Page:      secretInUnitPage,
	CheckUnit: secretInUnit,
}

// secretName matches names whose value is a secret, by how they end.
var secretName = regexp.MustCompile(`(?i)(^|[_.-])([a-z]*password|[a-z]*passwd|passphrase|pwd|secret|secret[_-]?key|access[_-]?key|api[_-]?key|apikey|private[_-]?key|auth[_-]?token|access[_-]?token|token|bearer)$`)

// tokens are the forms of credentials that services hand out, and passwords in URLs.
var tokens = regexp.MustCompile(`\b(AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{50,}|glpat-[A-Za-z0-9_-]{20,}|sk-(?:ant-|proj-)?[A-Za-z0-9_-]{32,}|xox[abprs]-[A-Za-z0-9-]{20,}|AIza[0-9A-Za-z_-]{35}|eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,})`)

// inURL matches a password in a URL.
var inURL = regexp.MustCompile(`[a-z][a-z0-9+]*://[^\s:/@]*:([^\s:/@]+)@`)

func secretInUnit(p *lint.UnitPass) {
	prog := p.Set.Program(p.Unit)
	for _, setting := range prog.Settings(prog.Section, "Environment") {
		assignments, _ := value.ParseEnvironment(setting.Value().String())
		for _, a := range assignments {
			if what, w, ok := secret(a.Name.Text, a.Value); ok {
				report(p, setting, w, a.Name.Text, fmt.Sprintf("Environment= holds %s in %s", what, a.Name.Text))
			}
		}
	}
	for _, c := range prog.Commands {
		for i, arg := range c.Exec.Args {
			name, w := "", arg
			if eq := strings.IndexByte(arg.Text, '='); eq > 0 && strings.HasPrefix(arg.Text, "-") {
				name, w = strings.TrimLeft(arg.Text[:eq], "-"), arg.Slice(eq+1, len(arg.Text))
			} else if i > 0 && strings.HasPrefix(c.Exec.Args[i-1].Text, "--") && !strings.Contains(c.Exec.Args[i-1].Text, "=") {
				name = strings.TrimLeft(c.Exec.Args[i-1].Text, "-")
			}
			if strings.ContainsAny(w.Text, " \t\n") {
				name = ""
			}
			if what, w, ok := secret(name, w); ok {
				report(p, c.Setting, w, name, fmt.Sprintf("%s= passes %s", c.Key, what))
			}
		}
	}
}

// report reports a secret without repeating it. name is the variable or the option
// that holds it.
func report(p *lint.UnitPass, setting unit.Setting, w value.Word, name, says string) {
	p.Report(lint.Finding{
		About:   name,
		Place:   word(setting, w),
		Message: says + ": every user of the host can read it with systemctl show",
		Help:    "use LoadCredential= or SetCredentialEncrypted=, or a file of EnvironmentFile= that only root may read; then change the secret",
	})
}

// secret reports whether a value is a secret: by its form, or by its name.
func secret(name string, w value.Word) (what string, where value.Word, ok bool) {
	if at := tokens.FindStringIndex(w.Text); at != nil {
		return "a token", w.Slice(at[0], at[1]), true
	}
	if at := inURL.FindStringSubmatchIndex(w.Text); at != nil && !isPlaceholder(w.Text[at[2]:at[3]]) {
		return "a password", w.Slice(at[2], at[3]), true
	}
	if secretName.MatchString(name) && !isPlaceholder(w.Text) {
		return "a secret", w, true
	}
	return "", w, false
}

// placeholder matches texts that stand for a secret that somebody is to fill in.
var placeholder = regexp.MustCompile(`(?i)change|example|placeholder|replace|your|insert|secret[-_]?here|dummy|todo|xxx|\*\*\*|\.\.\.|^test|^none$|^null$|^true$|^false$|^yes$|^no$|^default$|^(my)?(password|passwd|secret|token|pass|api[-_]?key)$`)

// isPlaceholder reports whether a value is no secret: nothing, a path, a variable, a
// number of seconds, something to be filled in.
func isPlaceholder(text string) bool {
	return len(text) < 6 || strings.ContainsAny(text, "$%<>{}@/ ") && !strings.ContainsAny(text, "+=") || strings.HasPrefix(text, "/") ||
		strings.Trim(text, "0123456789") == "" && len(text) < 8 || placeholder.MatchString(text)
}
