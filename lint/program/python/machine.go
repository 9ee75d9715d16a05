package python

import (
	"path"
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint/source"
)

// flow is how a statement ends.
type flow int

const (
	goesOn flow = iota
	returns
	breaks
	continues
	raises // m.raised says what
	halts  // the program ends, or never comes here
)

// Limits of what is followed of one program.
const (
	maxSteps   = 400_000
	maxFrames  = 40
	maxCalls   = 200 // of one function
	maxImports = 3000
	maxItems   = 64 // of a loop
)

// machine follows one program.
type machine struct {
	start   Start
	world   World
	facts   *Facts
	modules map[string]value
	path    *list // sys.path
	argv    *list
	env     map[string]value // what the program sets itself
	envOpen bool             // a file that is not known may set more

	frame   *frame
	depth   int
	steps   int
	calls   map[*def]int
	done    map[*def]bool // functions that were looked into
	maybe   int
	when    When
	journal *journal
	guards  []guard
	raised  string

	later     []*function // that something may call
	laterSet  map[*def]bool
	instances []*instance
	mentioned map[string]bool // attributes that are called somewhere
	failed    map[string]bool
	dedup     map[string]bool
	unread    bool // a file of the program is not read
}

// frame is a call, or a module that is loaded.
type frame struct {
	up    *frame
	file  *File
	at    source.Span // of what brought it about, in the frame above
	says  string
	scope *scope
	mod   *module
	fn    *function
	ret   value
	early []value // what it may have returned before
	maybe int     // added because it may have returned
	class *class
}

// guard is a try that is being run.
type guard struct {
	handlers []handler
	frame    *frame
	names    []string
	all      bool
}

// Run follows a program.
func Run(start Start, world World) *Facts {
	m := &machine{
		start: start, world: world, facts: &Facts{}, modules: map[string]value{}, env: map[string]value{},
		calls: map[*def]int{}, done: map[*def]bool{}, when: Import, laterSet: map[*def]bool{},
		mentioned: map[string]bool{}, failed: map[string]bool{}, dedup: map[string]bool{},
	}
	m.argv = &list{open: start.Args == nil}
	m.argv.items = append(m.argv.items, text{s: start.Target})
	for _, a := range start.Args {
		m.argv.items = append(m.argv.items, text{s: a})
	}
	m.path = &list{}
	first := func(dir string) {
		if dir == "" {
			m.path.items = append(m.path.items, nil)
		} else {
			m.path.items = append(m.path.items, text{s: dir})
		}
	}
	for _, dir := range start.First {
		first(dir)
	}
	if !start.Isolated && !start.Safe || start.Kind == App {
		if start.Kind == Script {
			first(path.Dir(world.Real(start.Target)))
		} else {
			first(start.Dir)
		}
	}
	for _, dir := range start.Path {
		first(dir)
	}
	m.path.items = append(m.path.items, libraryEntry)
	for _, dir := range start.Site {
		first(dir)
	}
	m.path.items = append(m.path.items, siteEntry)
	m.frame = &frame{}
	m.enter()
	m.runLater()
	m.facts.Gave = m.unread || m.steps > maxSteps
	return m.facts
}

// enter runs the target.
func (m *machine) enter() {
	switch m.start.Kind {
	case Script:
		file := m.start.Target
		if m.world.Dir(file) == Yes {
			file = path.Join(file, "__main__.py")
			m.path.items[0] = text{s: m.start.Target}
		}
		if src := m.world.Load(file); src != nil {
			mod := &module{name: "__main__", file: file, vars: vars{}, src: src}
			m.runMain(mod)
		}
	case Module:
		m.enterModule()
	case App:
		m.enterApp()
	}
}

// runMain runs a module as __main__.
func (m *machine) runMain(mod *module) {
	m.facts.Loaded, m.facts.Entry = true, mod.src
	m.modules["__main__"] = mod
	m.load(mod, m.frame, source.Span{}, "")
}

