package value

import (
	"strings"

	"github.com/unitvet/unitvet/lint/directive"
	"github.com/unitvet/unitvet/lint/source"
)

// entryModes are how the words of lists are cut, by type.
var entryModes = map[directive.Type]mode{
	directive.TypeAddressFamilySet: unquote,
	directive.TypeArchitectureList: unquote,
	directive.TypeCapabilitySet:    unquote,
	directive.TypeIPPrefixList:     0,
	directive.TypeNamespaceSet:     0,
	directive.TypeSystemCallSet:    0,
	directive.TypeUserOrGroupList:  0,
}

// Entries returns the words of a list that count in a release, without those that
// it passes over, and whether a ~ stands before them. It is for lists of address
// families, architectures, capabilities, IP prefixes, namespaces, system calls, users
// and groups. ok is false if a problem makes the release ignore the value as a whole.
func Entries(d *directive.Directive, text string, unit Context, release int) (words []Word, inverted, ok bool) {
	problems := Check(d, text, unit, release)
	inverted = strings.HasPrefix(text, "~") && d.Type != directive.TypeIPPrefixList &&
		d.Type != directive.TypeArchitectureList && d.Type != directive.TypeUserOrGroupList
	if d.Type == directive.TypeCapabilitySet && release >= relaxedSince {
		text = relaxed(text)
	}
	if inverted {
		words, _ = argument{Text: text}.inverted(entryModes[d.Type])
	} else {
		words, _ = split(text, entryModes[d.Type])
	}
	for _, p := range problems {
		switch {
		case p.Effect == DropsEntry, p.Effect == Accepted && p.Kind == UnknownCapability:
			words = without(words, p.Span)
		case p.Effect == DropsRest:
			for i, w := range words {
				if w.Span.End > p.Span.Start {
					words = words[:i]
					break
				}
			}
		case p.Kind <= UnknownEscape && d.Type != directive.TypeNamespaceSet && d.Type != directive.TypeUserOrGroupList,
			p.Effect == Accepted:
			// What stands before a word that cannot be read counts.
		default:
			return nil, inverted, false
		}
	}
	return words, inverted, true
}

// relaxedSince is the first release that reads on in a list of capabilities whose last
// quote is not closed (EXTRACT_RELAX in capability_set_from_string, src/basic/cap-list.c).
const relaxedSince = 257

// relaxed closes the quote that a text leaves open, and drops the backslash that it
// ends in.
func relaxed(text string) string {
	for range 2 {
		_, problem := split(text, unquote)
		switch {
		case problem == nil:
		case problem.Kind == TrailingBackslash:
			text = text[:len(text)-1]
		case problem.Kind == UnbalancedQuote:
			text += text[problem.Span.Start : problem.Span.Start+1]
		}
	}
	return text
}

// without returns the words that a span does not touch.
func without(words []Word, span source.Span) []Word {
	var kept []Word
	for _, w := range words {
		if w.Span.End <= span.Start || w.Span.Start >= span.End {
			kept = append(kept, w)
		}
	}
	return kept
}
