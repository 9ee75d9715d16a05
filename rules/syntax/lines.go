package syntax

import (
	"slices"
	"sort"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/directive"
	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/syntax"
	"github.com/unitvet/unitvet/lint/unit"
	"github.com/unitvet/unitvet/lint/value"
)

// The rules of the family share one view of a file, so that one fault is told
// once, by the rule that explains it: what looks like an unknown directive may be
// the rest of a continued line, and what stands in the wrong section may have a
// header that was swallowed.

// logicalLine is an assignment or a line that is none, with what it was meant to
// be.
type logicalLine struct {
	syntax.Node
	// meant is the section that the line was written for; it differs from the one
	// that systemd takes it for where a header was swallowed.
	meant string
	// cut says that the line was written as part of the one before it, and why
	// systemd reads it alone.
	cut cut
	// before is the line before it in the section, comments and blank lines left
	// out; nil for the first.
	before syntax.Node
}

// cut is a way in which a continuation ends that was meant to go on.
type cut int

const (
	notCut       cut = iota
	cutByBlank       // a blank stands after the backslash
	cutByComment     // a comment stands after the backslash
	cutByEmpty       // a blank line follows the backslash
	cutByControl     // a NUL or carriage return stands in the line
)

// linesOf returns the assignments and bad lines of a file, header lines left out.
func linesOf(p *lint.FilePass) []logicalLine {
	return lint.Once(p.Memo, linesKey{}, func() []logicalLine { return makeLines(p.Part) })
}

// linesKey is what the lines of a file are remembered under.
type linesKey struct{}

func makeLines(part *unit.Part) []logicalLine {
	n := 0
	for _, section := range part.Sections {
		for node := range section.Nodes() {
			if isContent(node) {
				n++
			}
		}
	}
	lines := make([]logicalLine, 0, n)
	for _, section := range part.Sections {
		meant := section.Name()
		var before syntax.Node
		for node := range section.Nodes() {
			if !isContent(node) {
				continue
			}
			line := logicalLine{Node: node, meant: meant, before: before}
			line.cut = cutOf(part.File, meant, node, before)
			if line.cut == notCut && afterControl(part.File, node.Span().Start) && !known(meant, node) {
				line.cut = cutByControl
			}
			lines = append(lines, line)
			meant = meantAfter(part.File, meant, node)
			before = node
		}
	}
	return lines
}

// meantAfter returns the section that the lines after a line are written for: that
// of the line itself, unless it holds a header that systemd does not see, because
// of a backslash or an invisible mark before it.
func meantAfter(file *syntax.File, section string, node syntax.Node) string {
	for _, s := range swallowedBy(file, section, node) {
		if s.key == "" {
			section = s.section
		}
	}
	if bad, ok := node.(*syntax.Bad); ok {
		if name, ok := headerName(strings.TrimPrefix(bad.Text.String(), "\ufeff")); ok {
			section = name
		}
	}
	return section
}

// objections returns the problems of some kinds by their starts.
func objections(file *syntax.File, kinds ...syntax.ProblemKind) map[int]syntax.ProblemKind {
	found := map[int]syntax.ProblemKind{}
	for _, problem := range file.Problems() {
		if slices.Contains(kinds, problem.Kind) {
			found[problem.Span.Start] = problem.Kind
		}
	}
	return found
}

// isContent reports whether a node is an assignment or a line that is none.
func isContent(node syntax.Node) bool {
	switch node.(type) {
	case *syntax.Assignment, *syntax.Bad:
		return true
	}
	return false
}

// textOf returns the stripped text of a line, from its key or first character on.
func textOf(node syntax.Node) syntax.Text {
	switch node := node.(type) {
	case *syntax.Assignment:
		return node.Key()
	case *syntax.Bad:
		return node.Text
	}
	return syntax.Text{}
}

// physicalLines returns the physical lines of a logical one, comments and line
// endings left out.
func physicalLines(file *syntax.File, node syntax.Node) []source.Span {
	if lines := manyLines(node); lines != nil {
		return lines
	}
	return []source.Span{oneLine(file, node)}
}

// manyLines returns the physical lines of a logical one that has several; none of
// most.
func manyLines(node syntax.Node) []source.Span {
	switch node := node.(type) {
	case *syntax.Assignment:
		return node.Parts().Lines
	case *syntax.Bad:
		return node.Parts().Lines
	}
	return nil
}

