package config

import (
	"errors"
	"fmt"
	"path"
	"reflect"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/directive"
	"github.com/unitvet/unitvet/lint/host/shipped"
	"github.com/unitvet/unitvet/lint/source"
	"github.com/unitvet/unitvet/lint/value"
)

// Error is a fault of a configuration, with its place.
type Error struct {
	Path         string
	Line, Column int
	Text         string
	// Source is the line that it stands on, Width how much of it is at fault.
	Source string
	Width  int
}

// Error returns the fault with its line underlined.
func (e *Error) Error() string {
	message := fmt.Sprintf("%s:%d:%d: %s", e.Path, e.Line, e.Column, e.Text)
	if strings.TrimSpace(e.Source) == "" {
		return message
	}
	gutter := fmt.Sprintf("%5d | ", e.Line)
	indent := []rune(e.Source)
	indent = indent[:min(e.Column-1, len(indent))]
	for i := range indent {
		if indent[i] != '\t' {
			indent[i] = ' '
		}
	}
	return fmt.Sprintf("%s\n%s%s\n%s| %s%s", message, gutter, e.Source, strings.Repeat(" ", len(gutter)-2), string(indent), strings.Repeat("^", max(e.Width, 1)))
}

// decode reads a configuration's text. A parser that gives up on it is an error
// like any other.
func (f *File) decode(text *source.File, rules []*lint.Rule) (err error) {
	defer func() {
		if reason := recover(); reason != nil {
			err = fmt.Errorf("%s: cannot be read as YAML: %v", text.Path, reason)
		}
	}()
	d := &decoder{file: f, text: text}
	for _, rule := range rules {
		d.rules = append(d.rules, rule.ID)
		if rule.Allows != "" {
			d.allowing = append(d.allowing, rule.ID)
		}
	}
	f.lines = map[string]int{}
	if depth(text.Text) > maxDepth {
		return fmt.Errorf("%s: nested deeper than a configuration is", text.Path)
	}
	parsed, err := parser.ParseBytes([]byte(text.Text), 0)
	if err != nil {
		var fault yaml.Error
		if errors.As(err, &fault) {
			return d.fail(fault.GetToken(), fault.GetMessage())
		}
		return fmt.Errorf("%s: %w", text.Path, err)
	}
	var body ast.Node
	for _, doc := range parsed.Docs {
		if doc.Body == nil {
			continue
		}
		if body != nil {
			return d.fail(doc.Body.GetToken(), "a second document: a configuration is one")
		}
		body = doc.Body
	}
	if body == nil {
		return nil // nothing but comments
	}
	if err := d.value(body, reflect.ValueOf(&f.Config).Elem(), field{}); err != nil {
		return err
	}
	for _, pair := range pairs(body) {
		f.lines[pair.Key.GetToken().Value] = pair.Key.GetToken().Position.Line
	}
	return nil
}

// maxDepth is how deep brackets and lists may nest.
const maxDepth = 50

// depth returns how deep the brackets of a text nest, and the lists on one line.
// It is asked before the parser, which calls itself.
func depth(text string) int {
	deepest, open := 0, 0
	for line := range strings.Lines(text) {
		content := strings.TrimLeft(line, " \t")
		if strings.HasPrefix(content, "#") {
			continue
		}
		for i := range len(content) {
			switch content[i] {
			case '[', '{':
				open++
			case ']', '}':
				open = max(open-1, 0)
			}
			deepest = max(deepest, open)
		}
		deepest = max(deepest, strings.Count(content, "- "), strings.Count(content, "? "))
	}
	return deepest
}

type decoder struct {
	file  *File
	text  *source.File
	rules []string
	// allowing are those that have the option allow.
	allowing []string
}

// field is what the tags of a field say about its values.
type field struct {
	kind, key string
	enum      []string
}

func fieldOf(t reflect.StructField) field {
	f := field{kind: t.Tag.Get("kind"), key: t.Tag.Get("key")}
	if enum := t.Tag.Get("enum"); enum != "" {
		f.enum = strings.Split(enum, ",")
	}
	return f
}

func (d *decoder) fail(at *token.Token, text string) error {
	e := &Error{Path: d.text.Path, Line: 1, Column: 1, Text: text}
	if at != nil && at.Position != nil {
		e.Line, e.Column = max(at.Position.Line, 1), max(at.Position.Column, 1)
		e.Width = len([]rune(strings.TrimSpace(at.Value)))
	}
	e.Source = d.text.LineSpan(e.Line).Of(d.text.Text)
	if rest := len([]rune(e.Source)) - e.Column + 1; e.Width > rest {
		e.Width = max(rest, 1)
	}
	return e
}

// pairs returns the entries of a mapping, nil for anything else.
func pairs(node ast.Node) []*ast.MappingValueNode {
	switch node := node.(type) {
	case *ast.MappingNode:
		return node.Values
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{node}
	}
	return nil
}

