package value

import (
	"embed"
	"strconv"
	"strings"
	"sync"
)

// data are the vocabularies that are too long for tables in the code, in lines of a
// word and the release that brought it, if there is one. The words of short ones are
// in package directive.
//
//go:embed data/*.tsv data/*.txt
var data embed.FS

// vocabulary is a set of words by the release that brought them, 0 if that is not
// known or before all that matter.
type vocabulary map[string]int

// has reports whether the release knows the word.
func (v vocabulary) has(word string, release int) bool {
	since, ok := v[word]
	return ok && since <= release
}

// loadWords returns what reads a vocabulary when it is first asked for.
func loadWords(name string) func() vocabulary {
	return sync.OnceValue(func() vocabulary {
		text, err := data.ReadFile(name)
		if err != nil {
			return nil // the file is part of the program
		}
		words := make(vocabulary, strings.Count(string(text), "\n"))
		for line := range strings.Lines(string(text)) {
			word, since, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
			words[word], _ = strconv.Atoi(since) // no number is 0
		}
		return words
	})
}
