package report

import "testing"

func TestEscape(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"empty", "", ""},
		{"plain", `a.service "é" 字 \x2d`, `a.service "é" 字 \x2d`},
		{"C0", "\x00\x07\x1b[31m\t\n\r", `\x00\x07\x1b[31m\t\n\r`},
		{"DEL and C1", "\x7f\u0080\u009b", `\x7f\u0080\u009b`},
		{"not UTF-8", "\x80\xff\xc3(", `\x80\xff\xc3(`},
		{"replacement character", "\ufffd", "\ufffd"},
		{"direction", "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c", `\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c`},
		{"line separators", "\u2028\u2029", `\u2028\u2029`},
		{"invisible", "\u200b\ufeff\u00ad\u00a0", `\u200b\ufeff\u00ad\u00a0`},
		{"tags", "\U000e0041", `\U000e0041`},
	} {
		if got := Escape(c.in); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestEscapeLines(t *testing.T) {
	for in, want := range map[string]string{
		"":                  "",
		"[Unit]\n\ta=b\r\n": "[Unit]\n\ta=b\r\n",
		"a\x1b\n\n\xffb":    `a\x1b` + "\n\n" + `\xffb`,
		"a\rb\r":            `a\rb\r`,
		"a\r\r\n":           `a\r` + "\r\n",
	} {
		if got := EscapeLines(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
