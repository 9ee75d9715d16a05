package python

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// lookup finds a name.
func (m *machine) lookup(name string) value {
	first := true
	for s := m.frame.scope; s != nil; s = s.up {
		if first || !s.class {
			if v, ok := s.vars[name]; ok {
				return v
			}
		}
		first = false
	}
	if m.frame.mod != nil {
		if v, ok := m.frame.mod.vars[name]; ok {
			return v
		}
	}
	if builtins[name] {
		return ext{name: "builtins." + name}
	}
	return nil
}

// builtins are the names that need no import.
var builtins = func() map[string]bool {
	t := map[string]bool{}
	for _, name := range strings.Fields(`object str int float bool bytes bytearray dict list tuple set frozenset open print len exit quit getattr setattr hasattr
		isinstance issubclass super property staticmethod classmethod type range enumerate zip map filter sorted reversed any all sum min max iter next vars globals locals
		exec eval compile __import__ repr format abs round callable input id hash ord chr hex
		Exception BaseException ImportError ModuleNotFoundError OSError IOError EnvironmentError PermissionError FileNotFoundError FileExistsError KeyError ValueError TypeError
		RuntimeError AttributeError SystemExit KeyboardInterrupt NotImplementedError StopIteration ConnectionError TimeoutError IndexError LookupError`) {
		t[name] = true
	}
	return t
}()

// eval evaluates an expression.
func (m *machine) eval(e *expr) value {
	if e == nil {
		return nil
	}
	if m.steps++; m.steps > maxSteps {
		return nil
	}
	switch e.kind {
	case eName:
		return m.lookup(e.text)
	case eString:
		return text{s: e.text}
	case eInt:
		n, _ := strconv.ParseInt(e.text, 0, 64) // the parser has checked it
		return n
	case eNumber:
		if f, err := strconv.ParseFloat(e.text, 64); err == nil {
			return f
		}
	case eNone:
		return none{}
	case eTrue:
		return true
	case eFalse:
		return false
	case eFString:
		return m.format(e)
	case eAttr:
		v := m.eval(e.x)
		if m.raised != "" {
			return nil
		}
		return m.attribute(v, e.text, e)
	case eCall:
		return m.evalCall(e)
	case eIndex:
		return m.index(e)
	case eTuple, eList, eSet:
		return m.display(e)
	case eDict:
		return m.dict(e)
	case eBinary:
		x := m.eval(e.x)
		y := m.eval(e.y)
		return m.operate(e.text, x, y)
	case eUnary:
		v := m.eval(e.x)
		if n, ok := v.(int64); ok && e.text == "-" {
			return -n
		}
	case eNot:
		if is, known := truth(m.eval(e.x)); known {
			return !is
		}
	case eAnd, eOr:
		return m.logic(e)
	case eCompare:
		return m.compare(e)
	case eCond:
		is, known := truth(m.eval(e.y))
		switch {
		case known && is:
			return m.eval(e.x)
		case known:
			return m.eval(e.z)
		}
		m.maybe++
		x := m.eval(e.x)
		y := m.eval(e.z)
		m.maybe--
		if same(x, y) {
			return x
		}
	case eLambda:
		return &function{def: e.def, mod: m.frame.mod, scope: m.frame.scope, defaults: m.defaults(e.def)}
	case eComp:
		return m.comprehension(e)
	case eStar, eYield:
		m.eval(e.x)
	case eAwait:
		return m.eval(e.x)
	case eNamedSet:
		v := m.eval(e.x)
		m.assign(m.frame.scope.vars, e.text, v)
		return v
	}
	return nil
}

// format evaluates an f-string.
func (m *machine) format(e *expr) value {
	var b strings.Builder
	var from *Origin
	known, starts := true, false // starts: what is known ends here
	for _, part := range e.list {
		if part.kind == eString {
			if known {
				b.WriteString(part.text)
			}
			continue
		}
		v := m.eval(part.x)
		if !known {
			continue
		}
		s, ok := str(v)
		start, isPrefix := v.(prefix)
		switch {
		case isPrefix:
			s = text(start)
			known, starts = false, true
		case !ok || part.y != nil || part.text != "" && part.text != "!s":
			known, starts = false, b.Len() > 0 || isNumber(part.y) || isPlain(part.x)
			continue
		}
		from = first(from, s.from)
		b.WriteString(s.s)
	}
	switch {
	case known:
		return newText(b.String(), from)
	case starts && b.Len() <= maxText:
		return prefix{b.String(), from}
	}
	return nil
}

