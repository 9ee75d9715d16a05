package python

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxDepth is how deep expressions may be nested; CPython gives up at 200
// brackets (MAXLEVEL in Parser/lexer/state.h).
const maxDepth = 200

// maxChain is how long a chain of operators, attributes, calls or elif may be: each
// link makes the tree deeper.
const maxChain = 2000

// parser makes statements of tokens. It accepts more than Python does: what it
// has to get right are programs that work.
type parser struct {
	file  *File
	lex   lexer
	tok   token
	depth int
	slab  []expr
}

func (p *parser) advance() { p.tok = p.lex.next() }

func (p *parser) text() string { return p.lex.src[p.tok.start:p.tok.end] }

// is reports whether the token is an operator or a keyword.
func (p *parser) is(text string) bool {
	return (p.tok.kind == tOp || p.tok.kind == tName) && p.text() == text
}

// closes reports whether the token is one of several operators of one byte.
func (p *parser) closes(ops string) bool {
	return p.tok.kind == tOp && p.tok.end-p.tok.start == 1 && strings.IndexByte(ops, p.lex.src[p.tok.start]) >= 0
}

// accept skips a token if it is an operator or keyword.
func (p *parser) accept(text string) bool {
	if p.is(text) {
		p.advance()
		return true
	}
	return false
}

// name reads a name.
func (p *parser) name() string {
	if p.tok.kind != tName {
		return ""
	}
	text := p.text()
	p.advance()
	return text
}

// node returns a new expression that starts at a place.
func (p *parser) node(kind exprKind, start int32) *expr {
	if len(p.slab) == 0 {
		p.slab = make([]expr, 64)
	}
	e := &p.slab[0]
	p.slab = p.slab[1:]
	e.kind, e.start = kind, start
	return e
}

func (p *parser) here() int32 { return offset(p.tok.start) }

// offset is a place in a file, which is far smaller than 2 GiB.
func offset(n int) int32 { return int32(n) }

// finish ends an expression before the token.
func (p *parser) finish(e *expr) *expr {
	end := p.tok.start
	src := p.lex.src
	for end > int(e.start) && (blank[src[end-1]] || src[end-1] == '\n') {
		end--
	}
	e.end = offset(end)
	return e
}

// skipLine skips what is left of a logical line.
func (p *parser) skipLine() {
	for p.tok.kind != tNewline && p.tok.kind != tEnd {
		p.advance()
	}
	if p.tok.kind == tNewline {
		p.advance()
	}
}

// statements reads one line: a compound statement, or simple ones.
func (p *parser) statements(to []*stmt) []*stmt {
	if p.is("@") {
		if s := p.decorated(); s != nil {
			return append(to, s)
		}
	}
	if p.tok.kind == tName {
		if s := p.compound(); s != nil {
			return append(to, s)
		}
	}
	for {
		before := p.lex.pos
		if s := p.simple(); s != nil {
			to = append(to, s)
		}
		if p.accept(";") && p.tok.kind != tNewline {
			continue
		}
		if p.tok.kind != tNewline {
			p.skipLine()
		} else {
			p.advance()
		}
		if p.lex.pos == before && p.tok.kind != tEnd && p.tok.kind != tDedent {
			p.advance()
		}
		return to
	}
}

// block reads what belongs to a compound statement, after its colon.
func (p *parser) block() []*stmt {
	var body []*stmt
	if p.tok.kind == tNewline {
		p.advance()
	}
	if p.tok.kind != tIndent {
		if p.tok.kind == tDedent || p.tok.kind == tEnd {
			return nil
		}
		return p.statements(nil)
	}
	p.advance()
	if p.depth++; p.depth > maxDepth {
		p.skipBlock(nil)
		p.depth--
		return nil
	}
	for p.tok.kind != tDedent && p.tok.kind != tEnd {
		if p.tok.kind == tIndent { // of nothing
			p.advance()
			p.skipBlock(nil)
			continue
		}
		body = p.statements(body)
	}
	p.depth--
	if p.tok.kind == tDedent {
		p.advance()
	}
	return body
}

// skipBlock skips a block after its indentation, up to the token after it. What
// matters of a function without looking into it, it notes.
func (p *parser) skipBlock(d *def) {
	level := 1
	first := true // of a statement
	for {
		switch p.tok.kind {
		case tEnd:
			return
		case tIndent:
			level++
		case tDedent:
			if level--; level == 0 {
				p.advance()
				return
			}
		case tName:
			if d != nil && p.text() == "yield" {
				d.generator = true
			}
			if first {
				p.python2()
			}
		}
		first = p.tok.kind != tName && p.tok.kind != tNumber && p.tok.kind != tString && (p.tok.kind != tOp || p.text() == ";")
		p.advance()
	}
}

