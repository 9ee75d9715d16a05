package python

import (
	"maps"
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint/source"
)

// arguments are those of a call.
type arguments struct {
	places []value
	names  vars
	order  []string
	open   bool // there may be more
	exprs  []*expr
	named  map[string]*expr
}

// get returns an argument by place or name.
func (a *arguments) get(place int, names ...string) (value, bool) {
	for _, name := range names {
		if v, ok := a.names[name]; ok {
			return v, true
		}
	}
	if place >= 0 && place < len(a.places) {
		return a.places[place], true
	}
	return nil, false
}

// expr returns the expression of an argument; nil if it has none.
func (a *arguments) expr(place int, names ...string) *expr {
	for _, name := range names {
		if e, ok := a.named[name]; ok {
			return e
		}
	}
	if place >= 0 && place < len(a.exprs) {
		return a.exprs[place]
	}
	return nil
}

// arguments evaluates those of a call.
func (m *machine) arguments(list []arg) *arguments {
	a := &arguments{names: vars{}, named: map[string]*expr{}}
	for _, arg := range list {
		v := m.eval(arg.value)
		if c, ok := v.(text); ok && c.from == nil && (arg.value.kind == eString || arg.value.kind == eFString) {
			v = text{c.s, m.origin(arg.value)}
		}
		switch {
		case arg.star == 1:
			items, known := m.items(v)
			a.places = append(a.places, items...)
			for range items {
				a.exprs = append(a.exprs, arg.value)
			}
			a.open = a.open || !known
		case arg.star == 2:
			d, ok := v.(*dict)
			if !ok {
				a.open = true
				continue
			}
			for _, k := range d.keys {
				a.names[k], a.named[k] = d.vars[k], arg.value
				a.order = append(a.order, k)
			}
			a.open = a.open || d.open
		case arg.name != "":
			a.names[arg.name], a.named[arg.name] = v, arg.value
			a.order = append(a.order, arg.name)
		default:
			a.places = append(a.places, v)
			a.exprs = append(a.exprs, arg.value)
		}
	}
	return a
}

// evalCall evaluates a call.
func (m *machine) evalCall(e *expr) value {
	if e.x.kind == eName && e.x.text == "super" && len(e.args) == 0 {
		if _, shadowed := m.frame.scope.vars["super"]; !shadowed {
			return m.super()
		}
	}
	fn := m.eval(e.x)
	if m.raised != "" {
		return nil
	}
	args := m.arguments(e.args)
	if m.raised != "" {
		return nil
	}
	return m.apply(fn, args, e)
}

// super is the rest of the bases of the method's class.
func (m *machine) super() value {
	for f := m.frame; f != nil; f = f.up {
		if f.fn == nil {
			return nil
		}
		if f.fn.self == nil {
			continue
		}
		inst, ok := f.fn.self.(*instance)
		if !ok || f.fn.class == nil {
			return nil
		}
		up := &class{name: f.fn.class.name, def: f.fn.class.def, mod: f.fn.class.mod, bases: f.fn.class.bases, vars: vars{}}
		return &instance{class: up, vars: inst.vars, open: true}
	}
	return nil
}

// apply calls a value.
func (m *machine) apply(fn value, args *arguments, e *expr) value {
	switch fn := fn.(type) {
	case *function:
		return m.call(fn, args, e.span())
	case *class:
		return m.construct(fn, args, e)
	case ext:
		return m.callOutside(fn, args, e)
	case *method:
		return m.callMethodOf(fn, args, e)
	case *partial:
		all := &arguments{names: vars{}, open: fn.args.open || args.open}
		all.places = slices.Concat(fn.args.places, args.places)
		for _, from := range []*arguments{fn.args, args} {
			for _, k := range from.order {
				all.names[k] = from.names[k]
				all.order = append(all.order, k)
			}
		}
		return m.apply(fn.fn, all, e)
	case *instance:
		if fn.class != nil {
			if _, _, ok := fn.class.find("__call__", 0); ok {
				return m.callMethod(fn, "__call__", args, e.span())
			}
		}
	}
	m.handOver(args)
	return nil
}

// handOver notes functions that are handed to something that is not known, which
// may call them.
func (m *machine) handOver(args *arguments) {
	var visit func(v value, depth int)
	visit = func(v value, depth int) {
		switch v := v.(type) {
		case *function:
			m.register(v)
		case *partial:
			visit(v.fn, depth)
		case *list:
			if depth < 3 {
				for _, item := range v.items {
					visit(item, depth+1)
				}
			}
		}
	}
	for _, v := range args.places {
		visit(v, 0)
	}
	for _, name := range slices.Sorted(maps.Keys(args.names)) {
		visit(args.names[name], 0)
	}
}

