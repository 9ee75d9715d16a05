package syntax_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/syntax"
)

const mark = "\uFEFF"

// parseCase is an input and its tree, as show and showProblems write it.
type parseCase struct {
	name     string
	text     string
	nodes    []string
	problems []string
	end      int // of what systemd reads; 0 stands for the whole text
}

// parseCases are grouped by the rules of systemd's reader.
var parseCases = slices.Concat(
	lineEndCases, commentCases, markCases, continuationCases, headerCases, assignmentCases, encodingCases,
)

var lineEndCases = []parseCase{
	{name: "empty file"},
	{name: "one blank line", text: "\n", nodes: []string{"_"}},
	{name: "no final newline", text: "[Unit]\nA=b", nodes: []string{"[Unit]", "A=b"}},
	{name: "newline", text: "[Unit]\nA=b\n", nodes: []string{"[Unit]", "A=b"}},
	{name: "CRLF", text: "[Unit]\r\nA=b\r\n\r\n", nodes: []string{"[Unit]", "A=b", "_"}},
	{name: "carriage returns alone", text: "[Unit]\rA=b\r\rC=d\r", nodes: []string{"[Unit]", "A=b", "_", "C=d"}},
	{
		name: "carriage return among newlines", text: "[Unit]\nA=b\rC=d\n",
		nodes: []string{"[Unit]", "A=b", "C=d"}, problems: []string{"control \r"},
	},
	{name: "LFCR", text: "[Unit]\n\rA=b\n\r\n\r", nodes: []string{"[Unit]", "A=b", "_"}},
	{name: "CRLF after LF", text: "[Unit]\n\r\nA=b\n", nodes: []string{"[Unit]", "_", "A=b"}},
	{
		name: "two carriage returns and a newline", text: "[Unit]\r\r\nA=b\n",
		nodes: []string{"[Unit]", "_", "A=b"}, problems: []string{"control \r"},
	},
	{
		name: "NUL ends a line", text: "[Unit]\nA=b\x00C=d\n",
		nodes: []string{"[Unit]", "A=b", "C=d"}, problems: []string{"control \x00"},
	},
	{
		name: "NUL ends a comment", text: "[Unit]\n# a\x00C=d\n",
		nodes: []string{"[Unit]", "#", "C=d"}, problems: []string{"control \x00"},
	},
	{
		name: "NUL after CRLF", text: "[Unit]\r\n\x00A=b\n\x00C=d\r\x00E=f\n\r\x00G=h\n",
		nodes:    []string{"[Unit]", "A=b", "C=d", "E=f", "G=h"},
		problems: []string{"control \x00", "control \x00", "control \x00", "control \x00"},
	},
	{
		name: "nothing joins a NUL", text: "[Unit]\x00\nA=b\x00\x00",
		nodes: []string{"[Unit]", "_", "A=b", "_"}, problems: []string{"control \x00", "control \x00", "control \x00"},
	},
	{name: "form feed and vertical tab are no blanks", text: "[Unit]\nA=\fb\v\n", nodes: []string{"[Unit]", "A=\fb\v"}, problems: []string{"control \f", "control \v"}},
	{name: "next line and line separator end nothing", text: "[Unit]\nA=b\u0085c\u2028d\n", nodes: []string{"[Unit]", "A=b\u0085c\u2028d"}},
	{name: "blank lines", text: "\n  \n\t\n \t \n", nodes: []string{"_", "_", "_", "_"}},
}

var commentCases = []parseCase{
	{name: "both characters", text: "# a\n; b\n#\n;", nodes: []string{"#", "#", "#", "#"}},
	{name: "indented", text: "  # a\n\t; b\n", nodes: []string{"#", "#"}},
	{name: "ending in a backslash", text: "[Unit]\n# a \\\nA=b\n", nodes: []string{"[Unit]", "#", "A=b"}},
	{name: "that looks like a header", text: "#[Unit]\n;A=b\n", nodes: []string{"#", "#"}},
	{name: "not UTF-8", text: "# \xff\x01\n[Unit]\n", nodes: []string{"#", "[Unit]"}},
	{name: "no trailing comments", text: "[Unit]\nA=b # c\nD=e ; f\n", nodes: []string{"[Unit]", "A=b # c", "D=e ; f"}},
	{name: "in a continuation", text: "[Unit]\nA=b \\\n# c\n  d\n", nodes: []string{"[Unit]", "A=b    d lines:2 comments:1"}},
	{name: "in a continuation, indented", text: "[Unit]\nA=b\\\n \t ; c\nd\n", nodes: []string{"[Unit]", "A=b d lines:2 comments:1"}},
	{name: "in a continuation, ending in a backslash", text: "[Unit]\nA=b\\\n# c\\\nd\nE=f\n", nodes: []string{"[Unit]", "A=b d lines:2 comments:1", "E=f"}},
	{name: "several in a continuation", text: "[Unit]\nA=b\\\n#\n#\nc\\\n;\nd\n", nodes: []string{"[Unit]", "A=b c d lines:3 comments:3"}},
	{name: "last in a continuation", text: "[Unit]\nA=b\\\n# c", nodes: []string{"[Unit]", "A=b comments:1 open"}},
	{name: "after the continuation", text: "[Unit]\nA=b\\\nc\n# d\n", nodes: []string{"[Unit]", "A=b c lines:2", "#"}},
}

