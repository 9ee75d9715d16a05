package python

import (
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// callOutside calls something outside the project.
func (m *machine) callOutside(fn ext, args *arguments, e *expr) value {
	modelsOnce.Do(makeModels)
	if model, ok := models[fn.name]; ok {
		return model(m, args, e)
	}
	m.effects(fn.name, args, e)
	if m.raised != "" {
		return nil
	}
	m.handOver(args)
	return &made{name: fn.name + "()"}
}

// model is what a call of something outside returns, and does.
type model func(m *machine, args *arguments, e *expr) value

// models by dotted name. They are made when first needed, as some of them call
// functions that look here.
var (
	models     map[string]model
	modelsOnce sync.Once
)

func makeModels() {
	models = map[string]model{
		"os.getenv":                            (*machine).getenv,
		"os.environ.get":                       (*machine).getenv,
		"os.environ.setdefault":                setDefault,
		"os.environ.copy":                      nothing,
		"os.path.join":                         osJoin,
		"os.path.dirname":                      onPath(func(_ *machine, p string) (string, bool) { return dirname(p), true }),
		"os.path.basename":                     onPath(func(_ *machine, p string) (string, bool) { return p[strings.LastIndexByte(p, '/')+1:], true }),
		"os.path.abspath":                      onPath(absolutePath),
		"os.path.realpath":                     onPath(realPath),
		"os.path.normpath":                     onPath(func(_ *machine, p string) (string, bool) { return path.Clean(p), true }),
		"os.path.expanduser":                   onPath(expandUser),
		"os.path.expandvars":                   onPath(func(_ *machine, p string) (string, bool) { return p, !strings.Contains(p, "$") }),
		"os.path.split":                        osSplit,
		"os.path.exists":                       exists,
		"os.path.isdir":                        isDir,
		"os.path.isfile":                       exists,
		"os.fspath":                            builtinStr,
		"os.getcwd":                            cwd,
		"os.chdir":                             chdir,
		"os.getpid":                            nothing,
		"os._exit":                             exit,
		"os.abort":                             exit,
		"sys.exit":                             exit,
		"builtins.exit":                        exit,
		"builtins.quit":                        exit,
		"sys.path.insert":                      nothing, // sys.path is a list
		"site.addsitedir":                      addSiteDir,
		"pathlib.Path":                         newPath,
		"pathlib.PurePath":                     newPath,
		"pathlib.PosixPath":                    newPath,
		"pathlib.Path.cwd":                     func(m *machine, a *arguments, e *expr) value { return asPath(cwd(m, a, e)) },
		"pathlib.Path.home":                    home,
		"builtins.str":                         builtinStr,
		"builtins.int":                         builtinInt,
		"builtins.float":                       builtinFloat,
		"builtins.bool":                        builtinBool,
		"builtins.list":                        builtinList,
		"builtins.tuple":                       builtinList,
		"builtins.set":                         builtinList,
		"builtins.sorted":                      builtinList,
		"builtins.reversed":                    unknownList,
		"builtins.dict":                        builtinDict,
		"builtins.len":                         builtinLen,
		"builtins.getattr":                     builtinGetattr,
		"builtins.setattr":                     builtinSetattr,
		"builtins.hasattr":                     nothing,
		"builtins.isinstance":                  nothing,
		"builtins.print":                       nothing,
		"builtins.globals":                     globals,
		"builtins.vars":                        globals,
		"builtins.exec":                        globals,
		"builtins.any":                         nothing,
		"builtins.all":                         nothing,
		"builtins.__import__":                  dynamicImport,
		"importlib.import_module":              dynamicImport,
		"functools.partial":                    newPartial,
		"functools.wraps":                      nothing,
		"dataclasses.field":                    fieldCall,
		"attr.ib":                              fieldCall,
		"attrs.field":                          fieldCall,
		"attr.field":                           fieldCall,
		"pydantic.Field":                       fieldCall,
		"pydantic.fields.Field":                fieldCall,
		"pydantic_settings.SettingsConfigDict": builtinDict,
		"pydantic.ConfigDict":                  builtinDict,
		"dotenv.load_dotenv":                   loadDotenv,
		"asyncio.run":                          passOn,
		"anyio.run":                            callFirst,
		"trio.run":                             callFirst,
		"uvloop.run":                           passOn,
		"asyncio.create_task":                  passOn,
		"asyncio.ensure_future":                passOn,
		"asyncio.wait_for":                     passOn,
		"asyncio.shield":                       passOn,
		"asyncio.gather":                       nothing,
		"asyncio.get_event_loop":               func(*machine, *arguments, *expr) value { return &made{name: "asyncio.loop"} },
		"asyncio.new_event_loop":               func(*machine, *arguments, *expr) value { return &made{name: "asyncio.loop"} },
		"asyncio.get_running_loop":             func(*machine, *arguments, *expr) value { return &made{name: "asyncio.loop"} },
		"asyncio.to_thread":                    callFirst,
		"threading.Thread":                     callTarget,
		"multiprocessing.Process":              callTarget,
		"argparse.ArgumentParser":              newParser,
		"copy.copy":                            passOn,
		"copy.deepcopy":                        passOn,
		"typing.cast":                          func(_ *machine, a *arguments, _ *expr) value { v, _ := a.get(1); return v },
		"shutil.which":                         nothing,
		"os.makedirs":                          osMakedirs,
		"os.mkdir":                             osMakedirs,
		"builtins.open":                        openFile,
		"io.open":                              openFile,
		"codecs.open":                          openFile,
		"gzip.open":                            openFile,
		"bz2.open":                             openFile,
		"lzma.open":                            openFile,
		"os.fdopen":                            nothing,
		"aiofiles.open":                        openFile,
		"logging.basicConfig":                  basicConfig,
		"logging.config.dictConfig":            dictConfig,
	}
}

func nothing(m *machine, args *arguments, _ *expr) value {
	m.handOver(args)
	return nil
}

// passOn returns its first argument: a coroutine was followed where it was called.
func passOn(_ *machine, args *arguments, _ *expr) value {
	v, _ := args.get(0)
	return v
}

// callFirst calls its first argument with the others.
func callFirst(m *machine, args *arguments, e *expr) value {
	fn, ok := args.get(0)
	if !ok {
		return nil
	}
	rest := &arguments{places: args.places[1:], names: args.names, order: args.order, open: args.open}
	return m.apart(fn, rest, e)
}

// callTarget calls what a thread or process runs.
func callTarget(m *machine, args *arguments, e *expr) value {
	fn, ok := args.get(1, "target")
	if !ok {
		return &made{name: "threading.Thread()"}
	}
	rest := &arguments{names: vars{}}
	if v, ok := args.get(3, "args"); ok {
		items, known := m.items(v)
		rest.places, rest.open = items, !known
	}
	if v, ok := args.get(4, "kwargs"); ok {
		if d, ok := v.(*dict); ok {
			rest.names, rest.order, rest.open = d.vars, d.keys, rest.open || d.open
		} else {
			rest.open = true
		}
	}
	m.apart(fn, rest, e)
	return &made{name: "threading.Thread()"}
}

// apart calls something that does not end the caller.
func (m *machine) apart(fn value, args *arguments, e *expr) value {
	switch fn.(type) {
	case *function, *partial:
	default:
		return nil
	}
	guards := m.guards
	m.guards = nil
	v := m.apply(fn, args, e)
	m.guards = guards
	m.raised = ""
	return v
}

func exit(m *machine, _ *arguments, _ *expr) value {
	m.raised = halted
	if m.guarded("SystemExit") {
		m.raised = "SystemExit"
	}
	return nil
}

func setDefault(m *machine, args *arguments, _ *expr) value {
	name, ok := str(first0(args.get(0)))
	if !ok {
		return nil
	}
	v := m.variable(name.s)
	if v.State == Unset {
		d, _ := args.get(1)
		m.setEnv(name.s, d)
		return d
	}
	if v.State == Set && v.Known {
		return text{s: v.Value}
	}
	return nil
}

func first0(v value, _ bool) value { return v }

func dirname(p string) string {
	i := strings.LastIndexByte(p, '/')
	switch {
	case i < 0:
		return ""
	case strings.Trim(p[:i+1], "/") == "":
		return p[:i+1]
	}
	return strings.TrimRight(p[:i], "/")
}

func absolutePath(m *machine, p string) (string, bool) {
	at := m.absolute(p)
	return at, at != ""
}

func realPath(m *machine, p string) (string, bool) {
	at := m.absolute(p)
	if at == "" {
		return "", false
	}
	return m.world.Real(at), true
}

func expandUser(m *machine, p string) (string, bool) {
	rest, ok := strings.CutPrefix(p, "~")
	if !ok {
		return p, true
	}
	if rest != "" && rest[0] != '/' {
		return "", false
	}
	v := m.variable("HOME")
	return v.Value + rest, v.State == Set && v.Known
}

func home(m *machine, _ *arguments, _ *expr) value {
	if p, ok := expandUser(m, "~"); ok {
		return filePath{s: p}
	}
	return nil
}

// onPath is a function of one path that returns the same type of text.
func onPath(f func(m *machine, p string) (string, bool)) model {
	return func(m *machine, args *arguments, _ *expr) value {
		v, _ := args.get(0)
		p, ok := pathOf(v)
		if !ok {
			return nil
		}
		s, ok := f(m, p.s)
		if !ok {
			return nil
		}
		return text{s, p.from}
	}
}

func osJoin(_ *machine, args *arguments, _ *expr) value {
	if args.open {
		return nil
	}
	joined := ""
	var from *Origin
	for i, v := range args.places {
		p, ok := pathOf(v)
		if isOf[prefix](v) {
			start := v
			if i > 0 {
				start = joinPrefix(text{joined, from}, v)
			}
			for _, more := range args.places[i+1:] {
				start = joinPrefix(start, more)
			}
			return start
		}
		if !ok {
			return nil
		}
		from = first(from, p.from)
		if i == 0 {
			joined = p.s
		} else {
			joined = joinPath(joined, p.s)
		}
	}
	return newText(joined, from)
}

func osSplit(_ *machine, args *arguments, _ *expr) value {
	v, _ := args.get(0)
	p, ok := pathOf(v)
	if !ok {
		return nil
	}
	return &list{items: []value{text{dirname(p.s), p.from}, text{p.s[strings.LastIndexByte(p.s, '/')+1:], p.from}}}
}

func (m *machine) existing(args *arguments, ask func(string) bool) value {
	v, _ := args.get(0)
	p, ok := pathOf(v)
	if !ok {
		return nil
	}
	if at := m.absolute(p.s); at != "" && ask(at) {
		return true
	}
	return nil
}

func exists(m *machine, args *arguments, _ *expr) value {
	return m.existing(args, func(p string) bool { return m.world.Dir(p) == Yes || m.world.File(p) == Yes })
}

func isDir(m *machine, args *arguments, _ *expr) value {
	return m.existing(args, func(p string) bool { return m.world.Dir(p) == Yes })
}

func cwd(m *machine, _ *arguments, _ *expr) value {
	if m.start.Dir == "" {
		return nil
	}
	return text{s: m.start.Dir}
}

func asPath(v value) value {
	if p, ok := pathOf(v); ok {
		return p
	}
	return nil
}

func chdir(m *machine, args *arguments, _ *expr) value {
	v, _ := args.get(0)
	p, ok := pathOf(v)
	m.start.Dir = map[bool]string{true: m.absolute(p.s)}[ok && m.maybe == 0]
	return none{}
}

func addSiteDir(m *machine, args *arguments, _ *expr) value {
	v, _ := args.get(0)
	m.change(m.path)
	m.path.items = append(m.path.items[:len(m.path.items):len(m.path.items)], v)
	return nil
}

func newPath(m *machine, args *arguments, e *expr) value {
	if len(args.places) == 0 {
		return filePath{s: "."}
	}
	switch t := osJoin(m, args, e).(type) {
	case text:
		if t.s == "" {
			t.s = "."
		}
		return filePath(t)
	case prefix:
		return t
	}
	return nil
}

func builtinStr(_ *machine, args *arguments, _ *expr) value {
	v, ok := args.get(0)
	if !ok {
		return text{}
	}
	if s, ok := str(v); ok {
		return s
	}
	if isOf[prefix](v) {
		return v
	}
	return nil
}

func builtinInt(_ *machine, args *arguments, _ *expr) value {
	switch v, _ := args.get(0); v := v.(type) {
	case int64:
		return v
	case text:
		if n, err := strconv.ParseInt(strings.TrimSpace(v.s), 10, 64); err == nil {
			return n
		}
	}
	return nil
}

func builtinFloat(_ *machine, args *arguments, _ *expr) value {
	switch v, _ := args.get(0); v := v.(type) {
	case int64:
		return float64(v)
	case float64:
		return v
	case text:
		if f, err := strconv.ParseFloat(strings.TrimSpace(v.s), 64); err == nil {
			return f
		}
	}
	return nil
}

func builtinBool(_ *machine, args *arguments, _ *expr) value {
	v, _ := args.get(0)
	if is, known := truth(v); known {
		return is
	}
	return nil
}

func builtinList(m *machine, args *arguments, _ *expr) value {
	v, ok := args.get(0)
	if !ok {
		return &list{}
	}
	items, known := m.items(v)
	return &list{items: slices.Clone(items), open: !known}
}

func unknownList(*machine, *arguments, *expr) value { return &list{open: true} }

func builtinDict(m *machine, args *arguments, _ *expr) value {
	d := newDict()
	d.open = args.open
	if v, ok := args.get(0); ok {
		if from, ok := v.(*dict); ok {
			for _, k := range from.keys {
				d.set(m, k, from.vars[k])
			}
			d.open = d.open || from.open
		} else {
			d.open = true
		}
	}
	for _, k := range args.order {
		d.set(m, k, args.names[k])
	}
	return d
}

func builtinLen(m *machine, args *arguments, _ *expr) value {
	v, _ := args.get(0)
	if t, ok := v.(text); ok {
		return int64(len([]rune(t.s)))
	}
	if items, known := m.items(v); known {
		return int64(len(items))
	}
	return nil
}

func builtinGetattr(_ *machine, args *arguments, _ *expr) value {
	of, _ := args.get(0)
	name, ok := first0(args.get(1)).(text)
	if !ok {
		return nil
	}
	if inst, isInst := of.(*instance); isInst {
		if v, has := inst.vars[name.s]; has {
			return v
		}
	}
	if mod, isMod := of.(*module); isMod {
		return mod.vars[name.s]
	}
	return nil
}

func builtinSetattr(m *machine, args *arguments, _ *expr) value {
	of, _ := args.get(0)
	name, ok := first0(args.get(1)).(text)
	v, _ := args.get(2)
	switch of := of.(type) {
	case *instance:
		if ok {
			m.assign(of.vars, name.s, v)
		} else {
			for k := range of.vars {
				m.assign(of.vars, k, nil)
			}
		}
	case *module:
		of.open = true
	}
	return nil
}

func globals(m *machine, _ *arguments, _ *expr) value {
	if m.frame.mod != nil {
		m.frame.mod.open = true
	}
	return nil
}

func dynamicImport(m *machine, args *arguments, e *expr) value {
	name, ok := first0(args.get(0)).(text)
	if !ok || strings.HasPrefix(name.s, ".") || name.s == "" {
		return nil
	}
	v, _ := m.importName(name.s, e.span())
	return v
}

func newPartial(_ *machine, args *arguments, _ *expr) value {
	if len(args.places) == 0 {
		return nil
	}
	rest := *args
	rest.places = args.places[1:]
	return &partial{args.places[0], &rest}
}

// fieldCall is field(default=…) of a dataclass, Field(…) of pydantic.
func fieldCall(m *machine, args *arguments, e *expr) value {
	f := &fieldDefault{}
	if v, ok := args.get(-1, "default"); ok {
		f.value, f.has = v, true
	} else if len(args.places) > 0 {
		f.value, f.has = args.places[0], true
	}
	if f.has {
		if last := len(e.args) > 0; last {
			if x := args.expr(0, "default"); x != nil && x.kind == eEllipsis {
				f.has = false
			}
		}
		if t, ok := f.value.(text); ok && t.from == nil {
			f.value = text{t.s, m.origin(e)}
		}
	}
	if v, ok := args.get(-1, "default_factory", "factory"); ok {
		f.maker, f.has = v, true
	}
	for _, key := range []string{"validation_alias", "env", "alias"} {
		v, ok := args.get(-1, key)
		if !ok {
			continue
		}
		switch v := v.(type) {
		case text:
			f.names = append(f.names, v.s)
		case *list:
			for _, item := range v.items {
				if s, ok := item.(text); ok {
					f.names = append(f.names, s.s)
				}
			}
		case *made:
			f.names = append(f.names, choices(args.expr(-1, key))...)
		}
		if len(f.names) > 0 {
			break
		}
	}
	return f
}

// choices are the names in AliasChoices("A", "B").
func choices(e *expr) []string {
	var names []string
	if e != nil {
		for _, a := range e.args {
			if a.value.kind == eString {
				names = append(names, a.value.text)
			}
		}
	}
	return names
}

// loadDotenv is load_dotenv(): variables that are not set are taken from a file.
func loadDotenv(m *machine, args *arguments, _ *expr) value {
	v, given := args.get(0, "dotenv_path")
	if given {
		if p, ok := pathOf(v); ok {
			at := m.absolute(p.s)
			if at != "" {
				switch m.world.File(at) {
				case Yes:
					if found, ok := m.dotenv(at); ok {
						for k, v := range found {
							if m.variable(k).State == Unset {
								m.setEnv(k, text{s: v})
							}
						}
						return true
					}
				case No:
					return false
				}
			}
		}
	}
	m.envOpen = true
	return nil
}

// callMethodOf calls a method of a value that is not the project's.
func (m *machine) callMethodOf(fn *method, args *arguments, e *expr) value {
	switch of := fn.of.(type) {
	case text:
		return textMethod(of, fn.name, args)
	case *list:
		return m.listMethod(of, fn.name, args)
	case *dict:
		return m.dictMethod(of, fn.name, args)
	case filePath:
		return m.pathMethod(of, fn.name, args, e)
	case prefix:
		switch fn.name {
		case "open":
			m.openMode(of, args, 0, e)
		case "write_text", "write_bytes", "touch":
			m.write(of, "Path."+fn.name, e)
		}
		return nil
	case *made:
		if of.parser != nil {
			return m.parserMethod(of, fn.name, args)
		}
		if of.name == "asyncio.loop" {
			switch fn.name {
			case "run_until_complete", "create_task":
				return passOn(m, args, e)
			case "run_forever":
				m.effect(Effect{Kind: Serve, Call: "run_forever"}, e.span())
			}
		}
		m.effects(of.name+"."+fn.name, args, e)
		m.methodEffects(fn.name, args, e)
		if m.raised != "" {
			return nil
		}
		m.handOver(args)
		return &made{name: of.name + "." + fn.name + "()"}
	case *instance:
		// A method of a base outside the project.
		if of.class != nil {
			for _, b := range of.class.bases {
				if b, ok := b.(ext); ok {
					m.effects(b.name+"()."+fn.name, args, e)
					m.inherited(of, b.name, fn.name)
				}
			}
		}
	case *function:
		// Of what a decorator made of it: task.delay, command.main.
		m.register(of)
	}
	m.methodEffects(fn.name, args, e)
	m.handOver(args)
	return nil
}

// inherited calls what a method of a base outside calls: start of a thread runs
// run.
func (m *machine) inherited(of *instance, base, name string) {
	if (strings.HasPrefix(base, "threading.") || strings.HasPrefix(base, "multiprocessing.")) && name == "start" {
		m.callMethod(of, "run", &arguments{}, m.frame.at)
	}
}

func textMethod(t text, name string, args *arguments) value {
	arg := func(i int) (string, bool) {
		s, ok := first0(args.get(i)).(text)
		return s.s, ok
	}
	switch name {
	case "upper":
		return text{strings.ToUpper(t.s), t.from}
	case "lower":
		return text{strings.ToLower(t.s), t.from}
	case "strip", "rstrip", "lstrip":
		cut, ok := arg(0)
		if !ok {
			if len(args.places) > 0 {
				return nil
			}
			cut = " \t\r\n\f\v"
		}
		switch name {
		case "strip":
			return text{strings.Trim(t.s, cut), t.from}
		case "rstrip":
			return text{strings.TrimRight(t.s, cut), t.from}
		}
		return text{strings.TrimLeft(t.s, cut), t.from}
	case "replace":
		from, ok1 := arg(0)
		to, ok2 := arg(1)
		if ok1 && ok2 && len(args.places) == 2 {
			if len(t.s)*(len(to)+1) > maxText*8 {
				return nil
			}
			return newText(strings.ReplaceAll(t.s, from, to), t.from)
		}
	case "split":
		sep, ok := arg(0)
		if !ok && len(args.places) > 0 || len(args.places) > 1 || len(args.names) > 0 {
			return &list{open: true}
		}
		parts := strings.Fields(t.s)
		if ok {
			parts = strings.Split(t.s, sep)
		}
		l := &list{}
		for _, p := range parts {
			l.items = append(l.items, text{p, t.from})
		}
		return l
	case "startswith":
		if s, ok := arg(0); ok {
			return strings.HasPrefix(t.s, s)
		}
	case "endswith":
		if s, ok := arg(0); ok {
			return strings.HasSuffix(t.s, s)
		}
	case "format":
		return formatCall(t, args)
	case "join":
		l, ok := first0(args.get(0)).(*list)
		if !ok || l.open {
			return nil
		}
		var parts []string
		from := t.from
		for _, item := range l.items {
			s, ok := item.(text)
			if !ok {
				return nil
			}
			from = first(from, s.from)
			parts = append(parts, s.s)
		}
		return newText(strings.Join(parts, t.s), from)
	case "encode":
		return nil
	}
	return nil
}

// formatCall is "…".format(…) with plain fields.
func formatCall(t text, args *arguments) value {
	var b strings.Builder
	from := t.from
	next := 0
	for i := 0; i < len(t.s); i++ {
		c := t.s[i]
		if (c == '{' || c == '}') && i+1 < len(t.s) && t.s[i+1] == c {
			b.WriteByte(c)
			i++
			continue
		}
		if c != '{' {
			b.WriteByte(c)
			continue
		}
		end := strings.IndexByte(t.s[i:], '}')
		if end < 0 {
			return nil
		}
		name := t.s[i+1 : i+end]
		i += end
		var v value
		switch n, err := strconv.Atoi(name); {
		case name == "":
			v, _ = args.get(next)
			next++
		case err == nil:
			v, _ = args.get(n)
		default:
			v = args.names[name]
		}
		s, ok := str(v)
		if !ok {
			return nil
		}
		from = first(from, s.from)
		b.WriteString(s.s)
	}
	return newText(b.String(), from)
}

func (m *machine) listMethod(l *list, name string, args *arguments) value {
	v, _ := args.get(0)
	switch name {
	case "append", "add":
		m.change(l)
		l.items = append(l.items[:len(l.items):len(l.items)], v)
		m.handOver(args)
	case "insert":
		v, _ = args.get(1)
		at := 0
		if n, ok := first0(args.get(0)).(int64); ok && n > 0 {
			at = min(int(n), len(l.items))
		}
		m.change(l)
		l.items = slices.Insert(slices.Clone(l.items), at, v)
	case "extend":
		items, known := m.items(v)
		m.change(l)
		l.items = append(l.items[:len(l.items):len(l.items)], items...)
		if len(l.items) > maxTotal {
			l.items, known = l.items[:maxTotal:maxTotal], false
		}
		if !known {
			m.opened(l)
		}
	case "remove":
		m.change(l)
		kept := slices.DeleteFunc(slices.Clone(l.items), func(item value) bool { return same(item, v) })
		if len(kept) < len(l.items) {
			l.items = kept
		} else if v == nil && l != m.path {
			l.open = true
		}
	case "pop", "clear", "sort", "reverse":
		if l == m.path {
			if name == "pop" && len(l.items) > 0 {
				if n, ok := v.(int64); ok && n >= 0 && int(n) < len(l.items) {
					m.change(l)
					l.items = slices.Delete(slices.Clone(l.items), int(n), int(n)+1)
				}
			}
			return nil
		}
		m.change(l)
		l.items, l.open = nil, true
	case "copy":
		return &list{items: slices.Clone(l.items), open: l.open}
	}
	return none{}
}

func (m *machine) dictMethod(d *dict, name string, args *arguments) value {
	key, known := str(first0(args.get(0)))
	switch name {
	case "get":
		if !known {
			return nil
		}
		if v, ok := d.vars[key.s]; ok {
			return v
		}
		if d.open {
			return nil
		}
		if v, ok := args.get(1); ok {
			return v
		}
		return none{}
	case "pop", "setdefault":
		if v, ok := d.vars[key.s]; ok && known {
			return v
		}
		m.saveKeys(d)
		d.open = true
		return nil
	case "update":
		more, ok := first0(args.get(0)).(*dict)
		if ok {
			for _, k := range more.keys {
				d.set(m, k, more.vars[k])
			}
		}
		for _, k := range args.order {
			d.set(m, k, args.names[k])
		}
		if !ok && len(args.places) > 0 || args.open {
			d.open = true
		}
	case "copy":
		return m.operate("|", d, newDict())
	case "keys":
		return m.asList(d)
	case "values", "items":
		l := &list{open: d.open}
		for _, k := range d.keys {
			if name == "values" {
				l.items = append(l.items, d.vars[k])
			} else {
				l.items = append(l.items, &list{items: []value{text{s: k}, d.vars[k]}})
			}
		}
		return l
	}
	return nil
}

func (m *machine) asList(v value) value {
	items, known := m.items(v)
	return &list{items: items, open: !known}
}

func (m *machine) pathMethod(p filePath, name string, args *arguments, e *expr) value {
	switch name {
	case "resolve":
		if at, ok := realPath(m, p.s); ok {
			return filePath{at, p.from}
		}
		return nil
	case "absolute":
		if at := m.absolute(p.s); at != "" {
			return filePath{at, p.from}
		}
		return nil
	case "expanduser":
		if s, ok := expandUser(m, p.s); ok {
			return filePath{s, p.from}
		}
		return nil
	case "joinpath":
		all := *args
		all.places = append([]value{p}, args.places...)
		return asPath(osJoin(m, &all, e))
	case "with_suffix":
		if s, ok := first0(args.get(0)).(text); ok {
			return filePath{strings.TrimSuffix(p.s, path.Ext(p.s)) + s.s, p.from}
		}
		return nil
	case "with_name":
		if s, ok := first0(args.get(0)).(text); ok {
			return filePath{joinPath(parentOf(p.s), s.s), p.from}
		}
		return nil
	case "as_posix", "__str__":
		return text(p)
	case "exists":
		if at := m.absolute(p.s); at != "" && (m.world.Dir(at) == Yes || m.world.File(at) == Yes) {
			return true
		}
		return nil
	case "is_dir":
		if at := m.absolute(p.s); at != "" && m.world.Dir(at) == Yes {
			return true
		}
		return nil
	case "is_file":
		if at := m.absolute(p.s); at != "" && m.world.File(at) == Yes {
			return true
		}
		return nil
	case "mkdir":
		m.makeDir(p, args, e, true)
		return none{}
	case "open":
		m.openMode(p, args, 0, e)
		return nil
	case "write_text", "write_bytes", "touch", "unlink", "rmdir", "symlink_to", "hardlink_to":
		m.write(p, "Path."+name, e)
		return none{}
	case "rename", "replace":
		m.write(p, "Path."+name, e)
		v, _ := args.get(0)
		m.write(v, "Path."+name, e)
		return v
	}
	return nil
}