// oneLine returns the physical line of a logical one that has no other.
func oneLine(file *syntax.File, node syntax.Node) source.Span {
	span := node.Span()
	if n := strings.IndexAny(span.Of(file.Source.Text), "\r\n\x00"); n >= 0 {
		span.End = span.Start + n // comments may follow a line that ends in a backslash
	}
	return span
}

// cutOf says whether a line was written as part of the one before it.
func cutOf(file *syntax.File, section string, node, before syntax.Node) cut {
	if before == nil || known(section, node) {
		return notCut
	}
	end, _ := endOf(file, before)
	switch {
	case end == cutByEmpty && looksLikeDirective(file, node):
		return notCut // a name that is misspelt
	case end == cutByBlank || end == cutByComment:
		return end
	case end == cutByEmpty:
		return end
	}
	return notCut
}

// afterControl reports whether the line that ends at an offset ends in a NUL or a
// lone carriage return, so that the next one may be the rest of it.
func afterControl(file *syntax.File, offset int) bool {
	problems := file.Problems()
	i := sort.Search(len(problems), func(i int) bool { return problems[i].Span.End >= offset })
	return i < len(problems) && problems[i].Kind == syntax.ControlCharacter && problems[i].Span.End == offset
}

// endOf says how a line that was meant to be continued ends, and where its last
// backslash is. An ordinary end is notCut.
func endOf(file *syntax.File, node syntax.Node) (cut, int) {
	text := file.Source.Text
	var last source.Span
	lines := manyLines(node)
	if n := len(lines); n > 0 {
		last = lines[n-1]
	} else {
		last = oneLine(file, node)
	}
	content := last.Of(text)
	if n := len(lines); n > 1 && strings.Trim(content, " \t") == "" {
		return cutByEmpty, lines[n-2].End - 1
	}
	trimmed := strings.TrimRight(content, " \t")
	if trimmed != content && oddBackslashes(trimmed) {
		return cutByBlank, last.Start + len(trimmed) - 1
	}
	var quotes []source.Span
	for i := 0; ; {
		n := backslashComment(content[i:])
		if n < 0 {
			return notCut, 0
		}
		at := i + n
		i = at + 1
		if quotes == nil {
			quotes = quotedParts(file, node)
		}
		if !within(quotes, last.Start+at) {
			return cutByComment, last.Start + at
		}
	}
}

// backslashComment returns the index of the first backslash between blanks that a
// comment follows, -1 if there is none.
func backslashComment(s string) int {
	for i := 1; i+2 < len(s); i++ {
		if s[i] != '\\' || !isBlank(s[i-1]) {
			continue
		}
		j := i + 1
		for j < len(s) && isBlank(s[j]) {
			j++
		}
		if j > i+1 && j < len(s) && s[j] == '#' {
			return i
		}
		i = j - 1
	}
	return -1
}