// call calls a function of the project.
func (m *machine) call(fn *function, args *arguments, at source.Span) value {
	d := fn.def
	if m.depth > maxFrames || m.steps > maxSteps || m.calls[d] > maxCalls {
		return nil
	}
	nested := 0
	for f := m.frame; f != nil; f = f.up {
		if f.fn != nil && f.fn.def == d {
			if nested++; nested > 1 {
				return nil // calls itself
			}
		}
	}
	m.calls[d]++
	m.done[d] = true
	s := &scope{vars: vars{}, up: fn.scope, mod: fn.mod, fn: fn}
	m.bindParams(fn, args, s.vars)
	outer, outerMaybe := m.frame, m.maybe
	f := &frame{up: outer, file: d.file, at: at, says: "calls " + d.name, scope: s, mod: fn.mod, fn: fn}
	m.frame = f
	m.depth++
	lazy := d.generator && fn.flags&isContext == 0
	if lazy {
		m.maybe++
	}
	defer func() {
		m.depth--
		m.frame, m.maybe = outer, outerMaybe
	}()
	if d.lambda != nil {
		return m.eval(d.lambda)
	}
	switch m.block(d.body()) {
	case halts:
		if !d.async && m.raised == "" && m.when != Later && !lazy {
			m.raised = halted
		}
	case raises:
		// m.raised says so
		if lazy {
			m.raised = ""
		}
		return nil
	case returns:
	default:
		f.ret = none{}
	}
	if d.generator {
		return nil
	}
	for _, early := range f.early {
		if !same(early, f.ret) {
			return nil
		}
	}
	return f.ret
}

// bindParams binds arguments to parameters.
func (m *machine) bindParams(fn *function, args *arguments, to vars) {
	places := args.places
	if fn.self != nil && fn.flags&isStatic == 0 {
		places = append([]value{fn.self}, places...)
	}
	used := map[string]bool{}
	n := 0
	for i, p := range fn.def.params {
		switch {
		case p.star == 1:
			rest := &list{open: args.open}
			if n < len(places) {
				rest.items = places[n:]
				n = len(places)
			}
			to[p.name] = rest
		case p.star == 2:
			rest := newDict()
			rest.open = args.open
			for _, k := range args.order {
				if !used[k] {
					rest.vars[k] = args.names[k]
					rest.keys = append(rest.keys, k)
				}
			}
			to[p.name] = rest
		case !p.only && n < len(places):
			to[p.name] = places[n]
			n++
		default:
			if v, ok := args.names[p.name]; ok {
				to[p.name] = v
				used[p.name] = true
			} else if p.value != nil && !args.open && i < len(fn.defaults) {
				to[p.name] = fn.defaults[i]
			} else {
				to[p.name] = nil
			}
		}
	}
}

// callMethod calls a method of an instance by its name.
func (m *machine) callMethod(inst *instance, name string, args *arguments, at source.Span) value {
	known, where, ok := inst.class.find(name, 0)
	if !ok {
		return nil
	}
	fn, ok := known.(*function)
	if !ok {
		return nil
	}
	bound := *fn
	bound.self, bound.class = inst, where
	return m.call(&bound, args, at)
}

// construct makes an instance of a class of the project.
func (m *machine) construct(c *class, args *arguments, e *expr) value {
	inst := &instance{class: c, vars: vars{}}
	inst.open = c.open()
	if c.isA(isEnum) {
		if len(args.places) == 1 {
			return args.places[0]
		}
		return nil
	}
	m.instances = append(m.instances, inst)
	if c.isA(isSettings) {
		m.settings(c, inst, args, e)
	}
	init, _, hasInit := c.find("__init__", 0)
	if fn, ok := init.(*function); ok && hasInit {
		bound := *fn
		bound.self = inst
		_, bound.class, _ = c.find("__init__", 0)
		m.call(&bound, args, e.span())
		if m.raised != "" {
			return nil
		}
	} else if !c.isA(isSettings) && (c.isA(isDataclass) || c.isA(isModel)) {
		m.fill(c, inst, args, e)
	} else {
		m.handOver(args)
	}
	for _, hook := range []string{"__post_init__", "model_post_init"} {
		if _, _, ok := c.find(hook, 0); ok && !hasInit {
			m.callMethod(inst, hook, &arguments{open: hook == "model_post_init"}, e.span())
		}
	}
	return inst
}

