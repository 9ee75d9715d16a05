package exposure

import (
	"encoding/json"
	"fmt"

	"github.com/unitvet/unitvet/lint/sandbox"
)

// Policy changes the weights and texts of checks, by their field, as the file of
// --security-policy= does (systemd-analyze(1)).
type Policy map[string]PolicyItem

// PolicyItem is what a policy says of a check. What is nil stays as it is.
type PolicyItem struct {
	Weight          *uint64
	Range           *uint64
	DescriptionGood *string
	DescriptionBad  *string
	DescriptionNA   *string
}

// ParsePolicy reads a policy. Like systemd-analyze it passes over checks that it does
// not know and over values of the wrong type, but not over a range that is too small
// for the check, which systemd-analyze does not survive.
func ParsePolicy(text []byte) (Policy, error) {
	var items map[string]json.RawMessage
	if err := json.Unmarshal(text, &items); err != nil {
		return nil, fmt.Errorf("the policy is no JSON object: %w", err)
	}
	policy := Policy{}
	for i := range Checks() {
		check := &Checks()[i]
		var fields map[string]json.RawMessage
		if json.Unmarshal(items[check.Field], &fields) != nil {
			continue // no object
		}
		item := PolicyItem{
			Weight: field[uint64](fields, "weight"), Range: field[uint64](fields, "range"),
			DescriptionGood: field[string](fields, "description_good"), DescriptionBad: field[string](fields, "description_bad"),
			DescriptionNA: field[string](fields, "description_na"),
		}
		if item.Range != nil && *item.Range < check.Range {
			return nil, fmt.Errorf("the policy gives %s a range of %d: it takes %d at least", check.Field, *item.Range, check.Range)
		}
		if item.Weight != nil && *item.Weight > maxPolicyNumber || item.Range != nil && *item.Range > maxPolicyNumber {
			return nil, fmt.Errorf("the policy gives %s a number over %d", check.Field, uint64(maxPolicyNumber))
		}
		policy[check.Field] = item
	}
	return policy, nil
}

// maxPolicyNumber keeps sums from overflowing.
const maxPolicyNumber = 1 << 32

// field returns a value of a JSON object, nil if it is not there or of another type.
func field[T any](fields map[string]json.RawMessage, name string) *T {
	text, ok := fields[name]
	if !ok || string(text) == "null" {
		return nil
	}
	var v T
	if json.Unmarshal(text, &v) != nil {
		return nil
	}
	return &v
}

// outcome applies a check.
func (p Policy) outcome(c *Check, s *sandbox.Settings) Outcome {
	item := p[c.Field]
	o := Outcome{Check: c, Weight: or(item.Weight, c.Weight), Range: or(item.Range, c.Range)}
	switch {
	case c.early && !s.DefaultDependencies:
		o.Text = "the service runs early in the boot, where the setting has no place"
	case o.Weight == 0:
		o.Text = "the policy leaves the check out"
	default:
		o.Badness, o.Text, o.Applies = c.assess(c, s)
		if o.Text != "" {
			return o
		}
		switch {
		case !o.Applies:
			o.Text = or(item.DescriptionNA, "it runs as root, so that the setting does not matter")
		case o.Badness == 0:
			o.Text = or(item.DescriptionGood, c.good)
		case o.Badness == c.Range:
			o.Text = or(item.DescriptionBad, c.bad)
		}
	}
	return o
}

// Score returns the exposure of a service with these settings, in tenths, by systemd's
// own weights: that of Assess.
func Score(s *sandbox.Settings) uint64 { return scoreOf(Policy(nil).weigh(s)) }

// weigh returns the weighted badness of a service, and the sum of the weights.
func (p Policy) weigh(s *sandbox.Settings) (badness, weights uint64) {
	checks := Checks()
	for i := range checks {
		b, w := p.share(&checks[i], s)
		badness, weights = badness+b, weights+w
	}
	return badness, weights
}

// scoreOf returns the score for a weighted badness out of a sum of weights.
func scoreOf(badness, weights uint64) uint64 {
	if weights == 0 {
		return 0
	}
	return roundUp(badness*100, weights)
}

// share returns the weighted badness of a service by one check, and the weight: 0
// where it does not count.
func (p Policy) share(c *Check, s *sandbox.Settings) (badness, weight uint64) {
	item := p[c.Field]
	weight = or(item.Weight, c.Weight)
	if weight == 0 || c.early && !s.DefaultDependencies {
		return 0, 0
	}
	bad, _, applies := c.assess(c, s)
	if !applies {
		return 0, 0
	}
	return roundUp(bad*weight, or(item.Range, c.Range)), weight
}

// or returns what a pointer leads to, or a default.
func or[T any](p *T, byDefault T) T {
	if p == nil {
		return byDefault
	}
	return *p
}
