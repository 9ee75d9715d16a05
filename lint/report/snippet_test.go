package report

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/unitvet/unitvet/lint/source"
)

func TestSnippet(t *testing.T) {
	long := strings.Repeat("a", 60)
	for _, c := range []struct {
		name string
		// text with the span between « and ».
		text  string
		width int
		want  string
	}{
		{"word", "[Unit]\nWants=«a.service» b\n", 0, `
    2 | Wants=a.service b
      |       ^^^^^^^^^
`},
		{"empty span", "Wants=«»\n", 0, `
    1 | Wants=
      |       ^
`},
		{"empty file", "«»", 0, `
    1 | 
      | ^
`},
		{"end of file", "a=b\n«»", 0, `
    2 | 
      | ^
`},
		{"newline", "a=b«\n»c=d\n", 0, `
    1 | a=b
      |    ^
`},
		{"whole line", "«a=b\n»c=d\n", 0, `
    1 | a=b
      | ^^^
`},
		{"two lines", "a=«b \\\n  c»\nd=e", 0, `
    1 | a=b \
      |   ^^^ to line 2
`},
		{"CRLF", "a=«b\r\n»c=d\r\n", 0, `
    1 | a=b
      |   ^
`},
		{"tabs before", "\ta\t=\t«b» c\n", 0, "\n    1 | \ta\t=\tb c\n      | \t \t \t^\n"},
		{"tab inside", "ab«c\td»e\n", 0, "\n    1 | abc\tde\n      |   ^^^^^^^\n"},
		{"wide", "名字=«值x»y\n", 0, `
    1 | 名字=值xy
      |      ^^^
`},
		{"combining", "e\u0301=«o\u0308x»\n", 0, "\n    1 | e\u0301=o\u0308x\n      |   ^^\n"},
		{"control characters", "a\x1b=«b\x00\x7f»c\u202e\n", 0, `
    1 | a\x1b=b\x00\x7fc\u202e
      |       ^^^^^^^^^
`},
		{"not UTF-8", "a\xff=«\xe2\x82»\n", 0, `
    1 | a\xff=\xe2\x82
      |       ^^^^^^^^
`},
		{"astral", "\U000e0001=«\U0001f600»!\n", 0, `
    1 | \U000e0001=😀!
      |            ^^
`},
		{"lone carriage return", "a=b\r«c»\n", 0, `
    1 | a=b\rc
      |      ^
`},
		{"cut on the right", "a=«b» " + long, 40, `
    1 | a=b aaaaaaaaaaaaaaaaaaaaaaaaaa…
      |   ^
`},
		{"cut on both sides", long + " «here» " + long, 40, `
    1 | …aaaaaaaaaaaa here aaaaaaaaaaaa…
      |               ^^^^
`},
		{"cut on the left", long + long + " «here»", 40, `
    1 | …aaaaaaaaaaaaaaaaaaaaaaaaa here
      |                            ^^^^
`},
		{"cut span", "a=«" + long + "» b", 40, `
    1 | a=aaaaaaaaaaaaaaaaaaaaaaaaaaaa…
      |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^…
`},
		{"cut span in the middle", long + "«" + long + "»", 40, `
    1 | …aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…
      |         ^^^^^^^^^^^^^^^^^^^^^^^…
`},
		{"large line number", strings.Repeat("\n", 1234566) + "a=«b»", 0, `
1234567 | a=b
        |   ^
`},
	} {
		t.Run(c.name, func(t *testing.T) {
			file, span := marked(c.text)
			width := c.width
			if width == 0 {
				width = defaultWidth
			}
			s := newSnippet(file, span, width)
			got := "\n" + s.gutter + " " + s.line + "\n" + s.blank + " " + s.indent + s.carets
			if s.more != "" {
				got += " " + s.more
			}
			if got += "\n"; got != c.want {
				t.Errorf("got:%swant:%s", got, c.want)
			}
		})
	}
}