// enterModule runs python -m NAME.
func (m *machine) enterModule() {
	name := m.start.Target
	where := &frame{}
	m.frame = where
	if dot := strings.LastIndexByte(name, '.'); dot > 0 {
		before := len(m.facts.Failures)
		v, failure := m.importName(name[:dot], source.Span{})
		if failure != nil {
			m.failEntry(failure)
		}
		m.ownFailures(before, name)
		if _, ok := v.(*module); !ok {
			return
		}
	}
	found := m.locate(name)
	switch {
	case found.kind == foundPackage || found.kind == foundNamespace:
		if v, failure := m.importName(name, source.Span{}); failure != nil || v == nil {
			if failure != nil {
				m.failEntry(failure)
			}
			return
		}
		main := m.locate(name + ".__main__")
		if main.kind != foundModule {
			if main.kind == foundNothing && !main.unsure {
				m.facts.Failures = append(m.facts.Failures, Failure{
					Kind: NoMain, Module: name, Full: name, Found: found.file, Entry: true, When: Import,
					Error: "No module named " + name + ".__main__; '" + name + "' is a package and cannot be directly executed",
				})
			}
			return
		}
		m.main(main.file, name)
	case found.kind == foundModule:
		pkg := ""
		if dot := strings.LastIndexByte(name, '.'); dot > 0 {
			pkg = name[:dot]
		}
		m.main(found.file, pkg)
	case found.kind == foundNothing && !found.unsure:
		if failure := m.missing(name, name); failure != nil {
			m.failEntry(failure)
			if again := m.locate(name); again.kind == foundModule || again.kind == foundPackage {
				m.enterModule()
			}
		}
	}
}

func (m *machine) main(file, pkg string) {
	src := m.world.Load(file)
	if src == nil {
		return
	}
	m.runMain(&module{name: "__main__", file: file, pkg: pkg, vars: vars{}, src: src})
}

// failEntry notes that the target itself is not found.
func (m *machine) failEntry(f *Failure) {
	for i := range m.facts.Failures {
		known := &m.facts.Failures[i]
		if known.Full == f.Full && known.Module == f.Module && len(known.Chain) == 0 {
			known.Entry = true
			return
		}
	}
	f.Entry, f.Chain = true, nil
	m.facts.Failures = append(m.facts.Failures, *f)
}

// ownFailures marks the failures since a number of them that no import of the
// program brought about: those of the target itself.
func (m *machine) ownFailures(before int, target string) {
	for i := before; i < len(m.facts.Failures); i++ {
		if f := &m.facts.Failures[i]; len(f.Chain) == 0 {
			f.Entry, f.Full = true, target
		}
	}
}

// enterApp loads MODULE:ATTRIBUTE.
func (m *machine) enterApp() {
	name, attr, _ := strings.Cut(m.start.Target, ":")
	where := m.frame
	before := len(m.facts.Failures)
	v, failure := m.importName(name, source.Span{})
	if failure != nil {
		m.failEntry(failure)
		return
	}
	m.ownFailures(before, name)
	mod, ok := v.(*module)
	if !ok {
		return
	}
	m.facts.Loaded, m.facts.Entry, m.facts.Runs = true, mod.src, true
	m.frame = where
	if attr == "" {
		return
	}
	call := false
	if open := strings.IndexByte(attr, '('); open >= 0 {
		attr, call = attr[:open], true
	}
	first, rest, _ := strings.Cut(attr, ".")
	app, has := mod.vars[first]
	if !has {
		if !mod.open && !m.isDynamic(mod) {
			m.facts.Failures = append(m.facts.Failures, Failure{
				Kind: NoAttribute, Module: name, Full: name, Name: first, Found: mod.file, Entry: true, When: Import,
			})
		}
		return
	}
	if fn, ok := app.(*function); ok && rest == "" && (call || m.start.Factory) {
		m.when = Starting
		m.call(fn, &arguments{}, source.Span{})
	}
}

// load runs a module's body.
func (m *machine) load(mod *module, from *frame, at source.Span, says string) flow {
	if mod.src == nil {
		return goesOn
	}
	if mod.src.damage.text != "" {
		m.broken(mod, at)
		return goesOn
	}
	mod.vars["__name__"] = text{s: mod.name}
	mod.vars["__file__"] = text{s: mod.file}
	mod.vars["__doc__"] = nil
	if mod.pkg != "" || mod.name != "__main__" {
		mod.vars["__package__"] = text{s: mod.pkg}
	} else {
		mod.vars["__package__"] = none{}
	}
	mod.vars["__spec__"], mod.vars["__loader__"] = nil, nil
	if mod.path != nil {
		mod.vars["__path__"] = nil
	}
	f := &frame{up: from, file: mod.src, at: at, says: says, mod: mod}
	f.scope = &scope{vars: mod.vars, mod: mod}
	mod.loading = true
	outer, outerMaybe := m.frame, m.maybe
	m.frame = f
	m.depth++
	result := m.block(mod.src.body)
	m.depth--
	m.frame, m.maybe = outer, outerMaybe
	mod.loading = false
	mod.open = mod.open || result != goesOn // it was left before its end
	return result
}

