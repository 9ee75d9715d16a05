package value

import (
	"math/rand/v2"
	"strings"
)

// execLines returns command lines that try every rule of their grammar, alone and
// mixed, the same ones in every run.
func execLines() []string {
	lines := []string{
		"/bin/true", "true", "-/bin/true", "@/bin/true x", "@/bin/true", "-@/bin/true", ":/bin/true $X", "+/bin/true", "!/bin/true",
		"!!/bin/true", "!!!/bin/true", "+!/bin/true", "!+/bin/true", "!-!/bin/true", "--/bin/true", "--true", "@@/bin/true a", "::/bin/a",
		"++/bin/true", "-@:+/bin/true x y", "-", "@", "-@", "+", `""`, `"" x`, `-""`, "bin/true", "./true", "../true", "~/true", "-./true",
		"/bin/", "/", "//", "/bin//true", "/./bin/./true", "/bin/../bin/true", "/../bin/true", "-/bin/", "$X", "$X/y", "${X}", "/bin/${X}",
		";", "; ;", "; /bin/true", "/bin/true ;", "/bin/a ; /bin/b", "/bin/a;/bin/b", "/bin/a ;/bin/b", "/bin/a; /bin/b", `";" /bin/a`,
		`/bin/a ";" b`, `/bin/a \; b`, `/bin/a \;`, `\; a`, `/bin/a \;b`, `/bin/a ";";`, `/bin/a '\;'`, `/bin/a ;; b`, `/bin/a \\; b`,
		"/bin/a ; bin/b", "/bin/a ; -bin/b ; /bin/c", "-bin/a ; /bin/b", `/bin/a "`, `/bin/a 'b`, `-/bin/a "b`, `"/bin/a`, `/bin/a ; "b`,
		`/bin/a b\`, `/bin/a "b\`, `/bin/a \z\x4\x41\101\8`, `/bin/a \u00e9\U0001F600\ud800`, `/bin/a \x00 \000 \u0000`, `/bin/a\nb`,
		`/bin/a\x20b`, `"/bin/a b" c`, `-"/bin/a b" c`, `"-/bin/a"`, `/bin/a\"b`, `/bin/a\'b`, `/bin/a\\b`, `/bin/a "" '' ""''`,
		`/bin/a "b"c'd'`, `/bin/a b"c d"e`, `/bin/a 'it'"'"'s'`, "/bin/a  b \t c", "/bin/a %% %n %p", "%%/a", `/bin/a "%n"`, "/bin/a 100%",
		"/bin/a # c", "/bin/a | /bin/b > c && d", `/bin/sh -c "a; b \"$X\" $$"`, "/bin/a é", "/bin/a \\s\\a\\e", "|/bin/a", "-|a",
		"/" + strings.Repeat("a", 255), "/" + strings.Repeat("a", 256), strings.Repeat("a", 255), strings.Repeat("a", 256), "@/bin/a ''",
		"@/bin/a ;", "@/bin/a ; /bin/b", `@/bin/a \;`, "/bin/a /", ". x", ".. x", "... x", ".a x",
	}
	pieces := []string{
		"/bin/a", "b", "-", "@", ":", "+", "!", `"`, `'`, `\`, ";", " ", " ; ", ` \; `, "  ", "\t", `\x41`, `\n`, `\z`, `\"`, `\'`, `\\`, "%%", "$X", "${Y}",
		"/", ".", "c d", `"e f"`, `'g h'`, "é",
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 400 {
		line := []string{"/bin/x ", "", "-", "/bin/x y ", "@/bin/x "}[r.IntN(5)]
		for range 1 + r.IntN(8) {
			line += pieces[r.IntN(len(pieces))]
		}
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// environmentTexts returns texts of environment files with everything that counts
// in them mixed, the same ones in every run.
func environmentTexts() []string {
	pieces := []string{
		"ID=", "VERSION_ID=", "\nBUILD_ID=", "\n", "\r\n", " ", "  ", "\t", `"`, `"`, "'", `\`, "a", "b c", "#", ";", "$A", "`", "=", `\"`, `\n`, "é",
	}
	r := rand.New(rand.NewPCG(3, 4))
	var texts []string
	for range 150 {
		text := "ID="
		for range 1 + r.IntN(12) {
			text += pieces[r.IntN(len(pieces))]
		}
		// Before 254 a comment that ends in a backslash takes the next line along.
		if !strings.Contains(text, "#") && !strings.Contains(text, ";") || !strings.Contains(text, `\`) {
			texts = append(texts, text)
		}
	}
	return texts
}
