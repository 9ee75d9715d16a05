// Command gen merges the tables in data/ into units.gz, which package shipped
// embeds. It is run by go generate in the folder of that package.
package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"sort"
	"strings"
)

const output = "units.gz"

func main() {
	text, err := merge(os.DirFS("."))
	if err == nil {
		var data []byte
		if data, err = pack(text); err == nil {
			err = os.WriteFile(output, data, 0o644)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func pack(text string) ([]byte, error) {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write([]byte(text)); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// unit is one name in one scope, as the tables describe it together.
type unit struct {
	kind           string
	aliasOf        []string
	masked         bool
	packages       []string
	distributions  map[string]bool
	since, removed string
}

type key struct{ name, scope string }

// distributions are the words of the tables in the order of the bits of
// shipped.Distributions; each is written as one letter.
var distributions = []struct{ word, letter string }{
	{"debian12", "b"}, {"debian13", "t"}, {"sid", "s"}, {"ubuntu2404", "n"}, {"elsewhere", "e"},
}

// merge returns the units of the tables below data/ of fsys, one a line, sorted.
func merge(fsys fs.FS) (string, error) {
	tables := map[string][]map[string]string{}
	for _, name := range []string{"units", "special", "aliases", "elsewhere"} {
		rows, err := read(fsys, "data/"+name+".tsv")
		if err != nil {
			return "", err
		}
		tables[name] = rows
	}
	units := map[key]*unit{}
	get := func(name, scope, kind string) *unit {
		k := key{name, scope}
		if units[k] == nil {
			units[k] = &unit{kind: kind, distributions: map[string]bool{}}
		}
		return units[k]
	}

	for _, r := range tables["units"] {
		u := get(r["unit"], r["scope"], r["kind"])
		if r["kind"] == "unit" {
			u.kind = "unit" // a file hides the init script of the same name
		}
		if err := u.add(r["packages"], r["distributions"]); err != nil {
			return "", err
		}
	}
	for _, r := range tables["elsewhere"] {
		if err := get(r["unit"], "system", "unit").add(r["package"], "elsewhere"); err != nil {
			return "", err
		}
	}
	for _, r := range tables["special"] {
		u := get(r["unit"], r["scope"], r["kind"])
		u.since, u.removed = r["since"], r["removed"]
		where := ""
		switch {
		case r["kind"] == "builtin":
			where = "all elsewhere"
		case r["upstream"] == "yes":
			where = "elsewhere"
		}
		if err := u.add("", where); err != nil {
			return "", err
		}
	}
	for _, r := range tables["aliases"] {
		u := get(r["alias"], r["scope"], "alias")
		if r["kind"] == "mask" {
			u.masked = true
		} else {
			// The name is an alias and nothing else, unless a package other
			// than those that make the alias ships a unit of that name.
			if u.kind == "special" || subset(u.packages, strings.Fields(r["packages"])) {
				u.kind = "alias"
			}
			if !slices.Contains(u.aliasOf, r["target"]) {
				u.aliasOf = append(u.aliasOf, r["target"])
			}
		}
		if err := u.add(r["packages"], r["distributions"]); err != nil {
			return "", err
		}
	}
	for _, r := range tables["aliases"] {
		// Alias= was looked up in one or two distributions, but goes with the
		// unit wherever that is packaged.
		if target := units[key{r["target"], r["scope"]}]; target != nil && r["kind"] == "install" {
			u := units[key{r["alias"], r["scope"]}]
			for d := range target.distributions {
				u.distributions[d] = true
			}
		}
	}
	return write(units), nil
}

// add records packages and distributions, lists of words. "all" stands for the
// four distributions whose packages were read.
func (u *unit) add(packages, where string) error {
	for _, p := range strings.Fields(packages) {
		if !slices.Contains(u.packages, p) {
			u.packages = append(u.packages, p)
		}
	}
	for _, w := range strings.Fields(where) {
		known := false
		for _, d := range distributions {
			if w == d.word || w == "all" && d.word != "elsewhere" {
				u.distributions[d.word], known = true, true
			}
		}
		if !known {
			return fmt.Errorf("unknown distribution %q", w)
		}
	}
	return nil
}

func subset(all, of []string) bool {
	for _, s := range all {
		if !slices.Contains(of, s) {
			return false
		}
	}
	return true
}

// write renders the units as lines of cells divided by tabs: name, scope, kind,
// aliased units, packages, letters of distributions with "m" for masked, since,
// removed.
func write(units map[key]*unit) string {
	lines := make([]string, 0, len(units))
	for k, u := range units {
		letters := ""
		for _, d := range distributions {
			if u.distributions[d.word] {
				letters += d.letter
			}
		}
		if u.masked {
			letters += "m"
		}
		sort.Strings(u.packages)
		lines = append(lines, strings.Join([]string{
			k.name, k.scope, u.kind, strings.Join(u.aliasOf, " "), strings.Join(u.packages, " "), letters, u.since, u.removed,
		}, "\t"))
	}
	sort.Strings(lines)
	return strings.Join(lines, "\n") + "\n"
}

// read returns the rows of a table: tab-separated, a header line, no quoting.
func read(fsys fs.FS, name string) ([]map[string]string, error) {
	data, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, err
	}
	lines := strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
	header := strings.Split(lines[0], "\t")
	rows := make([]map[string]string, 0, len(lines)-1)
	for i, line := range lines[1:] {
		cells := strings.Split(line, "\t")
		if len(cells) != len(header) {
			return nil, fmt.Errorf("%s:%d: %d cells instead of %d", name, i+2, len(cells), len(header))
		}
		row := map[string]string{}
		for j, cell := range cells {
			row[header[j]] = cell
		}
		rows = append(rows, row)
	}
	return rows, nil
}
