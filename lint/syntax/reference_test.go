package syntax_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/unitvet/unitvet/lint/syntax"
)

// What systemd makes of a file, in its own words: what it logs, line by line,
// and the description it ends up with. It is written down three times, from our
// tree, by a reader that is written differently, and by systemd itself, and the
// three must be the same.
type view struct {
	messages    []string // "line: message"
	description string
	failed      bool // the file is not loaded
}

const (
	outside      = "Assignment outside of section. Ignoring."
	noEquals     = "Missing '=', ignoring line."
	noKey        = "Missing key name before '=', ignoring line."
	badHeader    = "Invalid section header"
	badCharacter = "Bad characters in section header"
	notUTF8      = "String is not UTF-8 clean, ignoring assignment"
)

func unknownSection(name string) string {
	return fmt.Sprintf("Unknown section '%s'. Ignoring.", name)
}

func unknownKey(section, key string) string {
	return fmt.Sprintf("Unknown key '%s' in section [%s], ignoring.", key, section)
}

// targetSections are the sections of a target unit.
var targetSections = []string{"Unit", "Target", "Install"}

// lineEnding matches what ends a line.
var lineEnding = regexp.MustCompile(`^(?:\n\r?\x00?|\r\n?\x00?|\x00|$)`)

// cutLine cuts the first line off a text.
func cutLine(text string) (line, rest string) {
	end := strings.IndexAny(text, "\n\r\x00")
	if end < 0 {
		return text, ""
	}
	return text[:end], text[end+len(lineEnding.FindString(text[end:])):]
}

// countLines counts the lines of text as systemd does.
func countLines(text string) int {
	n := 0
	for ; text != ""; n++ {
		_, text = cutLine(text)
	}
	return n
}

// viewOf reads the view from a tree, as that of a target unit whose only known
// key is Description=.
func viewOf(file *syntax.File) view {
	v := view{failed: file.End < len(file.Source.Text)}
	text := file.Source.Text
	section, known := "", false
	line, open := 0, referenceOpen(text)
	before := len(text) // where the first header starts
	if len(file.Sections) > 1 {
		before = file.Sections[1].Header.Span().Start
	}
	for node := range file.Nodes() {
		span := node.Span()
		var problems []syntax.ProblemKind
		for _, p := range file.Problems()[firstProblem(file, span.Start):] {
			if p.Span.Start >= span.End {
				break
			}
			if p.Kind != syntax.ControlCharacter && p.Kind != syntax.ByteOrderMark {
				problems = append(problems, p.Kind)
			}
		}
		message := messageOf(node, problems, section, known, span.End <= before)
		if header, ok := node.(*syntax.Header); ok {
			section = header.Name.String()
			known = slices.Contains(targetSections, section)
		}
		if a, ok := node.(*syntax.Assignment); ok && known && section == "Unit" && a.Key().String() == "Description" {
			v.description, message = a.Value().String(), ""
		}
		line += countLines(span.Of(text))
		if open && span.End == len(text) {
			line++ // systemd counts one more when the file ends in a continuation
		}
		if message != "" {
			v.messages = append(v.messages, fmt.Sprint(line, ": ", message))
		}
		if v.failed && span.Start == file.End {
			break
		}
	}
	return v
}

// firstProblem returns the index of the first problem at or after an offset.
func firstProblem(file *syntax.File, offset int) int {
	i, _ := slices.BinarySearchFunc(file.Problems(), offset, func(p syntax.Problem, o int) int { return p.Span.Start - o })
	return i
}

// messageOf says what systemd logs about a node.
func messageOf(node syntax.Node, problems []syntax.ProblemKind, section string, known, before bool) string {
	if i := slices.IndexFunc(problems, syntax.ProblemKind.Fatal); i >= 0 {
		switch problems[i] {
		case syntax.InvalidEncoding:
			return notUTF8
		case syntax.InvalidSectionHeader:
			if header, ok := node.(*syntax.Header); ok && syntaxSafe(header.Name.String()) {
				return badHeader
			}
			return badHeader + " or " + badCharacter
		}
		return ""
	}
	// The one objection to a line that a mark hides stands for systemd's.
	hidden := slices.Contains(problems, syntax.ByteOrderMarkBeforeComment)
	for _, kind := range problems {
		switch kind {
		case syntax.AssignmentOutsideSection:
			return outside
		case syntax.MissingEquals, syntax.MissingKey:
			if !known { // the tree does not know the sections that systemd does
				return ""
			}
			if kind == syntax.MissingKey {
				return noKey
			}
			return noEquals
		}
	}
	switch node := node.(type) {
	case *syntax.Header:
		if !slices.Contains(targetSections, node.Name.String()) && !strings.HasPrefix(node.Name.String(), "X-") {
			return unknownSection(node.Name.String())
		}
	case *syntax.Assignment:
		if hidden && before {
			return outside
		}
		if known && !strings.HasPrefix(node.Key().String(), "X-") {
			return unknownKey(section, node.Key().String())
		}
	case *syntax.Bad:
		if hidden && before {
			return outside
		}
		if hidden && known {
			return noEquals
		}
	}
	return ""
}

