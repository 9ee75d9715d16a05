package report

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"sort"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/syntax"
)

// fingerprints gives findings an identity that outlives edits elsewhere in the
// file: rule, path, section, key, the text of the assignment with its blanks
// normalised, and which of the findings with all of these it is. Every file is
// parsed once.
type fingerprints struct {
	files map[*source.File]*fingerprintFile
	seen  map[[sha256.Size]byte]int
}

func newFingerprints() *fingerprints {
	return &fingerprints{make(map[*source.File]*fingerprintFile), make(map[[sha256.Size]byte]int)}
}

// fingerprintFile is a file as far as fingerprints need it.
type fingerprintFile struct {
	lines  []logicalLine
	hashes []string // see lineHashes
}

// logicalLine is a node of the syntax tree.
type logicalLine struct {
	start        int
	section, key string
	node         syntax.Node
	digest       string // of the text, once it was needed
}

// of returns the fingerprint of a finding that is reported at path. Findings
// must come in the order of the result.
func (p *fingerprints) of(f *lint.Finding, path string) string {
	section, key, digest := "", "", ""
	if f.File != nil {
		line := p.file(f.File).at(f.Span.Start)
		section, key, digest = line.section, line.key, line.text(f.File)
	}
	id := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %q %s", f.Rule.ID, path, section, key, digest))
	p.seen[id]++
	sum := sha256.Sum256(fmt.Appendf(id[:], "%d", p.seen[id]))
	return hex.EncodeToString(sum[:])
}

// lineHash returns GitHub's hash of the line that a place starts in, "" without a
// file.
func (p *fingerprints) lineHash(place lint.Place) string {
	if place.File == nil {
		return ""
	}
	file := p.file(place.File)
	if file.hashes == nil {
		file.hashes = lineHashes(place.File.Text)
	}
	return file.hashes[place.File.Line(place.Span.Start)-1]
}

func (p *fingerprints) file(file *source.File) *fingerprintFile {
	f, ok := p.files[file]
	if ok {
		return f
	}
	f = &fingerprintFile{}
	for _, section := range syntax.Parse(file).Sections {
		if section.Header != nil {
			f.add(section.Name(), section.Header)
		}
		for _, node := range section.Nodes {
			f.add(section.Name(), node)
		}
	}
	p.files[file] = f
	return f
}

func (f *fingerprintFile) add(section string, node syntax.Node) {
	line := logicalLine{start: node.Span().Start, section: section, node: node}
	if assignment, ok := node.(*syntax.Assignment); ok {
		line.key = assignment.Key.String
	}
	f.lines = append(f.lines, line)
}

// at returns the logical line that holds the byte at offset.
func (f *fingerprintFile) at(offset int) *logicalLine {
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
		text = assignment.Value.String
	}
	sum := sha256.Sum256([]byte(strings.Join(strings.Fields(text), " ")))
	l.digest = hex.EncodeToString(sum[:])
	return l.digest
}