var markCases = []parseCase{
	{name: "mark on the first line", text: mark + "[Unit]\nA=b\n", nodes: []string{"[Unit]", "A=b"}, problems: []string{"mark " + mark}},
	{name: "mark on a later line", text: "# a\n[Unit]\n" + mark + "A=b\n", nodes: []string{"#", "[Unit]", "A=b"}, problems: []string{"mark " + mark}},
	{
		name: "second mark stays", text: mark + "[Unit]\n" + mark + "A=b\n",
		nodes: []string{"[Unit]", mark + "A=b"}, problems: []string{"mark " + mark},
	},
	{name: "mark inside a line stays", text: "[Unit]\nA=" + mark + "b\n " + mark + "C=d\n", nodes: []string{"[Unit]", "A=" + mark + "b", mark + "C=d"}},
	{
		name: "mark before a comment", text: mark + "# a\n[Unit]\nA=b\n",
		nodes: []string{"?# a", "[Unit]", "A=b"}, problems: []string{"mark-before-comment " + mark},
	},
	{
		name: "mark before an indented comment", text: mark + "  ; a\n[Unit]\n",
		nodes: []string{"?; a", "[Unit]"}, problems: []string{"mark-before-comment " + mark},
	},
	{
		name: "mark before a comment with =", text: mark + "# a=b\n[Unit]\n",
		nodes: []string{"# a=b", "[Unit]"}, problems: []string{"mark-before-comment " + mark},
	},
	{
		name: "mark before a comment in a section", text: "[Unit]\n" + mark + "# a\n",
		nodes: []string{"[Unit]", "?# a"}, problems: []string{"mark-before-comment " + mark},
	},
	{
		name: "mark before a comment that goes on", text: mark + "# a \\\nb\nC=d\n",
		nodes: []string{"?# a  b lines:2", "C=d"}, problems: []string{"mark-before-comment " + mark, "outside C=d"},
	},
	{
		name: "what follows is still outside", text: mark + "# a\nA=b\n# c\nD=e\n",
		nodes: []string{"?# a", "A=b", "#", "D=e"}, problems: []string{"mark-before-comment " + mark, "outside A=b", "outside D=e"},
	},
	{
		name: "mark and control character before a comment", text: mark + "# a\x01\n[Unit]\n",
		nodes: []string{"?# a\x01", "[Unit]"}, problems: []string{"mark-before-comment " + mark, "control \x01"},
	},
	{
		name: "mark in a continuation", text: "[Unit]\nA=b\\\n" + mark + "c\n",
		nodes: []string{"[Unit]", "A=b c lines:2"}, problems: []string{"mark " + mark},
	},
	{
		name: "mark before a comment in a continuation", text: "[Unit]\nA=b\\\n" + mark + "# c\nD=e\n",
		nodes: []string{"[Unit]", "A=b # c lines:2", "D=e"}, problems: []string{"mark-before-comment " + mark},
	},
	{
		name: "mark before a comment in a continuation without =", text: "[Unit]\nA\\\n" + mark + "# c\n",
		nodes: []string{"[Unit]", "?A # c lines:2"}, problems: []string{"no-equals A\\\n" + mark + "# c", "mark-before-comment " + mark},
	},
	{name: "mark on an empty line", text: mark + "\n[Unit]\n", nodes: []string{"_", "[Unit]"}, problems: []string{"mark " + mark}},
	{name: "nothing but a mark", text: mark, nodes: []string{"_"}, problems: []string{"mark " + mark}},
	{name: "half a mark", text: "\xef\xbb\n", nodes: []string{"?\xef\xbb"}, problems: []string{"invalid-encoding \xef"}, end: -1},
}

