package syntax_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/coreos/go-systemd/v22/unit"
)

// option is an assignment as go-systemd's reader gives it.
type option struct{ section, key, value string }

func ourOptions(text string) []option {
	var options []option
	for section, a := range parse(text).Assignments() {
		options = append(options, option{section.Name(), a.Key().String(), a.Value().String()})
	}
	return options
}

func theirOptions(text string) ([]option, error) {
	read, err := unit.DeserializeOptions(strings.NewReader(text))
	var options []option
	for _, o := range read {
		options = append(options, option{o.Section, o.Name, o.Value})
	}
	return options, err
}

// simpleText makes a file of the kind that go-systemd reads as systemd does: no
// continuation, no comment that ends in a backslash, newlines alone, short
// lines, a header first, and a = in every line that is neither.
func simpleText(random *rand.Rand) string {
	pick := func(from ...string) string { return from[random.IntN(len(from))] }
	var b strings.Builder
	for range random.IntN(3) {
		b.WriteString(pick("# comment\n", "\n", "; comment\n"))
	}
	for range 1 + random.IntN(4) {
		fmt.Fprintf(&b, "[%s]\n", pick("Unit", "Service", "Install", "X-Own", "With Blank", "Größe"))
		for range random.IntN(8) {
			switch random.IntN(4) {
			case 0:
				b.WriteString(pick("# comment\n", "; comment\n", "\n", "#\n", "# a=b [c]\n"))
			default:
				var value strings.Builder
				for range random.IntN(6) {
					value.WriteString(pick("a", "b c", "=", "#", ";", "[x]", "\"q\"", "é€", "\\n", "%i", "$X", "/p", "\t", "😀"))
				}
				text := strings.TrimRight(value.String(), "\\")
				fmt.Fprintf(&b, "%s%s%s%s\n", pick("Key", "ExecStart", "Environment", "X-Key"), pick("=", " = ", "=\t"), text, pick("", " "))
			}
		}
	}
	return b.String()
}

func TestAgreesWithGoSystemd(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	options := 0
	for range 5000 {
		text := simpleText(random)
		their, err := theirOptions(text)
		if err != nil {
			t.Fatalf("go-systemd does not read %q: %v", text, err)
		}
		our := ourOptions(text)
		if !slices.Equal(our, their) {
			t.Fatalf("%q:\n ours %q\ntheirs %q", text, our, their)
		}
		options += len(our)
	}
	if options < 10_000 {
		t.Errorf("compared %d options: the files are too small", options)
	}
}

// Files of real packages, but those with continuations, which go-systemd does
// not fold.
func TestAgreesWithGoSystemdOnShippedUnits(t *testing.T) {
	names, err := filepath.Glob("/usr/lib/systemd/system/*.*")
	if err != nil || len(names) == 0 {
		t.Skip("no units here")
	}
	continued := regexp.MustCompile(`\\[\r\n]`)
	compared := 0
	for _, name := range names {
		info, err := os.Stat(name)
		if err != nil || !info.Mode().IsRegular() {
			continue
		}
		data, err := os.ReadFile(name)
		if err != nil {
			continue
		}
		text := string(data)
		file := parse(text)
		checkTree(t, file)
		if continued.MatchString(text) || len(file.Problems()) > 0 {
			continue
		}
		their, err := theirOptions(text)
		if err != nil {
			t.Logf("%s: go-systemd: %v", name, err)
			continue
		}
		if our := ourOptions(text); !slices.Equal(our, their) {
			t.Errorf("%s:\n ours %q\ntheirs %q", name, our, their)
		}
		compared++
	}
	t.Logf("%d files compared", compared)
}