// python2 notes a statement that only Python 2 knows: print "x", exec "x".
func (p *parser) python2() {
	switch p.text() {
	case "print", "exec":
	default:
		return
	}
	ahead := p.lex
	next := ahead.next()
	switch next.kind {
	case tString, tNumber:
	case tName:
		switch ahead.src[next.start:next.end] {
		case "in", "is", "if", "and", "or", "not":
			return
		}
	default:
		return
	}
	p.lex.spoil(p.tok.start, "a statement that only Python 2 knows")
}

// compound reads a compound statement, or returns nil if there is none.
func (p *parser) compound() *stmt {
	s := &stmt{start: p.here()}
	switch word := p.text(); word {
	case "if":
		return p.ifStatement(s)
	case "while":
		p.advance()
		s.kind, s.x = sWhile, p.named()
		p.colon(s)
		s.body = p.block()
		s.orElse = p.elseBlock()
	case "for":
		p.forStatement(s)
	case "try":
		p.tryStatement(s)
	case "with":
		p.withStatement(s)
	case "def":
		p.function(s, nil, false)
	case "class":
		p.class(s, nil)
	case "async":
		ahead := p.lex
		next := ahead.next()
		word := ahead.src[next.start:next.end]
		if word != "def" && word != "for" && word != "with" {
			return nil
		}
		p.advance()
		switch word {
		case "def":
			p.function(s, nil, true)
		case "for":
			p.forStatement(s)
		case "with":
			p.withStatement(s)
		}
	case "match":
		if !p.endsInColon() {
			return nil
		}
		p.matchStatement(s)
	default:
		return nil
	}
	return s
}

// endsInColon reports whether the logical line ends in a colon with a block below
// it: that of match, which is a name elsewhere.
func (p *parser) endsInColon() bool {
	ahead := p.lex
	last := token{}
	for n := 0; ; n++ {
		t := ahead.next()
		if n == 0 && (t.kind == tOp && strings.IndexByte("([{-*~", ahead.src[t.start]) < 0 || t.kind == tNewline) {
			return false
		}
		if t.kind == tNewline || t.kind == tEnd {
			return last.kind == tOp && ahead.src[last.start] == ':'
		}
		last = t
	}
}

// colon ends the first line of a compound statement.
func (p *parser) colon(s *stmt) {
	for !p.is(":") && p.tok.kind != tNewline && p.tok.kind != tEnd {
		p.advance() // what was not understood
	}
	s.end = offset(p.tok.end)
	p.accept(":")
}

func (p *parser) elseBlock() []*stmt {
	if !p.is("else") {
		return nil
	}
	p.advance()
	p.accept(":")
	return p.block()
}

func (p *parser) ifStatement(s *stmt) *stmt {
	first := s
	for n := 0; ; n++ {
		p.advance()
		s.kind, s.x = sIf, p.named()
		p.colon(s)
		s.body = p.block()
		if !p.is("elif") || n > maxChain {
			s.orElse = p.elseBlock()
			return first
		}
		next := &stmt{start: p.here()}
		s.orElse = []*stmt{next}
		s = next
	}
}

func (p *parser) forStatement(s *stmt) {
	p.advance()
	s.kind = sFor
	s.targets = []*expr{p.targets()}
	p.accept("in")
	s.x = p.list()
	p.colon(s)
	s.body = p.block()
	s.orElse = p.elseBlock()
}

func (p *parser) tryStatement(s *stmt) {
	p.advance()
	s.kind = sTry
	p.colon(s)
	s.body = p.block()
	for p.is("except") {
		p.advance()
		p.accept("*")
		h := handler{}
		if !p.is(":") {
			h.types = p.list()
			if p.accept("as") {
				h.as = p.name()
			}
		}
		p.colon(&stmt{})
		h.body = p.block()
		s.handlers = append(s.handlers, h)
	}
	s.orElse = p.elseBlock()
	if p.is("finally") {
		p.advance()
		p.accept(":")
		s.final = p.block()
	}
}

// withStatement reads a with; its items are pairs of an expression and a target
// in targets, nil if there is none.
func (p *parser) withStatement(s *stmt) {
	p.advance()
	s.kind = sWith
	item := func() {
		s.targets = append(s.targets, p.named(), nil)
		if p.accept("as") {
			s.targets[len(s.targets)-1] = p.target()
		}
	}
	// The items may stand in brackets, which may also be those of an expression.
	if p.is("(") && p.bracketsItems() {
		p.advance()
		for !p.is(")") && p.tok.kind != tEnd {
			item()
			if !p.accept(",") {
				break
			}
		}
		p.accept(")")
	} else {
		for {
			item()
			if !p.accept(",") {
				break
			}
		}
	}
	p.colon(s)
	s.body = p.block()
}

// bracketsItems reports whether the bracket here holds the items of a with: the
// one that closes it is followed by the colon, and it holds an "as" or a comma.
func (p *parser) bracketsItems() bool {
	ahead := p.lex
	depth := ahead.depth
	found := false
	for {
		t := ahead.next()
		text := ahead.src[t.start:t.end]
		switch {
		case t.kind == tEnd || t.kind == tNewline:
			return false
		case ahead.depth == depth && (text == "as" || text == ","):
			found = true
		case ahead.depth < depth:
			t = ahead.next()
			return found && ahead.src[t.start:t.end] == ":"
		}
	}
}

