package dependency

import (
	_ "embed"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/unit"
	"github.com/unitvet/unitvet/lint/value"
)

//go:embed divergent_copies.md
var divergentCopiesPage string

// DivergentCopies finds directories of a checkout that are copies of each other but
// for some units, and units of one program whose names differ in dashes alone.
var DivergentCopies = &lint.Rule{
	ID:       "divergent-copies",
	Summary:  "a copy of a unit elsewhere in the checkout that no longer says the same",
	Category: "dependency",
	Severity: lint.Warning,
	Since:    "0.1.0",
	Page:     divergentCopiesPage,
	CheckSet: divergentCopies,
}

// variants are names of directories whose units are meant to differ: packaging for
// several systems, examples, tests, hosts and stages.
var variants = strings.Fields(`
	alma alpine ansible arch archlinux aur build centos conf.d config configs contrib copr deb debian dev development dist distro distros
	docs doc el6 el7 el8 el9 env envs environments example examples fedora fixtures gentoo group_vars groups host hosts inventory
	legacy machines mageia nixos node nodes obs old opensuse openwrt overlay overlays packages packaging pacman pkg pkgs portage prod production
	profile profiles qa redhat rhel role roles rpm rpms samples sample sles sites stages staging suse templates test testdata tests testing
	ubuntu user users variants versions yocto`)

// keptAlike is how many units have to be the same in two directories for the others
// to count as copies.
const keptAlike = 2

func divergentCopies(p *lint.SetPass) {
	if p.Set.Rooted {
		return
	}
	own := fragments(p.Set)
	spellings(p, own)
	for _, other := range p.Set.Others() {
		// Each pair once, told about the one that comes later.
		if len(own) <= keptAlike || other.Rooted || other.Scope != p.Set.Scope || other.Name >= p.Set.Name {
			continue
		}
		theirs := fragments(other)
		if len(theirs) <= keptAlike || differs(p.Set.Name, other.Name) {
			continue
		}
		var apart []string
		same := 0
		for name, u := range own {
			copied, ok := theirs[name]
			switch {
			case !ok:
			case equal(u, copied):
				same++
			default:
				apart = append(apart, name)
			}
		}
		if same < keptAlike || len(apart) > same {
			// Not kept alike. But one or two among many may have been copied.
			if 2*(same+len(apart)) > min(len(own), len(theirs)) {
				continue
			}
			apart = slices.DeleteFunc(apart, func(name string) bool { return !nearlyEqual(own[name], theirs[name]) })
		}
		slices.Sort(apart)
		for _, name := range apart {
			tellCopy(p, own[name], theirs[name], same)
		}
	}
}

// fragmentsKey is what the fragments of a set are remembered under.
type fragmentsKey struct{}

// fragments returns the units of a set by name.
func fragments(set *lint.Set) map[string]*unit.Unit {
	return lint.Shared(set, fragmentsKey{}, func() map[string]*unit.Unit {
		found := map[string]*unit.Unit{}
		for _, u := range set.Units {
			if u.Fragment != nil && u.Template == nil && u.Known() {
				found[u.ID] = u
			}
		}
		return found
	})
}

// differs reports whether the paths of two sets say that their units are not
// meant to be the same: where the paths part, one of them has such a name.
func differs(a, b string) bool {
	x, y := strings.Split(strings.ToLower(a), "/"), strings.Split(strings.ToLower(b), "/")
	for len(x) > 0 && len(y) > 0 && x[0] == y[0] {
		x, y = x[1:], y[1:]
	}
	return slices.ContainsFunc(slices.Concat(x, y), func(part string) bool {
		words := strings.FieldsFunc(part, func(r rune) bool { return strings.ContainsRune("-_.:", r) })
		return slices.ContainsFunc(append(words, part), func(word string) bool { return slices.Contains(variants, word) }) ||
			strings.ContainsAny(part, "0123456789")
	})
}