// marked returns the file without the marks and the span between them.
func marked(text string) (*source.File, source.Span) {
	before, rest, _ := strings.Cut(text, "«")
	inside, after, _ := strings.Cut(rest, "»")
	return source.NewFile("x", before+inside+after), source.Span{Start: len(before), End: len(before) + len(inside)}
}

func TestSnippetOutsideTheFile(t *testing.T) {
	file := source.NewFile("x", "a=b")
	for _, span := range []source.Span{{Start: -5, End: -1}, {Start: 10, End: 20}, {Start: 3, End: 1}} {
		if s := newSnippet(file, span, 80); s.line != "a=b" || s.carets != "^" {
			t.Errorf("%v: %+v", span, s)
		}
	}
}

func FuzzSnippet(f *testing.F) {
	f.Add("[Unit]\nWants=a.service b\n", 13, 22, 80)
	f.Add("\ta\t名\x1b\u202ee\u0301\xff=b\r\n", 3, 8, 40)
	f.Add(strings.Repeat("é\t", 100), 91, 120, 60)
	f.Add(strings.Repeat("\u0301", 1000)+"x", 2000, 2001, 50)
	f.Fuzz(func(t *testing.T, text string, start, end, width int) {
		width = min(max(width, minWidth), 500)
		file := source.NewFile("x", text)
		s := newSnippet(file, source.Span{Start: start, End: end}, width)
		for _, r := range s.line {
			if r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == utf8.RuneError && strings.Contains(s.line, "\xff")) {
				t.Fatalf("%U in %q", r, s.line)
			}
		}
		shown := screen(s.gutter + " " + s.line)
		if len(shown) > width {
			t.Fatalf("%d columns of %d: %q", len(shown), width, s.line)
		}

		// What stands above the carets is the span.
		start = min(max(start, 0), len(text))
		end = min(max(end, start), len(text))
		for _, offset := range []int{start, end} {
			if offset < len(text) && utf8.ValidString(text) && !utf8.RuneStart(text[offset]) {
				t.Skip("not at a character")
			}
		}
		line := file.LineSpan(file.Line(start))
		want := source.Span{Start: min(start, line.End), End: min(end, line.End)}.Of(text)
		first, _ := utf8.DecodeRuneInString(want)
		if !utf8.ValidString(text) || want == "" || strings.HasSuffix(s.carets, ellipsis) || columnsOf(want) == 0 || unicode.Is(unicode.M, first) {
			return
		}
		from := len(screen(s.blank + " " + s.indent))
		above := strings.Join(shown[from:from+len(s.carets)], "")
		var plain strings.Builder
		for _, r := range want {
			if r == '\t' {
				plain.WriteRune(r)
			} else {
				plain.WriteString(Escape(string(r)))
			}
		}
		// Marks that follow the span go on its last character.
		if !strings.HasPrefix(above, plain.String()) {
			t.Errorf("above the carets: %q, want %q", above, plain.String())
		}
	})
}

// screen lays a line out as a terminal does: one string for every column. A wide
// character and a tab leave columns behind them empty.
func screen(line string) []string {
	var cells []string
	for _, r := range line {
		width := columns.RuneWidth(r)
		if r == '\t' {
			width = tabStop - len(cells)%tabStop
		}
		if width == 0 && len(cells) > 0 {
			cells[len(cells)-1] += string(r)
		}
		for i := range width {
			if i == 0 {
				cells = append(cells, string(r))
			} else {
				cells = append(cells, "")
			}
		}
	}
	return cells
}

func BenchmarkSnippetOfLongLine(b *testing.B) {
	file := source.NewFile("x", strings.Repeat("word ", 2<<20))
	span := source.Span{Start: 5 << 20, End: 5<<20 + 4}
	file.Line(0)
	for b.Loop() {
		newSnippet(file, span, defaultWidth)
	}
}
