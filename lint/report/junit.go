package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/unitvet/unitvet/lint"
)

// JUnit's report as Jenkins and GitLab read it (the schema of Jenkins' xUnit
// plug-in, junit-10.xsd).
type (
	junitReport struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Errors   int          `xml:"errors,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Errors   int         `xml:"errors,attr"`
		Skipped  int         `xml:"skipped,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Name    string        `xml:"name,attr"`
		Class   string        `xml:"classname,attr"`
		File    string        `xml:"file,attr,omitempty"`
		Failure *junitFailure `xml:"failure"`
		Error   *junitFailure `xml:"error"`
		Skipped *junitFailure `xml:"skipped"`
	}
	junitFailure struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr"`
		Text    string `xml:",chardata"`
	}
)

// JUnit writes JUnit's XML: a suite per file, in it a failed test per finding, a
// skipped one for an info, and an error for what could not be read. A run without
// any is one test that passed, for readers that take an empty report for a
// mistake.
func JUnit(w io.Writer, result *lint.Result, opts Options) error {
	var report junitReport
	suite := func(name string) *junitSuite {
		if n := len(report.Suites); n == 0 || report.Suites[n-1].Name != name {
			report.Suites = append(report.Suites, junitSuite{Name: name})
		}
		return &report.Suites[len(report.Suites)-1]
	}
	for i := range result.Findings {
		f := &result.Findings[i]
		path, _ := opts.inRepository(f.ReportPath())
		name := f.Rule.ID
		if f.File != nil {
			at := f.Range().Start
			name = fmt.Sprintf("%s at %d:%d", name, at.Line, at.Column)
		}
		s := suite(Escape(path))
		test := junitCase{Name: name, Class: Escape(path), File: Escape(path)}
		told := &junitFailure{
			Message: Escape(f.Message), Type: f.Severity.String(), Text: opts.location(f.Place) + ": " + strings.Join(opts.lines(f), "\n"),
		}
		if f.Severity == lint.Info {
			s.Skipped++
			test.Skipped = told
		} else {
			s.Failures++
			test.Failure = told
		}
		s.Cases = append(s.Cases, test)
	}
	for _, problem := range result.Errors {
		path, _ := opts.inRepository(problem.Path)
		s := suite(Escape(path))
		s.Errors++
		s.Cases = append(s.Cases, junitCase{Name: "read", Class: Escape(path), File: Escape(path), Error: &junitFailure{
			Message: Escape(problem.Text), Type: "error", Text: Escape(problem.String()),
		}})
	}
	if len(report.Suites) == 0 {
		report.Suites = []junitSuite{{Name: "unitvet", Cases: []junitCase{{
			Name: "no findings in " + Counted(result.Units, "unit"), Class: "unitvet",
		}}}}
	}
	for i := range report.Suites {
		s := &report.Suites[i]
		s.Tests = len(s.Cases)
		report.Tests += s.Tests
		report.Failures += s.Failures
		report.Errors += s.Errors
	}
	return writeXML(w, report)
}
