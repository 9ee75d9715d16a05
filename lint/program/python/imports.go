package python

import (
	"path"
	"slices"
	"strings"

	"github.com/unitvet/unitvet/lint/source"
)

// Elements of sys.path that are not directories of the project: the standard
// library, and what is installed for the interpreter.
var (
	libraryEntry value = ext{name: "<library>"}
	siteEntry    value = ext{name: "<site>"}
)

// foundKind is what is found of a module.
type foundKind int

const (
	foundNothing foundKind = iota
	foundModule
	foundPackage
	foundNamespace
	foundOutside // not the project's
)

// location is where a module was found.
type location struct {
	kind foundKind
	file string   // of a module, or of the package's __init__
	dirs []string // of a package
	// unsure says that it may be in a place that is not known.
	unsure bool
	// site says that it may be installed.
	site bool
}

// locate looks for a module as the import system does (Python's Language
// Reference, chapter 5): the parent packages have been imported.
func (m *machine) locate(full string) location {
	dot := strings.LastIndexByte(full, '.')
	if dot < 0 {
		return m.find(full, m.path.items)
	}
	parent, ok := m.modules[full[:dot]].(*module)
	if !ok {
		return location{kind: foundOutside}
	}
	if parent.path == nil {
		return location{}
	}
	var items []value
	for _, dir := range parent.path {
		items = append(items, text{s: dir})
	}
	loc := m.find(full[dot+1:], items)
	if parent.open && loc.kind == foundNothing {
		loc.unsure = true
	}
	return loc
}

// find looks for a module in the elements of a path.
func (m *machine) find(name string, items []value) location {
	top := len(items) > 0 && &items[0] == &m.path.items[0]
	if top && isBuiltin(name) {
		return location{kind: foundOutside}
	}
	loc := location{}
	for _, item := range items {
		switch item {
		case libraryEntry:
			if isStandard(name, m.start.Minor) {
				return location{kind: foundOutside}
			}
		case siteEntry:
			loc.site = true
		default:
			dir, ok := pathOf(item)
			if !ok {
				loc.unsure = true
				continue
			}
			at := m.absolute(dir.s)
			if at == "" {
				loc.unsure = true
				continue
			}
			at = path.Join(at, name)
			if init := path.Join(at, "__init__.py"); m.world.File(init) == Yes {
				return location{kind: foundPackage, file: init, dirs: []string{at}, unsure: loc.unsure}
			}
			switch m.world.File(at + ".py") {
			case Yes:
				return location{kind: foundModule, file: at + ".py", unsure: loc.unsure}
			case Unknown:
				loc.unsure = true
			}
			if m.world.Dir(at) == Yes {
				loc.dirs = append(loc.dirs, at)
			}
		}
	}
	if loc.dirs != nil {
		loc.kind = foundNamespace
		loc.unsure = loc.unsure || loc.site && top
	}
	return loc
}

// absolute returns a path as seen from the working directory, "" if that is not
// known.
func (m *machine) absolute(p string) string {
	if strings.HasPrefix(p, "/") {
		return path.Clean(p)
	}
	if m.start.Dir == "" {
		return ""
	}
	return path.Join(m.start.Dir, p)
}

// importName imports a module with its parents and returns it; something ext if it
// is not the project's, nil if nothing is known of it. A failure is one that
// nothing has noted yet.
func (m *machine) importName(full string, at source.Span) (value, *Failure) {
	var v value
	for i := 0; i <= len(full); i++ {
		if i < len(full) && full[i] != '.' {
			continue
		}
		name := full[:i]
		loaded, failure := m.importOne(name, full, at)
		if failure != nil {
			return nil, failure
		}
		if dot := strings.LastIndexByte(name, '.'); dot > 0 {
			if parent, ok := v.(*module); ok && loaded != nil {
				m.assign(parent.vars, name[dot+1:], loaded)
			}
		}
		v = loaded
		switch v.(type) {
		case *module:
		case ext:
			return ext{name: full}, nil
		default:
			return nil, nil
		}
	}
	return v, nil
}

