package python

// walkExpr calls visit for an expression and each one in it.
func walkExpr(e *expr, visit func(*expr)) {
	if e == nil {
		return
	}
	visit(e)
	walkExpr(e.x, visit)
	walkExpr(e.y, visit)
	walkExpr(e.z, visit)
	for _, x := range e.list {
		walkExpr(x, visit)
	}
	for _, a := range e.args {
		walkExpr(a.value, visit)
	}
	for _, c := range e.clauses {
		walkExpr(c.target, visit)
		walkExpr(c.iter, visit)
		for _, x := range c.ifs {
			walkExpr(x, visit)
		}
	}
	if e.def != nil {
		for _, p := range e.def.params {
			walkExpr(p.value, visit)
		}
		walkExpr(e.def.lambda, visit)
	}
}
