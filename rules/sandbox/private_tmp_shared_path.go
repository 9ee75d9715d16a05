package sandbox

import (
	_ "embed"
	"fmt"
	"regexp"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/sandbox"
	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/unit"
)

//go:embed private_tmp_shared_path.md
var privateTmpSharedPathPage string

// PrivateTmpSharedPath finds files in /tmp that two units name and that are not the
// same file, as one of them has a /tmp of its own (systemd.exec(5), PrivateTmp=).
var PrivateTmpSharedPath = &lint.Rule{
	ID:       "private-tmp-shared-path",
	Summary:  "two units name the same file in /tmp, and PrivateTmp= gives them different ones",
	Category: "sandbox",
	Severity: lint.Warning,
	Since:    "0.1.0",
	Page:     privateTmpSharedPathPage,
	CheckSet: privateTmpSharedPath,
}

// inTmp matches a file in one of the directories that are private.
var inTmp = regexp.MustCompile(`(?:^|[\s"'=:])(/(?:var/)?tmp/[A-Za-z0-9_./+-]+)`)

// tmpUse is a place where a unit names a file in /tmp.
type tmpUse struct {
	unit    *unit.Unit
	setting unit.Setting
	span    source.Span
	private bool
	because sandbox.Verdict
}

func privateTmpSharedPath(p *lint.SetPass) {
	uses := map[string][]tmpUse{}
	var order []string
	for _, u := range p.Set.Units {
		var s *subject // made where it is needed
		if !u.Known() || u.Template != nil {
			continue
		}
		for setting := range u.All() {
			if !mayShare(setting) {
				continue
			}
			text := setting.Value().String()
			for _, at := range inTmp.FindAllStringSubmatchIndex(text, -1) {
				name := strings.TrimRight(text[at[2]:at[3]], "/.")
				if s == nil {
					s, _ = look(p.Set, u)
				}
				use := tmpUse{unit: u, setting: setting, span: source.Span{Start: at[2], End: at[2] + len(name)}}
				if s.view != nil && len(s.confined) > 0 && !strings.HasPrefix(setting.Key().String(), "Listen") {
					use.because = s.view.Path(name)
					use.private = use.because.Empty && use.because.Setting != nil
				}
				if uses[name] == nil {
					order = append(order, name)
				}
				uses[name] = append(uses[name], use)
			}
		}
	}
	for _, name := range order {
		for _, use := range uses[name] {
			if !use.private {
				continue
			}
			for _, other := range uses[name] {
				if other.unit == use.unit || other.unit.Name.Prefix == use.unit.Name.Prefix && other.unit.Name.Type == use.unit.Name.Type {
					continue
				}
				p.Report(lint.Finding{
					Unit: use.unit.ID, Place: lint.AtWord(use.setting, use.span),
					Message: fmt.Sprintf("%s is not the file that %s names: %s", name, other.unit.Name, use.because.Because),
					Help:    "share files in /run, with RuntimeDirectory=, or name the other unit in JoinsNamespaceOf= if both have PrivateTmp=",
					Related: append(because(use.because), lint.Related{Place: lint.AtWord(other.setting, other.span), Message: "the other unit"}),
				})
				break
			}
		}
	}
}

// mayShare reports whether a setting names files that units hand to each other:
// commands, variables other than those for temporary files, sockets and paths.
func mayShare(s unit.Setting) bool {
	key := s.Key().String()
	switch {
	case key == "Environment":
		return !strings.Contains(s.Value().String(), "TMP") && !strings.Contains(s.Value().String(), "TEMP") && !strings.Contains(s.Value().String(), "CACHE")
	case strings.HasPrefix(key, "Exec"):
		return !strings.HasSuffix(key, "Paths") && key != "ExecSearchPath" && !strings.Contains(s.Value().String(), "rm -")
	}
	return strings.HasPrefix(key, "Listen") || key == "PIDFile" || strings.HasPrefix(key, "Path") || key == "DirectoryNotEmpty"
}