// importOne imports a module whose parents are there.
func (m *machine) importOne(name, full string, at source.Span) (value, *Failure) {
	if known, ok := m.modules[name]; ok {
		return known, nil
	}
	loc := m.locate(name)
	if loc.kind == foundNamespace && strings.IndexByte(name, '.') < 0 && loc.unsure && !m.has(loc.dirs, full) {
		return ext{name: name}, nil // more likely something installed
	}
	if loc.kind == foundNothing && !loc.unsure {
		if failure := m.missing(name, full); failure != nil {
			if m.throw("ModuleNotFoundError") {
				return nil, nil
			}
			if m.maybe > 0 || m.when == Later {
				return nil, nil
			}
			failure.Chain = m.chain(at, "imports "+full)
			failure.When = m.now()
			if !m.failed[failure.Module] {
				m.failed[failure.Module] = true
				m.facts.Failures = append(m.facts.Failures, *failure)
			}
			if failure.Kind == NoSubmodule {
				return nil, nil
			}
			// Go on as if it were found.
			if len(failure.Dirs) > 0 {
				m.change(m.path)
				m.path.items = append(m.path.items[:len(m.path.items):len(m.path.items)], text{s: failure.Dirs[0]})
				loc = m.locate(name)
			}
		} else if m.guarded("ModuleNotFoundError") {
			return ext{name: name, opt: true}, nil
		}
	}
	switch loc.kind {
	case foundModule, foundPackage:
		if len(m.modules) > maxImports || m.depth > 200 {
			return nil, nil
		}
		mod := &module{name: name, file: loc.file, path: loc.dirs, vars: vars{}}
		mod.pkg = name
		if loc.kind == foundModule {
			mod.pkg = ""
			if dot := strings.LastIndexByte(name, '.'); dot > 0 {
				mod.pkg = name[:dot]
			}
		}
		m.modules[name] = mod
		mod.src = m.world.Load(loc.file)
		mod.open = mod.src == nil
		m.unread = m.unread || mod.open
		m.importing(mod, at, full)
		return m.modules[name], nil
	case foundNamespace:
		mod := &module{name: name, path: loc.dirs, pkg: name, vars: vars{}}
		mod.open = loc.unsure
		m.modules[name] = mod
		return mod, nil
	case foundNothing:
		if loc.unsure {
			return nil, nil
		}
		return ext{name: name}, nil
	}
	return ext{name: name}, nil
}

// importing runs the body of a module that is imported here.
func (m *machine) importing(mod *module, at source.Span, full string) {
	when, guards, journal := m.when, m.guards, m.journal
	m.journal = nil // a module stays loaded, whatever branch it was loaded in
	outer := m.frame
	if m.when == Starting {
		m.when = Import
	}
	f := m.load(mod, m.frame, at, "imports "+full)
	m.frame = outer
	m.when, m.guards, m.journal = when, guards, journal
	if f == halts && m.steps <= maxSteps {
		m.raised = halted
	}
	if f == raises && m.raised != "" && !m.guarded(m.raised) {
		m.raised = "" // what it checks holds, one hopes
	}
}

// has reports whether a directory has a module below a package.
func (m *machine) has(dirs []string, full string) bool {
	_, rest, ok := strings.Cut(full, ".")
	if !ok {
		return true
	}
	rest = strings.ReplaceAll(rest, ".", "/")
	for _, dir := range dirs {
		p := path.Join(dir, rest)
		if m.world.File(p+".py") == Yes || m.world.Dir(p) == Yes {
			return true
		}
	}
	return false
}

// missing returns the failure for a module that is nowhere on the path, or nil if
// it may be one that is installed.
func (m *machine) missing(name, full string) *Failure {
	near := m.start.Dir
	if m.frame.mod != nil {
		near = path.Dir(m.frame.mod.file)
	}
	if dot := strings.LastIndexByte(name, '.'); dot > 0 {
		parent, _ := m.modules[name[:dot]].(*module)
		if parent == nil || parent.open || m.isDynamic(parent) || m.isBuilt(parent) {
			return nil
		}
		for _, dir := range parent.path {
			if slices.Contains(m.world.Entries(dir), name[dot+1:]) {
				return nil // a link that leads out of what is read
			}
		}
		f := &Failure{Kind: NoSubmodule, Module: name, Full: full, Error: "ModuleNotFoundError: No module named '" + name + "'"}
		if parent.path == nil {
			f.Error += "; '" + parent.name + "' is not a package"
		}
		f.Found = parent.file
		if parent.path != nil && f.Found == "" {
			f.Found = parent.path[0]
		}
		f.Dirs = m.world.Holders(name, near)
		return f
	}
	if isDistribution(name) {
		return nil
	}
	dirs := m.world.Holders(full, near)
	if len(dirs) == 0 {
		return nil
	}
	return &Failure{Kind: NoModule, Module: name, Full: full, Dirs: dirs, Error: "ModuleNotFoundError: No module named '" + name + "'"}
}