// equal reports whether two units say the same, comments and blank lines aside.
func equal(a, b *unit.Unit) bool {
	_, _, ok := firstDifference(a, b)
	return !ok
}

// longest is how many settings the units have at most that nearlyEqual compares.
const longest = 500

// nearlyEqual reports whether two units share most of what they say.
func nearlyEqual(a, b *unit.Unit) bool {
	left, right := of(a), of(b)
	if max(len(left), len(right)) > longest {
		return false
	}
	shared := 0
	for _, x := range left {
		if slices.ContainsFunc(right, func(y unit.Setting) bool {
			return x.Section == y.Section && x.Key().String() == y.Key().String() && x.Value().String() == y.Value().String()
		}) {
			shared++
		}
	}
	return shared >= keptAlike && 3*shared >= 2*max(len(left), len(right))
}

// firstDifference returns the first assignments in which two files differ; either
// may be missing.
func firstDifference(a, b *unit.Unit) (x, y *unit.Setting, ok bool) {
	left, right := of(a), of(b)
	for i := range max(len(left), len(right)) {
		switch {
		case i >= len(left):
			return nil, &right[i], true
		case i >= len(right):
			return &left[i], nil, true
		case left[i].Section != right[i].Section || left[i].Key().String() != right[i].Key().String() || left[i].Value().String() != right[i].Value().String():
			return &left[i], &right[i], true
		}
	}
	return nil, nil, false
}

// of returns the assignments of a unit's own file.
func of(u *unit.Unit) []unit.Setting {
	var found []unit.Setting
	for setting := range u.All() {
		if setting.Part == u.Fragment {
			found = append(found, setting)
		}
	}
	return found
}

// tellCopy reports a unit that differs from its copy.
func tellCopy(p *lint.SetPass, u, copied *unit.Unit, same int) {
	here, there, _ := firstDifference(u, copied)
	f := lint.Finding{
		Unit:    u.ID,
		Place:   lint.Place{Path: u.Path},
		Message: fmt.Sprintf("%s differs from its copy %s%s: which one is installed decides what runs", u.Name, copied.Path, others(same)),
		Help:    "bring the two together, or keep one of them alone",
	}
	if here != nil {
		f.Place = lint.At(here.Part, here.Key().Whole())
	}
	if there != nil {
		f.Related = []lint.Related{{Place: lint.At(there.Part, there.Key().Whole()), Message: "the first difference"}}
	} else {
		f.Related = []lint.Related{{Place: lint.Place{Path: copied.Path}, Message: "the copy"}}
	}
	p.Report(f)
}

// others says how alike two directories are.
func others(same int) string {
	if same < keptAlike {
		return ", which says nearly the same"
	}
	return fmt.Sprintf(", while %d other units of the two directories are alike", same)
}

// spellings reports units of one set that run the same command and have the same
// name but for dashes and underscores.
func spellings(p *lint.SetPass, own map[string]*unit.Unit) {
	for _, u := range p.Set.Units {
		name := u.ID
		dashed := strings.ReplaceAll(name, "_", "-")
		other := own[dashed]
		if dashed == name || other == nil || own[name] != u {
			continue
		}
		command := u.Value("Service", "ExecStart")
		if command == "" || command != other.Value("Service", "ExecStart") || value.TypeOf(name) != "service" {
			continue
		}
		p.Report(lint.Finding{
			Unit:  name,
			Place: lint.AtValue(last(u, "ExecStart")),
			Message: fmt.Sprintf("%s and %s run the same command under two spellings of one name: with both started it runs twice",
				name, path.Base(other.Path)),
			Help:    "keep one of them, and make the other name an Alias= of it",
			Related: []lint.Related{{Place: lint.AtValue(last(other, "ExecStart")), Message: "the other one"}},
		})
	}
}

// last returns the assignment that decides.
func last(u *unit.Unit, key string) unit.Setting {
	setting, _ := u.Setting("Service", key)
	return setting
}