// isNumber reports whether a format is one for numbers or dates.
func isNumber(spec *expr) bool {
	if spec == nil || len(spec.list) == 0 || spec.list[0].kind != eString {
		return false
	}
	format := spec.list[0].text
	return strings.HasPrefix(format, "%") || format != "" && strings.ContainsAny(format[len(format)-1:], "dxXofeg")
}

// plainCalls are methods and functions whose result, written out, has no slash: dates,
// numbers and random names.
var plainCalls = map[string]bool{
	"date": true, "getpid": true, "int": true, "isoformat": true, "len": true, "now": true, "time": true, "time_ns": true,
	"timestamp": true, "today": true, "token_hex": true, "utcnow": true, "uuid1": true, "uuid4": true,
}

// isPlain reports whether what an expression gives, written out, does not start with
// a slash.
func isPlain(e *expr) bool {
	if e.kind != eCall || e.x == nil || e.x.kind != eName && e.x.kind != eAttr {
		return false
	}
	return plainCalls[e.x.text] || e.x.text == "strftime" && len(e.args) > 0 && e.args[0].value.kind == eString && !strings.HasPrefix(e.args[0].value.text, "/")
}

func (m *machine) display(e *expr) value {
	l := &list{}
	for _, x := range e.list {
		if x.kind == eStar {
			items, known := m.items(m.eval(x.x))
			l.items = append(l.items, items...)
			l.open = l.open || !known
			continue
		}
		l.items = append(l.items, m.eval(x))
	}
	return l
}

func (m *machine) dict(e *expr) value {
	d := newDict()
	for i := 0; i+1 < len(e.list); i += 2 {
		v := m.eval(e.list[i+1])
		if e.list[i] == nil {
			if more, ok := v.(*dict); ok {
				for _, k := range more.keys {
					d.set(m, k, more.vars[k])
				}
				d.open = d.open || more.open
			} else {
				d.open = true
			}
			continue
		}
		if key, ok := str(m.eval(e.list[i])); ok {
			if c, ok := v.(text); ok && c.from == nil && e.list[i+1].kind == eString {
				v = text{c.s, m.origin(e.list[i+1])}
			}
			d.set(m, key.s, v)
		} else {
			d.open = true
		}
	}
	return d
}

// operate evaluates an operator.
func (m *machine) operate(op string, x, y value) value {
	switch op {
	case "+":
		switch x := x.(type) {
		case text:
			switch y := y.(type) {
			case text:
				return newText(x.s+y.s, first(x.from, y.from))
			case prefix:
				return startOf(x.s+y.s, first(x.from, y.from))
			case nil, *made:
				if x.s != "" {
					return prefix(x)
				}
			}
		case prefix:
			return x
		case *list:
			if y, ok := y.(*list); ok {
				return newList(slices.Concat(x.items, y.items), x.open || y.open)
			}
		case int64:
			if y, ok := y.(int64); ok {
				return x + y
			}
		}
	case "-", "*", "//":
		x, xok := x.(int64)
		y, yok := y.(int64)
		if xok && yok {
			switch {
			case op == "-":
				return x - y
			case op == "*":
				return x * y
			case y != 0:
				return x / y
			}
		}
	case "/":
		if _, ok := x.(prefix); ok || isOf[prefix](y) {
			return joinPrefix(x, y)
		}
		if p, ok := x.(filePath); ok && len(p.s) > maxText {
			return nil
		}
		a, aok := x.(filePath)
		b, bok := y.(filePath)
		if _, isPath := x.(filePath); !isPath {
			a, aok = pathOf(x)
			if _, isPath := y.(filePath); !isPath {
				return nil
			}
		}
		if !bok {
			b, bok = pathOf(y)
		}
		if aok && bok {
			return filePath{joinPath(a.s, b.s), first(a.from, b.from)}
		}
	case "%":
		return m.percent(x, y)
	case "|":
		a, aok := x.(*dict)
		b, bok := y.(*dict)
		if aok && bok {
			d := newDict()
			for _, k := range a.keys {
				d.set(m, k, a.vars[k])
			}
			for _, k := range b.keys {
				d.set(m, k, b.vars[k])
			}
			d.open = a.open || b.open
			return d
		}
	}
	return nil
}