func syntaxSafe(name string) bool { return !strings.ContainsAny(name, "\"'\\\t") && !hasControl(name) }

func hasControl(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f })
}

var (
	commentLine = regexp.MustCompile(`^[ \t]*[#;]`)
	headerLine  = regexp.MustCompile(`(?s)^\[(.*)\]$`)
)

// logicalLine is what the reference reads.
type logicalLine struct {
	number  int // of its last physical line
	text    string
	tooLong bool
	open    bool // the file ends in it
}

// referenceLines joins the lines of a text.
func referenceLines(text string) []logicalLine {
	var lines []logicalLine
	var joined *logicalLine
	markSeen := false
	for number := 1; text != ""; number++ {
		var content string
		content, text = cutLine(text)
		if len(content) >= syntax.LongLineMax {
			return append(lines, logicalLine{number: number, tooLong: true})
		}
		if commentLine.MatchString(content) {
			continue
		}
		if after, ok := strings.CutPrefix(content, mark); ok && !markSeen {
			content, markSeen = after, true
		}
		if joined == nil {
			joined = &logicalLine{}
		} else if len(joined.text)+len(content) > syntax.LongLineMax {
			return append(lines, logicalLine{number: number, tooLong: true})
		}
		joined.number = number
		joined.text += content
		if backslashes := len(joined.text) - len(strings.TrimRight(joined.text, `\`)); backslashes%2 == 1 {
			joined.text = joined.text[:len(joined.text)-1] + " "
			continue
		}
		lines = append(lines, *joined)
		joined = nil
	}
	if joined != nil {
		joined.open = true
		lines = append(lines, *joined)
	}
	return lines
}

func referenceOpen(text string) bool {
	lines := referenceLines(text)
	return len(lines) > 0 && lines[len(lines)-1].open
}

// reference reads the view of a target unit from its text.
func reference(text string) view {
	var v view
	section, known, ignored := "", false, false
	lines := referenceLines(text)
	number := 0
	say := func(message string) { v.messages = append(v.messages, fmt.Sprint(number, ": ", message)) }
	for _, line := range lines {
		number = line.number
		if line.open {
			number = countLines(text) + 1
		}
		s := strings.Trim(line.text, " \t")
		key, value, assigned := strings.Cut(s, "=")
		switch {
		case line.tooLong:
			v.failed = true
			return v
		case s == "":
		case !clean(s):
			v.failed = true
			say(notUTF8)
			return v
		case s[0] == '[':
			header := headerLine.FindStringSubmatch(s)
			if header == nil || !syntaxSafe(header[1]) {
				v.failed = true
				say(map[bool]string{true: badHeader, false: badCharacter}[header == nil])
				return v
			}
			section = header[1]
			known = slices.Contains(targetSections, section)
			ignored = !known
			if ignored && !strings.HasPrefix(section, "X-") {
				say(unknownSection(section))
			}
		case ignored:
		case !known:
			say(outside)
		case s[0] == '=':
			say(noKey)
		case !assigned:
			say(noEquals)
		default:
			key = strings.Trim(key, " \t")
			if section == "Unit" && key == "Description" {
				v.description = strings.Trim(value, " \t")
			} else if !strings.HasPrefix(key, "X-") {
				say(unknownKey(section, key))
			}
		}
	}
	return v
}

// clean reports whether a line is UTF-8 without noncharacters.
func clean(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return 0xFDD0 <= r && r <= 0xFDEF || r%0x10000 >= 0xFFFE
	})
}

// sameMessage compares messages, of headers only as far as the tree tells them.
func sameMessage(tree, other string) bool {
	if number, ok := strings.CutSuffix(tree, badHeader+" or "+badCharacter); ok {
		return other == number+badHeader || other == number+badCharacter
	}
	return tree == other
}

// difference describes where two views differ, "" if they do not.
func difference(tree, other view) string {
	if !slices.EqualFunc(tree.messages, other.messages, sameMessage) {
		return fmt.Sprintf("messages\n%q, want\n%q", tree.messages, other.messages)
	}
	if tree.failed != other.failed {
		return fmt.Sprintf("failed %v, want %v", tree.failed, other.failed)
	}
	if !tree.failed && tree.description != other.description {
		return fmt.Sprintf("description %q, want %q", tree.description, other.description)
	}
	return ""
}