func (p *parser) matchStatement(s *stmt) {
	p.advance()
	s.kind, s.x = sMatch, p.list()
	p.colon(s)
	if p.tok.kind == tNewline {
		p.advance()
	}
	if p.tok.kind != tIndent {
		return
	}
	p.advance()
	for p.is("case") {
		p.advance()
		h := handler{types: p.list()}
		if p.accept("if") {
			p.named()
		}
		p.colon(&stmt{})
		h.body = p.block()
		s.handlers = append(s.handlers, h)
	}
	p.skipBlock(nil)
}

// function reads a def, with its decorators already read.
func (p *parser) function(s *stmt, decorators []*expr, async bool) {
	p.advance()
	d := &def{file: p.file, start: s.start, decorators: decorators, async: async, name: p.name()}
	s.kind, s.def = sDef, d
	p.typeParameters()
	if p.accept("(") {
		d.params = p.params(")")
		p.accept(")")
	}
	if p.accept("->") {
		p.list()
	}
	p.colon(s)
	d.end = s.end
	p.lazily(d)
}

// lazily notes where a function's block is, or reads it if it stands on the same
// line.
func (p *parser) lazily(d *def) {
	if p.tok.kind != tNewline {
		d.parsed = p.block()
		return
	}
	at := p.tok.end
	p.advance()
	if p.tok.kind != tIndent {
		return
	}
	d.at, d.indent = at, p.lex.indents[len(p.lex.indents)-2]
	p.advance()
	p.skipBlock(d)
}

// typeParameters skips those of a function or class (PEP 695).
func (p *parser) typeParameters() {
	if !p.is("[") {
		return
	}
	depth := p.lex.depth - 1
	for p.tok.kind != tEnd && p.tok.kind != tNewline && (p.lex.depth > depth || !p.is("]")) {
		p.advance()
	}
	p.accept("]")
}

// params reads parameters up to a closing bracket or colon.
func (p *parser) params(end string) []param {
	var params []param
	only := false
	for !p.is(end) && p.tok.kind != tEnd && p.tok.kind != tNewline {
		switch {
		case p.accept("/"):
		case p.accept("**"):
			params = append(params, p.param(2, true, end))
		case p.accept("*"):
			only = true
			if p.tok.kind == tName {
				params = append(params, p.param(1, true, end))
			}
		case p.tok.kind == tName:
			params = append(params, p.param(0, only, end))
		default:
			p.advance()
		}
		p.accept(",")
	}
	return params
}

func (p *parser) param(star int, only bool, end string) param {
	a := param{name: p.name(), star: star, only: only}
	if end == ")" && p.accept(":") {
		a.annotation = p.starred()
	}
	if p.accept("=") {
		a.value = p.ternary()
	}
	return a
}

// class reads a class, with its decorators already read.
func (p *parser) class(s *stmt, decorators []*expr) {
	p.advance()
	d := &def{file: p.file, start: s.start, decorators: decorators, name: p.name()}
	s.kind, s.def = sClass, d
	p.typeParameters()
	if p.is("(") {
		p.advance()
		d.bases = p.arguments()
	}
	p.colon(s)
	d.end = s.end
	d.parsed = p.block()
}

// decorated reads a function or class with decorators.
func (p *parser) decorated() *stmt {
	var decorators []*expr
	for p.is("@") {
		p.advance()
		decorators = append(decorators, p.named())
		p.skipLine()
	}
	s := &stmt{start: p.here()}
	switch {
	case p.is("class"):
		p.class(s, decorators)
	case p.is("def"):
		p.function(s, decorators, false)
	case p.accept("async"):
		p.function(s, decorators, true)
	default:
		return nil
	}
	return s
}

// simple reads a simple statement.
func (p *parser) simple() *stmt {
	s := &stmt{start: p.here(), kind: sPass}
	if p.tok.kind == tName {
		word := p.text()
		switch word {
		case "import":
			p.advance()
			p.imports(s)
		case "from":
			p.advance()
			p.from(s)
		case "return", "raise", "assert":
			p.keyword(s, word)
		case "pass":
			p.advance()
		case "break":
			s.kind = sBreak
			p.advance()
		case "continue":
			s.kind = sContinue
			p.advance()
		case "del":
			p.advance()
			s.kind, s.targets = sDelete, []*expr{p.list()}
		case "global", "nonlocal":
			p.advance()
			s.kind = sGlobal
			for p.tok.kind == tName {
				s.names = append(s.names, alias{name: p.name()})
				p.accept(",")
			}
		case "type":
			if !p.typeAlias() {
				p.expression(s)
			}
		default:
			p.python2()
			p.expression(s)
		}
	} else {
		p.expression(s)
	}
	if s.end == 0 {
		e := p.finish(&expr{start: s.start})
		s.end = e.end
	}
	return s
}

