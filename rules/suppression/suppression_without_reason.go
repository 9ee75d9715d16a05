package suppression

import (
	_ "embed"

	"github.com/unitvet/unitvet/lint"
)

//go:embed suppression_without_reason.md
var suppressionWithoutReasonPage string

// SuppressionWithoutReason finds comments that silence findings and do not say why.
var SuppressionWithoutReason = &lint.Rule{
	ID:       "suppression-without-reason",
	Summary:  "a comment that silences a finding and does not say why",
	Category: "suppression",
	Severity: lint.Info,
	Tier:     lint.Strict,
	Since:    "0.1.0",
	Page:     suppressionWithoutReasonPage,
	CheckRun: suppressionWithoutReason,
}

func suppressionWithoutReason(p *lint.RunPass) {
	for _, ignore := range p.Ignores {
		if ignore.Fault == "" && ignore.Reason == "" {
			p.Report(lint.Finding{
				Unit: ignore.Unit, Place: at(ignore, ignore.Span),
				Message: "the comment does not say why the finding is to be silenced",
				Help:    "write the reason behind the bracket: whoever comes next cannot ask",
			})
		}
	}
}
