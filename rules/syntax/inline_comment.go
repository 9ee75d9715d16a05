package syntax

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/directive"
	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/syntax"
	"github.com/unitvet/unitvet/lint/value"
	"github.com/unitvet/unitvet/rules/trigger"
)

//go:embed inline_comment.md
var inlineCommentPage string

// InlineComment finds comments at the end of lines. systemd has none: only a line
// that starts with # or ; is a comment (systemd.syntax(7)).
var InlineComment = &lint.Rule{
	ID:        "inline-comment",
	Summary:   "a comment after a value, which systemd takes for part of it",
	Category:  "syntax",
	Severity:  lint.Warning,
	Since:     "0.1.0",
	Page:      inlineCommentPage,
	CheckFile: inlineComment,
}

func inlineComment(p *lint.FilePass) {
	lines := linesOf(p)
	for i, line := range lines {
		if !reads(p, line.meant) {
			continue
		}
		if end, backslash := endOf(p.Part.File, line.Node); end == cutByComment && isContinued(lines, i) {
			p.Report(tellBroken(p, line, backslash, lines[i+1].Node))
			continue
		}
		if a, ok := line.Node.(*syntax.Assignment); ok {
			if at, ok := commentIn(p.Set.Release, line.meant, a); ok {
				p.Report(tellComment(p, line, a, at))
			}
		}
	}
}

// isContinued reports whether the line after line i was to continue it.
func isContinued(lines []logicalLine, i int) bool {
	return i+1 < len(lines) && lines[i+1].before == lines[i].Node && lines[i+1].cut != notCut
}

// tellBroken is the finding about a comment after a backslash: the line does not
// continue.
func tellBroken(p *lint.FilePass, line logicalLine, backslash int, next syntax.Node) lint.Finding {
	text := p.Part.Source.Text
	physical := physicalLines(p.Part.File, line.Node)
	at := comment{line: physical[len(physical)-1]}
	at.Start = backslash + strings.IndexByte(text[backslash:], '#')
	at.End = at.Start + len(strings.TrimRight(text[at.Start:at.line.End], " \t"))
	return lint.Finding{
		Place: lint.At(p.Part, at.Span),
		Message: fmt.Sprintf("there are no trailing comments: with %s after the backslash the line does not continue, and systemd reads %s alone and ignores it",
			quoted(at.Of(text)), quoted(lineText(p, next))),
		Help:    helpOnComment,
		Related: []lint.Related{{Place: lint.At(p.Part, textOf(next).Whole()), Message: "the line that was to continue it"}},
		Fixes:   []lint.Fix{moveComment(p, at)},
	}
}

const helpOnComment = "write the comment on a line of its own; inside a continued line, too"

// comment is a comment in a physical line of a value.
type comment struct {
	source.Span             // from the # to the end, blanks and a backslash left out
	line        source.Span // the physical line
}

// tellComment is the finding about a comment at index i of a value.
func tellComment(p *lint.FilePass, line logicalLine, a *syntax.Assignment, i int) lint.Finding {
	at := commentAt(p, a, i)
	text := at.Of(p.Part.Source.Text)
	f := lint.Finding{Place: lint.At(p.Part, at.Span), Help: helpOnComment}
	if i > 0 {
		f.Fixes = []lint.Fix{moveComment(p, at)}
	}
	d, _ := directive.Lookup(line.meant, a.Key().String()) // commentIn has found it
	how := readingOf(d, a.Value().String())
	words := len(value.Fields(text))
	f.Message = fmt.Sprintf("there are no trailing comments: %s ", quoted(text))
	switch {
	case how.command && opensQuote(a.Value().String(), i) == value.Refuses:
		f.Severity = lint.Error
		f.Message += "is part of the command, its quote is never closed, and " + fatal(p)
	case how.command && opensQuote(a.Value().String(), i) != value.Unstated:
		f.Message += "is part of the command, its quote is never closed, and systemd ignores the line"
	case how.command:
		f.Message += "is passed to the command as " + number(words, "more argument", "more arguments")
	case how.words:
		f.Message += fmt.Sprintf("is read as %s of %s=", number(words, "more entry", "more entries"), d.Key)
		f.Result = results[d.Key]
		if f.Result != "" {
			f.Severity = lint.Error
		}
		if d.OnInvalid == directive.InvalidInstall {
			f.Message += ", which systemctl enable refuses"
		} else if len(objectionsTo(p, d, a.Value().String())) > 0 {
			f.Message += ", which systemd refuses"
		}
	case how.lenient && len(objectionsTo(p, d, a.Value().String())) == 0:
		f.Message += fmt.Sprintf("becomes part of the value of %s=", d.Key)
		if result := results[d.Key]; result != "" && !strings.HasPrefix(a.Value().String(), "-") {
			f.Severity, f.Result = lint.Error, result
		}
	default:
		f.Message += fmt.Sprintf("makes the value of %s= invalid, and ", d.Key) + refusal(p, d, a.Value().String())
		f.Severity = refusalSeverity(p, d, a.Value().String())
	}
	return f
}

// results are what a service ends in when a user, group or directory does not
// exist (systemd.exec(5), "Process Exit Codes").
var results = map[string]string{
	"User": "217/USER", "SocketUser": "217/USER",
	"Group": "216/GROUP", "SocketGroup": "216/GROUP", "SupplementaryGroups": "216/GROUP",
	"WorkingDirectory": "200/CHDIR",
}

// refusal says what becomes of a value that systemd refuses.
func refusal(p *lint.FilePass, d *directive.Directive, text string) string {
	if isFatal(d, text) {
		return fatal(p)
	}
	if d.OnInvalid == directive.InvalidInstall {
		return "systemctl enable refuses it"
	}
	if without := trigger.Without(p, d.Section, d.Key); without != "" {
		return "systemd ignores the line, and " + without
	}
	return "systemd ignores the line"
}