// block runs statements.
func (m *machine) block(body []*stmt) flow {
	for _, s := range body {
		if m.steps++; m.steps > maxSteps {
			return halts
		}
		if f := m.stmt(s); f != goesOn {
			return f
		}
	}
	return goesOn
}

// when it is in a function, it is no longer import.
func (m *machine) now() When {
	if m.when == Import && m.frame.fn != nil {
		return Starting
	}
	return m.when
}

// chain is the way to a place of the running frame.
func (m *machine) chain(at source.Span, says string) []Step {
	var steps []Step
	if at.End > 0 && m.frame.file != nil {
		steps = append(steps, Step{m.frame.file.Source, at, says})
	}
	for f := m.frame; f != nil && f.up != nil; f = f.up {
		if f.up.file != nil && f.at.End > 0 {
			steps = append(steps, Step{f.up.file.Source, f.at, f.says})
		}
	}
	slices.Reverse(steps)
	return steps
}

func (s *stmt) span() source.Span { return source.Span{Start: int(s.start), End: int(s.end)} }
func (e *expr) span() source.Span { return source.Span{Start: int(e.start), End: int(e.end)} }

// stmt runs a statement.
func (m *machine) stmt(s *stmt) flow {
	switch s.kind {
	case sExpr:
		if s.x == nil || s.x.kind == eString {
			return goesOn
		}
		if !isSetup(s.x) {
			m.runs()
		}
		m.eval(s.x)
		return m.pending()
	case sAssign:
		var v value
		if s.x != nil {
			if s.x.kind == eCall && m.frame.fn == nil && m.frame.class == nil {
				if _, ok := m.quiet(s.x.x).(*function); ok {
					m.runs()
				}
			}
			v = m.eval(s.x)
		}
		if f := m.pending(); f != goesOn {
			return f
		}
		if s.x == nil {
			return goesOn
		}
		m.facts.Defines = true
		for _, t := range s.targets {
			m.store(t, v, s.x)
		}
	case sAugment:
		m.augment(s)
		return m.pending()
	case sImport, sFrom:
		m.importStatement(s)
		return m.pending()
	case sDef:
		m.facts.Defines = true
		m.store(&expr{kind: eName, text: s.def.name}, m.function(s.def), nil)
		return m.pending()
	case sClass:
		m.facts.Defines = true
		m.store(&expr{kind: eName, text: s.def.name}, m.class(s.def), nil)
		return m.pending()
	case sIf:
		return m.ifStatement(s)
	case sWhile:
		return m.while(s)
	case sFor:
		return m.forStatement(s)
	case sTry:
		return m.try(s)
	case sWith:
		return m.with(s)
	case sMatch:
		m.runs()
		m.eval(s.x)
		branches := []func() flow{func() flow { return goesOn }}
		for _, h := range s.handlers {
			branches = append(branches, func() flow { m.bindPattern(h.types); return m.block(h.body) })
		}
		return m.fork(branches...)
	case sReturn:
		m.frame.ret = none{}
		if s.x != nil {
			m.frame.ret = m.eval(s.x)
		}
		if f := m.pending(); f != goesOn {
			return f
		}
		return returns
	case sRaise:
		return m.raise(s)
	case sBreak:
		return breaks
	case sContinue:
		return continues
	case sDelete:
		for _, t := range s.targets {
			if t.kind == eName {
				m.assign(m.frame.scope.vars, t.text, nil)
			}
		}
	case sGlobal:
		if m.frame.scope.globals == nil {
			m.frame.scope.globals = map[string]bool{}
		}
		for _, n := range s.names {
			m.frame.scope.globals[n.name] = true
		}
	case sAssert:
		m.eval(s.x)
		return m.pending()
	}
	return goesOn
}

// runs notes that the entry, or a module that it imports, does more than to define
// things.
func (m *machine) runs() {
	if m.when != Later {
		m.facts.Runs = true
	}
}