// broken notes a file that does not compile.
func (m *machine) broken(mod *module, at source.Span) {
	if m.throw("SyntaxError") || m.maybe > 0 || m.when == Later || m.failed[mod.file] {
		return
	}
	m.failed[mod.file] = true
	mod.open = true
	src := mod.src.Source
	place := source.Span{Start: mod.src.damage.at, End: min(mod.src.damage.at+1, len(src.Text))}
	if place.Start >= len(src.Text) {
		place = source.Span{Start: max(len(src.Text)-1, 0), End: len(src.Text)}
	}
	f := Failure{Kind: Broken, Module: mod.name, Full: mod.name, Found: mod.file, Error: "SyntaxError", Name: mod.src.damage.text, When: m.now()}
	f.Chain = append(m.chain(at, "imports "+mod.name), Step{src, place, mod.src.damage.text})
	m.facts.Failures = append(m.facts.Failures, f)
}

// importStatement runs import and from.
func (m *machine) importStatement(s *stmt) {
	if s.kind == sImport {
		for _, n := range s.names {
			at := source.Span{Start: int(n.start), End: int(n.end)}
			v, _ := m.importName(n.name, at)
			if m.raised != "" {
				return
			}
			top, _, dotted := strings.Cut(n.name, ".")
			switch {
			case n.as != "":
				m.bind(n.as, v)
			case dotted:
				if known, ok := m.modules[top]; ok {
					m.bind(top, known)
				} else if _, ok := v.(ext); ok {
					m.bind(top, ext{name: top})
				} else {
					m.bind(top, nil)
				}
			default:
				m.bind(top, v)
			}
		}
		return
	}
	m.from(s)
}

func (m *machine) bind(name string, v value) {
	in := m.frame.scope.vars
	if m.frame.scope.globals[name] {
		in = m.frame.scope.mod.vars
	}
	m.assign(in, name, v)
}

// from runs from X import names.
func (m *machine) from(s *stmt) {
	at := s.span()
	full := s.text
	if s.level > 0 {
		base, ok := m.relative(s, at)
		if !ok {
			for _, n := range s.names {
				m.bind(aliasOf(n), nil)
			}
			return
		}
		full = base
		if s.text != "" {
			full += "." + s.text
		}
	}
	if full == "" {
		return
	}
	v, _ := m.importName(full, at)
	if m.raised != "" {
		return
	}
	for _, n := range s.names {
		if n.name == "*" {
			m.star(v)
			continue
		}
		m.bind(aliasOf(n), m.member(v, full, n))
		if m.raised != "" {
			return
		}
	}
}

func aliasOf(n alias) string {
	if n.as != "" {
		return n.as
	}
	return n.name
}

// relative returns the package that a relative import starts from.
func (m *machine) relative(s *stmt, at source.Span) (string, bool) {
	mod := m.frame.mod
	if mod == nil {
		return "", false
	}
	base := mod.pkg
	fail := func(text string) (string, bool) {
		if m.throw("ImportError") || m.maybe > 0 || m.when == Later {
			return "", false
		}
		key := "relative " + mod.file
		if m.failed[key] {
			return "", false
		}
		m.failed[key] = true
		m.facts.Failures = append(m.facts.Failures, Failure{
			Kind: NoParent, Module: s.text, Full: strings.Repeat(".", s.level) + s.text, Found: mod.file,
			Error: "ImportError: " + text, When: m.now(), Chain: m.chain(at, "imports relative to its package"),
		})
		return "", false
	}
	if base == "" {
		if mod.name == "__main__" || mod.name != "" {
			if _, open := mod.vars["__package__"].(text); open && mod.vars["__package__"] != (text{}) {
				return "", false // it was set by the program
			}
			return fail("attempted relative import with no known parent package")
		}
	}
	for range s.level - 1 {
		dot := strings.LastIndexByte(base, '.')
		if dot < 0 {
			return fail("attempted relative import beyond top-level package")
		}
		base = base[:dot]
	}
	if _, ok := m.modules[base].(*module); !ok {
		return "", false
	}
	return base, true
}