func (p *parser) keyword(s *stmt, word string) {
	s.kind = map[string]stmtKind{"return": sReturn, "raise": sRaise, "assert": sAssert}[word]
	p.advance()
	if p.tok.kind != tNewline && !p.is(";") {
		s.x = p.list()
	}
	if s.kind == sRaise && p.accept("from") {
		p.ternary()
	}
}

// typeAlias skips "type X = …".
func (p *parser) typeAlias() bool {
	ahead := p.lex
	if t := ahead.next(); t.kind != tName {
		return false
	}
	if t := ahead.next(); t.kind != tOp || ahead.src[t.start] != '=' && ahead.src[t.start] != '[' {
		return false
	}
	for p.tok.kind != tNewline && p.tok.kind != tEnd && !p.is(";") {
		p.advance()
	}
	return true
}

func (p *parser) dotted() string {
	start, end := p.tok.start, p.tok.start
	plain := true
	for p.tok.kind == tName {
		plain = plain && (end == start || end == p.tok.start-1)
		end = p.tok.end
		p.advance()
		if !p.is(".") {
			break
		}
		plain = plain && p.tok.start == end
		end = p.tok.end - 1
		p.advance()
	}
	text := p.lex.src[start:end]
	if !plain {
		text = strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == '\t' || r == '\\' || r == '\n' || r == '\r' }), "")
	}
	return text
}

func (p *parser) imports(s *stmt) {
	s.kind = sImport
	for p.tok.kind == tName {
		a := alias{start: p.here()}
		a.name = p.dotted()
		a.end = a.start + offset(len(a.name))
		if p.accept("as") {
			a.as = p.name()
		}
		s.names = append(s.names, a)
		if !p.accept(",") {
			break
		}
	}
}

func (p *parser) from(s *stmt) {
	s.kind = sFrom
	for p.is(".") || p.is("...") {
		s.level += p.tok.end - p.tok.start
		p.advance()
	}
	if !p.is("import") {
		s.text = p.dotted()
	}
	p.accept("import")
	bracket := p.accept("(")
	for p.tok.kind == tName || p.is("*") {
		a := alias{start: p.here(), end: offset(p.tok.end), name: p.text()}
		p.advance()
		if p.accept("as") {
			a.as = p.name()
		}
		s.names = append(s.names, a)
		if !p.accept(",") {
			break
		}
	}
	if bracket {
		p.accept(")")
	}
}

// expression reads an expression or an assignment.
func (p *parser) expression(s *stmt) {
	s.kind = sExpr
	e := p.list()
	switch {
	case p.is(":"):
		p.advance()
		s.kind, s.targets, s.y = sAssign, []*expr{e}, p.list()
		if p.accept("=") {
			s.x = p.list()
		}
	case p.is("="):
		s.kind = sAssign
		for p.accept("=") {
			s.targets = append(s.targets, e)
			e = p.list()
		}
		s.x = e
	case p.tok.kind == tOp && p.tok.end-p.tok.start >= 2 && strings.HasSuffix(p.text(), "=") && isAugment(p.text()):
		s.kind, s.text = sAugment, strings.TrimSuffix(p.text(), "=")
		p.advance()
		s.targets, s.x = []*expr{e}, p.list()
	default:
		s.x = e
	}
}

func isAugment(op string) bool {
	switch op {
	case "==", "!=", "<=", ">=", ":=":
		return false
	}
	return true
}

// targets reads what a for assigns to.
func (p *parser) targets() *expr {
	start := p.here()
	e := p.target()
	if !p.is(",") {
		return e
	}
	tuple := p.node(eTuple, start)
	tuple.list = append(tuple.list, e)
	for p.accept(",") {
		if p.is("in") {
			break
		}
		tuple.list = append(tuple.list, p.target())
	}
	return p.finish(tuple)
}

func (p *parser) target() *expr {
	if p.is("*") {
		start := p.here()
		p.advance()
		e := p.node(eStar, start)
		e.x = p.target()
		return p.finish(e)
	}
	return p.binary(precedence["|"])
}

// list reads expressions with commas between them, a tuple if there is one.
func (p *parser) list() *expr {
	start := p.here()
	e := p.starred()
	if !p.is(",") {
		return e
	}
	tuple := p.node(eTuple, start)
	tuple.list = append(tuple.list, e)
	for p.accept(",") {
		if p.tok.kind == tNewline || p.tok.kind == tEnd || p.closes(")]}=:;") {
			break
		}
		tuple.list = append(tuple.list, p.starred())
	}
	return p.finish(tuple)
}

func (p *parser) starred() *expr {
	if !p.is("*") {
		return p.named()
	}
	e := p.node(eStar, p.here())
	p.advance()
	e.x = p.binary(precedence["|"])
	return p.finish(e)
}

// named reads an expression that may be x := y.
func (p *parser) named() *expr {
	e := p.ternary()
	if e.kind == eName && p.is(":=") {
		p.advance()
		set := p.node(eNamedSet, e.start)
		set.text, set.x = e.text, p.ternary()
		return p.finish(set)
	}
	return e
}