// isSetup reports whether an expression only sets something up: logging, the search
// path, an application.
func isSetup(e *expr) bool {
	if e.kind != eCall {
		return e.kind == eName || e.kind == eAttr || e.kind == eEllipsis
	}
	name := dottedName(e.x)
	top, _, _ := strings.Cut(name, ".")
	switch top {
	case "logging", "load_dotenv", "dotenv", "warnings":
		return true
	}
	switch name[strings.LastIndexByte(name, '.')+1:] {
	case "include_router", "add_middleware", "mount", "register_blueprint", "setLevel", "addHandler", "append", "insert", "extend", "update", "setdefault",
		"filterwarnings", "simplefilter", "set_event_loop_policy", "init_app":
		return strings.Contains(name, ".")
	}
	return false
}

// pending returns how an expression has ended the statement.
func (m *machine) pending() flow {
	if m.raised == "" {
		return goesOn
	}
	if m.raised == halted {
		m.raised = ""
		return halts
	}
	return raises
}

// halted is what m.raised says when the program ends in a call.
const halted = "\x00halt"

func (m *machine) raise(s *stmt) flow {
	m.runs()
	m.raised = "?"
	if s.x != nil {
		e := s.x
		if e.kind == eCall {
			for _, a := range e.args {
				m.eval(a.value)
			}
			e = e.x
		}
		if name := dottedName(e); name != "" {
			m.raised = name[strings.LastIndexByte(name, '.')+1:]
		}
	}
	return raises
}

// fork runs branches of which one is taken, nobody knows which.
func (m *machine) fork(branches ...func() flow) flow {
	m.maybe++
	outcomes := make([]outcome, 0, len(branches))
	left := false
	for _, b := range branches {
		raised := m.raised
		o := m.branch(b)
		m.raised = raised
		left = left || o.flow == returns || o.flow == breaks || o.flow == continues
		if o.flow == returns {
			m.frame.early = append(m.frame.early, o.ret)
		}
		outcomes = append(outcomes, o)
	}
	m.maybe--
	f := m.merge(outcomes)
	if f == goesOn && left {
		m.maybe++ // up to the end of the frame
		m.frame.maybe++
	}
	if f == raises {
		m.raised = "?"
	}
	return f
}

func (m *machine) ifStatement(s *stmt) flow {
	is, known := truth(m.eval(s.x))
	if f := m.pending(); f != goesOn {
		return f
	}
	switch {
	case known && is:
		return m.block(s.body)
	case known:
		return m.block(s.orElse)
	}
	return m.fork(func() flow { return m.block(s.body) }, func() flow { return m.block(s.orElse) })
}

func (m *machine) while(s *stmt) flow {
	m.runs()
	is, known := truth(m.eval(s.x))
	if known && !is {
		return m.block(s.orElse)
	}
	if !known {
		return m.fork(func() flow { return loop(m.block(s.body)) }, func() flow { return m.block(s.orElse) })
	}
	f := m.block(s.body)
	switch f {
	case returns, raises, halts:
		return f
	case breaks:
		return goesOn
	}
	if hasBreak(s.body) {
		m.forget(s.body)
		return goesOn
	}
	if s.x.kind == eTrue || s.x.kind == eInt {
		m.effect(Effect{Kind: Serve, Call: "while"}, s.span())
		if m.frame.fn != nil && m.frame.fn.def.async {
			return goesOn
		}
		if hasReturn(s.body) {
			return returns
		}
		return halts
	}
	m.forget(s.body)
	return goesOn
}

// loop is how a loop ends whose body ended in a way.
func loop(f flow) flow {
	if f == breaks || f == continues {
		return goesOn
	}
	return f
}

// hasBreak reports whether a loop's body may leave the loop.
func hasBreak(body []*stmt) bool {
	return slices.ContainsFunc(body, func(s *stmt) bool {
		switch s.kind {
		case sBreak:
			return true
		case sWhile, sFor:
			return hasBreak(s.orElse)
		case sDef, sClass:
			return false
		}
		return hasBreak(s.body) || hasBreak(s.orElse) || hasBreak(s.final) ||
			slices.ContainsFunc(s.handlers, func(h handler) bool { return hasBreak(h.body) })
	})
}

func hasReturn(body []*stmt) bool {
	return slices.ContainsFunc(body, func(s *stmt) bool {
		switch s.kind {
		case sReturn:
			return true
		case sDef, sClass:
			return false
		}
		return hasReturn(s.body) || hasReturn(s.orElse) || hasReturn(s.final) ||
			slices.ContainsFunc(s.handlers, func(h handler) bool { return hasReturn(h.body) })
	})
}

