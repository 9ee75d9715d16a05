package directive

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/directive"
	"github.com/unitvet/unitvet/lint/source"
)

//go:embed legacy_path.md
var legacyPathPage string

// LegacyPath finds paths below /var/run and /var/lock, which are links to /run and
// /run/lock (patch_var_run in src/core/load-fragment.c).
var LegacyPath = &lint.Rule{
	ID:        "legacy-path",
	Summary:   "a path below /var/run or /var/lock, which are links to /run and /run/lock",
	Category:  "directive",
	Severity:  lint.Warning,
	Since:     "0.1.0",
	Page:      legacyPathPage,
	CheckFile: legacyPath,
}

// legacy are the old directories and what they are now.
var legacy = [][2]string{{"/var/run", "/run"}, {"/var/lock", "/run/lock"}}

// patched are the directives of which systemd takes the new path, with a warning.
var patched = []string{"ListenDatagram", "ListenFIFO", "ListenSequentialPacket", "ListenStream", "PIDFile"}

// pathLike are the types of values that are paths, or lists of them.
var pathLike = []directive.Type{
	directive.TypeBindMountList, directive.TypeConditionPath, directive.TypePath, directive.TypePathList,
	directive.TypePathListFlags, directive.TypeSocketAddress, directive.TypeTmpfsList,
}

func legacyPath(p *lint.FilePass) {
	for s := range settings(p, containing("/var/")) {
		if !s.works(p.Set.Release) || !slices.Contains(pathLike, s.directive.Type) {
			continue
		}
		for _, dir := range legacy {
			for _, at := range belowDir(s.text, dir[0]) {
				end := at + len(dir[0])
				for end < len(s.text) && strings.IndexByte(" \t:\"'", s.text[end]) < 0 {
					end++
				}
				path := s.text[at:end]
				now := dir[1] + path[len(dir[0]):]
				f := lint.Finding{
					Place:    lint.AtWord(s.Setting, source.Span{Start: at, End: end}),
					Severity: lint.Info,
					Message:  fmt.Sprintf("%s= names %s, below the legacy directory %s/", s.directive.Key, quoted(path), dir[0]),
					Help:     "write " + now,
				}
				if dir[0] == "/var/run" && slices.Contains(patched, s.directive.Key) {
					f.Severity = lint.Warning
					f.Message += ": systemd takes " + now + " and warns"
				}
				f.Fixes = []lint.Fix{{
					Title: "write " + now, Safe: true,
					Edits: []lint.Edit{s.edit(source.Span{Start: at, End: at + len(dir[0])}, dir[1])},
				}}
				p.Report(f)
			}
		}
	}
}

// belowDir returns the indexes at which paths below a directory start in a value.
func belowDir(text, dir string) []int {
	var found []int
	for at := 0; ; {
		n := strings.Index(text[at:], dir+"/")
		if n < 0 {
			return found
		}
		at += n
		if at == 0 || strings.IndexByte(" \t:\"'-+!|@", text[at-1]) >= 0 {
			found = append(found, at)
		}
		at += len(dir)
	}
}
