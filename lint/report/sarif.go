package report

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/source"
)

const (
	sarifSchema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
	// srcRoot is the conventional symbol for the root of a repository.
	srcRoot = "%SRCROOT%"
	// maxSnippet is the length in bytes of the longest span that is quoted.
	maxSnippet = 4096
)

// SARIF writes a SARIF 2.1.0 log of one run. Files are named relative to the
// repository's root, columns count code points, and every result has a
// fingerprint that does not depend on its line.
func SARIF(w io.Writer, result *lint.Result, opts Options) error {
	s := newSARIFRun(result, opts)
	out := sarif.NewReport().AddRun(s.run(result))
	out.Schema = sarifSchema
	all := result.All()
	prints := fingerprints(all, opts)
	results := list{"results", len(all), func(i int) any { return s.result(&all[i], prints[i]) }}
	return writeLists(w, out, "      ", marshalSARIF, results)
}

// marshalSARIF is marshalJSON for a part of the log.
func marshalSARIF(value any, indent string) ([]byte, error) {
	text, err := marshalJSON(value, indent)
	return dropUnset(text), err
}

// dropUnset takes the members out that the library writes for everything that
// is not set: -1 and empty arrays. They are half of the log, and the validator
// warns of them. The text is indented: each such member is a line of its own,
// and a line that ends in a string ends in a quote. Results and rules are to be
// there even if there are none.
func dropUnset(indented []byte) []byte {
	kept := make([]byte, 0, len(indented)/2)
	for line := range bytes.Lines(indented) {
		member := bytes.Trim(line, " ,\n")
		if bytes.HasSuffix(member, []byte(`": -1`)) || bytes.HasSuffix(member, []byte(`": []`)) &&
			!bytes.HasPrefix(member, []byte(`"results"`)) && !bytes.HasPrefix(member, []byte(`"rules"`)) {
			continue
		}
		closes := bytes.HasPrefix(member, []byte("}")) || bytes.HasPrefix(member, []byte("]"))
		if closes && bytes.HasSuffix(kept, []byte(",\n")) {
			kept = append(kept[:len(kept)-2], '\n') // what is last now was not before
		}
		kept = append(kept, line...)
	}
	return kept
}

func newSARIFRun(result *lint.Result, opts Options) *sarifRun {
	s := &sarifRun{opts: opts, baseline: result.HasBaseline, rules: make(map[*lint.Rule]int)}
	for _, rule := range result.Rules {
		s.rule(rule)
	}
	for i := range result.Findings {
		s.rule(result.Findings[i].Rule)
	}
	for i := range result.Suppressed {
		s.rule(result.Suppressed[i].Rule)
	}
	return s
}

// run returns the run without results.
func (s *sarifRun) run(result *lint.Result) *sarif.Run {
	version := semanticVersion(s.opts.Version)
	driver := sarif.NewToolComponent().
		WithName("unitvet").
		WithFullName("unitvet " + version).
		WithVersion(version).
		WithSemanticVersion(version).
		WithInformationURI(projectURL).
		WithRules(s.descriptors)
	root := sarif.NewArtifactLocation().WithDescription(sarif.NewTextMessage("The root of the repository."))
	return sarif.NewRun().
		WithTool(sarif.NewTool().WithDriver(driver)).
		WithColumnKind("unicodeCodePoints").
		WithOriginalUriBaseIds(map[string]sarif.ArtifactLocation{srcRoot: *root}).
		WithInvocations([]*sarif.Invocation{s.invocation(result)}).
		WithResults([]*sarif.Result{})
}

// sarifRun is a run in the making.
type sarifRun struct {
	opts        Options
	baseline    bool         // the run had one
	file        *source.File // of the last result
	hashes      []string     // of its lines, see lineHashes
	rules       map[*lint.Rule]int
	descriptors []*sarif.ReportingDescriptor
}

// rule returns the index of a rule among the descriptors.
func (s *sarifRun) rule(rule *lint.Rule) int {
	index, ok := s.rules[rule]
	if !ok {
		index = len(s.descriptors)
		s.rules[rule] = index
		s.descriptors = append(s.descriptors, s.descriptor(rule))
	}
	return index
}

var sarifLevels = map[lint.Severity]string{
	lint.Info:    sarif.LevelNote,
	lint.Warning: sarif.LevelWarning,
	lint.Error:   sarif.LevelError,
}

// GitHub's names for severity and precision (docs.github.com, "SARIF support for
// code scanning").
var (
	problemSeverities  = map[lint.Severity]string{lint.Info: "recommendation", lint.Warning: "warning", lint.Error: "error"}
	securitySeverities = map[lint.Severity]string{lint.Info: "3.0", lint.Warning: "5.0", lint.Error: "7.5"}
	precisions         = map[lint.Tier]string{lint.Default: "high", lint.Strict: "medium"}
)

