// Package suppress reads the comments in unit files that silence findings:
//
//	# unitvet: ignore[rule, rule] reason
//	# unitvet: ignore-file[rule] reason
//
// systemd has no comments behind an assignment, so these stand on lines of their
// own. The first covers the assignment below, continuation lines and all, or the
// section whose header is below; other comments may stand between. Within a
// continued assignment it covers that one. The second stands before the first
// section and covers the file.
package suppress

import (
	"regexp"
	"strings"

	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/syntax"
)

// Comment is a comment that silences findings, or means to.
type Comment struct {
	// Line is the comment's line with its line ending, Span the comment itself.
	Line, Span source.Span
	// Rules are the rules that it names.
	Rules []Rule
	// Reason is the text behind the rules.
	Reason string
	// WholeFile says that it covers the file.
	WholeFile bool
	// Covers is what it covers otherwise; empty if nothing is below.
	Covers source.Span
	// Fault says why it silences nothing, "" if it is well formed. Near is then the
	// word that was most likely meant, if there is one.
	Fault, Near string
}

// Rule is a rule's name in a comment.
type Rule struct {
	ID   string
	Span source.Span
}

// Silences reports whether the comment covers a place of its file.
func (c *Comment) Silences(id string, at source.Span, wholeFile bool) bool {
	if c.Fault != "" || !c.WholeFile && (wholeFile || !c.Covers.Contains(at.Start)) {
		return false
	}
	for _, rule := range c.Rules {
		if rule.ID == id {
			return true
		}
	}
	return false
}

// marker is where a comment speaks to unitvet.
var marker = regexp.MustCompile(`^[ \t]*[#;]+[ \t]*unitvet:[ \t]*([A-Za-z_-]+)[ \t]*(\[([^\]\r\n\x00]*)(\]?))?`)

// Parse returns the comments of a file that speak to unitvet, in order.
func Parse(f *syntax.File) []Comment {
	if !strings.Contains(f.Source.Text, "unitvet:") {
		return nil
	}
	p := &parser{file: f}
	for _, section := range f.Sections {
		if section.Header != nil {
			end := section.Header.Span().End
			for node := range section.Nodes() {
				end = node.Span().End
			}
			p.close(source.Span{Start: section.Header.Span().Start, End: end})
		}
		p.first = section.Header == nil
		for node := range section.Nodes() {
			switch node := node.(type) {
			case *syntax.Comment:
				p.comment(node.Span())
			case *syntax.Blank:
				p.close(source.Span{})
			case *syntax.Assignment:
				p.logical(node, node.Parts())
			case *syntax.Bad:
				p.logical(node, node.Parts())
			}
		}
	}
	p.close(source.Span{})
	return p.comments
}

type parser struct {
	file     *syntax.File
	comments []Comment
	open     int  // how many of the last comments wait for what they cover
	first    bool // before the first header
}

// close says what the waiting comments cover.
func (p *parser) close(covers source.Span) {
	for i := len(p.comments) - p.open; i < len(p.comments); i++ {
		p.comments[i].Covers = covers
	}
	p.open = 0
}

// logical closes at a logical line, and takes in the comments inside it.
func (p *parser) logical(node syntax.Node, parts syntax.Parts) {
	p.close(node.Span())
	for _, comment := range parts.Comments {
		p.comment(comment)
	}
	p.close(node.Span())
}

// comment reads one line. Prose that only begins like a command is left alone.
func (p *parser) comment(line source.Span) {
	text := line.Of(p.file.Source.Text)
	m := marker.FindStringSubmatchIndex(text)
	if m == nil {
		return
	}
	part := func(i int) string {
		if m[2*i] < 0 {
			return ""
		}
		return text[m[2*i]:m[2*i+1]]
	}
	word, bracket := part(1), m[4] >= 0
	c := Comment{Line: line}
	content := strings.TrimRight(text, "\r\n\x00 \t")
	c.Span = source.Span{Start: line.Start + len(text) - len(strings.TrimLeft(text, " \t")), End: line.Start + len(content)}
	switch lower := strings.ToLower(word); {
	case word == "ignore", word == "ignore-file":
		c.WholeFile = word == "ignore-file"
	case strings.Contains(lower, "file") && (bracket || strings.HasPrefix(lower, "ignore")):
		c.Fault, c.Near = "unitvet knows no "+word+"[...]", "ignore-file"
	case bracket, strings.HasPrefix(lower, "ignore"):
		c.Fault, c.Near = "unitvet knows no "+word+"[...]", "ignore"
	default:
		return
	}
	switch {
	case c.Fault != "":
	case !bracket:
		c.Fault = "it names no rules in brackets behind " + word
	case part(4) == "":
		c.Fault = "the bracket behind " + word + " is not closed"
	case c.WholeFile && !p.first:
		c.Fault = "ignore-file stands before the first section"
	}
	if bracket {
		c.Rules = names(part(3), line.Start+m[6])
		if c.Fault == "" && len(c.Rules) == 0 {
			c.Fault = "it names no rules in brackets behind " + word
		}
	}
	if m[1] < len(content) {
		c.Reason = strings.TrimSpace(content[m[1]:])
	}
	p.comments = append(p.comments, c)
	if !c.WholeFile {
		p.open++
	} else if p.open > 0 {
		// Those that wait stay the last ones.
		last := len(p.comments) - 1
		copy(p.comments[last-p.open+1:], p.comments[last-p.open:last])
		p.comments[last-p.open] = c
	}
}

// names splits a list of rules; at is its place in the file.
func names(list string, at int) []Rule {
	var rules []Rule
	for part := range strings.SplitAfterSeq(list, ",") {
		word := strings.Trim(strings.TrimSuffix(part, ","), " \t")
		if word != "" {
			start := at + strings.Index(part, word)
			rules = append(rules, Rule{word, source.Span{Start: start, End: start + len(word)}})
		}
		at += len(part)
	}
	return rules
}