// forget makes unknown what a loop's body assigns: it may run again.
func (m *machine) forget(body []*stmt) {
	for _, s := range body {
		switch s.kind {
		case sAssign, sAugment, sFor, sWith:
			for _, t := range s.targets {
				if t != nil && t.kind == eName {
					m.store(t, nil, nil)
				}
			}
		}
		m.forget(s.body)
		m.forget(s.orElse)
		m.forget(s.final)
		for _, h := range s.handlers {
			m.forget(h.body)
		}
	}
}

func (m *machine) forStatement(s *stmt) flow {
	m.runs()
	iter := m.eval(s.x)
	if f := m.pending(); f != goesOn {
		return f
	}
	items, known := m.items(iter)
	if known && len(items) <= maxItems {
		for _, item := range items {
			m.store(s.targets[0], item, nil)
			switch f := m.block(s.body); f {
			case breaks:
				return goesOn
			case returns, raises, halts:
				return f
			}
		}
		return m.block(s.orElse)
	}
	m.store(s.targets[0], nil, nil)
	f := m.fork(func() flow { return loop(m.block(s.body)) }, func() flow { return goesOn })
	if f == goesOn {
		m.forget(s.body)
	}
	return f
}

// items returns what a loop over a value goes through, if all of it is known.
func (m *machine) items(v value) ([]value, bool) {
	switch v := v.(type) {
	case *list:
		return v.items, !v.open
	case *dict:
		var items []value
		for _, k := range v.keys {
			items = append(items, text{s: k})
		}
		return items, !v.open
	}
	return nil, false
}

// bindPattern makes the names of a pattern unknown.
func (m *machine) bindPattern(e *expr) {
	walkExpr(e, func(e *expr) {
		if e.kind == eName {
			m.assign(m.frame.scope.vars, e.text, nil)
		}
	})
}

// exceptions are the exceptions that an except of a name catches, beside itself.
var exceptions = map[string][]string{
	"BaseException":    {"*"},
	"Exception":        {"*"},
	"ImportError":      {"ModuleNotFoundError"},
	"OSError":          {"PermissionError", "FileNotFoundError", "FileExistsError", "ConnectionError", "ConnectionRefusedError", "gaierror", "IOError", "EnvironmentError"},
	"IOError":          {"OSError", "PermissionError", "FileNotFoundError"},
	"EnvironmentError": {"OSError", "PermissionError", "FileNotFoundError"},
	"LookupError":      {"KeyError", "IndexError"},
	"ArithmeticError":  {"ZeroDivisionError"},
	"error":            {"OSError", "PermissionError"}, // os.error, socket.error
}

// catches reports whether a handler catches an exception.
func catches(h handler, name string) bool {
	if h.types == nil {
		return true
	}
	types := []*expr{h.types}
	if h.types.kind == eTuple {
		types = h.types.list
	}
	for _, t := range types {
		caught := dottedName(t)
		caught = caught[strings.LastIndexByte(caught, '.')+1:]
		if caught == name || caught == "" {
			return true
		}
		for _, sub := range exceptions[caught] {
			if sub == name || sub == "*" && name != "SystemExit" && name != "KeyboardInterrupt" {
				return true
			}
		}
	}
	return false
}

// givesUp reports whether a handler ends the program, or hands the exception on.
func givesUp(body []*stmt) bool {
	for _, s := range body {
		switch s.kind {
		case sRaise:
			return true
		case sExpr:
			if s.x != nil && s.x.kind == eCall && isExit(dottedName(s.x.x)) {
				return true
			}
		case sReturn, sContinue, sBreak:
			return false
		case sIf:
			if len(s.orElse) > 0 && givesUp(s.body) && givesUp(s.orElse) {
				return true
			}
		}
	}
	return false
}

func isExit(name string) bool {
	switch name {
	case "sys.exit", "exit", "quit", "os._exit", "os.abort", "SystemExit":
		return true
	}
	return false
}

// guarded reports whether the program goes on after an exception; jumps whether
// that is known to be by a handler.
func (m *machine) guarded(name string) bool {
	for i := len(m.guards) - 1; i >= 0; i-- {
		g := m.guards[i]
		for _, h := range g.handlers {
			if catches(h, name) {
				if givesUp(h.body) {
					break // an outer one may still catch what it raises
				}
				return true
			}
		}
		if g.all {
			return true
		}
		for _, n := range g.names {
			if n == name || slices.Contains(exceptions[n], name) || slices.Contains(exceptions[n], "*") {
				return true
			}
		}
	}
	return false
}