// oddBackslashes reports whether the last backslash of a text stands for itself.
func oddBackslashes(s string) bool {
	return (len(s)-len(strings.TrimRight(s, `\`)))%2 == 1
}

// quotedParts returns the places of the quoted parts of a value, quotes included,
// in order. A quote that is never closed has none.
func quotedParts(file *syntax.File, node syntax.Node) []source.Span {
	a, ok := node.(*syntax.Assignment)
	if !ok {
		return nil
	}
	var parts []source.Span
	var quote byte
	var from int
	start := a.Value().Offset(0)
	for _, line := range physicalLines(file, node) {
		for i := max(line.Start, start); i < line.End; i++ {
			switch c := file.Source.Text[i]; {
			case c == '\\':
				i++
			case quote == 0 && (c == '"' || c == '\''):
				quote, from = c, i
			case c == quote:
				parts, quote = append(parts, source.Span{Start: from, End: i + 1}), 0
			}
		}
	}
	return parts
}

// within reports whether an offset lies in one of several spans in order.
func within(spans []source.Span, offset int) bool {
	i := sort.Search(len(spans), func(i int) bool { return spans[i].End > offset })
	return i < len(spans) && spans[i].Contains(offset)
}

// known reports whether a line assigns to a directive of a section, or to one
// that systemd leaves to others.
func known(section string, node syntax.Node) bool {
	a, ok := node.(*syntax.Assignment)
	if !ok {
		return false
	}
	key := a.Key().String()
	_, found := directive.Lookup(section, key)
	return found || strings.HasPrefix(key, directive.ExtensionPrefix)
}

// looksLikeDirective reports whether a line assigns to something that has the form
// of a directive's name, and is not indented.
func looksLikeDirective(file *syntax.File, node syntax.Node) bool {
	a, ok := node.(*syntax.Assignment)
	if !ok || isBlank(file.Source.Text[node.Span().Start]) {
		return false
	}
	key := a.Key().String()
	return isWord(key) && key != strings.ToUpper(key)
}

// isWord reports whether a text is letters and digits, a letter first.
func isWord(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i] | 0x20
		if (c < 'a' || c > 'z') && (i == 0 || s[i] < '0' || s[i] > '9') {
			return false
		}
	}
	return s != ""
}

// swallowed is a line that a backslash at the end of the one before it makes part
// of a value.
type swallowed struct {
	// span is the part that was swallowed: the header or the name of the directive.
	span source.Span
	// section is the header's name, key the directive's; one of them is "".
	section, key string
	// backslash is the place of the one that does it.
	backslash int
}

// swallowedBy returns what a line that was written for a section swallows.
func swallowedBy(file *syntax.File, section string, node syntax.Node) []swallowed {
	lines := manyLines(node)
	if len(lines) < 2 {
		return nil
	}
	a, isAssignment := node.(*syntax.Assignment)
	var d *directive.Directive
	var how reading
	if isAssignment {
		if found, ok := directive.Lookup(section, a.Key().String()); ok {
			d, how = found, readingOf(found, a.Value().String())
		}
	}
	if how.data {
		return nil
	}
	var quotes []source.Span
	if how.unquotes {
		quotes = quotedParts(file, node)
	}
	text := file.Source.Text
	var found []swallowed
	for i, line := range lines[1:] {
		content := line.Of(text)
		if oddBackslashes(content) {
			content = content[:len(content)-1]
		}
		stripped := strings.Trim(content, " \t")
		if stripped == "" || within(quotes, line.Start) {
			continue
		}
		s := swallowed{backslash: lines[i].End - 1}
		s.span.Start = line.Start + strings.Index(content, stripped)
		if name, ok := headerName(stripped); ok {
			s.section = name
			s.span.End = s.span.Start + len(stripped)
			found = append(found, s)
			continue
		}
		name, _, ok := strings.Cut(content, "=")
		name = strings.TrimRight(name, " \t")
		if !ok || d == nil || isBlank(content[0]) {
			continue
		}
		if other, ok := directive.Lookup(section, name); ok && swallows(d, other, lines[i].Of(text), a.Value().String()) {
			s.key = name
			s.span.End = s.span.Start + len(name)
			found = append(found, s)
		}
	}
	return found
}

// headerName returns the name in a section header that systemd would know.
func headerName(line string) (string, bool) {
	if len(line) < 3 || line[0] != '[' || line[len(line)-1] != ']' {
		return "", false
	}
	name := line[1 : len(line)-1]
	return name, directive.KnownSection(name) || strings.HasPrefix(name, directive.ExtensionPrefix)
}

// settingPrograms take settings of units, or assignments of any name, as
// arguments.
var settingPrograms = []string{"systemd-run", "systemctl", "busctl", "env", "export"}

// settingOptions take an assignment as their argument.
var settingOptions = []string{
	"-p", "--property", "-E", "--setenv", "-e", "--env", "-o", "--option", "-D", "--define", "--set", "-l", "--label", "-v", "--var",
}

// swallows reports whether an assignment to other, after the line before, is
// certainly not meant as part of the value of d.
func swallows(d, other *directive.Directive, before, text string) bool {
	if other.Status == directive.StatusRemoved {
		return false
	}
	isExec := other.Type == directive.TypeExecCommand
	switch d.Type {
	case directive.TypeEnvironmentAssignments, directive.TypeEnvironmentNamesOrAssignments, directive.TypeJournalFields:
		// Type= and User= may be variables, WorkingDirectory= hardly is.
		return isExec || humps(other.Key) > 1
	case directive.TypeExecCommand:
		if isExec {
			return true
		}
		words := value.Fields(strings.TrimSuffix(before, `\`))
		if len(words) > 0 && slices.Contains(settingOptions, words[len(words)-1].Text) {
			return false
		}
		return !slices.ContainsFunc(value.Fields(text), func(w value.Word) bool {
			return slices.Contains(settingPrograms, w.Text[strings.LastIndexByte(w.Text, '/')+1:])
		})
	}
	return true
}

// humps counts the words of a name in camel case.
func humps(name string) int {
	n := 0
	for i := 0; i < len(name); i++ {
		if name[i] >= 'A' && name[i] <= 'Z' && (i == 0 || name[i-1] >= 'a') {
			n++
		}
	}
	return n
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }
