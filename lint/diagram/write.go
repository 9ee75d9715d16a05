package diagram

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/unitvet/unitvet/lint/graph"
)

func itoa(n int) string { return strconv.Itoa(n) }

// JSON writes the diagram as data: the nodes, and the lines between them.
func (d *Diagram) JSON(w io.Writer) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(d)
}

// label is what a node is called, and what is to be known of it.
func (n *Node) label() (name, note string) {
	switch {
	case n.Members > 0:
		return n.Name, itoa(n.Members) + " units"
	case n.State != Present && n.State != Outside:
		return n.Name, string(n.State)
	}
	return n.Name, ""
}

// text is what stands at a line: the kinds that its style does not tell.
func (l *Line) text() string {
	var words []string
	for _, kind := range l.Kinds {
		switch kind {
		case graph.Wants, graph.After, graph.Before:
		default:
			words = append(words, kind.String())
		}
	}
	if len(words) > 2 {
		words = append(words[:2], "…")
	}
	if l.Install {
		words = append(words, "once enabled")
	}
	return strings.Join(words, ", ")
}

// groups returns the groups of nodes in order; the one without a name last.
func (d *Diagram) groups() []string {
	var names []string
	for i := range d.Nodes {
		if group := d.Nodes[i].Group; group != "" && !slices.Contains(names, group) {
			names = append(names, group)
		}
	}
	return append(names, "")
}

// ids numbers the nodes: names need not be words of either language.
func (d *Diagram) ids() map[string]string {
	ids := make(map[string]string, len(d.Nodes))
	for i := range d.Nodes {
		ids[d.Nodes[i].Name] = "u" + itoa(i)
	}
	return ids
}

// class is the style of a node.
func (n *Node) class() string {
	switch {
	case n.Cycle:
		return "cycle"
	case n.State != Present:
		return string(n.State)
	case n.Focus:
		return "focus"
	}
	return ""
}

// dotStyles are the attributes of nodes in DOT, by class.
var dotStyles = map[string]string{
	"cycle":   `color="#c00000", penwidth=3`,
	"missing": `color="#c00000", fontcolor="#c00000", style="rounded,dashed"`,
	"masked":  `color="#b06000", fontcolor="#b06000", style="rounded,dotted"`,
	"broken":  `color="#c00000", style="rounded,filled", fillcolor="#ffd6d6"`,
	"outside": `color="#909090", fontcolor="#606060"`,
	"focus":   `style="rounded,filled", fillcolor="#dbe9ff"`,
}

