package shell_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unitvet/unitvet/lint/program/shell"
)

// show writes a script's commands, one a line: the words, the variables that were
// changed, the directory, the files and the flags.
func show(s *shell.Script) string {
	var text strings.Builder
	word := func(w shell.Word) string {
		if !w.Known {
			return "?" + w.Text
		}
		return w.Text
	}
	for _, c := range s.Commands {
		for _, a := range c.Env {
			text.WriteString(a.Name + "=" + word(a.Word) + " ")
		}
		var words []string
		for _, w := range c.Words {
			words = append(words, word(w))
		}
		text.WriteString(strings.Join(words, "|"))
		if !c.Dir.Known {
			text.WriteString(" in ?")
		} else if c.Dir.Text != "/srv" {
			text.WriteString(" in " + c.Dir.Text)
		}
		for _, r := range c.Redirects {
			text.WriteString(" " + r.Op + word(r.Path))
		}
		for flag, on := range map[string]bool{"conditional": c.Conditional} {
			if on {
				text.WriteString(" " + flag)
			}
		}
		if c.Guarded {
			text.WriteString(" guarded")
		}
		if c.Background {
			text.WriteString(" background")
		}
		if c.Exec {
			text.WriteString(" exec")
		}
		if c.Open {
			text.WriteString(" open")
		}
		text.WriteByte('\n')
	}
	if s.Err != nil {
		fmt.Fprintf(&text, "error at %d\n", s.Err.Offset)
	}
	return text.String()
}

func TestRead(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"words", `a 'b c' "d $HOME" e\ f`, "a|b c|d /home/u|e f\n"},
		{"variables", "X=1\nY=$X/2 a $Y ${Z:-z} ${X:+set} ${HOME%/*} $UNKNOWN", "Y=1/2 a|z|set|/home|?\n"},
		{"split", "O='-a -b'\nx $O \"$O\"", "x|-a|-b|-a -b\n"},
		{"export", "export A=1 B\nC=2\nexport C\na\nexport -n A", "A=1 C=2 a\n"},
		{"directory", "cd /opt/app && a\n(cd x; b)\nc\ncd \"$UNKNOWN\"\nd", "a in /opt/app\nb in /opt/app/x\nc in /opt/app\nd in ?\n"},
		{"where the script is", "cd \"$(dirname \"$0\")/..\"\nD=$(cd \"$(dirname \"${BASH_SOURCE[0]}\")\" && pwd)\na $D", "a|/opt/app/bin in /opt/app\n"},
		{"branches", "if a; then b; cd /x; else c; fi\nd\nwhile e; do f; done\ncase $1 in x) g;; esac\nfor i in 1 2; do h $i; done",
			"a guarded\nb conditional\nc conditional\nd in ?\ne in ? guarded\nf in ? conditional\ng in ? conditional\nh|? in ? conditional\n"},
		{"or", "a || exit 1\nb || c\n! d", "a\nb guarded\nc conditional\nd guarded\n"},
		{"early end", "if [ -z \"$1\" ]; then exit 1; fi\na\nexit 0\nb", "[|-z|one|] guarded\na conditional\n"},
		{"exec ends it", "exec a >out\nb", "a >out exec\n"},
		{"background", "a &\nb | c", "a background\nb\nc\n"},
		{"redirections", "a >x 2>>/y 2>&1 </in\n{ b; } > z\n> w\nexec >>log", "a >x >>/y\nb\n >z\n >w\n >>log\n"},
		{"functions", "f() { a \"$1\" \"$@\"; }\nf x y\ng", "a|x|x|y\ng\n"},
		{"recursion", "f() { f; a; }\nf", "a\na\na\na\na\n"},
		{"sourced", ". ./env.sh\na $X $HOME", "a|?|? open\n"},
		{"venv", "source /v/bin/activate\na", "PATH=/v/bin:/usr/bin VIRTUAL_ENV=/v a\n"},
		{"set -a", "set -a\nX=1\nset +a\nY=2\na", "X=1 a\n"},
		{"read", "read X\na $X", "a|?\n"},
		{"arguments", "a \"$@\" $1 $2", "a|one|two|one|two\n"},
		{"patterns", "rm *.tmp [ab] '*'", "rm|?*.tmp|?[ab]|*\n"},
		{"here document", "cat > f <<EOF\nx > y\nEOF\na", "cat >f\na\n"},
		{"error", "if a; then", "error at 6\n"},
		{"nothing", "", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := shell.Context{Name: "/opt/app/bin/run.sh", Args: []shell.Value{{Text: "one", Known: true}, {Text: "two", Known: true}}, Dir: shell.Value{Text: "/srv", Known: true}}
			c.Lookup = func(name string) shell.Value {
				switch name {
				case "HOME":
					return shell.Value{Text: "/home/u", Known: true}
				case "PATH":
					return shell.Value{Text: "/usr/bin", Known: true}
				case "UNKNOWN":
					return shell.Value{}
				}
				return shell.Value{Unset: true, Known: true}
			}
			if diff := cmp.Diff(test.want, show(shell.Read(test.text, c))); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// TestHostile holds that no script takes for ever, or all memory.
func TestHostile(t *testing.T) {
	long := strings.Repeat
	for name, text := range map[string]string{
		"doubling":      "X=aaaaaaaa\n" + long("X=$X$X\n", 60) + "a $X",
		"quoted":        "X=aaaaaaaa\n" + long("X=\"$X$X$X$X\"\n", 60) + "a \"$X\"",
		"appending":     "X=aaaaaaaa\n" + long("X+=$X\n", 60) + "a $X",
		"functions":     "f() { " + long("f; ", 500) + "}\nf",
		"mutual":        "f() { " + long("g; ", 100) + "}\ng() { " + long("f; ", 100) + "}\nf",
		"brackets":      long("(", 100_000),
		"substitutions": "a " + long("$(", 50_000),
		"pipes":         long("a|", 20_000) + "a",
		"and":           long("a&&", 20_000) + "a",
		"conditions":    long("if ", 20_000),
		"negations":     long("! ", 20_000) + "a",
		"many variables": func() string {
			var b strings.Builder
			for i := range 20_000 {
				fmt.Fprintf(&b, "V%d=1\n", i)
			}
			return b.String() + long("(a)|", 2000) + "b"
		}(),
		"arguments": "f() { f \"$@\" \"$@\" \"$@\" \"$@\"; a; }\nf " + long("x ", 1000),
	} {
		t.Run(name, func(*testing.T) { shell.Read(text, shell.Context{}) })
	}
}

// FuzzRead holds that any text is read, with spans in it.
func FuzzRead(f *testing.F) {
	for _, text := range []string{"a b", "f(){ f; f; };f", "X=${X:-${X%/*}} $X", "cd $(cd x && pwd); > $y", "case a in b) ;; esac", "\xff\x00 a"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s := shell.Read(text, shell.Context{})
		for _, c := range s.Commands {
			for _, w := range c.Words {
				if w.Span.Start < 0 || w.Span.End > len(text) || w.Span.Start > w.Span.End || w.Start >= 0 && w.Start+len(w.Text) > len(text) {
					t.Fatalf("%q: a word at %v, %d", text, w.Span, w.Start)
				}
			}
		}
	})
}
