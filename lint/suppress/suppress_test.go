package suppress

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/syntax"
)

// show renders comments: rules, reason, and the text that they cover.
func show(text string) []string {
	var lines []string
	for _, c := range Parse(syntax.Parse(source.NewFile("x.service", text))) {
		var ids []string
		for _, rule := range c.Rules {
			ids = append(ids, rule.ID)
			if rule.Span.Of(text) != rule.ID {
				ids = append(ids, fmt.Sprintf("(at %q)", rule.Span.Of(text)))
			}
		}
		line := strings.Join(ids, "+") + "|" + c.Reason + "|"
		switch {
		case c.Fault != "":
			line += "! " + c.Fault
		case c.WholeFile:
			line += "file"
		default:
			line += c.Covers.Of(text)
		}
		lines = append(lines, line)
	}
	return lines
}

func TestParse(t *testing.T) {
	tests := []struct {
		name, text string
		want       []string
	}{
		{"none", "[Unit]\nA=1\n# comment\n", nil},
		{"line", "[Unit]\n# unitvet: ignore[a] why\nA=1\nB=2\n", []string{"a|why|A=1\n"}},
		{"several rules", "[Unit]\n#unitvet:ignore[ a,b ,  c ]why\nA=1\n", []string{"a+b+c|why|A=1\n"}},
		{"semicolon, blanks", "[Unit]\n  ;; unitvet:  ignore [a]   why not  \nA=1", []string{"a|why not|A=1"}},
		{"continued", "[Unit]\n# unitvet: ignore[a]\nA=1 \\\n  2 \\\n  3\nB=2\n", []string{"a||A=1 \\\n  2 \\\n  3\n"}},
		{"inside", "[Unit]\nA=1 \\\n# unitvet: ignore[a]\n  2\nB=2\n", []string{"a||A=1 \\\n# unitvet: ignore[a]\n  2\n"}},
		{"inside a bad line", "[Unit]\nA \\\n# unitvet: ignore[a]\n  2\nB=2\n", []string{"a||A \\\n# unitvet: ignore[a]\n  2\n"}},
		{"stacked", "[Unit]\n# unitvet: ignore[a]\n# other\n# unitvet: ignore[b]\nA=1\n", []string{"a||A=1\n", "b||A=1\n"}},
		{"blank line between", "[Unit]\n# unitvet: ignore[a]\n\nA=1\n", []string{"a||"}},
		{"end of the file", "[Unit]\nA=1\n# unitvet: ignore[a]", []string{"a||"}},
		{"section", "[Unit]\nA=1\n# unitvet: ignore[a]\n[Service]\nB=2\n\n# c\n[Install]\n", []string{"a||[Service]\nB=2\n\n# c\n"}},
		{"section without lines", "# unitvet: ignore[a]\n[Unit]", []string{"a||[Unit]"}},
		{"file", "# unitvet: ignore-file[a] made by a tool\n[Unit]\nA=1\n", []string{"a|made by a tool|file"}},
		{"file and section", "# unitvet: ignore[a]\n# unitvet: ignore-file[b]\n[Unit]\nA=1\n", []string{"b||file", "a||[Unit]\nA=1\n"}},
		{"file too late", "[Unit]\n# unitvet: ignore-file[a]\n", []string{"a||! ignore-file stands before the first section"}},
		{"CRLF", "[Unit]\r\n# unitvet: ignore[a] why\r\nA=1\r\n", []string{"a|why|A=1\r\n"}},
		{"malformed header", "# unitvet: ignore[a]\n[Unit\nA=1\n", []string{"a||[Unit\nA=1\n"}},
		{"not closed", "[Unit]\n# unitvet: ignore[a why\nA=1\n", []string{"a why||! the bracket behind ignore is not closed"}},
		{"no rules", "[Unit]\n# unitvet: ignore[ , ] why\nA=1\n", []string{"|why|! it names no rules in brackets behind ignore"}},
		{"no bracket", "[Unit]\n# unitvet: ignore why\nA=1\n", []string{"|why|! it names no rules in brackets behind ignore"}},
		{"another word", "[Unit]\n# unitvet: disable[a] why\nA=1\n", []string{"a|why|! unitvet knows no disable[...]"}},
		{"prose", "[Unit]\n# unitvet: a good program [1]\n# see unitvet: ignore[a]\n#unitvet ignore[a]\nA=1\n", nil},
		{"in a value", "[Unit]\nA=# unitvet: ignore[a]\nB=2\n", nil},
		{"odd bytes", "[Unit]\n# unitvet: ignore[\xff,\x1b[1m] \xfe\nA=1\n", []string{"\xff+\x1b[1m|\xfe|A=1\n"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, show(test.text)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSilences(t *testing.T) {
	text := "[Unit]\n# unitvet: ignore[a]\nA=1\nB=2\n"
	c := Parse(syntax.Parse(source.NewFile("x.service", text)))[0]
	at := func(s string) source.Span {
		start := strings.Index(text, s)
		return source.Span{Start: start, End: start + len(s)}
	}
	if !c.Silences("a", at("1"), false) || c.Silences("b", at("1"), false) || c.Silences("a", at("2"), false) || c.Silences("a", source.Span{}, true) {
		t.Errorf("%+v silences the wrong things", c)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("# unitvet: ignore-file[a]\n# unitvet: ignore[b\n[Unit]\nA=1 \\\n# unitvet: ignore[c,,]\n")
	f.Fuzz(func(t *testing.T, text string) {
		for _, c := range Parse(syntax.Parse(source.NewFile("x.service", text))) {
			for _, span := range []source.Span{c.Line, c.Span, c.Covers} {
				if span.Start < 0 || span.Start > span.End || span.End > len(text) {
					t.Errorf("%v in %q", span, text)
				}
			}
			for _, rule := range c.Rules {
				if rule.Span.Of(text) != rule.ID {
					t.Errorf("%q at %v in %q", rule.ID, rule.Span, text)
				}
			}
		}
	})
}