// value reads a node into a field of its type.
func (d *decoder) value(node ast.Node, into reflect.Value, f field) error {
	switch node.(type) {
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode:
		return d.fail(node.GetToken(), "anchors, aliases and tags have no place here")
	case *ast.NullNode:
		return d.fail(node.GetToken(), "there is no value: leave the line out, or give one")
	}
	switch into.Kind() { //nolint:exhaustive // the kinds of fields there are
	case reflect.Struct, reflect.Map:
		return d.mapping(node, into, f)
	case reflect.Slice:
		list, ok := node.(*ast.SequenceNode)
		if !ok {
			return d.fail(node.GetToken(), "has to be a list")
		}
		for _, entry := range list.Values {
			element := reflect.New(into.Type().Elem()).Elem()
			if err := d.value(entry, element, f); err != nil {
				return err
			}
			if override, ok := element.Interface().(Override); ok && len(override.Paths) == 0 {
				return d.fail(entry.GetToken(), "an override needs paths")
			}
			into.Set(reflect.Append(into, element))
		}
	case reflect.String:
		return d.scalar(node, into, f)
	case reflect.Int:
		n, ok := node.(*ast.IntegerNode)
		number, ok2 := uint64(0), false
		if ok {
			number, ok2 = n.Value.(uint64)
		}
		if !ok2 || number < 1 || number > uint64(directive.Latest) {
			return d.fail(node.GetToken(), fmt.Sprintf("has to be a release of systemd from 1 to %d", directive.Latest))
		}
		into.SetInt(int64(number))
	case reflect.Bool:
		b, ok := node.(*ast.BoolNode)
		if !ok {
			return d.fail(node.GetToken(), "has to be true or false")
		}
		into.SetBool(b.Value)
	}
	return nil
}

// mapping reads a struct or a map.
func (d *decoder) mapping(node ast.Node, into reflect.Value, f field) error {
	switch node.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
	default:
		return d.fail(node.GetToken(), "has to be a mapping of names to values")
	}
	if into.Kind() == reflect.Map {
		into.Set(reflect.MakeMap(into.Type()))
	}
	seen := map[string]bool{}
	for _, entry := range pairs(node) {
		at := entry.Key.GetToken()
		name, ok := entry.Key.(*ast.StringNode)
		if !ok {
			return d.fail(at, "a name has to be plain text")
		}
		if seen[name.Value] {
			return d.fail(at, fmt.Sprintf("%q is there twice", name.Value))
		}
		seen[name.Value] = true
		if into.Kind() == reflect.Map {
			if why := d.check(name.Value, f.key); why != "" {
				return d.fail(at, why)
			}
			element := reflect.New(into.Type().Elem()).Elem()
			if err := d.value(entry.Value, element, field{kind: f.kind}); err != nil {
				return err
			}
			if rule, ok := element.Interface().(Rule); ok && rule.Allow != nil && !slices.Contains(d.allowing, name.Value) {
				return d.fail(at, fmt.Sprintf("%s has no option allow: these have, %s", name.Value, strings.Join(d.allowing, ", ")))
			}
			into.SetMapIndex(reflect.ValueOf(name.Value), element)
			continue
		}
		var names []string
		found := false
		for i := range into.NumField() {
			t := into.Type().Field(i)
			names = append(names, t.Tag.Get("yaml"))
			if found = t.Tag.Get("yaml") == name.Value; found {
				if err := d.value(entry.Value, into.Field(i), fieldOf(t)); err != nil {
					return err
				}
				break
			}
		}
		if !found {
			return d.fail(at, fmt.Sprintf("unknown key %q%s", name.Value, near(name.Value, names)))
		}
	}
	return nil
}

// near returns what helps with a slip.
func near(word string, words []string) string {
	if best, ok := value.Closest(word, words); ok {
		return "; did you mean " + best + "?"
	}
	if len(words) < 20 {
		return ": there are " + strings.Join(words, ", ")
	}
	return ""
}

// scalar reads a scalar that is text.
func (d *decoder) scalar(node ast.Node, into reflect.Value, f field) error {
	text, ok := node.(*ast.StringNode)
	if !ok {
		return d.fail(node.GetToken(), "has to be text")
	}
	if f.enum != nil && !slices.Contains(f.enum, text.Value) {
		return d.fail(node.GetToken(), fmt.Sprintf("%q is none of %s", text.Value, strings.Join(f.enum, ", ")))
	}
	if why := d.check(text.Value, f.kind); why != "" {
		return d.fail(node.GetToken(), why)
	}
	into.SetString(text.Value)
	return nil
}

// check says what is wrong with a text of some kind, "" if it is right.
func (d *decoder) check(text, kind string) string {
	if text == "" || strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return "has to be text on one line, and not empty"
	}
	switch kind {
	case "rule":
		if !slices.Contains(d.rules, text) {
			return fmt.Sprintf("unknown rule %q%s", text, near(text, d.rules))
		}
	case "path":
		if _, err := d.file.resolve(text); err != nil {
			return fmt.Sprintf("the path %q %v", text, err)
		}
	case "hostpath":
		if !path.IsAbs(text) || path.Clean(text) != text || text == "/" {
			return fmt.Sprintf("%q is no plain absolute path below /", text)
		}
	case "glob":
		if !doublestar.ValidatePattern(text) || path.IsAbs(text) || slices.Contains(strings.Split(text, "/"), "..") {
			return fmt.Sprintf("%q is no glob of paths below the configuration", text)
		}
	case "unit":
		if _, err := path.Match(text, ""); err != nil || !strings.ContainsRune(text, '.') || strings.ContainsRune(text, '/') {
			return fmt.Sprintf("%q is no unit name, and no glob of them", text)
		}
	case "word":
		if _, err := path.Match(text, ""); err != nil {
			return fmt.Sprintf("%q is no word, and no glob of them", text)
		}
	case "distribution":
		if _, err := shipped.ParseDistribution(text); err != nil {
			return err.Error()
		}
	}
	return ""
}
