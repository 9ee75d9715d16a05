// Command check holds the table of package directive against a systemd binary, which
// lists the sections and directives that it reads:
//
//	go run ./lint/directive/internal/check [/usr/lib/systemd/systemd]
//
// It prints what either side lacks, and exits with 1 if there is anything. A directive
// that the table lacks is a line to add to data/directives.tsv, with "since" from that
// release's NEWS or manual page; one that systemd lacks has a wrong "since" or
// "removed" there.
package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint/directive"
)

const usual = "/usr/lib/systemd/systemd"

func main() {
	path := usual
	switch len(os.Args) {
	case 1:
	case 2:
		path = os.Args[1]
	default:
		fmt.Fprintln(os.Stderr, "usage: check [SYSTEMD]")
		os.Exit(2)
	}
	release, dump, err := ask(path)
	if err != nil {
		fmt.Fprintln(os.Stderr, "check:", err)
		os.Exit(2)
	}
	count, differences := compare(bytes.NewReader(dump), release)
	for _, line := range differences {
		fmt.Println(line)
	}
	fmt.Fprintf(os.Stderr, "systemd %d lists %d directives, %d differences\n", release, count, len(differences))
	if len(differences) > 0 {
		os.Exit(1)
	}
}

// ask returns the release of a systemd binary, and the list of what it reads.
func ask(path string) (release int, dump []byte, err error) {
	version, err := exec.Command(path, "--version").Output()
	if err != nil {
		return 0, nil, fmt.Errorf("%s --version: %w", path, err)
	}
	if _, err := fmt.Sscanf(string(version), "systemd %d", &release); err != nil {
		return 0, nil, fmt.Errorf("%s is no systemd: its version is %.40q", path, version)
	}
	dump, err = exec.Command(path, "--dump-configuration-items").Output()
	if err != nil {
		return 0, nil, fmt.Errorf("%s --dump-configuration-items: %w", path, err)
	}
	return release, dump, nil
}

// name is a directive of a section.
type name struct{ section, key string }

// compare reads a list of directives and returns how many there are, and what differs
// from the table for a release, in words.
func compare(dump io.Reader, release int) (count int, differences []string) {
	if release > directive.Latest {
		differences = append(differences, fmt.Sprintf("systemd %d is newer than the table, which ends with %d", release, directive.Latest))
	}
	listed := map[name]bool{}
	section := ""
	for lines := bufio.NewScanner(dump); lines.Scan(); {
		line := lines.Text()
		key, _, isKey := strings.Cut(line, "=")
		switch {
		case strings.HasPrefix(line, "["):
			section = strings.Trim(line, "[]")
		case isKey:
			listed[name{section, key}] = true
			d, ok := directive.Lookup(section, key)
			switch {
			case !ok:
				differences = append(differences, fmt.Sprintf("[%s] %s= is not in the table", section, key))
			case !d.In(release) && d.Removed > 0:
				differences = append(differences, fmt.Sprintf("[%s] %s= is in systemd %d, the table has it from %d until %d", section, key, release, d.Since, d.Removed))
			case !d.In(release):
				differences = append(differences, fmt.Sprintf("[%s] %s= is in systemd %d, the table has it from %d on", section, key, release, d.Since))
			}
		}
	}
	for _, section := range slices.Concat(directive.Sections(), []string{"BusName"}) {
		for _, d := range directive.Section(section) {
			if d.In(release) && !listed[name{section, d.Key}] {
				differences = append(differences, fmt.Sprintf("[%s] %s= is in the table for systemd %d, which does not list it", section, d.Key, release))
			}
		}
	}
	return len(listed), differences
}
