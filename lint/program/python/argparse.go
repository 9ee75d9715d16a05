package python

import (
	"slices"
	"strconv"
	"strings"
)

// argParser is an argparse.ArgumentParser.
type argParser struct {
	options []*argOption
	open    bool // has commands, or more that is not known
}

// argOption is an argument of it.
type argOption struct {
	flags  []string // none for one by its place
	dest   string
	def    value
	has    bool
	action string
	kind   value // converts the text
	nargs  value
}

func newParser(_ *machine, args *arguments, _ *expr) value {
	p := &argParser{}
	if _, ok := args.get(-1, "parents"); ok || args.open {
		p.open = true
	}
	return &made{name: "argparse.ArgumentParser()", parser: p}
}

// parserMethod is a method of a parser, or of a group in one.
func (m *machine) parserMethod(of *made, name string, args *arguments) value {
	p := of.parser
	switch name {
	case "add_argument":
		p.add(m, args)
	case "add_argument_group", "add_mutually_exclusive_group":
		return &made{name: of.name, parser: p}
	case "add_subparsers":
		p.open = true
		m.handOver(args)
	case "set_defaults":
		p.open = true
		m.handOver(args)
	case "parse_args":
		if len(args.places) > 0 {
			if _, isNone := args.places[0].(none); !isNone {
				if l, ok := args.places[0].(*list); !ok || l != m.argv {
					return m.namespace(p, nil, false)
				}
			}
		}
		return m.namespace(p, m.argv.items[1:], !m.argv.open)
	case "parse_known_args":
		return &list{items: []value{m.namespace(p, m.argv.items[1:], !m.argv.open), nil}}
	}
	return nil
}

func (p *argParser) add(m *machine, args *arguments) {
	o := &argOption{}
	for _, v := range args.places {
		name, ok := v.(text)
		if !ok {
			p.open = true
			return
		}
		if strings.HasPrefix(name.s, "-") {
			o.flags = append(o.flags, name.s)
		} else {
			o.dest = name.s
		}
	}
	for _, f := range o.flags {
		if strings.HasPrefix(f, "--") {
			o.dest = strings.ReplaceAll(strings.TrimLeft(f, "-"), "-", "_")
			break
		}
	}
	if o.dest == "" && len(o.flags) > 0 {
		o.dest = strings.TrimLeft(o.flags[0], "-")
	}
	if v, ok := args.get(-1, "dest"); ok {
		name, known := v.(text)
		if !known {
			p.open = true
			return
		}
		o.dest = name.s
	}
	if v, ok := args.get(-1, "action"); ok {
		if name, known := v.(text); known {
			o.action = name.s
		} else {
			o.action = "?"
		}
	}
	o.kind, _ = args.get(-1, "type")
	o.nargs, _ = args.get(-1, "nargs")
	o.def, o.has = args.get(-1, "default")
	if !o.has {
		o.def = none{}
		switch o.action {
		case "store_true":
			o.def = false
		case "store_false":
			o.def = true
		}
	}
	if t, ok := o.def.(text); ok && o.kind != nil {
		o.def = m.convertArg(o.kind, t)
	}
	p.options = append(p.options, o)
}

// convertArg is what type= makes of a text.
func (m *machine) convertArg(kind value, t text) value {
	switch kind := kind.(type) {
	case ext:
		switch kind.name {
		case "builtins.str":
			return t
		case "builtins.int":
			if n, err := strconv.ParseInt(t.s, 10, 64); err == nil {
				return n
			}
		case "pathlib.Path":
			return filePath(t)
		}
	case nil:
		return t
	}
	return nil
}

// namespace is what a parser makes of a command line.
func (m *machine) namespace(p *argParser, argv []value, known bool) value {
	ns := &instance{vars: vars{}, open: true}
	for _, o := range p.options {
		ns.vars[o.dest] = o.def
		if o.action == "?" || o.action == "append" || o.action == "version" {
			ns.vars[o.dest] = nil
		}
	}
	unknown := func() value {
		for _, o := range p.options {
			ns.vars[o.dest] = nil
		}
		return ns
	}
	if !known || p.open {
		return unknown()
	}
	var rest []text
	for i := 0; i < len(argv); i++ {
		t, ok := argv[i].(text)
		if !ok {
			return unknown()
		}
		if !strings.HasPrefix(t.s, "-") || t.s == "-" {
			rest = append(rest, t)
			continue
		}
		name, given, joined := strings.Cut(t.s, "=")
		o := p.option(name)
		if o == nil {
			return unknown()
		}
		switch {
		case o.action == "store_true":
			ns.vars[o.dest] = true
		case o.action == "store_false":
			ns.vars[o.dest] = false
		case o.action != "" && o.action != "store" || o.nargs != nil:
			ns.vars[o.dest] = nil
			for !joined && o.nargs != nil && i+1 < len(argv) {
				next, ok := argv[i+1].(text)
				if !ok || strings.HasPrefix(next.s, "-") {
					break
				}
				i++
			}
		default:
			if !joined {
				if i++; i >= len(argv) {
					return unknown()
				}
				t, ok := argv[i].(text)
				if !ok {
					return unknown()
				}
				given = t.s
			}
			ns.vars[o.dest] = m.convertArg(o.kind, text{s: given})
		}
	}
	for _, o := range p.options {
		if len(o.flags) > 0 {
			continue
		}
		if o.nargs != nil || len(rest) == 0 {
			ns.vars[o.dest] = nil
			rest = nil
			continue
		}
		ns.vars[o.dest] = m.convertArg(o.kind, rest[0])
		rest = rest[1:]
	}
	return ns
}

// option returns the option of a name, which may be cut short.
func (p *argParser) option(name string) *argOption {
	var found *argOption
	for _, o := range p.options {
		if slices.Contains(o.flags, name) {
			return o
		}
		if strings.HasPrefix(name, "--") && slices.ContainsFunc(o.flags, func(f string) bool { return strings.HasPrefix(f, name) }) {
			if found != nil {
				return nil
			}
			found = o
		}
	}
	return found
}