// refusalSeverity is an error for values that cost the whole unit.
func refusalSeverity(p *lint.FilePass, d *directive.Directive, text string) lint.Severity {
	if isFatal(d, text) || trigger.Without(p, d.Section, d.Key) != "" {
		return lint.Error
	}
	return lint.Warning
}

// isFatal reports whether systemd loads no unit with such a value.
func isFatal(d *directive.Directive, text string) bool {
	return d.OnInvalid == directive.InvalidNotLoaded || d.OnInvalid == directive.InvalidNotLoadedUnlessDash && !strings.HasPrefix(text, "-")
}

// opensQuote returns what systemd does about a quote that a command has from index
// i on and that nothing closes; Unstated if there is none.
func opensQuote(text string, i int) value.Effect {
	for _, problem := range value.ParseExec(text).Problems {
		if problem.Kind == value.UnbalancedQuote && problem.Span.Start >= i {
			return problem.Effect
		}
	}
	return value.Unstated
}

// commentAt returns the place of the comment at index i of a value.
func commentAt(p *lint.FilePass, a *syntax.Assignment, i int) comment {
	at := comment{Span: source.Span{Start: a.Value().Offset(i)}}
	text := p.Part.Source.Text
	for _, line := range physicalLines(p.Part.File, a) {
		if !line.Contains(at.Start) {
			continue
		}
		at.line = line
		content := source.Span{Start: at.Start, End: line.End}.Of(text)
		if oddBackslashes(content) {
			content = content[:len(content)-1]
		}
		at.End = at.Start + len(strings.TrimRight(content, " \t"))
	}
	return at
}

// moveComment returns the fix that gives a comment a line of its own, above the
// physical line that it ends.
func moveComment(p *lint.FilePass, at comment) lint.Fix {
	text := p.Part.Source.Text
	start := at.Start
	for start > at.line.Start && isBlank(text[start-1]) {
		start--
	}
	content := at.line.Of(text)
	indent := content[:len(content)-len(strings.TrimLeft(content, " \t"))]
	end := at.End
	for strings.Trim(text[end:at.line.End], " \t") == "" && end < at.line.End {
		end = at.line.End // no blanks are left at the end of the line
	}
	return lint.Fix{
		Title: "put the comment on a line of its own", Safe: true,
		Edits: []lint.Edit{
			replace(p, source.Span{Start: at.line.Start, End: at.line.Start}, indent+at.Of(text)+lineEnd(p)),
			replace(p, source.Span{Start: start, End: end}, ""),
		},
	}
}

// commentIn returns the index in a value at which a comment starts that its author
// meant as one, if a release of systemd reads the value.
func commentIn(release int, section string, a *syntax.Assignment) (int, bool) {
	s := a.Value().String()
	if strings.IndexByte(s, '#') < 0 && strings.IndexByte(s, ';') < 0 {
		return 0, false
	}
	d, ok := directive.Lookup(section, a.Key().String())
	if !ok || !d.In(release) || d.Key == "Description" {
		return 0, false // in a description it does no harm
	}
	how := readingOf(d, s)
	if how.data {
		return 0, false
	}
	var quote byte
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && how.unquotes:
			i++
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case how.unquotes && (c == '"' || c == '\''):
			quote = c
		case (c == '#' || c == ';') && (i == 0 || isBlank(s[i-1])) && isComment(d, how, s, i):
			return i, true
		}
	}
	return 0, false
}

// isComment reports whether the # or ; at index i of a value starts a comment, in
// its author's mind. What may be data is not taken for one: colours, anchors,
// numbers, names of channels.
func isComment(d *directive.Directive, how reading, s string, i int) bool {
	rest := s[i+1:]
	if rest == "" {
		return false
	}
	spaced := isBlank(rest[0])
	switch {
	case s[i] == ';': // it separates commands, and may separate what is no text
		if how.words {
			next, _, _ := strings.Cut(strings.TrimLeft(rest, " \t"), " ")
			return spaced && i > 0 && !how.command && isWord(next)
		}
		return spaced && i > 0 && (!how.lenient || d.Type == directive.TypeUserOrGroup)
	case i == 0:
		return spaced
	case how.command:
		return isCommandComment(s[:i], s[i:])
	case how.lenient && !how.words && (d.Type == directive.TypeString || d.Type == directive.TypeConditionString):
		return spaced
	}
	return spaced || rest[0] == '#' || isWord(rest[:1])
}

// isCommandComment reports whether the words from a # on are a comment after a
// command. A # alone may be the argument of an option (cut -d # -f 1), and #word
// a channel or a colour.
func isCommandComment(before, comment string) bool {
	const enough = 200 // bytes to judge by
	before = strings.TrimRight(before, " \t")
	option := strings.HasPrefix(before[strings.LastIndexAny(before, " \t")+1:], "-")
	words := strings.Fields(comment[:min(len(comment), enough)])
	if len(words) < 2 {
		return false
	}
	if words[0] == "#" {
		return !option || !isArgument(words[1])
	}
	return !option && isWord(strings.Trim(words[0], "#,.:")) && !isColour(words[0]) && !slices.ContainsFunc(words[1:], isArgument)
}

// isArgument reports whether a word looks like an argument, not like prose.
func isArgument(word string) bool {
	return strings.IndexByte("-/$#%", word[0]) >= 0 || strings.ContainsAny(word, "=")
}

// isColour reports whether a word is a colour as in #fff and #00aaff.
func isColour(word string) bool {
	digits := strings.TrimPrefix(word, "#")
	return (len(digits) == 3 || len(digits) == 6 || len(digits) == 8) && strings.Trim(strings.ToLower(digits), "0123456789abcdef") == ""
}
