package value

import (
	"github.com/unitvet/unitvet/lint/directive"
	"github.com/unitvet/unitvet/lint/source"
)

// Check reads a value as the given systemd release reads it for a directive, and
// returns what is wrong with it: nothing if systemd takes the value without a
// word. Spans are in text. An empty value is a matter of the directive
// (directive.EmptyEffect) and never a problem here. unit is what specifiers are
// expanded for; a specifier that is not known stands for some valid text.
func Check(d *directive.Directive, text string, unit Context, release int) []*Problem {
	grammar := grammars[d.Type]
	if text == "" || grammar == nil {
		return nil
	}
	return grammar(argument{d, text, unit, release})
}

// argument is what a grammar is applied to.
type argument struct {
	*directive.Directive
	Text    string
	Unit    Context
	Release int // of systemd
}

// whole returns a problem with the whole value.
func (a argument) whole(kind ProblemKind, text, expected string) []*Problem {
	return []*Problem{{Kind: kind, Span: source.Span{Start: 0, End: len(a.Text)}, Text: text, Expected: expected}}
}

// grammars are the grammars of all types of values.
var grammars = map[directive.Type]func(argument) []*Problem{}
