package source

import (
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"
)

func TestPosition(t *testing.T) {
	tests := []struct {
		name   string
		text   string
		offset int
		want   Position
	}{
		{"empty file", "", 0, Position{1, 1}},
		{"empty file, past the end", "", 5, Position{1, 1}},
		{"negative offset", "ab\ncd", -3, Position{1, 1}},
		{"past the end", "ab\ncd", 99, Position{2, 3}},
		{"past the end after a newline", "ab\n", 99, Position{2, 1}},
		{"first byte", "ab\ncd", 0, Position{1, 1}},
		{"newline belongs to its line", "ab\ncd", 2, Position{1, 3}},
		{"first byte of a line", "ab\ncd", 3, Position{2, 1}},
		{"end without final newline", "ab\ncd", 5, Position{2, 3}},
		{"end with final newline", "ab\n", 3, Position{2, 1}},
		{"empty lines", "\n\n\n", 2, Position{3, 1}},
		{"two-byte code points", "äöü=", 6, Position{1, 4}},
		{"three-byte code points", "€€=", 6, Position{1, 3}},
		{"four-byte code points", "😀😀=", 8, Position{1, 3}},
		{"combining marks are code points", "e\u0301=", 3, Position{1, 3}},
		{"invalid bytes count one each", "\xff\xfe\x80=", 3, Position{1, 4}},
		{"truncated sequence, one per byte", "\xe2\x82=", 2, Position{1, 3}},
		{"lone surrogate, one per byte", "\xed\xa0\x80=", 3, Position{1, 4}},
		{"byte order mark is a code point", "\uFEFF[Unit]", 3, Position{1, 2}},
		{"carriage return belongs to its line", "ab\r\ncd", 3, Position{1, 4}},
		{"after CRLF", "ab\r\ncd", 4, Position{2, 1}},
		{"lone carriage return is no line end", "a\rb\nc", 2, Position{1, 3}},
		{"NUL is no line end", "a\x00b\nc", 2, Position{1, 3}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			file := NewFile("x.service", test.text)
			if got := file.Position(test.offset); got != test.want {
				t.Errorf("Position(%d) in %q = %v, want %v", test.offset, test.text, got, test.want)
			}
			if got := file.Line(test.offset); got != test.want.Line {
				t.Errorf("Line(%d) in %q = %d, want %d", test.offset, test.text, got, test.want.Line)
			}
		})
	}
}

func TestLineSpan(t *testing.T) {
	tests := []struct {
		name string
		text string
		line int
		want Span
	}{
		{"empty file", "", 1, Span{0, 0}},
		{"line zero", "a\nb", 0, Span{3, 3}},
		{"negative line", "a\nb", -1, Span{3, 3}},
		{"line after the last", "a\nb", 3, Span{3, 3}},
		{"first", "ab\ncd\n", 1, Span{0, 2}},
		{"second", "ab\ncd\n", 2, Span{3, 5}},
		{"empty one after the final newline", "ab\ncd\n", 3, Span{6, 6}},
		{"no final newline", "ab\ncd", 2, Span{3, 5}},
		{"CRLF", "ab\r\ncd\r\n", 1, Span{0, 2}},
		{"CRLF, second", "ab\r\ncd\r\n", 2, Span{4, 6}},
		{"nothing but CRLF", "\r\n", 1, Span{0, 0}},
		{"carriage return at the end of the file", "ab\r", 1, Span{0, 2}},
		{"one of two carriage returns", "ab\r\r\n", 1, Span{0, 3}},
		{"newline, carriage return", "ab\n\rcd", 2, Span{3, 6}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := NewFile("x.service", test.text).LineSpan(test.line); got != test.want {
				t.Errorf("LineSpan(%d) in %q = %v, want %v", test.line, test.text, got, test.want)
			}
		})
	}
}

func TestRange(t *testing.T) {
	file := NewFile("x.service", "[Unit]\r\nDescription=Größe \\\r\n  €\r\n")
	value := strings.Index(file.Text, "Größe")
	euro := strings.Index(file.Text, "€")
	want := Range{Position{2, 13}, Position{3, 4}}
	if got := file.Range(Span{value, euro + len("€")}); got != want {
		t.Errorf("Range = %v, want %v", got, want)
	}
}

