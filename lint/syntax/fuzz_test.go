package syntax_test

import (
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// fragments are what random files are made of. Repeated ones come more often.
var fragments = []string{
	"\n", "\n", "\n", "\n", "\n", "\r\n", "\r", "\n\r", "\x00", "\r\n\x00", "\n\x00", "\x00\n",
	"[Unit]\n", "\n[Unit]\n", "\n[Target]\n", "\n[X-a]\n", "\n[Nope]\n", "[Unit]", "[", "]", "\n[a", "\n[Un\"it]\n",
	"Description=", "\nDescription=", "\nDescription = ", "\nKey=", "\nKey", "=", "\n=", "X-Key=b\n",
	"a", "b c", " ", "  ", "\t", "é", "€", "😀", "'", "\"",
	"\\", "\\", "\\\n", "\\\n", " \\\n", "\\\\", "\\\\\n", "\\ \n", "\\\r\n", "\\\r", "\\\x00", "\\\n\r",
	"#", ";", "# c\n", "# c\n", "  ; c\n", "# c\\\n", "\n\n", "\n \n",
	mark, "\n" + mark, mark + "# c\n", "\xef\xbb",
	"\x01", "\x7f", "\x1b[0m", "\v", "\f", "\u0085", "\u2028",
}

// rareFragments end the reading of a file.
var rareFragments = []string{"\xff", "\xc3", "\uFFFE", "\uFDD0", "[x] y\n", "\xed\xa0\x80", "\xc0\x80", "\U0001FFFF"}

func randomText(random *rand.Rand) string {
	var b strings.Builder
	if random.IntN(8) > 0 {
		b.WriteString("[Unit]\n")
	}
	for range 1 + random.IntN(25) {
		if random.IntN(80) == 0 {
			b.WriteString(rareFragments[random.IntN(len(rareFragments))])
			continue
		}
		b.WriteString(fragments[random.IntN(len(fragments))])
	}
	return b.String()
}

// checkInput checks everything that must hold for any input.
func checkInput(t *testing.T, text string) {
	t.Helper()
	file := parse(text)
	checkTree(t, file)
	checkDeterministic(t, file)
	if diff := difference(viewOf(file), reference(text)); diff != "" {
		t.Fatalf("%q: %s", text, diff)
	}
}

func TestRandomInputs(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 10_000 {
		checkInput(t, randomText(random))
	}
}

func FuzzParse(f *testing.F) {
	for _, test := range parseCases {
		f.Add(test.text)
	}
	for _, text := range testdataTexts(f) {
		if len(text) < 1<<13 { // large ones cost the fuzzer more than they give
			f.Add(text)
		}
	}
	f.Fuzz(checkInput)
}

// testdataTexts returns the files of the project's test data.
func testdataTexts(t testing.TB) []string {
	t.Helper()
	var texts []string
	err := filepath.WalkDir("../../testdata", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		text, err := os.ReadFile(name)
		texts = append(texts, string(text))
		return err
	})
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return texts
}

func TestTestdata(t *testing.T) {
	for _, text := range testdataTexts(t) {
		checkInput(t, text)
	}
}
