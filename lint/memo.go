package lint

import "sync"

// Memo keeps what the rules that look at one file, or one unit, work out alike.
// They run one after the other.
type Memo struct{ known map[any]any }

// Once returns what work returns, and does the work only the first time that a
// key is asked for. Keys are values of types that a family keeps to itself. Rules
// must not change the result.
func Once[T any](m *Memo, key any, work func() T) T {
	if known, ok := m.known[key].(T); ok {
		return known
	}
	result := work()
	if m.known == nil {
		m.known = map[any]any{}
	}
	m.known[key] = result
	return result
}

// Shared is Once for what rules work out alike about a whole set. They may ask side
// by side.
func Shared[T any](s *Set, key any, work func() T) T {
	known, ok := s.shared.Load(key)
	if !ok {
		known, _ = s.shared.LoadOrStore(key, sync.OnceValue(work))
	}
	return known.(func() T)() //nolint:forcetypeassert // a key stands for one type
}