// fill sets the fields of a dataclass.
func (m *machine) fill(c *class, inst *instance, args *arguments, e *expr) {
	for i, f := range c.allFields(0) {
		v, given := args.get(-1, f.name)
		if !given && !c.isA(isModel) && i < len(args.places) {
			v, given = args.places[i], true
		}
		switch {
		case given:
			inst.vars[f.name] = v
		case args.open:
			inst.vars[f.name] = nil
		case f.maker != nil:
			inst.vars[f.name] = m.apply(f.maker, &arguments{}, e)
		case f.has:
			inst.vars[f.name] = f.value
		default:
			inst.vars[f.name] = nil
		}
	}
}

// configure reads the configuration of a settings class: class Config, or
// model_config.
func (m *machine) configure(c *class) {
	if !c.isA(isSettings) {
		return
	}
	take := func(key string, v value) {
		switch key {
		case "env_prefix":
			if s, ok := v.(text); ok {
				c.prefix = s.s
			} else {
				c.env0 = true
			}
		case "env_file":
			switch v := v.(type) {
			case none:
				c.env, c.env0 = "", false
			case text, filePath:
				p, _ := pathOf(v)
				c.env = p.s
			default:
				c.env0 = true
			}
		}
	}
	if config, ok := c.vars["Config"].(*class); ok {
		for _, key := range []string{"env_prefix", "env_file"} {
			if v, _, ok := config.find(key, 0); ok {
				take(key, v)
			}
		}
	}
	if v, ok := c.vars["model_config"]; ok {
		d, ok := v.(*dict)
		if !ok {
			c.env0 = true
			return
		}
		for _, k := range d.keys {
			take(k, d.vars[k])
		}
		c.env0 = c.env0 || d.open
	}
}

// settings fills a settings class from the environment (pydantic-settings,
// "Environment variable names": the prefix and the field's name, in any case; an
// alias takes no prefix).
func (m *machine) settings(c *class, inst *instance, args *arguments, e *expr) {
	file, fileKnown := m.envFile(c, args)
	prefix := c.prefix
	if v, ok := args.get(-1, "_env_prefix"); ok {
		if s, isText := v.(text); isText {
			prefix = s.s
		}
	}
	for _, f := range c.allFields(0) {
		if v, given := args.get(-1, f.name); given {
			inst.vars[f.name] = v
			continue
		}
		names := f.names
		if len(names) == 0 {
			names = []string{strings.ToUpper(prefix + f.name)}
		}
		v := Variable{State: Unset}
		for _, name := range names {
			for _, spelt := range []string{name, strings.ToUpper(name), strings.ToLower(name)} {
				if got := m.variable(spelt); got.State != Unset {
					v = got
					break
				}
			}
			if v.State != Unset {
				break
			}
		}
		if v.State == Unset {
			if !fileKnown {
				v.State = StateUnknown
			}
			for _, name := range names {
				if got, ok := file[strings.ToUpper(name)]; ok {
					v = Variable{State: Set, Value: got, Known: true}
				}
			}
		}
		r := Read{Names: names, Field: f.name, Prefix: strings.ToUpper(prefix), Required: !f.has && f.maker == nil && !strings.Contains(f.kind, "None") && !strings.Contains(f.kind, "Optional"), State: v.State}
		if len(f.names) > 0 {
			r.Prefix = ""
		}
		if s, ok := str(f.value); ok && f.has {
			r.Default, r.Known = s.s, true
		}
		if args.open {
			r.Required = false
		}
		if len(c.allFields(0)) > 0 && !c.partlyKnown() {
			m.read(r, f.step, e)
		}
		switch {
		case args.open || v.State == StateUnknown || c.partlyKnown():
			inst.vars[f.name] = nil
		case v.State == Set:
			inst.vars[f.name] = nil
			if v.Known {
				inst.vars[f.name] = convert(v.Value, f.kind, &Origin{Step: f.step, Names: names, Field: f.name})
			}
		case f.maker != nil:
			inst.vars[f.name] = m.apply(f.maker, &arguments{}, e)
		default:
			inst.vars[f.name] = f.value
			from := &Origin{Step: f.step, Names: names, Unset: true, Field: f.name}
			switch d := f.value.(type) {
			case text:
				inst.vars[f.name] = text{d.s, from}
				if strings.HasSuffix(f.kind, "Path") {
					inst.vars[f.name] = filePath{d.s, from}
				}
			case filePath:
				inst.vars[f.name] = filePath{d.s, from}
			}
		}
	}
}

// partlyKnown reports whether a settings class takes its values from places that
// are not looked at: sources of its own, secrets.
func (c *class) partlyKnown() bool {
	for _, name := range []string{"settings_customise_sources", "customise_sources"} {
		if _, _, ok := c.find(name, 0); ok {
			return true
		}
	}
	return false
}

