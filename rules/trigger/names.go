package trigger

import (
	"fmt"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/unit"
	"github.com/unitvet/unitvet/lint/value"
)

// tags are the names that stand for a device in What=, with the directory that
// udev keeps its links in (fstab_node_to_udev_node in src/shared/fstab-util.c).
var tags = map[string]string{
	"LABEL":     "/dev/disk/by-label/",
	"PARTLABEL": "/dev/disk/by-partlabel/",
	"PARTUUID":  "/dev/disk/by-partuuid/",
	"UUID":      "/dev/disk/by-uuid/",
}

// named returns the path that a unit is to be named for, and where it says so; ok
// is false if that is left to the unit's name, or not known.
func named(set *lint.Set, u *unit.Unit, key string) (path string, setting unit.Setting, ok bool) {
	setting, ok = decides(set, u, key)
	if !ok {
		return "", setting, false
	}
	expanded := u.Expand(setting.Value().String())
	path = expanded.Text
	if tag, rest, isTag := strings.Cut(path, "="); isTag && tags[tag] != "" {
		rest = strings.Trim(rest, `"'`)
		if strings.ContainsFunc(rest, func(r rune) bool { return !isPlain(r) }) {
			return "", setting, false // udev escapes it
		}
		path = tags[tag] + rest
	}
	return path, setting, expanded.Known && strings.HasPrefix(path, "/")
}

// isPlain reports whether udev leaves a character in a link's name as it is
// (allow_listed_char_for_devnode in src/shared/device-nodes.c).
func isPlain(r rune) bool {
	return r < 0x80 && (r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || strings.ContainsRune("#+-.:=@_", r))
}

// nameMismatch reports a unit that is not named for the path in a setting, or,
// without it, for any path.
func nameMismatch(p *lint.UnitPass, key string) {
	u := p.Unit
	path, setting, ok := named(p.Set, u, key)
	if !ok {
		if _, given := decides(p.Set, u, key); given {
			noPath(p, setting)
			return
		}
		if _, err := value.UnitToPath(u.Name); err != nil {
			p.Report(lint.Finding{
				Place:   header(u),
				Message: fmt.Sprintf("the name %s stands for no path, and there is no %s= either: systemd does not load the unit", u.Name, key),
				Help:    "name the file as systemd-escape --path --suffix=" + u.Name.Type + " does it",
			})
		}
		return
	}
	want, err := value.PathToUnit(path, u.Name.Type)
	if err != nil || want == u.ID {
		return // of a path that is too long for a name, systemd makes a hash
	}
	f := lint.Finding{
		Place: lint.AtValue(setting),
		Message: fmt.Sprintf("%s=%s needs the file name %s, not %s: systemd does not load the unit (%q)",
			key, setting.Value().String(), want, u.Name, refusals[u.Name.Type]),
		Help: "rename the file to " + want,
	}
	if meant, err := value.UnitToPath(u.Name); err == nil {
		f.Help += fmt.Sprintf(", or write %s=%s", key, meant)
		f.Fixes = []lint.Fix{{
			Title: "write " + key + "=" + meant,
			Edits: []lint.Edit{{Place: lint.AtValue(setting), Text: strings.ReplaceAll(meant, "%", "%%")}},
		}}
	}
	p.Report(f)
}

// noPath reports a swap on something that is neither a path nor a tag.
func noPath(p *lint.UnitPass, setting unit.Setting) {
	text := p.Unit.Expand(setting.Value().String())
	tag, _, isTag := strings.Cut(text.Text, "=")
	if p.Unit.Name.Type != "swap" || !text.Known || isTag && tags[tag] != "" || strings.HasPrefix(text.Text, "/") {
		return
	}
	p.Report(lint.Finding{
		Place:   lint.AtValue(setting),
		Message: fmt.Sprintf("What=%s is neither an absolute path nor a tag such as UUID=…: systemd does not load the unit", setting.Value().String()),
		Help:    "write the path of the device or file",
	})
}

// refusals are systemd's words.
var refusals = map[string]string{
	"mount":     "Where= setting doesn't match unit name. Refusing.",
	"automount": "Where= setting doesn't match unit name. Refusing.",
	"swap":      "Value of What= and unit name do not match, not loading.",
}
