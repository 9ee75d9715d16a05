package python

import (
	"strings"
	"sync"

	"github.com/unitvet/unitvet/lint/source"
)

// exprKind is a kind of expression.
type exprKind uint8

const (
	eBad exprKind = iota
	eName
	eString
	eBytes
	eInt
	eNumber // any other
	eNone
	eTrue
	eFalse
	eEllipsis
	eFString  // List: eString and eFormat
	eFormat   // X, with the conversion in Text and the format in Y
	eAttr     // X.Text
	eCall     // X(Args)
	eIndex    // X[Y]
	eSlice    // X:Y:Z
	eTuple    // List
	eList     // List
	eSet      // List
	eDict     // List: key, value, …; a nil key is **
	eBinary   // X Text Y
	eUnary    // Text X
	eNot      // not X
	eAnd      // List
	eOr       // List
	eCompare  // List, with the operators in Ops
	eCond     // X if Y else Z
	eLambda   // Def
	eComp     // X, with the value of a dict in Y; Clauses
	eStar     // *X
	eAwait    // X
	eYield    // X
	eNamedSet // Text := X
)

// expr is an expression.
type expr struct {
	kind       exprKind
	start, end int32
	text       string
	x, y, z    *expr
	list       []*expr
	args       []arg
	ops        []string
	def        *def
	clauses    []clause
}

// arg is an argument of a call: by place, by name, *x (star 1) or **x (star 2).
type arg struct {
	name  string
	star  int
	value *expr
}

// clause is one for of a comprehension with its conditions.
type clause struct {
	target, iter *expr
	ifs          []*expr
}

// stmtKind is a kind of statement.
type stmtKind uint8

const (
	sExpr    stmtKind = iota // X
	sAssign                  // Targets = X, with an annotation in Y
	sAugment                 // Targets[0] Text= X
	sImport                  // import Names
	sFrom                    // from Text import Names, with Level dots
	sDef                     // Def
	sClass                   // Def
	sIf                      // if X: Body else: Else
	sWhile                   // while X: Body else: Else
	sFor                     // for Targets[0] in X: Body else: Else
	sTry                     // Body, Handlers, Else, Final
	sWith                    // Items: Body
	sMatch                   // match X: cases in Handlers
	sReturn                  // X
	sRaise                   // X
	sPass
	sBreak
	sContinue
	sDelete // Targets
	sGlobal // Names
	sAssert // X
)

// stmt is a statement.
type stmt struct {
	kind       stmtKind
	start, end int32 // of what stands before the block, if there is one
	targets    []*expr
	x, y       *expr
	text       string
	level      int
	names      []alias
	body       []*stmt
	orElse     []*stmt
	final      []*stmt
	handlers   []handler
	def        *def
}

// alias is a name of an import, or of a with: "as" in as.
type alias struct {
	name, as string
	start    int32
	end      int32
}

// handler is an except, or a case of a match.
type handler struct {
	types *expr // nil: all
	as    string
	body  []*stmt
}

// param is a parameter: by place, by name only, *args (star 1) or **kwargs (star 2).
type param struct {
	name       string
	star       int
	only       bool // by name only
	annotation *expr
	value      *expr
}

// def is a function, a lambda or a class. What is in a function is only parsed
// when somebody asks for it.
type def struct {
	name       string
	file       *File
	start, end int32 // of its first line
	params     []param
	bases      []arg // of a class
	decorators []*expr
	async      bool
	generator  bool
	lambda     *expr

	once   sync.Once
	parsed []*stmt
	at     int // where the block starts; 0 if it stands in parsed
	indent int
}

// body returns the statements of a function or class.
func (d *def) body() []*stmt {
	d.once.Do(func() {
		if d.at > 0 {
			p := parser{file: d.file, lex: newLexer(d.file.Source.Text, d.at, d.indent, &damage{})}
			p.advance()
			d.parsed = p.block()
		}
	})
	return d.parsed
}

// File is a scanned file. It does not change, and is shared by all programs that
// use it.
type File struct {
	Source *source.File
	body   []*stmt
	damage damage
}

// Parse scans a file. It never fails: what it cannot make sense of is left out.
func Parse(file *source.File) *File {
	f := &File{Source: file}
	text := file.Text
	start := 0
	if strings.HasPrefix(text, "\ufeff") {
		start = len("\ufeff")
	}
	p := parser{file: f, lex: newLexer(text, start, 0, &f.damage)}
	p.advance()
	for p.tok.kind != tEnd {
		f.body = p.statements(f.body)
		for p.tok.kind == tDedent || p.tok.kind == tIndent {
			p.advance() // an indentation that belongs to nothing
		}
	}
	return f
}

// dottedName returns a name or an attribute of one as it is written, or "".
func dottedName(e *expr) string {
	switch e.kind {
	case eName:
		return e.text
	case eAttr:
		if x := dottedName(e.x); x != "" {
			return x + "." + e.text
		}
	}
	return ""
}

// span is the place of a function's or class's first line.
func (d *def) span() source.Span { return source.Span{Start: int(d.start), End: int(d.end)} }
