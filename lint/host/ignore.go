package host

import (
	"path"
	"strings"
)

// ignoreRule is a line of a .gitignore (gitignore(5)).
type ignoreRule struct {
	pattern string
	// anchored: the pattern is matched against the path from the file's directory,
	// not against the last component alone.
	anchored bool
	negated  bool
}

// maxStars is how often ** may stand in a pattern: each multiplies the ways to match.
const maxStars = 3

// isIgnored reports whether git ignores a name or a directory above it, by the
// .gitignore files of the tree.
func (c *Checkout) isIgnored(name string) bool {
	parts := strings.Split(name, "/")
	if len(parts) > maxDepth {
		return true // nothing is known of names that deep
	}
	for i := range parts {
		if c.matches(strings.Join(parts[:i+1], "/")) {
			return true
		}
	}
	return false
}

// matches asks the files from the top down to the one beside the name; the last
// rule that fits decides.
func (c *Checkout) matches(name string) bool {
	ignored := false
	dirs := []string{"."}
	for i, char := range name {
		if char == '/' {
			dirs = append(dirs, name[:i])
		}
	}
	for _, dir := range dirs {
		inside := strings.TrimPrefix(name, dir+"/")
		for _, rule := range c.ignoreRules(dir) {
			if rule.fits(inside) {
				ignored = !rule.negated
			}
		}
	}
	return ignored
}

// ignoreRules reads the .gitignore of a directory.
func (c *Checkout) ignoreRules(dir string) []ignoreRule {
	if known, ok := c.ignores.Load(dir); ok {
		return known.([]ignoreRule) //nolint:forcetypeassert // nothing else is stored
	}
	var rules []ignoreRule
	text, _ := c.Tree.ReadFile(path.Join(dir, ".gitignore")) // without one nothing is ignored
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, " \t\r\n")
		if line == "" || line[0] == '#' {
			continue
		}
		var rule ignoreRule
		line, rule.negated = strings.CutPrefix(line, "!")
		line = strings.TrimPrefix(line, `\`)
		if strings.Count(line, "**") > maxStars {
			continue
		}
		line = strings.TrimSuffix(line, "/") // that it is a directory does not matter to what is below
		rule.anchored = strings.Contains(line, "/")
		rule.pattern = strings.TrimPrefix(line, "/")
		rules = append(rules, rule)
	}
	c.ignores.Store(dir, rules)
	return rules
}

// fits reports whether the rule's pattern fits a name below its directory.
func (r ignoreRule) fits(name string) bool {
	if !r.anchored {
		ok, _ := path.Match(r.pattern, path.Base(name)) // a bad pattern fits nothing
		return ok
	}
	return fitsPath(strings.Split(r.pattern, "/"), strings.Split(name, "/"))
}

// fitsPath matches component by component; ** stands for any number of them.
func fitsPath(pattern, name []string) bool {
	for len(pattern) > 0 {
		if pattern[0] == "**" {
			if len(pattern) == 1 {
				return len(name) > 0
			}
			for i := range name {
				if fitsPath(pattern[1:], name[i:]) {
					return true
				}
			}
			return false
		}
		if len(name) == 0 {
			return false
		}
		if ok, _ := path.Match(pattern[0], name[0]); !ok {
			return false
		}
		pattern, name = pattern[1:], name[1:]
	}
	return len(name) == 0
}