var continuationCases = []parseCase{
	{name: "becomes one blank", text: "[Unit]\nA=b\\\nc\n", nodes: []string{"[Unit]", "A=b c lines:2"}},
	{name: "blanks around stay", text: "[Unit]\nA=b \\\n\t c\n", nodes: []string{"[Unit]", "A=b  \t c lines:2"}},
	{name: "blank after the backslash", text: "[Unit]\nA=b \\ \nC=d\n", nodes: []string{"[Unit]", "A=b \\", "C=d"}},
	{name: "tab after the backslash", text: "[Unit]\nA=b\\\t\nC=d\n", nodes: []string{"[Unit]", "A=b\\", "C=d"}},
	{name: "two backslashes", text: "[Unit]\nA=b\\\\\nC=d\n", nodes: []string{"[Unit]", "A=b\\\\", "C=d"}},
	{name: "three backslashes", text: "[Unit]\nA=b\\\\\\\nc\n", nodes: []string{"[Unit]", "A=b\\\\ c lines:2"}},
	{name: "two, then one on the next line", text: "[Unit]\nA=b\\\\\\\n\\\nc\n", nodes: []string{"[Unit]", "A=b\\\\  c lines:3"}},
	{name: "backslash inside", text: "[Unit]\nA=b\\c\nD=e\n", nodes: []string{"[Unit]", "A=b\\c", "D=e"}},
	{name: "empty line ends it", text: "[Unit]\nA=b \\\n\nc\n", nodes: []string{"[Unit]", "A=b lines:2", "?c"}, problems: []string{"no-equals c"}},
	{name: "line of blanks ends it", text: "[Unit]\nA=b \\\n  \nc\n", nodes: []string{"[Unit]", "A=b lines:2", "?c"}, problems: []string{"no-equals c"}},
	{name: "file ends in it", text: "[Unit]\nA=b \\\n", nodes: []string{"[Unit]", "A=b open"}},
	{name: "file ends at the backslash", text: "[Unit]\nA=b\\", nodes: []string{"[Unit]", "A=b open"}},
	{name: "file ends in a long one", text: "[Unit]\nA=b \\\nc \\\n", nodes: []string{"[Unit]", "A=b  c lines:2 open"}},
	{name: "header is swallowed", text: "[Unit]\nA=b \\\n[Service]\nC=d\n", nodes: []string{"[Unit]", "A=b  [Service] lines:2", "C=d"}},
	{name: "assignment is swallowed", text: "[Unit]\nA=b \\\nC=d\n", nodes: []string{"[Unit]", "A=b  C=d lines:2"}},
	{name: "of a header", text: "[Unit]\\\n\nA=b\n", nodes: []string{"[Unit]", "A=b"}},
	{name: "in a header", text: "[Un\\\nit]\nA=b\n", nodes: []string{"[Un it]", "A=b"}},
	{name: "header and assignment", text: "[Unit]\\\nA=b\n", nodes: []string{"[!Unit]"}, problems: []string{"invalid-header [Unit]\\\nA=b"}, end: -1},
	{name: "in the key", text: "[Unit]\nA\\\nB=c\n", nodes: []string{"[Unit]", "A B=c lines:2"}},
	{name: "before the =", text: "[Unit]\nA\\\n=b\n", nodes: []string{"[Unit]", "A=b lines:2"}},
	{name: "after the =", text: "[Unit]\nA=\\\nb\n", nodes: []string{"[Unit]", "A=b lines:2"}},
	{name: "of nothing", text: "[Unit]\n\\\nA=b\n", nodes: []string{"[Unit]", "A=b lines:2"}},
	{name: "of nothing with nothing", text: "[Unit]\n\\\n\\\n\nA=b\n", nodes: []string{"[Unit]", "_", "A=b"}},
	{name: "of nothing at the end", text: "\\", nodes: []string{"_"}},
	{name: "of a bad line", text: "[Unit]\na\\\nb\n", nodes: []string{"[Unit]", "?a b lines:2"}, problems: []string{"no-equals a\\\nb"}},
	{name: "by CRLF", text: "[Unit]\r\nA=b \\\r\n  c\r\n", nodes: []string{"[Unit]", "A=b    c lines:2"}},
	{name: "by LFCR", text: "[Unit]\n\rA=b\\\n\rc\n\r", nodes: []string{"[Unit]", "A=b c lines:2"}},
	{name: "by carriage return", text: "[Unit]\rA=b\\\rc\r", nodes: []string{"[Unit]", "A=b c lines:2"}},
	{name: "by NUL", text: "[Unit]\nA=b\\\x00c\n", nodes: []string{"[Unit]", "A=b c lines:2"}, problems: []string{"control \x00"}},
}