func TestSpan(t *testing.T) {
	s := Span{2, 5}
	if s.Len() != 3 {
		t.Errorf("Len = %d, want 3", s.Len())
	}
	if got := s.Shift(10); got != (Span{12, 15}) {
		t.Errorf("Shift(10) = %v", got)
	}
	if got := s.Of("0123456"); got != "234" {
		t.Errorf("Of = %q", got)
	}
	for offset, want := range map[int]bool{1: false, 2: true, 4: true, 5: false} {
		if s.Contains(offset) != want {
			t.Errorf("Contains(%d) = %v, want %v", offset, !want, want)
		}
	}
	if (Span{3, 3}).Contains(3) {
		t.Error("an empty span contains its start")
	}
}

// positionByCounting is Position without tables.
func positionByCounting(text string, offset int) Position {
	before := text[:min(max(offset, 0), len(text))]
	start := strings.LastIndexByte(before, '\n') + 1
	return Position{
		Line:   1 + strings.Count(before, "\n"),
		Column: 1 + utf8.RuneCountInString(before[start:]),
	}
}

// Long lines have marks to count columns from; they must not change a column,
// least of all where they fall into a code point or among invalid bytes.
func TestPositionInLongLines(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	alphabets := map[string][]string{
		"ASCII":            {"a"},
		"two bytes":        {"ä"},
		"three bytes":      {"€"},
		"four bytes":       {"😀"},
		"mixed":            {"a", "ä", "€", "😀"},
		"continuation":     {"\x80"},
		"invalid":          {"a", "\x80", "\xe2\x82", "\xf0\x9f\x98", "\xff", "€", "\xed\xa0\x80"},
		"newlines between": {strings.Repeat("€", 3000), strings.Repeat("\x80", 5000), "\n", "😀"},
	}
	for name, alphabet := range alphabets {
		t.Run(name, func(t *testing.T) {
			var b strings.Builder
			b.WriteString("first\n")
			for b.Len() < 5*markDistance {
				b.WriteString(alphabet[random.IntN(len(alphabet))])
			}
			text := b.String() + "\nlast"
			file := NewFile("x.service", text)
			check := func(offset int) {
				if got, want := file.Position(offset), positionByCounting(text, offset); got != want {
					t.Fatalf("Position(%d) = %v, want %v", offset, got, want)
				}
			}
			for offset := -2; offset <= len(text)+2; offset += 1 + random.IntN(40) {
				check(offset)
			}
			for _, m := range file.table().marks {
				for d := -8; d <= 8; d++ {
					check(int(m.offset) + d)
				}
			}
		})
	}
}

func FuzzPosition(f *testing.F) {
	for _, text := range []string{"", "a\nb", "ä\r\n€\xff\n", "\n\n", "\xe2\x82\n\xac"} {
		f.Add(text, 1)
	}
	f.Fuzz(func(t *testing.T, text string, offset int) {
		// Long lines are made from short ones.
		for _, text := range []string{text, strings.Repeat(text, 1+2*markDistance/(1+len(text)))} {
			offset := min(max(offset, -1), len(text)+1)
			file := NewFile("x.service", text)
			got, want := file.Position(offset), positionByCounting(text, offset)
			if got != want {
				t.Fatalf("Position(%d) = %v, want %v", offset, got, want)
			}
			if span := file.LineSpan(got.Line); strings.Contains(span.Of(text), "\n") {
				t.Fatalf("LineSpan(%d) = %v spans lines", got.Line, span)
			}
		}
	})
}

func TestFileIsSafeForConcurrentUse(t *testing.T) {
	file := NewFile("x.service", strings.Repeat("Key=value\n", 1000))
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			if got := file.Line(i * 10); got != i+1 {
				t.Errorf("Line(%d) = %d, want %d", i*10, got, i+1)
			}
		})
	}
	group.Wait()
}

func BenchmarkPosition(b *testing.B) {
	texts := map[string]string{
		"lines":     strings.Repeat("Environment=NAME=value\n", 1<<16),
		"long line": strings.Repeat("é", 1<<20),
	}
	for name, text := range texts {
		b.Run(name, func(b *testing.B) {
			file := NewFile("x.service", text)
			file.Line(0)
			for i := 0; b.Loop(); i++ {
				file.Position(i * 7919 % len(text))
			}
		})
	}
}
