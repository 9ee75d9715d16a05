package python

// walk calls visit for each statement of a block and of the blocks in it, those
// of functions and classes included, and visitExpr for each expression in them.
func walk(body []*stmt, visit func(*stmt), visitExpr func(*expr)) {
	for _, s := range body {
		visit(s)
		for _, e := range s.targets {
			walkExpr(e, visitExpr)
		}
		walkExpr(s.x, visitExpr)
		walkExpr(s.y, visitExpr)
		if s.def != nil {
			for _, e := range s.def.decorators {
				walkExpr(e, visitExpr)
			}
			for _, a := range s.def.bases {
				walkExpr(a.value, visitExpr)
			}
			for _, p := range s.def.params {
				walkExpr(p.annotation, visitExpr)
				walkExpr(p.value, visitExpr)
			}
			walk(s.def.body(), visit, visitExpr)
		}
		walk(s.body, visit, visitExpr)
		for _, h := range s.handlers {
			walkExpr(h.types, visitExpr)
			walk(h.body, visit, visitExpr)
		}
		walk(s.orElse, visit, visitExpr)
		walk(s.final, visit, visitExpr)
	}
}
