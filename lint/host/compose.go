package host

import (
	"path"
	"strings"
)

// Container is a name that a compose file gives to a container, which others on its
// network find it under.
type Container struct {
	Name string
	// File is the compose file in reports, and Line the line that has the name.
	File string
	Line int
}

// containersKey is what the containers of a checkout are remembered under.
type containersKey struct{}

// Container returns the container of a name in the compose files of the checkout.
func (c *Checkout) Container(name string) (Container, bool) {
	all := c.Once(containersKey{}, func() any {
		all := map[string]Container{}
		for _, file := range c.Files() {
			base := path.Base(file)
			if !strings.Contains(base, "compose") || path.Ext(base) != ".yml" && path.Ext(base) != ".yaml" {
				continue
			}
			if text, err := c.Tree.ReadFile(file); err == nil {
				for _, found := range containers(text) {
					if _, known := all[found.Name]; !known {
						found.File = c.InReports(file)
						all[found.Name] = found
					}
				}
			}
		}
		return all
	}).(map[string]Container) //nolint:forcetypeassert // nothing else is stored
	found, ok := all[name]
	return found, ok
}

// containers reads the names of services, container_name: and hostname: in a compose
// file. It knows the block style of YAML only, which is how people write them.
func containers(text string) []Container {
	var found []Container
	inServices := false
	level := -1 // of the services' names
	n := 0
	for line := range strings.Lines(text) {
		n++
		content := strings.TrimSpace(line)
		if content == "" || content[0] == '#' {
			continue
		}
		indent := len(line) - len(strings.TrimLeft(line, " "))
		key, v, isKey := strings.Cut(content, ":")
		switch {
		case indent == 0:
			inServices, level = key == "services", -1
		case !inServices || !isKey:
		case level < 0 || indent == level:
			level = indent
			found = append(found, Container{Name: strings.Trim(key, `"'`), Line: n})
		case key == "container_name" || key == "hostname":
			v, _, _ = strings.Cut(v, " #")
			if v = strings.Trim(strings.TrimSpace(v), `"'`); v != "" && !strings.Contains(v, "$") {
				found = append(found, Container{Name: v, Line: n})
			}
		}
	}
	return found
}