// percent is the formatting of text with %: only %s and %d.
func (m *machine) percent(x, y value) value {
	t, ok := x.(text)
	if !ok {
		return nil
	}
	args := []value{y}
	if l, ok := y.(*list); ok {
		args = l.items
	}
	from := t.from
	var b strings.Builder
	for i := 0; i < len(t.s); i++ {
		if t.s[i] != '%' {
			b.WriteByte(t.s[i])
			continue
		}
		if i++; i == len(t.s) {
			return nil
		}
		switch t.s[i] {
		case '%':
			b.WriteByte('%')
		case 's', 'd':
			if len(args) == 0 {
				return nil
			}
			s, ok := str(args[0])
			if !ok {
				return nil
			}
			from = first(from, s.from)
			args = args[1:]
			b.WriteString(s.s)
		default:
			return nil
		}
	}
	return newText(b.String(), from)
}

func first(a, b *Origin) *Origin {
	if a != nil && (len(a.Names) > 0 || b == nil || len(b.Names) == 0) {
		return a
	}
	if b != nil {
		return b
	}
	return a
}

// joinPath is os.path.join.
// joinPrefix joins paths of which one is known only in part.
func joinPrefix(x, y value) value {
	if start, ok := x.(prefix); ok {
		if t, ok := pathOf(y); isOf[prefix](y) || ok && !strings.HasPrefix(t.s, "/") {
			return start
		}
		return nil
	}
	start, ok := y.(prefix)
	dir, known := pathOf(x)
	if !ok || !known {
		return nil
	}
	return startOf(joinPath(dir.s, start.s), first(dir.from, start.from))
}

// isOf reports whether a value is of a type.
func isOf[T value](v value) bool {
	_, ok := v.(T)
	return ok
}

// startOf is a prefix, unless it gets too long.
func startOf(s string, from *Origin) value {
	if len(s) > maxText {
		return nil
	}
	return prefix{s, from}
}

func joinPath(a, b string) string {
	switch {
	case strings.HasPrefix(b, "/"), a == "":
		return b
	case strings.HasSuffix(a, "/"):
		return a + b
	}
	return a + "/" + b
}

func (m *machine) logic(e *expr) value {
	or := e.kind == eOr
	var v value
	maybe := 0
	unknown := false
	var unset []string // variables that were asked for in vain
	for i, x := range e.list {
		reads := len(m.facts.Reads)
		v = m.eval(x)
		if m.raised != "" {
			break
		}
		if n := len(m.facts.Reads); or && n > reads && m.facts.Reads[n-1].State == Unset {
			unset = append(unset, m.facts.Reads[n-1].Names...)
		} else if t, ok := v.(text); ok && i > 0 && len(unset) > 0 && (t.from == nil || len(t.from.Names) == 0) {
			v = text{t.s, &Origin{Step: m.step(x), Names: unset, Unset: true}}
		}
		if i == len(e.list)-1 {
			break
		}
		is, known := truth(v)
		if known && is == or {
			break
		}
		if !known {
			unknown = true
			m.maybe++
			maybe++
		}
	}
	m.maybe -= maybe
	if is, known := truth(v); unknown && known && is == or {
		if _, isBool := v.(bool); isBool {
			return v
		}
	}
	if unknown {
		return nil
	}
	return v
}

func (m *machine) compare(e *expr) value {
	x := m.eval(e.list[0])
	if len(e.ops) != 1 {
		for _, more := range e.list[1:] {
			m.eval(more)
		}
		return nil
	}
	y := m.eval(e.list[1])
	switch op := e.ops[0]; op {
	case "==", "is":
		if is, known := equal(x, y); known {
			return is
		}
		if is, known := equal(y, x); known {
			return is
		}
	case "!=", "is not", "<>":
		if is, known := equal(x, y); known {
			return !is
		}
		if is, known := equal(y, x); known {
			return !is
		}
	case "in", "not in":
		if is, known := m.in(x, y); known {
			return is == (op == "in")
		}
	case "<", ">", "<=", ">=":
		return m.order(op, x, y)
	}
	return nil
}

