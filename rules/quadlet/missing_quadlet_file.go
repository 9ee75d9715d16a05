package quadlet

import (
	_ "embed"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/directive"
	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/unit"
	"github.com/unitvet/unitvet/lint/value"
)

//go:embed missing_quadlet_file.md
var missingQuadletFilePage string

// MissingQuadletFile finds names of files for podman's generator that are not there:
// it puts the service or the resource of the file in their place, and fails without.
var MissingQuadletFile = &lint.Rule{
	ID:        "missing-quadlet-file",
	Summary:   "a reference to a file for podman's generator that is not there: it makes no service of this one",
	Category:  "quadlet",
	Severity:  lint.Warning,
	Since:     "0.1.0",
	Page:      missingQuadletFilePage,
	CheckUnit: missingQuadletFile,
	Quadlets:  true,
}

func missingQuadletFile(p *lint.UnitPass) {
	if p.Unit.Quadlet == "" {
		return
	}
	q := quadlet{p.Unit}
	for _, r := range q.references() {
		service, ok := unit.QuadletService(r.name)
		if !ok || strings.ContainsAny(r.name, "%/") || p.Set.QuadletFile(r.name) != nil || p.Set.Resolve(service).Where != lint.Nowhere {
			continue
		}
		f := lint.Finding{
			Place:   lint.AtWord(r.Setting, r.span),
			Message: fmt.Sprintf("%s= names %s, and there is no such file: %s", r.Key().String(), r.name, q.refused()),
			Help:    "write the file, or remove the name",
		}
		if p.Set.Rooted {
			f.Severity = lint.Error
		}
		if near, ok := value.Closest(r.name, q.files(path.Ext(r.name))); ok {
			f.Help = fmt.Sprintf("did you mean %s?", near)
			f.Fixes = []lint.Fix{{Title: "write " + near, Edits: []lint.Edit{{Place: f.Place, Text: near}}}}
		}
		p.Report(f)
	}
}

// files returns the names of the set's files of a type.
func (q quadlet) files(ext string) []string {
	var names []string
	for _, other := range q.Set.Quadlets {
		if name := path.Base(other.Path); path.Ext(name) == ext {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// reference is the name of a file in a value.
type reference struct {
	unit.Setting
	span source.Span
	name string
}

// translated are the settings of [Unit] in which the generator replaces the names of
// files (unitDependencyKeys in pkg/systemd/quadlet/quadlet.go of podman).
var translated = []string{
	"After", "Before", "BindsTo", "Conflicts", "OnFailure", "OnSuccess", "PartOf", "PropagatesReloadTo", "PropagatesStopTo", "ReloadPropagatedFrom",
	"Requires", "Requisite", "StopPropagatedFrom", "Upholds", "Wants",
}

// references returns the names of files that the generator looks up.
func (q quadlet) references() []reference {
	var found []reference
	for setting := range q.All() {
		if setting.Section != "Unit" || !slices.Contains(translated, setting.Key().String()) {
			continue
		}
		for _, word := range value.Fields(setting.Value().String()) {
			if _, ok := directive.QuadletOf(path.Ext(word.Text)); ok {
				found = append(found, reference{setting, word.Span, word.Text})
			}
		}
	}
	add := func(e entry, span source.Span, extensions ...string) {
		if name := span.Of(e.Value().String()); slices.Contains(extensions, path.Ext(name)) {
			found = append(found, reference{e.Setting, span, name})
		}
	}
	driver, _ := q.in(q.Quadlet, "Driver")
	if image, ok := q.has("Image"); ok && (q.Quadlet == "Container" || q.Quadlet == "Volume" && driver.text == "image") {
		add(image, source.Span{End: len(image.Value().String())}, ".build", ".image")
	}
	if pod, ok := q.has("Pod"); ok {
		add(pod, source.Span{End: len(pod.Value().String())}, ".pod")
	}
	for _, network := range q.all("Network") {
		name, _, _ := strings.Cut(network.text, ":")
		add(network, source.Span{End: len(name)}, ".network", ".container")
	}
	for _, volume := range q.all("Volume") {
		if name, _, ok := strings.Cut(volume.text, ":"); ok {
			add(volume, source.Span{End: len(name)}, ".volume", ".artifact")
		}
	}
	for _, mount := range q.all("Mount") {
		if _, span, ok := mounted(mount.text); ok {
			add(mount, span, ".volume", ".image", ".artifact")
		}
	}
	return found
}

// mounted returns the type of a mount that shows something, and the place of what it
// shows; false for other mounts, and for what has quotes.
func mounted(text string) (kind string, span source.Span, ok bool) {
	if strings.ContainsAny(text, "\"'\\ \t") {
		return "", span, false
	}
	kind = "volume"
	at := 0
	for token := range strings.SplitSeq(text, ",") {
		switch key, is, _ := strings.Cut(token, "="); key {
		case "type":
			kind = is
		case "source", "src":
			span = source.Span{Start: at + len(token) - len(is), End: at + len(token)}
		}
		at += len(token) + 1
	}
	return kind, span, slices.Contains([]string{"volume", "bind", "glob", "image", "artifact"}, kind)
}