// throw raises an exception that a handler goes on from. It returns false if there
// is none.
func (m *machine) throw(name string) bool {
	if !m.guarded(name) {
		return false
	}
	if m.raised == "" {
		m.raised = name
	}
	return true
}

// onlyBinds reports whether a block only imports and assigns.
func onlyBinds(body []*stmt) bool {
	for _, s := range body {
		switch s.kind {
		case sImport, sFrom, sAssign, sPass, sDef, sClass:
		case sExpr:
			if s.x == nil || s.x.kind != eString {
				return false
			}
		default:
			return false
		}
	}
	return true
}

func (m *machine) try(s *stmt) flow {
	f := m.tryBody(s)
	if len(s.final) > 0 {
		raised := m.raised
		m.raised = ""
		if last := m.block(s.final); last != goesOn {
			return last
		}
		m.raised = raised
	}
	return f
}

func (m *machine) tryBody(s *stmt) flow {
	if len(s.handlers) == 0 {
		return m.block(s.body)
	}
	m.guards = append(m.guards, guard{handlers: s.handlers, frame: m.frame})
	f := m.block(s.body)
	m.guards = m.guards[:len(m.guards)-1]
	if f == raises {
		for _, h := range s.handlers {
			if m.raised == "?" || catches(h, m.raised) {
				raised := m.raised
				m.raised = ""
				if h.as != "" {
					m.assign(m.frame.scope.vars, h.as, nil)
				}
				f := m.block(h.body)
				if f == raises && m.raised == "?" {
					m.raised = raised
				}
				return f
			}
		}
		return f
	}
	if f == goesOn {
		f = m.block(s.orElse)
	}
	if f == halts && m.steps > maxSteps {
		return f
	}
	// What the handlers do if something raises after all.
	branches := []func() flow{func() flow { return goesOn }}
	for _, h := range s.handlers {
		branches = append(branches, func() flow {
			if h.as != "" {
				m.assign(m.frame.scope.vars, h.as, nil)
			}
			return m.block(h.body)
		})
	}
	if f != goesOn || onlyBinds(s.body) {
		for _, b := range branches[1:] {
			m.maybe++
			raised, ret := m.raised, m.frame.ret
			m.branch(b)
			m.raised, m.frame.ret = raised, ret
			m.maybe--
		}
		if onlyBinds(s.body) {
			m.optional(s.body)
		}
		return f
	}
	return m.fork(branches...)
}

// optional notes that the names of imports may have been bound to something else.
func (m *machine) optional(body []*stmt) {
	for _, s := range body {
		if s.kind != sImport && s.kind != sFrom {
			continue
		}
		for _, n := range s.names {
			name := n.as
			if name == "" {
				name, _, _ = strings.Cut(n.name, ".")
			}
			if e, ok := m.frame.scope.vars[name].(ext); ok && !e.opt {
				e.opt = true
				m.assign(m.frame.scope.vars, name, e)
			}
		}
	}
}

func (m *machine) with(s *stmt) flow {
	m.runs()
	guards := len(m.guards)
	for i := 0; i < len(s.targets); i += 2 {
		v := m.eval(s.targets[i])
		if f := m.pending(); f != goesOn {
			return f
		}
		if e := s.targets[i]; e.kind == eCall {
			if fn, ok := m.quiet(e.x).(ext); ok && fn.name == "contextlib.suppress" {
				g := guard{frame: m.frame}
				for _, a := range e.args {
					name := dottedName(a.value)
					g.names = append(g.names, name[strings.LastIndexByte(name, '.')+1:])
				}
				m.guards = append(m.guards, g)
			}
		}
		if inst, ok := v.(*instance); ok && inst.class != nil {
			for _, name := range []string{"__enter__", "__aenter__"} {
				if _, _, ok := inst.class.find(name, 0); ok {
					v = m.callMethod(inst, name, &arguments{}, s.targets[i].span())
				}
			}
		}
		if t := s.targets[i+1]; t != nil {
			m.store(t, v, nil)
		}
	}
	f := m.block(s.body)
	if len(m.guards) > guards {
		m.guards = m.guards[:guards]
		if f == raises {
			m.raised = ""
			return goesOn
		}
	}
	return f
}

