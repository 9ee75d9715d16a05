package syntax_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/unitvet/unitvet/lint/syntax"
)

// continuationTexts are all combinations of what may stand around the end of a
// line that goes on.
func continuationTexts() []string {
	var texts []string
	for _, end := range []string{"\n", "\r\n", "\r", "\n\r", "\x00", "\n\x00", "\r\x00", "\r\n\x00", "\n\r\x00", "\x00\n"} {
		for _, backslashes := range []string{"", "\\", "\\\\", "\\\\\\", " \\", "\\ ", "\\\t"} {
			for _, between := range []string{
				"", "# c" + end, "; c\\" + end, " \t# c" + end, end, " " + end, mark, mark + "# c" + end, "[Target]" + end, "\\" + end, "\\\\" + end,
			} {
				texts = append(texts, "[Unit]"+end+"Description=a"+backslashes+end+between+" b=c"+end+"Last=d")
			}
		}
	}
	return texts
}

// limitTexts are lines around the limits of length.
func limitTexts() []string {
	const limit = syntax.LongLineMax
	var texts []string
	for _, length := range []int{limit - 1, limit, limit + 1} {
		x := func(n int) string { return strings.Repeat("x", n) }
		texts = append(texts,
			"[Unit]\nDescription=a\n#"+x(length-1)+"\nLast=b\n",
			"[Unit]\nDescription=a\n"+strings.Repeat(" ", length),
			"[Unit]\nDescription=a\n"+x(length),
			"[Unit]\nDescription=a\nKey=\\\n"+x(length-len("Key= "))+"\nLast=b\n",
			"[Unit]\nDescription=a\nKey="+x(limit/2)+"\\\n"+x(length-limit/2-len("Key= "))+"\nLast=b\n",
		)
	}
	return texts
}

func TestAgreesWithSystemd(t *testing.T) {
	if testing.Short() {
		t.Skip("runs systemd-analyze")
	}
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("no systemd-analyze")
	}
	var texts []string
	for _, test := range parseCases {
		texts = append(texts, test.text)
	}
	texts = append(texts, continuationTexts()...)
	texts = append(texts, limitTexts()...)
	random := rand.New(rand.NewPCG(5, 6))
	for range 1200 {
		texts = append(texts, randomText(random))
	}
	const batch = 400
	compared, failures := 0, 0
	for start := 0; start < len(texts); start += batch {
		part := texts[start:min(start+batch, len(texts))]
		for i, got := range systemdViews(t, analyze, part) {
			text := part[i]
			if text == "" {
				continue // a mask
			}
			compared++
			if diff := difference(viewOf(parse(text)), got); diff != "" {
				failures++
				t.Errorf("%.300q: %.600s", text, diff)
			}
			if diff := difference(reference(text), got); diff != "" {
				t.Errorf("the reference is wrong about %.300q: %.600s", text, diff)
			}
			if failures == 10 {
				t.Fatal("too many differences")
			}
		}
	}
	t.Logf("%d files compared", compared)
}

var (
	logged      = regexp.MustCompile(`^\S*/f(\d+)\.target:(\d+): (.*)$`)
	dumped      = regexp.MustCompile(`^\t-> Unit f(\d+)\.target:$`)
	wholeHeader = regexp.MustCompile(`^(` + badHeader + `|` + badCharacter + `|` + notUTF8 + `)[ :].*$`)
)

// systemdViews lets systemd read target units of the given texts.
func systemdViews(t *testing.T, analyze string, texts []string) []view {
	t.Helper()
	dir := t.TempDir()
	args := []string{"verify", "--man=no", "--recursive-errors=no"}
	views := make([]view, len(texts))
	for i, text := range texts {
		name := filepath.Join(dir, fmt.Sprintf("f%d.target", i))
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		args = append(args, name)
		views[i].failed = true // until it is dumped
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, analyze, args...)
	command.Env = append(os.Environ(), "LC_ALL=C", "SYSTEMD_UNIT_PATH="+dir, "SYSTEMD_LOG_LEVEL=debug", "SYSTEMD_LOG_TARGET=console", "SYSTEMD_COLORS=0")
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	_ = command.Run() // fails if any unit does
	if ctx.Err() != nil {
		t.Fatal("systemd-analyze did not end")
	}
	number := func(s string) int {
		var n int
		if _, err := fmt.Sscan(s, &n); err != nil || n >= len(views) {
			t.Fatalf("file number %q", s)
		}
		return n
	}
	for line := range strings.Lines(stderr.String()) {
		match := logged.FindStringSubmatch(strings.TrimSuffix(line, "\n"))
		if match == nil {
			continue
		}
		v := &views[number(match[1])]
		v.messages = append(v.messages, match[2]+": "+wholeHeader.ReplaceAllString(match[3], "$1"))
	}
	current := -1
	dumps := 0
	for line := range strings.Lines(stdout.String()) {
		line = strings.TrimSuffix(line, "\n")
		if match := dumped.FindStringSubmatch(line); match != nil {
			current = number(match[1])
			views[current].failed = false
			dumps++
		} else if description, ok := strings.CutPrefix(line, "\t\tDescription: "); ok && current >= 0 {
			if description != fmt.Sprintf("f%d.target", current) { // the name stands in for none
				views[current].description = description
			}
			current = -1
		}
	}
	if dumps == 0 {
		t.Skipf("systemd-analyze dumps no units here: %s", strings.TrimSpace(stderr.String()[max(0, stderr.Len()-500):]))
	}
	return views
}
