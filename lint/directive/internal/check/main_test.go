package main

import (
	"bytes"
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"github.com/unitvet/unitvet/lint/directive"
)

// TestAgainstManager holds the table against the list that an installed systemd
// prints of its own parser, both ways.
func TestAgainstManager(t *testing.T) {
	if _, err := exec.LookPath(usual); err != nil {
		t.Skip("no systemd here")
	}
	release, dump, err := ask(usual)
	if err != nil {
		t.Skip("systemd does not list its directives here:", err)
	}
	if release > directive.Latest {
		t.Skipf("the table does not describe systemd %d yet", release)
	}
	count, differences := compare(bytes.NewReader(dump), release)
	if count < 1000 {
		t.Fatalf("systemd listed %d directives only", count)
	}
	for _, line := range differences {
		t.Error(line)
	}
}

// listing is the table for a release as systemd would print it.
func listing(release int) string {
	var text strings.Builder
	for _, section := range directive.Sections() {
		fmt.Fprintf(&text, "[%s]\n", section)
		for _, d := range directive.Section(section) {
			if d.In(release) {
				fmt.Fprintf(&text, "%s=X\n", d.Key)
			}
		}
		text.WriteString("\n")
	}
	return text.String()
}

func TestCompare(t *testing.T) {
	tests := []struct {
		name, from, to string
		release        int
		want           string
	}{
		{"same", "", "", 257, ""},
		{"same, older", "", "", 239, ""},
		{"new", "[Timer]\n", "[Timer]\nNoSuchKey=X\n", 257, "[Timer] NoSuchKey= is not in the table"},
		{"too early", "[Unit]\n", "[Unit]\nUpholds=X\n", 240, "[Unit] Upholds= is in systemd 240, the table has it from 249 on"},
		{"too late", "[Service]\n", "[Service]\nCPUShares=X\n", 262, "[Service] CPUShares= is in systemd 262, the table has it from 34 until 258"},
		{"missing", "OnCalendar=X\n", "", 257, "[Timer] OnCalendar= is in the table for systemd 257, which does not list it"},
		{"newer", "", "", directive.Latest + 1, fmt.Sprintf("systemd %d is newer than the table, which ends with %d", directive.Latest+1, directive.Latest)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, differences := compare(strings.NewReader(strings.Replace(listing(test.release), test.from, test.to, 1)), test.release)
			if got := strings.Join(differences, "\n"); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}