// ternary reads an expression without commas.
func (p *parser) ternary() *expr {
	if p.depth++; p.depth > maxDepth {
		p.depth--
		return p.bad()
	}
	defer func() { p.depth-- }()
	start := p.here()
	switch {
	case p.is("lambda"):
		return p.lambda()
	case p.is("yield"):
		p.advance()
		e := p.node(eYield, start)
		if p.accept("from") || p.tok.kind != tNewline && p.tok.kind != tEnd && !p.closes(")]}=;") {
			e.x = p.list()
		}
		return p.finish(e)
	}
	e := p.or()
	if !p.is("if") {
		return e
	}
	p.advance()
	cond := p.node(eCond, start)
	cond.x, cond.y = e, p.or()
	if p.accept("else") {
		cond.z = p.ternary()
	}
	return p.finish(cond)
}

func (p *parser) lambda() *expr {
	e := p.node(eLambda, p.here())
	p.advance()
	d := &def{file: p.file, start: e.start, end: e.start + offset(len("lambda")), name: "<lambda>"}
	d.params = p.params(":")
	p.accept(":")
	d.lambda = p.ternary()
	e.def = d
	return p.finish(e)
}

// bad skips to the end of the line: what is there is not understood.
func (p *parser) bad() *expr {
	e := p.node(eBad, p.here())
	for p.tok.kind != tNewline && p.tok.kind != tEnd {
		p.advance()
	}
	return p.finish(e)
}

func (p *parser) or() *expr { return p.logic("or", eOr, p.and) }

func (p *parser) and() *expr { return p.logic("and", eAnd, p.not) }

func (p *parser) logic(word string, kind exprKind, operand func() *expr) *expr {
	start := p.here()
	e := operand()
	if !p.is(word) {
		return e
	}
	all := p.node(kind, start)
	all.list = append(all.list, e)
	for p.accept(word) {
		all.list = append(all.list, operand())
	}
	return p.finish(all)
}

func (p *parser) not() *expr {
	if !p.is("not") {
		return p.compare()
	}
	e := p.node(eNot, p.here())
	p.advance()
	if p.depth++; p.depth > maxDepth {
		p.depth--
		return p.bad()
	}
	e.x = p.not()
	p.depth--
	return p.finish(e)
}

// comparison reads the operator of a comparison, "" if there is none.
func (p *parser) comparison() string {
	text := p.text()
	switch p.tok.kind {
	case tOp:
		switch text {
		case "==", "!=", "<", ">", "<=", ">=", "<>":
			p.advance()
			return text
		}
	case tName:
		switch text {
		case "in":
			p.advance()
			return text
		case "is":
			p.advance()
			if p.accept("not") {
				return "is not"
			}
			return text
		case "not":
			p.advance()
			p.accept("in")
			return "not in"
		}
	}
	return ""
}

func (p *parser) compare() *expr {
	start := p.here()
	e := p.binary(1)
	op := p.comparison()
	if op == "" {
		return e
	}
	c := p.node(eCompare, start)
	c.list = append(c.list, e)
	for op != "" {
		c.ops = append(c.ops, op)
		c.list = append(c.list, p.binary(1))
		op = p.comparison()
	}
	return p.finish(c)
}

// precedence of the operators between two operands.
var precedence = map[string]int{
	"|": 1, "^": 2, "&": 3, "<<": 4, ">>": 4, "+": 5, "-": 5, "*": 6, "/": 6, "//": 6, "%": 6, "@": 6,
}

// binding returns the precedence of the token as a binary operator, 0 if it is none.
func (p *parser) binding() int {
	if p.tok.kind != tOp {
		return 0
	}
	switch p.lex.src[p.tok.start] {
	case '|', '^', '&', '<', '>', '+', '-', '*', '/', '%', '@':
		return precedence[p.text()]
	}
	return 0
}

func (p *parser) binary(least int) *expr {
	start := p.here()
	e := p.unary()
	for n := 0; ; n++ {
		level := p.binding()
		if level == 0 || level < least {
			return e
		}
		if n > maxChain {
			return p.bad()
		}
		b := p.node(eBinary, start)
		b.text, b.x = p.text(), e
		p.advance()
		b.y = p.binary(level + 1)
		e = p.finish(b)
	}
}

func (p *parser) unary() *expr {
	if p.tok.kind == tOp {
		if c := p.lex.src[p.tok.start]; p.tok.end-p.tok.start == 1 && (c == '-' || c == '+' || c == '~') {
			if p.depth++; p.depth > maxDepth {
				p.depth--
				return p.bad()
			}
			e := p.node(eUnary, p.here())
			e.text = p.text()
			p.advance()
			e.x = p.unary()
			p.depth--
			return p.finish(e)
		}
	}
	return p.power()
}