// in says whether a value is in another.
func (m *machine) in(x, y value) (is, known bool) {
	switch y := y.(type) {
	case *list:
		all := !y.open
		for _, item := range y.items {
			if _, marks := item.(ext); marks {
				continue
			}
			if is, known := equal(x, item); is && known {
				return true, true
			} else if !known {
				all = false
			}
		}
		return false, all
	case *dict:
		key, ok := x.(text)
		if !ok {
			return false, false
		}
		if _, has := y.vars[key.s]; has {
			return true, true
		}
		return false, !y.open
	case text:
		if x, ok := x.(text); ok {
			return strings.Contains(y.s, x.s), true
		}
	case ext:
		if name, ok := x.(text); ok && y.name == "os.environ" {
			v := m.variable(name.s)
			return v.State == Set, v.State != StateUnknown
		}
	}
	return false, false
}

// order compares numbers, and the version of the interpreter with a tuple.
func (m *machine) order(op string, x, y value) value {
	if v, ok := x.(ext); ok && v.name == "sys.version_info" && m.start.Minor > 0 {
		l, ok := y.(*list)
		if !ok || len(l.items) == 0 {
			return nil
		}
		major, ok := l.items[0].(int64)
		if !ok {
			return nil
		}
		minor := int64(0)
		if len(l.items) > 1 {
			if minor, ok = l.items[1].(int64); !ok {
				return nil
			}
		}
		a, b := int64(3*1000+m.start.Minor), major*1000+minor
		switch op {
		case "<":
			return a < b
		case ">":
			return a >= b
		case "<=":
			return a < b
		}
		return a >= b
	}
	a, aok := number(x)
	b, bok := number(y)
	if !aok || !bok {
		return nil
	}
	switch op {
	case "<":
		return a < b
	case ">":
		return a > b
	case "<=":
		return a <= b
	}
	return a >= b
}

func (m *machine) index(e *expr) value {
	v := m.eval(e.x)
	if m.raised != "" {
		return nil
	}
	if e.y.kind == eSlice {
		return m.slice(v, e.y)
	}
	key := m.eval(e.y)
	switch v := v.(type) {
	case *list:
		i, ok := key.(int64)
		if ok && i < 0 && !v.open {
			i += int64(len(v.items))
		}
		if ok && i >= 0 && i < int64(len(v.items)) {
			return v.items[i]
		}
	case *dict:
		if k, ok := str(key); ok {
			return v.vars[k.s]
		}
	case ext:
		if k, ok := key.(text); ok && v.name == "os.environ" {
			return m.required(k.s, e)
		}
		if strings.HasPrefix(v.name, "typing.") || v.name == "builtins.list" || v.name == "builtins.dict" {
			return v
		}
	case *parents:
		if i, ok := key.(int64); ok && i >= 0 {
			p := v.of
			for range i + 1 {
				p = filePath{parentOf(p.s), p.from}
			}
			return p
		}
	case *class:
		return v // Generic[T]
	}
	return nil
}

// parents is what the parents of a path are.
type parents struct{ of filePath }

func parentOf(p string) string {
	p = strings.TrimRight(p, "/")
	i := strings.LastIndexByte(p, '/')
	switch {
	case i < 0 && (p == "" || p == "."):
		return "."
	case i < 0:
		return "."
	case i == 0:
		return "/"
	}
	return p[:i]
}

func (m *machine) slice(v value, e *expr) value {
	from, to := m.eval(e.x), m.eval(e.y)
	if e.z != nil {
		return nil
	}
	bounds := func(n int) (int, int, bool) {
		a, b := 0, n
		for i, v := range []value{from, to} {
			at := map[int]*int{0: &a, 1: &b}[i]
			switch v := v.(type) {
			case nil:
				if i == 0 && e.x != nil || i == 1 && e.y != nil {
					return 0, 0, false
				}
			case int64:
				*at = int(v)
				if v < 0 {
					*at = n + int(v)
				}
			default:
				return 0, 0, false
			}
		}
		a, b = min(max(a, 0), n), min(max(b, 0), n)
		return a, max(a, b), true
	}
	switch v := v.(type) {
	case text:
		if a, b, ok := bounds(len(v.s)); ok {
			return text{v.s[a:b], v.from}
		}
	case *list:
		if a, b, ok := bounds(len(v.items)); ok {
			if v == m.path && a == 0 && b == len(v.items) {
				return v
			}
			return &list{items: slices.Clone(v.items[a:b]), open: v.open}
		}
	}
	return nil
}