// convert is a variable's value as the type of a field.
func convert(s, kind string, from *Origin) value {
	switch {
	case kind == "int":
		n := int64(0)
		for _, c := range s {
			if c < '0' || c > '9' || n > 1<<40 {
				return nil
			}
			n = n*10 + int64(c-'0')
		}
		if s == "" {
			return nil
		}
		return n
	case strings.HasSuffix(kind, "Path"):
		return filePath{s, from}
	case kind == "str" || kind == "" || strings.HasPrefix(kind, "Optional[str") || strings.HasPrefix(kind, "str |"):
		return text{s, from}
	}
	return nil
}

// envFile returns the variables of the file of a settings class.
func (m *machine) envFile(c *class, args *arguments) (map[string]string, bool) {
	name, known := c.env, !c.env0
	if v, ok := args.get(-1, "_env_file"); ok {
		name, known = "", false
		switch v := v.(type) {
		case none:
			known = true
		case text:
			name, known = v.s, true
		}
	}
	if name == "" || !known {
		return nil, known
	}
	at := m.absolute(name)
	if at == "" || m.world.File(at) != Yes {
		return nil, at != "" && m.world.File(at) == No
	}
	return m.dotenv(at)
}

// dotenv reads a .env file.
func (m *machine) dotenv(at string) (map[string]string, bool) {
	f := m.world.Load(at)
	if f == nil {
		return nil, false
	}
	found := map[string]string{}
	for line := range strings.Lines(f.Source.Text) {
		line = strings.TrimPrefix(strings.TrimSpace(line), "export ")
		key, v, ok := strings.Cut(line, "=")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		v = strings.TrimSpace(v)
		if len(v) > 1 && (v[0] == '"' || v[0] == '\'') && v[len(v)-1] == v[0] {
			v = v[1 : len(v)-1]
		} else if i := strings.Index(v, " #"); i >= 0 {
			v = strings.TrimSpace(v[:i])
		}
		found[strings.ToUpper(strings.TrimSpace(key))] = v
	}
	return found, true
}

// variable looks a variable up, with what the program has set itself.
func (m *machine) variable(name string) Variable {
	if v, ok := m.env[name]; ok {
		if s, known := v.(text); known {
			return Variable{State: Set, Value: s.s, Known: true}
		}
		return Variable{State: StateUnknown}
	}
	v := m.world.Env(name)
	if v.State == Unset && m.envOpen {
		return Variable{State: StateUnknown}
	}
	return v
}

// required is os.environ[name].
func (m *machine) required(name string, e *expr) value {
	v := m.variable(name)
	if v.State == Unset {
		if m.throw("KeyError") {
			return nil
		}
	}
	m.read(Read{Names: []string{name}, Required: true, State: v.State}, Step{}, e)
	if v.State == Set && v.Known {
		return text{v.Value, &Origin{Step: m.step(e), Names: []string{name}}}
	}
	return nil
}

func (m *machine) step(e *expr) Step {
	s := Step{Span: e.span()}
	if m.frame.file != nil {
		s.File = m.frame.file.Source
	}
	return s
}

// getenv is os.getenv(name, default).
func (m *machine) getenv(args *arguments, e *expr) value {
	key, _ := args.get(0, "key", "varname")
	name, ok := key.(text)
	def, has := args.get(1, "default")
	if !ok {
		return nil
	}
	v := m.variable(name.s)
	r := Read{Names: []string{name.s}, State: v.State}
	if s, ok := str(def); has && ok {
		r.Default, r.Known = s.s, true
	}
	m.read(r, Step{}, e)
	switch v.State {
	case Set:
		if v.Known {
			return text{v.Value, &Origin{Step: m.step(e), Names: []string{name.s}}}
		}
		return nil
	case Unset:
		if !has {
			return none{}
		}
		if d, ok := def.(text); ok {
			at := m.step(e)
			if d.from != nil && d.from.File != nil && len(d.from.Names) > 0 {
				return text{d.s, &Origin{Step: d.from.Step, Names: append([]string{name.s}, d.from.Names...), Unset: true}}
			}
			if x := args.expr(1, "default"); x != nil {
				at.Span = x.span()
			}
			return text{d.s, &Origin{Step: at, Names: []string{name.s}, Unset: true}}
		}
		return def
	}
	return nil
}

// read notes that a variable is read.
func (m *machine) read(r Read, at Step, e *expr) {
	r.When, r.Maybe = m.now(), m.maybe > 0
	exc := "KeyError"
	if r.Field != "" {
		exc = "ValidationError"
	}
	r.Guarded = m.guarded(exc)
	r.Chain = m.chain(e.span(), "reads "+strings.Join(r.Names, " or "))
	if at.File != nil {
		at.Text = "reads " + strings.Join(r.Names, " or ")
		r.Chain = append(r.Chain, at)
	}
	m.facts.Reads = append(m.facts.Reads, r)
}