// quiet evaluates a name without noting anything.
func (m *machine) quiet(e *expr) value {
	switch e.kind {
	case eName:
		v := m.lookup(e.text)
		return v
	case eAttr:
		return m.attribute(m.quiet(e.x), e.text, nil)
	}
	return nil
}

func (m *machine) augment(s *stmt) {
	v := m.eval(s.x)
	t := s.targets[0]
	if t.kind == eName || t.kind == eAttr {
		old := m.eval(t)
		if l, ok := old.(*list); ok && s.text == "+" {
			m.change(l)
			if more, ok := v.(*list); ok {
				sum := newList(append(l.items[:len(l.items):len(l.items)], more.items...), l.open || more.open)
				l.items, l.open = sum.items, sum.open
			} else {
				m.opened(l)
			}
			return
		}
		m.store(t, m.operate(s.text, old, v), nil)
	}
}

// opened notes that a list may hold more.
func (m *machine) opened(l *list) {
	m.change(l)
	if l == m.path {
		l.items = append([]value{nil}, l.items...)
		return
	}
	l.open = true
}

// store assigns a value.
func (m *machine) store(t *expr, v value, from *expr) {
	switch t.kind {
	case eName:
		in := m.frame.scope.vars
		if m.frame.scope.globals[t.text] {
			in = m.frame.scope.mod.vars
			for up := m.frame.scope.up; up != nil; up = up.up {
				if _, ok := up.vars[t.text]; ok && !up.class {
					in = up.vars
					break
				}
			}
		}
		if c, ok := v.(text); ok && c.from == nil && from != nil && (from.kind == eString || from.kind == eFString) {
			v = text{c.s, m.origin(from)}
		}
		m.assign(in, t.text, v)
	case eAttr:
		switch o := m.eval(t.x).(type) {
		case *instance:
			m.assign(o.vars, t.text, v)
		case *class:
			m.assign(o.vars, t.text, v)
		case *module:
			m.assign(o.vars, t.text, v)
		case ext:
			if o.name == "sys" && t.text == "path" {
				m.setPath(v)
			}
		}
	case eIndex:
		switch o := m.eval(t.x).(type) {
		case *dict:
			if key, ok := m.eval(t.y).(text); ok {
				o.set(m, key.s, v)
			} else {
				m.saveKeys(o)
				o.open = true
			}
		case *list:
			if o == m.path && t.y.kind == eSlice {
				m.setPath(v)
				return
			}
			if i, ok := m.eval(t.y).(int64); ok && i >= 0 && int(i) < len(o.items) {
				m.change(o)
				o.items = slices.Clone(o.items)
				o.items[i] = v
				return
			}
			m.opened(o)
		case ext:
			if o.name == "os.environ" {
				if key, ok := m.eval(t.y).(text); ok {
					m.setEnv(key.s, v)
				} else {
					m.envOpen = true
				}
			}
			if o.name == "sys.modules" {
				if key, ok := m.eval(t.y).(text); ok {
					m.modules[key.s] = v
				}
			}
		}
	case eTuple, eList:
		items, known := m.items(v)
		star := slices.ContainsFunc(t.list, func(e *expr) bool { return e.kind == eStar })
		for i, e := range t.list {
			if known && !star && len(items) == len(t.list) {
				m.store(e, items[i], nil)
			} else {
				m.store(e, nil, nil)
			}
		}
	case eStar:
		m.store(t.x, nil, nil)
	}
}

// setPath sets sys.path.
func (m *machine) setPath(v value) {
	m.change(m.path)
	l, ok := v.(*list)
	if !ok {
		m.path.items = append([]value{nil}, m.path.items...)
		return
	}
	m.path.items = slices.Clone(l.items)
	if l.open {
		m.path.items = append([]value{nil}, m.path.items...)
	}
}

// setEnv sets a variable of the environment.
func (m *machine) setEnv(name string, v value) {
	if m.maybe > 0 {
		if old, ok := m.env[name]; !ok || !same(old, v) {
			v = nil
		}
	}
	m.env[name] = v
}

// origin is the place of an expression.
func (m *machine) origin(e *expr) *Origin {
	if m.frame.file == nil {
		return nil
	}
	return &Origin{Step: Step{File: m.frame.file.Source, Span: e.span()}}
}
