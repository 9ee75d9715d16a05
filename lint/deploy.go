package lint

import (
	"fmt"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint/host"
	"github.com/unitvet/unitvet/lint/program"
	"github.com/unitvet/unitvet/lint/unit"
	"github.com/unitvet/unitvet/lint/value"
)

// checkoutOf returns the checkout that a directory of units lies in. What is no
// checkout, and was not asked for as a whole, is none: it may be all of this
// machine.
func (l *input) checkoutOf(dir *unit.Dir) *host.Checkout {
	if !l.checkouts.trees[dir.Tree] {
		return nil
	}
	c, ok := l.hosted[dir.Tree]
	if !ok {
		c = &host.Checkout{Tree: dir.Tree}
		c.Report, c.Here = topOf(dir)
		l.hosted[dir.Tree] = c
	}
	return c
}

// topOf returns the top of a directory's tree in reports, and the directory of the
// tree that reports are relative to.
func topOf(dir *unit.Dir) (report, here string) {
	up := func(name string) string {
		if name == "." {
			return "."
		}
		return path.Clean(strings.Repeat("../", strings.Count(name, "/")+1))
	}
	above, inside := strings.CutSuffix("/"+dir.Name, "/"+dir.Path)
	switch {
	case dir.Path == ".":
		return up(dir.Name), dir.Name
	case inside && above != "":
		return up(above[1:]), above[1:]
	case inside:
		return ".", "."
	}
	return path.Join(dir.Path, up(dir.Name)), ""
}

// deploy says where the checkouts lie on the host: as the options say, or else
// where the paths that the units name leave no doubt.
func (l *input) deploy() {
	if len(l.opts.Map) > 0 {
		l.mapped()
		return
	}
	evidence := map[*host.Checkout][]host.Evidence{}
	var order []*host.Checkout
	for _, set := range l.sets {
		c := set.Host.Checkout
		if c == nil {
			continue
		}
		if evidence[c] == nil {
			order = append(order, c)
		}
		for _, u := range set.Units {
			evidence[c] = append(evidence[c], named(u)...)
		}
	}
	for _, c := range order {
		c.Infer(evidence[c])
		if l.opts.Holes != nil {
			c.Holes = append(c.Holes, l.opts.Holes...)
		}
		if l.result.Rules != nil {
			l.tellMapping(c) // of no interest where no rule asks
		}
	}
}

// mapped takes the mappings of the options.
func (l *input) mapped() {
	for _, m := range l.opts.Map {
		tree, name, err := l.tree(m.Dir)
		if err != nil {
			l.fail(filepath.ToSlash(m.Dir), errorText(err))
			continue
		}
		l.checkouts.trees[tree] = true
		c := l.hosted[tree]
		if c == nil {
			c = &host.Checkout{Tree: tree, Report: filepath.ToSlash(filepath.Clean(m.Dir))}
			l.hosted[tree] = c
		}
		c.Mappings = append(c.Mappings, host.Mapping{Prefix: path.Clean(m.Prefix), Dir: name})
		for _, set := range l.sets {
			if set.Host.Checkout == nil || len(set.Host.Checkout.Mappings) == 0 {
				set.Host.Checkout = c // units that lie in another tree
			}
		}
	}
	for _, c := range l.hosted {
		c.Holes = append(c.Holes, l.opts.Holes...)
	}
}

// tellMapping notes what was inferred.
func (l *input) tellMapping(c *host.Checkout) {
	for _, m := range c.Mappings {
		what := "this checkout"
		if m.Dir != "." {
			what = c.InReports(m.Dir)
		}
		if what == "." {
			what = "this directory"
		}
		text := fmt.Sprintf("assuming %s is %s", m.Prefix, what)
		var holes []string
		for _, hole := range c.Holes {
			if strings.HasPrefix(hole, m.Prefix+"/") {
				holes = append(holes, hole)
			}
		}
		if len(holes) > 0 {
			text += ", except " + strings.Join(holes, " and ")
		}
		l.note("", text)
	}
}

// named returns the paths that a unit names and that may lie in its checkout: its
// working directory, the program and the arguments of its commands, modules, and
// the directories that Python searches.
func named(u *unit.Unit) []host.Evidence {
	section := program.Section(u)
	if section == "" || u.Fragment == nil && len(u.DropIns) == 0 {
		return nil
	}
	beside := "."
	if parts := u.Parts(); len(parts) > 0 {
		beside = parts[0].Dir.Name
	}
	var found []host.Evidence
	add := func(p string, isProgram bool) {
		expanded := u.Expand(p)
		if strings.HasPrefix(p, "/") && len(p) > 1 && expanded.Known && value.CheckPath(expanded.Text) == nil {
			found = append(found, host.Evidence{Path: expanded.Text, Beside: beside, Program: isProgram})
		}
	}
	dir := strings.TrimPrefix(u.Value(section, "WorkingDirectory"), "-")
	add(dir, false)
	for s := range u.All() {
		switch key := s.Key().String(); {
		case s.Section != section:
		case key == "Environment":
			assignments, _ := value.ParseEnvironment(s.Value().String())
			for _, a := range assignments {
				if a.Name.Text == "PYTHONPATH" {
					for entry := range strings.SplitSeq(a.Value.Text, ":") {
						add(entry, false)
					}
				}
			}
		case key == "EnvironmentFile":
			for _, word := range strings.Fields(s.Value().String()) { // of which people write several
				add(strings.TrimPrefix(word, "-"), false)
			}
		case strings.HasPrefix(key, "Exec"):
			for _, c := range value.ParseExec(s.Value().String()).Commands {
				add(c.Path.Text, true)
				last := ""
				for _, arg := range c.Args {
					for _, word := range strings.Fields(arg.Text) { // a line for a shell has several
						add(word, false)
						if strings.HasPrefix(dir, "/") && !strings.HasPrefix(word, "/") {
							for _, file := range filesOf(word, last) {
								add(path.Join(dir, file), false)
							}
						}
						last = word
					}
				}
			}
		}
	}
	return slices.Compact(found)
}

// module matches a module, and after a colon an attribute of it, as servers take
// them.
var module = regexp.MustCompile(`^([A-Za-z_][A-Za-z0-9_.]*)(:[A-Za-z_][A-Za-z0-9_.()]*)?$`)

// filesOf returns the files that a relative word of a command line may name, seen
// from the working directory.
func filesOf(word, before string) []string {
	match := module.FindStringSubmatch(word)
	switch {
	case match != nil && (match[2] != "" || before == "-m" || before == "-A"):
		name := strings.ReplaceAll(match[1], ".", "/")
		return []string{name + ".py", name + "/__init__.py", name + "/__main__.py", name + "/celery.py"}
	case strings.Contains(path.Base(word), ".") && word[0] != '-':
		return []string{word}
	}
	return nil
}
