package python

import (
	"strings"
	"testing"

	"github.com/unitvet/unitvet/lint/source"
)

// TestHostile reads and follows what nobody writes: it must end, without a panic.
func TestHostile(t *testing.T) {
	t.Parallel()
	const n = 100_000
	texts := map[string]string{
		"round brackets":   "x = " + strings.Repeat("(", n),
		"square brackets":  "x = " + strings.Repeat("[", n) + strings.Repeat("]", n),
		"braces":           "x = " + strings.Repeat("{1:", n),
		"not":              "x = " + strings.Repeat("not ", n) + "1",
		"minus":            "x = " + strings.Repeat("-", n) + "1",
		"power":            "x = 2" + strings.Repeat("**2", n),
		"sum":              "x = 1" + strings.Repeat("+1", n),
		"attributes":       "x = a" + strings.Repeat(".b", n),
		"calls":            "def f():\n return f\nf" + strings.Repeat("()", n),
		"lambda":           "x = " + strings.Repeat("lambda: ", n) + "1",
		"ternary":          "x = " + strings.Repeat("1 if 1 else ", n) + "1",
		"await":            "x = " + strings.Repeat("await ", n) + "1",
		"star":             "f(" + strings.Repeat("*", n) + "x)",
		"elif":             "if x:\n pass\n" + strings.Repeat("elif x:\n pass\n", n),
		"try":              strings.Repeat("try:\n", 200) + "pass",
		"f-strings":        "x = " + strings.Repeat("f'{", 2000) + strings.Repeat("}'", 2000),
		"formats":          "x = f'{1:" + strings.Repeat("{1:", n),
		"open string":      "x = '''" + strings.Repeat("a", n),
		"semicolons":       strings.Repeat("x=1;", n),
		"decorators":       strings.Repeat("@a\n", n),
		"NUL":              "x = 1\x00\ny = 2",
		"Latin-1":          "# \xe9\nx = '\xe9'\nimport os",
		"backslashes":      "x = " + strings.Repeat("\\\n", n) + "1",
		"tabs":             "if 1:\n\tx = 1\n        y = 2\n",
		"only indentation": "    x = 1\n  y = 2\n z = 3\n",
		"calls itself":     "def f(x):\n return f(x + 1) or f(x + 2)\nf(0)\n",
		"two functions":    "def f(x):\n return g(x) + g(x)\ndef g(x):\n return f(x) + f(x)\nf(0)\n",
		"many branches":    strings.Repeat("if a:\n x = 1\nelse:\n x = 2\n", 2000),
		"loops":            "for a in range(9):\n" + " for b in [1]*9:\n  while 1:\n   x = 1\n",
		"grows":            "x = 'aaaaaaaa'\n" + strings.Repeat("x = x + x\n", 60),
		"list grows":       "x = [1]\n" + strings.Repeat("x = x + x\n", 60),
		"dict of itself":   "d = {}\nd['d'] = d\nd.update(d)\nfor k in d: print(d[k])\n",
		"class of itself":  "class A: pass\nclass B(A): pass\nA.__bases__ = (B,)\nB()\n",
		"imports itself":   "import main\nfrom main import *\nmain.x",
		"merge":            "<<<<<<< a\n=======\n>>>>>>> b\n",
		"match":            "match x:\n case 1: pass\n case [a, *b]: pass\n case {'a': 1, **r} if r: pass\nmatch = 1\nmatch(x)\nmatch[0]\n",
	}
	for i := range 90 {
		texts["blocks"] += strings.Repeat(" ", i) + "if 1:\n"
	}
	for name, text := range texts {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := Parse(source.NewFile("main.py", text))
			walk(file.body, func(*stmt) {}, func(*expr) {})
			Run(Start{Kind: Script, Target: "/a/main.py", Dir: "/a"}, files{text: map[string]string{"/a/main.py": text}})
		})
	}
}

// FuzzParse holds that scanning ends and that every place lies in the file.
func FuzzParse(f *testing.F) {
	f.Add("import a.b as c\nfrom . import (d, e)\nx = f'{a!r:>{w}}' + \"b\"\n")
	f.Add("@d(1)\nasync def f(a, /, b: int = 1, *c, **d) -> None:\n    await x\n\nclass A(B, k=1):\n    pass\n")
	f.Fuzz(func(t *testing.T, text string) {
		file := Parse(source.NewFile("a.py", text))
		walk(file.body, func(s *stmt) {
			if s.start < 0 || int(s.end) > len(text) {
				t.Errorf("statement at %d to %d of %d bytes", s.start, s.end, len(text))
			}
		}, func(e *expr) {
			if e.start < 0 || int(e.end) > len(text) {
				t.Errorf("expression at %d to %d of %d bytes", e.start, e.end, len(text))
			}
		})
	})
}
