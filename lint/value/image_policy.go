package value

import (
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint/source"
)

// gracefulPoliciesSince is the first release that ignores partitions and flags it
// does not know.
const gracefulPoliciesSince = 258

// policyFlags are what may become of a partition (policy_flag_from_string_one in
// src/shared/image-policy.c).
var policyFlags = []string{
	"verity", "signed", "encrypted", "unprotected", "unused", "absent", "open", "ignore",
	"read-only-on", "read-only-off", "growfs-on", "growfs-off",
}

// imagePolicy is RootImagePolicy= and its kin: "*", "~", "-", or PARTITION=FLAGS with
// colons between and pluses between flags; no partition stands for all others
// (image_policy_from_string in src/shared/image-policy.c).
func imagePolicy(a argument) []*Problem {
	if a.Text == "*" || a.Text == "~" || a.Text == "-" {
		return nil
	}
	words, last := splitColons(a.word(), keepEmpty)
	seen := map[string]bool{}
	for _, w := range words {
		if problem := a.partitionPolicy(w, seen); problem != nil {
			return a.single(problem)
		}
	}
	return a.single(last)
}

// partitionPolicy returns what is wrong with PARTITION=FLAGS.
func (a argument) partitionPolicy(w Word, seen map[string]bool) *Problem {
	bad := func(span source.Span, text, expected string) *Problem {
		return &Problem{Kind: BadImagePolicy, Span: span, Text: text, Expected: expected}
	}
	scan := scanner{text: w.Text}
	field, problem, _ := scan.next(equalsSet, keepEmpty)
	if problem != nil {
		return mapped(problem, w)
	}
	if scan.done {
		return bad(w.Span, "there is no = in the rule", "PARTITION=FLAGS")
	}
	name := strings.Trim(field.Text, blanks)
	span := w.Sub(field.Span.Start, field.Span.End)
	if name != "" && !isPartition(name, a.Release) {
		if a.Release >= gracefulPoliciesSince {
			return nil
		}
		return bad(span, "unknown partition", "one of "+strings.Join(partitions, ", "))
	}
	if seen[name] {
		return bad(span, "there are two rules for the same partition", "one rule for each")
	}
	seen[name] = true
	return a.policyFlags(w.Slice(scan.pos, len(w.Text)))
}

// policyFlags returns what is wrong with the flags of a rule.
func (a argument) policyFlags(w Word) *Problem {
	text := strings.Trim(w.Text, blanks)
	if text == "" || text == "-" {
		return nil
	}
	scan := scanner{text: text}
	for {
		flag, problem, ok := scan.next(plusSet, keepEmpty)
		switch {
		case problem != nil:
			problem.Span = w.Span
			return problem
		case !ok:
			return nil
		case a.Release < gracefulPoliciesSince && !slices.Contains(policyFlags, strings.Trim(flag.Text, blanks)):
			return &Problem{Kind: BadImagePolicy, Span: w.Span, Text: "unknown flag",
				Expected: "one or more of " + strings.Join(policyFlags, ", ") + " with + between"}
		}
	}
}

// What separates the parts of a rule.
var (
	equalsSet = setOf("=")
	plusSet   = setOf("+")
)