// DOT writes the diagram in the language of Graphviz.
func (d *Diagram) DOT(w io.Writer) error {
	d.tidy()
	var b strings.Builder
	ids := d.ids()
	b.WriteString("digraph units {\n  rankdir=LR\n  node [shape=box, style=rounded, fontname=\"sans-serif\", fontsize=11]\n  edge [fontname=\"sans-serif\", fontsize=9]\n")
	for i, group := range d.groups() {
		indent := "  "
		if group != "" {
			fmt.Fprintf(&b, "  subgraph cluster_%d {\n    label=%s\n    color=\"#b0b0b0\"\n", i, dotQuote(group))
			indent = "    "
		}
		for j := range d.Nodes {
			n := &d.Nodes[j]
			if n.Group != group {
				continue
			}
			label, note := n.label()
			text := dotQuote(label)
			if note != "" {
				text = strings.TrimSuffix(text, `"`) + `\n` + note + `"`
			}
			fmt.Fprintf(&b, "%s%s [label=%s", indent, ids[n.Name], text)
			if style := dotStyles[n.class()]; style != "" {
				b.WriteString(", " + style)
			}
			b.WriteString("]\n")
		}
		if group != "" {
			b.WriteString("  }\n")
		}
	}
	for i := range d.Lines {
		line := &d.Lines[i]
		var attributes []string
		switch {
		case line.Cycle:
			attributes = append(attributes, `color="#c00000"`, "penwidth=3")
		case line.IsOrder():
			attributes = append(attributes, `color="#5070c0"`, "arrowhead=vee")
		case line.Kinds[0].Requirement():
			attributes = append(attributes, "penwidth=2")
		case line.Kinds[0] == graph.Conflicts:
			attributes = append(attributes, `color="#b06000"`, "arrowhead=tee")
		}
		if line.IsOrder() {
			attributes = append(attributes, "style=dashed")
		} else if line.Install || line.Implicit != "" && line.Kinds[0] != graph.Triggers {
			attributes = append(attributes, "style=dotted")
		}
		if text := line.text(); text != "" {
			attributes = append(attributes, "label="+dotQuote(text))
		}
		fmt.Fprintf(&b, "  %s -> %s", ids[line.From], ids[line.To])
		if len(attributes) > 0 {
			fmt.Fprintf(&b, " [%s]", strings.Join(attributes, ", "))
		}
		b.WriteByte('\n')
	}
	b.WriteString("}\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// dotQuote writes a string for DOT, in which a backslash starts an escape.
func dotQuote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < ' ' || r == 0x7f || r == utf8.RuneError:
			fmt.Fprintf(&b, `\\x%02x`, r&0xff)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// mermaidStyles are the classes of nodes in Mermaid.
var mermaidStyles = []struct{ class, style string }{
	{"cycle", "stroke:#c00000,stroke-width:3px"},
	{"missing", "stroke:#c00000,color:#c00000,stroke-dasharray:4 3"},
	{"masked", "stroke:#b06000,color:#b06000,stroke-dasharray:1 3"},
	{"broken", "stroke:#c00000,fill:#ffd6d6,color:#000000"},
	{"outside", "stroke:#909090,stroke-width:1px,fill:none"},
	{"focus", "fill:#dbe9ff,color:#000000"},
}

// Mermaid writes the diagram as a flowchart of Mermaid.
func (d *Diagram) Mermaid(w io.Writer) error {
	d.tidy()
	var b strings.Builder
	ids := d.ids()
	b.WriteString("flowchart LR\n")
	used := map[string]bool{}
	for i, group := range d.groups() {
		indent := "  "
		if group != "" {
			fmt.Fprintf(&b, "  subgraph g%d[\"%s\"]\n", i, mermaidText(group))
			indent = "    "
		}
		for j := range d.Nodes {
			n := &d.Nodes[j]
			if n.Group != group {
				continue
			}
			label, note := n.label()
			text := mermaidText(label)
			if note != "" {
				text += "<br>" + note
			}
			fmt.Fprintf(&b, "%s%s[\"%s\"]", indent, ids[n.Name], text)
			if class := n.class(); class != "" {
				b.WriteString(":::" + class)
				used[class] = true
			}
			b.WriteByte('\n')
		}
		if group != "" {
			b.WriteString("  end\n")
		}
	}
	var cycles []string
	for i := range d.Lines {
		line := &d.Lines[i]
		arrow := "-->"
		switch {
		case line.IsOrder():
			arrow = "-.->"
		case line.Kinds[0].Requirement():
			arrow = "==>"
		case line.Kinds[0] == graph.Conflicts:
			arrow = "--x"
		}
		if text := line.text(); text != "" {
			arrow += `|"` + mermaidText(text) + `"|`
		}
		fmt.Fprintf(&b, "  %s %s %s\n", ids[line.From], arrow, ids[line.To])
		if line.Cycle {
			cycles = append(cycles, itoa(i))
		}
	}
	for _, s := range mermaidStyles {
		if used[s.class] {
			fmt.Fprintf(&b, "  classDef %s %s\n", s.class, s.style)
		}
	}
	if len(cycles) > 0 {
		fmt.Fprintf(&b, "  linkStyle %s stroke:#c00000,stroke-width:3px\n", strings.Join(cycles, ","))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// mermaidText writes a text for a quoted label: what is neither a letter nor plain
// punctuation as the number of its character.
func mermaidText(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', strings.ContainsRune(" .,-_:@*", r), r == '…':
			b.WriteRune(r)
		default:
			fmt.Fprintf(&b, "#%d;", r)
		}
	}
	return b.String()
}