var headerCases = []parseCase{
	{name: "indented", text: "  [Unit]\t\nA=b\n", nodes: []string{"[Unit]", "A=b"}},
	{name: "repeated", text: "[Unit]\nA=b\n[Service]\n[Unit]\nC=d\n", nodes: []string{"[Unit]", "A=b", "[Service]", "[Unit]", "C=d"}},
	{name: "name is not trimmed", text: "[ Unit ]\n", nodes: []string{"[ Unit ]"}},
	{name: "empty name", text: "[]\n", nodes: []string{"[]"}},
	{name: "brackets in the name", text: "[[Unit]]\n", nodes: []string{"[[Unit]]"}},
	{name: "non-ASCII name", text: "[Größe]\n", nodes: []string{"[Größe]"}},
	{name: "= in the name", text: "[a=b]\n", nodes: []string{"[a=b]"}},
	{name: "text after it", text: "[Unit] # a\nA=b\n", nodes: []string{"[!Unit]", "A=b"}, problems: []string{"invalid-header [Unit] # a"}, end: -1},
	{name: "no closing bracket", text: "# a\n[Unit\nA=b\n", nodes: []string{"#", "[!Unit]", "A=b"}, problems: []string{"invalid-header [Unit"}, end: 4},
	{name: "bracket alone", text: "[", nodes: []string{"[!]"}, problems: []string{"invalid-header ["}, end: -1},
	{name: "assignment in brackets", text: "[Unit]\n[a]=b\n", nodes: []string{"[Unit]", "[!a]"}, problems: []string{"invalid-header [a]=b"}, end: 7},
	{name: "blank inside at the end", text: "[Unit ] x\n", nodes: []string{"[!Unit]"}, problems: []string{"invalid-header [Unit ] x"}, end: -1},
	{name: "double quotes", text: "[\"Unit\"]\n", nodes: []string{"[!\"Unit\"]"}, problems: []string{"invalid-header [\"Unit\"]"}, end: -1},
	{name: "single quote", text: "[Unit']\n", nodes: []string{"[!Unit']"}, problems: []string{"invalid-header [Unit']"}, end: -1},
	{name: "backslash", text: "[Un\\it]\n", nodes: []string{"[!Un\\it]"}, problems: []string{"invalid-header [Un\\it]"}, end: -1},
	{name: "tab", text: "[Un\tit]\n", nodes: []string{"[!Un\tit]"}, problems: []string{"invalid-header [Un\tit]"}, end: -1},
	{name: "control character", text: "[Un\x01it]\n", nodes: []string{"[!Un\x01it]"}, problems: []string{"invalid-header [Un\x01it]", "control \x01"}, end: -1},
	{name: "delete character", text: "[Un\x7fit]\n", nodes: []string{"[!Un\x7fit]"}, problems: []string{"invalid-header [Un\x7fit]", "control \x7f"}, end: -1},
	{
		name: "two malformed ones", text: "[a\n[b\n", nodes: []string{"[!a]", "[!b]"},
		problems: []string{"invalid-header [a", "invalid-header [b"}, end: -1,
	},
}