func (p *parser) power() *expr {
	start := p.here()
	await := p.is("await") && p.startsOperand()
	if await {
		p.advance()
	}
	e := p.primary()
	if await {
		a := p.node(eAwait, start)
		a.x = e
		e = p.finish(a)
	}
	if p.is("**") {
		p.advance()
		b := p.node(eBinary, start)
		b.text, b.x = "**", e
		if p.depth++; p.depth > maxDepth {
			b.y = p.bad()
		} else {
			b.y = p.unary()
		}
		p.depth--
		return p.finish(b)
	}
	return e
}

// startsOperand reports whether an operand follows the token: await was a name
// before Python 3.7.
func (p *parser) startsOperand() bool {
	ahead := p.lex
	t := ahead.next()
	switch t.kind {
	case tName, tString, tNumber:
		return true
	case tOp:
		return strings.IndexByte("([{", ahead.src[t.start]) >= 0
	}
	return false
}

func (p *parser) primary() *expr {
	start := p.here()
	e := p.atom()
	for n := 0; p.tok.kind == tOp; n++ {
		if n > maxChain {
			return p.bad()
		}
		switch p.lex.src[p.tok.start] {
		case '.':
			if p.tok.end-p.tok.start != 1 {
				return e
			}
			p.advance()
			a := p.node(eAttr, start)
			a.x, a.text = e, p.name()
			e = p.finish(a)
		case '(':
			p.advance()
			c := p.node(eCall, start)
			c.x = e
			c.args = p.arguments()
			e = p.finish(c)
		case '[':
			p.advance()
			i := p.node(eIndex, start)
			i.x, i.y = e, p.index()
			p.accept("]")
			e = p.finish(i)
		default:
			return e
		}
	}
	return e
}

// index reads what stands in the brackets of an index.
func (p *parser) index() *expr {
	start := p.here()
	e := p.slice()
	if !p.is(",") {
		return e
	}
	tuple := p.node(eTuple, start)
	tuple.list = append(tuple.list, e)
	for p.accept(",") {
		if p.is("]") {
			break
		}
		tuple.list = append(tuple.list, p.slice())
	}
	return p.finish(tuple)
}

func (p *parser) slice() *expr {
	start := p.here()
	var parts [3]*expr
	n := 0
	for i := range parts {
		if !p.is(":") && !p.is("]") && !p.is(",") {
			parts[i] = p.starred()
		}
		if i == 2 || !p.accept(":") {
			break
		}
		n++
	}
	if n == 0 {
		if parts[0] == nil {
			return p.finish(p.node(eBad, start))
		}
		return parts[0]
	}
	e := p.node(eSlice, start)
	e.x, e.y, e.z = parts[0], parts[1], parts[2]
	return p.finish(e)
}

// arguments reads those of a call, after its bracket.
func (p *parser) arguments() []arg {
	var args []arg
	for !p.is(")") && p.tok.kind != tEnd && p.tok.kind != tNewline {
		before := p.tok.start
		var a arg
		switch {
		case p.accept("**"):
			a = arg{star: 2, value: p.ternary()}
		case p.accept("*"):
			a = arg{star: 1, value: p.ternary()}
		default:
			a.value = p.named()
			if a.value.kind == eName && p.is("=") {
				p.advance()
				a.name, a.value = a.value.text, p.ternary()
			} else if p.is("for") || p.is("async") {
				a.value = p.comprehension(a.value, nil)
			}
		}
		args = append(args, a)
		if !p.accept(",") && !p.is(")") || p.tok.start == before {
			p.skipTo(")")
			break
		}
	}
	p.accept(")")
	return args
}

// skipTo skips to a closing bracket of this depth, or to the end of the line.
func (p *parser) skipTo(bracket string) {
	depth := 0
	for p.tok.kind != tNewline && p.tok.kind != tEnd {
		if p.tok.kind == tOp {
			switch c := p.lex.src[p.tok.start]; c {
			case '(', '[', '{':
				depth++
			case ')', ']', '}':
				if depth == 0 && string(c) == bracket {
					return
				}
				depth--
			}
		}
		p.advance()
	}
}

// comprehension reads the clauses after the element of a comprehension.
func (p *parser) comprehension(x, y *expr) *expr {
	e := p.node(eComp, x.start)
	e.x, e.y = x, y
	for {
		switch {
		case p.accept("async"):
			continue
		case p.accept("for"):
			c := clause{target: p.targets()}
			p.accept("in")
			c.iter = p.or()
			e.clauses = append(e.clauses, c)
		case p.is("if") && len(e.clauses) > 0:
			p.advance()
			last := &e.clauses[len(e.clauses)-1]
			// No ternary here, but x := y and lambda.
			last.ifs = append(last.ifs, p.condition())
		default:
			return p.finish(e)
		}
	}
}

func (p *parser) condition() *expr {
	if p.is("lambda") {
		return p.lambda()
	}
	e := p.or()
	if e.kind == eName && p.is(":=") {
		p.advance()
		set := p.node(eNamedSet, e.start)
		set.text, set.x = e.text, p.or()
		return p.finish(set)
	}
	return e
}