// comprehension evaluates a comprehension of one clause over what is known, and
// looks into the others.
func (m *machine) comprehension(e *expr) value {
	iter := m.eval(e.clauses[0].iter)
	outer := m.frame.scope
	m.frame.scope = &scope{vars: vars{}, up: outer, mod: outer.mod, fn: outer.fn}
	defer func() { m.frame.scope = outer }()
	items, known := m.items(iter)
	l := &list{}
	if !known || len(items) > maxItems || len(e.clauses) > 1 || e.y != nil {
		m.maybe++
		for _, c := range e.clauses {
			m.store(c.target, nil, nil)
		}
		m.eval(e.x)
		m.eval(e.y)
		m.maybe--
		if e.y != nil {
			d := newDict()
			d.open = true
			return d
		}
		l.open = true
		return l
	}
	for _, item := range items {
		m.store(e.clauses[0].target, item, nil)
		keep := true
		for _, c := range e.clauses[0].ifs {
			is, known := truth(m.eval(c))
			if !known {
				l.open = true
				keep = false
			} else {
				keep = keep && is
			}
		}
		if keep {
			l.items = append(l.items, m.eval(e.x))
		}
	}
	return l
}

// attribute evaluates v.name.
func (m *machine) attribute(v value, name string, e *expr) value {
	m.mentioned[name] = true
	switch v := v.(type) {
	case ext:
		return m.outside(v, name)
	case *module:
		if known, ok := v.vars[name]; ok {
			return known
		}
		if sub, ok := m.modules[v.name+"."+name]; ok {
			return sub
		}
		return nil
	case *instance:
		return m.member0(v, name, e)
	case *class:
		known, _, ok := v.find(name, 0)
		if !ok {
			if name == "__name__" {
				return text{s: v.name}
			}
			return nil
		}
		if fn, ok := known.(*function); ok && fn.flags&isClassMethod != 0 {
			bound := *fn
			bound.self = v
			return &bound
		}
		return known
	case filePath:
		return m.pathAttribute(v, name)
	case text, prefix, *list, *dict, *made:
		return &method{v, name}
	case *function:
		if name == "__name__" {
			return text{s: v.def.name}
		}
		return &method{v, name}
	case *parents:
		return nil
	}
	if v == nil && e != nil {
		return &method{nil, name}
	}
	return nil
}

// outside is an attribute of something outside the project.
func (m *machine) outside(v ext, name string) value {
	full := v.name + "." + name
	switch full {
	case "sys.path":
		return m.path
	case "sys.argv":
		return m.argv
	case "sys.platform":
		return text{s: "linux"}
	case "os.name":
		return text{s: "posix"}
	case "os.sep", "os.path.sep":
		return text{s: "/"}
	case "os.curdir":
		return text{s: "."}
	case "os.pardir":
		return text{s: ".."}
	case "posixpath":
		return ext{name: "os.path"}
	}
	return ext{name: full, opt: v.opt}
}

// member0 is an attribute of an instance.
func (m *machine) member0(v *instance, name string, e *expr) value {
	if known, ok := v.vars[name]; ok {
		return known
	}
	if v.class == nil {
		return nil
	}
	if name == "__class__" {
		return v.class
	}
	known, at, ok := v.class.find(name, 0)
	if !ok {
		return &method{v, name}
	}
	fn, ok := known.(*function)
	if !ok || fn.flags&isStatic != 0 {
		return known
	}
	bound := *fn
	bound.self, bound.class = v, at
	if fn.flags&isClassMethod != 0 {
		bound.self = v.class
	}
	if fn.flags&isProperty != 0 && e != nil {
		return m.call(&bound, &arguments{}, e.span())
	}
	return &bound
}

// pathAttribute is an attribute of a path.
func (m *machine) pathAttribute(p filePath, name string) value {
	clean := strings.TrimRight(p.s, "/")
	base := clean[strings.LastIndexByte(clean, '/')+1:]
	switch name {
	case "parent":
		return filePath{parentOf(p.s), p.from}
	case "parents":
		return &parents{p}
	case "name":
		return text{base, p.from}
	case "stem":
		if dot := strings.LastIndexByte(base, '.'); dot > 0 {
			base = base[:dot]
		}
		return text{base, p.from}
	case "suffix":
		if dot := strings.LastIndexByte(base, '.'); dot > 0 {
			return text{base[dot:], p.from}
		}
		return text{"", p.from}
	}
	return &method{p, name}
}