var assignmentCases = []parseCase{
	{name: "stripped", text: "[Unit]\n \tA \t= \tb c\t \n", nodes: []string{"[Unit]", "A=b c"}},
	{name: "empty value", text: "[Unit]\nA=\nB=  \n", nodes: []string{"[Unit]", "A=", "B="}},
	{name: "first = splits", text: "[Unit]\nA=b=c==\n", nodes: []string{"[Unit]", "A=b=c=="}},
	{name: "blanks in the key", text: "[Unit]\nA b = c\n", nodes: []string{"[Unit]", "A b=c"}},
	{name: "bracket in the value", text: "[Unit]\nA=[b]\n", nodes: []string{"[Unit]", "A=[b]"}},
	{name: "missing =", text: "[Unit]\nfree text\nA=b\n", nodes: []string{"[Unit]", "?free text", "A=b"}, problems: []string{"no-equals free text"}},
	{name: "missing = without newline", text: "[Unit]\nUser", nodes: []string{"[Unit]", "?User"}, problems: []string{"no-equals User"}},
	{name: "missing key", text: "[Unit]\n = a\n=\n", nodes: []string{"[Unit]", "?= a", "?="}, problems: []string{"no-key = a", "no-key ="}},
	{name: "outside", text: "A=b\n[Unit]\n", nodes: []string{"A=b", "[Unit]"}, problems: []string{"outside A=b"}},
	{name: "outside, missing =", text: " free \n", nodes: []string{"?free"}, problems: []string{"outside free"}},
	{name: "outside, missing key", text: "=\n", nodes: []string{"?="}, problems: []string{"outside ="}},
	{name: "outside, bracket in the value", text: "Foo=[bar]\n", nodes: []string{"Foo=[bar]"}, problems: []string{"outside Foo=[bar]"}},
	{name: "extension section", text: "[X-a]\nfree\n=b\nC=d\n[Unit]\nfree\n", nodes: []string{"[X-a]", "?free", "?=b", "C=d", "[Unit]", "?free"}, problems: []string{"no-equals free"}},
	{name: "not an extension section", text: "[x-a]\nfree\n", nodes: []string{"[x-a]", "?free"}, problems: []string{"no-equals free"}},
	{name: "repeated", text: "[Unit]\nA=b\nA=c\n", nodes: []string{"[Unit]", "A=b", "A=c"}},
}

var encodingCases = []parseCase{
	{name: "UTF-8", text: "[Unit]\nGröße=€😀\n", nodes: []string{"[Unit]", "Größe=€😀"}},
	{name: "Latin-1", text: "[Unit]\nA=Gr\xf6\xdfe\nB=c\n", nodes: []string{"[Unit]", "?A=Gr\xf6\xdfe", "B=c"}, problems: []string{"invalid-encoding \xf6"}, end: 7},
	{name: "overlong", text: "A=\xc0\x80\n", nodes: []string{"?A=\xc0\x80"}, problems: []string{"invalid-encoding \xc0"}, end: -1},
	{name: "surrogate", text: "A=\xed\xa0\x80\n", nodes: []string{"?A=\xed\xa0\x80"}, problems: []string{"invalid-encoding \xed"}, end: -1},
	{name: "beyond Unicode", text: "A=\xf4\x90\x80\x80\n", nodes: []string{"?A=\xf4\x90\x80\x80"}, problems: []string{"invalid-encoding \xf4"}, end: -1},
	{name: "noncharacter U+FFFE", text: "A=\uFFFE\n", nodes: []string{"?A=\uFFFE"}, problems: []string{"invalid-encoding \xef"}, end: -1},
	{name: "noncharacter U+FFFF", text: "A=\uFFFF\n", nodes: []string{"?A=\uFFFF"}, problems: []string{"invalid-encoding \xef"}, end: -1},
	{name: "noncharacter U+FDD0", text: "A=\uFDD0\n", nodes: []string{"?A=\uFDD0"}, problems: []string{"invalid-encoding \xef"}, end: -1},
	{name: "noncharacter U+10FFFF", text: "A=\U0010FFFF\n", nodes: []string{"?A=\U0010FFFF"}, problems: []string{"invalid-encoding \xf4"}, end: -1},
	{name: "beside the noncharacters", text: "[Unit]\nA=\uFDCF\uFDF0\uFFFD\n", nodes: []string{"[Unit]", "A=\uFDCF\uFDF0\uFFFD"}},
	{name: "sequence split by a continuation", text: "[Unit]\nA=\xc3\\\n\xb6\n", nodes: []string{"[Unit]", "?A=\xc3 \xb6 lines:2"}, problems: []string{"invalid-encoding \xc3"}, end: 7},
	{name: "sequence split by a NUL", text: "[Unit]\nA=\xc3\x00\xb6=\n", nodes: []string{"[Unit]", "?A=\xc3", "?\xb6="}, problems: []string{"invalid-encoding \xc3", "control \x00", "invalid-encoding \xb6"}, end: 7},
	{name: "invalid in a later part", text: "[Unit]\nA=b\\\n# \xff\nc\xff\n", nodes: []string{"[Unit]", "?A=b c\xff lines:2"}, problems: []string{"invalid-encoding \xff"}, end: 7},
	{name: "invalid header", text: "[\xff]\n", nodes: []string{"?[\xff]"}, problems: []string{"invalid-encoding \xff"}, end: -1},
	{name: "invalid in an extension section", text: "[X-a]\n\xff\n", nodes: []string{"[X-a]", "?\xff"}, problems: []string{"invalid-encoding \xff"}, end: 6},
	{name: "control characters, by runs", text: "[Unit]\nA=\x01\x02b\x7f\tc\x1b\n", nodes: []string{"[Unit]", "A=\x01\x02b\x7f\tc\x1b"}, problems: []string{"control \x01\x02", "control \x7f", "control \x1b"}},
	{name: "control characters over a fold", text: "[Unit]\nA=\x01\\\n\x02\n", nodes: []string{"[Unit]", "A=\x01 \x02 lines:2"}, problems: []string{"control \x01", "control \x02"}},
}