// constants are the names that are values.
var constants = map[string]exprKind{"None": eNone, "True": eTrue, "False": eFalse}

func (p *parser) atom() *expr {
	start := p.here()
	switch p.tok.kind {
	case tName:
		text := p.text()
		if kind, ok := constants[text]; ok {
			p.advance()
			return p.finish(p.node(kind, start))
		}
		if isKeyword(text) {
			return p.bad()
		}
		e := p.node(eName, start)
		e.text = text
		p.advance()
		return p.finish(e)
	case tNumber:
		text := strings.ReplaceAll(p.text(), "_", "")
		kind := eNumber
		if _, err := strconv.ParseInt(text, 0, 64); err == nil {
			kind = eInt
		}
		e := p.node(kind, start)
		e.text = text
		p.advance()
		return p.finish(e)
	case tString:
		return p.strings()
	case tOp:
		switch p.text() {
		case "(":
			return p.group()
		case "[":
			p.advance()
			return p.display(start, "]", eList)
		case "{":
			p.advance()
			return p.braces(start)
		case "...":
			p.advance()
			return p.finish(p.node(eEllipsis, start))
		}
	}
	return p.bad()
}

// isKeyword reports whether a name cannot be an operand.
func isKeyword(text string) bool {
	switch text {
	case "and", "as", "assert", "break", "class", "continue", "def", "del", "elif", "else", "except", "finally", "for",
		"from", "global", "if", "import", "in", "is", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while", "with":
		return true
	}
	return false
}

// group reads what starts with a round bracket.
func (p *parser) group() *expr {
	start := p.here()
	p.advance()
	if p.accept(")") {
		return p.finish(p.node(eTuple, start))
	}
	e := p.starred()
	switch {
	case p.is("for") || p.is("async"):
		e = p.comprehension(e, nil)
	case p.is(","):
		tuple := p.node(eTuple, start)
		tuple.list = append(tuple.list, e)
		for p.accept(",") {
			if p.is(")") {
				break
			}
			tuple.list = append(tuple.list, p.starred())
		}
		e = tuple
	}
	if !p.is(")") {
		p.skipTo(")")
	}
	p.accept(")")
	if e.kind == eTuple && e.end == 0 {
		e = p.finish(e)
	}
	return e
}

// display reads a list or set after its bracket.
func (p *parser) display(start int32, end string, kind exprKind) *expr {
	e := p.node(kind, start)
	for !p.is(end) && p.tok.kind != tEnd && p.tok.kind != tNewline {
		x := p.starred()
		if p.is("for") || p.is("async") {
			x = p.comprehension(x, nil)
			if !p.is(end) {
				p.skipTo(end)
			}
			p.accept(end)
			x.start = start
			return p.finish(x)
		}
		e.list = append(e.list, x)
		if !p.accept(",") && !p.is(end) {
			p.skipTo(end)
		}
	}
	p.accept(end)
	return p.finish(e)
}

// braces reads a dict or set after its bracket.
func (p *parser) braces(start int32) *expr {
	e := p.node(eDict, start)
	for !p.is("}") && p.tok.kind != tEnd && p.tok.kind != tNewline {
		if p.accept("**") {
			e.list = append(e.list, nil, p.binary(1))
		} else {
			key := p.starred()
			if !p.accept(":") {
				if len(e.list) == 0 {
					return p.setAfter(start, key)
				}
				p.skipTo("}")
				break
			}
			v := p.ternary()
			if p.is("for") || p.is("async") {
				e = p.comprehension(key, v)
				break
			}
			e.list = append(e.list, key, v)
		}
		if !p.accept(",") && !p.is("}") {
			p.skipTo("}")
		}
	}
	p.accept("}")
	return p.finish(e)
}

// setAfter reads the rest of a set after its first element.
func (p *parser) setAfter(start int32, first *expr) *expr {
	if p.is("for") || p.is("async") {
		e := p.comprehension(first, nil)
		p.skipTo("}")
		p.accept("}")
		return p.finish(e)
	}
	if !p.accept(",") && !p.is("}") {
		p.skipTo("}")
	}
	e := p.display(start, "}", eSet)
	e.list = append([]*expr{first}, e.list...)
	return e
}

// strings reads adjacent strings, which are one.
func (p *parser) strings() *expr {
	start := p.here()
	var parts []*expr
	for p.tok.kind == tString {
		parts = append(parts, p.str())
		p.advance()
	}
	if len(parts) == 1 {
		return parts[0]
	}
	kind := parts[0].kind
	for _, part := range parts {
		if part.kind == eFString {
			kind = eFString
		}
	}
	e := p.node(kind, start)
	if kind != eFString {
		var text strings.Builder
		for _, part := range parts {
			text.WriteString(part.text)
		}
		e.text = text.String()
		return p.finish(e)
	}
	for _, part := range parts {
		if part.kind == eFString {
			e.list = append(e.list, part.list...)
		} else {
			e.list = append(e.list, part)
		}
	}
	return p.finish(e)
}

