package main

import (
	"fmt"
	"io"
	"os"

	"golang.org/x/term"
)

// useColor decides about colour: the flag, then NO_COLOR and the variables that
// force it, then whether the output is a terminal (https://no-color.org,
// https://bixense.com/clicolors).
func useColor(when string, out io.Writer) (bool, error) {
	switch when {
	case "always":
		return true, nil
	case "never":
		return false, nil
	case "auto":
	default:
		return false, fmt.Errorf("--color: %q is none of auto, always and never", when)
	}
	if os.Getenv("NO_COLOR") != "" {
		return false, nil
	}
	for _, name := range []string{"CLICOLOR_FORCE", "FORCE_COLOR"} {
		if v := os.Getenv(name); v != "" && v != "0" {
			return true, nil
		}
	}
	_, ok := terminal(out)
	return ok && os.Getenv("TERM") != "dumb", nil
}

// terminal returns the descriptor of an output that is a terminal.
func terminal(out io.Writer) (int, bool) {
	file, ok := out.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return 0, false
	}
	return int(file.Fd()), true
}

// width returns the width of a terminal in columns, 0 if the output is none.
func width(out io.Writer) int {
	fd, ok := terminal(out)
	if !ok {
		return 0
	}
	columns, _, err := term.GetSize(fd)
	if err != nil {
		return 0
	}
	return columns
}