// member returns a name of a module that is imported from it: an attribute, or
// else a submodule.
func (m *machine) member(v value, full string, n alias) value {
	switch mod := v.(type) {
	case ext:
		return ext{name: full + "." + n.name, opt: mod.opt}
	case *module:
		if known, ok := mod.vars[n.name]; ok {
			return known
		}
		at := source.Span{Start: int(n.start), End: int(n.end)}
		sub := full + "." + n.name
		if known, ok := m.modules[sub]; ok {
			return known
		}
		if mod.path != nil {
			if loc := m.locate(sub); loc.kind != foundNothing || loc.unsure {
				w, _ := m.importOne(sub, sub, at)
				if _, ok := w.(*module); ok {
					m.assign(mod.vars, n.name, w)
				}
				return w
			}
		}
		if mod.open || mod.loading || mod.file == "" && mod.path == nil || m.isDynamic(mod) || m.isBuilt(mod) || mentions(mod, n.name) {
			return nil
		}
		m.noName(mod, sub, n, at)
	}
	return nil
}

// noName notes that a module does not have a name that is imported from it.
func (m *machine) noName(mod *module, sub string, n alias, at source.Span) {
	if m.throw("ImportError") || m.maybe > 0 || m.when == Later || m.failed[sub] {
		return
	}
	near := m.start.Dir
	if m.frame.mod != nil {
		near = path.Dir(m.frame.mod.file)
	}
	m.failed[sub] = true
	where := mod.file
	if where == "" {
		where = "unknown location"
	}
	m.facts.Failures = append(m.facts.Failures, Failure{
		Kind: NoName, Module: mod.name, Full: sub, Name: n.name, Found: mod.file, When: m.now(),
		Dirs:  m.world.Holders(sub, near),
		Error: "ImportError: cannot import name '" + n.name + "' from '" + mod.name + "' (" + where + ")",
		Chain: m.chain(at, "imports "+n.name+" from "+mod.name),
	})
}

// isDynamic reports whether a module may have names that no statement of it binds.
func (m *machine) isDynamic(mod *module) bool {
	if _, ok := mod.vars["__getattr__"]; ok || mod.src == nil && mod.file != "" {
		return true
	}
	if mod.src == nil {
		return false
	}
	text := mod.src.Source.Text
	for _, word := range []string{"globals()", "exec(", "sys.modules", "setattr(", "vars()", "locals()", "__dict__", "lazy", "meta_path", "path_hooks", "__path__"} {
		if strings.Contains(text, word) {
			return true
		}
	}
	return m.steps > maxSteps
}

// isBuilt reports whether a package may have modules that are made of something else
// than Python: beside stubs and the sources of extensions.
func (m *machine) isBuilt(mod *module) bool {
	for _, dir := range mod.path {
		for _, name := range m.world.Entries(dir) {
			switch path.Ext(name) {
			case ".so", ".pyd", ".pyx", ".pyi", ".pxd", ".c", ".cc", ".cpp", ".rs", ".proto", ".in", ".pyc":
				return true
			}
		}
	}
	return false
}

// mentions reports whether a name stands anywhere in a module, which may then bind it
// in a way that was not understood.
func mentions(mod *module, name string) bool {
	if mod.src == nil {
		return false
	}
	text := mod.src.Source.Text
	for from := 0; ; {
		i := strings.Index(text[from:], name)
		if i < 0 {
			return false
		}
		start := from + i
		end := start + len(name)
		if (start == 0 || !nameByte[text[start-1]]) && (end == len(text) || !nameByte[text[end]]) {
			return true
		}
		from = end
	}
}

// star runs from X import *.
func (m *machine) star(v value) {
	in := m.frame.scope.vars
	mod, ok := v.(*module)
	if !ok {
		if m.frame.mod != nil {
			m.frame.mod.open = true
		}
		return
	}
	if mod.open || m.isDynamic(mod) {
		m.frame.mod.open = true
	}
	names, all := m.items(mod.vars["__all__"])
	if all {
		for _, n := range names {
			if name, ok := n.(text); ok {
				if known, has := mod.vars[name.s]; has {
					m.assign(in, name.s, known)
				} else {
					w, _ := m.importOne(mod.name+"."+name.s, mod.name+"."+name.s, source.Span{})
					m.assign(in, name.s, w)
				}
			} else {
				m.frame.mod.open = true
			}
		}
		return
	}
	if _, has := mod.vars["__all__"]; has {
		m.frame.mod.open = true
	}
	for name, known := range mod.vars {
		if !strings.HasPrefix(name, "_") {
			m.assign(in, name, known)
		}
	}
}