// str makes an expression of the string token.
func (p *parser) str() *expr {
	raw := p.text()
	q := strings.IndexAny(raw, "\"'")
	prefix := strings.ToLower(raw[:q])
	quotes := quotesAt(raw, q)
	at := p.tok.start + q + len(quotes)
	inner := raw[q+len(quotes):]
	inner = strings.TrimSuffix(inner, quotes)
	isRaw := strings.Contains(prefix, "r")
	e := p.node(eString, p.here())
	switch {
	case strings.ContainsAny(prefix, "ft"):
		e.kind = eFString
		e.list = p.fields(inner, at, quotes, isRaw)
	case strings.Contains(prefix, "b"):
		e.kind, e.text = eBytes, unescape(inner, isRaw)
	default:
		e.text = unescape(inner, isRaw)
	}
	e.end = offset(p.tok.end)
	return e
}

// fields cuts an f-string, which starts at a place of the file, into text and
// replacement fields.
func (p *parser) fields(inner string, at int, quotes string, isRaw bool) []*expr {
	var parts []*expr
	literal := func(from, to int) {
		if from < to {
			e := p.node(eString, offset(at+from))
			e.end = offset(at + to)
			e.text = unescape(strings.ReplaceAll(strings.ReplaceAll(inner[from:to], "{{", "{"), "}}", "}"), isRaw)
			parts = append(parts, e)
		}
	}
	from := 0
	for i := 0; i < len(inner); i++ {
		switch {
		case inner[i] == '\\' && !isRaw:
			if strings.HasPrefix(inner[i:], "\\N{") {
				if n := strings.IndexByte(inner[i:], '}'); n > 0 {
					i += n
					continue
				}
			}
			i++
		case inner[i] != '{':
		case strings.HasPrefix(inner[i:], "{{"):
			i++
		default:
			literal(from, i)
			end := min(skipField(inner, i+1, quotes, 1), len(inner))
			parts = append(parts, p.field(inner[i+1:end], at+i+1, quotes))
			i, from = end, end+1
		}
	}
	literal(min(from, len(inner)), len(inner))
	return parts
}

// field makes an expression of what stands in the braces of an f-string.
func (p *parser) field(text string, at int, quotes string) *expr {
	e := p.node(eFormat, offset(at))
	e.end = offset(at + len(text))
	if p.depth++; p.depth > maxNested {
		p.depth--
		e.x = p.node(eBad, e.start)
		return e
	}
	sub := parser{file: p.file, depth: p.depth, slab: p.slab, lex: newLexer(p.lex.src[:at+len(text)], at, 0, &damage{})}
	sub.lex.fresh, sub.lex.depth = false, 1 // newlines do not count
	sub.advance()
	e.x = sub.list()
	if sub.accept("=") {
		e.text = "="
	}
	if sub.is("!") {
		sub.advance()
		e.text += "!" + sub.name()
	}
	if sub.is(":") {
		from := sub.tok.end
		e.y = sub.node(eFString, offset(from))
		e.y.end = e.end
		e.y.list = sub.fields(p.lex.src[from:at+len(text)], from, quotes, true)
	}
	p.slab = sub.slab
	p.depth--
	return e
}

// unescape decodes the escapes of a string.
func unescape(s string, isRaw bool) string {
	if strings.IndexByte(s, '\r') >= 0 {
		s = strings.ReplaceAll(s, "\r\n", "\n")
	}
	if isRaw || strings.IndexByte(s, '\\') < 0 {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		switch c := s[i]; c {
		case '\n':
		case '\\', '\'', '"':
			b.WriteByte(c)
		case 'a', 'b', 'f', 'n', 'r', 't', 'v':
			b.WriteByte("\a\b\f\n\r\t\v"[strings.IndexByte("abfnrtv", c)])
		case 'x', 'u', 'U':
			n := map[byte]int{'x': 2, 'u': 4, 'U': 8}[c]
			code, err := strconv.ParseUint(s[i+1:min(i+1+n, len(s))], 16, 32)
			if err != nil || i+1+n > len(s) {
				b.WriteByte('\\')
				b.WriteByte(c)
				continue
			}
			b.WriteRune(rune(code))
			i += n
		case '0', '1', '2', '3', '4', '5', '6', '7':
			n := 1
			for n < 3 && i+n < len(s) && s[i+n] >= '0' && s[i+n] <= '7' {
				n++
			}
			code, _ := strconv.ParseUint(s[i:i+n], 8, 16) // octal digits only
			b.WriteRune(rune(code))
			i += n - 1
		case 'N':
			if n := strings.IndexByte(s[i:], '}'); strings.HasPrefix(s[i+1:], "{") && n > 0 {
				b.WriteRune(utf8.RuneError) // a name that is not looked up
				i += n
				continue
			}
			b.WriteString("\\N")
		default:
			b.WriteByte('\\')
			b.WriteByte(c)
		}
	}
	return b.String()
}
