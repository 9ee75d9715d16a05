package python

import (
	"strconv"
)

// value is what is known of a Python value; nil is nothing.
type value any

type (
	// none is None.
	none struct{}
	// text is a string.
	text struct {
		s    string
		from *Origin
	}
	// filePath is a path of pathlib.
	filePath struct {
		s    string
		from *Origin
	}
	// prefix is the start of a string or path, where what follows is not known but
	// for that it is not absolute: a name with a date in it.
	prefix struct {
		s    string
		from *Origin
	}
	// ext is something outside the project by its dotted name; opt says that it may
	// be None instead.
	ext struct {
		name string
		opt  bool
	}
	// vars are names with their values.
	vars map[string]value
	// list is a list, tuple or set. There may be more in an open one.
	list struct {
		items []value
		open  bool
	}
	// dict has texts for keys. There may be more in an open one.
	dict struct {
		vars vars
		keys []string
		open bool
	}
	// module is a module of the project.
	module struct {
		name, file string
		path       []string // of a package
		pkg        string   // __package__
		vars       vars
		src        *File
		loading    bool
		open       bool // may have more names than are known
	}
	// function is a function of the project, bound to self if that is set.
	function struct {
		def      *def
		mod      *module
		scope    *scope
		self     value
		class    *class
		defaults []value
		flags    flags
	}
	// class is a class of the project.
	class struct {
		name   string
		def    *def
		mod    *module
		bases  []value
		vars   vars
		fields []field
		flags  flags
		prefix string
		env    string // its file
		env0   bool   // has a file that is not known
	}
	// instance is an instance of one, or a namespace without a class.
	instance struct {
		class *class
		vars  vars
		open  bool
	}
	// made is what a call of something outside returned.
	made struct {
		name   string
		parser *argParser
	}
	// method is an attribute of a value that is called.
	method struct {
		of   value
		name string
	}
	// partial is a function with arguments.
	partial struct {
		fn   value
		args *arguments
	}
)

// flags are what decorators and bases say.
type flags uint16

const (
	isProperty flags = 1 << iota
	isStatic
	isClassMethod
	isContext
	isDataclass
	isSettings
	isModel
	isEnum
	isRegistered // handed to something that calls it
)

// field is a field of a dataclass or settings class.
type field struct {
	name  string
	value value
	has   bool
	names []string // of its variables
	step  Step
	kind  string // its type, as written
	maker value  // makes its default
}

// scope holds the names of a function or module.
type scope struct {
	vars    vars
	up      *scope
	mod     *module
	globals map[string]bool
	fn      *function
	class   bool
}

// truth says whether a value is true, if that is known.
func truth(v value) (is, known bool) {
	switch v := v.(type) {
	case none:
		return false, true
	case bool:
		return v, true
	case int64:
		return v != 0, true
	case float64:
		return v != 0, true
	case text:
		return v.s != "", true
	case filePath, *function, *class, *module:
		return true, true
	case *list:
		return len(v.items) > 0, len(v.items) > 0 || !v.open
	case *dict:
		return len(v.keys) > 0, len(v.keys) > 0 || !v.open
	case ext:
		switch v.name {
		case "typing.TYPE_CHECKING", "typing_extensions.TYPE_CHECKING":
			return false, true
		}
	}
	return false, false
}

// equal says whether two values are equal, if that is known.
func equal(a, b value) (is, known bool) {
	if a == nil || b == nil {
		return false, false
	}
	switch a := a.(type) {
	case text:
		switch b := b.(type) {
		case text:
			return a.s == b.s, true
		case none, int64, bool:
			return false, true
		}
	case filePath:
		if b, ok := b.(filePath); ok {
			return a.s == b.s, true
		}
	case none:
		switch b := b.(type) {
		case none:
			return true, true
		case text, filePath, int64, bool, *list, *dict, *function, *class, *module:
			return false, true
		case ext:
			return false, !b.opt
		}
	case int64, bool, float64:
		x, xok := number(a)
		y, yok := number(b)
		if xok && yok {
			return x == y, true
		}
		if _, ok := b.(none); ok {
			return false, true
		}
	case *function, *class, *module, *list, *dict, *instance:
		if a == b {
			return true, true
		}
		if _, ok := b.(none); ok {
			return false, true
		}
	case ext:
		if _, ok := b.(none); ok {
			return false, !a.opt
		}
		if b, ok := b.(ext); ok && a.name == b.name {
			return true, true
		}
	}
	return false, false
}

func number(v value) (float64, bool) {
	switch v := v.(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, true
	case bool:
		if v {
			return 1, true
		}
		return 0, true
	}
	return 0, false
}

// same reports whether two values may stand for each other.
func same(a, b value) bool {
	if a == nil && b == nil {
		return true
	}
	is, known := equal(a, b)
	return is && known
}

// str is str(v).
func str(v value) (text, bool) {
	switch v := v.(type) {
	case text:
		return v, true
	case filePath:
		return text(v), true
	case int64:
		return text{s: strconv.FormatInt(v, 10)}, true
	case bool:
		if v {
			return text{s: "True"}, true
		}
		return text{s: "False"}, true
	case none:
		return text{s: "None"}, true
	}
	return text{}, false
}

// pathOf returns a value as a path.
func pathOf(v value) (filePath, bool) {
	switch v := v.(type) {
	case filePath:
		return v, true
	case text:
		return filePath(v), true
	}
	return filePath{}, false
}

// newDict returns an empty dict.
func newDict() *dict { return &dict{vars: vars{}} }

func (d *dict) set(m *machine, key string, v value) {
	if _, ok := d.vars[key]; !ok {
		m.saveKeys(d)
		d.keys = append(d.keys[:len(d.keys):len(d.keys)], key)
	}
	m.assign(d.vars, key, v)
}

// isA reports whether a class has a flag, itself or from a base.
func (c *class) isA(f flags) bool {
	if c.flags&f != 0 {
		return true
	}
	for _, b := range c.bases {
		if b, ok := b.(*class); ok && b != c && b.isA(f) {
			return true
		}
	}
	return false
}

// open reports whether a base is outside the project.
func (c *class) open() bool {
	for _, b := range c.bases {
		switch b := b.(type) {
		case *class:
			if b != c && b.open() {
				return true
			}
		case ext:
			if b.name != "builtins.object" {
				return true
			}
		default:
			return true
		}
	}
	return false
}

// find looks an attribute of a class up in it and its bases.
func (c *class) find(name string, depth int) (value, *class, bool) {
	if v, ok := c.vars[name]; ok {
		return v, c, true
	}
	if depth > 20 {
		return nil, nil, false
	}
	for _, b := range c.bases {
		if b, ok := b.(*class); ok {
			if v, at, ok := b.find(name, depth+1); ok {
				return v, at, true
			}
		}
	}
	return nil, nil, false
}

// Limits of the values that are worked out.
const (
	maxText  = 1 << 14
	maxTotal = 1 << 12 // of the items of a list
)

// newText is a text, unknown if it is longer than any name or path.
func newText(s string, from *Origin) value {
	if len(s) > maxText {
		return nil
	}
	return text{s, from}
}

// newList is a list, cut off where it gets too long.
func newList(items []value, open bool) *list {
	if len(items) > maxTotal {
		return &list{items: items[:maxTotal:maxTotal], open: true}
	}
	return &list{items: items, open: open}
}