// defaults evaluates the defaults of parameters.
func (m *machine) defaults(d *def) []value {
	var all []value
	for _, p := range d.params {
		var v value
		if p.value != nil {
			v = m.eval(p.value)
			if c, ok := v.(text); ok && c.from == nil {
				v = text{c.s, m.origin(p.value)}
			}
		}
		all = append(all, v)
	}
	return all
}

// function makes a function of a def.
func (m *machine) function(d *def) value {
	fn := &function{def: d, mod: m.frame.mod, scope: m.frame.scope, defaults: m.defaults(d), class: nil}
	var v value = fn
	for i := len(d.decorators) - 1; i >= 0; i-- {
		v = m.decorate(fn, v, d.decorators[i])
	}
	return v
}

// decorate applies a decorator.
func (m *machine) decorate(fn *function, v value, e *expr) value {
	deco := m.eval(e)
	if m.raised != "" {
		return v
	}
	switch deco := deco.(type) {
	case ext:
		switch name := deco.name; {
		case name == "builtins.staticmethod":
			fn.flags |= isStatic
		case name == "builtins.classmethod":
			fn.flags |= isClassMethod
		case name == "builtins.property", name == "functools.cached_property", strings.HasSuffix(name, "cached_property"):
			fn.flags |= isProperty
		case name == "contextlib.contextmanager", name == "contextlib.asynccontextmanager":
			fn.flags |= isContext
		case isTransparent(name):
		default:
			m.register(fn)
		}
		return v
	case *function:
		if inner, ok := v.(*function); ok {
			result := m.call(deco, &arguments{places: []value{inner}}, e.span())
			if r, ok := result.(*function); ok && r != inner {
				return inner // what wraps it calls it
			}
		}
		return v
	case *made:
		if isTransparent(deco.name) {
			return v
		}
	}
	if e.kind == eAttr && (e.text == "setter" || e.text == "deleter" || e.text == "getter") {
		return v
	}
	m.register(fn)
	return v
}

