package sandbox

import (
	_ "embed"
	"fmt"
	"path"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/sandbox"
	"github.com/unitvet/unitvet/lint/unit"
	"github.com/unitvet/unitvet/lint/value"
)

//go:embed ineffective_read_write_path.md
var ineffectiveReadWritePathPage string

// IneffectiveReadWritePath finds entries of ReadWritePaths= that change nothing
// (systemd.exec(5), ReadWritePaths=).
var IneffectiveReadWritePath = &lint.Rule{
	ID:        "ineffective-read-write-path",
	Summary:   "an entry of ReadWritePaths= that changes nothing",
	Category:  "sandbox",
	Severity:  lint.Warning,
	Tier:      lint.Strict,
	Since:     "0.1.0",
	Page:      ineffectiveReadWritePathPage,
	CheckUnit: ineffectiveReadWritePath,
}

func ineffectiveReadWritePath(p *lint.UnitPass) {
	s, ok := lookOnce(p)
	if !ok {
		return
	}
	for _, key := range []string{"ReadWritePaths", "ReadWriteDirectories"} {
		for _, setting := range p.Unit.Settings(s.section, key) {
			for _, e := range entriesOf(setting) {
				s.ineffective(p, setting, e)
			}
		}
	}
}

// ineffective reports an entry that is hidden all the same, or writable anyway.
func (s *subject) ineffective(p *lint.UnitPass, setting unit.Setting, e entry) {
	expanded := s.Expand(e.path.Text)
	if !expanded.Known || value.CheckPath(expanded.Text) != nil || expanded.Text == "/" {
		return
	}
	f := lint.Finding{Place: lint.AtWord(setting, textOf(e.path))}
	verdict, above := s.view.Path(expanded.Text), s.view.Path(path.Dir(sandbox.Canonical(expanded.Text)))
	switch {
	case verdict.Access == sandbox.Hidden:
		f.Message = fmt.Sprintf("%s=%s opens nothing: %s", setting.Key().String(), e.path.Text, verdict.Because)
		f.Help = remedy(verdict, place{path: expanded.Text})
		f.Related = because(verdict)
	case verdict.Access == sandbox.Writable && !verdict.Empty && above.Access == sandbox.Writable && above.Setting == nil:
		f.Message = fmt.Sprintf("%s=%s changes nothing: no other setting makes it read-only", setting.Key().String(), e.path.Text)
		f.Help = "take it off the list, or add ProtectSystem=strict, from which it is the exception"
	default:
		return
	}
	p.Report(f)
}
