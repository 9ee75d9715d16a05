package python

import "reflect"

// journal remembers what a branch changes, so that it can be undone and laid over
// what the other branch did.
type journal struct {
	cells []cell
	lists []listCell
	dicts []dictCell
}

// address tells maps apart.
func address(in vars) uintptr { return reflect.ValueOf(in).Pointer() }

type cell struct {
	in   vars
	name string
	old  value
	had  bool
}

type listCell struct {
	list *list
	old  []value
	open bool
}

type dictCell struct {
	dict *dict
	old  []string
}

// assign sets a variable.
func (m *machine) assign(in vars, name string, v value) {
	if m.journal != nil {
		old, had := in[name]
		m.journal.cells = append(m.journal.cells, cell{in, name, old, had})
	}
	in[name] = v
}

// remove deletes a variable.
func (m *machine) remove(in vars, name string) {
	if m.journal != nil {
		old, had := in[name]
		m.journal.cells = append(m.journal.cells, cell{in, name, old, had})
	}
	delete(in, name)
}

// change is called before a list changes.
func (m *machine) change(l *list) {
	if m.journal != nil {
		m.journal.lists = append(m.journal.lists, listCell{l, l.items, l.open})
	}
}

func (m *machine) saveKeys(d *dict) {
	if m.journal != nil {
		m.journal.dicts = append(m.journal.dicts, dictCell{d, d.keys})
	}
}

// outcome is what a branch leaves.
type outcome struct {
	cells []cell // with the new values in old
	lists []listCell
	dicts []dictCell
	flow  flow
	ret   value
}

// branch runs something and takes its changes back.
func (m *machine) branch(run func() flow) outcome {
	outer := m.journal
	m.journal = &journal{}
	o := outcome{flow: run()}
	j := m.journal
	m.journal = outer
	o.ret = m.frame.ret
	for i := len(j.cells) - 1; i >= 0; i-- {
		c := j.cells[i]
		now, has := c.in[c.name]
		o.cells = append(o.cells, cell{c.in, c.name, now, has})
		if c.had {
			c.in[c.name] = c.old
		} else {
			delete(c.in, c.name)
		}
	}
	for i := len(j.lists) - 1; i >= 0; i-- {
		l := j.lists[i]
		o.lists = append(o.lists, listCell{l.list, l.list.items, l.list.open})
		l.list.items, l.list.open = l.old, l.open
	}
	for i := len(j.dicts) - 1; i >= 0; i-- {
		d := j.dicts[i]
		o.dicts = append(o.dicts, dictCell{d.dict, d.dict.keys})
		d.dict.keys = d.old
	}
	return o
}

// each visits the last value of each variable: the first one, as they are listed
// backwards.
func (o *outcome) each(visit func(c cell)) {
	type key struct {
		in   uintptr
		name string
	}
	seen := map[key]bool{}
	for _, c := range o.cells {
		k := key{address(c.in), c.name}
		if !seen[k] {
			seen[k] = true
			visit(c)
		}
	}
}

// merge lays the outcomes of branches, of which one was taken, over the state.
// Values on which they differ become unknown.
func (m *machine) merge(outcomes []outcome) flow {
	var on []outcome
	for _, o := range outcomes {
		if o.flow == goesOn {
			on = append(on, o)
		}
	}
	if len(on) == 0 {
		first := outcomes[0]
		for _, o := range outcomes[1:] {
			if o.flow != first.flow {
				// It leaves, one way or the other.
				if first.flow == returns || o.flow == returns {
					m.frame.ret = nil
					return returns
				}
			}
			if first.flow == returns && !same(o.ret, first.ret) {
				first.ret = nil
			}
		}
		m.frame.ret = first.ret
		return first.flow
	}
	type key struct {
		in   uintptr
		name string
	}
	type final struct {
		cell
		count int
	}
	finals := map[key]*final{}
	var order []key
	for i := range on {
		on[i].each(func(c cell) {
			k := key{address(c.in), c.name}
			f, ok := finals[k]
			if !ok {
				finals[k] = &final{c, 1}
				order = append(order, k)
				return
			}
			f.count++
			if !f.had || !c.had || !same(f.old, c.old) {
				f.old, f.had = nil, true
			}
		})
	}
	for _, k := range order {
		f := finals[k]
		if f.count < len(on) {
			before, had := f.in[f.name]
			if !had || !f.had || !same(before, f.old) {
				f.old, f.had = nil, true
			}
		}
		if f.had {
			m.assign(f.in, f.name, f.old)
		} else {
			m.remove(f.in, f.name)
		}
	}
	for i := range on {
		seen := map[*list]bool{}
		for _, l := range on[i].lists {
			if seen[l.list] {
				continue
			}
			seen[l.list] = true
			m.change(l.list)
			if l.list == m.path {
				// What may be on the search path counts as being there.
				if len(l.old) > len(l.list.items) || len(on) == 1 {
					l.list.items = l.old
				}
				continue
			}
			if len(on) == 1 {
				l.list.items, l.list.open = l.old, l.open
				continue
			}
			l.list.items, l.list.open = nil, true
		}
		seenDicts := map[*dict]bool{}
		for _, d := range on[i].dicts {
			if seenDicts[d.dict] {
				continue
			}
			seenDicts[d.dict] = true
			m.saveKeys(d.dict)
			if len(d.old) > len(d.dict.keys) {
				d.dict.keys = d.old
			}
			if len(on) > 1 {
				d.dict.open = true
			}
		}
	}
	return goesOn
}
