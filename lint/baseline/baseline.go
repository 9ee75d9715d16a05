// Package baseline reads and writes the list of findings that are known and left
// for later. An entry is found again by its fingerprint, which outlives edits
// elsewhere in its file; what else it says is for people who read the list.
package baseline

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint/source"
)

// Version is the version of the format that is read and written.
const Version = 1

// Entry is one known finding.
type Entry struct {
	// Fingerprint identifies it.
	Fingerprint string `json:"fingerprint"`
	Rule        string `json:"rule"`
	// Path is the file, relative to the directory that the baseline is for, with
	// forward slashes.
	Path string `json:"path"`
	// Message is what was said when the entry was written.
	Message string `json:"message"`

	// Span is the entry's place in the file that it was read from.
	Span source.Span `json:"-"`
}

// File is a baseline.
type File struct {
	// Source is what was read; nil for a new one.
	Source  *source.File
	Entries []Entry

	index map[string]int
}

// Find returns the index of the entry with a fingerprint.
func (f *File) Find(fingerprint string) (int, bool) {
	if f.index == nil {
		f.index = map[string]int{}
		for i := range f.Entries {
			f.index[f.Entries[i].Fingerprint] = i
		}
	}
	i, ok := f.index[fingerprint]
	return i, ok
}

// Error says what is wrong with a baseline, and where.
type Error struct {
	Path string
	Line int
	Text string
}

// Error returns the error on one line.
func (e *Error) Error() string { return fmt.Sprintf("%s:%d: %s", e.Path, e.Line, e.Text) }

var digest = regexp.MustCompile(`^[0-9a-f]{64}$`)

// Parse reads a baseline. It is strict: a list that was damaged must not hide
// findings, nor let known ones through as new.
func Parse(file *source.File) (*File, error) {
	p := &parser{file: file, decoder: json.NewDecoder(strings.NewReader(file.Text))}
	p.decoder.DisallowUnknownFields()
	f := &File{Source: file}
	if err := p.parse(f); err != nil {
		var wrong *Error
		if errors.As(err, &wrong) {
			return nil, err
		}
		at := int(p.decoder.InputOffset())
		at += len(file.Text[at:]) - len(strings.TrimLeft(file.Text[at:], " \t\r\n,"))
		return nil, p.fail(at, "this is no baseline, or it was damaged: "+err.Error())
	}
	return f, nil
}

type parser struct {
	file    *source.File
	decoder *json.Decoder
}

func (p *parser) fail(offset int, text string) error {
	return &Error{p.file.Path, p.file.Line(offset), text}
}

func (p *parser) parse(f *File) error {
	if err := p.delim('{'); err != nil {
		return err
	}
	if err := p.key("unitvet-baseline"); err != nil {
		return err
	}
	var version int
	if err := p.decoder.Decode(&version); err != nil {
		return err
	}
	if version != Version {
		return p.fail(int(p.decoder.InputOffset()), fmt.Sprintf("a baseline of format %d, and this unitvet knows format %d: remove it and write it anew", version, Version))
	}
	if err := p.key("findings"); err != nil {
		return err
	}
	if err := p.delim('['); err != nil {
		return err
	}
	for p.decoder.More() {
		if err := p.entry(f); err != nil {
			return err
		}
	}
	if err := p.delim(']'); err != nil {
		return err
	}
	if err := p.delim('}'); err != nil {
		return err
	}
	if _, err := p.decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("there is something behind its end")
	}
	return nil
}

func (p *parser) entry(f *File) error {
	var e Entry
	if err := p.decoder.Decode(&e); err != nil {
		return err
	}
	end := int(p.decoder.InputOffset())
	e.Span = source.Span{Start: strings.LastIndexByte(p.file.Text[:end], '{'), End: end}
	switch {
	case !digest.MatchString(e.Fingerprint):
		return p.fail(end, "an entry without a fingerprint of 64 hexadecimal digits")
	case e.Rule == "" || e.Path == "":
		return p.fail(end, "an entry without rule or path")
	}
	if i, twice := f.Find(e.Fingerprint); twice {
		return p.fail(end, fmt.Sprintf("the entry is there twice, also on line %d", p.file.Line(f.Entries[i].Span.Start)))
	}
	f.index[e.Fingerprint] = len(f.Entries)
	f.Entries = append(f.Entries, e)
	return nil
}

func (p *parser) delim(want json.Delim) error {
	token, err := p.decoder.Token()
	if err != nil {
		return err
	}
	if token != want {
		return fmt.Errorf("expected %q", want)
	}
	return nil
}

func (p *parser) key(want string) error {
	token, err := p.decoder.Token()
	if err != nil {
		return err
	}
	if token != want {
		return fmt.Errorf("expected %q", want)
	}
	return nil
}

// Format returns a baseline as text: one entry on a line, in an order that keeps
// changes small.
func Format(entries []Entry) []byte {
	entries = slices.Clone(entries)
	slices.SortFunc(entries, func(a, b Entry) int {
		return strings.Compare(a.Path+"\x00"+a.Rule+"\x00"+a.Message+"\x00"+a.Fingerprint, b.Path+"\x00"+b.Rule+"\x00"+b.Message+"\x00"+b.Fingerprint)
	})
	var text bytes.Buffer
	fmt.Fprintf(&text, "{\"unitvet-baseline\": %d, \"findings\": [", Version)
	for i := range entries {
		if i > 0 {
			text.WriteByte(',')
		}
		text.WriteString("\n  ")
		line := bytes.Buffer{}
		encoder := json.NewEncoder(&line)
		encoder.SetEscapeHTML(false)
		_ = encoder.Encode(entries[i]) // strings alone: it cannot fail
		text.Write(bytes.TrimSuffix(line.Bytes(), []byte("\n")))
	}
	if len(entries) > 0 {
		text.WriteByte('\n')
	}
	text.WriteString("]}\n")
	return text.Bytes()
}
