package unit

import (
	"regexp"
	"strings"

	"github.com/unitvet/unitvet/lint/directive"
	"github.com/unitvet/unitvet/lint/syntax"
	"github.com/unitvet/unitvet/lint/value"
)

// Format is what a file with a unit's name turns out to be. In a checkout,
// other programs use the same suffixes.
type Format int

// The formats.
const (
	// FormatUnit is a unit file, or something that systemd would read as one.
	FormatUnit Format = iota
	// FormatTemplate is a unit file with places that a build or a deployment tool
	// fills in.
	FormatTemplate
	// FormatDBus is a D-Bus service activation file.
	FormatDBus
	// FormatXML is XML, such as an Avahi service.
	FormatXML
	// FormatDesktop is a desktop entry.
	FormatDesktop
	// FormatOther has no section of a unit.
	FormatOther
	// FormatNetworkd is a network of systemd-networkd.
	FormatNetworkd
	// FormatGVfs is a file system of GVfs.
	FormatGVfs
)

// String names the format for messages.
func (f Format) String() string {
	return [...]string{
		"a unit file", "a template that is filled in later", "a D-Bus service file", "an XML file",
		"a desktop entry", "something other than a unit file", others[".network"],
		"a GVfs mount",
	}[f]
}

// Plural names several files of the format.
func (f Format) Plural() string {
	return [...]string{
		"unit files", "templates that are filled in later", "D-Bus service files", "XML files",
		"desktop entries", "something else", "networks of systemd-networkd",
		"GVfs mounts",
	}[f]
}

// Sniff tells what a file is by its content.
func Sniff(file *syntax.File) Format {
	text := file.Source.Text
	if strings.HasPrefix(strings.TrimLeft(text, " \t\r\n\ufeff"), "<") {
		return FormatXML
	}
	if strings.Contains(text, "\n+++ ") && strings.Contains(text, "\n@@ -") {
		return FormatOther // a patch of a unit
	}
	format := FormatOther
	for _, section := range file.Sections {
		switch name := section.Name(); {
		case name == "D-BUS Service":
			return FormatDBus
		case name == "Desktop Entry" || strings.HasPrefix(name, "Desktop Action "):
			return FormatDesktop
		case name == "Mount" && isGVfs(section):
			return FormatGVfs
		case isSection(name) || section.Header == nil && hasDirective(section):
			format = FormatUnit
		}
	}
	if format == FormatUnit && isTemplate(file) {
		return FormatTemplate
	}
	return format
}

// isGVfs reports whether a section [Mount] says which program serves a file system,
// and neither what is mounted nor where.
func isGVfs(section *syntax.Section) bool {
	serves := false
	for node := range section.Nodes() {
		a, ok := node.(*syntax.Assignment)
		if !ok {
			continue
		}
		switch a.Key().String() {
		case "Exec":
			serves = true
		case "What", "Where":
			return false
		}
	}
	return serves
}

// isSection reports whether a header is one of a unit's, or a misspelling of one.
func isSection(name string) bool {
	if directive.KnownSection(name) || strings.HasPrefix(name, "X-") {
		return true
	}
	_, ok := value.Closest(name, directive.Sections())
	return ok
}

// hasDirective reports whether a section without header holds a directive of
// units: their header is missing.
func hasDirective(section *syntax.Section) bool {
	for node := range section.Nodes() {
		if a, ok := node.(*syntax.Assignment); ok && len(directive.InSections(a.Key().String())) > 0 {
			return true
		}
	}
	return false
}

// Marks of the common template languages: Jinja and Go templates, ERB, Autoconf
// and Meson, and names in double underscores.
var (
	templateLine = regexp.MustCompile(`\{%|<%|\{\{`)
	templateText = regexp.MustCompile(`\{%-?\s|<%[=-]?\s|(^|[^A-Za-z0-9@])@[A-Za-z_][A-Za-z0-9_]*@($|[^@])|(^|[^A-Za-z0-9_])__[A-Z][A-Z0-9_]*__|%%[A-Z][A-Z0-9_]{2,}%%`)
	braces       = regexp.MustCompile(`\{\{-?\s*[^}]*\}\}`)
	// goFormat is an argument such as docker's --format '{{.Names}}', which belongs
	// to the command.
	goFormat = regexp.MustCompile(`^\{\{-?\s*(\.|(json|range|if|with|index|len|printf|println|join|upper|lower|end|else|table)\b)`)
)

// mayHoldMarks reports whether a text has the characters of some mark.
func mayHoldMarks(text string) bool {
	for _, mark := range []string{"{{", "{%", "<%", "__", "%%"} {
		if strings.Contains(text, mark) {
			return true
		}
	}
	return strings.Count(text, "@") > 1
}

// isTemplate reports whether a unit file has places that are filled in later.
func isTemplate(file *syntax.File) bool {
	if !mayHoldMarks(file.Source.Text) {
		return false // next to all files: the expressions are slow
	}
	for node := range file.Nodes() {
		switch node := node.(type) {
		case *syntax.Bad:
			if templateLine.MatchString(node.Text.String()) {
				return true
			}
		case *syntax.Assignment:
			value := node.Value().String()
			if !mayHoldMarks(value) && !mayHoldMarks(node.Key().String()) {
				continue
			}
			if templateText.MatchString(value) || strings.Contains(node.Key().String(), "{{") {
				return true
			}
			for _, expression := range braces.FindAllString(value, -1) {
				if !strings.HasPrefix(node.Key().String(), "Exec") || !goFormat.MatchString(expression) {
					return true
				}
			}
		}
	}
	return false
}