func (s *sarifRun) descriptor(rule *lint.Rule) *sarif.ReportingDescriptor {
	properties := sarif.NewPropertyBag().
		WithTags([]string{"systemd", rule.Category}).
		Add("precision", precisions[rule.Tier]).
		Add("problem.severity", problemSeverities[rule.Severity])
	if rule.Category == "security" {
		properties.Add("security-severity", securitySeverities[rule.Severity])
	}
	page := rule.Page
	if page == "" {
		page = sentence(rule.Summary)
	}
	text := sarif.NewMultiformatMessageString
	return sarif.NewReportingDescriptor().
		WithID(rule.ID).
		WithName(rule.Title()).
		WithShortDescription(text().WithText(sentence(rule.Summary))).
		WithFullDescription(text().WithText(sentence(firstParagraph(page)))).
		WithHelp(text().WithText(page).WithMarkdown(page)).
		WithHelpURI(s.opts.ruleURL(rule)).
		WithDefaultConfiguration(sarif.NewReportingConfiguration().WithLevel(sarifLevels[rule.Severity])).
		WithProperties(properties)
}

func (s *sarifRun) result(f *lint.Finding, fingerprint string) *sarif.Result {
	related := slices.Concat(f.Related, f.Evidence)
	prints := map[string]string{"unitvet/v1": fingerprint}
	if hash := s.lineHash(f.Place); hash != "" {
		prints["primaryLocationLineHash"] = hash
	}
	result := sarif.NewResult().
		WithRuleID(f.Rule.ID).
		WithRuleIndex(s.rule(f.Rule)).
		WithLevel(sarifLevels[f.Severity]).
		WithMessage(sarif.NewTextMessage(sarifMessage(f, related))).
		WithLocations([]*sarif.Location{s.location(f.Place)}).
		WithPartialFingerprints(prints)
	for i := range related {
		result.AddRelatedLocation(s.location(related[i].Place).
			WithID(i + 1).
			WithMessage(message(label(&related[i]))))
	}
	for i := range f.Fixes {
		if fix := s.fix(&f.Fixes[i]); fix != nil {
			result.AddFixe(fix)
		}
	}
	if s.baseline {
		state := "new"
		if f.Suppression != nil && f.Suppression.Baseline {
			state = "unchanged"
		}
		result.WithBaselineState(state)
	}
	if f.Suppression != nil {
		result.AddSuppression(sarifSuppression(f.Suppression))
	}
	return result
}

// sarifSuppression says why a result is not to be shown (SARIF 2.1.0, 3.35).
func sarifSuppression(s *lint.Suppression) *sarif.Suppression {
	suppression := sarif.NewSuppression().WithKind("inSource").WithStatus("accepted")
	if s.Baseline {
		suppression.WithKind("external")
	}
	if s.Reason != "" {
		suppression.WithJustification(Escape(s.Reason))
	}
	return suppression
}

// lineHash returns GitHub's hash of the line that a place starts in, "" without a
// file.
func (s *sarifRun) lineHash(place lint.Place) string {
	if place.File == nil {
		return ""
	}
	if place.File != s.file {
		s.file, s.hashes = place.File, lineHashes(place.File.Text)
	}
	return s.hashes[place.File.Line(place.Span.Start)-1]
}

// fingerprints returns the identities of all findings of a result.
func fingerprints(all []lint.Finding, opts Options) []string {
	prints := lint.NewFingerprints()
	found := make([]string, len(all))
	for i := range all {
		path, _ := opts.inRepository(all[i].ReportPath())
		found[i] = prints.Of(&all[i], path)
	}
	return found
}

