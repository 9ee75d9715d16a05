package directive

import (
	"regexp"
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/value"
)

// format is a run of percent sequences that is written for a program, such as
// date(1) or printf(1), and not for systemd.
type format struct {
	span source.Span
	// uses are its sequences but for %%.
	uses []value.SpecifierUse
	// program is what reads it.
	program string
}

// datePairs are neighbours in a format of strftime(3) that make no sense as
// specifiers: a machine ID beside a directory, a host name beside an image ID.
var datePairs = []string{"Ym", "ym", "md", "dm", "mY", "my", "HM", "IM", "MS", "Yj", "bd", "db", "dH", "dT"}

// Commands with formats of their own, as they stand before the format. The quote
// may be escaped, within another one.
var (
	beforeDate   = regexp.MustCompile(`(?:^|[^\w.])date(?:\s[^;|&)]*)?\s\\?["']?\+[^\s"'%]*$`)
	beforePrintf = regexp.MustCompile(`(?:^|[^\w.])printf\s+(?:-v\s+\w+\s+|--\s+)?\(?\\?["']?[^"']*$`)
	beforeOption = regexp.MustCompile(`(?:(?:^|[\s/;|('"\x60])stat\s.*(?:-c|--format|--printf)|(?:^|[\s/;|('"\x60])git\s.*--(?:format|pretty)|(?:^|[\s/;|('"\x60])find\s.*-printf)[ =]\\?["']?(?:format:)?[^\s"']*$`)
)

// gap is what may stand between two sequences of one format.
const gap = "-_:./,T "

// formats returns the formats in a value.
func formats(text string) []format {
	if strings.IndexByte(text, '%') < 0 {
		return nil
	}
	all, _ := value.ScanSpecifiers(text, value.FullTable)
	var found []format
	for i := 0; i < len(all); {
		end := i + 1
		for end < len(all) && isGap(text[all[end-1].Span.End:all[end].Span.Start]) {
			end++
		}
		if program := formatOf(text, all[i:end]); program != "" {
			f := format{span: source.Span{Start: all[i].Span.Start, End: all[end-1].Span.End}, program: program}
			for _, use := range all[i:end] {
				if use.Char != '%' {
					f.uses = append(f.uses, use)
				}
			}
			if len(f.uses) > 0 {
				found = append(found, f)
			}
		}
		i = end
	}
	return found
}

// isGap reports whether a text only separates two sequences of one format.
func isGap(s string) bool { return len(s) <= 2 && strings.Trim(s, gap) == "" }

// formatOf returns the program that a run of sequences is a format of, "" if that
// is not certain.
func formatOf(text string, run []value.SpecifierUse) string {
	before := text[:run[0].Span.Start]
	switch {
	case beforeDate.MatchString(before):
		return "date"
	case beforePrintf.MatchString(before) && isPrintf(run):
		return "printf"
	case beforeOption.MatchString(before):
		return "the command"
	}
	for i := 0; i+1 < len(run); i++ {
		pair := string([]byte{run[i].Char, run[i+1].Char})
		slash := strings.Contains(text[run[i].Span.End:run[i+1].Span.Start], "/")
		if slices.Contains(datePairs, pair) && (!slash || hasYear(run)) {
			return "the program"
		}
	}
	return ""
}

// hasYear reports whether a run of sequences has a year of strftime(3) in it.
func hasYear(run []value.SpecifierUse) bool {
	return slices.ContainsFunc(run, func(use value.SpecifierUse) bool { return use.Char == 'Y' || use.Char == 'y' })
}

// isPrintf reports whether all sequences of a run are conversions of printf(1).
func isPrintf(run []value.SpecifierUse) bool {
	for _, use := range run {
		if strings.IndexByte("sdiuxXofgeEGcbq%0123456789", use.Char) < 0 {
			return false
		}
	}
	return true
}