func TestParse(t *testing.T) {
	for _, test := range parseCases {
		t.Run(test.name, func(t *testing.T) {
			file := parse(test.text)
			if got := showNodes(file); !slices.Equal(got, test.nodes) {
				t.Errorf("nodes of %q:\n got %q\nwant %q", test.text, got, test.nodes)
			}
			if got := showProblems(file); !slices.Equal(got, test.problems) {
				t.Errorf("problems in %q:\n got %q\nwant %q", test.text, got, test.problems)
			}
			end := test.end
			switch end {
			case 0:
				end = len(test.text)
			case -1:
				end = 0 // stopped at once
			}
			if file.End != end {
				t.Errorf("End = %d, want %d", file.End, end)
			}
			checkTree(t, file)
			checkDeterministic(t, file)
		})
	}
}

func TestLengthLimits(t *testing.T) {
	const limit = syntax.LongLineMax
	fill := func(head string, length int) string { return head + strings.Repeat("x", length-len(head)) }
	// parts makes an assignment of two parts that are joined to length bytes.
	parts := func(length int) string {
		first := fill("A=", length/2) + "\\"
		return first + "\n" + fill("", length-len(first))
	}
	tests := []struct {
		name string
		text string // after [Unit]
		long []int  // lengths of the spans of LineTooLong
	}{
		{"physical line, just fits", fill("A=", limit-1) + "\nB=c\n", nil},
		{"physical line, just fits, no newline", fill("A=", limit-1), nil},
		{"physical line, too long", fill("A=", limit) + "\nB=c\n", []int{limit}},
		{"physical line, too long, no newline", fill("A=", limit), []int{limit}},
		{"physical line, far too long", fill("A=", 10*limit) + "\n", []int{10 * limit}},
		{"CRLF does not count", fill("A=", limit-1) + "\r\nB=c\r\n", nil},
		{"backslash counts", fill("A=", limit-1) + "\\\n\n", []int{limit}},
		{"comment, just fits", fill("#", limit-1) + "\n", nil},
		{"comment, too long", fill("#", limit) + "\n", []int{limit}},
		{"blank line, too long", strings.Repeat(" ", limit) + "\n", []int{limit}},
		{"byte order mark counts", fill(mark+"A=", limit) + "\n", []int{limit}},
		{"joined line, just fits", parts(limit) + "\nB=c\n", nil},
		{"joined line, too long", parts(limit+1) + "\nB=c\n", []int{(limit + 1) / 2}},
		{"joined line, mark does not count", strings.Replace(parts(limit), "\n", "\n"+mark, 1) + "\n", nil},
		{"joined line, too long with its third part", parts(limit-4) + "\\\nabcd\n", []int{4}},
		{"joined line, fits with its third part", parts(limit-4) + "\\\nabc\n", nil},
		{"comments in it do not count", "A=b\\\n" + strings.Repeat(fill("#", limit-1)+"\n", 3) + "c\n", nil},
		{"comment in it too long", "A=b\\\n" + fill("#", limit) + "\nc\n", []int{limit}},
		{"reported once", fill("A=", limit) + "\\\n" + fill("", limit) + "\\\n" + fill("", limit) + "\n", []int{limit + 1}},
		{"reported before what follows from it", fill("A=\xff", limit/2) + "\\\n" + fill("\xff", limit) + "\n", []int{limit}},
		{"reported for each line", fill("A=", limit) + "\n" + fill("A=", limit+1) + "\n", []int{limit, limit + 1}},
	}
	const head = "[Unit]\n"
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			file := parse(head + test.text)
			var long []int
			for _, p := range file.Problems() {
				if p.Kind.Fatal() {
					if p.Kind != syntax.LineTooLong {
						t.Errorf("problem %s", kindNames[p.Kind])
					}
					long = append(long, p.Span.Len())
				}
			}
			if !slices.Equal(long, test.long) {
				t.Errorf("too long: %d, want %d", long, test.long)
			}
			wantEnd := len(head)
			if len(test.long) == 0 {
				wantEnd = len(file.Source.Text)
			}
			if file.End != wantEnd {
				t.Errorf("End = %d, want %d", file.End, wantEnd)
			}
		})
	}
}

