package lint

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"sort"
	"strings"

	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/syntax"
)

// Fingerprints gives findings an identity that outlives edits elsewhere in the
// file: rule, path, section, key, the text of the assignment with its blanks
// normalised, and which of the findings with all of these it is.
type Fingerprints struct {
	file    *source.File // of the last finding
	printed *printedFile
	seen    map[[sha256.Size]byte]int
}

// NewFingerprints returns what has seen no findings yet.
func NewFingerprints() *Fingerprints {
	return &Fingerprints{seen: make(map[[sha256.Size]byte]int)}
}

// printedFile is a file as far as fingerprints need it.
type printedFile struct {
	lines []logicalLine
}

// logicalLine is a node of the syntax tree.
type logicalLine struct {
	start        int
	section, key string
	node         syntax.Node
	digest       string // of the text, once it was needed
}

// Of returns the fingerprint of a finding that is reported at path. Findings
// must come in the order of the result.
func (p *Fingerprints) Of(f *Finding, path string) string {
	section, key, digest := "", "", ""
	if f.File != nil {
		line := p.print(f.File).at(f.Span.Start)
		section, key, digest = line.section, line.key, line.text(f.File)
	}
	id := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %q %s", f.Rule.ID, path, section, key, digest))
	p.seen[id]++
	sum := sha256.Sum256(fmt.Appendf(id[:], "%d", p.seen[id]))
	return hex.EncodeToString(sum[:])
}

// print returns what is needed of a file. Findings of one file come one after the
// other.
func (p *Fingerprints) print(file *source.File) *printedFile {
	if p.file == file {
		return p.printed
	}
	f := &printedFile{}
	for _, section := range syntax.Parse(file).Sections {
		if section.Header != nil {
			f.add(section.Name(), section.Header)
		}
		for node := range section.Nodes() {
			f.add(section.Name(), node)
		}
	}
	p.file, p.printed = file, f
	return f
}

func (f *printedFile) add(section string, node syntax.Node) {
	line := logicalLine{start: node.Span().Start, section: section, node: node}
	if assignment, ok := node.(*syntax.Assignment); ok {
		line.key = assignment.Key().String()
	}
	f.lines = append(f.lines, line)
}

// at returns the logical line that holds the byte at offset.
func (f *printedFile) at(offset int) *logicalLine {
	if len(f.lines) == 0 {
		return &logicalLine{}
	}
	i := sort.Search(len(f.lines), func(i int) bool { return f.lines[i].start > offset })
	return &f.lines[max(i-1, 0)]
}

// text returns a digest of the line's text: an assignment's value as systemd
// joins it, or the line as it stands, with every run of blanks as one.
func (l *logicalLine) text(file *source.File) string {
	if l.digest != "" || l.node == nil {
		return l.digest
	}
	text := l.node.Span().Of(file.Text)
	if assignment, ok := l.node.(*syntax.Assignment); ok {
		text = assignment.Value().String()
	}
	sum := sha256.Sum256([]byte(strings.Join(strings.Fields(text), " ")))
	l.digest = hex.EncodeToString(sum[:])
	return l.digest
}