// linkText escapes the text of a link (SARIF 2.1.0, 3.11.6).
var linkText = strings.NewReplacer(`\`, `\\`, "[", `\[`, "]", `\]`)

// sarifMessage puts together what a finding says. A link to a related location
// is [text](id).
func sarifMessage(f *lint.Finding, related []lint.Related) string {
	var b strings.Builder
	text := f.Message
	if f.Result != "" {
		text += " (" + f.Result + ")"
	}
	b.WriteString(noLinks(sentence(text)))
	if f.Help != "" {
		b.WriteString(" Help: " + noLinks(sentence(strings.Join(strings.Fields(f.Help), " "))))
	}
	for i := range related {
		separator := ", "
		if i == 0 {
			separator = " See "
		}
		fmt.Fprintf(&b, "%s[%s](%d)", separator, linkText.Replace(Escape(label(&related[i]))), i+1)
	}
	if len(related) > 0 {
		b.WriteByte('.')
	}
	return b.String()
}

// message returns a text without links.
func message(text string) *sarif.Message { return sarif.NewTextMessage(noLinks(sentence(text))) }

// noLinks takes the meaning from what looks like a link: texts may quote the
// files that were read. Braces need no such care, a message without arguments
// has no placeholders.
func noLinks(s string) string { return strings.ReplaceAll(s, "](", `\](`) }

// label says what a related place is about.
func label(r *lint.Related) string {
	if r.Message != "" {
		return r.Message
	}
	return fmt.Sprintf("%s:%d", r.ReportPath(), r.Range().Start.Line)
}

// location returns a place. A whole file is its first line.
func (s *sarifRun) location(place lint.Place) *sarif.Location {
	region := sarif.NewRegion().WithStartLine(1)
	if place.File != nil {
		region = newRegion(place)
		if start, end := bounds(place); end-start <= maxSnippet {
			// A NUL is legal in JSON, but several databases behind viewers refuse it.
			text := strings.ReplaceAll(place.File.Text[start:end], "\x00", string(utf8.RuneError))
			region.WithSnippet(sarif.NewArtifactContent().WithText(text))
		}
	}
	return sarif.NewLocationWithPhysicalLocation(sarif.NewPhysicalLocation().
		WithArtifactLocation(s.artifactLocation(place.ReportPath())).
		WithRegion(region))
}

// bounds returns the ends of a place's span, inside its file.
func bounds(place lint.Place) (start, end int) {
	n := len(place.File.Text)
	start = min(max(place.Span.Start, 0), n)
	return start, min(max(place.Span.End, start), n)
}

func newRegion(place lint.Place) *sarif.Region {
	start, end := bounds(place)
	r := place.File.Range(source.Span{Start: start, End: end})
	return sarif.NewRegion().
		WithStartLine(r.Start.Line).WithStartColumn(r.Start.Column).
		WithEndLine(r.End.Line).WithEndColumn(r.End.Column)
}

// artifactLocation returns the location of a file: below the repository's root, or an
// absolute URL.
func (s *sarifRun) artifactLocation(name string) *sarif.ArtifactLocation {
	path, inside := s.opts.inRepository(name)
	if !inside && isAbsolute(path) {
		return sarif.NewArtifactLocation().WithURI(fileURL(path))
	}
	return sarif.NewArtifactLocation().WithURI(escapePath(path)).WithURIBaseID(srcRoot)
}

// fix returns a safe fix, or nil: unsafe ones are not for a button.
func (s *sarifRun) fix(f *lint.Fix) *sarif.Fix {
	if !f.Safe || len(f.Edits) == 0 {
		return nil
	}
	fix := sarif.NewFix().WithDescription(message(f.Title))
	changes := make(map[*source.File]*sarif.ArtifactChange)
	for _, edit := range f.Edits {
		if edit.File == nil || edit.Mode != 0 {
			return nil // SARIF knows no modes
		}
		change, ok := changes[edit.File]
		if !ok {
			change = sarif.NewArtifactChange().WithArtifactLocation(s.artifactLocation(edit.File.Path))
			changes[edit.File] = change
			fix.AddArtifactChange(change)
		}
		content := sarif.NewArtifactContent()
		if utf8.ValidString(edit.Text) {
			content.WithText(edit.Text)
		} else {
			content.WithBinary(base64.StdEncoding.EncodeToString([]byte(edit.Text)))
		}
		change.AddReplacement(sarif.NewReplacement().WithDeletedRegion(newRegion(edit.Place)).WithInsertedContent(content))
	}
	return fix
}

// invocation says how the run went: with an input that could not be read, it did
// not succeed.
func (s *sarifRun) invocation(result *lint.Result) *sarif.Invocation {
	invocation := sarif.NewInvocation().WithExecutionSuccessful(len(result.Errors) == 0)
	for _, problem := range result.Errors {
		invocation.AddToolExecutionNotification(s.notification(problem, sarif.LevelError))
	}
	for _, problem := range result.Notes {
		invocation.AddToolExecutionNotification(s.notification(problem, sarif.LevelNote))
	}
	return invocation
}

func (s *sarifRun) notification(problem lint.Problem, level string) *sarif.Notification {
	notification := sarif.NewNotification().
		WithLevel(level).
		WithMessage(message(problem.String()))
	if problem.Path != "" {
		notification.AddLocation(sarif.NewLocationWithPhysicalLocation(
			sarif.NewPhysicalLocation().WithArtifactLocation(s.artifactLocation(problem.Path))))
	}
	return notification
}

// sentence returns text as SARIF wants messages: visible, and with a full stop.
func sentence(text string) string {
	text = Escape(strings.TrimSpace(text))
	if text == "" || strings.ContainsAny(text[len(text)-1:], ".!?") {
		return text
	}
	return text + "."
}

// firstParagraph returns the first paragraph of a Markdown page that is not a
// heading, on one line.
func firstParagraph(page string) string {
	for paragraph := range strings.SplitSeq(page, "\n\n") {
		lines := strings.Fields(paragraph)
		if len(lines) > 0 && !strings.HasPrefix(lines[0], "#") {
			return strings.Join(lines, " ")
		}
	}
	return page
}

// semver is the grammar of semver.org, without its limits on leading zeros.
var semver = regexp.MustCompile(`^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$`)

func semanticVersion(version string) string {
	version = strings.TrimPrefix(version, "v")
	if !semver.MatchString(version) {
		return "0.0.0-dev"
	}
	return version
}