// Every byte of a value maps to where it stands; the blank that joins two lines
// maps to the backslash it comes from.
func TestOffset(t *testing.T) {
	tests := []struct {
		name string
		text string // ^ marks, in order, where the bytes of the value stand
		want string
	}{
		{"one line", "[Unit]\nA=^b^c\n", "bc"},
		{"blanks", "[Unit]\nA =  ^b^ ^c  \n", "b c"},
		{"two lines", "[Unit]\nA=^b^\\\n^c^d\n", "b cd"},
		{"CRLF and indentation", "[Unit]\r\nA=^b^ ^\\\r\n^ ^ ^c\r\n", "b    c"},
		{"comment between", "[Unit]\nA=^b^\\\n# x\n  ; y \\\n^c\n", "b c"},
		{"three lines", "[Unit]\nA=^b^\\\n^c^\\\n^d\n", "b c d"},
		{"lines of nothing", "[Unit]\nA=^b^\\\n^\\\n^\\\n^c\n", "b   c"},
		{"value starts in the second line", "[Unit]\nA= \\\n  ^b^\\\n^c\n", "b c"},
		{"key in the first line", "[Unit]\nA\\\n=\\\n^b\n", "b"},
		{"ends in the first line", "[Unit]\nA=^b \\\n  \\\n \n", "b"},
		{"open", "[Unit]\nA=^b^\\\n^c\\", "b c"},
		{"mark in a later line", "[Unit]\nA=^b^\\\n" + mark + "^c\n", "b c"},
		{"NUL", "[Unit]\nA=^b^\\\x00^c\n", "b c"},
		{"non-ASCII", "[Unit]\nA=^\xc3^\xb6^\\\n^\xe2^\x82^\xac\n", "ö €"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var want []int
			var text strings.Builder
			for i := range len(test.text) {
				if test.text[i] == '^' {
					want = append(want, text.Len())
				} else {
					text.WriteByte(test.text[i])
				}
			}
			file := parse(text.String())
			checkTree(t, file)
			for _, assignment := range file.Assignments() {
				value := assignment.Value()
				if value.String() != test.want {
					t.Fatalf("value %q, want %q", value.String(), test.want)
				}
				for i := range len(value.String()) {
					if got := value.Offset(i); got != want[i] {
						t.Errorf("Offset(%d) = %d, want %d", i, got, want[i])
					}
				}
				whole := source.Span{Start: want[0], End: want[len(want)-1] + 1}
				if got := value.Whole(); got != whole {
					t.Errorf("Whole = %v, want %v", got, whole)
				}
				return
			}
			t.Fatal("no assignment")
		})
	}
}

func TestTextSpan(t *testing.T) {
	file := parse("[Service]\nExecStart=/bin/sh -c \\\n  # no part of it\n  'exit 1'\nUser=\n")
	values := map[string]syntax.Text{}
	for _, a := range file.Assignments() {
		values[a.Key().String()] = a.Value()
	}
	exec := values["ExecStart"]
	for word, want := range map[string]string{"/bin/sh": "/bin/sh", "'exit 1'": "'exit 1'", "-c    'exit": "-c \\\n  # no part of it\n  'exit"} {
		at := strings.Index(exec.String(), word)
		if got := exec.Span(source.Span{Start: at, End: at + len(word)}).Of(file.Source.Text); got != want {
			t.Errorf("%q stands at %q, want %q", word, got, want)
		}
	}
	// An empty span has a place, too: before a byte that is where the byte is.
	at := strings.Index(exec.String(), "'exit")
	if got, want := exec.Span(source.Span{Start: at, End: at}), strings.Index(file.Source.Text, "'exit"); got.Start != want || got.Len() != 0 {
		t.Errorf("empty span at %v, want %d", got, want)
	}
	user := values["User"].Whole()
	if want := strings.Index(file.Source.Text, "User=") + len("User="); user != (source.Span{Start: want, End: want}) {
		t.Errorf("empty value at %v, want %d", user, want)
	}
	if zero := (syntax.Text{}); zero.Whole() != (source.Span{}) || zero.Offset(0) != 0 {
		t.Errorf("zero text at %v", zero.Whole())
	}
}

