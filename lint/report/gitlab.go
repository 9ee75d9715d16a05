package report

import (
	"io"

	"github.com/unitvet/unitvet/lint"
)

// gitlabSeverities are GitLab's words. Blocker and critical are left to tools
// that know what a fault costs.
var gitlabSeverities = map[lint.Severity]string{lint.Info: "info", lint.Warning: "minor", lint.Error: "major"}

// gitlabIssue is one entry of a Code Quality report (docs.gitlab.com, "Code
// Quality", "Code Quality report format").
type gitlabIssue struct {
	Description string         `json:"description"`
	CheckName   string         `json:"check_name"`
	Fingerprint string         `json:"fingerprint"`
	Severity    string         `json:"severity"`
	Location    gitlabLocation `json:"location"`
}

type gitlabLocation struct {
	Path  string      `json:"path"`
	Lines gitlabLines `json:"lines"`
}

type gitlabLines struct {
	Begin int `json:"begin"`
	End   int `json:"end"`
}

// GitLab writes a Code Quality report, which GitLab shows in merge requests. It
// tells new findings from old ones by the fingerprint, which does not depend on
// the line.
func GitLab(w io.Writer, result *lint.Result, opts Options) error {
	all := result.All()
	issues := []gitlabIssue{}
	for i, id := range fingerprints(all, opts) {
		f := &all[i]
		if f.Suppression != nil {
			continue
		}
		path, _ := opts.inRepository(f.ReportPath())
		r := f.Range()
		issues = append(issues, gitlabIssue{
			Description: Escape(f.Message),
			CheckName:   f.Rule.ID,
			Fingerprint: id,
			Severity:    gitlabSeverities[f.Severity],
			Location:    gitlabLocation{Escape(path), gitlabLines{r.Start.Line, r.End.Line}},
		})
	}
	return writeJSON(w, issues)
}