func isTransparent(name string) bool {
	for _, prefix := range []string{"functools.", "typing.", "abc.", "contextlib.", "typing_extensions.", "dataclasses.", "tenacity.", "backoff.", "retry", "numba.", "pytest."} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// register notes that something outside may call a function.
func (m *machine) register(fn *function) {
	if fn.def.lambda == nil && !m.laterSet[fn.def] {
		m.laterSet[fn.def] = true
		m.later = append(m.later, fn)
	}
}

// class makes a class.
func (m *machine) class(d *def) value {
	c := &class{name: d.name, def: d, mod: m.frame.mod, vars: vars{}}
	for _, b := range d.bases {
		v := m.eval(b.value)
		switch b.name {
		case "":
			c.bases = append(c.bases, v)
		case "env_prefix":
			if s, ok := v.(text); ok {
				c.prefix = s.s
			}
		}
		if e, ok := v.(ext); ok && b.name == "" {
			c.flags |= baseFlags(e.name)
		}
	}
	for _, e := range d.decorators {
		x := e
		if e.kind == eCall {
			x = e.x
		}
		if v, ok := m.quiet(x).(ext); ok {
			switch v.name {
			case "dataclasses.dataclass", "pydantic.dataclasses.dataclass", "attr.s", "attr.attrs", "attr.dataclass", "attrs.define", "attr.define", "attrs.frozen", "attr.frozen", "attrs.mutable":
				c.flags |= isDataclass
			}
		}
	}
	for _, b := range c.bases {
		if b, ok := b.(*class); ok {
			if c.prefix == "" {
				c.prefix = b.prefix
			}
			if c.env == "" {
				c.env = b.env
			}
			c.env0 = c.env0 || b.env0
		}
	}
	outer, outerClass := m.frame.scope, m.frame.class
	m.frame.scope = &scope{vars: c.vars, up: outer, mod: outer.mod, class: true}
	m.frame.class = c
	m.classBody(c, d.body())
	m.frame.scope, m.frame.class = outer, outerClass
	for _, v := range c.vars {
		if fn, ok := v.(*function); ok && fn.class == nil {
			fn.class = c
		}
	}
	m.configure(c)
	return c
}

// classBody runs the body of a class, and takes down its fields.
func (m *machine) classBody(c *class, body []*stmt) {
	for _, s := range body {
		if s.kind == sAssign && s.y != nil && len(s.targets) == 1 && s.targets[0].kind == eName {
			m.field(c, s)
			if m.raised != "" {
				return
			}
			continue
		}
		if s.kind == sAssign && len(s.targets) == 1 && s.targets[0].kind == eName && c.isA(isSettings) && s.targets[0].text != "model_config" {
			m.field(c, s) // pydantic 1 takes the type from the default
			continue
		}
		if f := m.stmt(s); f != goesOn {
			m.pending()
			return
		}
	}
}

// field takes down a field: name: type = default.
func (m *machine) field(c *class, s *stmt) {
	name := s.targets[0].text
	f := field{name: name, step: Step{File: c.def.file.Source, Span: s.targets[0].span()}}
	if s.y != nil {
		f.kind = s.y.span().Of(c.def.file.Source.Text)
		if strings.HasPrefix(f.kind, "ClassVar") || strings.HasPrefix(f.kind, "typing.ClassVar") {
			m.store(s.targets[0], m.eval(s.x), s.x)
			return
		}
	}
	if s.x != nil {
		f.has = true
		f.step.Span = s.x.span()
		v := m.eval(s.x)
		if made, ok := v.(*fieldDefault); ok {
			f.has, f.value, f.names, f.maker = made.has, made.value, made.names, made.maker
		} else {
			f.value = v
			if t, ok := v.(text); ok && t.from == nil {
				f.value = text{t.s, m.origin(s.x)}
			}
		}
		m.assign(c.vars, name, f.value)
	}
	c.fields = append(slices.DeleteFunc(c.fields, func(old field) bool { return old.name == name }), f)
}

// allFields returns the fields of a class and its bases, those of bases first.
func (c *class) allFields(depth int) []field {
	var all []field
	if depth < 20 {
		for i := len(c.bases) - 1; i >= 0; i-- {
			if b, ok := c.bases[i].(*class); ok {
				all = append(all, b.allFields(depth+1)...)
			}
		}
	}
	for _, f := range c.fields {
		if i := slices.IndexFunc(all, func(old field) bool { return old.name == f.name }); i >= 0 {
			all[i] = f
		} else {
			all = append(all, f)
		}
	}
	return all
}

func baseFlags(name string) flags {
	last := name[strings.LastIndexByte(name, '.')+1:]
	switch {
	case last == "BaseSettings" && strings.HasPrefix(name, "pydantic"):
		return isSettings | isModel
	case last == "BaseModel" && strings.HasPrefix(name, "pydantic"), name == "sqlmodel.SQLModel":
		return isModel
	case name == "typing.NamedTuple":
		return isDataclass
	case strings.HasPrefix(name, "enum."):
		return isEnum
	}
	return 0
}

// fieldDefault is what field(), Field() return.
type fieldDefault struct {
	has   bool
	value value
	names []string
	maker value
}

// runLater looks into what others may call: what was handed to something outside,
// and the methods of what was built.
func (m *machine) runLater() {
	m.when = Later
	m.guards = nil
	m.maybe = 0
	m.raised = ""
	for i := 0; i < len(m.later) && i < 2000; i++ {
		m.callUnknown(m.later[i])
	}
	for i := 0; i < len(m.instances) && i < 2000; i++ {
		inst := m.instances[i]
		for depth, c := range lineage(inst.class) {
			if depth > 10 {
				break
			}
			names := slices.Sorted(maps.Keys(c.vars))
			for _, name := range names {
				fn, ok := c.vars[name].(*function)
				if !ok || m.done[fn.def] || !m.mentioned[name] && !c.open() || name == "__del__" {
					continue
				}
				bound := *fn
				bound.self = inst
				if fn.flags&isStatic != 0 {
					bound.self = nil
				}
				m.callUnknown(&bound)
			}
		}
		for i := 0; i < len(m.later) && i < 2000; i++ {
			m.callUnknown(m.later[i])
		}
	}
}

// lineage is a class with its bases.
func lineage(c *class) []*class {
	all := []*class{c}
	for i := 0; i < len(all) && len(all) < 20; i++ {
		for _, b := range all[i].bases {
			if b, ok := b.(*class); ok && !slices.Contains(all, b) {
				all = append(all, b)
			}
		}
	}
	return all
}

// callUnknown looks into a function that was not called, with arguments of which
// nothing is known.
func (m *machine) callUnknown(fn *function) {
	if m.done[fn.def] {
		return
	}
	m.raised = ""
	m.frame = &frame{}
	m.call(fn, &arguments{open: true}, fn.def.span())
	m.raised = ""
}