// Empty values of joined lines have no byte of their own to stand at.
func TestEmptyValueInJoinedLine(t *testing.T) {
	for _, text := range []string{"[Unit]\nA=\\\n\n", "[Unit]\nA=\\\n  \\\n\t\n", "[Unit]\nA\\\n=\\\n", "[Unit]\nA=\\\n# c\n", "[Unit]\nA\\\n  =\n"} {
		file := parse(text)
		checkTree(t, file)
		want := strings.Index(text, "=") + 1
		for _, assignment := range file.Assignments() {
			if got := assignment.Value().Whole(); got.Start != want || got.Len() != 0 {
				t.Errorf("empty value in %q at %v, want %d", text, got, want)
			}
		}
	}
}

func TestSpans(t *testing.T) {
	text := "# c\n\n [Unit] \r\n Key = a \\\n#x\n b\n"
	want := []string{"# c\n", "\n", " [Unit] \r\n", " Key = a \\\n#x\n b\n"}
	file := parse(text)
	var got []string
	for node := range file.Nodes() {
		got = append(got, node.Span().Of(text))
	}
	if !slices.Equal(got, want) {
		t.Errorf("nodes %q, want %q", got, want)
	}
	if name := file.Sections[1].Header.Name.Whole().Of(text); name != "Unit" {
		t.Errorf("name at %q", name)
	}
	for _, a := range file.Assignments() {
		if key := a.Key().Whole().Of(text); key != "Key" {
			t.Errorf("key at %q", key)
		}
		var lines []string
		for _, line := range a.Parts().Lines {
			lines = append(lines, line.Of(text))
		}
		if want := []string{" Key = a \\", " b"}; !slices.Equal(lines, want) {
			t.Errorf("lines %q, want %q", lines, want)
		}
		if got := a.Parts().Comments[0].Of(text); got != "#x\n" {
			t.Errorf("comment %q", got)
		}
	}
}

func TestSections(t *testing.T) {
	file := parse("# c\n[Unit]\nA=1\n[Service]\n[Unit]\nA=2\n\nB=3\n")
	var got []string
	for _, section := range file.Sections {
		got = append(got, fmt.Sprint(section.Name(), len(slices.Collect(section.Nodes()))))
	}
	if want := []string{"1", "Unit1", "Service0", "Unit3"}; !slices.Equal(got, want) {
		t.Errorf("sections %q, want %q", got, want)
	}
	var assignments []string
	for section, a := range file.Assignments() {
		assignments = append(assignments, section.Name()+"."+show(a))
	}
	if want := []string{"Unit.A=1", "Unit.A=2", "Unit.B=3"}; !slices.Equal(assignments, want) {
		t.Errorf("assignments %q, want %q", assignments, want)
	}
}

func TestIteratorsStop(t *testing.T) {
	file := parse("A=0\n[Unit]\nA=1\nB=2\n[Service]\nC=3\n")
	for stop := 1; stop <= 6; stop++ {
		n := 0
		for range file.Nodes() {
			if n++; n == stop {
				break
			}
		}
		if n != stop {
			t.Errorf("Nodes gave %d, want %d", n, stop)
		}
	}
	n := 0
	for range file.Assignments() {
		if n++; n == 2 {
			break
		}
	}
	if n != 2 {
		t.Errorf("Assignments gave %d, want 2", n)
	}
}

// Inputs made to be slow: time or memory that grows faster than they do would
// not let this end.
func TestHostileInputs(t *testing.T) {
	const n = 1 << 17
	for name, text := range map[string]string{
		"control character in every part": "[Unit]\nA=" + strings.Repeat("\x01\\\n", n),
		"parts of nothing":                "[Unit]\nA=" + strings.Repeat("\\\n", n),
		"comments in a continuation":      "[Unit]\nA=\\\n" + strings.Repeat("#\n", n),
		"carriage returns":                strings.Repeat("\r", n),
		"carriage returns, one newline":   strings.Repeat("a\r", n) + "\n",
		"NULs":                            strings.Repeat("a\x00", n),
		"NULs, one newline first":         "\n" + strings.Repeat("\x00", n),
		"all line ends":                   strings.Repeat("\r\n\x00\n\r\x00\n\x00", n/8),
		"backslashes":                     strings.Repeat("\\", n-1),
		"headers":                         strings.Repeat("[a]\n", n),
		"malformed headers":               strings.Repeat("[\n", n),
		"invalid bytes":                   strings.Repeat("\xff\n", n),
		"marks":                           strings.Repeat(mark+"#\n", n),
		"equals signs":                    strings.Repeat("=", n),
	} {
		t.Run(name, func(t *testing.T) { checkTree(t, parse(text)) })
	}
}
