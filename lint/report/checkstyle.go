package report

import (
	"encoding/xml"
	"io"
	"strings"

	"github.com/unitvet/unitvet/lint"
)

// Checkstyle's report (checkstyle.org, XMLLogger), which many CI servers read.
type (
	checkstyleReport struct {
		XMLName xml.Name         `xml:"checkstyle"`
		Version string           `xml:"version,attr"`
		Files   []checkstyleFile `xml:"file"`
	}
	checkstyleFile struct {
		Name   string            `xml:"name,attr"`
		Errors []checkstyleError `xml:"error"`
	}
	checkstyleError struct {
		Line     int    `xml:"line,attr"`
		Column   int    `xml:"column,attr"`
		Severity string `xml:"severity,attr"`
		Message  string `xml:"message,attr"`
		Source   string `xml:"source,attr"`
	}
)

// Checkstyle writes Checkstyle's XML. What could not be read is an error of the
// file.
func Checkstyle(w io.Writer, result *lint.Result, opts Options) error {
	report := checkstyleReport{Version: "10.0"}
	add := func(name string, e checkstyleError) {
		if n := len(report.Files); n == 0 || report.Files[n-1].Name != name {
			report.Files = append(report.Files, checkstyleFile{Name: name})
		}
		last := &report.Files[len(report.Files)-1]
		last.Errors = append(last.Errors, e)
	}
	for i := range result.Findings {
		f := &result.Findings[i]
		path, _ := opts.inRepository(f.ReportPath())
		start := f.Range().Start
		add(Escape(path), checkstyleError{start.Line, start.Column, f.Severity.String(), strings.Join(messageLines(f), "\n"), "unitvet." + f.Rule.ID})
	}
	for _, problem := range result.Errors {
		path, _ := opts.inRepository(problem.Path)
		add(Escape(path), checkstyleError{1, 1, lint.Error.String(), Escape(problem.Text), "unitvet"})
	}
	return writeXML(w, report)
}

// writeXML writes a value as a document, indented.
func writeXML(w io.Writer, value any) error {
	text, err := xml.MarshalIndent(value, "", "  ")
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, xml.Header+string(text)+"\n")
	return err
}
