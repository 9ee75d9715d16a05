package config

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint"
	"github.com/unitvet/unitvet/lint/directive"
	"github.com/unitvet/unitvet/lint/host/shipped"
)

// Schema returns the JSON Schema of configurations, made from their types, for
// editors.
func Schema(rules []*lint.Rule) ([]byte, error) {
	s := &schema{}
	for _, rule := range rules {
		s.rules = append(s.rules, rule.ID)
	}
	slices.Sort(s.rules)
	top := s.of(reflect.TypeFor[Config](), field{})
	top["$schema"] = "http://json-schema.org/draft-07/schema#"
	top["title"] = "Configuration of unitvet (" + Name + ")"
	top["definitions"] = map[string]any{"rule": map[string]any{"enum": s.rules}}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(top)
	return text.Bytes(), err
}

type schema struct{ rules []string }

// of returns the schema of a type whose values are of some kind.
func (s *schema) of(t reflect.Type, f field) map[string]any {
	switch t.Kind() { //nolint:exhaustive // the kinds of fields there are
	case reflect.Struct:
		properties := map[string]any{}
		for i := range t.NumField() {
			member := t.Field(i)
			property := s.of(member.Type, fieldOf(member))
			property["description"] = member.Tag.Get("doc")
			properties[member.Tag.Get("yaml")] = property
		}
		object := map[string]any{"type": "object", "properties": properties, "additionalProperties": false}
		if t == reflect.TypeFor[Override]() {
			object["required"] = []string{"paths"}
		}
		return object
	case reflect.Map:
		return map[string]any{"type": "object", "propertyNames": s.text(f.key), "additionalProperties": s.of(t.Elem(), field{kind: f.kind})}
	case reflect.Slice:
		return map[string]any{"type": "array", "items": s.of(t.Elem(), f)}
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.Int:
		return map[string]any{"type": "integer", "minimum": 1, "maximum": directive.Latest}
	}
	if f.enum != nil {
		return map[string]any{"enum": f.enum}
	}
	text := s.text(f.kind)
	if f.kind == "rule" {
		return map[string]any{"allOf": []any{text}} // a reference has no description beside it
	}
	text["type"] = "string"
	return text
}

// text returns the schema of texts of some kind.
func (s *schema) text(kind string) map[string]any {
	switch kind {
	case "rule":
		return map[string]any{"$ref": "#/definitions/rule"}
	case "distribution":
		return map[string]any{"enum": shipped.DistributionNames()}
	case "hostpath":
		return map[string]any{"pattern": "^/."}
	case "path", "glob":
		return map[string]any{"pattern": "^[^/]"}
	case "unit":
		return map[string]any{"pattern": `^[^/]*\.[^/]*$`}
	}
	return map[string]any{"minLength": 1}
}

// Names returns the names of the top-level settings, in their order.
func Names() []string {
	t := reflect.TypeFor[Config]()
	names := make([]string, t.NumField())
	for i := range names {
		names[i] = t.Field(i).Tag.Get("yaml")
	}
	return names
}

// Doc returns what a top-level setting is for.
func Doc(name string) string {
	t := reflect.TypeFor[Config]()
	for i := range t.NumField() {
		if t.Field(i).Tag.Get("yaml") == name {
			return strings.TrimSuffix(t.Field(i).Tag.Get("doc"), ".")
		}
	}
	return ""
}
